"""One step of persons (Numba).

A step finds who moves, decides where to, and puts movers into their new lists.  What a person does
hangs on numbers named by the person and the step, so that a change that does not reach a person
leaves that person's history as it was.
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
from counterstream.simulate.persons.crowd import (
    NOBODY,
    clear_bit,
    find_in_cell,
    mark,
    set_bit,
    unit_of,
    watch,
)
from counterstream.simulate.persons.own import log_bound, raise_bounds, shared_log_factor
from counterstream.simulate.persons.squares import BLOCK, DIGITS, draw_digits, lowest_bit

Integers = NDArray[np.int64]
#: Names of the streams of a step's persons, and of what a person draws from it.
PERSONS = 5000011
REFINE, WAY, TURN, VERDICT, CHOICE = 0, 1, 2, 3, 4
#: Where a mover goes when not to a status: out of the system, nowhere, before an office (minus the
#: decision); from ``CELLS`` on, into a cell.
OUTSIDE, STAYS, WAITS, CELLS = NOWHERE, -2, -3, 1_000_000
#: Comes from no list.
ENTRANT = -1
#: What an office is told to say in a named case.
FREE, APPROVE, REFUSE = 0, 1, 2
_PARTS = float(2**DIGITS)
#: Blocks whose digits are drawn together; they fit into the nearest cache.
_BLOCKS = 512
#: An intensity at which everybody moves.
_CERTAIN = 1e6
#: Looking at a person costs as much as walking past so many when all are marked anew.
_MARKING = 32


class World(NamedTuple):
    """What stays the same in all steps; one flat record, see :class:`~counterstream.simulate.persons.own.Own`.

    Parameters
    ----------
    exits, span, arrive, decisions, priority, entries, alternatives, picks, together
        See :class:`~counterstream.simulate.kernel.Tables`.
    group_of, class_from
        Of each column: its group, and the least frailty of its class.
    n_classes
        Classes of frailty; columns of a group lie in a row.
    first_named
        The first column of a named household.
    office_of
        Decision that those in a cell wait for (-1: none).
    """

    exits: Integers
    span: Integers
    arrive: Integers
    decisions: Integers
    priority: Integers
    entries: Integers
    alternatives: Integers
    picks: Integers
    together: Integers
    group_of: Integers
    class_from: NDArray[np.float64]
    n_classes: int
    first_named: int
    office_of: Integers


class Orders(NamedTuple):
    """What is done for named households in a step; shape (target or decision, household).

    Parameters
    ----------
    times
        Factor on the intensity of an exit, or on the odds of a decision.
    outcome
        ``FREE``, ``APPROVE`` or ``REFUSE``.
    """

    times: NDArray[np.float64]
    outcome: NDArray[np.int64]


class Movers(NamedTuple):
    """Who moves in a step; as much room as there may be movers, used anew in each step.

    Parameters
    ----------
    person, unit
        The person, and the one whose numbers the person shares.
    origin, column
        List of origin (``ENTRANT``: none), and column.
    to
        Status of arrival, or what the module's constants say.
    """

    person: NDArray[np.uint32]
    unit: NDArray[np.uint32]
    origin: NDArray[np.int32]
    column: NDArray[np.int32]
    to: NDArray[np.int32]

    def pick(self, which: slice) -> Movers:
        """Return some of the movers."""
        return Movers(self.person[which], self.unit[which], self.origin[which], self.column[which], self.to[which])


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
def _weigh_lists(world: Any, crowd: Any, own: Any, orders: Any, hazards: Any, totals: Any, chances: Any) -> None:
    """Fill in the intensity out of each list that nobody in it surpasses, and the chance to leave."""
    n_columns = world.group_of.size
    for cell in range(world.span.shape[0]):
        for column in range(n_columns):
            here = cell * n_columns + column
            totals[here] = chances[here] = 0.0
            if crowd.size[here] == 0:
                continue
            total = 0.0
            for e in range(world.span[cell, 0], world.span[cell, 1]):
                hazard = hazards[world.exits[e, 2], world.group_of[column]]
                if own.span[e, 0] < own.span[e, 1]:
                    hazard *= math.exp(log_bound(own, e, here))
                total += hazard
            if column >= world.first_named:
                total = _named_total(world, orders, hazards, own, cell, column, here)
            totals[here] = total
            chances[here] = -math.expm1(-total)


@njit(cache=True, nogil=True)
def _named_total(world: Any, orders: Any, hazards: Any, own: Any, cell: Any, column: Any, here: Any) -> Any:
    """Return a bound on the intensity out of a list of a named household."""
    if _is_ordered(world, orders, cell, column):
        return _CERTAIN
    named, total = column - world.first_named, 0.0
    for e in range(world.span[cell, 0], world.span[cell, 1]):
        hazard = hazards[world.exits[e, 2], world.group_of[column]] * math.exp(log_bound(own, e, here))
        total += hazard * orders.times[e, named]
    return total


@njit(cache=True, nogil=True)
def _watch_well(crowd: Any, together: Any, n_columns: Any, chances: Any) -> Any:
    """Return by how many leading zeros persons are singled out; mark anew whom to watch where that pays.

    Persons in lists with high chances are watched, that is looked at in every step.  Of the others one
    in ``2**digits`` is looked at, where no chance is above ``2**-digits``.
    """
    everybody, now = 0, 0.0
    most = 0.0
    costs = np.zeros(DIGITS + 1)
    for here in range(crowd.size.size):
        n = crowd.size[here]
        if n == 0:
            continue
        everybody += n
        if crowd.high[here]:
            now += n
        else:
            most = max(most, chances[here])
        for digits in range(DIGITS + 1):
            if chances[here] > 0.5**digits:
                costs[digits] += n
    level = DIGITS if most <= 0.5**DIGITS else int(-math.log2(most))
    for digits in range(DIGITS + 1):
        costs[digits] += everybody * 0.5**digits
    best = int(np.argmin(costs))
    if now + everybody * 0.5**level > costs[best] + everybody / _MARKING:
        level = best
        for here in range(crowd.size.size):
            # Of an empty list it is not known; what it was before is the best guess.
            if crowd.size[here] > 0:
                crowd.high[here] = chances[here] > 0.5**best
        mark(crowd, together, n_columns)
    return level


@njit(cache=True, nogil=True)
def _draw_blocks(step: Any, key: Any, first: Any, n: Any, digits: Any) -> None:
    """Fill in all digits of the persons of some blocks; compilers turn these loops into vector instructions."""
    for d in range(DIGITS):
        row = digits[d]
        for b in range(n):
            row[b] = draw_digits(step, first + b, d, key)


@njit(cache=True, nogil=True)
def _single_out(
    step: Any, key: Any, level: Any, crowd: Any, together: Any, n_columns: Any, chances: Any, m: Any
) -> Any:
    """Fill in the few who may move, the one whose number each shares, and its leading digits; return how many."""
    at, here_bits, watched, head = crowd.at, crowd.here, crowd.watched, crowd.head
    persons, units, leads = m.person, m.unit, m.to
    households = head.size > 0
    digits, few = np.empty((DIGITS, _BLOCKS), dtype=np.uint64), np.empty(_BLOCKS, dtype=np.uint64)
    none, one, everybody = np.uint64(0), np.uint64(1), ~np.uint64(0)
    n = 0
    for first in range(0, here_bits.size, _BLOCKS):
        n_blocks = min(_BLOCKS, here_bits.size - first)
        _draw_blocks(step, key, first, n_blocks, digits)
        few[:] = everybody
        for d in range(level):
            row = digits[d]
            for b in range(n_blocks):
                few[b] &= ~row[b]
        for b in range(n_blocks):
            # A household's first member stands for all, even when no longer here.
            lanes = (few[b] | watched[first + b]) & (everybody if households else here_bits[first + b])
            while lanes != none:
                lane = lowest_bit(lanes)
                lanes &= lanes - one
                leading = none
                for d in range(DIGITS):
                    leading = (leading << one) | ((digits[d, b] >> np.uint64(lane)) & one)
                unit = (first + b) * BLOCK + lane
                person = unit
                while person < at.size:
                    here = at[person]
                    if here >= 0 and leading < chances[here] * _PARTS:
                        shares = households and together[here // n_columns]
                        if unit == (np.int64(head[person]) if shares else person):
                            persons[n], units[n], leads[n] = person, unit, leading
                            n += 1
                    person += 1
                    if not households or person >= head.size or np.int64(head[person]) != unit:
                        break
    return n


@njit(cache=True, nogil=True)
def _find_movers(
    name: Any,
    key: Any,
    step: Any,
    world: Any,
    crowd: Any,
    own: Any,
    orders: Any,
    hazards: Any,
    totals: Any,
    chances: Any,
    m: Any,
    flows: Any,
    events: Any,
) -> Any:
    """Find who leaves each list and by which exit; return how many movers and events there are.

    Parameters
    ----------
    name, key
        The step's stream, and the key of the run's digits.
    hazards
        Intensity per step, shape (slot, group).
    totals, chances
        Bounds by list, see :func:`_weigh_lists`.
    m
        :class:`Movers`, filled.
    flows
        Zeros, filled with persons by flow, shape (flow, group).
    """
    n_columns, first_named, people_name = world.group_of.size, world.first_named, child(name, PERSONS)
    level = _watch_well(crowd, world.together, n_columns, chances)
    n_found = _single_out(step, key, level, crowd, world.together, n_columns, chances, m)
    exits, spans, group_of, own_spans, times = world.exits, world.span, world.group_of, own.span, orders.times
    at, leads, persons, units, origins, columns = crowd.at, m.to, m.person, m.unit, m.origin, m.column
    told_person, told_group, told_flow = events.person, events.group, events.flow
    each = np.empty(exits.shape[0])
    n = n_events = 0
    # Whoever is found to move is written over those looked at before.
    for found in range(n_found):
        person, unit = np.int64(persons[found]), np.int64(units[found])
        here = np.int64(at[person])
        cell, column = here // n_columns, here % n_columns
        group, begin, end = group_of[column], spans[cell, 0], spans[cell, 1]
        total, leaving = totals[here], chances[here]
        stream = child(people_name, unit)
        ordinary = column < first_named and own_spans[begin, 0] == own_spans[end - 1, 1]
        if ordinary:
            for e in range(begin, end):
                each[e - begin] = hazards[exits[e, 2], group]
        elif column >= first_named and _is_ordered(world, orders, cell, column):
            total = _hurry(exits, begin, end, each)
        else:
            total = 0.0
            for e in range(begin, end):
                factor = math.exp(shared_log_factor(own, e, crowd, world.together, person, step))
                if column >= first_named:
                    factor *= times[e, column - first_named]
                each[e - begin] = hazards[exits[e, 2], group] * factor
                total += each[e - begin]
            leaving = -math.expm1(-total)
        if (leads[found] + uniform(stream, REFINE)) / _PARTS >= leaving:
            continue
        rest = uniform(stream, WAY) * total
        e = begin
        while e < end - 1 and rest >= each[e - begin]:
            rest -= each[e - begin]
            e += 1
        persons[n], units[n], origins[n], columns[n] = person, unit, here, column
        kind, to = exits[e, 1], exits[e, 4]
        if kind == DECIDE:
            leads[n] = WAITS - to
        elif kind == PROGRESS:
            leads[n] = CELLS + cell + 1
        else:
            leads[n] = to
            flows[exits[e, 3], group] += 1
            if n_events < told_person.size:
                told_person[n_events], told_group[n_events], told_flow[n_events] = person, group, exits[e, 3]
            n_events += 1
        n += 1
    return n, n_events


@njit(cache=True, nogil=True)
def _is_ordered(world: Any, orders: Any, cell: Any, column: Any) -> Any:
    """Whether those of a named household who wait in a cell are to be decided upon now."""
    office = world.office_of[cell]
    return office >= 0 and orders.outcome[office, column - world.first_named] != FREE


@njit(cache=True, nogil=True)
def _hurry(exits: Any, begin: Any, end: Any, each: Any) -> Any:
    """Let all intensity lie on the exits of a queue by which a decision comes nearer; return the intensity."""
    for e in range(begin, end):
        each[e - begin] = _CERTAIN if exits[e, 1] == DECIDE or exits[e, 1] == PROGRESS else 0.0
    return _CERTAIN


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
    _weigh_lists(world, crowd, own, orders, hazards, totals, chances)
    n, n_events = _find_movers(name, key, step, world, crowd, own, orders, hazards, totals, chances, m, flows, events)
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
