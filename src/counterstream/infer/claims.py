"""Claims as arrays: what each is about, how wide its wording is, and which witness gives it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from counterstream.evidence.answering import AnsweredClaim
from counterstream.evidence.claim import Hedge
from counterstream.simulate.series import Part, Reading, Target, target_of
from counterstream.system.observable import FlowMeasure, PathMeasure, RatioMeasure
from counterstream.system.system import System
from counterstream.units import DAYS_PER_YEAR, MONTHS_PER_YEAR

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

#: Largest exact count that is read as a count of persons instead of on the log scale.
SMALL_COUNT = 30


class Form(IntEnum):
    """Which density says what a source reports given what was true."""

    STATED = 0  # a number around the truth, heavy tails
    EXCESS = 1  # the truth lies above the number
    SHORTFALL = 2  # the truth lies below the number
    RANGE = 3  # the truth lies between two numbers
    COUNT = 4  # a small exact count


class Kind(IntEnum):
    """Kinds of quantity with a spread of their own."""

    FLOW = 0
    SHARE = 1
    STOCK = 2


#: Mean distance, in logs, between the truth and the bound that a speaker names.
REACH: dict[Hedge, float] = {
    Hedge.OVER: 0.08,
    Hedge.JUST_OVER: 0.03,
    Hedge.AT_LEAST: 0.25,
    Hedge.UP_TO: 0.25,
    Hedge.NEARLY: 0.05,
    Hedge.ALMOST: 0.05,
    Hedge.UNDER: 0.15,
    Hedge.NO_MORE_THAN: 0.35,
}
ABOVE = frozenset({Hedge.OVER, Hedge.JUST_OVER, Hedge.AT_LEAST})
BELOW = frozenset({Hedge.UP_TO, Hedge.NEARLY, Hedge.ALMOST, Hedge.UNDER, Hedge.NO_MORE_THAN})

#: Width of a loose number in units of half its last non-zero digit.
LOOSENESS: dict[Hedge, float] = {
    Hedge.ROUNDED: 1.0,
    Hedge.ABOUT: 1.0,
    Hedge.HALF_OF: 1.0,
    Hedge.ESTIMATE: 2.0,
    Hedge.PROJECTION: 4.0,
}
COUNTED = frozenset({Hedge.EXACT, Hedge.REVISED, Hedge.ONLY})


@dataclass(frozen=True)
class ClaimTable:
    """Claims as arrays of one length.

    Parameters
    ----------
    claims
        The claims, in order.
    targets
        What each is over its window.
    form, kind
        :class:`Form` and :class:`Kind` of each.
    logit
        Whether the working scale is the logit (shares) instead of the log.
    value, low, high
        On the natural scale; ``low`` and ``high`` are the ends of a range (NaN otherwise).
    width
        Width of the wording on the working scale, in units of the learned looseness.
    fixed_width
        Width from the digits printed, not learned.
    reach
        Mean distance of a one-sided bound on the working scale.
    months
        Length of the window in months.
    household
        Whether the claim counts families.
    weight
        1 over the number of repeats of one witness.
    agency, anchor, agency_kind
        Ultimate agency, whether it anchors the level, and its type.
    """

    claims: tuple[AnsweredClaim, ...]
    targets: tuple[Target, ...]
    form: Integers
    kind: Integers
    logit: NDArray[np.bool_]
    value: Floats
    low: Floats
    high: Floats
    width: Floats
    fixed_width: Floats
    reach: Floats
    months: Floats
    household: NDArray[np.bool_]
    weight: Floats
    agency: tuple[str, ...]
    anchor: NDArray[np.bool_]
    agency_kind: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.claims)

    @property
    def readings(self) -> tuple[Reading, ...]:
        """All readings that the claims need, each once."""
        parts: list[Part] = []
        for target in self.targets:
            parts.extend((*target.numerator, *target.denominator))
        return tuple(dict.fromkeys(p.reading for p in parts))


def tabulate_claims(system: System, claims: Sequence[AnsweredClaim]) -> ClaimTable:
    """Turn answered claims into arrays."""
    rows = [_row(c) for c in claims]

    def column(name: str) -> Floats:
        return np.array([row[name] for row in rows], dtype=np.float64)

    return ClaimTable(
        claims=tuple(claims),
        targets=tuple(target_of(system, c.observable.measure, c.claim.first, c.claim.last) for c in claims),
        form=column("form").astype(np.int64),
        kind=column("kind").astype(np.int64),
        logit=column("logit").astype(bool),
        value=column("value"),
        low=column("low"),
        high=column("high"),
        width=column("width"),
        fixed_width=column("fixed_width"),
        reach=column("reach"),
        months=column("months"),
        household=np.array([c.by_household for c in claims], dtype=bool),
        weight=np.array([c.weight for c in claims], dtype=np.float64),
        agency=tuple(c.agency for c in claims),
        anchor=np.array([c.anchor for c in claims], dtype=bool),
        agency_kind=tuple(c.agency_kind for c in claims),
    )


def _row(answered: AnsweredClaim) -> dict[str, float]:
    claim, measure = answered.claim, answered.observable.measure
    logit = answered.observable.unit == "share" and isinstance(measure, RatioMeasure)
    counted = Kind.FLOW if isinstance(measure, FlowMeasure) else Kind.STOCK
    kind = Kind.SHARE if logit else counted
    value = answered.value if answered.value is not None else math.nan
    hedge = claim.hedge
    form = _form(hedge, value, measured_in_persons=not logit and not isinstance(measure, PathMeasure))
    months = ((claim.last - claim.first).days + 1) / (DAYS_PER_YEAR / MONTHS_PER_YEAR)
    low, high = answered.low, answered.high
    return {
        "form": form,
        "kind": kind,
        "logit": float(logit),
        "value": value,
        "low": low if low is not None else math.nan,
        "high": high if high is not None else math.nan,
        "width": LOOSENESS.get(hedge, 0.0) * _half_digit(claim.value, logit, cap=0.3),
        "fixed_width": _half_digit(claim.value, logit, cap=0.5) / math.sqrt(3.0) if logit else 0.0,
        "reach": REACH.get(hedge, 0.0) * (2.0 if logit else 1.0),
        "months": months,
    }


def _form(hedge: Hedge, value: float, *, measured_in_persons: bool) -> Form:
    if hedge is Hedge.RANGE:
        return Form.RANGE
    if measured_in_persons and hedge in COUNTED and 0 <= value < SMALL_COUNT and float(value).is_integer():
        return Form.COUNT
    if hedge in ABOVE:
        return Form.EXCESS
    return Form.SHORTFALL if hedge in BELOW else Form.STATED


def _half_digit(value: float | None, logit: bool, cap: float) -> float:
    """Half a unit of the last non-zero digit, on the working scale, at most ``cap``.

    "35,000" is good to 500 in 35,000; "0.6" to 0.05, over the slope p (1 - p) of the logit.
    """
    if not value:
        return cap
    digits = f"{value:.6f}".rstrip("0").rstrip(".") if value != int(value) else str(int(value))
    decimals = len(digits.split(".")[1]) if "." in digits else 0
    exponent = -decimals if decimals else len(digits) - len(digits.rstrip("0"))
    half = 0.5 * 10.0**exponent
    if logit:
        p = min(max(value, 0.01), 0.99)
        return min(min(half, 0.05) / (p * (1.0 - p)), cap)
    return min(half / abs(value), cap)
