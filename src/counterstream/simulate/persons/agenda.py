"""From event to event: when each person leaves is known ahead, and steps in which nobody does cost nothing (Numba).

Persons of a list leave with one intensity, so the list has a clock that runs on by the intensity out of it in
every step: its *cumulative hazard*.  Who comes into a list draws an exponential number with mean 1 and leaves
when the list's clock has run on by as much (the time change of Gillespie's first reaction method; Gibson and
Bruck 2000, Anderson 2007).  Of those there, a share ``1 - exp(-H)`` leaves in a step with intensity ``H``,
whatever went before: the scheme of single steps.  What persons do then (exit, decision, choice) is drawn by
the same numbers of person and step as there.

A list keeps its persons in a heap by the reading of its clock at which they leave.  Readings are whole numbers,
so that a wait hangs on the intensities during it alone, and not, by rounding, on what the clock was before.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numba import njit, typeof
from numpy.typing import NDArray

from counterstream.errors import CounterstreamError, Problem
from counterstream.simulate.keys import child, uniform
from counterstream.simulate.persons.crowd import Crowd
from counterstream.simulate.persons.equip import Equipment
from counterstream.simulate.persons.exits import follow_exit, pick
from counterstream.simulate.persons.kernel import call_entrants, relocate, send_movers
from counterstream.simulate.persons.records import OUTSIDE, PERSONS, STAYS, WAY
from counterstream.simulate.stepping import Stepping
from counterstream.units import Step

#: Names of the streams of waits: of those there at the start, and of a step's arrivals.
BEGUN, ARRIVED = 7000027, 5000023
#: Units of a clock in an intensity of 1.  A clock goes round after 256; differences are below half of that.
UNIT = 2.0**56
#: No number that is drawn is above 37.5, so that an intensity of 40 takes everybody.
_CERTAIN = 40.0
#: Steps for which events are taken where nothing else is asked for: few move in so short a time.
SHORT = (Step.DAY,)


class Agenda(NamedTuple):
    """When those of each list leave it.

    Parameters
    ----------
    due, who
        Reading of the list's clock at which a person leaves, and the person; heaps, list by list.
    first, room, n
        Of each list: where its heap begins, for how many there is room, and how many it holds.
    clock
        Cumulative hazard of each list in units of 1 / :data:`UNIT`; it goes round.
    """

    due: NDArray[np.uint64]
    who: NDArray[np.uint32]
    first: NDArray[np.int64]
    room: NDArray[np.int64]
    n: NDArray[np.int64]
    clock: NDArray[np.uint64]


def goes_by_event(equipment: Equipment, stepping: Stepping) -> bool:
    """Return whether persons are stepped from event to event.

    By default they are where the clock's steps are days and nothing tells persons of a group apart.  The
    answer hangs on the declaration alone and not on rates, so that a scenario, which changes rates, does
    not change the numbers that persons draw.

    Raises
    ------
    CounterstreamError
        ``U219`` where events are asked for and persons differ in their intensities, or move by households,
        whose members share the numbers of single steps.
    """
    system = equipment.program.system
    fits = equipment.is_plain and system.households is None
    if stepping is Stepping.EVENTS and not fits:
        found = "households" if equipment.is_plain else "parts that only single persons have"
        mend = "leave the way of stepping out, ask for steps, or leave such parts out (--alike)"
        message = "persons can be stepped from event to event only where those of a group are alike"
        raise CounterstreamError(Problem("U219", message, found=found, mend=mend))
    return fits and (stepping is Stepping.EVENTS or (stepping is Stepping.AUTO and system.clock.step in SHORT))


def make_agenda(size: NDArray[np.int64]) -> Agenda:
    """Return an empty agenda with room for lists of these sizes, and for a quarter more."""
    room = size + size // 4 + 16
    end = np.cumsum(room)
    n_lists, places = size.size, int(end[-1])
    return Agenda(
        np.empty(places, np.uint64),
        np.empty(places, np.uint32),
        end - room,
        room,
        np.zeros(n_lists, np.int64),
        np.zeros(n_lists, np.uint64),
    )


def widen_agenda(agenda: Agenda, size: NDArray[np.int64]) -> Agenda:
    """Return the agenda with room for lists of these sizes, none of them smaller than what it holds."""
    wider = make_agenda(size)
    for new, old, n in zip(wider.first.tolist(), agenda.first.tolist(), agenda.n.tolist(), strict=True):
        wider.due[new : new + n] = agenda.due[old : old + n]
        wider.who[new : new + n] = agenda.who[old : old + n]
    wider.n[:], wider.clock[:] = agenda.n, agenda.clock
    return wider


class EventSteps:
    """Takes one run's persons from event to event; stands in for a step as machine code."""

    def __init__(self, name: np.uint64, crowd: Crowd) -> None:
        self.agenda = make_agenda(crowd.size)
        fill_agenda(np.uint64(child(name, BEGUN)), crowd, self.agenda)
        self._find: Callable[..., tuple[int, int, int]] | None = None
        self._settle: Callable[..., None] | None = None

    def take_step(
        self,
        name: np.uint64,
        key: np.uint64,
        step: int,
        world: Any,
        crowd: Crowd,
        own: Any,
        orders: Any,
        offer: Any,
        newest: Any,
        space: Any,
        flows: Any,
    ) -> tuple[int, int, int]:
        """Take one step; see :func:`~counterstream.simulate.persons.kernel.take_step`."""
        given = (name, step, world, crowd, own, orders, offer, newest, space[:2], flows, self.agenda)
        # Finding the types of so many arrays anew would take longer than a step in which hardly anybody moves.
        if self._find is None:
            self._find = _compile(move_due, *given)
        n, n_events, wanted = self._find(*given)
        if wanted:
            return n, n_events, wanted
        if (crowd.size > self.agenda.room).any():
            self.agenda = widen_agenda(self.agenda, crowd.size)
        arrivals = (name, step, crowd, space[0], n, self.agenda)
        if self._settle is None:
            self._settle = _compile(note_arrivals, *arrivals)
        self._settle(*arrivals)
        return n, n_events, 0


