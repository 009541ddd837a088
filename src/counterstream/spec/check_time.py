"""Checks of the clock, of dates against it, and of rhythms of release."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from counterstream.spec.findings import Findings
from counterstream.spec.node import At
from counterstream.system.clock import Clock
from counterstream.system.move import Batches
from counterstream.units import MONTHS_PER_STEP

LAST_COMMON_DAY = 28


def check_clock(clock: Clock, out: Findings) -> None:
    """Check that steps are equal and that the last one is whole."""
    if clock.step in MONTHS_PER_STEP and clock.start.day > LAST_COMMON_DAY:
        out.add(
            "S416",
            ("time", "start"),
            "a clock of months starts on a day that not every month has",
            found=str(clock.start),
            allowed=f"days 1 to {LAST_COMMON_DAY}",
        )
        return
    after = clock.boundaries[-1]
    if after != clock.end + timedelta(days=1):
        earlier = clock.boundaries[-2] - timedelta(days=1)
        choices = (
            f"{earlier} or {after - timedelta(days=1)}" if earlier > clock.start else str(after - timedelta(days=1))
        )
        out.add(
            "S403",
            ("time", "end"),
            "the last step of the clock is cut short",
            found=str(clock.end),
            allowed=f"the last day of a {clock.step.value} counted from {clock.start}",
            mend=f"end on {choices}",
        )


def check_increasing(days: Sequence[date], at: At, key: str, out: Findings) -> None:
    """Check that the dates of a list come one after another."""
    for index in range(1, len(days)):
        if days[index] <= days[index - 1]:
            out.add(
                "S413",
                (*at, index, key) if key else (*at, index),
                "the dates are not in order",
                found=f"{days[index]} after {days[index - 1]}",
                allowed="each date later than the one before",
            )


def check_span(first: date | None, last: date | None, at: At, key: str, out: Findings) -> bool:
    """Check that a span does not end before it begins; return whether it does not."""
    if first is None or last is None or first <= last:
        return True
    out.add("S413", (*at, key), "the span ends before it begins", found=str(last), allowed=f"{first} or later")
    return False


def is_outside(first: date | None, last: date | None, clock: Clock) -> bool:
    """Whether a span (either end open) lies wholly outside the clock."""
    return (first is not None and first > clock.end) or (last is not None and last < clock.start)


def check_batches(batches: Batches, at: At, clock: Clock, out: Findings) -> None:
    """Check a rhythm of release against itself and the clock."""
    check_increasing(batches.dates, (*at, "dates"), "", out)
    if not check_span(batches.first, batches.last, at, "to", out):
        return
    if is_outside(batches.first, batches.last, clock):
        key = "from" if batches.first is not None and batches.first > clock.end else "to"
        out.add(
            "S414",
            (*at, key),
            "the rhythm lies wholly outside the clock",
            found=f"{batches.first or '...'} to {batches.last or '...'}",
            allowed=f"{clock.start} to {clock.end}",
        )
        return
    first = max(batches.first or clock.start, clock.start)
    last = min(batches.last or clock.end, clock.end)
    for index, day in enumerate(batches.dates):
        if not first <= day <= last:
            out.add(
                "S414",
                (*at, "dates", index),
                "the date of release lies outside the clock or the rhythm's own span",
                found=str(day),
                allowed=f"{first} to {last}",
            )
    if batches.every_steps is not None and batches.every_steps > clock.n_steps:
        out.add(
            "S414",
            (*at, "every_steps"),
            "no release falls inside the clock",
            found=f"every {batches.every_steps} steps",
            allowed=f"at most {clock.n_steps}, the number of steps",
        )
