"""The posterior's mode and curvature: where sampling starts, and the scales it moves in.

The curvature at the mode turns the posterior, to second order, into a standard normal; the
samplers work on that scale, where a few leapfrog steps cross the whole distribution.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray
from scipy.optimize import minimize

from counterstream.infer.lanes import Lanes

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

#: Curvature below this is taken as this: no direction is believed much wider than its prior (1 on this scale).
LEAST_CURVATURE = 0.3
#: Steps between renewals of the curvature, renewals at most, and the gain that ends the climb.
STEPS_A_ROUND, MOST_ROUNDS, ENOUGH = 50, 6, 3.0
#: Widths by which claims are blurred in the first rounds.
BLURS = (1.0, 0.3, 0.1)
#: Step of the central differences of the gradient; the flat vector's unit is a prior's spread.
DIFFERENCE = 1e-4


@dataclass(frozen=True)
class Whitening:
    """An affine map from a standard scale to the flat vector.

    Parameters
    ----------
    mode
        Where the log-density is highest, shape (dimension,).
    factor
        ``flat = mode + factor @ u``; shape (dimension, dimension).
    log_density
        Log-density at the mode.
    """

    mode: Floats
    factor: Floats
    log_density: float

    def to_flat(self, u: Floats) -> Floats:
        """Take points on the standard scale to the flat vector; the last axis is the dimension."""
        return self.mode + u @ self.factor.T

    def to_standard(self, flats: Floats) -> Floats:
        """Take points of the flat vector to the standard scale; the last axis is the dimension."""
        return np.asarray(np.linalg.solve(self.factor, (flats - self.mode).T).T, dtype=np.float64)

    def to_flat_jax(self, u: Array) -> Array:
        """Take one point to the flat vector inside a compiled function."""
        return jnp.asarray(self.mode) + jnp.asarray(self.factor) @ u


def find_whitening(lanes: Lanes, start: Floats, told: Callable[[int, float], None]) -> Whitening:
    """Climb to a mode, widths held at their prior's centre, and return the map of the curvature there.

    Parameters
    ----------
    lanes
        The log-density.
    start
        Where to begin, shape (dimension,).
    told
        Called with the number of evaluations and the log-density now and then.

    Notes
    -----
    With the widths free, the highest point of a hierarchical density lies where they are 0 or
    where everything is explained by a few claims; hardly any of its mass is there.  Chains find
    the widths.  The climb is L-BFGS (Liu and Nocedal 1989, as in SciPy) on the scale of the
    curvature at the present point, which is renewed every so many steps.
    """
    free = np.flatnonzero(~lanes.posterior.unknowns.scales)
    count = 0

    def climb(stage: Lanes, at: Floats, factor: Floats) -> tuple[Floats, float]:
        def point(u: Floats) -> Floats:
            moved = at.copy()
            moved[free] += factor @ u
            return moved

        def objective(u: Floats) -> tuple[float, Floats]:
            nonlocal count
            count += 1
            value, slope = stage(point(u)[None])
            if not np.isfinite(value[0]):
                # L-BFGS backs off from a point that it sees as very bad.
                return 1e100, np.zeros_like(u)
            if count % 10 == 0:
                told(count, float(value[0]))
            return -float(value[0]), -(slope[0][free] @ factor)

        options = {"maxiter": STEPS_A_ROUND, "maxfun": 2 * STEPS_A_ROUND, "maxcor": 30, "ftol": 1e-11, "gtol": 1e-3}
        found = minimize(objective, np.zeros(free.size), jac=True, method="L-BFGS-B", options=options)
        return point(np.asarray(found.x, dtype=np.float64)), -float(found.fun)

    at, height = start, -np.inf
    for blur in (*BLURS, *([0.0] * MOST_ROUNDS)):
        stage = blurred(lanes, blur)
        before = height if blur == 0.0 else -np.inf
        at, height = climb(stage, at, whitening_factor(curvature(stage, at, free)))
        if 0.0 <= height - before < ENOUGH:
            break
    factor = np.eye(start.size)
    factor[np.ix_(free, free)] = whitening_factor(curvature(lanes, at, free))
    return Whitening(at, factor, height)


def blurred(lanes: Lanes, blur: float) -> Lanes:
    """Return the density with every claim widened."""
    return replace(lanes, data=lanes.data._replace(blur=jnp.asarray(blur)))


def whitening_factor(hessian: Floats) -> Floats:
    """Return ``factor`` with ``factor.T @ hessian @ factor`` the identity, where the hessian allows it."""
    values, vectors = np.linalg.eigh(hessian)
    # A direction that is flat or curves upwards there is bounded by the prior farther out.
    return vectors / np.sqrt(np.maximum(np.abs(values), LEAST_CURVATURE))[None, :]


def renew(whitening: Whitening, seen: Floats, slopes: Floats) -> Whitening:
    """Return the map of what the chains have seen, drawn towards the present one where they saw little.

    Parameters
    ----------
    seen, slopes
        Positions on the present standard scale and gradients of the log-density with respect
        to them, shape (point, dimension).

    Notes
    -----
    The scale that brings the covariance of the positions and that of the gradients to the same
    matrix, their geometric mean: it minimises the Fisher divergence from a normal distribution
    (Seyboldt, Carlson and Carpenter 2026).  A few gradients show at once which directions are
    steep, which takes positions long to show.  Both are weighted with the identity, which counts
    as one point for each dimension.
    """
    n, dimension = seen.shape
    weight = n / (n + dimension)
    resting = (1.0 - weight) * np.eye(dimension)
    spread = weight * np.cov(seen, rowvar=False).reshape(dimension, dimension) + resting
    steepness = weight * np.cov(slopes, rowvar=False).reshape(dimension, dimension) + resting
    root, inverse_root = _roots(steepness)
    middle, _ = _roots(root @ spread @ root)
    mean, _ = _roots(inverse_root @ middle @ inverse_root)
    return Whitening(whitening.mode, whitening.factor @ mean, whitening.log_density)


def _roots(matrix: Floats) -> tuple[Floats, Floats]:
    """Return the symmetric square root of a positive matrix, and its inverse."""
    values, vectors = np.linalg.eigh(0.5 * (matrix + matrix.T))
    root = np.sqrt(np.maximum(values, 1e-12))
    return (vectors * root) @ vectors.T, (vectors / root) @ vectors.T


def curvature(lanes: Lanes, at: Floats, along: Integers) -> Floats:
    """Return the Hessian of minus the log-density by central differences of its gradient.

    Parameters
    ----------
    along
        Places of the flat vector that the Hessian is wanted for.
    """
    shift = np.zeros((along.size, at.size))
    shift[np.arange(along.size), along] = DIFFERENCE
    _, above = lanes(at + shift)
    _, below = lanes(at - shift)
    hessian = -(above - below)[:, along] / (2.0 * DIFFERENCE)
    return 0.5 * (hessian + hessian.T)
