"""Problems and tables for a terminal.  Loads Rich: import it only where something is shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from counterstream.errors import Problem

_COLOUR = {"error": "bold red", "warning": "bold yellow"}


def print_problems(problems: Iterable[Problem], console: Console | None = None) -> None:
    """Print problems with colours, wrapped to the width of the terminal.

    Texts are never read as markup.  The line with the place is not wrapped, so that a terminal
    can follow it to the file.
    """
    console = console or Console(stderr=True, highlight=False)
    for problem in problems:
        head = Text()
        if problem.place:
            head.append(problem.place, "bold").append(": ")
        head.append(f"{problem.code} {problem.severity}: ", _COLOUR[problem.severity]).append(problem.message)
        console.print(head, soft_wrap=True)
        details = Table.grid(padding=(0, 1))
        for label in ("at", "found", "allowed", "mend"):
            text = str(problem.as_dict()["path" if label == "at" else label])
            if text:
                details.add_row(Text(f"{label}:", "dim"), Text(text, overflow="fold"))
        if details.row_count:
            console.print(Padding(details, (0, 0, 0, 4)))


def print_ruled(headings: Sequence[str], rows: Sequence[Sequence[str]], console: Console | None = None) -> None:
    """Print a table that fits the width of the terminal; columns without cells are left out."""
    kept = [place for place in range(len(headings)) if any(row[place] for row in rows)]
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for place in kept:
        table.add_column(Text(headings[place]), overflow="fold")
    for row in rows:
        table.add_row(*(Text(row[place]) for place in kept))
    (console or Console(highlight=False)).print(table)
