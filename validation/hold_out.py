"""Fit the flagship without some of its claims and ask it about them: ten fits, in two sets of five folds.

    python validation/hold_out.py validation/results/hold_out.json

Folds by agency leave out all claims of some ultimate agencies, so that their bias is unknown
too; folds by years leave out every fifth year.  Beside the predictive intervals stands the
straight interpolation of the ledger's own series: what the kept claims on the same observable
say before and after, joined by a straight line (of logs, for persons).
"""

from __future__ import annotations

import json
import platform
import sys
import time
import zlib
from collections import defaultdict
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from counterstream.case import load_case
from counterstream.evidence.answering import AnsweredClaim, answer_claims
from counterstream.evidence.claim import Use
from counterstream.infer.claims import ClaimTable, Kind, tabulate_claims
from counterstream.infer.fit import FitSettings, fit_system
from counterstream.infer.predict import ClaimPredictor
from counterstream.system.system import System

N_FOLDS = 5
SETTINGS = FitSettings(n_chains=16, n_warm=80, n_draws=50, quick=False)
Folds = list[list[int]]


def folds_by_agency(claims: Sequence[AnsweredClaim]) -> Folds:
    """Deal agencies out, the largest first, each to the fold that has fewest claims so far."""
    by_agency: dict[str, list[int]] = defaultdict(list)
    for index, claim in enumerate(claims):
        by_agency[claim.agency].append(index)
    folds: Folds = [[] for _ in range(N_FOLDS)]
    for agency in sorted(by_agency, key=lambda a: (-len(by_agency[a]), zlib.crc32(a.encode()))):
        min(folds, key=len).extend(by_agency[agency])
    return folds


def folds_by_years(claims: Sequence[AnsweredClaim]) -> Folds:
    """Leave every fifth year out, by the middle of each claim's window."""
    folds: Folds = [[] for _ in range(N_FOLDS)]
    for index, claim in enumerate(claims):
        folds[middle_year(claim) % N_FOLDS].append(index)
    return folds


def middle_year(claim: AnsweredClaim) -> int:
    """Return the year in which the middle of the window lies."""
    first, last = claim.claim.first, claim.claim.last
    return (first + (last - first) / 2).year


def interpolate(system: System, kept: Sequence[AnsweredClaim], asked: Sequence[AnsweredClaim]) -> np.ndarray:
    """Return what the kept claims on the same observable say by interpolation, NaN where there is none."""
    table, wanted = tabulate_claims(system, kept), tabulate_claims(system, asked)
    series: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for index, claim in enumerate(kept):
        level = _level(table, index)
        if np.isfinite(level):
            series[claim.observable.name].append((_middle(claim), level))
    found = np.full(len(asked), np.nan)
    for index, claim in enumerate(asked):
        points = sorted(series[claim.observable.name])
        if points:
            times, levels = (np.array(part) for part in zip(*points, strict=True))
            unique = np.unique(times)
            means = np.array([levels[times == t].mean() for t in unique])
            level = np.interp(_middle(claim), unique, means)
            found[index] = _from_level(wanted, index, level)
    return found


def _middle(claim: AnsweredClaim) -> float:
    return 0.5 * (claim.claim.first.toordinal() + claim.claim.last.toordinal())


def _stated(table: ClaimTable, index: int) -> float:
    value = table.value[index]
    return float(0.5 * (table.low[index] + table.high[index]) if np.isnan(value) else value)


def _level(table: ClaimTable, index: int) -> float:
    """Return what is joined by lines: the log of persons a month, the log of a stock, or a share."""
    value = _stated(table, index)
    if table.logit[index]:
        return value
    months = table.months[index] if table.kind[index] == Kind.FLOW else 1.0
    return float(np.log(max(value, 0.5) / months))


def _from_level(table: ClaimTable, index: int, level: float) -> float:
    if table.logit[index]:
        return level
    return float(np.exp(level) * (table.months[index] if table.kind[index] == Kind.FLOW else 1.0))


def ask_fold(system: System, claims: Sequence[AnsweredClaim], left_out: list[int], seed: int) -> dict[str, np.ndarray]:
    """Fit without a fold and return what was said of it."""
    out = set(left_out)
    kept = [c for i, c in enumerate(claims) if i not in out]
    asked = [claims[i] for i in left_out]
    fit = fit_system(system, kept, SETTINGS)
    told = ClaimPredictor(fit.posterior, asked).predict(seed, fit.thinned(400))
    observed = told.observed
    straight = interpolate(system, kept, asked)
    assert fit.mixing is not None
    return {
        "inside_50": told.inside(0.5),
        "inside_90": told.inside(0.9),
        "log_error": told.log_error(),
        "straight_log_error": np.abs(np.log(np.maximum(straight, 1e-6)) - np.log(np.maximum(observed, 1e-6))),
        "max_rhat": np.array([fit.mixing.max_rhat]),
    }


def score(told: dict[str, np.ndarray]) -> dict[str, float]:
    """Return the scores of some claims; errors are compared on those that interpolation answers too."""
    both = np.isfinite(told["straight_log_error"])
    return {
        "n_claims": int(told["inside_90"].size),
        "coverage_50": round(float(told["inside_50"].mean()), 3),
        "coverage_90": round(float(told["inside_90"].mean()), 3),
        "median_abs_log_error": round(float(np.median(told["log_error"])), 4),
        "n_with_interpolation": int(both.sum()),
        "median_abs_log_error_there": round(float(np.median(told["log_error"][both])), 4),
        "median_abs_log_error_of_interpolation": round(float(np.median(told["straight_log_error"][both])), 4),
        "max_rhat": round(float(told["max_rhat"].max()), 3),
    }


def main() -> None:
    """Run both sets of folds and write the table after each fold."""
    out = Path(sys.argv[1])
    case = load_case("soviet-third-wave")
    claims = answer_claims(case.system, case.ledger).select_use(Use.FIT)
    found: dict[str, Any] = {}
    for name, folds in (("agency", folds_by_agency(claims)), ("years", folds_by_years(claims))):
        told: list[dict[str, np.ndarray]] = []
        rows: list[dict[str, Any]] = []
        for number, left_out in enumerate(folds):
            begun = time.perf_counter()
            told.append(ask_fold(case.system, claims, left_out, seed=100 + number))
            agencies = sorted({claims[i].agency for i in left_out})
            label = agencies if name == "agency" else f"years ending {number} or {number + 5}"
            rows.append({"left_out": label, **score(told[-1]), "seconds": round(time.perf_counter() - begun)})
            print(name, number, rows[-1], flush=True)
            together = {key: np.concatenate([t[key] for t in told]) for key in told[0]}
            found[name] = {"together": score(together), "folds": rows}
            versions = {package: version(package) for package in ("jax", "numpy", "scipy", "llvmlite")}
            about = {"python": platform.python_version(), "processor": platform.machine(), "versions": versions}
            out.parent.mkdir(parents=True, exist_ok=True)
            out.write_text(json.dumps({"about": about, "by": found}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
