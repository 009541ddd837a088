"""The written form of moves, signals, events, instruments and parameters."""

from __future__ import annotations

from typing import Any

from counterstream.spec.findings import Findings
from counterstream.spec.form_parts import (
    BATCHES,
    CHANCE,
    DELAY_MONTHS,
    GROUPS,
    LABEL,
    PERSONS,
    RATE,
    RATE_PER_YEAR,
    TERMS,
)
from counterstream.spec.node import At
from counterstream.spec.records import ByWord, Field, ListOf, MapOf, Record, Selection
from counterstream.spec.shapes import Name, Number, Quantity, Word

STATUS = Name("status")
_FROM = Field(STATUS, "Status that is left.")
_TO = Field(STATUS, "Status that is entered.")
_RATE = Field(RATE_PER_YEAR, "Rate per person-year while all terms are 0: a number or a parameter.")
_PER_YEAR = Quantity(("persons", *RATE), Number(low=0.0, code="S408"))


def _end_entry(values: dict[str, Any], at: At, out: Findings) -> None:
    if values["rate_per_year"] is not None and not values["of"]:
        out.add(
            "S518",
            (*at, "of"),
            "an entry by rate needs the statuses whose persons it is a rate of",
            found="rate_per_year alone",
            allowed='"of": a status or a list of statuses',
        )
    if values["persons_per_year"] is not None and values["of"]:
        out.add(
            "S518",
            (*at, "of"),
            "an entry of fixed size is a rate of nobody",
            found="persons_per_year and of",
            mend='delete "of", or give rate_per_year',
        )


def _kind(word: str) -> Field:
    return Field(Word((word,)), "Kind of move.")


MOVE = ByWord(
    "kind",
    {
        "rate": Record(
            "rate_move",
            "Persons leave one status for another with an intensity.",
            {
                "kind": _kind("rate"),
                "from": _FROM,
                "to": _TO,
                "rate_per_year": _RATE,
                "terms": TERMS,
                "groups": GROUPS,
                "label": LABEL,
            },
        ),
        "decision": Record(
            "decision_move",
            "An office works through a queue; each decision approves or refuses.",
            {
                "kind": _kind("decision"),
                "from": Field(STATUS, "Status of those who wait."),
                "approved_to": Field(STATUS, "Status of the approved."),
                "refused_to": Field(STATUS, "Status of the refused."),
                "delay_months": Field(DELAY_MONTHS, "Mean wait while capacity suffices."),
                "chance": Field(CHANCE, "Chance of approval while all terms are 0."),
                "stages": Field(Number(1, 100, whole=True), "Parts of the wait; more parts, less spread.", 1),
                "capacity_per_year": Field(
                    Quantity(("persons", *RATE), Number(low=0.0, code="S408"), kind="lever"),
                    "Most decisions per year: a number, a parameter or an instrument; no limit if left out.",
                    None,
                ),
                "priority": Field(ListOf(Selection(1)), "Groups served first while capacity is short, in order.", ()),
                "batches": Field(BATCHES, "Rhythm of release; approvals leave at once if it is left out.", None),
                "terms": TERMS,
                "groups": GROUPS,
                "label": LABEL,
            },
        ),
        "choice": Record(
            "choice_move",
            "Who arrives at a junction splits over destinations.",
            {
                "kind": _kind("choice"),
                "from": Field(STATUS, "The junction."),
                "alternatives": Field(
                    MapOf(
                        Record("alternative", "Terms of one destination's utility.", {"terms": TERMS}),
                        2,
                        kind="status",
                        strict=True,
                        low_code="S519",
                    ),
                    "Destinations and the terms of their utility; a destination without terms has utility 0.",
                ),
                "groups": GROUPS,
                "label": LABEL,
            },
        ),
        "entry": Record(
            "entry_move",
            "Persons enter the system.",
            {
                "kind": _kind("entry"),
                "to": _TO,
                "persons_per_year": Field(_PER_YEAR, "Entries per year over all picked groups, split equally.", None),
                "rate_per_year": Field(RATE_PER_YEAR, "Entries per year and person of the same group in `of`.", None),
                "of": Field(ListOf(STATUS, 1, distinct=True), "Statuses that the rate is a rate of.", ()),
                "terms": TERMS,
                "groups": GROUPS,
                "label": LABEL,
            },
            one_of=("persons_per_year", "rate_per_year"),
            ends=_end_entry,
        ),
        "loss": Record(
            "loss_move",
            "Persons leave the system.",
            {
                "kind": _kind("loss"),
                "from": Field(ListOf(STATUS, 1, distinct=True), "Statuses that are left."),
                "rate_per_year": _RATE,
                "terms": TERMS,
                "groups": GROUPS,
                "label": LABEL,
            },
        ),
    },
)

_WEIGHT = Number(low=0.0)
INITIAL = Record(
    "initial_stock",
    "Persons in a status at the start.",
    {
        "status": Field(STATUS, "Status held at the start."),
        "persons": Field(PERSONS, "Total over the picked groups: a number or a parameter."),
        "groups": GROUPS,
        "weights": Field(
            MapOf(MapOf(_WEIGHT, 1, kind="value", strict=True), kind="attribute", strict=True),
            "Attribute, then value and weight; a group's share is the product of the weights of its values.",
            {},
        ),
    },
)

HOUSEHOLDS = Record(
    "households",
    "Statuses that are left by whole households.",
    {
        "mean_size": Field(Quantity(("persons",), Number(low=1.0)), "Mean number of persons in a household."),
        "statuses": Field(ListOf(STATUS, 1, distinct=True), "Statuses that are left by whole households."),
    },
)
