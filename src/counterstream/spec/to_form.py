"""From a resolved system back to the written form, as plain dicts and lists."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from counterstream.spec.to_form_persons import Form, groups_form, kept, persons_form
from counterstream.system.instrument import Event, Hold, Instrument, Steps, Walk
from counterstream.system.move import Batches, ChoiceMove, DecisionMove, EntryMove, Move, RateMove
from counterstream.system.observable import (
    WHOLE,
    Answer,
    FlowMeasure,
    Observable,
    PathMeasure,
    RatioMeasure,
    StockMeasure,
)
from counterstream.system.parameter import FAMILY_ARGUMENTS, Parameter
from counterstream.system.place import Place
from counterstream.system.scenario import (
    Change,
    ChangeParameter,
    ChangeRhythm,
    DropEvent,
    HoldInstrument,
    HoldSignal,
    MoveEvent,
    Scenario,
)
from counterstream.system.signal import Signal, SignalInput, Source
from counterstream.system.system import InitialStock, System
from counterstream.system.term import Term


def form_of(system: System) -> Form:
    """Return the written form of a system, without its format line.

    What is absent has one meaning (nothing); everything else is written out, so that the
    text does not depend on defaults.
    """
    form: Form = {
        "name": system.name,
        "title": system.title,
        "description": system.description,
        "time": {"step": system.clock.step.value, "start": system.clock.start, "end": system.clock.end},
        "places": {place.name: _place(place) for place in system.places},
        "attributes": {a.name: kept({"values": a.values, "label": a.label}) for a in system.attributes},
        "groups": [dict(group.attributes) for group in system.groups],
        "statuses": {
            s.name: kept({"place": s.place, "label": s.label, "junction": s.junction}) for s in system.statuses
        },
        "initial": [_initial(stock) for stock in system.initial],
        "parameters": {parameter.name: _parameter(parameter) for parameter in system.parameters},
        "instruments": {instrument.name: _instrument(instrument) for instrument in system.instruments},
        "events": {event.name: _event(event) for event in system.events},
        "signals": {signal.name: _signal(signal) for signal in system.signals},
        "moves": {move.name: form_move(move) for move in system.moves},
        "observables": {observable.name: _observable(observable) for observable in system.observables},
        "context": [{**_answer(entry.answer), "reason": entry.reason} for entry in system.context],
        "agencies": {a.name: kept({"relays": a.relays, "kind": a.kind, "anchor": a.anchor}) for a in system.agencies},
        "scenarios": {s.name: form_scenario(s) for s in system.scenarios},
        "measurement": asdict(system.measurement),
    }
    if system.households is not None:
        form["households"] = {"mean_size": system.households.mean_size, "statuses": system.households.statuses}
    if system.persons is not None:
        form["persons"] = persons_form(system.persons, system.attributes)
    return {key: value for key, value in form.items() if value not in ("", [], {}) or key == "groups"}


def _place(place: Place) -> Form:
    written = {"label": place.label, "countries": place.countries, "at": place.at, "home": place.home or None}
    return kept(written)


def _terms(terms: Iterable[Term]) -> list[Form]:
    return [
        kept(
            {
                "effect": term.effect,
                "of": term.of,
                "season_peak_month": term.season_peak_month,
                "groups": groups_form(term.groups),
            }
        )
        for term in terms
    ]


def _initial(stock: InitialStock) -> Form:
    weights = {name: dict(pairs) for name, pairs in stock.weights}
    return kept(
        {"status": stock.status, "persons": stock.persons, "groups": groups_form(stock.groups), "weights": weights}
    )


def _parameter(parameter: Parameter) -> Form:
    prior = parameter.prior
    arguments = dict(zip(FAMILY_ARGUMENTS[prior.family], prior.arguments, strict=True))
    return kept(
        {
            "prior": {prior.family.value: arguments},
            "unit": parameter.unit,
            "reason": parameter.reason,
            "label": parameter.label,
        }
    )


def _hold(hold: Hold) -> Form:
    return kept({"value": hold.value, "from": hold.first, "to": hold.last})


def _instrument(instrument: Instrument) -> Form:
    path = instrument.path
    written: Form
    if isinstance(path, Steps):
        written = {"steps": [{"from": day, "value": value} for day, value in path.changes]}
    elif isinstance(path, Walk):
        walk = {
            "every": path.every.value,
            "start": path.start,
            "sd": path.sd,
            "pull_per_year": path.pull_per_year,
            "tails": path.tails,
        }
        written = {"walk": kept(walk)}
    else:
        written = {"points": [{"at": day, "value": value} for day, value in path.points]}
    return kept(
        {
            "label": instrument.label,
            "unit": instrument.unit,
            "path": written,
            "responds_to": _terms(instrument.responds_to),
            "holds": [_hold(hold) for hold in instrument.holds],
        }
    )


def _event(event: Event) -> Form:
    return kept(
        {
            "first": event.first,
            "last": event.last,
            "half_life_months": event.half_life_months,
            "label": event.label,
            "dropped": event.dropped,
        }
    )


def _input(part: SignalInput) -> Form:
    is_list = part.source in (Source.STOCK, Source.FLOW, Source.SHARE)
    form: Form = {part.source.value: part.names if is_list else part.names[0], "over": part.over, "weight": part.weight}
    if part.source in (Source.STOCK, Source.FLOW):
        form |= {"scale_persons": part.scale_persons, "log": part.log}
    return kept(form | {"lag_months": part.lag_months, "groups": groups_form(part.groups)})


def _signal(signal: Signal) -> Form:
    form: Form = {"label": signal.label, "per": signal.per}
    if signal.half_life_months is not None:
        form |= {
            "half_life_months": signal.half_life_months,
            "average": signal.average,
            "initial": signal.initial,
        }
    holds = [_hold(hold) for hold in signal.holds]
    return kept(form | {"inputs": [_input(part) for part in signal.inputs], "holds": holds})


def _batches(batches: Batches | None) -> Form | None:
    if batches is None:
        return None
    return kept({"dates": batches.dates, "every_steps": batches.every_steps, "from": batches.first, "to": batches.last})


def form_move(move: Move) -> Form:
    """Return the written form of a move."""
    if isinstance(move, RateMove):
        form: Form = {
            "kind": "rate",
            "from": move.origin,
            "to": move.destination,
            "rate_per_year": move.rate_per_year,
            "terms": _terms(move.terms),
        }
    elif isinstance(move, DecisionMove):
        form = {
            "kind": "decision",
            "from": move.origin,
            "approved_to": move.approved_to,
            "refused_to": move.refused_to,
            "delay_months": move.delay_months,
            "stages": move.stages,
            "chance": move.chance,
            "capacity_per_year": move.capacity_per_year,
            "priority": [groups_form(selector) for selector in move.priority],
            "batches": _batches(move.batches),
            "terms": _terms(move.terms),
        }
    elif isinstance(move, ChoiceMove):
        alternatives = {a.destination: kept({"terms": _terms(a.terms)}) for a in move.alternatives}
        form = {"kind": "choice", "from": move.origin, "alternatives": alternatives}
    elif isinstance(move, EntryMove):
        form = {
            "kind": "entry",
            "to": move.destination,
            "persons_per_year": move.persons_per_year,
            "rate_per_year": move.rate_per_year,
            "of": move.of,
            "terms": _terms(move.terms),
        }
    else:
        form = {
            "kind": "loss",
            "from": move.origins,
            "rate_per_year": move.rate_per_year,
            "terms": _terms(move.terms),
        }
    return kept(form | {"groups": groups_form(move.groups), "label": move.label})


def _count(measure: FlowMeasure | StockMeasure) -> Form:
    is_flow = isinstance(measure, FlowMeasure)
    window: Form = {} if measure.window == WHOLE else kept(asdict(measure.window))
    names = {"flows": measure.flows} if is_flow else {"statuses": measure.statuses}
    shared: Form = {"groups": groups_form(measure.groups), "times": measure.times, "window": window}
    return {"flow" if is_flow else "stock": kept(names | shared)}


def _observable(observable: Observable) -> Form:
    measure = observable.measure
    if isinstance(measure, PathMeasure):
        form: Form = {"path": measure.name}
    elif isinstance(measure, RatioMeasure):
        ratio = {
            "numerator": _count(measure.numerator),
            "denominator": _count(measure.denominator),
            "complement": measure.complement,
        }
        form = {"ratio": ratio}
    else:
        form = _count(measure)
    answers = [_answer(answer) for answer in observable.answers]
    return kept({"label": observable.label, **form, "unit": observable.unit, "answers": answers})


def _answer(answer: Answer) -> Form:
    return kept(asdict(answer))


def form_scenario(scenario: Scenario) -> Form:
    """Return the written form of a scenario."""
    return kept({"label": scenario.label}) | {"changes": [_change(change) for change in scenario.changes]}


def _change(change: Change) -> Form:
    if isinstance(change, HoldInstrument):
        return {"instrument": change.instrument, **_hold(change.hold)}
    if isinstance(change, HoldSignal):
        return {"signal": change.signal, **_hold(change.hold)}
    if isinstance(change, DropEvent):
        return {"event": change.event, "drop": True}
    if isinstance(change, MoveEvent):
        return kept({"event": change.event, "from": change.first, "to": change.last})
    if isinstance(change, ChangeParameter):
        return kept(
            {
                "parameter": change.parameter,
                "value": change.value,
                "times": change.times if change.value is None else None,
            }
        )
    if isinstance(change, ChangeRhythm):
        return {"move": change.move, "batches": _batches(change.batches) or "continuous"}
    return {"named": change.named, "drop": True}
