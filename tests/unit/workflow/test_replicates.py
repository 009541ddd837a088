"""Replicates of draws: divided, stopped, gathered, and their variance taken apart."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from cli_example import SYSTEM, Ran, write_case
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import counterstream
from counterstream.case import Case, load_case
from counterstream.errors import CounterstreamError
from counterstream.workflow import replicate
from counterstream.workflow.left_out import say_left_out
from counterstream.workflow.replicate import run_replicates
from counterstream.workflow.replicated import gather_replicates
from counterstream.workflow.sweep import Shard
from counterstream.workflow.variance import split_variance

#: Three draws, four times each, in portions that cut through draws.
SMALL = {"engine": "counts", "n_draws": 3, "n_replicates": 4, "portion": 5}


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return load_case(write_case(tmp_path / "shore"))


def test_variances_of_a_table_worked_out_by_hand() -> None:
    """Means 2 and 6; squares within 2 and 8 on one degree of freedom each; (8 - 5 / 2) between."""
    spread = split_variance(np.array([[1.0, 3.0], [4.0, 8.0]]))
    assert (float(spread.mean), float(spread.within), float(spread.between)) == (4.0, 5.0, 5.5)
    assert float(spread.chance_share) == 5.0 / 10.5


def test_variances_of_many_draws_are_those_they_were_made_with() -> None:
    random = np.random.default_rng(1)
    values = random.normal(0.0, 3.0, (4000, 1, 2)) + random.normal(0.0, [2.0, 0.0], (4000, 6, 2))
    spread = split_variance(values)
    # Four standard errors of each.
    np.testing.assert_allclose(spread.between, 9.0, rtol=4.0 * np.sqrt(2.0 / 4000) * 1.1)
    np.testing.assert_allclose(spread.within, [4.0, 0.0], rtol=4.0 * np.sqrt(2.0 / 20_000), atol=1e-12)


def test_chance_alone_is_not_taken_for_a_difference_between_draws() -> None:
    """The plain variance of draws' means would be a sixth of the chance; the estimate is 0 on average."""
    random = np.random.default_rng(2)
    spread = split_variance(random.normal(0.0, 1.0, (40, 6, 5000)))
    # A negative estimate is cut at 0, so the mean lies above it, by less than one standard deviation.
    assert spread.between.mean() < 0.6 * np.sqrt(2.0 / 39) / 6
    assert (spread.between == 0.0).mean() > 0.4


@given(arrays(float, (3, 2, 2), elements=st.floats(-1e6, 1e6)))
def test_the_order_of_draws_and_replicates_says_nothing(values: np.ndarray) -> None:
    spread = split_variance(values)
    turned = split_variance(values[::-1, ::-1])
    for one, other in zip(spread, turned, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-3)
        assert (one[...] >= 0.0).all() or one is spread.mean


def test_values_that_are_missing_stay_missing() -> None:
    values = np.ones((2, 2, 2))
    values[1, 0, 1] = np.nan
    spread = split_variance(values)
    assert np.isnan(spread.within).tolist() == [False, True]
    assert np.isnan(spread.chance_share).tolist() == [True, True]


@pytest.mark.parametrize("shape", [(1, 5), (5, 1)])
def test_one_of_either_has_no_variance(shape: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="two draws and two replicates"):
        split_variance(np.zeros(shape))


