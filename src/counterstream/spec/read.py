"""Reading a system file: text to nodes to values to the resolved and checked system."""

from __future__ import annotations

from pathlib import Path

from counterstream.errors import CounterstreamError, Problem
from counterstream.spec.check import check_draft
from counterstream.spec.compose import compose
from counterstream.spec.findings import Findings
from counterstream.spec.form import SYSTEM
from counterstream.spec.names import check_names, collect_declared
from counterstream.spec.resolve import resolve
from counterstream.system.system import System

#: A file of this size is read no further: its text would be refused as too long anyway.
MAX_BYTES = 8_000_000


def parse_system(text: str, file: str = "system.yaml") -> tuple[System | None, tuple[Problem, ...]]:
    """Read a system from text.

    Parameters
    ----------
    text
        The YAML document.
    file
        Name that the problems bear.

    Returns
    -------
    system
        The resolved system, or ``None`` if there is any error.
    problems
        All errors and warnings that could be found, in the order of the text.
    """
    root, problems = compose(text, file)
    if root is None:
        return None, tuple(problems)
    out = Findings(file, root)
    out.problems.extend(problems)
    form = SYSTEM.read_partly(root, (), out)
    declared = collect_declared(root)
    check_names(declared, out)
    whole = not out.has_errors()
    draft = resolve(form, out)
    if draft is not None:
        check_draft(draft, out, whole=whole)
    found = out.in_order()
    failed = any(problem.severity == "error" for problem in found)
    return (None if failed else draft), found


def check_system(path: Path | str) -> tuple[System | None, tuple[Problem, ...]]:
    """Read a system from a file; see :func:`parse_system`."""
    file = str(path)
    try:
        with open(path, "rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return None, (Problem("S101", "the file cannot be read", file, found=reason, mend="check the path"),)
    try:
        # A cut in the middle of a character is no fault of the text, which is too long in any case.
        text = data.decode("utf-8", errors="strict" if len(data) <= MAX_BYTES else "ignore")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", errors="replace")) + 1
        problem = Problem(
            "S102",
            "the file is not UTF-8 text",
            file,
            line,
            column,
            found=f"byte 0x{data[error.start]:02X}",
            allowed="UTF-8",
            mend="save the file as UTF-8",
        )
        return None, (problem,)
    return parse_system(text, file)


def read_system(path: Path | str) -> System:
    """Return the system of a file.

    Raises
    ------
    CounterstreamError
        With every problem found, if there is any error.
    """
    system, problems = check_system(path)
    if system is None:
        raise CounterstreamError(problems)
    return system
