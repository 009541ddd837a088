"""Steps, rates, delays and probabilities; each conversion is stated once, here.

A month is one twelfth of a year everywhere: calendar months differ by three days in
length, far below what any claim about migration resolves.
"""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from enum import StrEnum

MONTHS_PER_YEAR = 12.0
DAYS_PER_YEAR = 365.25


class Step(StrEnum):
    """Length of one step of a system's clock."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


YEARS_PER_STEP: dict[Step, float] = {
    Step.DAY: 1.0 / DAYS_PER_YEAR,
    Step.WEEK: 7.0 / DAYS_PER_YEAR,
    Step.MONTH: 1.0 / MONTHS_PER_YEAR,
    Step.QUARTER: 0.25,
    Step.YEAR: 1.0,
}

MONTHS_PER_STEP: dict[Step, int] = {Step.MONTH: 1, Step.QUARTER: 3, Step.YEAR: 12}

#: Units a parameter may carry, with the factor to the unit used inside (years, persons).
RATE_UNITS: dict[str, float] = {"per_year": 1.0, "per_month": MONTHS_PER_YEAR}
DURATION_UNITS: dict[str, float] = {"years": 1.0, "months": 1.0 / MONTHS_PER_YEAR}
PLAIN_UNITS: tuple[str, ...] = ("persons", "share", "effect", "level")
ALL_UNITS: tuple[str, ...] = (*RATE_UNITS, *DURATION_UNITS, *PLAIN_UNITS)


def add_months(day: date, months: int) -> date:
    """Return the date ``months`` later, on the same day of the month or the month's last day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def next_boundary(day: date, step: Step) -> date:
    """Return the first day of the step after the one that starts on ``day``."""
    if step is Step.DAY:
        return day + timedelta(days=1)
    if step is Step.WEEK:
        return day + timedelta(days=7)
    return add_months(day, MONTHS_PER_STEP[step])


def years_to_months(years: float) -> float:
    """Convert a duration in years to months."""
    return years * MONTHS_PER_YEAR
