"""Persons a second of the persons engine and, beside it in the same run, of Mesa, mesa-frames and NumPy.

    python benchmarks/persons.py [--environment DIR] [--sizes 100000 1000000 10000000]

A ring of 8 statuses with two exits from each and 4 groups, by month for 20 years; about one person in a
hundred moves in a month.  The peers run in an environment of their own, which is made in DIR (or in a
temporary folder) and used again if it is there; ``peers/persons_model.py`` holds the system in their ways.
Everything runs on one core.  Seconds are those of the steps: persons and ties are made before, and code is
compiled.  Every side must make as many moves as the rates say, within five standard errors.

With ties everybody knows ten others, and each of them who stands in the first status raises the intensity
of all of a person's moves by a tenth; there the others must make as many moves as the persons engine.
Two draws by one and by two threads, on two cores, tell what a second core is worth.

The ceiling is what the generator draws when every person gets a number of 64 bits in every step and
nothing else is done; the persons engine draws eight bits for most, so it can be above.  Sizes that a
peer would need minutes for are left out for it.  Up to a million persons every side runs three times, in turn, and the
run in the middle counts.  Writes ``results/persons.json``, unless other sizes are asked for.
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
from dataclasses import replace
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
from counterstream.system.persons import Exposure, Persons, PersonTerm, Ties, TiesForm
from counterstream.system.system import System

GROUPS, MONTHS = 4, 240
NEXT_PER_YEAR, SKIP_PER_YEAR = 0.07, 0.05
SIZES = (100_000, 1_000_000, 10_000_000)
#: Steps and largest size of each peer, so that none takes minutes.
PEERS = {
    "mesa": (12, 1_000_000),
    "mesa-frames": (24, 10_000_000),
    "numpy": (MONTHS, 10_000_000),
    "mesa, ties": (6, 100_000),
    "numpy, ties": (24, 1_000_000),
}
OWN, TIED = "counterstream", "counterstream, ties"
TIES, EFFECT = 10, 0.1
#: Times that sizes up to a largest are measured: a machine that others share is not even.
ROUNDS, LARGEST_IN_ROUNDS = 3, 1_000_000
PACKAGES = ("mesa", "mesa-frames", "numpy")
MODEL = Path(__file__).parent / "peers" / "persons_model.py"
RESULTS = Path(__file__).parent / "results" / "persons.json"
KEY = np.uint64(0x548C9DECBCE65297)


def ring(persons: int, *, tied: bool = False) -> System:
    """Return the system with that many persons, spread evenly, with ties or without."""
    start = {f"s{i}": persons / STATUSES for i in range(STATUSES)}
    system = ring_system(GROUPS, date(1987, 12, 31), start, (NEXT_PER_YEAR, SKIP_PER_YEAR))
    if not tied:
        return system
    known = Persons(
        ties=(Ties("known", TiesForm.RANDOM, TIES),),
        exposures=(Exposure("settled", "known", statuses=("s0",)),),
        terms=tuple(PersonTerm(move.name, EFFECT, "settled") for move in system.moves),
    )
    return replace(system, persons=known)


@njit
def _draw_only(n: Any, step: Any) -> Any:
    total = np.uint64(0)
    for i in range(n):
        total += squares((np.uint64(step) << np.uint64(32)) | np.uint64(i), KEY)
    return total


def measure_ceiling() -> float:
    """Return numbers a second of the generator alone."""
    _draw_only(1_000_000, 0)
    begun = time.perf_counter()
    for step in range(100):
        _draw_only(1_000_000, step)
    return 1e8 / (time.perf_counter() - begun)


def time_steps(system: System, n_draws: int, threads: int) -> tuple[float, float]:
    """Return seconds from the first step to the last of all draws, and moves."""
    began: list[float] = []
    ended: list[float] = []
    go = engine._Task._go_through

    def timed(*arguments: Any) -> None:
        began.append(time.perf_counter())
        go(*arguments)
        ended.append(time.perf_counter())

    engine._Task._go_through = timed
    engine.os.cpu_count = lambda: threads
    moves = float(engine.simulate_persons(compile_system(system), Draw({}, {}), n_draws).flows.sum())
    engine._Task._go_through = go
    return (max(ended) - min(began) if threads > 1 else sum(ended) - sum(began)), moves


def measure_own(persons: int, *, tied: bool) -> dict[str, float]:
    """Return figures of the persons engine in this process."""
    time_steps(ring(1000, tied=tied), 1, 1)
    seconds, moves = time_steps(ring(persons, tied=tied), 1, 1)
    return {"seconds": seconds, "steps": MONTHS, "moves": moves, "peak_mib": peak_memory()}


def measure_second_core(persons: int) -> float:
    """Return how many times as fast two draws are by two threads as by one."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, range(os.cpu_count() or 1))
    system = ring(persons)
    time_steps(ring(1000), 1, 1)
    ratios = [time_steps(system, 2, 1)[0] / time_steps(system, 2, 2)[0] for _ in range(3)]
    os.sched_setaffinity(0, cores)
    return float(np.median(ratios))


