"""The expected reduction of a variance by one more report, against normal theory and by brute simulation."""

from __future__ import annotations

import math
from datetime import date

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from counterstream.evidence.claim import Hedge
from counterstream.infer.fit import Fit, FitSettings, fit_system
from counterstream.infer.measurement import Noise, to_working, working_values
from counterstream.infer.next_claim import expect_reduction
from counterstream.infer.pose import pose_claim, round_figure
from counterstream.infer.posterior import measurement_values, to_draw
from counterstream.infer.predict import ClaimPredictor
from counterstream.system.observable import Observable, StockMeasure
from tests.unit.infer.test_fit import LEAVE, RETURN, SHARE, claim, shores

SETTLED = Observable("settled", StockMeasure(("away",)))


def normals(shape: tuple[int, int], seed: int) -> np.ndarray:
    return np.random.Generator(np.random.Philox(seed)).standard_normal(shape)


@pytest.mark.parametrize("noise", [0.3, 1.0, 3.0])
def test_normal_reports_reduce_as_theory_has_it(noise: float) -> None:
    target = normals((16, 200), 1)
    found = expect_reduction(target, target + noise * normals((16, 200), 2), 3)
    assert found.share == pytest.approx(1.0 / (1.0 + noise**2), abs=4.0 * found.error + 0.01)
    assert 0.0 < found.error < 0.05


def test_a_report_of_something_else_reduces_nothing() -> None:
    found = expect_reduction(normals((16, 200), 1), normals((16, 200), 2), 3)
    assert abs(found.share) < 0.02


def test_chains_that_stand_still_do_not_agree_with_anything() -> None:
    """Two things that differ by chain alone: 16 chains cannot tell whether they go together."""
    target, other = (np.repeat(normals((16, 1), seed), 100, axis=1) for seed in (1, 2))
    found = expect_reduction(target + 0.1 * normals((16, 100), 3), other + 0.1 * normals((16, 100), 4), 5)
    assert found.share < 2.0 * found.error


def test_bent_and_wild_reports_are_heard() -> None:
    target = normals((16, 200), 1)
    reported = np.exp(3.0 * target)
    reported[:, ::20] = 1e30 * (1.0 + normals((16, 10), 2) ** 2)
    # One report in twenty tells nothing, so that no rule takes off more than 0.95.
    assert 0.8 < expect_reduction(target, reported, 3).share < 0.95


@pytest.mark.parametrize(
    ("value", "rounded"),
    [(34_812.0, 35_000.0), (0.6234, 0.62), (9.99, 10.0), (7.0, 7.0), (0.0, 0.0), (math.nan, 0.0)],
)
def test_figures_are_rounded_to_two_digits(value: float, rounded: float) -> None:
    assert round_figure(value) == pytest.approx(rounded)


@pytest.mark.parametrize(
    ("observable", "kind", "first"),
    [(LEAVE, "flow", date(2001, 1, 1)), (SHARE, "share", date(2001, 1, 1)), (SETTLED, "stock", date(2001, 12, 31))],
)
def test_a_new_source_says_about(observable: Observable, kind: str, first: date) -> None:
    posed = pose_claim(observable, date(2001, 1, 1), date(2001, 12, 31), 35_000.0)
    assert (posed.claim.quantity_kind, posed.claim.first, posed.claim.hedge) == (kind, first, Hedge.ABOUT)
    assert (posed.value, posed.anchor, posed.weight) == (35_000.0, False, 1.0)


@pytest.fixture(scope="module")
def fit() -> Fit:
    """Rates that are known to about a tenth."""
    evidence = (claim(1, LEAVE, 2000, 8000.0, hedge=Hedge.ABOUT), claim(2, RETURN, 2001, 2000.0, hedge=Hedge.ESTIMATE))
    return fit_system(shores(), evidence, FitSettings(n_chains=16, n_warm=60, n_draws=60, chunk=20))


def test_added_claims_reduce_the_variance_by_as_much_on_average(fit: Fit) -> None:
    """Each simulated report is added to the fit by importance weights, and what is left of the variance averaged."""
    year = (date(2002, 1, 1), date(2002, 12, 31))
    target = pose_claim(RETURN, date(2000, 1, 1), date(2003, 12, 31))
    candidate = pose_claim(RETURN, *year, 3000.0)
    predictor = ClaimPredictor(fit.posterior, [target, candidate])
    told = predictor.predict(11, fit.pooled)
    totals = to_working(told.table, told.truth)[:, 0]
    reports = to_working(told.table, told.reported)[:, 1]
    shape = fit.flats.shape[:2]
    found = expect_reduction(totals.reshape(shape), reports.reshape(shape), 1)

    heard = np.arange(0, totals.size, 4)
    left = np.empty(heard.size)
    for place, (draw, densities) in enumerate(zip(heard, density_of(predictor, fit, reports[heard]), strict=True)):
        weights = np.exp(densities - densities.max())
        weights[draw] = 0.0  # what was reported there is no news there
        weights /= weights.sum()
        mean = weights @ totals
        left[place] = weights @ (totals - mean) ** 2
    simulated = 1.0 - left.mean() / totals.var()
    error = math.hypot(left.std() / math.sqrt(heard.size) / totals.var(), found.error)
    assert simulated > 0.2
    assert found.share == pytest.approx(simulated, abs=4.0 * error)


def density_of(predictor: ClaimPredictor, fit: Fit, reports: np.ndarray) -> np.ndarray:
    """Return the log-density of reports of the second claim at every draw, shape (report, draw)."""
    course = predictor.courses.run(fit.posterior.draws(fit.pooled), fit.pooled.shape[0])

    def noise_of(flat: jax.Array, parts: jax.Array) -> Noise:
        values = fit.posterior.unknowns.constrain(flat)
        truths = predictor.reader.truths(parts, to_draw(fit.posterior.system, values))
        return predictor.measurement.noise(measurement_values(values), truths.value, truths.below)

    noise = jax.vmap(noise_of)(jnp.asarray(fit.pooled), jnp.asarray(predictor.reader.parts(course)))
    seen = working_values(predictor.table)

    def density(report: jax.Array, one: Noise) -> jax.Array:
        said = seen._replace(value=jnp.full(2, report))
        return predictor.measurement.log_densities(one, said)[0][1]

    return np.asarray(jax.jit(jax.vmap(jax.vmap(density, (None, 0)), (0, None)))(jnp.asarray(reports), noise))
