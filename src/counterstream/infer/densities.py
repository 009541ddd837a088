"""How likely a source's words are, given what was true: one log density for each kind of hedge.

``y`` is what was said and ``mu`` what is predicted, the agency's bias included, both on the
working scale (log of persons, logit of a share); ``s`` is the total standard deviation on that
scale.  All functions are elementwise, broadcast, and give values and gradients that are right
to 1e-8 relative out to 40 standard deviations.  Branches that are not taken are fed harmless
numbers, so that no NaN reaches a gradient through :func:`jax.numpy.where`.
"""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
from jax import Array
from jax.scipy.special import gammaln, xlogy
from jax.typing import ArrayLike

from counterstream.infer.normal_tails import interval_mass, log_diff_ndtr, log_ndtr, scaled_tail

__all__ = [
    "log_count",
    "log_diff_ndtr",
    "log_excess",
    "log_interval",
    "log_mixture",
    "log_ndtr",
    "log_shortfall",
    "log_student",
    "wrong_probability",
]

_HALF_LOG_TWO_PI = 0.5 * math.log(2.0 * math.pi)

# log Gamma(x + 1/2) - log Gamma(x) - log(x) / 2 in odd powers of 1/x (DLMF 5.11.8), from x = 15 on to 1e-16.
_HALF_STEP = (-1 / 8, 1 / 192, -1 / 640, 17 / 14336, -31 / 18432, 691 / 180224, -5461 / 425984)
_HALF_STEP_FROM = 15.0

# Stirling's remainder log Gamma(x) - (x - 1/2) log x + x - log(2 pi) / 2 in odd powers of 1/x (DLMF 5.11.1).
_STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156)
_STIRLING_FROM = 10.0


def _odd_powers(coefficients: tuple[float, ...], v: Array) -> Array:
    """Return ``c0 v + c1 v^3 + c2 v^5 + ...``."""
    total = jnp.zeros_like(v)
    for coefficient in reversed(coefficients):
        total = total * v * v + coefficient
    return total * v


def _log1p_ratio(u: Array) -> Array:
    """Return ``log(1 + u) / u`` for u >= 0, with its limit 1 and a right slope at 0."""
    small = u < 0.1
    u_small, u_large = jnp.where(small, u, 0.0), jnp.where(small, 1.0, u)
    series = jnp.zeros_like(u)
    for n in range(17, -1, -1):
        series = 1.0 / (n + 1) - u_small * series
    return jnp.where(small, series, jnp.log1p(u_large) / u_large)


def log_student(y: ArrayLike, mu: ArrayLike, s: ArrayLike, df: ArrayLike) -> Array:
    """Log density of a stated number around the truth, with heavy tails.

    For counts, rounded and "about" figures, estimates and revisions: they differ in ``s`` only.

    Parameters
    ----------
    y, mu, s
        Stated and predicted value and scale (s > 0) on the working scale.
    df
        Degrees of freedom, > 0; inf gives the normal density.

    Returns
    -------
    Array
        Log density of ``y``.

    Notes
    -----
    ``log Gamma((df+1)/2) - log Gamma(df/2) - log(pi df)/2 - log s - (df+1)/2 log(1 + z^2/df)``,
    ``z = (y - mu)/s``.  "Student", "The probable error of a mean", Biometrika 6 (1908) 1-25.
    """
    y, mu, s, df = (jnp.asarray(v, dtype=float) for v in (y, mu, s, df))
    z = (y - mu) / s
    normal = df == jnp.inf
    df = jnp.where(normal, 2.0, df)
    x = 0.5 * df
    large = x > _HALF_STEP_FROM
    x_small, x_large = jnp.where(large, 1.0, x), jnp.where(large, x, _HALF_STEP_FROM)
    # Both branches give log Gamma(x + 1/2) - log Gamma(x) - log(x) / 2; plain differences lose digits for large x.
    step = jnp.where(
        large,
        _odd_powers(_HALF_STEP, 1.0 / x_large),
        gammaln(x_small + 0.5) - gammaln(x_small) - 0.5 * jnp.log(x_small),
    )
    ratio = z * z / df
    heavy = step - 0.5 * jnp.log1p(ratio) - 0.5 * df * jnp.log1p(ratio)
    return jnp.where(normal, -0.5 * z * z, heavy) - _HALF_LOG_TWO_PI - jnp.log(s)


def _log_normal_plus_exponential(z: Array, k: Array) -> Array:
    """Log density at z of Z + E, Z standard normal, E exponential with mean 1/k."""
    low = z < k
    z1, k1 = jnp.where(low, z, 0.0), jnp.where(low, k, 1.0)
    z2, k2 = jnp.where(low, 2.0, z), jnp.where(low, 1.0, k)
    # For z < k the squares of k in the textbook form cancel; this form has none.
    left = -0.5 * z1 * z1 + jnp.log(0.5 * scaled_tail(k1 - z1)) + jnp.log(k1)
    right = k2 * (0.5 * k2 - z2) + log_ndtr(z2 - k2) + jnp.log(k2)
    return jnp.where(low, left, right)


