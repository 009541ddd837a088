"""Scores of what was foretold of claims that no fit had seen.

Errors and intervals are scored on the claims' working scale: the log of persons, the logit of a share.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import kstest

from counterstream.infer.claims import ClaimTable, Floats, Kind
from counterstream.infer.measurement import SHARE_FLOOR, to_working
from counterstream.infer.predict import ClaimPredictions, lies_inside

#: What errors and intervals are measured on, in words.
SCALE = "log of persons, logit of shares"
#: Tails of the probability integral transform that are counted.
TAIL = 0.05


@dataclass(frozen=True)
class Foretold:
    """Point and limits that were foretold of claims, in the claims' units; NaN where there are none.

    All have shape (claim,); the limits are of equal-tailed 90 % and 50 % intervals.
    """

    low90: Floats
    low50: Floats
    median: Floats
    high50: Floats
    high90: Floats

    @classmethod
    def of(cls, predictions: ClaimPredictions) -> Self:
        """Return what the system foretells, from predictive draws."""
        low90, high90 = predictions.interval(0.9)
        low50, high50 = predictions.interval(0.5)
        return cls(low90, low50, np.median(predictions.reported, axis=0), high50, high90)

    @classmethod
    def from_rows(cls, rows: Floats) -> Self:
        """Return what :meth:`rows` gave."""
        return cls(*rows)

    def rows(self) -> Floats:
        """Return everything as one array, shape (5, claim), from the lowest limit to the highest."""
        return np.array(astuple(self))

    def interval(self, level: float) -> tuple[Floats, Floats]:
        """Return the limits of the 50 % or the 90 % interval (``level`` 0.5 or 0.9)."""
        return {0.5: (self.low50, self.high50), 0.9: (self.low90, self.high90)}[level]

    def where_told(self, other: Foretold) -> Foretold:
        """Return this with NaN wherever the other has one, to be scored on the same claims."""
        return Foretold.from_rows(np.where(np.isnan(other.rows()), np.nan, self.rows()))


@dataclass(frozen=True)
class Score:
    """How well claims were foretold.

    Parameters
    ----------
    n
        Claims of which a point was foretold.
    n_intervals
        Claims of which intervals were foretold.
    coverage_50, coverage_90
        Share of those claims inside their interval, and its 90 % Wilson interval.
    interval_score_90
        Mean :func:`interval_score` at 90 %, on the working scale; less is better.
    median_abs_log_error
        Median of :func:`abs_log_error`; less is better.

    Without claims a figure is ``None``.
    """

    n: int
    n_intervals: int
    coverage_50: float | None
    coverage_50_interval: tuple[float, float] | None
    coverage_90: float | None
    coverage_90_interval: tuple[float, float] | None
    interval_score_90: float | None
    median_abs_log_error: float | None


def score(table: ClaimTable, said: Floats, foretold: Foretold) -> Score:
    """Score what was foretold of claims.

    Parameters
    ----------
    table
        The claims.
    said
        What they say, in their units, shape (claim,).
    """
    has_interval, has_point = ~np.isnan(foretold.low90), ~np.isnan(foretold.median)
    n_intervals = int(has_interval.sum())
    inside = {level: int(lies_inside(said, *foretold.interval(level))[has_interval].sum()) for level in (0.5, 0.9)}
    low, high = (on_working_scale(table, limit) for limit in foretold.interval(0.9))
    scores = interval_score(low, high, to_working(table, said), 0.9)[has_interval]
    errors = abs_log_error(table, foretold.median, said)[has_point]
    return Score(
        n=int(has_point.sum()),
        n_intervals=n_intervals,
        coverage_50=inside[0.5] / n_intervals if n_intervals else None,
        coverage_50_interval=wilson_interval(inside[0.5], n_intervals),
        coverage_90=inside[0.9] / n_intervals if n_intervals else None,
        coverage_90_interval=wilson_interval(inside[0.9], n_intervals),
        interval_score_90=float(scores.mean()) if n_intervals else None,
        median_abs_log_error=float(np.median(errors)) if errors.size else None,
    )


def on_working_scale(table: ClaimTable, values: Floats) -> Floats:
    """Take values to the claims' working scale; NaN stays NaN."""
    return np.where(np.isnan(values), np.nan, to_working(table, values))


