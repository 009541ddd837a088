"""Small systems with known answers, built in code for the exact and statistical tests."""

from __future__ import annotations

from datetime import date

from counterstream.system.clock import Clock
from counterstream.system.group import EVERYBODY, Attribute, Group
from counterstream.system.instrument import Event, Instrument
from counterstream.system.move import Move
from counterstream.system.observable import Agency, Observable
from counterstream.system.parameter import Parameter
from counterstream.system.place import Households, Place, Status
from counterstream.system.signal import Signal
from counterstream.system.system import InitialStock, System
from counterstream.units import Step


def small_system(
    statuses: tuple[str, ...],
    moves: tuple[Move, ...],
    *,
    initial: dict[str, float] | None = None,
    groups: tuple[str, ...] = ("all",),
    step: Step = Step.MONTH,
    start: date = date(2000, 1, 1),
    end: date = date(2009, 12, 31),
    junctions: tuple[str, ...] = (),
    parameters: tuple[Parameter, ...] = (),
    instruments: tuple[Instrument, ...] = (),
    events: tuple[Event, ...] = (),
    signals: tuple[Signal, ...] = (),
    observables: tuple[Observable, ...] = (),
    agencies: tuple[Agency, ...] = (),
    households: Households | None = None,
    stocks: tuple[InitialStock, ...] = (),
) -> System:
    """Return a system in one place, its groups told apart by one attribute."""
    given = tuple(InitialStock(name, persons, EVERYBODY) for name, persons in (initial or {}).items())
    return System(
        name="small",
        title="Small",
        clock=Clock(step, start, end),
        places=(Place("here"),),
        attributes=(Attribute("kind", groups),),
        groups=tuple(Group((("kind", name),)) for name in groups),
        statuses=tuple(Status(name, "here", junction=name in junctions) for name in statuses),
        initial=given + stocks,
        parameters=parameters,
        instruments=instruments,
        events=events,
        signals=signals,
        moves=moves,
        observables=observables,
        agencies=agencies,
        households=households,
    )
