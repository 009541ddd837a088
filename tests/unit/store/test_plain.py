"""Plain data as JSON."""

from __future__ import annotations

import json
import math

from counterstream.store.plain import to_json, without_gaps


def test_numbers_that_json_does_not_know_become_null() -> None:
    found = without_gaps({"a": math.nan, "b": [1.5, -math.inf, (math.inf, 2)], 3: {"c": "NaN"}})
    assert found == {"a": None, "b": [1.5, None, [None, 2]], "3": {"c": "NaN"}}


def test_a_document_can_be_read_again() -> None:
    assert json.loads(to_json({"a": (1, math.nan), "b": "ü"})) == {"a": [1, None], "b": "ü"}
