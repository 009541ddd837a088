"""Shapes made of other shapes: lists, named things, records and their variants."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from counterstream.spec.findings import Findings, Reference
from counterstream.spec.node import At, Node, describe
from counterstream.spec.shapes import INVALID, MAX_NAME, NAME_PATTERN, Schema, Shape, Text, check_name, wrong_type


@dataclass(frozen=True)
class _Required:
    """The type of :data:`REQUIRED`."""


REQUIRED = _Required()


@dataclass(frozen=True)
class Field:
    """One key of a record: its shape, its meaning, and its value where it is not written."""

    shape: Shape
    meaning: str
    default: Any = REQUIRED


@dataclass(frozen=True)
class ListOf:
    """A list; a single entry may stand for a list of one."""

    item: Shape
    low: int = 0
    distinct: bool = False

    def read(self, node: Node, at: At, out: Findings) -> Any:
        """Return a tuple."""
        if node.value is None:
            return wrong_type(node, at, out, "a list, or a single entry")
        if not isinstance(node.value, list):
            value = self.item.read(node, at, out)
            return value if value is INVALID else (value,)
        if len(node.value) < self.low:
            out.add("S207", at, "the list has too few entries", found=describe(node), allowed=f"at least {self.low}")
            return INVALID
        values = [self.item.read(item, (*at, index), out) for index, item in enumerate(node.value)]
        if any(value is INVALID for value in values):
            return INVALID
        return self._check_distinct(values, at, out) if self.distinct else tuple(values)

    def _check_distinct(self, values: list[Any], at: At, out: Findings) -> Any:
        seen: set[Any] = set()
        repeated = False
        for index, value in enumerate(values):
            if value in seen:
                repeated = True
                out.add("S316", (*at, index), "the entry is listed twice", found=str(value)[:60], mend="delete one")
            seen.add(value)
        return INVALID if repeated else tuple(values)

    def schema(self, definitions: dict[str, Schema]) -> Schema:
        """Return the JSON Schema."""
        item = self.item.schema(definitions)
        many: Schema = {"type": "array", "items": item}
        if self.low:
            many["minItems"] = self.low
        if self.distinct:
            many["uniqueItems"] = True
        return {"anyOf": [item, many]}


@dataclass(frozen=True)
class MapOf:
    """Named things: a mapping from names to values of one shape.

    Faulty entries are left out of the result, so that the others can still be checked.
    With ``kind`` the keys name things declared elsewhere; with ``free`` they are any text.
    """

    item: Shape
    low: int = 0
    kind: str = ""
    free: bool = False
    strict: bool = False
    low_code: str = "S207"

    def read(self, node: Node, at: At, out: Findings) -> Any:
        """Return a dict."""
        if not isinstance(node.value, dict):
            return wrong_type(node, at, out, "a mapping from names to their descriptions")
        if len(node.value) < self.low:
            allowed = f"at least {self.low}"
            out.add(self.low_code, at, "too few entries", found=describe(node), allowed=allowed)
            return INVALID
        values: dict[str, Any] = {}
        whole = True
        for key, part in node.value.items():
            inside = (*at, key)
            good = self._check_key(key, inside, out)
            value = self.item.read(part, inside, out)
            if good and value is not INVALID:
                values[key] = value
            else:
                whole = False
        return values if whole or not self.strict else INVALID

    def _check_key(self, key: str, at: At, out: Findings) -> bool:
        if self.kind:
            out.refer(Reference(self.kind, key, at, attribute=str(at[-2]) if self.kind == "value" else ""))
            return True
        if self.free:
            shape = Text(1, MAX_NAME)
            line, column = out.root.line, out.root.column
            return shape.read(Node(key, line, column), at, out) is not INVALID
        return check_name(key, at, out)

    def schema(self, definitions: dict[str, Schema]) -> Schema:
        """Return the JSON Schema."""
        schema: Schema = {"type": "object", "additionalProperties": self.item.schema(definitions)}
        if self.low:
            schema["minProperties"] = self.low
        if not self.free and not self.kind:
            schema["propertyNames"] = {"pattern": NAME_PATTERN}
        return schema


@dataclass(frozen=True)
class Record:
    """A mapping with known keys.

    Parameters
    ----------
    one_of
        Keys of which exactly one must be given.
    ends
        Called with the values, the path and the findings once all fields are read.
    partly
        Whether fields that can be read are kept beside faulty ones, so that they can still be checked;
        ``ends`` must then expect :data:`INVALID` among the values.
    """

    name: str
    meaning: str
    fields: dict[str, Field]
    one_of: tuple[str, ...] = ()
    ends: Callable[[dict[str, Any], At, Findings], None] | None = None
    partly: bool = False

    def read(self, node: Node, at: At, out: Findings) -> Any:
        """Return a dict with every field, defaults filled in."""
        written = node.value
        if written is None and not self._needs_something():
            written = {}
        if not isinstance(written, dict):
            return wrong_type(node, at, out, "a mapping with the keys " + ", ".join(self.fields))
        values = self.read_partly(Node(written, node.line, node.column), at, out)
        good = self.partly or all(value is not INVALID for value in values.values())
        if good and self.one_of:
            good = sum(values[key] is not None for key in self.one_of) == 1
        if good and self.ends is not None:
            self.ends(values, at, out)
        return values if good else INVALID

    def read_partly(self, node: Node, at: At, out: Findings) -> dict[str, Any]:
        """Return every field of a mapping, ``INVALID`` for those that could not be read."""
        written = node.value if isinstance(node.value, dict) else {}
        self._check_keys(written, at, out)
        values: dict[str, Any] = {}
        for key, entry in self.fields.items():
            part = written.get(key)
            if part is None or (part.value is None and entry.default is not REQUIRED):
                values[key] = entry.default
                if entry.default is REQUIRED:
                    values[key] = INVALID
                    self._missing(key, entry, at, out)
            else:
                values[key] = entry.shape.read(part, (*at, key), out)
        return values

    def _needs_something(self) -> bool:
        return bool(self.one_of) or any(entry.default is REQUIRED for entry in self.fields.values())

    def _missing(self, key: str, entry: Field, at: At, out: Findings) -> None:
        out.add("S202", (*at, key), f'"{key}" is missing', found="nothing", allowed=entry.meaning, mend=f'add "{key}:"')

    def _check_keys(self, written: dict[str, Node], at: At, out: Findings) -> None:
        for key in written:
            if key not in self.fields:
                out.add(
                    "S201",
                    (*at, key),
                    "the key is not known here",
                    found=key[:60],
                    allowed=", ".join(self.fields),
                    mend=self._mend_key(key, written[key], out),
                )
        given = [key for key in self.one_of if key in written and written[key].value is not None]
        if self.one_of and len(given) != 1:
            out.add(
                "S208",
                (*at, given[1]) if given else at,
                "several of these keys are given" if given else "one of these keys is missing",
                found=", ".join(given) or "none",
                allowed="exactly one of " + ", ".join(self.one_of),
            )

    def _mend_key(self, key: str, part: Node, out: Findings) -> str:
        if key == "<<":
            return "YAML 1.2 has no merge key: write the entries out"
        if part.value is None and " " in key:
            return "a comma ends a text between braces: put quotes around the whole text"
        return out.suggest(key, self.fields)

    def schema(self, definitions: dict[str, Schema]) -> Schema:
        """Return a reference to the record's definition."""
        if self.name not in definitions:
            definitions[self.name] = {}
            definitions[self.name] = self._definition(definitions)
        return {"$ref": f"#/$defs/{self.name}"}

    def _definition(self, definitions: dict[str, Schema]) -> Schema:
        properties = {
            key: {"description": entry.meaning} | entry.shape.schema(definitions) for key, entry in self.fields.items()
        }
        required = [key for key, entry in self.fields.items() if entry.default is REQUIRED]
        schema: Schema = {
            "type": "object" if self._needs_something() else ["object", "null"],
            "description": self.meaning,
            "properties": properties,
            "additionalProperties": False,
        }
        if required:
            schema["required"] = required
        if self.one_of:
            schema["oneOf"] = [{"required": [key]} for key in self.one_of]
        return schema


