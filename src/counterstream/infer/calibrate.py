"""Simulation-based calibration: fit data made from the prior and see where the truth falls.

If the inference is right, the rank of the true value among posterior draws is uniform
(Talts et al. 2018).  A table of claims gives the design: which observables are spoken of,
over which windows, in which words and by whom; values are drawn anew for every simulation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray
from scipy.stats import chisquare, kstest

from counterstream.case import Case
from counterstream.evidence.answering import AnsweredClaim, answer_claims
from counterstream.evidence.claim import Use
from counterstream.infer.claims import Form
from counterstream.infer.lanes import Lanes, Likelihood, compile_lanes
from counterstream.infer.laplace import find_whitening
from counterstream.infer.measurement import Measurement, Noise, Observed, to_working
from counterstream.infer.posterior import Posterior
from counterstream.infer.predict import draw_right
from counterstream.infer.progress import Progress, Silent
from counterstream.infer.sampler import Hmc, dispersed_start
from counterstream.simulate.courses import run_readings
from counterstream.store.tables import write_csv
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


def calibrate(
    case: Case, n_simulations: int, n_draws: int, seed: int, out: Path | None = None, progress: Progress | None = None
) -> dict[str, Any]:
    """Calibrate the inference of a case on the design of its own claims; see :func:`run_calibration`.

    Returns
    -------
    dict
        The summary; with ``out`` the ranks are written there as CSV.
    """
    claims = answer_claims(case.system, case.ledger).select_use(Use.FIT)
    found = run_calibration(case.system, claims, n_simulations, n_draws, seed, progress=progress)
    if out is not None:
        table = {
            "simulation": list(range(n_simulations)),
            **dict(zip(found.names, found.ranks.T.tolist(), strict=True)),
        }
        write_csv(out, table)
    return found.summary()


def run_calibration(
    system: System,
    claims: Sequence[AnsweredClaim],
    n_simulations: int,
    n_draws: int,
    seed: int,
    *,
    fault: Callable[[Posterior], Likelihood] | None = None,
    progress: Progress | None = None,
) -> Calibration:
    """Simulate claims from the prior, fit them, rank the truth.

    Parameters
    ----------
    fault
        Takes the posterior and returns another likelihood: a planted fault that the
        calibration has to notice.
    """
    listener = progress or Silent()
    # Repeats of one witness are one statement: the simulated claims are all different statements.
    posterior = Posterior(system, [replace(c, weight=1.0) for c in claims])
    honest = compile_lanes(posterior)
    lanes = compile_lanes(posterior, likelihood=fault(posterior)) if fault else honest
    simulate = jax.jit(lambda key: _simulate(posterior, key))
    prior = jax.jit(jax.vmap(posterior.unknowns.log_prior))
    ranks: list[NDArray[np.int64]] = []
    for number in range(n_simulations):
        truth, observed = simulate(jax.random.fold_in(jax.random.key(seed), number))
        observed = Observed(*(jnp.asarray(part) for part in observed))
        right = replace(honest, data=honest.data._replace(observed=observed))
        draws = _fit(replace(lanes, data=right.data), posterior.dimension, n_draws, seed + 7919 * number)
        both = np.concatenate([np.asarray(truth)[None], draws])
        likelihood = right(both)[0] - np.asarray(prior(jnp.asarray(both)))
        told = np.column_stack([both, likelihood])
        ranks.append((told[1:] < told[0]).sum(axis=0))
        listener.told("simulations", number + 1, n_simulations)
    return Calibration((*posterior.unknowns.labels(), "log-likelihood"), np.stack(ranks), n_draws)


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


def _fit(lanes: Lanes, dimension: int, n_draws: int, seed: int) -> Floats:
    """Return ``n_draws`` posterior draws, spread over the chains and their steps."""
    whitening = find_whitening(lanes, np.zeros(dimension), told=lambda _count, _height: None)
    sampler = Hmc(lanes, whitening, seed)
    state = sampler.start(dispersed_start(seed, N_CHAINS, dimension))
    state, _ = sampler.advance(state, 0, N_WARM, warm=True)
    n_steps = 3 * -(-n_draws // N_CHAINS)
    _, chunk = sampler.advance(state, N_WARM, n_steps, warm=False)
    # Every third step: neighbours in a chain are alike.
    flats = whitening.to_flat(chunk.position[2::3].reshape(-1, dimension))
    return flats[:n_draws]
