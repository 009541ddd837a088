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
from counterstream.simulate.persons.crowd import NOBODY, clear_bit, find_in_cell, set_bit, unit_of
from counterstream.simulate.persons.exits import pick, record
from counterstream.simulate.persons.finding import find_movers, weigh_lists
from counterstream.simulate.persons.own import fill_factors, raise_bounds
from counterstream.simulate.persons.records import (
    APPROVE,
    CELLS,
    CHOICE,
    ENTRANT,
    FREE,
    OUTSIDE,
    PERSONS,
    REFUSE,
    STAYS,
    TURN,
    VERDICT,
    WAITS,
)


@njit(cache=True, nogil=True)
def _weigh_targets(own: Any, crowd: Any, together: Any, persons: Any, target: Any, end: Any, step: Any) -> Any:
    """Return persons' own factors at targets in a row, shape (person, target)."""
    factors = np.ones((persons.size, end - target))
    if own.span[target, 0] < own.span[end - 1, 1]:
        first, last = np.full(persons.size, target), np.full(persons.size, end)
        fill_factors(own, crowd, together, persons, first, last, step, factors)
    return factors


@njit(cache=True, nogil=True)
def send_movers(
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
    told_person, told_group, told_flow = events.person, events.group, events.flow
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
                n_events = record(
                    flows, told_person, told_group, told_flow, n_events, person, group, world.entries[e, 1]
                )
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
    capacity, release = limits
    persons, units, columns, tos = m.person, m.unit, m.column, m.to
    group_of, first_named, outcomes, times = world.group_of, world.first_named, orders.outcome, orders.times
    waiting, verdicts = np.zeros(chance.size, dtype=np.int64), np.zeros(n, dtype=np.int64)
    for i in range(n):
        if tos[i] == WAITS - d:
            outcome = outcomes[d, columns[i] - first_named] if columns[i] >= first_named else FREE
            verdicts[i] = outcome
            if outcome == FREE:
                waiting[group_of[columns[i]]] += 1
    served = waiting.copy()
    ration(child(name, 2000003 + d), served, capacity, world.priority[d])
    target = world.exits.shape[0] + d
    for group in range(chance.size):
        if waiting[group] == 0:
            continue
        queue = np.empty(waiting[group], dtype=np.int64)
        k = 0
        for i in range(n):
            if tos[i] == WAITS - d and verdicts[i] == FREE and group_of[columns[i]] == group:
                queue[k] = i
                k += 1
        if served[group] < waiting[group]:
            # Household by household, and within one by number: nothing hangs on the order of movers.
            queue = queue[np.argsort(persons[queue], kind="mergesort")]
            turns = np.array([uniform(child(people_name, units[i]), TURN) for i in queue])
            queue = queue[np.argsort(turns, kind="mergesort")]
            for i in queue[served[group] :]:
                tos[i] = STAYS
            queue = queue[: served[group]]
        factors = _weigh_targets(own, crowd, world.together, persons[queue], target, target + 1, step)
        for place in range(queue.size):
            i = queue[place]
            p = _with_odds(chance[group], factors[place, 0])
            if columns[i] >= first_named:
                p = _with_odds(p, times[target, columns[i] - first_named])
            verdicts[i] = APPROVE if uniform(child(people_name, units[i]), VERDICT) < p else REFUSE
    return _settle(world, d, release, verdicts, m, flows, events, n_events)


@njit(cache=True)
def _with_odds(chance: Any, times: Any) -> Any:
    """Return a chance whose odds are multiplied."""
    return 1.0 if times == math.inf else chance * times / (1.0 - chance + chance * times)


@njit(cache=True, nogil=True)
def _settle(world: Any, d: Any, release: Any, verdicts: Any, m: Any, flows: Any, events: Any, n_events: Any) -> Any:
    """Note an office's decisions and where they lead; return how many events there are now."""
    approved_to, refused_to = world.decisions[d, 1], world.decisions[d, 2]
    flow, pile = world.decisions[d, 3], world.decisions[d, 4]
    persons, columns, tos, group_of = m.person, m.column, m.to, world.group_of
    told_person, told_group, told_flow = events.person, events.group, events.flow
    for i in range(verdicts.size):
        if tos[i] != WAITS - d:
            continue
        person, group = persons[i], group_of[columns[i]]
        if verdicts[i] == REFUSE:
            tos[i] = refused_to
            n_events = record(flows, told_person, told_group, told_flow, n_events, person, group, flow + 1)
            continue
        n_events = record(flows, told_person, told_group, told_flow, n_events, person, group, flow)
        if pile >= 0 and release <= 0.5:
            tos[i] = CELLS + pile
        else:
            tos[i] = approved_to
            n_events = record(flows, told_person, told_group, told_flow, n_events, person, group, flow + 2)
    return n_events


@njit(cache=True, nogil=True)
def _release(world: Any, d: Any, crowd: Any, m: Any, n: Any, flows: Any, events: Any, n_events: Any) -> Any:
    """Let all go on who were approved before, save those who leave the pile in this very step."""
    n_columns, n_before = world.group_of.size, n
    approved_to, flow, pile = world.decisions[d, 1], world.decisions[d, 3] + 2, world.decisions[d, 4]
    origins, group_of, at = m.origin, world.group_of, crowd.at
    told_person, told_group, told_flow = events.person, events.group, events.flow
    held = find_in_cell(crowd, pile, n_columns)
    if held.size == 0:
        return n, n_events
    leaving = np.zeros(held.size, dtype=np.bool_)
    for i in range(n_before):
        if origins[i] >= 0 and origins[i] // n_columns == pile:
            leaving[np.searchsorted(held, m.person[i])] = True
    for k in range(held.size):
        if not leaving[k]:
            person = held[k]
            here = at[person]
            m.person[n], m.origin[n], m.column[n] = person, here, here % n_columns
            m.unit[n] = unit_of(crowd, world.together, n_columns, person)
            m.to[n] = approved_to
            group = group_of[here % n_columns]
            n_events = record(flows, told_person, told_group, told_flow, n_events, person, group, flow)
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
    origin, end, first_target = world.alternatives[a, 0], world.alternatives[a, 4], world.exits.shape[0]
    first_target += world.decisions.shape[0]
    persons, units, columns, tos = m.person, m.unit, m.column, m.to
    alternatives, picks, group_of = world.alternatives, world.picks, world.group_of
    told_person, told_group, told_flow = events.person, events.group, events.flow
    here = np.empty(n, dtype=np.int64)
    n_here = 0
    for i in range(n):
        if tos[i] == origin and picks[a, group_of[columns[i]]] != 0:
            here[n_here] = i
            n_here += 1
    here = here[:n_here]
    factors = _weigh_targets(own, crowd, world.together, persons[here], first_target + a, first_target + end, step)
    each = np.empty(end - a)
    for place in range(n_here):
        i = here[place]
        group, total = group_of[columns[i]], 0.0
        for b in range(a, end):
            each[b - a] = shares[b, group] * factors[place, b - a]
            total += each[b - a]
        b = a + pick(uniform(child(people_name, units[i]), CHOICE + a) * total, each, end - a)
        tos[i] = alternatives[b, 1]
        n_events = record(flows, told_person, told_group, told_flow, n_events, persons[i], group, alternatives[b, 2])
    return n_events


@njit(cache=True, nogil=True)
def relocate(world: Any, crowd: Any, own: Any, m: Any, n: Any) -> None:
    """Put movers into the lists where they arrive."""
    n_columns, together, arrive = world.group_of.size, world.together, world.arrive
    persons, origins, columns, tos = m.person, m.origin, m.column, m.to
    at, sizes, high, head, present, watched = crowd.at, crowd.size, crowd.high, crowd.head, crowd.here, crowd.watched
    households = head.size > 0
    for i in range(n):
        to, origin, person = tos[i], origins[i], np.int64(persons[i])
        if to == STAYS:
            continue
        if origin >= 0:
            sizes[origin] -= 1
        if to == OUTSIDE:
            at[person] = NOBODY
            clear_bit(present, person)
            continue
        cell = to - CELLS if to >= CELLS else arrive[to]
        there = cell * n_columns + columns[i]
        at[person] = there
        sizes[there] += 1
        if origin < 0:
            set_bit(present, person)
        if high[there]:
            set_bit(watched, person)
            if households and together[cell]:
                set_bit(watched, head[person])
        elif not households and origin >= 0 and high[origin]:
            clear_bit(watched, person)
    if own.traits.shape[0] > 0:
        raise_bounds(own, crowd, persons[:n])


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
    entered, wanted = call_entrants(name, entries, newest, crowd, m)
    if wanted:
        return 0, 0, wanted
    weigh_lists(world, crowd, own, orders, hazards, totals, chances)
    n, n_events = find_movers(name, key, step, world, crowd, own, orders, hazards, totals, chances, m, flows, events)
    office = (chance, capacity, release, shares)
    n, n_events = send_movers(
        name, step, world, crowd, own, orders, office, entered, newest, m, n, flows, events, n_events
    )
    relocate(world, crowd, own, m, n)
    return n, n_events, np.int64(0)


@njit(cache=True, nogil=True)
def call_entrants(name: Any, expected: Any, newest: Any, crowd: Any, m: Any) -> Any:
    """Return how many enter, and the highest number for which there must be room first (0: there is room).

    How many, shape (entry move, group), is drawn in the streams of the counts engine.
    """
    entered, highest = np.zeros(expected.shape, dtype=np.int64), np.int64(-1)
    for e in range(expected.shape[0]):
        for group in range(expected.shape[1]):
            entered[e, group], _ = draw_poisson(child(child(name, 1000003 + e), group), 0, expected[e, group])
            if entered[e, group] > 0:
                highest = max(highest, newest[e, group] + (entered[e, group] - 1) * entered.size)
    full = highest >= crowd.at.size or crowd.size.sum() + entered.sum() > m.person.size
    return entered, max(highest, np.int64(1)) if full else np.int64(0)
