"""Binomial and Poisson draws of the counts engine against their distributions.

Each test's chance of a false alarm with other keys is 1e-6; keys are fixed.
"""

from __future__ import annotations

import numpy as np
import pytest
from numba import njit
from scipy.stats import binom, chisquare, poisson

from counterstream.simulate.chance import draw_binomial, draw_in_units, draw_poisson
from counterstream.simulate.keys import child, uniform

N = 40_000


@njit
def binomials(seed: int, n: int, p: float) -> np.ndarray:
    found = np.empty(N, dtype=np.int64)
    for i in range(N):
        found[i], _ = draw_binomial(child(np.uint64(seed), i), 0, n, p)
    return found


@njit
def poissons(seed: int, mean: float) -> np.ndarray:
    found = np.empty(N, dtype=np.int64)
    for i in range(N):
        found[i], _ = draw_poisson(child(np.uint64(seed), i), 0, mean)
    return found


@njit
def households(seed: int, n: int, p: float, size: int) -> np.ndarray:
    found = np.empty(N, dtype=np.int64)
    for i in range(N):
        found[i], _ = draw_in_units(child(np.uint64(seed), i), 0, n, p, size)
    return found


@njit
def uniforms(seed: int, counter: int) -> np.ndarray:
    found = np.empty(N)
    for i in range(N):
        found[i] = uniform(child(np.uint64(seed), i), counter)
    return found


def fits(draws: np.ndarray, pmf: np.ndarray, support: np.ndarray) -> float:
    """p-value of a chi-square over classes of at least 20 expected draws."""
    counts = np.array([(draws == k).sum() for k in support], dtype=float)
    expected = pmf * N
    observed_classes, expected_classes, o, e = [], [], 0.0, 0.0
    for c, x in zip(counts, expected, strict=True):
        o, e = o + c, e + x
        if e >= 20:
            observed_classes.append(o)
            expected_classes.append(e)
            o, e = 0.0, 0.0
    observed_classes[-1] += o
    expected_classes[-1] += e
    total = np.sum(observed_classes) / np.sum(expected_classes)
    return float(chisquare(observed_classes, np.array(expected_classes) * total).pvalue)


@pytest.mark.parametrize(("n", "p"), [(1, 0.3), (7, 0.5), (40, 0.1), (60, 0.9), (200, 0.3), (2_000_000, 1e-4)])
def test_binomial_has_its_distribution(n: int, p: float) -> None:
    draws = binomials(11, n, p)
    low, high = int(binom.ppf(1e-7, n, p)), int(binom.ppf(1 - 1e-7, n, p))
    support = np.arange(low, high + 1)
    assert draws.min() >= 0
    assert draws.max() <= n
    assert fits(draws, binom.pmf(support, n, p), support) > 1e-6


@pytest.mark.parametrize("mean", [0.2, 3.0, 9.9, 10.1, 250.0])
def test_poisson_has_its_distribution(mean: float) -> None:
    draws = poissons(12, mean)
    support = np.arange(int(poisson.ppf(1e-7, mean)), int(poisson.ppf(1 - 1e-7, mean)) + 1)
    assert fits(draws, poisson.pmf(support, mean), support) > 1e-6


def test_a_wrong_chance_is_noticed() -> None:
    draws = binomials(11, 200, 0.31)
    support = np.arange(20, 110)
    assert fits(draws, binom.pmf(support, 200, 0.3), support) < 1e-6


def test_certain_and_impossible_moves() -> None:
    assert set(binomials(5, 10, 0.0)) == {0}
    assert set(binomials(5, 10, 1.0)) == {10}
    assert set(binomials(5, 0, 0.5)) == {0}
    assert set(poissons(5, 0.0)) == {0}


def test_households_go_whole() -> None:
    moved = households(13, 103, 0.2, 4)
    assert set(np.unique(moved % 4)) <= {0, 3}
    assert moved.mean() == pytest.approx(103 * 0.2, abs=4 * moved.std() / np.sqrt(N))
    assert moved.var() > 2.5 * 103 * 0.2 * 0.8


def test_uniform_numbers_are_even_and_streams_differ() -> None:
    u = uniforms(14, 0)
    v = uniforms(14, 1)
    assert 0.0 < u.min() < u.max() < 1.0
    assert chisquare(np.histogram(u, 50, (0, 1))[0]).pvalue > 1e-6
    assert abs(np.corrcoef(u, v)[0, 1]) < 5 / np.sqrt(N)
