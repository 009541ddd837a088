"""Web pages: the paragraphs and tables that a reader sees, without scripts, styles and navigation."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser, LexborNode

from counterstream.drafting.document import Document
from counterstream.drafting.readers import codes
from counterstream.drafting.readers.building import RawCell, TextBuilder
from counterstream.drafting.readers.encodings import decode_text
from counterstream.errors import CounterstreamError, Problem

#: The tree of a page takes twenty times the page's own bytes of memory.
LARGEST_PAGE_BYTES = 10_000_000
#: Elements take two hundred bytes of memory each; the longest pages of figures have half of this.
MOST_TAGS = 100_000
#: Pages made by people nest to about thirty; parsing takes time by the square of the depth.
DEEPEST = 2_000


def _tags(names: str) -> frozenset[str]:
    """Return the names of tags in a line as a set."""
    return frozenset(names.split())


_DROPPED = _tags(
    "script style noscript template nav head svg math iframe object select button textarea input form aside"
)
_DROPPED_ROLES = frozenset({"navigation", "search", "banner", "contentinfo", "menu", "dialog"})
_BLOCKS = _tags(
    "address article blockquote body center dd details dialog div dl dt fieldset figcaption figure footer"
    " h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu ol p pre section summary"
    " table tbody td tfoot th thead tr ul"
)
#: Elements that hold nothing or end by themselves, and so do not stand in one another.
_SHALLOW = _tags(
    "area base br col embed hr img input link meta param source track wbr p li td th tr dt dd option tbody thead"
    " tfoot colgroup rt rp body html head"
)
_TAG = re.compile(r"<(?P<end>/?)(?P<name>[a-zA-Z][^\s/>]{0,40})")
_SPACES = re.compile(r"[ \t\n\f\r]+")
_NOTE = re.compile(r"\[?(\d{1,3})\]?", re.ASCII)
_CHARSET = re.compile(rb"""<meta[^>]+charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_DAY = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?", re.ASCII)
#: Names under which pages state their date, the most exact first.
_DATE_NAMES = (
    "article:published_time",
    "citation_publication_date",
    "citation_date",
    "dcterms.date",
    "dcterms.issued",
    "dc.date",
    "dc.date.issued",
    "date",
)


@dataclass
class Walk:
    """A walk over the tree: the document so far, and the text of the paragraph that is being gathered."""

    builder: TextBuilder
    pending: list[str] = field(default_factory=list[str])

    def flush(self) -> None:
        """End the paragraph."""
        lines = "".join(self.pending).split("\n")
        self.pending.clear()
        text = "\n".join(_SPACES.sub(" ", line).strip() for line in lines).strip("\n")
        self.builder.add_paragraph(text)


def read_html(raw: bytes, path: Path, encoding: str | None = None) -> Document:
    """Read a web page.

    Parameters
    ----------
    raw
        Bytes of the page.
    path
        The file, for messages and the document's name.
    encoding
        If the user knows it; else the byte order mark, UTF-8 or what the page says is taken.

    Raises
    ------
    CounterstreamError
        If the page is too large (D103), nested too deeply (D119), cannot be decoded or holds no
        text (D117).
    """
    name = str(path)
    if len(raw) > LARGEST_PAGE_BYTES:
        raise CounterstreamError(
            Problem(
                codes.HUGE_FILE,
                "the page is too large",
                name,
                found=f"{len(raw):,} bytes",
                allowed=f"at most {LARGEST_PAGE_BYTES:,} bytes",
                mend="save the part that you need as a page or as text",
            )
        )
    decoded = decode_text(raw.replace(b"\0", b""), name, encoding or _stated_encoding(raw))
    _check_tags(decoded.text, name)
    tree = LexborHTMLParser(decoded.text)
    builder = TextBuilder()
    walk = Walk(builder)
    body = tree.body
    if body is not None:
        _walk(body, walk)
        walk.flush()
    if not builder.length:
        raise CounterstreamError(
            Problem(
                codes.NO_TEXT,
                "the page holds no text",
                name,
                mend="a page that scripts fill must be saved from the browser, as it is shown",
            )
        )
    return Document(
        builder.text,
        path.name,
        hashlib.sha256(raw).hexdigest(),
        "html",
        decoded.encoding,
        decoded.basis,
        paragraphs=tuple(builder.paragraphs),
        tables=tuple(builder.tables),
        date=_find_date(tree),
        title=_find_title(tree),
    )


def _stated_encoding(raw: bytes) -> str | None:
    """Return the encoding that the page states, unless its bytes are UTF-8 or have a mark."""
    if raw.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        return None
    try:
        raw.decode("utf-8")
        return None
    except UnicodeDecodeError:
        pass
    found = _CHARSET.search(raw[:4096])
    stated = found[1].decode("ascii", "replace") if found else ""
    # Pages that say latin-1 are written in cp1252: the HTML standard takes them so.
    stated = {"iso-8859-1": "cp1252", "latin1": "cp1252", "us-ascii": "cp1252"}.get(stated.lower(), stated)
    try:
        raw.decode(stated or "ascii")
    except (LookupError, UnicodeError):
        return None
    return stated


