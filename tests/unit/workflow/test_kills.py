"""A fit that is killed again and again ends with the draws of one that is left alone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

#: Where the fit is killed: each is reached by the start after the one before.
KILLS = (("compile", 0), ("warm-up", 10), ("sampling", 35))
SETTINGS: dict[str, Any] = {
    "sampler": "hmc",
    "n_chains": 4,
    "n_warm": 20,
    "n_draws": 20,
    "chunk": 5,
    "seed": 1,
    "quick": False,
}


class KillAt:
    """Kills the process when a phase has come so far: before what was reached is saved."""

    def __init__(self, phase: str, done: int) -> None:
        self.phase, self.done = phase, done

    def told(self, phase: str, done: int, total: int, remark: str = "") -> None:
        del total, remark
        if phase == self.phase and done >= self.done:
            os.kill(os.getpid(), signal.SIGKILL)


def fit_and_kill(place: Path) -> None:
    """Fit in forks of this process, which does not use JAX: one left alone, and one killed at each place."""
    import jax.numpy  # noqa: F401  # slow to import, and starts nothing
    import numpyro.infer  # noqa: F401
    import scipy.stats  # noqa: F401
    import xarray  # noqa: F401

    from counterstream.store.checkpoint import load_checkpoint
    from counterstream.store.run_folder import check_run

    told = []
    for name, where in (("alone", None), *(("killed", where) for where in KILLS), ("killed", None)):
        child = os.fork()
        if child == 0:
            fit_in_child(place / name, where)
        _, status = os.waitpid(child, 0)
        saved, _ = load_checkpoint(place / name / "checkpoint.npz")
        told.append(
            {
                "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0,
                "status": os.WEXITSTATUS(status) if os.WIFEXITED(status) else 0,
                "saved": saved.metadata["steps"] if saved else None,
                "codes": [problem.code for problem in check_run(place / name)],
            }
        )
    (place / "told.json").write_text(json.dumps(told))


def fit_in_child(folder: Path, where: tuple[str, int] | None) -> None:
    """Fit the template case and end the process."""
    status = 1
    try:
        from counterstream.case import load_case
        from counterstream.infer.fit import FitSettings
        from counterstream.workflow.run import RunSettings, fit_case

        settings = RunSettings(fit=FitSettings(**SETTINGS))
        fit_case(load_case("template"), folder, settings, KillAt(*where) if where else None)
        status = 0
    finally:
        os._exit(status)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("kills")
    # A cache of compiled code of its own, which holds everything: each start but the first is short.
    cache = {"JAX_COMPILATION_CACHE_DIR": str(place / "cache"), "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0"}
    ended = subprocess.run(
        [sys.executable, __file__, str(place)], env={**os.environ, **cache}, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    return place


def test_each_kill_leaves_an_unfinished_run_and_the_last_checkpoint(place: Path) -> None:
    alone, *killed, ended = json.loads((place / "told.json").read_text())
    assert [start["signal"] for start in killed] == [signal.SIGKILL] * len(KILLS)
    assert [start["codes"] for start in killed] == [["R205"]] * len(KILLS)
    assert killed[0]["saved"] is None
    for start, (_, reached) in zip(killed[1:], KILLS[1:], strict=True):
        assert reached - SETTINGS["chunk"] <= start["saved"] < reached
    assert alone == ended == {"signal": 0, "status": 0, "saved": None, "codes": []}


def test_the_draws_are_those_of_a_fit_left_alone(place: Path) -> None:
    alone, killed = place / "alone", place / "killed"
    assert sorted(path.name for path in killed.iterdir()) == sorted(path.name for path in alone.iterdir())
    for name in ("fit.nc", "system.resolved.yaml"):
        assert (killed / name).read_bytes() == (alone / name).read_bytes()


if __name__ == "__main__":
    fit_and_kill(Path(sys.argv[1]))
