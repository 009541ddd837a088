"""Which time a figure belongs to."""

from __future__ import annotations

import re

from counterstream.drafting.candidate import MentionKind
from counterstream.drafting.edtf import first_of, format_month, last_of, year_of
from counterstream.drafting.figures import Figure
from counterstream.drafting.grammar.pattern import Clock
from counterstream.drafting.grammar.rule import word_set
from counterstream.drafting.lexer import Tokens
from counterstream.drafting.scan import Found

_UNTIL = word_set("by until till before")
_SINCE = word_set("since after starting beginning")
_SMALL_WORDS = word_set(
    """
    in the whole of all during for by since until throughout over on at to
    """
)
_LEAD_WORDS = word_set(
    """
    , about some over more than only at least the another an a estimated nearly almost around roughly as
    many up to no fewer just under well
    """
)
_HAD = word_set("had have has")
_HAVE = word_set("have has")
_DURATION = re.compile(r"P(\d+)([YMWD]) (after|before)")


def pick_periods(
    tokens: Tokens, figures: list[Figure], found: list[Found], clock: Clock, last: str
) -> list[tuple[str, bool]]:
    """Return for each figure its period and whether it was only inferred.

    Notes
    -----
    A time directly after a figure belongs to it; else the time before it, if no other figure
    stands between or if it opens the sentence; else the next time after it.
    """
    times = [item for item in found if item.kind is MentionKind.TIME and item.reading]
    return [_pick(tokens, number, figures, times, clock, last) for number in range(len(figures))]


def _pick(
    tokens: Tokens, number: int, figures: list[Figure], times: list[Found], clock: Clock, last: str
) -> tuple[str, bool]:
    figure = figures[number]
    before = [item for item in times if item.last <= figure.core]
    after = [item for item in times if item.first >= figure.last]
    following = figures[number + 1].first if number + 1 < len(figures) else len(tokens)
    preceding = figures[number - 1].last if number else 0
    own_after = [item for item in after if item.first < following]
    own_before = [item for item in before if item.first >= preceding]
    if (
        number + 1 < len(figures)
        and own_after
        and 0 <= following - own_after[-1].last <= 1
        and own_after[-1].first - figure.last > 2
    ):
        own_after = own_after[:-1]
    chosen: Found | None = None
    perfect = _is_perfect(tokens, figure)
    if (own_after and _is_tight(tokens.words[figure.last : own_after[0].first])) or (
        own_after
        and _is_close(tokens, figure, own_after[0])
        and not (own_before and _leads(tokens, own_before[-1], figure))
    ):
        chosen = own_after[0]
    elif own_before:
        chosen = own_before[-1]
    elif own_after:
        chosen = own_after[0]
    elif before:
        chosen = before[0] if before[0].first <= 3 else before[-1]
    elif after and not (perfect and clock.year) and not last:
        chosen = after[0]
    if chosen is not None:
        told = perfect and chosen.last <= figure.first and "that" in tokens.words[chosen.last : figure.first]
        reading = f"../{last_of(chosen.reading)}" if told else _with_preposition(tokens, chosen, clock, perfect)
        return _joined(tokens, chosen, times, reading), False
    if clock.year and (perfect or _is_so_far(tokens)):
        return f"../{_document_date(clock)}", True
    return "", True


def _joined(tokens: Tokens, chosen: Found, times: list[Found], reading: str) -> str:
    """Return the span of two times that "and" joins: in 1972 and 1973, in October and November."""
    for item in times:
        if (
            item.first == chosen.last + 1
            and tokens.words[chosen.last] == "and"
            and "/" not in reading + item.reading
            and reading < item.reading
        ):
            return f"{reading}/{item.reading}" if len(reading) == len(item.reading) else reading
        if (
            item.last + 1 == chosen.first
            and tokens.words[item.last] == "and"
            and "/" not in reading + item.reading
            and item.reading.rstrip("~") < reading
        ):
            return f"{item.reading.rstrip('~')}/{reading}" if len(reading) == len(item.reading.rstrip("~")) else reading
    return reading