def _check_tags(text: str, name: str) -> None:
    """Refuse pages with more elements, or deeper ones, than pages have."""
    count = text.count("<")
    if count > MOST_TAGS:
        raise CounterstreamError(
            Problem(
                codes.TOO_MUCH_TEXT,
                "the page has too many elements",
                name,
                found=f"{count:,}",
                allowed=f"at most {MOST_TAGS:,}",
                mend="save the part that you need as a page or as text",
            )
        )
    depth = 0
    for found in _TAG.finditer(text):
        if found["name"].lower() in _SHALLOW:
            continue
        depth = max(0, depth + (-1 if found["end"] else 1))
        if depth > DEEPEST:
            raise CounterstreamError(
                Problem(
                    codes.DEEP_HTML,
                    "elements stand too deep in one another",
                    name,
                    text.count("\n", 0, found.start()) + 1,
                    found=f"more than {DEEPEST:,} open elements at <{found['name'][:20]}>",
                    mend="open the page in a browser and save it again",
                )
            )


def _walk(body: LexborNode, walk: Walk) -> None:
    """Gather the text below an element, in order."""
    # Elements to enter, and those to leave: the tree can be deeper than Python calls.
    stack: list[tuple[LexborNode, bool]] = [(body, False)]
    preformatted = 0
    while stack:
        node, is_leaving = stack.pop()
        tag = node.tag or ""
        if is_leaving:
            walk.flush()
            preformatted -= tag == "pre"
        elif node.is_text_node:
            text = node.text_content or ""
            walk.pending.append(text if preformatted else _SPACES.sub(" ", text))
        elif tag == "br":
            walk.pending.append("\n")
        elif tag == "sup":
            walk.pending.append(_raise_note(node))
        elif tag == "table" and _is_table_of_data(node):
            walk.flush()
            _add_table(node, walk.builder)
        elif not _is_dropped(node, tag):
            if tag in _BLOCKS:
                walk.flush()
                stack.append((node, True))
                preformatted += tag == "pre"
            stack.extend((child, False) for child in reversed(list(_children(node))))


def _children(node: LexborNode) -> Iterator[LexborNode]:
    """Give the children of an element, texts included."""
    child = node.first_child
    while child is not None:
        yield child
        child = child.next


def _is_dropped(node: LexborNode, tag: str) -> bool:
    """Whether an element is furniture of the page: scripts, navigation, what is hidden."""
    if tag in _DROPPED or not node.is_element_node:
        return True
    attributes = node.attributes
    return (
        "hidden" in attributes
        or attributes.get("aria-hidden") == "true"
        or attributes.get("role") in _DROPPED_ROLES
        or "display:none" in (attributes.get("style") or "").replace(" ", "").lower()
    )


def _raise_note(node: LexborNode) -> str:
    """Return raised text; a raised number is the mark of a note and must not join the figure before it."""
    text = node.text(deep=True).strip()
    note = _NOTE.fullmatch(text)
    return f"[{note[1]}]" if note else text


def _is_table_of_data(node: LexborNode) -> bool:
    """Whether a table holds cells in rows and is not there to lay the page out, as those around others are."""
    lays_out = node.attributes.get("role") in ("presentation", "none")
    inner = any(table.mem_id != node.mem_id for table in node.css("table"))
    return not lays_out and not inner and len(node.css("td, th")) > 1


def _add_table(node: LexborNode, builder: TextBuilder) -> None:
    """Add a table with its cells and headings."""
    rows: list[list[RawCell]] = []
    for row in node.css("tr"):
        is_head = row.parent is not None and row.parent.tag == "thead"
        cells = [_read_cell(cell, is_head=is_head) for cell in _children(row) if cell.tag in ("td", "th")]
        rows.append(cells)
    caption = node.css_first("caption")
    builder.add_table(rows, "" if caption is None else _gather_text(caption))


def _read_cell(cell: LexborNode, *, is_head: bool) -> RawCell:
    """Return a cell with its text and extent."""
    rows, columns = (_span(cell.attributes.get(name)) for name in ("rowspan", "colspan"))
    return RawCell(_gather_text(cell), rows, columns, is_head or cell.tag == "th")


def _span(text: str | None) -> int:
    """Return how many rows or columns a cell covers; the HTML standard stops at a thousand."""
    return min(max(int(text), 1), 1000) if text and text.isascii() and text.isdigit() and len(text) < 5 else 1


def _gather_text(node: LexborNode) -> str:
    """Return the text of a caption or cell on one line."""
    parts: list[str] = []
    stack = [node]
    while stack:
        here = stack.pop()
        tag = here.tag or ""
        if here.is_text_node:
            parts.append(here.text_content or "")
        elif tag == "sup":
            parts.append(_raise_note(here))
        elif here is node or not _is_dropped(here, tag):
            if tag in _BLOCKS or tag == "br":
                parts.append(" ")
            stack.extend(reversed(list(_children(here))))
    return _SPACES.sub(" ", "".join(parts)).strip()


def _find_title(tree: LexborHTMLParser) -> str:
    """Return the title that the page states."""
    node = tree.css_first("title")
    return "" if node is None else _SPACES.sub(" ", node.text(deep=True)).strip()


def _find_date(tree: LexborHTMLParser) -> str:
    """Return the day, month or year that the page states for itself."""
    stated: dict[str, str] = {}
    for node in tree.css("meta[content]"):
        attributes = node.attributes
        name = attributes.get("property") or attributes.get("name") or ""
        stated.setdefault(name.lower(), (attributes.get("content") or "").strip().replace("/", "-"))
    for name in _DATE_NAMES:
        found = _DAY.match(stated.get(name, ""))
        if found:
            return found.group()
    return ""
