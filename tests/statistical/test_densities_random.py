"""Samplers against the densities they belong to.

Keys are fixed.  With a fresh key each comparison raises a false alarm with chance 1e-6.
"""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

jax.config.update("jax_enable_x64", True)

from counterstream.infer.densities import (  # noqa: E402
    log_count,
    log_excess,
    log_interval,
    log_mixture,
    log_shortfall,
    log_student,
    wrong_probability,
)
from counterstream.infer.draws import (  # noqa: E402
    SUPPORTS,
    count_moments,
    draw_count,
    draw_excess,
    draw_interval,
    draw_mixture,
    draw_poisson,
    draw_shortfall,
    draw_student,
    excess_moments,
    interval_moments,
    mixture_moments,
    shortfall_moments,
    student_moments,
)

FALSE_ALARM = 1e-6
jitted_count = jax.jit(log_count)
N = 100_000
NODES, WEIGHTS = np.polynomial.legendre.leggauss(20)

Sampler = Callable[[jax.Array], jax.Array]
LogDensity = Callable[[jax.Array], jax.Array]


def cumulative(log_density: LogDensity, x: np.ndarray) -> np.ndarray:
    """Distribution function at sorted points: Gauss-Legendre over fine panels, then linear interpolation."""
    center, spread = np.median(x), np.subtract(*np.quantile(x, [0.75, 0.25]))
    reach = 100.0 * np.max(np.abs(x - center))
    wings = spread * np.sinh(np.linspace(-1.0, 1.0, 2001) * np.arcsinh(reach / spread))
    edges = center + wings
    half, middle = 0.5 * np.diff(edges), 0.5 * (edges[1:] + edges[:-1])
    values = np.exp(np.asarray(jax.jit(log_density)(jnp.asarray(middle[:, None] + half[:, None] * NODES))))
    steps = np.concatenate([[0.0], np.cumsum(values @ WEIGHTS * half)])
    assert abs(steps[-1] - 1.0) < 1e-6, "the density does not integrate to 1"
    return np.interp(x, edges, steps)


def p_value(sampler: Sampler, log_density: LogDensity, seed: int) -> float:
    """Kolmogorov-Smirnov p-value of N draws."""
    x = np.sort(np.asarray(sampler(jax.random.key(seed))))
    assert x.shape == (N,)
    assert np.all(np.isfinite(x))
    u = cumulative(log_density, x)
    ranks = np.arange(N + 1) / N
    distance = max(np.max(ranks[1:] - u), np.max(u - ranks[:-1]))
    return float(stats.kstwo.sf(distance, N))


def middle(ends: tuple[jax.Array, jax.Array]) -> jax.Array:
    return 0.5 * (ends[0] + ends[1])


def mixed(key: jax.Array) -> jax.Array:
    key_right, key_wrong, key = jax.random.split(key, 3)
    right = draw_excess(key_right, 1.0, 0.2, 0.3, (N,))
    return draw_mixture(key, right, draw_student(key_wrong, 1.0, 2.0, 4.0, (N,)), 0.07)[0]


PAIRS: dict[str, tuple[Sampler, LogDensity]] = {
    "student": (lambda k: draw_student(k, 0.5, 0.3, 4.0, (N,)), lambda y: log_student(y, 0.5, 0.3, 4.0)),
    "student, normal": (lambda k: draw_student(k, 0.5, 0.3, jnp.inf, (N,)), lambda y: log_student(y, 0.5, 0.3, np.inf)),
    "excess": (lambda k: draw_excess(k, 0.5, 0.3, 0.4, (N,)), lambda y: log_excess(y, 0.5, 0.3, 0.4)),
    "excess, long": (lambda k: draw_excess(k, 0.5, 0.05, 0.9, (N,)), lambda y: log_excess(y, 0.5, 0.05, 0.9)),
    "shortfall": (lambda k: draw_shortfall(k, 0.5, 0.3, 0.4, (N,)), lambda y: log_shortfall(y, 0.5, 0.3, 0.4)),
    "range": (
        lambda k: middle(draw_interval(k, 0.5, 0.8, 0.2, (N,))),
        lambda y: log_interval(y - 0.4, y + 0.4, 0.5, 0.2),
    ),
    "mixture": (
        mixed,
        lambda y: log_mixture(log_excess(y, 1.0, 0.2, 0.3), log_student(y, 1.0, 2.0, 4.0), 0.07),
    ),
}


