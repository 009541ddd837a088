"""From letters with places on a page to paragraphs in reading order.

Letters become words, words pieces of lines, pieces columns, and the lines of a column
paragraphs.  The page is divided into columns where a gutter runs through it and the pieces on
both sides are lines of prose; columns of a table, whose pieces are short, stay in their rows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median
from typing import NamedTuple

_BINS_PER_POINT = 1
#: A gutter is at least this wide, and a gap between words this wide ends a piece; in heights of the letters.
_GUTTER = 0.9
#: Gaps wider than this separate cells of a table.
_CELL_GAP = 1.6
#: A side of a gutter is prose if it has this many pieces, of this many words each.
_LEAST_LINES, _LEAST_WORDS = 4, 3
#: Share of a page's pieces that may run across its gutter: titles, rules, wide notes.
_MOST_ACROSS = 0.35
#: Lines further apart than this, in leadings, belong to two paragraphs.
_PARAGRAPH_GAP = 1.35
#: Leading of double-spaced type, in heights of its letters.
_WIDEST_LEADING = 2.5
_INDENT = 0.7
_SHORT_LINE = 0.85


class Glyph(NamedTuple):
    """A letter with its box in points; white space has an empty one."""

    text: str
    left: float
    bottom: float
    right: float
    top: float


@dataclass
class _Word:
    """Letters without white space between them."""

    text: str
    left: float
    bottom: float
    right: float
    top: float


@dataclass
class _Piece:
    """Words that follow one another on a line without a wide gap, or a whole line."""

    words: list[_Word]
    left: float = 0.0
    bottom: float = 0.0
    right: float = 0.0
    top: float = 0.0

    def measure(self) -> _Piece:
        """Set the box from the words."""
        self.left = min(w.left for w in self.words)
        self.right = max(w.right for w in self.words)
        self.bottom = min(w.bottom for w in self.words)
        self.top = max(w.top for w in self.words)
        return self

    @property
    def height(self) -> float:
        """Height of the line, never zero."""
        return max(self.top - self.bottom, 1.0)


class WordBox(NamedTuple):
    """Span of a word in its paragraph, and its box."""

    start: int
    end: int
    left: float
    bottom: float
    right: float
    top: float


@dataclass(frozen=True, slots=True)
class LaidParagraph:
    """A paragraph: its lines end with line feeds; cells of a table are parted by tabs."""

    text: str
    words: tuple[WordBox, ...] = field(default=())


def order_page(glyphs: Sequence[Glyph]) -> list[LaidParagraph]:
    """Return the paragraphs of a page in reading order.

    Parameters
    ----------
    glyphs
        In the order in which the page draws them.
    """
    quarters = _find_direction(glyphs)
    if quarters:
        glyphs = [Glyph(g.text, *turn_box((g.left, g.bottom, g.right, g.top), quarters)) for g in glyphs]
    columns = _divide(_join_words(_join_glyphs(glyphs)))
    back = (4 - quarters) % 4
    return [_compose(lines, back) for column in columns for lines in _part_paragraphs(_join_lines(column))]


def turn_box(box: tuple[float, float, float, float], quarters: int) -> tuple[float, float, float, float]:
    """Return a box (left, bottom, right, top) after quarter turns clockwise around the origin."""
    left, bottom, right, top = box
    if quarters == 1:
        return bottom, -right, top, -left
    if quarters == 2:
        return -right, -top, -left, -bottom
    if quarters == 3:
        return -top, left, -bottom, right
    return box


def _find_direction(glyphs: Sequence[Glyph]) -> int:
    """Return how many quarter turns clockwise make most of the text run from left to right."""
    votes = [0, 0, 0, 0]
    for before, here in pairwise(g for g in glyphs if g.top > g.bottom):
        across = here.left + here.right - before.left - before.right
        upwards = here.bottom + here.top - before.bottom - before.top
        # Steps longer than a few letters are those to another line.
        if abs(across) + abs(upwards) < 4.0 * (before.top - before.bottom + before.right - before.left):
            is_level = abs(across) > abs(upwards)
            votes[(0 if across > 0.0 else 2) if is_level else (1 if upwards > 0.0 else 3)] += 1
    # Ties, as on a page of one letter, are for text that runs as usual.
    return max(range(4), key=lambda quarters: votes[quarters])


def _join_glyphs(glyphs: Sequence[Glyph]) -> list[_Word]:
    """Return words: letters up to white space, a jump or a wide gap."""
    words: list[_Word] = []
    current: _Word | None = None
    last = 0.0
    for text, left, bottom, right, top in glyphs:
        if text.isspace():
            current = None
            continue
        if current is not None:
            height = top - bottom
            shared = (top if top < current.top else current.top) - (
                bottom if bottom > current.bottom else current.bottom
            )
            # Letters of a ligature have one box, so a letter may begin where the last one did.
            if shared > 0.3 * height and last - 0.1 * height <= left < current.right + 0.5 * height:
                current.text += text
                current.right = max(current.right, right)
                last = left
                continue
        current, last = _Word(text, left, bottom, right, top), left
        words.append(current)
    return words


def _same_line(a: _Word | _Piece, b: _Word | _Piece) -> bool:
    """Whether two boxes share more than half of the lower one's height."""
    shared = min(a.top, b.top) - max(a.bottom, b.bottom)
    return shared > 0.5 * max(min(a.top - a.bottom, b.top - b.bottom), 0.5)


