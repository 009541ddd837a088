"""Signals inside a run: what they read, what they remember, and what is seen at the start of a step."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

from counterstream.dynamics.draw import Draw, months_quantity, quantity
from counterstream.dynamics.drive import Drive
from counterstream.dynamics.program import Program
from counterstream.system.signal import Signal, SignalInput, Source
from counterstream.units import MONTHS_PER_YEAR

Rows = tuple[Array, ...]
Seen = dict[str, Array]


class Memory(NamedTuple):
    """What is carried from step to step beside the stocks.

    Parameters
    ----------
    levels
        Signals with a half-life, scalar or shape (group,).
    past
        Values of lagged inputs, oldest first, shape (lag, ...), by (signal, input).
    last
        Flows of the step before, as read by memoryless signals, by (signal, input).
    """

    levels: Mapping[str, Array]
    past: Mapping[tuple[str, int], Array]
    last: Mapping[tuple[str, int], Array]


def lag_steps(program: Program, feed: SignalInput) -> int:
    """Whole steps by which an input is read late."""
    return round(feed.lag_months / MONTHS_PER_YEAR / program.step_years)


def start_memory(program: Program, draw: Draw) -> Memory:
    """Return the memory at the start: declared levels, nothing flowed before."""
    levels: dict[str, Array] = {}
    past: dict[tuple[str, int], Array] = {}
    last: dict[tuple[str, int], Array] = {}
    for signal in program.system.signals:
        shape = (program.layout.n_groups,) if signal.per else ()
        if signal.half_life_months is not None:
            levels[signal.name] = jnp.broadcast_to(quantity(signal.initial, draw), shape)
        for index, feed in enumerate(signal.inputs):
            lag = lag_steps(program, feed)
            if lag:
                past[signal.name, index] = jnp.zeros((lag, *shape))
            if signal.half_life_months is None and feed.source in (Source.FLOW, Source.SHARE):
                last[signal.name, index] = jnp.zeros(shape)
    return Memory(levels, past, last)


def see(program: Program, draw: Draw, memory: Memory, stocks: Rows, x: Drive) -> Seen:
    """Return every instrument, signal and event as it stands at the start of the step."""
    seen: Seen = {name: _hold(name, level, x) for name, level in memory.levels.items()}
    seen.update(x.events)
    for name, own in x.own.items():
        if not program.instruments[name].responds_to:
            seen[name] = _hold(name, own, x)
    for name in program.reading_order:
        if name in program.signals:
            seen[name] = _hold(name, _memoryless(program, program.signals[name], draw, memory, stocks, seen), x)
        else:
            value = x.own[name]
            for term in program.instruments[name].responds_to:
                value = value + quantity(term.effect, draw) * seen[term.of]
            seen[name] = _hold(name, value, x)
    return seen


def _hold(name: str, value: Array, x: Drive) -> Array:
    if name not in x.hold_share:
        return value
    return value * (1.0 - x.hold_share[name]) + x.hold_value[name]


def _memoryless(program: Program, signal: Signal, draw: Draw, memory: Memory, stocks: Rows, seen: Seen) -> Array:
    total = quantity(signal.initial, draw)
    for index, feed in enumerate(signal.inputs):
        key = (signal.name, index)
        if key in memory.past:
            value = memory.past[key][0]
        elif key in memory.last:
            value = memory.last[key]
        else:
            value = read_input(program, signal, feed, stocks, {}, seen)
        total = total + quantity(feed.weight, draw) * value
    return total


def read_input(
    program: Program, signal: Signal, feed: SignalInput, stocks: Rows, flows: Mapping[str, Array], seen: Seen
) -> Array:
    """Return the input's present value: scalar, or shape (group,) for a signal with ``per``."""
    if feed.source in (Source.SIGNAL, Source.INSTRUMENT, Source.EVENT):
        return seen[feed.names[0]]
    pool = _pool(program, signal, feed)
    if feed.source is Source.STOCK:
        rows = [stocks[cell] for name in feed.names for cell in program.layout.rows[name]]
        amount = _gather(sum(rows[1:], rows[0]), pool)
    elif feed.source is Source.FLOW:
        amount = _gather(_total(feed.names, flows), pool) / program.step_years
    else:
        over = _gather(_total(feed.over, flows), pool)
        some = over > 0.0
        return jnp.where(some, _gather(_total(feed.names, flows), pool) / jnp.where(some, over, 1.0), 0.0)
    amount = amount / feed.scale_persons
    return jnp.log1p(amount) if feed.log else amount


def _total(names: tuple[str, ...], flows: Mapping[str, Array]) -> Array:
    rows = [flows[name] for name in names]
    return sum(rows[1:], rows[0])


def _pool(program: Program, signal: Signal, feed: SignalInput) -> NDArray[np.float64]:
    """Weights that add persons up: shape (group,), or (group, group) within shared attributes."""
    picked = program.layout.mask(feed.groups)
    if not signal.per:
        return picked
    held = [tuple(dict(g.attributes).get(name) for name in signal.per) for g in program.system.groups]
    same = np.array([[a == b for b in held] for a in held], dtype=np.float64)
    return same * picked[None, :]


def _gather(row: Array, pool: NDArray[np.float64]) -> Array:
    return jnp.sum(row * pool, axis=-1)


def remember(
    program: Program, draw: Draw, memory: Memory, stocks: Rows, flows: Mapping[str, Array], seen: Seen
) -> Memory:
    """Return the memory at the end of a step: ``I' = keep I + sum of weight * input``."""
    levels: dict[str, Array] = {}
    past = dict(memory.past)
    last = dict(memory.last)
    for signal in program.system.signals:
        fed = jnp.zeros(())
        for index, feed in enumerate(signal.inputs):
            key = (signal.name, index)
            reads_later = signal.half_life_months is None and key not in past and key not in last
            if reads_later:
                continue
            value = read_input(program, signal, feed, stocks, flows, seen)
            if key in last:
                last[key] = value
            if key in past:
                value, past[key] = past[key][0], jnp.concatenate([past[key][1:], value[None]])
            fed = fed + quantity(feed.weight, draw) * value
        if signal.half_life_months is not None:
            keep = jnp.exp(-math.log(2.0) * program.step_years / months_quantity(signal.half_life_months, draw))
            gain = (1.0 - keep) if signal.average else 1.0
            levels[signal.name] = keep * memory.levels[signal.name] + gain * fed
    return Memory(levels, past, last)
