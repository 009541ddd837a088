"""Replicates of draws put together: one labelled result, with chance and not knowing told apart."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from counterstream.case import load_case
from counterstream.errors import CounterstreamError, Problem
from counterstream.store.atomic import write_text
from counterstream.store.netcdf import read_netcdf, write_netcdf
from counterstream.system.system import System
from counterstream.workflow.left_out import say_left_out
from counterstream.workflow.replicate import ReplicatePlan, read_plan, work_of
from counterstream.workflow.totals import measurable
from counterstream.workflow.variance import ESTIMATOR, Spread, split_variance

Floats = NDArray[np.float64]

RESULT = "replicates.nc"
SUMMARY = "summary.json"
#: Label of the whole clock among the years.
WHOLE_PERIOD = "whole"
_PARTS = ("flows", "stocks", "observables")


@dataclass(frozen=True)
class Replicated:
    """Simulations of several draws, several times each.

    Parameters
    ----------
    simulations
        ``flows`` and ``stocks`` by period and group, ``flow_totals`` and ``stock_totals`` of all groups,
        ``observables``; dimensions ``draw``, ``replicate``, ``period`` and what they are by.
    moments
        For each of these its mean and, as ``..._between`` and ``..._within``, its variance between draws
        and within them; see :func:`~counterstream.workflow.variance.split_variance`.
    left_out
        What the engine does without, in a sentence; empty if nothing.
    """

    plan: ReplicatePlan
    simulations: xr.Dataset
    moments: xr.Dataset
    left_out: str

    def rows(self, kind: str, period: str = WHOLE_PERIOD) -> list[dict[str, Any]]:
        """Return mean, both standard deviations and an interval of everything of a kind in a period.

        ``kind`` is ``observables``, ``flow_totals`` or ``stock_totals``.  The interval holds 90 % of
        single simulations: both kinds of spread are in it.  ``None`` where there is no value (a share of
        nobody), and for the share of chance in what does not vary.
        """
        values = self.simulations[kind].sel(period=period)
        axis = str(values.dims[-1])
        spread = Spread(
            *(self.moments[name].sel(period=period).to_numpy() for name in (kind, f"{kind}_between", f"{kind}_within"))
        )
        pooled = values.to_numpy().reshape(-1, values.sizes[axis])
        columns = {
            "mean": spread.mean,
            "sd_between": np.sqrt(spread.between),
            "sd_within": np.sqrt(spread.within),
            "chance_share": spread.chance_share,
            "low90": np.quantile(pooled, 0.05, axis=0),
            "high90": np.quantile(pooled, 0.95, axis=0),
        }
        return [
            {axis: str(name), **{key: _number(column[place]) for key, column in columns.items()}}
            for place, name in enumerate(values.coords[axis].to_numpy())
        ]

    def summary(self) -> dict[str, Any]:
        """Return what was simulated, and the rows of the whole period."""
        plan = self.plan
        return {
            "case": Path(plan.case).name,
            "engine": plan.engine,
            "scenario": plan.scenario or None,
            "draws_from": plan.draws_from,
            "draws": self.simulations.sizes["draw"],
            "planned_draws": plan.draws,
            "replicates": plan.replicates,
            "seed": plan.seed,
            "identity": plan.identity,
            "estimator": ESTIMATOR,
            "left_out": self.left_out,
            "versions": {name: version(name) for name in ("jax", "numpy", "numba", "xarray")},
            **{kind: self.rows(kind) for kind in ("observables", "flow_totals", "stock_totals")},
        }


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def gather_replicates(folder: Path, *, so_far: bool = False) -> Replicated:
    """Put the portions of a sweep together and write ``replicates.nc`` and ``summary.json``.

    Parameters
    ----------
    so_far
        Whether to take the draws whose replicates are all done, where others are missing.

    Raises
    ------
    CounterstreamError
        ``U254`` if the folder holds no sweep, ``U253`` if portions are missing (with ``so_far``: if
        fewer than two draws are whole).
    """
    plan = read_plan(folder)
    work = work_of(folder, plan)
    done = work.done(so_far=so_far)
    units = np.concatenate([np.asarray(plan.portions.units_of(portion)) for portion in done])
    draws = [d for d in range(plan.draws) if np.count_nonzero(units // plan.replicates == d) == plan.replicates]
    if len(draws) < 2:
        found = f"whole draws: {len(draws)}"
        mend = "the command that began the sweep goes on with it"
        message = "too few draws have all their replicates"
        raise CounterstreamError(Problem("U253", message, str(folder), found=found, allowed="2", mend=mend))
    parts = [read_netcdf(work.part(portion))["totals"].dataset for portion in done]
    taken = np.isin(units // plan.replicates, draws)
    shape = (len(draws), plan.replicates)
    arrays: dict[str, Floats] = {}
    for name in _PARTS:
        array = np.concatenate([part[name].to_numpy() for part in parts])[taken]
        arrays[name] = array.reshape(*shape, *array.shape[1:])
    found = _label(plan, load_case(plan.case).system, draws, arrays)
    write_netcdf(folder / RESULT, {"simulations": found.simulations, "moments": found.moments})
    write_text(folder / SUMMARY, json.dumps(found.summary(), indent=2) + "\n")
    return found


def _label(plan: ReplicatePlan, system: System, draws: list[int], arrays: dict[str, Floats]) -> Replicated:
    """Return arrays of shape (draw, replicate, period, ...) with names, and their moments."""
    periods = [str(first.year) for first, _ in system.clock.calendar_years] + [WHOLE_PERIOD]
    observables = measurable(system, plan.engine)
    coordinates: dict[str, Any] = {
        "draw": draws,
        "replicate": range(plan.replicates),
        "period": periods,
        "group": list(system.group_names),
        "flow": list(system.flow_names),
        "status": list(system.status_names),
        "observable": [observable.name for observable in observables],
        "unit": ("observable", [observable.unit for observable in observables]),
    }
    values: dict[str, tuple[tuple[str, ...], Floats]] = {
        "flows": (("period", "group", "flow"), arrays["flows"]),
        "stocks": (("period", "group", "status"), arrays["stocks"]),
        "flow_totals": (("period", "flow"), arrays["flows"].sum(axis=3)),
        "stock_totals": (("period", "status"), arrays["stocks"].sum(axis=3)),
        "observables": (("period", "observable"), arrays["observables"]),
    }
    about = {key: getattr(plan, key) for key in ("engine", "scenario", "draws_from", "seed", "identity")}
    simulations = xr.Dataset(
        {name: (("draw", "replicate", *axes), array) for name, (axes, array) in values.items()}, coordinates, about
    )
    moments: dict[str, Any] = {}
    for name, (axes, array) in values.items():
        spread = split_variance(array)
        moments |= {
            name: (axes, spread.mean),
            f"{name}_between": (axes, spread.between),
            f"{name}_within": (axes, spread.within),
        }
    kept = {name: values for name, values in coordinates.items() if name not in ("draw", "replicate")}
    told = {**about, "estimator": ESTIMATOR}
    return Replicated(plan, simulations, xr.Dataset(moments, kept, told), say_left_out(system, plan.engine))
