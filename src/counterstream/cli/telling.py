"""How commands tell their results and their problems, to people and to programs.

Results go to the standard output, problems and progress to the standard error.  With ``--json``
the standard output holds one JSON document, problems included.

Nothing here imports Typer or Rich until it is needed: the plainest command takes no longer for them.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import cast

from counterstream.cli import codes
from counterstream.errors import CounterstreamError, Problem
from counterstream.store.plain import to_json

SAYS_NO = 1
MISUSED = 2
#: What shells expect of a program that ends by Ctrl-C: 128 and the number of the signal.
INTERRUPTED = 130

#: Problems of what the command was given, not of the work: exit status 2.
USAGE_CODES = frozenset(
    {
        codes.FOLDER_EXISTS,
        codes.BAD_NAME,
        "U201",
        "U202",
        "U211",
        "U212",
        "U213",
        "U214",
        *(f"U{number}" for number in range(220, 230)),
        *(f"U{number}" for number in range(230, 239) if number != 233),
        "U240",
        "U241",
        "U242",
        "U251",
        *(f"U{number}" for number in range(260, 268)),
        "D315",
        "D330",
        "D331",
        "D333",
        "U301",
        "U302",
        "U503",
    }
)


class Ending(Exception):  # noqa: N818  # it is no error
    """Ends a command with an exit status, when everything has been told.

    Commands raise this and know nothing of the program around them.
    """

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(f"exit status {status}")


def make_printable(text: str) -> str:
    """Return text with nothing in it that a terminal acts on; such characters are written as escapes."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def print_line(text: str = "") -> None:
    """Print one line of a result."""
    print(make_printable(text), flush=True)


def tell(text: str) -> None:
    """Print printable text to the standard error."""
    print(text, file=sys.stderr, flush=True)


def print_json(content: Mapping[str, object]) -> None:
    """Print a JSON document; numbers that JSON does not know (NaN, infinity) become null."""
    print(to_json(content), flush=True)


def list_problems(problems: Iterable[Problem]) -> list[dict[str, str | int]]:
    """Return problems as plain data."""
    return [problem.as_dict() for problem in problems]


def count_problems(problems: Sequence[Problem]) -> str:
    """Say how many errors and warnings there are."""
    errors = sum(problem.severity == "error" for problem in problems)
    return f"{name_number(errors, 'error')}, {name_number(len(problems) - errors, 'warning')}"


def name_number(number: int, noun: str) -> str:
    """Return a number with its noun: ``no errors``, ``1 error``, ``1,200 errors``."""
    return f"{number:,} {noun}" if number == 1 else f"{number or 'no':{',' if number else ''}} {noun}s"


def has_errors(problems: Iterable[Problem]) -> bool:
    """Whether one of the problems is more than a warning."""
    return any(problem.severity == "error" for problem in problems)


def exit_status(problems: Iterable[Problem]) -> int:
    """Return 2 if the command was given something wrong, else 1."""
    errors = {problem.code for problem in problems if problem.severity == "error"}
    return MISUSED if errors and errors <= USAGE_CODES else SAYS_NO


def show_problems(problems: Iterable[Problem]) -> None:
    """Print problems to the standard error: in colour on a terminal, else plain."""
    shown = [_make_problem_printable(problem) for problem in problems]
    if not shown:
        return
    if sys.stderr.isatty():
        # Imported here: a tenth of a second that only a terminal with problems needs.
        from counterstream.cli.display import print_problems

        print_problems(shown)
    else:
        tell("\n".join(str(problem) for problem in shown))


@contextmanager
def reporting(*, as_json: bool = False, when_stopped: str = "stopped") -> Generator[None]:
    """Turn every expected failure of the work inside into a message and an exit status.

    Parameters
    ----------
    as_json
        Print problems as JSON on the standard output.
    when_stopped
        What to say after Ctrl-C.

    Raises
    ------
    Ending
        With 1 or 2 after problems, 130 after Ctrl-C.
    """
    try:
        yield
    except CounterstreamError as error:
        problems = error.problems
    except KeyboardInterrupt:
        tell(f"\n{make_printable(when_stopped)}")
        raise Ending(INTERRUPTED) from None
    except MemoryError:
        mend = "close other programs, or ask for fewer draws or chains"
        problems = (Problem(codes.NO_MEMORY, "the memory is not enough", mend=mend),)
    except OSError as error:
        if error.errno == errno.EPIPE:  # whoever read the output has seen enough, as "head" does
            raise
        problems = (_describe_refusal(error),)
    else:
        return
    if as_json:
        print_json({"problems": list_problems(problems)})
    else:
        show_problems(problems)
    raise Ending(exit_status(problems))


def _describe_refusal(error: OSError) -> Problem:
    """Return the problem that a failure of the operating system amounts to."""
    # OSError declares its file name as anything; it is text, bytes or a number.
    name = cast("object", error.filename)
    file = os.fsdecode(name) if isinstance(name, str | bytes) else ""
    mend = "check that it is there, that you may use it, and that the disk is not full"
    found = error.strerror or str(error)
    return Problem(codes.REFUSED, "the operating system refused", file, found=found, mend=mend)


def _make_problem_printable(problem: Problem) -> Problem:
    """Return a problem whose texts a terminal can show as they are."""
    texts = {name: make_printable(value) for name, value in problem.as_dict().items() if isinstance(value, str)}
    del texts["severity"]
    return replace(problem, **texts)  # pyright: ignore[reportArgumentType]  # texts only, for fields of text
