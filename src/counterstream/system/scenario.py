"""Scenarios: the same system with instruments, events, effects or rhythms changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from counterstream.system.instrument import Hold
from counterstream.system.move import Batches


@dataclass(frozen=True)
class HoldInstrument:
    """Fix an instrument at a value, for a span or throughout."""

    instrument: str
    hold: Hold


@dataclass(frozen=True)
class HoldSignal:
    """Fix what is seen of a signal at a value, for a span or throughout; what feeds it goes on unseen."""

    signal: str
    hold: Hold


@dataclass(frozen=True)
class DropEvent:
    """The event does not happen."""

    event: str


@dataclass(frozen=True)
class MoveEvent:
    """The event happens at other dates; ``None`` leaves a date as it is.

    An event that is given a last day stands until then instead of fading.
    """

    event: str
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class ChangeParameter:
    """Set a parameter to a value, or multiply it."""

    parameter: str
    value: float | None = None
    times: float = 1.0


@dataclass(frozen=True)
class ChangeRhythm:
    """Give a decision another rhythm of release; ``None`` is continuous."""

    move: str
    batches: Batches | None


@dataclass(frozen=True)
class DropInterventions:
    """Nothing is done for a named household."""

    named: str


Change = HoldInstrument | HoldSignal | DropEvent | MoveEvent | ChangeParameter | ChangeRhythm | DropInterventions


@dataclass(frozen=True)
class Scenario:
    """A named set of changes."""

    name: str
    changes: tuple[Change, ...]
    label: str = ""
