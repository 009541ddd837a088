"""The small model of ``fit_peers.py``, written in PyMC and sampled by nutpie; started by that script.

Reads JSON from standard input and writes JSON to standard output.  Runs in an environment that has PyMC and
nutpie but not counterstream, so everything about the model is written out here a second time.
"""

from __future__ import annotations

import contextlib
import json
import math
import platform
import sys
import time
from importlib.metadata import version
from typing import Any

import numpy as np
import nutpie
import pymc as pm
import pytensor
import pytensor.tensor as pt

HOME_AT_START = 100_000.0
YEARS, MONTHS = 10, 12
TAILS = 5.0
LEAST_SPREAD = 0.01
WRONG_SD = 1.5
LOGNORMALS = {
    "leaving": (0.05, 1.0),
    "returning": (0.05, 1.0),
    "process_flow": (0.08, 0.5),
    "process_share": (0.16, 0.5),
    "process_stock": (0.16, 0.5),
    "bias_sd_flow": (0.05, 0.5),
    "bias_sd_share": (0.15, 0.5),
    "bias_sd_stock": (0.15, 0.5),
    "spread": (0.03, 0.5),
    "rounding": (0.6, 0.5),
    "reach": (1.0, 0.4),
}
VERSIONS = ("pymc", "nutpie", "pytensor", "numba", "numpy")


def run_steps(leave: Any, come_back: Any) -> tuple[Any, Any]:
    """Return departures and returns by month, stepping through all months as a model of any system would."""

    def step(home: Any, away: Any, leave: Any, come_back: Any) -> tuple[Any, ...]:
        left, returned = home * leave, away * come_back
        return home - left + returned, away - returned + left, left, returned

    start = (*(pt.constant(x, dtype="float64") for x in (HOME_AT_START, 0.0)), None, None)
    outputs = pytensor.scan(
        step, outputs_info=start, non_sequences=(leave, come_back), n_steps=YEARS * MONTHS, return_updates=False
    )
    return outputs[2], outputs[3]


def run_closed(leave: Any, come_back: Any) -> tuple[Any, Any]:
    """Return the same by the powers of the two-place matrix: a short cut that only constant rates allow."""
    both = leave + come_back
    settled = HOME_AT_START * come_back / both
    home = settled + (HOME_AT_START - settled) * (1.0 - both) ** np.arange(YEARS * MONTHS)
    return home * leave, (HOME_AT_START - home) * come_back


DYNAMICS = {"steps": run_steps, "closed": run_closed}


def build_model(claims: list[dict[str, Any]], dynamics: str) -> pm.Model:
    """Return the model; the claims are exact, of flows, and by one agency that has no bias."""
    years = np.array([c["year"] for c in claims])
    is_return = np.array([c["flow"] == "returns" for c in claims])
    months = np.array([c["months"] for c in claims])
    said = np.log([c["value"] for c in claims])
    with pm.Model() as model:
        own = {name: pm.LogNormal(name, np.log(median), sd) for name, (median, sd) in LOGNORMALS.items()}
        agency_spread = pm.Normal("agency_spread", 0.0, 1.0)
        wrong = pm.Beta("wrong", 0.05 * 40.0, 0.95 * 40.0)
        leave, come_back = (-pt.expm1(-own[name] / MONTHS) for name in ("leaving", "returning"))
        yearly = [flow.reshape((YEARS, MONTHS)).sum(axis=1) for flow in DYNAMICS[dynamics](leave, come_back)]
        truth = pt.where(is_return, yearly[1][years], yearly[0][years])
        spread = pt.sqrt(LEAST_SPREAD**2 + (own["spread"] * pt.exp(0.5 * agency_spread)) ** 2)
        scale = pt.sqrt(spread**2 + (own["process_flow"] / np.sqrt(months)) ** 2 + 1.0 / truth)
        centre = pt.log(truth)
        parts = [
            pm.StudentT.dist(nu=TAILS, mu=centre, sigma=scale),
            pm.StudentT.dist(nu=TAILS, mu=centre, sigma=pt.sqrt(scale**2 + WRONG_SD**2)),
        ]
        pm.Mixture("said", pt.stack([1.0 - wrong, wrong]), parts, observed=said)
    return model


def unconstrain(name: str, value: float) -> float:
    """Take a value to the scale on which it is sampled."""
    if name == "wrong":
        return math.log(value / (1.0 - value))
    return math.log(value) if name in LOGNORMALS else value


def evaluate(model: pm.Model, points: list[dict[str, float]]) -> dict[str, Any]:
    """Return log-densities on the unconstrained scale, and gradients there by unknown."""
    names = [variable.name for variable in model.free_RVs]
    inside = [variable.name for variable in model.value_vars]
    # Not compiled: a few points are soon worked out, and the graph is the one that was sampled.
    function = model.compile_fn([model.logp(), model.dlogp()], mode="FAST_COMPILE")
    found: dict[str, Any] = {"log_densities": [], "slopes": []}
    for point in points:
        scaled = {i: np.asarray(unconstrain(name, point[name])) for i, name in zip(inside, names, strict=True)}
        density, slope = function(scaled)
        found["log_densities"].append(float(density))
        found["slopes"].append(dict(zip(names, slope.tolist(), strict=True)))
    return found


def fit(given: dict[str, Any]) -> dict[str, Any]:
    """Compile, sample and evaluate."""
    begun = time.perf_counter()
    model = build_model(given["claims"], given["dynamics"])
    compiled = nutpie.compile_pymc_model(model, backend="numba")
    built = time.perf_counter()
    trace = nutpie.sample(
        compiled,
        draws=given["n_draws"],
        tune=given["n_warm"],
        chains=given["n_chains"],
        seed=given["seed"],
        progress_bar=False,
    )
    sampled = time.perf_counter()
    return {
        "seconds": {"compile": built - begun, "sampling": sampled - built},
        "draws": {v.name: trace.posterior[v.name].values.tolist() for v in model.free_RVs},
        "divergences": int(trace.sample_stats["diverging"].values.sum()),
        "leapfrogs": float(trace.sample_stats["n_steps"].values.mean()),
        "versions": {"python": platform.python_version(), **{name: version(name) for name in VERSIONS}},
        **evaluate(model, given["points"]),
    }


def main() -> None:
    """Read, fit, write."""
    given = json.load(sys.stdin)
    with contextlib.redirect_stdout(sys.stderr):
        found = fit(given)
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
