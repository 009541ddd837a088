"""Answers of resident draws: the same as the long way round, and nothing that the system does not allow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from serve_example import read_example, write_run

from counterstream.app.answering import Asked, answer
from counterstream.app.levers import describe_levers, describe_scenarios, slider_range
from counterstream.app.turns import Overtaken
from counterstream.case import find_case
from counterstream.dynamics.drive import change_levers, pull_levers
from counterstream.errors import CounterstreamError
from counterstream.infer.progress import Silent
from counterstream.report.views.plain import rounded_all
from counterstream.scenario.change import apply_scenario
from counterstream.simulate.persons import Following
from counterstream.spec import parse_system, read_system
from counterstream.spec.one_scenario import parse_scenario
from counterstream.workflow.resident import Resident, ask, load_resident
from counterstream.workflow.simulate import find_draws, run_engine

HOLD = (
    '{"scenarios": {"q": {"label": "A toll", "changes": [{"instrument": "toll", "value": 9, "from": "1994-01-01"}]}}}'
)
DROP = "scenarios:\n  q:\n    changes: [{event: storm, drop: true}]\n"
TIMES = "scenarios: {q: {label: More, changes: [{parameter: leave_rate, times: 3}, {signal: news, value: 0}]}}"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(tmp_path_factory.mktemp("runs") / "shore")


@pytest.fixture(scope="module")
def resident(run: Path) -> Resident:
    return load_resident(read_example(), run, Silent(), 20)


def go_on() -> None:
    """Never overtaken."""


def put(
    resident: Resident, scenario: str, *, totals: bool = False, observables: tuple[str, ...] = ("departures",)
) -> Any:
    return answer(resident, Asked("tab", 4, scenario, observables, totals), go_on)


@pytest.mark.parametrize("text", [HOLD, DROP, TIMES])
def test_courses_are_those_of_the_engine_run_by_itself(resident: Resident, run: Path, text: str) -> None:
    system = resident.system
    scenario, problems = parse_scenario(text, system)
    assert scenario is not None, problems
    draws = find_draws(system, run, 20, 0)
    changed = apply_scenario(system, scenario)
    wanted = run_engine(changed, draws, 20, "expected", Following(), Silent()).flows[..., 0].sum(axis=2)
    base, other = ask(resident, scenario, [resident.observables[0]]).pair(resident.observables[0])
    np.testing.assert_allclose(other, wanted, rtol=1e-12)
    assert not np.allclose(base, other)
    told = put(resident, text)["scenarios"][0]
    assert told["difference"]["median"] == rounded_all(np.median(other - base, axis=0))
    assert told["scenario"]["low90"] == rounded_all(np.quantile(other, 0.05, axis=0))


def test_totals_and_the_picture_speak_of_the_same(resident: Resident) -> None:
    told = put(resident, HOLD, totals=True)
    scenario, _ = parse_scenario(HOLD, resident.system)
    assert scenario is not None
    base, other = ask(resident, scenario, resident.observables).pair(resident.observables[0])
    (row,) = told["totals"]
    assert row["difference"]["median"] == rounded_all([float(np.median((other - base).sum(axis=1)))])[0]
    assert row["changed"] is True
    assert row["rises"] == 0


def test_nothing_changed_is_the_baseline(resident: Resident) -> None:
    told = put(resident, "", totals=True)
    (picture,) = told["scenarios"]
    assert set(picture["difference"]["median"]) == {0}
    assert told["beyond"] == told["changes"] == []
    assert told["totals"][0]["changed"] is False


def test_what_lies_beyond_the_evidence_is_told_by_its_label(resident: Resident) -> None:
    beyond = put(resident, HOLD, totals=True)["beyond"]
    assert any(sentence.startswith("Toll reaches 9") for sentence in beyond)
    assert put(resident, DROP, totals=True, observables=())["beyond"] == []


def test_the_yaml_to_copy_is_a_declared_scenario(resident: Resident) -> None:
    told = put(resident, HOLD)
    system, problems = parse_system(Path(find_case("template") / "system.yaml").read_text(encoding="utf-8"))
    assert system is not None, problems
    scenario, problems = parse_scenario(told["yaml"], resident.system)
    assert scenario is not None, problems
    assert scenario == parse_scenario(HOLD, resident.system)[0]
    assert told["written"] == [{"instrument": "toll", "value": 9, "from": "1994-01-01"}]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"scenarios": {"q": {"changes": [{"instrument": "tool", "value": 1}]}}}', "S311"),
        ('{"scenarios": {"q": {"changes": [{"instrument": "toll", "value": "x"}]}}}', "S203"),
        ('{"scenarios": {"q": {"changes": []}}}', "S515"),
        ('{"scenarios": {"q": {"changes": [{"parameter": "leave_rate", "value": -1}]}}}', "S406"),
        ('{"scenarios": {}}', "S207"),
        ("moves: {}", "S202"),
        ("[", "S107"),
        ("<script>alert(1)</script>", "S112"),
        ("scenarios: &a {q: *a}", "S114"),
    ],
)
def test_what_the_system_does_not_allow_is_told_with_its_code(resident: Resident, text: str, code: str) -> None:
    with pytest.raises(CounterstreamError) as caught:
        put(resident, text)
    assert code in caught.value.codes


def test_an_unknown_picture_is_told(resident: Resident) -> None:
    with pytest.raises(CounterstreamError) as caught:
        put(resident, "", observables=("nobody",))
    assert caught.value.codes == ("U507",)


def test_work_that_is_overtaken_ends(resident: Resident) -> None:
    def stop() -> None:
        raise Overtaken

    with pytest.raises(Overtaken):
        answer(resident, Asked("tab", 1, HOLD, ("departures",), False), stop)


def test_every_kind_of_lever_is_offered(resident: Resident) -> None:
    levers: Any = describe_levers(resident)
    assert [(lever["kind"], lever["name"]) for lever in levers] == [
        ("instrument", "toll"),
        ("event", "storm"),
        ("signal", "news"),
        ("parameter", "leave_rate"),
    ]
    toll = levers[0]
    assert (toll["unit"], toll["fitted"]) == ("crowns", [2, 2])
    assert toll["low"] <= 2 <= toll["high"]
    scenarios: Any = describe_scenarios(resident.system)
    assert scenarios[0]["changes"] == [{"parameter": "leave_rate", "times": 0.5}]


@pytest.mark.parametrize(
    ("fitted", "declared", "ends"),
    [
        ((0.0, 1.0), [], (0.0, 1.5)),
        ((-1.0, 1.0), [5.0], (-4.0, 8.0)),
        ((1.0, 1.0), [], (0.0, 2.0)),
        ((0.0, 0.0), [1.0], (0.0, 1.5)),
        ((5000.0, 120_000.0), [], (0.0, 177_500.0)),
        ((0.0, 0.0), [], (0.0, 1.0)),
    ],
)
def test_a_slider_holds_what_was_fitted_and_declared(
    fitted: tuple[float, float], declared: list[float], ends: tuple[float, float]
) -> None:
    low, high, step = slider_range(fitted, declared)
    np.testing.assert_allclose([low, high], ends, atol=step)
    assert (high - low) / step >= 99
    assert all(low <= value <= high for value in (*fitted, *declared))


@pytest.mark.parametrize("name", ["soviet-third-wave", "soviet-return-campaigns"])
def test_changing_some_levers_gives_all_levers_of_the_scenario(name: str) -> None:
    system = read_system(find_case(name) / "system.yaml")
    levers = pull_levers(system, all_levers=True)
    for scenario in system.scenarios:
        after = apply_scenario(system, scenario).system
        wanted = pull_levers(after, all_levers=True)
        found = change_levers(levers, system, after)
        for one, other in zip(wanted, found, strict=True):
            assert one.keys() == other.keys()
            for key in one:
                np.testing.assert_array_equal(one[key], other[key])
