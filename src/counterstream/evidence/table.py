"""A table read as text, with the place of every cell, and the problems found in it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from counterstream.errors import Problem
from counterstream.evidence import codes
from counterstream.evidence.schema import TableSchema

#: More than this many errors help nobody: the search for more is given up.
MOST_PROBLEMS = 1_000

_FORMULA_GUARD = re.compile(r"'+[=+\-@\t\r]")


def show(text: str, longest: int = 60) -> str:
    """Return text for a message: cut to length, with nothing in it that a terminal acts on."""
    cut = text if len(text) <= longest else text[: longest - 1] + "…"
    return '"' + "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in cut) + '"'


class Findings:
    """Problems in the order found: up to :data:`MOST_PROBLEMS` errors and as many warnings."""

    def __init__(self) -> None:
        self._kept: list[Problem] = []
        self._errors = 0
        self._warnings = 0

    def add(self, problem: Problem) -> None:
        """Keep a problem."""
        if problem.severity == "error":
            self._errors += 1
            number = self._errors
        else:
            self._warnings += 1
            number = self._warnings
        if number <= MOST_PROBLEMS:
            self._kept.append(problem)

    @property
    def has_errors(self) -> bool:
        """Whether one of the problems is an error."""
        return self._errors > 0

    @property
    def is_full(self) -> bool:
        """Whether there are so many errors that looking for more is of no use.

        Warnings never end the search: what they stand beside is used.
        """
        return self._errors >= MOST_PROBLEMS

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All problems kept, and one more that says so if some were not."""
        if self.is_full:
            mend = "mend the first ones and check again; many have one cause"
            message = f"the search ended after {MOST_PROBLEMS:,} errors; there may be more"
            return (*self._kept, Problem(codes.MORE_PROBLEMS, message, mend=mend))
        if self._warnings > MOST_PROBLEMS:
            message = f"{self._warnings - MOST_PROBLEMS:,} more warnings are not listed"
            return (*self._kept, Problem(codes.MORE_PROBLEMS, message, severity="warning"))
        return tuple(self._kept)


@dataclass(frozen=True, slots=True)
class Row:
    """A row as text: its first physical line and its cells in the file's order."""

    line: int
    cells: list[str]


@dataclass(frozen=True)
class TextTable:
    """A table read as text.

    ``positions`` gives each column's place in the file, from 1.  ``sound`` tells whether all
    needed columns are there.
    """

    schema: TableSchema
    file: str
    positions: dict[str, int] = field(default_factory=dict[str, int])
    rows: tuple[Row, ...] = ()
    sound: bool = False

    def read_cell(self, row: Row, column: str) -> str:
        """Return a cell's text without white space around it; empty if the table lacks the column."""
        position = self.positions.get(column)
        if position is None:
            return ""
        cell = row.cells[position - 1].strip()
        # An apostrophe before =, +, - or @ keeps a spreadsheet from reading a text as a formula.
        return cell[1:] if cell[:1] == "'" and _FORMULA_GUARD.match(cell) else cell


def cell_path(table: TextTable, row: Row, column: str) -> str:
    """Return ``claims[C0007].value``; a row without a name is called by its line."""
    key = table.read_cell(row, table.schema.key)
    return f"{table.schema.name}[{show(key)[1:-1] if key else f'line {row.line}'}].{column}"
