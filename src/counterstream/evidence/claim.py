"""Claims, sources and dated events: the rows of a ledger as frozen data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Hedge(StrEnum):
    """How firmly, and on which side, a source states a figure."""

    EXACT = "exact"
    ABOUT = "about"
    ROUNDED = "rounded"
    OVER = "over"
    JUST_OVER = "just_over"
    AT_LEAST = "at_least"
    UP_TO = "up_to"
    NEARLY = "nearly"
    ALMOST = "almost"
    UNDER = "under"
    NO_MORE_THAN = "no_more_than"
    RANGE = "range"
    ONLY = "only"
    DERIVED = "derived"
    ESTIMATE = "estimate"
    PROJECTION = "projection"
    REVISED = "revised"
    HALF_OF = "half_of"


class Use(StrEnum):
    """What a claim is for: to fit, to check a fit that has not seen it, or as context."""

    FIT = "fit"
    CHECK = "check"
    CONTEXT = "context"


class QuantityKind(StrEnum):
    """What sort of quantity a claim states."""

    FLOW = "flow"
    STOCK = "stock"
    SHARE = "share"
    RATE = "rate"
    FEE = "fee"
    DURATION = "duration"
    COUNT_OF_APPLICATIONS = "count_of_applications"


class DatePrecision(StrEnum):
    """How precisely an event is dated."""

    DAY = "day"
    MONTH = "month"
    SEASON = "season"
    YEAR = "year"
    SPAN = "span"


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement of one figure by one source.

    Parameters
    ----------
    id, source_id, locator
        The claim's own name, the source that states it and where in the source.
    statement
        What the source says, in the collector's words.
    quantity_kind, what, group, origin, destination
        What the figure is about; which observable answers it follows from these.
    first, last
        Period the figure covers, both days included.
    value, low, high
        The figure, and the limits stated with it or set by the collector's convention, in
        ``unit``; ``None`` is "not stated".
    hedge
        How firmly the figure is stated.
    agency
        The counter named by the source.
    use
        Whether the claim may enter a fit.
    file, line
        Where the row stands, for messages.
    """

    id: str
    source_id: str
    locator: str
    statement: str
    quantity_kind: QuantityKind
    what: str
    group: str
    origin: str
    destination: str
    first: date
    last: date
    value: float | None
    low: float | None
    high: float | None
    hedge: Hedge
    unit: str
    notes: str
    agency: str
    use: Use = Use.FIT
    file: str = ""
    line: int = 0

    @property
    def days(self) -> int:
        """Length of the period in days, both ends included."""
        return (self.last - self.first).days + 1

    @property
    def states_figure(self) -> bool:
        """Whether there is something to compare: a value, or both ends of a range."""
        if self.value is not None:
            return True
        return self.hedge is Hedge.RANGE and self.low is not None and self.high is not None


@dataclass(frozen=True, slots=True)
class Source:
    """A document or series that claims are taken from.

    ``date`` is free text, since documents are dated as they are ("1986-10/1986-11").
    """

    id: str
    author: str
    title: str
    date: str
    kind: str
    url: str
    interests: str
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class LedgerEvent:
    """A dated event and the instrument or mechanism that it moves, in the ledger's words."""

    day: date
    precision: DatePrecision
    event: str
    instrument: str
    source_id: str
    locator: str
    basis: str
    file: str = ""
    line: int = 0
