"""Claims left out one by one: by weights, and really."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import logsumexp

from counterstream.infer.fit import Fit, FitSettings, fit_system
from counterstream.infer.influence import limit_of_k, reweigh_without
from counterstream.infer.leave_one_out import (
    describe_leave_one_out,
    leave_each_out,
    summarise_leave_one_out,
)
from counterstream.infer.measurement import to_working
from counterstream.infer.posterior import Given
from counterstream.infer.predict import ClaimPredictor
from tests.unit.infer.test_fit import LEAVE, RETURN, claim, evidence, shores

SETTINGS = FitSettings(n_chains=16, n_warm=100, n_draws=400)


@pytest.fixture(scope="module")
def fit() -> Fit:
    return fit_system(shores(), evidence(), SETTINGS)


def test_log_densities_add_up_to_that_of_the_fit(fit: Fit) -> None:
    """Priors of the declared parameters and of the measurement's unknowns, and all claims."""
    posterior, found = fit.posterior, fit.pointwise
    flat = fit.flats[3, 7]
    whole = float(posterior.log_density_by_jax(flat, Given(posterior.observed)))
    prior = float(posterior.unknowns.log_prior(flat))
    assert found.log_likelihood[3, 7].sum() == pytest.approx(whole - prior, rel=1e-9)
    # Both priors are standard normal on the scale that is sampled.
    names = posterior.unknowns.labels()
    for i, name in enumerate(found.parameters):
        z = fit.flats[:, :, names.index(name)]
        np.testing.assert_allclose(found.log_prior[:, :, i], -0.5 * z**2 - 0.5 * np.log(2 * np.pi), rtol=1e-12)


def test_truths_are_those_of_predictions(fit: Fit) -> None:
    told = ClaimPredictor(fit.posterior, evidence()).predict(1, fit.pooled[:40])
    np.testing.assert_allclose(fit.pointwise.truth.reshape(-1, 6)[:40], told.truth, rtol=1e-10)
    np.testing.assert_allclose(fit.pointwise.log_likelihood.reshape(-1, 6)[:40], told.log_likelihood, rtol=1e-8)


@pytest.mark.parametrize("left", [0, 4])
def test_weights_say_what_a_fit_without_the_claim_says(fit: Fit, left: int) -> None:
    found = fit.leave_one_out
    assert found.good[left]
    others = [c for i, c in enumerate(evidence()) if i != left]
    again = fit_system(shores(), others, replace(SETTINGS, seed=2))
    told = ClaimPredictor(again.posterior, [evidence()[left]]).predict(1, again.pooled)
    working = to_working(told.table, told.truth[:, 0])
    spread = working.std()
    weighed = (
        np.log(found.without[:, left]) if left != 4 else np.log(found.without[:, left] / (1 - found.without[:, left]))
    )
    # Medians to a sixth of a standard deviation, intervals to a seventh of their width: what so many draws give.
    assert weighed[2] == pytest.approx(np.median(working), abs=spread / 6)
    assert weighed[4] - weighed[0] == pytest.approx(np.ptp(np.quantile(working, [0.05, 0.95])), rel=0.15)
    elpd = logsumexp(told.log_likelihood[:, 0]) - np.log(len(working))
    assert found.elpd[left] == pytest.approx(elpd, abs=0.12)


def test_a_claim_pulls_towards_what_it_says() -> None:
    """Three claims agree on departures; a fourth, looser, says twice as many."""
    claims = [claim(1, LEAVE, 2000, 7760.0), claim(2, LEAVE, 2001, 7320.0), claim(3, RETURN, 2001, 1960.0)]
    high = claim(4, LEAVE, 2002, 9500.0)
    found = fit_system(shores(), [*claims, high], SETTINGS).leave_one_out
    assert found.pull[3] > 0.3
    assert found.pull[0] < 0.0
    assert found.without[2, 3] < 9500.0
    assert summarise_leave_one_out(found)["strongest"][0]["claim"] == found.claims[found.by_pull()[0]]


def test_the_only_claim_of_something_cannot_be_left_out_by_weights() -> None:
    """A single claim that fixes what is otherwise known to a factor of 7: no draws are where it would be without."""
    found = fit_system(shores(), [claim(1, LEAVE, 2000, 7760.0)], SETTINGS).leave_one_out
    assert not found.good[0]
    assert "cannot tell" in describe_leave_one_out(found)
    assert summarise_leave_one_out(found)["unreliable"] == ["C1"]


def test_repeats_count_for_their_share(fit: Fit) -> None:
    """Two halves of a claim that repeats itself take away half of what the claim does."""
    once = fit.pointwise
    halved = replace(
        once, log_likelihood=once.log_likelihood * np.array([0.5, 1, 1, 1, 1, 1]), weight=np.array([0.5, 1, 1, 1, 1, 1])
    )
    whole, half = fit.leave_one_out, leave_each_out(fit.posterior.table, halved)
    assert half.pull[0] == pytest.approx(0.5 * whole.pull[0], rel=0.3)
    assert half.pull[1:] == pytest.approx(whole.pull[1:])
    # The density of what it says is that of the whole claim.
    assert half.elpd[0] > whole.elpd[0]


def test_draws_of_an_approximation_are_weighed_first() -> None:
    """Draws of N(0, 2) with ratios to N(0, 1): a claim N(1 | t, 2) left out of N(0, 1) leaves N(-1, 2)."""
    draws = np.sqrt(2.0) * np.random.Generator(np.random.Philox(3)).standard_normal((16, 1000))
    ratio = -0.5 * draws**2 + 0.25 * draws**2
    found = reweigh_without(-0.25 * (draws - 1.0) ** 2, ratio)
    assert found.weights @ draws.ravel() == pytest.approx(-1.0, abs=0.1)


def test_a_limit_exists_for_a_single_draw() -> None:
    assert limit_of_k(1) < 0.0


def test_a_quick_look_is_told_of_as_well() -> None:
    quick = fit_system(shores(), evidence(), FitSettings(quick=True))
    found = quick.leave_one_out
    assert found.pareto_k.shape == (6,)
    assert quick.pointwise.log_ratio.std() > 0.0
