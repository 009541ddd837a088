"""Shares: percentages, fractions, one in ten, most of, none of."""

from __future__ import annotations

import re

from counterstream.drafting.grammar.fractions import Share, read_fraction
from counterstream.drafting.grammar.number_words import UNITS
from counterstream.drafting.grammar.numbers import NumberStyle, read_number
from counterstream.drafting.grammar.rule import Example, Rule, word_set
from counterstream.drafting.lexer import Tokens

PERCENT = Rule(
    "share.percent",
    "A figure in percent.",
    (
        Example("Some 98% went on.", "98%", "0.98"),
        Example("About 12.5 per cent returned.", "12.5 per cent", "0.125"),
        Example("Only five percent returned.", "five percent", "0.05"),
    ),
    ("Some 98 went on.",),
)
ONE_IN = Rule(
    "share.one-in",
    "One in ten, nine out of ten.",
    (
        Example("About one defector in 10 returned.", "one defector in 10", "0.1"),
        Example("One in ten emigrants returned.", "One in ten", "0.1"),
        Example("Nine out of every ten left.", "Nine out of every ten", "0.9"),
        Example("One out of five returned.", "One out of five", "0.2"),
    ),
    ("One in the group returned.",),
)
MOST = Rule(
    "share.most",
    "Most, a majority, a minority, almost all of a group.",
    (
        Example("Most of the returnees were Jews.", "Most", "0.5..1"),
        Example("Almost all of the emigres stayed.", "Almost all", "0.9..1"),
        Example("Only a minority of Jews left.", "a minority", "0..0.5"),
        Example("The majority of activists left.", "The majority", "0.5..1"),
        Example("The vast majority of refugees are women.", "The vast majority", "0.7..1"),
    ),
    ("Most importantly, 300 left.", "The most recent 300 left."),
)
ZERO = Rule(
    "share.zero",
    "None of a group did what is told.",
    (
        Example("None of the individuals approached have returned.", "None", "0"),
        Example("In 1951 no refugees were admitted.", "no", "0"),
        Example("Of 11 who appealed none was admitted.", "none", "0"),
        Example("Of the emigres none returned.", "none", "0"),
        Example("Not a single family returned.", "Not a single", "0"),
    ),
    ("None have accepted the offer.", "There is no doubt that 300 left."),
)
MULTIPLE = Rule(
    "share.multiple",
    "A part or a multiple of another figure: half the number, twice as many.",
    (
        Example("They gave 500 visas, half the number for all of 1986.", "half the number", "0.5"),
        Example("That is twice as many as in 1972.", "twice as many", "2"),
        Example("That is three times the figure of 1972.", "three times the figure", "3"),
        Example("It was a threefold increase.", "threefold", "3"),
    ),
    ("They came three times.",),
)
RULES = (PERCENT, ONE_IN, MOST, ZERO, MULTIPLE)

_PERCENT = (
    ("%",),
    ("percent",),
    ("per", "cent"),
    ("per", "centum"),
    ("pct",),
    ("p", ".", "c", "."),
    ("pc",),
    ("percentage", "points"),
    ("percentage", "point"),
    ("per", "cents"),
)
#: Limits of a share by the words for it.
_MOST_PHRASES: dict[tuple[float, float], tuple[str, ...]] = {
    (0.9, 1.0): (
        "almost all",
        "nearly all",
        "virtually all",
        "practically all",
        "almost everyone",
    ),
    (0.5, 1.0): (
        "most , if not all , of",
        "most of",
        "most of whom",
        "the majority of",
        "a majority of",
        "majority of",
        "the bulk of",
        "most if not all of",
        "the majority",
        "a majority",
    ),
    (0.7, 1.0): (
        "the vast majority of",
        "the great majority of",
        "the overwhelming majority of",
        "an overwhelming majority of",
        "the vast bulk of",
    ),
    (0.6, 1.0): (
        "the large majority of",
        "a large majority of",
    ),
    (0.0, 0.5): ("a minority of",),
    (0.0, 0.3): ("a small minority of",),
    (0.0, 0.1): ("a tiny minority of",),
}
_MOST: dict[tuple[str, ...], tuple[float, float]] = {
    tuple(phrase.split()): limits for limits, phrases in _MOST_PHRASES.items() for phrase in phrases
}
_MOST_FIRST = frozenset(words[0] for words in _MOST)
_DID = word_set(
    """
    returned return left leave sent turned arrived arrive emigrated admitted allowed permitted granted
    issued accepted came gone applied resettled repatriated survived entered crossed registered received
    deported naturalised naturalized approved recorded reported released
    """
)
_ZERO_NOUNS = word_set(
    """
    emigrants emigres refugees migrants immigrants visas applications families persons people returnees
    arrivals departures deportations jews individuals permits asylum settlers admissions passports
    crossings
    """
)


