"""PDF with a text layer: the text in reading order, with the page and the box of every word."""

from __future__ import annotations

import ctypes
import hashlib
import re
import shlex
import threading
import zlib
from collections.abc import Generator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium

from counterstream.drafting.document import Box, Document, Page
from counterstream.drafting.readers import codes
from counterstream.drafting.readers.building import TextBuilder
from counterstream.drafting.readers.layout import Glyph, order_page, turn_box
from counterstream.errors import CounterstreamError, Problem

#: A document of more pages is a book or an archive, which a person reads by chapters.
MOST_PAGES = 1_000
#: Characters of all pages; a page of small print has some 6,000.
MOST_CHARACTERS = 6_000_000

#: Commands that draw a page, unpacked; a page of maps has one or two million.
LARGEST_STREAM_BYTES = 20_000_000

#: PDFium may be entered by one thread at a time.
_one_at_a_time = threading.Lock()

#: PDFium's sign for a hyphen at the end of a line.
_LINE_END_HYPHEN = 2
#: Numbers that stand for letters without a meaning in Unicode, and the last that Unicode has.
_NO_CHARACTERS = frozenset({0xFFFE, 0xFFFF})
_LAST_CHARACTER = 0x10FFFF


def read_pdf(raw: bytes, path: Path, password: str | None = None) -> Document:
    """Read a PDF with a text layer.

    Parameters
    ----------
    raw
        Bytes of the file.
    path
        The file, for messages and the document's name.
    password
        If the file is locked.

    Raises
    ------
    CounterstreamError
        If the file is damaged (D112) or locked (D113), has too many pages (D115) or too much
        text (D118), or has no text (D114): then the message names the command that adds it.

    Notes
    -----
    Boxes are in points from the lower left corner of the page as it is shown.
    """
    name = str(path)
    _check_streams(raw, name)
    builder = TextBuilder()
    pages: list[Page] = []
    boxes: list[Box] = []
    with _one_at_a_time, _opened(raw, name, password) as pdf:
        if len(pdf) > MOST_PAGES:
            raise CounterstreamError(_too_much(codes.TOO_MANY_PAGES, "pages", len(pdf), MOST_PAGES, name))
        for number in range(1, len(pdf) + 1):
            glyphs = _read_glyphs(pdf, number, builder.length, name)
            pages.append(_add_page(glyphs, number, builder, boxes))
        title = pdf.get_metadata_value("Title")
    if not builder.length:
        raise CounterstreamError(_no_text(path, len(pages)))
    return Document(
        builder.text,
        path.name,
        hashlib.sha256(raw).hexdigest(),
        "pdf",
        pages=tuple(pages),
        paragraphs=tuple(builder.paragraphs),
        boxes=tuple(boxes),
        title=title,
    )


def warn_of_blank_pages(document: Document) -> tuple[Problem, ...]:
    """Return a warning if some pages of a PDF hold no text: they may be pictures."""
    blank = [str(page.number) for page in document.pages if page.start == page.end]
    if not blank or document.form != "pdf":
        return ()
    shown = ", ".join(blank[:20]) + (", ..." if len(blank) > 20 else "")
    return (
        Problem(
            codes.BLANK_PAGES,
            f"{len(blank):,} of {len(document.pages):,} pages hold no text",
            document.name,
            found=f"pages {shown}",
            mend=f"if they are pictures of pages, add their text by: {name_command(Path(document.name))}",
            severity="warning",
        ),
    )


def name_command(path: Path) -> str:
    """Return the command that adds a text layer to a PDF."""
    made = path.with_name(f"{path.stem}-with-text.pdf")
    return f"ocrmypdf --skip-text {shlex.quote(str(path))} {shlex.quote(str(made))}"


_STREAM = re.compile(rb"stream\r?\n(?=x)")


def _check_streams(raw: bytes, name: str) -> None:
    """Refuse a PDF in which a few packed bytes unpack to more commands than a page has; pictures may be large."""
    for found in _STREAM.finditer(raw):
        dictionary = raw[max(0, found.start() - 2000) : found.start()].rpartition(b" obj")[2]
        if b"/Image" in dictionary:
            continue
        # A damaged stream is for the library to judge.
        with suppress(zlib.error):
            unpacker = zlib.decompressobj()
            unpacker.decompress(raw[found.end() : found.end() + LARGEST_STREAM_BYTES], LARGEST_STREAM_BYTES)
            if unpacker.unconsumed_tail:
                size = LARGEST_STREAM_BYTES
                raise CounterstreamError(_too_much(codes.TOO_MUCH_TEXT, "bytes in one stream", size, size, name))