def _is_tight(between: list[str]) -> bool:
    """Whether nothing but prepositions parts a figure from a time."""
    return len(between) <= 2 or (len(between) <= 5 and all(word in _SMALL_WORDS for word in between))


def _is_so_far(tokens: Tokens) -> bool:
    """Whether a sentence counts up to the day on which it is written."""
    pairs = zip(tokens.words, tokens.words[1:], strict=False)
    return any(pair in (("so", "far"), ("to", "date"), ("thus", "far"), ("until", "now")) for pair in pairs)


def _is_close(tokens: Tokens, figure: Figure, item: Found) -> bool:
    """Whether a time follows its figure closely or within its clause."""
    between = tokens.words[figure.last : item.first]
    return len(between) <= 12 and not {";", ":", "while", "whereas", "but"} & set(between) and between.count(",") <= 1


def _leads(tokens: Tokens, item: Found, figure: Figure) -> bool:
    """Whether a time opens the clause of a figure: ``In 1921, 121,000 emigres``."""
    between = tokens.words[item.last : figure.first]
    return len(between) <= 4 and (not between or between[0] == ",") and all(word in _LEAD_WORDS for word in between)


def _is_perfect(tokens: Tokens, figure: Figure) -> bool:
    """Whether the clause of a figure tells what has happened up to now."""
    span = tokens.words[max(0, figure.first - 8) : figure.last + 8]
    return any(word in _HAVE and span[place + 1 : place + 2] != ["been"] for place, word in enumerate(span))


def _document_date(clock: Clock) -> str:
    return format_month(clock.year, clock.month) if clock.month else f"{clock.year:04d}"


def _with_preposition(tokens: Tokens, item: Found, clock: Clock, perfect: bool) -> str:
    """Return the period that a time stands for after its preposition."""
    reading = item.reading
    word = tokens.at(item.first - 1)
    if word == "of" and tokens.at(item.first - 2) == "as":
        return f"../{reading}" if perfect else reading
    if reading.endswith("/..") and clock.year:
        first = first_of(reading)
        if tokens.words[item.first] == "since" and year_of(first) <= clock.year:
            return f"{first.rstrip('~')}/{_document_date(clock) if '-' in first else format(clock.year, '04d')}"
        return reading
    when = tokens.words[item.last : item.last + 2] == [",", "when"] or tokens.at(item.last) == "when"
    if "/" in reading and ".." in reading:
        return last_of(reading) if when and reading.startswith("..") else reading
    if word == "by" and _HAD.isdisjoint(tokens.words):
        return reading
    if word in _UNTIL or (word == "to" and tokens.at(item.first - 2) == "up"):
        return f"../{last_of(reading)}"
    if word in _SINCE:
        first = first_of(reading).rstrip("~")
        return (
            f"{first}/{_document_date(clock) if '-' in first else format(clock.year, '04d')}"
            if clock.year and word == "since"
            else f"{first}/.."
        )
    if reading.startswith("P"):
        return _resolve(reading, clock)
    if reading.endswith("~") and clock.year and word == "began":
        return f"{reading}/{clock.year:04d}"
    return reading.rstrip("~") if len(reading) > 5 else reading


def _resolve(reading: str, clock: Clock) -> str:
    """Return the date of ``P1Y after`` from the time told before it."""
    match = _DURATION.match(reading)
    year = year_of(clock.last) or clock.last_year or clock.year
    if match is None or not year:
        return ""
    amount = int(match.group(1)) * (1 if match.group(3) == "after" else -1)
    if match.group(2) == "Y":
        return f"{year + amount}"
    month = re.search(r"\d{4}-(0[1-9]|1[0-2])", clock.last)
    if match.group(2) == "M" and month:
        return format_month(year, int(month.group(1)) + amount)
    return ""
