"""Move expected persons through one step, and whole runs of steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

import jax
import jax.numpy as jnp
from jax import Array

from counterstream.dynamics.assess import Assessment, assess
from counterstream.dynamics.draw import Draw
from counterstream.dynamics.drive import Drive, Levers, lay_paths, prepare
from counterstream.dynamics.formulas import leaving_factor
from counterstream.dynamics.layout import OUTSIDE, Exit, ExitKind, entry_moves
from counterstream.dynamics.program import Program, initial_stocks
from counterstream.dynamics.signals import Memory, Rows, Seen, remember, see, start_memory
from counterstream.system.move import DecisionMove

Flows = dict[str, Array]
Carry = tuple[Rows, Memory]
Emitted = TypeVar("Emitted")


def move_expected(program: Program, stocks: Rows, offer: Assessment) -> tuple[Rows, Flows]:
    """Move expected persons for one step.

    Returns
    -------
    stocks
        Persons by group in each cell at the end of the step.
    flows
        Persons by group who made each flow during the step.
    """
    layout = program.layout
    zero = jnp.zeros(layout.n_groups)
    remaining = list(stocks)
    flows: Flows = dict.fromkeys(program.system.flow_names, zero)
    arrivals: dict[str, Array] = dict.fromkeys(program.system.status_names, zero)
    progress: dict[int, Array] = {}
    ready: dict[str, tuple[int, Array]] = {}
    for cell, exits in enumerate(layout.exits_of):
        if not exits:
            continue
        factor = offer.leaving[cell] if cell in offer.leaving else leaving_factor(_total_hazard(exits, offer))
        leaving = stocks[cell] * factor
        for exit_ in exits:
            moved = leaving * offer.hazards[exit_.slot]
            if exit_.kind is ExitKind.DECIDE:
                ready[exit_.destination] = (cell, moved)
                continue
            remaining[cell] = remaining[cell] - moved
            if exit_.kind is ExitKind.PROGRESS:
                progress[cell + 1] = progress.get(cell + 1, zero) + moved
                continue
            flows[exit_.flow] = flows[exit_.flow] + moved
            if exit_.destination != OUTSIDE:
                arrivals[exit_.destination] = arrivals[exit_.destination] + moved
    for cell, moved in progress.items():
        remaining[cell] = remaining[cell] + moved
    for move in program.system.decisions:
        _decide(program, move, offer, ready[move.name], remaining, flows, arrivals)
    for entry in entry_moves(program.system):
        flows[entry.name] = offer.entries[entry.name]
        arrivals[entry.destination] = arrivals[entry.destination] + flows[entry.name]
    _choose(program, offer, flows, arrivals)
    for status, rows in layout.rows.items():
        if rows:
            remaining[rows[0]] = remaining[rows[0]] + arrivals[status]
    return tuple(remaining), flows


def _total_hazard(exits: tuple[Exit, ...], offer: Assessment) -> Array:
    hazards = [offer.hazards[e.slot] for e in exits]
    return sum(hazards[1:], hazards[0])


def _decide(
    program: Program,
    move: DecisionMove,
    offer: Assessment,
    ready: tuple[int, Array],
    remaining: list[Array],
    flows: Flows,
    arrivals: dict[str, Array],
) -> None:
    cell, waiting = ready
    decided = _ration(program, move, waiting, offer.capacity[move.name]) if move.name in offer.capacity else waiting
    remaining[cell] = remaining[cell] - decided
    approved = decided * offer.chance[move.name]
    refused = decided - approved
    released = approved
    if move.batches is not None:
        pile = program.layout.pile_of[move.name]
        waiting_release = remaining[pile] + approved
        released = waiting_release * offer.release[move.name]
        remaining[pile] = waiting_release - released
    for flow, moved in zip(move.flows, (approved, refused, released), strict=True):
        flows[flow] = moved
    arrivals[move.approved_to] = arrivals[move.approved_to] + released
    arrivals[move.refused_to] = arrivals[move.refused_to] + refused


def _ration(program: Program, move: DecisionMove, waiting: Array, capacity: Array) -> Array:
    """Serve selectors of the priority list in turn, then everybody left, each in proportion."""
    served = jnp.zeros_like(waiting)
    left = capacity
    rest = jnp.ones_like(waiting)
    for selector in move.priority:
        mine = program.layout.mask(selector) * rest
        rest = rest * (1.0 - program.layout.mask(selector))
        now = _share_out(waiting * mine, left)
        served, left = served + now, left - now.sum()
    return served + _share_out(waiting * rest, left)


def _share_out(waiting: Array, capacity: Array) -> Array:
    total = waiting.sum()
    short = total > capacity
    return waiting * jnp.where(short, capacity / jnp.where(short, total, 1.0), 1.0)


def _choose(program: Program, offer: Assessment, flows: Flows, arrivals: dict[str, Array]) -> None:
    for junction in program.layout.junctions:
        for choice in program.layout.choices[junction]:
            arrived = arrivals[junction] * program.layout.mask(choice.groups)
            for flow, alternative, share in zip(
                choice.flows, choice.alternatives, offer.shares[choice.name], strict=True
            ):
                flows[flow] = arrived * share
                arrivals[alternative.destination] = arrivals[alternative.destination] + arrived * share


class Moment:
    """What one step shows: stocks at its start, flows during it, what was seen."""

    __slots__ = ("flows", "seen", "stocks")

    def __init__(self, stocks: Rows, flows: Flows, seen: Seen) -> None:
        self.stocks, self.flows, self.seen = stocks, flows, seen


def step_expected(program: Program, draw: Draw, carry: Carry, x: Drive) -> tuple[Carry, Moment]:
    """Take one step of one draw.

    Returns
    -------
    carry
        Rows and memory at the end of the step.
    moment
        What the step shows.
    """
    stocks, memory = carry
    seen = see(program, draw, memory, stocks, x)
    offer = assess(program, draw, stocks, seen, x)
    after, flows = move_expected(program, stocks, offer)
    later = remember(program, draw, memory, stocks, flows, seen)
    return (after, later), Moment(stocks, flows, seen)


def run_expected(
    program: Program,
    draws: Draw,
    n_draws: int,
    emit: Callable[[Moment], Emitted],
    *,
    levers: Levers | None = None,
    checkpointed: bool = False,
) -> tuple[Rows, Emitted]:
    """Run all steps of many draws side by side.

    Parameters
    ----------
    draws
        Unknowns in internal units; each array leads with the draw.
    n_draws
        Number of draws (a system without unknowns has no array to count).
    emit
        Takes one draw's moment of a step and returns arrays to keep; they come back stacked
        by time.
    levers
        Those of a scenario; by default the system's own.
    checkpointed
        Recompute a step's inside when differentiating instead of storing it: faster for
        gradients, no use otherwise.

    Returns
    -------
    stocks
        Rows at the end of the last step, each (group, draw).
    emitted
        What ``emit`` returned, each with a leading time axis and the draw last.

    Notes
    -----
    Inside the scan the draw is the last axis: a row of all draws is then one stretch of
    memory, which made gradients 1.8 times faster than with the draw first.
    """

    def take_step(draw: Draw, _: Array, carry: Carry, x: Drive) -> tuple[Carry, Emitted]:
        later, moment = step_expected(program, draw, carry, x)
        return later, emit(moment)

    def begin(draw: Draw, _: Array) -> tuple[Carry, Drive]:
        paths = lay_paths(program, draw, levers)
        start = initial_stocks(program, draw), start_memory(program, draw)
        return start, prepare(program, draw, paths, program.system.clock.n_steps)

    numbers = jnp.arange(n_draws)
    side_by_side = jax.vmap(take_step, in_axes=(0, 0, -1, -1), out_axes=-1)

    def advance(carry: Carry, x: Drive) -> tuple[Carry, Emitted]:
        return side_by_side(draws, numbers, carry, x)

    start, drive = jax.vmap(begin, out_axes=-1)(draws, numbers)
    (stocks, _), emitted = jax.lax.scan(jax.checkpoint(advance) if checkpointed else advance, start, drive)
    return stocks, emitted


def total_of(rows: Mapping[str, Array], names: tuple[str, ...]) -> Array:
    """Return the sum of the named rows."""
    picked = [rows[name] for name in names]
    return sum(picked[1:], picked[0])
