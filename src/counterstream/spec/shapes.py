"""Shapes of single values: texts, names, numbers, dates and words.

A shape reads a node into a plain value, records what is wrong with it, and describes
itself as JSON Schema.  The tables of shapes in ``form*.py`` are the one description of
the written form: reading, the published schema and the messages all come from them.
(Class-based validation libraries need longer to import than a whole check may take.)
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Protocol, TypeGuard

from counterstream.spec.findings import Findings, Reference
from counterstream.spec.node import At, Node, describe

Schema = dict[str, Any]

NAME_PATTERN = r"^[a-z][a-z0-9_]*$"
MAX_NAME = 100
MAX_TEXT = 5_000
FIRST_YEAR, LAST_YEAR = 1000, 2999

_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_UNPRINTABLE = re.compile("[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_NUMBER_LIKE = re.compile(r"[-+]?[0-9][0-9_,. ]*\Z")


class Invalid:
    """The type of :data:`INVALID`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "INVALID"


#: Stands for a value that could not be read; its problem is recorded.
INVALID: Final = Invalid()


def is_valid(value: Any) -> TypeGuard[Any]:
    """Whether a shape could read the value."""
    return value is not INVALID


class Shape(Protocol):
    """What a value must look like."""

    def read(self, node: Node, at: At, out: Findings) -> Any:
        """Return the value, or ``INVALID`` after recording what is wrong."""
        ...

    def schema(self, definitions: dict[str, Schema]) -> Schema:
        """Return the JSON Schema, adding what it refers to to the definitions."""
        ...


def wrong_type(node: Node, at: At, out: Findings, allowed: str, mend: str = "") -> Invalid:
    """Record a value of the wrong type."""
    if node.value is None:
        out.add("S202", at, "a value is missing", found="nothing", allowed=allowed, mend=mend)
    else:
        out.add("S203", at, "the value has the wrong type", found=describe(node), allowed=allowed, mend=mend)
    return INVALID


def check_name(name: str, at: At, out: Findings) -> bool:
    """Whether the name follows the grammar; records a problem if it does not."""
    if len(name) <= MAX_NAME and _NAME.match(name):
        return True
    tidy = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:MAX_NAME]
    out.add(
        "S314",
        at,
        "the name does not follow the grammar of names",
        found=name[:60],
        allowed=f"small letters a-z, digits and _, a letter first, at most {MAX_NAME} characters",
        mend=f'for example "{tidy}"' if _NAME.match(tidy) else "",
    )
    return False


@dataclass(frozen=True)
class Text:
    """Free text of printable characters."""

    low: int = 0
    high: int = MAX_TEXT

    def read(self, node: Node, at: At, out: Findings) -> Any:
        """Return the text."""
        value = node.value
        if not isinstance(value, str):
            quote = "put quotes around it" if isinstance(value, (bool, int, float)) else ""
            return wrong_type(node, at, out, "text", quote)
        bad = _UNPRINTABLE.search(value)
        if bad is not None or len(value) > self.high:
            out.add(
                "S210",
                at,
                "the text holds a character that cannot be printed" if bad else "the text is too long",
                found=f"U+{ord(bad.group()):04X}" if bad else f"{len(value):,} characters",
                allowed=f"at most {self.high:,} printable characters",
            )
            return INVALID
        if len(value.strip()) < self.low:
            out.add("S202", at, "the text is empty", found="nothing", allowed="text")
            return INVALID
        return value

    def schema(self, definitions: dict[str, Schema]) -> Schema:
        """Return the JSON Schema."""
        return {"type": "string", "maxLength": self.high} | ({"minLength": self.low} if self.low else {})


@dataclass(frozen=True)
class Name:
    """A name: of a new thing, or (with ``kind``) of something declared elsewhere."""

    kind: str = ""
    pattern: str = NAME_PATTERN

    def read(self, node: Node, at: At, out: Findings) -> Any:
        """Return the name."""
        if not isinstance(node.value, str):
            quote = "put quotes around it" if isinstance(node.value, (bool, int, float)) else ""
            return wrong_type(node, at, out, "a name", quote)
        if self.kind:
            out.refer(Reference(self.kind, node.value, at))
            return node.value
        if self.pattern == NAME_PATTERN:
            return node.value if check_name(node.value, at, out) else INVALID
        if len(node.value) > MAX_NAME or not re.match(self.pattern, node.value) or node.value.endswith("\n"):
            out.add(
                "S314",
                at,
                "the name does not follow the grammar of names",
                found=node.value[:60],
                allowed="small letters a-z, digits, - and _, a letter first",
            )
            return INVALID
        return node.value

    def schema(self, definitions: dict[str, Schema]) -> Schema:
        """Return the JSON Schema."""
        return {"type": "string", "minLength": 1} if self.kind else {"type": "string", "pattern": self.pattern}


