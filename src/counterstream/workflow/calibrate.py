"""Calibration by simulation as a sweep: data sets made from the priors, fitted, the truth ranked among the draws."""

from __future__ import annotations

import csv
import hashlib
import json
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

import counterstream
from counterstream.case import Case, load_case
from counterstream.evidence.answering import answer_claims
from counterstream.evidence.writing import format_claims
from counterstream.infer.calibrate import Calibration, Calibrator
from counterstream.infer.progress import Progress
from counterstream.spec import write_system
from counterstream.store.atomic import write_text
from counterstream.store.tables import format_csv
from counterstream.workflow.claims import claims_to_fit
from counterstream.workflow.run import keep_compiled
from counterstream.workflow.sweep import Portions, Shard, Work, do_share, lay_down, no_sweep, other_sweep, read_fields

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
    def portions(self) -> Portions:
        """How the simulations are divided."""
        return Portions(self.simulations, self.portion)


def run_calibration(
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
    plan = Plan(str(case.folder.resolve()), simulations, draws, seed, identify(case), portion)
    lay_down(folder, asdict(plan))
    return do_share(_work_of(folder, plan), shard, workers=workers, dask=dask, progress=progress)


def _work_of(folder: Path, plan: Plan) -> Work:
    return Work(folder, plan.portions, do_portion, ".csv")


def do_portion(folder: str, portion: int) -> int:
    """Do one portion of a sweep and write its file; return its number."""
    plan = read_plan(Path(folder))
    calibrator = _calibrator(folder, plan)
    units = plan.portions.units_of(portion)
    ranks = np.stack([calibrator.rank(number) for number in units])
    columns = dict(zip(calibrator.names, ranks.T.tolist(), strict=True))
    write_text(_work_of(Path(folder), plan).part(portion), format_csv({"simulation": list(units), **columns}))
    return portion


@lru_cache(maxsize=1)
def _calibrator(folder: str, plan: Plan) -> Calibrator:
    """Compile once for all portions that a process does."""
    keep_compiled()
    case = load_case(plan.case)
    if identify(case) != plan.identity:
        raise other_sweep(Path(folder))
    return Calibrator(case.system, claims_to_fit(case, answer_claims(case.system, case.ledger)), plan.draws, plan.seed)


def gather_calibration(folder: Path, *, so_far: bool = False) -> tuple[Plan, Calibration]:
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
    work = _work_of(folder, plan)
    names: list[str] = []
    rows: list[list[int]] = []
    for portion in work.done(so_far=so_far):
        with work.part(portion).open(encoding="utf-8", newline="") as stream:
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
        return Plan(**read_fields(folder))
    except TypeError as error:
        raise no_sweep(folder) from error


def identify(case: Case) -> str:
    """Return a hash of everything that a simulation depends on: system, claims and the code that fits them."""
    root = Path(counterstream.__file__).parent
    fitting = [root / "infer" / f"{name}.py" for name in FITTING]
    running = [path for layer in ("system", "dynamics", "simulate") for path in sorted((root / layer).glob("*.py"))]
    code = b"".join(path.read_bytes() for path in (*running, *fitting))
    told = write_system(case.system).encode() + format_claims(case.ledger.claims).encode() + code
    return hashlib.sha256(told).hexdigest()
