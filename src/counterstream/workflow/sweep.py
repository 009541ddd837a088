"""Work that falls into many equal units: done in portions, on one machine or many, and gathered.

A folder holds the plan (``sweep.json``) and one file for each portion that is done.  Whoever
works on it does the portions of his share that are not there yet, so that a stopped sweep goes
on, and shares can be worked on by machines that know nothing of each other.  The units are
simulations of a calibration; each depends on the seed and its own number alone, so that the
result is the same however the work is divided.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

import counterstream
from counterstream.case import Case, load_case
from counterstream.errors import CounterstreamError, Problem
from counterstream.evidence.answering import answer_claims
from counterstream.evidence.writing import format_claims
from counterstream.infer.calibrate import Calibration, Calibrator
from counterstream.infer.progress import Progress, Silent
from counterstream.spec import write_system
from counterstream.store.atomic import write_text
from counterstream.store.tables import format_csv
from counterstream.workflow.claims import claims_to_fit
from counterstream.workflow.run import keep_compiled

PLAN = "sweep.json"
RANKS = "ranks.csv"
SUMMARY = "summary.json"
#: Modules of ``infer`` that a calibration runs through.
FITTING = (
    "calibrate",
    "claims",
    "densities",
    "draws",
    "fit",
    "lanes",
    "laplace",
    "measurement",
    "normal_tails",
    "posterior",
    "predict",
    "priors",
    "sampler",
)


@dataclass(frozen=True)
class Plan:
    """What a sweep does.

    Parameters
    ----------
    case
        Folder of the case, or the name of a bundled one.
    simulations
        Number of units.
    draws
        Posterior draws of each fit.
    seed
        Seed of everything random.
    identity
        Hash of the system, its claims and the code that fits them.
    portion
        Simulations in one portion: minutes of work, and what a killed worker loses at most.
    """

    case: str
    simulations: int
    draws: int
    seed: int
    identity: str
    portion: int = 10

    @property
    def portions(self) -> range:
        """Numbers of all portions."""
        return range(-(-self.simulations // self.portion))

    def units(self, portion: int) -> range:
        """Numbers of a portion's units."""
        return range(portion * self.portion, min((portion + 1) * self.portion, self.simulations))


@dataclass(frozen=True)
class Shard:
    """Part ``number`` (from 1) of ``of`` equal parts of a sweep."""

    number: int = 1
    of: int = 1

    def takes(self, portion: int) -> bool:
        """Whether a portion belongs to this part."""
        return portion % self.of == self.number - 1


def parse_shard(text: str) -> Shard:
    """Read a part of a sweep written as ``2/8``.

    Raises
    ------
    CounterstreamError
        ``U251`` if it is none.
    """
    first, _, second = text.partition("/")
    if first.isdecimal() and second.isdecimal() and 1 <= int(first) <= int(second):
        return Shard(int(first), int(second))
    allowed = "number/of, such as 2/8, the number from 1"
    raise CounterstreamError(Problem("U251", "this is not a part of a sweep", found=text[:40], allowed=allowed))


def run_sweep(
    case: Case,
    folder: Path,
    simulations: int,
    draws: int,
    seed: int,
    *,
    portion: int = 10,
    shard: Shard | None = None,
    workers: int = 1,
    dask: str = "",
    progress: Progress | None = None,
) -> int:
    """Do the portions of a part of a calibration that are not done yet.

    Parameters
    ----------
    folder
        Where plan and portions are; made if it is not there.
    portion
        Simulations in one portion.
    shard
        The part to do; all by default.
    workers
        Processes of this machine to work with; 1 works in this one.
    dask
        Address of a Dask scheduler whose workers do the work instead; they must see ``folder``.

    Returns
    -------
    int
        Simulations that remain to be done in the whole sweep.

    Raises
    ------
    CounterstreamError
        ``U252`` if the folder holds another sweep, ``U255`` if Dask is not installed or not
        reached, ``F101`` if no claim is left to fit.
    """
    listener = progress or Silent()
    plan = Plan(str(case.folder.resolve()), simulations, draws, seed, identify(case), portion)
    _lay_down(folder, plan)
    chosen = shard or Shard()
    mine = [p for p in plan.portions if chosen.takes(p)]
    left = [p for p in mine if not _part(folder, p).exists()]
    done = sum(len(plan.units(p)) for p in mine) - sum(len(plan.units(p)) for p in left)
    total = sum(len(plan.units(p)) for p in mine)
    listener.told("simulations", done, total)
    for portion in _work(folder, left, workers, dask):
        done += len(plan.units(portion))
        listener.told("simulations", done, total)
    return sum(len(plan.units(p)) for p in plan.portions if not _part(folder, p).exists())


