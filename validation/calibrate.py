"""Calibrate the inference by simulation, and show that planted faults are noticed.

    python validation/calibrate.py shores 1000 200 sweeps validation/results/calibration-shores.json

The arguments: a folder of ``validation/cases``, simulations of the inference as it is (0: those that
``counterstream sweep run`` has made so far), simulations of each fault (0: those that the result
holds stay), a folder for what is done so far (a stopped calibration goes on), and the result.
"""

from __future__ import annotations

import json
import platform
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from jax import Array

from counterstream.case import Case, load_case
from counterstream.evidence.answering import answer_claims
from counterstream.evidence.claim import Use
from counterstream.infer.calibrate import Calibration, Calibrator
from counterstream.infer.claims import Form
from counterstream.infer.lanes import Likelihood
from counterstream.infer.measurement import Noise, Observed
from counterstream.infer.posterior import Given, Posterior
from counterstream.workflow.calibrate import gather_calibration, identify, run_calibration, summarise

DRAWS, SEED = 99, 1
#: Simulations of a fault between two writings.
SAVED_EVERY = 20


def twice_as_exact(posterior: Posterior) -> Likelihood:
    """Return a log-density with every claim's width halved."""

    def likelihood(noise: Noise, given: Given) -> Array:
        narrow = noise._replace(scale=0.5 * noise.scale, relative=0.5 * noise.relative)
        return posterior.measurement.log_densities(narrow, given.observed)[0]

    return likelihood


def over_read_as_under(posterior: Posterior) -> Likelihood:
    """Return a log-density that takes lower bounds for upper ones."""
    table = posterior.table
    turned = replace(table, form=np.where(table.form == Form.EXCESS, Form.SHORTFALL, table.form))
    measurement = replace(posterior.measurement, table=turned)
    return lambda noise, given: measurement.log_densities(noise, given.observed)[0]


def every_claim_twice(posterior: Posterior) -> Likelihood:
    """Return a log-density in which every claim counts twice."""
    return lambda noise, given: 2.0 * posterior.measurement.log_densities(noise, given.observed)[0]


def a_tenth_too_low(posterior: Posterior) -> Likelihood:
    """Return a log-density that reads every figure a tenth too low (0.1 on the working scale)."""

    def likelihood(noise: Noise, given: Given) -> Array:
        seen = given.observed
        low = Observed(seen.value - 0.1, seen.low - 0.1, seen.high - 0.1, seen.persons)
        return posterior.measurement.log_densities(noise, low)[0]

    return likelihood


def bounds_read_as_figures(posterior: Posterior) -> Likelihood:
    """Return a log-density that reads "over 4,000" as "4,000"."""
    table = posterior.table
    bounds = np.isin(table.form, (Form.EXCESS, Form.SHORTFALL))
    measurement = replace(posterior.measurement, table=replace(table, form=np.where(bounds, Form.STATED, table.form)))
    return lambda noise, given: measurement.log_densities(noise, given.observed)[0]


FAULTS: Mapping[str, Callable[[Posterior], Likelihood]] = {
    "twice as exact": twice_as_exact,
    "over read as under": over_read_as_under,
    "every claim twice": every_claim_twice,
    "a tenth too low": a_tenth_too_low,
    "bounds read as figures": bounds_read_as_figures,
}


def calibrate_fault(case: Case, name: str, n: int, folder: Path) -> Calibration:
    """Calibrate an inference with a planted fault by at least ``n`` simulations; ranks are kept in ``folder``."""
    claims = answer_claims(case.system, case.ledger).select_use(Use.FIT)
    calibrator = Calibrator(case.system, claims, DRAWS, SEED, fault=FAULTS[name])
    kept = folder / f"{name.replace(' ', '-')}-{identify(case)[:12]}.npy"
    ranks = list(np.load(kept)) if kept.exists() else []
    while len(ranks) < n:
        ranks.append(calibrator.rank(len(ranks)))
        if len(ranks) % SAVED_EVERY == 0 or len(ranks) == n:
            np.save(kept, np.array(ranks))
    return Calibration(calibrator.names, np.array(ranks), DRAWS)


def main() -> None:
    """Calibrate the inference as it is and with each fault; the result is written after each."""
    name, n, n_faulty, folder, out = (
        sys.argv[1],
        int(sys.argv[2]),
        int(sys.argv[3]),
        Path(sys.argv[4]),
        Path(sys.argv[5]),
    )
    case = load_case(Path(__file__).parent / "cases" / name)
    sweep = folder / name
    begun = time.perf_counter()
    if n:
        run_calibration(case, sweep, n, DRAWS, SEED)
    plan, honest = gather_calibration(sweep, so_far=True)
    about = {"python": platform.python_version(), "processor": platform.machine()}
    before = json.loads(out.read_text(encoding="utf-8"))["calibrations"] if out.exists() else {}
    found: dict[str, Any] = {**before, "as it is": summarise(plan, honest)}
    out.parent.mkdir(parents=True, exist_ok=True)
    for fault in ("", *(FAULTS if n_faulty else ())):
        if fault:
            begun = time.perf_counter()
            # The code is told of: faults of an earlier one stay in the file until they are made anew.
            found[fault] = {
                **calibrate_fault(case, fault, n_faulty, sweep).summary(),
                "identity": identify(case),
            }
        print(fault or "as it is", found[fault or "as it is"], f"{time.perf_counter() - begun:.0f} s", flush=True)
        out.write_text(json.dumps({"about": about, "calibrations": found}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
