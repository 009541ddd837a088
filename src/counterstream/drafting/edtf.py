"""Dates of the Extended Date/Time Format (Library of Congress, 2019), as far as drafting needs them."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sept sep",
            "october oct",
            "november nov",
            "december dec",
        ),
        1,
    )
    for name in names.split()
}
#: Seasons of the northern hemisphere's calendar as EDTF numbers them.
SEASONS = {"spring": 21, "summer": 22, "autumn": 23, "fall": 23, "winter": 24}
_SEASON_MONTHS = {21: (3, 5), 22: (6, 8), 23: (9, 11), 24: (12, 14)}
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?[~?%]?$")
_DECADE = re.compile(r"(\d{3})X[~?%]?$")


@dataclass(frozen=True, slots=True)
class Days:
    """First and last day of a period; ``None`` for an open end."""

    first: date | None
    last: date | None


def format_month(year: int, month: int) -> str:
    """Return ``YYYY-MM``; months below 1 and above 12 are counted into other years."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return f"{year:04d}-{month:02d}"


def read_days(text: str) -> Days | None:
    """Return the days that an EDTF date or interval covers, or ``None`` if it is not one that we write."""
    if "/" in text:
        left, _, right = text.partition("/")
        first = None if left in ("..", "") else _single_days(left)
        last = None if right in ("..", "") else _single_days(right)
        if (left not in ("..", "") and first is None) or (right not in ("..", "") and last is None):
            return None
        return Days(first.first if first else None, last.last if last else None)
    return _single_days(text)


def _single_days(text: str) -> Days | None:
    """Return the days of one date, season or decade."""
    decade = _DECADE.match(text)
    if decade:
        year = int(decade.group(1)) * 10
        return Days(date(year, 1, 1), date(year + 9, 12, 31)) if year else None
    match = _DATE.match(text)
    if match is None or int(match.group(1)) == 0:
        return None
    year, month, day = int(match.group(1)), int(match.group(2) or 0), int(match.group(3) or 0)
    if month in _SEASON_MONTHS and not day:
        begin, end = _SEASON_MONTHS[month]
        return Days(date(year, begin, 1), _month_end(year, end))
    if month > 12 or (match.group(2) and month == 0):
        return None
    if not month:
        return Days(date(year, 1, 1), date(year, 12, 31))
    if not day:
        return Days(date(year, month, 1), _month_end(year, month))
    if day > calendar.monthrange(year, month)[1]:
        return None
    return Days(date(year, month, day), date(year, month, day))


def _month_end(year: int, month: int) -> date:
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return date(year, month, calendar.monthrange(year, month)[1])


def first_of(text: str) -> str:
    """Return the beginning of an interval, or the whole of a single date."""
    return text.partition("/")[0]


def last_of(text: str) -> str:
    """Return the end of an interval, or the whole of a single date."""
    return text.rpartition("/")[2]


def year_of(text: str) -> int:
    """Return the last year that a date or interval names, 0 if none."""
    years = re.findall(r"(?<!\d)(\d{4})(?!\d)", text)
    return int(years[-1]) if years else 0
