"""Word documents (DOCX): paragraphs, tables and footnotes, with tracked changes accepted."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol, cast

import docx
from docx.document import Document as WordDocument
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.exceptions import OpcError
from docx.oxml import parse_xml
from docx.oxml.ns import qn

from counterstream.drafting.document import Document
from counterstream.drafting.readers import codes
from counterstream.drafting.readers.archives import check_archive
from counterstream.drafting.readers.building import RawCell, TextBuilder
from counterstream.errors import CounterstreamError, Problem

#: A book of a thousand pages has some 300,000 tags.
MOST_TAGS = 500_000


class _Element(Protocol):
    """What is used of an element of lxml, which comes without types."""

    @property
    def tag(self) -> str: ...
    @property
    def text(self) -> str | None: ...
    def get(self, name: str, default: str | None = None) -> str | None: ...
    def find(self, path: str) -> _Element | None: ...
    def getparent(self) -> _Element | None: ...
    def __len__(self) -> int: ...
    def __getitem__(self, index: int) -> _Element: ...
    def __iter__(self) -> Iterator[_Element]: ...
    def __reversed__(self) -> Iterator[_Element]: ...


_PARAGRAPH, _TABLE, _ROW, _CELL, _RUN = (qn(f"w:{name}") for name in ("p", "tbl", "tr", "tc", "r"))
_TEXT, _TAB, _HYPHEN = qn("w:t"), qn("w:tab"), qn("w:noBreakHyphen")
_BREAKS = frozenset({qn("w:br"), qn("w:cr")})
_NOTE_MARKS = frozenset({qn("w:footnoteReference"), qn("w:endnoteReference")})
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
#: Deleted text, text moved elsewhere, properties, and the second form of a text box.
_DROPPED = frozenset({qn("w:del"), qn("w:moveFrom"), qn("w:pPr"), qn("w:rPr"), qn("w:tblPr"), _FALLBACK})
_BOX = qn("w:txbxContent")
_VALUE, _ID, _KIND = qn("w:val"), qn("w:id"), qn("w:type")
_NOTES = (RELATIONSHIP_TYPE.FOOTNOTES, RELATIONSHIP_TYPE.ENDNOTES)
_NUMBER = re.compile(r"\d{1,3}", re.ASCII)


def read_docx(raw: bytes, path: Path) -> Document:
    """Read a Word document.

    Parameters
    ----------
    raw
        Bytes of the file.
    path
        The file, for messages and the document's name.

    Raises
    ------
    CounterstreamError
        If it cannot be unpacked (D111), holds too much (D109), is no Word document (D116) or
        holds no text (D117).

    Notes
    -----
    Footnotes and endnotes follow the text as paragraphs that begin with their number in brackets,
    as their marks stand in the text.  Entities of XML are not resolved.
    """
    name = str(path)
    check_archive(raw, name, "Word document", most_tags=MOST_TAGS)
    builder = TextBuilder()
    try:
        document = docx.Document(io.BytesIO(raw))
        _add_blocks(cast(_Element, document.element.body), builder)
        for kind in _NOTES:
            _add_notes(document, kind, builder)
        title = str(document.core_properties.title or "")
    # KeyError, ValueError, AttributeError: parts that refer to missing or other parts; SyntaxError: broken XML.
    except (OpcError, SyntaxError, KeyError, ValueError, AttributeError) as error:
        raise CounterstreamError(
            Problem(
                codes.BROKEN_DOCX,
                "the file is no Word document, or a damaged one",
                name,
                found=f"{type(error).__name__}: {error}"[:200],
                mend="open it in a word processor and save it as DOCX again",
            )
        ) from error
    if not builder.length:
        mend = "check that this is the right file; pictures of pages need OCR first"
        raise CounterstreamError(Problem(codes.NO_TEXT, "the document holds no text", name, mend=mend))
    return Document(
        builder.text,
        path.name,
        hashlib.sha256(raw).hexdigest(),
        "docx",
        paragraphs=tuple(builder.paragraphs),
        tables=tuple(builder.tables),
        title=title,
    )


def _add_blocks(body: _Element, builder: TextBuilder) -> None:
    """Add paragraphs and tables below an element, in order, those of text boxes after their paragraph."""
    stack = [body]
    while stack:
        element = stack.pop()
        if element.tag in _DROPPED:
            continue
        if element.tag == _PARAGRAPH:
            builder.add_paragraph(_gather_text(element))
            stack.extend(reversed(list(_find(element, _BOX, _BOX))))
        elif element.tag == _TABLE:
            builder.add_table(_read_table(element))
        else:
            stack.extend(reversed(element))


def _gather_text(element: _Element) -> str:
    """Return the text of a paragraph or cell; paragraphs inside it begin a line."""
    parts: list[str] = []
    stack = [element]
    while stack:
        here = stack.pop()
        tag = here.tag
        if tag in _DROPPED or tag == _BOX:
            continue
        if tag == _TEXT:
            text = here.text or ""
            parts.append(f"[{text}]" if _NUMBER.fullmatch(text) and _is_raised(here) else text)
        elif tag == _TAB:
            parts.append("\t")
        elif tag == _HYPHEN:
            parts.append("-")
        elif tag in _BREAKS:
            parts.append("\n")
        elif tag in _NOTE_MARKS:
            parts.append(f"[{here.get(_ID)}]")
        else:
            if tag == _PARAGRAPH and parts:
                parts.append("\n")
            stack.extend(reversed(here))
    return "".join(parts)


def _is_raised(text: _Element) -> bool:
    """Whether text is raised, as the mark of a note is."""
    run = text.getparent()
    if run is None or run.tag != _RUN:
        return False
    align = run.find(f"{qn('w:rPr')}/{qn('w:vertAlign')}")
    return align is not None and align.get(_VALUE) == "superscript"


def _read_table(table: _Element) -> list[list[RawCell]]:
    """Return the rows of a table; cells joined downwards are one cell."""
    rows: list[list[list[object]]] = []
    # Column -> the cell that cells below continue: text, rows, columns, heading.
    open_cells: dict[int, list[object]] = {}
    for row in _find(table, _ROW, _TABLE):
        is_head = row.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None
        cells: list[list[object]] = []
        column = 0
        for cell in _find(row, _CELL, _TABLE):
            width, merge = _read_extent(cell)
            above = open_cells.get(column)
            if merge == "continue" and above is not None:
                above[1] = int(str(above[1])) + 1
            else:
                cells.append([_gather_text(cell), 1, width, is_head])
                open_cells[column] = cells[-1]
            column += width
        rows.append(cells)
    return [[RawCell(str(t), int(str(r)), int(str(c)), bool(h)) for t, r, c, h in cells] for cells in rows]


def _find(element: _Element, wanted: str, stop: str) -> Iterator[_Element]:
    """Give elements of a tag below an element, not those of a table inside."""
    stack = list(reversed(element))
    while stack:
        here = stack.pop()
        if here.tag == wanted:
            yield here
        elif here.tag != stop and here.tag not in _DROPPED:
            stack.extend(reversed(here))


def _read_extent(cell: _Element) -> tuple[int, str]:
    """Return how many columns a cell covers, and whether it begins or continues a cell over rows."""
    properties = cell.find(qn("w:tcPr"))
    if properties is None:
        return 1, ""
    span, merge = properties.find(qn("w:gridSpan")), properties.find(qn("w:vMerge"))
    text = "" if span is None else str(span.get(_VALUE))
    width = min(int(text), 1000) if text.isascii() and text.isdigit() and 0 < len(text) < 5 else 1
    return max(width, 1), "" if merge is None else str(merge.get(_VALUE, "continue"))


def _add_notes(document: WordDocument, kind: str, builder: TextBuilder) -> None:
    """Add footnotes or endnotes as paragraphs."""
    for relation in document.part.rels.values():
        if relation.reltype != kind or relation.is_external:
            continue
        for note in cast(_Element, parse_xml(relation.target_part.blob)):
            # Notes with a type are the lines between text and notes.
            if note.get(_KIND) is None and note.get(_ID) is not None:
                text = _gather_text(note).strip()
                builder.add_paragraph(f"[{note.get(_ID)}] {text}" if text else "")
