"""Tables of the report: the same rows as HTML cells and as CSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar
from urllib.parse import quote

#: A spreadsheet runs a text cell that begins with one of these as a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
#: Control characters, and those that reverse the direction of the text around them.
INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
WEB_ADDRESS = re.compile(r"https?://[^\s<>\"'`\\]+", re.IGNORECASE)

Raw = str | float | int | None
_Row = TypeVar("_Row")


@dataclass(frozen=True)
class Cell:
    """One cell: what is read, and what the CSV file holds.

    Parameters
    ----------
    text
        As read on the page.
    raw
        As written to CSV, numbers at full precision.
    href
        Where the cell's text leads, already checked; empty for plain text.
    """

    text: str
    raw: Raw
    href: str = ""


@dataclass(frozen=True)
class Column:
    """Heading of a column on the page, its name in CSV, and what it holds.

    ``code``: short words that are never broken, such as dates; ``prose``: sentences that
    need width.
    """

    heading: str
    name: str
    holds: Literal["numbers", "text", "code", "prose"] = "numbers"


def text_column(heading: str, name: str = "") -> Column:
    """Make a column of words; its name in CSV is the heading unless given."""
    return Column(heading, name or heading.replace(" ", "_"), "text")


def code_column(heading: str) -> Column:
    """Make a column of short words that are never broken."""
    return Column(heading, heading.replace(" ", "_"), "code")


def prose_column(heading: str, name: str = "") -> Column:
    """Make a column of sentences."""
    return Column(heading, name or heading.replace(" ", "_"), "prose")


@dataclass(frozen=True)
class Table:
    """A captioned table; the first cell of a row names the row.

    ``short`` names the table where its picture has just been seen; ``anchors`` gives each
    row an element id, or is empty.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    file_name: str
    anchors: tuple[str, ...] = ()
    short: str = ""

    def __post_init__(self) -> None:
        """Refuse rows of another width than the heading."""
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"{self.file_name}: a row has {len(row)} cells for {len(self.columns)} columns")


def make_table(
    caption: str,
    parts: Sequence[tuple[Column, Callable[[_Row], Cell]]],
    rows: Iterable[_Row],
    file_name: str,
    short: str = "",
) -> Table:
    """Return a table of rows that are all told alike.

    Parameters
    ----------
    parts
        Each column with what it says of a row.
    """
    cells = tuple(tuple(make(row) for _, make in parts) for row in rows)
    return Table(caption, tuple(column for column, _ in parts), cells, file_name, short=short)


def clean_text(text: str) -> str:
    """Take out characters that cannot be seen but change what is."""
    return INVISIBLE.sub("", text)


def web_address(url: str) -> str:
    """Return the address if it is a whole http or https address, else nothing."""
    return url if WEB_ADDRESS.fullmatch(url) else ""


def text_cell(text: str, href: str = "") -> Cell:
    """Make a cell of text."""
    return Cell(text, text, href)


def csv_value(raw: Raw) -> str:
    """Write one value for CSV; text that a spreadsheet would run gets a leading apostrophe."""
    if raw is None:
        return ""
    if isinstance(raw, str):
        clean = raw.translate({0: None})
        return f"'{clean}" if clean.startswith(FORMULA_STARTS) else clean
    return repr(float(raw)) if isinstance(raw, float) else str(raw)


def table_csv(table: Table) -> str:
    """Write a table as CSV (RFC 4180), numbers at full precision."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(csv_value(column.name) for column in table.columns)
    writer.writerows([csv_value(cell.raw) for cell in row] for row in table.rows)
    return buffer.getvalue()


def csv_link(table: Table) -> str:
    """Return the table's CSV as a ``data:`` address."""
    text = table_csv(table).encode("utf-8", errors="replace")
    return "data:text/csv;charset=utf-8," + quote(text, safe=",:;/ '()").replace(" ", "%20")


def file_name(*parts: str) -> str:
    """Join names to a file name that is safe on every system."""
    plain = "-".join(re.sub(r"[^A-Za-z0-9_]+", "-", part).strip("-") for part in parts)
    return f"{plain[:80] or 'table'}.csv"
