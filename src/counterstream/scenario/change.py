"""Apply a scenario's changes to a system."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

import jax.numpy as jnp

from counterstream.dynamics.draw import Draw
from counterstream.errors import CounterstreamError, Problem, suggest_name
from counterstream.system.instrument import Event, Hold, Instrument
from counterstream.system.move import DecisionMove, Move
from counterstream.system.persons import Persons
from counterstream.system.scenario import (
    ChangeParameter,
    ChangeRhythm,
    DropEvent,
    DropInterventions,
    HoldInstrument,
    HoldSignal,
    MoveEvent,
    Scenario,
)
from counterstream.system.signal import Signal
from counterstream.system.system import System
from counterstream.units import DURATION_UNITS, RATE_UNITS

_Holdable = TypeVar("_Holdable", Instrument, Signal)


@dataclass(frozen=True)
class Changed:
    """A system under a scenario, and what it does to parameters.

    The parameters' draws stay the same ones; ``adjust`` changes those that the scenario names.
    """

    system: System
    parameters: tuple[ChangeParameter, ...]

    def adjust(self, draw: Draw) -> Draw:
        """Return a draw with the scenario's parameters set or multiplied (internal units)."""
        values = dict(draw.values)
        for change in self.parameters:
            now = values[change.parameter]
            # ``value`` is in internal units: the caller converts once, in :func:`apply_scenario`.
            values[change.parameter] = (
                jnp.full_like(now, change.value) if change.value is not None else now * change.times
            )
        return draw._replace(values=values)


def find_scenario(system: System, name: str) -> Scenario:
    """Return the declared scenario of that name.

    Raises
    ------
    CounterstreamError
        ``U201`` if there is none.
    """
    found = {s.name: s for s in system.scenarios}
    if name not in found:
        mend = suggest_name(name, found)
        raise CounterstreamError(
            Problem("U201", f'the system declares no scenario "{name}"', path="scenarios", found=name, mend=mend)
        )
    return found[name]


def apply_scenario(system: System, scenario: Scenario) -> Changed:
    """Return the system with a scenario's changes made."""
    instruments = {i.name: i for i in system.instruments}
    signals = {s.name: s for s in system.signals}
    events = {e.name: e for e in system.events}
    moves: dict[str, Move] = {m.name: m for m in system.moves}
    parameters: list[ChangeParameter] = []
    dropped: set[str] = set()
    for change in scenario.changes:
        if isinstance(change, HoldInstrument):
            instruments[change.instrument] = _held(instruments[change.instrument], change.hold)
        elif isinstance(change, HoldSignal):
            signals[change.signal] = _held(signals[change.signal], change.hold)
        elif isinstance(change, DropEvent):
            events[change.event] = replace(events[change.event], dropped=True)
        elif isinstance(change, MoveEvent):
            events[change.event] = _moved(events[change.event], change)
        elif isinstance(change, ChangeRhythm):
            move = moves[change.move]
            moves[change.move] = replace(move, batches=change.batches) if isinstance(move, DecisionMove) else move
        elif isinstance(change, DropInterventions):
            dropped.add(change.named)
        else:
            parameters.append(_internal(system, change))
    changed = replace(
        system,
        instruments=tuple(instruments.values()),
        signals=tuple(signals.values()),
        events=tuple(events.values()),
        moves=tuple(moves.values()),
        persons=_without_interventions(system.persons, dropped),
    )
    return Changed(changed, tuple(parameters))


def _without_interventions(persons: Persons | None, names: set[str]) -> Persons | None:
    """Return the person-level parts with nothing done for the households named."""
    if persons is None:
        return None
    return replace(persons, named=tuple(replace(h, dropped=h.dropped or h.name in names) for h in persons.named))


def _held(lever: _Holdable, hold: Hold) -> _Holdable:
    return replace(lever, holds=(*lever.holds, hold))


def _moved(event: Event, change: MoveEvent) -> Event:
    return replace(
        event,
        first=change.first or event.first,
        last=change.last or event.last,
        half_life_months=None if change.last else event.half_life_months,
        dropped=False,
    )


def _internal(system: System, change: ChangeParameter) -> ChangeParameter:
    if change.value is None:
        return change
    unit = system.parameter(change.parameter).unit
    factor = RATE_UNITS.get(unit, DURATION_UNITS.get(unit, 1.0))
    return replace(change, value=change.value * factor)
