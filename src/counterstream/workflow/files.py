"""The files of a run folder: what each holds and how it is laid out."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from counterstream.evidence.writing import format_claims
from counterstream.infer.fit import Fit
from counterstream.infer.influence import LEVELS
from counterstream.spec import write_system
from counterstream.store.netcdf import write_netcdf
from counterstream.store.run_folder import RunFolder
from counterstream.store.tables import write_csv, write_parquet
from counterstream.workflow.results import Results, bands_of

INTERVALS = {"low90": 0.05, "low50": 0.25, "median": 0.5, "high50": 0.75, "high90": 0.95}


def write_inputs(folder: RunFolder, results: Results) -> None:
    """Write the resolved system and the claims that were read."""
    folder.write_text("system.resolved.yaml", write_system(results.system))
    folder.write_text("evidence.csv", format_claims(results.case.ledger.claims))


def write_fit(folder: RunFolder, fit: Fit) -> None:
    """Write the posterior as NetCDF in ArviZ groups (``posterior``, ``sample_stats``)."""
    write_netcdf(folder.path / "fit.nc", fit_groups(fit))


def fit_groups(fit: Fit) -> dict[str, xr.Dataset]:
    """Return the draws as labelled datasets: parameters by name, walks with their increments.

    The group ``flat`` holds the unconstrained vector, from which a fit is taken up again;
    ``log_prior`` and ``log_likelihood`` what priors of parameters and claims say of each draw, for
    ArviZ; ``power_scaling`` and ``leave_one_out`` what comes of them.
    """
    chains, draws, _ = fit.flats.shape
    values = fit.values()
    arrays: dict[str, Any] = {}
    for name, array in values.items():
        shaped = array.reshape(chains, draws, *array.shape[1:])
        safe = name.replace(":", "_")
        extra = [f"{safe}_increment"] if shaped.ndim == 3 else []
        arrays[safe] = (["chain", "draw", *extra], shaped)
    posterior = xr.Dataset(arrays, coords={"chain": np.arange(chains), "draw": np.arange(draws)})
    units = {p.name: p.unit for p in fit.posterior.system.parameters}
    for name, unit in units.items():
        posterior[name].attrs["units"] = unit
    posterior.attrs.update({"verdict": fit.label, "sampler": fit.settings.sampler, "seed": fit.settings.seed})
    flat = xr.Dataset(
        {"flat": (["chain", "draw", "unknown"], fit.flats)}, coords={"unknown": list(fit.posterior.unknowns.labels())}
    )
    return {"posterior": posterior, "flat": flat, **_pointwise_groups(fit)}


def _pointwise_groups(fit: Fit) -> dict[str, xr.Dataset]:
    found, left, scaled = fit.pointwise, fit.leave_one_out, fit.sensitivity
    where = {"chain": np.arange(fit.flats.shape[0]), "draw": np.arange(fit.flats.shape[1])}
    priors = {name: (["chain", "draw"], found.log_prior[:, :, i]) for i, name in enumerate(found.parameters)}
    claims = {"claim": list(found.claims)}
    likelihood = {"claims": (["chain", "draw", "claim"], found.log_likelihood)}
    return {
        "log_prior": xr.Dataset(priors, where),
        "log_likelihood": xr.Dataset(likelihood, {**where, **claims}),
        "power_scaling": xr.Dataset(
            {
                "prior": ("parameter", [one.prior for one in scaled]),
                "likelihood": ("parameter", [one.likelihood for one in scaled]),
                "judgement": ("parameter", [str(one.judgement) for one in scaled]),
            },
            {"parameter": [one.parameter for one in scaled]},
        ),
        "leave_one_out": xr.Dataset(
            {
                "elpd": ("claim", left.elpd),
                "pareto_k": ("claim", left.pareto_k),
                "pull": ("claim", left.pull),
                "without": (["level", "claim"], left.without),
            },
            {**claims, "level": list(LEVELS)},
            {"pareto_k_limit": left.limit},
        ),
    }


def write_flows(folder: RunFolder, results: Results) -> None:
    """Write every observable's course, one row for each step, observable and scenario."""
    columns: dict[str, list[str]] = {"scenario": [], "observable": [], "unit": [], "date": []}
    levels: list[NDArray[np.float64]] = []
    dates = [day.isoformat() for day in results.system.clock.boundaries[:-1]]
    units = {o.name: o.unit for o in results.system.observables}
    sets = [("baseline", results.series), *((s.name, s.series) for s in results.scenarios)]
    for scenario, series in sets:
        for name, course in series.items():
            levels.append(bands_of(course, list(INTERVALS.values())))
            columns["scenario"].extend([scenario] * len(dates))
            columns["observable"].extend([name] * len(dates))
            columns["unit"].extend([units[name]] * len(dates))
            columns["date"].extend(dates)
    table = {**columns, **dict(zip(INTERVALS, np.concatenate(levels, axis=1), strict=True))}
    write_csv(folder.path / "flows.csv", table)
    write_parquet(folder.path / "flows.parquet", table)