_TIMES = re.compile(r"\d{1,3}(?:\.\d+)?")
#: Words with which a share can begin.
FIRST_WORDS = (
    _MOST_FIRST
    | frozenset(UNITS)
    | word_set(
        """
    none no not half a twice double triple treble quadruple thrice twofold threefold fourfold fivefold
    tenfold
    """
    )
)


def percent_after(tokens: Tokens, index: int) -> int:
    """Return how many tokens from ``index`` say percent."""
    start = index + (tokens.at(index) == "-")
    for words in _PERCENT:
        if tuple(tokens.words[start : start + len(words)]) == words:
            return start + len(words) - index
    return 0


def read_share(tokens: Tokens, index: int, style: NumberStyle) -> Share | None:
    """Return the share in words that begins at a token; percentages are read with the numbers."""
    word = tokens.words[index]
    if word in ("none", "no", "not"):
        return _read_zero(tokens, index)
    if word in _MOST_FIRST:
        found = _read_most(tokens, index)
        if found:
            return found
    if (
        word
        in (
            "twice",
            "double",
            "triple",
            "treble",
            "quadruple",
            "half",
            "thrice",
            "twofold",
            "threefold",
            "fourfold",
            "fivefold",
            "tenfold",
            "one",
            "a",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "ten",
        )
        or word[0].isdigit()
    ):
        found = _read_multiple(tokens, index)
        if found:
            return found
    return _read_one_in(tokens, index, style) or read_fraction(tokens, index)


def _read_zero(tokens: Tokens, index: int) -> Share | None:
    """Return nought where nobody did what migrants do."""
    words = tokens.words
    if (
        words[index] == "not"
        and words[index + 1 : index + 3] != ["a", "single"]
        and words[index + 1 : index + 2] != ["one"]
    ):
        return None
    rest = words[index + 1 : index + 12]
    if words[index] == "none" and rest[:1] == ["of"] and rest[1:2] != ["these"] and any(word in _DID for word in rest):
        return Share(index, index + 1, 0.0, 0.0, 0.0, ZERO, "person", index + 1)
    if words[index] == "none" and _did_nobody(rest):
        return Share(index, index + 1, 0.0, 0.0, 0.0, ZERO, "person")
    if words[index] == "no" and any(word in _ZERO_NOUNS for word in rest[:3]) and any(word in _DID for word in rest):
        return Share(index, index + 1, 0.0, 0.0, 0.0, ZERO, "")
    if words[index] == "not" and any(word in _DID for word in rest):
        return Share(index, index + 3 if rest[:1] == ["a"] else index + 2, 0.0, 0.0, 0.0, ZERO, "")
    return None


def _did_nobody(rest: list[str]) -> bool:
    """Whether ``none`` stands before what migrants do: ``none returned``, ``none was admitted``."""
    skipped = 0
    while skipped < len(rest) and rest[skipped] in ("was", "were", "has", "have", "had", "ever", "yet", "been"):
        skipped += 1
    return skipped < min(len(rest), 4) and rest[skipped] in _DID and rest[skipped] != "accepted"


def _read_most(tokens: Tokens, index: int) -> Share | None:
    """Return most, a majority, a minority."""
    for length in range(8, 0, -1):
        limits = _MOST.get(tuple(tokens.words[index : index + length]))
        if limits is None:
            continue
        last = index + length
        whole = tokens.words[last - 1] == "of"
        following = tokens.at(last)
        words_are_most = tokens.words[index] == "most"
        if whole and following in (
            "these",
            "those",
            "us",
            "which",
            "all",
            "its",
            "his",
            "her",
            "this",
            "that",
            "it",
            "a",
        ):
            return None
        if following == "them" and words_are_most:
            return None
        if (
            whole
            and tokens.at(last) == "the"
            and tokens.at(last + 1)
            in (
                "time",
                "day",
                "year",
                "country",
                "region",
                "world",
                "century",
                "period",
                "decade",
                "war",
                "money",
                "work",
                "city",
                "land",
            )
        ):
            return None
        if not whole and "majority" in tokens.words[index : index + length]:
            return None
        if not whole and following and not following[0].isalpha() and following not in (",",):
            return None
        hedge = "gt" if "majority" in tokens.words[index : index + length] and limits == (0.5, 1.0) else "vague"
        if "minority" in tokens.words[index : index + length]:
            hedge = "lt"
        end = last - 1 if whole else last
        start = index
        return Share(start, end, None, *limits, MOST, "share", last - 1 if whole else -1, hedge)
    return None


