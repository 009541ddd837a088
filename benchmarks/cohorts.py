"""Runs per second of both engines on a system of 8 statuses, 16 groups and 288 months, and the flagship's gradient.

    taskset -c 0 python benchmarks/cohorts.py benchmarks/results/cohorts.json

``taskset`` keeps it on one core; figures are per core then.  Times include everything but
compilation, which is told apart.  The counts engine draws two binomials for each of 128 cells
in each step; NumPy's binomials a second, measured beside it, are what it can be held against.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from ring import ring_system

from counterstream.case import load_case
from counterstream.dynamics.draw import Draw
from counterstream.dynamics.program import compile_system
from counterstream.evidence.answering import answer_claims
from counterstream.evidence.claim import Use
from counterstream.infer.lanes import compile_lanes
from counterstream.infer.posterior import Posterior
from counterstream.simulate.counts import simulate_counts
from counterstream.simulate.courses import Courses
from counterstream.simulate.series import Reading
from counterstream.system.parameter import Family, Parameter, Prior

N_EXPECTED, N_COUNTS = 10_000, 1_000
RESULTS = Path(__file__).parent / "results" / "cohorts.json"


def measure_cohorts() -> dict[str, float]:
    """Return runs per second of the expected and the counts engine."""
    rate = Parameter("rate", Prior(Family.LOGNORMAL, (0.1, 0.5)), "per_year", "invented")
    program = compile_system(ring_system(16, date(1991, 12, 31), {"s0": 1e6}, ("rate", 0.05), rate))
    rates = jnp.asarray(np.random.default_rng(1).lognormal(np.log(0.1), 0.5, N_EXPECTED))
    courses = Courses(program, (Reading("flow", ("next0",)), Reading("stock", ("s7",))))
    begun = time.perf_counter()
    courses.run(Draw({"rate": rates[:64]}, {}), 64)
    compiled = time.perf_counter() - begun
    begun = time.perf_counter()
    courses.run(Draw({"rate": rates}, {}), N_EXPECTED)
    expected = N_EXPECTED / (time.perf_counter() - begun)
    simulate_counts(program, Draw({"rate": rates[:250]}, {}), 250)
    random = np.random.default_rng(1)
    begun = time.perf_counter()
    # Of whom the ring holds on average in a cell, how many leave, and then by which way.
    leaving = random.binomial(1_000_000 // (8 * 16), -np.expm1(-0.15 / 12.0), 1_000_000)
    random.binomial(leaving, 2.0 / 3.0)
    binomials = 2_000_000 / (time.perf_counter() - begun)
    begun = time.perf_counter()
    simulate_counts(program, Draw({"rate": rates[:N_COUNTS]}, {}), N_COUNTS)
    counts = N_COUNTS / (time.perf_counter() - begun)
    return {
        "expected_runs_per_s": expected,
        "counts_runs_per_s": counts,
        "numpy_binomials_per_s": binomials,
        "counts_share_of_numpy_binomials": counts * 2 * 288 * 8 * 16 / binomials,
        "expected_compile_s": compiled,
    }


def measure_gradient() -> dict[str, float]:
    """Return gradients per second of the flagship's log-density, 32 points at a time."""
    case = load_case("soviet-third-wave")
    posterior = Posterior(case.system, answer_claims(case.system, case.ledger).select_use(Use.FIT))
    begun = time.perf_counter()
    lanes = compile_lanes(posterior)
    compiled = time.perf_counter() - begun
    points = 0.01 * np.random.default_rng(1).standard_normal((32, posterior.dimension))
    lanes(points)
    begun = time.perf_counter()
    for _ in range(10):
        lanes(points)
    return {"gradients_per_s": 320 / (time.perf_counter() - begun), "gradient_compile_s": compiled}


def main() -> None:
    """Measure and write."""
    found: dict[str, Any] = {**measure_cohorts(), **measure_gradient()}
    found["cores_allowed"] = len(os.sched_getaffinity(0))
    found["load_average"] = os.getloadavg()[0]
    found["machine"] = {"processor": platform.machine(), "python": platform.python_version()}
    found["versions"] = {name: version(name) for name in ("jax", "numba", "numpy")}
    found["backend"] = jax.default_backend()
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else RESULTS
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
