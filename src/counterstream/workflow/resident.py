"""Draws of a fit kept in memory, to be run again under any scenario in less time than a hand takes from a lever."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from counterstream.dynamics.draw import Draw
from counterstream.dynamics.program import compile_system
from counterstream.infer.progress import Progress
from counterstream.scenario.change import Changed, apply_scenario
from counterstream.scenario.support import Excess, find_parameter_excess, find_path_excess, range_of_paths
from counterstream.scenario.wording import say_change
from counterstream.simulate.courses import Courses, Prepared
from counterstream.simulate.series import Reading, measure_course, measure_readings, simulated
from counterstream.simulate.windows import has_course, measure_windows
from counterstream.system.observable import Observable
from counterstream.system.scenario import Scenario
from counterstream.system.system import System
from counterstream.workflow.run import keep_compiled
from counterstream.workflow.simulate import find_draws

Floats = NDArray[np.float64]
#: As many as a run simulates for its report.
N_DRAWS = 400


@dataclass(frozen=True, eq=False)
class Resident:
    """A system in memory, with draws of a fit or of its priors.

    Parameters
    ----------
    system
        The system.
    courses
        Runs of it, compiled for every reading of its observables, instruments and signals.
    draws
        Draws in internal units, each array with a leading draw axis.
    n_draws
        Number of draws.
    prepared
        What runs of these draws take.
    baseline
        Their courses without any change, shape (draw, n_steps + 1, n_readings).
    fitted
        Whether the draws are those of a fit; else they are of the priors, which no claim has informed.
    """

    system: System
    courses: Courses
    draws: Draw
    n_draws: int
    prepared: Prepared
    baseline: Floats
    fitted: bool

    @cached_property
    def observables(self) -> tuple[Observable, ...]:
        """Observables that have a value in every step."""
        return tuple(o for o in self.system.observables if has_course(self.system, o.measure))

    @cached_property
    def places(self) -> Mapping[Reading, int]:
        """Place of each reading among the columns of a course."""
        return {reading: i for i, reading in enumerate(self.courses.readings)}

    @cached_property
    def levers(self) -> tuple[str, ...]:
        """Instruments and signals."""
        return tuple(lever.name for lever in (*self.system.instruments, *self.system.signals))

    @cached_property
    def lever_columns(self) -> tuple[int, ...]:
        """Places of the levels of instruments and signals."""
        return tuple(self.places[Reading("path", (name,))] for name in self.levers)

    @cached_property
    def fitted_ranges(self) -> tuple[Floats, Floats]:
        """Least and largest level of each instrument and signal that the draws speak of."""
        return range_of_paths(self.baseline[:, :-1, list(self.lever_columns)])

    @cached_property
    def totals(self) -> Mapping[str, Floats]:
        """Observables over the whole period without any change, each (draw,)."""
        given = (self.courses.readings, self.baseline, self.values)
        return {o.name: total_of(self.system, o, *given) for o in self.observables}

    @cached_property
    def values(self) -> Mapping[str, Floats]:
        """Parameters by name in internal units, each (draw,)."""
        return {name: np.asarray(value) for name, value in self.draws.values.items()}


@dataclass(frozen=True, eq=False)
class Question:
    """A scenario set against the baseline on the same draws.

    Parameters
    ----------
    resident
        The fitted system.
    changed
        It under the scenario.
    changes
        What is changed, in plain words.
    readings
        Columns of ``course``.
    course
        Courses under the scenario, shape (draw, n_steps + 1, n_columns).
    """

    resident: Resident
    changed: Changed
    changes: tuple[str, ...]
    readings: tuple[Reading, ...]
    course: Floats

    def pair(self, observable: Observable) -> tuple[Floats, Floats]:
        """Return an observable's course without and with the changes, each (draw, n_steps)."""
        resident = self.resident
        wanted = simulated(resident.system, measure_readings(resident.system, observable.measure))
        told: list[Floats] = []
        for readings, course, values in self._sides():
            part = course[..., [readings.index(reading) for reading in wanted]]
            step = measure_course(resident.system, observable.measure, wanted, part, values)
            told.append(np.zeros((resident.n_draws, 0)) if step is None else step)
        return told[0], told[1]

    def totals(self, observable: Observable) -> tuple[Floats, Floats]:
        """Return an observable over the whole period without and with the changes, each (draw,)."""
        readings, course, values = self._sides()[1]
        return self.resident.totals[observable.name], total_of(
            self.resident.system, observable, readings, course, values
        )

    def find_beyond(self) -> tuple[Excess, ...]:
        """Return what the scenario moves beyond what the evidence speaks of; needs the levels of all levers."""
        resident = self.resident
        low, high = resident.fitted_ranges
        names: list[str] = []
        levels: list[Floats] = []
        for name, column in zip(resident.levers, resident.lever_columns, strict=True):
            course = self.course[..., self.readings.index(Reading("path", (name,)))]
            # A path that stays where it was cannot leave its range, and medians take long.
            if not np.array_equal(course, resident.baseline[..., column]):
                names.append(name)
                levels.append(course[:, :-1])
        moved = find_parameter_excess(self.changed.parameters, resident.draws, self._adjusted())
        if not names:
            return moved
        chosen = [resident.levers.index(name) for name in names]
        return (*find_path_excess(names, (low[chosen], high[chosen]), np.stack(levels, axis=-1)), *moved)

    def _adjusted(self) -> Draw:
        return self.changed.adjust(self.resident.draws)

    def _sides(self) -> tuple[tuple[tuple[Reading, ...], Floats, Mapping[str, Floats]], ...]:
        """Return readings, course and parameters of both courses."""
        resident = self.resident
        adjusted = {name: np.asarray(value) for name, value in self._adjusted().values.items()}
        return (
            (resident.courses.readings, resident.baseline, resident.values),
            (self.readings, self.course, adjusted if self.changed.parameters else resident.values),
        )


