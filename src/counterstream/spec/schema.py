"""The published JSON Schema of system files, made from the same tables that read them."""

from __future__ import annotations

from typing import Any

from counterstream.spec.form import SYSTEM


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of ``system.yaml``.

    It describes the form of every field; what the fields mean together (names, units,
    ways through the system) is checked by reading.
    """
    definitions: dict[str, Any] = {}
    reference = SYSTEM.schema(definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://counterstream.readthedocs.io/schema/system-1.json",
        "title": "counterstream system file",
        **reference,
        "$defs": dict(sorted(definitions.items())),
    }
