"""Vague numbers: round words that stand for an order of magnitude."""

from __future__ import annotations

from counterstream.drafting.grammar.number_words import MAGNITUDES, PLURALS, SEVERAL, Number, names_duration
from counterstream.drafting.grammar.rule import Example, Rule, word_set
from counterstream.drafting.lexer import Tokens

VAGUE = Rule(
    "number.vague",
    "Round words that stand for an order of magnitude.",
    (
        Example("Tens of thousands of refugees fled.", "Tens of thousands", "10000..99999"),
        Example("Several hundred refugees fled.", "Several hundred", "300..900"),
        Example("Hundreds of families left.", "Hundreds", "100..999"),
        Example("The number is in the low hundreds of persons.", "low hundreds", "100..400"),
        Example("A few dozen families left.", "A few dozen", "20..90"),
    ),
    ("Several of them left.", "Many left."),
)
RULES = (VAGUE,)

#: Words that loosen a magnitude, and those that may stand before its plural.
_BEFORE_PLURALS = word_set("some many several few")
_GRADES = word_set("low high mid")
_LONE = word_set("lone isolated solitary odd scattered")


def read_vague(tokens: Tokens, index: int) -> Number | None:
    """Return round words: ``tens of thousands``, ``several hundred``, ``the low hundreds``."""
    position = index
    word = tokens.words[index]
    if word in ("a", "the") and tokens.at(index + 1) in ("few", "couple", "low", "high", "mid"):
        position += 1
        word = tokens.words[position]
    if word in _GRADES:
        return _read_grade(tokens, position)
    if word in SEVERAL:
        return _read_several(tokens, index, position)
    return _read_plural(tokens, position) if word in PLURALS else None


def _read_grade(tokens: Tokens, index: int) -> Number | None:
    """Return ``low hundreds``, ``mid-thousands``."""
    after = index + (2 if tokens.at(index + 1) == "-" else 1)
    plural = PLURALS.get(tokens.at(after))
    if plural is None:
        return None
    low, high = plural[0], plural[1] + 1
    limits = {"low": (low, 0.4 * high), "mid": (0.4 * high, 0.7 * high), "high": (0.6 * high, high - 1)}
    return _vague(tokens, index, after + 1, *limits[tokens.words[index]])


def _read_several(tokens: Tokens, first: int, index: int) -> Number | None:
    """Return ``several hundred``, ``a few thousand``, ``several years``, ``some hundreds``."""
    word = tokens.words[index]
    after = index + 1
    after += word == "couple" and tokens.at(after) == "of"
    if word in _BEFORE_PLURALS and tokens.at(after) in PLURALS and tokens.at(after) != "scores":
        found = _read_plural(tokens, after)
        if found is None or found.low is None:
            return None
        return _vague(tokens, first, found.last, found.low * 3 if word == "several" else found.low, found.high)
    if word == "several" and names_duration(tokens, after):
        return _vague(tokens, first, after, 3.0, None)
    if word == "few" and tokens.at(after) in _LONE:
        return _vague(tokens, first, after, 2.0, 9.0)
    magnitude = MAGNITUDES.get(tokens.at(after))
    if magnitude is None or tokens.at(after) in ("millions", "thousands") or word in ("some", "many", "various"):
        return None
    last = after + 1
    while tokens.at(last) in ("thousand", "million") and magnitude == 100.0:
        magnitude *= MAGNITUDES[tokens.at(last)]
        last += 1
    low, high = SEVERAL[word]
    factor = 10.0 if tokens.words[after] == "dozen" else magnitude
    return _vague(tokens, first, last, low * factor, high * factor)


def _read_plural(tokens: Tokens, index: int) -> Number | None:
    """Return ``hundreds``, ``tens of thousands``; bare ``tens`` is too little."""
    low, high = PLURALS[tokens.words[index]]
    last = index + 1
    while tokens.at(last) == "of" and tokens.at(last + 1) in ("thousands", "millions", "hundreds", "billions"):
        factor = PLURALS[tokens.at(last + 1)][0]
        low, high = low * factor, (high + 1) * factor - 1
        last += 2
    if tokens.words[index] == "tens" and last == index + 1:
        return None
    return _vague(tokens, index, last, low, high)


def _vague(tokens: Tokens, first: int, last: int, low: float | None, high: float | None) -> Number:
    return Number(first, last, tokens.starts[first], tokens.ends[last - 1], None, VAGUE, low, high, vague=True)
