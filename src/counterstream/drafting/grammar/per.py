"""Per: the time or the people that a figure is counted by."""

from __future__ import annotations

from counterstream.drafting.grammar.rule import Example, Rule, word_set
from counterstream.drafting.lexer import Tokens

PER = Rule(
    "per.time-or-people",
    "A year, per month, annually, per 1,000 inhabitants, a head.",
    (
        Example("More than 30,000 Jews left per year.", "per year", "year"),
        Example("About 300 refugees cross each day.", "each day", "day"),
        Example("Some 300 emigrants left annually.", "annually", "year"),
        Example("The rate was 4.5 emigrants per 1,000 inhabitants.", "per 1,000 inhabitants", "1,000 inhabitants"),
    ),
    ("A year later 300 left.",),
)
RULES = (PER,)

_ADVERBS = {"annually": "year", "yearly": "year", "monthly": "month", "weekly": "week", "daily": "day"}
_TIMES = word_set(
    """
    second minute hour day week fortnight month quarter year annum decade head adult child migrant
    emigrant passenger person capita family household night
    """
)
_REACH = 12


_PERIODICAL = {
    "yearly": "year",
    "annual": "year",
    "monthly": "month",
    "weekly": "week",
    "daily": "day",
    "annually": "year",
}
_RATES = word_set(
    """
    average rate number total intake quota inflow outflow figure mean entries arrivals departures
    crossings
    """
)


def find_per_before(tokens: Tokens, core: int) -> tuple[str, int, int] | None:
    """Return what a figure is counted by where an average or a rate is announced before it."""
    for index in range(core - 1, max(-1, core - 10), -1):
        if tokens.words[index] in _PERIODICAL and tokens.at(index + 1) in _RATES:
            return _PERIODICAL[tokens.words[index]], index, index + 2
        if tokens.words[index][0].isdigit() or tokens.words[index] == ";":
            return None
    return None


def find_per(tokens: Tokens, first: int) -> tuple[str, int, int] | None:
    """Return what a figure is counted by and the tokens that say so, looking on to the next number."""
    for index in range(first, min(first + _REACH, len(tokens))):
        word = tokens.words[index]
        if word in _ADVERBS:
            return _ADVERBS[word], index, index + 1
        if word in ("per", "a", "an", "each", "every") and tokens.at(index + 1) in _TIMES:
            after = tokens.at(index + 2)
            if after in ("after", "in") and index == first and tokens.at(index + 3)[:1].isdigit():
                return tokens.words[index + 1], index, index + 2
            if after in (
                "later",
                "earlier",
                "ago",
                "before",
                "after",
                "when",
                "of",
                "old",
                "-",
                "long",
                "trip",
                "visit",
                "in",
            ):
                continue
            return "year" if tokens.words[index + 1] == "annum" else tokens.words[index + 1], index, index + 2
        if word == "per" and tokens.at(index + 1)[:1].isdigit():
            end = (
                index + 3
                if tokens.at(index + 2)[:1].isalpha() and tokens.at(index + 2) not in ("in", "for", "and", "were")
                else index + 2
            )
            return " ".join(tokens.texts[index + 1 : end]), index, end
        if word == "per" and tokens.at(index + 1) in ("thousand", "hundred", "million"):
            return tokens.words[index + 1], index, index + 2
        if word[0].isdigit() or word in (";",):
            return None
    return None
