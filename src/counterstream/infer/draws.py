"""Draws from the distributions of :mod:`counterstream.infer.densities`, with their supports and moments.

Every sampler takes a key first and returns an array of the broadcast shape of its parameters, or
of ``shape`` where one is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import cast

import jax
import jax.numpy as jnp
from jax import Array
from jax.scipy.special import gammaln
from jax.typing import ArrayLike

_REJECTION_FROM = 10.0
_SMALLEST = 1e-300


@dataclass(frozen=True, slots=True)
class Support:
    """Where a distribution lives.

    Parameters
    ----------
    lower, upper
        Ends; infinite ends are open.
    whole
        Only whole numbers have positive probability.
    """

    lower: float
    upper: float
    whole: bool = False


_LINE = Support(float("-inf"), float("inf"))

#: Support of the stated value by name of the density (``interval``: of the middle of the range).
SUPPORTS: Mapping[str, Support] = MappingProxyType(
    {
        "student": _LINE,
        "excess": _LINE,
        "shortfall": _LINE,
        "interval": _LINE,
        "count": Support(0.0, float("inf"), whole=True),
    }
)


def _spread(shape: tuple[int, ...] | None, *values: ArrayLike) -> tuple[Array, ...]:
    """Broadcast parameters to a common shape as 64-bit floats."""
    arrays = [jnp.asarray(v, dtype=float) for v in values]
    full = jnp.broadcast_shapes(*(v.shape for v in arrays)) if shape is None else shape
    return tuple(jnp.broadcast_to(v, full) for v in arrays)


def draw_student(key: Array, mu: ArrayLike, s: ArrayLike, df: ArrayLike, shape: tuple[int, ...] | None = None) -> Array:
    """Draw from :func:`~counterstream.infer.densities.log_student`: ``mu + s Z / sqrt(G)``.

    Parameters
    ----------
    key
        Random key.
    mu, s, df
        As in the density; ``df`` may be inf.
    shape
        Shape of the result; None takes that of the parameters.

    Returns
    -------
    Array
        Stated values on the working scale.

    Notes
    -----
    Z standard normal, ``df G`` chi-square with df degrees of freedom (Student 1908).
    """
    mu, s, df = _spread(shape, mu, s, df)
    key_z, key_g = jax.random.split(key)
    half = 0.5 * jnp.where(df == jnp.inf, 2.0, df)
    # log-gamma draws: a plain gamma draw underflows to 0 for small df.
    log_g = jax.random.loggamma(key_g, half, shape=mu.shape) - jnp.log(half)
    stretch = jnp.where(df == jnp.inf, 1.0, jnp.exp(-0.5 * log_g))
    return mu + s * jax.random.normal(key_z, mu.shape, dtype=mu.dtype) * stretch


def draw_shortfall(
    key: Array, mu: ArrayLike, s: ArrayLike, reach: ArrayLike, shape: tuple[int, ...] | None = None
) -> Array:
    """Draw from :func:`~counterstream.infer.densities.log_shortfall`: ``mu + s Z + E``.

    Parameters
    ----------
    key
        Random key.
    mu, s, reach
        As in the density.
    shape
        Shape of the result; None takes that of the parameters.

    Returns
    -------
    Array
        Stated upper bounds on the working scale.
    """
    mu, s, reach = _spread(shape, mu, s, reach)
    key_z, key_e = jax.random.split(key)
    noise = s * jax.random.normal(key_z, mu.shape, dtype=mu.dtype)
    return mu + noise + reach * jax.random.exponential(key_e, mu.shape, dtype=mu.dtype)


def draw_excess(
    key: Array, mu: ArrayLike, s: ArrayLike, reach: ArrayLike, shape: tuple[int, ...] | None = None
) -> Array:
    """Draw from :func:`~counterstream.infer.densities.log_excess`: ``mu + s Z - E``.

    Parameters
    ----------
    key
        Random key.
    mu, s, reach
        As in the density.
    shape
        Shape of the result; None takes that of the parameters.

    Returns
    -------
    Array
        Stated lower bounds on the working scale.
    """
    return -draw_shortfall(key, -jnp.asarray(mu, dtype=float), s, reach, shape)


def draw_interval(
    key: Array, mu: ArrayLike, width: ArrayLike, s: ArrayLike, shape: tuple[int, ...] | None = None
) -> tuple[Array, Array]:
    """Draw a stated range of given width from :func:`~counterstream.infer.densities.log_interval`.

    Parameters
    ----------
    key
        Random key.
    mu, s
        As in the density.
    width
        Width of the range, >= 0 and finite; an open range has no distribution of its end.
    shape
        Shape of the results; None takes that of the parameters.

    Returns
    -------
    tuple of Array
        Lower and upper end; their middle is ``mu + s Z + U``, U uniform on [-width/2, width/2].
    """
    mu, width, s = _spread(shape, mu, width, s)
    key_z, key_u = jax.random.split(key)
    noise = s * jax.random.normal(key_z, mu.shape, dtype=mu.dtype)
    low = mu + noise - width * jax.random.uniform(key_u, mu.shape, dtype=mu.dtype)
    return low, low + width


@jax.jit
def _arrivals(key: Array, m: Array) -> Array:
    """Count unit-rate arrivals up to time m (exact; takes about m rounds)."""

    def go_on(state: tuple[Array, Array, Array]) -> Array:
        return jnp.any(state[1] <= m)

    def arrive(state: tuple[Array, Array, Array]) -> tuple[Array, Array, Array]:
        k, clock, key = state
        key, here = jax.random.split(key)
        gap = jax.random.exponential(here, m.shape, dtype=m.dtype)
        return k + (clock <= m), clock + gap, key

    key, first = jax.random.split(key)
    start = (jnp.zeros_like(m), jax.random.exponential(first, m.shape, dtype=m.dtype), key)
    return jax.lax.while_loop(go_on, arrive, start)[0]


@jax.jit
def _by_rejection(key: Array, m: Array) -> Array:
    """Poisson draws for m >= 10 by transformed rejection."""
    b = 0.931 + 2.53 * jnp.sqrt(m)
    a = -0.059 + 0.02483 * b
    inverse_alpha = 1.1239 + 1.1328 / (b - 3.4)
    squeeze = 0.9277 - 3.6224 / (b - 2.0)

    def go_on(state: tuple[Array, Array, Array]) -> Array:
        return ~jnp.all(state[1])

    def attempt(state: tuple[Array, Array, Array]) -> tuple[Array, Array, Array]:
        k, done, key = state
        key, key_u, key_v = jax.random.split(key, 3)
        u = jax.random.uniform(key_u, m.shape, dtype=m.dtype) - 0.5
        v = 1.0 - jax.random.uniform(key_v, m.shape, dtype=m.dtype)
        edge = jnp.maximum(0.5 - jnp.abs(u), _SMALLEST)
        candidate = jnp.floor((2.0 * a / edge + b) * u + m + 0.43)
        ratio = jnp.log(v * inverse_alpha / (a / (edge * edge) + b))
        log_p = -m + candidate * jnp.log(m) - gammaln(jnp.maximum(candidate, 0.0) + 1.0)
        outside = (candidate < 0.0) | ((edge < 0.013) & (v > edge))
        taken = ((edge >= 0.07) & (v <= squeeze)) | (~outside & (ratio <= log_p))
        return jnp.where(done | ~taken, k, candidate), done | taken, key

    start = (jnp.zeros_like(m), jnp.zeros_like(m, dtype=bool), key)
    return jax.lax.while_loop(go_on, attempt, start)[0]


def draw_poisson(key: Array, m: ArrayLike, shape: tuple[int, ...] | None = None) -> Array:
    """Draw Poisson counts in 64-bit arithmetic.

    ``jax.random.poisson`` works in 32 bits whatever is asked for, so its counts do not follow the
    distribution that :func:`~counterstream.infer.densities.log_count` states for large means.

    Parameters
    ----------
    key
        Random key.
    m
        Mean, >= 0.
    shape
        Shape of the result; None takes that of ``m``.

    Returns
    -------
    Array
        Whole numbers as 64-bit floats; NaN where ``m`` is NaN, infinite or negative.

    Notes
    -----
    Below 10, arrivals are counted; from 10 on, W. Hoermann, "The transformed rejection method for generating
    Poisson random variables", Insurance: Mathematics and Economics 12 (1993) 39-45.
    """
    (m,) = _spread(shape, m)
    valid = (m >= 0.0) & (m < jnp.inf)
    small = m < _REJECTION_FROM
    key_small, key_large = jax.random.split(key)
    few = cast("Array", _arrivals(key_small, jnp.where(valid & small, m, 0.0)))
    many = cast("Array", _by_rejection(key_large, jnp.where(valid & ~small, m, _REJECTION_FROM)))
    return jnp.where(valid, jnp.where(small, few, many), jnp.nan)


def draw_count(key: Array, m: ArrayLike, s: ArrayLike, shape: tuple[int, ...] | None = None) -> Array:
    """Draw from :func:`~counterstream.infer.densities.log_count`: Poisson with a gamma-distributed mean.

    Parameters
    ----------
    key
        Random key.
    m, s
        As in the density.
    shape
        Shape of the result; None takes that of the parameters.

    Returns
    -------
    Array
        Whole numbers as 64-bit floats.

    Notes
    -----
    Greenwood and Yule 1920: mean ``m G``, G gamma with mean 1 and standard deviation s.
    """
    m, s = _spread(shape, m, s)
    key_g, key_p = jax.random.split(key)
    # Below this the gamma factor differs from 1 by less than the last digit.
    fixed = s < 1e-9
    size = 1.0 / jnp.where(fixed, 1.0, s * s)
    factor = jnp.exp(jax.random.loggamma(key_g, size, shape=m.shape)) / size
    return draw_poisson(key_p, m * jnp.where(fixed, 1.0, factor))


def draw_mixture(
    key: Array, right: ArrayLike, wrong: ArrayLike, wrong_share: ArrayLike, shape: tuple[int, ...] | None = None
) -> tuple[Array, Array]:
    """Draw from :func:`~counterstream.infer.densities.log_mixture`.

    Parameters
    ----------
    key
        Random key; not one that made ``right`` or ``wrong``.
    right, wrong
        Draws of the claim if it is about the truth, and if it is wrong.
    wrong_share
        Chance in [0, 1] that it is wrong.
    shape
        Shape of the results; None takes that of the arguments.

    Returns
    -------
    tuple of Array
        The stated value, and whether it is wrong (bool).
    """
    right, wrong, wrong_share = _spread(shape, right, wrong, wrong_share)
    is_wrong = jax.random.uniform(key, right.shape, dtype=right.dtype) < wrong_share
    return jnp.where(is_wrong, wrong, right), is_wrong


def student_moments(mu: ArrayLike, s: ArrayLike, df: ArrayLike) -> tuple[Array, Array]:
    """Return mean (NaN for df <= 1) and variance (inf for 1 < df <= 2, else NaN below) of a Student value."""
    mu, s, df = _spread(None, mu, s, df)
    inflation = jnp.where(df == jnp.inf, 1.0, df / jnp.where((df == jnp.inf) | (df <= 2.0), 1.0, df - 2.0))
    variance = jnp.where(df > 2.0, s * s * inflation, jnp.where(df > 1.0, jnp.inf, jnp.nan))
    return jnp.where(df > 1.0, mu, jnp.nan), variance


def excess_moments(mu: ArrayLike, s: ArrayLike, reach: ArrayLike) -> tuple[Array, Array]:
    """Return mean ``mu - reach`` and variance ``s^2 + reach^2`` of a bound named below the truth."""
    mu, s, reach = _spread(None, mu, s, reach)
    return mu - reach, s * s + reach * reach


def shortfall_moments(mu: ArrayLike, s: ArrayLike, reach: ArrayLike) -> tuple[Array, Array]:
    """Return mean ``mu + reach`` and variance ``s^2 + reach^2`` of a bound named above the truth."""
    mu, s, reach = _spread(None, mu, s, reach)
    return mu + reach, s * s + reach * reach


def interval_moments(mu: ArrayLike, width: ArrayLike, s: ArrayLike) -> tuple[Array, Array]:
    """Return mean ``mu`` and variance ``s^2 + width^2 / 12`` of the middle of a stated range."""
    mu, width, s = _spread(None, mu, width, s)
    return mu, s * s + width * width / 12.0


def count_moments(m: ArrayLike, s: ArrayLike) -> tuple[Array, Array]:
    """Return mean ``m`` and variance ``m + (s m)^2`` of a count."""
    m, s = _spread(None, m, s)
    return m, m + (s * m) ** 2


def mixture_moments(
    right: tuple[ArrayLike, ArrayLike], wrong: tuple[ArrayLike, ArrayLike], wrong_share: ArrayLike
) -> tuple[Array, Array]:
    """Return mean and variance of a mixture from the (mean, variance) of its two parts."""
    m1, v1, m2, v2, e = _spread(None, *right, *wrong, wrong_share)
    return (1.0 - e) * m1 + e * m2, (1.0 - e) * v1 + e * v2 + e * (1.0 - e) * (m1 - m2) ** 2
