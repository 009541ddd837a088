"""Reading what a command was given, with what is wrong with it shown first."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from counterstream.cli.telling import reporting, show_problems

if TYPE_CHECKING:
    from counterstream.case import Case


def read_case(name: str, out: Path | None = None, *, as_json: bool) -> Case:
    """Read a case, show its warnings, and make the folder that results go to.

    Raises
    ------
    Ending
        After problems, which have been told.
    """
    from counterstream.case import load_case

    with reporting(as_json=as_json):
        case = load_case(name)
        if not as_json:
            show_problems(case.warnings)
        # What cannot be written should not be found out after the work.
        if out is not None:
            out.mkdir(parents=True, exist_ok=True)
    return case
