"""The written form of instruments, events, signals and parameters."""

from __future__ import annotations

from typing import Any

from counterstream.spec.findings import Findings
from counterstream.spec.form_parts import DELAY_MONTHS, EFFECT, GROUPS, LABEL, LEVEL, POSITIVE, RATE
from counterstream.spec.node import At
from counterstream.spec.records import REQUIRED, ByKey, Field, ListOf, Record
from counterstream.spec.shapes import Day, Flag, Name, Number, Quantity, Shape, Text, Word
from counterstream.system.parameter import FAMILY_ARGUMENTS, Family
from counterstream.units import ALL_UNITS, Step

STEP = Word(tuple(step.value for step in Step))
#: An instrument may stand for a level, or for a capacity in persons per year.
_VALUE = Quantity(("level", "persons", *RATE), Number())
_ANY = Number(code="S410")
_POSITIVE = Number(low=0.0, low_open=True, code="S410")
_SHARE = Number(0.0, 1.0, low_open=True, high_open=True, code="S410")

_ARGUMENT_SHAPES: dict[Family, tuple[Number, ...]] = {
    Family.NORMAL: (_ANY, _POSITIVE),
    Family.LOGNORMAL: (_POSITIVE, _POSITIVE),
    Family.HALFNORMAL: (_POSITIVE,),
    Family.EXPONENTIAL: (_POSITIVE,),
    Family.GAMMA: (_POSITIVE, _POSITIVE),
    Family.BETA: (_SHARE, _POSITIVE),
    Family.LOGITNORMAL: (_SHARE, _POSITIVE),
    Family.UNIFORM: (_ANY, _ANY),
    Family.STUDENT: (_POSITIVE, _ANY, _POSITIVE),
}
_ARGUMENT_MEANINGS = {
    "mean": "Mean.",
    "sd": "Standard deviation.",
    "median": "Median.",
    "sd_log": "Standard deviation of the logarithm.",
    "sd_logit": "Standard deviation of the logit.",
    "scale": "Scale.",
    "shape": "Shape.",
    "size": "Size of the imagined sample that the belief is worth.",
    "low": "Lower end.",
    "high": "Upper end.",
    "df": "Degrees of freedom.",
}


def _prior_record(family: Family) -> Record:
    arguments = {
        name: Field(shape, _ARGUMENT_MEANINGS[name])
        for name, shape in zip(FAMILY_ARGUMENTS[family], _ARGUMENT_SHAPES[family], strict=True)
    }
    inner = Record(f"{family.value}_arguments", f"Arguments of a {family.value} prior.", arguments)
    field = Field(inner, f"A {family.value} distribution.")
    return Record(f"{family.value}_prior", f"A {family.value} prior.", {family.value: field})


PARAMETER = Record(
    "parameter",
    "An unknown number: what is believed of it before the evidence is seen.",
    {
        "prior": Field(ByKey({family.value: _prior_record(family) for family in Family}), "Prior distribution."),
        "unit": Field(Word(ALL_UNITS), "Unit; effect is a coefficient, level the level of an instrument."),
        "reason": Field(Text(1), "Why the prior is as it is, in a sentence."),
        "label": LABEL,
    },
)

_STEP_CHANGE = Record(
    "dated_value",
    "A value from a date on.",
    {"from": Field(Day(), "First day of the value."), "value": Field(_VALUE, "A number or a parameter.")},
)
_POINT = Record(
    "point",
    "A value at a date.",
    {"at": Field(Day(), "The date."), "value": Field(_VALUE, "A number or a parameter.")},
)
_WALK = Record(
    "walk",
    "A path to be inferred: a random walk.",
    {
        "every": Field(STEP, "Length of one increment's spell; at least the clock's step."),
        "start": Field(LEVEL, "Level at the start."),
        "sd": Field(Quantity(("level",), POSITIVE), "Standard deviation of the change over one year."),
        "pull_per_year": Field(Number(low=0.0), "Speed of return to the start; 0 is a plain random walk.", 0.0),
        "tails": Field(Number(low=2.0, low_open=True), "Degrees of freedom of the increments; normal if absent.", None),
    },
)
_RESPONSE = Record(
    "response",
    "Effect times covariate, added to an instrument's path. An instrument is one for all groups.",
    {
        "effect": Field(EFFECT, "Coefficient: a number, or a parameter with unit effect."),
        "of": Field(Name("covariate"), "Signal, event or other instrument that it reacts to."),
    },
)
PATH = Record(
    "path",
    "The course of an instrument by itself.",
    {
        "constant": Field(_VALUE, "One value throughout.", None),
        "steps": Field(ListOf(_STEP_CHANGE, 1), "Constant between dates; 0 before the first.", None),
        "points": Field(ListOf(_POINT, 1), "Straight lines between dated values.", None),
        "walk": Field(_WALK, "A path to be inferred.", None),
    },
    one_of=("constant", "steps", "points", "walk"),
)
HOLD = Record(
    "hold",
    "A span in which an instrument or a signal stands at a value, whatever moves it.",
    {
        "value": Field(Number(), "The level held."),
        "from": Field(Day(), "First day; the start of the clock if left out.", None),
        "to": Field(Day(), "Last day; the end of the clock if left out.", None),
    },
)
INSTRUMENT = Record(
    "instrument",
    "A policy lever with a path in time.",
    {
        "path": Field(PATH, "Its course by itself."),
        "responds_to": Field(ListOf(_RESPONSE), "What it reacts to, added to the path.", ()),
        "label": LABEL,
        "unit": Field(Text(1, 100), "Unit of the level, in words.", "level"),
        "holds": Field(ListOf(HOLD), "Spans in which it is held fixed.", ()),
    },
)

