"""Rules that are regular expressions tried at certain first words only: work stays linear in the text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from counterstream.drafting.grammar.rule import Example, Rule

#: A lead that stands for any token in digits.
DIGIT = "#"


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression that is tried where a token is one of its leads.

    Parameters
    ----------
    rule
        The rule.
    leads
        Lower-cased first tokens; :data:`DIGIT` for any digits.
    expression
        Matched against the cleaned text from the token on.
    read
        What it reads in the match (EDTF for times); ``None`` from it means that the rule does not fire.
    behind
        Must match the text that ends at the token, if given.
    """

    rule: Rule
    leads: frozenset[str]
    expression: re.Pattern[str]
    read: Callable[[re.Match[str], Clock], str | None]
    behind: re.Pattern[str] | None = None


@dataclass
class Clock:
    """What times are counted from while a text is read.

    Parameters
    ----------
    year, month, day
        Date of the document, 0 where unknown.
    last
        EDTF of the last time that was read.
    last_year
        Year of the last time stated with its year; 0 if none.
    age
        Sentences read since then.
    month_first
        Whether 3/4/1985 is a day in March.
    """

    year: int = 0
    month: int = 0
    day: int = 0
    last: str = ""
    last_year: int = 0
    age: int = 0
    month_first: bool = False


class PatternIndex:
    """Patterns by the words that they begin with."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self.by_lead: dict[str, list[Pattern]] = {}
        for pattern in patterns:
            for lead in pattern.leads:
                self.by_lead.setdefault(lead, []).append(pattern)

    def match(self, text: str, word: str, start: int, end: int, clock: Clock) -> tuple[Pattern, int, str] | None:
        """Return the pattern with the longest match at a token, where it ends and what it reads."""
        best: tuple[Pattern, int, str] | None = None
        for pattern in self.by_lead.get(DIGIT if word[0].isdigit() else word, ()):
            match = pattern.expression.match(text, start, end)
            if match is None or (best and match.end() <= best[1]):
                continue
            if pattern.behind and not pattern.behind.search(text, max(0, start - 40), start):
                continue
            reading = pattern.read(match, clock)
            if reading is not None:
                best = (pattern, match.end(), reading)
        return best


def leads(words: str) -> frozenset[str]:
    """Return a set of leads from words parted by spaces."""
    return frozenset(words.split())


def reads_nothing(match: re.Match[str], clock: Clock) -> str | None:
    """Read nothing, as traps do."""
    del match, clock
    return ""


__all__ = ["DIGIT", "Clock", "Example", "Pattern", "PatternIndex", "Rule", "leads", "reads_nothing"]
