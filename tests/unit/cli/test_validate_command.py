"""``validate``: what it asks of the work, and how it tells the scores."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli_example import Ran, write_case
from ledger_example import CLAIM_COLUMNS, claim_row, write_table

from counterstream.case import Case
from counterstream.cli.validating import Way
from counterstream.errors import CounterstreamError
from counterstream.evidence.answering import answer_claims
from counterstream.evidence.hold_out import deal_folds
from counterstream.infer.baselines import RULES
from counterstream.infer.fit import FitSettings
from counterstream.infer.scores import Foretold
from counterstream.store.run_folder import IfComplete
from counterstream.workflow import validate as validate_module
from counterstream.workflow.validate import ValidationSettings
from counterstream.workflow.validate_part import Part, Told
from counterstream.workflow.validation import Unscored, Validation

KEYS = {
    "format",
    "case",
    "folder",
    "asked",
    "scale",
    "n_claims",
    "n_answered",
    "n_scored",
    "n_already_fitted",
    "coverage_50",
    "coverage_50_interval",
    "coverage_90",
    "coverage_90_interval",
    "interval_score_90",
    "median_abs_log_error",
    "baselines",
    "pit",
    "fits",
    "claims",
    "unanswered",
    "problems",
}
SCORES = {
    "coverage_50",
    "coverage_50_interval",
    "coverage_90",
    "coverage_90_interval",
    "interval_score_90",
    "median_abs_log_error",
}
LIMITS = ("low90", "low50", "median", "high50", "high90")
CLAIM_KEYS = {
    *("id", "observable", "unit", "agency", "source_id", "first", "last", "fold", "value"),
    *LIMITS,
    *("inside_50", "inside_90", "abs_log_error", "pit", "baselines"),
}


def make_validation(case: Case, verdict: str = "fit") -> Validation:
    """Return a validation of the case's first two claims, 1,200 and 400 departures in 1990."""
    asked = answer_claims(case.system, case.ledger).answered[:2]
    model = Foretold(*(np.array([x, x]) for x in (600.0, 900.0, 1000.0, 1100.0, 2000.0)))
    nothing = Foretold.from_rows(np.full((5, 2), np.nan))
    rules = {name: nothing if name == "agency_mean" else model for name in RULES}
    told = Told(Part("fold 1", (), asked), model, rules, np.array([0.8, 0.01]), verdict, None, 2.0, np.zeros((0, 1)))
    return Validation(case, {"folds": 2, "by": "years"}, (told,), 4, 1, (Unscored("C4", "no observable answers it"),))


class Work:
    """Stands in for the work; keeps what it was asked."""

    def __init__(self) -> None:
        self.folder = Path()
        self.settings: ValidationSettings | None = None
        self.verdict = "fit"
        self.error: BaseException | None = None

    def __call__(self, case: Case, folder: Path, settings: ValidationSettings, progress: Any) -> Validation:
        self.folder, self.settings = folder, settings
        progress.told("fits", 0, 1, "fold 1")
        if self.error is not None:
            raise self.error
        return make_validation(case, self.verdict)


