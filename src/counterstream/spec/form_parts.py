"""The written form of what many parts share: quantities, terms, labels, rhythms of release."""

from __future__ import annotations

from typing import Any

from counterstream.spec.findings import Findings
from counterstream.spec.node import At
from counterstream.spec.records import Field, ListOf, Record, Selection
from counterstream.spec.shapes import Day, Name, Number, Quantity, Text
from counterstream.units import DURATION_UNITS, RATE_UNITS

RATE = tuple(RATE_UNITS)
DURATION = tuple(DURATION_UNITS)

#: Numbers over which a claim, a count or a level may range without losing digits.
LEVEL = Quantity(("level",), Number())
EFFECT = Quantity(("effect",), Number())
RATE_PER_YEAR = Quantity(RATE, Number(low=0.0))
CHANCE = Quantity(("share",), Number(0.0, 1.0, low_open=True, high_open=True, code="S407"))
PERSONS = Quantity(("persons",), Number(low=0.0, code="S408"))
DELAY_MONTHS = Quantity(DURATION, Number(low=0.0, low_open=True, code="S409"))
POSITIVE = Number(low=0.0, low_open=True, code="S409")

LABEL = Field(Text(), "Name shown to people.", "")
GROUPS = Field(Selection(), "Groups picked; every group if it is left out.", {})


def _end_term(values: dict[str, Any], at: At, out: Findings) -> None:
    if values["of"] and values["season_peak_month"] is not None:
        out.add(
            "S518",
            (*at, "season_peak_month"),
            "a term is either seasonal or reads something",
            found="of and season_peak_month",
            allowed="one of the two",
            mend="write two terms",
        )


TERM = Record(
    "term",
    "Effect times covariate, added to a rate's logarithm, a chance's logit or a choice's utility.",
    {
        "effect": Field(EFFECT, "Coefficient: a number, or a parameter with unit effect."),
        "of": Field(Name("covariate"), "Instrument, signal or event that is read; a constant 1 if left out.", ""),
        "season_peak_month": Field(
            Number(1, 12, whole=True), "Month (1 to 12) at which a yearly cosine peaks; instead of `of`.", None
        ),
        "groups": GROUPS,
    },
    ends=_end_term,
)
TERMS = Field(ListOf(TERM), "Terms, added up.", ())

BATCHES = Record(
    "batches",
    "Approvals pile up and are released together.",
    {
        "dates": Field(ListOf(Day(), 1), "Dates of release.", None),
        "every_steps": Field(Number(1, whole=True), "Release every so many steps of the clock.", None),
        "from": Field(Day(), "First day of this rhythm; the start of the clock if left out.", None),
        "to": Field(Day(), "Last day of this rhythm; the end of the clock if left out.", None),
    },
    one_of=("dates", "every_steps"),
)
