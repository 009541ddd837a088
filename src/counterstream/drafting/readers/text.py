"""Plain text: its encoding, its line ends and, in OCRed text, its pages."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from counterstream.drafting.document import Document, Page
from counterstream.drafting.readers.encodings import decode_text

_LINE_END = re.compile(r"\r\n?|\u2028|\x85")
_PAGE_END = "\f"


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
        If the text cannot be decoded (D107, D108) or holds NULs (D106).

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
        pages=_find_pages(text),
    )


def join_line_ends(text: str) -> str:
    """Return text whose lines end with line feeds, whatever they ended with."""
    return _LINE_END.sub("\n", text) if "\r" in text or "\u2028" in text or "\x85" in text else text


def _find_pages(text: str) -> tuple[Page, ...]:
    """Return the pages that form feeds end; none if there is no form feed."""
    if _PAGE_END not in text:
        return ()
    pages: list[Page] = []
    start = 0
    for number, page in enumerate(text.split(_PAGE_END), start=1):
        if start < len(text) or page:
            pages.append(Page(number, start, start + len(page)))
        start += len(page) + 1
    return tuple(pages)
