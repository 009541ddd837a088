"""The persons engine: every person moves, waits and is decided upon by name."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from threading import Event
from typing import Protocol

import jax
import numpy as np
from numpy.typing import NDArray

from counterstream.dynamics.draw import Draw
from counterstream.dynamics.layout import entry_moves
from counterstream.dynamics.offers import Offers, State
from counterstream.dynamics.program import Program, initial_stocks
from counterstream.errors import CounterstreamError, Problem
from counterstream.simulate.kernel import Tables, tabulate
from counterstream.simulate.keys import child
from counterstream.simulate.persons.kernel import Crowd, Events, Movers, put_in, take_step
from counterstream.simulate.persons.squares import make_key
from counterstream.simulate.whole import (
    Integers,
    Whole,
    add_up_cells,
    gather,
    household_sizes,
    make_room,
    pick_draws,
)

Floats = NDArray[np.float64]
#: Persons have 32-bit numbers; half of them is kept for those who enter later.
MOST_NUMBERS, MOST_PERSONS = 2**32, 2**31
#: Persons whom one thread has in memory at a time, save that one draw always goes.
MOST_TOGETHER = 4_000_000
#: Share of a list's persons for whom there is room beyond them.
SLACK = 0.25
#: Name of the stream that a run's screening key comes from.
SCREENING = 7000003


class Histories(Protocol):
    """Takes what persons did, step by step; called by several threads, each with its own draws."""

    def tell(self, draw: int, step: int, events: Events) -> None:
        """Take the flows of one step; the arrays are used anew afterwards."""
        ...


def simulate_persons(
    program: Program,
    draws: Draw,
    n_draws: int,
    *,
    seed: int = 1,
    histories: Histories | None = None,
    told: Callable[[int], None] | None = None,
) -> Whole:
    """Run every person for every draw.

    Parameters
    ----------
    draws
        Unknowns, each array with a leading draw axis.
    n_draws
        Number of draws (a system without unknowns has no array to count).
    seed
        Seed of the chance of persons.  What a person does depends on the seed, the draw's place
        among the draws, the person's number and the step alone: not on threads, and a scenario
        leaves as they were the histories of those whom it does not reach.
    histories
        Takes what every person did; by default only flows and stocks are kept.
    told
        Called with the number of draws that are done, each time that there are more.

    Raises
    ------
    CounterstreamError
        ``U206`` if there are :data:`MOST_PERSONS` persons at the start, or those who enter run out of numbers.

    Notes
    -----
    Persons leave a cell with probability ``1 - exp(-H)``, ``H`` the sum of the intensities of its
    exits over the step, by exit in proportion to them: the scheme of the counts engine (Breto and
    Ionides 2011), person by person.  Initial stocks are rounded to whole persons.
    """
    parts = iterate_persons(program, draws, n_draws, seed=seed, histories=histories, told=told)
    return gather(program, n_draws, parts)


def iterate_persons(
    program: Program,
    draws: Draw,
    n_draws: int,
    *,
    seed: int = 1,
    histories: Histories | None = None,
    told: Callable[[int], None] | None = None,
    batch: int = 250,
) -> Iterator[Whole]:
    """Yield runs of every person, ``batch`` draws at a time; see :func:`simulate_persons`."""
    offers, tables = Offers(program), tabulate(program)
    offers.compile()
    shared, households = offers.lay_out(), household_sizes(program, draws, n_draws)
    n_threads, together = max(1, os.cpu_count() or 1), _draws_in_memory(program, draws)
    stopped = Event()

    def run(first: int, part: slice, room: Whole) -> int:
        some = slice(first + part.start, first + part.stop)
        state, start = offers.start(pick_draws(draws, some), some.stop - some.start)
        runs = [
            _Run(program, tables, settle(stocks, int(households[number])), seed, number, histories)
            for number, stocks in zip(range(some.start, some.stop), np.rint(start).astype(np.int64), strict=True)
        ]
        go_through(offers, runs, state, shared, Whole(room.flows[part], room.stocks[part]), stopped)
        return len(runs)

    # Side by side, since what draws are offered costs less for many at once.
    with ThreadPoolExecutor(max_workers=n_threads) as pool:
        for first in range(0, n_draws, batch):
            n = min(batch, n_draws - first)
            room = make_room(program, n)
            size = max(1, min(together, -(-n // n_threads)))
            parts = [slice(i, min(i + size, n)) for i in range(0, n, size)]
            done = first
            try:
                for finished in as_completed([pool.submit(run, first, part, room) for part in parts]):
                    done += finished.result()
                    if told is not None:
                        told(done)
            except BaseException:
                stopped.set()
                pool.shutdown(cancel_futures=True)
                raise
            yield room


def _draws_in_memory(program: Program, draws: Draw) -> int:
    """Return how many draws one thread may take through the steps side by side, by the persons of the first."""
    rows = initial_stocks(program, jax.tree.map(lambda a: a[0], draws))
    return int(MOST_TOGETHER // max(1.0, sum(float(row.sum()) for row in rows)))


def go_through(offers: Offers, runs: list[_Run], state: State, shared: Floats, room: Whole, stopped: Event) -> None:
    """Take all steps of some draws, unless they are stopped on the way."""
    program = offers.program
    flows, kept = np.swapaxes(room.flows, 2, 3), np.swapaxes(room.stocks, 2, 3)
    stocks = np.stack([run.stocks for run in runs])
    add_up_cells(program, stocks, kept[:, 0])
    for step in range(program.system.clock.n_steps):
        if stopped.is_set():
            return
        offer = offers.offer(step, state, shared, stocks)
        for place, run in enumerate(runs):
            run.take_step(step, tuple(part[place] for part in offer), flows[place, step])
        state = offers.keep(step, state, shared, stocks, flows[:, step])
        stocks = np.stack([run.stocks for run in runs])
        add_up_cells(program, stocks, kept[:, step + 1])


@dataclass(frozen=True)
class Settled:
    """Persons at the start.

    Parameters
    ----------
    crowd
        Everybody in the list of their cell and group.
    household
        Persons of a household.
    n_numbers
        Numbers given to persons; those beyond are for persons who enter.
    """

    crowd: Crowd
    household: int
    n_numbers: int


def settle(stocks: Integers, household: int) -> Settled:
    """Give persons their numbers by cell and group, households in a row.

    Parameters
    ----------
    stocks
        Persons, shape (cell, group).
    household
        Persons of a household; the last one of a list may be smaller.
    """
    flat = stocks.ravel()
    _check_number(int(flat.sum()), MOST_PERSONS)
    numbers = -(-flat // household) * household
    begins = np.concatenate([[0], np.cumsum(numbers)])
    crowd = make_crowd(flat)
    for here, n in enumerate(flat):
        first = crowd.first[here]
        crowd.people[first : first + n] = np.arange(begins[here], begins[here] + n, dtype=np.uint32)
        crowd.size[here] = n
    return Settled(crowd, household, int(begins[-1]))


def _check_number(found: int, limit: int) -> None:
    """Raise ``U206`` for more persons than have numbers."""
    if found >= limit:
        mend = "simulate it with the counts engine, which holds any number"
        allowed = f"fewer than {limit:,}"
        raise CounterstreamError(
            Problem("U206", "there are too many to follow each", found=f"{found:,}", allowed=allowed, mend=mend)
        )


def make_crowd(wanted: Integers) -> Crowd:
    """Return empty lists with room for the persons wanted in each, and some more."""
    room = (wanted * (1.0 + SLACK)).astype(np.int64) + 16
    first = np.concatenate([[0], np.cumsum(room)[:-1]]).astype(np.int64)
    return Crowd(np.empty(int(room.sum()), dtype=np.uint32), first, np.zeros_like(room), room)


def _named(name: int | np.uint64, index: int) -> np.uint64:
    """Return the name of a stream below another; Numba gives whole numbers back as Python's own."""
    return np.uint64(child(np.uint64(name), np.uint64(index)))


