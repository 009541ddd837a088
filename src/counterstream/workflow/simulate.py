"""Simulate a fitted case, under its own course or a scenario, with any engine."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from counterstream.case import Case
from counterstream.dynamics.draw import Draw
from counterstream.dynamics.program import compile_system
from counterstream.errors import CounterstreamError, Problem
from counterstream.infer.posterior import system_unknowns, to_draw
from counterstream.infer.progress import Progress, Silent
from counterstream.scenario.change import Changed, apply_scenario, find_scenario
from counterstream.simulate.counts import simulate_counts
from counterstream.simulate.expected import Course, simulate_expected_draws
from counterstream.simulate.persons import Following, Stepping, largest_start, simulate_persons
from counterstream.store.tables import write_csv, write_parquet
from counterstream.system.system import System
from counterstream.workflow.files import INTERVALS
from counterstream.workflow.fitted import other_system, read_flats
from counterstream.workflow.histories import HistoryFiles
from counterstream.workflow.left_out import name_parts
from counterstream.workflow.totals import WHOLE

Floats = NDArray[np.float64]
ENGINES = ("expected", *WHOLE)


def simulate_case(
    case: Case,
    run: Path | None,
    *,
    engine: str = "expected",
    scenario: str | None = None,
    n_draws: int = 200,
    seed: int = 1,
    out: Path | None = None,
    followed: float = 0.0,
    n_persons: int | None = None,
    alike: bool = False,
    stepping: str = "auto",
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Simulate posterior draws of a finished run.

    Parameters
    ----------
    run
        Folder of a run or fit of this case; ``None`` draws the unknowns from their priors.
    engine
        ``expected``, ``counts`` or ``persons``.
    scenario
        Name of a declared scenario; by default nothing is changed.
    out
        Folder for ``simulated.csv`` and ``simulated.parquet``: flows and stocks summed over
        groups, one row for each step and name; by default nothing is written.
    followed
        Share of persons whose histories are written to ``histories`` there; see
        :class:`~counterstream.workflow.histories.HistoryFiles`.
    n_persons
        Most persons to follow; where there are more, each stands for several.
    alike
        Whether what only persons have is left out, so that persons of a group differ in nothing.
    stepping
        ``steps``, ``events`` or ``auto``: how the persons engine goes through time; see
        :class:`~counterstream.simulate.persons.Following`.

    Returns
    -------
    dict
        Totals of every flow (median, 90 % interval), for how many each person ``stands_for``, ``parts_left_out``.

    Raises
    ------
    CounterstreamError
        ``U201`` for an unknown scenario, ``U203`` for an unknown engine, ``U204`` and ``U205`` for a
        run that does not serve, ``U206`` for more persons than can be followed, ``U207`` for
        histories without the persons engine or a folder, ``U208`` to ``U210`` for ties and named households that
        cannot be, ``U218`` for a number of persons, or a way of stepping them, without the persons engine,
        ``U219`` for a way of stepping that there is not, or stepping persons who differ from event to event.
    """
    listener = progress or Silent()
    _check_persons(engine, n_persons, stepping)
    histories = _histories(case.system, engine, followed, out)
    changed = (
        apply_scenario(case.system, find_scenario(case.system, scenario)) if scenario else Changed(case.system, ())
    )
    left_out: tuple[str, ...] = ()
    if alike or engine != "persons":
        left_out = name_parts(changed.system)
        changed = replace(changed, system=replace(changed.system, persons=None))
    listener.told("simulate", 0, n_draws)
    draws = find_draws(case.system, run, n_draws, seed)
    how = Following(seed, histories, each=False, folder=case.folder, stepping=Stepping(stepping))
    if n_persons is not None:
        how = replace(how, weight=_weigh(changed, draws, n_draws, n_persons))
    course = run_engine(changed, draws, n_draws, engine, how, listener)
    listener.told("simulate", n_draws, n_draws)
    if out is not None:
        table = _table(changed.system, course)
        write_csv(out / "simulated.csv", table)
        write_parquet(out / "simulated.parquet", table)
    return {
        "draws_from": "prior" if run is None else "posterior",
        "engine": engine,
        "scenario": scenario,
        "n_draws": n_draws,
        "seed": seed,
        "followed": followed,
        "stands_for": how.weight,
        "parts_left_out": list(left_out),
        "flows": _sum_flows(case.system, course),
    }


def _check_persons(engine: str, n_persons: int | None, stepping: str) -> None:
    """Raise ``U203``, ``U218`` or ``U219`` for an engine, or a wish on single persons, that cannot be."""
    check_engine(engine)
    if (n_persons is not None or stepping != "auto") and engine != "persons":
        mend = "ask for the persons engine, or leave number and stepping of persons out"
        raise CounterstreamError(Problem("U218", "only the persons engine follows persons", found=engine, mend=mend))
    if stepping not in list(Stepping):
        allowed = ", ".join(Stepping)
        raise CounterstreamError(Problem("U219", "persons cannot be stepped so", found=stepping, allowed=allowed))


