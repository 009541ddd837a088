"""A quick reader for the plain part of YAML that system files are written in.

The full scanner looks at every character several times and takes a third of a second for
a file of 800 lines.  This one takes a tenth of that for block mappings and lists, flow
collections, comments, and scalars that stand on one line.  It never judges: whatever it is
not sure of (a tag, an escape, a scalar over several lines, a doubled key, any
fault) makes it give up, and the full scanner reads the text from its start.  Tests hold
the two readers to equal nodes and positions.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from counterstream.spec.node import Node, plain_scalar

MAX_QUICK_DEPTH = 40
MAX_QUICK_NODES = 15_000

#: Tabs, other line ends and marks inside the text have rules of their own.
_ODD = re.compile("[\t\r\x85\u2028\u2029\ufeff]")
_LINE = re.compile(r"^( *)([^ #\n])", re.MULTILINE)
_DASH = re.compile(r"- +(?=[^ #\n])")
#: A key of letters and a few marks, or in quotes, and the colon after it.
_KEY = re.compile(r"(?:(\w(?:[\w./()'-]| (?=[\w./()'-]))*)|\"([^\"\\\n]*)\"|'([^'\n]*)'):(?= |\n|\Z)")
_QUOTED = re.compile(r"\"([^\"\\\n]*)\"|'([^'\n]*)'")
_FIRST = r"(?:[^\W]|[(/+.]|-(?=[\w.]))"
_PLAIN_BLOCK = re.compile(_FIRST + r"(?:[^\n:#]|:(?=[^ \n])|(?<=[^ \n])#)*")
_PLAIN_FLOW = re.compile(_FIRST + r"[^\n,\[\]{}:#]*")
_REST = re.compile(r" *(?: #[^\n]*)?(?:\n|\Z)")
_GAP = re.compile(r"(?:[ \n]| #[^\n]*(?=\n)|(?<=\n)#[^\n]*(?=\n))*")
_STYLE = re.compile(r"([>|])(-?)\n")
_COMMENT = re.compile(r"(?: *\n)*( *)#")
_ANCHOR = re.compile(r"&([A-Za-z0-9_]+) +")
_ALIAS = re.compile(r"\*([A-Za-z0-9_]+)(?=[ \n,\]}]|\Z)")
_MAX_KEY = 200


class _DoubtError(Exception):
    """The text is not plain enough."""


def compose_quickly(text: str) -> Node | None:
    """Return the root node of a plain document, or ``None`` if the full scanner must read it."""
    text = text.replace("\r\n", "\n")
    if _ODD.search(text):
        return None
    reader = _Reader(text)
    try:
        return reader.read()
    except _DoubtError:
        return None


class _Reader:
    """Reads one text; ``line`` is the index of the next line that holds something."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.ends = [found.end() for found in re.finditer("\n", text)]
        found = [(m.start(2), m.start(2) - m.start()) for m in _LINE.finditer(text)]
        self.starts = [start for start, _ in found]
        self.indents = [indent for _, indent in found]
        self.line = 0
        self.nodes = 0
        self.anchors: dict[str, Node] = {}

    def read(self) -> Node:
        """Return the root mapping."""
        if not self.starts or self.indents[0] != 0:
            raise _DoubtError
        root = self._block_mapping(0, 0)
        if self.line < len(self.starts):
            raise _DoubtError
        return root

    def _node(self, value: object, place: int) -> Node:
        self.nodes += 1
        if self.nodes > MAX_QUICK_NODES:
            raise _DoubtError
        line = bisect_right(self.ends, place)
        start = self.ends[line - 1] if line else 0
        node = Node(None, line + 1, place - start + 1)
        node.value = value  # type: ignore[assignment]
        return node

    def _indent(self) -> int:
        """Indent of the next line, -1 at the end."""
        return self.indents[self.line] if self.line < len(self.indents) else -1

    def _is_item(self) -> bool:
        """Whether the next line starts with a dash and something after it."""
        start = self.starts[self.line]
        return self.text.startswith("-", start) and _DASH.match(self.text, start) is not None

    def _block_mapping(self, indent: int, depth: int, first: int = -1) -> Node:
        """Read entries at an indent; ``first`` is where the first stands, after a dash."""
        if depth > MAX_QUICK_DEPTH:
            raise _DoubtError
        place = first if first >= 0 else self.starts[self.line]
        holder: dict[str, Node] = {}
        node = self._node(holder, place)
        while True:
            key, name = self._key(place, holder)
            mark = self._node(None, place)
            value = self._block_value(key, indent, depth)
            holder[name] = value
            node.keys[name] = (mark.line, mark.column)
            _join(node, value)
            next_indent = self._indent()
            if next_indent < indent:
                return node
            if next_indent > indent:
                raise _DoubtError
            place = self.starts[self.line]

    def _key(self, place: int, holder: dict[str, Node]) -> tuple[re.Match[str], str]:
        """Return the key at a place and its name, which must be new."""
        key = _KEY.match(self.text, place)
        if key is None or key.lastindex is None or key.end() - place > _MAX_KEY:
            raise _DoubtError
        name: str = key.group(key.lastindex)
        if name in holder:
            raise _DoubtError
        return key, name

    def _block_value(self, key: re.Match[str], indent: int, depth: int) -> Node:
        """Read what follows a key's colon; what is missing there is missing at the key."""
        after = key.end()
        if _REST.match(self.text, after):
            self.line += 1
            next_indent = self._indent()
            if next_indent >= indent and self._is_item():
                return self._block_list(next_indent, depth + 1)
            if next_indent > indent:
                return self._block_mapping(next_indent, depth + 1)
            return self._node(None, key.start())
        start = after
        while self.text[start] == " ":
            start += 1
        style = _STYLE.match(self.text, start)
        return self._block_text(start, style, indent) if style is not None else self._line_value(start, depth)

    def _block_text(self, start: int, style: re.Match[str], indent: int) -> Node:
        """Read a text over several lines that all have one indent, without blank lines between."""
        place = style.end()
        parts: list[str] = []
        inner = -1
        while place < len(self.text):
            end = self.text.find("\n", place)
            line = self.text[place:end] if end >= 0 else "\0"
            own = len(line) - len(line.lstrip(" "))
            if own == len(line) or own <= indent:
                break
            inner = own if inner < 0 else inner
            if own != inner or end < 0 or line.endswith(" "):
                raise _DoubtError
            parts.append(line[own:])
            place = end + 1
        self.line = bisect_right(self.starts, place - 1)
        # After a blank line, the text may go on.
        comment = _COMMENT.match(self.text, place)
        if not parts or self._indent() > indent or (comment is not None and len(comment.group(1)) > indent):
            raise _DoubtError
        joined = (" " if style.group(1) == ">" else "\n").join(parts)
        return self._node(joined + ("" if style.group(2) else "\n"), start)

    def _block_list(self, indent: int, depth: int) -> Node:
        if depth > MAX_QUICK_DEPTH:
            raise _DoubtError
        items: list[Node] = []
        node = self._node(items, self.starts[self.line])
        while self._indent() == indent and self._is_item():
            dash = _DASH.match(self.text, self.starts[self.line])
            if dash is None:
                raise _DoubtError
            start = dash.end()
            if _KEY.match(self.text, start):
                item = self._block_mapping(indent + start - dash.start(), depth + 1, start)
            else:
                item = self._line_value(start, depth)
            items.append(item)
            _join(node, item)
        if self._indent() > indent:
            raise _DoubtError
        return node

    def _line_value(self, start: int, depth: int) -> Node:
        """Read a scalar or flow collection that ends its line."""
        mark = self.text[start]
        if mark in "{[&*":
            node, end = self._flow(start, depth + 1)
        elif mark in "\"'":
            node, end = self._quoted(start)
        else:
            plain = _PLAIN_BLOCK.match(self.text, start)
            if plain is None:
                raise _DoubtError
            word = plain.group().rstrip(" ")
            node, end = self._node(plain_scalar(word), start), start + len(word)
        rest = _REST.match(self.text, end)
        if rest is None:
            raise _DoubtError
        self.line = bisect_right(self.starts, rest.end() - 1) if rest.end() < len(self.text) else len(self.starts)
        return node

    def _quoted(self, start: int) -> tuple[Node, int]:
        quoted = _QUOTED.match(self.text, start)
        if quoted is None:
            raise _DoubtError
        return self._node(quoted.group(1) if quoted.group(1) is not None else quoted.group(2), start), quoted.end()

    def _flow(self, start: int, depth: int) -> tuple[Node, int]:
        """Read a value inside braces or brackets; return it and where it ends."""
        mark = self.text[start]
        if mark in "\"'":
            return self._quoted(start)
        if mark in "&*":
            return self._anchored(start, depth) if mark == "&" else self._alias(start, depth)
        if mark not in "{[":
            plain = _PLAIN_FLOW.match(self.text, start)
            if plain is None:
                raise _DoubtError
            word = plain.group().rstrip(" ")
            return self._node(plain_scalar(word), start), start + len(word)
        if depth > MAX_QUICK_DEPTH:
            raise _DoubtError
        return self._flow_mapping(start, depth) if mark == "{" else self._flow_list(start, depth)

    def _anchored(self, start: int, depth: int) -> tuple[Node, int]:
        """Read a value that other places repeat; its place is that of the anchor."""
        anchor = _ANCHOR.match(self.text, start)
        if anchor is None or not self.text.startswith(("{", "["), anchor.end()):
            raise _DoubtError
        # An alias inside the value itself must not find an older anchor of that name.
        self.anchors.pop(anchor.group(1), None)
        node, end = self._flow(anchor.end(), depth)
        node.column -= anchor.end() - start
        self.anchors[anchor.group(1)] = node
        return node, end

    def _alias(self, start: int, depth: int) -> tuple[Node, int]:
        """Return the node that an alias repeats."""
        alias = _ALIAS.match(self.text, start)
        node = self.anchors.get(alias.group(1)) if alias is not None else None
        if alias is None or node is None or depth + node.height > MAX_QUICK_DEPTH:
            raise _DoubtError
        self.nodes += node.size
        if self.nodes > MAX_QUICK_NODES:
            raise _DoubtError
        return node, alias.end()

    def _skip(self, place: int) -> int:
        """Return the next place in a flow collection that is neither space nor comment."""
        gap = _GAP.match(self.text, place)
        end = gap.end() if gap is not None else place
        # A line that starts at the margin inside brackets may be a document mark.
        if (
            end >= len(self.text)
            or self.text[end] == "#"
            or (self.text[end - 1] == "\n" and self.text[end] not in "]}")
        ):
            raise _DoubtError
        return end

    def _flow_list(self, start: int, depth: int) -> tuple[Node, int]:
        items: list[Node] = []
        node = self._node(items, start)
        place = self._skip(start + 1)
        while self.text[place] != "]":
            item, place = self._flow(place, depth + 1)
            items.append(item)
            _join(node, item)
            place = self._after_entry(place, "]")
        return node, place + 1

    def _flow_mapping(self, start: int, depth: int) -> tuple[Node, int]:
        entries: dict[str, Node] = {}
        node = self._node(entries, start)
        place = self._skip(start + 1)
        while self.text[place] != "}":
            key, name = self._key(place, entries)
            mark = self._node(None, place)
            value, place = self._flow(self._skip(key.end()), depth + 1)
            entries[name] = value
            node.keys[name] = (mark.line, mark.column)
            _join(node, value)
            place = self._after_entry(place, "}")
        return node, place + 1

    def _after_entry(self, place: int, closing: str) -> int:
        """Step over the comma after an entry, or stop at the closing mark."""
        place = self._skip(place)
        if self.text[place] == ",":
            return self._skip(place + 1)
        if self.text[place] != closing:
            raise _DoubtError
        return place


def _join(holder: Node, part: Node) -> None:
    holder.size += part.size
    holder.height = max(holder.height, part.height + 1)
