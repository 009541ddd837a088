"""What only persons have, from a resolved system back to the written form."""

from __future__ import annotations

from typing import Any

from counterstream.system.group import Attribute, Selector
from counterstream.system.persons import (
    Exposure,
    Intervention,
    Mixing,
    NamedHousehold,
    Persons,
    PersonTerm,
    Ties,
    TiesForm,
)

Form = dict[str, Any]


def kept(form: Form) -> Form:
    """Leave out what is absent: no value, no text, no entries."""
    return {key: value for key, value in form.items() if value is not None and value not in ("", (), [], {})}


def groups_form(selector: Selector) -> Form:
    """Return the written form of a selector."""
    return {name: list(values) for name, values in selector.criteria}


def persons_form(persons: Persons, attributes: tuple[Attribute, ...]) -> Form:
    """Return the written form of a system's person-level parts."""
    sizes, ages = persons.households, persons.ages
    form: Form = {
        "households": {"sizes": dict(sizes.shares), "decided_by": sizes.decided_by.value} if sizes else None,
        "frailty": [{"move": frailty.move, "spread": frailty.spread} for frailty in persons.frailties],
        "ages": {"at_start": dict(ages.bands), "oldest": ages.oldest, "at_entry": ages.at_entry} if ages else None,
        "ties": {ties.name: _ties(ties, attributes) for ties in persons.ties},
        "exposures": {exposure.name: _exposure(exposure) for exposure in persons.exposures},
        "terms": [_term(term) for term in persons.terms],
        "age_profiles": [{"move": p.move, "factors": dict(p.factors)} for p in persons.age_profiles],
        "thresholds": [
            {"move": t.move, "of": t.of, "median": t.median, "spread": t.spread, "below": t.below}
            for t in persons.thresholds
        ],
        "named": {household.name: _named(household) for household in persons.named},
    }
    return kept(form)


def _ties(ties: Ties, attributes: tuple[Attribute, ...]) -> Form:
    laid: Form = {"mean": ties.mean, "mixing": _mixing(ties.mixing, attributes), "groups": groups_form(ties.groups)}
    if ties.form is TiesForm.SMALL_WORLD:
        laid["rewired"] = ties.rewired
    return kept(
        {"label": ties.label, "form": ties.form.value}
        | ({"file": ties.file} if ties.form is TiesForm.FILE else laid)
        | {"within_households": ties.within_households}
    )


def _mixing(mixing: Mixing | None, attributes: tuple[Attribute, ...]) -> Form | None:
    if mixing is None:
        return None
    values = next(attribute.values for attribute in attributes if attribute.name == mixing.attribute)
    shares = {
        row: {value: share for value, share in zip(values, line, strict=True) if share > 0.0}
        for row, line in zip(values, mixing.shares, strict=True)
    }
    return {"attribute": mixing.attribute, "shares": {row: line for row, line in shares.items() if line}}


def _exposure(exposure: Exposure) -> Form:
    return kept(
        {
            "label": exposure.label,
            "ties": exposure.ties,
            "statuses": exposure.statuses,
            "flows": exposure.flows,
            "form": exposure.form,
            "delay_months": exposure.delay_months,
            "half_life_months": exposure.half_life_months,
        }
    )


def _term(term: PersonTerm) -> Form:
    return kept({"move": term.move, "destination": term.destination, "effect": term.effect, "of": term.of})


def _named(household: NamedHousehold) -> Form:
    return kept(
        {
            "label": household.label,
            "status": household.status,
            "size": household.size,
            "groups": groups_form(household.groups),
            "interventions": [_intervention(entry) for entry in household.interventions],
            "dropped": household.dropped,
        }
    )


def _intervention(entry: Intervention) -> Form:
    what: Form = {"outcome": entry.outcome.value} if entry.outcome is not None else {"times": entry.times}
    return {"move": entry.move, "from": entry.first, "to": entry.last, **what}
