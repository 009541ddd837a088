"""Readings of many draws, compiled once for a system and all its scenarios."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jax
import numpy as np
from jax import Array
from numpy.typing import NDArray

from counterstream.dynamics.draw import Draw
from counterstream.dynamics.drive import Levers, pull_levers
from counterstream.dynamics.flow import run_expected
from counterstream.dynamics.program import Program
from counterstream.simulate.series import Reading, assemble_readings, emit_rows
from counterstream.system.system import System

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Courses:
    """Runs a program for many draws and keeps some readings.

    Parameters
    ----------
    program
        A compiled system.
    readings
        What is kept of each step.
    width
        Draws per call of the compiled function.
    """

    program: Program
    readings: tuple[Reading, ...]
    width: int = 16

    @cached_property
    def _compiled(self) -> Any:
        def course(draw: Draw, levers: Levers) -> Array:
            last, rows = run_expected(
                self.program, draw, lambda moment: emit_rows(self.program, self.readings, moment), levers=levers
            )
            return assemble_readings(self.program, self.readings, rows, last)

        return jax.jit(jax.vmap(course, in_axes=(0, None)))

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
            See :func:`~counterstream.simulate.series.assemble_readings`.
        """
        levers = pull_levers(system or self.program.system, all_instruments=True)
        with ThreadPoolExecutor(max_workers=max(1, os.cpu_count() or 1)) as pool:
            parts = list(
                pool.map(lambda block: np.asarray(self._compiled(block, levers)), self._blocks(draws, n_draws))
            )
        return np.concatenate(parts)[:n_draws]

    def _blocks(self, draws: Draw, n_draws: int) -> Iterator[Draw]:
        for first in range(0, n_draws, self.width):
            # The last block is filled up with its last draw: one shape, one compilation.
            pick = np.minimum(np.arange(first, first + self.width), n_draws - 1)
            yield jax.tree.map(lambda a, at=pick: np.asarray(a)[at], draws)