def _join_words(words: list[_Word]) -> list[_Piece]:
    """Return pieces of lines: words that follow one another without a wide gap."""
    pieces: list[_Piece] = []
    for word in words:
        if pieces:
            last = pieces[-1].words[-1]
            height = max(last.top - last.bottom, 1.0)
            if _same_line(last, word) and -0.3 * height < word.left - last.right < _GUTTER * height:
                pieces[-1].words.append(word)
                continue
        pieces.append(_Piece([word]))
    return [piece.measure() for piece in pieces]


def _divide(pieces: list[_Piece]) -> list[list[_Piece]]:
    """Return columns in reading order; what runs across a gutter parts the columns above and below it."""
    gutter = _find_gutter(pieces)
    if gutter is None:
        return [pieces] if pieces else []
    across = sorted((p for p in pieces if p.left < gutter < p.right), key=lambda p: -p.top)
    rest = [p for p in pieces if not p.left < gutter < p.right]
    columns: list[list[_Piece]] = []
    wide: list[_Piece] = []
    for piece in [*across, None]:
        limit = float("-inf") if piece is None else piece.bottom
        band = [p for p in rest if (p.top + p.bottom) / 2.0 > limit]
        rest = [p for p in rest if (p.top + p.bottom) / 2.0 <= limit]
        if band:
            columns += [wide] if wide else []
            wide = []
            columns += _divide([p for p in band if p.right <= gutter])
            columns += _divide([p for p in band if p.left >= gutter])
        if piece is not None:
            wide.append(piece)
    return [*columns, wide] if wide else columns


def _find_gutter(pieces: list[_Piece]) -> float | None:
    """Return the middle of the widest gap between two columns of prose; None if there is none."""
    if len(pieces) < 2 * _LEAST_LINES:
        return None
    height = median(p.height for p in pieces)
    start, end = min(p.left for p in pieces), max(p.right for p in pieces)
    bins = int((end - start) * _BINS_PER_POINT) + 1
    # Pieces begin and end in few places: the count changes only there.
    changes = [0] * (bins + 1)
    for piece in pieces:
        changes[int((piece.left - start) * _BINS_PER_POINT)] += 1
        changes[min(int((piece.right - start) * _BINS_PER_POINT) + 1, bins)] -= 1
    least = _MOST_ACROSS * len(pieces) / 2.0
    best: tuple[float, float] | None = None
    count, run = 0, 0
    for index in range(bins):
        count += changes[index]
        run = run + 1 if count <= least else 0
        if run >= _GUTTER * height * _BINS_PER_POINT and (best is None or run > best[0]):
            best = (run, start + (index - run / 2.0 + 1.0) / _BINS_PER_POINT)
    if best is None:
        return None
    gutter = best[1]
    left, right = [p for p in pieces if p.right <= gutter], [p for p in pieces if p.left >= gutter]
    across = len(pieces) - len(left) - len(right)
    if across > _MOST_ACROSS * len(pieces) or not (_is_prose(left) and _is_prose(right)):
        return None
    return gutter


