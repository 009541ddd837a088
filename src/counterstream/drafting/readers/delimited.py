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
MOST_CELLS = 100_000
LONGEST_CELL = 20_000
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
    ends = re.compile(f"[{re.escape(separator)}\n]")
    placed: list[PlacedCell] = []
    spans: list[tuple[int, int]] = []
    position, row, column = 0, 0, 0
    while position < len(text):
        if len(placed) >= MOST_CELLS:
            raise CounterstreamError(_refuse(text, position, name, codes.TOO_MUCH_TEXT))
        is_quoted = text.startswith('"', position)
        start = position + is_quoted
        if is_quoted:
            end = _find_closing(text, start)
            position = end + 1
        else:
            found = ends.search(text, start, start + LONGEST_CELL)
            end = found.start() if found else min(len(text), start + LONGEST_CELL)
            position = end
        at_end = position >= len(text) or text[position] in (separator, "\n")
        if end < start or not at_end:
            raise CounterstreamError(_refuse(text, start, name, codes.BROKEN_TABLE))
        content = text[start:end].replace('""', '"') if is_quoted else text[start:end]
        placed.append(PlacedCell(RawCell(content), row, column))
        spans.append((start, end))
        if text.startswith(separator, position):
            column += 1
        else:
            row, column = row + 1, 0
        position += 1
    return placed, spans


def _find_closing(text: str, start: int) -> int:
    """Return where the quotation mark stands that closes a cell; -1 if there is none in reach."""
    limit = start + LONGEST_CELL
    end = text.find('"', start, limit)
    while end >= 0 and text.startswith('"', end + 1):
        end = text.find('"', end + 2, limit)
    return end


def _refuse(text: str, position: int, name: str, code: str) -> Problem:
    """Say why a table is not read to its end."""
    line = text.count("\n", 0, position) + 1
    if code == codes.TOO_MUCH_TEXT:
        return Problem(
            code,
            "the table has too many cells to be drafted from",
            name,
            line,
            found=f"more than {MOST_CELLS:,}",
            mend="import it, if it is a table of a statistical office; or take the rows that you need",
        )
    return Problem(
        code,
        "the table cannot be divided into cells",
        name,
        line,
        found="a cell that does not end where its quotation marks do, or is too long",
        allowed=f'up to {LONGEST_CELL:,} characters; quotation marks in a quoted cell doubled: "the ""third"" wave"',
        mend="check the quotation marks of this line",
    )
