"""Where persons are inside a run: rows of cells, and the exits that lead out of them.

A status is one row of persons by group, save a decision's queue, which has a row for each
stage of the delay and, where approvals are released in batches, a row for the approved who
wait.  A junction has no row: who arrives there leaves within the step.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from graphlib import TopologicalSorter
from typing import TypeGuard

import numpy as np
from numpy.typing import NDArray

from counterstream.system.group import Selector
from counterstream.system.move import ChoiceMove, DecisionMove, EntryMove, LossMove, Move, RateMove
from counterstream.system.system import System

OUTSIDE = ""


class ExitKind(StrEnum):
    """How an exit's persons go on."""

    MOVE = "move"  # to a status, or out of the system
    PROGRESS = "progress"  # to the next stage of a queue
    DECIDE = "decide"  # to the office's decision


@dataclass(frozen=True)
class Cell:
    """A row of persons by group."""

    status: str
    stage: int = 0
    pile: bool = False


@dataclass(frozen=True)
class Exit:
    """A way out of a cell; ``slot`` indexes the hazards of an assessment.

    ``destination`` is a status, a junction or :data:`OUTSIDE`; ``flow`` is empty where
    nothing is counted (progress inside a queue, decisions before they are split).
    """

    cell: int
    kind: ExitKind
    slot: int
    flow: str
    destination: str


@dataclass(frozen=True)
class Layout:
    """Cells, exits and junctions of a system."""

    system: System
    cells: tuple[Cell, ...]
    exits: tuple[Exit, ...]
    slots: tuple[str, ...]  # the move whose hazard each slot holds
    junctions: tuple[str, ...]  # in the order in which they are emptied

    @property
    def n_groups(self) -> int:
        """Number of groups."""
        return len(self.system.groups)

    @cached_property
    def rows(self) -> dict[str, tuple[int, ...]]:
        """Indices of the cells of each status (empty for a junction)."""
        found: dict[str, tuple[int, ...]] = dict.fromkeys(self.system.status_names, ())
        for index, cell in enumerate(self.cells):
            found[cell.status] = (*found[cell.status], index)
        return found

    @cached_property
    def exits_of(self) -> tuple[tuple[Exit, ...], ...]:
        """Exits of each cell."""
        return tuple(tuple(e for e in self.exits if e.cell == index) for index in range(len(self.cells)))

    @cached_property
    def choices(self) -> dict[str, tuple[ChoiceMove, ...]]:
        """Choice moves by junction."""
        moves = [m for m in self.system.moves if isinstance(m, ChoiceMove)]
        return {junction: tuple(m for m in moves if m.origin == junction) for junction in self.junctions}

    @property
    def ordered_choices(self) -> tuple[ChoiceMove, ...]:
        """All choice moves, in the order in which junctions are emptied."""
        return tuple(choice for junction in self.junctions for choice in self.choices[junction])

    @cached_property
    def pile_of(self) -> dict[str, int]:
        """Cell of the approved who wait, by decision move."""
        return {
            m.name: next(i for i, c in enumerate(self.cells) if c.status == m.origin and c.pile)
            for m in self.system.decisions
            if m.batches is not None
        }

    def mask(self, selector: Selector) -> NDArray[np.float64]:
        """1 for the groups picked, else 0; shape (group,)."""
        return np.array(selector.mask(self.system.groups), dtype=np.float64)


def lay_out(system: System) -> Layout:
    """Return the layout of a system."""
    cells = _lay_cells(system)
    slots = tuple(m.name for m in system.moves if isinstance(m, RateMove | LossMove | DecisionMove))
    slot_of = {name: index for index, name in enumerate(slots)}
    exits: list[Exit] = []
    for index, cell in enumerate(cells):
        for move in system.moves:
            if isinstance(move, RateMove) and move.origin == cell.status:
                exits.append(Exit(index, ExitKind.MOVE, slot_of[move.name], move.name, move.destination))
            elif isinstance(move, LossMove) and cell.status in move.origins:
                exits.append(Exit(index, ExitKind.MOVE, slot_of[move.name], move.name, OUTSIDE))
            elif _queues_here(move, cell):
                last = cell.stage == move.stages - 1
                kind = ExitKind.DECIDE if last else ExitKind.PROGRESS
                exits.append(Exit(index, kind, slot_of[move.name], "", move.name if last else cell.status))
    return Layout(system, cells, tuple(exits), slots, _order_junctions(system))


def _queues_here(move: Move, cell: Cell) -> TypeGuard[DecisionMove]:
    return isinstance(move, DecisionMove) and move.origin == cell.status and not cell.pile and cell.stage < move.stages


def _lay_cells(system: System) -> tuple[Cell, ...]:
    cells: list[Cell] = []
    for status in system.statuses:
        if status.junction:
            continue
        queues = [m for m in system.decisions if m.origin == status.name]
        stages = max((m.stages for m in queues), default=1)
        cells.extend(Cell(status.name, stage) for stage in range(stages))
        if any(m.batches is not None for m in queues):
            cells.append(Cell(status.name, pile=True))
    return tuple(cells)


def _order_junctions(system: System) -> tuple[str, ...]:
    junctions = [status.name for status in system.statuses if status.junction]
    feeds: dict[str, set[str]] = {name: set() for name in junctions}
    for move in system.moves:
        if isinstance(move, ChoiceMove):
            for alternative in move.alternatives:
                if alternative.destination in feeds:
                    feeds[alternative.destination].add(move.origin)
    return tuple(TopologicalSorter(feeds).static_order())


def entry_moves(system: System) -> tuple[EntryMove, ...]:
    """Return the entry moves of a system."""
    return tuple(m for m in system.moves if isinstance(m, EntryMove))
