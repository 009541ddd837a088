"""Two scenarios on the same draws and the same random numbers: both courses and their difference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from counterstream.case import Case
from counterstream.dynamics.program import compile_system
from counterstream.errors import CounterstreamError, Problem, suggest_name
from counterstream.infer.progress import Progress, Silent
from counterstream.notebook import html_table
from counterstream.report.notebook import views_frame
from counterstream.report.views.plain import Json
from counterstream.scenario.change import Changed, apply_scenario, find_scenario
from counterstream.scenario.support import Excess, find_excess, find_parameter_excess
from counterstream.scenario.wording import say_change
from counterstream.store.atomic import write_text
from counterstream.store.plain import to_json
from counterstream.store.tables import write_csv, write_parquet
from counterstream.system.observable import Observable, kind_of
from counterstream.system.system import System
from counterstream.workflow import formats
from counterstream.workflow.comparison_views import comparison_document
from counterstream.workflow.files import INTERVALS
from counterstream.workflow.simulate import check_engine, find_draws
from counterstream.workflow.totals import WHOLE, Totalling, Totals, measurable

Floats = NDArray[np.float64]
BASELINE = "baseline"
DIFFERENCE = "difference"
EVERYBODY = "everybody"
#: Observables that a notebook draws, the most changed first; the table has all.
MOST_SHOWN = 6


@dataclass(frozen=True)
class Comparison:
    """Two scenarios side by side.

    Parameters
    ----------
    first, second
        Names of the scenarios; the difference is the second minus the first.
    changes
        What each changes, in plain words.
    data
        ``flows``, ``stocks`` and ``observables`` with the dimensions ``course`` (first, second,
        difference), ``level`` (ends of the 50 and 90 % intervals and the median), ``period``
        (calendar years, then the whole) and ``group`` (everybody, then the groups).
    beyond
        What the scenarios move beyond its fitted range.
    variance_ratio
        With whole persons: how much of the chance in the flows' differences common random numbers
        leave, as a ratio of variances; ``None`` for expected numbers.
    """

    first: str
    second: str
    changes: Mapping[str, tuple[str, ...]]
    draws_from: str
    engine: str
    n_draws: int
    seed: int
    data: xr.Dataset
    beyond: Mapping[str, tuple[Excess, ...]]
    variance_ratio: float | None = None

    def difference(self, kind: str, name: str, period: str = "", group: str = EVERYBODY) -> dict[str, float]:
        """Return the difference's levels of one flow, stock or observable.

        Parameters
        ----------
        kind
            ``flow``, ``stock`` or ``observable``.
        period
            A calendar year; the whole by default.
        """
        array = self.data[kind + "s"].sel(course=DIFFERENCE, period=period or self.whole).sel({kind: name})
        if kind != "observable":
            array = array.sel(group=group)
        return {level: float(array.sel(level=level)) for level in INTERVALS}

    @property
    def whole(self) -> str:
        """Name of the whole period."""
        return str(self.data.period.values[-1])

    def summary(self) -> dict[str, Any]:
        """Plain data: both courses and the difference over the whole period, by kind and name."""
        told: dict[str, Any] = {
            "format": formats.COMPARISON,
            "first": self.first,
            "second": self.second,
            "changes": {name: list(changes) for name, changes in self.changes.items()},
            "draws_from": self.draws_from,
            "engine": self.engine,
            "n_draws": self.n_draws,
            "seed": self.seed,
            "period": self.whole,
            "beyond_evidence": {
                name: [asdict(excess) | {"sentence": excess.sentence()} for excess in found]
                for name, found in self.beyond.items()
            },
            "variance_ratio": self.variance_ratio,
        }
        for kind in ("flow", "stock", "observable"):
            array = self.data[kind + "s"].sel(period=self.whole)
            array = array.sel(group=EVERYBODY) if kind != "observable" else array
            told[kind + "s"] = {
                str(name): {
                    str(course): {
                        str(level): float(array.sel({"course": course, "level": level, kind: name}))
                        for level in array.level.values
                    }
                    for course in array.course.values
                }
                for name in array[kind].values
            }
        return told

    def sentences(self) -> tuple[str, ...]:
        """Return what is to be said with the figures."""
        told = [f"{name}: {'; '.join(changes)}." for name, changes in self.changes.items() if changes]
        told += [f"{name}: {excess.sentence()}" for name, found in self.beyond.items() for excess in found]
        return tuple(told)

    def rows(self) -> list[tuple[str, str, str, str, str]]:
        """Return observables that differ, the most first: name, both medians, difference, its 90 % interval."""
        observables = self.data.observables.sel(period=self.whole)
        rows: list[tuple[float, tuple[str, str, str, str, str]]] = []
        for name in observables.observable.values:
            told = observables.sel(observable=name)
            one, two, apart = (float(told.sel(course=c, level="median")) for c in told.course.values)
            low, high = (float(told.sel(course=DIFFERENCE, level=level)) for level in ("low90", "high90"))
            if low == high == 0.0 or not np.isfinite(apart):
                continue
            form = "{:.3f}" if float(abs(told).max()) <= 1.0 else "{:,.0f}"
            signed = form.replace("{:", "{:+")
            cells = (form.format(one), form.format(two), signed.format(apart))
            interval = f"{signed.format(low)} to {signed.format(high)}"
            rows.append((abs(apart) / max(abs(one), 1e-9), (str(name), *cells, interval)))
        return [row for _, row in sorted(rows, key=lambda pair: -pair[0])]

    def _repr_html_(self) -> str:
        caption = f"{self.second} against {self.first}, {self.whole}: medians, and the difference draw by draw"
        headings = ("observable", self.first, self.second, DIFFERENCE, "90 % interval of the difference")
        rows = self.rows()
        table = html_table(caption, headings, rows, self.sentences())
        shown = [row[0] for row in rows[:MOST_SHOWN]]
        return table + (views_frame(self._document(shown)) if shown else "")

    def _document(self, names: list[str]) -> dict[str, Json]:
        """Return what the view of these observables is drawn from, year by year."""
        verdict: Json = {"fit": True, "label": self.draws_from, "sentences": []}
        about: dict[str, Json] = {
            "case": f"{self.second}-{self.first}",
            "title": f"{self.second} against {self.first}",
            "generated": "",
            "citation": f"counterstream, {self.n_draws} draws of the {self.draws_from}, engine {self.engine}.",
            "verdict": verdict,
        }
        pair = (self.first, self.second)
        return comparison_document(self.data, names, pair, tuple(self.changes.get(self.second, ())), about)

    def table(self) -> dict[str, list[Any]]:
        """Return columns of a table: one row for each kind, name, group, period and course."""
        columns: dict[str, list[Any]] = {
            name: [] for name in ("kind", "name", "unit", "group", "period", "course", *INTERVALS)
        }
        for kind in ("flow", "stock", "observable"):
            array = self.data[kind + "s"]
            names = [dim for dim in array.dims if dim != "level"]
            levels = array.transpose(*names, "level").to_numpy().reshape(-1, len(INTERVALS))
            units = dict(zip(self.data.observable.values, self.data.unit.values, strict=True))
            grid = np.meshgrid(*(array[dim].to_numpy() for dim in names), indexing="ij")
            told = {str(dim): part.ravel().tolist() for dim, part in zip(names, grid, strict=True)}
            columns["kind"].extend([kind] * levels.shape[0])
            columns["name"].extend(told[kind])
            columns["unit"].extend(str(units[n]) if kind == "observable" else "persons" for n in told[kind])
            columns["group"].extend(told.get("group", [EVERYBODY] * levels.shape[0]))
            columns["period"].extend(told["period"])
            columns["course"].extend(told["course"])
            for i, level in enumerate(INTERVALS):
                columns[level].extend(levels[:, i].tolist())
        return columns


def compare_scenarios(
    case: Case,
    run: Path | None,
    first: str,
    second: str,
    *,
    engine: str = "expected",
    n_draws: int = 200,
    seed: int = 1,
    out: Path | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Run two scenarios of a case on the same draws and the same random numbers.

    Parameters
    ----------
    run
        Folder of a finished run or fit of this case; ``None`` draws from the priors.
    first, second
        Declared scenarios, or ``baseline``.
    engine
        ``expected``, ``counts`` or ``persons``.
    out
        Folder for ``compared.csv``, ``compared.parquet`` and ``compared.json``; by default nothing is written.

    Raises
    ------
    CounterstreamError
        ``U201`` for an unknown scenario, ``U203`` for an unknown engine, ``U204`` and ``U205``
        for a run that cannot be used, ``U211`` for a scenario compared with itself.
    """
    check_engine(engine)
    listener = progress or Silent()
    pair = {name: _find(case.system, name) for name in (first, second)}
    if first == second:
        mend = suggest_name("", [s.name for s in case.system.scenarios])
        raise CounterstreamError(
            Problem("U211", "a scenario does not differ from itself", found=first, allowed="two scenarios", mend=mend)
        )
    draws = find_draws(case.system, run, n_draws, seed)
    observables = measurable(case.system, engine)
    work = Totalling(compile_system(case.system), draws, n_draws, observables, engine, case.folder)
    jobs = 2 if engine == "expected" else 5
    listener.told("simulate", 0, jobs)
    totals = _run_all(work, pair, seed, listener, jobs)
    expected, ratio = totals, None
    if engine in WHOLE:
        expected = _run_all(replace(work, engine="expected"), pair, seed, listener, jobs, len(totals))
        ratio = _variance_ratio(totals, expected, work.run(pair[first], seed + 1))
        listener.told("simulate", jobs, jobs)
    found = Comparison(
        first,
        second,
        {name: _say(case.system, name) for name in pair},
        "prior" if run is None else "posterior",
        engine,
        n_draws,
        seed,
        _label(case.system, work.observables, (first, second), totals),
        _find_beyond(replace(work, engine="expected"), pair, dict(zip(pair, expected, strict=True))),
        ratio,
    )
    if out is not None:
        write_csv(out / "compared.csv", found.table())
        write_parquet(out / "compared.parquet", found.table())
        write_text(out / "compared.json", to_json({"case": case.name, **found.summary()}) + "\n")
    return found


