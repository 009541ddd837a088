"""How much one more claim would teach: the expected reduction of a variance, by regression."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import rankdata

from counterstream.infer.influence import RESAMPLES
from counterstream.infer.resample import cut_stretches, resample_stretches

Floats = NDArray[np.float64]

#: Where the spline's pieces meet, as shares of the draws below: five knots (Harrell 2001, table 2.3).
KNOTS = (0.05, 0.275, 0.5, 0.725, 0.95)


@dataclass(frozen=True)
class Reduction:
    """What one more claim would take off a variance.

    Parameters
    ----------
    share
        Expected reduction as a share of the variance, at most 1; below 0 is none.
    error
        Its standard error from chance in the draws.
    """

    share: float
    error: float


def expect_reduction(target: Floats, reported: Floats, seed: int) -> Reduction:
    """Return by how much hearing a report is expected to reduce the variance of a target.

    Parameters
    ----------
    target
        Posterior draws of the quantity, working scale, shape (chain, draw).
    reported
        What would be reported of another quantity at each draw, same shape.
    seed
        Seed of the resampling.

    Notes
    -----
    ``1 - E[Var(target | report)] / Var(target)``.  The mean of the target given the report is
    a smooth function of the report that a regression over the draws finds, as for the expected
    value of partial sample information (Strong, Oakley, Brennan and Breeze 2015); here a natural
    cubic spline of the report's normal scores, in which a few wild reports weigh no more than
    others.  What it leaves is measured on stretches of chains that the regression has not seen:
    draws of slowly mixing chains would otherwise seem to agree with anything.  No regression
    explains more than the true mean does, so that the result errs downwards.
    """
    stretch = cut_stretches(*target.shape)
    left, whole = _unseen_squares(target.ravel(), _spline_columns(reported.ravel()), stretch)
    times = resample_stretches(left.size, RESAMPLES, seed)
    shares = 1.0 - (times @ left) / (times @ whole)
    return Reduction(1.0 - float(left.sum() / whole.sum()), float(shares.std()))


def _spline_columns(reported: Floats) -> Floats:
    """Return the natural cubic spline basis of the normal scores, shape (draw, 5).

    Notes
    -----
    Hastie, Tibshirani and Friedman (2009), equations 5.4 and 5.5: cubic between the knots,
    straight beyond the outer ones.
    """
    scores = ndtri((rankdata(reported) - 0.5) / reported.size)
    knots = ndtri(np.array(KNOTS))
    last = knots[-1]
    bent = [
        (np.maximum(scores - knot, 0.0) ** 3 - np.maximum(scores - last, 0.0) ** 3) / (last - knot)
        for knot in knots[:-1]
    ]
    return np.stack([np.ones_like(scores), scores, *(part - bent[-1] for part in bent[:-1])], axis=1)


def _unseen_squares(target: Floats, columns: Floats, stretch: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Return by stretch the squared errors of the regression and of the mean made without it."""
    n_stretches = int(stretch.max()) + 1
    products = np.zeros((n_stretches, columns.shape[1], columns.shape[1]))
    moments = np.zeros((n_stretches, columns.shape[1]))
    np.add.at(products, stretch, columns[:, :, None] * columns[:, None, :])
    np.add.at(moments, stretch, columns * target[:, None])
    others, theirs = products.sum(axis=0) - products, moments.sum(axis=0) - moments
    slopes = np.linalg.solve(others, theirs[:, :, None])[:, :, 0]
    means = theirs[:, 0] / others[:, 0, 0]  # the first column is 1
    left, whole = np.zeros(n_stretches), np.zeros(n_stretches)
    np.add.at(left, stretch, (target - (columns * slopes[stretch]).sum(axis=1)) ** 2)
    np.add.at(whole, stretch, (target - means[stretch]) ** 2)
    return left, whole
