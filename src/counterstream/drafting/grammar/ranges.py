"""Ranges: between A and B, from A to B, A to B, A-B."""

from __future__ import annotations

from typing import NamedTuple

from counterstream.drafting.grammar.number_words import MAGNITUDES, Number
from counterstream.drafting.grammar.numbers import NumberStyle, read_number
from counterstream.drafting.grammar.rule import Example, Rule, word_set
from counterstream.drafting.grammar.shares import percent_after
from counterstream.drafting.grammar.units import unit_sign
from counterstream.drafting.lexer import Tokens

RANGE = Rule(
    "number.range",
    "Two limits.",
    (
        Example("It cost between 3,600 and 9,800 roubles.", "between 3,600 and 9,800", "3600..9800"),
        Example("Their part varied from 70 to 98 percent.", "from 70 to 98", "70..98"),
        Example("Some 2–3 million refugees fled.", "2–3 million", "2000000..3000000"),
        Example("Flats cost $6,500 to $9,000.", "6,500 to $9,000", "6500..9000"),
        Example("Two or three families left.", "Two or three", "2..3"),
    ),
    ("Emigration rose from 3,000 to 9,000.", "In 1990 300 left for 20 camps."),
)
RULES = (RANGE,)

#: After these "from A to B" tells of two figures, one after the other.
CHANGE_VERBS = word_set(
    """
    rose risen rise rising increased increase increasing grew grown grow growth fell fallen fall falling
    dropped drop declined decline declining decreased decrease went climbed climb jumped jump sank
    shrank reduced reduction swelled doubled surged soared plunged dwindled raised cut lowered up down
    improved slid expanded tumbled slumped
    """
)


class Joined(NamedTuple):
    """The second number of a range, the limits, where it ends, and how many tokens say percent after it."""

    other: Number
    low: float
    high: float
    last: int
    percent: int
    begin: int


def join_range(tokens: Tokens, number: Number, percent: int, taken: list[bool], style: NumberStyle) -> Joined | None:
    """Return the range that begins with a number, if one does."""
    after = number.last + percent
    connector = tokens.at(after)
    before = tokens.at(number.first - 1)
    sign = unit_sign(tokens, number.first, "")
    if sign:
        before = tokens.at(sign.first - 1)
    if connector not in ("to", "-", "–", "—", "and", "or", "through") or (
        connector == "and" and before not in ("between", "from")
    ):
        return None
    if connector == "-" and not number.digits:
        return None
    start = after + 1
    while (
        tokens.at(start)
        in ("$", "£", "€", "as", "perhaps", "even", "possibly", "some", "nearly", "about", "over", "us", "rs")
        and start - after < 4
    ):
        if tokens.at(start) not in ("$", "£", "€", "us", "rs") and before not in ("between", "from"):
            return None
        start += 1
    if start >= len(tokens) or taken[start]:
        return None
    other = read_number(tokens, start, style)
    if other is None or any(taken[start : other.last]):
        return None
    first_value, second_value = _value(number, high=False), _value(other, high=True)
    if first_value is None or second_value is None:
        return None
    first_value = _share_magnitude(tokens, number, other, first_value)
    if first_value >= second_value or (connector == "or" and not _is_near(first_value, second_value, number)):
        return None
    if connector == "to" and before != "between" and (_changes(tokens, number.first) or before == "by"):
        return None
    begin = number.first
    if before in ("between", "from") and sign is None:
        begin -= 1
    return Joined(other, first_value, second_value, other.last, percent_after(tokens, other.last), begin)


def _value(number: Number, high: bool) -> float | None:
    if number.vague:
        return number.high if high else number.low
    return number.value


def _share_magnitude(tokens: Tokens, number: Number, other: Number, value: float) -> float:
    """Return the first value in the magnitude of the second: ``2 to 3 million``."""
    magnitude = MAGNITUDES.get(tokens.words[other.last - 1])
    if (
        magnitude
        and other.last - other.first > 1
        and tokens.words[number.last - 1] not in MAGNITUDES
        and value < 1000
        and not number.vague
    ):
        return value * magnitude
    return value


def _is_near(first: float, second: float, number: Number) -> bool:
    """Whether ``A or B`` gives limits: two or three, 300 or 400."""
    return second <= 2 * first and (first <= 20 or first % 10 == 0 or number.digits)


def _changes(tokens: Tokens, index: int) -> bool:
    """Whether a verb of change stands shortly before."""
    words = tokens.words[max(0, index - 8) : index]
    if "ranging" in words or "varying" in words or "varied" in words or "ranged" in words:
        return False
    return not CHANGE_VERBS.isdisjoint(words)
