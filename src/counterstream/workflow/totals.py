"""Runs of a system under scenarios, summed up over calendar years while they are made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import jax
import numpy as np
from numpy.typing import NDArray

from counterstream.dynamics.draw import Draw
from counterstream.dynamics.program import Program, compile_system
from counterstream.scenario.change import Changed
from counterstream.simulate.counts import iterate_counts
from counterstream.simulate.expected import ExpectedRuns
from counterstream.simulate.persons import Following, iterate_persons
from counterstream.simulate.series import measure_readings, read_course, simulated
from counterstream.simulate.windows import has_course, measure_windows
from counterstream.system.observable import Observable, PathMeasure
from counterstream.system.system import System

Floats = NDArray[np.float64]
#: Engines of whole persons.
WHOLE = ("counts", "persons")
#: Draws that are run and summed up at a time: memory grows with these alone.
BATCH = 48


class Totals(NamedTuple):
    """Sums of a scenario's runs over calendar years, and over the whole period last.

    Parameters
    ----------
    flows
        Persons in each period, shape (draw, period, group, flow).
    stocks
        Persons at the end of each period, shape (draw, period, group, status).
    observables
        Over each period, shape (draw, period, observable).
    levels
        Instruments and signals at every step, shape (draw, time, path); no path for whole persons.
    """

    flows: Floats
    stocks: Floats
    observables: Floats
    levels: Floats


def measurable(system: System, engine: str) -> tuple[Observable, ...]:
    """Return the observables that have a value over any period; whole persons have no paths."""
    return tuple(
        o
        for o in system.observables
        if has_course(system, o.measure) and not (engine in WHOLE and isinstance(o.measure, PathMeasure))
    )


@dataclass(frozen=True)
class Totalling:
    """Runs draws of one system under any of its scenarios.

    Parameters
    ----------
    program
        The compiled system.
    draws
        Unknowns in internal units, each array with a leading draw axis.
    n_draws
        Number of draws.
    observables
        What is measured over every period; see :func:`measurable`.
    engine
        ``expected``, ``counts`` or ``persons``.
    folder
        Of the case, where files of ties lie.
    """

    program: Program
    draws: Draw
    n_draws: int
    observables: Sequence[Observable]
    engine: str
    folder: Path = Path()

    @property
    def paths(self) -> tuple[str, ...]:
        """Instruments and signals whose levels are kept."""
        system = self.program.system
        return tuple(x.name for x in (*system.instruments, *system.signals)) if self.engine == "expected" else ()

    @cached_property
    def _runs(self) -> ExpectedRuns:
        return ExpectedRuns(self.program, self.paths)

    def run(self, changed: Changed, seed: int) -> Totals:
        """Run all draws under a scenario; ``seed`` is that of the chance of whole persons."""
        batches = self._run_batches(changed, changed.adjust(self.draws), seed)
        parts = [self._sum(changed.system, *batch) for batch in batches]
        return Totals(*(np.concatenate(part) for part in zip(*parts, strict=True)))

    def _run_batches(self, changed: Changed, draws: Draw, seed: int) -> Iterator[tuple[Draw, Floats, Floats, Floats]]:
        def some(first: int) -> Draw:
            return jax.tree.map(lambda a: a[first : first + BATCH], draws)

        starts = range(0, self.n_draws, BATCH)
        if self.engine in WHOLE:
            program = compile_system(changed.system)
            if self.engine == "persons":
                # Everybody is followed, so that a change leaves those whom it does not reach as they were.
                how = Following(seed, folder=self.folder)
                whole = iterate_persons(program, draws, self.n_draws, following=how, batch=BATCH)
            else:
                whole = iterate_counts(program, draws, self.n_draws, seed=seed, batch=BATCH)
            for first, part in zip(starts, whole, strict=True):
                none = np.zeros((*part.flows.shape[:2], 0))
                yield some(first), part.flows.astype(np.float64), part.stocks.astype(np.float64), none
            return
        for first in starts:
            course, levels = self._runs.run(some(first), min(BATCH, self.n_draws - first), changed.system)
            yield some(first), course.flows, course.stocks, levels

    def _sum(self, system: System, draws: Draw, flows: Floats, stocks: Floats, levels: Floats) -> Totals:
        years = system.clock.calendar_years
        windows = [*years, (years[0][0], years[-1][1])]
        shares = np.stack([system.clock.overlap(*window) for window in windows])
        ends = [system.clock.step_of(last) + 1 for _, last in windows]
        readings = simulated(system, [r for o in self.observables for r in measure_readings(system, o.measure)])
        by_path = {name: levels[..., i] for i, name in enumerate(self.paths)}
        course = read_course(self.program, readings, flows, stocks, by_path)
        values = {name: np.asarray(v) for name, v in draws.values.items()}
        measured = [measure_windows(system, o.measure, windows, readings, course, values) for o in self.observables]
        told = np.stack(measured, axis=-1) if measured else np.zeros((flows.shape[0], len(windows), 0))
        return Totals(np.einsum("pt,dtgf->dpgf", shares, flows, optimize=True), stocks[:, ends], told, levels)
