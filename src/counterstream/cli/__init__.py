"""The command line: ``counterstream``.

Every command ends with 0 when all is well, with 1 when the work says no (an invalid file, an unfit
fit), with 2 when the command was misused and with 130 after Ctrl-C.  Each imports what it needs when
it runs.
"""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from counterstream.cli.commands import app

__all__ = ["app", "main"]


def main() -> int:
    """Run the command that the program was started with; return the exit status."""
    # A terminal or pipe that knows fewer characters gets escapes for the others, as the standard error does.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    arguments = sys.argv[1:]
    if _is_plain_check(arguments):
        return _check_at_once(arguments[1:])
    from counterstream.cli.commands import app

    app(prog_name="counterstream")
    return 0


def _is_plain_check(arguments: list[str]) -> bool:
    """Whether this is ``check`` with nothing but a case and ``--json``."""
    rest = [argument for argument in arguments[1:] if argument != "--json"]
    return arguments[:1] == ["check"] and len(rest) <= 1 and not any(argument.startswith("-") for argument in rest)


def _check_at_once(arguments: list[str]) -> int:
    """Do what ``check`` does without loading what reads the arguments of all commands.

    That takes longer than the check itself, and this is the one command that people wait for
    many times an hour.
    """
    from counterstream.cli.checking import check_files
    from counterstream.cli.telling import SAYS_NO, Ending

    case = next((argument for argument in arguments if argument != "--json"), ".")
    try:
        check_files(case, as_json="--json" in arguments)
    except Ending as ending:
        return ending.status
    except BrokenPipeError:
        # Whoever read the output has seen enough; Python would complain when it closes the pipe.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return SAYS_NO
    return 0


def __getattr__(name: str) -> object:
    """Load the commands when they are first asked for (PEP 562)."""
    if name == "app":
        from counterstream.cli.commands import app

        return app
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
