"""One small model fitted by counterstream and, beside it in the same run, by PyMC with nutpie.

    python benchmarks/fit_peers.py [--environment DIR] [--trial]

Two places, ten years by month, two unknown rates and everything that the measurement model does not know,
and 20 exact claims.  PyMC and nutpie run in an environment of their own, which is made in DIR (or in a
temporary folder) and used again if it is there; ``peers/pymc_model.py`` writes the model out a second time.
There it is fitted twice: with the dynamics stepped through, and by a closed form that only constant rates
allow.  Before any figure is told, log-densities and gradients are compared at random points.

Seconds of sampling run from the end of compilation to the last draw, with what each side does to adapt.
Both sides compile from nothing.  Effective draws are those of the least well explored unknown.  Writes
``results/fit_peers.json``; a trial takes few draws, of the closed form only, and writes nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jax
import numpy as np
from arviz_stats.base import array_stats
from check_imports import describe_machine
from numpy.typing import NDArray
from peers.environment import ask_peer, make_environment

import counterstream
from counterstream.evidence.answering import AnsweredClaim
from counterstream.evidence.claim import Claim, Hedge, QuantityKind
from counterstream.infer.fit import Fit, FitSettings, fit_system
from counterstream.infer.lanes import compile_lanes
from counterstream.infer.posterior import MEASUREMENT, Posterior
from counterstream.spec import parse_system
from counterstream.system.system import System
from counterstream.units import DAYS_PER_YEAR, MONTHS_PER_YEAR

Floats = NDArray[np.float64]

SYSTEM = """
format: counterstream-system/1
name: shores
title: Departure and return
time: {step: month, start: 2000-01-01, end: 2009-12-31}
places: {home: {}, away: {}}
statuses: {home: {place: home}, away: {place: away}}
initial: [{status: home, persons: 100000}]
parameters:
  leaving: {prior: {lognormal: {median: 0.05, sd_log: 1.0}}, unit: per_year, reason: invented}
  returning: {prior: {lognormal: {median: 0.05, sd_log: 1.0}}, unit: per_year, reason: invented}
moves:
  leave: {kind: rate, from: home, to: away, rate_per_year: leaving}
  return: {kind: rate, from: away, to: home, rate_per_year: returning}
observables:
  departures: {flow: {flows: [leave]}, answers: [{what: [departures]}]}
  returns: {flow: {flows: [return]}, answers: [{what: [returns]}]}
"""
FIRST_YEAR, YEARS, MONTHS = 2000, 10, 12
TRUE_LEAVING, TRUE_RETURNING, TRUE_SPREAD = 0.08, 0.2, 0.04
RATES = ("leaving", "returning")
SEED = 1
N_POINTS = 8
CLOSENESS = 1e-6
PEERS = ("pymc", "nutpie[pymc]")
MODEL = Path(__file__).parent / "peers" / "pymc_model.py"
RESULTS = Path(__file__).parent / "results" / "fit_peers.json"
VERSIONS = ("jax", "numba", "numpy")


def invent_claims(system: System) -> tuple[AnsweredClaim, ...]:
    """Return departures and returns of each year at the true rates, as one unbiased registrar might count them."""
    home, away = 100_000.0, 0.0
    leave, come_back = -np.expm1(-np.array([TRUE_LEAVING, TRUE_RETURNING]) / MONTHS)
    errors = np.random.default_rng(SEED).normal(0.0, TRUE_SPREAD, (YEARS, 2))
    claims: list[AnsweredClaim] = []
    for year in range(YEARS):
        counted = np.zeros(2)
        for _ in range(MONTHS):
            left, returned = home * leave, away * come_back
            home, away = home - left + returned, away - returned + left
            counted += (left, returned)
        said = np.round(counted * np.exp(errors[year]))
        for flow, value in zip(("departures", "returns"), said, strict=True):
            claim = make_claim(f"{flow}-{year}", flow, FIRST_YEAR + year, float(value))
            observable = next(o for o in system.observables if o.name == flow)
            claims.append(AnsweredClaim(claim, observable, 1.0, False, "registry", "registrar", True))
    return tuple(claims)


def make_claim(name: str, what: str, year: int, value: float) -> Claim:
    """Return an exact figure of a whole year."""
    return Claim(
        id=name,
        source_id="S",
        locator="",
        statement="",
        quantity_kind=QuantityKind.FLOW,
        what=what,
        group="",
        origin="",
        destination="",
        first=date(year, 1, 1),
        last=date(year, 12, 31),
        value=value,
        low=None,
        high=None,
        hedge=Hedge.EXACT,
        unit="persons",
        notes="",
        agency="registry",
    )


def plain_claim(answered: AnsweredClaim) -> dict[str, Any]:
    """Return what the peer is told of a claim."""
    claim = answered.claim
    months = claim.days * MONTHS_PER_YEAR / DAYS_PER_YEAR
    return {"flow": claim.what, "year": claim.first.year - FIRST_YEAR, "months": months, "value": claim.value}


def plain_name(label: str) -> str:
    """Return what the peer calls an unknown."""
    return label.removeprefix(MEASUREMENT).removesuffix("[0]").removesuffix("_registrar")


def run_peer(python: Path, given: dict[str, Any]) -> dict[str, Any]:
    """Return what the peer found; compiled code of earlier runs is out of its reach."""
    with tempfile.TemporaryDirectory() as cache:
        environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTENSOR_FLAGS")}
        environment |= {"PYTENSOR_FLAGS": f"base_compiledir={cache}", "NUMBA_CACHE_DIR": cache}
        return ask_peer(python, MODEL, given, environment)


def random_points(posterior: Posterior) -> Floats:
    """Return points drawn from the prior, shape (point, dimension)."""
    keys = jax.random.split(jax.random.key(SEED), N_POINTS)
    return np.stack([np.asarray(posterior.unknowns.draw_prior(key)) for key in keys])


def named_points(posterior: Posterior, points: Floats) -> list[dict[str, float]]:
    """Return the values of all unknowns at points, by the peer's names."""
    constrained = [posterior.unknowns.constrain(point) for point in points]
    return [{plain_name(k): float(np.squeeze(v)) for k, v in values.items()} for values in constrained]


