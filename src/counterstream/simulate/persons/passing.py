"""What persons pass on along their ties, at once or after a delay."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from counterstream.simulate.persons.equip import Equipment, delay_in_steps
from counterstream.simulate.persons.own import spread
from counterstream.simulate.persons.records import OUTSIDE, STAYS, Events, Movers, World
from counterstream.units import YEARS_PER_STEP

if TYPE_CHECKING:
    from counterstream.simulate.persons.engine import Run

#: An exposure, who passes something on, and by how much the amount changes for those tied to them.
Post = tuple[int, NDArray[np.int64], NDArray[np.int64]]


class Letters:
    """What is under way between persons of one run."""

    def __init__(self, equipment: Equipment, world: World) -> None:
        system, layout = equipment.program.system, equipment.program.layout
        exposures = equipment.persons.exposures
        years = YEARS_PER_STEP[system.clock.step]
        self.delays = [delay_in_steps(e, years) for e in exposures]
        places = {t.name: i for i, t in enumerate(equipment.persons.ties)}
        self.networks = [places[e.ties] for e in exposures]
        self.by_cell = [
            np.array([c.status in e.statuses for c in layout.cells]) if e.statuses else None for e in exposures
        ]
        self.by_flow = [np.array([name in e.flows for name in system.flow_names]) for e in exposures]
        self.world = world
        self.waiting: defaultdict[int, list[Post]] = defaultdict(list)

    def post(self, run: Run, step: int, movers: Movers, events: Events) -> None:
        """Send what a step's moves have to tell; without delay it counts from the next step on."""
        for place, cells in enumerate(self.by_cell):
            if cells is None:
                told = events.flow.size and self.by_flow[place][events.flow]
                who = events.person[told].astype(np.int64) if events.flow.size else np.empty(0, np.int64)
                changes = np.ones(who.size, dtype=np.int64)
            else:
                who, changes = _changed(self.world, run.crowd.at, cells, movers)
            if who.size:
                self.waiting[step + 1 + self.delays[place]].append((place, who, changes))
        self.deliver(run, step + 1)

    def deliver(self, run: Run, step: int) -> None:
        """Bring what is due from the start of a step on to those for whom it is meant."""
        for place, who, changes in self.waiting.pop(step, ()):
            network = run.networks[self.networks[place]]
            spread(run.own, place, run.crowd, network.start, network.to, who, changes, step)


@njit(cache=True, nogil=True)
def _changed(world: Any, at: Any, counted: Any, m: Any) -> Any:
    """Return the movers who came to count, or count no longer, and by how much that changes the amount."""
    n_columns, persons, origins, tos = world.group_of.size, m.person, m.origin, m.to
    who, changes = np.empty(persons.size, dtype=np.int64), np.empty(persons.size, dtype=np.int64)
    n = 0
    for i in range(persons.size):
        if tos[i] == STAYS:
            continue
        before = origins[i] >= 0 and counted[origins[i] // n_columns]
        here = at[persons[i]]
        after = tos[i] != OUTSIDE and here >= 0 and counted[here // n_columns]
        if before != after:
            who[n] = persons[i]
            changes[n] = 1 if after else -1
            n += 1
    return who[:n], changes[:n]
