"""What a fit would say without some of its claims: importance sampling over its draws."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from arviz_stats.base import array_stats  # pyright: ignore[reportPrivateImportUsage]
from numpy.typing import NDArray

from counterstream.infer.resample import cut_stretches, resample_stretches

Floats = NDArray[np.float64]

#: Times that stretches of chains are drawn again.
RESAMPLES = 400
#: Above this no number of draws makes importance sampling reliable.
LARGEST_K = 0.7
#: Fewer draws than this give no tail to smooth.
LEAST_DRAWS = 100
#: Quantiles that are told: the median, the 50 % and the 90 % interval.
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True)
class Reweighting:
    """Weights that turn draws of a fit into draws of one without some claims.

    Parameters
    ----------
    weights
        Shape (draw,), chain after chain; they sum to 1.
    pareto_k
        Shape of the tail of the ratios: how far the weights can be relied on.
    """

    weights: Floats
    pareto_k: float

    @property
    def good(self) -> bool:
        """Whether what the weights say can be relied on."""
        return self.pareto_k <= limit_of_k(self.weights.size)


def limit_of_k(n_draws: int) -> float:
    """Return the largest Pareto k with which so many draws can be relied on.

    Notes
    -----
    ``min(1 - 1 / log10(S), 0.7)``: Vehtari, Simpson, Gelman, Yao and Gabry (2024), section 3.2.4.
    """
    return min(1.0 - 1.0 / math.log10(max(n_draws, 2)), LARGEST_K)


def reweigh_without(log_likelihood: Floats, log_ratio: Floats | None = None) -> Reweighting:
    """Return weights of the draws for a fit without some claims.

    Parameters
    ----------
    log_likelihood
        Log-density of those claims together at each draw, shape (chain, draw); repeats of one
        witness weighted as in the fit.
    log_ratio
        Log-density of the posterior minus that of what was drawn from, same shape; nothing where
        the draws are of the posterior.

    Notes
    -----
    Pareto-smoothed importance sampling (Vehtari, Simpson, Gelman, Yao and Gabry 2024): the
    ratio of a draw is 1 over the likelihood of what is left out, the largest ratios are
    replaced by quantiles of a generalised Pareto distribution.  The unknowns that only the
    claims left out speak of (an agency's bias and spread) are draws of their posterior; the
    weights have to take them back to their prior too, which makes the tail of the ratios heavier.
    """
    flat = (log_likelihood if log_ratio is None else log_likelihood - log_ratio).ravel()
    if np.ptp(flat) < 1e-9:
        return Reweighting(np.full(flat.size, 1.0 / flat.size), -math.inf)
    if flat.size < LEAST_DRAWS:
        raw = np.exp(flat.min() - flat)
        return Reweighting(raw / raw.sum(), math.inf)
    # The stubs of these two know neither what they return nor that a share is no whole number.
    stats: Any = array_stats
    worth = float(stats.ess(log_likelihood, chain_axis=0, draw_axis=1, method="mean"))
    share = min(worth / flat.size, 1.0) if math.isfinite(worth) else 1.0
    try:
        # A tail that vanishes beside its largest ratio is told of by what comes of it, not by a warning.
        with np.errstate(divide="ignore", invalid="ignore"):
            smoothed = stats.psislw(flat, r_eff=share)
    except ValueError:  # the whole tail is one draw again and again
        raw = np.exp(flat.min() - flat)
        return Reweighting(raw / raw.sum(), math.inf)
    weights = np.exp(np.asarray(smoothed[0]))
    # Newer versions of arviz-stats tell such a tail as "not a number".
    return Reweighting(weights / weights.sum(), math.inf if np.isnan(smoothed[1]) else float(smoothed[1]))


def share_held(log_likelihood: Floats, working: Floats) -> float:
    """Return the share of what is known of a quantity that some claims hold: near 1, nobody else speaks of it.

    Parameters
    ----------
    log_likelihood
        Log-density of the claims together at each draw, shape (chain, draw).
    working
        The quantity on its working scale, same shape.

    Notes
    -----
    The curvature of the log-likelihood along the quantity over the posterior precision, from a
    parabola through all draws.  Where both are normal it is the Pareto k that the tail of the
    ratios should have, ``1 - Var(with) / Var(without)``.  The bulk of the draws shows it, while
    the tail of a few hundred draws can look harmless by chance.
    """
    spread = float(working.std())
    if spread == 0.0:
        return 0.0
    standard = ((working - working.mean()) / spread).ravel()
    return -2.0 * float(np.polyfit(standard, log_likelihood.ravel(), 2)[0])


@dataclass(frozen=True)
class Sample:
    """Draws of one quantity with their weights.

    Parameters
    ----------
    values, working
        On the natural and on the working scale (log, logit of a share), shape (chain, draw).
    weights
        Shape (chain * draw,), summing to 1; by default even.
    """

    values: Floats
    working: Floats
    weights: Floats | None = None

    @property
    def even(self) -> Floats:
        """The weights, even ones where none are given."""
        return np.full(self.values.size, 1.0 / self.values.size) if self.weights is None else self.weights

    def quantiles(self) -> Floats:
        """Quantiles at :data:`LEVELS`, natural scale."""
        return weighted_quantiles(self.values.ravel(), self.even, LEVELS)

    def mean(self) -> float:
        """Mean on the working scale."""
        return float(self.working.ravel() @ self.even)

    def resampled_medians(self, seed: int) -> Floats:
        """Medians of resamples of the chains' stretches, shape (RESAMPLES,)."""
        stretch = cut_stretches(*self.values.shape)
        times = resample_stretches(int(stretch.max()) + 1, RESAMPLES, seed)[:, stretch]
        values, weights = self.values.ravel(), self.even
        return np.array([weighted_quantiles(values, weights * row, (0.5,))[0] for row in times])


@dataclass(frozen=True)
class Shift:
    """How far a quantity moves when claims are left out.

    Parameters
    ----------
    before, after
        Quantiles at :data:`LEVELS` with and without the claims.
    deviations
        Change of the mean on the working scale, in standard deviations of the fit with them.
    ratio, ratio_low90, ratio_high90
        Median without over median with, and what chance in the draws makes of it.
    """

    before: Floats
    after: Floats
    deviations: float
    ratio: float
    ratio_low90: float
    ratio_high90: float


def compare_samples(before: Sample, after: Sample, seed: int, *, same_draws: bool) -> Shift:
    """Return how far a quantity moves from one sample to another.

    Parameters
    ----------
    same_draws
        Whether ``after`` holds the draws of ``before`` with other weights; a chance run of the
        draws then moves both.
    """
    first = before.resampled_medians(seed)
    second = after.resampled_medians(seed if same_draws else seed + 1)
    spread = float(before.working.std())
    middle = float(before.quantiles()[2])
    low, high = (math.nan, math.nan) if (first <= 0.0).any() else np.quantile(second / first, [0.05, 0.95])
    return Shift(
        before.quantiles(),
        after.quantiles(),
        (after.mean() - before.mean()) / spread if spread > 0.0 else 0.0,
        float(after.quantiles()[2]) / middle if middle > 0.0 else math.nan,
        float(low),
        float(high),
    )


def weighted_quantiles(values: Floats, weights: Floats, levels: tuple[float, ...]) -> Floats:
    """Return quantiles of weighted values, straight between the middles of the weights.

    Parameters
    ----------
    values, weights
        Shape (draw,).
    levels
        Between 0 and 1.
    """
    order = np.argsort(values)
    ordered = weights[order]
    middles = np.cumsum(ordered) - 0.5 * ordered
    return np.interp(levels, middles / ordered.sum(), values[order])
