"""Two runs side by side: what they were made with, and their courses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from counterstream.app.codes import BAD_REQUEST
from counterstream.app.workspace import Run, read_run_system
from counterstream.errors import CounterstreamError, Problem
from counterstream.report.views.plain import Json
from counterstream.report.views.series import plain_course
from counterstream.store.tables import read_parquet
from counterstream.system.system import System
from counterstream.workflow.content import bands_view
from counterstream.workflow.files import INTERVALS

FLOWS = "flows.parquet"
#: What of ``run.json`` tells how two runs differ, by path, with the words for it.
FACTS: tuple[tuple[str, str], ...] = (
    ("case", "Case"),
    ("verdict", "Verdict"),
    ("n_fitted", "Claims fitted"),
    ("n_answered", "Claims answered"),
    ("settings.exclude_agencies", "Agencies left out"),
    ("settings.until", "Claims until"),
    ("settings.fit.sampler", "Sampler"),
    ("n_chains", "Chains"),
    ("n_draws", "Draws of each chain"),
    ("keys.seed", "Seed"),
    ("max_rhat", "Largest R-hat"),
    ("min_ess_bulk", "Least effective sample size"),
    ("coverage_50", "Fitted claims inside their 50 % interval"),
    ("coverage_90", "Fitted claims inside their 90 % interval"),
    ("seconds.whole run", "Seconds"),
    ("versions.counterstream", "Version"),
    ("hashes.system", "Digest of the system"),
    ("hashes.claims", "Digest of the claims"),
)


def compare_runs(first: Run, second: Run, observable: str) -> Json:
    """Return two runs side by side, with the course of one observable in both.

    Parameters
    ----------
    observable
        Name; empty for the first that both have.

    Raises
    ------
    CounterstreamError
        If a run has no courses (``R201``, ``R209``), or the runs no observable of that name in common (``U507``).
    """
    tables = [_read_baseline(run) for run in (first, second)]
    systems = [read_run_system(run.path) for run in (first, second)]
    names = [{str(name) for name in table["observable"]} for table in tables]
    shared = {o.name: o.label or o.name for o in systems[0].observables if all(o.name in found for found in names)}
    chosen = observable or next(iter(shared), "")
    if chosen not in shared:
        mend = "choose two runs of one case"
        raise CounterstreamError(Problem(BAD_REQUEST, "no such observable in both", found=chosen[:100], mend=mend))
    return {
        "first": first.name,
        "second": second.name,
        "facts": _facts(first, second),
        "observables": [{"name": name, "label": label} for name, label in shared.items()],
        "courses": [_course(table, system, chosen) for table, system in zip(tables, systems, strict=True)],
    }


def _read_baseline(run: Run) -> dict[str, NDArray[Any]]:
    table = read_parquet(run.path / FLOWS)
    rows = table["scenario"] == "baseline"
    return {name: np.asarray(column)[rows] for name, column in table.items()}


def _course(table: Mapping[str, NDArray[Any]], system: System, name: str) -> Json:
    rows = table["observable"] == name
    bands = np.stack([np.asarray(table[level][rows], dtype=np.float64) for level in INTERVALS])
    observable = next(o for o in system.observables if o.name == name)
    return plain_course(bands_view(system, observable, bands, ()))


def _facts(first: Run, second: Run) -> Json:
    """Return what both runs say of themselves, and whether it differs."""
    told: list[Json] = []
    for path, words in FACTS:
        one, two = (_say(_find(run.summary, path)) for run in (first, second))
        told.append({"fact": words, "first": one, "second": two, "differs": one != two})
    return told


def _find(summary: Mapping[str, object], path: str) -> object:
    key, _, rest = path.partition(".")
    value = summary.get(key)
    if not rest:
        return value
    return _find(cast("dict[str, object]", value), rest) if isinstance(value, dict) else None


def _say(value: object) -> str:
    if value is None or value == []:
        return ""
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list):
        return ", ".join(str(item) for item in cast("list[object]", value))[:500]
    return str(value)[:500]
