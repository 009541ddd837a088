"""Periods into which a clock is cut for pictures."""

from __future__ import annotations

import bisect
from datetime import date

from counterstream.system.clock import Clock

#: Lengths in months that people count in.
LENGTHS = (1, 3, 6, 12, 24, 60, 120, 240, 300, 600, 1200)


def cut_clock(clock: Clock, most: int) -> tuple[int, ...]:
    """Cut a clock into at most so many periods of a round length.

    Periods begin where the calendar does (1970, 1975, 1980 where they have five years), so that the
    first and the last can be shorter.  A clock shorter than a month is cut into equal numbers of steps.

    Returns
    -------
    tuple of int
        Boundaries of the clock at which periods begin, and the last boundary.
    """
    days = clock.boundaries
    for months in LENGTHS:
        found = _positions(days, months)
        if 2 <= len(found) - 1 <= most:
            return found
    n_steps = clock.n_steps
    n_periods = min(most, n_steps)
    return tuple(dict.fromkeys(round(n_steps * i / n_periods) for i in range(n_periods + 1)))


def _positions(days: tuple[date, ...], months: int) -> tuple[int, ...]:
    """Return the boundaries nearest after the calendar's own bounds of periods of so many months."""
    first, last = days[0], days[-1]
    begun = (first.year * 12 + first.month - 1) // months * months
    bounds = [0]
    while True:
        begun += months
        year, month = divmod(begun, 12)
        day = date(year, month + 1, 1)
        if day >= last:
            break
        bounds.append(bisect.bisect_left(days, day))
    return tuple(dict.fromkeys((*bounds, len(days) - 1)))
