"""The persons engine: every person moves, waits and is decided upon by name."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from counterstream.dynamics.draw import Draw
from counterstream.dynamics.layout import entry_moves
from counterstream.dynamics.offers import Offers, State
from counterstream.dynamics.program import Program
from counterstream.errors import CounterstreamError, Problem
from counterstream.simulate.kernel import Tables, tabulate
from counterstream.simulate.keys import child
from counterstream.simulate.persons.kernel import (
    Crowd,
    Events,
    Movers,
    draw_entrants,
    find_movers,
    put_in,
    send_movers,
    take_out,
)
from counterstream.simulate.persons.squares import BLOCK, make_key
from counterstream.simulate.whole import (
    Integers,
    Whole,
    add_up_cells,
    household_sizes,
    make_room,
    pick_draws,
)

#: Persons have 32-bit numbers; half of them is kept for those who enter later.
MOST_PERSONS = 2**31
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
    program: Program, draws: Draw, n_draws: int, *, seed: int = 1, histories: Histories | None = None
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

    Raises
    ------
    CounterstreamError
        ``U206`` if there are more than :data:`MOST_PERSONS` persons.

    Notes
    -----
    Persons leave a cell with probability ``1 - exp(-H)``, ``H`` the sum of the intensities of its
    exits over the step, by exit in proportion to them: the scheme of the counts engine (Breto and
    Ionides 2011), person by person.  Initial stocks are rounded to whole persons.
    """
    offers, tables, room = Offers(program), tabulate(program), make_room(program, n_draws)
    offers.compile()
    sizes = household_sizes(program, draws, n_draws)

    def run(number: int) -> None:
        state, start = offers.start(pick_draws(draws, slice(number, number + 1)), 1)
        crowd = settle(np.rint(start[0]).astype(np.int64), int(sizes[number]))
        one = Whole(room.flows[number : number + 1], room.stocks[number : number + 1])
        _Run(offers, tables, crowd, seed, number, histories).through(state, one)

    with ThreadPoolExecutor(max_workers=max(1, os.cpu_count() or 1)) as pool:
        list(pool.map(run, range(n_draws)))
    return room


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
    if (total := int(flat.sum())) >= MOST_PERSONS:
        mend = "simulate it with the counts engine, which holds any number"
        allowed = f"fewer than {MOST_PERSONS:,}"
        raise CounterstreamError(
            Problem("U206", "too many to follow each", found=f"{total:,}", allowed=allowed, mend=mend)
        )
    numbers = -(-flat // household) * household
    begins = np.concatenate([[0], np.cumsum(numbers)])
    crowd = make_crowd(flat)
    for here, n in enumerate(flat):
        first = crowd.first[here]
        crowd.people[first : first + n] = np.arange(begins[here], begins[here] + n, dtype=np.uint32)
        crowd.size[here] = n
    return Settled(crowd, household, int(begins[-1]))


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
    if (crowd.size + coming <= crowd.room).all():
        return crowd
    wider = make_crowd(crowd.size + coming)
    for here, n in enumerate(crowd.size):
        old, new = crowd.first[here], wider.first[here]
        wider.people[new : new + n] = crowd.people[old : old + n]
        wider.size[here] = n
    return wider


class _Run:
    """One draw's run and its working space."""

    def __init__(
        self, offers: Offers, tables: Tables, settled: Settled, seed: int, number: int, histories: Histories | None
    ) -> None:
        self.offers, self.tables, self.histories = offers, tables, histories
        self.crowd, self.number = settled.crowd, number
        self.homes = (settled.household, settled.n_numbers)
        self.name = _named(seed, number)
        self.key = np.uint64(make_key(_named(self.name, SCREENING)))
        self.n_groups = offers.program.layout.n_groups
        n_entries = len(entry_moves(offers.program.system))
        streams = np.arange(n_entries * self.n_groups, dtype=np.int64).reshape(n_entries, self.n_groups)
        self.newest = settled.n_numbers + streams
        self.mask = np.zeros(BLOCK, dtype=np.uint8)
        self._make_space(0)

    def _make_space(self, n_entered: int) -> None:
        """See to it that everybody could move in a step; memory that nobody needs is never touched."""
        n = self.crowd.people.size + n_entered
        place, origin, group, to = (np.empty(n, dtype=np.int64) for _ in range(4))
        self.movers = Movers(place, origin, np.empty(n, np.uint32), np.empty(n, np.uint32), group, to)
        self.found = np.empty(n, dtype=np.int64)
        # A person may be approved, be released and choose at each junction.
        most = n * (2 + len(self.offers.program.layout.junctions)) if self.histories else 0
        self.events = Events(np.empty(most, np.uint32), np.empty(most, np.int32), np.empty(most, np.int32))

    def through(self, state: State, room: Whole) -> None:
        """Take all steps."""
        program = self.offers.program
        shared = self.offers.lay_out()
        flows, kept = np.swapaxes(room.flows, 2, 3), np.swapaxes(room.stocks, 2, 3)
        add_up_cells(program, self._stocks(), kept[:, 0])
        for step in range(program.system.clock.n_steps):
            before = self._stocks()
            self._step(step, state, shared, before, flows[0, step])
            state = self.offers.keep(step, state, shared, before, flows[:, step])
            add_up_cells(program, self._stocks(), kept[:, step + 1])

    def _stocks(self) -> Integers:
        """Return persons, shape (1, cell, group)."""
        return self.crowd.size.reshape(1, -1, self.n_groups).copy()

    def _step(self, step: int, state: State, shared: NDArray[np.float64], before: Integers, flows: Integers) -> None:
        offer = self.offers.offer(step, state, shared, before)
        name = _named(self.name, step)
        entered = draw_entrants(name, offer.entries[0])
        if self.crowd.people.size + entered.sum() > self.found.size:
            self._make_space(2 * int(entered.sum()))
        counted = (flows, self.events)
        n, n_events = find_movers(
            name,
            self.key,
            step,
            self.tables,
            self.homes,
            self.crowd,
            offer.hazards[0],
            self.mask,
            self.found,
            self.movers,
            *counted,
        )
        office = (offer.chance[0], offer.capacity[0], offer.release[0], offer.shares[0])
        n, n_events = send_movers(
            name, self.tables, self.crowd, office, entered, self.newest, self.movers, n, *counted, n_events
        )
        coming = take_out(self.tables, self.crowd, self.movers, n, self.n_groups)
        self.crowd = _widen(self.crowd, coming)
        put_in(self.tables, self.crowd, self.movers, n, self.n_groups)
        if self.histories:
            person, group, flow = self.events
            self.histories.tell(self.number, step, Events(person[:n_events], group[:n_events], flow[:n_events]))
