"""A document as it was read: its text in code points and where in it everything stands.

Every place is a span of the *raw* text, the text that a reader took from the file.  Spans
count code points from 0 and their end is exclusive, as in the TextPositionSelector of the
W3C Web Annotation Data Model.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the document; ``number`` counts from 1."""

    number: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph, as the format has it or as blank lines part it; ``page`` is 0 if unknown."""

    start: int
    end: int
    page: int = 0


@dataclass(frozen=True, slots=True)
class Box:
    """Where a span of text is drawn on a PDF page.

    Parameters
    ----------
    start, end
        Span of the raw text.
    page
        Page number, from 1.
    left, bottom, right, top
        In points, from the page's lower left corner.
    """

    start: int
    end: int
    page: int
    left: float
    bottom: float
    right: float
    top: float


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table.

    Parameters
    ----------
    start, end
        Span of the cell's text in the raw text.
    row, column
        Place in the table, from 0; a cell that covers several has the first.
    heading
        Whether it names a row or a column rather than holding a figure.
    column_headings, row_headings
        Texts of the headings that the cell stands under and beside, outermost first.
    """

    start: int
    end: int
    row: int
    column: int
    heading: bool = False
    column_headings: tuple[str, ...] = ()
    row_headings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose cells are spans of the raw text."""

    start: int
    end: int
    cells: tuple[Cell, ...]
    caption: str = ""
    page: int = 0


@dataclass(frozen=True, slots=True)
class Document:
    """What was read from one file.

    Parameters
    ----------
    text
        Raw text; nothing has been mended in it.
    name
        Name of the source, usually the file's.
    sha256
        Digest of the file's bytes, in hexadecimal.
    form
        ``text``, ``pdf``, ``html``, ``docx`` or ``csv``.
    encoding, encoding_basis
        Encoding of the bytes and how it was found, such as "byte order mark"; empty for formats
        that hold no plain text.
    pages, paragraphs
        In order, not overlapping; may be empty, then blank lines part paragraphs.
    boxes
        For PDF: spans of words or lines with their places on the page.
    tables
        Tables, whose text is part of the raw text.
    date
        Date of the document in EDTF, if the format or the file states one.
    title
        Title, if the format states one.
    """

    text: str
    name: str
    sha256: str
    form: str = "text"
    encoding: str = ""
    encoding_basis: str = ""
    pages: tuple[Page, ...] = ()
    paragraphs: tuple[Paragraph, ...] = ()
    boxes: tuple[Box, ...] = ()
    tables: tuple[Table, ...] = ()
    date: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Defaults:
    """What the researcher says of the whole document; used where the text says nothing.

    Parameters
    ----------
    date
        Date of the document in EDTF (``1987-02``); relative times are counted from it.
    origin, destination, group
        Places and group that figures concern unless they name others.
    month_first
        Whether 3/4/1985 is a day in March (American order).
    """

    date: str = ""
    origin: str = ""
    destination: str = ""
    group: str = ""
    month_first: bool = False


def document_of_text(text: str, name: str = "text") -> Document:
    """Return a document that consists of a string, digested as UTF-8."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return Document(text, name, digest, encoding="utf-8", encoding_basis="a string")
