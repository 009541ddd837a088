"""Tables of text (CSV, TSV) as documents: the text stays as it is, and every cell knows its headings."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from pathlib import Path

from counterstream.drafting.document import Document
from counterstream.drafting.readers import codes
from counterstream.drafting.readers.building import PlacedCell, RawCell, make_table
from counterstream.drafting.readers.encodings import decode_text
from counterstream.drafting.readers.text import join_line_ends
from counterstream.errors import CounterstreamError, Problem

SEPARATORS = ",;\t|"
#: A table that a person reads cell by cell; statistical tables are imported and not drafted from.
MOST_CELLS = 200_000
_LINES_TO_JUDGE_BY = 20


def read_delimited(raw: bytes, path: Path, encoding: str | None = None) -> Document:
    """Read a table of text whose cells are separated by commas, semicolons, tabs or bars.

    Raises
    ------
    CounterstreamError
        As for plain text, and if cells cannot be told apart or are too many (D120, D118).
    """
    decoded = decode_text(raw, str(path), encoding)
    text = join_line_ends(decoded.text)
    placed, spans = _split(text, _find_separator(text), str(path))
    table = make_table(0, len(text), placed, spans)
    return Document(
        text,
        path.name,
        hashlib.sha256(raw).hexdigest(),
        "csv",
        decoded.encoding,
        decoded.basis,
        tables=(table,),
    )


def _find_separator(text: str) -> str:
    """Return the separator that most lines have the same number of; a comma if none has any."""
    lines = [line for line in text[:20_000].split("\n")[:_LINES_TO_JUDGE_BY] if line.strip()]
    unquoted = [re.sub(r'"[^"]*"', "", line) for line in lines]

    def judge(separator: str) -> tuple[int, int]:
        counts = Counter(line.count(separator) for line in unquoted)
        number, agreeing = max(counts.items(), key=lambda item: (item[0] > 0, item[1], item[0]), default=(0, 0))
        return (agreeing if number else 0, number)

    return max(SEPARATORS, key=judge)


def _split(text: str, separator: str, name: str) -> tuple[list[PlacedCell], list[tuple[int, int]]]:
    """Return cells and the span of each one's text, quotation marks around it left out."""
    mark = re.escape(separator)
    cell = re.compile(rf'[ ]*"(?P<quoted>(?:[^"]|"")*)"[ ]*(?={mark}|\n|\Z)|(?P<plain>[^{mark}\n]*)')
    placed: list[PlacedCell] = []
    spans: list[tuple[int, int]] = []
    position, row, column = 0, 0, 0
    while position < len(text):
        found = cell.match(text, position)
        if found is None or len(placed) >= MOST_CELLS:
            raise CounterstreamError(_refuse(text, position, name, len(placed)))
        part = "quoted" if found["quoted"] is not None else "plain"
        start, end = found.span(part)
        content = text[start:end].replace('""', '"') if part == "quoted" else text[start:end]
        placed.append(PlacedCell(RawCell(content), row, column))
        spans.append((start, end))
        position = found.end()
        if text[position : position + 1] == separator:
            column += 1
        else:
            row, column = row + 1, 0
        position += 1
    return placed, spans


def _refuse(text: str, position: int, name: str, cells: int) -> Problem:
    """Say why a table is not read to its end."""
    line = text.count("\n", 0, position) + 1
    if cells >= MOST_CELLS:
        return Problem(
            codes.TOO_MUCH_TEXT,
            "the table has too many cells to be drafted from",
            name,
            line,
            found=f"more than {MOST_CELLS:,}",
            mend="import it, if it is a table of a statistical office; or take the rows that you need",
        )
    return Problem(codes.BROKEN_TABLE, "the table cannot be divided into cells", name, line, mend="check the quotes")
