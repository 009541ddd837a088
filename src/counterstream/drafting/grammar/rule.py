"""What every rule of the grammar has: an identifier, a meaning, and examples that are tests."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Example:
    """A text in which a rule must fire.

    Parameters
    ----------
    text
        A text that is drafted by itself.
    quote
        The words that the rule must take.
    reading
        What it must read in them: a date in EDTF, a number, a bound, a unit or a place.
    """

    text: str
    quote: str
    reading: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the grammar.

    Parameters
    ----------
    id
        ``concern.name``, stable: it is printed by ``--explain`` and stored with candidates.
    meaning
        One line.
    examples
        Texts in which it fires.
    counter_examples
        Texts in which it must not fire.
    """

    id: str
    meaning: str
    examples: tuple[Example, ...]
    counter_examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Phrases:
    """A rule that consists of fixed phrases.

    A phrase is words with alternatives in brackets, ``(well|just|) over``; an empty alternative
    leaves the place out.
    """

    rule: Rule
    phrases: tuple[str, ...]
    reading: str = ""


def word_set(text: str) -> frozenset[str]:
    """Return the words of a text that are parted by white space."""
    return frozenset(text.split())


def expand_phrase(phrase: str) -> list[tuple[str, ...]]:
    """Return all word sequences of a phrase: ``(well|) over`` gives two."""
    parts = [part[1:-1].split("|") if part.startswith("(") else [part] for part in re.findall(r"\([^)]*\)|\S+", phrase)]
    return [tuple(" ".join(choice).split()) for choice in itertools.product(*parts)]


class PhraseBook:
    """Finds the longest phrase that begins or ends at a word."""

    def __init__(self, entries: Iterable[Phrases]) -> None:
        self.by_words: dict[tuple[str, ...], Phrases] = {}
        self.first_words: set[str] = set()
        self.last_words: set[str] = set()
        for entry in entries:
            for phrase in entry.phrases:
                for words in expand_phrase(phrase):
                    self.by_words.setdefault(words, entry)
                    self.first_words.add(words[0])
                    self.last_words.add(words[-1])
        self.longest = max((len(words) for words in self.by_words), default=0)

    def ending_at(self, words: list[str], end: int) -> tuple[Phrases, int] | None:
        """Return the longest phrase whose last word is ``words[end - 1]`` and where it begins."""
        if end <= 0 or words[end - 1] not in self.last_words:
            return None
        for length in range(min(self.longest, end), 0, -1):
            entry = self.by_words.get(tuple(words[end - length : end]))
            if entry:
                return entry, end - length
        return None

    def beginning_at(self, words: list[str], start: int) -> tuple[Phrases, int] | None:
        """Return the longest phrase whose first word is ``words[start]`` and where it ends."""
        if start >= len(words) or words[start] not in self.first_words:
            return None
        for length in range(min(self.longest, len(words) - start), 0, -1):
            entry = self.by_words.get(tuple(words[start : start + length]))
            if entry:
                return entry, start + length
        return None
