"""A system with known truth is asked about claims that it has not seen: scores, files, going on after a stop."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ledger_example import CLAIM_COLUMNS, SOURCE, claim_row, write_ledger, write_table

from counterstream.case import Case, load_case
from counterstream.errors import CounterstreamError
from counterstream.evidence.answering import AnsweredClaim, answer_claims
from counterstream.infer.baselines import RULES, foretell_by_rules
from counterstream.infer.fit import Fit, FitSettings
from counterstream.infer.posterior import system_unknowns
from counterstream.infer.scores import Foretold
from counterstream.store.netcdf import read_netcdf
from counterstream.store.run_folder import is_complete
from counterstream.workflow import validate_part
from counterstream.workflow.run import RunResult, RunSettings, fit_case
from counterstream.workflow.validate import ValidationSettings, validate_case
from counterstream.workflow.validate_part import Part, Told
from counterstream.workflow.validation import Validation

LEAVE, RETURN, RESIDENTS = 0.06, 0.15, 50_000.0
YEARS = range(1990, 2000)
FIT = FitSettings(n_chains=8, n_warm=40, n_draws=30)
FOLDS = ValidationSettings(folds=2, by="years", fit=FIT)
LIMITS = ("low90", "low50", "median", "high50", "high90")

SYSTEM = """\
format: counterstream-system/1
name: shores
title: Two shores <known>

time: {step: month, start: 1990-01-01, end: 1999-12-31}
places:
  old: {label: Old shore}
  new: {label: New shore}
statuses:
  resident: {place: old, label: Residents}
  settled: {place: new, label: Settled}
initial:
  - {status: resident, persons: 50000}
parameters:
  leave_rate: {prior: {lognormal: {median: 0.03, sd_log: 1.0}}, unit: per_year, reason: a few in a hundred}
  return_rate: {prior: {lognormal: {median: 0.05, sd_log: 1.0}}, unit: per_year, reason: most stay}
moves:
  leave: {kind: rate, from: resident, to: settled, rate_per_year: leave_rate}
  return: {kind: rate, from: settled, to: resident, rate_per_year: return_rate}
observables:
  departures: {label: Departures, flow: {flows: [leave]}, unit: persons, answers: [{what: [departures]}]}
  returns: {label: Returns, flow: {flows: [return]}, unit: persons, answers: [{what: [returns]}]}
  abroad: {label: Abroad, stock: {statuses: [settled]}, unit: persons, answers: [{what: [abroad]}]}
agencies:
  harbour office: {kind: office, anchor: true}
  gazette: {kind: press, relays: harbour office}
  census: {kind: office}
context:
  - {what: [weather], reason: no quantity of the system}
"""


def true_course() -> dict[tuple[str, int], float]:
    """Return departures and returns of each year, and persons abroad at its end, month by month from the rates."""
    course: dict[tuple[str, int], float] = {}
    here, abroad = RESIDENTS, 0.0
    for year in YEARS:
        left = back = 0.0
        for _ in range(12):
            out, home = here * -math.expm1(-LEAVE / 12), abroad * -math.expm1(-RETURN / 12)
            here, abroad = here - out + home, abroad + out - home
            left, back = left + out, back + home
        course["departures", year], course["returns", year], course["abroad", year] = left, back, abroad
    return course


def rows() -> list[dict[str, str]]:
    """Claims that two agencies would make: 3 % of error, the census 10 % too high."""
    random = np.random.default_rng(5)
    made: list[dict[str, str]] = []
    for (what, year), truth in true_course().items():
        for agency, factor in (("harbour office", 1.0), ("census", 1.1)):
            figure = truth * factor * math.exp(0.03 * random.standard_normal())
            if what == "returns" and year == YEARS[0]:
                continue
            stock = what == "abroad"
            made.append(
                claim_row(
                    id=f"{what[0]}{agency[0]}{year}",
                    what=what,
                    value=str(round(figure)),
                    hedge="exact",
                    agency=agency,
                    quantity_kind="stock" if stock else "flow",
                    period_start=f"{year}-12-31" if stock else f"{year}-01-01",
                    period_end=f"{year}-12-31",
                )
            )
    return made


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    folder = tmp_path_factory.mktemp("cases") / "shores"
    write_ledger(folder, rows(), [SOURCE, {**SOURCE, "source_id": "LATE"}], [])
    (folder / "system.yaml").write_text(SYSTEM, encoding="utf-8")
    return load_case(folder)


class StopAfterFirst:
    """Stops the work when the first fit has been made, as Ctrl-C would."""

    def told(self, phase: str, done: int, total: int, remark: str = "") -> None:
        if phase == "fits" and done == 1 < total and ":" not in remark:
            raise KeyboardInterrupt


class Counted:
    """Counts the fits that are asked for and keeps the claims of each; a fit that is given stands in for all."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, fit: Fit | None = None) -> None:
        self.kept: list[Sequence[AnsweredClaim]] = []
        self._fit_system = validate_part.fit_system
        self._fit = fit
        monkeypatch.setattr(validate_part, "fit_system", self)

    def __call__(self, system: Any, claims: Sequence[AnsweredClaim], *rest: Any, **flags: Any) -> Fit:
        self.kept.append(claims)
        return self._fit or self._fit_system(system, claims, *rest, **flags)


