"""The command ``report``."""

from __future__ import annotations

from collections.abc import Sequence
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
    add: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="An answer on the run as JSON, from compare, explain, validate, project or evidence, to be shown in a "
            "section of its own. May be repeated.",
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="PAGE", dir_okay=False, help="Where to write the page with the answers.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say where the report of a run is, and whether every file is as the run wrote it.

    With answers: write the report with a further section for each to a page of its own. The run folder stays as it is.
    """
    if bool(add) != (out is not None):
        raise typer.BadParameter("--add and --out go together")
    if add and out is not None:
        _write_with_answers(run, add, out, as_json=as_json)
    else:
        _look_at_report(run, as_json=as_json)


def _write_with_answers(run: Path, files: Sequence[Path], out: Path, *, as_json: bool) -> None:
    """Write the page with the answers and say where it is."""
    with reporting(as_json=as_json):
        from counterstream.workflow.answers import add_answers

        added = add_answers(run, files, out)
    if as_json:
        told = [{"file": str(one.file), "format": one.format, "heading": one.heading} for one in added]
        print_json({"run": str(run), "report": str(out), "added": told, "problems": []})
    else:
        for one in added:
            print_line(f"{one.heading}: from {one.file}")
        print_line(str(out))


def _look_at_report(run: Path, *, as_json: bool) -> None:
    """Say where the report is, and what is wrong with the run."""
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
