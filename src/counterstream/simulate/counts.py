"""The counts engine: whole persons by group and status, multinomial chance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

from counterstream.dynamics.assess import Assessment, assess
from counterstream.dynamics.draw import Draw, quantity
from counterstream.dynamics.drive import Drive, lay_paths, prepare
from counterstream.dynamics.program import Program, initial_stocks
from counterstream.dynamics.signals import Memory, Seen, remember, see, start_memory
from counterstream.simulate.kernel import Tables, choice_names, step_counts, tabulate

Integers = NDArray[np.int64]
UNLIMITED = 1e18


class Whole(NamedTuple):
    """Runs of whole persons.

    Parameters
    ----------
    flows
        Shape (draw, time, group, move), integers.
    stocks
        Shape (draw, time + 1, group, status), integers.
    """

    flows: Integers
    stocks: Integers


@dataclass(frozen=True)
class _Offers:
    """Jitted functions of a program for a batch of draws."""

    program: Program

    def __post_init__(self) -> None:
        program = self.program

        def offer(draw: Draw, memory: Memory, stocks: Array, drive: Drive, t: Array) -> tuple[Seen, tuple[Array, ...]]:
            x = jax.tree.map(lambda a: a[t], drive)
            rows = tuple(stocks[i] for i in range(stocks.shape[0]))
            seen = see(program, draw, memory, rows, x)
            return seen, _packed(program, assess(program, draw, rows, seen, x))

        def keep(draw: Draw, memory: Memory, stocks: Array, flows: Array, seen: Seen) -> Memory:
            rows = tuple(stocks[i] for i in range(stocks.shape[0]))
            moved = {name: flows[i] for i, name in enumerate(program.system.flow_names)}
            return remember(program, draw, memory, rows, moved, seen)

        object.__setattr__(self, "offer", jax.jit(jax.vmap(offer, in_axes=(0, 0, 0, 0, None))))
        object.__setattr__(self, "keep", jax.jit(jax.vmap(keep)))


def _packed(program: Program, a: Assessment) -> tuple[Array, ...]:
    """Stack an assessment into the arrays of the kernel."""
    n = program.layout.n_groups
    decisions = [m.name for m in program.system.decisions]
    full = jnp.asarray(UNLIMITED)
    hazards = jnp.stack(a.hazards) if a.hazards else jnp.zeros((0, n))
    chance = jnp.stack([a.chance[m] for m in decisions]) if decisions else jnp.zeros((0, n))
    capacity = jnp.stack([a.capacity.get(m, full) for m in decisions]) if decisions else jnp.zeros(0)
    release = jnp.stack([a.release.get(m, jnp.ones(())) for m in decisions]) if decisions else jnp.zeros(0)
    entries = jnp.stack(list(a.entries.values())) if a.entries else jnp.zeros((0, n))
    split = [s for name in choice_names(program) for s in a.shares[name]]
    return hazards, chance, capacity, release, entries, jnp.stack(split) if split else jnp.zeros((0, n))


def simulate_counts(program: Program, draws: Draw, n_draws: int, *, seed: int = 1, batch: int = 250) -> Whole:
    """Run whole persons for every draw.

    Parameters
    ----------
    draws
        Unknowns, each array with a leading draw axis.
    n_draws
        Number of draws (a system without unknowns has no array to count).
    seed
        Seed of the chance of persons.  A draw's numbers depend on the seed and its place
        among the draws alone, not on ``batch`` or threads.

    Notes
    -----
    Within a step persons leave each cell by the Euler-multinomial scheme (Breto and Ionides
    2011); initial stocks are rounded to whole persons.
    """
    parts = list(iterate_counts(program, draws, n_draws, seed=seed, batch=batch))
    return Whole(np.concatenate([p.flows for p in parts]), np.concatenate([p.stocks for p in parts]))


def iterate_counts(program: Program, draws: Draw, n_draws: int, *, seed: int = 1, batch: int = 250) -> Iterator[Whole]:
    """Yield runs of whole persons, ``batch`` draws at a time: memory grows with the batch alone."""
    offers = _Offers(program)
    for first in range(0, n_draws, batch):
        some = jax.tree.map(lambda a, lo=first: a[lo : lo + batch], draws)
        numbers = np.arange(first, min(first + batch, n_draws), dtype=np.uint64)
        yield _run_batch(program, offers, some, numbers, seed)


def repeat_draw(draw: Draw, n: int) -> Draw:
    """Return a draw with a leading axis of ``n`` copies: chance alone will tell them apart."""
    return jax.tree.map(lambda a: jnp.broadcast_to(a, (n, *jnp.shape(a))), draw)


def _run_batch(program: Program, offers: Any, draws: Draw, numbers: NDArray[np.uint64], seed: int) -> Whole:
    layout, system = program.layout, program.system
    tables = tabulate(program, _household_size(program, draws))
    # The draws' numbers go along so that a system without unknowns has an axis to map over.
    n_steps = system.clock.n_steps
    drive = jax.jit(jax.vmap(lambda d, _: prepare(program, d, lay_paths(program, d), n_steps)))(draws, numbers)
    memory = jax.vmap(lambda d, _: start_memory(program, d))(draws, numbers)
    start = jax.vmap(lambda d, _: jnp.stack(initial_stocks(program, d)))(draws, numbers)
    stocks = np.rint(np.asarray(start)).astype(np.int64)
    n, steps = numbers.size, system.clock.n_steps
    flows_kept = np.zeros((n, steps, layout.n_groups, len(system.flow_names)), dtype=np.int64)
    stocks_kept = np.zeros((n, steps + 1, layout.n_groups, len(system.statuses)), dtype=np.int64)
    stocks_kept[:, 0] = _by_status(tables, program, stocks)
    for t in range(steps):
        before = jnp.asarray(stocks, dtype=jnp.float64)
        seen, offered = offers.offer(draws, memory, before, drive, t)
        flows = np.zeros((n, len(system.flow_names), layout.n_groups), dtype=np.int64)
        step_counts(np.uint64(seed), numbers, t, tables, stocks, flows, *(np.asarray(a) for a in offered))
        memory = offers.keep(draws, memory, before, jnp.asarray(flows, dtype=jnp.float64), seen)
        flows_kept[:, t] = np.swapaxes(flows, 1, 2)
        stocks_kept[:, t + 1] = _by_status(tables, program, stocks)
    return Whole(flows_kept, stocks_kept)


def _household_size(program: Program, draws: Draw) -> int:
    households = program.system.households
    if households is None:
        return 1
    size = households.mean_size
    return max(1, round(float(np.mean(np.asarray(quantity(size, draws))))))


def _by_status(tables: Tables, program: Program, stocks: Integers) -> Integers:
    columns = [
        stocks[:, list(program.layout.rows[s]), :].sum(axis=1)
        if program.layout.rows[s]
        else np.zeros_like(stocks[:, 0])
        for s in program.system.status_names
    ]
    return np.stack(columns, axis=-1)
