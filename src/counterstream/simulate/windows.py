"""A measure over windows of days, read from runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from counterstream.simulate.series import Part, Reading, target_of
from counterstream.system.observable import WHOLE, Measure, PathMeasure, RatioMeasure
from counterstream.system.system import System

Floats = NDArray[np.float64]


def has_course(system: System, measure: Measure) -> bool:
    """Whether a measure has a value in every step: not a parameter, and not a comparison of other windows."""
    if isinstance(measure, PathMeasure):
        return measure.name not in {p.name for p in system.parameters}
    parts = (measure.numerator, measure.denominator) if isinstance(measure, RatioMeasure) else (measure,)
    return all(part.window == WHOLE for part in parts)


def measure_windows(
    system: System,
    measure: Measure,
    windows: Sequence[tuple[date, date]],
    readings: tuple[Reading, ...],
    course: Floats,
    values: Mapping[str, Floats],
) -> Floats:
    """Return a measure over windows: flows summed, stocks and paths averaged, ratios of such.

    Parameters
    ----------
    measure
        One that has a course; see :func:`has_course`.
    windows
        First and last day of each, both included, inside the clock.
    readings, course, values
        As in :func:`~counterstream.simulate.series.measure_course`.

    Returns
    -------
    ndarray, shape (draw, window)
        NaN for a ratio whose denominator is 0.
    """
    place = {reading: i for i, reading in enumerate(readings)}

    def total(parts: tuple[Part, ...]) -> Floats:
        told = np.zeros(course.shape[0])
        for part in parts:
            factor = values[part.times] if isinstance(part.times, str) else part.times
            # Weights of stocks are of step boundaries, those of flows and paths of steps.
            told += factor * (course[:, : part.weights.size, place[part.reading]] @ part.weights)
        return told

    told = np.empty((course.shape[0], len(windows)))
    for i, (first, last) in enumerate(windows):
        target = target_of(system, measure, first, last)
        above = total(target.numerator)
        if target.denominator:
            below = total(target.denominator)
            some = below > 0.0
            above = np.where(some, above / np.where(some, below, 1.0), np.nan)
        told[:, i] = 1.0 - above if target.complement else above
    return told
