"""A table of text as rows with their lines, and numbers as statistical offices write them."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from counterstream.drafting.imports import codes
from counterstream.drafting.readers.encodings import decode_text
from counterstream.drafting.readers.files import unpack_gzip
from counterstream.errors import CounterstreamError, Problem
from counterstream.evidence.table import show

#: Characters that no table has; a ledger takes none of them.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_NUMBER = re.compile(r"\d+(?:\.\d+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class RawTable:
    """A file's text before its rows are taken apart; ``digest`` is of the file's bytes (SHA-256)."""

    path: Path
    text: str
    digest: str

    @property
    def head(self) -> str:
        """The first lines, by which a table is recognised."""
        return self.text[:4096]


def read_raw_table(path: Path, raw: bytes) -> RawTable:
    """Return the text of a table from its file's bytes, packed with gzip or not.

    Raises
    ------
    CounterstreamError
        If it cannot be unpacked or decoded, or holds a control character (D417).
    """
    name = str(path)
    text = decode_text(unpack_gzip(raw, name), name).text
    control = CONTROL.search(text)
    if control is not None:
        line = text.count("\n", 0, control.start()) + 1
        mend = "download the table again; if a program has changed it, use the file as it was"
        message = "there is a control character"
        raise CounterstreamError(
            Problem(codes.CONTROL_CHARACTER, message, name, line, found=show(control.group()), mend=mend)
        )
    return RawTable(path, text, hashlib.sha256(raw).hexdigest())


def split_rows(table: RawTable, separator: str = ",") -> Iterator[tuple[int, list[str]]]:
    """Give rows that hold anything, each with the line at which it starts.

    Raises
    ------
    CounterstreamError
        If quotation marks do not pair or a cell is longer than any figure's (D412).
    """
    quoting = csv.QUOTE_NONE if separator == "\t" else csv.QUOTE_MINIMAL
    reader = csv.reader(io.StringIO(table.text, newline=""), delimiter=separator, quoting=quoting, strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise CounterstreamError(
            Problem(
                codes.BROKEN_QUOTES,
                "the table cannot be divided into cells",
                str(table.path),
                line,
                found=str(error),
                mend="download the table again; if a program has changed it, use the file as it was",
            )
        ) from error


def parse_figure(text: str) -> float | None:
    """Return a plain number without sign or separators; None for anything else."""
    if not _NUMBER.fullmatch(text):
        return None
    value = float(text)
    # 400 digits are a number for a regular expression and infinite for a computer.
    return value if value < float("inf") else None


def same_heading(text: str) -> str:
    """Return a heading's letters and figures alone, by which spellings of one heading are the same."""
    return re.sub(r"[\W_]+", "", text.casefold())
