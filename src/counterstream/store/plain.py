"""Plain data as JSON: only what the standard knows."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import cast


def without_gaps(value: object) -> object:
    """Return plain data with null for numbers that JSON does not know (NaN, infinity)."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): without_gaps(item) for key, item in cast("Mapping[object, object]", value).items()}
    if isinstance(value, list | tuple):
        return [without_gaps(item) for item in cast("Sequence[object]", value)]
    return value


def to_json(content: Mapping[str, object]) -> str:
    """Return a JSON document; see :func:`without_gaps`."""
    return json.dumps(without_gaps(content), indent=1, allow_nan=False)
