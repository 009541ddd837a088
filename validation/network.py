"""What ties between persons change in the flagship: its flows with them, with parts of them, and without.

    python validation/network.py RUN validation/results/network.json

The same draws of a finished run are simulated with persons of a group all alike, with everything that the
system declares of persons, and with one part at a time.  Each person followed stands for several; one
draw is run with everybody as well, to see what that does.  Ratios are to persons all alike, by period.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from records import about, rounded

from counterstream.case import load_case
from counterstream.dynamics.draw import Draw
from counterstream.dynamics.program import compile_system
from counterstream.simulate.persons import Following, simulate_persons
from counterstream.simulate.whole import pick_draws
from counterstream.system.persons import Persons
from counterstream.system.system import System
from counterstream.workflow.simulate import find_draws

N_DRAWS, WEIGHT, SEED = 6, 12, 1
PERIODS = ((1968, 1972), (1973, 1979), (1980, 1986), (1987, 1991))
FLOWS = {
    "wishes": ("wish",),
    "requests": ("ask",),
    "departures": ("route.vienna", "us_admission.released"),
    "to Israel": ("choose.israel",),
    "past Israel": ("choose.rome",),
    "applications for return": ("apply_return",),
}


def variants(persons: Persons) -> dict[str, Persons | None]:
    """Return what persons have in each variant."""
    bare = replace(persons, terms=(), thresholds=())
    return {
        "alike": None,
        "all of it": persons,
        "kin raises the wish": replace(bare, terms=tuple(t for t in persons.terms if t.move == "wish")),
        "news of refusals": replace(bare, terms=tuple(t for t in persons.terms if t.move == "ask")),
        "kin draws past Israel": replace(bare, terms=tuple(t for t in persons.terms if t.move == "choose")),
        "wait and see": replace(bare, thresholds=persons.thresholds),
    }


def simulate(system: System, draws: Draw, n_draws: int, weight: int) -> dict[str, np.ndarray]:
    """Return flows by name, each of shape (draw, period)."""
    whole = simulate_persons(compile_system(system), draws, n_draws, following=Following(SEED, weight=weight))
    years = np.array([day.year for day in system.clock.boundaries[:-1]])
    jewish = np.array([dict(g.attributes).get("population") == "jewish" for g in system.groups])
    told: dict[str, np.ndarray] = {}
    for name, flows in FLOWS.items():
        places = [system.flow_names.index(flow) for flow in flows]
        by_step = whole.flows[:, :, jewish][..., places].sum(axis=(2, 3))
        told[name] = np.stack([by_step[:, (years >= a) & (years <= b)].sum(axis=1) for a, b in PERIODS], axis=1)
    return told


def compare(told: dict[str, np.ndarray], alike: dict[str, np.ndarray]) -> dict[str, Any]:
    """Return ratios to persons all alike: least, median and greatest draw by period; none where there was nothing."""
    found: dict[str, Any] = {}
    for name, flows in told.items():
        found[name] = {}
        for i, (a, b) in enumerate(PERIODS):
            others = alike[name][:, i]
            ratio = flows[:, i] / np.maximum(others, 1)
            least, middle, most = float(ratio.min()), float(np.median(ratio)), float(ratio.max())
            found[name][f"{a}-{b}"] = [least, middle, most] if others.min() > 0 else None
    return found


def main() -> None:
    """Simulate, compare, tell and write."""
    run, out = Path(sys.argv[1]), Path(sys.argv[2])
    system = load_case("soviet-third-wave").system
    if system.persons is None:
        raise SystemExit("the system declares nothing of persons")
    draws = find_draws(system, run, N_DRAWS, SEED)
    found: dict[str, dict[str, np.ndarray]] = {}
    for name, persons in variants(system.persons).items():
        begun = time.perf_counter()
        found[name] = simulate(replace(system, persons=persons), draws, N_DRAWS, WEIGHT)
        print(f"{name}: {time.perf_counter() - begun:.0f} s", flush=True)
    first = pick_draws(draws, slice(0, 1))
    begun = time.perf_counter()
    everybody = simulate(system, first, 1, 1)
    seconds = time.perf_counter() - begun
    sample = {name: flows[:1] for name, flows in found["all of it"].items()}
    result = {
        "what": "flows with what only persons have, over those of persons all alike: least, median, greatest draw",
        "draws": N_DRAWS,
        "each_stands_for": WEIGHT,
        "ratios": {name: compare(told, found["alike"]) for name, told in found.items() if name != "alike"},
        "everybody_over_sample": compare(everybody, sample),
        "seconds_of_everybody": round(seconds, 1),
        **about(),
    }
    out.write_text(json.dumps(rounded(result), indent=1) + "\n", encoding="utf-8")
    for name, ratios in result["ratios"].items():
        print(name)
        for flow, by_period in ratios.items():
            print(f"  {flow:24}", *(f"{period}: {ratio[1]:.2f}" for period, ratio in by_period.items() if ratio))


if __name__ == "__main__":
    main()
