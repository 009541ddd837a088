"""Plain text: its encoding, its line ends and, in OCRed text, its pages."""

from __future__ import annotations

import hashlib
from pathlib import Path

from counterstream.drafting.document import Document, Page
from counterstream.drafting.readers import codes
from counterstream.drafting.readers.encodings import decode_text
from counterstream.errors import CounterstreamError, Problem

_LINE_ENDS = ("\r\n", "\r", "\u2028", "\x85")
_PAGE_END = "\f"
#: The longest scanned files have some thousand pages.
MOST_PAGES = 10_000


def read_text(raw: bytes, path: Path, encoding: str | None = None) -> Document:
    """Read plain text.

    Parameters
    ----------
    raw
        Bytes of the file.
    path
        The file, for messages and the document's name.
    encoding
        If the user knows it.

    Raises
    ------
    CounterstreamError
        If the text cannot be decoded (D107, D108), holds NULs (D106) or has too many pages (D115).

    Notes
    -----
    Line ends of every kind become line feeds; nothing else is changed.  A form feed ends a page.
    """
    decoded = decode_text(raw, str(path), encoding)
    text = join_line_ends(decoded.text)
    return Document(
        text,
        path.name,
        hashlib.sha256(raw).hexdigest(),
        encoding=decoded.encoding,
        encoding_basis=decoded.basis,
        pages=_find_pages(text, str(path)),
    )


def join_line_ends(text: str) -> str:
    """Return text whose lines end with line feeds, whatever they ended with."""
    for end in _LINE_ENDS:
        text = text.replace(end, "\n")
    return text


def _find_pages(text: str, name: str) -> tuple[Page, ...]:
    """Return the pages that form feeds end; none if there is no form feed."""
    count = text.count(_PAGE_END)
    if not count:
        return ()
    if count > MOST_PAGES:
        raise CounterstreamError(
            Problem(
                codes.TOO_MANY_PAGES,
                "the text has too many pages",
                name,
                found=f"{count:,} form feeds",
                allowed=f"at most {MOST_PAGES:,}",
                mend="divide it, or take the form feeds out if they end no pages",
            )
        )
    pages: list[Page] = []
    start = 0
    for number, page in enumerate(text.split(_PAGE_END), start=1):
        if start < len(text) or page:
            pages.append(Page(number, start, start + len(page)))
        start += len(page) + 1
    return tuple(pages)
