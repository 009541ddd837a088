"""The persons engine: every person moves, waits and is decided upon by number."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any, Protocol

import jax
import numpy as np
from numba import typeof
from numpy.typing import NDArray

from counterstream.dynamics.draw import Draw
from counterstream.dynamics.layout import entry_moves
from counterstream.dynamics.offers import Offers, State
from counterstream.dynamics.program import Program, initial_stocks
from counterstream.simulate.counts import iterate_counts
from counterstream.simulate.kernel import tabulate
from counterstream.simulate.keys import child
from counterstream.simulate.persons.acquaint import Pairs, read_all_pairs
from counterstream.simulate.persons.agenda import EventSteps, goes_by_event
from counterstream.simulate.persons.crowd import widen
from counterstream.simulate.persons.equip import Equipment, grow
from counterstream.simulate.persons.kernel import take_step
from counterstream.simulate.persons.memory import check_memory
from counterstream.simulate.persons.orders import give_orders, no_orders
from counterstream.simulate.persons.own import renew_bounds
from counterstream.simulate.persons.passing import Letters
from counterstream.simulate.persons.records import Events, Movers, World
from counterstream.simulate.persons.settle import Settled, check_number, make_world, settle
from counterstream.simulate.persons.squares import make_key
from counterstream.simulate.stepping import Stepping
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
#: Numbers of persons have 32 bits.
MOST_NUMBERS = 2**32
#: Persons whom one thread has in memory at a time, save that one draw always goes.
MOST_TOGETHER = 4_000_000
#: Name of the stream that a run's key of digits comes from.
SCREENING = 7000003
#: After so many steps bounds on what reaches persons are worked out anew.
BOUNDS_EVERY = 24
#: Seconds between two tellings of how far all draws together have come.
TELL_EVERY = 0.5


class Histories(Protocol):
    """Takes what persons did, step by step; called by several threads, each with its own draws."""

    def meet(self, draw: int, names: Mapping[int, str]) -> None:
        """Take the names of those who have one, by number, before a draw's first step."""
        ...

    def tell(self, draw: int, step: int, events: Events) -> None:
        """Take the flows of one step; the arrays are used anew afterwards."""
        ...


@dataclass(frozen=True)
class Following:
    """How persons are followed.

    Parameters
    ----------
    seed
        Seed of the chance of persons.  What a person does depends on the seed, the draw's place
        among the draws, the person's number and the step alone: not on threads, and a scenario
        leaves as they were the histories of those whom it does not reach.
    histories
        Takes what every person did; by default only flows and stocks are kept.
    told
        Called with the number of draws that are done, and parts of draws, each time that there is more.
    weight
        Persons for whom each one followed stands: stocks at the start, entries and capacities are
        divided by it, flows and stocks multiplied.
    each
        Whether persons who differ in nothing are followed as well; else they are counted, which has
        the same distribution, unless a way of stepping them, a weight or histories are given.
    folder
        Where files of ties lie.
    stepping
        Whether everybody is taken through every step, or from event to event, which has the same distribution
        and costs less where few move in a step; by default what
        :func:`~counterstream.simulate.persons.agenda.goes_by_event` says.
    """

    seed: int = 1
    histories: Histories | None = None
    told: Callable[[float], None] | None = None
    weight: int = 1
    each: bool = True
    folder: Path = Path()
    stepping: Stepping = Stepping.AUTO


def simulate_persons(
    program: Program, draws: Draw, n_draws: int, *, seed: int = 1, following: Following | None = None
) -> Whole:
    """Run every person for every draw.

    Parameters
    ----------
    draws
        Unknowns, each array with a leading draw axis.
    n_draws
        Number of draws (a system without unknowns has no array to count).
    seed, following
        Seed alone, or all about how they are followed.

    Raises
    ------
    CounterstreamError
        ``U206`` for more persons than have numbers at the start or when those who enter have theirs, ``U208``
        for ties to nobody, ``U209`` for a named household that is not there, ``U210`` for more than fits into memory,
        ``U219`` for persons who differ and are to be stepped from event to event.

    Notes
    -----
    Persons leave a cell with probability ``1 - exp(-H)``, ``H`` the sum of the intensities of its
    exits over the step, by exit in proportion to them: the scheme of the counts engine (Breto and
    Ionides 2011), person by person.  Initial stocks are rounded to whole persons.
    """
    return gather(program, n_draws, iterate_persons(program, draws, n_draws, seed=seed, following=following))


