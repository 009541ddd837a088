"""``compare`` and ``explain`` on a small case, without a fit: the priors are drawn from."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_example import SYSTEM, Ran, write_case

GATE = SYSTEM.replace(
    "moves:\n",
    "instruments:\n  gate: {path: {steps: [{from: 1990-01-01, value: 0}, {from: 1995-01-01, value: 1}]}}\n\nmoves:\n",
).replace("rate_per_year: leave_rate}", "rate_per_year: leave_rate, terms: [{effect: 0.5, of: gate}]}")


@pytest.fixture
def shore(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write_case(tmp_path / "shore", GATE)


def test_compare_sets_a_scenario_against_the_baseline(shore: Path) -> None:
    ran = Ran("compare", "shore", "calm", "--draws", "20", "--out", "apart")
    assert ran.status == 0
    assert "calm against baseline, 1990-1999: 20 draws of the prior" in ran.out
    assert "departures" in ran.out
    assert "leave_rate is multiplied by 0.5" in ran.out
    assert (Path("apart") / "compared.csv").exists()


def test_compare_as_json(shore: Path) -> None:
    told = Ran("compare", "shore", "calm", "baseline", "--draws", "20", "--json").data
    departures = told["observables"]["departures"]
    assert (told["first"], told["second"], told["period"]) == ("calm", "baseline", "1990-1999")
    assert departures["difference"]["median"] > 0.0
    # Half the rate: a little more than half the departures, as fewer are used up.
    assert 0.5 < departures["calm"]["median"] / departures["baseline"]["median"] < 0.6


def test_explain_tells_parts_that_add_up(shore: Path) -> None:
    ran = Ran("explain", "shore", "--observable", "departures", "--from", "1994", "--to", "1995", "--draws", "20")
    assert ran.status == 0
    assert "departures, persons per year" in ran.out
    assert "all coalitions, 20 draws of the prior" in ran.out
    assert "gate" in ran.out
    told = Ran(
        *("explain", "shore", "--observable", "departures", "--from", "1994", "--to", "1995", "--draws", "20"), "--json"
    ).data
    assert {row["name"] for row in told["mechanisms"]} == {"gate", "composition"}
    assert sum(row["mean"] for row in told["mechanisms"]) == pytest.approx(told["change"]["mean"])


@pytest.mark.parametrize(
    ("arguments", "codes"),
    [
        (("compare", "shore", "clam"), ["U201"]),
        (("compare", "shore", "calm", "calm"), ["U211"]),
        (("explain", "shore", "--observable", "departure", "--from", "1995", "--to", "soon"), ["U212", "U214"]),
        (("explain", "shore", "--observable", "departures", "--from", "1995", "--to", "2001"), ["U213"]),
    ],
)
def test_questions_that_cannot_be_asked_are_misuse(shore: Path, arguments: tuple[str, ...], codes: list[str]) -> None:
    ran = Ran(*arguments, "--json")
    assert ran.codes == codes
    assert ran.status == 2
