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
from counterstream.report.blocks import Section, table_block, text_block
from counterstream.report.series_tables import number_cell
from counterstream.report.tables import Cell, Table, code_column, make_table, text_cell, text_column
from counterstream.report.wording import count, format_percent


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
    blocks = (
        text_block(
            f"{label}, {tell_window(view.first, view.last)}: {target}. {count(view.n_draws, 'draw')}. "
            f"{tell_verdict(view.verdict)}",
            'A new source is taken to say "about" so many, with the typical error, an unknown bias and the chance of '
            "being plain wrong. What it would teach is by how much the variance should fall.",
        ),
        table_block(_candidate_table(view, words), folded=False),
    )
    return Section(ident, f"What to look for next: {label}", "Next claims", blocks)


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
    )
