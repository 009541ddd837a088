"""Why an observable changed between two periods: Shapley shares over mechanisms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from counterstream.case import Case
from counterstream.errors import CounterstreamError, Problem, suggest_name
from counterstream.infer.progress import Progress, Silent
from counterstream.notebook import html_table
from counterstream.scenario.attribution import Frozen, Mechanism
from counterstream.scenario.shapley import Coalitions, Shares, share_out
from counterstream.simulate.windows import has_course
from counterstream.store.atomic import write_text
from counterstream.store.plain import to_json
from counterstream.store.tables import write_csv
from counterstream.system.observable import Observable
from counterstream.system.system import System
from counterstream.workflow import formats
from counterstream.workflow.files import INTERVALS
from counterstream.workflow.periods import parse_period, say_period
from counterstream.workflow.simulate import find_draws

Floats = NDArray[np.float64]
Span = tuple[date, date]
#: The part of a change that remains when every mechanism stays as it was.
COMPOSITION = "composition"
#: Coalitions that are worked out between two words of progress.
PORTION = 64


@dataclass(frozen=True)
class Explanation:
    """The shares of a change.

    Parameters
    ----------
    observable, unit
        What changed, and in which unit; flows are told by the year.
    before, after
        First and last day of the two periods.
    data
        ``contribution`` (mechanism, draw) in the observable's unit, ``error`` (mechanism) of its
        mean from sampling orders, ``kind`` and ``label`` (mechanism), ``value_before`` and
        ``value_after`` (draw).  The contributions of a draw add up to its change.  The last
        mechanism, ``composition``, is what stocks and seasons did by themselves.
    n_orders
        Orders sampled; 0 if every coalition was enumerated.
    """

    observable: str
    unit: str
    before: Span
    after: Span
    draws_from: str
    data: xr.Dataset
    n_orders: int

    @property
    def change(self) -> Floats:
        """The change, shape (draw,)."""
        return (self.data.value_after - self.data.value_before).to_numpy()

    def summary(self) -> dict[str, Any]:
        """Plain data: both values, the change, and every mechanism's part, the largest first."""
        whole = float(self.change.mean())
        rows: list[dict[str, Any]] = []
        for name in self.data.mechanism.values:
            told = self.data.sel(mechanism=name)
            parts = told.contribution.to_numpy()
            rows.append(
                {
                    "name": str(name),
                    "kind": str(told.kind.item()),
                    "label": str(told.label.item()),
                    "contribution": _levels(parts),
                    "mean": float(parts.mean()),
                    "share": float(parts.mean()) / whole if whole else None,
                    "sampling_error": float(told.error.item()),
                }
            )
        rows.sort(key=lambda row: -abs(row["mean"]))
        return {
            "format": formats.EXPLANATION,
            "observable": self.observable,
            "unit": self.unit,
            "from": say_period(self.before),
            "to": say_period(self.after),
            "draws_from": self.draws_from,
            "n_draws": int(self.data.sizes["draw"]),
            "method": "sampled orders" if self.n_orders else "all coalitions",
            "n_orders": self.n_orders,
            "value_from": _levels(self.data.value_before.to_numpy()),
            "value_to": _levels(self.data.value_after.to_numpy()),
            "change": {**_levels(self.change), "mean": whole},
            "mechanisms": rows,
        }

    def rows(self) -> list[tuple[str, str, str, str, str]]:
        """Return mechanisms, the largest part first: name, kind, mean part, its 90 % interval, share of the change."""
        form = "{:+.3f}" if self.unit == "share" else "{:+,.0f}"
        return [
            (
                row["name"],
                row["kind"],
                form.format(row["mean"]),
                f"{form.format(row['contribution']['low90'])} to {form.format(row['contribution']['high90'])}",
                "" if row["share"] is None else f"{row['share']:+.0%}",
            )
            for row in self.summary()["mechanisms"]
        ]

    def _repr_html_(self) -> str:
        caption = f"{self.observable} ({self.unit}): change from {say_period(self.before)} to {say_period(self.after)}"
        return html_table(caption, ("mechanism", "kind", "part", "90 % interval", "share of the change"), self.rows())

    def table(self) -> dict[str, list[Any]]:
        """Return columns of a table, one row for each mechanism, the largest part first."""
        rows = self.summary()["mechanisms"]
        plain = ("name", "kind", "label", "mean", "share", "sampling_error")
        columns: dict[str, list[Any]] = {name: [row[name] for row in rows] for name in plain}
        return columns | {level: [row["contribution"][level] for row in rows] for level in INTERVALS}


def _levels(draws: Floats) -> dict[str, float]:
    return dict(zip(INTERVALS, np.quantile(draws, list(INTERVALS.values())).tolist(), strict=True))


