"""What a projection assumes beyond its evidence: what goes on by itself, what stands still, what is known already."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from counterstream.system.instrument import Event, Instrument, Steps, Walk
from counterstream.system.move import DecisionMove
from counterstream.system.system import System


@dataclass(frozen=True)
class Lever:
    """An instrument beyond the evidence.

    Parameters
    ----------
    name, label
        Of the instrument.
    since
        Date of its last declared value; ``None`` for a walk.
    """

    name: str
    label: str
    since: date | None = None


@dataclass(frozen=True)
class LaterEvent:
    """Something declared for a time after the evidence: it is known from outside, by hindsight.

    Parameters
    ----------
    name, label
        Of the event, the instrument or the move.
    kind
        ``event``, ``end of an event``, ``change of an instrument`` or ``release``.
    day
        Its date.
    dropped
        Whether the projection goes without it.
    """

    name: str
    label: str
    kind: str
    day: date
    dropped: bool = False


@dataclass(frozen=True)
class Beyond:
    """What is assumed after the evidence ends.

    Parameters
    ----------
    extrapolated
        Instruments that are walks: they go on, their later moves drawn from the prior.
    held
        Instruments that stand at their last declared value.
    later_events
        What is declared for the time between the evidence and the end.
    rhythms_ended
        Moves whose dated releases are declared no further: after the declared clock the approved
        go on at once.
    """

    extrapolated: tuple[Lever, ...]
    held: tuple[Lever, ...]
    later_events: tuple[LaterEvent, ...]
    rhythms_ended: tuple[str, ...]


def look_beyond(declared: System, known: System, evidence: date, until: date) -> Beyond:
    """Return what the time between the evidence and the end rests on.

    Parameters
    ----------
    declared
        The system as it was read.
    known
        The system that is projected: its clock extended, later events dropped if so asked.
    evidence, until
        Last days of the evidence and of the projection.
    """
    walks = tuple(i for i in known.instruments if isinstance(i.path, Walk))
    others = tuple(i for i in known.instruments if not isinstance(i.path, Walk))
    return Beyond(
        extrapolated=tuple(Lever(i.name, i.label or i.name) for i in walks),
        held=tuple(Lever(i.name, i.label or i.name, _last_value(i)) for i in others),
        later_events=tuple(
            sorted(
                (found for found in _declared(known) if evidence < found.day <= until), key=lambda e: (e.day, e.name)
            )
        ),
        rhythms_ended=tuple(a.name for a, b in zip(declared.moves, known.moves, strict=True) if a != b),
    )


def _declared(system: System) -> Iterator[LaterEvent]:
    """Yield everything that has a date."""
    for event in system.events:
        yield from _event_dates(event)
    for instrument in system.instruments:
        bounds = [day for hold in instrument.holds for day in (hold.first, hold.last) if day is not None]
        for day in (*_dated_values(instrument), *bounds):
            yield LaterEvent(instrument.name, instrument.label or instrument.name, "change of an instrument", day)
    for move in system.moves:
        if isinstance(move, DecisionMove) and move.batches is not None:
            for day in move.batches.dates:
                yield LaterEvent(move.name, move.label or move.name, "release", day)


def _event_dates(event: Event) -> Iterator[LaterEvent]:
    label = event.label or event.name
    yield LaterEvent(event.name, label, "event", event.first, event.dropped)
    if event.last is not None and event.last > event.first:
        yield LaterEvent(event.name, label, "end of an event", event.last, event.dropped)


def _dated_values(instrument: Instrument) -> tuple[date, ...]:
    if isinstance(instrument.path, Walk):
        return ()
    dated = instrument.path.changes if isinstance(instrument.path, Steps) else instrument.path.points
    return tuple(day for day, _ in dated)


def _last_value(instrument: Instrument) -> date | None:
    return max(_dated_values(instrument), default=None)
