"""Readings of many draws, compiled once for a system and all its scenarios."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

from counterstream.dynamics.draw import Draw
from counterstream.dynamics.drive import Levers, change_levers, pull_levers
from counterstream.dynamics.flow import run_expected
from counterstream.dynamics.native import NativeRun
from counterstream.dynamics.program import Program
from counterstream.simulate.series import Reading, read_end, read_moment
from counterstream.system.system import System

Floats = NDArray[np.float64]


def native_readings(program: Program, readings: tuple[Reading, ...], *, derivative: bool = False) -> NativeRun:
    """Return runs of a program that keep some readings, at step boundaries."""
    return NativeRun(
        program,
        lambda moment: read_moment(program, readings, moment),
        lambda last: read_end(program, readings, last),
        derivative,
    )


def run_readings(program: Program, readings: tuple[Reading, ...], draws: Draw, n_draws: int) -> Array:
    """Run many draws by JAX, differentiably; readings by step boundary, shape (draw, n_steps + 1, n_readings).

    The reference for :func:`native_readings`, and what a function compiled by JAX can call.
    """
    last, told = run_expected(
        program, draws, n_draws, lambda moment: read_moment(program, readings, moment), checkpointed=True
    )
    ended = jax.vmap(lambda rows: read_end(program, readings, rows), in_axes=-1)(last)
    return jnp.concatenate([jnp.moveaxis(told, -1, 0), ended[:, None]], axis=1)


class Prepared(NamedTuple):
    """What runs of some draws take: ``values``, shape (draw, n_values), and ``own`` paths (draw, n_steps, n_paths)."""

    values: Floats
    own: Floats


@dataclass(frozen=True)
class Courses:
    """Runs a program for many draws and keeps some readings.

    Parameters
    ----------
    program
        A compiled system.
    readings
        What is kept of each step.
    """

    program: Program
    readings: tuple[Reading, ...]

    @cached_property
    def _native(self) -> NativeRun:
        return native_readings(self.program, self.readings)

    @cached_property
    def _levers(self) -> Levers:
        return pull_levers(self.program.system, all_levers=True)

    def prepare(self, draws: Draw, n_draws: int) -> Prepared:
        """Return what runs of some draws take, so that it is worked out once for many runs; compiles."""
        self._native.compile()
        return Prepared(*self._native.inputs_of_many(draws, n_draws))

    def run_prepared(
        self,
        prepared: Prepared,
        system: System,
        columns: Sequence[int] | None = None,
        go_on: Callable[[], None] | None = None,
    ) -> Floats:
        """Run prepared draws of the system under a scenario.

        Parameters
        ----------
        system
            As in :meth:`run`.
        columns
            Readings that are wanted, by their places; by default all.
        go_on
            Called now and then; what it raises ends the work.

        Returns
        -------
        ndarray, shape (draw, n_steps + 1, n_columns)
        """
        shared = self._native.lay_out(change_levers(self._levers, self.program.system, system))
        return self._native.run_in_threads(prepared.values, prepared.own, shared, columns, go_on)

    def run(self, draws: Draw, n_draws: int, system: System | None = None) -> Floats:
        """Run all draws.

        Parameters
        ----------
        draws
            Unknowns in internal units, each array with a leading draw axis.
        system
            The same system under a scenario that leaves its cells as they are; by default
            the program's own.

        Returns
        -------
        ndarray, shape (draw, n_steps + 1, n_readings)
            Flows and paths have a 0 at the last boundary; stocks stand there as at the end.
        """
        return self.run_prepared(self.prepare(draws, n_draws), system or self.program.system)