@pytest.mark.parametrize("name", PAIRS)
def test_draws_follow_their_density(name: str) -> None:
    sampler, log_density = PAIRS[name]
    assert p_value(sampler, log_density, seed=20260101) > FALSE_ALARM


WRONG_PAIRS: dict[str, tuple[Sampler, LogDensity]] = {
    "sides exchanged": (PAIRS["excess"][0], PAIRS["shortfall"][1]),
    "reach taken for a rate": (PAIRS["excess"][0], lambda y: log_excess(y, 0.5, 0.3, 1 / 0.4)),
    "one degree of freedom more": (PAIRS["student"][0], lambda y: log_student(y, 0.5, 0.3, 5.0)),
    "width taken for half-width": (PAIRS["range"][0], lambda y: log_interval(y - 0.8, y + 0.8, 0.5, 0.2)),
    "shares exchanged": (
        mixed,
        lambda y: log_mixture(log_excess(y, 1.0, 0.2, 0.3), log_student(y, 1.0, 2.0, 4.0), 0.93),
    ),
    "spread off by 5 %": (PAIRS["student, normal"][0], lambda y: log_student(y, 0.5, 0.315, np.inf)),
}


@pytest.mark.parametrize("name", WRONG_PAIRS)
def test_planted_faults_are_noticed(name: str) -> None:
    sampler, log_density = WRONG_PAIRS[name]
    assert p_value(sampler, log_density, seed=20260101) < FALSE_ALARM


def chi_square(counts: np.ndarray, m: float, s: float) -> float:
    """p-value over cells that expect at least 20 draws, both ends pooled."""
    y = np.arange(12_000.0)
    expected = counts.size * np.exp(np.asarray(jitted_count(y, m, s)))
    inner = np.flatnonzero(expected >= 20.0)
    first, last = inner[0], inner[-1]
    pooled = np.concatenate([[expected[:first].sum()], expected[first : last + 1], [expected[last + 1 :].sum()]])
    observed = np.histogram(counts, np.concatenate([[-0.5], np.arange(first, last + 2) - 0.5, [np.inf]]))[0]
    pooled, observed = pooled[pooled > 1.0], observed[pooled > 1.0]
    return float(stats.chi2.sf(np.sum((observed - pooled) ** 2 / pooled), pooled.size - 1))


COUNTS = [
    (0.3, 0.0),
    (4.0, 0.0),
    (9.99, 0.0),
    (10.0, 0.0),
    (25.0, 0.0),
    (300.0, 0.0),
    (3.0, 0.6),
    (25.0, 0.2),
    (8.0, 2.0),
]


@pytest.mark.parametrize(("m", "s"), COUNTS)
def test_counts_follow_their_density(m: float, s: float) -> None:
    counts = np.asarray(draw_count(jax.random.key(7), m, s, (N,)))
    assert np.all((counts >= 0.0) & (counts == np.floor(counts)))
    assert chi_square(counts, m, s) > FALSE_ALARM


def test_counts_notice_planted_faults() -> None:
    counts = np.asarray(draw_count(jax.random.key(7), 25.0, 0.2, (N,)))
    assert chi_square(counts, 25.0, 0.0) < FALSE_ALARM
    assert chi_square(counts, 25.0, 0.21) < FALSE_ALARM
    assert chi_square(counts, 25.2, 0.2) < FALSE_ALARM