def _is_prose(pieces: list[_Piece]) -> bool:
    """Whether pieces are lines of prose and no cells of a table."""
    return len(pieces) >= _LEAST_LINES and median(len(p.words) for p in pieces) >= _LEAST_WORDS


def _join_lines(pieces: list[_Piece]) -> list[_Piece]:
    """Return the lines of a column from top to bottom, each from left to right."""
    lines: list[_Piece] = []
    for piece in sorted(pieces, key=lambda p: (-(p.top + p.bottom) / 2.0, p.left)):
        if lines and _same_line(lines[-1], piece):
            # The line's height stays that of its first piece, so that raised marks do not join lines.
            lines[-1].words.extend(piece.words)
            lines[-1].left = min(lines[-1].left, piece.left)
            lines[-1].right = max(lines[-1].right, piece.right)
        else:
            lines.append(_Piece(list(piece.words), piece.left, piece.bottom, piece.right, piece.top))
    for line in lines:
        line.words.sort(key=lambda w: w.left)
    return lines


def _part_paragraphs(lines: list[_Piece]) -> list[list[_Piece]]:
    """Return the lines of each paragraph."""
    if not lines:
        return []
    middles = [(line.top + line.bottom) / 2.0 for line in lines]
    leadings = [above - below for above, below in pairwise(middles)]
    # The few lines of a title page tell nothing of the leading, so it is no more than double spacing has.
    most = _WIDEST_LEADING * median(line.height for line in lines)
    leading = min(median(leadings), most) if leadings else most
    right = max(line.right for line in lines)
    left = min(line.left for line in lines)
    paragraphs = [[lines[0]]]
    for index in range(1, len(lines)):
        before, line = lines[index - 1], lines[index]
        after = lines[index + 1] if index + 1 < len(lines) else None
        indented = line.left - before.left > _INDENT * line.height
        comes_back = after is None or after.left < line.left - _INDENT * line.height / 2.0
        is_short = before.right - left < _SHORT_LINE * (right - left)
        is_apart = leadings[index - 1] > _PARAGRAPH_GAP * leading
        other_size = not 0.8 < line.height / before.height < 1.25
        if is_apart or other_size or (indented and (comes_back or is_short)):
            paragraphs.append([line])
        else:
            paragraphs[-1].append(line)
    return paragraphs


_BREAK = re.compile(r"[\x00-\x1f]")


def _compose(lines: list[_Piece], quarters: int) -> LaidParagraph:
    """Return the text of a paragraph and where its words are, after quarter turns clockwise."""
    parts: list[str] = []
    words: list[WordBox] = []
    length = 0
    for number, line in enumerate(lines):
        last: _Word | None = None
        for word in line.words:
            if last is None:
                between = "\n" if number else ""
            else:
                height = max(last.top - last.bottom, 1.0)
                between = "\t" if word.left - last.right > _CELL_GAP * height else " "
            text = _BREAK.sub("", word.text)
            start = length + len(between)
            length = start + len(text)
            parts += (between, text)
            box = turn_box((word.left, word.bottom, word.right, word.top), quarters)
            words.append(WordBox(start, length, *box))
            last = word
    return LaidParagraph("".join(parts), tuple(words))
