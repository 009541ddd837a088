"""Calibrate the inference on a small system by simulation, and show that planted faults are noticed.

    python validation/calibrate_small.py 100 validation/results/calibration_small.json

A system of two statuses with unknown rates of departure and return is spoken of by claims of
every form.  Three calibrations are made: of the inference as it is, of one that takes the
sources for twice as exact as they are, and of one that reads "over" as "under".
"""

from __future__ import annotations

import hashlib
import json
import platform
import sys
import time
from dataclasses import replace
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from jax import Array

from counterstream.evidence.answering import AnsweredClaim, answer_claims
from counterstream.evidence.ledger import Ledger
from counterstream.infer import calibrate
from counterstream.infer.calibrate import Calibration, run_calibration
from counterstream.infer.claims import Form
from counterstream.infer.lanes import Likelihood
from counterstream.infer.measurement import Noise
from counterstream.infer.posterior import Given, Posterior
from counterstream.spec import parse_system
from counterstream.system.system import System

SYSTEM = """
format: counterstream-system/1
name: shores
title: Departure and return
time: {step: quarter, start: 2000-01-01, end: 2004-12-31}
places: {home: {}, away: {}}
statuses: {home: {place: home}, away: {place: away}}
initial: [{status: home, persons: 100000}]
parameters:
  leaving: {prior: {lognormal: {median: 0.05, sd_log: 0.5}}, unit: per_year, reason: invented}
  returning: {prior: {lognormal: {median: 0.1, sd_log: 0.5}}, unit: per_year, reason: invented}
moves:
  leave: {kind: rate, from: home, to: away, rate_per_year: leaving}
  return: {kind: rate, from: away, to: home, rate_per_year: returning}
observables:
  departures: {flow: {flows: [leave]}, answers: [{what: [departures]}]}
  returns: {flow: {flows: [return]}, answers: [{what: [returns]}]}
  share:
    ratio: {numerator: {flow: {flows: [return]}}, denominator: {flow: {flows: [leave]}}}
    unit: share
    answers: [{what: [share]}]
"""
DESIGN = (
    ("departures", "flow", 2000, 5000.0, "exact", "register"),
    ("departures", "flow", 2001, 5000.0, "exact", "register"),
    ("departures", "flow", 2001, 4000.0, "over", "paper"),
    ("departures", "flow", 2002, 4000.0, "over", "paper"),
    ("departures", "flow", 2003, 4000.0, "over", "paper"),
    ("returns", "flow", 2003, 1000.0, "about", "paper"),
    ("returns", "flow", 2004, 1000.0, "exact", "register"),
    ("share", "share", 2004, 0.3, "exact", "register"),
)


def read_design() -> tuple[System, tuple[AnsweredClaim, ...]]:
    """Return the system and the claims whose values the simulations replace."""
    system, problems = parse_system(SYSTEM)
    if system is None:
        raise SystemExit("\n".join(str(p) for p in problems))
    from counterstream.evidence.claim import Claim, Hedge, QuantityKind, Use

    claims = tuple(
        Claim(
            id=f"D{i}",
            source_id="S",
            locator="",
            statement="",
            quantity_kind=QuantityKind(kind),
            what=what,
            group="",
            origin="",
            destination="",
            first=date(year, 1, 1),
            last=date(year, 12, 31),
            value=value,
            low=None,
            high=None,
            hedge=Hedge(hedge),
            unit="share" if what == "share" else "persons",
            notes="",
            agency=agency,
            use=Use.FIT,
            file="",
            line=i,
        )
        for i, (what, kind, year, value, hedge, agency) in enumerate(DESIGN)
    )
    return system, answer_claims(system, Ledger(claims, (), ())).answered


def twice_as_exact(posterior: Posterior) -> Likelihood:
    """Return a log-density with every claim's width halved."""

    def likelihood(noise: Noise, given: Given) -> Array:
        narrow = noise._replace(scale=0.5 * noise.scale)
        return posterior.measurement.log_densities(narrow, given.observed)[0]

    return likelihood


def over_read_as_under(posterior: Posterior) -> Likelihood:
    """Return a log-density that takes lower bounds for upper ones."""
    table = posterior.table
    turned = replace(table, form=np.where(table.form == Form.EXCESS, Form.SHORTFALL, table.form))
    measurement = replace(posterior.measurement, table=turned)

    return lambda noise, given: measurement.log_densities(noise, given.observed)[0]


def hash_code() -> str:
    """Return a hash of the inference's code."""
    folder = Path(calibrate.__file__).parent
    text = b"".join(path.read_bytes() for path in sorted(folder.glob("*.py")))
    return hashlib.sha256(text).hexdigest()


def main() -> None:
    """Run the three calibrations and write what came of them."""
    n, out = int(sys.argv[1]), Path(sys.argv[2])
    system, claims = read_design()
    found: dict[str, Any] = {}
    for name, fault in (("as it is", None), ("twice as exact", twice_as_exact), ("over as under", over_read_as_under)):
        begun = time.perf_counter()
        told: Calibration = run_calibration(system, claims, n, 99, seed=1, fault=fault)
        found[name] = {**told.summary(), "seconds": round(time.perf_counter() - begun, 1)}
        print(name, found[name], flush=True)
    versions = {name: version(name) for name in ("jax", "numpyro", "blackjax", "numpy", "scipy")}
    about = {"code_sha256": hash_code(), "python": platform.python_version(), "versions": versions}
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps({"about": about, "calibrations": found}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
