"""Interpreting the cells of a row: numbers, dates and words from a list."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from counterstream.errors import Problem, suggest_name
from counterstream.evidence import codes
from counterstream.evidence.table import Findings, Row, TextTable, cell_path, show

Choice = TypeVar("Choice", bound=StrEnum)

_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_NOT_FINITE = re.compile(r"[+-]?(?:nan|inf|infinity)", re.IGNORECASE)
# Separators seen between digits: comma, point, spaces of several widths, apostrophes.
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:[,.' \u00a0\u2009\u202f\u2019]\d{3})+", re.ASCII)
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_YEAR = re.compile(r"\d{4}", re.ASCII)
_MONTH = re.compile(r"\d{4}-\d{2}", re.ASCII)
_EMPTY_WORDS = frozenset({"na", "n/a", "n.a.", "-", "–", "?", "none", "null", "unknown", "missing", ".", "..", "*"})


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a cell's text, apart from its place."""

    code: str
    message: str
    allowed: str
    mend: str


def parse_number(text: str) -> float | Fault:
    """Read a plain decimal number; the comma is never one of its marks.

    Parameters
    ----------
    text
        Such as ``1234``, ``0.45`` or ``1e3``, without white space around.
    """
    if _NUMBER.fullmatch(text):
        # The longest number that a double can need has under 800 digits; int limits are not met by float().
        value = float(text)
        if math.isfinite(value):
            return value
        return Fault(codes.NUMBER_TOO_LARGE, "is too large to be held", "up to about 1.8e308", "check the exponent")
    allowed = "a plain number such as 1234 or 0.45, or an empty cell"
    if _NOT_FINITE.fullmatch(text):
        return Fault(codes.NOT_FINITE, "is not a finite number", allowed, "leave the cell empty for: not stated")
    if _GROUPED.fullmatch(text) or _DECIMAL_COMMA.fullmatch(text):
        return Fault(codes.NUMBER_SEPARATOR, "has separators in the number", allowed, _without_separators(text))
    return Fault(codes.NOT_A_NUMBER, "is not a number", allowed, _number_hint(text))


def _without_separators(text: str) -> str:
    """Say how a number with separators is to be written."""
    if not _GROUPED.fullmatch(text):
        return f"write {text.replace(',', '.')} (a point before decimals)"
    plain = re.sub(r"[^\d+-]", "", text)
    if text.count(",") == 1 and plain.lstrip("+-") != text:
        return f"write {plain}, or {text.replace(',', '.')} if the comma stands before decimals"
    return f"write {plain} (no separators between thousands)"


def _number_hint(text: str) -> str:
    """Say how to mend a cell that is no number at all."""
    if text.casefold() in _EMPTY_WORDS:
        return "leave the cell empty for: not stated"
    if text.endswith("%"):
        return f"write {text[:-1].strip() or 'the number'} and put percent into the column unit"
    if text.startswith((">", "<", "~", "c.", "ca")):
        return "write the number alone and say how firm it is in the column hedge"
    if re.search(r"\d", text):
        return "write the number alone; words belong into notes or unit"
    return "write a number, or leave the cell empty for: not stated"


def parse_day(text: str) -> date | Fault:
    """Read a day written ``YYYY-MM-DD``."""
    allowed = "a day written YYYY-MM-DD"
    if _DAY.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            return Fault(codes.BAD_DATE, "is not a day of the calendar", allowed, "check month and day")
    if _YEAR.fullmatch(text):
        mend = f"for the whole year write {text}-01-01 as start and {text}-12-31 as end"
    elif _MONTH.fullmatch(text):
        mend = f"write the first day of the month as start ({text}-01) and its last day as end"
    else:
        mend = "write year, month and day in this order, such as 1979-10-31"
    return Fault(codes.BAD_DATE, "is not a date", allowed, mend)