def _find(system: System, name: str) -> Changed:
    return Changed(system, ()) if name == BASELINE else apply_scenario(system, find_scenario(system, name))


def _say(system: System, name: str) -> tuple[str, ...]:
    if name == BASELINE:
        return ()
    return tuple(say_change(system, change) for change in find_scenario(system, name).changes)


def _find_beyond(
    work: Totalling, pair: Mapping[str, Changed], totals: Mapping[str, Totals]
) -> dict[str, tuple[Excess, ...]]:
    """Compare every scenario's covariates with the fitted course, which is run for that if it is none of the two."""
    fitted = totals[BASELINE] if BASELINE in totals else work.run(Changed(work.program.system, ()), 0)
    told: dict[str, tuple[Excess, ...]] = {}
    for name, changed in pair.items():
        if name != BASELINE:
            moved = find_parameter_excess(changed.parameters, work.draws, changed.adjust(work.draws))
            told[name] = (*find_excess(work.paths, fitted.levels, totals[name].levels), *moved)
    return told


def _run_all(
    work: Totalling, pair: Mapping[str, Changed], seed: int, listener: Progress, jobs: int, done: int = 0
) -> list[Totals]:
    """Run both scenarios and tell after each."""
    totals: list[Totals] = []
    for changed in pair.values():
        totals.append(work.run(changed, seed))
        listener.told("simulate", done + len(totals), jobs)
    return totals