def interval_score(low: Floats, high: Floats, said: Floats, level: float) -> Floats:
    r"""Return the interval score of each claim: width, and a penalty for what lies outside.

    Parameters
    ----------
    low, high
        Limits of the central interval.
    said
        What came true, on the same scale.
    level
        Of the interval, between 0 and 1.

    Notes
    -----
    :math:`(u - l) + \frac{2}{\alpha} (l - x)_+ + \frac{2}{\alpha} (x - u)_+` with
    :math:`\alpha = 1 -` level: equation 43 of Gneiting and Raftery (2007).  It is proper: on average nobody
    does better than with the limits of what they believe.
    """
    alpha = 1.0 - level
    return (high - low) + 2.0 / alpha * (np.maximum(low - said, 0.0) + np.maximum(said - high, 0.0))


def abs_log_error(table: ClaimTable, foretold: Floats, said: Floats) -> Floats:
    """Return ``|log(foretold / said)|`` of each claim, of shares too; NaN where nothing was foretold.

    Less than half a person, or a share below the measurement model's least, counts as that.
    """
    least = np.where(table.logit, SHARE_FLOOR, 0.5)
    return np.abs(np.log(np.maximum(foretold, least)) - np.log(np.maximum(said, least)))


def wilson_interval(n_inside: int, n: int, level: float = 0.9) -> tuple[float, float] | None:
    """Return the interval of a share that was counted as ``n_inside`` of ``n``; ``None`` of none.

    Notes
    -----
    Wilson (1927).  It takes claims as independent, which those of one witness are not.
    """
    if n == 0:
        return None
    z = float(ndtri(0.5 * (1.0 + level)))
    share = n_inside / n
    middle = (share + z * z / (2 * n)) / (1.0 + z * z / n)
    reach = z / (1.0 + z * z / n) * math.sqrt(share * (1.0 - share) / n + z * z / (4 * n * n))
    # Rounding errors must not keep the limits from 0 and 1, which they reach where none or all are inside.
    return (max(middle - reach, 0.0) if n_inside else 0.0), (min(middle + reach, 1.0) if n_inside < n else 1.0)


@dataclass(frozen=True)
class PitSummary:
    """Probability integral transforms of claims of one kind, uniform if what is foretold is right.

    Parameters
    ----------
    n
        Number of claims.
    mean
        Above 0.5 if claims say more than is foretold.
    below_05, above_95
        Share of claims in either tail; 0.05 is to be expected.
    ks_p
        Chance of values at least as uneven (Kolmogorov and Smirnov), were claims independent.
    """

    n: int
    mean: float
    below_05: float
    above_95: float
    ks_p: float


def summarise_pit(kinds: Sequence[int] | NDArray[np.int64], pit: Floats) -> dict[str, PitSummary]:
    """Return a summary of the transforms (Dawid 1984) by kind of claim: ``flow``, ``stock``, ``share``.

    Parameters
    ----------
    kinds
        :class:`~counterstream.infer.claims.Kind` of each claim.
    pit
        Transform of each claim, between 0 and 1.

    Returns
    -------
    dict
        Only kinds that occur.
    """
    found: dict[str, PitSummary] = {}
    for kind in (Kind.FLOW, Kind.STOCK, Kind.SHARE):
        values = pit[np.asarray(kinds) == kind]
        if values.size:
            found[kind.name.lower()] = PitSummary(
                n=int(values.size),
                mean=float(values.mean()),
                below_05=float((values < TAIL).mean()),
                above_95=float((values > 1.0 - TAIL).mean()),
                ks_p=float(kstest(values, "uniform").pvalue),
            )
    return found
