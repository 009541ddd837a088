"""Periods as people write them."""

from __future__ import annotations

import calendar
import re
from datetime import date

from counterstream.errors import CounterstreamError, Problem

_POINT = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")
ALLOWED = "a year (1979), a month (1979-03), a day (1979-03-15), or two of them as 1979-03..1979-08"


def parse_period(text: str) -> tuple[date, date]:
    """Return the first and last day of a period such as ``1979``, ``1979-03`` or ``1979-03..1980-02``.

    Raises
    ------
    CounterstreamError
        ``U214`` if it is none, or ends before it begins.
    """
    first, separator, last = text.strip().partition("..")
    try:
        span = _days(first)[0], _days(last if separator else first)[1]
    except ValueError:
        raise CounterstreamError(Problem("U214", "this is not a period", found=text[:60], allowed=ALLOWED)) from None
    if span[1] < span[0]:
        raise CounterstreamError(Problem("U214", "the period ends before it begins", found=text[:60], allowed=ALLOWED))
    return span


def _days(text: str) -> tuple[date, date]:
    found = _POINT.fullmatch(text.strip())
    if found is None:
        raise ValueError(text)
    year, month, day = (int(part or 0) for part in found.groups())
    if not month:
        return date(year, 1, 1), date(year, 12, 31)
    if not day:
        return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
    return date(year, month, day), date(year, month, day)


def say_period(period: tuple[date, date]) -> str:
    """Return a period as short as it can be written."""
    first, last = period
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31):
        return str(first.year) if first.year == last.year else f"{first.year}..{last.year}"
    return str(first) if first == last else f"{first}..{last}"