def _variance_ratio(whole: Sequence[Totals], expected: Sequence[Totals], apart: Totals) -> float:
    """Return what common random numbers leave of the chance in the difference.

    The chance of a draw's difference is what whole persons add to the difference of expected
    numbers; it is compared with that of a first scenario run with other random numbers.
    """
    first, second = (total.flows[:, -1] for total in whole)
    mean = expected[1].flows[:, -1] - expected[0].flows[:, -1]
    common, separate = ((second - one - mean) ** 2 for one in (first, apart.flows[:, -1]))
    return float(common.sum() / separate.sum())


def _label(
    system: System, observables: Sequence[Observable], names: tuple[str, str], totals: Sequence[Totals]
) -> xr.Dataset:
    """Return quantiles over draws of both courses and of their difference, with names and units."""
    years = [str(first.year) for first, _ in system.clock.calendar_years]
    whole = f"{years[0]}-{years[-1]}" if len(years) > 1 else f"{years[0]} (whole)"
    groups = [EVERYBODY, *(group.name or "all" for group in system.groups)]

    def levels(part: str, *, by_group: bool) -> Floats:
        one, two = (getattr(total, part) for total in totals)
        if by_group:
            one, two = (np.concatenate([a.sum(axis=2, keepdims=True), a], axis=2) for a in (one, two))
        return np.stack([np.quantile(a, list(INTERVALS.values()), axis=0) for a in (one, two, two - one)])

    dims = ("course", "level", "period")
    data = xr.Dataset(
        {
            "flows": ((*dims, "group", "flow"), levels("flows", by_group=True), {"units": "persons"}),
            "stocks": ((*dims, "group", "stock"), levels("stocks", by_group=True), {"units": "persons at the end"}),
            "observables": ((*dims, "observable"), levels("observables", by_group=False)),
        },
        coords={
            "course": [*names, DIFFERENCE],
            "level": list(INTERVALS),
            "period": [*years, whole],
            "group": groups,
            "flow": list(system.flow_names),
            "stock": list(system.status_names),
            "observable": [o.name for o in observables],
            "unit": ("observable", [o.unit for o in observables]),
            "kind": ("observable", [kind_of(o) for o in observables]),
        },
    )
    data.attrs["intervals"] = "equal-tailed, 50 and 90 %, over posterior draws; of the difference draw by draw"
    return data
