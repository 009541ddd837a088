"""Observables: named quantities that claims can be about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from counterstream.system.group import EVERYBODY, Selector
from counterstream.system.parameter import Quantity


@dataclass(frozen=True)
class Window:
    """A part of a claim's own window, or the same window at another time.

    ``first_months`` or ``last_months`` keep that many months of the window;
    ``shift_months`` moves it (negative: earlier).
    """

    first_months: int | None = None
    last_months: int | None = None
    shift_months: int = 0


WHOLE = Window()


@dataclass(frozen=True)
class FlowMeasure:
    """Persons who make any of the flows during the window, times a factor."""

    flows: tuple[str, ...]
    groups: Selector = EVERYBODY
    times: Quantity = 1.0
    window: Window = WHOLE


@dataclass(frozen=True)
class StockMeasure:
    """Persons in any of the statuses: at the date, or on average over the window."""

    statuses: tuple[str, ...]
    groups: Selector = EVERYBODY
    times: Quantity = 1.0
    window: Window = WHOLE


@dataclass(frozen=True)
class RatioMeasure:
    """Numerator over denominator, each over its own window; ``complement`` takes 1 minus it."""

    numerator: FlowMeasure | StockMeasure
    denominator: FlowMeasure | StockMeasure
    complement: bool = False


@dataclass(frozen=True)
class PathMeasure:
    """Mean over the window of an instrument or signal, or the value of a parameter."""

    name: str


Measure = FlowMeasure | StockMeasure | RatioMeasure | PathMeasure


@dataclass(frozen=True)
class Answer:
    """Claims that an observable answers: each listed column must hold one of the values.

    An empty tuple accepts any value of that column.
    """

    what: tuple[str, ...]
    group: tuple[str, ...] = ()
    origin: tuple[str, ...] = ()
    destination: tuple[str, ...] = ()
    unit: tuple[str, ...] = ()
    quantity_kind: tuple[str, ...] = ()


@dataclass(frozen=True)
class Observable:
    """A named quantity, how it is measured on the system, and the claims it answers."""

    name: str
    measure: Measure
    answers: tuple[Answer, ...] = ()
    label: str = ""
    unit: str = "persons"


def kind_of(observable: Observable) -> Literal["flow", "stock", "share"]:
    """Return what an observable is on an axis: ``flow``, ``share`` or ``stock`` (any level at a time)."""
    if isinstance(observable.measure, RatioMeasure) and observable.unit == "share":
        return "share"
    return "flow" if isinstance(observable.measure, FlowMeasure) else "stock"


@dataclass(frozen=True)
class Context:
    """Claims kept for context: no quantity of the system, with the reason why."""

    answer: Answer
    reason: str


@dataclass(frozen=True)
class Agency:
    """An ultimate counter of claims.

    Parameters
    ----------
    name
        As in the ledger's ``agency`` column.
    relays
        The agency whose counts this one passes on; empty if it counts itself.
    kind
        Type of agency; the chance of a plain-wrong claim is shared within it.
    anchor
        Whether its counts are taken as unbiased, to fix the level.
    """

    name: str
    relays: str = ""
    kind: str = "other"
    anchor: bool = False
