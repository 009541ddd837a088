"""Example systems that every reader of this format must take, or refuse with the code and path given.

A valid example may name the warnings it gives (``# warns: CODE PATH``); beside it lies what it
resolves to.  An invalid one names every problem it has (``# expect: CODE PATH``), no more, no fewer.
"""

from __future__ import annotations

import json
import math
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from counterstream.errors import Problem
from counterstream.spec import CODES, parse_system, write_system
from counterstream.spec.compose import check_text
from counterstream.spec.node import Node
from counterstream.spec.quick import compose_quickly
from counterstream.spec.scan import compose_fully
from counterstream.system.group import EVERYBODY, Group, Selector
from counterstream.system.instrument import Hold, Instrument, Steps, Walk
from counterstream.system.move import Batches, DecisionMove
from counterstream.system.observable import Answer, FlowMeasure, Observable, Window
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
    PersonTerm,
    Threshold,
    Ties,
    TiesForm,
)
from counterstream.system.scenario import ChangeParameter, ChangeRhythm, DropEvent, DropInterventions, HoldInstrument
from counterstream.system.signal import SignalInput, Source
from counterstream.system.system import InitialStock, System
from counterstream.system.term import Term
from counterstream.units import Step

ROOT = Path(__file__).parents[2] / "conformance"
VALID = sorted(p for p in (ROOT / "valid" / "systems").glob("*.yaml") if not p.name.endswith(".resolved.yaml"))
INVALID = sorted((ROOT / "invalid" / "systems").glob("*.yaml"))
#: Codes of files as a whole and of floods of problems; they are tested with files of their own.
OF_FILES = {"S101", "S102", "S104", "S116"}


def text_of(path: Path) -> str:
    return path.read_bytes().decode("utf-8")


def expected_in(text: str, word: str) -> list[str]:
    return sorted(re.findall(rf"^\ufeff?# {word}: (.*?)\r?$", text, re.MULTILINE))


def found_in(problems: tuple[Problem, ...]) -> list[str]:
    return sorted(f"{problem.code} {problem.path or '-'}" for problem in problems)


def read(name: str) -> System:
    system, problems = parse_system(text_of(ROOT / "valid" / "systems" / f"{name}.yaml"))
    assert system is not None, problems
    return system


def test_there_are_enough_examples() -> None:
    assert len(VALID) >= 69
    assert len(INVALID) >= 350


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_valid_systems_resolve_as_written_down(path: Path) -> None:
    text = text_of(path)
    system, problems = parse_system(text)
    assert system is not None, problems
    assert found_in(problems) == expected_in(text, "warns")
    assert write_system(system) == text_of(path.with_suffix(".resolved.yaml"))


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_resolving_what_was_written_changes_nothing(path: Path) -> None:
    system, problems = parse_system(text_of(path))
    assert system is not None
    written = write_system(system)
    again, problems_again = parse_system(written)
    assert again == system
    assert write_system(again) == written
    assert {p.code for p in problems_again} == {p.code for p in problems}


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_invalid_systems_are_refused_with_code_and_path(path: Path) -> None:
    text = text_of(path)
    system, problems = parse_system(text, path.name)
    assert system is None
    assert found_in(problems) == expected_in(text, "expect")
    lines = text.splitlines()
    for problem in problems:
        assert problem.file == path.name
        assert 1 <= problem.line <= len(lines) + 1
        assert problem.column >= 1
        assert problem.message
        assert str(problem).startswith(f"{path.name}:{problem.line}:{problem.column}: {problem.code} ")


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_problems_stand_where_their_path_does(path: Path) -> None:
    """The named key or list entry stands at the line and column given, if it is in the text."""
    text = text_of(path)
    for problem in parse_system(text)[1]:
        last = re.search(r"(?:^|\.)([a-z_0-9]+)$", problem.path)
        if last is None or problem.code.startswith("S1"):
            continue
        line = text.splitlines()[problem.line - 1]
        if not line.startswith(last.group(1), problem.column - 1):
            # Only what is missing cannot be pointed at; then the place is that of its holder.
            assert problem.found == "nothing" or problem.code in {"S511", "S518"}, problem


def test_every_code_has_an_example() -> None:
    texts = [text_of(path) for path in (*VALID, *INVALID)]
    shown = {entry.split()[0] for text in texts for word in ("warns", "expect") for entry in expected_in(text, word)}
    assert shown == set(CODES) - OF_FILES


@pytest.mark.parametrize("path", [*VALID, *INVALID], ids=lambda path: path.stem)
def test_quick_and_full_readers_agree(path: Path) -> None:
    assert_readers_agree(text_of(path).removeprefix("\ufeff"))


def assert_readers_agree(text: str) -> None:
    quick = compose_quickly(text)
    if quick is None or check_text(text, "") is not None:
        return
    full, problems = compose_fully(text, "system.yaml")
    assert problems == []
    assert full is not None
    assert_same_nodes(quick, full)


