"""``project``: what it asks of the work, and what it makes of its answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cli_example import SYSTEM, Ran, write_case

from counterstream.case import Case
from counterstream.errors import CounterstreamError, Problem
from counterstream.infer.fit import FitSettings
from counterstream.store.run_folder import IfComplete, open_run
from counterstream.workflow import project as project_module
from counterstream.workflow.project_plan import ProjectionSettings

RULE = {"n": 2, "median_abs_log_error": 0.4, "model_median_abs_log_error": 0.125}
SCORES = {
    "n": 3,
    "coverage_50": 0.5,
    "coverage_90": 1.0,
    "median_abs_log_error": 0.1,
    "naive": {
        "last_value": RULE,
        "drift": {"n": 0, "median_abs_log_error": None, "model_median_abs_log_error": None},
    },
}
BAND = {"low90": 100.0, "low50": 200.0, "median": 1234.5, "high50": 1300.0, "high90": 2000.0}
SHARE = dict.fromkeys(BAND, 0.25)
EVENT = {"name": "war", "label": "War", "kind": "event", "day": "1997-03-01", "dropped": False}
SUMMARY: dict[str, Any] = {
    "format": "counterstream-projection/1",
    "case": "shore",
    "evidence_until": "1996-12-31",
    "until": "2005-12-31",
    "n_fitted": 17,
    "verdict": "fit",
    "max_rhat": 1.004,
    "extrapolated": [{"name": "openness", "label": "Openness"}],
    "held": [{"name": "charge", "label": "Charge", "since": None}],
    "later_events": [
        EVENT,
        {**EVENT, "label": "Peace", "dropped": True},
        {**EVENT, "kind": "end of an event", "day": "1998-01-31"},
        {**EVENT, "label": "Charge", "kind": "change of an instrument", "day": "1999-01-01"},
    ],
    "rhythms_ended": ["decide"],
    "observables": {
        "departures": {
            "unit": "persons per year",
            "kind": "flow",
            "years": [{"year": year, **BAND} for year in (1996, 1997, 1998, 2005)],
        },
        "returned": {"unit": "share", "kind": "share", "years": [{"year": 2005, **SHARE}]},
        "silent": {"unit": "persons", "kind": "stock", "years": []},
    },
    "record": [],
    "record_together": {"0-1": SCORES},
}


class Work:
    """Stands in for the work; keeps what it was asked."""

    def __init__(self) -> None:
        self.folder = Path()
        self.settings: ProjectionSettings | None = None
        self.summary = dict(SUMMARY)
        self.error: BaseException | None = None

    def stand_in(self) -> Callable[..., Any]:
        def work(case: Case, folder: Path, settings: ProjectionSettings, progress: Any) -> Any:
            del case
            self.folder, self.settings = folder, settings
            progress.told("record", 1, 5, "evidence until 1993-12-31")
            if self.error is not None:
                raise self.error
            with open_run(folder, settings.if_complete) as run:
                run.finish()
            return SimpleNamespace(summary=lambda: self.summary)

        return work


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Work:
    """A case ``shore`` where the tests run, and work that is done at once."""
    monkeypatch.chdir(tmp_path)
    write_case(Path("shore"))
    stand_in = Work()
    monkeypatch.setattr(project_module, "project_case", stand_in.stand_in())
    return stand_in


def test_without_flags_the_defaults_are_asked_for(work: Work) -> None:
    assert Ran("project", "shore", "--until", "2005").status == 0
    assert (work.folder, work.settings) == (Path("projections/shore"), ProjectionSettings("2005"))


def test_every_flag_arrives(work: Work) -> None:
    flags = (
        "--until 2005-06-30 --from-evidence-until 1996 --without-later-events --origins 1993,1994-06-30 "
        "--observable departures --observable returned --out there --overwrite "
        "--quick --sampler nuts --chains 3 --warm 5 --draws 7 --seed 11"
    )
    assert Ran("project", "shore", *flags.split()).status == 0
    assert work.folder == Path("there")
    assert work.settings == ProjectionSettings(
        "2005-06-30",
        evidence_until="1996",
        without_later_events=True,
        observables=("departures", "returned"),
        origins=("1993", "1994-06-30"),
        fit=FitSettings(sampler="nuts", n_chains=3, n_warm=5, n_draws=7, seed=11, quick=True),
        if_complete=IfComplete.OVERWRITE,
    )
    assert Ran("project", "shore", "--until", "2005", "--no-record").status == 0
    assert work.settings == ProjectionSettings("2005", origins=())


def test_what_cannot_be_is_misuse(work: Work) -> None:
    assert Ran("project", "shore").status == 2
    assert Ran("project", "shore", "--until", "2005", "--no-record", "--origins", "1993").status == 2
    assert work.settings is None


def test_the_result_is_told(work: Work) -> None:
    ran = Ran("project", "shore", "--until", "2005")
    lines = [" ".join(line.split()) for line in ran.out.splitlines()]
    assert lines == [
        "fit: the diagnostics are met",
        "17 claims fitted, largest R-hat 1.004",
        "evidence until 1996-12-31, projected until 2005-12-31",
        "goes on by its prior: Openness",
        "stands at its last value: Charge",
        "known by hindsight, not from the evidence: War (1997-03-01), Charge (1999-01-01)",
        "left out, since it came after the evidence: Peace (1997-03-01)",
        "released at once after the declared period: decide",
        "observable unit year median 90 % interval",
        "departures persons per year 1997 1,234 100 to 2,000",
        "departures persons per year 2005 1,234 100 to 2,000",
        "returned share 2005 25.0 % 25.0 % to 25.0 %",
        "how such projections did, by years ahead. The error is the median of |log(projected / reported)|: "
        "0.10 is about 10 per cent.",
        "years claims inside 50 % inside 90 % error naive rules: error (the model's on the same claims)",
        "0-1 3 50.0 % 100 % 0.10 last value 0.40 (0.12)",
        "folder: projections/shore",
    ]


@pytest.mark.parametrize(("verdict", "status"), [("fit", 0), ("quick look", 0), ("unfit", 1)])
def test_the_verdict_decides_the_status(verdict: str, status: int, work: Work) -> None:
    work.summary["verdict"] = verdict
    assert Ran("project", "shore", "--until", "2005").status == status


@pytest.mark.parametrize(("code", "status"), [("U230", 2), ("U234", 2), ("U238", 2), ("U233", 1)])
def test_problems_are_told(code: str, status: int, work: Work) -> None:
    work.error = CounterstreamError(Problem(code, "no"))
    ran = Ran("project", "shore", "--until", "2005", "--json")
    assert (ran.status, ran.codes) == (status, [code])


def test_after_ctrl_c_the_way_on_is_told(work: Work) -> None:
    work.error = KeyboardInterrupt()
    ran = Ran("project", "shore", "--until", "2005")
    assert ran.status == 130
    assert "stopped; the same command goes on from what is in projections/shore" in ran.err


def test_a_complete_projection_is_not_overwritten_unasked(work: Work) -> None:
    assert Ran("project", "shore", "--until", "2005").status == 0
    ran = Ran("project", "shore", "--until", "2005", "--json")
    assert (ran.status, ran.codes) == (1, ["R104"])


def test_a_case_without_claims_is_refused_before_the_work(work: Work) -> None:
    Path("bare").mkdir()
    Path("bare/system.yaml").write_text(SYSTEM)
    assert Ran("project", "bare", "--until", "2005", "--json").codes == ["U105"]
    assert work.settings is None


def test_one_document_as_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_case(Path("shore"))
    ran = Ran("project", "shore", "--until", "2001", "--quick", "--no-record", "--observable", "departures", "--json")
    assert ran.status == 0
    assert list(ran.data) == [*SUMMARY, "folder", "problems"]
    assert (ran.data["case"], ran.data["evidence_until"], ran.data["until"]) == ("shore", "1990-12-31", "2001-12-31")
    assert (ran.data["verdict"], ran.data["max_rhat"], ran.data["n_fitted"]) == ("quick look", None, 2)
    told = ran.data["observables"]["departures"]
    assert (told["unit"], told["kind"]) == ("persons per year", "flow")
    assert [list(row) for row in told["years"]] == [["year", *BAND]] * 12
    assert [row["year"] for row in told["years"]] == list(range(1990, 2002))
    assert (ran.data["record"], ran.data["record_together"]) == ([], {})
