"""Canonical texts and numbers."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterstream.spec.node import plain_scalar
from counterstream.spec.scan import FORBIDDEN, compose_fully
from counterstream.spec.write import write_number, write_text

PRINTABLE = st.text().filter(lambda text: not FORBIDDEN.search(text))


def read_back(scalar: str) -> object:
    root, problems = compose_fully(f"a: [{scalar}]\n", "")
    assert problems == []
    assert root is not None
    assert isinstance(root.value, dict)
    holder = root.value["a"].value
    assert isinstance(holder, list)
    return holder[0].value


@given(PRINTABLE)
def test_texts_read_back_the_same(text: str) -> None:
    assert read_back(write_text(text)) == text


@pytest.mark.parametrize(
    "text", ["", "yes", "No", "null", "~", "1", "1e3", "0x1", ".inf", "true", "a: b", "- a", "1990-01-01"]
)
def test_texts_that_look_like_something_else_are_quoted(text: str) -> None:
    assert write_text(text).startswith('"')
    assert read_back(write_text(text)) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_read_back_the_same(value: float) -> None:
    found = plain_scalar(write_number(value))
    assert isinstance(found, int | float)
    assert float(found) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0o17", 15),
        ("0x1F", 31),
        ("017", 17),
        ("+12.", 12.0),
        ("-.5E-1", -0.05),
        (".inf", math.inf),
        ("-.INF", -math.inf),
        ("1_000", "1_000"),
        ("0b11", "0b11"),
        ("1:30", "1:30"),
        ("yes", "yes"),
        ("off", "off"),
        ("Null", None),
        ("nULL", "nULL"),
        ("TRUE", True),
        ("1990-01-01", "1990-01-01"),
        ("1e", "1e"),
        (".", "."),
        ("-", "-"),
    ],
)
def test_plain_scalars_mean_what_yaml_1_2_says(text: str, value: object) -> None:
    found = plain_scalar(text)
    assert found == value
    assert type(found) is type(value)