@dataclass(frozen=True)
class ByKey:
    """A record whose variant is told by which of several keys it has."""

    variants: dict[str, Record]

    def read(self, node: Node, at: At, out: Findings) -> Any:
        """Return the variant's dict with its key under ``variant``."""
        keys = ", ".join(self.variants)
        if not isinstance(node.value, dict):
            return wrong_type(node, at, out, f"a mapping with one of the keys {keys}")
        given = [key for key in self.variants if key in node.value]
        if len(given) != 1:
            near = [out.suggest(key, self.variants) for key in list(node.value)[:6]]
            out.add(
                "S208",
                (*at, given[1]) if given else at,
                "several of these keys are given" if given else "one of these keys is missing",
                found=", ".join(given) or ", ".join(list(node.value)[:6]) or "none",
                allowed=f"exactly one of {keys}",
                mend="" if given else next((hint for hint in near if hint.startswith("did")), ""),
            )
            return INVALID
        value = self.variants[given[0]].read(node, at, out)
        return value if value is INVALID else value | {"variant": given[0]}

    def schema(self, definitions: dict[str, Schema]) -> Schema:
        """Return the JSON Schema."""
        return {"oneOf": [variant.schema(definitions) for variant in self.variants.values()]}


@dataclass(frozen=True)
class ByWord:
    """A record whose variant is told by the word under one key."""

    key: str
    variants: dict[str, Record]

    def read(self, node: Node, at: At, out: Findings) -> Any:
        """Return the variant's dict."""
        if not isinstance(node.value, dict):
            return wrong_type(node, at, out, f'a mapping with the key "{self.key}"')
        words = ", ".join(self.variants)
        inside = (*at, self.key)
        word = node.value.get(self.key)
        if word is None or word.value is None:
            out.add("S202", inside, f'"{self.key}" is missing', found="nothing", allowed=f"one of {words}")
            return INVALID
        if not isinstance(word.value, str):
            return wrong_type(word, inside, out, f"one of {words}")
        if word.value not in self.variants:
            out.add(
                "S204",
                inside,
                "the word is not known here",
                found=word.value[:60],
                allowed=f"one of {words}",
                mend=out.suggest(word.value, self.variants),
            )
            return INVALID
        return self.variants[word.value].read(node, at, out)

    def schema(self, definitions: dict[str, Schema]) -> Schema:
        """Return the JSON Schema."""
        return {"oneOf": [variant.schema(definitions) for variant in self.variants.values()]}


