"""Log densities of claims against 50-digit arithmetic: values, gradients, normalisation, planted faults."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import mpmath as mp
import numpy as np
import pytest

jax.config.update("jax_enable_x64", True)

from counterstream.infer.densities import (  # noqa: E402
    log_count,
    log_diff_ndtr,
    log_excess,
    log_interval,
    log_mixture,
    log_ndtr,
    log_shortfall,
    log_student,
    wrong_probability,
)
from counterstream.infer.normal_tails import log_mean_density, scaled_tail  # noqa: E402

BLOCK = 512


def compiled(density: Callable[..., jax.Array]) -> Callable[..., Any]:
    """Compile once for all shapes: arguments are broadcast and filled up to a multiple of one length."""
    inner = jax.jit(density)

    def call(*arguments: Any) -> Any:
        if any(isinstance(v, jax.core.Tracer) for v in arguments):
            return density(*arguments)
        full = np.broadcast_arrays(*(np.asarray(v, dtype=float) for v in arguments))
        size = full[0].size
        filled = [np.resize(v.ravel(), -(-size // BLOCK) * BLOCK) for v in full]
        return np.asarray(inner(*filled))[:size].reshape(full[0].shape)

    return call


# Compiled once each: op by op, or shape by shape, the same checks take minutes.
raw_excess = log_excess
log_count, log_diff_ndtr, log_excess, log_interval, log_mixture, log_ndtr, log_shortfall, log_student = map(
    compiled,
    (log_count, log_diff_ndtr, log_excess, log_interval, log_mixture, log_ndtr, log_shortfall, log_student),
)
wrong_probability, log_mean_density, scaled_tail = map(compiled, (wrong_probability, log_mean_density, scaled_tail))

mp.mp.dps = 50
TOLERANCE = 1e-8


@functools.cache
def slopes_of(density: Callable[..., Any], which: int) -> Callable[..., Any]:
    """Compiled gradient with respect to one argument, over arguments that broadcast."""

    def summed(*arguments: jax.Array) -> jax.Array:
        return jnp.sum(density(*arguments))

    inner = compiled(jax.grad(summed, argnums=which))
    return lambda *arguments: np.atleast_1d(inner(*arguments))


# --- references in 50 digits -------------------------------------------------------------------------------------


def ref_log_ndtr(x: Any) -> Any:
    if x < 5:
        return mp.log(mp.erfc(-x / mp.sqrt(2)) / 2)
    return mp.log1p(-mp.erfc(x / mp.sqrt(2)) / 2)


def ref_mass(a: Any, b: Any) -> Any:
    """Probability of [a, b]; the reflection keeps all digits but those lost to narrowness."""
    if a + b < 0:
        a, b = -b, -a
    with mp.workdps(90):
        a, b = mp.mpf(a), mp.mpf(b)
        return (mp.erfc(a / mp.sqrt(2)) - mp.erfc(b / mp.sqrt(2))) / 2


def ref_student(y: Any, mu: Any, s: Any, df: Any) -> Any:
    z = (y - mu) / s
    return (
        mp.loggamma((df + 1) / 2)
        - mp.loggamma(df / 2)
        - mp.log(mp.pi * df) / 2
        - mp.log(s)
        - (df + 1) / 2 * mp.log1p(z * z / df)
    )


def ref_shortfall(y: Any, mu: Any, s: Any, reach: Any) -> Any:
    with mp.workdps(80):
        k, z = s / reach, (y - mu) / s
        return -mp.log(reach) + k * k / 2 - k * z + mp.log(mp.erfc((k - z) / mp.sqrt(2)) / 2)


def ref_excess(y: Any, mu: Any, s: Any, reach: Any) -> Any:
    return ref_shortfall(-y, -mu, s, reach)


def ref_interval(low: Any, high: Any, mu: Any, s: Any) -> Any:
    return mp.log(ref_mass((low - mu) / s, (high - mu) / s)) - mp.log(high - low)


def ref_count(y: Any, m: Any, s: Any) -> Any:
    y = int(y)
    a = s * s
    total = mp.fsum(mp.log1p(a * i) for i in range(y)) - mp.loggamma(y + 1) + y * mp.log(m)
    return total - y * mp.log1p(a * m) - (mp.log1p(a * m) / a if a else m)


# --- comparison --------------------------------------------------------------------------------------------------


def worst(ours: np.ndarray, true: Sequence[Any], floor: float = 0.0) -> tuple[float, int]:
    """Largest relative error (relative to ``floor`` where the truth is smaller), and where it is."""
    assert np.all(np.isfinite(ours))
    errors = [float(abs(mp.mpf(float(o)) - t) / max(abs(t), mp.mpf(floor))) for o, t in zip(ours, true, strict=True)]
    return max(errors), int(np.argmax(errors))


def slope(reference: Callable[..., Any], point: Sequence[float], which: int) -> Any:
    """Central difference in 80 digits: error of order 1e-30."""
    with mp.workdps(80):
        at = [mp.mpf(float(v)) for v in point]
        step = mp.mpf(10) ** -18 * max(abs(at[which]), mp.mpf(10) ** -3)
        up, down = list(at), list(at)
        up[which] += step
        down[which] -= step
        return (reference(*up) - reference(*down)) / (2 * step)


def agree(
    density: Callable[..., jax.Array],
    reference: Callable[..., Any],
    points: list[tuple[float, ...]],
    differentiate: Sequence[int],
    scales: Callable[[tuple[float, ...], int], float],
) -> None:
    """Values and gradients to 1e-8 relative.

    A gradient crosses zero inside the grid; there its error is relative to ``scales``, the size that one
    standard deviation in the argument gives it.
    """
    columns = [jnp.array(c) for c in zip(*points, strict=True)]
    values = np.asarray(compiled(density)(*columns))
    true = [reference(*[mp.mpf(float(v)) for v in p]) for p in points]
    error, where = worst(values, true)
    assert error < TOLERANCE, (points[where], values[where], true[where])
    for which in differentiate:
        gradient = slopes_of(density, which)(*columns)
        for point, ours in zip(points, gradient, strict=True):
            target = slope(reference, point, which)
            assert np.isfinite(ours), (which, point)
            allowed = TOLERANCE * max(abs(target), mp.mpf(scales(point, which)))
            assert abs(mp.mpf(float(ours)) - target) < allowed, (which, point, ours, float(target))
            if abs(target) > mp.mpf(10) ** -300:
                assert ours != 0.0, (which, point)


# --- normal tails ------------------------------------------------------------------------------------------------

GRID = np.concatenate([np.linspace(-60.0, 37.0, 195), [-1e3, -1e-9, 1e-9, 37.4, -20.001, -5.0001]])


def test_log_ndtr_values_and_gradients() -> None:
    error, where = worst(np.asarray(log_ndtr(GRID)), [ref_log_ndtr(mp.mpf(float(x))) for x in GRID])
    assert error < 1e-12, GRID[where]
    gradient = slopes_of(log_ndtr, 0)(GRID)
    true = [mp.npdf(mp.mpf(float(x))) / (mp.erfc(-mp.mpf(float(x)) / mp.sqrt(2)) / 2) for x in GRID]
    error, where = worst(gradient, true)
    assert error < 1e-12, GRID[where]
    assert np.all(gradient > 0.0)


def test_log_ndtr_second_derivative() -> None:
    x = np.linspace(-40.0, 30.0, 71)
    second = slopes_of(jax.vmap(jax.grad(log_ndtr)), 0)(x)
    true = []
    for v in (mp.mpf(float(v)) for v in x):
        h = mp.npdf(v) / (mp.erfc(-v / mp.sqrt(2)) / 2)
        true.append(-h * (v + h))
    error, where = worst(second, true)
    assert error < 1e-10, x[where]


def test_log_ndtr_where_the_library_fails() -> None:
    """The reason for having our own: the shipped one is 7 % off at 8."""
    true = float(ref_log_ndtr(mp.mpf(8)))
    assert abs(float(log_ndtr(8.0)) / true - 1.0) < 1e-13


def test_log_ndtr_at_the_ends() -> None:
    assert float(log_ndtr(-jnp.inf)) == -np.inf
    assert float(log_ndtr(jnp.inf)) == 0.0
    assert float(log_ndtr(40.0)) == 0.0  # the truth, -3.7e-350, is below every 64-bit number
    assert np.isnan(float(log_ndtr(jnp.nan)))
    assert np.all(np.isfinite(slopes_of(log_ndtr, 0)([-np.inf, np.inf, 40.0])))


def test_scaled_tail() -> None:
    x = np.concatenate([np.linspace(0.0, 50.0, 301), [1e3, 1e6]])
    with mp.workdps(60):
        true = [mp.exp(mp.mpf(float(v)) ** 2 / 2) * mp.erfc(mp.mpf(float(v)) / mp.sqrt(2)) for v in x[:-2]]
    true.extend(
        mp.sqrt(2 / mp.pi) / v * mp.fsum((-1) ** n * mp.fac2(2 * n - 1) / v ** (2 * n) for n in range(8))
        for v in (mp.mpf(1000), mp.mpf(10) ** 6)
    )
    assert worst(np.asarray(scaled_tail(x)), true)[0] < 1e-15


def interval_points() -> list[tuple[float, float]]:
    starts = [-40.0, -38.3, -20.0, -8.0, -5.0, -1.0, -0.3, -1e-6, 0.0, 0.2, 1.0, 3.0, 8.0, 20.0, 39.9]
    widths = [1e-9, 1e-5, 0.01, 0.024, 0.05, 0.3, 0.99, 1.4, 1.42, 2.0, 7.0, 35.0, 60.0]
    return [(a, a + w) for a, w in itertools.product(starts, widths) if a + w < 100.0]


def test_log_diff_ndtr_values_and_gradients() -> None:
    points = [(a, b) for a, b in interval_points() if max(-a, b) < 37.0 or a > -1.0 or b < 1.0]
    a, b = (np.array(c) for c in zip(*points, strict=True))
    mass = [ref_mass(mp.mpf(float(p)), mp.mpf(float(q))) for p, q in points]
    error, where = worst(np.asarray(log_diff_ndtr(a, b)), [mp.log(v) for v in mass])
    assert error < 1e-10, points[where]
    down, up = (slopes_of(log_diff_ndtr, which)(a, b) for which in (0, 1))
    # Slopes that no 64-bit number can hold (below 1e-300) come out as zero; all others must be right.
    for ours, ends, sign in ((down, a, -1), (up, b, 1)):
        for i, end in enumerate(ends):
            true = sign * mp.npdf(mp.mpf(float(end))) / mass[i]
            assert np.isfinite(ours[i])
            assert abs(mp.mpf(float(ours[i])) - true) < TOLERANCE * abs(true) + mp.mpf(10) ** -300, points[i]


def test_log_diff_ndtr_symmetry_and_ends() -> None:
    a, b = (np.array(c) for c in zip(*interval_points(), strict=True))
    np.testing.assert_allclose(log_diff_ndtr(a, b), log_diff_ndtr(-b, -a), rtol=1e-13)
    x = np.array([-40.0, -3.0, 0.0, 2.0, 30.0])
    np.testing.assert_array_equal(log_diff_ndtr(-np.inf, x), log_ndtr(x))
    np.testing.assert_array_equal(log_diff_ndtr(x, np.inf), log_ndtr(-x))
    assert float(log_diff_ndtr(-jnp.inf, jnp.inf)) == 0.0
    assert float(log_diff_ndtr(1.0, 1.0)) == -np.inf
    assert float(log_diff_ndtr(2.0, 1.0)) == -np.inf
    assert np.isnan(float(log_diff_ndtr(jnp.nan, 1.0)))
    lows = [-np.inf, -np.inf, 40.0, 2.0, 1.0, -1e200]
    highs = [np.inf, -40.0, np.inf, 1.0, 1.0, 1e200]
    for which in (0, 1):
        assert np.all(np.isfinite(slopes_of(log_diff_ndtr, which)(lows, highs)))


def test_log_mean_density_at_width_zero() -> None:
    a = np.array([-40.0, -1.0, 0.0, 0.5, 40.0])
    true = [mp.log(mp.npdf(mp.mpf(float(v)))) for v in a]
    assert worst(np.asarray(log_mean_density(a, 0.0)), true)[0] < 1e-14
    np.testing.assert_allclose(slopes_of(log_mean_density, 0)(a, 0.0), -a, rtol=1e-13)
    # d/dwidth of the mean density at width 0 is half the slope of the log density.
    np.testing.assert_allclose(slopes_of(log_mean_density, 1)(a, 0.0), -a / 2, rtol=1e-13)


# --- figures worked out elsewhere --------------------------------------------------------------------------------


def test_check_figures() -> None:
    def tail(first: int, m: float) -> float:
        return float(jax.nn.logsumexp(log_count(jnp.arange(first, 400), m, 0.0)))

    assert abs(tail(81, 20.0) - -55.1349057) < 1e-6
    assert abs(float(log_ndtr((-10.0 - 10.0) / 1.0)) - -203.9171554) < 1e-6
    assert abs(float(log_diff_ndtr(10.0, 11.0)) - -53.2313) < 1e-3
    assert abs(tail(81, 60.0) - -5.179) < 1e-3
    assert abs(tail(80, 60.0) - -4.851) < 1e-3


# --- densities of hedges -----------------------------------------------------------------------------------------

Z = (-40.0, -21.0, -6.0, -0.3, 0.0, 0.7, 5.5, 12.0, 40.0)


def location_scale(point: tuple[float, ...], which: int) -> float:
    """Size of a gradient: 1/s for positions and widths; 1 for shapes."""
    return 1e-2 / point[2] if which < 3 else 1e-2 / max(point[3], 1.0)


def test_student() -> None:
    points = [(7.3 + z * s, 7.3, s, df) for z in Z for s in (1e-3, 5.0) for df in (0.5, 4.0, 29.0, 31.0, 200.0)]
    agree(log_student, ref_student, points, (0, 1, 2, 3), location_scale)


def test_student_towards_the_normal() -> None:
    z = np.array(Z)
    normal = -0.5 * z * z - 0.5 * np.log(2 * np.pi)
    np.testing.assert_allclose(log_student(z, 0.0, 1.0, np.inf), normal, rtol=1e-14)
    np.testing.assert_allclose(log_student(z, 0.0, 1.0, 1e14), normal, rtol=1e-9)
    points = [(z, 0.0, 1.0, df) for z in Z for df in (1e4, 1e7)]
    values = np.asarray(log_student(*[jnp.array(c) for c in zip(*points, strict=True)]))
    with mp.workdps(60):
        true = [ref_student(*[mp.mpf(v) for v in p]) for p in points]
    assert worst(values, true)[0] < 1e-12
    assert np.all(np.isfinite(slopes_of(log_student, 3)(1.0, 0.0, 1.0, np.inf)))


@pytest.mark.parametrize(
    ("density", "reference"), [(log_excess, ref_excess), (log_shortfall, ref_shortfall)], ids=["excess", "shortfall"]
)
def test_one_sided(density: Callable[..., jax.Array], reference: Callable[..., Any]) -> None:
    points = [
        (9.1 + z * s, 9.1, s, s / k) for z in Z for s in (0.01, 0.4) for k in (1e-3, 0.05, 0.7, 1.0, 2.0, 30.0, 300.0)
    ]
    agree(density, reference, points, (0, 1, 2), location_scale)
    moderate = [p for p in points if p[3] > p[2] / 50]
    agree(density, reference, moderate, (3,), lambda p, _: 1e-2 / p[3])


def test_one_sided_directions() -> None:
    """A bound below the truth is likelier under "over" than under "up to", and the other way round."""
    assert float(log_excess(-0.5, 0.0, 0.1, 0.3)) > float(log_shortfall(-0.5, 0.0, 0.1, 0.3)) + 5.0
    assert float(log_shortfall(0.5, 0.0, 0.1, 0.3)) > float(log_excess(0.5, 0.0, 0.1, 0.3)) + 5.0


def test_one_sided_towards_the_normal() -> None:
    z = np.array(Z)
    normal = -0.5 * z * z - 0.5 * np.log(2 * np.pi)
    np.testing.assert_allclose(log_excess(z, 0.0, 1.0, 1e-13), normal, rtol=1e-11)


def test_interval() -> None:
    points = []
    for z, width, s in itertools.product(Z, (1e-7, 0.05, 0.8, 1.5, 70.0), (0.03,)):
        middle = 4.0 + z * s
        points.append((middle - width * s / 2, middle + width * s / 2, 4.0, s))

    def scales(point: tuple[float, ...], which: int) -> float:
        # Either end moves the density by at most 1/width of itself.
        return (1e-2 / point[3]) if which > 1 else 1.0 / (point[1] - point[0])

    agree(log_interval, ref_interval, points, (2, 3), scales)
    wide = [p for p in points if p[1] - p[0] > 0.5 * p[3] or p[1] - p[0] == 0.05 * p[3]]
    agree(log_interval, ref_interval, wide, (0, 1), scales)


def test_interval_open_and_degenerate() -> None:
    mu = np.array([-40.0, -3.0, 0.0, 3.0, 37.0])
    np.testing.assert_allclose(log_interval(-np.inf, 0.0, mu, 1.0), log_ndtr(-mu), rtol=1e-15)
    np.testing.assert_allclose(log_interval(0.0, np.inf, mu, 1.0), log_ndtr(mu), rtol=1e-15)
    np.testing.assert_array_equal(log_interval(-np.inf, np.inf, mu, 1.0), 0.0)
    np.testing.assert_array_equal(log_interval(1.0, 0.0, mu, 1.0), -np.inf)
    normal = -0.5 * (mu / 2.0) ** 2 - 0.5 * np.log(2 * np.pi) - np.log(2.0)
    np.testing.assert_allclose(log_interval(0.0, 0.0, mu, 2.0), normal, rtol=1e-14)
    assert np.isnan(float(log_interval(0.0, 1.0, jnp.nan, 1.0)))
    by_mu, by_s = slopes_of(log_interval, 2), slopes_of(log_interval, 3)
    for low, high in ((-np.inf, 0.0), (0.0, np.inf), (-np.inf, np.inf), (1.0, 0.0), (0.0, 0.0)):
        assert np.all(np.isfinite(by_mu(low, high, mu, 1.0))), (low, high)
        assert np.all(np.isfinite(by_s(low, high, mu, 1.0))), (low, high)
    np.testing.assert_allclose(by_mu(0.0, np.inf, mu, 1.0)[0], float(mp.npdf(40) / mp.ncdf(-40)), rtol=1e-12)


COUNT_POINTS = [
    (float(y), m, s)
    for y in (0, 1, 2, 7, 12, 29, 30, 80, 700)
    for m in (1e-3, 0.4, 5.0, 29.0, 800.0)
    for s in (1e-7, 1e-4, 0.02, 0.3, 0.316, 0.3163, 1.0, 4.0)
]


def test_count() -> None:
    def in_logs(y: Any, log_m: Any, s: Any) -> Any:
        return log_count(y, jnp.exp(log_m), s)

    def ref_in_logs(y: Any, log_m: Any, s: Any) -> Any:
        return ref_count(y, mp.exp(log_m), s)

    with mp.workdps(60):
        columns = [jnp.array(c) for c in zip(*COUNT_POINTS, strict=True)]
        true = [ref_count(*[mp.mpf(v) for v in p]) for p in COUNT_POINTS]
    error, where = worst(log_count(*columns), true)
    assert error < TOLERANCE, COUNT_POINTS[where]
    points = [(y, float(np.log(m)), s) for y, m, s in COUNT_POINTS if y < 50]
    agree(in_logs, ref_in_logs, points, (1, 2), lambda p, which: 1e-3 if which == 1 else 1e-3 * p[2])


def test_count_is_poisson_at_zero_spread() -> None:
    y, m = np.arange(0, 200.0), 23.4
    poisson = [int(v) * mp.log(mp.mpf(m)) - mp.mpf(m) - mp.loggamma(int(v) + 1) for v in y]
    assert worst(np.asarray(log_count(y, m, 0.0)), poisson)[0] < 1e-12
    np.testing.assert_allclose(log_count(y, m, 1e-9), log_count(y, m, 0.0), rtol=1e-13)
    slopes = slopes_of(log_count, 1)(y, m, 0.0)
    np.testing.assert_allclose(slopes, y / m - 1.0, rtol=1e-12, atol=1e-13)
    # Second derivative in s at 0: (y^2 - y)/2 - y m + m^2/2, times 2.
    curvature = slopes_of(jax.vmap(jax.grad(log_count, argnums=2)), 2)(y, m, 0.0)
    np.testing.assert_allclose(curvature, y * y - y - 2 * y * m + m * m, rtol=1e-9, atol=1e-9)


def test_count_outside_its_support() -> None:
    y = np.array([-1.0, 0.5, np.inf, -np.inf])
    np.testing.assert_array_equal(log_count(y, 3.0, 0.1), -np.inf)
    for which in (1, 2):
        assert np.all(np.isfinite(slopes_of(log_count, which)(y, 3.0, 0.1)))
    assert abs(float(log_count(0, 0.0, 0.1))) < 1e-15
    assert float(log_count(3, 0.0, 0.1)) == -np.inf


def test_mixture() -> None:
    cases = list(itertools.product((-3000.0, -700.0, -5.0, 0.5), (-2000.0, -9.0, 1.0), (1e-12, 0.02, 0.5, 0.999)))
    p, q, e = (jnp.array(c) for c in zip(*cases, strict=True))

    def exact(a: Any, b: Any, c: Any) -> Any:
        return mp.log((1 - c) * mp.exp(a) + c * mp.exp(b))

    with mp.workdps(60):
        true = [exact(*[mp.mpf(v) for v in case]) for case in cases]
        chance = [mp.mpf(c) * mp.exp(mp.mpf(b)) / mp.exp(t) for (_, b, c), t in zip(cases, true, strict=True)]
        by_share = [
            (mp.exp(mp.mpf(b)) - mp.exp(mp.mpf(a))) / mp.exp(t) for (a, b, _), t in zip(cases, true, strict=True)
        ]
    assert worst(np.asarray(log_mixture(p, q, e)), true)[0] < 1e-12
    ours = np.asarray(wrong_probability(p, q, e))
    for value, target in zip(ours, chance, strict=True):
        assert abs(mp.mpf(float(value)) - target) < 1e-12 * target + mp.mpf(10) ** -300
    gradients = [slopes_of(log_mixture, which)(p, q, e) for which in range(3)]
    np.testing.assert_allclose(gradients[1], ours, rtol=1e-11)
    np.testing.assert_allclose(gradients[0], 1.0 - ours, rtol=1e-11, atol=1e-15)
    np.testing.assert_allclose(gradients[2], np.array([float(v) for v in by_share]), rtol=1e-8)


def test_mixture_at_the_ends() -> None:
    cases = list(itertools.product((-np.inf, -3.0), (-np.inf, -2.0), (0.0, 0.1, 1.0)))
    p, q, e = (np.array(c) for c in zip(*cases, strict=True))
    assert not np.any(np.isnan(log_mixture(p, q, e)))
    chance = np.asarray(wrong_probability(p, q, e))
    assert np.all((chance >= 0.0) & (chance <= 1.0))
    for which in range(3):
        assert np.all(np.isfinite(slopes_of(log_mixture, which)(p, q, e))), which
        assert np.all(np.isfinite(slopes_of(wrong_probability, which)(p, q, e))), which
    assert float(log_mixture(-3.0, -2.0, 0.0)) == -3.0
    assert float(log_mixture(-3.0, -2.0, 1.0)) == -2.0
    assert abs(float(wrong_probability(-jnp.inf, -jnp.inf, 0.1)) - 0.1) < 1e-15
    assert float(wrong_probability(-jnp.inf, -2.0, 0.1)) == 1.0


# --- normalisation, and faults that it must catch ----------------------------------------------------------------

NODES, WEIGHTS = np.polynomial.legendre.leggauss(20)


def total(log_density: Callable[[jax.Array], jax.Array], center: float, spread: float, reach: float) -> float:
    """Integrate over the line: panels that widen geometrically away from the center."""
    steps = np.concatenate([np.arange(0.0, 4.0, 0.5), 4.0 * 1.4 ** np.arange(0, 60)])
    steps = steps[steps * spread <= reach]
    edges = center + spread * np.concatenate([-steps[:0:-1], steps])
    half, middle = 0.5 * np.diff(edges), 0.5 * (edges[1:] + edges[:-1])
    y = middle[:, None] + half[:, None] * NODES
    values = np.exp(np.asarray(jax.jit(log_density)(jnp.asarray(y))))
    assert np.all(np.isfinite(values))
    return float(np.sum(values @ WEIGHTS * half))


LINES: dict[str, Callable[[jax.Array], jax.Array]] = {
    "student": lambda y: log_student(y, 0.3, 0.7, 4.0),
    "student, nearly normal": lambda y: log_student(y, 0.3, 0.7, 50.0),
    "excess": lambda y: log_excess(y, 0.3, 0.7, 0.4),
    "excess, long": lambda y: log_excess(y, 0.3, 0.1, 1.5),
    "excess, short": lambda y: log_excess(y, 0.3, 0.7, 1e-4),
    "shortfall": lambda y: log_shortfall(y, 0.3, 0.7, 0.4),
    "range": lambda y: log_interval(y - 0.9, y + 0.9, 0.3, 0.7),
    "range, sharp": lambda y: log_interval(y - 0.3, y + 0.3, 0.3, 0.1),
    "range, over mu": lambda mu: log_interval(-0.5, 1.1, mu, 0.7),
    "mixture": lambda y: log_mixture(log_student(y, 0.3, 0.1, 4.0), log_student(y, 0.3, 1.5, 4.0), 0.05),
}


@pytest.mark.parametrize("name", LINES)
def test_integrates_to_one(name: str) -> None:
    assert abs(total(LINES[name], 0.3, 0.1, 1e5) - 1.0) < 1e-8


@pytest.mark.parametrize(("m", "s"), [(0.5, 0.0), (5.0, 0.3), (20.0, 0.1), (20.0, 1.0), (200.0, 0.05)])
def test_counts_sum_to_one(m: float, s: float) -> None:
    y = np.arange(0.0, 6000.0)
    p = np.exp(np.asarray(log_count(y, m, s)))
    assert abs(p.sum() - 1.0) < 1e-11
    assert abs(p @ y - m) < 1e-8 * m
    assert abs(p @ (y - m) ** 2 - (m + (s * m) ** 2)) < 1e-8 * m


FAULTS: dict[str, Callable[[jax.Array], jax.Array]] = {
    "no scale in the Student": lambda y: log_student(y, 0.3, 0.7, 4.0) + jnp.log(0.7),
    "sign of the exponential flipped": lambda y: (
        -jnp.log(0.4) + 0.7**2 / (2 * 0.4**2) - (y - 0.3) / 0.4 + log_ndtr(-((y - 0.3) / 0.7 - 0.7 / 0.4))
    ),
    "sign of the square flipped": lambda y: log_shortfall(y, 0.3, 0.7, 0.4) - 0.7**2 / 0.4**2,
    "reach forgotten": lambda y: log_excess(y, 0.3, 0.7, 0.4) + jnp.log(0.4),
    "width forgotten": lambda y: log_interval(y - 0.9, y + 0.9, 0.3, 0.7) + jnp.log(1.8),
    "log persons without Jacobian": lambda y: log_student(jnp.log1p(y * y), 0.3, 0.7, 4.0),
    "mixture without 1 - e": lambda y: jnp.logaddexp(
        log_student(y, 0.3, 0.1, 4.0), jnp.log(0.05) + log_student(y, 0.3, 1.5, 4.0)
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_planted_faults_do_not_integrate_to_one(name: str) -> None:
    with np.errstate(over="ignore"):
        try:
            integral = total(FAULTS[name], 0.3, 0.1, 1e3)
        except AssertionError:  # not even finite
            return
    assert abs(integral - 1.0) > 1e-3


# --- use inside a fit --------------------------------------------------------------------------------------------


def test_without_compilation_and_mapped() -> None:
    y = jnp.linspace(-5.0, 5.0, 7)
    together = log_excess(np.asarray(y), 0.3, 0.7, 0.4)
    with jax.disable_jit():
        plain = raw_excess(y, 0.3, 0.7, 0.4)
    mapped = jax.vmap(raw_excess, (0, None, None, None))(y, 0.3, 0.7, 0.4)
    assert plain.dtype == jnp.float64
    np.testing.assert_allclose(plain, together, rtol=1e-12)
    np.testing.assert_allclose(mapped, together, rtol=1e-12)


def test_no_branch_poisons_a_sum() -> None:
    """One gradient over claims of all kinds and places, as a fit takes it."""
    y = jnp.array([-400.0, -40.0, -1.0, 0.0, 1.0, 40.0, 400.0])

    def objective(mu: jax.Array, log_s: jax.Array, log_reach: jax.Array) -> jax.Array:
        s, reach = jnp.exp(log_s), jnp.exp(log_reach)
        low, high = jnp.where(y < 0.0, -jnp.inf, y), jnp.where(y < 0.0, y, jnp.where(y > 0.5, jnp.inf, y + 1.0))
        parts = (
            log_student(y, mu, s, 4.0),
            log_excess(y, mu, s, reach),
            log_shortfall(y, mu, s, reach),
            log_interval(low, high, mu, s),
            log_count(jnp.abs(y), jnp.exp(mu), s),
            log_mixture(log_excess(y, mu, s, reach), log_student(y, mu, 10.0 * s, 4.0), 0.02),
        )
        return sum((jnp.sum(part) for part in parts), jnp.zeros(()))

    both = jax.jit(jax.value_and_grad(objective, argnums=(0, 1, 2)))
    for at in itertools.product((-3.0, 0.0, 3.0), (-4.0, 0.0, 2.0), (-6.0, 0.0, 3.0)):
        value, slopes = both(*map(jnp.asarray, at))
        assert np.isfinite(value), at
        assert all(np.isfinite(v) and v != 0.0 for v in slopes), (at, slopes)
