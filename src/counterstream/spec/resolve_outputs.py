"""Resolving observables, claims kept for context, agencies and scenarios."""

from __future__ import annotations

from counterstream.spec.node import At
from counterstream.spec.resolve_parts import resolve_batches
from counterstream.spec.scope import Form, Scope
from counterstream.system.instrument import Hold
from counterstream.system.observable import (
    WHOLE,
    Agency,
    Answer,
    Context,
    FlowMeasure,
    Measure,
    Observable,
    PathMeasure,
    RatioMeasure,
    StockMeasure,
    Window,
)
from counterstream.system.scenario import (
    Change,
    ChangeParameter,
    ChangeRhythm,
    DropEvent,
    DropInterventions,
    HoldInstrument,
    HoldSignal,
    MoveEvent,
    Scenario,
)


def _resolve_count(form: Form, scope: Scope, at: At) -> FlowMeasure | StockMeasure:
    """Return the flow or stock under the form's variant key."""
    kind: str = form["variant"]
    counted: Form = form[kind]
    groups = scope.selector(counted["groups"], (*at, kind, "groups"))
    written: Form | None = counted["window"]
    window = WHOLE
    if written is not None:
        window = Window(written["first_months"], written["last_months"], written["shift_months"])
    if kind == "flow":
        return FlowMeasure(counted["flows"], groups, counted["times"], window)
    return StockMeasure(counted["statuses"], groups, counted["times"], window)


def resolve_observable(name: str, form: Form, scope: Scope) -> Observable:
    """Return an observable."""
    at: At = ("observables", name)
    kind: str = form["variant"]
    measure: Measure
    if kind == "path":
        measure = PathMeasure(form["path"])
    elif kind == "ratio":
        ratio: Form = form["ratio"]
        measure = RatioMeasure(
            _resolve_count(ratio["numerator"], scope, (*at, "ratio", "numerator")),
            _resolve_count(ratio["denominator"], scope, (*at, "ratio", "denominator")),
            ratio["complement"],
        )
    else:
        measure = _resolve_count(form, scope, at)
    answers = tuple(_resolve_answer(answer) for answer in form["answers"])
    unit: str = form["unit"] or scope.units.get(form["path"], "level")
    return Observable(name, measure, answers, form["label"], unit)


def _resolve_answer(form: Form) -> Answer:
    return Answer(
        what=form["what"],
        group=form["group"],
        origin=form["origin"],
        destination=form["destination"],
        unit=form["unit"],
        quantity_kind=form["quantity_kind"],
    )


def resolve_context(form: Form) -> Context:
    """Return claims kept for context and the reason."""
    return Context(_resolve_answer(form), form["reason"])


def resolve_agency(name: str, form: Form) -> Agency:
    """Return an agency."""
    return Agency(name, form["relays"], form["kind"], form["anchor"])


def _resolve_change(form: Form) -> Change:
    kind: str = form["variant"]
    if kind == "instrument":
        return HoldInstrument(form["instrument"], Hold(form["value"], form["from"], form["to"]))
    if kind == "signal":
        return HoldSignal(form["signal"], Hold(form["value"], form["from"], form["to"]))
    if kind == "event":
        return DropEvent(form["event"]) if form["drop"] else MoveEvent(form["event"], form["from"], form["to"])
    if kind == "parameter":
        if form["value"] is not None:
            return ChangeParameter(form["parameter"], value=form["value"])
        return ChangeParameter(form["parameter"], times=form["times"])
    if kind == "named":
        return DropInterventions(form["named"])
    return ChangeRhythm(form["move"], resolve_batches(form["batches"]))


def resolve_scenario(name: str, form: Form) -> Scenario:
    """Return a scenario."""
    return Scenario(name, tuple(_resolve_change(change) for change in form["changes"]), form["label"])
