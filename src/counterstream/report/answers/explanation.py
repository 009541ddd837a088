"""Why an observable changed: a mechanism's part in each line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from counterstream.report.answers.words import (
    CaseWords,
    Levels,
    change_cell,
    number_column,
    percent_cell,
    plain_levels,
    tell_change,
    tell_draws,
    tell_levels,
)
from counterstream.report.blocks import Block, Section, items_block, table_block, text_block, view_block
from counterstream.report.tables import Table, code_column, make_table, text_cell, text_column
from counterstream.report.views.plain import Json, rounded
from counterstream.report.wording import count, format_change

#: Parts below this share of the largest are in the table only.
LEAST_DRAWN = 0.01
REMARKS = (
    "A part is what a mechanism did on average over all orders in which the mechanisms may be let loose (its Shapley "
    "value). With the composition - what stocks and seasons did by themselves - the parts add up to the change, draw "
    "by draw.",
    "Where two mechanisms multiply, neither owns their product: it is shared equally. That is a convention, not a "
    "finding.",
    "An instrument whose effect travels through a signal shares its part with that signal.",
    "Parts that nearly cancel, each with a wide interval, say that the evidence knows the sum and not the parts.",
    "A part is an answer inside the declared system and no proof of cause. A cause that was not declared appears in "
    "the instruments that move freely.",
)


@dataclass(frozen=True, kw_only=True)
class PartView:
    """A mechanism's part of a change, in the unit of the observable; ``share`` is that of the mean change."""

    name: str
    kind: str
    label: str
    contribution: Levels
    mean: float | None
    share: float | None
    sampling_error: float | None


@dataclass(frozen=True, kw_only=True)
class ExplanationView:
    """Why an observable changed between two periods.

    Parameters
    ----------
    before, after
        The periods, as they were asked for.
    n_orders
        Orders of the mechanisms that were sampled; 0 if every combination was run.
    mechanisms
        The largest part first.
    """

    observable: str
    unit: str
    before: str = field(metadata={"key": "from"})
    after: str = field(metadata={"key": "to"})
    draws_from: str
    n_draws: int
    n_orders: int
    value_from: Levels
    value_to: Levels
    change: Levels
    mechanisms: tuple[PartView, ...]


def explanation_section(view: ExplanationView, ident: str, words: CaseWords) -> Section:
    """Tell of a change in a sentence, a picture, a table and what to keep in mind."""
    label = words.label(view.observable)
    unit = words.unit(view.observable)
    blocks = [text_block(_say_change(view, label, unit), _say_work(view, unit))]
    if drawn_parts(view.mechanisms):
        blocks.append(view_block("why", f"{ident}-why", _why_part(view, label, unit)))
    blocks += [
        table_block(_parts_table(view, label, unit)),
        Block("heading", ("What a part means",)),
        items_block(*REMARKS),
    ]
    return Section(ident, f"Why: {label} from {view.before} to {view.after}", f"Why: {label}", tuple(blocks))


def drawn_parts(parts: Sequence[PartView]) -> tuple[PartView, ...]:
    """Return the parts that are drawn: those of at least a hundredth of the largest, the largest first."""
    sizes = [abs(part.mean) for part in parts if part.mean is not None]
    least = LEAST_DRAWN * max(sizes, default=0.0)
    drawn = [part for part in parts if part.mean is not None and abs(part.mean) >= least > 0.0]
    return tuple(sorted(drawn, key=lambda part: -abs(part.mean or 0.0)))


def _say_change(view: ExplanationView, label: str, unit: str) -> str:
    named = label if unit == "share" else f"{label}, {view.unit}"
    change = view.change
    return (
        f"{named}: {tell_levels(unit, view.value_from)} in {view.before} and "
        f"{tell_levels(unit, view.value_to)} in {view.after}, a change of {format_change(unit, change.median)} "
        f"(90 % interval {tell_change(unit, change.low90, change.high90)})."
    )


def _say_work(view: ExplanationView, unit: str) -> str:
    drawn = tell_draws(view.n_draws, view.draws_from)
    if not view.n_orders:
        return f"{drawn} Every combination of mechanisms was run."
    errors = [part.sampling_error for part in view.mechanisms if part.sampling_error is not None]
    error = format_change(unit, max(errors, default=0.0)).lstrip("+")
    return f"{drawn} {count(view.n_orders, 'order')} sampled; largest standard error of a mean part from that: {error}."


def _why_part(view: ExplanationView, label: str, unit: str) -> dict[str, Json]:
    """Return what the view of a change draws."""
    parts: list[Json] = [
        {
            "name": part.name,
            "kind": part.kind,
            "label": part.label or part.name,
            "mean": rounded(part.mean),
            "share": rounded(part.share),
            **plain_levels(part.contribution),
        }
        for part in view.mechanisms
    ]
    why: dict[str, Json] = {
        "label": label,
        "unit": unit,
        "full_unit": view.unit,
        "before": view.before,
        "after": view.after,
        "from": plain_levels(view.value_from),
        "to": plain_levels(view.value_to),
        "change": plain_levels(view.change),
        "parts": parts,
    }
    return {"why": why}


def _parts_table(view: ExplanationView, label: str, unit: str) -> Table:
    return make_table(
        f"{label}, {view.unit}: parts of the change from {view.before} to {view.after}",
        (
            (text_column("mechanism"), lambda part: text_cell(part.label or part.name)),
            (code_column("kind"), lambda part: text_cell(part.kind)),
            (number_column("mean part"), lambda part: change_cell(unit, part.mean)),
            (number_column("median"), lambda part: change_cell(unit, part.contribution.median)),
            (number_column("90 % interval, low", "low_90"), lambda part: change_cell(unit, part.contribution.low90)),
            (number_column("90 % interval, high", "high_90"), lambda part: change_cell(unit, part.contribution.high90)),
            (number_column("share of the change"), lambda part: percent_cell(part.share)),
            (text_column("name"), lambda part: text_cell(part.name)),
        ),
        view.mechanisms,
        "parts-of-the-change.csv",
        f"Table of the parts ({count(len(view.mechanisms), 'row')})",
    )