def compare_densities(posterior: Posterior, points: Floats, peer: dict[str, Any]) -> dict[str, float]:
    """Return how far log-densities (up to a constant) and slopes are apart, relative; end if that is too far.

    The peer's scale is the logarithm (the logit of a share), counterstream's is in units of the prior's width
    there: slopes differ by that width.
    """
    densities, slopes = compile_lanes(posterior)(points)
    names = [plain_name(label) for label in posterior.unknowns.labels()]
    logs = [name for name in names if name not in ("agency_spread", "wrong")]
    origin, unit = (named_points(posterior, np.full((1, posterior.dimension), x))[0] for x in (0.0, 1.0))
    widths = np.array([np.log(unit[name] / origin[name]) if name in logs else 1.0 for name in names])
    theirs = np.array([[at[name] for name in names] for at in peer["slopes"]]) * widths
    steps, their_steps = np.diff(densities), np.diff(peer["log_densities"])
    found = {
        "points": float(len(points)),
        "log_density_differences": float(np.max(np.abs(steps - their_steps) / np.maximum(np.abs(steps), 1.0))),
        "slopes": float(np.max(np.abs(slopes - theirs) / np.abs(slopes).max(axis=1, keepdims=True))),
    }
    if not max(found["log_density_differences"], found["slopes"]) < CLOSENESS:
        raise SystemExit(f"the two models differ: {found}")
    return found


def summarise(draws: dict[str, Floats], seconds: dict[str, float]) -> dict[str, Any]:
    """Return effective draws, and the rates' medians with their Monte Carlo errors.

    Parameters
    ----------
    draws
        Draws of each unknown, shape (chain, draw).
    seconds
        Wall seconds of compilation and of sampling.
    """
    at = {"chain_axis": 0, "draw_axis": 1}
    bulk = {name: float(array_stats.ess(x, method="bulk", **at)) for name, x in draws.items()}
    least = min(bulk.values())
    n_chains, n_draws = next(iter(draws.values())).shape
    return {
        "seconds": {name: round(x, 3) for name, x in seconds.items()},
        "chains": n_chains,
        "draws": n_chains * n_draws,
        "least_ess_bulk": least,
        "least_explored": min(bulk, key=bulk.__getitem__),
        "least_ess_bulk_of_rates": min(bulk[name] for name in RATES),
        "ess_per_second_of_sampling": least / seconds["sampling"],
        "ess_per_second_with_compilation": least / (seconds["sampling"] + seconds["compile"]),
        "max_rhat": max(float(array_stats.rhat(x, **at)) for x in draws.values()),
        "medians": {
            name: {
                "median": float(np.median(draws[name])),
                "error": float(array_stats.mcse(draws[name], method="median", **at)),
            }
            for name in RATES
        },
        "ess_bulk": bulk,
    }


