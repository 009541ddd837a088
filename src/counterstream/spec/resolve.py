"""From what was read to the immutable system: defaults once, selectors in canonical order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from counterstream.spec.findings import Findings
from counterstream.spec.node import At
from counterstream.spec.resolve_outputs import (
    resolve_agency,
    resolve_context,
    resolve_observable,
    resolve_scenario,
)
from counterstream.spec.resolve_parts import resolve_batches, resolve_terms
from counterstream.spec.resolve_persons import resolve_persons
from counterstream.spec.scope import Form, GroupIndex, Scope, build_attributes, build_clock, build_groups
from counterstream.spec.shapes import INVALID
from counterstream.system.instrument import Event, Hold, Instrument, Path, Points, Steps, Walk
from counterstream.system.move import Alternative, ChoiceMove, DecisionMove, EntryMove, LossMove, Move, RateMove
from counterstream.system.parameter import FAMILY_ARGUMENTS, Family, Parameter, Prior
from counterstream.system.place import Households, Place, Status
from counterstream.system.signal import Signal, SignalInput, Source
from counterstream.system.system import InitialStock, MeasurementPriors, System
from counterstream.system.term import Term
from counterstream.units import Step

T = TypeVar("T")


def resolve(form: Form, out: Findings) -> System | None:
    """Return the system made of everything that could be read.

    ``None`` if the clock is faulty: no other part has a meaning without it.  Faulty parts
    are missing from the result; their problems are in ``out``.
    """
    time: Form | None = _valid(form["time"], None)
    clock = build_clock(time, out) if time is not None else None
    if clock is None:
        return None
    attributes = build_attributes(_valid(form["attributes"], {}))
    lines = form["groups"]
    groups = build_groups(lines, attributes, out) if lines is not INVALID else ()
    named = {**_valid(form["parameters"], {}), **_valid(form["instruments"], {})}
    scope = Scope(clock, attributes, GroupIndex(groups), out, {name: entry["unit"] for name, entry in named.items()})
    households: Form | None = _valid(form["households"], None)
    persons: Form | None = _valid(form["persons"], None)
    measurement: Form = _valid(form["measurement"], {})

    def each(section: str, make: Callable[[str, Form, Scope], T]) -> tuple[T, ...]:
        return tuple(make(name, entry, scope) for name, entry in _valid(form[section], {}).items())

    return System(
        name=_valid(form["name"], ""),
        title=_valid(form["title"], "") or _valid(form["name"], ""),
        description=_valid(form["description"], ""),
        clock=clock,
        places=each("places", _resolve_place),
        attributes=attributes,
        groups=groups,
        statuses=each("statuses", _resolve_status),
        initial=tuple(
            _resolve_initial(entry, scope, ("initial", index))
            for index, entry in enumerate(_valid(form["initial"], ()))
        ),
        parameters=each("parameters", _resolve_parameter),
        instruments=each("instruments", _resolve_instrument),
        events=each("events", _resolve_event),
        signals=each("signals", _resolve_signal),
        moves=each("moves", resolve_move),
        observables=each("observables", resolve_observable),
        context=tuple(resolve_context(entry) for entry in _valid(form["context"], ())),
        agencies=each("agencies", lambda name, entry, _: resolve_agency(name, entry)),
        scenarios=each("scenarios", lambda name, entry, _: resolve_scenario(name, entry)),
        households=Households(households["mean_size"], households["statuses"]) if households is not None else None,
        persons=resolve_persons(persons, scope) if persons is not None else None,
        measurement=MeasurementPriors(**measurement),
    )


def _valid(value: Any, otherwise: Any) -> Any:
    return otherwise if value is INVALID or value is None else value


def _resolve_place(name: str, form: Form, scope: Scope) -> Place:
    return Place(name, form["label"], form["countries"], form["at"], form["home"])


def _resolve_status(name: str, form: Form, scope: Scope) -> Status:
    return Status(name, form["place"], form["label"], form["junction"])


def _resolve_initial(form: Form, scope: Scope, at: At) -> InitialStock:
    given: dict[str, dict[str, float]] = form["weights"]
    weights = tuple(
        (
            attribute.name,
            tuple(
                (value, given[attribute.name][value]) for value in attribute.values if value in given[attribute.name]
            ),
        )
        for attribute in scope.attributes
        if attribute.name in given
    )
    return InitialStock(form["status"], form["persons"], scope.selector(form["groups"], (*at, "groups")), weights)


def _resolve_parameter(name: str, form: Form, scope: Scope) -> Parameter:
    family = Family(form["prior"]["variant"])
    written = form["prior"][family.value]
    prior = Prior(family, tuple(written[argument] for argument in FAMILY_ARGUMENTS[family]))
    return Parameter(name, prior, form["unit"], form["reason"], form["label"])


def _resolve_path(form: Form, scope: Scope) -> Path:
    if form["constant"] is not None:
        return Steps(((scope.clock.start, form["constant"]),))
    if form["steps"] is not None:
        return Steps(tuple((entry["from"], entry["value"]) for entry in form["steps"]))
    if form["points"] is not None:
        return Points(tuple((entry["at"], entry["value"]) for entry in form["points"]))
    walk = form["walk"]
    return Walk(Step(walk["every"]), walk["start"], walk["sd"], walk["pull_per_year"], walk["tails"])


def _resolve_instrument(name: str, form: Form, scope: Scope) -> Instrument:
    return Instrument(
        name=name,
        path=_resolve_path(form["path"], scope),
        responds_to=tuple(Term(term["effect"], term["of"]) for term in form["responds_to"]),
        label=form["label"],
        unit=form["unit"],
        holds=_resolve_holds(form),
    )


def _resolve_holds(form: Form) -> tuple[Hold, ...]:
    return tuple(Hold(hold["value"], hold["from"], hold["to"]) for hold in form["holds"])


def _resolve_event(name: str, form: Form, scope: Scope) -> Event:
    return Event(name, form["first"], form["last"], form["half_life_months"], form["label"], form["dropped"])


def _resolve_input(form: Form, scope: Scope, at: At) -> SignalInput:
    source = Source(form["variant"])
    written: str | tuple[str, ...] = form[source.value]
    return SignalInput(
        source=source,
        names=(written,) if isinstance(written, str) else written,
        weight=form["weight"],
        over=form.get("over", ()),
        scale_persons=form.get("scale_persons", 1.0),
        log=form.get("log", False),
        lag_months=form["lag_months"],
        groups=scope.selector(form.get("groups", {}), (*at, "groups")),
    )


def _resolve_signal(name: str, form: Form, scope: Scope) -> Signal:
    per = form["per"]
    return Signal(
        name=name,
        inputs=tuple(
            _resolve_input(entry, scope, ("signals", name, "inputs", index))
            for index, entry in enumerate(form["inputs"])
        ),
        half_life_months=form["half_life_months"],
        average=form["average"],
        initial=form["initial"],
        per=tuple(attribute.name for attribute in scope.attributes if attribute.name in per),
        label=form["label"],
        holds=_resolve_holds(form),
    )


def resolve_move(name: str, form: Form, scope: Scope) -> Move:
    """Return a move of its kind."""
    at: At = ("moves", name)
    groups = scope.selector(form["groups"], (*at, "groups"))
    label: str = form["label"]
    if form["kind"] == "choice":
        alternatives = tuple(
            Alternative(destination, resolve_terms(entry["terms"], scope, (*at, "alternatives", destination, "terms")))
            for destination, entry in form["alternatives"].items()
        )
        return ChoiceMove(name, form["from"], alternatives, groups, label)
    terms = resolve_terms(form["terms"], scope, (*at, "terms"))
    if form["kind"] == "rate":
        return RateMove(name, form["from"], form["to"], form["rate_per_year"], terms, groups, label)
    if form["kind"] == "loss":
        return LossMove(name, form["from"], form["rate_per_year"], terms, groups, label)
    if form["kind"] == "entry":
        return EntryMove(
            name, form["to"], form["persons_per_year"], form["rate_per_year"], form["of"], terms, groups, label
        )
    return DecisionMove(
        name=name,
        origin=form["from"],
        approved_to=form["approved_to"],
        refused_to=form["refused_to"],
        delay_months=form["delay_months"],
        chance=form["chance"],
        stages=form["stages"],
        capacity_per_year=form["capacity_per_year"],
        priority=tuple(
            scope.selector(picked, (*at, "priority", index)) for index, picked in enumerate(form["priority"])
        ),
        batches=resolve_batches(form["batches"]),
        terms=terms,
        groups=groups,
        label=label,
    )
