"""Mends what scanning, typesetting and mark-up did to a text, and maps every character back to the raw text.

Nothing in a number is ever changed: digits that look wrong are flagged where numbers are read.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from counterstream.drafting.columns import order_columns
from counterstream.drafting.document import Table
from counterstream.drafting.furniture import Line, find_furniture, read_lines
from counterstream.drafting.grammar.rule import Example, Rule, word_set
from counterstream.drafting.text_tables import find_text_tables

NOTE_MARK = Rule(
    "clean.note-mark",
    "A footnote's mark: in brackets, raised, or glued to the end of a word or sentence.",
    (
        Example("They left for Israel.”*23+ Others stayed.", "*23+"),
        Example("It was 100%[32]. However, few stayed.", "[32]"),
        Example("They have returned.<sup>1</sup> Almost all had come.", "<sup>1</sup>"),
        Example("They returned home.12 The others stayed.", "12"),
        Example("They returned home.¹² The others stayed.", "¹²"),
        Example("They returned home.(1) The others stayed.", "(1)"),
    ),
    ("It rose by 1.12 million.", "In [1972] they left."),
)
BROKEN_WORD = Rule(
    "clean.line-end-hyphen",
    "A word that is parted at the end of a line is joined again.",
    (Example("In 1950 some 300 emi-\ngrants left.", "emi-\ngrants", "emigrants"),),
    ("The mid-\n1950s were quiet.",),
)
GLUED_NUMBER = Rule(
    "clean.glued-number",
    "A number and a word that have run together are parted.",
    (Example("In1972 they left.", "n1", "n 1"), Example("Some 5,000people left.", "0p", "0 p")),
    ("The 25th emigrant.", "Form B12X.", "In the 1970s."),
)
REDACTION = Rule(
    "clean.redaction",
    "A passage that was taken out before publication.",
    (Example("They left. [redacted] 300 emigrants came.", "[redacted]"),),
    ("They [the emigrants] left.",),
)
RULES = (NOTE_MARK, BROKEN_WORD, GLUED_NUMBER, REDACTION)

_LETTER = r"[^\W\d_]"
#: Signs at which something may have to be mended; looking for them alone is fast.
_SIGNS = re.compile("[\u00a0\u2000-\u200d\u202f\u3000\t\u00ad\ufeff\u2060*\\[<¹²³⁰⁴-⁹~\\\\#+\ufb00-\ufb06]")
_SIGNS_AND_SPACES = re.compile(_SIGNS.pattern + "|  ")
#: What is mended at such a sign; the names tell how.
_CHANGES = re.compile(
    r"(?P<space>[ \u00a0\u2000-\u200a\u202f\u3000\t]+)"
    r"|(?P<note>\*\d{1,3}\+|\[\d{1,3}(?:[,–-] ?\d{1,3}){0,5}\]|<sup>[^<]{1,9}</sup>|[¹²³⁰⁴-⁹]+)"
    r"|(?P<redaction>\[(?:redacted|deleted|illegible|\s*)\])"
    r"|(?P<tag></?[a-zA-Z][a-zA-Z0-9]{0,9}(?:\s[^<>]{0,200})?/?>)"
    r"|(?P<drop>[\u00ad\u200b\u200c\u200d\ufeff\u2060]|\*{1,3}(?=\S)|(?<=\S)\*{1,3}|~~|\\(?=[$%#&_*])|"
    r"^#{1,6} |(?<=[a-z])\+(?=[\s,.;:)]|$))"
    r"|(?P<ligature>[\ufb00-\ufb06])"
)
_DIGITS = re.compile(r"\d+(?:,\d{3})*")
_BRACKETED = re.compile(r"(?<=[a-z\d][.,;])\(\d{1,2}\)(?=\s|$)")
_GLUED_WORD = re.compile(r"[^\W\d_]{3,}")
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d$")
_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
_SAME_LENGTH = {
    "“": '"',
    "”": '"',
    "„": '"',
    "«": '"',
    "»": '"',
    "‘": "'",
    "’": "'",
    "‚": "'",
    "‐": "-",
    "‑": "-",
    "‒": "–",
    "−": "-",
}
_TERMINATED = re.compile(r"[.!?:;…][\"'”’)\]*_]*(?:\*\d+\+|\[\d+\]|\d{1,3})?$")
_NEW_ITEM = re.compile(r"(?:[-•*◦▪–—]|\(?\d{1,2}[.)]|\(?[a-z][.)])\s|#{1,6} |\*\*[A-Z]")
#: Prefixes that keep their hyphen when a line ends after it.
_KEEPS_HYPHEN = word_set(
    """
    mid non self ex anti pro post pre semi twenty thirty forty fifty sixty seventy eighty ninety third
    second first
    """
)
_HYPHENATED = re.compile(rf"({_LETTER}+)[-\u00ad\u2010]$")


@dataclass
class CleanText:
    r"""A cleaned text.

    Parameters
    ----------
    text
        Cleaned text; ``\\n`` parts paragraphs and nothing else.
    offsets
        For each of its characters the place in the raw text.
    seams
        Places in the cleaned text where a line of one column ends and its next one begins.
    fired
        Rule, raw start and raw end of everything that was taken out or joined.
    """

    text: str = ""
    offsets: array[int] = field(default_factory=lambda: array("L"))
    seams: list[int] = field(default_factory=list[int])
    fired: list[tuple[Rule, int, int, str]] = field(default_factory=list[tuple[Rule, int, int, str]])

    def raw_span(self, start: int, end: int, core: int = -1) -> tuple[int, int]:
        """Return the raw span of a cleaned span that is not empty.

        Where the span goes over the end of a line of a column it is cut to the part with
        ``core``, or else with digits, for between its parts stands the other column.
        """
        if self.seams:
            start, end = self._within_line(start, end, core)
        first, last = self.offsets[start], self.offsets[end - 1] + 1
        return (first, last) if first < last else (last - 1, first + 1)

    def _within_line(self, start: int, end: int, core: int) -> tuple[int, int]:
        """Return the part of a span, between the seams in it, that has the core or digits, or else the longest."""
        cuts = self.seams[bisect_right(self.seams, start) : bisect_left(self.seams, end)]
        parts = list(zip((start, *cuts), (*cuts, end), strict=True))
        trimmed = [
            (first + (self.text[first] in " \n"), last) for first, last in parts if self.text[first:last].strip()
        ]
        if len(trimmed) < 2:
            return start, end
        return max(
            trimmed,
            key=lambda part: (
                part[0] <= core < part[1],
                any(char.isdigit() for char in self.text[slice(*part)]),
                part[1] - part[0],
            ),
        )


def clean_text(raw: str, tables: Sequence[Table] = ()) -> tuple[CleanText, list[Table]]:
    """Clean a raw text.

    Parameters
    ----------
    raw
        The text.
    tables
        Tables that a reader found; further ones are looked for in the lines.

    Returns
    -------
    tuple
        The text without its tables, and all tables.

    Notes
    -----
    Time and memory grow linearly with the text: one pass by lines, one by expressions that
    look at most some hundred characters ahead.
    """
    cleaned = CleanText()
    lines = read_lines(raw)
    furniture = find_furniture(lines)
    everywhere = [*tables, *find_text_tables(lines, furniture)] if not tables else list(tables)
    in_tables = _lines_of(everywhere, lines)
    double_spaced = is_double_spaced(lines)
    cleaned.fired.extend(
        (rule, start, end, "") for index, (rule, start, end) in furniture.items() if index not in in_tables
    )
    pieces: list[str] = []
    previous: Line | None = None
    blanks = 0
    crossed = False
    for index, line in order_columns(lines, furniture):
        if line.blank:
            blanks += 1
            continue
        if index in furniture or index in in_tables:
            crossed = True
            continue
        if previous is not None:
            _join(cleaned, pieces, previous, line, _is_break(previous, line, blanks, crossed, double_spaced))
        _add_line(cleaned, pieces, line)
        previous, blanks, crossed = line, 0, False
    cleaned.text = "".join(pieces)
    for damaged, sound in _SAME_LENGTH.items():
        # Far faster than one translation where a text has any letter beyond Latin-1.
        cleaned.text = cleaned.text.replace(damaged, sound)
    return cleaned, everywhere


def _lines_of(tables: Sequence[Table], lines: list[Line]) -> set[int]:
    """Return the numbers of the lines that tables cover."""
    starts = [line.start for line in lines]
    covered: set[int] = set()
    for table in tables:
        first = bisect_left(starts, table.start)
        covered.update(range(first, bisect_left(starts, max(table.end, table.start + 1))))
    return covered


def is_double_spaced(lines: list[Line]) -> bool:
    """Whether blank lines stand between the lines of one paragraph throughout the document."""
    inside = outside = 0
    for before, blank, after in zip(lines, lines[1:], lines[2:], strict=False):
        if not before.blank and blank.blank and not after.blank:
            if _TERMINATED.search(before.text[-12:]) is None and after.text[0].islower():
                inside += 1
            else:
                outside += 1
    return inside >= 5 and inside * 2 > outside


def _is_break(previous: Line, line: Line, blanks: int, crossed: bool, double_spaced: bool) -> bool:
    """Whether a paragraph ends between two lines that follow one another."""
    if _NEW_ITEM.match(line.text):
        return True
    ended = _TERMINATED.search(previous.text[-12:]) is not None
    if crossed or blanks:
        if not ended and line.text[0].islower():
            return False
        if crossed or not double_spaced:
            return True
        return blanks > 1 and (ended or len(previous.text) < 60)
    # A heading: marked as one, or all in capitals before a line that is not.
    capitals = previous.text.isupper() and len(previous.text) < 60 and not line.text.isupper()
    return previous.text[0] == "#" or capitals


def _join(cleaned: CleanText, pieces: list[str], previous: Line, line: Line, is_break: bool) -> None:
    """Join two lines by a paragraph's end, a space, or nothing where a word was parted."""
    if not is_break and pieces:
        parted = _HYPHENATED.search(previous.text[-40:])
        dashed = previous.text[-1] in "-–" and line.text[0].isdigit()
        if dashed:
            return
        if parted and line.text[0].islower():
            if parted.group(1).lower() not in _KEEPS_HYPHEN and not line.text.startswith(("and ", "or ", "to ")):
                pieces[-1] = pieces[-1][:-1]
                cleaned.offsets.pop()
                word = re.match(r"[^\W\d_]+", line.text)
                tail = word.group() if word else ""
                start = previous.end - len(parted.group())
                cleaned.fired.append((BROKEN_WORD, start, line.start + len(tail), parted.group(1) + tail))
            if previous.half:
                cleaned.seams.append(len(cleaned.offsets))
            return
    pieces.append("\n" if is_break else " ")
    cleaned.offsets.append(previous.end - 1)
    if previous.half:
        cleaned.seams.append(len(cleaned.offsets) - 1)


