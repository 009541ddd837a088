"""Scenarios in plain words."""

from __future__ import annotations

from datetime import date

from counterstream.system.instrument import Hold
from counterstream.system.scenario import (
    Change,
    ChangeParameter,
    DropEvent,
    DropInterventions,
    HoldInstrument,
    HoldSignal,
    MoveEvent,
)
from counterstream.system.system import System


def say_change(system: System, change: Change) -> str:
    """Say in plain words what a scenario changes."""
    if isinstance(change, DropEvent):
        return f"does not happen: {_label_event(system, change.event)}"
    if isinstance(change, MoveEvent):
        event = next(e for e in system.events if e.name == change.event)
        span = _say_span(change.first or event.first, change.last or event.last)
        return f"happens{span}: {_label_event(system, change.event)}"
    if isinstance(change, HoldInstrument):
        label = next(i.label or i.name for i in system.instruments if i.name == change.instrument)
        return _say_hold(change.hold, label)
    if isinstance(change, HoldSignal):
        return _say_hold(change.hold, next(s.label or s.name for s in system.signals if s.name == change.signal))
    if isinstance(change, ChangeParameter):
        how = f"set to {change.value:g}" if change.value is not None else f"multiplied by {change.times:g}"
        return f"{change.parameter} is {how}"
    if isinstance(change, DropInterventions):
        named = system.persons.named if system.persons is not None else ()
        label = next(household.label or household.name for household in named if household.name == change.named)
        return f"nothing is done for: {label}"
    rhythm = "in batches" if change.batches else "one by one"
    return f"approvals of {change.move} are released {rhythm}"


def _label_event(system: System, name: str) -> str:
    return next(e.label or e.name for e in system.events if e.name == name)


def _say_hold(hold: Hold, label: str) -> str:
    return f"held at {hold.value:g}{_say_span(hold.first, hold.last)}: {label}"


def _say_span(first: date | None, last: date | None) -> str:
    since = f" from {first.isoformat()}" if first else ""
    until = f" until {last.isoformat()}" if last else ""
    return since + until
