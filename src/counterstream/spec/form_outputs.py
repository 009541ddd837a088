"""The written form of observables, claims kept for context, agencies, scenarios and measurement."""

from __future__ import annotations

from typing import Any

from counterstream.spec.findings import Findings
from counterstream.spec.form_levers import HOLD
from counterstream.spec.form_moves import STATUS
from counterstream.spec.form_parts import BATCHES, GROUPS, LABEL, POSITIVE
from counterstream.spec.node import At
from counterstream.spec.records import ByKey, Field, ListOf, MapOf, Record, WordOr
from counterstream.spec.shapes import MAX_NAME, Day, Flag, Name, Number, Quantity, Shape, Text, Word
from counterstream.system.system import MeasurementPriors


def _end_window(values: dict[str, Any], at: At, out: Findings) -> None:
    if values["first_months"] is not None and values["last_months"] is not None:
        out.add(
            "S518",
            (*at, "last_months"),
            "a window keeps its first or its last months, not both",
            found="first_months and last_months",
            allowed="one of the two",
        )


WINDOW = Record(
    "window",
    "A part of a claim's own window, or the same window at another time.",
    {
        "first_months": Field(Number(1, 12_000, whole=True), "Keep that many months at its start.", None),
        "last_months": Field(Number(1, 12_000, whole=True), "Keep that many months at its end.", None),
        "shift_months": Field(Number(-12_000, 12_000, whole=True), "Move it; negative is earlier.", 0),
    },
    ends=_end_window,
)
_COUNTED = {
    "groups": GROUPS,
    "times": Field(Quantity(("share", "level", "persons"), POSITIVE), "Factor: a number or a parameter.", 1.0),
    "window": Field(WINDOW, "The claim's own window if left out.", None),
}
FLOW = Record(
    "flow_measure",
    "Persons who make any of the flows during the window.",
    {"flows": Field(ListOf(Name("flow"), 1, distinct=True), "Flows, such as return or apply.approved."), **_COUNTED},
)
STOCK = Record(
    "stock_measure",
    "Persons in any of the statuses: at the date, or on average over the window.",
    {"statuses": Field(ListOf(STATUS, 1, distinct=True), "Statuses."), **_COUNTED},
)
COUNT = ByKey(
    {
        "flow": Record("flow_count", "A flow.", {"flow": Field(FLOW, FLOW.meaning)}),
        "stock": Record("stock_count", "A stock.", {"stock": Field(STOCK, STOCK.meaning)}),
    }
)
RATIO = Record(
    "ratio_measure",
    "Numerator over denominator, each over its own window.",
    {
        "numerator": Field(COUNT, "What is counted."),
        "denominator": Field(COUNT, "What it is counted among."),
        "complement": Field(Flag(), "Whether 1 minus the ratio is meant.", False),
    },
)

#: An empty text is the value of an empty cell.
_COLUMN: Shape = ListOf(Text())
_COLUMNS = {
    "what": Field(ListOf(Text(1), 1), "Values of the claims' column of that name; one of them must be met."),
    "group": Field(_COLUMN, "Values of the column group; any if left out.", ()),
    "origin": Field(_COLUMN, "Values of the column origin; any if left out.", ()),
    "destination": Field(_COLUMN, "Values of the column destination; any if left out.", ()),
    "unit": Field(_COLUMN, "Values of the column unit; any if left out.", ()),
    "quantity_kind": Field(_COLUMN, "Values of the column quantity_kind; any if left out.", ()),
}
ANSWER = Record("answer", "Claims that are answered: every listed column must hold one of the values.", _COLUMNS)
CONTEXT = Record(
    "context",
    "Claims kept for context: no quantity of the system.",
    {**_COLUMNS, "reason": Field(Text(1), "Why no quantity of the system answers them.")},
)

_SHARED = {
    "answers": Field(ListOf(ANSWER), "Claims that it answers.", ()),
    "label": LABEL,
}
_PERSONS = Field(Word(("persons",)), "Unit of the answer.", "persons")
OBSERVABLE = ByKey(
    {
        "flow": Record(
            "flow_observable", "A number of moves.", {"flow": Field(FLOW, FLOW.meaning), **_SHARED, "unit": _PERSONS}
        ),
        "stock": Record(
            "stock_observable",
            "A number of persons.",
            {"stock": Field(STOCK, STOCK.meaning), **_SHARED, "unit": _PERSONS},
        ),
        "ratio": Record(
            "ratio_observable",
            "A share, or a ratio that may exceed 1.",
            {
                "ratio": Field(RATIO, RATIO.meaning),
                **_SHARED,
                "unit": Field(Word(("share", "ratio")), "share lies between 0 and 1, ratio may exceed 1.", "share"),
            },
        ),
        "path": Record(
            "path_observable",
            "Mean over the window of an instrument or signal, or the value of a parameter.",
            {
                "path": Field(Name("path"), "Name of an instrument, a signal or a parameter."),
                **_SHARED,
                "unit": Field(Text(1, 100), "Unit of the answer; that of what is named if left out.", None),
            },
        ),
    }
)

