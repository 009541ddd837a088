"""From the unit of a claim to the unit of an observable."""

from __future__ import annotations

from dataclasses import dataclass

from counterstream.evidence.claim import Claim, QuantityKind
from counterstream.system.observable import FlowMeasure, Measure, Observable, RatioMeasure, StockMeasure
from counterstream.units import DAYS_PER_YEAR, MONTHS_PER_YEAR

#: Days in the span that a unit such as persons/month refers to.
DAYS_PER_SPAN: dict[str, float] = {
    "day": 1.0,
    "week": 7.0,
    "month": DAYS_PER_YEAR / MONTHS_PER_YEAR,
    "quarter": DAYS_PER_YEAR / 4.0,
    "year": DAYS_PER_YEAR,
}

#: Days in a unit of duration.
DAYS_PER_DURATION: dict[str, float] = {f"{span}s": days for span, days in DAYS_PER_SPAN.items()}

#: What one unit of a share is worth.
SHARE_WORTH: dict[str, float] = {"share": 1.0, "percent": 0.01}


@dataclass(frozen=True, slots=True)
class Conversion:
    """Factor from a claim's unit to an observable's, and whether households are counted."""

    factor: float
    by_household: bool = False


def default_kinds(measure: Measure) -> tuple[QuantityKind, ...]:
    """Return the kinds of quantity that a measure takes where an answer does not list them."""
    if isinstance(measure, FlowMeasure):
        return (QuantityKind.FLOW, QuantityKind.RATE, QuantityKind.COUNT_OF_APPLICATIONS)
    if isinstance(measure, StockMeasure):
        return (QuantityKind.STOCK, QuantityKind.COUNT_OF_APPLICATIONS)
    if isinstance(measure, RatioMeasure):
        return (QuantityKind.SHARE, QuantityKind.RATE)
    return tuple(QuantityKind)


def convert_unit(observable: Observable, claim: Claim, *, has_households: bool) -> Conversion | None:
    """Return how a claim's figures become figures of an observable; None if they cannot.

    Parameters
    ----------
    observable
        Gives the unit to reach.
    claim
        Gives the unit to start from and, for amounts per time, the window's length.
    has_households
        Whether the system declares households, without which families mean nothing.

    Notes
    -----
    An amount per time over a flow's window becomes ``amount * days / days per unit of time``
    with a year of 365.25 days and a month of a twelfth of it.
    """
    if claim.unit in SHARE_WORTH and observable.unit in SHARE_WORTH:
        return Conversion(SHARE_WORTH[claim.unit] / SHARE_WORTH[observable.unit])
    if claim.unit in DAYS_PER_DURATION and observable.unit in DAYS_PER_DURATION:
        return Conversion(DAYS_PER_DURATION[claim.unit] / DAYS_PER_DURATION[observable.unit])
    counted, _, span = claim.unit.partition("/")
    if span:
        if span not in DAYS_PER_SPAN or not isinstance(observable.measure, FlowMeasure):
            return Conversion(1.0) if claim.unit == observable.unit else None
        factor = claim.days / DAYS_PER_SPAN[span]
    else:
        factor = 1.0
    if counted == observable.unit:
        return Conversion(factor)
    counts_persons = isinstance(observable.measure, FlowMeasure | StockMeasure) and observable.unit == "persons"
    if counted == "families" and counts_persons and has_households:
        return Conversion(factor, by_household=True)
    return None
