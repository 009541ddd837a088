"""Everything a finished fit says, worked out once for files and report alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from counterstream.case import Case
from counterstream.evidence.answering import AnsweredClaim, Answering
from counterstream.evidence.claim import Use
from counterstream.evidence.conflicts import Conflict, find_conflicts
from counterstream.infer.fit import Fit
from counterstream.infer.predict import ClaimPredictions, ClaimPredictor
from counterstream.report.movement_content import MovementsView
from counterstream.scenario.change import apply_scenario, find_scenario
from counterstream.scenario.support import Excess, find_excess, find_parameter_excess
from counterstream.simulate.courses import Courses
from counterstream.simulate.series import Reading, measure_course, measure_readings, simulated
from counterstream.system.observable import Observable
from counterstream.system.system import System
from counterstream.workflow.movements import movement_readings, read_whole, tell_movements

Floats = NDArray[np.float64]


def bands_of(course: Floats, levels: Sequence[float]) -> Floats:
    """Return quantiles over draws by step, shape (level, step).

    Parameters
    ----------
    course
        Shape (draw, n_steps); NaN where a draw has no value (a share of nobody).
    levels
        Between 0 and 1.

    Returns
    -------
    ndarray
        NaN in steps where no draw has a value.
    """
    missing = np.isnan(course)
    whole = ~missing.any(axis=0)
    bands = np.full((len(levels), course.shape[1]), np.nan)
    bands[:, whole] = np.quantile(course[:, whole], list(levels), axis=0)
    # Leaving draws out takes numpy a hundred times as long: only where it must be.
    some = ~whole & ~missing.all(axis=0)
    if some.any():
        bands[:, some] = np.nanquantile(course[:, some], list(levels), axis=0)
    return bands


@dataclass(frozen=True)
class ScenarioCourses:
    """Courses of the observables under a scenario, on the draws of the baseline.

    ``beyond`` tells which instruments, signals and parameters leave their fitted range.
    """

    name: str
    label: str
    series: dict[str, Floats]
    beyond: tuple[Excess, ...]


@dataclass(frozen=True)
class Results:
    """A fit, what it says of every claim, and the observables' courses.

    Parameters
    ----------
    predictions
        Of all answered claims, fitted or kept for checking.
    series
        Course of each observable that has one, shape (draw, n_steps); flows in persons per step.
    scenarios
        The same under each scenario.
    movements
        Where persons were by period, and what moved between places.
    """

    case: Case
    answering: Answering
    claims: tuple[AnsweredClaim, ...]
    conflicts: tuple[Conflict, ...]
    fit: Fit
    predictions: ClaimPredictions
    series: dict[str, Floats]
    scenarios: tuple[ScenarioCourses, ...]
    movements: MovementsView

    @property
    def system(self) -> System:
        """The declared system."""
        return self.case.system

    def used_for(self, use: Use) -> NDArray[np.bool_]:
        """Whether each claim had that use, shape (claim,)."""
        return np.array([c.claim.use is use for c in self.claims], dtype=bool)

    def places_fitted(self) -> tuple[int | None, ...]:
        """Place of each claim among those fitted; ``None`` where it was not."""
        fitted = {c.claim.id: i for i, c in enumerate(self.fit.posterior.table.claims)}
        return tuple(fitted.get(c.claim.id) if c.claim.use is Use.FIT else None for c in self.claims)

    def coverage(self, level: float, use: Use = Use.FIT) -> float | None:
        """Share of the claims of a use inside their own predictive interval; ``None`` without any."""
        chosen = self.used_for(use)
        return float(self.predictions.inside(level)[chosen].mean()) if chosen.any() else None


def collect_results(
    case: Case, answering: Answering, fit: Fit, extra: Sequence[AnsweredClaim], n_draws: int, scenarios: Sequence[str]
) -> Results:
    """Run the fitted system for some posterior draws and read everything off.

    Parameters
    ----------
    extra
        Claims of other ledgers, answered, to be checked only.
    n_draws
        Posterior draws to run.
    scenarios
        Names of the scenarios to run on the same draws.
    """
    system = case.system
    claims = (*(c for c in answering.answered if c.claim.use is not Use.CONTEXT), *extra)
    readings = list(ClaimPredictor(fit.posterior, claims).courses.readings)
    for observable in system.observables:
        readings.extend(measure_readings(system, observable.measure))
    levers = tuple(lever.name for lever in (*system.instruments, *system.signals))
    readings.extend(Reading("path", (name,)) for name in levers)
    readings.extend(movement_readings(system))
    courses = Courses(fit.posterior.program, simulated(system, readings))
    flats = fit.thinned(n_draws)
    draws = fit.posterior.draws(flats)
    baseline = courses.run(draws, flats.shape[0])
    predictions = ClaimPredictor(fit.posterior, claims, courses).predict(fit.settings.seed, flats, baseline)
    values = {name: np.asarray(v) for name, v in draws.values.items()}
    told: list[ScenarioCourses] = []
    for name in scenarios:
        scenario = find_scenario(system, name)
        changed = apply_scenario(system, scenario)
        course = courses.run(changed.adjust(draws), flats.shape[0], changed.system)
        beyond = (
            *find_excess(levers, _levels(courses, baseline, levers), _levels(courses, course, levers)),
            *find_parameter_excess(changed.parameters, draws, changed.adjust(draws)),
        )
        series = _series(system, courses, course, values)
        told.append(ScenarioCourses(name, scenario.label or name, series, beyond))
    return Results(
        case,
        answering,
        claims,
        find_conflicts(answering),
        fit,
        predictions,
        _series(system, courses, baseline, values),
        tuple(told),
        tell_movements(fit.posterior.program.layout, read_whole(system, courses.readings, baseline)),
    )


def _levels(courses: Courses, course: Floats, names: Sequence[str]) -> Floats:
    """Return the levels of instruments and signals, shape (draw, time, name)."""
    return course[:, :-1, [courses.readings.index(Reading("path", (name,))) for name in names]]


def _series(system: System, courses: Courses, course: Floats, values: dict[str, Floats]) -> dict[str, Floats]:
    found: dict[str, Floats] = {}
    for observable in system.observables:
        path = measure_course(system, observable.measure, courses.readings, course, values)
        if path is not None:
            found[observable.name] = path
    return found


def observable_named(system: System, name: str) -> Observable:
    """Return the observable of that name."""
    return {o.name: o for o in system.observables}[name]
