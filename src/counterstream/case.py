"""A case: a folder that holds a system, the ledger of its evidence and a page of words about it."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from counterstream.errors import CounterstreamError, Problem, suggest_name
from counterstream.evidence.ledger import Ledger, check_ledger
from counterstream.evidence.schema import CLAIMS, EVENTS, SOURCES
from counterstream.spec import check_system
from counterstream.system.system import System

SYSTEM_FILE = "system.yaml"
README_FILE = "README.md"
#: A page of words; what is beyond is not shown.
LONGEST_README = 1_000_000

NOT_A_CASE = "U301"
UNKNOWN_CASE = "U302"
NO_CLAIMS = "U303"
NO_SYSTEM = "U304"
BAD_README = "U305"

CODES: dict[str, str] = {
    NOT_A_CASE: "the folder is not a case: it holds no system.yaml",
    UNKNOWN_CASE: "no bundled case and no folder has that name",
    NO_CLAIMS: "the case has no claims: it can be simulated and not fitted",
    NO_SYSTEM: "there are claims and no system that could answer them",
    BAD_README: "the README cannot be read as UTF-8 text",
}


@dataclass(frozen=True)
class Case:
    """A system with its evidence.

    Parameters
    ----------
    name
        Name of the folder.
    folder
        Where it was read from.
    system, ledger
        The two parts; the ledger is empty if there is none.
    readme
        Text of ``README.md``, empty if there is none.
    warnings
        What was found while reading and does not stop the work.
    """

    name: str
    folder: Path
    system: System
    ledger: Ledger
    readme: str
    warnings: tuple[Problem, ...] = ()


def bundled_cases() -> tuple[str, ...]:
    """Return the names of the cases that come with the package."""
    root = Path(str(resources.files("counterstream.cases")))
    return tuple(sorted(path.parent.name for path in root.glob(f"*/{SYSTEM_FILE}")))


def find_case(name_or_path: str | Path) -> Path:
    """Return the folder of a case.

    Parameters
    ----------
    name_or_path
        A folder, the ``system.yaml`` in it, or the name of a bundled case; a folder of that
        name where the program runs comes before a bundled case.

    Raises
    ------
    CounterstreamError
        If there is no such case (U301, U302).
    """
    text = str(name_or_path)
    path = Path(text)
    try:
        if path.name == SYSTEM_FILE and path.is_file():
            return path.parent
        if path.is_dir():
            return path
        is_file = path.exists()
    except (OSError, ValueError):  # a name too long, or with a NUL inside
        is_file = False
    known = bundled_cases()
    if text in known:
        return Path(str(resources.files("counterstream.cases"))) / text
    if is_file:
        mend = f"name the folder that holds {SYSTEM_FILE}"
        raise CounterstreamError(Problem(NOT_A_CASE, "this file is not a case", text, mend=mend))
    shown = "".join(c if c.isprintable() else "?" for c in text[:200])
    raise CounterstreamError(
        Problem(
            UNKNOWN_CASE,
            f'there is no case "{shown}"',
            found=shown,
            allowed="a folder, or one of: " + ", ".join(known),
            mend=suggest_name(text[:200], known),
        )
    )


def load_case(name_or_path: str | Path) -> Case:
    """Read a case; see :func:`find_case` for how it may be named.

    Raises
    ------
    CounterstreamError
        With every problem of the system and the ledger together.
    """
    case, problems = check_case(name_or_path)
    if case is None:
        raise CounterstreamError(problems)
    return case


def check_case(name_or_path: str | Path) -> tuple[Case | None, tuple[Problem, ...]]:
    """Read a case; return it, or None, with all errors and warnings of all its files."""
    try:
        folder = find_case(name_or_path)
    except CounterstreamError as error:
        return None, error.problems
    has_ledger = any((folder / schema.file).exists() for schema in (CLAIMS, SOURCES, EVENTS))
    if not (folder / SYSTEM_FILE).exists():
        ledger_problems = check_ledger(folder)[1] if has_ledger else ()
        return None, (_miss_system(folder, has_ledger=has_ledger), *ledger_problems)
    system, problems = check_system(folder / SYSTEM_FILE)
    ledger: Ledger | None = Ledger(())
    if has_ledger:
        ledger, ledger_problems = check_ledger(folder)
        problems += ledger_problems
    else:
        mend = f"add {CLAIMS.file} and {SOURCES.file} to fit the system to evidence"
        message = "the case has no claims, so it can be simulated but not fitted"
        problems += (Problem(NO_CLAIMS, message, str(folder), mend=mend, severity="warning"),)
    readme, readme_problems = _read_readme(folder / README_FILE)
    problems += readme_problems
    if system is None or ledger is None:
        return None, problems
    return Case(folder.resolve().name or system.name, folder, system, ledger, readme, problems), problems


def _miss_system(folder: Path, *, has_ledger: bool) -> Problem:
    """Return the problem of a folder without a system."""
    if has_ledger:
        message = "there are claims and no system that could answer them"
        mend = f"add a {SYSTEM_FILE}, for instance from: counterstream new"
        return Problem(NO_SYSTEM, message, str(folder), mend=mend)
    known = ", ".join(bundled_cases())
    mend = f"name a folder that holds {SYSTEM_FILE}, or one of: {known}"
    return Problem(NOT_A_CASE, f"the folder holds no {SYSTEM_FILE}", str(folder), mend=mend)


def _read_readme(path: Path) -> tuple[str, tuple[Problem, ...]]:
    """Return the text of a README with a warning if it cannot be read as it should."""
    try:
        if not path.exists():
            return "", ()
        with path.open("rb") as stream:
            data = stream.read(LONGEST_README)
    except OSError as error:
        reason = error.strerror or str(error)
        message = "the README cannot be read"
        return "", (Problem(BAD_README, message, str(path), found=reason, severity="warning"),)
    text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", errors="replace")
    if "\N{REPLACEMENT CHARACTER}" in text and len(data) < LONGEST_README:
        message = "the README is not UTF-8 text"
        return text, (Problem(BAD_README, message, str(path), mend="save it as UTF-8", severity="warning"),)
    return text, ()