def log_shortfall(y: ArrayLike, mu: ArrayLike, s: ArrayLike, reach: ArrayLike) -> Array:
    """Log density of a bound named above the truth: "up to y", "nearly y", "almost y", "under y".

    Parameters
    ----------
    y, mu, s
        Stated and predicted value and scale (s > 0) on the working scale.
    reach
        Mean distance, > 0, from the truth up to the bound that is named.

    Returns
    -------
    Array
        Log density of ``y = mu + s Z + E``, Z standard normal, E exponential with mean ``reach``.

    Notes
    -----
    ``-log r + s^2/(2 r^2) - (y - mu)/r + log Phi((y - mu)/s - s/r)``, the exponentially modified normal:
    E. Grushka, "Characterization of exponentially modified Gaussian peaks in chromatography",
    Analytical Chemistry 44 (1972) 1733-1738.
    """
    y, mu, s, reach = jnp.broadcast_arrays(*(jnp.asarray(v, dtype=float) for v in (y, mu, s, reach)))
    return _log_normal_plus_exponential((y - mu) / s, s / reach) - jnp.log(s)


def log_excess(y: ArrayLike, mu: ArrayLike, s: ArrayLike, reach: ArrayLike) -> Array:
    """Log density of a bound named below the truth: "over y", "just over y", "at least y".

    Parameters
    ----------
    y, mu, s
        Stated and predicted value and scale (s > 0) on the working scale.
    reach
        Mean distance, > 0, from the bound that is named up to the truth.

    Returns
    -------
    Array
        Log density of ``y = mu + s Z - E``, Z standard normal, E exponential with mean ``reach``.

    Notes
    -----
    The mirror image of :func:`log_shortfall` (Grushka 1972).
    """
    return log_shortfall(-jnp.asarray(y, dtype=float), -jnp.asarray(mu, dtype=float), s, reach)


def log_interval(low: ArrayLike, high: ArrayLike, mu: ArrayLike, s: ArrayLike) -> Array:
    """Log density of a stated range, or log chance of an open one.

    Parameters
    ----------
    low, high
        Ends of the range on the working scale; ``low`` may be -inf, ``high`` may be +inf.
    mu, s
        Predicted value and scale (s > 0) on the working scale.

    Returns
    -------
    Array
        Both ends finite: the log density of the middle of the range, given its width; at width 0 the normal
        log density.  One end open: the log chance that the noisy truth lies on the named side.  Both open: 0.
        -inf where ``low > high``.

    Notes
    -----
    ``log(Phi((high - mu)/s) - Phi((low - mu)/s)) - log(high - low)``: the middle of the range is
    ``mu + s Z + U`` with U uniform over the width.  It integrates to 1 over the middle, and also over ``mu``.
    G. P. Bhattacharjee, S. N. N. Pandit and R. Mohan, "Dimensional chains involving rectangular and normal
    error-distributions", Technometrics 5 (1963) 404-406.
    """
    low, high, mu, s = jnp.broadcast_arrays(*(jnp.asarray(v, dtype=float) for v in (low, high, mu, s)))
    no_floor, no_ceiling, reversed_ends = low == -jnp.inf, high == jnp.inf, low > high
    closed = ~(no_floor | no_ceiling | reversed_ends)
    floor, ceiling = jnp.where(closed, low, mu), jnp.where(closed, high, mu)
    near = jnp.where((floor - mu) + (ceiling - mu) < 0.0, mu - ceiling, floor - mu) / s
    width = (ceiling - floor) / s
    narrow, mass = interval_mass(near, width)
    between = mass - jnp.where(narrow, 0.0, jnp.log(jnp.where(narrow, 1.0, width))) - jnp.log(s)
    below = log_ndtr((jnp.where(no_floor & ~no_ceiling, high, 0.0) - mu) / s)
    above = log_ndtr((mu - jnp.where(no_ceiling & ~no_floor, low, 0.0)) / s)
    one_sided = jnp.where(no_floor & no_ceiling, 0.0, jnp.where(no_floor, below, above))
    return jnp.where(reversed_ends, -jnp.inf, jnp.where(no_floor | no_ceiling, one_sided, between))


