"""The written form of what only persons have: households, ties, exposures, frailty, ages, thresholds, names."""

from __future__ import annotations

from typing import Any

from counterstream.spec.bands import CaseFile, ExposureFormName, NumberTable, check_total
from counterstream.spec.findings import Findings, Reference
from counterstream.spec.form_moves import STATUS
from counterstream.spec.form_parts import EFFECT, GROUPS, LABEL, POSITIVE
from counterstream.spec.node import At
from counterstream.spec.records import Field, ListOf, MapOf, Record
from counterstream.spec.shapes import Day, Flag, Name, Number, Word
from counterstream.system.persons import Decider, Outcome, TiesForm

#: No household is larger, and nobody is older; a typing error would be.
_MAX_SIZE, _MAX_AGE = 100, 150
_SHARE = Number(0.0, 1.0)
_AGE = Number(0.0, _MAX_AGE)
#: Spreads in logs: beyond 10, the upper one in a thousand is 13 powers of ten above the median.
_SPREAD = Number(0.0, 10.0)
_ABOVE_ZERO = Number(0.0, 10.0, low_open=True)

HOUSEHOLD_SIZES = Record(
    "household_sizes",
    "How many live together, and who decides for them.",
    {
        "sizes": Field(
            NumberTable(Number(1, _MAX_SIZE, code="S409", whole=True), _SHARE, shares=True),
            "Number of persons, and the share of households (not of persons) of that size.",
        ),
        "decided_by": Field(
            Word(tuple(Decider)),
            "Whose circumstances count: the head's, those of the member most inclined (any) or least inclined (all).",
            Decider.HEAD.value,
        ),
    },
)
FRAILTY = Record(
    "frailty",
    "Persons differ in how readily they make a move, for reasons that nobody recorded.",
    {
        "move": Field(Name("intensity"), "A rate move or a loss."),
        "spread": Field(_ABOVE_ZERO, "Standard deviation of the logarithm of the factor; its mean is 1."),
    },
)


def _end_ages(values: dict[str, Any], at: At, out: Findings) -> None:
    last = values["at_start"][-1][0]
    if values["oldest"] <= last:
        found, allowed = f"{values['oldest']:g}", f"above {last:g}, where the last band begins"
        out.add("S419", (*at, "oldest"), "the last band ends before it begins", found=found, allowed=allowed)
    if values["at_entry"] > values["oldest"]:
        found, allowed = f"{values['at_entry']:g}", f"at most {values['oldest']:g}, the oldest"
        out.add("S419", (*at, "at_entry"), "those who enter are older than the oldest", found=found, allowed=allowed)


AGES = Record(
    "ages",
    "Ages of persons.",
    {
        "at_start": Field(
            NumberTable(_AGE, _SHARE, bands=True, shares=True),
            "Lowest age of a band in years, and the share of persons in it at the start; even within a band.",
        ),
        "oldest": Field(Number(0.0, _MAX_AGE, low_open=True), "End of the last band, in years.", 100.0),
        "at_entry": Field(_AGE, "Age of those who enter later.", 0.0),
    },
    ends=_end_ages,
)


def _end_mixing(values: dict[str, Any], at: At, out: Findings) -> None:
    rows: dict[str, dict[str, float]] = values["shares"] or {}
    for row, shares in rows.items():
        place: At = (*at, "shares", row)
        for value in (row, *shares):
            out.refer(Reference("value", value, place if value is row else (*place, value), (), values["attribute"]))
        check_total(list(shares.values()), place, out)


MIXING = Record(
    "mixing",
    "With whom ties are laid, by an attribute of groups.",
    {
        "attribute": Field(Name("attribute"), "The attribute; groups without it mix among themselves."),
        "within": Field(_SHARE, "Share of ties to persons of the same value; the rest evenly to the others.", None),
        "shares": Field(
            MapOf(MapOf(_SHARE, 1, free=True, strict=True), 1, free=True, strict=True),
            "For each value of who lays a tie, the share of ties to each value; 0 for a value that is not written.",
            None,
        ),
    },
    one_of=("within", "shares"),
    ends=_end_mixing,
)


def _end_ties(values: dict[str, Any], at: At, out: Findings) -> None:
    form = values["form"]
    from_file = form == TiesForm.FILE
    if from_file != bool(values["file"]):
        message = "ties from a file need its name" if from_file else "only ties of form file come from a file"
        found = f"form {form}" + (" and file" if values["file"] else "")
        out.add("S518", (*at, "file"), message, found=found, allowed='form: file, and "file" beside it')
    if not from_file and values["mean"] is None:
        out.add("S202", (*at, "mean"), '"mean" is missing', found="nothing", allowed="ties of a person on average")
    unread = ["mean", "mixing", "groups"] if from_file else []
    if form != TiesForm.SMALL_WORLD:
        unread.append("rewired")
    for key in unread:
        if values[key]:
            found, allowed = f"{key} with form {form}", "small_world" if key == "rewired" else "forms other than file"
            out.add("S518", (*at, key), f'"{key}" says nothing of ties of this form', found=found, allowed=allowed)


