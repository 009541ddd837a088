"""A system beyond the period for which it was declared."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from counterstream.system.clock import Clock
from counterstream.system.move import DecisionMove, Move
from counterstream.system.system import System


def last_day_of_step(clock: Clock, day: date) -> date:
    """Return the last day of the step that holds a day, steps counted from the clock's start.

    Parameters
    ----------
    day
        Not before the clock's start; it may lie beyond the clock's end.

    Raises
    ------
    ValueError
        If the step reaches off the calendar.
    """
    return replace(clock, end=day).boundaries[-1] - timedelta(days=1)


def extend_clock(system: System, end: date) -> System:
    """Return the system with a clock that runs to the end of the step that holds a day.

    A clock that runs so far already is left as it is.

    Parameters
    ----------
    end
        Last day that must lie inside the clock.

    Raises
    ------
    ValueError
        If the last step reaches off the calendar.

    Notes
    -----
    Walks get further spells, of whose increments only the prior speaks; an instrument in steps
    or points stands at its last value; an event has the dates and the fading that are declared.
    A rhythm of release by dates that is open at its end stops where the declared clock stopped:
    nobody has declared later dates, and without one the approved would wait for good.
    """
    if end <= system.clock.end:
        return system
    longer = replace(system.clock, end=last_day_of_step(system.clock, end))
    return replace(system, clock=longer, moves=tuple(_end_rhythm(move, system.clock.end) for move in system.moves))


def _end_rhythm(move: Move, last: date) -> Move:
    if not isinstance(move, DecisionMove) or move.batches is None:
        return move
    batches = move.batches
    if not batches.dates or batches.every_steps is not None or batches.last is not None:
        return move
    return replace(move, batches=replace(batches, last=last))


def drop_later_events(system: System, day: date) -> System:
    """Return the system without the events that begin after a day."""
    events = tuple(replace(event, dropped=True) if event.first > day else event for event in system.events)
    return replace(system, events=events)
