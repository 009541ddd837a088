"""Putting a document together: text grows, and the places of what is in it are noted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from counterstream.drafting.document import Cell, Paragraph, Table

#: Places in the largest table that a person reads, those covered by wide cells included.
_LARGEST_GRID = 1_000_000
#: Headings above or beside a cell; tables have up to five.
_MOST_HEADINGS = 10
#: Rows of words and years above the first figure that are taken for headings though not marked so.
_UNMARKED_ROWS = 3
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class RawCell:
    """A cell as a format has it: its text, how many rows and columns it covers, whether it is a heading."""

    text: str
    rows: int = 1
    columns: int = 1
    heading: bool = False


@dataclass(frozen=True, slots=True)
class PlacedCell:
    """A cell in the grid of its table."""

    cell: RawCell
    row: int
    column: int


class TextBuilder:
    """Collects the text of a document with its paragraphs and tables.

    Paragraphs and tables are parted by a blank line, the rows of a table by a line break and
    its cells by a tab.
    """

    def __init__(self) -> None:
        self._parts: list[str] = []
        self.length = 0
        self.paragraphs: list[Paragraph] = []
        self.tables: list[Table] = []

    @property
    def text(self) -> str:
        """The text so far."""
        return "".join(self._parts)

    def add(self, text: str) -> int:
        """Add text; return where it starts."""
        start = self.length
        self._parts.append(text)
        self.length += len(text)
        return start

    def part(self) -> None:
        """Put a blank line between what is there and what comes."""
        if self.length:
            self.add("\n\n")

    def add_paragraph(self, text: str, page: int = 0) -> None:
        """Add a paragraph, unless it is blank."""
        if not text.strip():
            return
        self.part()
        start = self.add(text)
        self.paragraphs.append(Paragraph(start, self.length, page))

    def add_table(self, rows: Sequence[Sequence[RawCell]], caption: str = "") -> None:
        """Add a table, unless it is blank; its caption becomes a paragraph before it."""
        placed = place_cells(rows)
        if not any(p.cell.text.strip() for p in placed):
            return
        self.add_paragraph(caption)
        self.part()
        start = self.length
        spans: list[tuple[int, int]] = []
        row = placed[0].row
        for number, one in enumerate(placed):
            if number:
                self.add("\t" if one.row == row else "\n")
            row = one.row
            here = self.add(_SPACES.sub(" ", one.cell.text).strip())
            spans.append((here, self.length))
        self.tables.append(make_table(start, self.length, placed, spans, caption))


def place_cells(rows: Sequence[Sequence[RawCell]]) -> list[PlacedCell]:
    """Return cells with their row and column, from 0, passing what cells from above cover.

    Where cells cover more than any table has, their extents are left aside.
    """
    if sum(cell.rows * cell.columns for row in rows for cell in row) > _LARGEST_GRID:
        rows = [[RawCell(cell.text, heading=cell.heading) for cell in row] for row in rows]
    placed: list[PlacedCell] = []
    # Column -> first row below the cell that covers it.
    covered: dict[int, int] = {}
    for number, row in enumerate(rows):
        column = 0
        for cell in row:
            while covered.get(column, 0) > number:
                column += 1
            placed.append(PlacedCell(cell, number, column))
            if cell.rows > 1:
                covered.update(dict.fromkeys(range(column, column + cell.columns), number + cell.rows))
            column += cell.columns
    return placed


def make_table(
    start: int, end: int, placed: Sequence[PlacedCell], spans: Sequence[tuple[int, int]], caption: str = ""
) -> Table:
    """Return a table in which every cell knows the headings that it stands under and beside.

    Parameters
    ----------
    start, end
        Span of the table in the text.
    placed, spans
        Cells in reading order, and the span of each one's text.
    caption
        Title of the table.
    """
    headings = find_headings(placed)
    above: dict[int, list[str]] = {}
    beside: dict[int, list[str]] = {}
    for index in sorted(headings, key=lambda i: (placed[i].row, placed[i].column)):
        one, text = placed[index], _SPACES.sub(" ", placed[index].cell.text).strip()
        if not text:
            continue
        if headings[index] == "column":
            for column in range(one.column, one.column + one.cell.columns):
                above.setdefault(column, []).append(text)
        else:
            for row in range(one.row, one.row + one.cell.rows):
                beside.setdefault(row, []).append(text)
    columns = {column: tuple(texts[-_MOST_HEADINGS:]) for column, texts in above.items()}
    lines = {row: tuple(texts[-_MOST_HEADINGS:]) for row, texts in beside.items()}
    cells = tuple(
        Cell(
            span[0],
            span[1],
            one.row,
            one.column,
            index in headings,
            () if index in headings else columns.get(one.column, ()),
            () if index in headings else lines.get(one.row, ()),
        )
        for index, (one, span) in enumerate(zip(placed, spans, strict=True))
    )
    return Table(start, end, cells, caption)


_YEAR = re.compile(r"(?:1[5-9]|20)\d\d(?:\s*[-–/]\s*\d{2,4})?[a-z*]?", re.ASCII)
_FIGURE = re.compile(r"[-–(<>~]?\s*\d[\d.,\s%]*[)*a-z†]?", re.ASCII)


def _holds_figure(text: str) -> bool:
    """Whether a cell is a figure; a year names a row or column."""
    plain = text.strip()
    return _FIGURE.fullmatch(plain) is not None and _YEAR.fullmatch(plain) is None


def find_headings(placed: Sequence[PlacedCell]) -> dict[int, str]:
    """Return which cells are headings, by index, and of what: ``"column"`` or ``"row"``.

    Notes
    -----
    A format's own headings count first: those with a figure in their row name the row, the
    others name columns.  Without any, the last rows before a figure, which hold words and years
    only, name the columns, and the first column names the rows if it holds words and years while figures
    stand beside it.
    """
    figure_rows = {p.row for p in placed if not p.cell.heading and _holds_figure(p.cell.text)}
    marked = {i for i, p in enumerate(placed) if p.cell.heading}
    found: dict[int, str] = {i: "row" if placed[i].row in figure_rows else "column" for i in marked}
    if not figure_rows:
        return found or {i: "column" for i, p in enumerate(placed) if p.row == placed[0].row}
    top = min(figure_rows)
    if "column" not in found.values():
        found |= {i: "column" for i, p in enumerate(placed) if top - _UNMARKED_ROWS <= p.row < top}
    if "row" not in found.values():
        first = [(i, p) for i, p in enumerate(placed) if p.column == 0 and p.row >= top and i not in found]
        if first and not any(_holds_figure(p.cell.text) for _, p in first):
            found |= {i: "row" for i, _ in first}
    return found