def _work(folder: Path, portions: Sequence[int], workers: int, dask: str) -> Iterator[int]:
    """Do portions and yield each when it is done, in whatever order."""
    if dask:
        yield from _work_with_dask(folder, portions, dask)
    elif workers == 1 or len(portions) < 2:
        for portion in portions:
            yield do_portion(str(folder), portion)
    else:
        # Spawned, not forked: threads of JAX do not survive a fork.
        with ProcessPoolExecutor(min(workers, len(portions)), mp_context=get_context("spawn")) as pool:
            yield from _as_they_come(pool.submit(do_portion, str(folder), p) for p in portions)


def _as_they_come(futures: Iterable[Future[int]]) -> Iterator[int]:
    """Yield results as they come; on Ctrl-C drop what has not begun."""
    waiting = set(futures)
    try:
        while waiting:
            ready, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            for future in ready:
                yield future.result()
    finally:
        for future in waiting:
            future.cancel()


def _work_with_dask(folder: Path, portions: Sequence[int], address: str) -> Iterator[int]:
    try:
        from distributed import Client, as_completed
    except ImportError as error:
        mend = 'pip install "counterstream[cluster]"'
        raise CounterstreamError(Problem("U255", "Dask is not installed", found=str(error), mend=mend)) from error
    try:
        client = Client(address, timeout=10)  # pyright: ignore[reportUnknownVariableType]
    except (OSError, ValueError) as error:
        mend = "start one with: dask scheduler, and workers with: dask worker ADDRESS"
        raise CounterstreamError(Problem("U255", "no Dask scheduler answers", found=address, mend=mend)) from error
    with client:
        # "pure" would take two portions with equal arguments for one.
        futures = [client.submit(do_portion, str(folder.resolve()), p, pure=False) for p in portions]
        for future in as_completed(futures):
            yield int(future.result())


def do_portion(folder: str, portion: int) -> int:
    """Do one portion of a sweep and write its file; return its number."""
    plan = read_plan(Path(folder))
    calibrator = _calibrator(folder, plan)
    ranks = np.stack([calibrator.rank(number) for number in plan.units(portion)])
    columns = dict(zip(calibrator.names, ranks.T.tolist(), strict=True))
    table = {"simulation": list(plan.units(portion)), **columns}
    write_text(_part(Path(folder), portion), format_csv(table))
    return portion


@lru_cache(maxsize=1)
def _calibrator(folder: str, plan: Plan) -> Calibrator:
    """Compile once for all portions that a process does."""
    keep_compiled()
    case = load_case(plan.case)
    if identify(case) != plan.identity:
        raise _other_sweep(Path(folder))
    return Calibrator(case.system, claims_to_fit(case, answer_claims(case.system, case.ledger)), plan.draws, plan.seed)


