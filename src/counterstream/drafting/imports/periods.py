"""Years, quarters, months and days as statistical tables write them."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Window(StrEnum):
    """Which days of its period a figure is about: a flow all, a stock one."""

    WHOLE = "whole"
    FIRST_DAY = "first day"
    MIDDLE = "middle"
    LAST_DAY = "last day"


@dataclass(frozen=True, slots=True)
class Period:
    """A span of days, both included."""

    first: date
    last: date

    def narrow(self, window: Window) -> Period:
        """Return the days of the period that a figure is about.

        The middle of a year is 1 July, as the United Nations count.
        """
        if window is Window.FIRST_DAY:
            return Period(self.first, self.first)
        if window is Window.LAST_DAY:
            return Period(self.last, self.last)
        if window is Window.MIDDLE:
            middle = date(self.first.year, 7, 1)
            return Period(middle, middle)
        return self


# SDMX and Eurostat: 2019, 2019-A1, 2019-S1, 2019-Q1, 2019Q1, 2019-03, 2019M03, 2019-W05, 2019-03-31.
_PERIOD = re.compile(
    r"(?P<year>\d{4})(?:-?(?P<unit>[ASTQMWD])(?P<number>\d{1,3})|-(?P<month>\d{2})(?:-(?P<day>\d{2}))?)?", re.ASCII
)
_MONTHS_OF = {"A": 12, "S": 6, "T": 4, "Q": 3, "M": 1}


def parse_period(text: str) -> Period | None:
    """Return the days of a period, or None if it cannot be read."""
    found = _PERIOD.fullmatch(text.strip())
    if found is None:
        return None
    year = int(found["year"])
    try:
        if found["month"]:
            month, day = int(found["month"]), int(found["day"] or 1)
            start = date(year, month, day)
            return Period(start, start) if found["day"] else _months(year, month, 1)
        if found["unit"] is None:
            return Period(date(year, 1, 1), date(year, 12, 31))
        return _numbered(year, found["unit"], int(found["number"]))
    except ValueError:
        return None


def _numbered(year: int, unit: str, number: int) -> Period:
    """Return the nth half-year, quarter, month, week or day of a year."""
    if unit == "W":
        monday = date.fromisocalendar(year, number, 1)
        return Period(monday, monday + timedelta(days=6))
    if unit == "D":
        day = date(year, 1, 1) + timedelta(days=number - 1)
        if number < 1 or day.year != year:
            raise ValueError(number)
        return Period(day, day)
    length = _MONTHS_OF[unit]
    return _months(year, (number - 1) * length + 1, length)


def _months(year: int, first: int, length: int) -> Period:
    """Return whole months of a year."""
    last = first + length - 1
    return Period(date(year, first, 1), date(year, last, calendar.monthrange(year, last)[1]))