@pytest.mark.parametrize("engine", ["counts", "persons"])
def test_parts_stopped_and_spread_over_processes_give_the_whole(
    engine: str, case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One process at one go; and: one portion, a stop, the rest of one half, two processes for the other."""
    plan = {**SMALL, "engine": engine}
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    assert run_replicates(case, None, whole, **plan) == 0
    honest = replicate.do_portion
    done: list[int] = []

    def stopped(folder: str, portion: int) -> int:
        if done:
            raise KeyboardInterrupt
        done.append(portion)
        return honest(folder, portion)

    monkeypatch.setattr(replicate, "do_portion", stopped)
    with pytest.raises(KeyboardInterrupt):
        run_replicates(case, None, parts, shard=Shard(1, 2), **plan)
    monkeypatch.setattr(replicate, "do_portion", honest)
    assert done == [0]
    with pytest.raises(CounterstreamError) as caught:
        gather_replicates(parts)
    assert caught.value.codes == ("U253",)
    assert "7 of 12 simulations" in str(caught.value)
    assert run_replicates(case, None, parts, shard=Shard(2, 2), workers=2, **plan) == 2
    assert run_replicates(case, None, parts, **plan, workers=2) == 0
    one, other = gather_replicates(whole), gather_replicates(parts)
    xr.testing.assert_identical(one.simulations, other.simulations)
    xr.testing.assert_identical(one.moments, other.moments)
    # Every simulation has chance of its own.
    courses = one.simulations["flow_totals"].to_numpy().reshape(12, -1)
    assert len({tuple(course) for course in courses.tolist()}) == 12


def test_a_sweep_that_was_killed_goes_on_to_the_same_end(case: Case, tmp_path: Path) -> None:
    """Killed by the system between two portions or within one: nothing half written is ever taken."""
    numbers = ["--engine", "counts", "--draws", "6", "--replicates", "3", "--portion", "1"]
    command = [sys.executable, "-m", "counterstream", "sweep", "simulate", str(case.folder), *numbers]
    killed = tmp_path / "killed"
    source = str(Path(counterstream.__file__).parents[1])
    with subprocess.Popen(
        [*command, "--out", str(killed)],
        env={**os.environ, "PYTHONPATH": source},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        while not (killed / "part-00001.nc").exists():
            assert process.poll() is None
            time.sleep(0.01)
        process.kill()
    left = len([n for n in range(18) if not (killed / f"part-{n:05d}.nc").exists()])
    assert left > 0
    plan = {"engine": "counts", "n_draws": 6, "n_replicates": 3, "portion": 1}
    assert run_replicates(case, None, killed, **plan) == 0
    assert run_replicates(case, None, tmp_path / "whole", **plan) == 0
    one, other = gather_replicates(tmp_path / "whole"), gather_replicates(killed)
    xr.testing.assert_identical(one.simulations, other.simulations)


def test_an_engine_of_cohorts_says_what_it_leaves_out(tmp_path: Path) -> None:
    persons = "persons:\n  ties: {kin: {mean: 4}}\n  exposures: {away: {ties: kin, statuses: [settled]}}\n"
    persons += "  terms: [{move: leave, effect: 0.1, of: away}]\n"
    case = load_case(write_case(tmp_path / "shore", SYSTEM + persons))
    sentence = "the engine counts does without what only persons have: ties, exposures"
    assert say_left_out(case.system, "counts") == sentence
    assert say_left_out(case.system, "persons") == ""
    run_replicates(case, None, tmp_path / "s", **SMALL)
    assert sentence in Ran("sweep", "gather", str(tmp_path / "s")).out.splitlines()
    assert Ran("sweep", "gather", str(tmp_path / "s"), "--json").data["summary"]["left_out"] == sentence


def test_a_run_without_a_fit_is_refused(case: Case, tmp_path: Path) -> None:
    with pytest.raises(CounterstreamError) as caught:
        run_replicates(case, tmp_path, tmp_path / "s", **SMALL)
    assert caught.value.codes == ("U204",)


def test_the_result_is_labelled_and_adds_up(case: Case, tmp_path: Path) -> None:
    run_replicates(case, None, tmp_path / "s", **SMALL)
    gather_replicates(tmp_path / "s")
    with xr.open_datatree(tmp_path / "s" / "replicates.nc", engine="h5netcdf") as tree:
        simulations, moments = tree["simulations"].dataset.load(), tree["moments"].dataset.load()
    assert dict(simulations["flows"].sizes) == {
        "draw": 3,
        "replicate": 4,
        "period": len(case.system.clock.calendar_years) + 1,
        "group": len(case.system.groups),
        "flow": len(case.system.flow_names),
    }
    xr.testing.assert_equal(simulations["flows"].sum("group"), simulations["flow_totals"])
    years = simulations["flow_totals"].drop_sel(period="whole").sum("period")
    xr.testing.assert_allclose(years, simulations["flow_totals"].sel(period="whole", drop=True))
    np.testing.assert_allclose(moments["flows"], simulations["flows"].mean(("draw", "replicate")), rtol=1e-12)
    within = simulations["stocks"].var("replicate", ddof=1).mean("draw")
    np.testing.assert_allclose(moments["stocks_within"], within, rtol=1e-9, atol=1e-9)
    assert "Searle" in moments.attrs["estimator"]
    told = json.loads((tmp_path / "s" / "summary.json").read_text(encoding="utf-8"))
    assert (told["draws"], told["replicates"], told["draws_from"]) == (3, 4, "prior")
    assert {row["flow"] for row in told["flow_totals"]} == set(case.system.flow_names)


def test_what_is_done_so_far_is_that_of_whole_draws(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_replicates(case, None, tmp_path / "s", **SMALL)
    whole = gather_replicates(tmp_path / "s")
    (tmp_path / "s" / "part-00002.nc").unlink()
    some = gather_replicates(tmp_path / "s", so_far=True)
    assert some.simulations["draw"].to_numpy().tolist() == [0, 1]
    xr.testing.assert_identical(some.simulations, whole.simulations.isel(draw=[0, 1]))
    (tmp_path / "s" / "part-00001.nc").unlink()
    with pytest.raises(CounterstreamError) as caught:
        gather_replicates(tmp_path / "s", so_far=True)
    assert caught.value.codes == ("U253",)


def test_another_sweep_in_the_folder_is_refused(case: Case, tmp_path: Path) -> None:
    run_replicates(case, None, tmp_path / "s", **SMALL)
    for other in ({"n_replicates": 5}, {"seed": 2}, {"portion": 6}, {"engine": "persons"}, {"scenario": "calm"}):
        with pytest.raises(CounterstreamError) as caught:
            run_replicates(case, None, tmp_path / "s", **{**SMALL, **other})
        assert caught.value.codes == ("U252",)
    file = case.folder / "system.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("persons: 20000", "persons: 20001"), encoding="utf-8")
    (tmp_path / "s" / "part-00001.nc").unlink()
    replicate._simulator.cache_clear()
    with pytest.raises(CounterstreamError) as caught:
        replicate.do_portion(str(tmp_path / "s"), 1)
    assert caught.value.codes == ("U252",)


@pytest.mark.parametrize("wrong", [{"engine": "expected"}, {"n_draws": 1}, {"n_replicates": 1}, {"engine": "guess"}])
def test_what_leaves_no_variance_to_separate_is_refused(wrong: dict[str, object], case: Case, tmp_path: Path) -> None:
    with pytest.raises(CounterstreamError) as caught:
        run_replicates(case, None, tmp_path / "s", **{**SMALL, **wrong})
    assert caught.value.codes == ("U256",)
    assert not (tmp_path / "s").exists()


def test_commands(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    flags = ["shore", "--engine", "counts", "--draws", "3", "--replicates", "2", "--portion", "2", "--out", "spread"]
    ran = Ran("sweep", "simulate", *flags, "--shard", "1/2")
    assert (ran.status, ran.out) == (0, "2 simulations of the whole left to do; folder: spread\n")
    assert Ran("sweep", "gather", "spread", "--json").codes == ["U253"]
    assert Ran("sweep", "simulate", *flags, "--shard", "2/2", "--json").data["left"] == 0
    ran = Ran("sweep", "gather", "spread")
    assert ran.status == 0
    assert ran.out.startswith("counts, baseline: 3 draws of the prior, 2 times each\n")
    assert "sd within (chance)" in ran.out
    assert "by year and group: spread/replicates.nc" in ran.out
    told = Ran("sweep", "gather", "spread", "--json").data["summary"]
    row = next(row for row in told["flow_totals"] if row["flow"] == "leave")
    assert row["low90"] <= row["mean"] <= row["high90"]
    assert 0.0 < row["chance_share"] < 1.0
    assert Ran("sweep", "simulate", *flags, "--shard", "3/2", "--json").codes == ["U251"]
    assert Ran("sweep", "simulate", "shore", "--engine", "expected", "--out", "other", "--json").codes == ["U256"]
    assert Ran("sweep", "simulate", "shore", "--replicates", "1").status == 2
