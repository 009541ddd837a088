"""What replicates of draws tell apart: not knowing (between draws) and chance (within a draw)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: How the variances are estimated, for the files that hold them.
ESTIMATOR = (
    "one-way random effects, balanced; analysis-of-variance (moment) estimators, "
    "a negative variance between draws set to 0 (Searle, Casella and McCulloch 1992, chapter 3)"
)


class Spread(NamedTuple):
    """Mean and variance components of values over draws and replicates; shapes without these two axes.

    Parameters
    ----------
    mean
        Over all draws and replicates.
    between
        Variance of a draw's expected value over draws: what is not known.
    within
        Variance over replicates of one draw: chance.
    """

    mean: Floats
    between: Floats
    within: Floats

    @property
    def chance_share(self) -> Floats:
        """Share of chance in the variance of one simulation; NaN where nothing varies."""
        total = self.between + self.within
        return np.divide(self.within, total, out=np.full(np.shape(total), np.nan), where=total > 0.0)


def split_variance(values: Floats) -> Spread:
    """Separate the variance between draws from that within them.

    Parameters
    ----------
    values
        Shape (draw, replicate, ...), two draws and two replicates at least; NaN where a simulation
        has no value (a share of nobody), and then for all that depends on it.

    Notes
    -----
    With mean squares ``B`` between draws (on one simulation's scale, so ``R`` times the variance of
    draws' means) and ``W`` within them, ``W`` estimates the variance within and ``(B - W) / R`` that
    between: the means of draws vary by chance as well, and what chance adds is taken off.
    """
    n_draws, n_replicates = values.shape[:2]
    if n_draws < 2 or n_replicates < 2:
        raise ValueError(f"two draws and two replicates are needed: {n_draws} and {n_replicates}")
    by_draw = values.mean(axis=1)
    within = ((values - by_draw[:, None]) ** 2).sum(axis=(0, 1)) / (n_draws * (n_replicates - 1))
    between = by_draw.var(axis=0, ddof=1) - within / n_replicates
    return Spread(by_draw.mean(axis=0), np.maximum(between, 0.0), within)
