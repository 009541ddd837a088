"""The log-density and its gradient for many points at once, compiled once.

Compiling the run of a large system takes far longer than running it; mode, curvature and
chains therefore share one compiled function of a fixed number of points (lanes), called from
as many threads as there are processors.  The result does not depend on the threads.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Lanes:
    """A compiled log-density with gradient, for given data.

    Parameters
    ----------
    compiled
        Takes points, shape (width, dimension), and the data; see :func:`compile_lanes`.
    data
        A pytree of arrays.
    width
        Points per call of the compiled function.
    """

    compiled: Any
    data: Any
    width: int

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(max_workers=max(1, os.cpu_count() or 1))

    def __call__(self, points: Floats) -> tuple[Floats, Floats]:
        """Return log-densities, shape (point,), and gradients, shape (point, dimension)."""
        n = points.shape[0]
        full = -(-n // self.width) * self.width
        padded = np.concatenate([points, np.repeat(points[-1:], full - n, axis=0)]) if full > n else points
        blocks = [padded[i : i + self.width] for i in range(0, full, self.width)]
        results = list(self._pool.map(self._evaluate, blocks)) if len(blocks) > 1 else [self._evaluate(blocks[0])]
        values = np.concatenate([v for v, _ in results])[:n]
        slopes = np.concatenate([g for _, g in results])[:n]
        return values, slopes

    def _evaluate(self, block: Floats) -> tuple[Floats, Floats]:
        value, slope = self.compiled(jnp.asarray(block), self.data)
        return np.asarray(value), np.asarray(slope)


def compile_lanes(log_density: Callable[[Array, Any], Array], dimension: int, data: Any, width: int = 16) -> Lanes:
    """Compile a log-density for points of a dimension and data of a shape.

    Parameters
    ----------
    log_density
        Takes one flat vector and the data.
    dimension
        Length of the flat vector.
    data
        A pytree of arrays; ``dataclasses.replace(lanes, data=...)`` takes others of the same
        shapes without compiling again.
    width
        Points per call: what the machine does in one go at little more cost than one point.
    """
    points = jax.ShapeDtypeStruct((width, dimension), jnp.float64)
    batched = jax.jit(jax.vmap(jax.value_and_grad(log_density), in_axes=(0, None)))
    return Lanes(batched.lower(points, data).compile(), data, width)
