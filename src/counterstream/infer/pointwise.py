"""What priors and claims say of each draw of a fit, one by one."""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

from counterstream.infer.lanes import Lanes
from counterstream.infer.posterior import Given, Posterior, measurement_values, to_draw
from counterstream.infer.priors import Unknowns

Floats = NDArray[np.float64]

#: Draws weighed at a time: enough to keep a processor busy, few enough for its memory.
AT_ONCE = 64


@dataclass(frozen=True)
class Pointwise:
    """Log-priors and log-likelihoods by draw; arrays lead with (chain, draw).

    Parameters
    ----------
    parameters
        The declared parameters.
    log_prior
        Log-density of each parameter's own prior, on the unconstrained scale of
        :func:`~counterstream.infer.priors.scalar_unknown`, shape (chain, draw, parameter).
    claims
        Names of the fitted claims.
    log_likelihood
        Log-density of each claim, repeats of one witness counted by their share, shape
        (chain, draw, claim).
    weight
        That share, shape (claim,); 1 where nobody repeats.
    truth
        What the system says of each claim, natural scale, shape (chain, draw, claim).
    log_ratio
        Log-density of the posterior minus that of what the draws come from, up to a constant,
        shape (chain, draw); 0 where the draws are of chains.
    """

    parameters: tuple[str, ...]
    log_prior: Floats
    claims: tuple[str, ...]
    log_likelihood: Floats
    weight: Floats
    truth: Floats
    log_ratio: Floats


def weigh_draws(lanes: Lanes, flats: Floats, log_ratio: Floats | None = None) -> Pointwise:
    """Work out what priors and claims say of each draw.

    Parameters
    ----------
    lanes
        The compiled density that was fitted; its runs are used.
    flats
        Draws of the flat vector, shape (chain, draw, dimension).
    log_ratio
        See :class:`Pointwise`.
    """
    posterior = lanes.posterior
    shape = flats.shape[:2]
    pooled = flats.reshape(-1, flats.shape[2])
    parts = lanes.parts(pooled)
    weigh = jax.jit(jax.vmap(lambda flat, part: _weigh(posterior, lanes.data, flat, part)))
    told = [
        [np.asarray(a) for a in weigh(*(_fill(jnp.asarray(x[i : i + AT_ONCE])) for x in (pooled, parts)))]
        for i in range(0, pooled.shape[0], AT_ONCE)
    ]
    prior, likelihood, truth = (
        np.concatenate(pieces)[: pooled.shape[0]].reshape(*shape, -1) for pieces in zip(*told, strict=True)
    )
    table = posterior.table
    return Pointwise(
        tuple(p.name for p in posterior.system.parameters),
        prior,
        tuple(c.claim.id for c in table.claims),
        likelihood,
        table.weight,
        truth,
        np.zeros(shape) if log_ratio is None else log_ratio.reshape(shape),
    )


def _fill(rows: Array) -> Array:
    """Repeat the last row until there are :data:`AT_ONCE`, so that nothing is compiled for another number."""
    return jnp.concatenate([rows, jnp.repeat(rows[-1:], AT_ONCE - rows.shape[0], axis=0)])


def _weigh(posterior: Posterior, data: Given, flat: Array, parts: Array) -> tuple[Array, Array, Array]:
    values = posterior.unknowns.constrain(flat)
    truths = posterior.reader.truths(parts, to_draw(posterior.system, values))
    noise = posterior.measurement.noise(measurement_values(values), truths.value, truths.below)
    prior = own_log_priors(posterior.unknowns, flat, tuple(p.name for p in posterior.system.parameters))
    return prior, posterior.log_likelihood(noise, data), truths.value


def own_log_priors(unknowns: Unknowns, flat: Array, names: tuple[str, ...]) -> Array:
    """Return the log-density of each named scalar's own prior on the unconstrained scale, shape (name,)."""
    found: dict[str, Array] = {}
    for block, part in zip(unknowns.blocks, unknowns.split(flat), strict=True):
        if block.name in names:
            standard = -0.5 * part**2 - 0.5 * jnp.log(2.0 * jnp.pi)
            found[block.name] = standard if block.log_density is None else block.log_density(part)
    return jnp.stack([found[name] for name in names]) if names else jnp.zeros(0)
