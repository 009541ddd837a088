"""Readings of many draws, compiled once for a system and all its scenarios."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

from counterstream.dynamics.draw import Draw
from counterstream.dynamics.drive import pull_levers
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
        native = self._native
        shared = native.lay_out(pull_levers(system or self.program.system, all_levers=True))
        return native.run_in_threads(*native.inputs_of_many(draws, n_draws), shared)
