"""Documents of answers to questions on a run, as small as they may be, and a run folder to add them to."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from cli_example import SYSTEM
from report_example import build_content

from counterstream.report import render
from counterstream.store.run_folder import open_run

CASE = "shore"


def levels(low: float, middle: float, high: float) -> dict[str, float]:
    """Levels whose 50 % limits lie half-way between the median and the 90 % limits."""
    return {
        "low90": low,
        "low50": (low + middle) / 2,
        "median": middle,
        "high50": (middle + high) / 2,
        "high90": high,
    }


def part(name: str, kind: str, mean: float, label: str) -> dict[str, Any]:
    return {
        "name": name,
        "kind": kind,
        "label": label,
        "contribution": levels(mean - 50.0, mean, mean + 50.0),
        "mean": mean,
        "share": mean / -1600.0,
        "sampling_error": 0.0,
    }


SCORE: dict[str, Any] = {
    "coverage_50": 0.5,
    "coverage_50_interval": [0.3, 0.7],
    "coverage_90": 0.95,
    "coverage_90_interval": [0.75, 0.99],
    "interval_score_90": 1.5,
    "median_abs_log_error": 0.04,
}
HORIZON: dict[str, Any] = {
    "n": 4,
    "coverage_50": 0.25,
    "coverage_90": 0.75,
    "median_abs_log_error": 0.11,
    "naive": {"last_value": {"n": 3, "median_abs_log_error": 0.2, "model_median_abs_log_error": 0.12}},
}
DOCUMENTS: dict[str, dict[str, Any]] = {
    "explanation": {
        "format": "counterstream-explanation/1",
        "case": CASE,
        "observable": "departures",
        "unit": "persons per year",
        "from": "1993",
        "to": "1995",
        "draws_from": "posterior",
        "n_draws": 60,
        "method": "all coalitions",
        "n_orders": 0,
        "value_from": levels(3100.0, 3200.0, 3300.0),
        "value_to": levels(1500.0, 1600.0, 1700.0),
        "change": {**levels(-1750.0, -1600.0, -1450.0), "mean": -1590.0},
        "mechanisms": [
            part("border_closed", "event", -1000.0, "Border closed"),
            part("openness", "instrument", -692.0, "Openness"),
            part("composition", "composition", 90.0, "Stocks, their composition and season"),
            part("letters", "signal", 2.0, "Letters home"),
        ],
    },
    "comparison": {
        "format": "counterstream-comparison/1",
        "case": CASE,
        "first": "baseline",
        "second": "calm",
        "changes": {"baseline": [], "calm": ["leave_rate is multiplied by 0.5"]},
        "draws_from": "prior",
        "engine": "expected",
        "n_draws": 100,
        "seed": 1,
        "period": "1990-1999",
        "beyond_evidence": {"calm": [{"name": "leave_rate", "sentence": "leave_rate reaches 0.01 throughout."}]},
        "variance_ratio": None,
        "observables": {
            "departures": {
                "baseline": levels(3800.0, 4000.0, 4200.0),
                "calm": levels(1900.0, 2000.0, 2100.0),
                "difference": levels(-2100.0, -2000.0, -1900.0),
            }
        },
    },
    "validation": {
        "format": "counterstream-validation/1",
        "case": CASE,
        "asked": {"hold_out": ["agency=gazette"]},
        "scale": "log of persons, logit of shares",
        "n_claims": 20,
        "n_answered": 19,
        "n_scored": 18,
        "n_already_fitted": 1,
        **SCORE,
        "baselines": {
            "interpolation": {**SCORE, "n": 12, "median_abs_log_error": 0.15, "interval_score_90": 1.8, "model": SCORE}
        },
        "pit": {"flow": {"n": 18, "mean": 0.55, "below_05": 0.0, "above_95": 0.1, "ks_p": 0.3}},
        "fits": [{"label": "agency=gazette", "verdict": "quick look", "max_rhat": None, "n_fitted": 11, "n": 18}],
        "claims": [
            {
                "id": "C7",
                "observable": "departures",
                "unit": "persons",
                "agency": "gazette",
                "first": "1991-01-01",
                "last": "1991-12-31",
                "value": 900.0,
                "inside_90": False,
                "pit": 1.0,
                **levels(300.0, 400.0, 500.0),
            },
            {
                "id": "C8",
                "observable": "departures",
                "unit": "persons",
                "agency": "gazette",
                "first": "1992-01-01",
                "last": "1992-12-31",
                "value": 410.0,
                "inside_90": True,
                "pit": 0.6,
                **levels(300.0, 400.0, 500.0),
            },
        ],
    },
    "projection": {
        "format": "counterstream-projection/1",
        "case": CASE,
        "evidence_until": "1998-12-31",
        "until": "2000-12-31",
        "n_fitted": 21,
        "verdict": "fit",
        "extrapolated": [{"name": "mood", "label": "Mood"}],
        "held": [{"name": "charge", "label": "Charge", "since": "1994-01-01"}],
        "later_events": [{"name": "w", "label": "War", "kind": "event", "day": "1999-03-01", "dropped": False}],
        "rhythms_ended": [],
        "observables": {
            "departures": {
                "unit": "persons per year",
                "kind": "flow",
                "years": [
                    {"year": 1998, **levels(380.0, 400.0, 420.0)},
                    {"year": 1999, **levels(370.0, 400.0, 430.0)},
                    {"year": 2000, **levels(340.0, 395.0, 460.0)},
                ],
            }
        },
        "record": [],
        "record_together": {"0-1": HORIZON, "all": HORIZON},
    },
    "agencies": {
        "format": "counterstream-agencies/1",
        "case": CASE,
        "verdict": "unfit",
        "n_draws": 400,
        "pareto_k_limit": 0.62,
        "first": "1990-01-01",
        "last": "1999-12-31",
        "totals": {"departures": levels(3800.0, 4000.0, 4200.0)},
        "agencies": [
            {
                "agency": "gazette",
                "agency_kind": "press",
                "relayed_by": ["wire"],
                "kind": "flow",
                "n_claims": 6,
                "anchor": False,
                "mostly_prior": True,
                "bias": levels(1.0, 1.1, 1.2),
                "bias_prior": levels(0.9, 1.0, 1.1),
                "spread": levels(0.01, 0.02, 0.03),
            }
        ],
        "wrong_claims": [{"claim": "C2", "agency": "gazette", "observable": "departures", "probability": 0.93}],
        "influence": [
            {
                "agency": "gazette",
                "n_claims": 6,
                "pareto_k": 0.2,
                "how": "reweighted",
                "verdict": "",
                "shifts": {
                    "departures": {
                        "without": levels(3900.0, 4100.0, 4300.0),
                        "deviations": 0.8,
                        "ratio": 1.025,
                        "ratio_low90": 1.01,
                        "ratio_high90": 1.04,
                    }
                },
            },
            {
                "agency": "harbour office",
                "n_claims": 9,
                "pareto_k": None,
                "how": "unreliable",
                "verdict": "",
                "shifts": {"departures": None},
            },
        ],
    },
    "next-claims": {
        "format": "counterstream-next-claims/1",
        "case": CASE,
        "verdict": "fit",
        "n_draws": 400,
        "observable": "departures",
        "first": "1990-01-01",
        "last": "1999-12-31",
        "target": levels(3800.0, 4000.0, 4200.0),
        "candidates": [
            {
                "observable": "departures",
                "label": "Departures",
                "unit": "persons",
                "first": "1998-01-01",
                "last": "1998-12-31",
                "figure": 390.0,
                "claims_there": 2,
                "reduction": 0.25,
                "error": 0.02,
            }
        ],
    },
}


def document(name: str, /, **changes: Any) -> dict[str, Any]:
    """Return an answer of one's own, with other values for some keys."""
    return copy.deepcopy(DOCUMENTS[name]) | changes


def write_answer(folder: Path, name: str, /, **changes: Any) -> Path:
    """Write an answer as a file."""
    path = folder / f"{name}.json"
    path.write_text(json.dumps(document(name, **changes)), encoding="utf-8")
    return path


def bare_page() -> str:
    """A report without pictures."""
    content = build_content()
    return render(replace(content, series=(), scenarios=(), parameters=(), agencies=()))


def write_run(folder: Path, page: str | None = None) -> Path:
    """Write a run folder with what the page with answers is made from."""
    with open_run(folder) as run:
        run.write_text("run.json", json.dumps({"case": CASE}))
        run.write_text("system.resolved.yaml", SYSTEM)
        run.write_text("report.html", bare_page() if page is None else page)
        run.finish()
    return folder
