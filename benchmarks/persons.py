"""Persons a second of the persons engine and, beside it in the same run, of Mesa, mesa-frames and NumPy.

    python benchmarks/persons.py [--environment DIR] [--sizes 100000 1000000 10000000]

A ring of 8 statuses with two exits from each and 4 groups, by month for 20 years; about one person in a
hundred moves in a month.  The peers run in an environment of their own, which is made in DIR (or in a
temporary folder) and used again if it is there; ``peers/persons_model.py`` holds the system in their ways.
Everything runs on one core.  Seconds are those of the steps: persons are made before, and code is
compiled.  Every side must make as many moves as the rates say, within five standard errors.

The ceiling is what the generator of the persons engine draws for a million persons when nothing else is
done with the numbers.  Sizes that a peer would need minutes for are left out for it.  Writes
``results/persons.json``, unless other sizes are asked for.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from check_imports import describe_machine
from numba import njit
from peers.environment import ask_peer, make_environment
from peers.persons_model import peak_memory
from ring import STATUSES, ring_system

from counterstream.dynamics.draw import Draw
from counterstream.dynamics.program import compile_system
from counterstream.simulate.persons import engine
from counterstream.simulate.persons.squares import squares
from counterstream.system.system import System

GROUPS, MONTHS = 4, 240
NEXT_PER_YEAR, SKIP_PER_YEAR = 0.07, 0.05
SIZES = (100_000, 1_000_000, 10_000_000)
#: Steps and largest size of each peer, so that none takes minutes.
PEERS = {"mesa": (12, 1_000_000), "mesa-frames": (24, 10_000_000), "numpy": (MONTHS, 10_000_000)}
PACKAGES = ("mesa", "mesa-frames", "numpy")
MODEL = Path(__file__).parent / "peers" / "persons_model.py"
RESULTS = Path(__file__).parent / "results" / "persons.json"
KEY = np.uint64(0x548C9DECBCE65297)


def ring(persons: int) -> System:
    """Return the system with that many persons, spread evenly."""
    start = {f"s{i}": persons / STATUSES for i in range(STATUSES)}
    return ring_system(GROUPS, date(1987, 12, 31), start, (NEXT_PER_YEAR, SKIP_PER_YEAR))


@njit
def _draw_only(people: Any, step: Any) -> Any:
    total = np.uint64(0)
    for i in range(people.size):
        total += squares((np.uint64(step) << np.uint64(32)) | np.uint64(people[i]), KEY)
    return total


def measure_ceiling() -> float:
    """Return numbers a second of the generator alone."""
    people = np.arange(1_000_000, dtype=np.uint32)
    _draw_only(people, 0)
    begun = time.perf_counter()
    for step in range(100):
        _draw_only(people, step)
    return 1e8 / (time.perf_counter() - begun)


def measure_own(persons: int) -> dict[str, float]:
    """Return figures of the persons engine in this process."""
    seconds: list[float] = []
    steps = engine.go_through

    def timed(*arguments: Any) -> None:
        begun = time.perf_counter()
        steps(*arguments)
        seconds.append(time.perf_counter() - begun)

    engine.go_through = timed
    engine.simulate_persons(compile_system(ring(1000)), Draw({}, {}), 1)
    run = engine.simulate_persons(compile_system(ring(persons)), Draw({}, {}), 1)
    return {"seconds": seconds[-1], "steps": MONTHS, "moves": float(run.flows.sum()), "peak_mib": peak_memory()}


def measure_apart(persons: int) -> dict[str, float]:
    """Return figures of the persons engine in a process of its own, whose peak memory is its own."""
    command = [sys.executable, __file__, "--only", str(persons)]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)


def measure_peer(python: Path, peer: str, persons: int) -> dict[str, Any]:
    """Return figures of a peer."""
    steps = PEERS[peer][0]
    given = {"peer": peer, "persons": persons, "steps": steps, "next": NEXT_PER_YEAR / 12, "skip": SKIP_PER_YEAR / 12}
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | {"POLARS_MAX_THREADS": "1"}
    return {**ask_peer(python, MODEL, given, environment), "steps": steps}


def judge(persons: int, told: dict[str, Any]) -> dict[str, Any]:
    """Add the rate, and end if the moves are not those of the system."""
    trials = persons * told["steps"]
    chance = -math.expm1(-(NEXT_PER_YEAR + SKIP_PER_YEAR) / 12)
    off = (told["moves"] - trials * chance) / math.sqrt(trials * chance * (1 - chance))
    if not abs(off) < 5.0:
        raise SystemExit(f"moves are {off:.1f} standard errors off: {told}")
    return {**told, "person_steps_per_s": trials / told["seconds"]}


def show(found: dict[str, dict[str, Any]], ceiling: float) -> None:
    """Print a small table."""
    print(f"ceiling: {ceiling / 1e6:,.0f} M numbers a second")
    print(f"{'':14}{'persons':>12}{'M person-steps/s':>18}{'peak MiB':>10}")
    for name, sizes in found.items():
        for persons, told in sizes.items():
            rate = told["person_steps_per_s"] / 1e6
            print(f"{name:14}{int(persons):12,d}{rate:18,.1f}{told['peak_mib']:10,.0f}")


def main() -> None:
    """Measure, tell and write."""
    parser = argparse.ArgumentParser(description="Persons a second, beside Mesa, mesa-frames and NumPy.")
    parser.add_argument("--environment", type=Path, help="folder of the peers' environment; made if it is not there")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--only", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    if asked.only:
        json.dump(measure_own(asked.only), sys.stdout)
        return
    machine = describe_machine()
    with tempfile.TemporaryDirectory() as temporary:
        python = make_environment(asked.environment or Path(temporary) / "peers", PACKAGES)
        found: dict[str, dict[str, Any]] = {"counterstream": {}, **{peer: {} for peer in PEERS}}
        ceilings: list[float] = []
        for persons in asked.sizes:
            ceilings.append(measure_ceiling())
            found["counterstream"][str(persons)] = judge(persons, measure_apart(persons))
            for peer, (_, largest) in PEERS.items():
                if persons <= largest:
                    found[peer][str(persons)] = judge(persons, measure_peer(python, peer, persons))
    ceiling = float(np.median(ceilings))
    show(found, ceiling)
    if tuple(asked.sizes) != SIZES:
        return
    result = {
        "what": f"a ring of {STATUSES} statuses, {GROUPS} groups, by month; one core",
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        "ceiling_numbers_per_s": ceiling,
        "found": found,
        "machine": machine,
        "versions": {"python": platform.python_version(), **{name: version(name) for name in ("numba", "numpy")}},
    }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
