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
    """Climb to a mode and return the map that makes the posterior standard normal there.

    Parameters
    ----------
    lanes
        The log-density; its data are :class:`~counterstream.infer.posterior.Given`.
    start
        Where to begin, shape (dimension,).
    told
        Called with the number of evaluations and the log-density now and then.

    Notes
    -----
    L-BFGS (Liu and Nocedal 1989, as in SciPy) on the scale of the curvature at the present
    point, which is renewed every so many steps: far from the mode it is a rough guide.
    """
    climbing = replace(lanes, data=lanes.data._replace(volume=0.0))
    count = 0
    blur = 0.0

    def climb(whitening: Whitening, most: int) -> tuple[Floats, float]:
        def objective(u: Floats) -> tuple[float, Floats]:
            nonlocal count
            count += 1
            value, slope = blurred(climbing, blur)(whitening.to_flat(u)[None])
            if not np.isfinite(value[0]):
                # L-BFGS backs off from a point that it sees as very bad.
                return 1e100, np.zeros_like(u)
            if count % 10 == 0:
                told(count, float(value[0]))
            return -float(value[0]), -(slope[0] @ whitening.factor)

        options = {"maxiter": most, "maxfun": 2 * most, "maxcor": 30, "ftol": 1e-11, "gtol": 1e-3}
        found = minimize(objective, np.zeros(start.size), jac=True, method="L-BFGS-B", options=options)
        return whitening.to_flat(np.asarray(found.x, dtype=np.float64)), -float(found.fun)

    whitening = whiten(blurred(climbing, BLURS[0]), start, -np.inf)
    for blur in (*BLURS, *([0.0] * MOST_ROUNDS)):
        before = whitening.log_density if blur == 0.0 else -np.inf
        mode, height = climb(whitening, STEPS_A_ROUND)
        whitening = whiten(blurred(climbing, blur), mode, height)
        if blur == 0.0 and 0.0 <= height - before < ENOUGH:
            break
    return whiten(lanes, whitening.mode, whitening.log_density)


def blurred(lanes: Lanes, blur: float) -> Lanes:
    """Return the density with every claim widened."""
    return replace(lanes, data=lanes.data._replace(blur=blur))


def whiten(lanes: Lanes, at: Floats, height: float) -> Whitening:
    """Return the map of the curvature at a point."""
    values, vectors = np.linalg.eigh(curvature(lanes, at))
    # A direction that is flat or curves upwards there is bounded by the prior farther out.
    scale = 1.0 / np.sqrt(np.maximum(np.abs(values), LEAST_CURVATURE))
    return Whitening(at, vectors * scale[None, :], height)


def renew(whitening: Whitening, seen: Floats) -> Whitening:
    """Return the map of what the chains have seen, drawn towards the present one where they saw little.

    Parameters
    ----------
    seen
        Positions on the present standard scale, shape (point, dimension).

    Notes
    -----
    The covariance is a weighted mean of the points' own and the identity, with as much weight
    on the identity as five points for each dimension would have.
    """
    n, dimension = seen.shape
    weight = n / (n + 5.0 * dimension)
    centre = seen.mean(axis=0) * weight
    spread = weight * np.cov(seen, rowvar=False).reshape(dimension, dimension) + (1.0 - weight) * np.eye(dimension)
    factor = whitening.factor @ np.linalg.cholesky(spread)
    return Whitening(whitening.to_flat(centre), factor, whitening.log_density)


def curvature(lanes: Lanes, at: Floats) -> Floats:
    """Return the Hessian of minus the log-density by central differences of its gradient."""
    shift = DIFFERENCE * np.eye(at.size)
    _, above = lanes(at + shift)
    _, below = lanes(at - shift)
    hessian = -(above - below) / (2.0 * DIFFERENCE)
    return 0.5 * (hessian + hessian.T)
