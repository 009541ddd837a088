"""Reading plain data into typed dataclasses, with everything that does not fit told at once."""

from __future__ import annotations

import math
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from counterstream.errors import Problem

MISSING_KEY = "U262"
WRONG_TYPE = "U263"
#: Wrong values of one document that are told; the same slip is mostly made throughout.
MOST_TOLD = 20
#: Longest piece of a document that is shown in a problem.
LONGEST = 60
MEND = "make the answer again with this version"

_Shape = TypeVar("_Shape")


class _Misfit(Exception):  # noqa: N818  # it is caught where the document is read
    """A value that is not of its type, told already."""


class ShapeReader:
    """Reads one document; what is wrong with it collects in ``problems``.

    Parameters
    ----------
    file
        Name that the problems bear.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def read(self, shape: type[_Shape], value: object) -> _Shape | None:
        """Return the value as a dataclass, or ``None`` if anything in it is wrong.

        Parameters
        ----------
        shape
            A dataclass whose fields are dataclasses, tuples, mappings from names, texts, numbers,
            dates or ``None``.  Keys that it does not have are passed over; a number that is not
            finite is as good as none.
        """
        try:
            return cast("_Shape", self._value(shape, value, ""))
        except _Misfit:
            return None

    def _value(self, shape: Any, value: object, path: str) -> object:
        origin = get_origin(shape)
        if origin in (Union, types.UnionType):
            return None if _is_nothing(value) else self._value(_only(shape), value, path)
        if origin is tuple:
            return self._tuple(get_args(shape), value, path)
        if isinstance(origin, type) and issubclass(origin, Mapping):
            named = self._expect(value, dict, "an object", path)
            inner = get_args(shape)[1]
            return self._all({name: (inner, item, _below(path, name)) for name, item in named.items()})
        if is_dataclass(shape):
            return self._dataclass(cast("type[Any]", shape), value, path)
        return self._plain(shape, value, path)

    def _dataclass(self, shape: type[Any], value: object, path: str) -> object:
        held = self._expect(value, dict, "an object", path)
        wanted: dict[str, tuple[Any, object, str]] = {}
        lacking: list[str] = []
        for one, kind in _typed_fields(shape):
            key = str(one.metadata.get("key", one.name))
            if key in held:
                wanted[one.name] = (kind, held[key], _below(path, key))
            elif one.default is MISSING:
                lacking.append(key)
        for key in lacking:
            self._tell(Problem(MISSING_KEY, "a key is missing", self.file, path=_below(path, key), mend=MEND))
        read = self._all(wanted)
        if lacking:
            raise _Misfit
        return shape(**read)

    def _tuple(self, kinds: tuple[Any, ...], value: object, path: str) -> tuple[object, ...]:
        items = self._expect(value, list, "an array", path)
        if kinds[-1] is Ellipsis:
            kinds = (kinds[0],) * len(items)
        if len(kinds) != len(items):
            self._refuse(value, f"{len(kinds)} values", path)
        pairs = zip(kinds, items, strict=True)
        return tuple(self._all({str(i): (kind, item, f"{path}[{i}]") for i, (kind, item) in enumerate(pairs)}).values())

    def _all(self, wanted: Mapping[str, tuple[Any, object, str]]) -> dict[str, object]:
        """Read several values; only then give up if one is wrong."""
        read: dict[str, object] = {}
        for name, (kind, value, path) in wanted.items():
            try:
                read[name] = self._value(kind, value, path)
            except _Misfit:
                continue
        if len(read) < len(wanted):
            raise _Misfit
        return read

    def _plain(self, shape: Any, value: object, path: str) -> object:
        allowed, read = _PLAIN[shape]
        try:
            return read(value)
        except (TypeError, ValueError, OverflowError):
            return self._refuse(value, allowed, path)

    def _expect(self, value: object, kind: type[Any], allowed: str, path: str) -> Any:
        return value if isinstance(value, kind) else self._refuse(value, allowed, path)

    def _refuse(self, value: object, allowed: str, path: str) -> Any:
        found = repr(value)
        found = found if len(found) <= LONGEST else f"{found[:LONGEST]}..."
        message = "a value is of the wrong type"
        self._tell(Problem(WRONG_TYPE, message, self.file, path=path, found=found, allowed=allowed, mend=MEND))
        raise _Misfit

    def _tell(self, problem: Problem) -> None:
        if len(self.problems) < MOST_TOLD:
            self.problems.append(problem)


def _below(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


@cache
def _typed_fields(shape: type[Any]) -> tuple[tuple[Field[Any], Any], ...]:
    hints = get_type_hints(shape)
    return tuple((one, hints[one.name]) for one in fields(shape))


def _is_nothing(value: object) -> bool:
    return value is None or (isinstance(value, float) and not math.isfinite(value))


def _only(union: Any) -> Any:
    """Return what a value is where it is not ``None``."""
    return next(kind for kind in get_args(union) if kind is not types.NoneType)


def _read_number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError
    return float(value)


def _read_whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError
    return value


def _read_text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _read_truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _read_day(value: object) -> date:
    return date.fromisoformat(_read_text(value))


_PLAIN: dict[Any, tuple[str, Callable[[object], object]]] = {
    float: ("a number", _read_number),
    int: ("a whole number", _read_whole),
    str: ("a text", _read_text),
    bool: ("true or false", _read_truth),
    date: ("a day written as YYYY-MM-DD", _read_day),
}