def iterate_persons(
    program: Program,
    draws: Draw,
    n_draws: int,
    *,
    seed: int = 1,
    following: Following | None = None,
    batch: int = 250,
) -> Iterator[Whole]:
    """Yield runs of every person, ``batch`` draws at a time; see :func:`simulate_persons`."""
    how = following or Following(seed)
    equipment = Equipment(program)
    by_event = goes_by_event(equipment, how.stepping)
    followed = how.each or how.weight > 1 or how.histories is not None or how.stepping is not Stepping.AUTO
    if equipment.is_plain and not followed:
        yield from iterate_counts(program, draws, n_draws, seed=how.seed, batch=batch)
        return
    pairs = read_all_pairs(equipment.persons.ties, how.folder)
    task = _Task(equipment, make_world(program, tabulate(program), equipment), Offers(program), how, pairs, by_event)
    task.offers.compile()
    most = largest_start(program, draws, n_draws) / how.weight
    n_threads = max(1, os.cpu_count() or 1)
    wanted = min(n_draws, n_threads * max(1, int(MOST_TOGETHER // max(most, 1.0))))
    n_runs = check_memory(program, equipment, most, wanted, by_event=by_event)
    n_threads = min(n_threads, n_runs)
    # Side by side, since what draws are offered costs less for many at once.
    with ThreadPoolExecutor(max_workers=n_threads) as pool:
        for first in range(0, n_draws, batch):
            n = min(batch, n_draws - first)
            room = make_room(program, n)
            size = max(1, min(n_runs // n_threads, -(-n // n_threads)))
            parts = [slice(i, min(i + size, n)) for i in range(0, n, size)]
            try:
                waiting = {pool.submit(task.run, draws, first, part, room) for part in parts}
                while waiting:
                    waiting = _wait(waiting)
                    if how.told is not None:
                        how.told(sum(list(task.steps_done.values())) / program.system.clock.n_steps)
            except BaseException:
                task.stopped.set()
                pool.shutdown(cancel_futures=True)
                raise
            yield room


def _wait(waiting: set[Future[None]]) -> set[Future[None]]:
    """Wait for some to be done, or a while; return those that are not, and raise what went wrong."""
    done, rest = wait(waiting, TELL_EVERY, return_when=FIRST_COMPLETED)
    for future in done:
        future.result()
    return rest


def largest_start(program: Program, draws: Draw, n_draws: int) -> float:
    """Return the most persons with whom any of the draws begins."""
    sizes = jax.vmap(
        lambda draw, _: sum((row.sum() for row in initial_stocks(program, draw)), start=jax.numpy.zeros(()))
    )
    return float(np.max(sizes(draws, jax.numpy.arange(n_draws)), initial=0.0))


@dataclass
class _Task:
    """What all runs of a simulation share."""

    equipment: Equipment
    world: World
    offers: Offers
    how: Following
    pairs: Pairs
    by_event: bool
    stopped: Event = field(default_factory=Event)
    steps_done: dict[int, int] = field(default_factory=dict[int, int])

    def run(self, draws: Draw, first: int, part: slice, room: Whole) -> None:
        """Take some draws through all steps, unless they are stopped on the way."""
        program, how = self.offers.program, self.how
        some = slice(first + part.start, first + part.stop)
        picked = pick_draws(draws, some)
        state, start = self.offers.start(picked, some.stop - some.start)
        stocks = np.rint(start / how.weight).astype(np.int64)
        households = household_sizes(program, picked, len(stocks))
        runs: list[Run] = []
        for place, number in enumerate(range(some.start, some.stop)):
            name = np.uint64(child(np.uint64(how.seed), np.uint64(number)))
            draw: Draw = jax.tree.map(lambda a, i=place: a[i], picked)
            settled = settle(self.equipment, self.world, stocks[place], draw, int(households[place]), name, self.pairs)
            runs.append(Run(self, settled, name, number))
        self._go_through(runs, state, Whole(room.flows[part], room.stocks[part]))

    def _go_through(self, runs: list[Run], state: State, room: Whole) -> None:
        program, weight, offers = self.offers.program, self.how.weight, self.offers
        shared = offers.lay_out()
        flows, kept = np.swapaxes(room.flows, 2, 3), np.swapaxes(room.stocks, 2, 3)
        stocks = np.stack([run.stocks for run in runs]) * weight
        add_up_cells(program, stocks, kept[:, 0])
        for step in range(program.system.clock.n_steps):
            if self.stopped.is_set():
                return
            offer = offers.offer(step, state, shared, stocks)
            # Whoever is followed stands for several: offices decide upon, and those who enter are, so many fewer.
            offer = offer._replace(capacity=offer.capacity / weight, entries=offer.entries / weight)
            for place, run in enumerate(runs):
                run.take_step(step, tuple(part[place] for part in offer), flows[place, step])
            flows[:, step] *= weight
            state = offers.keep(step, state, shared, stocks, flows[:, step])
            stocks = np.stack([run.stocks for run in runs]) * weight
            add_up_cells(program, stocks, kept[:, step + 1])
            # Each thread tells of its own draws alone: adding to a common number would lose some.
            self.steps_done[runs[0].number] = (step + 1) * len(runs)


def find_machine(*arguments: Any) -> Callable[..., tuple[int, int, int]]:
    """Return a step as machine code for arguments of these types.

    Finding the types of some sixty arrays anew would take longer than a step of a thousand persons.
    """
    return take_step.compile(tuple(typeof(argument) for argument in arguments))


class Run:
    """One draw's persons and its working space."""

    def __init__(self, task: _Task, settled: Settled, name: np.uint64, number: int) -> None:
        layout = task.offers.program.layout
        self.task, self.name, self.number = task, name, number
        self.crowd, self.own, self.networks = settled.crowd, settled.own, settled.networks
        self.key = np.uint64(make_key(np.uint64(child(name, SCREENING))))
        self.letters = Letters(task.equipment, task.world) if task.equipment.persons.exposures else None
        n_entries = len(entry_moves(task.offers.program.system))
        streams = np.arange(n_entries * layout.n_groups, dtype=np.int64)
        self.newest = settled.n_numbers + streams.reshape(n_entries, layout.n_groups)
        n_lists = self.crowd.size.size
        self.no_orders = no_orders(task.equipment)
        self.machine: Callable[..., tuple[int, int, int]] | None = None
        if task.by_event:
            self.machine = EventSteps(name, self.crowd).take_step
        self.bounds = (np.zeros(n_lists), np.zeros(n_lists))
        self._make_space(int(self.crowd.size.sum()))
        if task.how.histories is not None:
            task.how.histories.meet(number, settled.names)

    @property
    def stocks(self) -> Integers:
        """Persons, shape (cell, group)."""
        world, n_groups = self.task.world, self.task.offers.program.layout.n_groups
        by_column = self.crowd.size.reshape(-1, world.group_of.size)
        if by_column.shape[1] == n_groups:
            return by_column
        stocks = np.zeros((len(by_column), n_groups), dtype=np.int64)
        for column, group in enumerate(world.group_of.tolist()):
            stocks[:, group] += by_column[:, column]
        return stocks

    def _make_space(self, n: int) -> None:
        """See to it that everybody could move in a step; memory that nobody needs is never touched."""
        person, unit = (np.empty(n, dtype=np.uint32) for _ in range(2))
        origin, column, to = (np.empty(n, dtype=np.int32) for _ in range(3))
        # A person may be approved, be released and choose at each junction.
        told = self.task.how.histories is not None or self.task.equipment.needs_events
        most = n * (2 + len(self.task.offers.program.layout.junctions)) if told else 0
        events = Events(np.empty(most, np.uint32), np.empty(most, np.int32), np.empty(most, np.int32))
        self.space = (Movers(person, unit, origin, column, to), events)

    def _make_room(self, highest: int) -> None:
        """See to it that a person of that number has a place, and that everybody could move."""
        check_number(highest, MOST_NUMBERS)
        before = self.crowd.at.size
        if highest >= before:
            # A half more, so that few steps need to make room.
            self.crowd = widen(self.crowd, min(highest + 64 + before // 2, MOST_NUMBERS))
            self.own = grow(self.own, self.crowd.at.size)
            self.task.equipment.fill_traits(self.own, self.name, self.crowd.head, before, born=True)
        self._make_space(max(2 * self.space[0].person.size, 2 * int(self.crowd.size.sum()), 64))

    def take_step(self, step: int, offer: tuple[Floats, ...], flows: Integers) -> None:
        """Take one step; ``flows`` is filled, shape (flow, group)."""
        task = self.task
        if self.letters is not None:
            self.letters.deliver(self, step)
            if step and step % BOUNDS_EVERY == 0:
                renew_bounds(self.own, self.crowd)
        orders = give_orders(task.equipment, step) if task.equipment.persons.named else self.no_orders
        while True:
            lists = (task.world, self.crowd, self.own, orders, offer, self.newest, (*self.space, *self.bounds), flows)
            if self.machine is None:
                self.machine = find_machine(self.name, self.key, step, *lists)
            n, n_events, wanted = self.machine(self.name, self.key, step, *lists)
            if not wanted:
                break
            self._make_room(wanted)
        check_number(int(self.newest.max(initial=0)), MOST_NUMBERS)
        events = self.space[1].pick(slice(n_events))
        if self.letters is not None:
            self.letters.post(self, step, self.space[0].pick(slice(n)), events)
        if task.how.histories is not None:
            task.how.histories.tell(self.number, step, events)
