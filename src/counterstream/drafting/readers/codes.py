"""Codes of everything that can be wrong with a file that is to be read as a document."""

from __future__ import annotations

MISSING_FILE = "D101"
UNREADABLE_FILE = "D102"
HUGE_FILE = "D103"
EMPTY_FILE = "D104"
UNKNOWN_FORM = "D105"
NUL_CHARACTER = "D106"
UNKNOWN_ENCODING = "D107"
WRONG_ENCODING = "D108"
HUGE_ARCHIVE = "D109"
BROKEN_ARCHIVE = "D111"
BROKEN_PDF = "D112"
LOCKED_PDF = "D113"
NO_TEXT_LAYER = "D114"
TOO_MANY_PAGES = "D115"
BROKEN_DOCX = "D116"
NO_TEXT = "D117"
TOO_MUCH_TEXT = "D118"
DEEP_HTML = "D119"
BROKEN_TABLE = "D120"
BLANK_PAGES = "D121"

CODES: dict[str, str] = {
    MISSING_FILE: "the document does not exist",
    UNREADABLE_FILE: "the document cannot be read",
    HUGE_FILE: "the file is larger than documents are read",
    EMPTY_FILE: "the file is empty",
    UNKNOWN_FORM: "the file is of a kind that is not read",
    NUL_CHARACTER: "a text holds NUL characters, which no text has",
    UNKNOWN_ENCODING: "an encoding is not known, or that of a text cannot be found out",
    WRONG_ENCODING: "a text is not in the encoding that was named",
    HUGE_ARCHIVE: "a file holds more, unpacked, than documents are read",
    BROKEN_ARCHIVE: "a file that is packed (DOCX, XLSX, GZ) cannot be unpacked",
    BROKEN_PDF: "a PDF, or a page of it, cannot be read",
    LOCKED_PDF: "a PDF asks for a password",
    NO_TEXT_LAYER: "a PDF holds pictures of pages and no text",
    TOO_MANY_PAGES: "a PDF has more pages than documents are read",
    BROKEN_DOCX: "a file is no Word document, or a part of it cannot be read",
    NO_TEXT: "the document holds no text",
    TOO_MUCH_TEXT: "the document holds more text than documents are read",
    DEEP_HTML: "elements of a web page stand in one another deeper than any page needs",
    BROKEN_TABLE: "a table of text cannot be divided into cells",
    BLANK_PAGES: "some pages of a PDF hold pictures and no text",
}