def measure_apart(persons: int, *, tied: bool) -> dict[str, float]:
    """Return figures of the persons engine in a process of its own, whose peak memory is its own."""
    command = [sys.executable, __file__, "--only", str(persons), *(["--tied"] if tied else [])]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)


def measure_peer(python: Path, peer: str, persons: int) -> dict[str, Any]:
    """Return figures of a peer."""
    steps = PEERS[peer][0]
    given = {"peer": peer, "persons": persons, "steps": steps, "next": NEXT_PER_YEAR / 12, "skip": SKIP_PER_YEAR / 12}
    given |= {"ties": TIES, "effect": EFFECT}
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | {"POLARS_MAX_THREADS": "1"}
    return {**ask_peer(python, MODEL, given, environment), "steps": steps}


def judge(persons: int, told: dict[str, Any], chance: float | None = None) -> dict[str, Any]:
    """Add the rate, and end if the moves are not those of the system.

    Parameters
    ----------
    chance
        Moves of a person in a step: by default what the rates say.
    """
    trials = persons * told["steps"]
    if chance is None:
        chance = -math.expm1(-(NEXT_PER_YEAR + SKIP_PER_YEAR) / 12)
    off = (told["moves"] - trials * chance) / math.sqrt(trials * chance * (1 - chance))
    if not abs(off) < 5.0:
        raise SystemExit(f"moves are {off:.1f} standard errors off: {told}")
    return {**told, "person_steps_per_s": trials / told["seconds"]}


def judge_tied(persons: int, told: dict[str, Any], chance: float) -> dict[str, Any]:
    """Do the same with ties; another network, and fewer steps of a system on its way, are allowed one per cent."""
    told = judge(persons, told | {"moves": persons * told["steps"] * chance}, chance) | {"moves": told["moves"]}
    if abs(told["moves"] / (persons * told["steps"] * chance) - 1.0) > 0.01 + 5.0 / math.sqrt(told["moves"]):
        raise SystemExit(f"moves with ties are off: {told}")
    return told


def measure_size(python: Path, persons: int) -> dict[str, dict[str, Any]]:
    """Return the figures of every side at a size: the run in the middle by its time, of several taken in turn."""
    runs: dict[str, list[dict[str, Any]]] = {}
    for _ in range(ROUNDS if persons <= LARGEST_IN_ROUNDS else 1):
        runs.setdefault(OWN, []).append(judge(persons, measure_apart(persons, tied=False)))
        tied = measure_apart(persons, tied=True)
        chance = tied["moves"] / (persons * tied["steps"])
        runs.setdefault(TIED, []).append(judge(persons, tied, chance))
        for peer, (_, largest) in PEERS.items():
            if persons <= largest:
                told = measure_peer(python, peer, persons)
                is_tied = peer.endswith("ties")
                judged = judge_tied(persons, told, chance) if is_tied else judge(persons, told)
                runs.setdefault(peer, []).append(judged)
    return {name: sorted(some, key=lambda told: told["seconds"])[len(some) // 2] for name, some in runs.items()}


def show(found: dict[str, dict[str, Any]], ceiling: float) -> None:
    """Print a small table."""
    print(f"ceiling: {ceiling / 1e6:,.0f} M numbers a second")
    print(f"{'':20}{'persons':>12}{'M person-steps/s':>18}{'peak MiB':>10}")
    for name, sizes in found.items():
        for persons, told in sizes.items():
            rate = told["person_steps_per_s"] / 1e6
            print(f"{name:20}{int(persons):12,d}{rate:18,.1f}{told['peak_mib']:10,.0f}")


def main() -> None:
    """Measure, tell and write."""
    parser = argparse.ArgumentParser(description="Persons a second, beside Mesa, mesa-frames and NumPy.")
    parser.add_argument("--environment", type=Path, help="folder of the peers' environment; made if it is not there")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--only", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--tied", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    if asked.only:
        json.dump(measure_own(asked.only, tied=asked.tied), sys.stdout)
        return
    machine = describe_machine()
    with tempfile.TemporaryDirectory() as temporary:
        python = make_environment(asked.environment or Path(temporary) / "peers", PACKAGES)
        found: dict[str, dict[str, Any]] = {OWN: {}, TIED: {}, **{peer: {} for peer in PEERS}}
        ceilings: list[float] = []
        for persons in asked.sizes:
            for name, told in measure_size(python, persons).items():
                found[name][str(persons)] = told
            ceilings.append(measure_ceiling())
        second_core = measure_second_core(1_000_000)
    print(f"two draws by two threads on two cores: {second_core:.2f} times as fast as by one")
    ceiling = float(np.median(ceilings))
    show(found, ceiling)
    if tuple(asked.sizes) != SIZES:
        return
    result = {
        "what": f"a ring of {STATUSES} statuses, {GROUPS} groups, by month; one core",
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        "ceiling_numbers_per_s": ceiling,
        "two_threads_over_one": second_core,
        "found": found,
        "machine": machine,
        "versions": {"python": platform.python_version(), **{name: version(name) for name in ("numba", "numpy")}},
    }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
