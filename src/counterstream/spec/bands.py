"""Shapes that only person-level parts need: tables by number, forms of exposure, files of ties."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from counterstream.spec.findings import Findings
from counterstream.spec.node import At, Node, describe, plain_scalar
from counterstream.spec.shapes import INVALID, MAX_NAME, NAME_PATTERN, Number, Schema, wrong_type
from counterstream.system.exposure_forms import exposure_forms

#: Shares typed with six digits or more add up to 1 within this.
SHARES_SLACK = 1e-6
_NUMBER_KEY = r"^\+?([0-9]+(\.[0-9]*)?|\.[0-9]+)$"


def check_total(shares: list[float], at: At, out: Findings) -> bool:
    """Whether shares add up to 1; records a problem if they do not."""
    total = sum(shares)
    if abs(total - 1.0) <= SHARES_SLACK:
        return True
    out.add("S418", at, "the shares do not add up to 1", found=f"{total:.7g} in all", allowed="1 in all")
    return False


@dataclass(frozen=True)
class NumberTable:
    """A mapping from numbers to numbers, such as a factor for each band of ages.

    Parameters
    ----------
    key, value
        What stands before and after each colon.
    bands
        Whether a key is the lower end of a band that reaches to the next: they must ascend.
    shares
        Whether the values are shares of one whole.
    """

    key: Number
    value: Number
    bands: bool = False
    shares: bool = False

    def read(self, node: Node, at: At, out: Findings) -> Any:
        """Return pairs: in the order written for bands, in ascending order else."""
        if not isinstance(node.value, dict):
            return wrong_type(node, at, out, f"a mapping from {self.key.range_text} to {self.value.range_text}")
        if not node.value:
            out.add("S207", at, "too few entries", found=describe(node), allowed="at least 1")
            return INVALID
        pairs: dict[Any, Any] = {}
        whole = True
        for text, part in node.value.items():
            inside = (*at, text)
            key = self.key.read(Node(plain_scalar(text), part.line, part.column), inside, out)
            value = self.value.read(part, inside, out)
            if key is INVALID or value is INVALID:
                whole = False
            elif key in pairs:
                whole = False
                out.add("S316", inside, "the entry is listed twice", found=text[:60], mend="delete one")
            else:
                whole = self._check_order(key, pairs, inside, out) and whole
                pairs[key] = value
        if not whole or (self.shares and not check_total(list(pairs.values()), at, out)):
            return INVALID
        return tuple(pairs.items() if self.bands else sorted(pairs.items()))

    def _check_order(self, key: float, before: dict[Any, Any], at: At, out: Findings) -> bool:
        last = next(reversed(before), None)
        if not self.bands or last is None or key > last:
            return True
        found, allowed = f"{key:g} after {last:g}", "each band above the one before"
        out.add("S417", at, "the bands do not ascend", found=found, allowed=allowed)
        return False

    def schema(self, definitions: dict[str, Schema]) -> Schema:
        """Return the JSON Schema."""
        return {
            "type": "object",
            "additionalProperties": self.value.schema(definitions),
            "propertyNames": {"pattern": _NUMBER_KEY},
            "minProperties": 1,
        }


@dataclass(frozen=True)
class ExposureFormName:
    """The name of a form of exposure that this program knows."""

    def read(self, node: Node, at: At, out: Findings) -> Any:
        """Return the name."""
        known = tuple(exposure_forms())
        if not isinstance(node.value, str):
            return wrong_type(node, at, out, "one of " + ", ".join(known))
        if node.value in known:
            return node.value
        near = out.suggest(node.value, known)
        out.add(
            "S319",
            at,
            "no form of exposure has this name",
            found=node.value[:MAX_NAME],
            allowed=", ".join(known),
            mend=near if near.startswith("did") else "make it known: counterstream.add_exposure_form",
        )
        return INVALID

    def schema(self, definitions: dict[str, Schema]) -> Schema:
        """Return the JSON Schema: any name, because programs add forms of their own."""
        return {"type": "string", "pattern": NAME_PATTERN}


@dataclass(frozen=True)
class CaseFile:
    """The name of a file in the folder of the case."""

    def read(self, node: Node, at: At, out: Findings) -> Any:
        """Return the name."""
        name = node.value
        if not isinstance(name, str):
            return wrong_type(node, at, out, "the name of a file")
        parts = name.split("/")
        if len(name) > MAX_NAME or any(part in ("", ".", "..") or part != part.strip() for part in parts):
            leads_out = True
        else:
            leads_out = any(mark in name for mark in '\\:*?"<>|') or not name.isprintable()
        if not leads_out:
            return name
        out.add(
            "S211",
            at,
            "this is no name of a file in the folder of the case",
            found=name[:60],
            allowed="such as ties.csv or data/ties.csv",
        )
        return INVALID

    def schema(self, definitions: dict[str, Schema]) -> Schema:
        """Return the JSON Schema."""
        return {"type": "string", "minLength": 1, "maxLength": MAX_NAME}
