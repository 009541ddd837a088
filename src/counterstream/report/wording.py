"""Numbers and findings in words that need no statistics to read."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date

import numpy as np

from counterstream.report.content import AgencyView, DiagnosticsView, ParameterView, ReportContent, SeriesView
from counterstream.report.drawing import drawn_claims, fit_axis
from counterstream.units import Step

MISSING = "–"
MINUS = "−"
RHAT_WANTED = 1.01
ESS_WANTED = 400.0


def format_number(value: float | None) -> str:
    """Show a number as people write it: ``12,345``, ``12.3``, ``0.0123``, ``–`` for none."""
    if value is None or math.isnan(value):
        return MISSING
    sign = MINUS if value < 0 else ""
    size = abs(value)
    if math.isinf(size):
        return f"{sign}∞"
    if size >= 99.95:
        return f"{sign}{size:,.0f}"
    if size == 0 or size < 1e-12:
        return "0"
    if float(size).is_integer():
        return f"{sign}{size:.0f}"
    if size >= 1e-3:
        digits = max(0, 2 - math.floor(math.log10(size)))
        return f"{sign}{size:.{digits}f}"
    return f"{sign}{size:.2e}"


def format_signed(value: float | None) -> str:
    """Show a number with its sign: ``+12,345``, ``−12.3``."""
    return f"+{format_number(value)}" if value is not None and value > 0 else format_number(value)


def format_percent(value: float | None) -> str:
    """Show a share as per cent: ``12.3 %``."""
    if value is None or not math.isfinite(value):
        return MISSING
    percent = 100 * value
    digits = 0 if abs(percent) >= 99.95 else 1 if abs(percent) >= 0.95 or percent == 0 else 2
    text = f"{abs(percent):,.{digits}f}"
    negative = percent < 0 and float(text.replace(",", "")) != 0
    return f"{MINUS if negative else ''}{text} %"


def keep_percent(text: str) -> str:
    """Keep a number and its per cent sign on one line."""
    return re.sub(r"(?<=\d) %", "\N{NO-BREAK SPACE}%", text)


def format_in(unit: str, value: float | None) -> str:
    """Show a value in its unit: shares as per cent, all else as a number."""
    return format_percent(value) if unit == "share" else format_number(value)


def format_change(unit: str, value: float | None) -> str:
    """Show a difference with its sign in its unit: shares in percentage points."""
    return (
        f"{format_signed(None if value is None else 100 * value)} points" if unit == "share" else format_signed(value)
    )


def format_interval(unit: str, low: float | None, high: float | None) -> str:
    """Show both limits: ``120 to 340``."""
    if low is None or high is None:
        return MISSING
    return f"{format_in(unit, low)} to {format_in(unit, high)}"


def format_day(day: date, per: str) -> str:
    """Show the start of a step no finer than the step."""
    if per == Step.YEAR.value and (day.month, day.day) == (1, 1):
        return f"{day.year:04d}"
    if per not in (Step.DAY.value, Step.WEEK.value) and day.day == 1:
        return f"{day.year:04d}-{day.month:02d}"
    return day.isoformat()


def format_window(first: date, last: date) -> str:
    """Show a claim's window; a single day once."""
    return first.isoformat() if first == last else f"{first.isoformat()} to {last.isoformat()}"


def format_seconds(seconds: float) -> str:
    """Show a duration: ``4.2 s``, ``3 min 20 s``, ``2 h 05 min``."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60:02d} min"


def count(number: int, noun: str, plural: str = "") -> str:
    """Write number and noun: ``1 claim``, ``3 claims``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def caption_series(view: SeriesView) -> str:
    """Say what a series' picture shows and how the claims came onto its axis."""
    drawn = drawn_claims(view)
    unit = "share in per cent" if view.kind == "share" else view.full_unit
    parts = [f"{unit[:1].upper()}{unit[1:]}: posterior median with 50 % and 90 % intervals."]
    if drawn:
        parts.append(f"{count(len(drawn), 'claim')}, each across the time that it speaks of.")
        if view.kind == "flow":
            parts.append(f"A claim about another length of time is shown as its average per {view.per}.")
    silent = len(view.claims) - len(drawn)
    if silent:
        parts.append(f"{count(silent, 'claim')} without a number: in the table only.")
    if fit_axis(view).log:
        parts.append("The axis is logarithmic: each labelled step up multiplies.")
    if view.note:
        parts.append(view.note)
    return " ".join(parts)


