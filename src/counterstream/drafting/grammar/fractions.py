"""Fractions in words: two thirds, a quarter of, almost half."""

from __future__ import annotations

from dataclasses import dataclass

from counterstream.drafting.grammar.number_words import FRACTION_NAMES, UNITS
from counterstream.drafting.grammar.rule import Example, Rule, word_set
from counterstream.drafting.lexer import Tokens

FRACTION = Rule(
    "share.fraction",
    "A fraction in words.",
    (
        Example("Two thirds of the senators signed.", "Two thirds", "0.666667"),
        Example("A quarter of the emigrants returned.", "A quarter", "0.25"),
        Example("Half of the emigrants returned.", "Half", "0.5"),
        Example("Three-quarters of them left.", "Three-quarters", "0.75"),
    ),
    ("In the second quarter of 1990 300 left.", "The first half of 1974 was calm."),
)
RULES = (FRACTION,)

#: Before a fraction these make it a figure, whatever follows.
_HEDGES = word_set(
    "almost nearly about over than fully around under roughly some only least just approximately perhaps to"
)
#: After a fraction these make it a part of a measure, of time, or of a number.
_NO_SHARE = word_set("year years hour hours mile century mill inch acre day pound million dozen way past - a an")
_NO_HALF = _NO_SHARE | word_set("the as that")
#: "Half the emigrants", but not "half the time".
_AFTER_HALF = word_set("the their its these those all were are had have")
_TIMES = word_set("time year day way world century")
#: A fraction of these is a measure: half of a mile.
_MEASURES = word_set("mile year century mill inch day hour pound million kilometre")
_CHANGES = word_set(
    """
    drop fall rise increase decrease cut reduction decline loss growth fell rose dropped declined decreased
    increased grew
    """
)
#: What may follow a fraction that stands for people by itself.
_AFTER_ALONE = word_set("were are had have was is came went left returned , . ) in being to") | {""}


@dataclass(frozen=True, slots=True)
class Share:
    """A share or a multiple in a sentence: tokens ``first`` to ``last``, and what it is."""

    first: int
    last: int
    value: float | None
    low: float | None
    high: float | None
    rule: Rule
    unit: str = "share"
    of_index: int = -1
    hedge: str = ""

    @property
    def reading(self) -> str:
        """The value, or the limits, as text."""
        return f"{self.value:g}" if self.value is not None else f"{self.low:g}..{self.high:g}"


def read_fraction(tokens: Tokens, index: int, alone: bool = False) -> Share | None:
    """Return a fraction that begins at a token.

    Parameters
    ----------
    tokens, index
        Sentence and token.
    alone
        Whether any fraction will do; else it must be of something, or stand as a figure does.
    """
    word = tokens.words[index]
    numerator, position = 1.0, index
    if word == "a" or word in UNITS:
        numerator = float(UNITS.get(word, 1))
        position += 1
        position += tokens.at(position) == "-"
    elif word != "half":
        return None
    name = tokens.at(position)
    denominator = FRACTION_NAMES.get(name)
    plural = name.endswith("s") or name == "halves"
    if denominator is None or not 0 < numerator <= denominator or plural != (numerator > 1):
        return None
    value = numerator / denominator
    share = Share(index, position + 1, value, value, value, FRACTION)
    if alone:
        return share
    if tokens.at(share.last) == "of":
        return _fraction_of(tokens, share)
    return share if _stands_alone(tokens, share, name) else None


def _fraction_of(tokens: Tokens, share: Share) -> Share | None:
    """Return the fraction of what follows ``of``, unless that is a year or a measure."""
    ahead = tokens.words[share.last + 1 : share.last + 3]
    if any(item.isdigit() and len(item) == 4 for item in ahead):
        return None
    if ahead[:1] in (["a"], ["an"]) and not _MEASURES.isdisjoint(ahead[1:]):
        return None
    return Share(share.first, share.last, share.value, share.low, share.high, FRACTION, "share", share.last)


def _stands_alone(tokens: Tokens, share: Share, name: str) -> bool:
    """Whether a fraction that is of nothing named is a figure all the same."""
    following, before = tokens.at(share.last), tokens.at(share.first - 1)
    word, several = tokens.words[share.first], name.endswith("s")
    if before in ("of", "by") and tokens.at(share.first - 2) in _CHANGES:
        return True
    if name == "half":
        if word == "half" and following in _AFTER_HALF:
            return _TIMES.isdisjoint(tokens.words[share.last : share.last + 4])
        return (before in _HEDGES or word == "one") and following not in _NO_HALF
    if several or (before in _HEDGES and name != "second"):
        return following not in _NO_SHARE
    return following in _AFTER_ALONE and name not in ("second", "quarter")
