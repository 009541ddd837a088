"""Checks of observables, agencies and scenarios."""

from __future__ import annotations

from counterstream.spec.check_levers import check_holds, find_circles
from counterstream.spec.check_moves import check_counted
from counterstream.spec.check_parameters import unit_range
from counterstream.spec.check_time import check_batches, check_span, is_outside
from counterstream.spec.findings import Findings
from counterstream.spec.node import At
from counterstream.system.instrument import Hold
from counterstream.system.observable import Answer, FlowMeasure, RatioMeasure, StockMeasure
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
from counterstream.system.system import System

#: Answers to one name of claims that later ones are compared with.
MAX_RIVALS = 200


def check_measures(draft: System, out: Findings) -> None:
    """Check that no junction is counted as a stock and that no ratio is always 1."""
    junctions = {status.name for status in draft.statuses if status.junction}
    for observable in draft.observables:
        at: At = ("observables", observable.name)
        measure = observable.measure
        parts: list[tuple[FlowMeasure | StockMeasure, At]] = []
        if isinstance(measure, RatioMeasure):
            at = (*at, "ratio")
            parts = [(measure.numerator, (*at, "numerator")), (measure.denominator, (*at, "denominator"))]
            if measure.numerator == measure.denominator:
                out.add(
                    "S521",
                    (*at, "denominator"),
                    "numerator and denominator are the same",
                    found="a ratio that is always 1",
                    allowed="a numerator that is a part of the denominator, or another count",
                )
        elif isinstance(measure, (FlowMeasure, StockMeasure)):
            parts = [(measure, at)]
        for part, place in parts:
            if isinstance(part, StockMeasure):
                check_counted(part.statuses, (*place, "stock", "statuses"), junctions, out)


def _covers(wide: Answer, narrow: Answer) -> bool:
    """Whether every claim that the narrow answer takes is taken by the wide one."""
    columns = (
        (wide.what, narrow.what),
        (wide.group, narrow.group),
        (wide.origin, narrow.origin),
        (wide.destination, narrow.destination),
        (wide.unit, narrow.unit),
        (wide.quantity_kind, narrow.quantity_kind),
    )
    return all(not outer or (inner and set(inner) <= set(outer)) for outer, inner in columns)


def check_answers(draft: System, out: Findings) -> None:
    """Check that no answer stands behind one that takes all its claims."""
    earlier: dict[str, list[tuple[Answer, str]]] = {}
    rows: list[tuple[Answer, str, At]] = [
        (answer, f"observable {observable.name}", ("observables", observable.name, "answers", index))
        for observable in draft.observables
        for index, answer in enumerate(observable.answers)
    ]
    rows += [(entry.answer, f"context {index}", ("context", index)) for index, entry in enumerate(draft.context)]
    for answer, owner, at in rows:
        rivals = earlier.get(answer.what[0], [])
        taker = next((name for wide, name in rivals if _covers(wide, answer)), "")
        if taker:
            out.add(
                "S609",
                at,
                "an earlier answer takes all these claims",
                found=", ".join(answer.what)[:100],
                allowed=f"claims that {taker} does not take",
                mend="put the narrower answer first, or delete it",
            )
        for what in set(answer.what):
            rivals = earlier.setdefault(what, [])
            if len(rivals) < MAX_RIVALS:
                rivals.append((answer, owner))


def check_agencies(draft: System, out: Findings) -> None:
    """Check that relaying ends with somebody who counts."""
    for circle in find_circles({a.name: (a.relays,) if a.relays else () for a in draft.agencies}):
        out.add(
            "S514",
            ("agencies", circle[0], "relays"),
            "agencies relay each other in a circle",
            found=" relays ".join(circle),
            allowed="a chain that ends with an agency that counts itself",
        )


def check_scenarios(draft: System, out: Findings) -> None:
    """Check that every change of every scenario changes something, once."""
    for scenario in draft.scenarios:
        at: At = ("scenarios", scenario.name, "changes")
        if not scenario.changes:
            out.add("S515", at, "the scenario changes nothing", found="no changes", allowed="at least one change")
        _check_once(scenario, at, out)
        _check_scenario_holds(scenario, at, draft, out)
        for index, change in enumerate(scenario.changes):
            if isinstance(change, ChangeParameter):
                _check_parameter_change(change, (*at, index), draft, out)
            elif isinstance(change, ChangeRhythm):
                _check_rhythm_change(change, (*at, index), draft, out)
            elif isinstance(change, DropEvent) and any(e.name == change.event and e.dropped for e in draft.events):
                out.add(
                    "S515",
                    (*at, index, "event"),
                    "the event is dropped already",
                    found=change.event,
                    allowed="an event that happens",
                )
            elif isinstance(change, MoveEvent):
                _check_event_change(change, (*at, index), draft, out)
            elif isinstance(change, DropInterventions):
                _check_dropped_interventions(change, (*at, index, "named"), draft, out)


