"""The command ``report``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from counterstream.cli import codes
from counterstream.cli.arguments import AsJson
from counterstream.cli.telling import (
    Ending,
    exit_status,
    list_problems,
    print_json,
    print_line,
    reporting,
    show_problems,
)
from counterstream.errors import Problem

REPORT = "report.html"


def report(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a run.")],
    as_json: AsJson = False,
) -> None:
    """Say where the report of a run is, and whether every file is as the run wrote it."""
    from counterstream.store.run_folder import check_run

    with reporting(as_json=as_json):
        problems = check_run(run)
    page = run / REPORT
    if not problems and not page.is_file():
        mend = "make one with: counterstream run"
        problems = (Problem(codes.NO_REPORT, "the run has no report", str(run), mend=mend),)
    found = str(page) if page.is_file() else ""
    if as_json:
        print_json({"run": str(run), "report": found, "sound": not problems, "problems": list_problems(problems)})
    else:
        show_problems(problems)
        if found:
            print_line(found)
    if problems:
        raise Ending(exit_status(problems))
