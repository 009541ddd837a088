"""Kill fits at random times, start them again, and compare their results with those of fits left alone.

    python validation/kills.py --kills 200

Fits of the template case are made, and whole runs with simulation and report.  Each is killed
with SIGKILL after a time drawn uniformly between nothing and the time that it takes when it is
left alone (a tenth more after each kill of the same run), and started again in the same folder,
until it comes to its end.  The files that tell no times must then be the same bit for bit, draws
included.  After every kill the folder must not pass for a finished run, and the next start must go
on from the last checkpoint.

The processes are forks of one that has imported what takes long to import and has not used JAX,
which does not survive a fork.  Every run has a cache of compiled code of its own, which holds
everything; some begin with an empty one, so that kills hit compilation and the writing of that
cache as well.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import importlib
import io
import json
import os
import platform
import random
import select
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import counterstream
from counterstream.case import load_case
from counterstream.cli.runs import report
from counterstream.cli.telling import Ending
from counterstream.store.checkpoint import load_checkpoint
from counterstream.store.manifest import read_manifest
from counterstream.store.run_folder import check_run, is_complete

#: Given in full, so that other defaults do not change what is tested.
SETTINGS: dict[str, Any] = {
    "sampler": "hmc",
    "n_chains": 8,
    "n_warm": 60,
    "n_draws": 120,
    "chunk": 10,
    "seed": 1,
    "quick": False,
}
TOTAL = SETTINGS["n_warm"] + SETTINGS["n_draws"]
SIMULATED = 64
CASE = "template"
#: Of so many fits one is a whole run, and one begins with an empty cache.
WHOLE_EVERY, COLD_EVERY = 5, 4
#: Kinds of what is killed, by whether it is a whole run.
KINDS = {False: "fit", True: "run"}
PHASES = ("start", "compile", "mode", "warm-up", "sampling", "after sampling")
#: Libraries that take long to import and start no thread of JAX.
SLOW_IMPORTS = (
    "arviz_stats",
    "duckdb",
    "h5netcdf",
    "jax.numpy",
    "jinja2",
    "matplotlib.figure",
    "numba",
    "numpyro.infer",
    "optax",
    "scipy.optimize",
    "scipy.stats",
    "xarray",
)
#: What tells times or memory; everything else that a run writes must be equal.
TIMED_FILES = ("report.html", "run.json", "state.json")
TIMED_FIGURES = ("cpu_seconds", "peak_memory_mib", "seconds")


class Written:
    """Writes what it hears to a file at once, one line a report."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND)

    def told(self, phase: str, done: int, total: int, remark: str = "") -> None:
        """Write phase, number and total."""
        del remark
        os.write(self._descriptor, f"{json.dumps([phase, done, total])}\n".encode())


@dataclass(frozen=True)
class Attempt:
    """One start of a run: whether it was killed, how long it took and what it reported."""

    killed: bool
    seconds: float
    reports: list[tuple[str, int, int]]

    def steps(self) -> list[int]:
        """Return after which steps of the chains something was reported."""
        return [done for phase, done, _ in self.reports if phase in ("warm-up", "sampling")]


@dataclass
class Tally:
    """What the kills did."""

    phases: Counter[str] = field(default_factory=lambda: Counter[str](dict.fromkeys(PHASES, 0)))
    folder_codes: Counter[str] = field(default_factory=Counter[str])
    restarts: int = 0
    restarts_from_checkpoint: int = 0
    unsaved_steps: Counter[int] = field(default_factory=Counter[int])
    all_steps_lost: int = 0
    damaged_checkpoints: int = 0
    looked_whole: int = 0


