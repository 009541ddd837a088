"""The system of ``persons.py`` in Mesa, in mesa-frames and in NumPy; run by it in the peers' own environment.

Reads ``{"peer": ..., "persons": ..., "steps": ..., "next": ..., "skip": ..., "ties": ..., "effect": ...}``
from standard input: the intensities per step of each status's two exits, ties of a person on average
(0: none), and by how much a tie who stands in the first status raises the logarithm of the person's
intensities.  Writes seconds (without making persons and ties), moves and peak
memory.  Each is written the way in which its own documentation writes models.
"""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

STATUSES, GROUPS, SEED = 8, 4, 1
Steps = Callable[[int], int]


def chances(given: dict[str, Any]) -> tuple[float, float]:
    """Return the chance to leave in a step, and that to leave by the first exit."""
    total = given["next"] + given["skip"]
    leaving = -math.expm1(-total)
    return leaving, leaving * given["next"] / total


def make_mesa(given: dict[str, Any]) -> Steps:
    """Make an agent of Mesa for each person."""
    import mesa

    leaving, first = chances(given)

    class Person(mesa.Agent):
        def __init__(self, model: World, status: int, group: int) -> None:
            super().__init__(model)
            self.status, self.group = status, group

        def step(self) -> None:
            u = self.random.random()
            if u < self.model.leaving[self.group][self.status]:
                hop = 1 if u < self.model.first[self.group][self.status] else 3
                self.status = (self.status + hop) % STATUSES
                self.model.moves += 1

    class World(mesa.Model):
        def __init__(self) -> None:
            super().__init__(seed=SEED)
            self.moves = 0
            self.leaving = [[leaving] * STATUSES for _ in range(GROUPS)]
            self.first = [[first] * STATUSES for _ in range(GROUPS)]
            for i in range(given["persons"]):
                Person(self, i % STATUSES, i // STATUSES % GROUPS)

        def step(self) -> None:
            self.agents.do("step")

    world = World()

    def run(steps: int) -> int:
        for _ in range(steps):
            world.step()
        return world.moves

    return run


def make_tied_mesa(given: dict[str, Any]) -> Steps:
    """Make an agent of Mesa for each person, who looks at those whom it is tied to."""
    import mesa

    intensity, first = given["next"] + given["skip"], given["next"] / (given["next"] + given["skip"])
    n, effect = given["persons"], given["effect"]

    class Person(mesa.Agent):
        def __init__(self, model: World, status: int) -> None:
            super().__init__(model)
            self.status = status
            self.known: list[Person] = []

        def step(self) -> None:
            settled = sum(other.status == 0 for other in self.known)
            if self.random.random() < -math.expm1(-intensity * math.exp(effect * settled)):
                hop = 1 if self.random.random() < first else 3
                self.status = (self.status + hop) % STATUSES
                self.model.moves += 1

    class World(mesa.Model):
        def __init__(self) -> None:
            super().__init__(seed=SEED)
            self.moves = 0
            people = [Person(self, i % STATUSES) for i in range(n)]
            for one, other in lay_pairs(n, given["ties"]).tolist():
                people[one].known.append(people[other])
                people[other].known.append(people[one])

        def step(self) -> None:
            self.agents.do("step")

    world = World()

    def run(steps: int) -> int:
        for _ in range(steps):
            world.step()
        return world.moves

    return run


def lay_pairs(n: int, ties: int) -> np.ndarray[Any, Any]:
    """Return pairs of persons tied at random, as many as give everybody so many on average."""
    return np.random.default_rng(SEED).integers(0, n, (n * ties // 2, 2))


def make_tied_numpy(given: dict[str, Any]) -> Steps:
    """Count everybody's settled ties anew in each step by one gather over all ends."""
    intensity, first = given["next"] + given["skip"], given["next"] / (given["next"] + given["skip"])
    n = given["persons"]
    pairs = lay_pairs(n, given["ties"]).astype(np.int32)
    ones, others = np.concatenate([pairs, pairs[:, ::-1]]).T
    order = np.argsort(ones, kind="stable")
    others = others[order]
    ends = np.concatenate([[0], np.cumsum(np.bincount(ones, minlength=n))])
    status = (np.arange(n) % STATUSES).astype(np.uint8)
    random = np.random.Generator(np.random.SFC64(SEED))

    def run(steps: int) -> int:
        moves = 0
        for _ in range(steps):
            counted = np.concatenate([[0], np.cumsum(status[others] == 0)])
            settled = counted[ends[1:]] - counted[ends[:-1]]
            moved = random.random(n) < -np.expm1(-intensity * np.exp(given["effect"] * settled))
            places = np.flatnonzero(moved)
            hop = np.where(random.random(places.size) < first, 1, 3)
            status[places] = (status[places] + hop) % STATUSES
            moves += places.size
        return moves

    return run


def make_frames(given: dict[str, Any]) -> Steps:
    """Make one frame of mesa-frames for all persons."""
    import polars as pl
    from mesa_frames import AgentSetPolars, ModelDF

    leaving, first = chances(given)
    tables = [pl.Series([chance] * (STATUSES * GROUPS)) for chance in (leaving, first)]

    class People(AgentSetPolars):
        def __init__(self, model: ModelDF, n: int) -> None:
            super().__init__(model)
            number = np.arange(n)
            self += pl.DataFrame(
                {"unique_id": number, "status": number % STATUSES, "group": number // STATUSES % GROUPS}
            )
            self.moves = 0

        def step(self) -> None:
            people = self.agents
            cell = people["status"] + STATUSES * people["group"]
            u = pl.Series(self.random.random(len(people)))
            moved = u < tables[0].gather(cell)
            hop = pl.select(pl.when(u < tables[1].gather(cell)).then(1).otherwise(3)).to_series()
            self.agents = people.with_columns(
                status=pl.select(
                    pl.when(moved).then((people["status"] + hop) % STATUSES).otherwise(people["status"])
                ).to_series()
            )
            self.moves += int(moved.sum())

    class World(ModelDF):
        def __init__(self) -> None:
            super().__init__(seed=SEED)
            self.people = People(self, given["persons"])
            self.agents += self.people

    world = World()
    people = world.agents._agentsets[0] if hasattr(world.agents, "_agentsets") else world.people

    def run(steps: int) -> int:
        for _ in range(steps):
            people.step()
        return people.moves

    return run


def make_numpy(given: dict[str, Any]) -> Steps:
    """Take arrays of NumPy in blocks; 16 random bits single out the few who may move, and more decide on them."""
    leaving, first = chances(given)
    n, block = given["persons"], 2**16
    number = np.arange(n)
    status, group = (number % STATUSES).astype(np.uint8), (number // STATUSES % GROUPS).astype(np.uint8)
    leave = np.full((GROUPS, STATUSES), leaving)
    by_first = np.full((GROUPS, STATUSES), first)
    most = leave.max()
    limit = np.uint16(math.ceil(most * 2**16))
    random = np.random.Generator(np.random.SFC64(SEED))

    def run(steps: int) -> int:
        moves = 0
        for _ in range(steps):
            for begun in range(0, n, block):
                here = status[begun : begun + block]
                bits = random.integers(0, 2**16, here.size, dtype=np.uint16)
                picked = np.flatnonzero(bits < limit)
                cells = group[begun + picked], here[picked]
                u = random.random(picked.size) * (limit / 2**16)
                moved = u < leave[cells]
                hop = np.where(u < by_first[cells], 1, 3)[moved]
                places = picked[moved]
                here[places] = (here[places] + hop) % STATUSES
                moves += places.size
        return moves

    return run


PEERS: dict[str, tuple[Callable[[dict[str, Any]], Steps], str]] = {
    "mesa": (make_mesa, "mesa"),
    "mesa-frames": (make_frames, "mesa-frames"),
    "numpy": (make_numpy, "numpy"),
    "mesa, ties": (make_tied_mesa, "mesa"),
    "numpy, ties": (make_tied_numpy, "numpy"),
}


def peak_memory() -> float:
    """Return the most memory of this program in MiB; what the system books for a process begins with its parent's."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024.0


def main() -> None:
    """Read, run, write."""
    given = json.load(sys.stdin)
    make, package = PEERS[given["peer"]]
    run = make(given)
    run(1)
    begun = time.perf_counter()
    before = run(0)
    moves = run(given["steps"]) - before
    seconds = time.perf_counter() - begun
    told = {"seconds": seconds, "moves": moves, "peak_mib": peak_memory(), "version": version(package)}
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
