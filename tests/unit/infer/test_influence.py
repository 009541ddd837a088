"""Leaving claims out by importance sampling: weights, quantiles, shifts, against closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest

from counterstream.infer.influence import (
    LEVELS,
    Sample,
    compare_samples,
    limit_of_k,
    reweigh_without,
    share_held,
    weighted_quantiles,
)
from counterstream.infer.resample import LEAST_STRETCHES, cut_stretches, resample_stretches


def normals(shape: tuple[int, int], seed: int = 1) -> np.ndarray:
    return np.random.Generator(np.random.Philox(seed)).standard_normal(shape)


def test_a_normal_without_a_measurement_is_that_normal() -> None:
    """N(0, 1) that came of a measurement 1 with variance 4: without it N(-1/3, 4/3)."""
    draws = normals((16, 500))
    found = reweigh_without(-((draws - 1.0) ** 2) / 8.0)
    assert found.good
    after = Sample(np.exp(draws), draws, found.weights)
    shift = compare_samples(Sample(np.exp(draws), draws), after, 1, same_draws=True)
    # 8,000 draws: the standard error of the mean is about 0.015.
    assert shift.deviations == pytest.approx(-1.0 / 3.0, abs=0.06)
    assert math.log(shift.ratio) == pytest.approx(-1.0 / 3.0, abs=0.06)
    assert shift.ratio_low90 < shift.ratio < shift.ratio_high90
    assert np.log(shift.after[4] / shift.after[0]) == pytest.approx(2 * 1.645 * math.sqrt(4.0 / 3.0), rel=0.06)


def test_what_carries_everything_cannot_be_left_out() -> None:
    """A measurement with a variance of 1.01: what is left is nearly flat, and no draws reach there."""
    draws = normals((16, 100))
    assert not reweigh_without(-(draws**2) / (2.0 * 1.01)).good


@pytest.mark.parametrize("variance", [1.01, 2.0, 20.0])
def test_the_share_held_is_that_of_the_precision(variance: float) -> None:
    """One of two measurements of something: together they leave a variance of 1, the one has its own."""
    draws = normals((16, 200))
    assert share_held(-((draws - 0.5) ** 2) / (2.0 * variance), draws) == pytest.approx(draws.var() / variance)
    noise = 0.1 * normals((16, 200), 2)
    assert share_held(-(draws**2) / (2.0 * variance) + noise, draws) == pytest.approx(draws.var() / variance, abs=0.02)


def test_nothing_is_held_of_what_is_fixed_or_not_spoken_of() -> None:
    draws = normals((16, 200))
    assert share_held(-(draws**2), np.ones_like(draws)) == 0.0
    assert abs(share_held(-(draws**2) / 2.0, normals((16, 200), 2))) < 0.1


def test_what_says_nothing_changes_nothing() -> None:
    found = reweigh_without(np.full((4, 50), -3.0))
    np.testing.assert_allclose(found.weights, 1.0 / 200)
    assert found.good


def test_a_tail_of_one_repeated_draw_is_not_good() -> None:
    likelihood = np.zeros((4, 50))
    likelihood[0] = -40.0
    found = reweigh_without(likelihood)
    assert not found.good
    assert found.weights.sum() == pytest.approx(1.0)


@pytest.mark.parametrize(("n_draws", "limit"), [(100, 0.5), (1000, 2.0 / 3.0), (10_000, 0.7)])
def test_the_limit_of_k_grows_with_the_draws(n_draws: int, limit: float) -> None:
    assert limit_of_k(n_draws) == pytest.approx(limit)


def test_even_weights_give_plain_quantiles() -> None:
    values = normals((1, 4001))[0]
    found = weighted_quantiles(values, np.full(values.size, 1.0 / values.size), LEVELS)
    np.testing.assert_allclose(found, np.quantile(values, LEVELS), atol=2e-3)


def test_weights_stand_for_repeats() -> None:
    few = weighted_quantiles(np.array([1.0, 2.0, 9.0]), np.array([0.1, 0.8, 0.1]), (0.5,))
    assert few[0] == pytest.approx(2.0)


@pytest.mark.parametrize(("n_chains", "n_draws", "n_stretches"), [(32, 10, 32), (4, 40, 16), (1, 400, 16), (1, 5, 5)])
def test_stretches_are_chains_or_even_parts_of_them(n_chains: int, n_draws: int, n_stretches: int) -> None:
    stretch = cut_stretches(n_chains, n_draws)
    sizes = np.bincount(stretch)
    assert (stretch.size, sizes.size) == (n_chains * n_draws, n_stretches)
    assert sizes.max() - sizes.min() <= 1
    assert all(len(set(part // n_draws)) == 1 for part in (np.flatnonzero(stretch == s) for s in range(n_stretches)))


def test_resamples_draw_as_many_stretches_as_there_are() -> None:
    times = resample_stretches(LEAST_STRETCHES, 300, 7)
    assert (times.sum(axis=1) == LEAST_STRETCHES).all()
    # The variance of a binomial count of 16 with chance 1/16.
    assert times.var() == pytest.approx(15.0 / 16.0, abs=0.1)