class RowReader:
    """Interprets the cells of one row and reports each fault with its place.

    A column that the table lacks reads as empty, since its absence is reported once.
    """

    def __init__(self, table: TextTable, row: Row, findings: Findings) -> None:
        self._table = table
        self._row = row
        self._findings = findings
        self._faulty: set[str] = set()

    @property
    def line(self) -> int:
        """First physical line of the row."""
        return self._row.line

    @property
    def file(self) -> str:
        """File of the row."""
        return self._table.file

    def is_faulty(self, *columns: str) -> bool:
        """Whether something was reported in one of the columns."""
        return not self._faulty.isdisjoint(columns)

    def report(self, column: str, fault: Fault, *, found: str | None = None, warning: bool = False) -> None:
        """Report a fault in a column."""
        cell = self._table.read_cell(self._row, column)
        self._faulty.add(column)
        self._findings.add(
            Problem(
                fault.code,
                f"{column} {fault.message}",
                self._table.file,
                self._row.line,
                self._table.positions.get(column, 0),
                cell_path(self._table, self._row, column),
                show(cell) if found is None else found,
                fault.allowed,
                fault.mend,
                "warning" if warning else "error",
            )
        )

    def text(self, column: str) -> str:
        """Return the cell's text; report it if it must be filled and is not."""
        cell = self._table.read_cell(self._row, column)
        if cell:
            return cell
        declared = self._table.schema.by_name[column]
        if declared.filled and column in self._table.positions:
            allowed = ", ".join(declared.choices) or ("YYYY-MM-DD" if declared.type == "date" else "some text")
            self.report(column, Fault(codes.EMPTY_CELL, "is empty", allowed, f"fill in: {declared.description}"))
        return cell

    def number(self, column: str) -> float | None:
        """Return the number in the cell, None where it is empty or faulty."""
        cell = self._table.read_cell(self._row, column)
        if not cell:
            return None
        value = parse_number(cell)
        if isinstance(value, Fault):
            self.report(column, value)
            return None
        return value

    def day(self, column: str) -> date | None:
        """Return the day in the cell, None where it is empty or faulty (both are reported)."""
        cell = self.text(column)
        if not cell:
            return None
        day = parse_day(cell)
        if isinstance(day, Fault):
            self.report(column, day)
            return None
        return day

    def choice(self, column: str, kind: type[Choice], code: str) -> Choice | None:
        """Return the member of ``kind`` that the cell names, None where it is empty or faulty."""
        cell = self.text(column)
        if not cell:
            return None
        try:
            return kind(cell)
        except ValueError:
            allowed = ", ".join(kind)
            likely = suggest_name(cell.casefold().replace(" ", "_").replace("-", "_"), kind)
            mend = likely if likely.startswith("did") else "use one of the allowed words"
            self.report(column, Fault(code, "is not one of the known words", allowed, mend))
            return None


class UniqueIds:
    """Reports empty and repeated identifiers of a table."""

    def __init__(self, column: str) -> None:
        self._column = column
        self._lines: dict[str, int] = {}

    def take(self, row: RowReader) -> str:
        """Return the row's identifier and report what is wrong with it."""
        name = row.text(self._column)
        if not name:
            fault = Fault(codes.EMPTY_ID, "is empty", "a name unique in the table", "give the row a name of its own")
            row.report(self._column, fault)
        elif name in self._lines:
            fault = Fault(
                codes.DUPLICATE_ID,
                f"{show(name)} is used twice",
                "a name unique in the table",
                f"rename one of the two; the first stands in line {self._lines[name]}",
            )
            row.report(self._column, fault)
        else:
            self._lines[name] = row.line
        return name


def check_source(row: RowReader, column: str, known: Iterable[str] | None) -> str:
    """Return the source named in a row; report it if ``known`` is given and lacks it."""
    name = row.text(column)
    if name and known is not None and name not in known:
        fault = Fault(
            codes.UNKNOWN_SOURCE,
            f"{show(name)} is not in sources.csv",
            "a source_id of sources.csv",
            suggest_name(name, known),
        )
        row.report(column, fault)
    return name
