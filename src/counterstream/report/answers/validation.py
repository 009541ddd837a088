"""How well the system foretold claims that it had not seen, beside simple rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from counterstream.report.answers.words import (
    ERROR_SAID,
    CaseWords,
    Levels,
    count_cell,
    number_column,
    percent_cell,
    plain_levels,
    tell_verdict,
    tell_window,
)
from counterstream.report.blocks import Block, Section, table_block, text_block, view_block
from counterstream.report.series_tables import number_cell
from counterstream.report.tables import Cell, Table, code_column, make_table, text_cell, text_column
from counterstream.report.views.plain import Json, rounded
from counterstream.report.wording import MISSING, count, format_interval, format_number, format_percent

#: The rule that is hardest to beat.
INTERPOLATION = "interpolation"
SYSTEM = "fitted system"


@dataclass(frozen=True, kw_only=True)
class ScoreView:
    """How well claims were foretold: shares inside intervals, and errors on the claims' working scale."""

    coverage_50: float | None
    coverage_50_interval: tuple[float, float] | None
    coverage_90: float | None
    coverage_90_interval: tuple[float, float] | None
    interval_score_90: float | None
    median_abs_log_error: float | None


@dataclass(frozen=True, kw_only=True)
class RuleView(ScoreView):
    """Scores of a simple rule on the claims that it answers, and the system's on the same claims."""

    n: int
    model: ScoreView


@dataclass(frozen=True, kw_only=True)
class PitView:
    """Probability integral transforms of claims of one kind."""

    n: int
    mean: float
    below_05: float
    above_95: float
    ks_p: float | None


@dataclass(frozen=True, kw_only=True)
class FitView:
    """One fit of a validation: what was left out of it and what became of it."""

    label: str
    verdict: str
    max_rhat: float | None
    n_fitted: int
    n: int


@dataclass(frozen=True, kw_only=True)
class ForetoldView(Levels):
    """A claim that no fit had seen, and what was foretold of it, in its unit."""

    id: str
    observable: str
    unit: str
    agency: str
    first: str
    last: str
    value: float
    inside_90: bool
    pit: float


@dataclass(frozen=True, kw_only=True)
class AskedView:
    """What a validation asked about: files of claims, or what was held out, or folds."""

    claims: tuple[str, ...] = ()
    hold_out: tuple[str, ...] = ()
    folds: int | None = None
    by: str = ""


@dataclass(frozen=True, kw_only=True)
class ValidationView(ScoreView):
    """How well the system foretold claims that it had not seen; the scores are the system's."""

    asked: AskedView
    scale: str
    n_claims: int
    n_answered: int
    n_scored: int
    n_already_fitted: int
    baselines: Mapping[str, RuleView]
    pit: Mapping[str, PitView]
    fits: tuple[FitView, ...]
    claims: tuple[ForetoldView, ...]


@dataclass(frozen=True)
class _ScoreRow:
    """Scores of the system or of a rule, and of how many claims."""

    name: str
    n: int
    scores: ScoreView


def validation_section(view: ValidationView, ident: str, words: CaseWords) -> Section:
    """Tell whether the system foretells, whether its intervals keep their promise, and which claims surprised."""
    outside = tuple(claim for claim in view.claims if not claim.inside_90)
    blocks = [
        text_block(_say_asked(view), _say_seen(view), _say_verdicts(view), _say_interpolation(view)),
        table_block(_score_table(view), folded=False),
        text_block(f"Measured on the {view.scale}. {ERROR_SAID} Of the interval score, too, less is better."),
        Block("heading", ("Do the intervals keep their promise?",)),
        text_block(*(_say_coverage(view, level) for level in (50, 90))),
        table_block(_pit_table(view.pit), folded=False),
        text_block(
            "Each claim's place in what was foretold of it, from 0 (below all) to 1 (above all). If all is right, the "
            "mean is 0.5 and one claim in twenty lies in either tail."
        ),
        Block("heading", ("Claim by claim",)),
        *([view_block("foretold", f"{ident}-foretold", _foretold_part(view, words))] if view.claims else []),
        Block("heading", ("Claims outside their 90 % interval",)),
        table_block(_outside_table(outside, words)) if outside else text_block("None."),
        table_block(_fit_table(view.fits)),
    ]
    return Section(ident, "Claims that the fit had not seen", "Validation", tuple(blocks))


def _foretold_part(view: ValidationView, words: CaseWords) -> dict[str, Json]:
    """Return what the view of a validation draws."""
    claims: list[Json] = [
        {
            "claim": claim.id,
            "label": words.label(claim.observable),
            "unit": claim.unit,
            "agency": claim.agency,
            "first": claim.first,
            "last": claim.last,
            "value": rounded(claim.value),
            "inside": claim.inside_90,
            "place": rounded(claim.pit),
            **plain_levels(claim),
        }
        for claim in view.claims
    ]
    return {"foretold": claims}


def _say_asked(view: ValidationView) -> str:
    asked = view.asked
    if asked.hold_out:
        how = f"held out together ({', '.join(asked.hold_out)})"
    elif asked.folds is not None:
        how = f"held out in {asked.folds:,} folds by {asked.by}"
    else:
        how = f"from further files ({', '.join(asked.claims)})"
    silent = view.n_claims - view.n_answered
    left = f", {silent:,} answered by nothing in the model" if silent else ""
    return f"{count(view.n_claims, 'claim')} {how}: {view.n_scored:,} scored{left}."


def _say_verdicts(view: ValidationView) -> str:
    return " ".join(dict.fromkeys(tell_verdict(fit.verdict) for fit in view.fits))


def _say_seen(view: ValidationView) -> str:
    if not view.n_already_fitted:
        return ""
    return f"Already fitted, and so no test: {count(view.n_already_fitted, 'claim')}."


