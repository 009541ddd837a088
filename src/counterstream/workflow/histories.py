"""What persons did, written to Parquet while it happens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from counterstream.simulate.keys import choose_share
from counterstream.simulate.persons import Events
from counterstream.store.tables import write_parquet
from counterstream.system.system import System

#: Events of a draw that are kept in memory before they are written.
EVENTS_A_FILE = 500_000


@dataclass
class HistoryFiles:
    """Writes flows of persons to files ``draw-0000-part-000.parquet``.

    Columns: ``draw``, ``person`` (its number within the draw), ``date`` (on which the step begins),
    ``flow``, ``group``, one for each attribute of groups that has another name, and ``household``: the
    name of those who are known by one, who are always followed.  Memory holds
    :data:`EVENTS_A_FILE` events of each draw that is under way; every file is whole, so that what is
    done stays when the work is stopped.  Files of an earlier simulation in the folder are removed.

    Parameters
    ----------
    share
        Share of persons who are followed, the same ones under every scenario.
    """

    system: System
    folder: Path
    share: float = 1.0
    _waiting: dict[int, list[tuple[int, Events]]] = field(default_factory=dict[int, list[tuple[int, Events]]])
    _names: dict[int, Mapping[int, str]] = field(default_factory=dict[int, "Mapping[int, str]"])
    _parts: dict[int, int] = field(default_factory=dict[int, int])

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        # Files of an earlier simulation would be read together with those of this one.
        for old in self.folder.glob("draw-*-part-*.parquet"):
            old.unlink()

    def meet(self, draw: int, names: Mapping[int, str]) -> None:
        """Take the names of those who have one; see :class:`~counterstream.simulate.persons.Histories`."""
        self._names[draw] = names

    def tell(self, draw: int, step: int, events: Events) -> None:
        """Take the flows of one step; see :class:`~counterstream.simulate.persons.Histories`."""
        followed = choose_share(events.person, self.share)
        names = self._names.get(draw, {})
        if names:
            followed |= np.isin(events.person, list(names))
        waiting = self._waiting.setdefault(draw, [])
        waiting.append((step, events.pick(followed)))
        last = step == self.system.clock.n_steps - 1
        if last or sum(told.person.size for _, told in waiting) >= EVENTS_A_FILE:
            self._write(draw, waiting)
            waiting.clear()

    def _write(self, draw: int, waiting: list[tuple[int, Events]]) -> None:
        system = self.system
        person, group, flow = (np.concatenate(column) for column in zip(*(told for _, told in waiting), strict=True))
        steps = np.repeat([step for step, _ in waiting], [told.person.size for _, told in waiting])
        days = np.array(system.clock.boundaries, dtype="datetime64[D]")
        part = self._parts.get(draw, 0)
        self._parts[draw] = part + 1
        table = {
            "draw": np.full(person.size, draw, dtype=np.int32),
            "person": person.astype(np.int64),
            "date": days[steps],
            "flow": np.array(system.flow_names)[flow],
            "group": np.array([g.name for g in system.groups])[group],
        }
        names = self._names.get(draw, {})
        table["household"] = np.array([names.get(number, "") for number in person.tolist()])
        for attribute in system.attributes:
            values = np.array([dict(g.attributes).get(attribute.name) for g in system.groups], dtype=object)
            table.setdefault(attribute.name, values[group])
        write_parquet(self.folder / f"draw-{draw:04d}-part-{part:03d}.parquet", table)