@contextmanager
def _opened(raw: bytes, name: str, password: str | None) -> Generator[pypdfium2.PdfDocument]:
    """Open a PDF and close it after whatever was opened inside it."""
    try:
        pdf = pypdfium2.PdfDocument(raw, password=password)
    except pypdfium2.PdfiumError as error:
        if error.err_code == pdfium.FPDF_ERR_PASSWORD:
            raise CounterstreamError(
                Problem(
                    codes.LOCKED_PDF,
                    "the PDF is locked with a password" if password is None else "the password does not open the PDF",
                    name,
                    mend="give its password, or save a copy without one",
                )
            ) from error
        raise CounterstreamError(_damaged(name, str(error))) from error
    with closing(pdf):
        yield pdf


def _add_page(glyphs: list[Glyph], number: int, builder: TextBuilder, boxes: list[Box]) -> Page:
    """Add the paragraphs of a page and the boxes of its words; return the page."""
    first: int | None = None
    for paragraph in order_page(glyphs):
        before = len(builder.paragraphs)
        builder.add_paragraph(paragraph.text, number)
        if len(builder.paragraphs) == before:
            continue
        start = builder.paragraphs[-1].start
        first = start if first is None else first
        boxes.extend(
            Box(start + w.start, start + w.end, number, w.left, w.bottom, w.right, w.top) for w in paragraph.words
        )
    return Page(number, builder.length if first is None else first, builder.length)


def _read_glyphs(pdf: pypdfium2.PdfDocument, number: int, before: int, name: str) -> list[Glyph]:
    """Return the letters of a page with their boxes, as the page is shown.

    Raises
    ------
    CounterstreamError
        If the page cannot be read or, with the ``before`` characters read already, holds too much.
    """
    try:
        with closing(pdf[number - 1]) as page, closing(page.get_textpage()) as text:
            found = before + text.count_chars()
            if found > MOST_CHARACTERS:
                raise CounterstreamError(_too_much(codes.TOO_MUCH_TEXT, "characters", found, MOST_CHARACTERS, name))
            return _show(_read_letters(text), page.get_rotation(), page.get_bbox())
    except pypdfium2.PdfiumError as error:
        raise CounterstreamError(_damaged(name, f"page {number}: {error}")) from error


def _read_letters(text: pypdfium2.PdfTextPage) -> list[Glyph]:
    """Return the letters of a page with their boxes in the page's own coordinates."""
    handle, box = text.raw, pdfium.FS_RECTF()
    place = ctypes.byref(box)
    letters: list[Glyph] = []
    for index in range(text.count_chars()):
        letter = _name_letter(pdfium.FPDFText_GetUnicode(handle, index))
        if not letter.isspace() and pdfium.FPDFText_GetLooseCharBox(handle, index, place):
            letters.append(Glyph(letter, box.left, box.bottom, box.right, box.top))
        else:
            letters.append(Glyph(letter, 0.0, 0.0, 0.0, 0.0))
    return letters


def _name_letter(number: int) -> str:
    """Return the letter of a number; of numbers that stand for none, a space or the mark of a lost letter."""
    if number == _LINE_END_HYPHEN:
        return "-"
    if number == 0:
        return " "
    if number > _LAST_CHARACTER or 0xD800 <= number < 0xE000 or number in _NO_CHARACTERS:
        return "\N{REPLACEMENT CHARACTER}"
    return chr(number)


def _show(letters: list[Glyph], rotation: int, page: tuple[float, float, float, float]) -> list[Glyph]:
    """Return letters in the coordinates of the page as it is shown: turned clockwise, and from its own corner."""
    quarters = rotation // 90
    left, bottom, _, _ = turn_box(page, quarters)
    if not quarters and not left and not bottom:
        return letters
    shown: list[Glyph] = []
    for text, *box in letters:
        x1, y1, x2, y2 = turn_box((box[0], box[1], box[2], box[3]), quarters)
        shown.append(Glyph(text, x1 - left, y1 - bottom, x2 - left, y2 - bottom))
    return shown


def _damaged(name: str, reason: str) -> Problem:
    """Say that a PDF cannot be read."""
    mend = "open it in a viewer; if it shows, print it into a new PDF; if not, fetch it again"
    return Problem(codes.BROKEN_PDF, "the PDF is damaged and cannot be read", name, found=reason, mend=mend)


def _too_much(code: str, what: str, found: int, most: int, name: str) -> Problem:
    """Say that a PDF is too long."""
    return Problem(
        code,
        f"the PDF has too many {what}",
        name,
        found=f"{found:,}",
        allowed=f"at most {most:,}",
        mend="divide it into parts, for instance by: qpdf --split-pages=100",
    )


def _no_text(path: Path, pages: int) -> Problem:
    """Say that a PDF is a scan without text, and how to add it."""
    return Problem(
        codes.NO_TEXT_LAYER,
        "the PDF has no text: its pages are pictures",
        str(path),
        found=f"{pages:,} pages without a letter",
        mend=f"add the text, and name the new file: {name_command(path)}",
    )