def log_count(y: ArrayLike, m: ArrayLike, s: ArrayLike) -> Array:
    """Log probability of a small exact count of persons.

    Parameters
    ----------
    y
        Stated count; anything but a whole number >= 0 gets -inf.
    m
        Predicted mean in persons, > 0 (natural scale).
    s
        Relative standard deviation of the rate behind the count, >= 0; 0 gives the Poisson distribution.

    Returns
    -------
    Array
        Log probability of ``y``, right as ``s`` goes to 0.

    Notes
    -----
    Negative binomial with mean m and size 1/a, ``a = s^2``:
    ``sum_{i<y} log(1 + a i) - log y! + y log m - (y + 1/a) log(1 + a m)``
    (M. Greenwood and G. U. Yule, Journal of the Royal Statistical Society 83 (1920) 255-279).  The sum is
    ``log Gamma(y + 1/a) - log Gamma(1/a) + y log a``; for a < 0.1 it is taken from Stirling's series, in which
    the large parts cancel on paper.
    """
    y, m, s = jnp.broadcast_arrays(*(jnp.asarray(v, dtype=float) for v in (y, m, s)))
    outside = (y < 0.0) | (y != jnp.floor(y)) | jnp.isinf(y)
    y = jnp.where(outside, 0.0, y)
    a = s * s
    near_poisson = a * _STIRLING_FROM < 1.0
    a1, a2 = jnp.where(near_poisson, a, 0.0), jnp.where(near_poisson, 1.0, a)
    series = (
        y * (_log1p_ratio(a1 * y) - 1.0)
        + (y - 0.5) * jnp.log1p(a1 * y)
        + _odd_powers(_STIRLING, a1 / (1.0 + a1 * y))
        - _odd_powers(_STIRLING, a1)
    )
    size = 1.0 / a2
    rising = jnp.where(near_poisson, series, gammaln(y + size) - gammaln(size) + y * jnp.log(a2))
    log_p = rising - gammaln(y + 1.0) + xlogy(y, m) - y * jnp.log1p(a * m) - m * _log1p_ratio(a * m)
    return jnp.where(outside, -jnp.inf, log_p)


def _split_weights(
    log_p_right: ArrayLike, log_p_wrong: ArrayLike, wrong_share: ArrayLike
) -> tuple[Array, Array, Array]:
    """Return the log weights of right and wrong, zeroed where undefined, and the wrong share."""
    right, wrong, share = jnp.broadcast_arrays(
        *(jnp.asarray(v, dtype=float) for v in (log_p_right, log_p_wrong, wrong_share))
    )
    inner = jnp.where((share > 0.0) & (share < 1.0), share, 0.5)
    impossible = (right == -jnp.inf) & (wrong == -jnp.inf)
    log_right = jnp.log1p(-inner) + jnp.where(impossible, 0.0, right)
    log_wrong = jnp.log(inner) + jnp.where(impossible, 0.0, wrong)
    return log_right, log_wrong, share


def log_mixture(log_p_right: ArrayLike, log_p_wrong: ArrayLike, wrong_share: ArrayLike) -> Array:
    """Log density of a claim that is plain wrong (slip, wrong year, rumour) with a small chance.

    Parameters
    ----------
    log_p_right, log_p_wrong
        Log density of what was said if it is about the truth, and if it is wrong.
    wrong_share
        Chance in [0, 1] that a claim of this kind is wrong; at exactly 0 or 1 its own gradient is 0.

    Returns
    -------
    Array
        ``log((1 - e) p + e q)``; -inf, with zero gradient, where both densities are zero.

    Notes
    -----
    Two-part contamination model: J. W. Tukey, "A survey of sampling from contaminated distributions",
    in Contributions to Probability and Statistics (Stanford, 1960) 448-485.
    """
    log_right, log_wrong, share = _split_weights(log_p_right, log_p_wrong, wrong_share)
    impossible = (jnp.asarray(log_p_right) == -jnp.inf) & (jnp.asarray(log_p_wrong) == -jnp.inf)
    mixed = jnp.where(impossible, -jnp.inf, jnp.logaddexp(log_right, log_wrong))
    return jnp.where(share <= 0.0, log_p_right, jnp.where(share >= 1.0, log_p_wrong, mixed))


def wrong_probability(log_p_right: ArrayLike, log_p_wrong: ArrayLike, wrong_share: ArrayLike) -> Array:
    """Chance that a claim is wrong, given what it says.

    Parameters
    ----------
    log_p_right, log_p_wrong, wrong_share
        As in :func:`log_mixture`.

    Returns
    -------
    Array
        ``e q / ((1 - e) p + e q)``; the share e itself where both densities are zero.

    Notes
    -----
    Bayes's rule for the two parts of the mixture.
    """
    log_right, log_wrong, share = _split_weights(log_p_right, log_p_wrong, wrong_share)
    chance = jax.nn.sigmoid(log_wrong - log_right)
    return jnp.where((share > 0.0) & (share < 1.0), chance, share)
