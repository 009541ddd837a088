"""Runs of whole persons, as both engines of whole persons write them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import jax
import numpy as np
from numpy.typing import NDArray

from counterstream.dynamics.draw import Draw, quantity
from counterstream.dynamics.program import Program

Integers = NDArray[np.int64]


class Whole(NamedTuple):
    """Runs of whole persons.

    Parameters
    ----------
    flows
        Shape (draw, time, group, move), integers.
    stocks
        Shape (draw, time + 1, group, status), integers.
    """

    flows: Integers
    stocks: Integers


def make_room(program: Program, n: int) -> Whole:
    """Return empty runs; in memory, groups lie closest together, as the kernels write them."""
    system, n_groups = program.system, program.layout.n_groups
    steps = system.clock.n_steps
    flows = np.zeros((n, steps, len(system.flow_names), n_groups), dtype=np.int64)
    stocks = np.zeros((n, steps + 1, len(system.statuses), n_groups), dtype=np.int64)
    return Whole(np.swapaxes(flows, 2, 3), np.swapaxes(stocks, 2, 3))


def gather(program: Program, n_draws: int, parts: Iterable[Whole]) -> Whole:
    """Return runs that come in parts as one."""
    whole = make_room(program, n_draws)
    first = 0
    for part in parts:
        for kept, new in zip(whole, part, strict=True):
            kept[first : first + len(new)] = new
        first += len(part.flows)
    return whole


def household_sizes(program: Program, draws: Draw, n: int) -> Integers:
    """Return how many decide together, shape (draw,)."""
    households = program.system.households
    size = np.asarray(quantity(households.mean_size, draws)) if households else np.ones(())
    return np.broadcast_to(np.maximum(1, np.rint(size)).astype(np.int64), (n,))


def add_up_cells(program: Program, stocks: Integers, by_status: Integers) -> None:
    """Add the cells of each status up.

    Parameters
    ----------
    stocks
        Shape (draw, cell, group).
    by_status
        Zeros, filled; shape (draw, status, group).
    """
    for place, name in enumerate(program.system.status_names):
        for cell in program.layout.rows[name]:
            by_status[:, place] += stocks[:, cell]


def pick_draws(draws: Draw, places: slice) -> Draw:
    """Return some of the draws of a draw with a leading axis."""
    return jax.tree.map(lambda a: a[places], draws)
