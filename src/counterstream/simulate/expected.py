"""The expected engine: real numbers, deterministic, differentiable."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

from counterstream.dynamics.draw import Draw
from counterstream.dynamics.flow import Moment
from counterstream.dynamics.layout import Layout
from counterstream.dynamics.native import NativeRun
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


def stock_rows(layout: Layout, stocks: tuple[Array, ...]) -> list[Array]:
    """Return persons by group in each status, in order."""
    zero = jnp.zeros(layout.n_groups)
    return [sum((stocks[cell] for cell in layout.rows[name]), zero) for name in layout.system.status_names]


def simulate_expected(program: Program, draw: Draw) -> Course:
    """Run one draw; see :class:`Course` for shapes (without the draw axis)."""
    course = simulate_expected_draws(program, jax.tree.map(lambda a: jnp.asarray(a)[None], draw), 1)
    return Course(course.flows[0], course.stocks[0])


def simulate_expected_draws(program: Program, draws: Draw, n_draws: int) -> Course:
    """Run many draws.

    Parameters
    ----------
    draws
        Unknowns in internal units; each array leads with the draw.
    n_draws
        Number of draws (a system without unknowns has no array to count).
    """
    names, n_groups = program.system.flow_names, program.layout.n_groups
    n_flows, n_stocks = len(names), len(program.system.status_names)

    def emit(moment: Moment) -> Array:
        flows = [moment.flows[name] for name in names]
        return jnp.concatenate([*flows, *stock_rows(program.layout, moment.stocks)])

    def conclude(last: tuple[Array, ...]) -> Array:
        return jnp.concatenate([jnp.zeros(n_flows * n_groups), *stock_rows(program.layout, last)])

    run = NativeRun(program, emit, conclude)
    values, own = jax.vmap(lambda draw, _: run.inputs(draw))(draws, jnp.arange(n_draws))
    course, _ = run.run(np.asarray(values), np.asarray(own), run.lay_out())
    by_row = course.reshape(n_draws, -1, n_flows + n_stocks, n_groups).swapaxes(2, 3)
    return Course(by_row[:, :-1, :, :n_flows], by_row[..., n_flows:])
