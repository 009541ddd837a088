"""Whether a fit can be believed: mixing, divergences, and whether the evidence was heard."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from arviz_stats.base import array_stats  # pyright: ignore[reportPrivateImportUsage]
from numpy.typing import NDArray

from counterstream.notebook import html_table

MOST_RHAT = 1.01
LEAST_ESS = 400.0
#: Log importance ratios that differ by less are those of an exact approximation, up to rounding.
ALIKE = 1e-9

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Mixing:
    """Convergence over all unknowns and the log-density.

    Parameters
    ----------
    max_rhat
        Largest rank-normalised split R-hat (Vehtari et al. 2021).
    min_ess_bulk, min_ess_tail
        Smallest effective sample sizes.
    divergences
        Divergent steps after warm-up.
    n_chains, n_draws
        Chains, and draws kept of each.
    worst
        The unknown with the largest R-hat.
    """

    max_rhat: float
    min_ess_bulk: float
    min_ess_tail: float
    divergences: int
    n_chains: int
    n_draws: int
    worst: str

    @property
    def good(self) -> bool:
        """Whether the fit passes: R-hat < 1.01, effective sizes > 400, no divergence."""
        return (
            self.max_rhat < MOST_RHAT
            and self.min_ess_bulk > LEAST_ESS
            and self.min_ess_tail > LEAST_ESS
            and self.divergences == 0
        )

    def as_dict(self) -> dict[str, float | int | str | bool]:
        """Plain data for ``--json`` and ``run.json``."""
        return {**asdict(self), "fit": self.good}

    def sentences(self) -> tuple[str, ...]:
        """Say in plain words what was checked and how it came out."""
        mixed = "agree" if self.max_rhat < MOST_RHAT else "do not agree"
        enough = "enough" if min(self.min_ess_bulk, self.min_ess_tail) > LEAST_ESS else "too few"
        clean = "no step" if self.divergences == 0 else f"{self.divergences} steps"
        return (
            f"The {self.n_chains} chains {mixed} (largest R-hat {self.max_rhat:.3f}, at {self.worst}; "
            "below 1.01 is good).",
            f"The draws are worth {self.min_ess_bulk:.0f} independent ones for the middle and "
            f"{self.min_ess_tail:.0f} for the tails of the least well explored unknown; {enough} (400 are asked for).",
            f"In {clean} the sampler lost its way (divergences).",
        )


def check_mixing(draws: Floats, log_density: Floats, diverging: NDArray[np.bool_], labels: tuple[str, ...]) -> Mixing:
    """Check convergence.

    Parameters
    ----------
    draws
        Shape (chain, draw, unknown).
    log_density
        Shape (chain, draw).
    diverging
        Shape (chain, draw).
    labels
        Names of the unknowns.
    """
    everything = np.concatenate([draws, log_density[:, :, None]], axis=2)
    columns = np.moveaxis(everything, 2, 0)
    rhat = np.asarray(array_stats.rhat(columns, chain_axis=1, draw_axis=2))
    bulk = np.asarray(array_stats.ess(columns, chain_axis=1, draw_axis=2, method="bulk"))
    tail = np.asarray(array_stats.ess(columns, chain_axis=1, draw_axis=2, method="tail", prob=(0.05, 0.95)))
    worst = int(np.nanargmax(rhat)) if np.isfinite(rhat).any() else 0
    names = (*labels, "log-density")
    return Mixing(
        # A column that never moves gives NaN: that is no convergence.
        max_rhat=float(np.max(np.where(np.isnan(rhat), np.inf, rhat))),
        min_ess_bulk=float(np.min(np.where(np.isnan(bulk), 0.0, bulk))),
        min_ess_tail=float(np.min(np.where(np.isnan(tail), 0.0, tail))),
        divergences=int(diverging.sum()),
        n_chains=draws.shape[0],
        n_draws=draws.shape[1],
        worst=names[worst],
    )


def check_approximation(log_ratio: Floats) -> float:
    """Return the Pareto k of an approximation's importance ratios.

    Parameters
    ----------
    log_ratio
        Log-density of the posterior minus that of the approximation at its own draws, up to
        a constant, shape (draw,).

    Returns
    -------
    float
        Below 0.7 the approximation can stand in for the posterior; above, its intervals are
        rough (Vehtari et al. 2024; Yao et al. 2018).  0 where all ratios are alike, infinite where a
        few draws outweigh all others.
    """
    finite = np.where(np.isfinite(log_ratio), log_ratio, log_ratio[np.isfinite(log_ratio)].min())
    if np.ptp(finite) < ALIKE:
        return 0.0
    try:
        # Where most of the tail vanishes beside the largest ratio, the fit of the Pareto divides by nothing or finds
        # all alike, and would else call an approximation good that one draw outweighs.
        with np.errstate(divide="raise"):
            # It takes log-likelihoods and weighs by their inverse.
            smoothed: Any = array_stats.psislw(finite.max() - finite)
    except (FloatingPointError, ValueError):
        return math.inf
    # Newer versions of arviz-stats tell such a tail as "not a number".
    return math.inf if np.isnan(smoothed[1]) else float(smoothed[1])


def describe_approximation(pareto_k: float) -> str:
    """Say in plain words how far a quick look can be trusted."""
    verdict = "close to the posterior" if pareto_k < 0.7 else "rough: its intervals may be far off"
    return f"The normal approximation is {verdict} (Pareto k {pareto_k:.1f}; below 0.7 is good)."


def diagnostics_table(label: str, mixing: Mixing | None, n_draws: int) -> str:
    """Return what a fit says of itself as HTML for a notebook.

    Parameters
    ----------
    label
        ``fit``, ``unfit`` or ``quick look``.
    mixing
        Convergence; ``None`` where no chains were run.
    n_draws
        Draws of all chains together.
    """
    rows = [("verdict", label), ("draws", f"{n_draws:,}")]
    if mixing is not None:
        rows += [
            ("chains", f"{mixing.n_chains:,}"),
            ("largest R-hat", f"{mixing.max_rhat:.3f}"),
            ("smallest bulk ESS", f"{mixing.min_ess_bulk:,.0f}"),
            ("smallest tail ESS", f"{mixing.min_ess_tail:,.0f}"),
            ("divergences", f"{mixing.divergences:,}"),
        ]
    return html_table("Fit", ("figure", "value"), rows, mixing.sentences() if mixing is not None else ())
