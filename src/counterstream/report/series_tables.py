"""Tables behind the pictures of series and scenarios."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from counterstream.report.content import ClaimPoint, ScenarioView, SeriesView
from counterstream.report.drawing import LIKELY_WRONG, DrawnClaim, drawn_claims
from counterstream.report.tables import Cell, Column, Table, file_name, text_cell, web_address
from counterstream.report.wording import (
    MISSING,
    count,
    format_day,
    format_in,
    format_interval,
    format_percent,
    format_window,
)

BAND_COLUMNS = (
    Column("median", "median"),
    Column("50 % interval, low", "low_50"),
    Column("50 % interval, high", "high_50"),
    Column("90 % interval, low", "low_90"),
    Column("90 % interval, high", "high_90"),
)


def number_cell(value: float | None, unit: str = "") -> Cell:
    """Make a cell of a number: rounded on the page, whole in CSV."""
    return Cell(format_in(unit, value), None if value is None else float(value))


def day_cell(day: date, per: str) -> Cell:
    """Make a cell of a date."""
    return Cell(format_day(day, per), day.isoformat())


def _band_cells(view: SeriesView, index: int) -> tuple[Cell, ...]:
    arrays = (view.median, view.low50, view.high50, view.low90, view.high90)
    return tuple(number_cell(float(array[index]), view.unit) for array in arrays)


def _per(view: SeriesView) -> str:
    """Finest unit that dates must show: stocks are said to the day unless all fall on the first."""
    return view.per or ("month" if all(day.day == 1 for day in view.dates) else "day")


def series_table(view: SeriesView) -> Table:
    """Return every value of a series with its intervals."""
    heading = "date" if view.kind == "stock" else "beginning"
    name = "date" if view.kind == "stock" else "first_day"
    per = _per(view)
    return Table(
        caption=f"{view.label}: {view.full_unit}, posterior median and equal-tailed intervals",
        columns=(Column(heading, name, "code"), *BAND_COLUMNS),
        rows=tuple((day_cell(day, per), *_band_cells(view, index)) for index, day in enumerate(view.dates)),
        file_name=file_name(view.kind, view.observable),
        short=f"Table of the values ({count(len(view.dates), 'row')})",
    )


def stated_text(claim: ClaimPoint, unit: str) -> str:
    """Write what a claim says, with its hedge: ``about 1,000``, ``900 to 1,200``."""
    if claim.value is None:
        if claim.low is None and claim.high is None:
            return MISSING
        if claim.low is not None and claim.high is not None:
            return format_interval(unit, claim.low, claim.high)
        bound = claim.low if claim.low is not None else claim.high
        return f"{hedge_text(claim)} {format_in(unit, bound)}"
    text = format_in(unit, claim.value)
    if claim.hedge not in ("", "exact"):
        text = f"{hedge_text(claim)} {text}"
    if claim.hedge == "range" and claim.low is not None and claim.high is not None:
        text = format_interval(unit, claim.low, claim.high)
    return text


def hedge_text(claim: ClaimPoint) -> str:
    """Write a hedge as words."""
    return claim.hedge.replace("_", " ")


def wrong_text(claim: ClaimPoint) -> str:
    """Write the probability that a claim is plain wrong; flagged in words, not in colour alone."""
    text = format_percent(claim.wrong_probability)
    return f"{text}, likely wrong" if (claim.wrong_probability or 0.0) >= LIKELY_WRONG else text


ClaimCell = Callable[[SeriesView, ClaimPoint, DrawnClaim | None], Cell]

_CLAIM_COLUMNS: tuple[tuple[Column, ClaimCell], ...] = (
    (Column("claim", "claim", "code"), lambda v, c, d: text_cell(c.claim_id)),
    (Column("window", "window", "code"), lambda v, c, d: text_cell(format_window(c.first, c.last))),
    (Column("what was said", "statement", "prose"), lambda v, c, d: text_cell(c.statement)),
    (Column("as a number", "value", "text"), lambda v, c, d: Cell(stated_text(c, v.unit), c.value)),
    (Column("model, same window: median", "model_median"), lambda v, c, d: number_cell(c.posterior_median, v.unit)),
    (Column("90 % interval, low", "model_low_90"), lambda v, c, d: number_cell(c.low90, v.unit)),
    (Column("90 % interval, high", "model_high_90"), lambda v, c, d: number_cell(c.high90, v.unit)),
    (Column("as drawn", "as_drawn"), lambda v, c, d: number_cell(d.value if d else None, v.unit)),
    (Column("surprise", "surprise"), lambda v, c, d: Cell(surprise_text(c), c.surprise)),
    (Column("chance that it is wrong", "wrong_probability"), lambda v, c, d: Cell(wrong_text(c), c.wrong_probability)),
    (Column("pull", "pull"), lambda v, c, d: Cell(pull_text(c), c.pull)),
    (Column("median without it", "median_without"), lambda v, c, d: number_cell(c.without, v.unit)),
    (Column("counted by", "agency", "text"), lambda v, c, d: text_cell(c.agency)),
    (Column("source", "source", "prose"), lambda v, c, d: text_cell(c.source, web_address(c.source_url))),
    (Column("place in the source", "locator", "text"), lambda v, c, d: text_cell(c.locator)),
    (Column("use", "use", "code"), lambda v, c, d: text_cell(c.use)),
)
#: Only CSV needs these beside the written form.
_CLAIM_EXTRA: tuple[tuple[Column, ClaimCell], ...] = (
    (Column("low", "low"), lambda v, c, d: number_cell(c.low, v.unit)),
    (Column("high", "high"), lambda v, c, d: number_cell(c.high, v.unit)),
    (Column("hedge", "hedge", "text"), lambda v, c, d: text_cell(c.hedge)),
)


def claims_table(view: SeriesView, anchors: tuple[str, ...] = ()) -> Table:
    """Return every claim of a series beside the model's view of the same window."""
    parts = (*_CLAIM_COLUMNS[:4], *_CLAIM_EXTRA, *_CLAIM_COLUMNS[4:])
    drawn = {one.index: one for one in drawn_claims(view)}
    rows = tuple(
        tuple(make(view, claim, drawn.get(index)) for _, make in parts) for index, claim in enumerate(view.claims)
    )
    unit = f"{view.unit} over the claim's window" if view.kind == "flow" else view.unit
    drawn_in = f'; "as drawn" in {view.full_unit}' if view.kind == "flow" else ""
    return Table(
        caption=f"{view.label}: claims and the model's view of each ({unit}{drawn_in})",
        columns=tuple(column for column, _ in parts),
        rows=rows,
        file_name=file_name("claims", view.observable),
        anchors=anchors,
        short=f"Table of the claims ({len(view.claims):,}), each beside the model",
    )


