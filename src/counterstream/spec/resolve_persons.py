"""Resolving what only persons have."""

from __future__ import annotations

from typing import Any

from counterstream.spec.node import At
from counterstream.spec.scope import Form, Scope
from counterstream.spec.shapes import INVALID
from counterstream.system.group import Attribute, Selector
from counterstream.system.persons import (
    AgeProfile,
    Ages,
    Decider,
    Exposure,
    Frailty,
    HouseholdSizes,
    Intervention,
    Mixing,
    NamedHousehold,
    Outcome,
    Persons,
    PersonTerm,
    Threshold,
    Ties,
    TiesForm,
)

#: More networks do not fit a memory; without a limit a hostile file could ask for endless tables of shares.
MAX_NETWORKS = 20
#: Values between which ties are mixed; the table of shares has its square.
MAX_MIXED = 200


def resolve_persons(form: Form, scope: Scope) -> Persons:
    """Return the person-level parts that could be read."""

    def given(part: str, otherwise: Any) -> Any:
        value = form[part]
        return otherwise if value is INVALID else value

    sizes: Form | None = given("households", None)
    ages: Form | None = given("ages", None)
    networks: dict[str, Form] = given("ties", {})
    if len(networks) > MAX_NETWORKS:
        allowed = f"at most {MAX_NETWORKS}"
        scope.out.add(
            "S207", ("persons", "ties"), "there are too many networks", found=str(len(networks)), allowed=allowed
        )
        networks = {}
    return Persons(
        households=HouseholdSizes(sizes["sizes"], Decider(sizes["decided_by"])) if sizes is not None else None,
        frailties=tuple(Frailty(entry["move"], entry["spread"]) for entry in given("frailty", ())),
        ages=Ages(ages["at_start"], ages["oldest"], ages["at_entry"]) if ages is not None else None,
        ties=tuple(_resolve_ties(name, entry, scope) for name, entry in networks.items()),
        exposures=tuple(_resolve_exposure(name, entry) for name, entry in given("exposures", {}).items()),
        terms=tuple(
            PersonTerm(entry["move"], entry["effect"], entry["of"], entry["destination"])
            for entry in given("terms", ())
        ),
        age_profiles=tuple(AgeProfile(entry["move"], entry["factors"]) for entry in given("age_profiles", ())),
        thresholds=tuple(
            Threshold(entry["move"], entry["of"], entry["median"], entry["spread"], entry["below"])
            for entry in given("thresholds", ())
        ),
        named=tuple(_resolve_named(name, entry, scope) for name, entry in given("named", {}).items()),
    )


def _resolve_ties(name: str, form: Form, scope: Scope) -> Ties:
    at: At = ("persons", "ties", name)
    groups = scope.selector(form["groups"], (*at, "groups"))
    return Ties(
        name=name,
        form=TiesForm(form["form"]),
        mean=form["mean"] or 0.0,
        rewired=form["rewired"],
        within_households=form["within_households"],
        mixing=_resolve_mixing(form["mixing"], groups, scope, (*at, "mixing")),
        groups=groups,
        file=form["file"],
        label=form["label"],
    )


def _resolve_mixing(form: Form | None, groups: Selector, scope: Scope, at: At) -> Mixing | None:
    """Return shares for every value of the attribute; those of values that nobody holds are 0."""
    attribute = next((a for a in scope.attributes if form is not None and a.name == form["attribute"]), None)
    if form is None or attribute is None:
        return None
    if len(attribute.values) > MAX_MIXED:
        found, allowed = f"{len(attribute.values)} values", f"at most {MAX_MIXED}"
        message = "the attribute has too many values for ties to be mixed by it"
        scope.out.add("S207", (*at, "attribute"), message, found=found, allowed=allowed)
        return None
    whole = scope.index.pick(groups)
    held = {value for value in attribute.values if whole & scope.index.pick(Selector(((attribute.name, (value,)),)))}
    shares: dict[str, dict[str, float]] | None = form["shares"]
    if shares is None:
        return _mix_evenly(form["within"], attribute, held, scope, at)
    for value in attribute.values:
        if value in held and value not in shares:
            scope.out.add(
                "S520",
                (*at, "shares"),
                f'value "{value}" has no shares',
                found=", ".join(shares),
                allowed="shares for every value that a picked group has",
                mend=f"add {value}: {{...}}",
            )
    return Mixing(
        attribute.name,
        tuple(tuple(shares.get(row, {}).get(value, 0.0) for value in attribute.values) for row in attribute.values),
    )


def _mix_evenly(within: float, attribute: Attribute, held: set[str], scope: Scope, at: At) -> Mixing:
    """Return shares from the share of ties to one's own value."""
    if within < 1.0 and len(held) < 2:
        scope.out.add(
            "S523",
            (*at, "within"),
            "there is no other value that ties could lead to",
            found=f"{', '.join(sorted(held)) or 'nobody'} alone",
            allowed=f'groups with two values of "{attribute.name}" or more',
        )
    # Twelve digits: what is written back is 0.2, not 0.19999999999999996.
    rest = round((1.0 - within) / max(1, len(held) - 1), 12)

    def share(row: str, value: str) -> float:
        if row not in held or value not in held:
            return 0.0
        return within if value == row else rest

    shares = tuple(tuple(share(row, value) for value in attribute.values) for row in attribute.values)
    return Mixing(attribute.name, shares)


def _resolve_exposure(name: str, form: Form) -> Exposure:
    return Exposure(
        name=name,
        ties=form["ties"],
        statuses=form["statuses"] or (),
        flows=form["flows"] or (),
        form=form["form"],
        delay_months=form["delay_months"],
        half_life_months=form["half_life_months"],
        label=form["label"],
    )


def _resolve_named(name: str, form: Form, scope: Scope) -> NamedHousehold:
    return NamedHousehold(
        name=name,
        status=form["status"],
        size=form["size"],
        groups=scope.selector(form["groups"], ("persons", "named", name, "groups")),
        interventions=tuple(_resolve_intervention(entry, scope) for entry in form["interventions"]),
        label=form["label"],
        dropped=form["dropped"],
    )


def _resolve_intervention(form: Form, scope: Scope) -> Intervention:
    return Intervention(
        move=form["move"],
        first=form["from"] or scope.clock.start,
        last=form["to"] or scope.clock.end,
        times=1.0 if form["times"] is None else form["times"],
        outcome=Outcome(form["outcome"]) if form["outcome"] else None,
    )
