"""Two scenarios side by side, and the difference with its interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from counterstream.report.answers.words import (
    CaseWords,
    Levels,
    change_cell,
    number_column,
    plain_levels,
    tell_draws,
)
from counterstream.report.blocks import Block, Section, items_block, table_block, text_block, view_block
from counterstream.report.series_tables import number_cell
from counterstream.report.tables import Table, make_table, text_cell, text_column
from counterstream.report.views.plain import Json
from counterstream.report.wording import count, format_percent

#: Courses of the difference in a document.
DIFFERENCE = "difference"
HOW_TO_READ = (
    "Both scenarios were run on the same draws. Read the difference with its own interval, taken draw by draw: what is "
    "uncertain about the system is the same on both sides and mostly cancels."
)


@dataclass(frozen=True, kw_only=True)
class ExcessView:
    """Something that a scenario moves beyond its fitted range, in words."""

    sentence: str


@dataclass(frozen=True, kw_only=True)
class ComparisonView:
    """Two scenarios side by side, over the whole period.

    Parameters
    ----------
    changes, beyond_evidence
        By scenario.
    variance_ratio
        What common random numbers leave of the chance in the differences; ``None`` for expected numbers.
    observables
        By observable and course: the two scenarios and ``difference``, the second minus the first.
    """

    first: str
    second: str
    changes: Mapping[str, tuple[str, ...]]
    draws_from: str
    engine: str
    n_draws: int
    period: str
    beyond_evidence: Mapping[str, tuple[ExcessView, ...]]
    variance_ratio: float | None
    observables: Mapping[str, Mapping[str, Levels]]


@dataclass(frozen=True)
class ComparedRow:
    """One observable under both scenarios."""

    name: str
    label: str
    unit: str
    first: Levels
    second: Levels
    difference: Levels

    @property
    def relative(self) -> float | None:
        """Median of the difference as a share of the first's median; ``None`` where that is nothing."""
        apart, level = self.difference.median, self.first.median
        return None if not level or apart is None else apart / abs(level)

    @property
    def differs(self) -> bool:
        """Whether the scenarios differ in any draw that counts."""
        return any(level not in (None, 0.0) for level in (self.difference.low90, self.difference.high90))


def comparison_section(view: ComparisonView, ident: str, words: CaseWords) -> Section:
    """Tell what the scenarios change, what comes of it and what lies beyond the evidence."""
    first, second = words.scenario(view.first), words.scenario(view.second)
    rows = _rows(view, words)
    drawn = any(row.relative is not None for row in rows)
    blocks = [
        *_say_changes(view, words),
        Block("heading", ("What comes of it",)),
        text_block(*_say_outcome(view, rows)),
    ]
    if drawn:
        blocks.append(view_block("compared", f"{ident}-compared", _compared_part(view, rows, (first, second))))
    if rows:
        blocks.append(table_block(_compared_table(rows, (first, second), view.period), folded=drawn))
    blocks += [Block("heading", ("Beyond the evidence",)), *_say_beyond(view, words)]
    return Section(ident, f"What if: {second} against {first}", f"What if: {second}", tuple(blocks))


def _rows(view: ComparisonView, words: CaseWords) -> tuple[ComparedRow, ...]:
    """Return the observables that differ, those first whose difference is largest beside the first's median."""
    rows = [
        ComparedRow(name, words.label(name), words.unit(name), told[view.first], told[view.second], told[DIFFERENCE])
        for name, told in view.observables.items()
    ]

    def size(row: ComparedRow) -> float:
        return abs(row.relative or 0.0)

    return tuple(sorted((row for row in rows if row.differs), key=lambda row: -size(row)))


def _say_changes(view: ComparisonView, words: CaseWords) -> list[Block]:
    blocks: list[Block] = []
    for name in (view.first, view.second):
        changes = view.changes.get(name, ())
        if changes:
            blocks += [Block("heading", (f"What changes: {words.scenario(name)}",)), items_block(*changes)]
    return blocks


def _say_outcome(view: ComparisonView, rows: Sequence[ComparedRow]) -> tuple[str, ...]:
    numbers = "expected numbers" if view.engine == "expected" else "whole persons"
    same = len(view.observables) - len(rows)
    told = [HOW_TO_READ, f"Over {view.period}, {numbers}. {tell_draws(view.n_draws, view.draws_from)}"]
    if same:
        told.append(f"No difference in {count(same, 'observable')} of {len(view.observables):,}.")
    if view.variance_ratio is not None:
        told.append(
            f"Common random numbers leave {format_percent(view.variance_ratio)} of the variance that separate ones "
            "would give the differences by chance."
        )
    return tuple(told)


def _say_beyond(view: ComparisonView, words: CaseWords) -> list[Block]:
    sentences = tuple(
        f"{words.scenario(name)}: {excess.sentence}" for name, found in view.beyond_evidence.items() for excess in found
    )
    if sentences:
        return [items_block(*sentences)]
    return [text_block("Nothing that the scenarios move leaves its fitted range, each looked at alone.")]


def _compared_part(view: ComparisonView, rows: Sequence[ComparedRow], names: tuple[str, str]) -> dict[str, Json]:
    """Return what the view of a comparison draws."""
    told: list[Json] = [
        {
            "name": row.name,
            "label": row.label,
            "unit": row.unit,
            "first": plain_levels(row.first),
            "second": plain_levels(row.second),
            "difference": plain_levels(row.difference),
        }
        for row in rows
    ]
    return {"compared": {"first": names[0], "second": names[1], "period": view.period, "rows": told}}


def _compared_table(rows: Sequence[ComparedRow], names: tuple[str, str], period: str) -> Table:
    return make_table(
        f"{names[1]} against {names[0]}, {period}: medians, and the difference draw by draw",
        (
            (text_column("observable"), lambda row: text_cell(row.label)),
            (text_column("unit"), lambda row: text_cell(row.unit)),
            (number_column(f"{names[0]}, median", "first_median"), lambda row: number_cell(row.first.median, row.unit)),
            (
                number_column(f"{names[1]}, median", "second_median"),
                lambda row: number_cell(row.second.median, row.unit),
            ),
            (number_column("difference, median"), lambda row: change_cell(row.unit, row.difference.median)),
            (number_column("90 % interval, low", "low_90"), lambda row: change_cell(row.unit, row.difference.low90)),
            (number_column("90 % interval, high", "high_90"), lambda row: change_cell(row.unit, row.difference.high90)),
        ),
        rows,
        "compared.csv",
        f"Table of the differences ({count(len(rows), 'row')})",
    )
