"""Persons stepped from event to event beside persons looked at in every step, by how many move in a step.

    python benchmarks/stepping.py [--persons N]

The ring of ``persons.py`` by month for 20 years, with rates at which one person in 30, 100, ... 30,000 moves in a
step.  Both ways run in turn in one process on one core, three times; seconds are medians of those of the steps.  Each
side must make as many moves as the rates say, within five standard errors.  Writes ``results/stepping.json``, unless
another number of persons is asked for.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import statistics
import time
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from check_imports import describe_machine
from ring import STATUSES, ring_system

from counterstream.dynamics.draw import Draw
from counterstream.dynamics.program import compile_system
from counterstream.simulate.persons import Following, Stepping, engine

PERSONS, GROUPS, MONTHS = 1_000_000, 4, 240
#: Persons of whom one moves in a step.
ONE_IN = (30, 100, 300, 1_000, 3_000, 30_000)
REPEATS = 3
RESULTS = Path(__file__).parent / "results" / "stepping.json"


def time_steps(persons: int, hazard: float, stepping: Stepping) -> float:
    """Return seconds of all steps at an intensity of moving per step; end if the moves are not as many as it says."""
    start = {f"s{i}": persons / STATUSES for i in range(STATUSES)}
    system = ring_system(GROUPS, date(1987, 12, 31), start, (7 * hazard, 5 * hazard))
    spent: list[float] = []
    task: Any = vars(engine)["_Task"]
    go = task._go_through

    def timed(*arguments: Any) -> None:
        began = time.perf_counter()
        go(*arguments)
        spent.append(time.perf_counter() - began)

    task._go_through = timed
    told = engine.simulate_persons(compile_system(system), Draw({}, {}), 1, following=Following(1, stepping=stepping))
    task._go_through = go
    trials, chance = persons * MONTHS, -math.expm1(-hazard)
    off = (float(told.flows.sum()) - trials * chance) / math.sqrt(trials * chance * (1 - chance))
    if not abs(off) < 5.0:
        raise SystemExit(f"moves are {off:.1f} standard errors off, {stepping}, one in {1 / hazard:,.0f}")
    return sum(spent)


def main() -> None:
    """Measure, tell and write."""
    parser = argparse.ArgumentParser(description="Persons from event to event beside persons step by step.")
    parser.add_argument("--persons", type=int, default=PERSONS)
    persons = parser.parse_args().persons
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    load = os.getloadavg()[0]
    ways = (Stepping.STEPS, Stepping.EVENTS)
    rows: list[dict[str, Any]] = []
    for way in ways:
        time_steps(1000, 0.01, way)
    print(f"{'one in':>10}{'steps, s':>12}{'events, s':>12}{'times':>8}")
    for one_in in ONE_IN:
        times = [[time_steps(persons, 1 / one_in, way) for way in ways] for _ in range(REPEATS)]
        steps, events = (statistics.median(spent) for spent in zip(*times, strict=True))
        rows.append({"one_in": one_in, "seconds_steps": steps, "seconds_events": events})
        print(f"{one_in:10,d}{steps:12.2f}{events:12.2f}{steps / events:8.1f}")
    if persons != PERSONS:
        return
    result = {
        "what": f"{persons:,} persons in a ring of {STATUSES} statuses, {GROUPS} groups, {MONTHS} steps; one core",
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        "load_at_start": load,
        "rows": rows,
        "machine": describe_machine(),
        "versions": {"python": platform.python_version(), **{name: version(name) for name in ("numba", "numpy")}},
    }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