def summarise_own(fit: Fit) -> dict[str, Any]:
    """Return the figures of counterstream's fit."""
    shape = fit.flats.shape[:2]
    draws = {plain_name(name): x.reshape(shape) for name, x in fit.values().items()}
    phases = {name: fit.seconds[name] for name in ("mode", "warm-up", "sampling")}
    told = summarise(draws, {"compile": fit.seconds["compile"], "sampling": sum(phases.values())})
    divergences = fit.mixing.divergences if fit.mixing is not None else 0
    return {**told, "phases": phases, "leapfrogs_per_draw": fit.leapfrogs, "divergences": divergences}


def summarise_peer(peer: dict[str, Any]) -> dict[str, Any]:
    """Return the figures of a peer's fit."""
    told = summarise({name: np.array(x) for name, x in peer["draws"].items()}, peer["seconds"])
    return {**told, "leapfrogs_per_draw": peer["leapfrogs"], "divergences": peer["divergences"]}


def show(rows: dict[str, dict[str, Any]], closeness: dict[str, dict[str, float]]) -> None:
    """Print a small table."""
    print(f"{'':24}{'compile s':>10}{'sample s':>10}{'draws':>7}{'ESS':>7}{'ESS/s':>9}", end="")
    print("".join(f"{name:>22}" for name in RATES))
    for name, told in rows.items():
        seconds = told["seconds"]
        print(f"{name:24}{seconds['compile']:10.1f}{seconds['sampling']:10.2f}{told['draws']:7d}", end="")
        print(f"{told['least_ess_bulk']:7.0f}{told['ess_per_second_of_sampling']:9.1f}", end="")
        medians = [f"{m['median']:.5f} ± {m['error']:.5f}" for m in told["medians"].values()]
        print("".join(f"{median:>22}" for median in medians))
    for name, found in closeness.items():
        print(f"{name}: log-densities agree to {found['log_density_differences']:.1e},", end=" ")
        print(f"gradients to {found['slopes']:.1e} (relative, {found['points']:.0f} points)")


def main() -> None:
    """Fit on both sides, compare, tell and write."""
    parser = argparse.ArgumentParser(description="One small model fitted by counterstream and by PyMC with nutpie.")
    parser.add_argument("--environment", type=Path, help="folder of the peers' environment; made if it is not there")
    parser.add_argument("--trial", action="store_true", help="few draws, the closed form only; nothing is written")
    asked = parser.parse_args()
    system, problems = parse_system(SYSTEM)
    if system is None:
        raise SystemExit("\n".join(str(p) for p in problems))
    claims = invent_claims(system)
    settings = FitSettings(n_chains=16, n_warm=120, n_draws=20 if asked.trial else 200, quick=False)
    their_settings = {"n_chains": 4, "n_warm": 100 if asked.trial else 500, "n_draws": 50 if asked.trial else 500}
    machine = describe_machine()
    with tempfile.TemporaryDirectory() as temporary:
        python = make_environment(asked.environment or Path(temporary) / "peers", PEERS)
        fit = fit_system(system, claims, settings)
        points = random_points(fit.posterior)
        given = {
            **their_settings,
            "claims": [plain_claim(c) for c in claims],
            "points": named_points(fit.posterior, points),
            "seed": SEED,
        }
        dynamics = ("closed",) if asked.trial else ("steps", "closed")
        peers = {f"pymc-nutpie, {d}": run_peer(python, {**given, "dynamics": d}) for d in dynamics}
    closeness = {name: compare_densities(fit.posterior, points, peer) for name, peer in peers.items()}
    rows = {"counterstream": summarise_own(fit)} | {name: summarise_peer(peer) for name, peer in peers.items()}
    show(rows, closeness)
    if asked.trial:
        return
    result = {
        "what": f"two rates and {fit.posterior.dimension - 2} measurement unknowns from {len(claims)} exact claims",
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        "agreement": {"allowed": CLOSENESS, **closeness},
        "true_rates": {"leaving": TRUE_LEAVING, "returning": TRUE_RETURNING},
        "fits": rows,
        "peer_settings": their_settings,
        "machine": machine,
        "versions": {
            "counterstream": counterstream.__version__,
            "python": platform.python_version(),
            **{name: version(name) for name in VERSIONS},
        },
        "peer_versions": next(iter(peers.values()))["versions"],
    }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