def scenario_table(view: ScenarioView) -> Table:
    """Return baseline, scenario and difference, with the interval of the difference."""
    per = _per(view.baseline)
    columns = (
        Column("beginning" if view.baseline.kind != "stock" else "date", "first_day", "code"),
        Column("baseline, median", "baseline_median"),
        Column("scenario, median", "scenario_median"),
        *(Column(f"difference: {column.heading}", f"difference_{column.name}") for column in BAND_COLUMNS),
    )
    rows = tuple(
        (
            day_cell(day, per),
            number_cell(float(view.baseline.median[index]), view.baseline.unit),
            number_cell(float(view.scenario.median[index]), view.baseline.unit),
            *_band_cells(view.difference, index),
        )
        for index, day in enumerate(view.baseline.dates)
    )
    return Table(
        caption=f"{view.label}: {view.baseline.label}, {view.baseline.full_unit}",
        columns=columns,
        rows=rows,
        file_name=file_name("scenario", view.name, view.baseline.observable),
        short=f"Table of the values ({count(len(view.baseline.dates), 'row')})",
    )


def surprise_text(claim: ClaimPoint) -> str:
    """Write how far a claim lies from the model, with its direction."""
    if claim.surprise is None:
        return MISSING
    return f"{abs(claim.surprise):.1f} {'above' if claim.surprise > 0 else 'below'}"


def pull_text(claim: ClaimPoint) -> str:
    """Write how far a claim moves what it speaks of, with its direction."""
    if claim.pull is None:
        return MISSING
    return f"{abs(claim.pull):.1f} {'up' if claim.pull > 0 else 'down'}"
