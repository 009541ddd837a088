"""The written form of places: what people call them and where they lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from counterstream.spec.findings import Findings
from counterstream.spec.form_parts import LABEL
from counterstream.spec.node import At, Node, describe
from counterstream.spec.records import Field, ListOf, Record
from counterstream.spec.shapes import INVALID, Flag, Number, Schema, wrong_type
from counterstream.system.country import FORMER, PRESENT

_KNOWN = (*PRESENT, *FORMER)
_LATITUDE = Number(-90.0, 90.0)
_LONGITUDE = Number(-180.0, 180.0)


@dataclass(frozen=True)
class Country:
    """The code of a country, present or former."""

    def read(self, node: Node, at: At, out: Findings) -> Any:
        """Return the code."""
        allowed = f"a code of ISO 3166-1 in two capital letters, such as AT, or {', '.join(FORMER)}"
        if not isinstance(node.value, str):
            quote = "put quotes around it" if isinstance(node.value, (bool, int, float)) else ""
            return wrong_type(node, at, out, allowed, quote)
        if node.value in _KNOWN:
            return node.value
        capital = node.value.upper()
        mend = f'did you mean "{capital}"?' if capital in _KNOWN else ""
        out.add("S204", at, "the country's code is not known", found=node.value[:60], allowed=allowed, mend=mend)
        return INVALID

    def schema(self, definitions: dict[str, Schema]) -> Schema:
        """Return the JSON Schema."""
        return {"enum": list(_KNOWN)}


@dataclass(frozen=True)
class Position:
    """A latitude and a longitude in degrees."""

    def read(self, node: Node, at: At, out: Findings) -> Any:
        """Return both as floats."""
        allowed = "latitude and longitude in degrees, such as [48.2, 16.4]"
        if not isinstance(node.value, list):
            return wrong_type(node, at, out, allowed)
        if len(node.value) != 2:
            out.add("S207", at, "a position has two numbers", found=describe(node), allowed=allowed)
            return INVALID
        read = [
            shape.read(part, (*at, index), out)
            for index, (shape, part) in enumerate(zip((_LATITUDE, _LONGITUDE), node.value, strict=True))
        ]
        return INVALID if any(value is INVALID for value in read) else tuple(read)

    def schema(self, definitions: dict[str, Schema]) -> Schema:
        """Return the JSON Schema."""
        parts = [_LATITUDE.schema(definitions), _LONGITUDE.schema(definitions)]
        return {"type": "array", "prefixItems": parts, "items": {"type": "number"}, "minItems": 2, "maxItems": 2}


PLACE = Record(
    "place",
    "Where people are.",
    {
        "label": LABEL,
        "countries": Field(
            ListOf(Country(), 1, distinct=True),
            "Countries whose outline is drawn for it: codes of ISO 3166-1, or SU, YU, CS for states that are no more.",
            (),
        ),
        "at": Field(
            Position(),
            "Latitude and longitude of the point that arrows lead to and from; the middle of the first country's "
            "largest part if left out.",
            None,
        ),
        "home": Field(
            Flag(),
            "Whether a move to it from a place that is no home is drawn as a return; where no place says so, "
            "the one with most persons at the start.",
            False,
        ),
    },
)
