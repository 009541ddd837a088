"""The posterior's mode and curvature: where sampling starts, and the scales it moves in.

The curvature at the mode turns the posterior, to second order, into a standard normal; the
samplers work on that scale, where a few leapfrog steps cross the whole distribution.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray
from scipy.optimize import minimize

LogDensity = Callable[[Array], Array]

#: Curvature below this is taken as this: no direction is believed wider than the prior's (1 on this scale) by much.
LEAST_CURVATURE = 0.3


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

    mode: NDArray[np.float64]
    factor: NDArray[np.float64]
    log_density: float

    def to_flat(self, u: Array) -> Array:
        """Take a point on the standard scale to the flat vector; the last axis is the dimension."""
        return self.mode + u @ self.factor.T


def find_mode(
    log_density: LogDensity, start: NDArray[np.float64], *, most_steps: int = 2000, told: Callable[[int, float], None]
) -> tuple[NDArray[np.float64], float]:
    """Climb to a mode by L-BFGS (Liu and Nocedal 1989, as in SciPy).

    Parameters
    ----------
    told
        Called with the number of evaluations and the log-density now and then.
    """
    gradient = jax.jit(jax.value_and_grad(lambda flat: -log_density(flat)))
    count = 0

    def objective(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        nonlocal count
        count += 1
        value, slope = gradient(jnp.asarray(flat))
        if not np.isfinite(value):
            # L-BFGS backs off from a point that it sees as very bad.
            return 1e100, np.zeros_like(flat)
        if count % 20 == 0:
            told(count, -float(value))
        return float(value), np.asarray(slope, dtype=np.float64)

    options = {"maxiter": most_steps, "maxfun": 2 * most_steps, "maxcor": 30, "ftol": 1e-10, "gtol": 1e-4}
    found = minimize(objective, start, jac=True, method="L-BFGS-B", options=options)
    return np.asarray(found.x, dtype=np.float64), -float(found.fun)


def curvature(log_density: LogDensity, at: NDArray[np.float64], *, batch: int = 16) -> NDArray[np.float64]:
    """Return the Hessian of minus the log-density, shape (dimension, dimension)."""
    point = jnp.asarray(at)
    slope = jax.grad(lambda flat: -log_density(flat))

    def column(direction: Array) -> Array:
        return jax.jvp(slope, (point,), (direction,))[1]

    columns = jax.jit(lambda basis: jax.lax.map(column, basis, batch_size=batch))(jnp.eye(point.size))
    hessian = np.asarray(columns, dtype=np.float64)
    return 0.5 * (hessian + hessian.T)


def whiten(log_density: LogDensity, mode: NDArray[np.float64], height: float) -> Whitening:
    """Return the map that makes the posterior standard normal to second order at its mode."""
    values, vectors = np.linalg.eigh(curvature(log_density, mode))
    # A direction that is flat or curves upwards at the mode is bounded by the prior farther out.
    scale = 1.0 / np.sqrt(np.maximum(np.abs(values), LEAST_CURVATURE))
    return Whitening(mode, vectors * scale[None, :], height)
