"""Intensities, chances and shares as functions of a linear predictor; each equation stands once."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

from counterstream.dynamics.draw import Draw, months_quantity, quantity
from counterstream.system.move import DecisionMove, LossMove, RateMove

#: Predictors above this count as this: with e^50 times its base intensity everybody moves at once, and no
#: product of such intensities leaves the range of numbers.
HIGHEST_PREDICTOR = 50.0


def relative_intensity(predictor: Array) -> Array:
    """Return ``exp(predictor)``, by how much terms multiply an intensity."""
    return jnp.exp(jnp.minimum(predictor, HIGHEST_PREDICTOR))


def rate_hazard(
    move: RateMove | LossMove, draw: Draw, step_years: float, mask: NDArray[np.float64], predictor: Array
) -> Array:
    """Return intensity times the step's length: ``rate * exp(predictor) * h`` for the groups picked."""
    return quantity(move.rate_per_year, draw) * step_years * relative_intensity(predictor) * mask


def decision_hazard(move: DecisionMove, draw: Draw, step_years: float, mask: NDArray[np.float64]) -> Array:
    """Return the intensity with which one stage of a queue is left, times the step's length.

    Notes
    -----
    A stage is left with probability ``p = stages * h / delay`` per step: the wait is a sum of
    ``stages`` geometric ones and its mean is the declared delay exactly.
    """
    p = move.stages * step_years / months_quantity(move.delay_months, draw)
    return -jnp.log1p(-jnp.minimum(p, 1.0 - 1e-15)) * mask


def approval_chance(move: DecisionMove, draw: Draw, predictor: Array) -> Array:
    """Return the chance of approval: the declared chance, moved on its logit by the predictor."""
    base = quantity(move.chance, draw)
    return jax.nn.sigmoid(jnp.log(base) - jnp.log1p(-base) + predictor)


def choice_shares(utilities: list[Array]) -> tuple[Array, ...]:
    """Return the shares of a conditional logit (McFadden 1974), one array for each alternative.

    Row by row: stacking the alternatives would cost a copy in every step of a run.
    """
    if len(utilities) == 2:
        second = jax.nn.sigmoid(utilities[1] - utilities[0])
        return 1.0 - second, second
    highest = utilities[0]
    for utility in utilities[1:]:
        highest = jnp.maximum(highest, utility)
    weights = [jnp.exp(u - jax.lax.stop_gradient(highest)) for u in utilities]
    total = sum(weights[1:], weights[0])
    return tuple(w / total for w in weights)


def leaving_factor(total: Array) -> Array:
    """``(1 - exp(-H)) / H`` for a total intensity ``H >= 0`` per step; 1 at 0.

    Notes
    -----
    Competing risks with constant intensities: a person leaves during the step with
    probability ``1 - exp(-H)``, by exit i with share ``H_i / H`` (Breto and Ionides 2011).
    """
    small = total < 1e-4
    safe = jnp.where(small, 1.0, total)
    series = 1.0 - total * (0.5 - total * (1.0 / 6.0 - total / 24.0))
    return jnp.where(small, series, -jnp.expm1(-safe) / safe)