AGENCY = Record(
    "agency",
    "Who counted, under the name used in the claims.",
    {
        "relays": Field(Name("agency"), "The agency whose counts it passes on.", ""),
        "kind": Field(Text(1, MAX_NAME), "Type; the chance of a plain-wrong claim is shared within a type.", "other"),
        "anchor": Field(Flag(), "Whether its counts are taken as unbiased.", False),
    },
)


def _end_change(values: dict[str, Any], at: At, out: Findings) -> None:
    if values.get("times") == 1.0:
        out.add("S515", (*at, "times"), "a factor of 1 changes nothing", found="1", mend="give another factor")
    if values.get("drop") is False:
        out.add("S515", (*at, "drop"), "the change changes nothing", found="false", allowed="true")
    if "drop" in values and values["drop"] is None and values["from"] is None and values["to"] is None:
        allowed = "drop: true, or other dates (from, to)"
        out.add("S515", at, "the change changes nothing", found="an event alone", allowed=allowed)
    if values.get("drop") and (values["from"] is not None or values["to"] is not None):
        allowed = "drop: true, or other dates (from, to)"
        out.add("S516", (*at, "drop"), "an event that does not happen has no dates", found="both", allowed=allowed)


def _end_drop(values: dict[str, Any], at: At, out: Findings) -> None:
    if not values["drop"]:
        out.add("S515", (*at, "drop"), "the change changes nothing", found="false", allowed="true")


CHANGE = ByKey(
    {
        "instrument": Record(
            "hold_instrument",
            "Fix an instrument at a value, for a span or throughout.",
            {"instrument": Field(Name("instrument"), "The instrument."), **HOLD.fields},
        ),
        "signal": Record(
            "hold_signal",
            "Fix what is seen of a signal at a value, for a span or throughout.",
            {"signal": Field(Name("signal"), "The signal."), **HOLD.fields},
        ),
        "event": Record(
            "change_event",
            "The event does not happen, or happens at other dates.",
            {
                "event": Field(Name("event"), "The event."),
                "drop": Field(Flag(), "true: it does not happen.", None),
                "from": Field(Day(), "Its first day instead.", None),
                "to": Field(Day(), "Its last day instead; it then stands until that day.", None),
            },
            ends=_end_change,
        ),
        "parameter": Record(
            "change_parameter",
            "Set a parameter to a value, or multiply it.",
            {
                "parameter": Field(Name("parameter"), "The parameter."),
                "value": Field(Number(), "Its value.", None),
                "times": Field(Number(low=0.0), "Factor.", None),
            },
            one_of=("value", "times"),
            ends=_end_change,
        ),
        "move": Record(
            "change_rhythm",
            "Give a decision another rhythm of release.",
            {
                "move": Field(Name("decision"), "The decision."),
                "batches": Field(WordOr("continuous", BATCHES), "continuous, or a rhythm in batches."),
            },
        ),
        "named": Record(
            "drop_interventions",
            "Nothing is done for a named household.",
            {
                "named": Field(Name("named"), "The household."),
                "drop": Field(Flag(), "true: nothing is done for it."),
            },
            ends=_end_drop,
        ),
    }
)
SCENARIO = Record(
    "scenario",
    "The same system with some things changed.",
    {"label": LABEL, "changes": Field(ListOf(CHANGE), "What is changed.")},
)

_DEFAULTS = MeasurementPriors()
_SHARE = Number(0.0, 1.0, low_open=True, high_open=True, code="S407")
MEASUREMENT = Record(
    "measurement",
    "Scales of the measurement model.",
    {
        "bias_sd": Field(POSITIVE, "Spread of agencies' biases, in logs.", _DEFAULTS.bias_sd),
        "spread_median": Field(POSITIVE, "Median of an agency's relative error.", _DEFAULTS.spread_median),
        "wrong_share": Field(_SHARE, "Share of plain-wrong claims.", _DEFAULTS.wrong_share),
        "wrong_sd": Field(POSITIVE, "Spread of a plain-wrong claim about the truth, in logs.", _DEFAULTS.wrong_sd),
        "process_sd": Field(POSITIVE, "Chance variation that no mechanism explains.", _DEFAULTS.process_sd),
    },
)
AGENCIES = MapOf(AGENCY, free=True)