def _add_line(cleaned: CleanText, pieces: list[str], line: Line) -> None:
    """Add a line with its inner damage mended."""
    text = line.text
    done = 0
    for start, end, kind in _find_changes(text):
        if start < done:
            continue
        if start > done:
            pieces.append(text[done:start])
            cleaned.offsets.extend(range(line.start + done, line.start + start))
        new = ""
        if kind == "space":
            new = "" if pieces and pieces[-1][-1:] == " " else " "
        elif kind == "ligature":
            new = _LIGATURES[text[start:end]]
        elif kind == "glued":
            new = " "
            around = text[start - 1] + " " + text[start : start + 1]
            cleaned.fired.append((GLUED_NUMBER, line.start + start - 1, line.start + start + 1, around))
        elif kind == "note":
            cleaned.fired.append((NOTE_MARK, line.start + start, line.start + end, ""))
        elif kind == "redaction":
            cleaned.fired.append((REDACTION, line.start + start, line.start + end, ""))
        if new:
            pieces.append(new)
            cleaned.offsets.extend([line.start + min(start, len(text) - 1)] * len(new))
        done = end
    if done < len(text):
        pieces.append(text[done:])
        cleaned.offsets.extend(range(line.start + done, line.end))


def _find_changes(text: str) -> list[tuple[int, int, str]]:
    """Return spans of a line that the cleaned text has otherwise, in order."""
    changes: list[tuple[int, int, str]] = []
    done = 0
    for sign in (_SIGNS_AND_SPACES if "  " in text else _SIGNS).finditer(text):
        if sign.start() < done:
            continue
        change = _CHANGES.match(text, sign.start())
        if change:
            changes.append((change.start(), change.end(), str(change.lastgroup)))
            done = change.end()
    glued = [change for match in _DIGITS.finditer(text) if (change := _find_glued(text, match.start(), match.end()))]
    if "(" in text:
        glued += [(match.start(), match.end(), "note") for match in _BRACKETED.finditer(text)]
    return sorted(changes + glued) if glued else changes