@dataclass
class Run:
    """A fit, or a whole run, that is started and killed in its own folder.

    Parameters
    ----------
    place
        A new folder for the run folder and what belongs to it.
    whole
        Whether simulation and report follow.
    cache
        A cache of compiled code to begin with a copy of.
    """

    place: Path
    whole: bool
    cache: Path | None = None

    def __post_init__(self) -> None:
        self.place.mkdir()
        if self.cache is not None:
            shutil.copytree(self.cache, self.place / "cache")

    @property
    def folder(self) -> Path:
        """The run folder."""
        return self.place / "run"

    def start(self, seconds: float | None) -> Attempt:
        """Start or go on, and kill after so many seconds; ``None`` lets it come to its end."""
        log, reports = self.place / "log.txt", self.place / "reports.txt"
        reports.unlink(missing_ok=True)
        begun = time.perf_counter()
        child = os.fork()
        if child == 0:
            self._work(log, reports)
        descriptor = os.pidfd_open(child)
        select.select([descriptor], [], [], seconds)
        signal.pidfd_send_signal(descriptor, signal.SIGKILL)
        os.close(descriptor)
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status) and os.WEXITSTATUS(status):
            raise SystemExit(f"a start ended by itself:\n{log.read_text(encoding='utf-8')}")
        text = reports.read_text(encoding="utf-8") if reports.exists() else ""
        told = [tuple(json.loads(line)) for line in text.splitlines()]
        return Attempt(os.WIFSIGNALED(status), time.perf_counter() - begun, told)

    def _work(self, log: Path, reports: Path) -> None:
        """Do the work of a start in the forked process, and end it."""
        status = 1
        try:
            descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(descriptor, sys.stdout.fileno())
            os.dup2(descriptor, sys.stderr.fileno())
            os.environ["XDG_CACHE_HOME"] = str(self.place / "cache")
            from counterstream.infer.fit import FitSettings
            from counterstream.workflow.run import RunSettings, fit_case, run_case

            settings = RunSettings(fit=FitSettings(**SETTINGS), n_simulated=SIMULATED)
            (run_case if self.whole else fit_case)(load_case(CASE), self.folder, settings, Written(reports))
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)

    def saved_steps(self, tally: Tally) -> int | None:
        """Return how many steps the checkpoint holds, ``None`` if there is none."""
        saved, problems = load_checkpoint(self.folder / "checkpoint.npz")
        tally.damaged_checkpoints += bool(problems)
        return None if saved is None else int(saved.metadata["steps"])

    def digests(self) -> dict[str, str]:
        """Return the digests of everything in the finished folder that tells no times."""
        problems = check_run(self.folder)
        if problems:
            raise SystemExit("\n".join(str(problem) for problem in problems))
        records, _ = read_manifest(self.folder)
        found = {name: record.sha256 for name, record in records.items() if name not in TIMED_FILES}
        told = json.loads((self.folder / "run.json").read_text(encoding="utf-8"))
        kept = {name: value for name, value in told.items() if name not in TIMED_FIGURES}
        found["run.json without times"] = hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()
        found["names"] = " ".join(sorted(records))
        return found


def name_phase(attempt: Attempt, saved: int | None) -> str:
    """Return what a killed start was doing, by its last report and the checkpoint it left."""
    if not attempt.reports:
        return "start"
    phase, done, _ = attempt.reports[-1]
    if phase == "compile" and not done:
        return "compile"
    if phase in ("simulate", "write") or saved == TOTAL or (saved is None and phase == "sampling"):
        return "after sampling"
    if saved is None:
        return "mode"
    return "warm-up" if saved < SETTINGS["n_warm"] else "sampling"


def read_as_users_do(folder: Path) -> list[str]:
    """Return the codes with which ``counterstream report`` refuses a folder; none if it takes it."""
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        try:
            report(folder, as_json=True)
        except Ending as ending:
            if not ending.status:
                return []
        else:
            return []
    return [problem["code"] for problem in json.loads(told.getvalue())["problems"]]


def book_kill(run: Run, attempt: Attempt, tally: Tally) -> int | None:
    """Book what a kill left behind; return the steps in the checkpoint."""
    saved = run.saved_steps(tally)
    phase = name_phase(attempt, saved)
    tally.phases[phase] += 1
    if saved is not None and attempt.steps():
        tally.unsaved_steps[attempt.steps()[-1] - saved] += 1
    if saved is None and phase == "after sampling":
        tally.all_steps_lost += 1
    codes = read_as_users_do(run.folder)
    tally.folder_codes.update(codes)
    tally.looked_whole += not codes
    return saved


def book_restart(attempt: Attempt, saved: int | None, tally: Tally) -> None:
    """Book whether the start after a kill went on within a chunk of the checkpoint."""
    if saved is None or saved == TOTAL or not attempt.steps():
        return
    tally.restarts += 1
    tally.restarts_from_checkpoint += 0 < attempt.steps()[0] - saved <= SETTINGS["chunk"]


def kill_until_done(run: Run, longest: float, most: int, randomness: random.Random, tally: Tally) -> int:
    """Kill a run at random times until it ends, at most so many times; return how many kills there were."""
    kills, saved = 0, None
    while True:
        attempt = run.start(randomness.uniform(0.0, longest) if kills < most else None)
        if kills:
            book_restart(attempt, saved, tally)
        if not attempt.killed or is_complete(run.folder):
            return kills
        kills += 1
        # On a machine that has become slower a run would else never come to its end.
        longest *= 1.1
        saved = book_kill(run, attempt, tally)


def hash_code() -> str:
    """Return a hash of the code of fitting, of the store and of the workflow."""
    package = Path(counterstream.__file__).parent
    folders = [package / name for name in ("infer", "store", "workflow")]
    text = b"".join(path.read_bytes() for folder in folders for path in sorted(folder.glob("*.py")))
    return hashlib.sha256(text).hexdigest()


def parse_arguments() -> argparse.Namespace:
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(description="Kill fits at random times and compare their results.")
    parser.add_argument("--kills", type=int, default=200, help="how many kills to make")
    parser.add_argument("--seed", type=int, default=1, help="seed of the times of the kills")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results" / "kills.json")
    return parser.parse_args()


