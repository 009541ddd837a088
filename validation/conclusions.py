"""Which conclusions of the flagship stand when claims are left out, and which do not.

    python validation/conclusions.py RUN validation/results/runs validation/results/conclusions.json

``RUN`` is a finished run of the flagship; the second folder holds what ``validation/hold_out.py`` left there: draws of
fits without the claims of some agencies, and without those of some years.  A conclusion is a sign: that a scenario
raises or lowers a total, that an effect is positive or negative, that a mechanism pushed a change up or down.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from counterstream.case import load_case
from counterstream.dynamics.draw import Draw
from counterstream.dynamics.program import compile_system
from counterstream.infer.posterior import system_unknowns
from counterstream.scenario.attribution import Frozen
from counterstream.scenario.change import Changed, apply_scenario
from counterstream.scenario.shapley import share_out
from counterstream.store.netcdf import read_netcdf
from counterstream.system.parameter import Family
from counterstream.system.system import System
from counterstream.workflow.fitted import read_flats
from counterstream.workflow.simulate import make_draws
from counterstream.workflow.totals import Totalling, measurable

Floats = NDArray[np.float64]
N_DRAWS = 96
#: Totals over the whole period that scenarios are asked about.
TOTALS = ("departures_jewish", "arrivals_israel", "arrivals_usa_jewish", "returns_usa", "returns_israel")
#: The change that is explained, and the orders sampled for it.
CHANGE = ("departures_jewish", (date(1979, 1, 1), date(1979, 12, 31)), (date(1980, 1, 1), date(1980, 12, 31)))
N_ORDERS = 40
#: From this posterior chance a sign is a conclusion, and down to this it is taken to stand without some claims.
CONCLUDED, STANDS = 0.95, 0.9


def read_fits(run: Path, held_out: Path) -> dict[str, Floats]:
    """Return draws of the system's unknowns by fit: with all claims, and without each fold."""
    case = load_case("soviet-third-wave")
    n_unknowns = system_unknowns(case.system).dimension
    flats, _ = read_flats(run)
    fits = {"all claims": flats.reshape(-1, flats.shape[-1])[:, :n_unknowns]}
    for way in ("agency", "years"):
        flat = read_netcdf(held_out / f"hold-out-{way}" / "fits.nc")["flat"].dataset["flat"]
        for label in flat.fit.to_numpy():
            fits[f"{way}, {label}"] = flat.sel(fit=label).dropna("draw").to_numpy()
    return {name: draws[np.linspace(0, len(draws) - 1, N_DRAWS).astype(int)] for name, draws in fits.items()}


def weigh_scenarios(system: System, work: Totalling) -> dict[str, Floats]:
    """Return differences of totals by scenario and observable, each (draw,)."""
    names = [o.name for o in work.observables]
    base = work.run(Changed(system, ()), 1)
    told: dict[str, Floats] = {f"total of {name}": base.observables[:, -1, names.index(name)] for name in TOTALS}
    for scenario in system.scenarios:
        apart = work.run(apply_scenario(system, scenario), 1).observables[:, -1] - base.observables[:, -1]
        for name in TOTALS:
            told[f"{scenario.name}: {name}"] = apart[:, names.index(name)]
    return told


def weigh_effects(system: System, draws: Draw) -> dict[str, Floats]:
    """Return the effects whose prior leaves their sign open, each (draw,)."""
    return {
        f"effect {p.name}": np.asarray(draws.values[p.name])
        for p in system.parameters
        if p.unit == "effect" and p.prior.family is Family.NORMAL and _sign_is_open(*p.prior.arguments)
    }


def _sign_is_open(mean: float, sd: float) -> bool:
    """Whether a normal prior gives both signs a chance of more than 5 %."""
    return abs(mean) < 1.645 * sd


def weigh_mechanisms(system: System, draws: Draw) -> dict[str, Floats]:
    """Return the parts of a change that mechanisms have, each (draw,)."""
    name, before, after = CHANGE
    observable = next(o for o in system.observables if o.name == name)
    frozen = Frozen(system, draws, N_DRAWS, observable, before, after)
    shares = share_out(frozen.measure, len(frozen.mechanisms), n_orders=N_ORDERS)
    question = f"{name} {before[0].year} to {after[0].year}"
    parts = dict(zip((m.name for m in frozen.mechanisms), shares.values, strict=True))
    return {f"{question}: {m}": part for m, part in {**parts, "composition": shares.none - frozen.at_first}.items()}


def judge(found: Mapping[str, Mapping[str, Floats]]) -> list[dict[str, Any]]:
    """Return every conclusion of the fit to all claims, with what becomes of it in the others."""
    rows: list[dict[str, Any]] = []
    for name, whole in found["all claims"].items():
        up = float((whole > 0).mean())
        sign = 1 if up >= 0.5 else -1
        chances = {fit: float((sign * told[name] > 0).mean()) for fit, told in found.items() if name in told}
        low, middle, high = (float(q) for q in np.quantile(whole, [0.05, 0.5, 0.95]))
        medians = [float(np.median(told[name])) for fit, told in found.items() if name in told]
        others = {fit: round(chance, 3) for fit, chance in chances.items() if fit != "all claims"}
        rows.append(
            {
                "conclusion": name,
                "sign": "+" if sign > 0 else "-",
                "median": middle,
                "low90": low,
                "high90": high,
                "chance": round(max(up, 1.0 - up), 3),
                "least_chance_without_claims": min(others.values()),
                "without": min(others, key=lambda fit: others[fit]),
                "median_range": [min(medians), max(medians)],
                "concluded": max(up, 1.0 - up) >= CONCLUDED,
                "stands": max(up, 1.0 - up) >= CONCLUDED and min(others.values()) >= STANDS,
            }
        )
    return rows


def main() -> None:
    """Weigh everything on every fit and write what stands."""
    run, held_out, out = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
    system = load_case("soviet-third-wave").system
    program = compile_system(system)
    found: dict[str, dict[str, Floats]] = {}
    for name, flats in read_fits(run, held_out).items():
        draws = make_draws(system, flats)
        work = Totalling(program, draws, N_DRAWS, measurable(system, "expected"), "expected")
        found[name] = {
            **weigh_scenarios(system, work),
            **weigh_effects(system, draws),
            **weigh_mechanisms(system, draws),
        }
        print(name, flush=True)
    rows = judge(found)
    # A total has no sign to be asked for; it is kept for the range of its medians.
    signs = [row for row in rows if not row["conclusion"].startswith("total of")]
    told = {
        "fits": list(found),
        "draws": N_DRAWS,
        "concluded_from": CONCLUDED,
        "stands_from": STANDS,
        "n_asked": len(signs),
        "n_concluded": sum(row["concluded"] for row in signs),
        "n_standing": sum(row["stands"] for row in signs),
        "rows": rows,
    }
    out.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
