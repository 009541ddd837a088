"""Project a case past its evidence, with the record of earlier projections beside it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from counterstream.case import Case
from counterstream.infer.fit import Fit, fit_system
from counterstream.infer.progress import Progress, Silent
from counterstream.store.run_folder import RunFolder, open_run
from counterstream.store.tables import write_csv, write_parquet
from counterstream.workflow import formats
from counterstream.workflow.files import INTERVALS
from counterstream.workflow.project_bands import project_bands
from counterstream.workflow.project_beyond import Beyond, look_beyond
from counterstream.workflow.project_plan import Plan, ProjectionSettings, plan_projection
from counterstream.workflow.project_record import (
    OriginRecord,
    keep_record,
    max_rhat,
    score_later,
    tabulate_record,
    tabulate_together,
)
from counterstream.workflow.project_texts import format_projection
from counterstream.workflow.run import CHECKPOINT, keep_compiled


@dataclass(frozen=True)
class Projection:
    """What a system fitted to the claims until a day says of the time after it.

    Parameters
    ----------
    plan
        What it was made from.
    fit
        The fit to the claims until the end of the evidence.
    bands, years
        Bands of the observables by step and by whole year; see
        :func:`~counterstream.workflow.project_bands.project_bands`.
    beyond
        What is assumed after the evidence ends.
    record
        How this projection and earlier ones did on the claims that came after.
    folder
        Where the files are.
    """

    plan: Plan
    fit: Fit
    bands: xr.Dataset
    years: xr.Dataset
    beyond: Beyond
    record: tuple[OriginRecord, ...]
    folder: Path

    def summary(self) -> dict[str, Any]:
        """Return what ``projection.json`` says: verdict, assumptions, bands by year, the record."""
        names = [o.name for o in self.plan.observables]
        return {
            "format": formats.PROJECTION,
            "case": self.plan.case.name,
            "evidence_until": self.plan.evidence_until.isoformat(),
            "until": self.plan.until.isoformat(),
            "n_fitted": len(self.fit.posterior.table),
            "verdict": self.fit.label,
            "max_rhat": max_rhat(self.fit),
            "extrapolated": [{"name": i.name, "label": i.label} for i in self.beyond.extrapolated],
            "held": [
                {"name": i.name, "label": i.label, "since": i.since.isoformat() if i.since else None}
                for i in self.beyond.held
            ],
            "later_events": [
                {"name": e.name, "label": e.label, "kind": e.kind, "day": e.day.isoformat(), "dropped": e.dropped}
                for e in self.beyond.later_events
            ],
            "rhythms_ended": list(self.beyond.rhythms_ended),
            "observables": {name: self._years_of(name) for name in names},
            "record": tabulate_record(self.record, names),
            "record_together": tabulate_together(self.record, names),
        }

    def _years_of(self, name: str) -> dict[str, Any]:
        bands = self.years[name]
        told = bands.to_numpy()
        years = [
            {"year": int(year), **dict(zip(INTERVALS, told[:, i].tolist(), strict=True))}
            for i, year in enumerate(bands["year"].to_numpy())
            if not np.isnan(told[:, i]).any()
        ]
        return {"unit": bands.attrs["units"], "kind": bands.attrs["kind"], "years": years}

    def table(self) -> dict[str, list[Any]]:
        """Return the bands by step, one row for each observable and step."""
        steps = [day for day in self.plan.system.clock.boundaries[:-1] if day <= self.plan.until]
        columns: dict[str, list[Any]] = {
            "observable": [],
            "unit": [],
            "kind": [],
            "date": [],
            "after_evidence": [],
            **{level: [] for level in INTERVALS},
        }
        for observable in self.plan.observables:
            bands = self.bands[observable.name]
            columns["observable"] += [observable.name] * len(steps)
            columns["unit"] += [bands.attrs["units"]] * len(steps)
            columns["kind"] += [bands.attrs["kind"]] * len(steps)
            columns["date"] += steps
            columns["after_evidence"] += [day > self.plan.evidence_until for day in steps]
            for level in INTERVALS:
                columns[level] += bands.sel(level=level).to_numpy().tolist()
        return columns

    def _repr_html_(self) -> str:
        return format_projection(self.summary())


def project_case(
    case: Case, folder: Path, settings: ProjectionSettings, progress: Progress | None = None
) -> Projection:
    """Fit a case to the claims until a day, and run it on to a later day.

    Parameters
    ----------
    folder
        Gets ``projection.csv``, ``projection.parquet``, ``projection.json`` and, one by one, the
        files of the record; work that was stopped there goes on.

    Raises
    ------
    CounterstreamError
        With everything that is wrong with what is asked (U230 to U238; see
        :func:`~counterstream.workflow.project_plan.plan_projection`), or if the folder cannot be
        used (R101 to R105).
    """
    listener = progress or Silent()
    plan = plan_projection(case, settings)
    with open_run(folder, settings.if_complete) as run:
        keep_compiled()
        evidence = plan.evidence_until
        fit = fit_system(
            plan.system_known(evidence),
            plan.fitted_by(evidence),
            settings.fit,
            progress=listener,
            checkpoint=run.path / CHECKPOINT,
        )
        listener.told("project", 0, 1)
        bands, years = project_bands(fit, plan)
        listener.told("project", 1, 1)
        beyond = look_beyond(case.system, fit.posterior.system, evidence, plan.until)
        record = keep_record(plan, run, listener)
        later = plan.later_than(evidence)
        if later and settings.origins != ():
            record += (score_later(fit, later, evidence, settings.n_simulated),)
        projection = Projection(plan, fit, bands, years, beyond, record, run.path)
        _write(projection, run)
        return projection


def _write(projection: Projection, run: RunFolder) -> None:
    """Write all files; only then is the state of the fit no longer needed."""
    table = projection.table()
    write_csv(run.path / "projection.csv", table)
    write_parquet(run.path / "projection.parquet", table)
    told = json.dumps(projection.summary(), indent=2, allow_nan=False)
    run.write_text("projection.json", told + "\n")
    (run.path / CHECKPOINT).unlink(missing_ok=True)
    run.finish()
