"""Simulation-based calibration: fit data made from the prior and see where the truth falls.

If the inference is right, the rank of the true value among posterior draws is uniform
(Talts et al. 2018).  A table of claims gives the design: which observables are spoken of,
over which windows, in which words and by whom; values are drawn anew for every simulation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray
from scipy.stats import chisquare, kstest

from counterstream.evidence.answering import AnsweredClaim
from counterstream.infer.claims import Form
from counterstream.infer.fit import FitSettings, draw_chains
from counterstream.infer.lanes import Likelihood, compile_lanes
from counterstream.infer.measurement import Measurement, Noise, Observed, to_working
from counterstream.infer.posterior import Posterior
from counterstream.infer.predict import draw_right
from counterstream.simulate.courses import run_readings
from counterstream.system.system import System

Floats = NDArray[np.float64]
N_CHAINS, N_WARM = 16, 60
#: Chance of a false alarm over all quantities of one calibration.
FALSE_ALARM = 0.01


@dataclass(frozen=True)
class Calibration:
    """Ranks of the truth among posterior draws.

    Parameters
    ----------
    names
        Quantities: unknowns, and the log-likelihood.
    ranks
        Shape (simulation, quantity), between 0 and ``n_draws``.
    n_draws
        Draws of each fit.
    """

    names: tuple[str, ...]
    ranks: NDArray[np.int64]
    n_draws: int

    def p_values(self) -> Floats:
        """Chance of ranks at least as uneven, by quantity.

        Notes
        -----
        Two tests of Kolmogorov and Smirnov, on the ranks and on their distance from the middle:
        the second sees intervals that are too narrow or too wide, to which the first is nearly
        blind.  The smaller p-value counts twice.
        """
        spread = np.random.default_rng(0).random(self.ranks.shape)
        unit = (self.ranks + spread) / (self.n_draws + 1)
        folded = np.abs(2.0 * unit - 1.0)
        both = [[kstest(u[:, j], "uniform").pvalue for j in range(unit.shape[1])] for u in (unit, folded)]
        return np.asarray(np.clip(2.0 * np.min(both, axis=0), 0.0, 1.0), dtype=np.float64)

    @property
    def passed(self) -> bool:
        """Whether no quantity is uneven beyond chance (Bonferroni)."""
        return bool(self.p_values().min() > FALSE_ALARM / len(self.names))

    def summary(self) -> dict[str, Any]:
        """Plain data: worst quantity, its p-value, and a chi-square over all ranks in ten bins."""
        p = self.p_values()
        bins = np.histogram(self.ranks / self.n_draws, bins=10, range=(0.0, 1.0))[0]
        return {
            "passed": self.passed,
            "simulations": int(self.ranks.shape[0]),
            "draws": self.n_draws,
            "quantities": len(self.names),
            "smallest_p": float(p.min()),
            "smallest_p_of": self.names[int(p.argmin())],
            "needed_p": FALSE_ALARM / len(self.names),
            "ranks_in_ten_bins": bins.tolist(),
            "bins_p": float(chisquare(bins).pvalue),
        }


class Calibrator:
    """Simulates claims from the prior, fits them and ranks the truth, one simulation at a time.

    Parameters
    ----------
    system
        A resolved system.
    claims
        The design: which observables are spoken of, over which windows, in which words and by
        whom; the values are drawn anew.
    n_draws
        Posterior draws of each fit, among which the truth is ranked.
    seed
        Seed of everything random; simulation ``number`` depends on it and on ``number`` alone.
    fault
        Takes the posterior and returns another likelihood: a planted fault that the
        calibration has to notice.
    """

    def __init__(
        self,
        system: System,
        claims: Sequence[AnsweredClaim],
        n_draws: int,
        seed: int,
        *,
        fault: Callable[[Posterior], Likelihood] | None = None,
    ) -> None:
        self.n_draws, self.seed = n_draws, seed
        # Repeats of one witness are one statement: the simulated claims are all different statements.
        self.posterior = posterior = Posterior(system, [replace(c, weight=1.0) for c in claims])
        self._honest = compile_lanes(posterior)
        self._lanes = compile_lanes(posterior, likelihood=fault(posterior)) if fault else self._honest
        self._simulate = jax.jit(lambda key: _simulate(posterior, key))
        self._prior = jax.jit(jax.vmap(posterior.unknowns.log_prior))

    @property
    def names(self) -> tuple[str, ...]:
        """Quantities that are ranked: the unknowns, and the log-likelihood."""
        return (*self.posterior.unknowns.labels(), "log-likelihood")

    def rank(self, number: int) -> NDArray[np.int64]:
        """Make one simulation; return how many draws lie below the truth, shape (quantity,)."""
        truth, observed = self._simulate(jax.random.fold_in(jax.random.key(self.seed), number))
        observed = Observed(*(jnp.asarray(part) for part in observed))
        right = replace(self._honest, data=self._honest.data._replace(observed=observed))
        lanes = replace(self._lanes, data=right.data)
        # Every third step: neighbours in a chain are alike.
        n_steps = 3 * -(-self.n_draws // N_CHAINS)
        settings = FitSettings(n_chains=N_CHAINS, n_warm=N_WARM, n_draws=n_steps, seed=self.seed + 7919 * number)
        chains = draw_chains(self.posterior, lanes, settings)[:, 2::3]
        draws = np.swapaxes(chains, 0, 1).reshape(-1, chains.shape[-1])[: self.n_draws]
        both = np.concatenate([np.asarray(truth)[None], draws])
        likelihood = right(both)[0] - np.asarray(self._prior(jnp.asarray(both)))
        told = np.column_stack([both, likelihood])
        return (told[1:] < told[0]).sum(axis=0)


def _simulate(posterior: Posterior, key: Array) -> tuple[Array, Observed]:
    key_truth, key_claims = jax.random.split(key)
    truth = posterior.unknowns.draw_prior(key_truth)
    draws = jax.tree.map(lambda a: a[None], posterior.draw(truth))
    courses = run_readings(posterior.program, posterior.reader.readings, draws, 1)
    noise = posterior.noise(truth, posterior.reader.parts_by_jax(courses)[0])
    return truth, draw_observed(key_claims, posterior.measurement, noise)


def draw_observed(key: Array, measurement: Measurement, noise: Noise) -> Observed:
    """Draw what the sources would say, in the forms of the table; a range keeps its width."""
    table = measurement.table
    key_right, key_wrong, key_mix = jax.random.split(key, 3)
    right = draw_right(key_right, table, noise)
    wrong = measurement.draw_wrong(key_wrong, noise)
    is_wrong = jax.random.uniform(key_mix, (len(table),)) < noise.wrong_share
    working = jnp.where(is_wrong, wrong, right.working)
    persons = jnp.where(is_wrong, jnp.round(jnp.exp(wrong)), right.persons)
    half = np.where(table.form == Form.RANGE, 0.5 * (to_working(table, table.high) - to_working(table, table.low)), 0.0)
    return Observed(working, working - half, working + half, persons)
