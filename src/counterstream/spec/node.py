"""Parts of a YAML document with their positions, and the meaning of plain scalars (YAML 1.2)."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field

Scalar = None | bool | int | float | str
Key = str | int
At = tuple[Key, ...]

_INTEGER = re.compile(r"[-+]?[0-9]+\Z")
_OCTAL = re.compile(r"0o[0-7]+\Z")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+\Z")
_REAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_INFINITE = re.compile(r"([-+]?)(\.inf|\.Inf|\.INF)\Z")
_WORDS: dict[str, Scalar] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
    ".nan": math.nan,
    ".NaN": math.nan,
    ".NAN": math.nan,
}
#: More digits than a 64-bit integer or a double can hold; Python itself refuses 4,300.
_MAX_DIGITS = 400
_PLAIN_KEY = re.compile(r"[A-Za-z0-9_-]+\Z")


@dataclass(slots=True)
class Node:
    """A scalar, list or mapping and where it stands in the text.

    Parameters
    ----------
    value
        The scalar, the list's nodes, or the mapping's nodes by key.
    line, column
        Start in the text, from 1.
    keys
        For a mapping: start of each key.
    size
        Nodes in it, itself included, with aliases followed.
    height
        Levels of lists and mappings in it: 0 for a scalar.
    """

    value: Scalar | list[Node] | dict[str, Node]
    line: int
    column: int
    keys: dict[str, tuple[int, int]] = field(default_factory=dict[str, tuple[int, int]])
    size: int = 1
    height: int = 0


def plain_scalar(text: str) -> Scalar:
    """Return what an unquoted scalar means in the core schema of YAML 1.2."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "+-.0123456789":
        return text
    if _INTEGER.match(text):
        return int(text) if len(text) <= _MAX_DIGITS else math.inf
    if _REAL.match(text):
        return float(text)
    if _OCTAL.match(text) and len(text) <= _MAX_DIGITS:
        return int(text[2:], 8)
    if _HEXADECIMAL.match(text) and len(text) <= _MAX_DIGITS:
        return int(text[2:], 16)
    infinite = _INFINITE.match(text)
    if infinite:
        return -math.inf if infinite.group(1) == "-" else math.inf
    return text


def path_text(at: At) -> str:
    """Return a path in its written form, such as ``moves.apply.terms[0].of``."""
    text = ""
    for part in at:
        if isinstance(part, int):
            text += f"[{part}]"
        elif _PLAIN_KEY.match(part):
            text += f".{part}" if text else part
        else:
            shown = part if len(part) <= 60 else part[:57] + "..."
            text += f"[{shown!r}]"
    return text


def locate(root: Node, at: At) -> tuple[At, int, int]:
    """Return a path as it is written, and line and column of its deepest written part.

    Where a single entry stands for a list of one, the index 0 is not part of the path.
    """
    node: Node | None = root
    line, column = root.line, root.column
    written: list[Key] = []
    for part in at:
        value = node.value if node is not None else None
        if isinstance(part, int) and node is not None and not isinstance(value, list):
            continue
        written.append(part)
        if node is not None and isinstance(value, dict) and isinstance(part, str) and part in value:
            line, column = node.keys[part]
            node = value[part]
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            node = value[part]
            line, column = node.line, node.column
        else:
            node = None
    return tuple(written), line, column


def describe(node: Node) -> str:
    """Return what a node holds, in a few words."""
    value = node.value
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return f"the number {value}" if not isinstance(value, int) or abs(value) < 10**20 else "a very long number"
    if isinstance(value, str):
        shown = value if len(value) <= 60 else value[:57] + "..."
        return f"the text {shown!r}"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    return f"a mapping of {len(value)}"
