"""``run``, ``fit``, ``simulate``: what they ask of the work, and what they make of its answer."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cli_example import SYSTEM, Ran, write_case

from counterstream.case import Case
from counterstream.errors import CounterstreamError, Problem
from counterstream.infer.fit import FitSettings
from counterstream.store.run_folder import IfComplete, open_run
from counterstream.workflow import run as run_module
from counterstream.workflow import simulate as simulate_module
from counterstream.workflow.run import RunSettings

SUMMARY: dict[str, Any] = {
    "verdict": "fit",
    "max_rhat": 1.0042,
    "min_ess_bulk": 812.3,
    "min_ess_tail": 701.0,
    "divergences": 0,
    "n_fitted": 3,
    "coverage_50": 0.48,
    "coverage_90": 0.91,
    "n_checked": 0,
    "checked_coverage_90": None,
}


class Work:
    """Stands in for the work; keeps what it was asked."""

    def __init__(self) -> None:
        self.name = ""
        self.case: Case | None = None
        self.folder = Path()
        self.settings = RunSettings()
        self.summary = dict(SUMMARY)
        self.error: BaseException | None = None

    def stand_in(self, name: str) -> Callable[..., Any]:
        def work(case: Case, folder: Path, settings: RunSettings, progress: Any) -> Any:
            self.name, self.case, self.folder, self.settings = name, case, folder, settings
            progress.told("mode", 3, 0, "log-density -12.5")
            if self.error is not None:
                raise self.error
            with open_run(folder, settings.if_complete) as run:
                run.write_text("report.html", "<p>")
                run.finish()
            return SimpleNamespace(folder=folder, summary=self.summary)

        return work


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Work:
    """A case ``shore`` where the tests run, and work that is done at once."""
    monkeypatch.chdir(tmp_path)
    write_case(Path("shore"))
    stand_in = Work()
    for name in ("run_case", "fit_case"):
        monkeypatch.setattr(run_module, name, stand_in.stand_in(name))
    return stand_in


def test_priors_and_single_claims_are_told_of_in_words(work: Work) -> None:
    work.summary |= {"prior_sensitivity": {"in_words": "They pull apart."}, "leave_one_out": {"in_words": "1 of 2."}}
    told = Ran("fit", "shore").out.splitlines()
    assert told[told.index("They pull apart.") + 1] == "1 of 2."


@pytest.mark.parametrize("command", ["run", "fit"])
def test_without_flags_the_defaults_are_asked_for(command: str, work: Work) -> None:
    ran = Ran(command, "shore")
    assert ran.status == 0
    assert (work.name, work.folder, work.settings) == (f"{command}_case", Path("runs/shore"), RunSettings())
    assert ran.out.splitlines() == [
        "fit: the diagnostics are met",
        "3 claims fitted, largest R-hat 1.004, least bulk ESS 812, least tail ESS 701, 0 divergences",
        "of the claims, 48% inside their 50 % interval and 91% inside their 90 % interval",
        "report: runs/shore/report.html" if command == "run" else "folder: runs/shore",
    ]


@pytest.mark.parametrize("command", ["run", "fit"])
def test_every_flag_arrives(command: str, work: Work) -> None:
    Path("more.csv").write_text("x")
    flags = (
        "--out there/it --quick --sampler nuts --chains 3 --warm 5 --draws 7 --seed 11 --until 1995-06-30 "
        "--check-claims more.csv --overwrite"
    )
    ran = Ran(command, "shore", *flags.split(), "--exclude-agency", "gazette", "--without", "harbour office")
    assert ran.status == 0
    expected = RunSettings(
        fit=FitSettings(sampler="nuts", n_chains=3, n_warm=5, n_draws=7, seed=11, quick=True),
        exclude_agencies=("gazette", "harbour office"),
        until=date(1995, 6, 30),
        check_ledgers=(Path("more.csv"),),
        if_complete=IfComplete.OVERWRITE,
    )
    assert (work.folder, work.settings) == (Path("there/it"), expected)
    # The hash of a fit and the command that makes it again are made of these.
    assert type(work.settings.fit.sampler) is str
    assert {type(v) for v in dataclasses.asdict(work.settings.fit).values()} <= {str, int, bool, type(None)}


def test_flags_that_cannot_be_are_misuse(work: Work) -> None:
    wrong = [
        ["--until", "1995-13-01"],
        ["--until", "19950101"],
        ["--until", "1995"],
        ["--sampler", "gibbs"],
        ["--chains", "0"],
        ["--draws", "many"],
        ["--seed", "-1"],
        ["--seed", str(2**32)],
        ["--check-claims", "no.csv"],
        ["--check-claims", "shore"],
        ["--out", "shore/system.yaml"],
        ["--bogus"],
    ]
    assert [Ran("run", "shore", *flags).status for flags in wrong] == [2] * len(wrong)
    assert work.case is None


@pytest.mark.parametrize(("verdict", "status"), [("fit", 0), ("quick look", 0), ("unfit", 1)])
@pytest.mark.parametrize("command", ["run", "fit"])
def test_the_verdict_decides_the_status(command: str, verdict: str, status: int, work: Work) -> None:
    work.summary["verdict"] = verdict
    ran = Ran(command, "shore")
    assert ran.status == status
    assert ran.out.lower().startswith(f"{verdict}: ")
    assert Ran(command, "shore", "--overwrite", "--json").status == status


def test_summary_as_json_is_json(work: Work) -> None:
    work.summary["max_rhat"] = float("nan")
    ran = Ran("run", "shore", "--json")
    assert (ran.data["summary"]["max_rhat"], ran.data["summary"]["divergences"]) == (None, 0)
    assert (ran.data["case"], ran.data["folder"], ran.codes) == ("shore", "runs/shore", [])


def test_a_summary_with_gaps_is_told_without_them(work: Work) -> None:
    for name in SUMMARY:
        work.summary[name] = None
    work.summary["verdict"] = "quick look"
    ran = Ran("run", "shore")
    assert ran.status == 0
    assert [line.split(":")[0] for line in ran.out.splitlines()] == ["quick look", "report"]


def test_progress_is_told_apart_from_the_result(work: Work) -> None:
    ran = Ran("run", "shore", "--json")
    assert ran.err == "mode: 0.0 s, log-density -12.5\n"


def test_problems_of_the_work_are_told(work: Work) -> None:
    work.error = CounterstreamError(Problem("F101", "no claim is left to fit", "shore", mend="claim more"))
    ran = Ran("run", "shore")
    assert (ran.status, ran.err) == (1, "shore: F101 error: no claim is left to fit\n    mend: claim more\n")
    assert Ran("run", "shore", "--json").codes == ["F101"]


def test_after_ctrl_c_the_way_on_is_told(work: Work) -> None:
    work.error = KeyboardInterrupt()
    ran = Ran("run", "shore", "--out", "there")
    assert ran.status == 130
    assert "stopped; the same command goes on from what is in there" in ran.err
    assert "without --overwrite goes on" in Ran("run", "shore", "--overwrite").err


@pytest.mark.parametrize(("error", "code"), [(MemoryError(), "U107"), (PermissionError(13, "no", "x"), "U106")])
def test_a_machine_that_refuses_is_a_problem(error: BaseException, code: str, work: Work) -> None:
    work.error = error
    ran = Ran("fit", "shore", "--json")
    assert (ran.status, ran.codes) == (1, [code])


def test_an_error_of_the_program_is_not_hidden(work: Work) -> None:
    work.error = ZeroDivisionError()
    assert isinstance(Ran("run", "shore").error, ZeroDivisionError)


def test_a_complete_run_is_not_overwritten_unasked(work: Work) -> None:
    assert Ran("run", "shore").status == 0
    work.case = None
    ran = Ran("run", "shore", "--json")
    assert (ran.status, ran.codes, work.case) == (1, ["R104"], None)
    assert "--overwrite" in ran.data["problems"][0]["mend"]
    assert Ran("run", "shore", "--overwrite").status == 0


def test_an_unfinished_run_is_taken_up_and_that_is_said(work: Work) -> None:
    open_run(Path("runs/shore")).close()
    assert "going on with the unfinished run in runs/shore" in Ran("run", "shore").err


def test_a_case_without_claims_is_refused_before_the_work(work: Work) -> None:
    Path("bare").mkdir()
    Path("bare/system.yaml").write_text(SYSTEM)
    assert Ran("run", "bare", "--json").codes == ["U105"]
    assert Ran("sbc", "bare", "--json").codes == ["U105"]
    assert work.case is None


def test_fields_of_the_flags_are_fields_of_the_settings() -> None:
    fit = {field.name for field in dataclasses.fields(FitSettings)}
    assert fit >= {"sampler", "n_chains", "n_warm", "n_draws", "seed", "quick"}
    run = {field.name for field in dataclasses.fields(RunSettings)}
    assert run >= {"exclude_agencies", "until", "check_ledgers", "if_complete", "fit"}


def test_simulate_asks_and_tells_totals(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}

    def simulate(case: Case, run: Path | None, **flags: Any) -> dict[str, Any]:
        flags.pop("progress").told("simulate", 1, 1)
        asked.update(flags, run=run, case=case.name)
        total = {"low90": 900.0, "median": 1000.4, "high90": 1200.0}
        told = {k: flags[k] for k in ("engine", "scenario", "n_draws", "seed")}
        taken = {"stands_for": 12, "parts_left_out": ["ties"] if flags["alike"] else []}
        return {"draws_from": "prior" if run is None else "posterior", **told, **taken, "flows": {"leave": total}}

    monkeypatch.setattr(simulate_module, "simulate_case", simulate)
    ran = Ran("simulate", "shore")
    assert ran.status == 0
    assert ran.out.splitlines() == [
        "expected, baseline: totals of 200 draws of the prior",
        "each person followed stands for 12",
        "flow   median  90 % from  to",
        "leave  1,000   900        1,200",
    ]
    assert (asked["run"], asked["engine"], asked["scenario"]) == (None, "expected", None)
    Path("r").mkdir()
    flags = "--run r --engine counts --scenario calm --draws 9 --seed 4 --out tables/calm --json"
    ran = Ran("simulate", "shore", *flags.split())
    assert (ran.status, ran.data["flows"]["leave"]["high90"]) == (0, 1200.0)
    expected = {"run": Path("r"), "engine": "counts", "scenario": "calm", "n_draws": 9, "seed": 4, "case": "shore"}
    assert asked == {
        **expected,
        "out": Path("tables/calm"),
        "followed": 0.0,
        "n_persons": None,
        "alike": False,
        "stepping": "auto",
    }
    ran = Ran("simulate", "shore", "--engine", "persons", "--persons", "500", "--alike", "--stepping", "events")
    assert (asked["n_persons"], asked["alike"], asked["stepping"]) == (500, True, "events")
    assert "left out, since only persons who differ have them: ties" in ran.out
    assert Path("tables/calm").is_dir()


def test_simulate_needs_a_run_and_a_scenario_that_exist(work: Work) -> None:
    assert Ran("simulate", "shore", "--run", "nowhere").status == 2
    assert Ran("simulate", "shore", "--engine", "guess").status == 2
    assert Ran("simulate", "shore", "--histories", "1.5").status == 2
    assert Ran("simulate", "shore", "--histories", "0.5", "--json").codes == ["U207"]
    Path("empty").mkdir()
    assert Ran("simulate", "shore", "--run", "empty", "--json").codes == ["U204"]
    ran = Ran("simulate", "shore", "--scenario", "clam", "--json")
    assert (ran.status, ran.codes) == (2, ["U201"])
    assert "calm" in ran.data["problems"][0]["mend"]


def test_warnings_of_the_case_are_shown_first(work: Work) -> None:
    (Path("shore") / "README.md").write_bytes(b"\xff")
    assert Ran("run", "shore").err.startswith("shore/README.md: U305 warning")
    assert Ran("run", "shore", "--overwrite", "--json").codes == ["U305"]
    assert json.loads(Path("runs/shore/state.json").read_text())["state"] == "complete"