@dataclass(frozen=True)
class Number:
    """A finite number in a range; ``code`` is the problem of one outside it."""

    low: float | None = None
    high: float | None = None
    low_open: bool = False
    high_open: bool = False
    code: str = "S406"
    whole: bool = False

    @property
    def range_text(self) -> str:
        """The range in words."""
        parts: list[str] = []
        if self.low is not None:
            parts.append(f"{'above' if self.low_open else 'at least'} {self.low:g}")
        if self.high is not None:
            parts.append(f"{'below' if self.high_open else 'at most'} {self.high:g}")
        kind = "a whole number" if self.whole else "a number"
        return f"{kind} {' and '.join(parts)}" if parts else kind

    def read(self, node: Node, at: At, out: Findings) -> Any:
        """Return a float, or an int for a whole number."""
        value = node.value
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return wrong_type(node, at, out, self.range_text, _mend_number(value))
        try:
            finite = math.isfinite(float(value))
        except OverflowError:
            finite = False
        if not finite:
            out.add("S205", at, "the number is not finite", found=describe(node), allowed=self.range_text)
            return INVALID
        if self.whole and not isinstance(value, int):
            return wrong_type(node, at, out, self.range_text)
        if not self.holds(value):
            out.add(self.code, at, _out_of_range(self.code), found=str(value), allowed=self.range_text)
            return INVALID
        return value if self.whole else float(value)

    def holds(self, value: float) -> bool:
        """Whether the value lies in the range."""
        if self.low is not None and (value <= self.low if self.low_open else value < self.low):
            return False
        return self.high is None or (value < self.high if self.high_open else value <= self.high)

    def schema(self, definitions: dict[str, Schema]) -> Schema:
        """Return the JSON Schema."""
        schema: Schema = {"type": "integer" if self.whole else "number"}
        if self.low is not None:
            schema["exclusiveMinimum" if self.low_open else "minimum"] = self.low
        if self.high is not None:
            schema["exclusiveMaximum" if self.high_open else "maximum"] = self.high
        return schema


def _out_of_range(code: str) -> str:
    """Return the message for a number outside its range."""
    messages = {
        "S407": "a chance or share lies strictly between 0 and 1",
        "S408": "a number of persons cannot be negative",
        "S409": "the number must be positive",
        "S410": "the prior has an impossible argument",
    }
    return messages.get(code, "the number lies outside its range")


def _mend_number(value: Any) -> str:
    """Return how to mend text where a number belongs."""
    if not isinstance(value, str):
        return ""
    if _NUMBER_LIKE.match(value):
        return "write the number without quotes, spaces, commas or _ between digits"
    return ""


@dataclass(frozen=True)
class Quantity:
    """A number in a range, or the name of a parameter with one of the units.

    ``kind`` is ``parameter``, or ``lever`` where an instrument may be named as well.
    """

    units: tuple[str, ...]
    number: Number = Number()
    kind: str = "parameter"

    def read(self, node: Node, at: At, out: Findings) -> Any:
        """Return a float or a name."""
        if isinstance(node.value, str):
            if _NUMBER_LIKE.match(node.value):
                return wrong_type(node, at, out, f"{self.number.range_text}, or a name", _mend_number(node.value))
            out.refer(Reference(self.kind, node.value, at, self.units))
            return node.value
        if isinstance(node.value, (list, dict)) or node.value is None:
            return wrong_type(node, at, out, f"{self.number.range_text}, or the name of a parameter")
        return self.number.read(node, at, out)

    def schema(self, definitions: dict[str, Schema]) -> Schema:
        """Return the JSON Schema."""
        name = {"type": "string", "pattern": NAME_PATTERN, "description": f"a parameter: {', '.join(self.units)}"}
        return {"anyOf": [self.number.schema(definitions), name]}


@dataclass(frozen=True)
class Flag:
    """true or false."""

    def read(self, node: Node, at: At, out: Findings) -> Any:
        """Return a bool."""
        if isinstance(node.value, bool):
            return node.value
        return wrong_type(node, at, out, "true or false")

    def schema(self, definitions: dict[str, Schema]) -> Schema:
        """Return the JSON Schema."""
        return {"type": "boolean"}


@dataclass(frozen=True)
class Word:
    """One of a few words."""

    words: tuple[str, ...]
    code: str = "S204"

    def read(self, node: Node, at: At, out: Findings) -> Any:
        """Return the word."""
        allowed = "one of " + ", ".join(self.words)
        if not isinstance(node.value, str):
            return wrong_type(node, at, out, allowed)
        if node.value in self.words:
            return node.value
        mend = out.suggest(node.value, self.words)
        out.add(self.code, at, "the word is not known here", found=node.value[:60], allowed=allowed, mend=mend)
        return INVALID

    def schema(self, definitions: dict[str, Schema]) -> Schema:
        """Return the JSON Schema."""
        return {"enum": list(self.words)}


@dataclass(frozen=True)
class Day:
    """A date, written YYYY-MM-DD."""

    def read(self, node: Node, at: At, out: Findings) -> Any:
        """Return a date."""
        value = node.value
        if not isinstance(value, str):
            return wrong_type(node, at, out, "a date as YYYY-MM-DD", "write the whole date, such as 1972-08-03")
        if not _DATE.match(value) or not value.isascii():
            out.add("S206", at, "the date is not written as YYYY-MM-DD", found=value[:60], allowed="such as 1972-08-03")
            return INVALID
        year, month, day = int(value[:4]), int(value[5:7]), int(value[8:])
        if not FIRST_YEAR <= year <= LAST_YEAR:
            allowed = f"years {FIRST_YEAR} to {LAST_YEAR}"
            out.add("S401", at, "the year lies outside what the program handles", found=value, allowed=allowed)
            return INVALID
        try:
            return date(year, month, day)
        except ValueError:
            out.add("S206", at, "there is no such date", found=value, allowed="a date of the Gregorian calendar")
            return INVALID

    def schema(self, definitions: dict[str, Schema]) -> Schema:
        """Return the JSON Schema."""
        return {"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