TIES = Record(
    "ties",
    "A network: whom persons know, mutually and for life. Who enters later has no ties.",
    {
        "form": Field(Word(tuple(TiesForm)), "How ties are laid.", TiesForm.RANDOM.value),
        "mean": Field(POSITIVE, "Ties of a person on average, those within the household not counted.", None),
        "rewired": Field(_SHARE, "Share of a small world's ties that are laid anew at random.", 0.0),
        "within_households": Field(Flag(), "Whether all members of a household are tied as well.", False),
        "mixing": Field(MIXING, "With whom; anybody with anybody if left out.", None),
        "groups": Field(GROUPS.shape, "Who has ties; every group if it is left out.", {}),
        "file": Field(CaseFile(), "Pairs of persons, for form: file; a file in the folder of the case.", ""),
        "label": LABEL,
    },
    ends=_end_ties,
)
EXPOSURE = Record(
    "exposure",
    "What reaches a person along ties: a covariate of that person alone.",
    {
        "ties": Field(Name("ties"), "The network along which it comes."),
        "statuses": Field(ListOf(STATUS, 1, distinct=True), "Ties who are in any of these are counted.", None),
        "flows": Field(ListOf(Name("flow"), 1, distinct=True), "Moves of ties are counted.", None),
        "form": Field(ExposureFormName(), "Function of the amount and of the person's number of ties.", "number"),
        "delay_months": Field(Number(0.0), "Months until a change reaches the person.", 0.0),
        "half_life_months": Field(
            POSITIVE,
            "Of moves: months until half is forgotten (never if left out); of statuses: until half of a change is in.",
            None,
        ),
        "label": LABEL,
    },
    one_of=("statuses", "flows"),
)
PERSON_TERM = Record(
    "person_term",
    "Effect times exposure, added where the terms of the move are.",
    {
        "move": Field(Name("leaving"), "A rate move, a loss, a decision or a choice."),
        "destination": Field(STATUS, "The alternative of a choice.", ""),
        "effect": Field(EFFECT, "Coefficient: a number, or a parameter with unit effect."),
        "of": Field(Name("exposure"), "The exposure."),
    },
)
_FACTOR = Number(low=0.0)
AGE_PROFILE = Record(
    "age_profile",
    "Factor on a move's intensity, or a decision's odds, by age.",
    {
        "move": Field(Name("weighed"), "A rate move, a loss or a decision."),
        "factors": Field(
            NumberTable(_AGE, _FACTOR, bands=True),
            "Lowest age of a band in years, and its factor; from 0 on.",
        ),
    },
)
THRESHOLD = Record(
    "threshold",
    "Wait and see: a person makes the move only once an exposure has reached the person's own threshold.",
    {
        "move": Field(Name("weighed"), "A rate move, a loss or a decision."),
        "of": Field(Name("exposure"), "The exposure."),
        "median": Field(POSITIVE, "Half of the persons have a lower threshold."),
        "spread": Field(_SPREAD, "Standard deviation of the threshold's logarithm over persons."),
        "below": Field(
            Number(0.0, 1.0, high_open=True), "Factor on the intensity, or a decision's odds, below the threshold.", 0.0
        ),
    },
)


def _end_intervention(values: dict[str, Any], at: At, out: Findings) -> None:
    if values["times"] == 1.0:
        out.add("S525", (*at, "times"), "a factor of 1 changes nothing", found="1", allowed="another factor")


INTERVENTION = Record(
    "intervention",
    "What is done in a named case between two dates, both included.",
    {
        "move": Field(Name("urged"), "A rate move or a decision."),
        "from": Field(Day(), "First day; the start of the clock if left out.", None),
        "to": Field(Day(), "Last day; the end of the clock if left out.", None),
        "times": Field(Number(low=0.0), "Factor on the intensity, or on the odds of approval.", None),
        "outcome": Field(
            Word(tuple(Outcome)), "The decision is made in this way in the first step in which they wait for it.", None
        ),
    },
    one_of=("times", "outcome"),
    ends=_end_intervention,
)
NAMED = Record(
    "named_household",
    "A household known by name, and what is done for it.",
    {
        "label": LABEL,
        "status": Field(STATUS, "Status held at the start."),
        "size": Field(Number(1, _MAX_SIZE, code="S409", whole=True), "Persons, taken from the group's stock.", 1),
        "groups": Field(GROUPS.shape, "Attributes that pick exactly one group.", {}),
        "interventions": Field(ListOf(INTERVENTION), "What is done for it.", ()),
        "dropped": Field(Flag(), "Whether nothing of this is done.", False),
    },
)


def _end_persons(values: dict[str, Any], at: At, out: Findings) -> None:
    if all(value in (None, (), {}) for value in values.values()):
        out.add("S207", at, "the section holds nothing", found="no parts", allowed="one of " + ", ".join(values))


PERSONS = Record(
    "persons",
    "What only single persons have. Engines of cohorts do without.",
    {
        "households": Field(HOUSEHOLD_SIZES, "How many live together.", None),
        "frailty": Field(ListOf(FRAILTY), "Unrecorded differences between persons.", ()),
        "ages": Field(AGES, "Ages of persons.", None),
        "ties": Field(MapOf(TIES), "Networks.", {}),
        "exposures": Field(MapOf(EXPOSURE), "What reaches a person along ties.", {}),
        "terms": Field(ListOf(PERSON_TERM), "Effects of exposures on moves.", ()),
        "age_profiles": Field(ListOf(AGE_PROFILE), "Factors on moves by age.", ()),
        "thresholds": Field(ListOf(THRESHOLD), "Wait and see.", ()),
        "named": Field(MapOf(NAMED), "Households known by name.", {}),
    },
    ends=_end_persons,
    partly=True,
)
