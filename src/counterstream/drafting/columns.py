"""Two columns of prose that stand side by side in a plain text are read one after the other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from counterstream.drafting.furniture import Line

#: Fewer lines than this side by side are a heading or a table.
_FEWEST_LINES = 6
_GUTTER = re.compile(r"(?<=\S) {3,}(?=\S)")
_WORDS = re.compile(r"[^\W\d_]{2,}")
_FEWEST_WORDS = 2


def order_columns(lines: list[Line], furniture: Mapping[int, object]) -> Iterator[tuple[int, Line]]:
    """Yield lines with their numbers in the order of reading."""
    index = 0
    while index < len(lines):
        end = index
        while end < len(lines) and not lines[end].blank and end not in furniture:
            end += 1
        if end - index >= _FEWEST_LINES:
            yield from _order_block(lines, index, end)
        else:
            yield from ((number, lines[number]) for number in range(index, end))
        if end < len(lines):
            yield end, lines[end]
        index = end + 1


def _order_block(lines: list[Line], start: int, end: int) -> Iterator[tuple[int, Line]]:
    """Yield the lines of a block without blank lines, its left halves before its right ones."""
    block = [(number, lines[number]) for number in range(start, end)]
    gutter = _find_gutter([line.text for _, line in block])
    if gutter is None:
        yield from block
        return
    right: list[tuple[int, Line]] = []
    for number, line in block:
        gap = _gap_at(line.text, gutter)
        if gap is None:
            yield number, line
            continue
        left_text, right_text = line.text[: gap[0]], line.text[gap[1] :]
        yield number, Line(line.start, line.start + len(left_text), left_text, True)
        right.append((number, Line(line.start + gap[1], line.end, right_text, True)))
    yield from right


def _find_gutter(texts: list[str]) -> int | None:
    """Return the place of a gap that most lines share between two columns of prose."""
    counts: dict[int, int] = {}
    for text in texts:
        for match in _GUTTER.finditer(text[:200]):
            counts[match.end()] = counts.get(match.end(), 0) + 1
    if not counts:
        return None
    place, hits = max(counts.items(), key=lambda item: (item[1], -item[0]))
    if hits * 10 < len(texts) * 6:
        return None
    sides = [(text[:place], text[place:]) for text in texts if _gap_at(text, place)]
    prose = sum(
        len(_WORDS.findall(left)) >= _FEWEST_WORDS and len(_WORDS.findall(right)) >= _FEWEST_WORDS
        for left, right in sides
    )
    return place if prose * 10 >= len(sides) * 7 else None


def _gap_at(text: str, place: int) -> tuple[int, int] | None:
    """Return the span of the gap that ends at or next to a place."""
    for match in _GUTTER.finditer(text[:200]):
        if abs(match.end() - place) <= 1:
            return match.span()
    return None