def describe_series(view: SeriesView) -> str:
    """Say in words what the picture shows, for those who do not see it."""
    finite = np.flatnonzero(np.isfinite(view.median))
    if finite.size == 0:
        return f"{view.label}: no values."
    unit = "share" if view.kind == "share" else view.unit
    first, last = int(finite[0]), int(finite[-1])
    top = int(finite[np.argmax(view.median[finite])])
    after = f" per {view.per}" if view.per else ""

    def at(index: int) -> str:
        interval = format_interval(unit, float(view.low90[index]), float(view.high90[index]))
        median = format_in(unit, float(view.median[index]))
        return f"{median}{after} in {format_day(view.dates[index], view.per)} (90 % interval {interval})"

    return (
        f"The median begins at {at(first)}, is highest at {at(top)} and ends at {at(last)}. "
        f"{count(len(drawn_claims(view)), 'claim')} drawn. All values are in the table below the picture."
    )


@dataclass(frozen=True)
class Check:
    """One diagnostic: what was measured, what is wanted, whether it is met, what it means."""

    name: str
    value: str
    wanted: str
    met: bool | None
    meaning: str


def diagnostic_checks(found: DiagnosticsView) -> tuple[Check, ...]:
    """Put the diagnostics of a fit into words."""

    def met(value: float | None, good: bool) -> bool | None:
        return None if value is None or math.isnan(value) else good

    rhat, bulk, tail = found.max_rhat, found.min_ess_bulk, found.min_ess_tail
    return (
        Check(
            "Do the chains agree? (largest R-hat)",
            MISSING if rhat is None or math.isnan(rhat) else f"{rhat:.3f}",
            f"below {RHAT_WANTED}",
            met(rhat, rhat is not None and rhat < RHAT_WANTED),
            "Several searches started far apart. If they ended in different places, the result depends on where "
            "one starts and must not be used.",
        ),
        Check(
            "Enough independent draws in the middle? (smallest bulk ESS)",
            format_number(bulk),
            f"above {ESS_WANTED:.0f}",
            met(bulk, bulk is not None and bulk > ESS_WANTED),
            "How many independent draws the medians rest on. With few, a repeat would give other medians.",
        ),
        Check(
            "Enough independent draws at the edges? (smallest tail ESS)",
            format_number(tail),
            f"above {ESS_WANTED:.0f}",
            met(tail, tail is not None and tail > ESS_WANTED),
            "The same for the ends of the intervals, which are harder to find than the middle.",
        ),
        Check(
            "Was any corner left unexplored? (divergences)",
            MISSING if found.divergences is None else f"{found.divergences:,}",
            "0",
            None if found.divergences is None else found.divergences == 0,
            "Each divergence is a place where the search could not follow the model; the intervals may then be too "
            "narrow.",
        ),
    )


def coverage_sentence(found: DiagnosticsView) -> str:
    """Say how many fitted claims lie inside their intervals."""
    if found.coverage50 is None or found.coverage90 is None:
        return "How many of the claims lie inside their intervals was not measured."
    return (
        f"Of {count(found.n_fitted, 'fitted claim')}, {format_percent(found.coverage50)} lie inside the model's 50 % "
        f"interval for them and {format_percent(found.coverage90)} inside the 90 % interval. Much less than 50 % and "
        "90 % "
        "would mean intervals that promise too much. These claims were used in the fit; claims kept out of it are "
        "the harder test."
    )


def agency_sentence(agency: AgencyView) -> str:
    """Say how one agency counts."""
    if agency.anchor:
        return "taken as unbiased, to fix the level"
    low, high = agency.bias_low90, agency.bias_high90
    if low > 0:
        return f"reports more than the others imply, by {format_percent(low)} to {format_percent(high)}"
    if high < 0:
        return f"reports fewer than the others imply, by {format_percent(-high)} to {format_percent(-low)}"
    return "no bias can be told from zero"


def parameter_sentence(parameters: tuple[ParameterView, ...]) -> str:
    """Say how much the evidence taught about the parameters."""
    silent = sum(p.mostly_prior for p in parameters)
    return (
        f"{count(len(parameters), 'parameter')}. For {silent:,} of them the evidence says little: what is shown is "
        "mostly "
        "the assumption made beforehand, and conclusions that rest on them rest on that assumption."
    )


def claims_sentence(content: ReportContent) -> str:
    """Say what became of the claims of the ledger."""
    answering = content.answering
    return (
        f"Compared with a quantity of the model: {count(answering.n_answered, 'claim')}. Kept as context: "
        f"{len(answering.context):,}. Answered by nothing in the model: {len(answering.unanswered):,}. None is "
        "dropped in "
        "silence; those that were not compared are listed here."
    )