def _say_interpolation(view: ValidationView) -> str:
    """Say whether the system beats interpolation between claims, on the claims that it answers."""
    rule = view.baselines.get(INTERPOLATION)
    if rule is None or rule.median_abs_log_error is None or rule.model.median_abs_log_error is None:
        return "Interpolation between other claims answers none of them, so that the system cannot be held against it."
    nearer = rule.model.median_abs_log_error < rule.median_abs_log_error
    errors = f"{format_number(rule.model.median_abs_log_error)} against {format_number(rule.median_abs_log_error)}"
    told = (
        f"On the {count(rule.n, 'claim')} that interpolation between other claims answers, the system is "
        f"{'nearer' if nearer else 'not nearer'} to what was reported (median error {errors})"
    )
    mine, theirs = rule.model.interval_score_90, rule.interval_score_90
    if mine is None or theirs is None:
        return f"{told}."
    better = mine < theirs
    link = "and" if better == nearer else "but"
    verdict = "better" if better else "not better"
    return f"{told}, {link} its intervals are {verdict} (score {format_number(mine)} against {format_number(theirs)})."


def _say_coverage(view: ValidationView, level: int) -> str:
    found: float | None = getattr(view, f"coverage_{level}")
    limits: tuple[float, float] | None = getattr(view, f"coverage_{level}_interval")
    if found is None or limits is None:
        return ""
    if limits[1] < level / 100:
        said = "fewer than promised: the intervals are too narrow"
    elif limits[0] > level / 100:
        said = "more than promised: the intervals are wider than they need be"
    else:
        said = f"which agrees with {level} %"
    return (
        f"{format_percent(found)} lie inside the {level} % interval foretold of them (90 % interval of that share, "
        f"were claims independent: {format_interval('share', *limits)}), {said}."
    )


def _score_table(view: ValidationView) -> Table:
    rows = [_ScoreRow(SYSTEM, view.n_scored, view)]
    for name, rule in view.baselines.items():
        rows.append(_ScoreRow(name.replace("_", " "), rule.n, rule))
        rows.append(_ScoreRow(f"{SYSTEM} on the same", rule.n, rule.model))
    return make_table(
        "What foretold the claims, and how well; in brackets the 90 % interval of the share inside",
        (
            (text_column("foretold by"), lambda row: text_cell(row.name)),
            (number_column("claims"), lambda row: count_cell(row.n)),
            (
                number_column("inside 50 %", "coverage_50"),
                lambda row: _coverage_cell(row.scores.coverage_50, row.scores.coverage_50_interval),
            ),
            (
                number_column("inside 90 %", "coverage_90"),
                lambda row: _coverage_cell(row.scores.coverage_90, row.scores.coverage_90_interval),
            ),
            (
                number_column("interval score", "interval_score_90"),
                lambda row: number_cell(row.scores.interval_score_90),
            ),
            (
                number_column("median error", "median_abs_log_error"),
                lambda row: number_cell(row.scores.median_abs_log_error),
            ),
        ),
        rows,
        "scores.csv",
    )


def _coverage_cell(share: float | None, limits: tuple[float, float] | None) -> Cell:
    if share is None or limits is None:
        return Cell(MISSING, share)
    return Cell(f"{format_percent(share)} ({format_interval('share', *limits)})", share)


def _pit_table(pit: Mapping[str, PitView]) -> Table:
    return make_table(
        "Places of claims in what was foretold of them, by kind",
        (
            (text_column("kind"), lambda row: text_cell(row[0])),
            (number_column("claims"), lambda row: count_cell(row[1].n)),
            (number_column("mean"), lambda row: number_cell(row[1].mean)),
            (number_column("in the lowest 5 %", "below_05"), lambda row: percent_cell(row[1].below_05)),
            (number_column("in the highest 5 %", "above_95"), lambda row: percent_cell(row[1].above_95)),
            (number_column("chance of places as uneven", "ks_p"), lambda row: percent_cell(row[1].ks_p)),
        ),
        pit.items(),
        "places.csv",
    )


def _outside_table(claims: tuple[ForetoldView, ...], words: CaseWords) -> Table:
    return make_table(
        f"Claims outside the 90 % interval foretold of them ({len(claims):,})",
        (
            (code_column("claim"), lambda row: text_cell(row.id)),
            (text_column("about"), lambda row: text_cell(words.label(row.observable))),
            (code_column("window"), lambda row: text_cell(tell_window(row.first, row.last))),
            (text_column("counted by", "agency"), lambda row: text_cell(row.agency)),
            (number_column("says", "value"), lambda row: number_cell(row.value, row.unit)),
            (number_column("foretold, median", "median"), lambda row: number_cell(row.median, row.unit)),
            (number_column("90 % interval, low", "low_90"), lambda row: number_cell(row.low90, row.unit)),
            (number_column("90 % interval, high", "high_90"), lambda row: number_cell(row.high90, row.unit)),
            (text_column("unit"), lambda row: text_cell(row.unit)),
        ),
        claims,
        "outside.csv",
    )


def _fit_table(fits: tuple[FitView, ...]) -> Table:
    return make_table(
        "Fits that were asked",
        (
            (text_column("fit"), lambda row: text_cell(row.label)),
            (code_column("verdict"), lambda row: text_cell(row.verdict)),
            (number_column("largest R-hat", "max_rhat"), lambda row: number_cell(row.max_rhat)),
            (number_column("claims fitted", "n_fitted"), lambda row: count_cell(row.n_fitted)),
            (number_column("claims asked", "n"), lambda row: count_cell(row.n)),
        ),
        fits,
        "fits.csv",
    )
