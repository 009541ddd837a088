"""Replicates of posterior draws as a sweep: how much of the spread is not knowing, and how much chance."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

import counterstream
from counterstream.case import Case, load_case
from counterstream.dynamics.program import compile_system
from counterstream.errors import CounterstreamError, Problem
from counterstream.infer.progress import Progress
from counterstream.scenario.change import Changed, apply_scenario, find_scenario
from counterstream.simulate.keys import child
from counterstream.spec import write_system
from counterstream.store.netcdf import read_netcdf, write_netcdf
from counterstream.system.system import System
from counterstream.workflow.run import keep_compiled
from counterstream.workflow.simulate import find_flats, make_draws
from counterstream.workflow.sweep import Portions, Shard, Work, do_share, lay_down, no_sweep, other_sweep, read_fields
from counterstream.workflow.totals import WHOLE, Totalling, Totals, measurable

Floats = NDArray[np.float64]

DRAWS = "draws.nc"
KIND = "replicates"


@dataclass(frozen=True)
class ReplicatePlan:
    """What a sweep of replicates does.

    Parameters
    ----------
    case
        Folder of the case, or the name of a bundled one.
    engine
        ``counts`` or ``persons``.
    scenario
        Name of a scenario of the system; empty for none.
    draws
        Number of draws of the unknowns.
    replicates
        Simulations of each draw.
    seed
        Seed of the chance of persons, and of draws from priors.
    draws_from
        ``posterior`` or ``prior``.
    identity
        Hash of the system, the draws and the code that simulates them.
    portion
        Simulations in one portion: what a killed worker loses at most.
    """

    case: str
    engine: str
    scenario: str
    draws: int
    replicates: int
    seed: int
    draws_from: str
    identity: str
    portion: int
    kind: str = KIND

    @property
    def portions(self) -> Portions:
        """How the simulations are divided; all of one draw follow each other."""
        return Portions(self.draws * self.replicates, self.portion)


def run_replicates(
    case: Case,
    run: Path | None,
    folder: Path,
    *,
    engine: str = "persons",
    scenario: str | None = None,
    n_draws: int = 40,
    n_replicates: int = 5,
    seed: int = 1,
    portion: int = 20,
    shard: Shard | None = None,
    workers: int = 1,
    dask: str = "",
    progress: Progress | None = None,
) -> int:
    """Do the portions of a part of a sweep of replicates that are not done yet.

    Parameters
    ----------
    run
        Folder of a run or fit of this case; ``None`` draws the unknowns from their priors.
    folder
        Where plan, draws and portions are; made if it is not there.
    engine
        ``counts`` or ``persons``.
    scenario
        Name of a declared scenario; by default nothing is changed.
    n_draws, n_replicates
        Draws, and simulations of each: two at least.
    portion
        Simulations in one portion.  Their chance depends on the seed, the portion's number and their
        place in it, so that sweeps with portions of another size are other sweeps.
    shard, workers, dask
        See :func:`~counterstream.workflow.sweep.do_share`.

    Returns
    -------
    int
        Simulations that remain to be done in the whole sweep.

    Raises
    ------
    CounterstreamError
        ``U201`` for an unknown scenario, ``U204`` and ``U205`` for a run that does not serve, ``U252``
        if the folder holds another sweep, ``U255`` if Dask is not installed or not reached, ``U256``
        for an engine without chance, or fewer than two draws or replicates.
    """
    _check_numbers(engine, n_draws, n_replicates)
    if scenario:
        find_scenario(case.system, scenario)
    flats = find_flats(case.system, run, n_draws, seed)
    plan = ReplicatePlan(
        case=str(case.folder.resolve()),
        engine=engine,
        scenario=scenario or "",
        draws=n_draws,
        replicates=n_replicates,
        seed=seed,
        draws_from="prior" if run is None else "posterior",
        identity=_identify(case.system, flats if run is not None else None),
        portion=portion,
    )
    if lay_down(folder, asdict(plan)) or not (folder / DRAWS).exists():
        write_netcdf(folder / DRAWS, {"flat": xr.Dataset({"flat": (("draw", "unknown"), flats)})})
    return do_share(work_of(folder, plan), shard, workers=workers, dask=dask, progress=progress)


def _check_numbers(engine: str, n_draws: int, n_replicates: int) -> None:
    """Raise ``U256`` for what leaves no variance to separate."""
    if engine not in WHOLE:
        message, found, allowed = "the engine has no chance, so that replicates are equal", engine, " or ".join(WHOLE)
    elif min(n_draws, n_replicates) < 2:
        found = f"draws: {n_draws}, replicates: {n_replicates}"
        message, allowed = "too few simulations to separate chance from not knowing", "2 of each or more"
    else:
        return
    raise CounterstreamError(Problem("U256", message, found=found, allowed=allowed))


def _identify(system: System, flats: Floats | None) -> str:
    """Return a hash of everything that a simulation depends on: system, posterior draws, code.

    Draws of priors are made of system and seed; their last digits may differ between machines.
    """
    root = Path(counterstream.__file__).parent
    running = [path for layer in ("system", "dynamics", "simulate") for path in sorted((root / layer).rglob("*.py"))]
    code = b"".join(path.read_bytes() for path in running)
    drawn = flats.tobytes() if flats is not None else b""
    return hashlib.sha256(write_system(system).encode() + drawn + code).hexdigest()


def work_of(folder: Path, plan: ReplicatePlan) -> Work:
    """Return what there is to do in a sweep of replicates."""
    return Work(folder, plan.portions, do_portion, ".nc")


def read_plan(folder: Path) -> ReplicatePlan:
    """Return the plan of a sweep of replicates.

    Raises
    ------
    CounterstreamError
        ``U254`` if the folder holds none.
    """
    try:
        return ReplicatePlan(**read_fields(folder))
    except TypeError as error:
        raise no_sweep(folder) from error


@dataclass(frozen=True)
class Simulator:
    """Simulates units of one plan.

    Parameters
    ----------
    flats
        Draws of the unknowns, shape (draw, unknown).
    """

    plan: ReplicatePlan
    system: System
    changed: Changed
    flats: Floats

    def simulate(self, portion: int) -> Totals:
        """Return the sums of a portion's simulations, each with its own chance."""
        units = np.asarray(self.plan.portions.units_of(portion))
        picked = make_draws(self.system, self.flats[units // self.plan.replicates])
        observables = measurable(self.system, self.plan.engine)
        program, folder = compile_system(self.system), Path(self.plan.case)
        totalling = Totalling(program, picked, units.size, observables, self.plan.engine, folder)
        return totalling.run(self.changed, int(child(np.uint64(self.plan.seed), np.uint64(portion))))


@lru_cache(maxsize=1)
def _simulator(folder: str, plan: ReplicatePlan) -> Simulator:
    """Read case and draws once for all portions that a process does."""
    keep_compiled()
    case = load_case(plan.case)
    flats = read_netcdf(Path(folder) / DRAWS)["flat"].dataset["flat"].to_numpy()
    if _identify(case.system, flats if plan.draws_from == "posterior" else None) != plan.identity:
        raise other_sweep(Path(folder))
    changed = Changed(case.system, ())
    if plan.scenario:
        changed = apply_scenario(case.system, find_scenario(case.system, plan.scenario))
    return Simulator(plan, case.system, changed, flats)


def do_portion(folder: str, portion: int) -> int:
    """Do one portion of a sweep and write its file; return its number."""
    plan = read_plan(Path(folder))
    totals = _simulator(folder, plan).simulate(portion)
    names = ("simulation", "period", "group")
    arrays: dict[str, Any] = {
        "flows": ((*names, "flow"), totals.flows),
        "stocks": ((*names, "status"), totals.stocks),
        "observables": (("simulation", "period", "observable"), totals.observables),
    }
    write_netcdf(work_of(Path(folder), plan).part(portion), {"totals": xr.Dataset(arrays)})
    return portion