def claims_table(results: Results) -> dict[str, list[Any]]:
    """Return what the sources say beside what the fitted system says, one row a claim.

    What holds without the claim (``pull``, ``without_*``) is told where the weights of the draws can
    be relied on (``loo_pareto_k``), and of fitted claims alone.
    """
    predictions = results.predictions
    truth = np.quantile(predictions.truth, [0.5, 0.05, 0.25, 0.75, 0.95], axis=0)
    low50, high50 = predictions.interval(0.5)
    low90, high90 = predictions.interval(0.9)
    rows = results.claims
    return {
        "id": [c.claim.id for c in rows],
        "observable": [c.observable.name for c in rows],
        "unit": [c.observable.unit for c in rows],
        "use": [str(c.claim.use) for c in rows],
        "agency": [c.agency for c in rows],
        "source_id": [c.claim.source_id for c in rows],
        "locator": [c.claim.locator for c in rows],
        "period_start": [c.claim.first.isoformat() for c in rows],
        "period_end": [c.claim.last.isoformat() for c in rows],
        "hedge": [str(c.claim.hedge) for c in rows],
        "value": [c.value for c in rows],
        "truth_median": list(truth[0]),
        "truth_low90": list(truth[1]),
        "truth_low50": list(truth[2]),
        "truth_high50": list(truth[3]),
        "truth_high90": list(truth[4]),
        "predicted_low50": list(low50),
        "predicted_high50": list(high50),
        "predicted_low90": list(low90),
        "predicted_high90": list(high90),
        "surprise": list(predictions.surprise()),
        "wrong_probability": list(predictions.wrong),
        **_left_out(results),
    }


def _left_out(results: Results) -> dict[str, list[float | None]]:
    left = results.fit.leave_one_out
    columns = {
        "pull": left.pull,
        "without_low90": left.without[0],
        "without_median": left.without[2],
        "without_high90": left.without[4],
        "loo_elpd": left.elpd,
    }
    told: dict[str, list[float | None]] = {name: [] for name in (*columns, "loo_pareto_k")}
    for place in results.places_fitted():
        reliable = place is not None and bool(left.good[place])
        for name, column in columns.items():
            told[name].append(float(column[place]) if reliable else None)
        told["loo_pareto_k"].append(None if place is None else float(left.pareto_k[place]))
    return told


def write_claims_checked(folder: RunFolder, results: Results) -> None:
    """Write :func:`claims_table` as CSV."""
    write_csv(folder.path / "claims_checked.csv", claims_table(results))


def write_summary(folder: RunFolder, summary: dict[str, Any]) -> None:
    """Write ``run.json``."""
    folder.write_text("run.json", json.dumps(summary, indent=2, sort_keys=True) + "\n")
