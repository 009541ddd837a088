"""What is known while a document is drafted: its clock, what was told last, and what was found so far."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

from counterstream.drafting.candidate import QUOTE_MARGIN, Anchor, Candidate, DraftedEvent, Firing, Mention
from counterstream.drafting.clean import CleanText
from counterstream.drafting.document import Box, Defaults, Document
from counterstream.drafting.geography import Route
from counterstream.drafting.grammar.numbers import NumberStyle
from counterstream.drafting.grammar.pattern import Clock
from counterstream.drafting.grammar.rule import Rule


@dataclass
class DraftState:
    """Everything that goes from sentence to sentence.

    Parameters
    ----------
    document, defaults, clean, clock, style
        What is drafted, and what times and numbers are read with.
    last_unit, last_group, last_period, last_route
        What the figure before told; forgotten with ``unit_age`` sentences or a new paragraph.
    """

    document: Document
    defaults: Defaults
    clean: CleanText
    clock: Clock
    style: NumberStyle
    candidates: list[Candidate] = field(default_factory=list[Candidate])
    events: list[DraftedEvent] = field(default_factory=list[DraftedEvent])
    mentions: list[Mention] = field(default_factory=list[Mention])
    firings: list[Firing] = field(default_factory=list[Firing])
    last_unit: str = ""
    last_group: str = ""
    last_period: str = ""
    last_route: Route | None = None
    heading: str = ""
    unit_age: int = 0
    period_age: int = 0
    paragraph_starts: list[int] = field(default_factory=list[int])
    page_starts: list[int] = field(default_factory=list[int])

    def __post_init__(self) -> None:
        self.paragraph_starts = [p.start for p in self.document.paragraphs] or self._part_paragraphs()
        self.page_starts = [page.start for page in self.document.pages]

    def _part_paragraphs(self) -> list[int]:
        """Return where the paragraphs of a text begin that its format does not part, in the raw text."""
        text, offsets = self.clean.text, self.clean.offsets
        return [offsets[at] for at in range(len(text)) if text[at] != "\n" and (not at or text[at - 1] == "\n")]

    def begin_paragraph(self) -> None:
        """Forget what no longer holds in a new paragraph."""
        self.unit_age += 1
        self.period_age += 1
        self.last_route = None

    def fire(self, rule: Rule, start: int, end: int, reading: str = "") -> None:
        """Record that a rule fired on a span of the cleaned text."""
        self.firings.append(Firing(rule.id, *self.clean.raw_span(start, end), reading))

    def fire_raw(self, rule: Rule, start: int, end: int, reading: str = "") -> None:
        """Record that a rule fired on a span of the raw text."""
        self.firings.append(Firing(rule.id, start, end, reading))

    def anchor(self, start: int, end: int, core: int = -1) -> Anchor:
        """Return the anchor of a span of the cleaned text, and of the part with its core if columns part it."""
        return self.anchor_raw(*self.clean.raw_span(start, end, core))

    def anchor_raw(self, start: int, end: int) -> Anchor:
        """Return the anchor of a span of the raw text."""
        text = self.document.text
        paragraph = bisect_right(self.paragraph_starts, start) - 1
        page = bisect_right(self.page_starts, start) - 1
        boxes = tuple(box for box in self._boxes_near(start) if box.start < end and box.end > start)
        number = self.document.pages[page].number if page >= 0 else 0
        return Anchor(
            start,
            end,
            text[start:end],
            text[max(0, start - QUOTE_MARGIN) : start],
            text[end : end + QUOTE_MARGIN],
            number,
            paragraph,
            boxes,
        )

    def _boxes_near(self, start: int) -> tuple[Box, ...]:
        """Return boxes that may touch a span that begins at ``start``."""
        boxes = self.document.boxes
        low = bisect_right(boxes, start, key=lambda box: box.start)
        return boxes[max(0, low - 1) : low + 60]