def _widen(crowd: Crowd, coming: Integers) -> Crowd:
    """Return a crowd with room for those who come."""
    wider = make_crowd(crowd.size + coming)
    for here, n in enumerate(crowd.size):
        old, new = crowd.first[here], wider.first[here]
        wider.people[new : new + n] = crowd.people[old : old + n]
        wider.size[here] = n
    return wider


class _Run:
    """One draw's persons and its working space."""

    def __init__(
        self, program: Program, tables: Tables, settled: Settled, seed: int, number: int, histories: Histories | None
    ) -> None:
        self.layout, self.tables, self.histories = program.layout, tables, histories
        self.crowd, self.number = settled.crowd, number
        self.homes = (settled.household, settled.n_numbers)
        self.name = _named(seed, number)
        self.key = np.uint64(make_key(_named(self.name, SCREENING)))
        n_entries = len(entry_moves(program.system))
        streams = np.arange(n_entries * self.layout.n_groups, dtype=np.int64)
        self.newest = settled.n_numbers + streams.reshape(n_entries, self.layout.n_groups)
        self._make_space(0)

    @property
    def stocks(self) -> Integers:
        """Persons, shape (cell, group)."""
        return self.crowd.size.reshape(-1, self.layout.n_groups)

    def _make_space(self, n_more: int) -> None:
        """See to it that everybody could move in a step; memory that nobody needs is never touched."""
        n = self.crowd.people.size + n_more
        place, origin, group, to, found = (np.empty(n, dtype=np.int64) for _ in range(5))
        movers = Movers(place, origin, np.empty(n, np.uint32), np.empty(n, np.uint32), group, to)
        # A person may be approved, be released and choose at each junction.
        most = n * (2 + len(self.layout.junctions)) if self.histories else 0
        events = Events(np.empty(most, np.uint32), np.empty(most, np.int32), np.empty(most, np.int32))
        self.space = (found, movers, events)

    def take_step(self, step: int, offer: tuple[Floats, ...], flows: Integers) -> None:
        """Take one step; ``flows`` is filled, shape (flow, group)."""
        names = (self.name, self.key, step, self.tables, self.homes)
        while True:
            n, n_events, coming, fits = take_step(*names, self.crowd, offer, self.newest, self.space, flows)
            if n >= 0:
                break
            self._make_space(2 * (-1 - n))
        _check_number(int(self.newest.max(initial=0)), MOST_NUMBERS)
        if not fits:
            self.crowd = _widen(self.crowd, coming)
            put_in(self.tables, self.crowd, self.space[1], n, self.layout.n_groups)
        if self.histories:
            self.histories.tell(self.number, step, self.space[2].pick(slice(n_events)))
