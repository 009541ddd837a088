"""The expected engine: real numbers, deterministic, differentiable."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

from counterstream.dynamics.draw import Draw
from counterstream.dynamics.drive import pull_levers
from counterstream.dynamics.flow import Moment
from counterstream.dynamics.layout import Layout
from counterstream.dynamics.native import NativeRun
from counterstream.dynamics.program import Program
from counterstream.system.system import System

Floats = NDArray[np.float64]


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

    flows: Floats
    stocks: Floats


def stock_rows(layout: Layout, stocks: tuple[Array, ...]) -> list[Array]:
    """Return persons by group in each status, in order."""
    zero = jnp.zeros(layout.n_groups)
    return [sum((stocks[cell] for cell in layout.rows[name]), zero) for name in layout.system.status_names]


@dataclass(frozen=True)
class ExpectedRuns:
    """Whole runs of a system and all its scenarios, compiled once.

    Parameters
    ----------
    program
        A compiled system.
    paths
        Instruments and signals whose levels are wanted beside flows and stocks.
    """

    program: Program
    paths: tuple[str, ...] = ()

    @cached_property
    def _native(self) -> NativeRun:
        program, names = self.program, self.program.system.flow_names
        n_flows, n_groups = len(names), program.layout.n_groups
        n_paths = len(self.paths)

        def emit(moment: Moment) -> Array:
            flows = [moment.flows[name] for name in names]
            seen = [jnp.mean(moment.seen[name])[None] for name in self.paths]
            return jnp.concatenate([*flows, *stock_rows(program.layout, moment.stocks), *seen])

        def conclude(last: tuple[Array, ...]) -> Array:
            rows = stock_rows(program.layout, last)
            return jnp.concatenate([jnp.zeros(n_flows * n_groups), *rows, jnp.zeros(n_paths)])

        return NativeRun(program, emit, conclude)

    def run(self, draws: Draw, n_draws: int, system: System | None = None) -> tuple[Course, Floats]:
        """Run many draws.

        Parameters
        ----------
        draws
            Unknowns in internal units; each array leads with the draw.
        n_draws
            Number of draws.
        system
            The same system under a scenario that leaves its cells as they are; by default the
            program's own.

        Returns
        -------
        course
            Flows and stocks.
        levels : ndarray, shape (draw, time, path)
            Levels of ``paths`` at the start of each step, means over groups.
        """
        native = self._native
        shared = native.lay_out(pull_levers(system or self.program.system, all_levers=True))
        course = native.run_in_threads(*native.inputs_of_many(draws, n_draws), shared)
        n_flows, n_groups = len(self.program.system.flow_names), self.program.layout.n_groups
        n_rows = course.shape[2] - len(self.paths)
        by_row = course[..., :n_rows].reshape(*course.shape[:2], n_rows // n_groups, n_groups).swapaxes(2, 3)
        return Course(by_row[:, :-1, :, :n_flows], by_row[..., n_flows:]), course[:, :-1, n_rows:]


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
    return ExpectedRuns(program).run(draws, n_draws)[0]