def _compile(function: Any, *arguments: Any) -> Callable[..., Any]:
    return function.compile(tuple(typeof(argument) for argument in arguments))


@njit(cache=True, inline="always")
def _is_before(one: Any, other: Any) -> Any:
    """Whether a clock shows a reading before another; readings go round."""
    return np.int64(one - other) < 0


@njit(cache=True, inline="always")
def _draw_wait(stream: Any, person: Any) -> Any:
    """Draw how far a person's clock runs on until the person leaves: exponential with mean 1, in units."""
    return np.uint64(-math.log(uniform(stream, person)) * UNIT)


@njit(cache=True)
def _sift_down(due: Any, who: Any, first: Any, n: Any, place: Any) -> None:
    """Let an entry of a heap sink to where it belongs."""
    late, person = due[first + place], who[first + place]
    while True:
        below = 2 * place + 1
        if below >= n:
            break
        if below + 1 < n and _is_before(due[first + below + 1], due[first + below]):
            below += 1
        if not _is_before(due[first + below], late):
            break
        due[first + place], who[first + place] = due[first + below], who[first + below]
        place = below
    due[first + place], who[first + place] = late, person


@njit(cache=True)
def _push(agenda: Any, here: Any, late: Any, person: Any) -> None:
    """Put a person into the heap of a list; there must be room."""
    due, who, first = agenda.due, agenda.who, agenda.first[here]
    place = agenda.n[here]
    agenda.n[here] += 1
    while place > 0:
        above = (place - 1) // 2
        if not _is_before(late, due[first + above]):
            break
        due[first + place], who[first + place] = due[first + above], who[first + above]
        place = above
    due[first + place], who[first + place] = late, person


