"""Power scaling: conflicts of prior and claims that were planted, and none where there is none."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from counterstream.evidence.answering import AnsweredClaim
from counterstream.infer.fit import Fit, FitSettings, fit_system
from counterstream.infer.influence import reweigh_without
from counterstream.infer.pointwise import Pointwise
from counterstream.infer.sensitivity import (
    POWERS,
    SENSITIVE,
    Judgement,
    conflicts_among,
    describe_sensitivity,
    judge,
    scale_powers,
    summarise_sensitivity,
)
from counterstream.system.parameter import Family, Parameter, Prior
from counterstream.system.system import System
from tests.unit.infer.test_fit import LEAVE, RETURN, claim, shores

SETTINGS = FitSettings(n_chains=16, n_warm=80, n_draws=150)


def assuming(median: float, spread: float) -> System:
    """The shores with another prior on how many leave."""
    leaving = Parameter("leaving", Prior(Family.LOGNORMAL, (median, spread)), "per_year", "test")
    return replace(shores(), parameters=(leaving, *shores().parameters[1:]))


def moves() -> tuple[AnsweredClaim, ...]:
    """What happens at 0.08 departures and 0.06 returns a person and year, nearly."""
    leaving = (claim(i, LEAVE, 2000 + i, value) for i, value in enumerate((7690.0, 7120.0, 6640.0, 6220.0)))
    returning = (claim(4 + i, RETURN, 2000 + i, value) for i, value in enumerate((230.0, 660.0, 1020.0, 1330.0)))
    return (*leaving, *returning)


@pytest.fixture(scope="module")
def contradicted() -> Fit:
    """The prior says half as many, and is sure of it."""
    return fit_system(assuming(0.04, 0.1), moves(), SETTINGS)


@pytest.fixture(scope="module")
def agreed() -> Fit:
    """A prior as sure, around what the claims say."""
    return fit_system(assuming(0.08, 0.1), moves(), SETTINGS)


def test_a_planted_conflict_is_found(contradicted: Fit) -> None:
    worst = conflicts_among(contradicted.sensitivity)[0]
    assert worst.parameter == "leaving"
    assert min(worst.prior, worst.likelihood) > 4 * SENSITIVE
    told = summarise_sensitivity(contradicted.sensitivity, reliable=contradicted.good)
    assert told["conflicts"][0] == "leaving"
    assert json.loads(json.dumps(told))["parameters"]["leaving"]["judgement"] == "conflict"
    assert "pull apart at" in describe_sensitivity(contradicted.sensitivity, reliable=True)


def test_where_they_agree_there_is_none(agreed: Fit) -> None:
    assert conflicts_among(agreed.sensitivity) == ()
    assert "No parameter" in describe_sensitivity(agreed.sensitivity, reliable=True)


def test_what_has_not_passed_its_checks_is_called_a_hint(agreed: Fit) -> None:
    assert "a hint only" in describe_sensitivity(agreed.sensitivity, reliable=False)
    assert summarise_sensitivity(agreed.sensitivity, reliable=False)["reliable"] is False


def normal_model(distance: float, precision: float) -> Pointwise:
    """A prior N(0, 1) and one measurement of that precision, ``distance`` away; draws of the exact posterior."""
    variance = 1.0 / (1.0 + precision)
    mean = variance * precision * distance
    draws = mean + np.sqrt(variance) * np.random.Generator(np.random.Philox(5)).standard_normal((16, 500))
    prior, likelihood = -0.5 * draws**2, -0.5 * precision * (draws - distance) ** 2
    one = np.ones(1)
    nothing = np.zeros(draws.shape)
    return Pointwise(("x",), prior[:, :, None], ("c",), likelihood[:, :, None], one, draws[:, :, None], nothing)


@pytest.mark.parametrize(
    ("distance", "precision", "expected"),
    [(0.0, 1.0, Judgement.NEITHER), (6.0, 1.0, Judgement.CONFLICT), (0.0, 0.0, Judgement.PRIOR)],
)
def test_a_normal_model_whose_answer_is_known(distance: float, precision: float, expected: Judgement) -> None:
    """A measurement 6 away is a conflict; one that says nothing leaves the prior."""
    found = normal_model(distance, precision)
    (told,) = scale_powers(found, {"x": found.truth[:, :, 0]})
    assert told.judgement is expected


def test_the_sensitivity_is_the_derivative_of_exact_posteriors() -> None:
    """The distance between the exact posteriors at either power, integrated over a grid."""
    distance, precision = 3.0, 2.0
    found = normal_model(distance, precision)
    (told,) = scale_powers(found, {"x": found.truth[:, :, 0]})
    assert told.prior == pytest.approx(exact_sensitivity(distance, precision, "prior"), rel=0.05)
    assert told.likelihood == pytest.approx(exact_sensitivity(distance, precision, "likelihood"), rel=0.05)


def exact_sensitivity(distance: float, precision: float, component: str) -> float:
    """The cumulative Jensen-Shannon distance per doubling of the power, of exact normal posteriors."""

    def posterior(power: float) -> tuple[float, float]:
        p, q = (power, precision) if component == "prior" else (1.0, power * precision)
        return q * distance / (p + q), (p + q) ** -0.5

    def distance_between(plain: tuple[float, float], other: tuple[float, float]) -> float:
        # Over about the range of 8,000 draws, as the estimate has it.
        x = np.linspace(plain[0] - 3.9 * plain[1], plain[0] + 3.9 * plain[1], 20_001)
        both: list[float] = []
        for sign in (1.0, -1.0):
            p, q = (norm.cdf(sign * x, sign * mean, spread) for mean, spread in (plain, other))
            middle = np.log2(0.5 * (p + q))
            apart = np.sum(p * (np.log2(p) - middle) + q * (np.log2(q) - middle))
            both.append(float(np.sqrt(apart / np.sum(p + q))))
        return max(both)

    moved = {power: distance_between(posterior(1.0), posterior(power)) for power in POWERS}
    return 0.5 * sum(abs(far / np.log2(power)) for power, far in moved.items())


@pytest.mark.parametrize(
    ("prior", "likelihood", "expected"),
    [
        (0.2, 0.2, Judgement.CONFLICT),
        (0.2, 0.01, Judgement.PRIOR),
        (0.01, 0.2, Judgement.CLAIMS),
        (0.01, 0.01, Judgement.NEITHER),
        (float("nan"), 0.2, Judgement.UNKNOWN),
    ],
)
def test_two_figures_make_a_judgement(prior: float, likelihood: float, expected: Judgement) -> None:
    assert judge(prior, likelihood) is expected


@pytest.mark.parametrize("shape", [(1, 1), (1, 2), (2, 2), (4, 5), (16, 6)])
def test_too_few_draws_are_called_too_few(shape: tuple[int, int]) -> None:
    """Both checks need a tail to smooth; without one they say so and do not fail."""
    draws = np.random.Generator(np.random.Philox(1)).standard_normal(shape)
    likelihood = -0.5 * (draws - 1.0) ** 2
    nothing = np.zeros(shape)
    found = Pointwise(
        ("x",), likelihood[:, :, None], ("c",), likelihood[:, :, None], np.ones(1), draws[:, :, None], nothing
    )
    told = scale_powers(found, {"x": draws})
    assert told[0].judgement is Judgement.UNKNOWN
    assert "too few" in describe_sensitivity(told, reliable=False)
    assert summarise_sensitivity(told, reliable=False)["parameters"]["x"]["prior"] is None
    weights = reweigh_without(likelihood)
    assert weights.weights.sum() == pytest.approx(1.0)
    assert not weights.good or np.ptp(likelihood) == 0.0
