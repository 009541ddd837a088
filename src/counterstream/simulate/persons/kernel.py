"""One step of persons (Numba).

Persons stand in lists, one for each cell and group, in one array with room to grow.  A step finds
who moves, decides where to, takes them out of their lists and puts them into others.  What a
person does hangs on numbers named by the person and the step, so that a change that does not
reach a person leaves that person's history as it was.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from counterstream.simulate.chance import draw_poisson
from counterstream.simulate.kernel import DECIDE, NOWHERE, PROGRESS, ration
from counterstream.simulate.keys import child, uniform
from counterstream.simulate.persons.squares import screen, squares, unit_of

#: Names of the streams of a step's persons, and of what a person draws from it.
PERSONS = 5000011
REFINE, WAY, TURN, VERDICT, CHOICE = 0, 1, 2, 3, 4
#: Where a mover goes when not to a status: out of the system, nowhere, before an office (minus the
#: decision); from ``CELLS`` on, into a cell.
OUTSIDE, STAYS, WAITS, CELLS = NOWHERE, -2, -3, 1_000_000
#: Comes from no list.
ENTRANT = -1
_ALL = 4294967296.0  # 2^32


class Crowd(NamedTuple):
    """Persons by cell and group.

    Parameters
    ----------
    people
        Persons' numbers, uint32, shape (room of all lists,).
    first, size, room
        Of each list (cell times groups plus group): where it begins, its persons, its room.
    """

    people: NDArray[np.uint32]
    first: NDArray[np.int64]
    size: NDArray[np.int64]
    room: NDArray[np.int64]


class Movers(NamedTuple):
    """Who moves in a step; as much room as there may be movers, used anew in each step.

    Parameters
    ----------
    place, origin
        Place in the crowd's array and list of origin (``ENTRANT``: none).
    person, unit
        The person, and the one whose numbers the person shares.
    group, to
        Group, and status of arrival (or what the module's constants say).
    """

    place: NDArray[np.int64]
    origin: NDArray[np.int64]
    person: NDArray[np.uint32]
    unit: NDArray[np.uint32]
    group: NDArray[np.int64]
    to: NDArray[np.int64]


class Events(NamedTuple):
    """Flows that persons made in a step.

    Parameters
    ----------
    person
        The person's number within the draw's run.
    group, flow
        Places among the system's groups and flow names.
    """

    person: NDArray[np.uint32]
    group: NDArray[np.int32]
    flow: NDArray[np.int32]

    def pick(self, which: slice | NDArray[np.bool_]) -> Events:
        """Return some of the events."""
        return Events(self.person[which], self.group[which], self.flow[which])


@njit(cache=True, inline="always")
def _record(flows: Any, events: Any, n: Any, person: Any, group: Any, flow: Any) -> Any:
    flows[flow, group] += 1
    if n < events.person.size:
        events.person[n], events.group[n], events.flow[n] = person, group, flow
    return n + 1


@njit(cache=True, nogil=True)
def _find_movers(
    name: Any,
    key: Any,
    step: Any,
    tables: Any,
    homes: Any,
    crowd: Any,
    hazards: Any,
    found: Any,
    m: Any,
    flows: Any,
    events: Any,
) -> Any:
    """Find who leaves each cell and by which exit.

    Parameters
    ----------
    name, key
        The step's stream, and the key of the run's screening.
    homes
        Persons of a household, and the first number of those who live in none.
    hazards
        Intensity per step, shape (slot, group).
    found
        Working space; see :func:`~counterstream.simulate.persons.squares.screen`.
    m
        :class:`Movers`, filled.
    flows
        Zeros, filled with persons by flow, shape (flow, group).

    Returns
    -------
    tuple of int
        How many movers and events there are.
    """
    n_groups = hazards.shape[1]
    people_name = child(name, PERSONS)
    n = n_events = 0
    for cell in range(tables.span.shape[0]):
        begin, end = tables.span[cell, 0], tables.span[cell, 1]
        size = homes[0] if tables.together[cell] else 1
        for group in range(n_groups):
            here = cell * n_groups + group
            total = 0.0
            for e in range(begin, end):
                total += hazards[tables.exits[e, 2], group]
            if crowd.size[here] == 0 or total <= 0.0:
                continue
            # Who draws less than the limit goes; who draws just the limit, for its fraction.
            scaled = -math.expm1(-total) * _ALL
            limit = np.uint64(min(math.floor(scaled), _ALL - 1.0))
            fraction = scaled - np.float64(limit)
            people = crowd.people[crowd.first[here] : crowd.first[here] + crowd.size[here]]
            n_found = screen(people, limit, size, homes[1], key, step, found)
            for i in range(n_found):
                person = people[found[i]]
                unit = unit_of(person, size, homes[1])
                stream = child(people_name, unit)
                number = squares((np.uint64(step) << np.uint64(32)) | np.uint64(unit), key)
                if number == limit and uniform(stream, REFINE) >= fraction:
                    continue
                rest = uniform(stream, WAY) * total
                e = begin
                while e < end - 1 and rest >= hazards[tables.exits[e, 2], group]:
                    rest -= hazards[tables.exits[e, 2], group]
                    e += 1
                kind, to = tables.exits[e, 1], tables.exits[e, 4]
                m.place[n], m.origin[n], m.person[n], m.unit[n] = crowd.first[here] + found[i], here, person, unit
                m.group[n] = group
                if kind == DECIDE:
                    m.to[n] = WAITS - to
                elif kind == PROGRESS:
                    m.to[n] = CELLS + cell + 1
                else:
                    m.to[n] = to
                    n_events = _record(flows, events, n_events, person, group, tables.exits[e, 3])
                n += 1
    return n, n_events


@njit(cache=True, nogil=True)
def _send_movers(
    name: Any,
    tables: Any,
    homes: Any,
    crowd: Any,
    offer: Any,
    entered: Any,
    newest: Any,
    m: Any,
    n: Any,
    flows: Any,
    events: Any,
    n_events: Any,
) -> Any:
    """Decide where movers go who wait for a decision, are released, enter, or choose.

    Parameters
    ----------
    offer
        Chance, capacity, release and shares; see :class:`~counterstream.dynamics.offers.Offer`.
    entered
        Persons who enter, shape (entry move, group).
    newest
        First free number of each stream of entrants, shape (entry move, group); moved on.
    n, n_events
        Movers and events so far.

    Returns
    -------
    tuple of int
        How many movers and events there are now.
    """
    chance, capacity, release, shares = offer
    people_name = child(name, PERSONS)
    for d in range(tables.decisions.shape[0]):
        limits = (capacity[d], release[d])
        n_events = _decide(name, people_name, tables, d, chance[d], limits, m, n, flows, events, n_events)
        if tables.decisions[d, 4] >= 0 and release[d] > 0.5:
            n, n_events = _release(tables, homes, d, crowd, m, n, flows, events, n_events)
    for e in range(entered.shape[0]):
        for group in range(entered.shape[1]):
            for _ in range(entered[e, group]):
                person = np.uint32(newest[e, group])
                newest[e, group] += entered.size
                m.origin[n], m.person[n], m.unit[n], m.group[n] = ENTRANT, person, person, group
                m.to[n] = tables.entries[e, 0]
                n_events = _record(flows, events, n_events, person, group, tables.entries[e, 1])
                n += 1
    for a in range(tables.alternatives.shape[0]):
        if tables.alternatives[a, 3] == a:
            n_events = _choose(people_name, tables, a, shares, m, n, flows, events, n_events)
    return n, n_events


@njit(cache=True, nogil=True)
def _decide(
    name: Any,
    people_name: Any,
    tables: Any,
    d: Any,
    chance: Any,
    limits: Any,
    m: Any,
    n: Any,
    flows: Any,
    events: Any,
    n_events: Any,
) -> Any:
    """Decide upon those who wait: within a group, in an order of chance as far as capacity goes."""
    approved_to, refused_to = tables.decisions[d, 1], tables.decisions[d, 2]
    flow, pile = tables.decisions[d, 3], tables.decisions[d, 4]
    capacity, release = limits
    waiting = np.zeros(chance.size, dtype=np.int64)
    for i in range(n):
        if m.to[i] == WAITS - d:
            waiting[m.group[i]] += 1
    served = waiting.copy()
    ration(child(name, 2000003 + d), served, capacity, tables.priority[d])
    for group in range(chance.size):
        if waiting[group] == 0:
            continue
        queue = np.empty(waiting[group], dtype=np.int64)
        k = 0
        for i in range(n):
            if m.to[i] == WAITS - d and m.group[i] == group:
                queue[k] = i
                k += 1
        if served[group] < waiting[group]:
            # Household by household, and within one by number: nothing hangs on the order of lists.
            queue = queue[np.argsort(m.person[queue], kind="mergesort")]
            turns = np.array([uniform(child(people_name, m.unit[i]), TURN) for i in queue])
            queue = queue[np.argsort(turns, kind="mergesort")]
        for place in range(queue.size):
            i = queue[place]
            if place >= served[group]:
                m.to[i] = STAYS
            elif uniform(child(people_name, m.unit[i]), VERDICT) < chance[group]:
                n_events = _record(flows, events, n_events, m.person[i], group, flow)
                m.to[i] = approved_to
                if pile >= 0 and release <= 0.5:
                    m.to[i] = CELLS + pile
                else:
                    n_events = _record(flows, events, n_events, m.person[i], group, flow + 2)
            else:
                n_events = _record(flows, events, n_events, m.person[i], group, flow + 1)
                m.to[i] = refused_to
    return n_events


@njit(cache=True, nogil=True)
def _release(
    tables: Any, homes: Any, d: Any, crowd: Any, m: Any, n: Any, flows: Any, events: Any, n_events: Any
) -> Any:
    """Let all go on who were approved before, save those who leave the pile in this very step."""
    approved_to, flow, pile = tables.decisions[d, 1], tables.decisions[d, 3] + 2, tables.decisions[d, 4]
    n_groups, n_before = flows.shape[1], n
    household = homes[0] if tables.together[pile] else 1
    for group in range(n_groups):
        here = pile * n_groups + group
        first, size = crowd.first[here], crowd.size[here]
        leaving = np.zeros(size, dtype=np.bool_)
        for i in range(n_before):
            if m.origin[i] == here:
                leaving[m.place[i] - first] = True
        for j in range(size):
            if not leaving[j]:
                person = crowd.people[first + j]
                m.place[n], m.origin[n], m.person[n], m.group[n] = first + j, here, person, group
                m.unit[n] = unit_of(person, household, homes[1])
                m.to[n] = approved_to
                n_events = _record(flows, events, n_events, person, group, flow)
                n += 1
    return n, n_events


@njit(cache=True, nogil=True)
def _choose(
    people_name: Any, tables: Any, a: Any, shares: Any, m: Any, n: Any, flows: Any, events: Any, n_events: Any
) -> Any:
    """Let those at a junction choose among the alternatives of the choice that begins at ``a``."""
    origin, end = tables.alternatives[a, 0], tables.alternatives[a, 4]
    for i in range(n):
        group = m.group[i]
        if m.to[i] != origin or tables.picks[a, group] == 0:
            continue
        rest = uniform(child(people_name, m.unit[i]), CHOICE + a)
        b = a
        while b < end - 1 and rest >= shares[b, group]:
            rest -= shares[b, group]
            b += 1
        m.to[i] = tables.alternatives[b, 1]
        n_events = _record(flows, events, n_events, m.person[i], group, tables.alternatives[b, 2])
    return n_events


@njit(cache=True, nogil=True)
def _take_out(tables: Any, crowd: Any, m: Any, n: Any, n_groups: Any) -> Any:
    """Take movers out of their lists; return how many come to each list."""
    coming = np.zeros(crowd.size.size, dtype=np.int64)
    gone = np.zeros(crowd.size.size, dtype=np.int64)
    for i in range(n):
        if m.origin[i] >= 0 and m.to[i] != STAYS:
            gone[m.origin[i]] += 1
    # From the last place on: whoever fills a gap then stays, as all who go from later places are gone.
    for i in range(n - 1, -1, -1):
        here, to = m.origin[i], m.to[i]
        if to == STAYS:
            continue
        if here >= 0 and gone[here] > 0:
            if gone[here] == crowd.size[here]:
                crowd.size[here], gone[here] = 0, 0  # all go: there is no gap to fill
            else:
                crowd.size[here] -= 1
                gone[here] -= 1
                crowd.people[m.place[i]] = crowd.people[crowd.first[here] + crowd.size[here]]
        if to != OUTSIDE:
            coming[_arrival(tables, to) * n_groups + m.group[i]] += 1
    return coming


@njit(cache=True, inline="always")
def _arrival(tables: Any, to: Any) -> Any:
    return to - CELLS if to >= CELLS else tables.arrive[to]


@njit(cache=True, nogil=True)
def put_in(tables: Any, crowd: Any, m: Any, n: Any, n_groups: Any) -> None:
    """Put movers into the lists where they arrive; there must be room."""
    for i in range(n):
        to = m.to[i]
        if to != OUTSIDE and to != STAYS:
            there = _arrival(tables, to) * n_groups + m.group[i]
            crowd.people[crowd.first[there] + crowd.size[there]] = m.person[i]
            crowd.size[there] += 1


@njit(cache=True, nogil=True)
def take_step(
    name: Any, key: Any, step: Any, tables: Any, homes: Any, crowd: Any, offer: Any, newest: Any, space: Any, flows: Any
) -> Any:
    """Take one step, as far as there is room.

    Parameters
    ----------
    name, key
        The run's stream, and the key of its screening.
    homes
        See :func:`_find_movers`.
    offer
        What the step offers; see :class:`~counterstream.dynamics.offers.Offer`.
    newest
        First free number of each stream of entrants, shape (entry move, group); moved on.
    space
        Places found (see :func:`~counterstream.simulate.persons.squares.screen`), movers and events.
    flows
        Zeros, filled with persons by flow, shape (flow, group).

    Returns
    -------
    tuple
        How many movers and events there are, how many come to each list, and whether they are in
        it: where a list has no room for them they are still to be put in.  With fewer than 0
        movers nothing was done: there is space for ``-1 - movers`` movers too few.
    """
    hazards, chance, capacity, release, entries, shares = offer
    found, m, events = space
    n_groups = hazards.shape[1]
    name = child(name, step)
    entered = _draw_entrants(name, entries)
    missing = crowd.size.sum() + entered.sum() - m.place.size
    if missing > 0:
        return -1 - missing, 0, np.zeros(0, dtype=np.int64), False
    n, n_events = _find_movers(name, key, step, tables, homes, crowd, hazards, found, m, flows, events)
    office = (chance, capacity, release, shares)
    n, n_events = _send_movers(name, tables, homes, crowd, office, entered, newest, m, n, flows, events, n_events)
    coming = _take_out(tables, crowd, m, n, n_groups)
    fits = True
    for here in range(coming.size):
        fits = fits and crowd.size[here] + coming[here] <= crowd.room[here]
    if fits:
        put_in(tables, crowd, m, n, n_groups)
    return n, n_events, coming, fits


@njit(cache=True, nogil=True)
def _draw_entrants(name: Any, expected: Any) -> Any:
    """Return how many enter, shape (entry move, group), in the streams of the counts engine."""
    entered = np.zeros(expected.shape, dtype=np.int64)
    for e in range(expected.shape[0]):
        for group in range(expected.shape[1]):
            entered[e, group], _ = draw_poisson(child(child(name, 1000003 + e), group), 0, expected[e, group])
    return entered