EVENT = Record(
    "event",
    "A dated shock: 1 on its dates, 0 before.",
    {
        "first": Field(Day(), "First day."),
        "last": Field(Day(), "Last day; the step of the first day if it and the half-life are left out.", None),
        "half_life_months": Field(POSITIVE, "Months until half of it has faded.", None),
        "label": LABEL,
        "dropped": Field(Flag(), "Whether the event is taken not to have happened.", False),
    },
)


def _input(source: str, kind: str, meaning: str, *, many: bool, extra: dict[str, Field]) -> Record:
    names: Shape = ListOf(Name(kind), 1, distinct=True) if many else Name(kind)
    shared = {
        "weight": Field(EFFECT, "Coefficient: a number or a parameter with unit effect."),
        "lag_months": Field(Number(low=0.0), "Months between the input and its reading.", 0.0),
    }
    return Record(f"{source}_input", meaning, {source: Field(names, meaning, REQUIRED)} | shared | extra)


_SCALED = {
    "scale_persons": Field(POSITIVE, "Persons (stocks) or persons per year (flows) that count as 1.", 1.0),
    "log": Field(Flag(), "Whether log(1 + x) of the scaled amount is taken.", False),
    "groups": GROUPS,
}
_SHARED = {
    "over": Field(ListOf(Name("flow"), 1, distinct=True), "Flows of the denominator."),
    "groups": GROUPS,
}
INPUT = ByKey(
    {
        "stock": _input("stock", "status", "Persons in the statuses.", many=True, extra=_SCALED),
        "flow": _input("flow", "flow", "Persons per year in the flows.", many=True, extra=_SCALED),
        "share": _input("share", "flow", "The flows over the flows of `over`.", many=True, extra=_SHARED),
        "signal": _input("signal", "signal", "Another signal.", many=False, extra={}),
        "instrument": _input("instrument", "instrument", "The level of an instrument.", many=False, extra={}),
        "event": _input("event", "event", "An event: 1 while it lasts.", many=False, extra={}),
    }
)


def _end_signal(values: dict[str, Any], at: At, out: Findings) -> None:
    if values["half_life_months"] is not None:
        return
    for key, default in (("average", False), ("initial", 0.0)):
        if values[key] != default:
            out.add(
                "S518",
                (*at, key),
                f'"{key}" says nothing of a signal without memory',
                found=f"{key} without half_life_months",
                mend=f'give half_life_months, or delete "{key}"',
            )


SIGNAL = Record(
    "signal",
    "Information that people hold; a stock that is fed and fades.",
    {
        "inputs": Field(ListOf(INPUT, 1), "What feeds it, added up."),
        "half_life_months": Field(DELAY_MONTHS, "Months until half is forgotten; no memory if left out.", None),
        "average": Field(Flag(), "Whether it is a running average of its inputs and has their unit.", False),
        "initial": Field(LEVEL, "Value at the start.", 0.0),
        "per": Field(ListOf(Name("attribute"), distinct=True), "Attributes within whose values persons share it.", ()),
        "label": LABEL,
        "holds": Field(ListOf(HOLD), "Spans in which what is seen of it is held fixed.", ()),
    },
    ends=_end_signal,
)
