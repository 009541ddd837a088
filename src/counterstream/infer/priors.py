"""Priors on an unconstrained scale: each unknown as a block of one flat vector."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import jax
import jax.numpy as jnp
import numpy as np
import numpyro.distributions as dist
from jax import Array
from jax.typing import ArrayLike
from numpy.typing import NDArray
from numpyro.distributions.transforms import biject_to

from counterstream.system.parameter import Family, Prior


@dataclass(frozen=True)
class Unknown:
    """A named block of unknowns.

    Parameters
    ----------
    name
        Name of the parameter, or of the walk whose increments it holds.
    size
        Number of scalars; 0 stands for one scalar without an axis.
    constrain
        Takes the unconstrained block to values.
    log_density
        Log-prior of the unconstrained block, Jacobian included (summed); ``None`` where it is
        standard normal.
    draw
        Takes a key and draws the unconstrained block from the prior.
    scale
        For the increments of a walk: name of the unknown that scales them.  The flat vector
        then holds increment times scale over ``reference`` (the walk's own moves), which the
        evidence knows far better than increments in units of an unknown scale: a centred
        parametrisation (Papaspiliopoulos, Roberts and Skold 2007).
    reference
        The scale's prior centre.
    is_scale
        Whether this is the width of other unknowns or of claims: where those are few or agree by
        chance the density has a spike at a width of 0, so that its highest point says little.
    """

    name: str
    size: int
    constrain: Callable[[Array], Array]
    log_density: Callable[[Array], Array] | None
    draw: Callable[[Array], Array]
    scale: str = ""
    reference: float = 1.0
    is_scale: bool = False

    @property
    def width(self) -> int:
        """Number of scalars in the flat vector."""
        return max(self.size, 1)


@dataclass(frozen=True)
class Unknowns:
    """All unknowns in the order of the flat vector."""

    blocks: tuple[Unknown, ...]

    @property
    def dimension(self) -> int:
        """Length of the flat vector."""
        return sum(block.width for block in self.blocks)

    def constrain(self, flat: Array) -> dict[str, Array]:
        """Split a flat unconstrained vector and take each block to its values."""
        values: dict[str, Array] = {}
        for block, part in zip(self.blocks, self.split(flat), strict=True):
            values[block.name] = block.constrain(part * _shrink(block, values))
        return values

    def log_prior(self, flat: Array, volume: ArrayLike = 1.0) -> Array:
        """Log-density of the prior on the unconstrained scale.

        Parameters
        ----------
        volume
            1 for the density of the flat vector.  0 leaves out the change of volume from
            standard increments to a walk's moves: the mode is sought without it, since with
            it the density has a spike where a walk's scale is 0.
        """
        values = self.constrain(flat)
        total = jnp.zeros(())
        normal: list[Array] = []
        for block, part in zip(self.blocks, self.split(flat), strict=True):
            shrink = _shrink(block, values)
            total = total + volume * block.width * jnp.log(shrink) if block.scale else total
            if block.log_density is None:
                normal.append(jnp.atleast_1d(part * shrink))
            else:
                total = total + block.log_density(part * shrink)
        # All standard normals at once: one block each would take long to compile.
        standard = jnp.concatenate(normal) if normal else jnp.zeros(0)
        return total - 0.5 * jnp.sum(standard**2) - 0.5 * math.log(2.0 * math.pi) * standard.size

    def draw_prior(self, key: Array) -> Array:
        """Draw a flat vector from the prior, shape (dimension,)."""
        values: dict[str, Array] = {}
        parts: list[Array] = []
        for block, k in zip(self.blocks, jax.random.split(key, len(self.blocks)), strict=True):
            drawn = block.draw(k)
            values[block.name] = block.constrain(drawn)
            parts.append(jnp.atleast_1d(drawn / _shrink(block, values)))
        return jnp.concatenate(parts)

    def split(self, flat: Array) -> list[Array]:
        """Split a flat vector into its blocks, in order; a block of size 0 is a scalar."""
        parts: list[Array] = []
        start = 0
        for block in self.blocks:
            parts.append(flat[start] if block.size == 0 else flat[start : start + block.size])
            start += block.width
        return parts

    @property
    def scales(self) -> NDArray[np.bool_]:
        """Which scalars of the flat vector are widths, shape (dimension,)."""
        return np.concatenate([np.full(block.width, block.is_scale) for block in self.blocks])

    def labels(self) -> tuple[str, ...]:
        """Name of every scalar of the flat vector, such as ``openness[3]``."""
        names: list[str] = []
        for block in self.blocks:
            names.extend([block.name] if block.size == 0 else [f"{block.name}[{i}]" for i in range(block.size)])
        return tuple(names)


def _shrink(block: Unknown, values: Mapping[str, Array]) -> Array:
    """From the flat vector to standard increments: reference over scale; 1 for other blocks."""
    return block.reference / values[block.scale] if block.scale else jnp.ones(())


def distribution(prior: Prior) -> Any:
    """Return the NumPyro distribution of a prior (x64)."""
    a = prior.arguments
    makers: dict[Family, Callable[[], Any]] = {
        Family.NORMAL: lambda: dist.Normal(a[0], a[1]),
        Family.LOGNORMAL: lambda: dist.LogNormal(math.log(a[0]), a[1]),
        Family.HALFNORMAL: lambda: dist.HalfNormal(a[0]),
        Family.EXPONENTIAL: lambda: dist.Exponential(1.0 / a[0]),
        Family.GAMMA: lambda: dist.Gamma(a[0], a[0] / a[1]),
        Family.BETA: lambda: dist.Beta(a[0] * a[1], (1.0 - a[0]) * a[1]),
        Family.LOGITNORMAL: lambda: dist.TransformedDistribution(
            dist.Normal(math.log(a[0] / (1.0 - a[0])), a[1]), dist.transforms.SigmoidTransform()
        ),
        Family.UNIFORM: lambda: dist.Uniform(a[0], a[1]),
        Family.STUDENT: lambda: dist.StudentT(a[0], a[1], a[2]),
    }
    return makers[prior.family]()


def scalar_unknown(name: str, prior: Prior) -> Unknown:
    """Return the block of one parameter.

    Location-scale families (normal, log-normal, logit-normal, Student) are standardised, so
    that 0 is the prior's centre and 1 its spread; the others use the support's bijection.
    """
    a = prior.arguments
    standard = dist.Normal(0.0, 1.0)
    if prior.family is Family.NORMAL:
        return Unknown(name, 0, lambda z: a[0] + a[1] * z, None, standard.sample)
    if prior.family is Family.LOGNORMAL:
        return Unknown(name, 0, lambda z: a[0] * jnp.exp(a[1] * z), None, standard.sample)
    if prior.family is Family.LOGITNORMAL:
        centre = math.log(a[0] / (1.0 - a[0]))
        return Unknown(name, 0, lambda z: jax.nn.sigmoid(centre + a[1] * z), None, standard.sample)
    if prior.family is Family.STUDENT:
        tailed = dist.StudentT(a[0])
        return Unknown(name, 0, lambda z: a[1] + a[2] * z, tailed.log_prob, tailed.sample)
    target = distribution(prior)
    bijection = cast(Any, biject_to(target.support))
    # Shifted so that 0 is near the prior's centre: every chain starts where the prior lives.
    centre = bijection.inv(jnp.asarray(float(target.mean)))

    def constrain(z: Array) -> Array:
        return bijection(centre + z)

    def log_density(z: Array) -> Array:
        value = bijection(centre + z)
        return target.log_prob(value) + bijection.log_abs_det_jacobian(centre + z, value)

    return Unknown(name, 0, constrain, log_density, lambda key: bijection.inv(target.sample(key)) - centre)


def increments_unknown(name: str, size: int, tails: float | None, scale: str = "", reference: float = 1.0) -> Unknown:
    """Return a block of standard increments, normal or Student with ``tails``; see :class:`Unknown`."""
    density = dist.Normal(0.0, 1.0) if tails is None else dist.StudentT(tails)
    return Unknown(
        name,
        size,
        lambda z: z,
        None if tails is None else lambda z: density.log_prob(z).sum(),
        lambda key: density.sample(key, (size,)),
        scale,
        reference,
    )


def prior_draws(prior: Prior, key: Array, n: int) -> NDArray[np.float64]:
    """Return ``n`` draws of a prior, shape (n,)."""
    return np.asarray(distribution(prior).sample(key, (n,)))
