"""How agencies count, and what the answer would be without each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from counterstream.report.answers.words import (
    CaseWords,
    Levels,
    count_cell,
    number_column,
    percent_cell,
    tell_levels,
    tell_verdict,
)
from counterstream.report.blocks import Block, Section, picture_block, table_block, text_block
from counterstream.report.pictures import Picture, draw_both
from counterstream.report.series_tables import number_cell
from counterstream.report.tables import Table, code_column, make_table, prose_column, text_cell, text_column
from counterstream.report.wording import count, format_percent

#: More rows than this make a picture nobody reads; the table has them all.
MOST_DRAWN = 15
UNRELIABLE = "unreliable"
REFITTED = "refitted"
HOW_TO_READ = (
    "What each agency reports for one that was there (of shares: odds for odds), and the size of its ordinary error. "
    "An interval hardly narrower than its prior tells of the prior, not of the agency."
)


@dataclass(frozen=True, kw_only=True)
class CountingView:
    """How an agency counts one kind of quantity: what it reports for one that was there, and its error."""

    agency: str
    agency_kind: str
    relayed_by: tuple[str, ...]
    kind: str
    n_claims: int
    anchor: bool
    bias: Levels
    bias_prior: Levels
    mostly_prior: bool
    spread: Levels


@dataclass(frozen=True, kw_only=True)
class WrongView:
    """A claim more likely wrong than right."""

    claim: str
    agency: str
    observable: str
    probability: float


@dataclass(frozen=True, kw_only=True)
class ShiftView:
    """A total without an agency; ``ratio`` is its median over the median with it."""

    without: Levels
    deviations: float
    ratio: float
    ratio_low90: float
    ratio_high90: float


@dataclass(frozen=True, kw_only=True)
class InfluenceView:
    """What the totals would be without an agency; no shift where that cannot be told."""

    agency: str
    n_claims: int
    pareto_k: float | None
    how: str
    verdict: str
    shifts: Mapping[str, ShiftView | None]


@dataclass(frozen=True, kw_only=True)
class AgenciesView:
    """How agencies count, and what rests on each; ``totals`` by observable, from ``first`` to ``last``."""

    verdict: str
    n_draws: int
    pareto_k_limit: float
    first: str
    last: str
    totals: Mapping[str, Levels]
    agencies: tuple[CountingView, ...]
    wrong_claims: tuple[WrongView, ...]
    influence: tuple[InfluenceView, ...]


@dataclass(frozen=True)
class _ShiftRow:
    """A total without one agency."""

    agency: InfluenceView
    shift: ShiftView


def agencies_section(view: AgenciesView, ident: str, words: CaseWords) -> Section:
    """Tell how each agency counts, which claims are likely wrong, and what rests on whom."""
    blocks = [
        text_block(HOW_TO_READ, f"{count(view.n_draws, 'draw')}. {tell_verdict(view.verdict)}"),
        table_block(_counting_table(view.agencies), folded=False),
    ]
    if view.wrong_claims:
        blocks.append(table_block(_wrong_table(view.wrong_claims, words)))
    for place, name in enumerate(view.totals):
        blocks += _tell_influence(view, name, f"{ident}influence{place}", words)
    blocks.append(text_block(_say_doubtful(view)))
    shown = tuple(block for block in blocks if block.kind != "text" or block.lines)
    return Section(ident, "Whom to believe, and what rests on whom", "Whom to believe", shown)


def _tell_influence(view: AgenciesView, name: str, ident: str, words: CaseWords) -> list[Block]:
    label, unit = words.label(name), words.unit(name)
    total = f"With all agencies, {view.first} to {view.last}: {tell_levels(unit, view.totals[name])}."
    blocks = [Block("heading", (f"Without one agency: {label}",)), text_block(total)]
    rows = _shift_rows(view, name)
    if rows:
        blocks.append(picture_block(_influence_picture(rows, ident, label, words.case_name)))
        blocks.append(table_block(_influence_table(rows, label, unit)))
    else:
        blocks.append(text_block("The draws cannot tell what it would be without any one of them."))
    return blocks


def _shift_rows(view: AgenciesView, name: str) -> tuple[_ShiftRow, ...]:
    """Return the agencies of which it can be told what a total would be without them, those first that move it most."""
    rows = [_ShiftRow(row, shift) for row in view.influence if (shift := row.shifts.get(name)) is not None]
    return tuple(sorted(rows, key=lambda row: -abs(row.shift.ratio - 1.0)))


def _say_doubtful(view: AgenciesView) -> str:
    doubtful = [row.agency for row in view.influence if row.how == UNRELIABLE]
    if not doubtful:
        return ""
    return (
        "Of these the draws cannot tell what the answer would be without them: they hold too much of what is known. "
        f"Fitting anew without them would tell. {'; '.join(doubtful)}."
    )


def _counting_table(rows: Sequence[CountingView]) -> Table:
    return make_table(
        "What each agency reports for one that was there: posterior median and 90 % interval, beside the prior's",
        (
            (text_column("agency"), lambda row: text_cell(row.agency)),
            (code_column("of"), lambda row: text_cell(f"{row.kind}s")),
            (number_column("claims"), lambda row: count_cell(row.n_claims)),
            (number_column("median", "bias_median"), lambda row: number_cell(row.bias.median)),
            (number_column("90 % interval, low", "bias_low_90"), lambda row: number_cell(row.bias.low90)),
            (number_column("90 % interval, high", "bias_high_90"), lambda row: number_cell(row.bias.high90)),
            (number_column("prior, low", "prior_low_90"), lambda row: number_cell(row.bias_prior.low90)),
            (number_column("prior, high", "prior_high_90"), lambda row: number_cell(row.bias_prior.high90)),
            (number_column("ordinary error", "spread_median"), lambda row: percent_cell(row.spread.median)),
            (prose_column("remark"), lambda row: text_cell(_remark(row))),
        ),
        rows,
        "counting.csv",
    )


def _remark(row: CountingView) -> str:
    told = ["taken as unbiased"] if row.anchor else ["hardly more than the prior"] if row.mostly_prior else []
    told += [f"also by {', '.join(row.relayed_by)}"] if row.relayed_by else []
    return "; ".join(told)


def _wrong_table(rows: Sequence[WrongView], words: CaseWords) -> Table:
    return make_table(
        f"Claims more likely wrong than right ({len(rows):,})",
        (
            (code_column("claim"), lambda row: text_cell(row.claim)),
            (text_column("agency"), lambda row: text_cell(row.agency)),
            (text_column("about"), lambda row: text_cell(words.label(row.observable))),
            (number_column("chance that it is wrong", "probability"), lambda row: percent_cell(row.probability)),
        ),
        rows,
        "wrong.csv",
    )


def _influence_picture(rows: Sequence[_ShiftRow], ident: str, label: str, case_name: str) -> Picture:
    from counterstream.report.figures import IntervalRow, plot_intervals

    shown = [
        IntervalRow(
            f"{row.agency.agency}\N{NO-BREAK SPACE}({row.agency.n_claims})",
            row.shift.ratio - 1.0,
            row.shift.ratio_low90 - 1.0,
            row.shift.ratio_high90 - 1.0,
        )
        for row in rows[:MOST_DRAWN]
    ]
    told = [
        f"without {row.name}: {format_percent(row.middle)} ({format_percent(row.low)} to {format_percent(row.high)})"
        for row in shown
    ]
    caption = (
        f"{label} without each agency, against all. Dot: median; line: what chance in the draws makes of it (90 %). In "
        "brackets the number of claims."
    )
    if len(shown) < len(rows):
        caption += f" Drawn are the {len(shown)} of {len(rows)} without which it changes most; the table has all."
    return draw_both(
        lambda layout: plot_intervals(
            shown, layout, axis="less without it  ←    →  more without it", source=f"Source: {case_name}; model."
        ),
        ident,
        f"{label} without each agency",
        f"{'; '.join(told)}.",
        caption,
    )


def _influence_table(rows: Sequence[_ShiftRow], label: str, unit: str) -> Table:
    return make_table(
        f"{label} without each agency",
        (
            (text_column("without"), lambda row: text_cell(row.agency.agency)),
            (number_column("claims"), lambda row: count_cell(row.agency.n_claims)),
            (number_column("median"), lambda row: number_cell(row.shift.without.median, unit)),
            (number_column("90 % interval, low", "low_90"), lambda row: number_cell(row.shift.without.low90, unit)),
            (number_column("90 % interval, high", "high_90"), lambda row: number_cell(row.shift.without.high90, unit)),
            (number_column("times as many", "ratio"), lambda row: number_cell(row.shift.ratio)),
            (number_column("by chance, low", "ratio_low_90"), lambda row: number_cell(row.shift.ratio_low90)),
            (number_column("by chance, high", "ratio_high_90"), lambda row: number_cell(row.shift.ratio_high90)),
            (number_column("standard deviations", "deviations"), lambda row: number_cell(row.shift.deviations)),
            (text_column("how"), lambda row: text_cell(_how(row.agency))),
        ),
        rows,
        "without-an-agency.csv",
        f"Table of what changes ({count(len(rows), 'row')})",
    )


def _how(row: InfluenceView) -> str:
    return f"fitted anew: {row.verdict}" if row.how == REFITTED else "from the draws"
