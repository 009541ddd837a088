"""Whole runs as machine code made from the very step that JAX traces, with their derivative.

XLA runs a step as some hundred small operations on arrays of a few numbers; most of its time
goes into starting them.  Here the step is one stretch of code on a few draws at once: an
order of magnitude faster, and compiled in seconds.  What a step means stands in
:mod:`counterstream.dynamics.flow` alone; tests hold both against each other.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from jax import Array
from numpy.typing import NDArray

from counterstream.dynamics.flow import Moment
from counterstream.dynamics.inputs import RunInputs, from_blocks, to_blocks
from counterstream.dynamics.machine import WIDTH, Machine, write_functions
from counterstream.dynamics.passes import write_backward, write_forward
from counterstream.dynamics.tracing import Traced, trace

Floats = NDArray[np.float64]
Emit = Callable[[Moment], Array]
Conclude = Callable[[tuple[Array, ...]], Array]
#: Draws that one thread runs at a time.
DRAWS_A_TASK = 2 * WIDTH


@dataclass(frozen=True)
class NativeRun(RunInputs):
    """Runs of a program, compiled for what is kept of each step.

    Parameters
    ----------
    emit
        Takes a step's moment and returns a flat array of what is kept.
    conclude
        Takes the rows after the last step and returns as many numbers: the course's last row.
    derivative
        Whether :meth:`pull` is wanted.
    frozen
        Signals whose held values differ from draw to draw: they follow the instruments among
        a run's ``own`` paths, one for each group where a signal differs between groups.  When
        they are held is shared, as for every lever.

    Notes
    -----
    The derivative runs through the steps backwards from the carries that the run left, and
    works each step out again (Griewank and Walther 2008, chapter 12).
    """

    emit: Emit
    conclude: Conclude
    derivative: bool = False
    frozen: tuple[str, ...] = ()

    @cached_property
    def frozen_columns(self) -> dict[str, slice]:
        """Where the held values of ``frozen`` signals lie among a run's ``own`` paths."""
        found: dict[str, slice] = {}
        first = len(self.path_names)
        for name in self.frozen:
            width = self.program.layout.n_groups if self.program.signals[name].per else 1
            found[name] = slice(first, first + width)
            first += width
        return found

    @property
    def n_frozen(self) -> int:
        """Number of columns of ``frozen`` signals."""
        return sum(part.stop - part.start for part in self.frozen_columns.values())

    @cached_property
    def traced(self) -> Traced:
        """The run in scalars."""
        return trace(self)

    @cached_property
    def _machine(self) -> Machine:
        backward = write_backward(self.traced) if self.derivative else []
        return Machine("\n".join([write_functions(), *write_forward(self.traced, kept=self.derivative), *backward]))

    @cached_property
    def _forward(self) -> Any:
        return self._machine.function("forward", 5)

    @cached_property
    def _backward(self) -> Any:
        return self._machine.function("backward", 7)

    def compile(self) -> None:
        """Compile now rather than at the first run."""
        _ = self._machine

    def run(
        self, values: Floats, own: Floats, shared: Floats, columns: Sequence[int] | None = None
    ) -> tuple[Floats, Trail]:
        """Run many draws.

        Parameters
        ----------
        values
            Parameters in internal units, shape (draw, n_values).
        own
            Instruments' own paths, shape (draw, n_steps, n_paths).
        shared
            See :meth:`lay_out`; fewer rows than the clock has steps end the run early.
        columns
            Which of what is emitted is wanted; by default all.

        Returns
        -------
        course : ndarray, shape (draw, n_steps + 1, n_emitted)
        trail
            What :meth:`pull` needs.
        """
        t = self.traced
        n_steps = shared.shape[0]
        trail = Trail(to_blocks(values), to_blocks(own), shared, values.shape[0], [])
        courses = np.empty((len(trail.values), n_steps + 1, len(t.told), WIDTH))
        for block, course in enumerate(courses):
            carries = np.empty((n_steps + 1 if self.derivative else 1, len(t.before), WIDTH))
            arrays = (trail.values[block], trail.own[block], shared, carries, course)
            self._forward(n_steps, *(a.ctypes.data for a in arrays))
            if self.derivative:
                trail.carries.append(carries)
        # Picked before the draws change their place: most of the time of that goes into memory.
        picked = courses if columns is None else courses[:, :, list(columns)]
        return from_blocks(picked, trail.n_draws), trail

    def run_in_threads(
        self,
        values: Floats,
        own: Floats,
        shared: Floats,
        columns: Sequence[int] | None = None,
        go_on: Callable[[], None] | None = None,
    ) -> Floats:
        """Return the courses of many draws, run by all processors; see :meth:`run`.

        Parameters
        ----------
        go_on
            Called before every few draws; what it raises ends the work.
        """
        self.compile()

        def task(first: int) -> Floats:
            if go_on is not None:
                go_on()
            part = slice(first, first + DRAWS_A_TASK)
            return self.run(values[part], own[part], shared, columns)[0]

        with ThreadPoolExecutor(max_workers=max(1, os.cpu_count() or 1)) as pool:
            return np.concatenate(list(pool.map(task, range(0, values.shape[0], DRAWS_A_TASK))))

    def pull(self, trail: Trail, slope: Floats) -> tuple[Floats, Floats]:
        """Return the derivative with respect to ``values`` and ``own``, given that with respect to the course."""
        n_steps = trail.shared.shape[0]
        slopes = to_blocks(slope)
        d_values, d_own = np.empty_like(trail.values), np.empty_like(trail.own)
        for block, carries in enumerate(trail.carries):
            given = (trail.values[block], trail.own[block], trail.shared, carries, slopes[block])
            self._backward(n_steps, *(a.ctypes.data for a in (*given, d_values[block], d_own[block])))
        return from_blocks(d_values, trail.n_draws), from_blocks(d_own, trail.n_draws)


class Trail(NamedTuple):
    """What a run leaves for its derivative; draws in blocks of ``WIDTH``, the draw last."""

    values: Floats
    own: Floats
    shared: Floats
    n_draws: int
    carries: list[Floats]