@pytest.fixture(scope="module")
def stopped(case: Case, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Counted, list[str]]:
    """A validation by two folds that was stopped after the first and given again."""
    folder = tmp_path_factory.mktemp("validations") / "shores"
    with pytest.MonkeyPatch.context() as patch:
        counted = Counted(patch)
        with pytest.raises(KeyboardInterrupt):
            validate_case(case, folder, FOLDS, StopAfterFirst())
        left = sorted(path.name for path in folder.glob("part-*"))
        validate_case(case, folder, FOLDS)
    return folder, counted, left


@pytest.fixture(scope="module")
def told(stopped: tuple[Path, Counted, list[str]]) -> dict[str, Any]:
    return json.loads((stopped[0] / "validation.json").read_text())


@pytest.fixture(scope="module")
def run(case: Case, tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    """A finished fit of all claims."""
    return fit_case(case, tmp_path_factory.mktemp("runs") / "shores", RunSettings(fit=FIT))


def test_a_stopped_validation_goes_on_with_the_folds_made(stopped: tuple[Path, Counted, list[str]]) -> None:
    folder, counted, left = stopped
    assert left == ["part-1.npz"]
    assert len(counted.kept) == 2
    assert is_complete(folder)
    assert list(folder.glob("part-*")) == []


def test_no_fit_has_seen_what_it_is_asked_about(
    case: Case, stopped: tuple[Path, Counted, list[str]], told: dict[str, Any]
) -> None:
    kept = [{item.claim.id for item in claims} for claims in stopped[1].kept]
    asked = [{row["id"] for row in told["claims"] if row["fold"] == f"fold {i}"} for i in (1, 2)]
    ids = {claim.id for claim in case.ledger.claims}
    assert [a | k for a, k in zip(asked, kept, strict=True)] == [ids, ids]
    assert [a & k for a, k in zip(asked, kept, strict=True)] == [set(), set()]
    assert asked[0] == {claim.id for claim in case.ledger.claims if claim.last.year % 2 == 0}


def test_claims_left_out_lie_in_their_intervals(told: dict[str, Any]) -> None:
    # 58 claims: were they independent, fewer than 46 in their 90 % intervals would come once in 300 times.
    assert (told["n_claims"], told["n_answered"], told["n_scored"], told["n_already_fitted"]) == (58, 58, 58, 0)
    assert told["coverage_90"] > 46 / 58
    assert told["coverage_90_interval"][0] < told["coverage_90"] <= told["coverage_90_interval"][1]
    assert told["coverage_50"] < told["coverage_90"]
    assert told["median_abs_log_error"] < 0.06


def test_every_figure_follows_from_the_claims(told: dict[str, Any]) -> None:
    claims = told["claims"]
    assert told["coverage_50"] == pytest.approx(np.mean([row["inside_50"] for row in claims]))
    assert told["coverage_90"] == pytest.approx(np.mean([row["inside_90"] for row in claims]))
    assert told["median_abs_log_error"] == pytest.approx(np.median([row["abs_log_error"] for row in claims]))
    for row in claims:
        assert [row[name] for name in LIMITS] == sorted(row[name] for name in LIMITS)
        assert row["abs_log_error"] == pytest.approx(abs(math.log(row["median"] / row["value"])))
        assert row["inside_90"] == (row["low90"] <= row["value"] <= row["high90"])
    low, high, value = (np.log([row[name] for row in claims]) for name in ("low90", "high90", "value"))
    outside = np.maximum(low - value, 0.0) + np.maximum(value - high, 0.0)
    assert told["interval_score_90"] == pytest.approx(np.mean(high - low + 20.0 * outside))


def test_transforms_and_fits_are_told(told: dict[str, Any]) -> None:
    assert {kind: found["n"] for kind, found in told["pit"].items()} == {"flow": 38, "stock": 20}
    assert [fit["label"] for fit in told["fits"]] == ["fold 1", "fold 2"]
    for fit in told["fits"]:
        assert fit["verdict"] in ("fit", "unfit")
        assert fit["max_rhat"] > 0.9
        assert fit["seconds"] > 0.0
        assert fit["left_out"] == ["census", "harbour office"]
    assert told["scale"] == "log of persons, logit of shares"


def test_baselines_stand_beside_the_system_on_the_same_claims(told: dict[str, Any]) -> None:
    assert list(told["baselines"]) == list(RULES)
    for name, found in told["baselines"].items():
        there = [row for row in told["claims"] if row["baselines"][name]["median"] is not None]
        assert found["n"] == len(there)
        errors = [abs(math.log(row["baselines"][name]["median"] / row["value"])) for row in there]
        assert found["median_abs_log_error"] == pytest.approx(np.median(errors))
        assert found["model"]["median_abs_log_error"] == pytest.approx(np.median([r["abs_log_error"] for r in there]))
    assert told["baselines"]["last_value"]["n"] < told["baselines"]["interpolation"]["n"] == 58


def test_the_table_of_claims_is_a_file_too(stopped: tuple[Path, Counted, list[str]], told: dict[str, Any]) -> None:
    with (stopped[0] / "claims_left_out.csv").open(newline="") as stream:
        read = list(csv.DictReader(stream))
    assert [row["id"] for row in read] == [row["id"] for row in told["claims"]]
    assert [float(row["median"]) for row in read] == [row["median"] for row in told["claims"]]
    first = told["claims"][0]["baselines"]["interpolation"]["high90"]
    assert float(read[0]["interpolation_high90"]) == first


def test_some_draws_of_every_fit_are_kept(stopped: tuple[Path, Counted, list[str]], case: Case) -> None:
    flat = read_netcdf(stopped[0] / "fits.nc")["flat"].dataset["flat"]
    assert flat.dims == ("fit", "draw", "unknown")
    assert list(flat.unknown.values) == list(system_unknowns(case.system).labels())
    assert flat.sizes["fit"] == 2
    assert np.isfinite(flat).all()
    # Each fit has seen other claims.
    assert not np.allclose(flat[0], flat[1])


def test_a_complete_validation_is_not_overwritten(case: Case, stopped: tuple[Path, Counted, list[str]]) -> None:
    with pytest.raises(CounterstreamError) as caught:
        validate_case(case, stopped[0], FOLDS)
    assert caught.value.codes == ("R104",)


def test_a_part_of_another_fit_is_not_used(
    case: Case, run: RunResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    def tell(part: Part, fit: Fit, *_: object) -> Told:
        foretold = Foretold.from_rows(np.ones((5, len(part.asked))))
        rules = foretell_by_rules(case.system, part.kept, part.asked)
        return Told(part, foretold, rules, np.full(len(part.asked), 0.5), fit.label, 1.0, 0.1, fit.thinned(5))

    # What is asked is compiled for each set of claims; which part is used again does not depend on it.
    monkeypatch.setattr(validate_part, "_ask", tell)
    # Stopped after the fit and before the end, so that what was foretold is there for the next.
    monkeypatch.setattr("counterstream.workflow.validate.write_csv", stop)
    counted = Counted(monkeypatch, run.fit)
    for seed, what in ((1, "years=1990-1992"), (1, "years=1990-1992"), (2, "years=1990-1992"), (2, "years=1991")):
        settings = ValidationSettings(hold_out=(what,), fit=replace(FIT, seed=seed))
        with pytest.raises(KeyboardInterrupt):
            validate_case(case, tmp_path / "v", settings)
    assert [len(claims) for claims in counted.kept] == [42, 42, 52]


def extra_file(folder: Path, *made: dict[str, str]) -> Path:
    return write_table(folder / "extra.csv", CLAIM_COLUMNS, list(made))


def extra_rows() -> list[dict[str, str]]:
    """Claims of further files: a fitted one, one that relays a fitted one, three new ones, two not of the system."""
    fitted = next(row for row in rows() if row["id"] == "dh1995")
    truth = true_course()
    year = {"period_start": "1995-01-01", "period_end": "1995-12-31", "hedge": "exact", "source_id": "DIARY"}
    return [
        fitted,
        {**fitted, "id": "X1", "agency": "gazette", "source_id": "DIARY"},
        claim_row(id="X2", value=str(round(truth["departures", 1995])), agency="diary", **year),
        claim_row(id="X3", value=str(round(truth["returns", 1995])), what="returns", agency="diary", **year),
        claim_row(id="X4", value=str(round(10.0 * truth["departures", 1995])), agency="pamphlet", **year),
        claim_row(id="X5", value="9", what="houses", unit="houses", agency="diary", **year),
        claim_row(id="X6", value="9", what="weather", agency="diary", **year),
    ]


@pytest.fixture(scope="module")
def checked(case: Case, run: RunResult, tmp_path_factory: pytest.TempPathFactory) -> Validation:
    folder = tmp_path_factory.mktemp("extra")
    settings = ValidationSettings(claims=(extra_file(folder, *extra_rows()),), run=run.folder, fit=FIT)
    with pytest.MonkeyPatch.context() as patch:
        counted = Counted(patch)
        validation = validate_case(case, folder / "v", settings)
    assert counted.kept == []
    return validation


def test_further_claims_are_asked_of_a_finished_run(checked: Validation, run: RunResult) -> None:
    found = checked.summary()
    assert (found["n_claims"], found["n_answered"], found["n_scored"], found["n_already_fitted"]) == (7, 5, 3, 2)
    assert [row["id"] for row in found["claims"]] == ["X2", "X3", "X4"]
    assert {item["id"]: item["reason"] for item in found["unanswered"]} == {
        "X5": "no observable answers it",
        "X6": "no quantity of the system",
    }
    by_id = {row["id"]: row for row in found["claims"]}
    assert by_id["X2"]["inside_90"]
    assert by_id["X3"]["inside_90"]
    assert not by_id["X4"]["inside_90"]
    assert by_id["X4"]["pit"] > 0.95
    assert found["fits"][0]["label"] == str(run.folder)


def test_results_are_labelled(checked: Validation) -> None:
    table = checked.table()
    assert table["low90"].dims == ("claim",)
    assert table["claim"].to_numpy().tolist() == ["X2", "X3", "X4"]
    assert table["agency"].sel(claim="X4").item() == "pamphlet"
    assert table["unit"].to_numpy().tolist() == ["persons"] * 3
    assert table["pit"].attrs["units"] == "1"
    assert table["agency_mean_median"].isnull().all()
    assert bool(table["inside_90"].sel(claim="X2"))


def test_results_show_themselves_in_notebooks(checked: Validation) -> None:
    page = checked._repr_html_()
    assert "Two shores &lt;known&gt;: 3 claims" in page
    assert '<th scope="row">interpolation</th><td>3</td>' in page


def test_nothing_new_asks_for_no_fit(case: Case, tmp_path: Path) -> None:
    settings = ValidationSettings(claims=(extra_file(tmp_path, *extra_rows()[:2]),), fit=FIT)
    found = validate_case(case, tmp_path / "v", settings).summary()
    assert (found["n_claims"], found["n_scored"], found["n_already_fitted"], found["fits"]) == (2, 0, 2, [])
    assert found["coverage_90"] is None
    assert found["baselines"]["interpolation"]["n"] == 0


def codes_of(case: Case, folder: Path, **asked: Any) -> list[str]:
    with pytest.raises(CounterstreamError) as caught:
        validate_case(case, folder / "v", ValidationSettings(**asked))
    assert not (folder / "v").exists()
    return sorted(caught.value.codes)


def test_everything_that_is_wrong_is_told_before_any_work(case: Case, tmp_path: Path, run: RunResult) -> None:
    assert codes_of(case, tmp_path) == ["U228"]
    assert codes_of(case, tmp_path, folds=1) == ["U226"]
    assert codes_of(case, tmp_path, folds=2, by="sources") == ["U227"]
    assert codes_of(case, tmp_path, hold_out=("source=LATE",)) == ["U224"]
    assert codes_of(case, tmp_path, hold_out=("agency=harbour office", "agency=census")) == ["U225"]
    assert codes_of(case, tmp_path, folds=2, run=run.folder) == ["U229"]
    broken = extra_file(tmp_path, claim_row(hedge="perhaps"))
    other = write_table(tmp_path / "other.csv", CLAIM_COLUMNS, [claim_row(value="many")])
    wrong = {"claims": (broken, other), "hold_out": ("years=2-1", "agency=nobody"), "folds": 99}
    assert codes_of(case, tmp_path, **wrong) == ["L201", "L210", "U220", "U222", "U226", "U228"]


def test_a_run_that_cannot_be_used_is_refused_unless_it_may_be_missing(
    case: Case, run: RunResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {"claims": (extra_file(tmp_path, *extra_rows()),), "run": tmp_path}
    assert codes_of(case, tmp_path, **asked) == ["U204"]
    counted = Counted(monkeypatch, run.fit)
    found = validate_case(case, tmp_path / "v", ValidationSettings(**asked, fit_if_missing=True, fit=FIT))
    assert [len(claims) for claims in counted.kept] == [58]
    assert found.told[0].part.label == "all claims"


def test_what_is_kept_is_weighed_without_what_is_held_out(case: Case) -> None:
    repeated = next(claim for claim in case.ledger.claims if claim.id == "dh1995")
    again = replace(repeated, id="again", source_id="LATE", agency="gazette")
    wider = replace(case, ledger=replace(case.ledger, claims=(*case.ledger.claims, again)))
    wide = answer_claims(wider.system, wider.ledger).answered
    fitted = [item for item in wide if item.claim.id in ("dh1995", "again")]
    assert [item.weight for item in fitted] == [0.5, 0.5]
    part = validate_part.part_without(wider, "x", wide, frozenset({"again"}))
    assert {item.weight for item in part.kept} == {1.0}
    assert (part.asked, part.n_repeats) == ((), 1)