@dataclass
class Outcomes:
    """What came of the runs that were killed: how many ended, how many of these equal one left alone."""

    seconds: dict[tuple[str, str], float]
    expected: dict[bool, dict[str, str]]
    kills: int = 0
    ended: Counter[str] = field(default_factory=lambda: Counter[str](dict.fromkeys(KINDS.values(), 0)))
    equal: Counter[str] = field(default_factory=lambda: Counter[str](dict.fromkeys(KINDS.values(), 0)))
    unequal: Counter[str] = field(default_factory=Counter[str])

    def book_end(self, whole: bool, found: dict[str, str]) -> None:
        """Compare a run that came to its end with the one left alone."""
        expected = self.expected[whole]
        wrong = [name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name)]
        self.ended[KINDS[whole]] += 1
        self.equal[KINDS[whole]] += not wrong
        self.unequal.update(wrong)


def leave_alone(place: Path) -> Outcomes:
    """Make each kind of run twice without a kill, with an empty and with a full cache."""
    outcomes = Outcomes({}, {})
    for whole, kind in KINDS.items():
        cold = Run(place / f"{kind} alone", whole)
        outcomes.seconds[kind, "empty cache"] = cold.start(None).seconds
        warm = Run(place / f"{kind} alone again", whole, cold.place / "cache")
        outcomes.seconds[kind, "full cache"] = warm.start(None).seconds
        outcomes.expected[whole] = cold.digests()
        if warm.digests() != outcomes.expected[whole]:
            raise SystemExit(f"two of the same {kind} that were left alone differ")
    return outcomes


def tell(outcomes: Outcomes, tally: Tally, asked: argparse.Namespace, seconds: float) -> dict[str, Any]:
    """Return what is written of the kills made so far."""
    good = outcomes.equal == outcomes.ended and not tally.looked_whole and not tally.damaged_checkpoints
    versions = {name: version(name) for name in ("jax", "jaxlib", "numpyro", "blackjax", "numpy", "scipy", "numba")}
    return {
        "about": {
            "code_sha256": hash_code(),
            "python": platform.python_version(),
            "versions": versions,
            "cores": os.cpu_count(),
            "seed": asked.seed,
            "seconds": round(seconds, 1),
        },
        "case": CASE,
        "settings": {**SETTINGS, "n_simulated": SIMULATED},
        "seconds_left_alone": {", ".join(key): round(value, 2) for key, value in outcomes.seconds.items()},
        "passed": good and tally.restarts == tally.restarts_from_checkpoint,
        "kills_asked_for": asked.kills,
        "kills": outcomes.kills,
        "ended": dict(outcomes.ended),
        "equal": dict(outcomes.equal),
        "unequal": dict(outcomes.unequal),
        "compared": {kind: sorted(outcomes.expected[whole].keys() - {"names"}) for whole, kind in KINDS.items()},
        "share_of_kills_by_phase": {phase: round(n / max(outcomes.kills, 1), 4) for phase, n in tally.phases.items()},
        "folders_that_looked_whole": tally.looked_whole,
        "codes_of_folders_refused": dict(sorted(tally.folder_codes.items())),
        "damaged_checkpoints": tally.damaged_checkpoints,
        "restarts_in_chains": tally.restarts,
        "restarts_within_a_chunk_of_the_checkpoint": tally.restarts_from_checkpoint,
        "kills_by_steps_reported_and_not_saved": {str(n): k for n, k in sorted(tally.unsaved_steps.items())},
        "kills_that_lost_all_steps": tally.all_steps_lost,
    }


def main() -> int:
    """Make the kills; what came of them is written after every run that ends."""
    asked = parse_arguments()
    os.environ["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] = "0"
    os.environ.pop("JAX_COMPILATION_CACHE_DIR", None)
    for name in SLOW_IMPORTS:
        importlib.import_module(name)
    begun = time.perf_counter()
    randomness, tally = random.Random(asked.seed), Tally()
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        outcomes = leave_alone(place)
        alone = {" ".join(key): round(value, 1) for key, value in outcomes.seconds.items()}
        print(alone, "seconds left alone", flush=True)
        while outcomes.kills < asked.kills:
            number = sum(outcomes.ended.values()) + 1
            whole, full = number % WHOLE_EVERY == 0, number % COLD_EVERY != 0
            cache = place / f"{KINDS[whole]} alone" / "cache" if full else None
            longest = outcomes.seconds[KINDS[whole], "full cache" if full else "empty cache"]
            run = Run(place / f"{number}", whole, cache)
            outcomes.kills += kill_until_done(run, longest, asked.kills - outcomes.kills, randomness, tally)
            outcomes.book_end(whole, run.digests())
            shutil.rmtree(run.place)
            told = tell(outcomes, tally, asked, time.perf_counter() - begun)
            asked.out.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
            n_ended, n_equal = sum(outcomes.ended.values()), sum(outcomes.equal.values())
            print(f"{outcomes.kills} kills, {n_ended} ended, {n_equal} equal", flush=True)
    print(asked.out.read_text(encoding="utf-8"))
    return 0 if json.loads(asked.out.read_text(encoding="utf-8"))["passed"] else 1


if __name__ == "__main__":
    raise SystemExit(main())
