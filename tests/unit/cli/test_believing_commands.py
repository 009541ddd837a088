"""``evidence agencies``, ``evidence next`` and ``evidence conflicts`` with a run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from believing_example import write_shores
from cli_example import Ran

from counterstream.case import load_case
from counterstream.infer.fit import FitSettings
from counterstream.workflow import agencies, disputes, next_claim
from counterstream.workflow.agencies import AgencyJudgement, judge_agencies
from counterstream.workflow.disputes import Disputes, judge_conflicts
from counterstream.workflow.next_claim import NextClaims, rank_next_claims
from counterstream.workflow.run import RunSettings, fit_case

BANDS = {"low90", "low50", "median", "high50", "high90"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(write_shores(tmp_path_factory.mktemp("case") / "shores"))


@pytest.fixture(scope="module")
def run(folder: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    quick = RunSettings(fit=FitSettings(quick=True))
    return str(fit_case(load_case(folder), tmp_path_factory.mktemp("runs") / "quick", quick).folder)


@pytest.fixture(scope="module")
def judged(folder: str, run: str) -> AgencyJudgement:
    return judge_agencies(load_case(folder), Path(run))


@pytest.fixture(scope="module")
def ranked(folder: str, run: str) -> NextClaims:
    return rank_next_claims(load_case(folder), Path(run), "returns")


@pytest.fixture(scope="module")
def judged_conflicts(folder: str, run: str) -> Disputes:
    return judge_conflicts(load_case(folder), Path(run))


def test_agencies_as_data(folder: str, run: str, judged: AgencyJudgement) -> None:
    data = Ran("evidence", "agencies", folder, "--run", run, "--json").data
    top = {"case", "verdict", "n_draws", "pareto_k_limit", "first", "last", "totals", "agencies", "wrong_claims"}
    assert set(data) == top | {"format", "influence", "problems"}
    row = data["agencies"][0]
    told = {"agency", "agency_kind", "relayed_by", "kind", "n_claims", "anchor", "bias_contraction", "mostly_prior"}
    assert set(row) == told | {"bias", "bias_prior", "spread", "spread_prior"}
    assert set(row["bias"]) == set(data["totals"]["departures"]) == BANDS
    assert set(data["wrong_claims"][0]) == {"claim", "agency", "observable", "probability"}
    left_out = next(row for row in data["influence"] if row["how"] == "reweighted")
    assert set(left_out) == {"agency", "n_claims", "pareto_k", "held", "how", "verdict", "shifts"}
    shift = left_out["shifts"]["departures"]
    assert set(shift) == {"without", "deviations", "ratio", "ratio_low90", "ratio_high90"}
    assert set(shift["without"]) == BANDS
    assert data["totals"]["departures"] == judged.totals["departures"]


def test_agencies_in_words(folder: str, run: str, judged: AgencyJudgement, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agencies, "judge_agencies", lambda *_, **__: judged)
    out = Ran("evidence", "agencies", folder, "--run", run).out
    assert out.startswith("quick look: 400 draws\n")
    paper = next(line for line in out.splitlines() if line.startswith("evening paper"))
    assert paper.endswith("also by gazette")
    office = next(line for line in out.splitlines() if line.startswith("harbour office"))
    assert office.endswith("taken as unbiased")
    assert "1 claim more likely wrong than right\n" in out
    assert "--refit fits the case without them): " in out
    assert "consulate (" in out.splitlines()[-1]


def test_what_says_little_of_a_bias_is_marked(
    folder: str, run: str, judged: AgencyJudgement, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = tuple(replace(row, mostly_prior=not row.anchor) for row in judged.agencies)
    monkeypatch.setattr(agencies, "judge_agencies", lambda *_, **__: replace(judged, agencies=rows))
    out = Ran("evidence", "agencies", folder, "--run", run).out
    assert next(line for line in out.splitlines() if line.startswith("evening paper")).endswith(
        "hardly more than the prior; also by gazette"
    )


def test_next_as_data(folder: str, run: str, ranked: NextClaims) -> None:
    data = Ran("evidence", "next", folder, "--run", run, "--observable", "returns", "--json").data
    top = {"case", "verdict", "n_draws", "observable", "first", "last", "target", "candidates", "problems"}
    assert set(data) == top | {"format"}
    assert set(data["target"]) == BANDS
    told = {"observable", "label", "unit", "first", "last", "figure", "claims_there", "reduction", "error"}
    assert set(data["candidates"][0]) == told
    assert [c["reduction"] for c in data["candidates"]] == [c.reduction for c in ranked.candidates]


def test_next_in_words(folder: str, run: str, ranked: NextClaims, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def rank(*arguments: object) -> NextClaims:
        asked.extend(arguments)
        return ranked

    monkeypatch.setattr(next_claim, "rank_next_claims", rank)
    flags = ["--observable", "returns", "--from", "1992-01-01", "--to", "1995-12-31"]
    lines = Ran("evidence", "next", folder, "--run", run, *flags).out.splitlines()
    assert [str(argument) for argument in asked[1:5]] == [run, "returns", "1992-01-01", "1995-12-31"]
    assert lines[0] == "quick look: 400 draws"
    assert lines[1].startswith("returns, 1990-01-01 to 1999-12-31: ")
    assert lines[3].split() == [
        "observable",
        "period",
        "figure",
        "claims",
        "so",
        "far",
        "variance",
        "less",
        "by",
        "error",
    ]
    assert len(lines) == 4 + 20 + 1
    assert lines[-1] == f"and {len(ranked.candidates) - 20} more that would teach less (--json lists them)"


def test_conflicts_after_a_fit_as_data(folder: str, run: str) -> None:
    data = Ran("evidence", "conflicts", folder, "--run", run, "--json").data
    assert set(data) == {"case", "verdict", "conflicts", "problems"}
    before = Ran("evidence", "conflicts", folder, "--json").data["conflicts"]
    assert [c["claims"] for c in data["conflicts"]] == [c["claims"] for c in before]
    conflict = data["conflicts"][0]
    assert set(conflict) == set(before[0]) | {"judged", "sides", "believed"}
    told = {"claim", "agency", "use", "side", "truth", "wrong_probability", "surprise"}
    told |= {"pull", "without_median", "pareto_k"}
    assert set(conflict["judged"][0]) == told
    assert set(conflict["judged"][0]["truth"]) == BANDS
    assert set(conflict["sides"]) == {"lower", "higher", "neither"}


def test_conflicts_after_a_fit_in_words(
    folder: str, run: str, judged_conflicts: Disputes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disputes, "judge_conflicts", lambda *_: judged_conflicts)
    out = Ran("evidence", "conflicts", folder, "--run", run).out
    assert out.startswith(f"quick look: {len(judged_conflicts.disputes)} contradictions\n\ndepartures, same window: ")
    assert out.count("The fit believes: lower (100%).") >= 1
    rumour = next(line for line in out.splitlines() if line.strip().startswith("C22  "))
    assert rumour.split()[1] == "higher"


@pytest.mark.parametrize(
    ("arguments", "status", "codes"),
    [
        (["agencies", "--observable", "departure"], 2, ["U240"]),
        (["agencies", "--observable", "leaving_rate"], 2, ["U242"]),
        (["next", "--observable", "departure", "--from", "1980-01-01"], 2, ["U240", "U241"]),
        (["next", "--observable", "settled_stock", "--to", "1990-01-01"], 1, ["U244"]),
    ],
)
def test_what_cannot_be_asked(folder: str, run: str, arguments: list[str], status: int, codes: list[str]) -> None:
    command, *flags = arguments
    ran = Ran("evidence", command, folder, "--run", run, *flags, "--json")
    assert (ran.status, ran.codes) == (status, codes)


@pytest.mark.parametrize("command", [["agencies"], ["next", "--observable", "returns"]])
def test_without_a_run_there_is_nothing_to_ask(
    folder: str, command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = Ran("evidence", command[0], folder, *command[1:], "--json")
    assert (ran.status, ran.codes) == (1, ["U204"])
    assert ran.data["problems"][0]["file"] == str(Path("runs") / "shores")


def test_next_must_be_told_of_what(folder: str) -> None:
    assert Ran("evidence", "next", folder).status == 2
