"""One step of persons (Numba).

A step finds who moves, decides where to, and puts movers into their new lists.  What a person does
hangs on numbers named by the person and the step, so that a change that does not reach a person
leaves that person's history as it was.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from counterstream.simulate.chance import draw_poisson
from counterstream.simulate.kernel import ration
from counterstream.simulate.keys import child, uniform
from counterstream.simulate.persons.crowd import NOBODY, clear_bit, find_in_cell, set_bit, unit_of, watch
from counterstream.simulate.persons.finding import find_movers, weigh_lists
from counterstream.simulate.persons.own import raise_bounds, shared_log_factor
from counterstream.simulate.persons.records import (
    APPROVE,
    CELLS,
    CHOICE,
    ENTRANT,
    FREE,
    OUTSIDE,
    PERSONS,
    STAYS,
    TURN,
    VERDICT,
    WAITS,
)


@njit(cache=True, inline="always")
def _record(flows: Any, events: Any, n: Any, person: Any, group: Any, flow: Any) -> Any:
    flows[flow, group] += 1
    if n < events.person.size:
        events.person[n], events.group[n], events.flow[n] = person, group, flow
    return n + 1


@njit(cache=True, nogil=True)
def _send_movers(
    name: Any,
    step: Any,
    world: Any,
    crowd: Any,
    own: Any,
    orders: Any,
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
    for d in range(world.decisions.shape[0]):
        limits = (capacity[d], release[d])
        n_events = _decide(
            name, people_name, step, world, crowd, own, orders, d, chance[d], limits, m, n, flows, events, n_events
        )
        if world.decisions[d, 4] >= 0 and release[d] > 0.5:
            n, n_events = _release(world, d, crowd, m, n, flows, events, n_events)
    for e in range(entered.shape[0]):
        for group in range(entered.shape[1]):
            for _ in range(entered[e, group]):
                person = newest[e, group]
                newest[e, group] += entered.size
                column = _find_column(world, own, group, person)
                if own.age >= 0:
                    # The age that the person would have had at the first step.
                    own.traits[own.age, person] = own.entry_age - step * own.years_per_step
                m.person[n], m.unit[n], m.origin[n], m.column[n] = person, person, ENTRANT, column
                m.to[n] = world.entries[e, 0]
                n_events = _record(flows, events, n_events, person, group, world.entries[e, 1])
                n += 1
    for a in range(world.alternatives.shape[0]):
        if world.alternatives[a, 3] == a:
            n_events = _choose(people_name, step, world, crowd, own, a, shares, m, n, flows, events, n_events)
    return n, n_events


@njit(cache=True)
def _find_column(world: Any, own: Any, group: Any, person: Any) -> Any:
    """Return the column of somebody of a group who has no name."""
    column = group * world.n_classes
    if own.frailty >= 0:
        frailty = own.traits[own.frailty, person]
        last = column + world.n_classes - 1
        while column < last and frailty >= world.class_from[column + 1]:
            column += 1
    return column


@njit(cache=True, nogil=True)
def _decide(
    name: Any,
    people_name: Any,
    step: Any,
    world: Any,
    crowd: Any,
    own: Any,
    orders: Any,
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
    capacity = limits[0]
    waiting = np.zeros(chance.size, dtype=np.int64)
    for i in range(n):
        if m.to[i] != WAITS - d:
            continue
        outcome = orders.outcome[d, m.column[i] - world.first_named] if m.column[i] >= world.first_named else FREE
        if outcome == FREE:
            waiting[world.group_of[m.column[i]]] += 1
        else:
            n_events = _settle(world, d, limits, outcome == APPROVE, m, i, flows, events, n_events)
    served = waiting.copy()
    ration(child(name, 2000003 + d), served, capacity, world.priority[d])
    for group in range(chance.size):
        if waiting[group] == 0:
            continue
        queue = np.empty(waiting[group], dtype=np.int64)
        k = 0
        for i in range(n):
            if m.to[i] == WAITS - d and world.group_of[m.column[i]] == group:
                queue[k] = i
                k += 1
        if served[group] < waiting[group]:
            # Household by household, and within one by number: nothing hangs on the order of movers.
            queue = queue[np.argsort(m.person[queue], kind="mergesort")]
            turns = np.array([uniform(child(people_name, m.unit[i]), TURN) for i in queue])
            queue = queue[np.argsort(turns, kind="mergesort")]
        for place in range(queue.size):
            i = queue[place]
            if place >= served[group]:
                m.to[i] = STAYS
                continue
            target, person = world.exits.shape[0] + d, np.int64(m.person[i])
            p = chance[group]
            if own.span[target, 0] < own.span[target, 1]:
                p = _with_odds(p, math.exp(shared_log_factor(own, target, crowd, world.together, person, step)))
            if m.column[i] >= world.first_named:
                p = _with_odds(p, orders.times[target, m.column[i] - world.first_named])
            approved = uniform(child(people_name, m.unit[i]), VERDICT) < p
            n_events = _settle(world, d, limits, approved, m, i, flows, events, n_events)
    return n_events


@njit(cache=True)
def _with_odds(chance: Any, times: Any) -> Any:
    """Return a chance whose odds are multiplied."""
    return 1.0 if times == math.inf else chance * times / (1.0 - chance + chance * times)


@njit(cache=True, nogil=True)
def _settle(
    world: Any, d: Any, limits: Any, approved: Any, m: Any, i: Any, flows: Any, events: Any, n_events: Any
) -> Any:
    """Note an office's decision and where it leads; return how many events there are now."""
    flow, pile = world.decisions[d, 3], world.decisions[d, 4]
    person, group = m.person[i], world.group_of[m.column[i]]
    if not approved:
        m.to[i] = world.decisions[d, 2]
        return _record(flows, events, n_events, person, group, flow + 1)
    n_events = _record(flows, events, n_events, person, group, flow)
    if pile >= 0 and limits[1] <= 0.5:
        m.to[i] = CELLS + pile
        return n_events
    m.to[i] = world.decisions[d, 1]
    return _record(flows, events, n_events, person, group, flow + 2)


