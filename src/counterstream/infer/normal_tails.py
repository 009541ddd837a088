"""Logarithms of normal probabilities that stay right, with their gradients, far out in the tails.

``jax.scipy.special.log_ndtr`` was measured first and does not do: in 64 bits its value at
x = 8 is off by 7 % (it is right again from x = 10 on), and a difference of two normal
probabilities cannot be had from it without cancellation.  Everything here rests on one
function without such trouble, the scaled upper tail ``2 exp(x^2 / 2) Q(x)``, which is
smooth and of order one over all x >= 0.
"""

from __future__ import annotations

import math
from functools import partial
from typing import cast

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.typing import ArrayLike

_LOG_SQRT_TWO_PI = 0.5 * math.log(2.0 * math.pi)

# Chebyshev coefficients of (1 + x) 2 exp(x^2 / 2) Q(x) in t = (x - 5) / (x + 5), x >= 0, computed with
# 60 digits; the first one left out is below 1e-17.  The map is that of Shepherd & Laframboise (1981).
_SCALED_TAIL = (
    0.9239484241443714,
    -0.13033040478982527,
    -0.010917563002273135,
    0.02459239809112688,
    -0.012941745831407376,
    0.004481471044833661,
    -0.0011277247549303948,
    0.00019968062165851624,
    -1.9699029686336985e-05,
    -8.064988466090434e-07,
    5.98047924026068e-07,
    -6.064141496885628e-08,
    -9.235331427858054e-09,
    2.6596576016765383e-09,
    6.01448543803809e-11,
    -8.859907451065631e-11,
    2.7999714294036303e-12,
    2.9437914057825142e-12,
    -1.8651906238330744e-13,
    -1.058936233813539e-13,
    7.916376828829034e-15,
    4.209642928592639e-15,
    -2.691342572272288e-16,
    -1.8195229828991666e-16,
    5.9812064211333114e-18,
)

# Gauss-Legendre rule on [0, 1]; used only where the exponent spans less than 2, where 12 nodes reach 1e-16.
_RULE = np.polynomial.legendre.leggauss(12)
_NODES, _WEIGHTS = 0.5 * (_RULE[0] + 1.0), 0.5 * _RULE[1]

# phi(40) is below the smallest 64-bit number: beyond, the upper tail and its slope are zero.
_FARTHEST = 40.0


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def _chebyshev(coefficients: tuple[float, ...], t: Array) -> Array:
    """Sum a Chebyshev series by Clenshaw's recurrence; its derivative is the derived series, not the derived steps."""
    ahead, ahead2 = jnp.zeros_like(t), jnp.zeros_like(t)
    for coefficient in reversed(coefficients[1:]):
        ahead, ahead2 = 2.0 * t * ahead - ahead2 + coefficient, ahead
    return t * ahead - ahead2 + coefficients[0]


@_chebyshev.defjvp
def _chebyshev_jvp(
    coefficients: tuple[float, ...], primals: tuple[Array], tangents: tuple[Array]
) -> tuple[Array, Array]:
    derived = tuple(float(c) for c in np.polynomial.chebyshev.chebder(np.array(coefficients)))
    value = cast("Array", _chebyshev(coefficients, primals[0]))
    slope = cast("Array", _chebyshev(derived, primals[0]))
    return value, slope * tangents[0]


def scaled_tail(x: ArrayLike) -> Array:
    """Twice the upper normal tail over its leading decay, ``2 exp(x^2 / 2) (1 - Phi(x))``, for x >= 0.

    Parameters
    ----------
    x
        Any shape, not negative.

    Returns
    -------
    Array
        ``erfcx(x / sqrt(2))``: 1 at 0, ``sqrt(2 / pi) / x`` for large x; relative error below 1e-15.

    Notes
    -----
    Chebyshev series after M. M. Shepherd and J. G. Laframboise, "Chebyshev approximation of
    (1 + 2x) exp(x^2) erfc x in 0 <= x < inf", Mathematics of Computation 36 (1981) 249-253.
    """
    x = jnp.asarray(x, dtype=float)
    numerator = cast("Array", _chebyshev(_SCALED_TAIL, 1.0 - 10.0 / (x + 5.0)))
    return numerator / (1.0 + x)


@jax.custom_jvp
def _upper_tail(x: Array) -> Array:
    """Return 1 - Phi(x) for x >= 0."""
    x = jnp.minimum(x, _FARTHEST)
    return 0.5 * jnp.exp(-0.5 * x * x) * scaled_tail(x)


@_upper_tail.defjvp
def _upper_tail_jvp(primals: tuple[Array], tangents: tuple[Array]) -> tuple[Array, Array]:
    # Stated outright: the parts of the chain rule underflow one by one from x = 37 on.
    x = jnp.minimum(primals[0], _FARTHEST)
    return _upper_tail(x), -jnp.exp(-0.5 * x * x - _LOG_SQRT_TWO_PI) * tangents[0]


