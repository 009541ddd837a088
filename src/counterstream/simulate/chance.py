"""Exact binomial and Poisson draws from counted streams (Numba)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from counterstream.simulate.keys import uniform

#: Above this mean, rejection beats inversion.
INVERSION_BELOW = 10.0


@njit(cache=True)
def draw_binomial(name: Any, counter: Any, n: Any, p: Any) -> Any:
    """Draw the successes among ``n`` with probability ``p``.

    Returns
    -------
    tuple
        The draw and the counter after the last number used.

    Notes
    -----
    Inversion for small means; else transformed rejection with squeeze, algorithm BTRS of
    Hormann (1993).  Both are exact up to the floating-point log-gamma.
    """
    if n <= 0 or p <= 0.0:
        return np.int64(0), counter
    if p >= 1.0:
        return np.int64(n), counter
    flipped = p > 0.5
    q = 1.0 - p if flipped else p
    if n * q < INVERSION_BELOW:
        k, counter = _invert_binomial(name, counter, n, q)
    else:
        k, counter = _reject_binomial(name, counter, n, q)
    return (np.int64(n - k) if flipped else np.int64(k)), counter


@njit(cache=True)
def _invert_binomial(name: Any, counter: Any, n: Any, p: Any) -> Any:
    ratio = p / (1.0 - p)
    mass = math.exp(n * math.log1p(-p))
    u = uniform(name, counter)
    counter += 1
    k = 0
    while u > mass and k < n:
        u -= mass
        k += 1
        mass *= ratio * (n - k + 1) / k
    return np.int64(k), counter


@njit(cache=True)
def _reject_binomial(name: Any, counter: Any, n: Any, p: Any) -> Any:
    spread = math.sqrt(n * p * (1.0 - p))
    b = 1.15 + 2.53 * spread
    a = -0.0873 + 0.0248 * b + 0.01 * p
    centre = n * p + 0.5
    squeeze = 0.92 - 4.2 / b
    alpha = (2.83 + 5.1 / b) * spread
    while True:
        u = uniform(name, counter) - 0.5
        v = uniform(name, counter + 1)
        counter += 2
        us = 0.5 - abs(u)
        k = math.floor((2.0 * a / us + b) * u + centre)
        if k < 0 or k > n:
            continue
        if us >= 0.07 and v <= squeeze:
            return np.int64(k), counter
        # Four in five draws never come here, so what is dear is worked out here.
        mode = math.floor((n + 1) * p)
        peak = math.lgamma(mode + 1.0) + math.lgamma(n - mode + 1.0)
        accept = math.log(v * alpha / (a / (us * us) + b))
        if accept <= peak - math.lgamma(k + 1.0) - math.lgamma(n - k + 1.0) + (k - mode) * math.log(p / (1.0 - p)):
            return np.int64(k), counter


@njit(cache=True)
def draw_poisson(name: Any, counter: Any, mean: Any) -> Any:
    """Draw a Poisson number; inversion, or PTRS of Hormann (1993) above :data:`INVERSION_BELOW`."""
    if mean <= 0.0:
        return np.int64(0), counter
    if mean < INVERSION_BELOW:
        mass = math.exp(-mean)
        u = uniform(name, counter)
        k = 0
        while u > mass and k < 1000:
            u -= mass
            k += 1
            mass *= mean / k
        return np.int64(k), counter + 1
    b = 0.931 + 2.53 * math.sqrt(mean)
    a = -0.059 + 0.02483 * b
    inverse_alpha = 1.1239 + 1.1328 / (b - 3.4)
    squeeze = 0.9277 - 3.6224 / (b - 2.0)
    while True:
        u = uniform(name, counter) - 0.5
        v = uniform(name, counter + 1)
        counter += 2
        us = 0.5 - abs(u)
        k = math.floor((2.0 * a / us + b) * u + mean + 0.43)
        if us >= 0.07 and v <= squeeze:
            return np.int64(k), counter
        if k < 0 or (us < 0.013 and v > us):
            continue
        accept = math.log(v * inverse_alpha / (a / (us * us) + b))
        if accept <= k * math.log(mean) - mean - math.lgamma(k + 1.0):
            return np.int64(k), counter


@njit(cache=True)
def draw_in_units(name: Any, counter: Any, n: Any, p: Any, size: Any) -> Any:
    """Draw how many of ``n`` persons go when they go in households of ``size``.

    The persons beyond whole households go together as one smaller household.
    """
    if size <= 1:
        return draw_binomial(name, counter, n, p)
    k, counter = draw_binomial(name, counter, n // size, p)
    rest = n % size
    moved = k * size
    if rest > 0:
        if uniform(name, counter) < p:
            moved += rest
        counter += 1
    return moved, counter
