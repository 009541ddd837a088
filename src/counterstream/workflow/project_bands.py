"""Bands of the observables of a projection, by step and by year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from counterstream.infer.fit import Fit
from counterstream.simulate.courses import Courses
from counterstream.simulate.series import measure_course, measure_readings, simulated
from counterstream.simulate.windows import measure_windows
from counterstream.system.observable import FlowMeasure, Observable, PathMeasure, RatioMeasure
from counterstream.system.system import System
from counterstream.workflow.files import INTERVALS
from counterstream.workflow.project_plan import Plan
from counterstream.workflow.results import bands_of

Floats = NDArray[np.float64]
LEVELS_SAID = "equal-tailed: low90 and high90 bound the 90 % interval, low50 and high50 the 50 % interval"


def kind_of(observable: Observable) -> str:
    """Return ``flow``, ``stock``, ``share`` (of two sums) or ``level`` (of an instrument or a signal)."""
    measure = observable.measure
    if isinstance(measure, FlowMeasure):
        return "flow"
    if isinstance(measure, PathMeasure):
        return "level"
    return "share" if isinstance(measure, RatioMeasure) else "stock"


def project_bands(fit: Fit, plan: Plan) -> tuple[xr.Dataset, xr.Dataset]:
    """Run posterior draws to the end and return bands by step and by year.

    Returns
    -------
    by_step : Dataset
        One variable for each observable, dimensions (level, date): at ``date`` a step begins.
        Flows in persons per step, stocks at the start of the step, shares and levels over it.
    by_year : Dataset
        The same, dimensions (level, year), of whole years: flows summed, stocks at the end of the
        last day, shares and levels over the year; NaN where a year lies not wholly inside.
    """
    system = fit.posterior.system
    needed = (r for o in plan.observables for r in measure_readings(system, o.measure))
    courses = Courses(fit.posterior.program, simulated(system, needed))
    flats = fit.thinned(plan.settings.n_simulated)
    draws = fit.posterior.draws(flats)
    course = courses.run(draws, flats.shape[0])
    values = {name: np.asarray(v) for name, v in draws.values.items()}
    steps = [day for day in system.clock.boundaries[:-1] if day <= plan.until]
    years = list(range(system.clock.start.year, plan.until.year + 1))
    by_step: dict[str, Floats] = {}
    by_year: dict[str, Floats] = {}
    for observable in plan.observables:
        path = measure_course(system, observable.measure, courses.readings, course, values)
        if path is None:
            raise ValueError(f"{observable.name} has no course")
        by_step[observable.name] = bands_of(path[:, : len(steps)], list(INTERVALS.values()))
        spans = _spans(system, observable, years, plan.until)
        told = measure_windows(system, observable.measure, list(spans.values()), courses.readings, course, values)
        bands = np.full((len(INTERVALS), len(years)), np.nan)
        bands[:, [years.index(year) for year in spans]] = bands_of(told, list(INTERVALS.values()))
        by_year[observable.name] = bands
    dates = np.array(steps, dtype="datetime64[s]")
    return _dataset(fit, plan, by_step, "date", dates), _dataset(fit, plan, by_year, "year", np.array(years))


def _spans(system: System, observable: Observable, years: Sequence[int], until: date) -> dict[int, tuple[date, date]]:
    """Return the window of each whole year; of a stock its last day, at whose start stocks are read."""
    stock = kind_of(observable) == "stock"
    spans = {year: (date(year, 12, 31) if stock else date(year, 1, 1), date(year, 12, 31)) for year in years}
    return {
        y: (first, last) for y, (first, last) in spans.items() if system.clock.covers(first, last) and last <= until
    }


def _dataset(fit: Fit, plan: Plan, bands: Mapping[str, Floats], dimension: str, along: NDArray[Any]) -> xr.Dataset:
    per = plan.system.clock.step if dimension == "date" else "year"
    variables = {
        o.name: (
            ("level", dimension),
            bands[o.name],
            {
                "units": f"{o.unit} per {per}" if kind_of(o) == "flow" else o.unit,
                "kind": kind_of(o),
                "long_name": o.label or o.name,
            },
        )
        for o in plan.observables
    }
    coordinates = {
        "level": list(INTERVALS),
        "quantile": ("level", list(INTERVALS.values())),
        dimension: along,
    }
    told = {
        "case": plan.case.name,
        "evidence_until": plan.evidence_until.isoformat(),
        "until": plan.until.isoformat(),
        "verdict": fit.label,
        "intervals": LEVELS_SAID,
    }
    return xr.Dataset(variables, coordinates, told)
