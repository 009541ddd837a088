"""Times and traps of a sentence, before its numbers are read."""

from __future__ import annotations

import re
from dataclasses import dataclass

from counterstream.drafting.candidate import MentionKind
from counterstream.drafting.edtf import read_days
from counterstream.drafting.grammar import times, times_relative, traps
from counterstream.drafting.grammar.number_words import FRACTION_NAMES, NUMBER_WORDS
from counterstream.drafting.grammar.pattern import Clock, PatternIndex
from counterstream.drafting.grammar.rule import Rule, word_set
from counterstream.drafting.grammar.time_readings import MONTH_LEADS
from counterstream.drafting.grammar.unit_words import NOUNS
from counterstream.drafting.grammar.units import is_person_noun
from counterstream.drafting.lexer import Tokens

_INDEX = PatternIndex((*traps.PATTERNS, *times.PATTERNS, *times_relative.PATTERNS, *times_relative.NEUTRAL))
#: After so common a first word only these go on to a time or a trap; digits always may.
_SECOND_WORDS: dict[str, frozenset[str]] = {
    "the": word_set(
        """
    early mid late very beginning start end close middle latter first second third fourth last final
    opening closing spring summer autumn fall winter years period next following subsequent ensuing
    succeeding past preceding previous prior same current present fiscal financial academic school
    calendar year twelve twelvemonth six nine three twenties thirties forties fifties sixties seventies
    eighties nineties nineteen eighteen seventeen ' recent coming half quarter five four ten eight two
    seven
    """
    ),
    "a": word_set(
        """
    day week fortnight month quarter year decade century few couple dozen half
    """
    ),
    "an": word_set("hour"),
    "in": word_set("the recent that coming many past last"),
    "over": word_set("the recent coming many past last"),
    "for": word_set("the recent coming many past last"),
    "to": frozenset(),
    "on": frozenset(),
    "this": word_set("year month week spring summer autumn fall winter"),
    "that": word_set(
        """
    year month period decade same following spring summer autumn fall winter
    """
    ),
}
_TRAPS = frozenset(pattern.rule.id for pattern in traps.PATTERNS)
_NEUTRALS = frozenset(pattern.rule.id for pattern in times_relative.NEUTRAL)
#: A sentence without a digit and without any of these holds nothing to draft.
_TRIGGER_WORDS = (
    (NUMBER_WORDS - {"a", "an"})
    | (frozenset(FRACTION_NAMES) - {"second"})
    | word_set(
        """
    most almost nearly virtually none no majority minority twice double several few couple single
    twofold threefold fourfold fivefold tenfold year years month months decade decades week weeks day
    days summer winter spring autumn fall period thrice bulk quadruple treble triple twenties thirties
    forties fifties sixties seventies eighties nineties today yesterday nowadays centuries century
    practically
    """
    )
)
TRIGGERS = (
    _TRIGGER_WORDS
    | {word.capitalize() for word in _TRIGGER_WORDS}
    | {word.upper() for word in _TRIGGER_WORDS}
    | {form for month in MONTH_LEADS.split() for form in (month.capitalize(), month.upper())}
)
_BEFORE_YEAR = word_set(
    """
    in since by of from during until till for to after before the this that its and or late early mid
    between through - – , ( around
    """
)


@dataclass(frozen=True, slots=True)
class Found:
    """A time, a trap or a vague time: kind, tokens, span in the cleaned text, EDTF and rule."""

    kind: MentionKind
    first: int
    last: int
    start: int
    end: int
    reading: str
    rule: Rule


def scan_sentence(tokens: Tokens, text: str, end: int, clock: Clock) -> tuple[list[Found], list[bool]]:
    """Return times and traps of a sentence and which tokens they take."""
    found: list[Found] = []
    taken = [False] * len(tokens)
    index = 0
    words, count, leads = tokens.words, len(tokens), _INDEX.by_lead
    while index < count:
        word = words[index]
        if word not in leads and not word[0].isdigit():
            index += 1
            continue
        second = _SECOND_WORDS.get(word)
        if (
            second is not None
            and index + 1 < count
            and words[index + 1] not in second
            and not words[index + 1][0].isdigit()
            and word != "a"
        ):
            index += 1
            continue
        match = _INDEX.match(text, word, tokens.starts[index], end, clock)
        if match is None:
            index += 1
            continue
        pattern, stop, reading = match
        last = max(tokens.index_after(stop, index), index + 1)
        if pattern.rule.id in ("time.year", "time.about-year") and _counts_people(tokens, last - 1):
            index += 1
            continue
        kind = (
            MentionKind.TRAP
            if pattern.rule.id in _TRAPS
            else MentionKind.NEUTRAL
            if pattern.rule.id in _NEUTRALS
            else MentionKind.TIME
        )
        if kind is MentionKind.TIME and reading and not _is_date(reading):
            index += 1
            continue
        found.append(Found(kind, index, last, tokens.starts[index], stop, reading, pattern.rule))
        if kind is MentionKind.TIME and reading and not reading.startswith("P"):
            clock.last = reading
        taken[index:last] = [True] * (last - index)
        index = last
    return found, taken


def _counts_people(tokens: Tokens, index: int) -> bool:
    """Whether four digits are a count and not a year: ``some 1950 refugees``, not ``in 1950 refugees``."""
    if (tokens.at(index - 1) in _BEFORE_YEAR and tokens.at(index - 1) != "around") or (
        index and tokens.texts[index - 1][0].isupper() and index > 1
    ):
        return False
    for ahead in range(index + 1, min(index + 4, len(tokens))):
        word = tokens.words[ahead]
        if (
            word in NOUNS
            and NOUNS[word][0] in ("person", "family", "household", "application", "visa", "currency")
            and (word.endswith("s") or word in ("people", "men", "women", "children"))
        ) or is_person_noun(word):
            return True
        if not word[0].isalpha() or word in (
            "and",
            "or",
            "when",
            "saw",
            "were",
            "was",
            "the",
            "a",
            "an",
            "had",
            "many",
            "most",
            "some",
            "all",
        ):
            return False
    return False


def _is_date(reading: str) -> bool:
    """Whether a reading is a date of the calendar, an open interval or a duration."""
    return reading[0] == "P" or read_days(re.sub(r"[~?%]", "", reading)) is not None
