"""The written form of a whole system."""

from __future__ import annotations

from counterstream.spec.form_levers import EVENT, INSTRUMENT, PARAMETER, SIGNAL, STEP
from counterstream.spec.form_moves import HOUSEHOLDS, INITIAL, MOVE
from counterstream.spec.form_outputs import AGENCIES, CONTEXT, MEASUREMENT, OBSERVABLE, SCENARIO
from counterstream.spec.form_parts import LABEL
from counterstream.spec.form_persons import PERSONS
from counterstream.spec.form_places import PLACE
from counterstream.spec.records import Field, ListOf, MapOf, Record, Selection
from counterstream.spec.shapes import Day, Flag, Name, Text, Word

FORMAT = "counterstream-system/1"

_TIME = Record(
    "time",
    "The clock: equal steps from the first to the last day.",
    {
        "step": Field(STEP, "Length of a step."),
        "start": Field(Day(), "First day of the first step."),
        "end": Field(Day(), "Last day of the last step."),
    },
)
_ATTRIBUTE = Record(
    "attribute",
    "A fixed attribute of persons.",
    {"values": Field(ListOf(Name(), 1, distinct=True), "Values that it can take."), "label": LABEL},
)
_STATUS = Record(
    "status",
    "What a person is in the system, in a place.",
    {
        "place": Field(Name("place"), "Place of those who hold it."),
        "label": LABEL,
        "junction": Field(Flag(), "Whether who arrives is split by a choice within the same step.", False),
    },
)

SYSTEM = Record(
    "system",
    "A migration system: what there is, how it moves, what is unknown, what is observed.",
    {
        "format": Field(Word((FORMAT,), "S209"), "Format of this file."),
        "name": Field(Name(pattern="^[a-z][a-z0-9_-]*$"), "Short name: small letters, digits, - and _."),
        "title": Field(Text(0, 500), "Title shown to people; the name if left out.", ""),
        "description": Field(Text(), "What the system is, in a few sentences.", ""),
        "time": Field(_TIME, "The clock."),
        "places": Field(MapOf(PLACE, 1), "Where people are."),
        "attributes": Field(MapOf(_ATTRIBUTE), "Fixed attributes of persons.", {}),
        "groups": Field(
            ListOf(Selection()),
            "Groups: each entry is a product of values; the product of all attributes if left out.",
            None,
        ),
        "statuses": Field(MapOf(_STATUS, 1), "What a person can be in the system."),
        "initial": Field(ListOf(INITIAL), "Persons at the start.", ()),
        "parameters": Field(MapOf(PARAMETER), "Unknown numbers.", {}),
        "instruments": Field(MapOf(INSTRUMENT), "Policy levers.", {}),
        "events": Field(MapOf(EVENT), "Dated shocks.", {}),
        "signals": Field(MapOf(SIGNAL), "Information that people hold.", {}),
        "moves": Field(MapOf(MOVE, 1), "What takes persons from one status to others."),
        "observables": Field(MapOf(OBSERVABLE), "Quantities that claims can be about.", {}),
        "context": Field(ListOf(CONTEXT), "Claims kept for context.", ()),
        "agencies": Field(AGENCIES, "Who counted.", {}),
        "households": Field(HOUSEHOLDS, "Statuses that are left by whole households.", None),
        "persons": Field(PERSONS, "What only single persons have.", None),
        "scenarios": Field(MapOf(SCENARIO), "What if.", {}),
        "measurement": Field(MEASUREMENT, "Scales of the measurement model.", None),
    },
)