def assert_same_nodes(one: Node, other: Node) -> None:
    assert (one.line, one.column, one.keys, one.size, one.height) == (
        other.line,
        other.column,
        other.keys,
        other.size,
        other.height,
    )
    assert type(one.value) is type(other.value)
    if isinstance(one.value, dict) and isinstance(other.value, dict):
        assert list(one.value) == list(other.value)
        for key, part in one.value.items():
            assert_same_nodes(part, other.value[key])
    elif isinstance(one.value, list) and isinstance(other.value, list):
        assert len(one.value) == len(other.value)
        for part, twin in zip(one.value, other.value, strict=True):
            assert_same_nodes(part, twin)
    elif isinstance(one.value, float) and math.isnan(one.value):
        assert isinstance(other.value, float)
        assert math.isnan(other.value)
    else:
        assert one.value == other.value


# What some of the examples mean, written out without the writer.


def test_meaning_of_groups_and_selectors() -> None:
    system = read("selectors-in-canonical-order")
    assert system.group_names == ("coast/lower", "coast/higher", "inland/lower", "inland/higher")
    move = system.moves[0]
    assert move.groups == Selector((("region", ("inland",)), ("schooling", ("lower", "higher"))))
    assert read("groups-several-lines").groups == (
        Group((("people", "north"), ("region", "coast"))),
        Group((("people", "north"), ("region", "inland"))),
        Group((("people", "south"),)),
    )
    assert read("smallest").groups == (Group(()),)


def test_meaning_of_initial_weights() -> None:
    assert read("initial-weights").initial[0] == InitialStock(
        status="home",
        persons=1000.0,
        groups=Selector((("region", ("coast", "inland")),)),
        weights=(("region", (("coast", 1.0), ("inland", 3.0))), ("schooling", (("lower", 0.8), ("higher", 0.2)))),
    )


def test_meaning_of_paths() -> None:
    assert read("path-constant").instruments[0].path == Steps(((date(1990, 1, 1), 2.5),))
    assert read("path-walk-pulled").instruments[0].path == Walk(Step.MONTH, 0.0, "spread", 0.5, 4.0)
    assert read("instrument-responds").instruments[0] == Instrument(
        name="lever",
        path=Steps(((date(1990, 1, 1), 0.0),)),
        responds_to=(Term(-1.0, "war"), Term(0.3, "protest")),
        holds=(Hold(2.0, date(1993, 1, 1), date(1993, 12, 31)),),
    )


def test_meaning_of_signal_inputs() -> None:
    letters = read("signals-all-inputs").signals[0]
    assert letters.per == ("region", "schooling")
    assert letters.inputs[2] == SignalInput(
        source=Source.SHARE,
        names=("leave_far",),
        weight=-0.5,
        over=("leave", "leave_far"),
        lag_months=1.5,
        groups=Selector((("schooling", ("higher",)),)),
    )


def test_meaning_of_a_decision() -> None:
    assert read("decision-batches-one-date").decisions[0] == DecisionMove(
        name="decide",
        origin="queue",
        approved_to="away",
        refused_to="no",
        delay_months=6.0,
        chance=0.4,
        batches=Batches((date(1991, 12, 29),), None, date(1991, 1, 1), date(1991, 12, 31)),
    )


def test_meaning_of_observables() -> None:
    leavers, early = read("observables").observables[:2]
    assert leavers == Observable(
        name="leavers_coast",
        measure=FlowMeasure(("leave",), Selector((("region", ("coast",)),)), "counted"),
        answers=(
            Answer(("leavers", "departures"), ("coast",), ("here", ""), ("there",), ("persons",), ("flow",)),
            Answer(("emigrants",)),
        ),
        label="Leavers from the coast",
    )
    assert early.measure == FlowMeasure(("leave",), EVERYBODY, 1.0, Window(6, None, -2))


def test_meaning_of_scenarios() -> None:
    changes = {scenario.name: scenario.changes for scenario in read("scenarios").scenarios}
    assert changes["no_lever"] == (HoldInstrument("lever", Hold(0.0)),)
    assert changes["peace"] == (DropEvent("war"),)
    assert changes["more_wish"] == (ChangeParameter("wish", times=2.0), ChangeParameter("luck", value=0.5))
    assert changes["one_by_one"] == (ChangeRhythm("decide", None),)


