"""A short document with candidates made by hand, and a review of it that keeps its decisions in a list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cli_example import SYSTEM

from counterstream.drafting.candidate import (
    QUOTE_MARGIN,
    Anchor,
    Bound,
    Candidate,
    DraftedEvent,
    Measure,
    Topic,
)
from counterstream.drafting.conversion import Filing
from counterstream.drafting.decisions import Decision
from counterstream.drafting.linking import LedgerView, view_ledger
from counterstream.drafting.review.judging import Surroundings
from counterstream.drafting.review.session import Session, begin_session
from counterstream.errors import Problem
from counterstream.evidence.claim import Claim
from counterstream.spec import parse_system

SOURCE = "a" * 64
TEXT = """\
SUMMARY

About 1,200 people left the old shore in 1990, and 155 came back.

THE YEAR 1990

The harbour office counted 1,200 departures for the new shore in 1990. Over 300 families
asked for papers; 3,000 and 4,000 letters were sent in 1990 and 1991.

On 1 March 1995 the border was closed. Nobody knows how many tried.
"""


def anchor_at(text: str, quote: str, occurrence: int = 0) -> Anchor:
    """Return the anchor of the words' n-th occurrence."""
    start = -1
    for _ in range(occurrence + 1):
        start = text.index(quote, start + 1)
    end = start + len(quote)
    paragraph = text.count("\n\n", 0, start)
    return Anchor(
        start, end, quote, text[max(start - QUOTE_MARGIN, 0) : start], text[end : end + QUOTE_MARGIN], 1, paragraph
    )


def make_candidate(quote: str, text: str = TEXT, occurrence: int = 0, **changes: Any) -> Candidate:
    """Return a candidate of departures from the old shore in 1990 whose words are ``quote``."""
    anchor = anchor_at(text, quote, occurrence)
    first = text.rfind("\n\n", 0, anchor.start) + 2 if "\n\n" in text[: anchor.start] else 0
    last = text.find("\n\n", anchor.end)
    fields: dict[str, Any] = {
        "anchor": anchor,
        "sentence": (first, len(text) if last < 0 else last),
        "value": 1200.0,
        "low": 1200.0,
        "high": 1200.0,
        "bound": Bound.EXACT,
        "unit": "person",
        "measure": Measure.FLOW,
        "topic": Topic.MIGRATION,
        "period": "1990",
        "origin": "old shore",
        "rules": ("example",),
        "confidence": 0.9,
    }
    return Candidate(**(fields | changes))


def open_value(**changes: Any) -> dict[str, Any]:
    """Return the changes for a figure of which not all is stated."""
    return {"value": None, "low": None, "high": None} | changes


def example_drafted() -> list[Candidate | DraftedEvent]:
    """Return what a reader would draft from the text: five claims, one told again, and an event."""
    return [
        make_candidate(
            "About 1,200 people", bound=Bound.APPROX, hedge_words="About", low=None, high=None, defaulted=("origin",)
        ),
        make_candidate("155", value=155.0, low=155.0, high=155.0, origin="new shore", period="1990"),
        make_candidate("1,200 departures", destination="new shore"),
        make_candidate(
            "Over 300 families",
            **open_value(low=300.0),
            bound=Bound.GREATER,
            hedge_words="Over",
            unit="family",
            measure=Measure.UNKNOWN,
            flags=("doubt",),
            confidence=0.5,
        ),
        make_candidate(
            "3,000 and 4,000 letters",
            **open_value(low=3000.0, high=4000.0),
            bound=Bound.RANGE,
            unit="letter",
            topic=Topic.CONTEXT,
        ),
        DraftedEvent(
            anchor_at(TEXT, "On 1 March 1995 the border was closed."), "1995-03-01", "The border was closed", "law"
        ),
    ]


def example_view(claims: Sequence[Claim] = ()) -> LedgerView:
    """Return a ledger's claims as the system of the two shores answers them."""
    system, problems = parse_system(SYSTEM)
    assert system is not None, problems
    return view_ledger(system, claims)


class Kept:
    """A review whose decisions are kept in a list, by a clock that counts."""

    def __init__(
        self,
        drafted: Sequence[Candidate | DraftedEvent] | None = None,
        decisions: Sequence[Decision] = (),
        view: LedgerView | None = None,
        text: str = TEXT,
        read: Sequence[Candidate] = (),
    ) -> None:
        self.decisions: list[Decision] = []
        self.asked: list[tuple[int, int]] = []
        self._read = read
        around = Surroundings(text, Filing("REPORT", "harbour report", ("harbour office",)), view)
        self.session: Session
        self.problems: tuple[Problem, ...]
        self.session, self.problems = begin_session(
            example_drafted() if drafted is None else drafted,
            decisions,
            around,
            SOURCE,
            who="tester",
            clock=lambda: f"2026-01-01T00:00:{len(self.decisions):02d}Z",
            keep=self.decisions.append,
            read_words=self._read_words,
        )

    def _read_words(self, start: int, end: int) -> Sequence[Candidate]:
        self.asked.append((start, end))
        return self._read

    @property
    def quote(self) -> str:
        """Words of the item that is shown."""
        return self.session.items[self.session.view[self.session.cursor]].anchor.quote

    @property
    def statuses(self) -> list[str]:
        """Status of every item, in the order of the document."""
        return [item.status.value for item in self.session.items.values()]
