"""Who moves in a step, and by which exit (Numba)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from counterstream.simulate.kernel import DECIDE, PROGRESS
from counterstream.simulate.keys import child, uniform
from counterstream.simulate.persons.crowd import mark
from counterstream.simulate.persons.exits import follow_exit, pick
from counterstream.simulate.persons.own import fill_factors, log_bound
from counterstream.simulate.persons.records import FREE, PERSONS, REFINE, WAY
from counterstream.simulate.persons.squares import BLOCK, DIGITS, draw_digits, lowest_bit

_PARTS = float(2**DIGITS)
#: Blocks whose digits are drawn together; they fit into the nearest cache.
_BLOCKS = 512
#: An intensity at which everybody moves.
_CERTAIN = 1e6
#: Persons whose own factors are worked out together.
_FOUND = 4096
#: Looking at a person costs as much as walking past so many when all are marked anew.
_MARKING = 32


@njit(cache=True, nogil=True)
def weigh_lists(world: Any, crowd: Any, own: Any, orders: Any, hazards: Any, totals: Any, chances: Any) -> None:
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
    if _is_ordered(world.office_of[cell], orders.outcome, column - world.first_named):
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
    step: Any,
    key: Any,
    level: Any,
    first: Any,
    crowd: Any,
    together: Any,
    n_columns: Any,
    chances: Any,
    space: Any,
    m: Any,
    n: Any,
) -> Any:
    """Add to the movers those of some blocks who may move; return how many movers there are now.

    Noted are the person, the one whose number the person shares, and the number's leading digits.
    """
    at, here_bits, watched, head, high = crowd.at, crowd.here, crowd.watched, crowd.head, crowd.high
    persons, units, leads = m.person, m.unit, m.to
    households = head.size > 0
    digits, few = space
    none, one, everybody = np.uint64(0), np.uint64(1), ~np.uint64(0)
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
            lane = np.uint64(lowest_bit(lanes))
            lanes &= lanes - one
            leading = none
            # The first digits of the few are zeros.
            for d in range(level if (few[b] >> lane) & one else 0, DIGITS):
                leading = (leading << one) | ((digits[d, b] >> lane) & one)
            unit = (first + b) * BLOCK + np.int64(lane)
            person, watches = unit, False
            while person < at.size:
                here = at[person]
                if here >= 0 and (high[here] or leading < chances[here] * _PARTS):
                    shares = households and together[here // n_columns]
                    if unit == (np.int64(head[person]) if shares else person):
                        watches |= high[here]
                        if leading < chances[here] * _PARTS:
                            persons[n], units[n], leads[n] = person, unit, leading
                            n += 1
                person += 1
                if not households or person >= head.size or np.int64(head[person]) != unit:
                    break
            if not watches:
                # Nobody for whom it stands is in a list with a high chance any more.
                watched[first + b] &= ~(one << lane)
    return n


@njit(cache=True, nogil=True)
def find_movers(
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
        Bounds by list, see :func:`weigh_lists`.
    m
        :class:`Movers`, filled.
    flows
        Zeros, filled with persons by flow, shape (flow, group).
    """
    n_columns, first_named, people_name = world.group_of.size, world.first_named, child(name, PERSONS)
    level = _watch_well(crowd, world.together, n_columns, chances)
    space = (np.empty((DIGITS, _BLOCKS), dtype=np.uint64), np.empty(_BLOCKS, dtype=np.uint64))
    exits, spans, group_of, office_of = world.exits, world.span, world.group_of, world.office_of
    own_spans, times, outcomes = own.span, orders.times, orders.outcome
    at, leads, persons, units, origins, columns = crowd.at, m.to, m.person, m.unit, m.origin, m.column
    told_person, told_group, told_flow = events.person, events.group, events.flow
    each, has_own = np.empty(exits.shape[0]), own_spans[-1, 1] > 0
    factors = np.zeros((_FOUND if has_own else 0, (spans[:, 1] - spans[:, 0]).max()))
    n = n_events = 0
    for first in range(0, crowd.here.size, _BLOCKS):
        begun, together = n, world.together
        n_found = _single_out(step, key, level, first, crowd, together, n_columns, chances, space, m, n)
        # Whoever is found to move is written over those looked at before.
        for found in range(begun, n_found):
            place = (found - begun) % _FOUND
            if place == 0 and has_own:
                _weigh_exits(own, crowd, world, persons[found : min(found + _FOUND, n_found)], step, factors)
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
            elif column >= first_named and _is_ordered(office_of[cell], outcomes, column - first_named):
                total = _hurry(exits, begin, end, each)
            else:
                total = 0.0
                for e in range(begin, end):
                    factor = factors[place, e - begin] if has_own else 1.0
                    if column >= first_named:
                        factor *= times[e, column - first_named]
                    each[e - begin] = hazards[exits[e, 2], group] * factor
                    total += each[e - begin]
                leaving = -math.expm1(-total)
            if (leads[found] + uniform(stream, REFINE)) / _PARTS >= leaving:
                continue
            e = begin + pick(uniform(stream, WAY) * total, each, end - begin)
            persons[n], units[n], origins[n], columns[n] = person, unit, here, column
            leads[n], n_events = follow_exit(
                exits, e, cell, flows, told_person, told_group, told_flow, n_events, person, group
            )
            n += 1
    return n, n_events


@njit(cache=True, nogil=True)
def _weigh_exits(own: Any, crowd: Any, world: Any, persons: Any, step: Any, factors: Any) -> None:
    """Fill in some persons' own factors on the exits of where they are, shape (person, exit)."""
    at, spans, n_columns = crowd.at, world.span, world.group_of.size
    first, last = np.empty(persons.size, dtype=np.int64), np.empty(persons.size, dtype=np.int64)
    for i in range(persons.size):
        cell = at[persons[i]] // n_columns
        first[i], last[i] = spans[cell, 0], spans[cell, 1]
    fill_factors(own, crowd, world.together, persons, first, last, step, factors)


@njit(cache=True, inline="always")
def _is_ordered(office: Any, outcomes: Any, named: Any) -> Any:
    """Whether those of a named household who wait for an office are to be decided upon now."""
    return office >= 0 and outcomes[office, named] != FREE


@njit(cache=True, nogil=True)
def _hurry(exits: Any, begin: Any, end: Any, each: Any) -> Any:
    """Let all intensity lie on the exits of a queue by which a decision comes nearer; return the intensity."""
    for e in range(begin, end):
        each[e - begin] = _CERTAIN if exits[e, 1] == DECIDE or exits[e, 1] == PROGRESS else 0.0
    return _CERTAIN