def _read_multiple(tokens: Tokens, index: int) -> Share | None:
    """Return ``half the number``, ``twice as many``, ``three times the figure``."""
    words = tokens.words
    word = words[index]
    value, last = 0.0, index + 1
    simple = {
        "twice": 2.0,
        "double": 2.0,
        "triple": 3.0,
        "treble": 3.0,
        "quadruple": 4.0,
        "thrice": 3.0,
        "half": 0.5,
        "twofold": 2.0,
        "threefold": 3.0,
        "fourfold": 4.0,
        "fivefold": 5.0,
        "tenfold": 10.0,
    }
    if word in simple:
        value = simple[word]
        if word.endswith("fold"):
            return (
                Share(index, last, value, value, value, MULTIPLE, "ratio")
                if tokens.at(last) in ("increase", "rise", "growth", "jump")
                else None
            )
    else:
        fraction = read_fraction(tokens, index, alone=True)
        if fraction and fraction.value is not None:
            value, last = fraction.value, fraction.last
        elif tokens.at(index + 1) == "times" and (word in UNITS or _TIMES.fullmatch(word)):
            value, last = float(UNITS.get(word, word)), index + 2
    if not value:
        return None
    if (
        tokens.at(last) == "of"
        and tokens.at(last + 1) in ("that", "this", "the")
        and tokens.at(last + 2) in ("number", "figure", "total", "amount", "sum", "level")
    ):
        return Share(index, last + 3, value, value, value, MULTIPLE, "ratio")
    if tokens.at(last) == "as" and tokens.at(last + 1) in ("many", "much", "large", "high", "great"):
        return Share(index, last + 2, value, value, value, MULTIPLE, "ratio")
    if (
        tokens.at(last) in ("more", "higher", "greater", "larger")
        and word not in simple
        and tokens.at(index + 1) == "times"
    ):
        return Share(index, last + 1, value, value, value, MULTIPLE, "ratio")
    if tokens.at(last) in ("the", "that", "their", "its", "last", "those"):
        ahead = words[last + 1 : last + 5]
        if any(
            item in ("number", "figure", "total", "level", "rate", "figures", "amount", "sum", "average")
            for item in ahead[:3]
        ):
            place = next(
                spot
                for spot, item in enumerate(ahead)
                if item in ("number", "figure", "total", "level", "rate", "figures", "amount", "sum", "average")
            )
            return Share(index, last + 2 + place, value, value, value, MULTIPLE, "ratio")
        if tokens.at(last) in ("that", "those") and tokens.at(last + 1) in ("of", "in", "for", "recorded"):
            return Share(index, last + 1, value, value, value, MULTIPLE, "ratio")
    return None


def _read_one_in(tokens: Tokens, index: int, style: NumberStyle) -> Share | None:
    """Return ``one in ten``, ``one emigrant in 10``, ``nine out of every ten``."""
    words = tokens.words
    word = words[index]
    if word not in UNITS and not (word.isdigit() and len(word) <= 2):
        return None
    part = float(UNITS[word] if word in UNITS else int(word))
    for position in range(index + 1, min(index + 5, len(words))):
        if words[position] in ("in", "of") and (words[position] == "in" or words[position - 1] == "out"):
            after = position + 1
            after += tokens.at(after) in ("every", "each")
            whole = read_number(tokens, after, style) if after < len(words) else None
            if (
                whole is None
                or whole.value is None
                or not 1 < whole.value <= 1000
                or whole.value <= part
                or tokens.at(whole.last) in ("-", "years", "months", "weeks", "days", "countries")
            ):
                return None
            if position > index + 2 and words[position] == "in" and part != 1:
                return None
            if whole.digits and 1400 < whole.value < 2100:
                return None
            value = part / whole.value
            return Share(index, whole.last, value, value, value, ONE_IN)
        if not words[position][0].isalpha():
            return None
    return None