def _sum_flows(system: System, course: Course) -> dict[str, dict[str, float]]:
    """Return the median and 90 % interval of every flow's total."""
    totals, names = course.flows.sum(axis=(1, 2)), ("low90", "median", "high90")
    quantiles = np.quantile(totals, [0.05, 0.5, 0.95], axis=0).T.tolist()
    return {name: dict(zip(names, row, strict=True)) for name, row in zip(system.flow_names, quantiles, strict=True)}


def _weigh(changed: Changed, draws: Draw, n_draws: int, n_persons: int) -> int:
    """Return for how many each person followed stands, so that no draw begins with more than are to be followed."""
    most = largest_start(compile_system(changed.system), changed.adjust(draws), n_draws)
    return max(1, math.ceil(most / n_persons))


def _histories(system: System, engine: str, followed: float, out: Path | None) -> HistoryFiles | None:
    """Return where histories go; ``None`` where none are asked for."""
    if not followed:
        return None
    if engine != "persons" or out is None:
        found = f"engine {engine}, " + ("no folder" if out is None else f"folder {out}")
        mend = "name a folder and ask for the persons engine"
        raise CounterstreamError(
            Problem("U207", "histories have nowhere to come from or go to", found=found, mend=mend)
        )
    return HistoryFiles(system, out / "histories", followed)


def check_engine(engine: str) -> None:
    """Raise ``U203`` for an engine that there is not."""
    if engine not in ENGINES:
        raise CounterstreamError(Problem("U203", "there is no such engine", found=engine, allowed=", ".join(ENGINES)))


def find_draws(system: System, run: Path | None, n_draws: int, seed: int) -> Draw:
    """Return posterior draws of a run, or draws of the priors where there is none."""
    return make_draws(system, find_flats(system, run, n_draws, seed))


def find_flats(system: System, run: Path | None, n_draws: int, seed: int) -> Floats:
    """Return flat vectors of posterior draws of a run, or of the priors; shape (draw, unknown).

    Raises
    ------
    CounterstreamError
        If the run holds no finished fit (U204), or the fit of another system (U205).
    """
    unknowns = system_unknowns(system)
    if run is None:
        keys = jax.random.split(jax.random.key(seed), n_draws)
        return np.asarray(jax.jit(jax.vmap(unknowns.draw_prior))(keys))
    flats, names = read_flats(run)
    if names[: unknowns.dimension] != list(unknowns.labels()):
        raise other_system(run)
    pooled = flats.reshape(-1, flats.shape[-1])[:, : unknowns.dimension]
    return pooled[np.linspace(0, pooled.shape[0] - 1, n_draws).astype(int)]


def make_draws(system: System, flats: Floats) -> Draw:
    """Return draws of a system's unknowns from their flat vectors, shape (draw, unknown)."""
    unknowns = system_unknowns(system)
    return jax.jit(jax.vmap(lambda z: to_draw(system, unknowns.constrain(z))))(flats)


def run_engine(changed: Changed, draws: Draw, n_draws: int, engine: str, how: Following, listener: Progress) -> Course:
    """Run draws of a system under a scenario with an engine; shapes as in :class:`Course`."""
    program = compile_system(changed.system)
    adjusted = changed.adjust(draws)
    if engine == "expected":
        return simulate_expected_draws(program, adjusted, n_draws)
    if engine == "persons":
        steps = changed.system.clock.n_steps

        def told(done: float) -> None:
            listener.told("simulate", round(done * steps), n_draws * steps, "steps of draws")

        whole = simulate_persons(program, adjusted, n_draws, following=replace(how, told=told))
    else:
        whole = simulate_counts(program, adjusted, n_draws, seed=how.seed)
    return Course(whole.flows.astype(np.float64), whole.stocks.astype(np.float64))


def _table(system: System, course: Course) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {"kind": [], "name": [], "date": [], **{k: [] for k in INTERVALS}}
    days = [day.isoformat() for day in system.clock.boundaries]
    sets = (("flow", system.flow_names, course.flows), ("stock", system.status_names, course.stocks))
    for kind, names, array in sets:
        for i, name in enumerate(names):
            bands = np.quantile(array[:, :, :, i].sum(axis=2), list(INTERVALS.values()), axis=0)
            n = bands.shape[1]
            columns["kind"].extend([kind] * n)
            columns["name"].extend([name] * n)
            columns["date"].extend(days[:n])
            for k, band in zip(INTERVALS, bands, strict=True):
                columns[k].extend(band.tolist())
    return columns
