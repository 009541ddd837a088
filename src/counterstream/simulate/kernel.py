"""One step of whole persons for many draws at once (Numba)."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from counterstream.dynamics.layout import ExitKind, Layout, entry_moves
from counterstream.dynamics.program import Program
from counterstream.simulate.chance import draw_binomial, draw_in_units, draw_poisson
from counterstream.simulate.keys import child, uniform

Integers = NDArray[np.int64]
MOVE, PROGRESS, DECIDE = 0, 1, 2
NOWHERE = -1


class Tables(NamedTuple):
    """A layout as integer tables.  Statuses are numbered in the system's order.

    Parameters
    ----------
    exits
        Columns: cell, kind, slot, flow, destination status or decision; sorted by cell.
    span
        First and last-plus-one exit of each cell.
    arrive
        Cell in which those who come to a status start (-1: a junction).
    decisions
        Columns: last queue cell, approved status, refused status, first flow, pile cell.
    priority
        Rank of each group for each decision (0 is served first).
    entries
        Columns: destination status, flow.
    alternatives
        Columns: junction status, destination status, flow, first of its choice, last-plus-one.
    picks
        Whether a choice (by alternative) serves a group.
    together
        Whether households decide together, by cell.
    """

    exits: Integers
    span: Integers
    arrive: Integers
    decisions: Integers
    priority: Integers
    entries: Integers
    alternatives: Integers
    picks: Integers
    together: Integers


def tabulate(program: Program) -> Tables:
    """Return the tables of a compiled system."""
    layout, system = program.layout, program.system
    status = {name: i for i, name in enumerate(system.status_names)}
    flow = {name: i for i, name in enumerate(system.flow_names)}
    decision = {m.name: i for i, m in enumerate(system.decisions)}
    kinds = {ExitKind.MOVE: MOVE, ExitKind.PROGRESS: PROGRESS, ExitKind.DECIDE: DECIDE}
    exits: list[tuple[int, int, int, int, int]] = []
    span: list[tuple[int, int]] = []
    for found in layout.exits_of:
        first = len(exits)
        for e in found:
            to = decision[e.destination] if e.kind is ExitKind.DECIDE else status.get(e.destination, NOWHERE)
            exits.append((e.cell, kinds[e.kind], e.slot, flow.get(e.flow, NOWHERE), to))
        span.append((first, len(exits)))
    whole = system.households.statuses if system.households else ()
    return Tables(
        exits=np.array(exits, dtype=np.int64).reshape(-1, 5),
        span=np.array(span, dtype=np.int64),
        arrive=np.array(
            [layout.rows[s][0] if layout.rows[s] else NOWHERE for s in system.status_names], dtype=np.int64
        ),
        decisions=np.array(_decision_rows(layout, status, flow), dtype=np.int64).reshape(-1, 5),
        priority=np.array(_ranks(layout), dtype=np.int64).reshape(len(system.decisions), layout.n_groups),
        entries=np.array([(status[m.destination], flow[m.name]) for m in entry_moves(system)], dtype=np.int64).reshape(
            -1, 2
        ),
        alternatives=np.array(_alternative_rows(program, status, flow), dtype=np.int64).reshape(-1, 5),
        picks=np.array(_picks(program), dtype=np.int64).reshape(-1, layout.n_groups),
        together=np.array([c.status in whole for c in layout.cells], dtype=np.int64),
    )


def _decision_rows(layout: Layout, status: dict[str, int], flow: dict[str, int]) -> list[tuple[int, ...]]:
    rows: list[tuple[int, ...]] = []
    for m in layout.system.decisions:
        last = next(e.cell for e in layout.exits if e.kind is ExitKind.DECIDE and e.destination == m.name)
        pile = layout.pile_of.get(m.name, NOWHERE)
        rows.append((last, status[m.approved_to], status[m.refused_to], flow[m.flows[0]], pile))
    return rows


def _ranks(layout: Layout) -> list[list[int]]:
    rows: list[list[int]] = []
    for m in layout.system.decisions:
        ranks = [len(m.priority)] * layout.n_groups
        for rank in reversed(range(len(m.priority))):
            for g, picked in enumerate(m.priority[rank].mask(layout.system.groups)):
                ranks[g] = rank if picked else ranks[g]
        rows.append(ranks)
    return rows


def _alternative_rows(program: Program, status: dict[str, int], flow: dict[str, int]) -> list[tuple[int, ...]]:
    rows: list[tuple[int, ...]] = []
    for choice in program.layout.ordered_choices:
        first = len(rows)
        last = first + len(choice.alternatives)
        for name, alternative in zip(choice.flows, choice.alternatives, strict=True):
            rows.append((status[choice.origin], status[alternative.destination], flow[name], first, last))
    return rows


def _picks(program: Program) -> list[list[int]]:
    groups = program.system.groups
    return [[int(x) for x in c.groups.mask(groups)] for c in program.layout.ordered_choices for _ in c.alternatives]


@njit(cache=True, nogil=True)
def step_counts(
    seed: Any,
    draws: Any,
    step: Any,
    tables: Any,
    sizes: Any,
    stocks: Any,
    flows: Any,
    hazards: Any,
    chance: Any,
    capacity: Any,
    release: Any,
    entries: Any,
    shares: Any,
) -> None:
    """Move whole persons for one step, in place.

    Parameters
    ----------
    seed
        64-bit name of the run's stream.
    draws
        Number of each draw (its stream), shape (draw,).
    sizes
        Persons in a household, shape (draw,).
    stocks
        Persons, shape (draw, cell, group); changed in place.
    flows
        Zeros, filled with persons by flow, shape (draw, flow, group).
    hazards, chance, capacity, release, entries, shares
        As in :class:`~counterstream.dynamics.offers.Offer`.
    """
    n_groups = stocks.shape[2]
    for d in range(stocks.shape[0]):
        name = child(child(seed, draws[d]), step)
        arrivals = np.zeros((tables.arrive.shape[0], n_groups), dtype=np.int64)
        waiting = np.zeros((tables.decisions.shape[0], n_groups), dtype=np.int64)
        _leave(name, tables, sizes[d], stocks[d], flows[d], hazards[d], arrivals, waiting)
        _decide(name, tables, stocks[d], flows[d], chance[d], capacity[d], release[d], arrivals, waiting)
        for e in range(tables.entries.shape[0]):
            for g in range(n_groups):
                stream = child(child(name, 1000003 + e), g)
                entered, _ = draw_poisson(stream, 0, entries[d, e, g])
                flows[d, tables.entries[e, 1], g] = entered
                arrivals[tables.entries[e, 0], g] += entered
        _choose(name, tables, flows[d], shares[d], arrivals)
        for s in range(tables.arrive.shape[0]):
            cell = tables.arrive[s]
            if cell >= 0:
                for g in range(n_groups):
                    stocks[d, cell, g] += arrivals[s, g]


@njit(cache=True)
def _leave(
    name: Any, tables: Any, household: Any, stocks: Any, flows: Any, hazards: Any, arrivals: Any, waiting: Any
) -> None:
    n_cells, n_groups = stocks.shape
    progress = np.zeros((n_cells + 1, n_groups), dtype=np.int64)
    for cell in range(n_cells):
        first, last = tables.span[cell, 0], tables.span[cell, 1]
        if first == last:
            continue
        size = household if tables.together[cell] else 1
        for g in range(n_groups):
            n = stocks[cell, g]
            if n == 0:
                continue
            total = 0.0
            for e in range(first, last):
                total += hazards[tables.exits[e, 2], g]
            stream = child(child(name, cell), g)
            left, counter = draw_in_units(stream, 0, n, -math.expm1(-total), size)
            rest = total
            for e in range(first, last):
                if left == 0:
                    break
                mine = hazards[tables.exits[e, 2], g]
                moved, counter = draw_in_units(stream, counter, left, mine / rest if e < last - 1 else 1.0, size)
                rest -= mine
                left -= moved
                kind, flow, to = tables.exits[e, 1], tables.exits[e, 3], tables.exits[e, 4]
                if kind == DECIDE:
                    waiting[to, g] += moved
                    continue
                stocks[cell, g] -= moved
                if kind == PROGRESS:
                    progress[cell + 1, g] += moved
                    continue
                flows[flow, g] += moved
                if to >= 0:
                    arrivals[to, g] += moved
    for cell in range(n_cells):
        for g in range(n_groups):
            stocks[cell, g] += progress[cell, g]


@njit(cache=True)
def _decide(
    name: Any,
    tables: Any,
    stocks: Any,
    flows: Any,
    chance: Any,
    capacity: Any,
    release: Any,
    arrivals: Any,
    waiting: Any,
) -> None:
    n_groups = stocks.shape[1]
    for m in range(tables.decisions.shape[0]):
        cell, approved_to, refused_to = tables.decisions[m, 0], tables.decisions[m, 1], tables.decisions[m, 2]
        flow, pile = tables.decisions[m, 3], tables.decisions[m, 4]
        stream = child(name, 2000003 + m)
        ration(stream, waiting[m], capacity[m], tables.priority[m])
        for g in range(n_groups):
            decided = waiting[m, g]
            approved, _ = draw_binomial(child(stream, g + 1), 0, decided, chance[m, g])
            stocks[cell, g] -= decided
            released = approved
            if pile >= 0:
                held = stocks[pile, g] + approved
                released = held if release[m] > 0.5 else 0
                stocks[pile, g] = held - released
            flows[flow, g] = approved
            flows[flow + 1, g] = decided - approved
            flows[flow + 2, g] = released
            arrivals[approved_to, g] += released
            arrivals[refused_to, g] += decided - approved


@njit(cache=True)
def ration(stream: Any, waiting: Any, capacity: Any, rank: Any) -> None:
    """Cut the waiting down to capacity: by rank, within a rank in proportion with random rounding."""
    left = math.floor(capacity) if capacity < 9e15 else 9e15
    if capacity < 9e15 and uniform(stream, 0) < capacity - left:
        left += 1.0
    for r in range(rank.max() + 1):
        total = 0
        for g in range(waiting.shape[0]):
            if rank[g] == r:
                total += waiting[g]
        if total <= left:
            left -= total
            continue
        # Systematic rounding: each share is rounded up or down and the sum is kept exactly.
        cumulative, given = 0.0, 0
        offset = uniform(stream, 1 + r)
        for g in range(waiting.shape[0]):
            if rank[g] == r:
                cumulative += waiting[g] * (left / total)
                upto = min(math.floor(cumulative + offset), int(left))
                served = min(upto - given, waiting[g])
                waiting[g] = served
                given += served
        left = 0.0


@njit(cache=True)
def _choose(name: Any, tables: Any, flows: Any, shares: Any, arrivals: Any) -> None:
    n_groups = arrivals.shape[1]
    for a in range(tables.alternatives.shape[0]):
        first, last = tables.alternatives[a, 3], tables.alternatives[a, 4]
        if a != first:
            continue
        origin = tables.alternatives[a, 0]
        for g in range(n_groups):
            if tables.picks[a, g] == 0:
                continue
            left = arrivals[origin, g]
            rest = 1.0
            counter = 0
            stream = child(child(name, 3000017 + a), g)
            for b in range(first, last):
                p = 1.0 if b == last - 1 else min(shares[b, g] / max(rest, 1e-300), 1.0)
                moved, counter = draw_binomial(stream, counter, left, p)
                rest -= shares[b, g]
                left -= moved
                flows[tables.alternatives[b, 2], g] = moved
                arrivals[tables.alternatives[b, 1], g] += moved