def test_poisson_outside_its_range() -> None:
    means = np.resize([0.0, -1.0, np.nan, np.inf, 1e12], N)
    draws = np.asarray(draw_poisson(jax.random.key(1), means))[:5]
    assert draws[0] == 0.0
    assert np.all(np.isnan(draws[1:4]))
    assert abs(draws[4] - 1e12) < 6e6


MOMENTS = {
    "student": (draw_student, student_moments, (0.5, 0.3, 12.0)),
    "excess": (draw_excess, excess_moments, (0.5, 0.3, 0.4)),
    "shortfall": (draw_shortfall, shortfall_moments, (0.5, 0.3, 0.4)),
    "interval": (lambda k, *a: middle(draw_interval(k, *a)), interval_moments, (0.5, 0.8, 0.2)),
    "count": (draw_count, count_moments, (6.0, 0.3)),
}


@pytest.mark.parametrize("name", MOMENTS)
def test_moments(name: str) -> None:
    """Mean and variance within 4.9 standard errors (two-sided chance 1e-6)."""
    sampler, moments, arguments = MOMENTS[name]
    x = np.asarray(sampler(jax.random.key(3), *arguments, (N,)))
    mean, variance = (float(v) for v in moments(*arguments))
    squares = (x - mean) ** 2
    assert abs(x.mean() - mean) < 4.9 * x.std() / np.sqrt(N)
    assert abs(squares.mean() - variance) < 4.9 * squares.std() / np.sqrt(N)
    support = SUPPORTS[name]
    assert np.all((x >= support.lower) & (x <= support.upper))
    assert not support.whole or np.all(x == np.floor(x))


def test_student_moments_where_they_do_not_exist() -> None:
    mean, variance = student_moments(1.0, 2.0, jnp.array([0.5, 1.0, 1.5, 2.0, 3.0, jnp.inf]))
    np.testing.assert_array_equal(mean, [np.nan, np.nan, 1.0, 1.0, 1.0, 1.0])
    np.testing.assert_array_equal(variance, [np.nan, np.nan, np.inf, np.inf, 12.0, 4.0])


def test_mixture_moments_and_labels() -> None:
    key_right, key_wrong, key = jax.random.split(jax.random.key(11), 3)
    right = draw_excess(key_right, 1.0, 0.2, 0.3, (N,))
    wrong = draw_student(key_wrong, 2.0, 1.0, 12.0, (N,))
    x, is_wrong = (np.asarray(v) for v in draw_mixture(key, right, wrong, 0.07))
    mean, variance = mixture_moments(excess_moments(1.0, 0.2, 0.3), student_moments(2.0, 1.0, 12.0), 0.07)
    squares = (x - float(mean)) ** 2
    assert abs(x.mean() - float(mean)) < 4.9 * x.std() / np.sqrt(N)
    assert abs(squares.mean() - float(variance)) < 4.9 * squares.std() / np.sqrt(N)
    # The chance of being wrong is calibrated: among draws that get chance p, a share p is wrong.
    chance = np.asarray(wrong_probability(log_excess(x, 1.0, 0.2, 0.3), log_student(x, 2.0, 1.0, 12.0), 0.07))
    for low, high in ((0.0, 0.02), (0.02, 0.1), (0.1, 0.5), (0.5, 1.0)):
        cell = (chance >= low) & (chance <= high)
        excess = is_wrong[cell].sum() - chance[cell].sum()
        assert abs(excess) < 4.9 * np.sqrt(np.sum(chance[cell] * (1.0 - chance[cell]))), (low, high)


def test_same_key_same_draws() -> None:
    for name in ("student", "count"):
        sampler, _, arguments = MOMENTS[name]
        first, second = (np.asarray(sampler(jax.random.key(5), *arguments, (N,))) for _ in range(2))
        np.testing.assert_array_equal(first, second, err_msg=name)
        other = np.asarray(sampler(jax.random.key(6), *arguments, (N,)))
        assert np.any(first != other), name
