"""The log-density and its gradient for many points at once.

A point passes through three parts, forwards and back: JAX takes the flat vector to what a run
needs, machine code runs the system, JAX weighs what the run says of each claim.  Points go in
groups (lanes) to as many threads as there are processors; the result does not depend on them.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

from counterstream.infer.measurement import Noise
from counterstream.infer.posterior import Given, Posterior

Floats = NDArray[np.float64]
Likelihood = Callable[[Noise, Given], Array]


class Compiled(NamedTuple):
    """Functions of a group of points, each with what it needs to be differentiated.

    Parameters
    ----------
    inputs, pull_inputs
        Take points to what runs need, and slopes of that back to slopes of points.
    noise, pull_noise
        Take points and parts of claims to claims' noise, and slopes of that back to both.
    prior
        Takes points and the volume's share to log-priors and their slopes.
    likelihood
        Takes noise and data to log-likelihoods and their slopes.
    """

    inputs: Any
    pull_inputs: Any
    noise: Any
    pull_noise: Any
    prior: Any
    likelihood: Any


@dataclass(frozen=True)
class Lanes:
    """A compiled log-density with gradient, for given data.

    Parameters
    ----------
    posterior
        Whose runs and windows are used.
    compiled
        See :class:`Compiled`.
    shared
        What all runs share.
    data
        What the density is conditioned on.
    width
        Points per call.
    """

    posterior: Posterior
    compiled: Compiled
    shared: Floats
    data: Given
    width: int

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(max_workers=max(1, os.cpu_count() or 1))

    def __call__(self, points: Floats) -> tuple[Floats, Floats]:
        """Return log-densities, shape (point,), and gradients, shape (point, dimension)."""
        n = points.shape[0]
        blocks = self._groups(points)
        results = list(self._pool.map(self._evaluate, blocks)) if len(blocks) > 1 else [self._evaluate(blocks[0])]
        values = np.concatenate([v for v, _ in results])[:n]
        slopes = np.concatenate([g for _, g in results])[:n]
        return values, slopes

    def parts(self, points: Floats) -> Floats:
        """Run the system at points and return what claims are made of, shape (point, n_parts)."""
        return np.concatenate(list(self._pool.map(self._run, self._groups(points))))[: points.shape[0]]

    def _groups(self, points: Floats) -> list[Floats]:
        """Cut points into groups of one width; the last point fills the last one up."""
        n = points.shape[0]
        full = -(-n // self.width) * self.width
        padded = np.concatenate([points, np.repeat(points[-1:], full - n, axis=0)]) if full > n else points
        return [padded[i : i + self.width] for i in range(0, full, self.width)]

    def _run(self, block: Floats) -> Floats:
        values, own = self.compiled.inputs(jnp.asarray(block))
        courses, _ = self.posterior.native.run(np.asarray(values), np.asarray(own), self.shared)
        return self.posterior.reader.parts(courses)

    def _evaluate(self, block: Floats) -> tuple[Floats, Floats]:
        flats = jnp.asarray(block)
        native, reader, do = self.posterior.native, self.posterior.reader, self.compiled
        values, own = do.inputs(flats)
        courses, trail = native.run(np.asarray(values), np.asarray(own), self.shared)
        parts = jnp.asarray(reader.parts(courses))
        prior, prior_slope = do.prior(flats, self.data.volume)
        likelihood, noise_slope = do.likelihood(do.noise(flats, parts), self.data)
        direct_slope, parts_slope = do.pull_noise(flats, parts, noise_slope)
        d_values, d_own = native.pull(trail, reader.parts_slope(np.asarray(parts_slope)))
        run_slope = do.pull_inputs(flats, d_values, d_own)
        slope = np.asarray(prior_slope) + np.asarray(direct_slope) + np.asarray(run_slope)
        return np.asarray(prior) + np.asarray(likelihood), slope


def compile_lanes(posterior: Posterior, *, likelihood: Likelihood | None = None, width: int = 8) -> Lanes:
    """Compile the log-density of a posterior; its data are what the sources say.

    Parameters
    ----------
    likelihood
        Another likelihood in place of the posterior's own, of the same arguments as
        :meth:`~counterstream.infer.posterior.Posterior.log_likelihood`.
    width
        Points per call: what the machine does in one go at little more cost than one point.

    Notes
    -----
    ``dataclasses.replace(lanes, data=...)`` takes other data of the same shapes without
    compiling again.  Parts are compiled apart, side by side: XLA takes three times as long over
    all at once.
    """
    given = jax.tree.map(jnp.asarray, Given(posterior.observed, jnp.ones(()), jnp.zeros(())))
    log_likelihood = likelihood or posterior.log_likelihood

    def pull_inputs(flat: Array, d_values: Array, d_own: Array) -> Array:
        return jax.vjp(posterior.inputs, flat)[1]((d_values, d_own))[0]

    def pull_noise(flat: Array, parts: Array, slope: Noise) -> tuple[Array, Array]:
        return jax.vjp(posterior.noise, flat, parts)[1](slope)

    def total(noise: Noise, data: Given) -> Array:
        return log_likelihood(noise, data).sum()

    each = partial(jax.vmap, in_axes=(0, None))
    flats = jax.ShapeDtypeStruct((width, posterior.dimension), jnp.float64)
    parts = jax.ShapeDtypeStruct((width, posterior.reader.n_parts), jnp.float64)
    noise = jax.eval_shape(jax.vmap(posterior.noise), flats, parts)
    tasks: list[tuple[Any, tuple[Any, ...]]] = [
        (each(jax.value_and_grad(total)), (noise, given)),
        (jax.vmap(posterior.inputs), (flats,)),
        (jax.vmap(pull_inputs), (flats, *jax.eval_shape(jax.vmap(posterior.inputs), flats))),
        (jax.vmap(posterior.noise), (flats, parts)),
        (jax.vmap(pull_noise), (flats, parts, noise)),
        (each(jax.value_and_grad(posterior.unknowns.log_prior)), (flats, given.volume)),
    ]
    with ThreadPoolExecutor(max_workers=max(1, os.cpu_count() or 1)) as pool:
        done = [pool.submit(_compile, function, arguments) for function, arguments in tasks]
        posterior.native.compile()
        likelihoods, inputs, inputs_back, noises, noise_back, prior = (d.result() for d in done)
    compiled = Compiled(inputs, inputs_back, noises, noise_back, prior, likelihoods)
    return Lanes(posterior, compiled, posterior.native.lay_out(), given, width)


def _compile(function: Any, arguments: tuple[Any, ...]) -> Any:
    return jax.jit(function).lower(*arguments).compile()