def gather_sweep(folder: Path, *, so_far: bool = False) -> tuple[Plan, Calibration]:
    """Put the portions of a sweep together and write ``ranks.csv`` and ``summary.json``.

    Parameters
    ----------
    so_far
        Whether to take those that are done where some are missing.

    Raises
    ------
    CounterstreamError
        ``U254`` if the folder holds no sweep, ``U253`` if portions are missing (with ``so_far``:
        all of them).
    """
    plan = read_plan(folder)
    done = [p for p in plan.portions if _part(folder, p).exists()]
    missing = [p for p in plan.portions if p not in done]
    if missing and not (so_far and done):
        left = sum(len(plan.units(p)) for p in missing)
        message, mend = (
            f"{left:,} of {plan.simulations:,} simulations are not done",
            "counterstream sweep run does them",
        )
        raise CounterstreamError(Problem("U253", message, str(folder), mend=mend))
    names: list[str] = []
    rows: list[list[int]] = []
    for portion in done:
        with _part(folder, portion).open(encoding="utf-8", newline="") as stream:
            names, *some = list(csv.reader(stream))
        rows.extend([int(cell) for cell in row] for row in some)
    found = Calibration(tuple(names[1:]), np.array(rows, dtype=np.int64)[:, 1:], plan.draws)
    write_text(folder / RANKS, format_csv(dict(zip(names, np.array(rows).T.tolist(), strict=True))))
    write_text(folder / SUMMARY, json.dumps(summarise(plan, found), indent=2) + "\n")
    return plan, found


def summarise(plan: Plan, found: Calibration) -> dict[str, Any]:
    """Return what a calibration amounts to, with the identity of what was calibrated.

    ``recovered_50`` and ``recovered_90`` are the shares of true values, over all simulations and
    unknowns, that lie in the central intervals of their fits.
    """
    versions = {name: version(name) for name in ("jax", "numpy", "scipy", "llvmlite")}
    case = Path(plan.case).name
    recovered = {f"recovered_{level:.0%}".rstrip("%"): recovery(found, level) for level in (0.5, 0.9)}
    about = {
        "case": case,
        "planned": plan.simulations,
        "seed": plan.seed,
        "identity": plan.identity,
        "versions": versions,
    }
    return {**found.summary(), **recovered, **about}


def recovery(found: Calibration, level: float) -> float:
    """Return the share of true values inside the central intervals of their fits, over all unknowns."""
    place = (found.ranks[:, :-1] + 0.5) / (found.n_draws + 1)
    return float((np.abs(place - 0.5) < 0.5 * level).mean())


def read_plan(folder: Path) -> Plan:
    """Return the plan of a sweep.

    Raises
    ------
    CounterstreamError
        ``U254`` if the folder holds none.
    """
    try:
        return Plan(**json.loads((folder / PLAN).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        mend = "counterstream sweep run makes one"
        raise CounterstreamError(Problem("U254", "the folder holds no sweep", str(folder), mend=mend)) from error


def identify(case: Case) -> str:
    """Return a hash of everything that a simulation depends on: system, claims and the code that fits them."""
    root = Path(counterstream.__file__).parent
    fitting = [root / "infer" / f"{name}.py" for name in FITTING]
    running = [path for layer in ("system", "dynamics", "simulate") for path in sorted((root / layer).glob("*.py"))]
    code = b"".join(path.read_bytes() for path in (*running, *fitting))
    told = write_system(case.system).encode() + format_claims(case.ledger.claims).encode() + code
    return hashlib.sha256(told).hexdigest()


def _lay_down(folder: Path, plan: Plan) -> None:
    """Write the plan, unless the same one is there."""
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / PLAN).exists():
        there = read_plan(folder)
        # The same case may be seen under another path on another machine.
        if asdict(there) | {"case": ""} != asdict(plan) | {"case": ""}:
            raise _other_sweep(folder)
        return
    write_text(folder / PLAN, json.dumps(asdict(plan), indent=2) + "\n")


def _other_sweep(folder: Path) -> CounterstreamError:
    message = "the folder holds another sweep: other claims, settings, system or code"
    return CounterstreamError(Problem("U252", message, str(folder), mend="name another folder, or remove this one"))


def _part(folder: Path, portion: int) -> Path:
    return folder / f"part-{portion:05d}.csv"