@pytest.fixture
def shore(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A case ``shore`` where the tests run."""
    monkeypatch.chdir(tmp_path)
    return write_case(Path("shore"))


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch, shore: Path) -> Work:
    stand_in = Work()
    monkeypatch.setattr(validate_module, "validate_case", stand_in)
    return stand_in


def test_scores_are_told_beside_those_of_simple_rules(work: Work) -> None:
    ran = Ran("validate", "shore", "--folds", "2", "--by", "years")
    assert ran.status == 0
    lines = [line.split("  ") for line in ran.out.splitlines()]
    assert lines[0] == ["4 claims asked about, 2 scored, 1 already fitted, 1 not answered"]
    cells = [[cell.strip() for cell in line if cell.strip()] for line in lines]
    assert cells[1][:3] == ["foretold by", "claims", "with intervals"]
    assert cells[2][:5] == ["fitted system", "2", "2", "0% (0% to 57%)", "50% (12% to 88%)"]
    assert cells[3][0] == "interpolation"
    assert cells[7] == ["agency mean", "0", "0"]
    assert cells[10:12] == [["fit", "verdict", "largest R-hat", "claims asked"], ["fold 1", "fit", "none", "2"]]
    assert cells[14] == ["C4", "no observable answers it"]
    assert lines[-1] == ["folder: validations/shore"]
    assert ran.err.startswith("fits: ")


def test_every_option_arrives(work: Work) -> None:
    write_table(Path("more.csv"), CLAIM_COLUMNS, [claim_row()])
    Path("r").mkdir()
    flags = "--claims more.csv --run r --out there --quick --sampler nuts --chains 3 --warm 5 --draws 7 --seed 11"
    assert Ran("validate", "shore", *flags.split(), "--overwrite").status == 0
    fit = FitSettings(sampler="nuts", n_chains=3, n_warm=5, n_draws=7, seed=11, quick=True)
    overwrite = IfComplete.OVERWRITE
    expected = ValidationSettings(claims=(Path("more.csv"),), run=Path("r"), fit=fit, if_complete=overwrite)
    assert (work.folder, work.settings) == (Path("there"), expected)


def test_the_usual_run_is_asked_about_further_claims_if_it_is_there(work: Work) -> None:
    write_table(Path("more.csv"), CLAIM_COLUMNS, [claim_row()])
    assert Ran("validate", "shore", "--claims", "more.csv").status == 0
    usual = ValidationSettings(claims=(Path("more.csv"),), run=Path("runs/shore"), fit_if_missing=True)
    assert work.settings == usual
    assert Ran("validate", "shore", "--hold-out", "agency=gazette", "--hold-out", "years=1990").status == 0
    held_out = ("agency=gazette", "years=1990")
    assert work.settings == ValidationSettings(hold_out=held_out, fit_if_missing=True)


def test_json_has_the_keys_that_are_documented(work: Work) -> None:
    told = Ran("validate", "shore", "--folds", "2", "--json").data
    assert set(told) == KEYS
    assert (told["n_claims"], told["n_answered"], told["n_scored"], told["n_already_fitted"]) == (4, 3, 2, 1)
    assert (told["coverage_50"], told["coverage_90"]) == (0.0, 0.5)
    assert list(told["baselines"]) == list(RULES)
    assert set(told["baselines"]["interpolation"]) == {"n", "n_intervals", "model", *SCORES}
    assert set(told["baselines"]["interpolation"]["model"]) == SCORES
    assert told["baselines"]["agency_mean"]["coverage_90"] is None
    assert {kind: set(found) for kind, found in told["pit"].items()} == {
        "flow": {"n", "mean", "below_05", "above_95", "ks_p"}
    }
    expected = {"label", "verdict", "max_rhat", "seconds", "n_fitted", "left_out", "n", "n_intervals", *SCORES}
    assert [set(fit) for fit in told["fits"]] == [expected]
    assert [set(row) for row in told["claims"]] == [CLAIM_KEYS, CLAIM_KEYS]
    first = told["claims"][0]
    assert (first["id"], first["inside_90"], first["fold"]) == ("C1", True, "fold 1")
    assert first["value"] == pytest.approx(1200.0)
    assert set(first["baselines"]["interpolation"]) == set(LIMITS)
    assert first["baselines"]["agency_mean"]["median"] is None
    assert told["unanswered"] == [{"id": "C4", "reason": "no observable answers it"}]


@pytest.mark.parametrize(("verdict", "status"), [("fit", 0), ("quick look", 0), ("unfit", 1)])
def test_an_unfit_fit_decides_the_status(verdict: str, status: int, work: Work) -> None:
    work.verdict = verdict
    assert Ran("validate", "shore", "--folds", "2").status == status


def test_after_ctrl_c_the_way_on_is_told(work: Work) -> None:
    work.error = KeyboardInterrupt()
    ran = Ran("validate", "shore", "--folds", "2")
    assert ran.status == 130
    assert "stopped; the same command goes on from what is in validations/shore" in ran.err


@pytest.mark.parametrize(
    ("flags", "codes"),
    [
        ([], ["U228"]),
        (["--folds", "1"], ["U226"]),
        (["--folds", "2", "--hold-out", "agency=gazete"], ["U228", "U222", "U226"]),
        (["--hold-out=ages=1-2", "--hold-out=years=1992-1990", "--hold-out=source=RAG"], ["U220", "U221", "U223"]),
        (["--hold-out", "years=1999"], ["U224"]),
        (["--hold-out", "agency=gazette"], ["U225"]),
        (["--folds", "2", "--by", "claims", "--run", "shore"], ["U229"]),
    ],
)
def test_what_cannot_be_asked_is_misuse_and_told_at_once(flags: list[str], codes: list[str], shore: Path) -> None:
    ran = Ran("validate", "shore", *flags, "--json")
    assert (ran.status, ran.codes) == (2, codes)
    assert not Path("validations").exists()


def test_options_that_cannot_be_are_misuse(work: Work) -> None:
    wrong = [["--by", "ages"], ["--folds", "few"], ["--claims", "no.csv"], ["--run", "nowhere"], ["--chains", "0"]]
    assert [Ran("validate", "shore", *flags).status for flags in wrong] == [2] * len(wrong)
    assert work.settings is None


def test_a_file_of_claims_that_cannot_be_read_is_told(shore: Path) -> None:
    write_table(Path("more.csv"), CLAIM_COLUMNS, [claim_row(hedge="perhaps")])
    ran = Ran("validate", "shore", "--claims", "more.csv", "--json")
    assert (ran.status, ran.codes) == (1, ["L210"])


def test_ways_to_deal_are_those_of_the_work() -> None:
    with pytest.raises(CounterstreamError) as caught:
        deal_folds((), 2, "ages")
    assert caught.value.problems[0].allowed == ", ".join(Way)
