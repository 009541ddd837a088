"""A comparison year by year, for the view of scenario against baseline."""

from __future__ import annotations

from datetime import date
from typing import cast

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from counterstream.report.content import Kind, ScenarioView, SeriesView
from counterstream.report.views import FORMAT
from counterstream.report.views.plain import Json, cleaned
from counterstream.report.views.scenarios import plain_scenario


def comparison_document(
    data: xr.Dataset, names: list[str], pair: tuple[str, str], changes: tuple[str, ...], about: dict[str, Json]
) -> dict[str, Json]:
    """Return a document of views with the observables of a comparison.

    Parameters
    ----------
    data
        As :class:`~counterstream.workflow.compare.Comparison` holds it; the last period is the whole.
    names
        Observables to show, the most changed first.
    pair
        The scenario that is compared with, and the one that is compared.
    changes
        What the second changes, in plain words.
    about
        Title, citation and verdict.
    """
    views = [_scenario_view(data, name, pair, changes) for name in names]
    parts: dict[str, Json] = {"scenarios": [plain_scenario(view) for view in views]}
    return {"format": FORMAT, "about": cleaned(about), "parts": cleaned(parts)}


def _scenario_view(data: xr.Dataset, name: str, pair: tuple[str, str], changes: tuple[str, ...]) -> ScenarioView:
    first, second, difference = (str(course) for course in data.course.values)
    return ScenarioView(
        name=second,
        label=f"{pair[1]} against {pair[0]}",
        baseline=_series(data, name, first),
        scenario=_series(data, name, second),
        difference=_series(data, name, difference),
        changes=changes,
    )


def _series(data: xr.Dataset, name: str, course: str) -> SeriesView:
    told = data.observables.sel(observable=name, course=course).isel(period=slice(0, -1))
    kind = cast("Kind", str(data.kind.sel(observable=name).item()))

    def level(name: str) -> NDArray[np.float64]:
        return np.asarray(told.sel(level=name).values, dtype=np.float64)

    return SeriesView(
        observable=name,
        label=name.replace("_", " "),
        unit=str(data.unit.sel(observable=name).item()),
        kind=kind,
        per="year" if kind == "flow" else "",
        dates=tuple(date(int(year), 1, 1) for year in told.period.values),
        median=level("median"),
        low50=level("low50"),
        high50=level("high50"),
        low90=level("low90"),
        high90=level("high90"),
    )
