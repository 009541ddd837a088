"""What the other claims say of each claim: leave-one-out by importance sampling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from counterstream.infer.claims import ClaimTable
from counterstream.infer.influence import LEVELS, limit_of_k, reweigh_without, weighted_quantiles
from counterstream.infer.measurement import to_working
from counterstream.infer.pointwise import Pointwise

Floats = NDArray[np.float64]

#: Claims that a summary names.
MOST_NAMED = 10


@dataclass(frozen=True)
class LeaveOneOut:
    """What the other claims say of each fitted claim; arrays have shape (claim,).

    Parameters
    ----------
    claims
        Names of the claims.
    elpd
        Log-density that a fit to the other claims gives to this one (expected log predictive
        density), on the working scale; of a small count its log-probability.
    pareto_k
        Shape of the tail of the weights: how far they can be relied on.
    limit
        Largest ``pareto_k`` with which so many draws can be relied on.
    without
        Quantiles at :data:`~counterstream.infer.influence.LEVELS` of the claim's observable over its
        window, from the other claims, natural scale, shape (level, claim).
    pull
        How far the claim moves the mean of its observable (log of persons, logit of a share), in
        posterior standard deviations; positive where it pulls upwards.
    """

    claims: tuple[str, ...]
    elpd: Floats
    pareto_k: Floats
    limit: float
    without: Floats
    pull: Floats

    @property
    def good(self) -> NDArray[np.bool_]:
        """Whether what is said of each claim can be relied on, shape (claim,)."""
        return self.pareto_k <= self.limit

    def by_pull(self) -> list[int]:
        """Return places of the reliable claims, those that pull most first."""
        return [int(i) for i in np.argsort(-np.abs(self.pull), kind="stable") if self.good[i]]


def leave_each_out(table: ClaimTable, found: Pointwise) -> LeaveOneOut:
    """Leave each fitted claim out by weighing the draws.

    Notes
    -----
    Pareto-smoothed importance sampling (Vehtari, Gelman and Gabry 2017; Vehtari and others 2024): the
    weight of a draw is 1 over the claim's likelihood.  A claim that repeats a witness counts for its
    share; the shares of the others stay as they are.  So does which agencies have a bias of their own.
    Draws of an approximation are first weighed to be draws of the posterior (Magnusson and others 2019).
    """
    n = len(found.claims)
    elpd, k, pull = np.empty(n), np.empty(n), np.empty(n)
    without = np.empty((len(LEVELS), n))
    truths = found.truth.reshape(-1, n)
    working = np.stack([to_working(table, row) for row in truths]) if n else truths
    base = np.exp(found.log_ratio.ravel() - found.log_ratio.max())
    base = base / base.sum()
    for i in range(n):
        likelihood = found.log_likelihood[:, :, i]
        weighed = reweigh_without(likelihood, found.log_ratio)
        weights = weighed.weights
        k[i] = weighed.pareto_k
        elpd[i] = logsumexp(likelihood.ravel() / found.weight[i], b=weights)
        without[:, i] = weighted_quantiles(truths[:, i], weights, LEVELS)
        mean = base @ working[:, i]
        spread = np.sqrt(base @ (working[:, i] - mean) ** 2)
        pull[i] = (mean - weights @ working[:, i]) / spread if spread > 0.0 else 0.0
    return LeaveOneOut(found.claims, elpd, k, limit_of_k(found.log_ratio.size), without, pull)


def summarise_leave_one_out(found: LeaveOneOut) -> dict[str, Any]:
    """Return plain data for ``run.json``: how many claims can be told of, and those that pull most."""
    good = found.good
    first = [
        {
            "claim": found.claims[i],
            "pull": float(found.pull[i]),
            "without_median": float(found.without[2, i]),
            "elpd": float(found.elpd[i]),
            # Minus infinity where the claim says nothing: JSON has no word for it.
            "pareto_k": float(found.pareto_k[i]) if np.isfinite(found.pareto_k[i]) else None,
        }
        for i in found.by_pull()[:MOST_NAMED]
    ]
    return {
        "in_words": describe_leave_one_out(found),
        "n_claims": len(found.claims),
        "n_reliable": int(good.sum()),
        "pareto_k_limit": found.limit,
        "elpd": float(found.elpd[good].sum()),
        "unreliable": [name for name, fine in zip(found.claims, good, strict=True) if not fine],
        "strongest": first,
    }


def describe_leave_one_out(found: LeaveOneOut) -> str:
    """Say in plain words how many claims could be left out, and how many of these move what they speak of."""
    good = int(found.good.sum())
    if not good:
        return "These draws cannot tell what would hold without any one claim."
    strong = int((np.abs(found.pull[found.good]) >= 1.0).sum())
    told = (
        f"Without any one claim the result was worked out for {good:,} of {len(found.claims):,} fitted claims; "
        f"{strong:,} of these move what they speak of by a standard deviation or more."
    )
    left = len(found.claims) - good
    return told if not left else f"{told} Of the other {left:,} these draws cannot tell: too much rests on each."
