"""Writing a resolved system as YAML in one canonical form that reads back the same."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any, cast

from counterstream.spec.form import FORMAT
from counterstream.spec.node import plain_scalar
from counterstream.spec.to_form import Form, form_of

_HEADER = "# yaml-language-server: $schema=https://counterstream.readthedocs.io/schema/system-1.json\n"
_WIDTH = 110
_SAFE = re.compile(r"[A-Za-z][A-Za-z0-9_./()'-]*( [A-Za-z0-9_./()'-]+)*\Z")
#: Words that readers of YAML 1.1 take for true or false.
_OLD_WORDS = ("y", "n", "yes", "no", "on", "off")
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff]")


def write_system(system: Any) -> str:
    """Return a system as canonical YAML.

    Parameters
    ----------
    system
        A resolved :class:`counterstream.system.system.System`.

    Returns
    -------
    str
        Text that :func:`counterstream.spec.parse_system` reads back to an equal system.
    """
    form: Form = {"format": FORMAT, **form_of(system)}
    return _HEADER + "".join(_entry(key, value, 0) for key, value in form.items())


def write_text(text: str) -> str:
    """Return a text as a YAML scalar that reads back as the same text."""
    if _SAFE.match(text) and isinstance(plain_scalar(text), str) and text.lower() not in _OLD_WORDS:
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return _ESCAPED.sub(lambda found: f"\\u{ord(found.group()):04X}", quoted)


def write_number(value: float) -> str:
    """Return a number with all its digits, whole numbers without a point."""
    if isinstance(value, int):
        return str(value)
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def _write_key(key: str | float) -> str:
    """Return a key as text: a name, or the lower end of a band."""
    return write_text(key) if isinstance(key, str) else write_number(key)


def write_entry(key: str, value: Any) -> str:
    """Return one section of a system file as lines, from its written form."""
    return _entry(key, value, 0)


def _inline(value: Any) -> str:
    """Return a value on one line."""
    if isinstance(value, dict):
        entries = cast("dict[str | float, Any]", value)
        return "{" + ", ".join(f"{_write_key(key)}: {_inline(part)}" for key, part in entries.items()) + "}"
    if isinstance(value, (list, tuple)):
        items = cast("list[Any]", value)
        return "[" + ", ".join(_inline(part) for part in items) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return write_number(value)
    return value.isoformat() if isinstance(value, date) else write_text(str(value))


def _entry(key: str | float, value: Any, indent: int) -> str:
    """Return a key and its value as lines."""
    lead = " " * indent + _write_key(key) + ":"
    line = f"{lead} {_inline(value)}\n"
    is_short = indent > 0 and len(line) <= _WIDTH
    if not isinstance(value, (dict, list, tuple)) or not value or is_short:
        return line
    return f"{lead}\n{_block(value, indent + 2)}"


def _block(value: Any, indent: int) -> str:
    """Return a mapping or list as lines."""
    if isinstance(value, dict):
        entries = cast("dict[str | float, Any]", value)
        return "".join(_entry(key, part, indent) for key, part in entries.items())
    items = cast("list[Any]", value)
    text = ""
    for part in items:
        line = " " * indent + f"- {_inline(part)}\n"
        if not isinstance(part, (dict, list, tuple)) or not part or len(line) <= _WIDTH:
            text += line
        else:
            # The first line of the block starts after the dash.
            text += " " * indent + "- " + _block(part, indent + 2).removeprefix(" " * (indent + 2))
    return text
