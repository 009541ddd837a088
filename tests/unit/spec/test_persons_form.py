"""What only persons have, in text: tables by number, mixing, forms of exposure, names of files."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import counterstream.spec as spec
from counterstream.system import exposure_forms as forms
from counterstream.system.persons import Persons
from counterstream.system.system import System

TEMPLATE = (Path(spec.__file__).parents[1] / "cases" / "template" / "system.yaml").read_text(encoding="utf-8")
TIES = "  ties: {kin: {mean: 4}}\n"


def read(section: str) -> Persons:
    system, problems = spec.parse_system(f"{TEMPLATE}persons:\n{section}")
    assert system is not None, problems
    assert spec.parse_system(spec.write_system(system))[0] == system
    assert system.persons is not None
    return system.persons


def codes(section: str) -> list[str]:
    return [f"{p.code} {p.path}" for p in spec.parse_system(f"{TEMPLATE}persons:\n{section}")[1]]


@given(st.lists(st.floats(1e-3, 149.0), unique=True), st.lists(st.floats(0.0, 1e6), min_size=40, max_size=40))
def test_bands_read_back_the_same(ages: list[float], factors: list[float]) -> None:
    pairs = tuple(zip([0.0, *sorted(ages)], factors, strict=False))
    table = ", ".join(f"{age!r}: {factor!r}" for age, factor in pairs)
    profile = read(f"  ages: {{at_start: {{20: 1}}}}\n  age_profiles: {{move: ask, factors: {{{table}}}}}\n")
    assert profile.age_profiles[0].factors == pairs


@given(st.floats(0.0, 1.0), st.integers(2, 9))
def test_a_share_to_ones_own_value_leaves_the_rest_to_the_others(within: float, many: int) -> None:
    values = ["coast", "inland", *(f"isle{i}" for i in range(many - 2))]
    text = TEMPLATE.replace("[coast, inland]", f"[{', '.join(values)}]")
    # The template's stocks are split by weights: those of the new values as well.
    text = text.replace("inland: 0.7", "inland: 0.7, " + ", ".join(f"isle{i}: 0.1" for i in range(many - 2)))
    text += f"persons:\n  ties: {{kin: {{mean: 4, mixing: {{attribute: region, within: {within!r}}}}}}}\n"
    system, problems = spec.parse_system(text)
    assert system is not None, problems
    shares = _mixing_of(system)
    for place, row in enumerate(shares):
        assert row[place] == within
        assert math.isclose(sum(row), 1.0, abs_tol=1e-9)
        others = {share for other, share in enumerate(row) if other != place}
        assert len(others) == 1


def _mixing_of(system: System) -> tuple[tuple[float, ...], ...]:
    assert system.persons is not None
    mixing = system.persons.ties[0].mixing
    assert mixing is not None
    return mixing.shares


@pytest.fixture
def most(monkeypatch: pytest.MonkeyPatch) -> None:
    """A form of exposure that is known for one test."""
    monkeypatch.setattr(forms, "_FORMS", dict(forms._FORMS))
    forms.add_exposure_form("most", lambda amount, ties: 1.0 if 2.0 * amount > ties else 0.0)


EXPOSED = TIES + "  exposures: {many_away: {ties: kin, statuses: [settled], form: most}}\n"


def test_an_unknown_form_of_exposure_is_told_with_those_that_are_known() -> None:
    _, problems = spec.parse_system(f"{TEMPLATE}persons:\n{EXPOSED}")
    problem = next(problem for problem in problems if problem.code == "S319")
    assert problem.allowed == "number, share, some, log"
    assert problem.mend == "make it known: counterstream.add_exposure_form"
    near = spec.parse_system(f"{TEMPLATE}persons:\n{EXPOSED}".replace("form: most", "form: numbr"))[1]
    assert 'did you mean "number"?' in next(problem.mend for problem in near if problem.code == "S319")


@pytest.mark.usefixtures("most")
def test_a_form_of_exposure_that_was_added_is_read() -> None:
    assert read(EXPOSED).exposures[0].form == "most"
    assert forms.exposure_forms()["most"](3.0, 5.0) == 1.0


@pytest.mark.usefixtures("most")
def test_a_form_is_added_once() -> None:
    with pytest.raises(ValueError, match='already an exposure form "most"'):
        forms.add_exposure_form("most", lambda amount, ties: amount)
    forms.add_exposure_form("most", forms.exposure_forms()["most"])


@pytest.mark.parametrize(
    ("form", "amount", "ties", "value"),
    [
        ("number", 3.0, 5.0, 3.0),
        ("share", 3.0, 5.0, 0.6),
        ("share", 0.0, 0.0, 0.0),
        ("some", 0.49, 5.0, 0.0),
        ("some", 0.5, 5.0, 1.0),
        ("log", math.e - 1.0, 5.0, 1.0),
    ],
)
def test_forms_of_exposure(form: str, amount: float, ties: float, value: float) -> None:
    assert forms.exposure_forms()[form](amount, ties) == value


@pytest.mark.parametrize(
    "name",
    ["/etc/ties.csv", "../ties.csv", "a/../ties.csv", "a//b", "c:ties.csv", "a\\\\b", " ties.csv", "", "a" * 200],
)
def test_files_stay_in_the_folder_of_the_case(name: str) -> None:
    assert "S211 persons.ties.kin.file" in codes(f'  ties: {{kin: {{form: file, file: "{name}"}}}}\n')


def test_an_effect_of_persons_alone_counts_as_used() -> None:
    parameter = "parameters:\n  example: {prior: {normal: {mean: 0, sd: 1}}, unit: effect, reason: a guess}\n"
    text = TEMPLATE.replace("parameters:\n", parameter)
    unused = [p.code for p in spec.parse_system(text)[1]]
    assert unused == ["S601"]
    section = f"persons:\n{TIES}  exposures: {{away: {{ties: kin, statuses: [settled]}}}}\n"
    section += "  terms: [{move: ask, effect: example, of: away}]\n"
    assert spec.parse_system(text + section)[1] == ()


def test_faulty_parts_do_not_hide_those_that_do_not_fit() -> None:
    """What can be read is checked against the rest even where its neighbours cannot be read."""
    section = "  frailty: [{move: ask, spread: -1}]\n  ties: {kin: {mean: 1e9}, friends: {mean: few}}\n"
    assert {"S406 persons.frailty[0].spread", "S203 persons.ties.friends.mean", "S523 persons.ties.kin.mean"} <= set(
        codes(section)
    )
