"""A projection in short, for notebooks and terminals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from counterstream.notebook import html_table
from counterstream.report.wording import MISSING, format_in, format_interval, format_percent

SCORE_HEADINGS = (
    "claims",
    "inside 50 %",
    "inside 90 %",
    "error",
    "naive rules: error (the model's on the same claims)",
)
ERROR_SAID = "The error is the median of |log(projected / reported)|: 0.10 is about 10 per cent."


def format_projection(summary: Mapping[str, Any]) -> str:
    """Return what a projection says of its last year, and its record by horizon, as HTML.

    Parameters
    ----------
    summary
        As :meth:`~counterstream.workflow.project.Projection.summary` gives it.
    """
    rows = [
        (name, told["unit"], str(last["year"]), *format_band(told["unit"], last))
        for name, told in summary["observables"].items()
        for last in told["years"][-1:]
    ]
    caption = (
        f"{summary['case']} ({summary['verdict']}): {summary['n_fitted']:,} claims until {summary['evidence_until']}, "
        f"projected until {summary['until']}"
    )
    shown = html_table(caption, ("observable", "unit", "year", "median", "90 % interval"), rows)
    record = [(horizon, *format_scores(scores)) for horizon, scores in summary["record_together"].items()]
    if not record:
        return shown
    return shown + html_table("How such projections did", ("years ahead", *SCORE_HEADINGS), record, (ERROR_SAID,))


def format_band(unit: str, year: Mapping[str, float]) -> tuple[str, str]:
    """Return the median and the 90 % interval of one year, shares in per cent."""
    return format_in(unit, year["median"]), format_interval(unit, year["low90"], year["high90"])


def format_scores(scores: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the cells of :data:`SCORE_HEADINGS`."""
    answering = {rule.replace("_", " "): told for rule, told in scores["naive"].items() if told["n"]}
    naive = ", ".join(
        f"{rule} {_error(told['median_abs_log_error'])} ({_error(told['model_median_abs_log_error'])})"
        for rule, told in answering.items()
    )
    return (
        f"{scores['n']:,}",
        format_percent(scores["coverage_50"]),
        format_percent(scores["coverage_90"]),
        _error(scores["median_abs_log_error"]),
        naive or MISSING,
    )


def _error(value: float) -> str:
    return f"{value:.2f}"