def _find_glued(text: str, start: int, end: int) -> tuple[int, int, str] | None:
    """Return what is to be done where digits touch a word: a note's mark goes, other words are parted."""
    before = text[start - 1] if start else " "
    after = text[end] if end < len(text) else " "
    if before != " " and start >= 2 and (end == len(text) or after in " .,;:)"):
        bare = after in " )" or end == len(text) or not text[end + 1 : end + 2].isdigit()
        closing = text[start - 2] if before in '"”’)' else before
        ends_sentence = (closing in ".;:!?" or (closing == "," and end - start < 3)) and (
            text[start - 2].islower() or before in '"”’)'
        )
        ends_word = end - start <= 2 and len(text[:start].rsplit(" ", 1)[-1]) >= 5 and text[start - 4 : start].islower()
        if bare and text[start - 4 : start].isalpha() and ends_word:
            return start, end, "note"
        if bare and ends_sentence and end - start <= 3 and after == " " and not text[start - 2].isdigit():
            return start, end, "note"
    if before.isalpha() and text[start - 2 : start].isalpha() and _YEAR.match(text[start:end]) and not after.isalpha():
        return start, start, "glued"
    if after.isalpha() and not before.isalpha() and end - start >= 4:
        word = _GLUED_WORD.match(text, end)
        if word:
            return end, end, "glued"
    return None
