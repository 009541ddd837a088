"""What may be asked of a system: its levers, each with the range that its draws speak of."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import cast

import numpy as np

from counterstream.report.views.plain import Json, rounded
from counterstream.scenario.wording import say_change
from counterstream.spec.to_form import form_scenario
from counterstream.system.instrument import Event, Instrument
from counterstream.system.move import DecisionMove
from counterstream.system.parameter import Parameter
from counterstream.system.scenario import HoldInstrument, HoldSignal
from counterstream.system.signal import Signal
from counterstream.system.system import System
from counterstream.units import DURATION_UNITS, RATE_UNITS
from counterstream.workflow.resident import Resident

#: A slider has so many steps at least, so that the hand and not the slider says what is too coarse.
STEPS = 100


def describe_levers(resident: Resident) -> Json:
    """Return instruments, signals, events, rhythms and parameters as the page shows them."""
    system = resident.system
    lows, highs = resident.fitted_ranges
    ranges = {name: (float(low), float(high)) for name, low, high in zip(resident.levers, lows, highs, strict=True)}
    instruments: list[Json] = [_held(system, i, "instrument", i.unit, ranges[i.name]) for i in system.instruments]
    signals: list[Json] = [_held(system, s, "signal", "level", ranges[s.name]) for s in system.signals]
    events: list[Json] = [_event(event) for event in system.events]
    rhythms: list[Json] = [_rhythm(move) for move in system.decisions]
    parameters: list[Json] = [_parameter(resident, parameter) for parameter in system.parameters]
    return [*instruments, *events, *rhythms, *signals, *parameters]


def describe_scenarios(system: System) -> Json:
    """Return the declared scenarios with their changes as written and in plain words."""
    return [
        {
            "name": scenario.name,
            "label": scenario.label or scenario.name,
            "changes": plain_changes(form_scenario(scenario)["changes"]),
            "sentences": [say_change(system, change) for change in scenario.changes],
        }
        for scenario in system.scenarios
    ]


def plain_changes(value: object) -> Json:
    """Return a written form as JSON: days as text, tuples as lists."""
    if isinstance(value, dict):
        entries = cast("dict[object, object]", value)
        return {str(key): plain_changes(part) for key, part in entries.items()}
    if isinstance(value, list | tuple):
        return [plain_changes(part) for part in cast("Sequence[object]", value)]
    return value if isinstance(value, bool | int | float | str) or value is None else str(value)


def _held(system: System, lever: Instrument | Signal, kind: str, unit: str, fitted: tuple[float, float]) -> Json:
    declared = [
        change.hold.value
        for scenario in system.scenarios
        for change in scenario.changes
        if (isinstance(change, HoldInstrument) and change.instrument == lever.name)
        or (isinstance(change, HoldSignal) and change.signal == lever.name)
    ]
    low, high, step = slider_range(fitted, declared)
    return {
        "kind": kind,
        "name": lever.name,
        "label": lever.label or lever.name,
        "unit": unit,
        "fitted": [rounded(fitted[0]), rounded(fitted[1])],
        "low": low,
        "high": high,
        "step": step,
    }


def slider_range(fitted: tuple[float, float], declared: Sequence[float]) -> tuple[float, float, float]:
    """Return ends and step of a slider: the fitted range, what scenarios declare, and half a width on either side.

    What is nowhere negative stays so.
    """
    # Priors without a fit may run away.
    known = [value for value in (*fitted, *declared) if math.isfinite(value)] or [0.0, 1.0]
    low, high = min(known), max(known)
    margin = (high - low) / 2.0 if high > low else max(abs(high), 1.0)
    ends = (max(low - margin, 0.0) if low >= 0.0 else low - margin, high + margin)
    step = 10.0 ** math.floor(math.log10((ends[1] - ends[0]) / STEPS))
    places = max(-math.floor(math.log10(step)), 0)
    return (
        round(math.floor(ends[0] / step) * step, places),
        round(math.ceil(ends[1] / step) * step, places),
        round(step, places),
    )


def _event(event: Event) -> Json:
    return {
        "kind": "event",
        "name": event.name,
        "label": event.label or event.name,
        "first": event.first.isoformat(),
        "last": event.last.isoformat() if event.last else None,
        "half_life_months": event.half_life_months,
        "dropped": event.dropped,
    }


def _rhythm(move: DecisionMove) -> Json:
    batches = move.batches
    every = batches.every_steps if batches is not None and not batches.dates else None
    return {
        "kind": "move",
        "name": move.name,
        "label": move.label or move.name,
        "batches": "continuous" if batches is None else "dated" if batches.dates else "regular",
        "every_steps": every,
    }


def _parameter(resident: Resident, parameter: Parameter) -> Json:
    factor = RATE_UNITS.get(parameter.unit, DURATION_UNITS.get(parameter.unit, 1.0))
    low, middle, high = (float(q) / factor for q in np.quantile(resident.values[parameter.name], [0.05, 0.5, 0.95]))
    return {
        "kind": "parameter",
        "name": parameter.name,
        "label": parameter.label or parameter.name,
        "unit": parameter.unit,
        "median": rounded(middle),
        "fitted": [rounded(low), rounded(high)],
    }
