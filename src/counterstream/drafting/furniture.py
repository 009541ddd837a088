"""Lines of a document that are no prose: margin codes, page numbers, running heads, contents."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from counterstream.drafting.grammar.rule import Example, Rule

MARGIN_CODE = Rule(
    "furniture.margin-code",
    "A code of a declassified document alone on its line.",
    (Example("Some had left.\n\n25X1\n\nOthers stayed.", "25X1"), Example("Some had left.\n\nb(3)\n", "b(3)")),
    ("Flight 25X1 carried 300 emigrants.",),
)
PAGE_NUMBER = Rule(
    "furniture.page-number",
    "A number alone on its line, or with the word page.",
    (
        Example("Some had left.\n\n- 12 -\n\nOthers stayed.", "- 12 -"),
        Example("They stayed.\n\nPage 3 of 9\n", "Page 3 of 9"),
    ),
    ("In all 12 left.",),
)
RUNNING_HEAD = Rule(
    "furniture.running-head",
    "A short line that returns on page after page, but for its numbers.",
    (
        Example(
            "REPORT 1951  1\n\nThey left.\n\nREPORT 1951  2\n\nThey came.\n\nREPORT 1951  3\n\nAll went.",
            "REPORT 1951  1",
        ),
    ),
    ("REPORT 1951\n\nThey left.",),
)
CONTENTS = Rule(
    "furniture.contents",
    "A line of a table of contents: a heading, then leaders or a tab, then a page.",
    (Example("Prospects for return\t4\n", "4"), Example("Prospects for return ......... 14\n", "14")),
    ("In 1951 there were 14\n",),
)
RULES = (MARGIN_CODE, PAGE_NUMBER, RUNNING_HEAD, CONTENTS)

_MARGIN_CODE = re.compile(r"\W*(?:\d{2}X\d(?:-\w+)?|\(?b\)?\(\d\)(?:\(\w\))?)\W*$", re.IGNORECASE)
_PAGE_NUMBER = re.compile(
    r"[-–—\s\[(|]*(?:(?:page|p\.)\s*)?\d{1,6}(?:\s*(?:of|/|-|–)\s*\d{1,4})?[-–—\s\])|]*$|[-–\s]*[ivxl]{1,6}[-–\s]*$",
    re.IGNORECASE,
)
_CONTENTS = re.compile(
    r".{3,120}?(?:\s*\.{4,}\s*|\s*(?:\. ){3,}\s*|[^\S\n]*\t[^\S\n]*)(?:<b>)?(\d{1,3}|[ivxl]{1,6})\s*$"
)
_PLAIN_CONTENTS = re.compile(r"[^\t\d]+$")
_DIGITS = re.compile(r"\d+")
#: A heading that runs along the pages is short and comes at least three times.
_LONGEST_HEAD = 90
_FEWEST_HEADS = 3


@dataclass(frozen=True, slots=True)
class Line:
    """A line without its line break, or the half of one that stands in a column of its own."""

    start: int
    end: int
    text: str
    half: bool = False

    @property
    def blank(self) -> bool:
        """Whether nothing can be seen on it."""
        return not self.text


def read_lines(text: str) -> list[Line]:
    """Return the lines of a raw text, their outer white space left out."""
    lines: list[Line] = []
    position = 0
    for whole in text.split("\n"):
        inner = whole.strip(" \t\r\f\v\u00a0\ufeff\u2007\u202f")
        if inner:
            start = position + whole.index(inner)
            lines.append(Line(start, start + len(inner), inner))
        else:
            lines.append(Line(position, position, ""))
        position += len(whole) + 1
    return lines


def find_furniture(lines: list[Line]) -> dict[int, tuple[Rule, int, int]]:
    """Return for each line that is furniture the rule and the span that is to be reported."""
    found: dict[int, tuple[Rule, int, int]] = {}
    heads: Counter[str] = Counter()
    for line in lines:
        if 0 < len(line.text) <= _LONGEST_HEAD:
            heads[_DIGITS.sub("#", line.text)] += 1
    for index, line in enumerate(lines):
        text = line.text
        if not text or len(text) > 150:
            continue
        if _MARGIN_CODE.match(text):
            found[index] = (MARGIN_CODE, line.start, line.end)
        elif _PAGE_NUMBER.match(text):
            found[index] = (PAGE_NUMBER, line.start, line.end)
        elif len(text) <= _LONGEST_HEAD and _is_running_head(text, heads):
            found[index] = (RUNNING_HEAD, line.start, line.end)
        elif "\t" in text or "...." in text or ". . ." in text:
            contents = _CONTENTS.match(text)
            if contents and _PLAIN_CONTENTS.match(text[: contents.start(1)].rstrip("\t ")):
                start = line.start + contents.start(1)
                found[index] = (CONTENTS, start, line.start + contents.end(1))
    return found


def _is_running_head(text: str, heads: Counter[str]) -> bool:
    """Whether a line returns often enough, and does not look like prose or a row of figures."""
    if heads[_DIGITS.sub("#", text)] < _FEWEST_HEADS or text[-1] in ".,;:" or text[0].islower():
        return False
    return sum(char.isalpha() for char in text) >= 3 and len(_DIGITS.findall(text)) <= 3
