"""What a projection says of the years after its evidence, and how such projections did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

import numpy as np

from counterstream.report.answers.words import (
    ERROR_SAID,
    CaseWords,
    Levels,
    count_cell,
    number_column,
    percent_cell,
    tell_verdict,
)
from counterstream.report.blocks import Block, Section, items_block, table_block, text_block, view_block
from counterstream.report.content import Kind, SeriesView
from counterstream.report.series_tables import BAND_COLUMNS, number_cell
from counterstream.report.tables import Cell, Table, code_column, make_table, text_cell, text_column
from counterstream.report.views.plain import Json
from counterstream.report.views.series import plain_course
from counterstream.report.wording import count, format_in, format_interval

#: Observables whose last year is told above the table.
MOST_SAID = 8
#: Kinds of observables that have a picture; a level does not change by the year.
DRAWN: tuple[Kind, ...] = ("flow", "stock", "share")


@dataclass(frozen=True, kw_only=True)
class LeverView:
    """An instrument beyond the evidence; ``since`` is the date of its last declared value."""

    name: str
    label: str
    since: str | None = None


@dataclass(frozen=True, kw_only=True)
class LaterEventView:
    """Something declared for a time after the evidence."""

    label: str
    kind: str
    day: str
    dropped: bool


@dataclass(frozen=True, kw_only=True)
class YearView(Levels):
    """Levels of one calendar year."""

    year: int


@dataclass(frozen=True, kw_only=True)
class ProjectedView:
    """An observable by calendar year: a flow, a stock at the end of the year, a share or a level."""

    unit: str
    kind: str
    years: tuple[YearView, ...]


@dataclass(frozen=True, kw_only=True)
class NaiveView:
    """The error of a naive rule on the claims that it answers, and the system's on the same claims."""

    n: int
    median_abs_log_error: float | None
    model_median_abs_log_error: float | None


@dataclass(frozen=True, kw_only=True)
class HorizonView:
    """How well earlier projections foretold claims so many years ahead."""

    n: int
    coverage_50: float
    coverage_90: float
    median_abs_log_error: float
    naive: Mapping[str, NaiveView]


@dataclass(frozen=True, kw_only=True)
class ProjectionView:
    """What a system fitted until a day says of the time after it.

    Parameters
    ----------
    extrapolated, held, later_events, rhythms_ended
        What goes on by its prior, stands still, is known by hindsight, and is declared no further.
    record_together
        By years ahead.
    """

    evidence_until: date
    until: date
    n_fitted: int
    verdict: str
    extrapolated: tuple[LeverView, ...]
    held: tuple[LeverView, ...]
    later_events: tuple[LaterEventView, ...]
    rhythms_ended: tuple[str, ...]
    observables: Mapping[str, ProjectedView]
    record_together: Mapping[str, HorizonView]


@dataclass(frozen=True)
class _BandRow:
    """One observable in one year."""

    label: str
    unit: str
    levels: YearView


@dataclass(frozen=True)
class _RecordRow:
    """One naive rule and the system on the same claims, at one horizon."""

    horizon: str
    scores: HorizonView
    rule: str
    naive: NaiveView


def projection_section(view: ProjectionView, ident: str, words: CaseWords) -> Section:
    """Tell of the years after the evidence, what they rest on, and the record."""
    after = view.evidence_until.year
    years = [
        _BandRow(words.label(name), told.unit, year) for name, told in view.observables.items() for year in told.years
    ]
    drawn = _projection_part(view, words)
    ahead = [row for row in years if row.levels.year > after]
    blocks = [
        text_block(
            f"{count(view.n_fitted, 'claim')} until {view.evidence_until} were fitted; the system was then run on "
            f"until {view.until}. {tell_verdict(view.verdict)}",
        ),
        items_block(*_say_last_years(ahead)),
        *([view_block("projection", f"{ident}-projection", drawn)] if drawn else []),
        table_block(_years_table(years, after)),
        Block("heading", ("What it rests on",)),
        items_block(*_say_assumptions(view)),
        Block("heading", ("How such projections did",)),
        *_tell_record(view),
    ]
    shown = tuple(block for block in blocks if block.kind != "items" or block.lines)
    heading = f"Projected from {view.evidence_until} to {view.until}"
    return Section(ident, heading, "Projection", shown)


def _projection_part(view: ProjectionView, words: CaseWords) -> dict[str, Json] | None:
    """Return what the view of a projection draws, ``None`` where there is nothing to draw."""
    courses: list[Json] = [
        plain_course(_yearly(told, name, words))
        for name, told in view.observables.items()
        if told.kind in DRAWN and len(told.years) > 1
    ]
    if not courses:
        return None
    return {"projection": {"until": view.evidence_until.isoformat(), "courses": courses}}