def explain_change(
    case: Case,
    run: Path | None,
    observable: str,
    before: str,
    after: str,
    *,
    n_draws: int = 100,
    n_orders: int = 100,
    seed: int = 1,
    out: Path | None = None,
    progress: Progress | None = None,
) -> Explanation:
    """Share a change of an observable out among instruments, signals, events and composition.

    Parameters
    ----------
    run
        Folder of a finished run or fit of this case; ``None`` draws from the priors.
    before, after
        Periods, as :func:`~counterstream.workflow.periods.parse_period` reads them; the second
        begins after the first has ended.
    n_orders
        Orders sampled where there are more mechanisms than can be enumerated (12).
    out
        Folder for ``explained.csv`` and ``explained.json``; by default nothing is written.

    Raises
    ------
    CounterstreamError
        ``U212`` for an unknown observable, ``U213`` and ``U214`` for periods that cannot be
        used, ``U215`` if nothing differs between them, ``U204`` and ``U205`` for a run that
        cannot be used.

    Notes
    -----
    A mechanism is frozen by holding it, from the end of the first period on, at its mean of that
    period.  Its part is its Shapley value in the game whose worth is the observable over the
    second period; ``composition`` is the change with all of them frozen.
    """
    listener = progress or Silent()
    chosen, spans = _read_question(case.system, observable, before, after)
    frozen = Frozen(case.system, find_draws(case.system, run, n_draws, seed), n_draws, chosen, *spans)
    listener.told("compile", 0, 1)
    mechanisms = frozen.mechanisms
    listener.told("compile", 1, 1)
    if not mechanisms:
        message = "no instrument, signal or event differs between the two periods"
        raise CounterstreamError(Problem("U215", message, found=f"{before}, {after}", mend="choose other periods"))
    shares = share_out(_heard(frozen, listener), len(mechanisms), n_orders=n_orders, seed=seed)
    unit = f"{chosen.unit} per year" if frozen.is_flow else chosen.unit
    origin = "prior" if run is None else "posterior"
    found = Explanation(
        observable, unit, *spans, origin, _label(mechanisms, shares, frozen.at_first, unit), shares.n_orders
    )
    if out is not None:
        write_csv(out / "explained.csv", found.table())
        write_text(out / "explained.json", to_json({"case": case.name, **found.summary()}) + "\n")
    return found


def _heard(frozen: Frozen, listener: Progress) -> Any:
    """Return the evaluation of coalitions, which tells how far it is."""

    def evaluate(coalitions: Coalitions) -> Floats:
        told: list[Floats] = []
        for first in range(0, len(coalitions), PORTION):
            told.append(frozen.measure(coalitions[first : first + PORTION]))
            listener.told("coalitions", min(first + PORTION, len(coalitions)), len(coalitions))
        return np.concatenate(told)

    return evaluate


def _label(mechanisms: tuple[Mechanism, ...], shares: Shares, at_first: Floats, unit: str) -> xr.Dataset:
    rest = (shares.none - at_first)[None]
    parts = np.concatenate([shares.values, rest])
    dims = ("mechanism", "draw")
    return xr.Dataset(
        {
            "contribution": (dims, parts, {"units": unit}),
            "error": ("mechanism", np.append(shares.errors, 0.0), {"units": unit}),
            "kind": ("mechanism", [*(m.kind for m in mechanisms), COMPOSITION]),
            "label": ("mechanism", [*(m.label for m in mechanisms), "Stocks, their composition and season"]),
            "value_before": ("draw", at_first, {"units": unit}),
            "value_after": ("draw", shares.all, {"units": unit}),
        },
        coords={"mechanism": [*(m.name for m in mechanisms), COMPOSITION]},
    )


def _read_question(system: System, name: str, before: str, after: str) -> tuple[Observable, tuple[Span, Span]]:
    """Return the observable and the two periods, or raise everything that is wrong with them."""
    problems: list[Problem] = []
    known = {o.name: o for o in system.observables if has_course(system, o.measure)}
    if name not in known:
        message = "there is no such observable, or it has no course"
        problems.append(Problem("U212", message, found=name, mend=suggest_name(name, known)))
    spans: list[Span] = []
    for text in (before, after):
        try:
            spans.append(parse_period(text))
        except CounterstreamError as error:
            problems.extend(error.problems)
    clock = system.clock
    problems += [
        Problem(
            "U213",
            "the period lies outside the system's own",
            found=say_period(span),
            allowed=f"inside {clock.start} to {clock.end}",
        )
        for span in spans
        if not clock.covers(*span)
    ]
    if len(spans) == 2 and spans[1][0] <= spans[0][1]:
        found = f"{say_period(spans[0])}, {say_period(spans[1])}"
        message = "the second period begins before the first has ended"
        problems.append(Problem("U213", message, found=found, allowed="two periods, the earlier first"))
    if problems:
        raise CounterstreamError(problems)
    return known[name], (spans[0], spans[1])
