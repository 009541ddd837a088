"""One draw of everything unknown, in the units used inside (years, persons)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from counterstream.system.instrument import Walk
from counterstream.system.parameter import Quantity
from counterstream.system.system import System
from counterstream.units import DURATION_UNITS, RATE_UNITS


class Draw(NamedTuple):
    """Values of the parameters (rates per year, durations in years) and of walks' increments.

    Parameters
    ----------
    values
        Scalar array by parameter name.
    increments
        Standardised increments, shape (n_increments,), by instrument name.
    """

    values: Mapping[str, Array]
    increments: Mapping[str, Array]


def to_internal(system: System, stated: Mapping[str, Array]) -> dict[str, Array]:
    """Convert parameter values from the units of their declaration to years and persons."""
    factors = {p.name: RATE_UNITS.get(p.unit, DURATION_UNITS.get(p.unit, 1.0)) for p in system.parameters}
    return {name: stated[name] * factor for name, factor in factors.items()}


def quantity(value: Quantity, draw: Draw) -> Array:
    """Return the number, or the drawn value of the parameter that it names."""
    return draw.values[value] if isinstance(value, str) else jnp.asarray(value, dtype=jnp.float64)


def months_quantity(value: Quantity, draw: Draw) -> Array:
    """Return a duration in years from a number of months or a parameter of a duration unit."""
    return draw.values[value] if isinstance(value, str) else jnp.asarray(value / 12.0, dtype=jnp.float64)


def walks_of(system: System) -> dict[str, Walk]:
    """Return the walks to be inferred, by instrument."""
    return {i.name: i.path for i in system.instruments if isinstance(i.path, Walk)}
