"""Calibrations divided among processes, machines and sittings."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from cli_example import Ran, write_case
from distributed import LocalCluster

from counterstream.case import Case, load_case
from counterstream.errors import CounterstreamError
from counterstream.workflow import calibrate
from counterstream.workflow.calibrate import gather_calibration, read_plan, run_calibration
from counterstream.workflow.sweep import Shard, parse_shard

SHORES = Path(__file__).parents[3] / "validation" / "cases" / "shores"


class Fake:
    """Ranks that tell which simulation they are of."""

    names = ("leaving", "log-likelihood")

    def rank(self, number: int) -> np.ndarray:
        return np.array([number % 10, 9 - number % 10])


@pytest.fixture
def faked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibrate, "_calibrator", lambda folder, plan: Fake())


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return load_case(write_case(tmp_path / "shore"))


def ranks_in(folder: Path) -> list[str]:
    return (folder / "ranks.csv").read_text(encoding="utf-8").splitlines()


@pytest.mark.usefixtures("faked")
def test_parts_in_any_order_give_the_whole(case: Case, tmp_path: Path) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    assert run_calibration(case, whole, 45, 9, 1) == 0
    assert run_calibration(case, parts, 45, 9, 1, shard=Shard(2, 2)) == 25
    assert run_calibration(case, parts, 45, 9, 1, shard=Shard(1, 2)) == 0
    for folder in (whole, parts):
        plan, found = gather_calibration(folder)
        assert (plan.simulations, found.ranks.shape) == (45, (45, 2))
        assert found.names == Fake.names
    assert ranks_in(whole) == ranks_in(parts)
    assert ranks_in(whole)[1:3] == ["0,0,9", "1,1,8"]
    assert json.loads((whole / "summary.json").read_text())["simulations"] == 45


@pytest.mark.usefixtures("faked")
def test_a_stopped_sweep_goes_on_with_what_is_missing(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[int] = []
    honest = calibrate.do_portion

    def stopped(folder: str, portion: int) -> int:
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(portion)
        return honest(folder, portion)

    monkeypatch.setattr(calibrate, "do_portion", stopped)
    with pytest.raises(KeyboardInterrupt):
        run_calibration(case, tmp_path / "s", 40, 9, 1)
    with pytest.raises(CounterstreamError) as caught:
        gather_calibration(tmp_path / "s")
    assert caught.value.codes == ("U253",)
    assert "20 of 40" in str(caught.value)
    plan, found = gather_calibration(tmp_path / "s", so_far=True)
    assert (plan.simulations, found.ranks.shape[0], len(ranks_in(tmp_path / "s"))) == (40, 20, 21)
    assert json.loads((tmp_path / "s" / "summary.json").read_text())["planned"] == 40
    monkeypatch.setattr(
        calibrate, "do_portion", lambda folder, portion: done.append(portion) or honest(folder, portion)
    )
    assert run_calibration(case, tmp_path / "s", 40, 9, 1) == 0
    assert done == [0, 1, 2, 3]


@pytest.mark.usefixtures("faked")
def test_a_sweep_without_any_simulation_is_no_calibration(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(folder: str, portion: int) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(calibrate, "do_portion", stopped)
    with pytest.raises(KeyboardInterrupt):
        run_calibration(case, tmp_path / "s", 40, 9, 1)
    with pytest.raises(CounterstreamError) as caught:
        gather_calibration(tmp_path / "s", so_far=True)
    assert caught.value.codes == ("U253",)


@pytest.mark.usefixtures("faked")
def test_another_sweep_in_the_folder_is_refused(case: Case, tmp_path: Path) -> None:
    run_calibration(case, tmp_path / "s", 10, 9, 1)
    for flags in ((20, 9, 1), (10, 19, 1), (10, 9, 2)):
        with pytest.raises(CounterstreamError) as caught:
            run_calibration(case, tmp_path / "s", *flags)
        assert caught.value.codes == ("U252",)
    # The same case under another path, as another machine may see it, is the same sweep.
    moved = load_case(write_case(tmp_path / "elsewhere" / "shore"))
    assert run_calibration(moved, tmp_path / "s", 10, 9, 1) == 0


def test_a_folder_without_a_sweep(tmp_path: Path) -> None:
    (tmp_path / "sweep.json").write_text("{", encoding="utf-8")
    for folder in (tmp_path / "none", tmp_path):
        with pytest.raises(CounterstreamError) as caught:
            read_plan(folder)
        assert caught.value.codes == ("U254",)


@pytest.mark.parametrize("text", ["", "1", "0/2", "3/2", "1/2/3", "a/b", "-1/2", "1/0"])
def test_parts_that_cannot_be_read(text: str) -> None:
    with pytest.raises(CounterstreamError) as caught:
        parse_shard(text)
    assert caught.value.codes == ("U251",)


def test_every_portion_belongs_to_one_part() -> None:
    assert [[p for p in range(7) if Shard(k, 3).takes(p)] for k in (1, 2, 3)] == [[0, 3, 6], [1, 4], [2, 5]]


@pytest.mark.usefixtures("faked")
def test_no_scheduler_answers(case: Case, tmp_path: Path) -> None:
    with pytest.raises(CounterstreamError) as caught:
        run_calibration(case, tmp_path / "s", 10, 9, 1, dask="tcp://127.0.0.1:9")
    assert caught.value.codes == ("U255",)


@pytest.fixture
def cluster() -> Iterator[str]:
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as found:
        yield found.scheduler_address


def test_two_processes_two_dask_workers_and_one_process_agree(cluster: str, tmp_path: Path) -> None:
    """Real simulations: what a unit gives does not depend on who does it, nor on what he did before."""
    case = load_case(SHORES)
    mixed = tmp_path / "mixed"
    run_calibration(case, mixed, 8, 4, 5, portion=2, shard=Shard(1, 2), workers=2)
    run_calibration(case, mixed, 8, 4, 5, portion=2, shard=Shard(2, 2), dask=cluster)
    plan, found = gather_calibration(mixed)
    alone = calibrate._calibrator.__wrapped__(str(mixed), plan)
    for number in (1, 2, 7):
        np.testing.assert_array_equal(alone.rank(number), found.ranks[number])


@pytest.mark.usefixtures("faked")
def test_commands(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = Ran("sweep", "run", "shore", "--simulations", "20", "--draws", "9", "--shard", "1/2")
    assert (ran.status, ran.out) == (0, "10 simulations of the whole left to do; folder: sweeps/shore\n")
    assert Ran("sweep", "gather", "sweeps/shore", "--json").codes == ["U253"]
    assert Ran("sweep", "run", "shore", "--shard", "3/2", "--json").status == 2
    ran = Ran("sbc", "shore", "--simulations", "20", "--draws", "9")
    assert ran.status == 0
    assert "passed: ranks are as even as chance has them (20 simulations, 2 quantities)" in ran.out
    told = Ran("sweep", "gather", "sweeps/shore", "--json").data["summary"]
    assert (told["passed"], told["simulations"], told["draws"]) == (True, 20, 9)


def test_uneven_ranks_end_with_one(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Low(Fake):
        def rank(self, number: int) -> np.ndarray:
            return np.zeros(2, dtype=np.int64)

    monkeypatch.setattr(calibrate, "_calibrator", lambda folder, plan: Low())
    monkeypatch.chdir(tmp_path)
    ran = Ran("sbc", "shore", "--simulations", "30", "--draws", "9")
    assert ran.status == 1
    assert "FAILED: ranks are uneven" in ran.out
