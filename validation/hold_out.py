"""Fit the flagship without some of its claims and ask it about them: ten fits, in two sets of five folds.

    python validation/hold_out.py validation/results/hold_out.json

A fold that the file already holds is not made again, so that a stopped run can be taken up.
Folds by agency leave out all claims of some ultimate agencies, so that their bias is unknown
too; folds by years leave out every fifth year.  Beside the predictive intervals stands the
straight interpolation of the ledger's own series: what the kept claims on the same observable
say before and after, joined by a straight line (of logs, for persons).
"""

from __future__ import annotations

import json
import platform
import statistics
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


def ask_fold(system: System, claims: Sequence[AnsweredClaim], left_out: list[int], seed: int) -> dict[str, Any]:
    """Fit without a fold and return what was said of it, claim by claim."""
    begun = time.perf_counter()
    out = set(left_out)
    kept = [c for i, c in enumerate(claims) if i not in out]
    asked = [claims[i] for i in left_out]
    fit = fit_system(system, kept, SETTINGS)
    told = ClaimPredictor(fit.posterior, asked).predict(seed, fit.thinned(400))
    straight = interpolate(system, kept, asked)
    apart = np.abs(np.log(np.maximum(straight, 1e-6)) - np.log(np.maximum(told.observed, 1e-6)))
    assert fit.mixing is not None
    return {
        "max_rhat": round(fit.mixing.max_rhat, 3),
        "seconds": round(time.perf_counter() - begun),
        "claims": [
            {
                "id": claim.claim.id,
                "observable": claim.observable.name,
                "agency": claim.agency,
                "inside_50": bool(told.inside(0.5)[i]),
                "inside_90": bool(told.inside(0.9)[i]),
                "log_error": round(float(told.log_error()[i]), 4),
                "straight_log_error": round(float(apart[i]), 4) if np.isfinite(apart[i]) else None,
            }
            for i, claim in enumerate(asked)
        ],
    }


def score(folds: Sequence[dict[str, Any]]) -> dict[str, float]:
    """Return the scores of some folds; errors are compared on claims that interpolation answers too."""
    claims = [claim for fold in folds for claim in fold["claims"]]
    both = [claim for claim in claims if claim["straight_log_error"] is not None]
    return {
        "n_claims": len(claims),
        "coverage_50": round(statistics.mean(c["inside_50"] for c in claims), 3),
        "coverage_90": round(statistics.mean(c["inside_90"] for c in claims), 3),
        "median_abs_log_error": statistics.median(c["log_error"] for c in claims),
        "n_with_interpolation": len(both),
        "median_abs_log_error_there": statistics.median(c["log_error"] for c in both),
        "median_abs_log_error_of_interpolation": statistics.median(c["straight_log_error"] for c in both),
        "max_rhat": max(fold["max_rhat"] for fold in folds),
    }


def main() -> None:
    """Make the folds that are missing; the file is written after each."""
    out = Path(sys.argv[1])
    case = load_case("soviet-third-wave")
    claims = answer_claims(case.system, case.ledger).select_use(Use.FIT)
    found: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))["by"] if out.exists() else {}
    versions = {package: version(package) for package in ("jax", "numpy", "scipy", "llvmlite")}
    about = {"python": platform.python_version(), "processor": platform.machine(), "versions": versions}
    for name, left_outs in (("agency", folds_by_agency(claims)), ("years", folds_by_years(claims))):
        folds: list[dict[str, Any]] = found.get(name, {}).get("folds", [])
        for number in range(len(folds), N_FOLDS):
            fold = ask_fold(case.system, claims, left_outs[number], seed=100 + number)
            folds.append({"scores": score([fold]), **fold})
            print(name, number, folds[-1]["scores"], flush=True)
            found[name] = {"together": score(folds), "folds": folds}
            out.parent.mkdir(parents=True, exist_ok=True)
            out.write_text(json.dumps({"about": about, "by": found}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
