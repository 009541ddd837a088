"""Words that numbers are made of, and a number as it is read."""

from __future__ import annotations

from dataclasses import dataclass

from counterstream.drafting.grammar.rule import Rule
from counterstream.drafting.lexer import Tokens

_BELOW_TWENTY = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen
"""
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
UNITS = {word: value for value, word in enumerate(_BELOW_TWENTY.split())}
TENS = {word: 10 * value for value, word in enumerate(_TENS.split(), 2)} | {"fourty": 40}
MAGNITUDES = {
    "hundred": 100.0, "thousand": 1e3, "million": 1e6, "millions": 1e6, "billion": 1e9, "trillion": 1e12, "lakh": 1e5,
    "lakhs": 1e5, "crore": 1e7, "crores": 1e7, "dozen": 12.0, "mln": 1e6, "mn": 1e6, "bn": 1e9, "thousands": 1e3,
}  # fmt: skip
PLURALS = {
    "tens": (10, 99), "dozens": (24, 99), "scores": (40, 99), "hundreds": (100, 999), "thousands": (1000, 9999),
    "millions": (1e6, 9999999.0), "lakhs": (1e5, 999999.0), "billions": (1e9, 9999999999.0),
}  # fmt: skip
SEVERAL = {"several": (3, 9), "few": (2, 9), "couple": (2, 2), "some": (2, 9), "many": (2, 9), "various": (3, 9)}
_DENOMINATORS = """
half:2 halves:2 third:3 thirds:3 quarter:4 quarters:4 fourth:4 fourths:4 fifth:5 fifths:5 sixth:6 sixths:6 seventh:7
sevenths:7 eighth:8 eighths:8 ninth:9 ninths:9 tenth:10 tenths:10 twentieth:20
"""
FRACTION_NAMES = {name: int(number) for name, number in (item.split(":") for item in _DENOMINATORS.split())}
NUMBER_WORDS = (
    frozenset(UNITS)
    | frozenset(TENS)
    | frozenset(MAGNITUDES)
    | frozenset(PLURALS)
    | frozenset(FRACTION_NAMES)
    | {"a", "an"}
)


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a sentence: tokens ``first`` to ``last`` (exclusive), its value or limits, and doubts."""

    first: int
    last: int
    start: int
    end: int
    value: float | None
    rule: Rule
    low: float | None = None
    high: float | None = None
    suspect: bool = False
    digits: bool = False
    vague: bool = False

    @property
    def reading(self) -> str:
        """The value, or the limits, as text."""
        if self.vague:
            return f"{self.low:g}..{self.high:.10g}" if self.low is not None and self.high is not None else ""
        return "" if self.value is None else f"{self.value:.12g}"


def names_duration(tokens: Tokens, index: int) -> bool:
    """Whether a length of time stands at a token, a hyphen or an adjective before it left out."""
    index += tokens.at(index) in ("-", "long", "full", "more")
    return tokens.at(index).rstrip("s") in (
        "second",
        "minute",
        "hour",
        "day",
        "week",
        "month",
        "year",
        "decade",
        "century",
        "generation",
    )