def log_ndtr(x: ArrayLike) -> Array:
    """Logarithm of the standard normal distribution function, ``log Phi(x)``.

    Parameters
    ----------
    x
        Any shape.

    Returns
    -------
    Array
        Right to 1e-13 relative for all negative x and up to x = 37.5; beyond, the true value
        (-3.7e-350 at 40) is smaller than any 64-bit number and zero is returned.

    Notes
    -----
    ``log Phi(x) = -x^2 / 2 + log(scaled_tail(-x) / 2)`` for x < 0 and ``log1p(-Q(x))`` otherwise;
    the gradient is the inverse Mills ratio ``phi(x) / Phi(x)`` (J. P. Mills, Biometrika 18 (1926) 395-400).
    """
    x = jnp.asarray(x, dtype=float)
    lower = x < 0.0
    x_lower = jnp.where(lower & (x > -jnp.inf), x, -1.0)
    x_upper = jnp.where(lower, 1.0, x)
    left = -0.5 * x_lower * x_lower + jnp.log(0.5 * scaled_tail(-x_lower))
    right = jnp.log1p(-_upper_tail(x_upper))
    return jnp.where(x == -jnp.inf, -jnp.inf, jnp.where(lower, left, right))


def interval_mass(near: Array, width: Array) -> tuple[Array, Array]:
    """Return whether [near, near + width] is narrow, and its log mean density if so, else its log probability.

    The two are not turned into one another here: ``log(width)`` would drown a probability close to 1.

    Parameters
    ----------
    near, width
        Lower end and width, of the same shape; the middle must not be negative (mirror the interval if it is).

    Returns
    -------
    tuple of Array
        Narrow or not, and the logarithm.
    """
    narrow = width * (jnp.abs(near) + 0.5 * width) < 1.0
    around = ~narrow & (near < 0.0)
    beyond = ~(narrow | around)

    a1, w1 = jnp.where(narrow, near, 0.0), jnp.where(narrow, width, 0.0)
    step = w1[..., None] * _NODES
    mean_decay = jnp.exp(-step * (a1[..., None] + 0.5 * step)) @ jnp.asarray(_WEIGHTS)
    by_quadrature = -0.5 * a1 * a1 - _LOG_SQRT_TWO_PI + jnp.log(mean_decay)

    a2, w2 = jnp.where(around, near, -1.0), jnp.where(around, width, 2.0)
    by_complement = jnp.log1p(-(_upper_tail(a2 + w2) + _upper_tail(-a2)))

    a3, w3 = jnp.where(beyond, near, 1.0), jnp.where(beyond, width, 2.0)
    gap = scaled_tail(a3) - jnp.exp(-w3 * (a3 + 0.5 * w3)) * scaled_tail(a3 + w3)
    by_tails = -0.5 * a3 * a3 + jnp.log(0.5 * gap)

    return narrow, jnp.where(narrow, by_quadrature, jnp.where(around, by_complement, by_tails))


def log_mean_density(a: ArrayLike, width: ArrayLike) -> Array:
    """Logarithm of the mean standard normal density over [a, a + width].

    Taking the width, not the upper end, keeps narrow intervals far from zero exact, and at
    width 0 the result is the log density at a itself.

    Parameters
    ----------
    a
        Lower end, finite, any shape.
    width
        Not negative, finite, broadcast against ``a``.

    Returns
    -------
    Array
        ``log((Phi(a + width) - Phi(a)) / width)``.

    Notes
    -----
    The interval is mirrored so that its middle is not negative.  Then: Gauss-Legendre quadrature of
    ``phi(a) exp(-width u (a + width u / 2))`` where that exponent spans less than 1; else, with zero
    inside, ``1 - Q(a + width) - Q(-a)``; else ``exp(-a^2 / 2) / 2`` times
    ``X(a) - exp(-width (a + width / 2)) X(a + width)`` with X the scaled tail, which loses no digits.
    """
    a, width = jnp.broadcast_arrays(jnp.asarray(a, dtype=float), jnp.asarray(width, dtype=float))
    narrow, value = interval_mass(jnp.where(a + 0.5 * width < 0.0, -(a + width), a), width)
    return value - jnp.where(narrow, 0.0, jnp.log(jnp.where(narrow, 1.0, width)))


def log_diff_ndtr(a: ArrayLike, b: ArrayLike) -> Array:
    """Logarithm of the standard normal probability of an interval, ``log(Phi(b) - Phi(a))``.

    Parameters
    ----------
    a, b
        Lower and upper end, any shapes that broadcast; ``a`` may be -inf, ``b`` may be +inf.

    Returns
    -------
    Array
        Right to 1e-12 relative in both tails and for any width; -inf where ``a >= b`` (an empty interval).

    Notes
    -----
    The three forms named at :func:`log_mean_density`; :func:`log_ndtr` where an end is open.
    """
    a, b = jnp.broadcast_arrays(jnp.asarray(a, dtype=float), jnp.asarray(b, dtype=float))
    no_floor, no_ceiling, empty = a == -jnp.inf, b == jnp.inf, a >= b
    closed = ~(no_floor | no_ceiling | empty)
    low, high = jnp.where(closed, a, 0.0), jnp.where(closed, b, 1.0)
    width = high - low
    # The end nearer to zero is taken as it stands, so that the slope at the far end, however small, survives.
    narrow, value = interval_mass(jnp.where(low + high < 0.0, -high, low), width)
    between = value + jnp.where(narrow, jnp.log(jnp.where(narrow, width, 1.0)), 0.0)
    below = log_ndtr(jnp.where(no_floor & ~no_ceiling, b, 0.0))
    above = log_ndtr(-jnp.where(no_ceiling, a, 0.0))
    mass = jnp.where(no_ceiling, above, jnp.where(no_floor, below, between))
    return jnp.where(empty, -jnp.inf, mass)
