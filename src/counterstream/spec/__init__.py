"""system.yaml to a resolved system and back: reader, checks, writer, JSON Schema."""

from __future__ import annotations

from counterstream.spec.codes import CODES
from counterstream.spec.read import check_system, parse_system, read_system
from counterstream.spec.schema import json_schema
from counterstream.spec.write import write_system

__all__ = ["CODES", "check_system", "json_schema", "parse_system", "read_system", "write_system"]
