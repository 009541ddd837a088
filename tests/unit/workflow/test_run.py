"""A case from evidence to report: files, verdict, resuming, scenarios, all engines."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from arviz_stats import loo, psense

from counterstream.case import Case, load_case
from counterstream.errors import CounterstreamError
from counterstream.infer.fit import FitSettings
from counterstream.store.netcdf import read_netcdf
from counterstream.store.run_folder import check_run, is_complete
from counterstream.store.tables import read_parquet
from counterstream.workflow import histories
from counterstream.workflow.fitted import read_left_out
from counterstream.workflow.run import RunResult, RunSettings, fit_case, run_case
from counterstream.workflow.simulate import simulate_case

SETTINGS = RunSettings(fit=FitSettings(n_chains=16, n_warm=40, n_draws=20, chunk=20), n_simulated=64)
FILES = (
    "system.resolved.yaml",
    "evidence.csv",
    "fit.nc",
    "flows.parquet",
    "flows.csv",
    "claims_checked.csv",
    "run.json",
    "views.json",
    "report.html",
)


@pytest.fixture(scope="module")
def case() -> Case:
    return load_case("template")


@pytest.fixture(scope="module")
def result(case: Case, tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    return run_case(case, tmp_path_factory.mktemp("runs") / "two-shores", SETTINGS)


def test_every_file_is_there_and_the_folder_is_whole(result: RunResult) -> None:
    assert all((result.folder / name).stat().st_size > 0 for name in FILES)
    assert is_complete(result.folder)
    assert check_run(result.folder) == ()
    assert not (result.folder / "checkpoint.npz").exists()


def test_the_summary_says_what_was_done(result: RunResult) -> None:
    told = json.loads((result.folder / "run.json").read_text())
    assert told["verdict"] == result.fit.label
    assert told["n_answered"] == told["n_claims"] == 22
    assert told["answered_share"] == 1.0
    assert 0.0 <= told["coverage_50"] <= told["coverage_90"] <= 1.0
    assert told["keys"]["seed"] == 1
    assert {"max_rhat", "min_ess_bulk", "min_ess_tail", "divergences", "versions", "hashes"} <= set(told)
    assert {"compile", "mode", "warm-up", "sampling"} <= set(told["seconds"])


def test_the_posterior_is_labelled_with_units(result: RunResult) -> None:
    posterior = read_netcdf(result.folder / "fit.nc")["posterior"].dataset
    assert posterior["wish_rate"].dims == ("chain", "draw")
    assert posterior["wish_rate"].attrs["units"] == "per_year"
    assert posterior.sizes["chain"] == 16
    assert posterior.attrs["verdict"] == result.fit.label


@pytest.mark.filterwarnings("ignore:Estimated shape parameter")
def test_what_priors_and_claims_say_of_each_draw_is_kept_for_arviz(result: RunResult) -> None:
    """ArviZ takes the file as it is, and finds the same as we do where it does the same."""
    tree = read_netcdf(result.folder / "fit.nc")
    left = tree["leave_one_out"].dataset
    told = loo(tree, var_name="claims", pointwise=True)
    whole = result.fit.pointwise.weight == 1.0
    assert whole.sum() > 15
    np.testing.assert_allclose(told.elpd_i.values[whole], left["elpd"].to_numpy()[whole], atol=0.1)
    assert set(psense(tree).data_vars) >= {"wish_rate"}
    scaled = tree["power_scaling"].dataset
    assert list(scaled.coords["parameter"].to_numpy()) == [p.name for p in result.fit.posterior.system.parameters]
    assert set(scaled["judgement"].to_numpy()) <= {"conflict", "prior", "claims", "neither"}


def test_single_claims_and_priors_are_told_of_in_every_output(result: RunResult) -> None:
    told = json.loads((result.folder / "run.json").read_text())
    scaled, left = told["prior_sensitivity"], told["leave_one_out"]
    assert set(scaled["parameters"]) == {p.name for p in result.fit.posterior.system.parameters}
    assert scaled["reliable"] is result.fit.good
    assert left["n_claims"] == told["n_fitted"]
    assert left["n_reliable"] + len(left["unreliable"]) == left["n_claims"]
    page = (result.folder / "report.html").read_text()
    assert scaled["in_words"].split(".")[0] in page
    assert left["in_words"].split(";")[0] in page
    assert "Claims that the result rests on" in page
    with (result.folder / "claims_checked.csv").open(encoding="utf-8", newline="") as stream:
        rows = {row["id"]: row for row in csv.DictReader(stream)}
    strongest = left["strongest"][0]
    row = rows[strongest["claim"]]
    assert float(row["pull"]) == pytest.approx(strongest["pull"])
    assert float(row["without_low90"]) < float(row["without_median"]) < float(row["without_high90"])
    for name in left["unreliable"]:
        assert rows[name]["pull"] == rows[name]["without_median"] == ""
        assert float(rows[name]["loo_pareto_k"]) > left["pareto_k_limit"]
    assert all(row["loo_pareto_k"] == "" for row in rows.values() if row["use"] != "fit")


def test_what_holds_without_a_claim_is_read_again(result: RunResult) -> None:
    found = read_left_out(result.folder)
    left = result.fit.leave_one_out
    assert tuple(found) == left.claims
    for i, one in enumerate(found.values()):
        assert one.pareto_k == pytest.approx(left.pareto_k[i])
        assert one.pull == (pytest.approx(left.pull[i]) if left.good[i] else None)


def test_flows_hold_baseline_and_scenario(result: RunResult) -> None:
    table = read_parquet(result.folder / "flows.parquet")
    assert set(table["scenario"]) == {"baseline", "open_border"}
    departures = (table["observable"] == "departures") & (table["scenario"] == "baseline")
    assert departures.sum() == 120
    assert (table["low90"][departures] <= table["median"][departures]).all()


def test_the_scenario_changes_nothing_before_its_event(result: RunResult) -> None:
    assert result.results is not None
    base = result.results.series["departures"]
    other = result.results.scenarios[0].series["departures"]
    np.testing.assert_allclose(other[:, :62], base[:, :62], rtol=1e-12)
    assert (other[:, 62:68].sum(axis=1) > base[:, 62:68].sum(axis=1)).all()


def test_the_report_names_the_verdict_and_the_claims(result: RunResult) -> None:
    page = (result.folder / "report.html").read_text()
    assert "Two shores, an illustration" in page
    assert "T001" in page
    assert ("Largest R-hat" in page) or ("largest R-hat" in page)


def test_what_the_views_draw_is_in_the_folder_and_in_the_page(result: RunResult) -> None:
    told = json.loads((result.folder / "views.json").read_text(encoding="utf-8"))
    page = (result.folder / "report.html").read_text(encoding="utf-8")
    held = page.partition('id="counterstream-data">')[2].partition("</script>")[0]
    assert json.loads(held) == told
    departures = next(one for one in told["parts"]["series"] if one["observable"] == "departures")
    claim = departures["claims"][0]
    assert "departures" in claim["definition"]
    assert claim["low90"] <= claim["low50"] <= claim["median"] <= claim["high50"] <= claim["high90"]
    assert [one["name"] for one in told["parts"]["scenarios"]].count("open_border") >= 1
    assert "<iframe" in result._repr_html_()
    assert "largest R-hat" in result.fit._repr_html_()


def test_a_complete_run_is_not_overwritten(case: Case, result: RunResult) -> None:
    before = (result.folder / "run.json").read_bytes()
    with pytest.raises(CounterstreamError) as caught:
        run_case(case, result.folder, SETTINGS)
    assert caught.value.codes == ("R104",)
    assert (result.folder / "run.json").read_bytes() == before


@pytest.mark.parametrize("engine", ["expected", "counts", "persons"])
def test_a_fitted_case_can_be_simulated(case: Case, result: RunResult, tmp_path: Path, engine: str) -> None:
    told = simulate_case(case, result.folder, engine=engine, scenario="open_border", n_draws=8, out=tmp_path)
    assert told["flows"]["apply.approved"]["median"] > 0
    assert (tmp_path / "simulated.parquet").exists()
    again = simulate_case(case, result.folder, engine=engine, scenario="open_border", n_draws=8)
    assert again["flows"] == told["flows"]


def read_histories(folder: Path) -> dict[str, np.ndarray]:
    parts = [read_parquet(path) for path in sorted((folder / "histories").glob("*.parquet"))]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def test_histories_of_all_add_up_to_the_flows_and_those_of_some_are_among_them(
    case: Case, result: RunResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(histories, "EVENTS_A_FILE", 5_000)

    def simulate(followed: float) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        told = simulate_case(case, result.folder, engine="persons", n_draws=3, out=tmp_path, followed=followed)
        return told, read_histories(tmp_path)

    told, everybody = simulate(1.0)
    assert set(everybody) == {"draw", "person", "date", "flow", "group", "household", "region"}
    assert len(list((tmp_path / "histories").glob("draw-0000-part-*.parquet"))) > 1
    for name in case.system.flow_names:
        per_draw = np.bincount(everybody["draw"][everybody["flow"] == name], minlength=3)
        assert np.quantile(per_draw, 0.5) == told["flows"][name]["median"]
    assert set(everybody["region"]) == {"coast", "inland"}
    # The files of before are gone, or everybody's events would be among these.
    _, some = simulate(0.2)
    followed = np.isin(everybody["person"], some["person"])
    assert 0.15 < np.unique(some["person"]).size / np.unique(everybody["person"]).size < 0.25
    for name, column in everybody.items():
        assert np.array_equal(column[followed], some[name])


def test_histories_need_the_persons_engine_and_a_folder(case: Case, result: RunResult, tmp_path: Path) -> None:
    for asked in ({"engine": "counts", "out": tmp_path}, {"engine": "persons"}):
        with pytest.raises(CounterstreamError) as caught:
            simulate_case(case, result.folder, n_draws=2, followed=0.5, **asked)
        assert caught.value.codes == ("U207",)
    assert not (tmp_path / "histories").exists()


def test_unknown_scenarios_and_engines_are_coded(case: Case, result: RunResult) -> None:
    with pytest.raises(CounterstreamError) as caught:
        simulate_case(case, result.folder, scenario="open_boarder")
    assert caught.value.codes == ("U201",)
    assert "open_border" in caught.value.problems[0].mend
    with pytest.raises(CounterstreamError) as caught:
        simulate_case(case, result.folder, engine="guess")
    assert caught.value.codes == ("U203",)


def test_persons_are_stepped_as_asked_and_only_by_their_own_engine(case: Case, result: RunResult) -> None:
    ways = [
        simulate_case(case, result.folder, engine="persons", n_draws=3, stepping=way)["flows"]
        for way in ("auto", "steps", "events")
    ]
    # By itself, persons who are alike are counted.
    assert ways[0] == simulate_case(case, result.folder, engine="counts", n_draws=3)["flows"]
    assert ways[0] != ways[1] != ways[2] != ways[0]
    for asked, code in (({"engine": "counts", "stepping": "events"}, "U218"), ({"engine": "persons"}, "U219")):
        with pytest.raises(CounterstreamError) as caught:
            simulate_case(case, result.folder, n_draws=2, **{"stepping": "leaps", **asked})
        assert caught.value.codes == (code,)


def test_a_folder_without_a_fit_is_coded(case: Case, tmp_path: Path) -> None:
    with pytest.raises(CounterstreamError) as caught:
        simulate_case(case, tmp_path)
    assert caught.value.codes == ("U204",)


def test_a_fit_of_another_system_is_coded(result: RunResult) -> None:
    with pytest.raises(CounterstreamError) as caught:
        simulate_case(load_case("soviet-return-campaigns"), result.folder)
    assert caught.value.codes == ("U205",)


def test_nothing_left_to_fit_is_coded(case: Case, tmp_path: Path) -> None:
    with pytest.raises(CounterstreamError) as caught:
        fit_case(case, tmp_path / "run", RunSettings(until=date(1980, 1, 1)))
    assert caught.value.codes == ("F101",)


def test_an_agency_that_does_not_exist_is_coded(case: Case, tmp_path: Path) -> None:
    with pytest.raises(CounterstreamError) as caught:
        fit_case(case, tmp_path / "run", RunSettings(exclude_agencies=("harbor office",)))
    assert caught.value.codes == ("U202",)


def test_the_report_says_in_words_what_a_scenario_changes(result: RunResult) -> None:
    page = (result.folder / "report.html").read_text()
    assert "does not happen: Border closed" in page
    assert "DropEvent" not in page
