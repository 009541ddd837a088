"""The entry: a file in, a document out, whatever its format."""

from __future__ import annotations

import re
import shlex
from enum import StrEnum
from pathlib import Path

from counterstream.drafting.document import Document
from counterstream.drafting.readers import codes
from counterstream.drafting.readers.delimited import read_delimited
from counterstream.drafting.readers.files import read_file
from counterstream.drafting.readers.text import read_text
from counterstream.errors import CounterstreamError, Problem


class Form(StrEnum):
    """A format that is read."""

    TEXT = "text"
    PDF = "pdf"
    HTML = "html"
    DOCX = "docx"
    CSV = "csv"


_ENDINGS = {
    ".pdf": Form.PDF,
    ".html": Form.HTML,
    ".htm": Form.HTML,
    ".xhtml": Form.HTML,
    ".docx": Form.DOCX,
    ".csv": Form.CSV,
    ".tsv": Form.CSV,
}
_HTML_START = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html)\b",
    re.IGNORECASE | re.DOTALL,
)
#: Beginnings of formats that are met often and not read, with what to do.
_FOREIGN: tuple[tuple[bytes, str, str], ...] = (
    (b"\xd0\xcf\x11\xe0", "an old Word, Excel or PowerPoint file", "save it as DOCX, for instance by: {convert}"),
    (b"{\\rtf", "a Rich Text file", "save it as DOCX, for instance by: {convert}"),
    (b"\x89PNG", "a picture", "make a PDF with text of it by: {ocr}"),
    (b"\xff\xd8\xff", "a picture", "make a PDF with text of it by: {ocr}"),
    (b"II*\0", "a picture", "make a PDF with text of it by: {ocr}"),
    (b"MM\0*", "a picture", "make a PDF with text of it by: {ocr}"),
    (b"\x1f\x8b", "a file packed with gzip", "unpack it by: gunzip {name}"),
    (b"AT&TFORM", "a DjVu file", "make a text of it by: djvutxt {name} {stem}.txt"),
)


def read_document(
    path: Path, form: Form | None = None, encoding: str | None = None, password: str | None = None
) -> Document:
    """Read a document of any format.

    Parameters
    ----------
    path
        The file.
    form
        Its format; found from its first bytes and its ending if not given.
    encoding
        Encoding of a text, web page or CSV file; found from the bytes if not given.
    password
        For a PDF that is locked.

    Raises
    ------
    CounterstreamError
        With a code ``D1xx`` and the place, for every file that cannot be read.
    """
    raw = read_file(path)
    form = form or recognise_form(raw, path)
    # The library for a format is loaded when a document has that format.
    if form is Form.PDF:
        from counterstream.drafting.readers.pdf import read_pdf

        return read_pdf(raw, path, password)
    if form is Form.DOCX:
        from counterstream.drafting.readers.word import read_docx

        return read_docx(raw, path)
    if form is Form.HTML:
        from counterstream.drafting.readers.web import read_html

        return read_html(raw, path, encoding)
    if form is Form.CSV:
        return read_delimited(raw, path, encoding)
    return read_text(raw, path, encoding)


def recognise_form(raw: bytes, path: Path) -> Form:
    """Return the format of a file: by its first bytes, where they tell, else by its ending.

    Raises
    ------
    CounterstreamError
        If it is of a kind that is met often and not read (D105).
    """
    # Some programs write a line before the PDF's own first one; readers look into the first kilobyte.
    if b"%PDF-" in raw[:1024]:
        return Form.PDF
    if raw.startswith(b"PK\x03\x04"):
        return _recognise_packed(raw, path)
    if _HTML_START.match(raw[:4096]):
        return Form.HTML
    for start, kind, mend in _FOREIGN:
        if raw.startswith(start):
            raise CounterstreamError(_refuse(path, kind, mend))
    return _ENDINGS.get(path.suffix.lower(), Form.TEXT)


def _recognise_packed(raw: bytes, path: Path) -> Form:
    """Return the format of a packed file; only Word documents are read."""
    # Names of an archive's parts stand unpacked at its end.
    if b"word/document.xml" in raw or path.suffix.lower() == ".docx":
        return Form.DOCX
    if b"xl/workbook.xml" in raw:
        raise CounterstreamError(
            _refuse(path, "a workbook", "save the sheet as CSV, or import it if it is a known table")
        )
    if b"opendocument" in raw[:200]:
        raise CounterstreamError(_refuse(path, "an OpenDocument file", "save it as DOCX, for instance by: {convert}"))
    raise CounterstreamError(_refuse(path, "an archive", "unpack it and name one of its files"))


def _refuse(path: Path, kind: str, mend: str) -> Problem:
    """Say that a kind of file is not read, and what to do."""
    quoted = shlex.quote(path.name)
    stem = shlex.quote(path.stem)
    commands = {
        "name": quoted,
        "stem": stem,
        "convert": f"soffice --headless --convert-to docx {quoted}",
        "ocr": f"ocrmypdf --image-dpi 300 {quoted} {shlex.quote(path.stem + '.pdf')}",
    }
    return Problem(
        codes.UNKNOWN_FORM,
        "files of this kind are not read",
        str(path),
        found=kind,
        allowed="plain text, PDF with text, HTML, DOCX, CSV",
        mend=mend.format(**commands),
    )
