"""What the fitted system says of claims, fitted or not: predictive draws, intervals, surprise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

from counterstream.evidence.answering import AnsweredClaim
from counterstream.infer.claims import ClaimTable, Form, tabulate_claims
from counterstream.infer.densities import wrong_probability
from counterstream.infer.draws import draw_count, draw_excess, draw_interval, draw_mixture, draw_shortfall, draw_student
from counterstream.infer.measurement import TAILS, Measurement, Noise, observed_values, working_values
from counterstream.infer.posterior import ClaimReader, Posterior, measurement_values, to_draw
from counterstream.simulate.courses import Courses
from counterstream.simulate.series import simulated

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ClaimPredictions:
    """What the system says of each claim, by posterior draw; arrays are (draw, claim).

    Parameters
    ----------
    table
        The claims.
    truth
        Value of the observable over the claim's window, in the claim's unit.
    reported
        What such a source would report in such words (predictive draws, same unit; the
        middle of a range, geometric for persons).
    log_likelihood
        Log-density of what was reported.
    wrong
        Posterior chance that the claim is plain wrong, shape (claim,).
    """

    table: ClaimTable
    truth: Floats
    reported: Floats
    log_likelihood: Floats
    wrong: Floats

    @property
    def observed(self) -> Floats:
        """Reported values on the natural scale; a range by its middle, shape (claim,)."""
        return observed_values(self.table)

    def interval(self, level: float) -> tuple[Floats, Floats]:
        """Equal-tailed predictive interval of each claim's reported value."""
        low, high = np.quantile(self.reported, [(1.0 - level) / 2.0, (1.0 + level) / 2.0], axis=0)
        return low, high

    def inside(self, level: float) -> NDArray[np.bool_]:
        """Whether each reported value lies in its predictive interval."""
        return lies_inside(self.observed, *self.interval(level))

    def surprise(self) -> Floats:
        """Two-sided predictive tail probability of each reported value, shape (claim,)."""
        below = (self.reported < self.observed).mean(axis=0)
        ties = (self.reported == self.observed).mean(axis=0)
        centre = below + 0.5 * ties
        return 2.0 * np.minimum(centre, 1.0 - centre)

    def pit(self) -> Floats:
        """Probability integral transform of each reported value (middle of ties)."""
        return (self.reported < self.observed).mean(axis=0) + 0.5 * (self.reported == self.observed).mean(axis=0)


def lies_inside(values: Floats, low: Floats, high: Floats) -> NDArray[np.bool_]:
    """Whether each value lies in its interval, with a tiny slack for ties of digits; not where a limit is NaN."""
    slack = 1e-9 * np.abs(values)
    return (values >= low - slack) & (values <= high + slack)


class ClaimPredictor:
    """Predicts any claims from a fitted posterior: those it was fitted to and those it never saw."""

    def __init__(self, posterior: Posterior, claims: Sequence[AnsweredClaim], courses: Courses | None = None) -> None:
        self.posterior = posterior
        self.table = tabulate_claims(posterior.system, claims)
        self.courses = courses or Courses(posterior.program, simulated(posterior.system, self.table.readings))
        self.reader = ClaimReader(posterior.program, self.table, self.courses.readings)
        fitted = posterior.measurement
        self.measurement = Measurement(self.table, fitted.priors, fitted.biased, fitted.spread, fitted.agency_kinds)

    def predict(self, seed: int, flats: Floats, course: Floats | None = None) -> ClaimPredictions:
        """Predict from posterior draws.

        Parameters
        ----------
        seed
            Seed of the predictive draws.
        flats
            Posterior draws, shape (draw, dimension).
        course
            Runs of these draws with the readings of ``courses``; by default they are run here.
        """
        if course is None:
            course = self.courses.run(self.posterior.draws(flats), flats.shape[0])
        keys = jax.random.split(jax.random.key(seed), flats.shape[0])
        told = jax.jit(jax.vmap(self._one))(keys, jnp.asarray(flats), jnp.asarray(self.reader.parts(course)))
        truth, reported, loglik, wrong = (np.asarray(part) for part in told)
        return ClaimPredictions(self.table, truth, reported, loglik, wrong.mean(axis=0))

    def _one(self, key: Array, flat: Array, parts: Array) -> tuple[Array, Array, Array, Array]:
        values = self.posterior.unknowns.constrain(flat)
        truths = self.reader.truths(parts, to_draw(self.posterior.system, values))
        noise = self.measurement.noise(measurement_values(values), truths.value, truths.below)
        mixed, right, wrong = self.measurement.log_densities(noise, working_values(self.table))
        said = draw_reports(key, self.measurement, noise)
        return truths.value, said, mixed, wrong_probability(right, wrong, noise.wrong_share)


class Said(NamedTuple):
    """Right claims drawn: on the working scale (a range by its middle), and small counts as persons."""

    working: Array
    persons: Array


def draw_reports(key: Array, measurement: Measurement, noise: Noise) -> Array:
    """Draw what each source would report, on the natural scale; a range by its middle."""
    table = measurement.table
    key_form, key_wrong, key_mix = jax.random.split(key, 3)
    said = draw_right(key_form, table, noise)
    wrong = _natural_jax(table, measurement.draw_wrong(key_wrong, noise))
    counts = table.form == Form.COUNT
    right = jnp.where(counts, said.persons, _natural_jax(table, said.working))
    told, _ = draw_mixture(key_mix, right, jnp.where(counts, jnp.round(wrong), wrong), noise.wrong_share)
    return told


def draw_right(key: Array, table: ClaimTable, noise: Noise) -> Said:
    """Draw claims that are about the truth, each in the form of its words."""
    keys = jax.random.split(key, len(Form))
    seen = working_values(table)
    width = np.where(table.form == Form.RANGE, seen.high - seen.low, 0.0)
    low, high = draw_interval(keys[Form.RANGE], noise.centre, width, noise.scale)
    reach = jnp.maximum(noise.reach, 1e-9)
    by_form: Mapping[Form, Array] = {
        Form.STATED: draw_student(keys[Form.STATED], noise.centre, noise.scale, TAILS),
        Form.EXCESS: draw_excess(keys[Form.EXCESS], noise.centre, noise.scale, reach),
        Form.SHORTFALL: draw_shortfall(keys[Form.SHORTFALL], noise.centre, noise.scale, reach),
        Form.RANGE: 0.5 * (low + high),
    }
    working = jnp.zeros(len(table))
    for form, values in by_form.items():
        working = jnp.where(table.form == form, values, working)
    counts = table.form == Form.COUNT
    if not counts.any():
        return Said(working, jnp.ones(len(table)))
    # Only small counts are drawn as counts: a large mean would cost time and is not read.
    mean = jnp.where(counts, jnp.minimum(noise.mean, 1e5), 1.0)
    return Said(working, jnp.where(counts, draw_count(keys[Form.COUNT], mean, noise.relative), 1.0))


def _natural_jax(table: ClaimTable, working: Array) -> Array:
    return jnp.where(table.logit, jax.nn.sigmoid(working), jnp.exp(working))
