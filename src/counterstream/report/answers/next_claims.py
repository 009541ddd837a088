"""Where one more source would help most."""

from __future__ import annotations

from dataclasses import dataclass

from counterstream.report.answers.words import (
    CaseWords,
    Levels,
    count_cell,
    number_column,
    percent_cell,
    tell_levels,
    tell_verdict,
    tell_window,
)
from counterstream.report.blocks import Section, picture_block, table_block, text_block
from counterstream.report.pictures import Picture, draw_both
from counterstream.report.series_tables import number_cell
from counterstream.report.tables import Cell, Table, code_column, make_table, text_cell, text_column
from counterstream.report.wording import count, format_percent

#: Candidates that are drawn; the table has all.
MOST_DRAWN = 12
#: Half of a 90 % interval in standard errors.
HALF_90 = 1.645


@dataclass(frozen=True, kw_only=True)
class CandidateView:
    """A claim that a new source might make, and the expected reduction of the target's variance."""

    observable: str
    unit: str
    first: str
    last: str
    figure: float
    claims_there: int
    reduction: float
    error: float


@dataclass(frozen=True, kw_only=True)
class NextClaimsView:
    """Claims that would teach most about one observable over a period."""

    verdict: str
    n_draws: int
    observable: str
    first: str
    last: str
    target: Levels
    candidates: tuple[CandidateView, ...]


def next_claims_section(view: NextClaimsView, ident: str, words: CaseWords) -> Section:
    """Tell which claim of one more source would teach most about a quantity."""
    label = words.label(view.observable)
    target = tell_levels(words.unit(view.observable), view.target)
    drawn = view.candidates[:MOST_DRAWN]
    blocks = (
        text_block(
            f"{label}, {tell_window(view.first, view.last)}: {target}. {count(view.n_draws, 'draw')}. "
            f"{tell_verdict(view.verdict)}",
            'A new source is taken to say "about" so many, with the typical error, an unknown bias and the chance of '
            "being plain wrong. What it would teach is by how much the variance should fall.",
        ),
        *((picture_block(_picture(view, drawn, ident, words)),) if drawn else ()),
        table_block(_candidate_table(view, words), folded=bool(drawn)),
    )
    return Section(ident, f"What to look for next: {label}", "Next claims", blocks)


def _picture(view: NextClaimsView, drawn: tuple[CandidateView, ...], ident: str, words: CaseWords) -> Picture:
    from counterstream.report.figures import IntervalRow, plot_intervals

    rows = [
        IntervalRow(
            f"{words.label(one.observable)}, {tell_window(one.first, one.last)}",
            one.reduction,
            one.reduction - HALF_90 * one.error,
            one.reduction + HALF_90 * one.error,
        )
        for one in drawn
    ]
    caption = (
        f"By how much the variance of what is asked ({words.label(view.observable)}) should fall. Dot: estimate; line: "
        "90 % interval of its error."
    )
    if len(drawn) < len(view.candidates):
        caption += f" Drawn are the first {len(drawn)} of {len(view.candidates)}; the table has all."
    axis, source = "nothing learnt  →  variance less by", f"Source: {words.case_name}; model."
    return draw_both(
        lambda layout: plot_intervals(rows, layout, axis=axis, source=source),
        f"{ident}candidates",
        "What one more claim would teach",
        f"{'; '.join(f'{row.name}: {format_percent(row.middle)}' for row in rows)}.",
        caption,
    )


def _candidate_table(view: NextClaimsView, words: CaseWords) -> Table:
    return make_table(
        "Claims that one more source might make, those first that would teach most",
        (
            (text_column("about"), lambda row: text_cell(words.label(row.observable))),
            (code_column("period"), lambda row: text_cell(tell_window(row.first, row.last))),
            (number_column("figure, about", "figure"), lambda row: number_cell(row.figure, row.unit)),
            (text_column("unit"), lambda row: text_cell(row.unit)),
            (number_column("claims so far", "claims_there"), lambda row: count_cell(row.claims_there)),
            (
                number_column("variance less by", "reduction"),
                lambda row: Cell(format_percent(max(row.reduction, 0.0)), row.reduction),
            ),
            (number_column("standard error", "error"), lambda row: percent_cell(row.error)),
        ),
        view.candidates,
        "next-claims.csv",
        f"Table of the claims ({count(len(view.candidates), 'row')})",
    )