def _check_once(scenario: Scenario, at: At, out: Findings) -> None:
    """Check that no event, parameter or rhythm is changed twice."""
    seen: set[tuple[str, str]] = set()
    for index, change in enumerate(scenario.changes):
        if isinstance(change, HoldInstrument | HoldSignal):
            continue
        if isinstance(change, DropEvent | MoveEvent):
            target = ("event", change.event)
        elif isinstance(change, ChangeParameter):
            target = ("parameter", change.parameter)
        elif isinstance(change, DropInterventions):
            target = ("named", change.named)
        else:
            target = ("move", change.move)
        if target in seen:
            out.add(
                "S516",
                (*at, index, target[0]),
                "the named household is changed twice" if target[0] == "named" else f"the {target[0]} is changed twice",
                found=target[1],
                allowed="one change of each thing",
            )
        seen.add(target)


def _check_scenario_holds(scenario: Scenario, at: At, draft: System, out: Findings) -> None:
    """Check the spans in which a scenario holds instruments and signals."""
    by_name: dict[str, list[tuple[Hold, At]]] = {}
    for index, change in enumerate(scenario.changes):
        if not isinstance(change, HoldInstrument | HoldSignal):
            continue
        hold, place = change.hold, (*at, index)
        if not check_span(hold.first, hold.last, place, "to", out):
            continue
        if is_outside(hold.first, hold.last, draft.clock):
            out.add(
                "S515",
                place,
                "the span lies outside the clock, so nothing changes",
                found=f"{hold.first or '...'} to {hold.last or '...'}",
                allowed=f"{draft.clock.start} to {draft.clock.end}",
            )
        held = change.instrument if isinstance(change, HoldInstrument) else change.signal
        by_name.setdefault(held, []).append((hold, place))
    for entries in by_name.values():
        check_holds(tuple(hold for hold, _ in entries), [place for _, place in entries], out)


def _check_parameter_change(change: ChangeParameter, at: At, draft: System, out: Findings) -> None:
    """Check that a parameter is set to a value that its unit allows."""
    parameter = next((p for p in draft.parameters if p.name == change.parameter), None)
    if parameter is None or change.value is None:
        return
    low, high = unit_range(parameter.unit)
    is_share = parameter.unit == "share"
    inside = low < change.value < high if is_share else low <= change.value <= high
    if not inside:
        out.add(
            "S407" if is_share else "S406",
            (*at, "value"),
            f"the value lies outside the range of unit {parameter.unit}",
            found=f"{change.value:g}",
            allowed="between 0 and 1" if is_share else "0 and above",
        )


def _check_event_change(change: MoveEvent, at: At, draft: System, out: Findings) -> None:
    """Check the new dates of an event, and that they are new."""
    event = next((e for e in draft.events if e.name == change.event), None)
    if event is None or (change.first is None and change.last is None):
        return
    first, last = change.first or event.first, change.last or event.last
    if not check_span(first, last, at, "to" if change.last else "from", out):
        return
    if (first, last) == (event.first, event.last) and not event.dropped:
        found = f"{first} to {last or '...'}"
        out.add("S515", at, "the event has these dates already", found=found, allowed="other dates")
    elif is_outside(first, last, draft.clock):
        found, allowed = f"{first} to {last or '...'}", f"{draft.clock.start} to {draft.clock.end}, or drop: true"
        out.add("S515", at, "the new dates lie outside the clock", found=found, allowed=allowed)


def _check_dropped_interventions(change: DropInterventions, at: At, draft: System, out: Findings) -> None:
    """Check that something is done for a household for which nothing shall be done."""
    named = draft.persons.named if draft.persons is not None else ()
    household = next((household for household in named if household.name == change.named), None)
    if household is not None and (household.dropped or not household.interventions):
        out.add(
            "S515",
            at,
            "nothing is done for this household anyway",
            found=change.named,
            allowed="a household with interventions",
        )


def _check_rhythm_change(change: ChangeRhythm, at: At, draft: System, out: Findings) -> None:
    """Check a new rhythm, and that it is new."""
    if change.batches is not None:
        check_batches(change.batches, (*at, "batches"), draft.clock, out)
    move = next((move for move in draft.decisions if move.name == change.move), None)
    if move is not None and move.batches == change.batches:
        out.add(
            "S515",
            (*at, "batches"),
            "the decision has this rhythm already",
            found="continuous" if change.batches is None else "the same batches",
            allowed="another rhythm",
        )