def _yearly(told: ProjectedView, name: str, words: CaseWords) -> SeriesView:
    """Return an observable's years as a series: flows and shares over each year, stocks at its end."""
    kind = cast("Kind", told.kind)
    ends = kind == "stock"

    def levels(which: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        found = [getattr(year, which) for year in told.years]
        return np.array([np.nan if value is None else value for value in found], dtype=np.float64)

    return SeriesView(
        observable=name,
        label=words.label(name),
        unit=words.unit(name),
        kind=kind,
        per="year" if kind == "flow" else "",
        dates=tuple(date(year.year, 12, 31) if ends else date(year.year, 1, 1) for year in told.years),
        median=levels("median"),
        low50=levels("low50"),
        high50=levels("high50"),
        low90=levels("low90"),
        high90=levels("high90"),
        claims=(),
    )


def _say_last_years(rows: Sequence[_BandRow]) -> tuple[str, ...]:
    """Return what is projected of the last year of each observable, of many only the first."""
    last = tuple({row.label: row for row in rows}.values())
    left = len(last) - MOST_SAID
    more = (f"{count(left, 'observable')} more: in the table.",) if left > 0 else ()
    return (*(_say_last(row) for row in last[:MOST_SAID]), *more)


def _say_last(row: _BandRow) -> str:
    unit = "" if row.unit == "share" else f" {row.unit}"
    levels = row.levels
    return (
        f"{row.label}, {levels.year}: {format_in(row.unit, levels.median)}{unit} "
        f"(90 % interval {format_interval(row.unit, levels.low90, levels.high90)})"
    )


def _say_assumptions(view: ProjectionView) -> tuple[str, ...]:
    """Return what goes on, what stands still and what is known from outside, a sentence each."""
    held = [f"{lever.label}{f' (since {lever.since})' if lever.since else ''}" for lever in view.held]
    known = [f"{event.label}, {event.kind} ({event.day})" for event in view.later_events if not event.dropped]
    dropped = [f"{event.label} ({event.day})" for event in view.later_events if event.dropped]
    told = (
        ("Goes on as its prior lets it", [lever.label for lever in view.extrapolated]),
        ("Stands at its last declared value", held),
        ("Known by hindsight, not from the evidence", known),
        ("Left out, since it came after the evidence", dropped),
        ("Released at once after the declared period", list(view.rhythms_ended)),
    )
    return tuple(f"{what}: {'; '.join(names)}." for what, names in told if names)


def _tell_record(view: ProjectionView) -> list[Block]:
    if not view.record_together:
        return [text_block("No earlier projection was made to find out.")]
    line = (
        "The same system was fitted to the claims until earlier days and asked about those that came after. Naive "
        f"rules answered the same claims. {ERROR_SAID}"
    )
    return [text_block(line), table_block(_record_table(view), folded=False)]


def _years_table(rows: Sequence[_BandRow], after: int) -> Table:
    levels = ("median", "low50", "high50", "low90", "high90")
    return make_table(
        "Observables by calendar year: flows summed, stocks at the end, shares over the year; posterior median and "
        "equal-tailed intervals",
        (
            (text_column("observable"), lambda row: text_cell(row.label)),
            (text_column("unit"), lambda row: text_cell(row.unit)),
            (code_column("year"), lambda row: Cell(str(row.levels.year), row.levels.year)),
            (code_column("after the evidence"), lambda row: text_cell("yes" if row.levels.year > after else "no")),
            *(
                (column, lambda row, name=name: number_cell(getattr(row.levels, name), row.unit))
                for column, name in zip(BAND_COLUMNS, levels, strict=True)
            ),
        ),
        rows,
        "projection.csv",
        f"Table of the years ({count(len(rows), 'row')})",
    )


def _record_table(view: ProjectionView) -> Table:
    rows = [
        _RecordRow(horizon, scores, rule, naive)
        for horizon, scores in view.record_together.items()
        for rule, naive in scores.naive.items()
    ]
    return make_table(
        "Claims foretold, by years ahead, beside naive rules on the same claims",
        (
            (code_column("years ahead"), lambda row: text_cell(row.horizon)),
            (number_column("claims"), lambda row: count_cell(row.scores.n)),
            (number_column("inside 50 %", "inside_50"), lambda row: percent_cell(row.scores.coverage_50)),
            (number_column("inside 90 %", "inside_90"), lambda row: percent_cell(row.scores.coverage_90)),
            (number_column("error"), lambda row: number_cell(row.scores.median_abs_log_error)),
            (text_column("naive rule"), lambda row: text_cell(row.rule.replace("_", " "))),
            (number_column("claims it answers"), lambda row: count_cell(row.naive.n)),
            (number_column("its error"), lambda row: number_cell(row.naive.median_abs_log_error)),
            (number_column("the system's on the same"), lambda row: number_cell(row.naive.model_median_abs_log_error)),
        ),
        rows,
        "record.csv",
    )
