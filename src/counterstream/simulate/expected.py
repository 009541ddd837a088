"""The expected engine: real numbers, deterministic, differentiable."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

from counterstream.dynamics.draw import Draw
from counterstream.dynamics.flow import Moment, run_expected
from counterstream.dynamics.layout import Layout
from counterstream.dynamics.program import Program


class Course(NamedTuple):
    """A run, or many with a leading draw axis.

    Parameters
    ----------
    flows
        Persons by flow, shape ([draw,] time, group, move).
    stocks
        Persons by status at the start of each step and the end of the last, shape
        ([draw,] time + 1, group, status).
    """

    flows: NDArray[np.float64]
    stocks: NDArray[np.float64]


def stock_by_status(layout: Layout, stocks: tuple[Array, ...]) -> Array:
    """Add the cells of each status; shape (group, status)."""
    zero = jnp.zeros(layout.n_groups)
    columns = [sum((stocks[cell] for cell in layout.rows[name]), zero) for name in layout.system.status_names]
    return jnp.stack(columns, axis=-1)


def simulate_expected(program: Program, draw: Draw) -> Course:
    """Run one draw; see :class:`Course` for shapes (without the draw axis)."""
    return Course(*(np.asarray(part) for part in jax.jit(lambda d: _run(program, d))(draw)))


def simulate_expected_draws(program: Program, draws: Draw, *, batch: int = 64) -> Course:
    """Run many draws; every array of ``draws`` has a leading draw axis."""
    run = jax.jit(lambda ds: jax.lax.map(lambda d: _run(program, d), ds, batch_size=batch))
    return Course(*(np.asarray(part) for part in run(draws)))


def _run(program: Program, draw: Draw) -> tuple[Array, Array]:
    names = program.system.flow_names

    def emit(moment: Moment) -> tuple[Array, Array]:
        flows = jnp.stack([moment.flows[name] for name in names], axis=-1)
        return flows, stock_by_status(program.layout, moment.stocks)

    last, (flows, stocks) = run_expected(program, draw, emit)
    return flows, jnp.concatenate([stocks, stock_by_status(program.layout, last)[None]])
