"""What is drawn of a series: claims turned to the series' rate, limits and scale of the axis.

No drawing library is needed here, so captions and pictures say the same.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from counterstream.report.content import ClaimPoint, SeriesView
from counterstream.units import MONTHS_PER_STEP, Step

#: A range of more than two decades is unreadable on a linear axis.
LOG_RANGE = 100.0
#: A logarithmic axis of persons goes no lower than this: a hundredth of a person tells nothing.
LEAST_PERSONS = 0.01
#: From this probability on a claim is marked as likely wrong.
LIKELY_WRONG = 0.5
MARGIN = 0.06


class Mark(StrEnum):
    """Shape of a claim's mark: what its wording lets us conclude."""

    EXACT = "exact"
    ABOUT = "about"
    OVER = "over"
    UP_TO = "up to"
    RANGE = "range"


MARK_OF_HEDGE: dict[str, Mark] = {
    "exact": Mark.EXACT,
    "over": Mark.OVER,
    "just_over": Mark.OVER,
    "at_least": Mark.OVER,
    "under": Mark.UP_TO,
    "up_to": Mark.UP_TO,
    "no_more_than": Mark.UP_TO,
    "range": Mark.RANGE,
}


@dataclass(frozen=True)
class DrawnClaim:
    """A claim as it is drawn.

    Parameters
    ----------
    index
        Position among the claims of the series.
    value, low, high
        In the unit of the axis; ``low`` and ``high`` are None unless a bar is drawn.
    """

    index: int
    claim: ClaimPoint
    mark: Mark
    value: float
    low: float | None
    high: float | None

    @property
    def likely_wrong(self) -> bool:
        """Whether the model holds the claim to be more likely wrong than right."""
        probability = self.claim.wrong_probability
        return probability is not None and probability >= LIKELY_WRONG


@dataclass(frozen=True)
class Axis:
    """Limits and scale of the value axis."""

    low: float
    high: float
    log: bool


def _months(day: date) -> float:
    """Months since year 0, a month counted as one whatever its days."""
    days = calendar.monthrange(day.year, day.month)[1]
    return day.year * 12 + day.month - 1 + (day.day - 1) / days


def window_length(first: date, last: date, per: str) -> float:
    """Length of an inclusive span of days in the unit ``per``.

    Parameters
    ----------
    first, last
        Both days belong to the span.
    per
        A step: ``day``, ``week``, ``month``, ``quarter`` or ``year``.

    Raises
    ------
    ValueError
        If ``per`` is not a step, or the span ends before it begins.
    """
    step = Step(per)
    after = last + timedelta(days=1)
    if after <= first:
        raise ValueError(f"the window {first} to {last} ends before it begins")
    if step is Step.DAY:
        return float((after - first).days)
    if step is Step.WEEK:
        return (after - first).days / 7.0
    return (_months(after) - _months(first)) / MONTHS_PER_STEP[step]


def claim_factor(view: SeriesView, claim: ClaimPoint) -> float:
    """Factor from the claim's own window to the rate of the series' axis."""
    if view.kind != "flow":
        return 1.0
    return 1.0 / window_length(claim.first, claim.last, view.per)


def _stated(claim: ClaimPoint, mark: Mark) -> float | None:
    if claim.value is not None:
        return claim.value
    if mark is Mark.OVER:
        return claim.low
    if mark is Mark.UP_TO:
        return claim.high
    if claim.low is not None and claim.high is not None:
        return (claim.low + claim.high) / 2
    return claim.low if claim.low is not None else claim.high


def drawn_claims(view: SeriesView) -> tuple[DrawnClaim, ...]:
    """Return the claims that state a number, in the unit of the axis."""
    drawn: list[DrawnClaim] = []
    for index, claim in enumerate(view.claims):
        mark = MARK_OF_HEDGE.get(claim.hedge, Mark.ABOUT)
        value = _stated(claim, mark)
        if value is None or not np.isfinite(value):
            continue
        factor = claim_factor(view, claim)
        low = high = None
        ends = (claim.low, claim.high)
        if mark not in (Mark.OVER, Mark.UP_TO) and ends[0] is not None and ends[1] is not None:
            low, high = (ends[0] * factor, ends[1] * factor) if -np.inf < ends[0] < ends[1] < np.inf else (None, None)
        if mark is Mark.RANGE and low is None:
            mark = Mark.ABOUT
        drawn.append(DrawnClaim(index, claim, mark, value * factor, low, high))
    return tuple(drawn)


def _finite(*parts: NDArray[np.float64]) -> NDArray[np.float64]:
    joined = np.concatenate(parts)
    return joined[np.isfinite(joined)]


def fit_axis(*views: SeriesView, allow_log: bool = True) -> Axis:
    """Fit the value axis to the 90 % bands and the drawn claims of the views.

    The axis is logarithmic when medians and claims span more than two decades; its
    lower end then stays within a decade of the smallest of them, because a band or the
    range of a claim may reach zero, and above :data:`LEAST_PERSONS`.
    """
    claims = [c for view in views for c in drawn_claims(view)]
    stated = np.array([v for c in claims for v in (c.value, c.low, c.high) if v is not None], dtype=np.float64)
    bands = _finite(*(a for view in views for a in (view.low90, view.high90)), stated)
    centre = _finite(*(view.median for view in views), np.array([c.value for c in claims], dtype=np.float64))
    if bands.size == 0:
        return Axis(0.0, 1.0, False)
    low, high = float(bands.min()), float(bands.max())
    positive = centre[centre > 0]
    share = any(view.kind == "share" for view in views)
    if allow_log and not share and low >= 0 and positive.size and high > LOG_RANGE * float(positive.min()):
        above = bands[bands > 0]
        floor = max(float(above.min()), float(positive.min()) / 10, min(LEAST_PERSONS, high / 10))
        return Axis(floor / 1.2, high * 1.3, True)
    pad = MARGIN * (high - low) or MARGIN * abs(high) or 1.0
    bottom = low - pad
    if low >= 0 and (bottom < 0 or low < 0.25 * high):
        bottom = 0.0
    return Axis(bottom, high + pad, False)