@njit(cache=True, nogil=True)
def fill_agenda(stream: Any, crowd: Any, agenda: Any) -> None:
    """Let everybody who is there draw when to leave; the agenda is empty, and its clocks stand at 0."""
    at, due, who, first, n = crowd.at, agenda.due, agenda.who, agenda.first, agenda.n
    for person in range(at.size):
        here = at[person]
        if here >= 0:
            due[first[here] + n[here]], who[first[here] + n[here]] = _draw_wait(stream, person), person
            n[here] += 1
    for here in range(n.size):
        for place in range(n[here] // 2 - 1, -1, -1):
            _sift_down(due, who, first[here], n[here], place)


@njit(cache=True, nogil=True)
def _find_due(name: Any, world: Any, hazards: Any, m: Any, flows: Any, events: Any, agenda: Any) -> Any:
    """Let all clocks run on by a step; find who leaves, and by which exit; return how many movers and events."""
    n_columns, people_name = world.group_of.size, child(name, PERSONS)
    exits, spans, group_of = world.exits, world.span, world.group_of
    persons, units, origins, columns, tos = m.person, m.unit, m.origin, m.column, m.to
    due, who, firsts, left, clocks = agenda.due, agenda.who, agenda.first, agenda.n, agenda.clock
    told_person, told_group, told_flow = events.person, events.group, events.flow
    each = np.empty(exits.shape[0])
    n = n_events = 0
    for here in range(left.size):
        if left[here] == 0:
            continue
        cell, column = here // n_columns, here % n_columns
        group, begin, end, first = group_of[column], spans[cell, 0], spans[cell, 1], firsts[here]
        total = 0.0
        for e in range(begin, end):
            each[e - begin] = hazards[exits[e, 2], group]
            total += each[e - begin]
        clocks[here] += np.uint64(min(total, _CERTAIN) * UNIT)
        while left[here] > 0 and _is_before(due[first], clocks[here]):
            person = np.int64(who[first])
            left[here] -= 1
            due[first], who[first] = due[first + left[here]], who[first + left[here]]
            _sift_down(due, who, first, left[here], 0)
            e = begin + pick(uniform(child(people_name, person), WAY) * total, each, end - begin)
            persons[n], units[n], origins[n], columns[n] = person, person, here, column
            tos[n], n_events = follow_exit(
                exits, e, cell, flows, told_person, told_group, told_flow, n_events, person, group
            )
            n += 1
    return n, n_events


@njit(cache=True, nogil=True)
def move_due(
    name: Any,
    step: Any,
    world: Any,
    crowd: Any,
    own: Any,
    orders: Any,
    offer: Any,
    newest: Any,
    space: Any,
    flows: Any,
    agenda: Any,
) -> Any:
    """Move who is due in a step, decide and choose, and let others enter, if there is room.

    Arguments and what is returned are those of :func:`~counterstream.simulate.persons.kernel.take_step`; all
    persons of a group are alike.  Arrivals are noted by :func:`note_arrivals` alone.
    """
    hazards, chance, capacity, release, entries, shares = offer
    m, events = space
    name = child(name, step)
    entered, wanted = call_entrants(name, entries, newest, crowd, m)
    if wanted:
        return 0, 0, wanted
    n, n_events = _find_due(name, world, hazards, m, flows, events, agenda)
    office = (chance, capacity, release, shares)
    n, n_events = send_movers(
        name, step, world, crowd, own, orders, office, entered, newest, m, n, flows, events, n_events
    )
    relocate(world, crowd, own, m, n)
    n_columns = world.group_of.size
    for d in range(world.decisions.shape[0]):
        pile = world.decisions[d, 4]
        if pile >= 0 and release[d] > 0.5:
            # Nobody is left there: those approved in this very step go on at once.
            agenda.n[pile * n_columns : (pile + 1) * n_columns] = 0
    return n, n_events, np.int64(0)


@njit(cache=True, nogil=True)
def note_arrivals(name: Any, step: Any, crowd: Any, m: Any, n: Any, agenda: Any) -> None:
    """Let those who came into a list, or were due and had to stay, draw when they leave.

    Parameters
    ----------
    name
        The run's stream.
    m, n
        Movers of the step, who are in their lists by now, and how many.
    agenda
        With room for all; changed.
    """
    stream, at = child(child(name, step), ARRIVED), crowd.at
    for i in range(n):
        if m.to[i] != OUTSIDE:
            person = np.int64(m.person[i])
            here = np.int64(m.origin[i]) if m.to[i] == STAYS else np.int64(at[person])
            _push(agenda, here, agenda.clock[here] + _draw_wait(stream, person), person)