@njit(cache=True, nogil=True)
def _release(world: Any, d: Any, crowd: Any, m: Any, n: Any, flows: Any, events: Any, n_events: Any) -> Any:
    """Let all go on who were approved before, save those who leave the pile in this very step."""
    n_columns, n_before = world.group_of.size, n
    approved_to, flow, pile = world.decisions[d, 1], world.decisions[d, 3] + 2, world.decisions[d, 4]
    held = find_in_cell(crowd, pile, n_columns)
    if held.size == 0:
        return n, n_events
    leaving = np.zeros(held.size, dtype=np.bool_)
    for i in range(n_before):
        if m.origin[i] >= 0 and m.origin[i] // n_columns == pile:
            leaving[np.searchsorted(held, m.person[i])] = True
    for k in range(held.size):
        if not leaving[k]:
            person = held[k]
            here = crowd.at[person]
            m.person[n], m.origin[n], m.column[n] = person, here, here % n_columns
            m.unit[n] = unit_of(crowd, world.together, n_columns, person)
            m.to[n] = approved_to
            n_events = _record(flows, events, n_events, person, world.group_of[here % n_columns], flow)
            n += 1
    return n, n_events


@njit(cache=True, nogil=True)
def _choose(
    people_name: Any,
    step: Any,
    world: Any,
    crowd: Any,
    own: Any,
    a: Any,
    shares: Any,
    m: Any,
    n: Any,
    flows: Any,
    events: Any,
    n_events: Any,
) -> Any:
    """Let those at a junction choose among the alternatives of the choice that begins at ``a``."""
    origin, end = world.alternatives[a, 0], world.alternatives[a, 4]
    first_target = world.exits.shape[0] + world.decisions.shape[0]
    spans = own.span
    ordinary = spans[first_target + a, 0] == spans[first_target + end - 1, 1]
    each = np.empty(end - a)
    for i in range(n):
        group = world.group_of[m.column[i]]
        if m.to[i] != origin or world.picks[a, group] == 0:
            continue
        total = 0.0
        for b in range(a, end):
            each[b - a] = shares[b, group]
            if not ordinary:
                person = np.int64(m.person[i])
                each[b - a] *= math.exp(shared_log_factor(own, first_target + b, crowd, world.together, person, step))
            total += each[b - a]
        rest = uniform(child(people_name, m.unit[i]), CHOICE + a)
        if not ordinary:
            rest *= total
        b = a
        while b < end - 1 and rest >= each[b - a]:
            rest -= each[b - a]
            b += 1
        m.to[i] = world.alternatives[b, 1]
        n_events = _record(flows, events, n_events, m.person[i], group, world.alternatives[b, 2])
    return n_events