@dataclass(frozen=True)
class WordOr:
    """Either one certain word or another shape; the word is read as ``None``."""

    word: str
    other: Shape

    def read(self, node: Node, at: At, out: Findings) -> Any:
        """Return ``None`` for the word, else what the other shape reads."""
        if node.value == self.word:
            return None
        if isinstance(node.value, dict):
            return self.other.read(node, at, out)
        return wrong_type(node, at, out, f"{self.word}, or a mapping")

    def schema(self, definitions: dict[str, Schema]) -> Schema:
        """Return the JSON Schema."""
        return {"anyOf": [{"const": self.word}, self.other.schema(definitions)]}


@dataclass(frozen=True)
class Selection:
    """Attributes and the values picked: a mapping from attribute to value or values."""

    low: int = 0

    def read(self, node: Node, at: At, out: Findings) -> Any:
        """Return a dict from attribute to a tuple of values."""
        if not isinstance(node.value, dict):
            return wrong_type(node, at, out, "a mapping from attribute to value or list of values")
        if len(node.value) < self.low:
            out.add("S207", at, "no attribute is given", found=describe(node), allowed=f"at least {self.low}")
            return INVALID
        picked: dict[str, tuple[str, ...]] = {}
        for attribute, part in node.value.items():
            inside = (*at, attribute)
            out.refer(Reference("attribute", attribute, inside))
            values = ListOf(Text(1, MAX_NAME), 1, distinct=True).read(part, inside, out)
            if values is INVALID:
                return INVALID
            for index, value in enumerate(values):
                place = (*inside, index) if isinstance(part.value, list) else inside
                out.refer(Reference("value", value, place, attribute=attribute))
            picked[attribute] = values
        return picked

    def schema(self, definitions: dict[str, Schema]) -> Schema:
        """Return a reference to the definition of a selection."""
        value: Schema = {"type": "string", "minLength": 1}
        name = "selection_of_groups" if self.low else "selection"
        definitions[name] = {
            "type": "object",
            "description": "Groups: attribute, and the value or list of values picked.",
            "additionalProperties": {"anyOf": [value, {"type": "array", "items": value, "minItems": 1}]},
            "minProperties": self.low,
        }
        return {"$ref": f"#/$defs/{name}"}