def test_meaning_of_what_only_persons_have() -> None:
    persons = read("persons-everything").persons
    assert persons is not None
    assert persons.households == HouseholdSizes(((1, 0.3), (2, 0.3), (3, 0.2), (5, 0.2)), Decider.ANY)
    assert persons.frailties == (Frailty("ask", 0.6),)
    assert persons.ages == Ages(((0.0, 0.3), (18.0, 0.5), (65.0, 0.2)), 95.0, 0.0)
    mixing = Mixing("region", ((0.8, 0.2), (0.2, 0.8)))
    assert persons.ties == (Ties("kin", TiesForm.SMALL_WORLD, 6.0, 0.1, within_households=True, mixing=mixing),)
    assert persons.exposures == (
        Exposure("kin_abroad", "kin", statuses=("away", "far"), form="share", delay_months=2.0),
        Exposure("refusals", "kin", flows=("decide.refused",), half_life_months=6.0),
    )
    assert persons.terms == (PersonTerm("ask", "pull", "kin_abroad"), PersonTerm("route", 0.3, "kin_abroad", "far"))
    assert persons.age_profiles == (AgeProfile("ask", ((0.0, 0.1), (18.0, 1.0), (65.0, 0.4))),)
    assert persons.thresholds == (Threshold("ask_again", "refusals", 0.5, 0.5),)
    half_a_year = Intervention("ask_again", date(1995, 1, 1), date(1995, 6, 30), 5.0)
    approval = Intervention("decide", date(1995, 1, 1), date(1996, 12, 31), outcome=Outcome.APPROVED)
    coast = Selector((("region", ("coast",)),))
    assert persons.named == (NamedHousehold("pianist", "refused", 2, coast, (half_a_year, approval)),)
    (scenario,) = read("persons-everything").scenarios
    assert scenario.changes == (DropInterventions("pianist"),)


def test_meaning_of_spans_and_shares_that_are_not_written() -> None:
    named = read("persons-named").persons
    assert named is not None
    assert named.named[0].interventions[1].last == date(1994, 12, 31)
    assert named.named[0].interventions[2].first == date(1990, 1, 1)
    assert named.named[1] == NamedHousehold(
        "clerk",
        "home",
        1,
        Selector((("region", ("inland",)),)),
        (Intervention("ask", date(1990, 1, 1), date(1994, 12, 31), 2.0),),
        dropped=True,
    )
    mixed = read("persons-ties-mixing-shares").persons
    assert mixed is not None
    # Nobody of the coast has workmates: no shares of theirs.
    assert [ties.mixing for ties in mixed.ties] == [
        Mixing("region", ((0.9, 0.1), (0.0, 1.0))),
        Mixing("region", ((0.0, 0.0), (0.0, 1.0))),
    ]


# Damage: whatever is done to a file, the answer is a system or coded problems.

TEXTS = [text_of(path) for path in VALID]
SHREDS = [":", ": ", "- ", "\n", "  ", "{", "}", "[", "]", ",", "#", " #", "'", '"', "&a ", "*a", "!t ", "|", ">", "?"]
SHREDS += [
    "%",
    "\t",
    "\0",
    "\r",
    "~",
    "null",
    "1e999",
    "-1",
    ".nan",
    "0x",
    "\\",
    "---\n",
    "...\n",
    "<<: ",
    "\ufeff",
    "\u2028",
]
VALUES: list[Any] = [None, True, -1, 0, 0.5, 1e300, 10**30, "", "x", "home", "1990-01-01", "9999-99-99", [], {}]
VALUES += [["home", "home"], [[]], [None], {"x": 1}, {"home": None}, {"constant": "x"}, "\x85", "a" * 6000]


def assert_answered(text: str) -> None:
    system, problems = parse_system(text)
    assert all(problem.code in CODES for problem in problems)
    errors = [problem for problem in problems if problem.severity == "error"]
    assert (system is None) == bool(errors)
    if system is not None:
        assert parse_system(write_system(system))[0] == system


@st.composite
def damaged_texts(draw: st.DrawFn) -> str:
    text = draw(st.sampled_from(TEXTS))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 12)))
        text = text[:start] + draw(st.sampled_from(SHREDS) | st.text(max_size=3)) + text[end:]
    return text


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(damaged_texts())
def test_damaged_texts_are_answered(text: str) -> None:
    assert_answered(text)
    assert_readers_agree(text.removeprefix("\ufeff"))


def plain(node: Node) -> Any:
    if isinstance(node.value, dict):
        return {key: plain(part) for key, part in node.value.items()}
    return [plain(part) for part in node.value] if isinstance(node.value, list) else node.value


def places_in(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(place for key, part in parts for place in places_in(part, (*at, key)))]


DOCUMENTS = [plain(root) for text in TEXTS if (root := compose_fully(text.removeprefix("\ufeff"), "")[0]) is not None]


@st.composite
def damaged_documents(draw: st.DrawFn) -> str:
    document = json.loads(json.dumps(draw(st.sampled_from(DOCUMENTS))))
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.sampled_from(places_in(document)[1:] or [()]))
        if not at:
            continue
        holder = document
        for key in at[:-1]:
            holder = holder[key]
        action = draw(st.sampled_from(["replace", "drop", "move"]))
        if action == "drop":
            del holder[at[-1]]
        elif action == "replace":
            holder[at[-1]] = draw(st.sampled_from(VALUES))
        elif isinstance(holder, dict):
            holder[draw(st.sampled_from(["groups", "of", "terms", "x", "home"]))] = holder.pop(at[-1])
    return json.dumps(document, ensure_ascii=draw(st.booleans()))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(damaged_documents())
def test_damaged_documents_are_answered(text: str) -> None:
    assert_answered(text)
