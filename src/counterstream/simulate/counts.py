"""The counts engine: whole persons by group and status, multinomial chance."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from counterstream.dynamics.draw import Draw
from counterstream.dynamics.offers import Offers
from counterstream.dynamics.program import Program
from counterstream.simulate.kernel import Tables, step_counts, tabulate
from counterstream.simulate.whole import Integers, Whole, add_up_cells, gather, household_sizes, make_room, pick_draws

Names = NDArray[np.uint64]


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
    return gather(program, n_draws, iterate_counts(program, draws, n_draws, seed=seed, batch=batch))


def iterate_counts(program: Program, draws: Draw, n_draws: int, *, seed: int = 1, batch: int = 250) -> Iterator[Whole]:
    """Yield runs of whole persons, ``batch`` draws at a time: memory grows with the batch alone."""
    offers, tables = Offers(program), tabulate(program)
    offers.compile()
    n_threads = max(1, os.cpu_count() or 1)
    with ThreadPoolExecutor(max_workers=n_threads) as pool:
        for first in range(0, n_draws, batch):
            n = min(batch, n_draws - first)
            room = make_room(program, n)
            parts = [part for part in np.array_split(np.arange(n), n_threads) if part.size]

            def run(part: Integers, room: Whole = room, first: int = first) -> None:
                place = slice(int(part[0]), int(part[-1]) + 1)
                some = pick_draws(draws, slice(first + place.start, first + place.stop))
                names = (first + part).astype(np.uint64)
                _run_part(offers, tables, some, names, seed, Whole(room.flows[place], room.stocks[place]))

            list(pool.map(run, parts))
            yield room


def _run_part(offers: Offers, tables: Tables, draws: Draw, names: Names, seed: int, room: Whole) -> None:
    """Run some draws side by side into the room for them."""
    program = offers.program
    shared, sizes = offers.lay_out(), household_sizes(program, draws, names.size)
    state, start = offers.start(draws, names.size)
    stocks = np.rint(start).astype(np.int64)
    flows, kept = np.swapaxes(room.flows, 2, 3), np.swapaxes(room.stocks, 2, 3)
    add_up_cells(program, stocks, kept[:, 0])
    for t in range(program.system.clock.n_steps):
        before = stocks.astype(np.float64)
        offered = offers.offer(t, state, shared, before)
        step_counts(np.uint64(seed), names, t, tables, sizes, stocks, flows[:, t], *offered)
        state = offers.keep(t, state, shared, before, flows[:, t])
        add_up_cells(program, stocks, kept[:, t + 1])