def total_of(
    system: System,
    observable: Observable,
    readings: tuple[Reading, ...],
    course: Floats,
    values: Mapping[str, Floats],
) -> Floats:
    """Return an observable over the whole period, (draw,); see :func:`measure_windows`."""
    years = system.clock.calendar_years
    whole = [(years[0][0], years[-1][1])]
    return measure_windows(system, observable.measure, whole, readings, course, values)[:, 0]


def load_resident(system: System, run: Path | None, progress: Progress, n_draws: int = N_DRAWS) -> Resident:
    """Read a fit's draws or make some of the priors, compile the system's runs and run the baseline.

    Parameters
    ----------
    run
        Folder of a finished run or fit of the system; ``None`` draws the unknowns from their priors.

    Raises
    ------
    CounterstreamError
        ``U204`` or ``U205`` if the run does not serve.
    """
    keep_compiled()
    progress.told("draws", 0, n_draws)
    draws = find_draws(system, run, n_draws, 0)
    progress.told("draws", n_draws, n_draws)
    progress.told("compile", 0, 1)
    readings = [r for o in system.observables for r in measure_readings(system, o.measure)]
    readings.extend(Reading("path", (lever.name,)) for lever in (*system.instruments, *system.signals))
    courses = Courses(compile_system(system), simulated(system, readings))
    prepared = courses.prepare(draws, n_draws)
    progress.told("compile", 1, 1)
    progress.told("baseline", 0, 1)
    baseline = courses.run_prepared(prepared, system)
    resident = Resident(system, courses, draws, n_draws, prepared, baseline, fitted=run is not None)
    progress.told("baseline", 1, 1)
    return resident


def ask(
    resident: Resident,
    scenario: Scenario,
    observables: Sequence[Observable] | None = None,
    go_on: Callable[[], None] | None = None,
) -> Question:
    """Run a scenario on the resident draws.

    Parameters
    ----------
    observables
        Those that will be asked for by :meth:`Question.pair`; by default everything is kept, which takes
        longer and is needed for :meth:`Question.totals` and :meth:`Question.find_beyond`.
    go_on
        Called now and then; what it raises ends the work.
    """
    system, courses = resident.system, resident.courses
    changed = apply_scenario(system, scenario)
    changes = tuple(say_change(system, change) for change in scenario.changes)
    prepared = resident.prepared
    if changed.parameters:
        prepared = courses.prepare(changed.adjust(resident.draws), resident.n_draws)
    readings = courses.readings
    if observables is not None:
        wanted = [r for o in observables for r in measure_readings(system, o.measure)]
        readings = simulated(system, wanted)
    columns = None if observables is None else [resident.places[reading] for reading in readings]
    course = courses.run_prepared(prepared, changed.system, columns, go_on)
    return Question(resident, changed, changes, readings, course)
