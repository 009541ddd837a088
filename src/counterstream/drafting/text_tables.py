"""Tables that are set with spaces, tabs or bars in a plain text."""

from __future__ import annotations

import re
from collections.abc import Mapping

from counterstream.drafting.document import Cell, Table
from counterstream.drafting.furniture import Line

_CELL = re.compile(r"[^\s|]+(?: [^\s|]+)*")
_NUMERIC = re.compile(
    r"[<>~≥≤(]?[-–+]?\d[\d.,' \u00a0]*(?:%|\)|\*|[a-z]\))?$|[-–—.…*]{1,3}$|n\.?a\.?$|\.\.$", re.IGNORECASE
)
_DIGIT = re.compile(r"\d")
_RULE = re.compile(r"[-–—=_+|\s:]+$")
#: A caption is not longer than this.
_LONGEST_CAPTION = 250
_FEWEST_ROWS = 2

Span = tuple[int, int]


def find_text_tables(lines: list[Line], furniture: Mapping[int, object]) -> list[Table]:
    """Return tables: rows that follow one another, each with a heading and two or more figures, or in equal columns."""
    tables: list[Table] = []
    index = 0
    while index < len(lines):
        rows: list[tuple[int, list[Span]]] = []
        position = index
        while position < len(lines):
            if lines[position].blank or _RULE.match(lines[position].text):
                if (
                    rows
                    and position + 1 < len(lines)
                    and not lines[position + 1].blank
                    and _read_row(lines[position + 1])
                ):
                    position += 1
                    continue
                break
            row = None if position in furniture else _read_row(lines[position])
            if row is None:
                break
            rows.append((position, row))
            position += 1
        if len(rows) >= _FEWEST_ROWS and _are_columns(lines, rows):
            tables.append(_make_table(lines, rows, furniture))
            index = position
        index += 1
    return tables


def _read_row(line: Line) -> list[Span] | None:
    """Return the cells of a row of figures, or nothing if the line is none."""
    text = line.text
    if len(text) > 300 or not _DIGIT.search(text):
        return None
    cells = [match.span() for match in _CELL.finditer(text)]
    if len(cells) < 2:
        return None
    figures = sum(_NUMERIC.match(text[start:end]) is not None for start, end in cells)
    if all(_is_year(text[start:end]) for start, end in cells[len(cells) > figures :]):
        return None
    # A row is figures behind a heading: what else stands in it makes it prose in columns.
    return (
        cells
        if figures >= max(1, len(cells) - 1) and (figures >= 2 or ("|" in text or "\t" in text or "  " in text))
        else None
    )


def _are_columns(lines: list[Line], rows: list[tuple[int, list[Span]]]) -> bool:
    """Whether rows have the same number of cells, most of them at least."""
    counts = [len(cells) for _, cells in rows]
    usual = max(set(counts), key=counts.count)
    figures = sum(
        _NUMERIC.match(lines[number].text[start:end]) is not None for number, cells in rows for start, end in cells
    )
    return counts.count(usual) * 3 >= 2 * len(counts) and figures >= 4


def _make_table(lines: list[Line], rows: list[tuple[int, list[Span]]], furniture: Mapping[int, object]) -> Table:
    """Return the table of some rows with its headings and caption."""
    first = rows[0][0]
    above = first - 1
    while above >= 0 and (lines[above].blank or _RULE.match(lines[above].text)) and first - above < 3:
        above -= 1
    headings: list[tuple[int, list[Span]]] = []
    while (
        above >= 0
        and not lines[above].blank
        and above not in furniture
        and len(headings) < 2
        and _is_heading_row(lines[above], rows)
    ):
        headings.insert(0, (above, [match.span() for match in _CELL.finditer(lines[above].text)]))
        above -= 1
    while above >= 0 and (lines[above].blank or _RULE.match(lines[above].text)) and first - above < 6:
        above -= 1
    caption = (
        lines[above].text
        if above >= 0 and above not in furniture and len(lines[above].text) <= _LONGEST_CAPTION
        else ""
    )
    cells: list[Cell] = []
    for row, (number, spans) in enumerate(headings):
        line = lines[number]
        cells.extend(
            Cell(line.start + start, line.start + end, row, column, heading=True)
            for column, (start, end) in enumerate(spans)
        )
    for row, (number, spans) in enumerate(rows, len(headings)):
        line = lines[number]
        label = _NUMERIC.match(line.text[spans[0][0] : spans[0][1]]) is None or _is_year(line.text[slice(*spans[0])])
        names = (line.text[slice(*spans[0])],) if label else ()
        for column, (start, end) in enumerate(spans):
            over = tuple(name for head in headings if (name := _heading_over(lines, head, spans, column, label)))
            is_heading = label and column == 0
            cells.append(
                Cell(
                    line.start + start,
                    line.start + end,
                    row,
                    column,
                    is_heading,
                    () if is_heading else over,
                    () if is_heading else names,
                )
            )
    begin = lines[headings[0][0] if headings else first].start
    return Table(begin, lines[rows[-1][0]].end, tuple(cells), caption)


def _is_year(text: str) -> bool:
    return re.fullmatch(r"(?:1[5-9]|20)\d\d(?:[-–/]\d{2,4})?", text) is not None


def _is_heading_row(line: Line, rows: list[tuple[int, list[Span]]]) -> bool:
    """Whether a line names columns: cells parted widely, or as many as the figures below."""
    cells = [match.span() for match in _CELL.finditer(line.text)]
    wide = re.search(r"\s{2,}|\t|\|", line.text) is not None
    return len(cells) >= 2 and wide and len(line.text) <= 300 and len(cells) <= len(rows[0][1]) + 1


def _heading_over(lines: list[Line], head: tuple[int, list[Span]], spans: list[Span], column: int, label: bool) -> str:
    """Return the heading over a cell, by number where the numbers agree and else by place."""
    text, cells = lines[head[0]].text, head[1]
    if len(cells) == len(spans):
        return text[slice(*cells[column])]
    if label and len(cells) == len(spans) - 1:
        return text[slice(*cells[column - 1])] if column else ""
    center = sum(spans[column]) / 2
    nearest = min(cells, key=lambda cell: abs(sum(cell) / 2 - center))
    return text[slice(*nearest)]
