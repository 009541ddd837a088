"""Words, numbers and signs of a sentence, and the sentences of a text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from counterstream.drafting.grammar.rule import word_set

#: A run of digits keeps the separators within it; a word keeps an apostrophe within it.
_TOKEN = re.compile(r"(?:[A-Z]\.){2,}|\d+(?:[.,'’]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)?|\S")
_WORD = re.compile(r"\d+|[^\W\d_]+")
#: Sentences longer than this are cut: it bounds all work that looks around in a sentence.
LONGEST_SENTENCE = 1500
_SENTENCE_END = re.compile(
    r"""[.!?…]+["”’')\]]*\s+(?=["“‘'(\[]?[A-Z0-9À-Þ"“(•-])|\n|;\s|\)\s?(?:--|—)\s|\.--\s?(?=[A-Z])"""
)
_ABBREVIATIONS = word_set(
    """
    mr mrs ms dr prof gen col lt sgt st sen rep gov hon rev messrs vs etc eg ie cf viz approx ca c no
    nos vol pp p ed eds al art sec para paras ch fig dept govt jan feb mar apr jun jul aug sept sep oct
    nov dec inc ltd co corp bros jr sr ave blvd mt ft tel fig u.s u.k u.n e.g i.e est incl excl rs
    """
)
_LAST_WORD = re.compile(r"([A-Za-z][A-Za-z.]*)$")


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens of one sentence: texts, lower-cased texts and spans in the cleaned text."""

    texts: list[str]
    words: list[str]
    starts: list[int]
    ends: list[int]

    def __len__(self) -> int:
        return len(self.texts)

    def at(self, index: int) -> str:
        """Return the lower-cased token, or nothing outside the sentence."""
        return self.words[index] if 0 <= index < len(self.words) else ""

    def index_after(self, position: int, start: int) -> int:
        """Return the first token from ``start`` on that begins at or after a position."""
        while start < len(self.starts) and self.starts[start] < position:
            start += 1
        return start


def read_tokens(text: str, start: int, end: int) -> Tokens:
    """Return the tokens of a span of cleaned text."""
    texts: list[str] = _TOKEN.findall(text, start, end)
    starts: list[int] = []
    ends: list[int] = []
    position = start
    for word in texts:
        position = text.index(word, position)
        starts.append(position)
        position += len(word)
        ends.append(position)
    return Tokens(texts, [word.lower() for word in texts], starts, ends)


def find_words(text: str, start: int, end: int) -> list[str]:
    """Return the words and runs of digits of a span, without their places."""
    return _WORD.findall(text, start, end)


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Return spans of sentences; a line break of the cleaned text ends one, a semicolon parts one."""
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _SENTENCE_END.finditer(text):
        if match.group()[0] == "." and (_is_abbreviation(text, match.start()) or _is_item(text, start, match.start())):
            continue
        _add_span(spans, text, start, match.end())
        start = match.end()
    _add_span(spans, text, start, len(text))
    return spans


def _is_item(text: str, start: int, stop: int) -> bool:
    """Whether a sentence is so far only the number of an item in a list."""
    return stop - start <= 3 and text[start:stop].isdigit()


def _is_abbreviation(text: str, stop: int) -> bool:
    """Whether the full stop at ``stop`` belongs to an abbreviation or an initial."""
    match = _LAST_WORD.search(text, max(0, stop - 12), stop)
    if match is None:
        return False
    word = match.group(1)
    return (len(word) == 1 and word.isupper() and word != "I") or word.lower() in _ABBREVIATIONS


def _add_span(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    """Add a span in pieces that are not too long, cut at a space where there is one."""
    while end - start > LONGEST_SENTENCE:
        cut = text.rfind(" ", start + LONGEST_SENTENCE // 2, start + LONGEST_SENTENCE)
        cut = start + LONGEST_SENTENCE if cut < 0 else cut
        spans.append((start, cut))
        start = cut
    if text[start:end].strip():
        spans.append((start, end))