@njit(cache=True, nogil=True)
def _relocate(world: Any, crowd: Any, own: Any, m: Any, n: Any) -> None:
    """Put movers into the lists where they arrive."""
    n_columns = world.group_of.size
    has_own = own.traits.shape[0] > 0
    households = crowd.head.size > 0
    for i in range(n):
        to, origin, person = m.to[i], m.origin[i], np.int64(m.person[i])
        if to == STAYS:
            continue
        if origin >= 0:
            crowd.size[origin] -= 1
        if to == OUTSIDE:
            crowd.at[person] = NOBODY
            clear_bit(crowd.here, person)
            continue
        cell = to - CELLS if to >= CELLS else world.arrive[to]
        there = cell * n_columns + m.column[i]
        crowd.at[person] = there
        crowd.size[there] += 1
        if origin < 0:
            set_bit(crowd.here, person)
        if crowd.high[there]:
            watch(crowd, world.together, n_columns, person, there)
        elif not households and origin >= 0 and crowd.high[origin]:
            clear_bit(crowd.watched, person)
        if has_own:
            raise_bounds(own, person, there)


@njit(cache=True, nogil=True)
def take_step(
    name: Any,
    key: Any,
    step: Any,
    world: Any,
    crowd: Any,
    own: Any,
    orders: Any,
    offer: Any,
    newest: Any,
    space: Any,
    flows: Any,
) -> Any:
    """Take one step, if there is room.

    Parameters
    ----------
    name, key
        The run's stream, and the key of its digits.
    offer
        What the step offers; see :class:`~counterstream.dynamics.offers.Offer`.
    newest
        First free number of each stream of entrants, shape (entry move, group); moved on.
    space
        Movers, events, and bounds by list of intensity and chance.
    flows
        Zeros, filled with persons by flow, shape (flow, group).

    Returns
    -------
    tuple of int
        How many movers and events there are, and 0; or 0, 0 and the highest number of a person
        that there must be room for before anything is done.
    """
    hazards, chance, capacity, release, entries, shares = offer
    m, events, totals, chances = space
    name = child(name, step)
    entered = _draw_entrants(name, entries)
    highest = np.int64(-1)
    for e in range(entered.shape[0]):
        for group in range(entered.shape[1]):
            if entered[e, group] > 0:
                highest = max(highest, newest[e, group] + (entered[e, group] - 1) * entered.size)
    if highest >= crowd.at.size or crowd.size.sum() + entered.sum() > m.person.size:
        return 0, 0, max(highest, np.int64(1))
    weigh_lists(world, crowd, own, orders, hazards, totals, chances)
    n, n_events = find_movers(name, key, step, world, crowd, own, orders, hazards, totals, chances, m, flows, events)
    office = (chance, capacity, release, shares)
    n, n_events = _send_movers(
        name, step, world, crowd, own, orders, office, entered, newest, m, n, flows, events, n_events
    )
    _relocate(world, crowd, own, m, n)
    return n, n_events, np.int64(0)


@njit(cache=True, nogil=True)
def _draw_entrants(name: Any, expected: Any) -> Any:
    """Return how many enter, shape (entry move, group), in the streams of the counts engine."""
    entered = np.zeros(expected.shape, dtype=np.int64)
    for e in range(expected.shape[0]):
        for group in range(expected.shape[1]):
            entered[e, group], _ = draw_poisson(child(child(name, 1000003 + e), group), 0, expected[e, group])
    return entered
