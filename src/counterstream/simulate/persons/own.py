"""What a person's own circumstances do to intensities, chances and shares (Numba).

Every exit of a cell, every decision and every alternative of a choice is a *target*.  The terms of a
target add up to the logarithm of a factor that is the person's own; where the household decides, its
members' factors are reduced to one.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic
from numpy.typing import NDArray

#: Kinds of term.
BY_EXPOSURE, BY_FRAILTY, BY_AGE, BY_THRESHOLD = 0, 1, 2, 3
#: Kinds of amount: as it stands, a running average of what stands, what came and fades.
STANDING, AVERAGED, FADING = 0, 1, 2
#: Who speaks for a household.
HEAD, ANY, ALL = 0, 1, 2

Floats32 = NDArray[np.float32]
Integers = NDArray[np.int64]


class Own(NamedTuple):
    """Everything that persons have of their own.

    One flat record: reading a record within a record costs more than all that is done with it.

    Parameters
    ----------
    span
        First and last-plus-one term of each target, shape (target, 2).
    term_kind, which, row, value
        Of each term: what it is; its exposure or age profile; its row of traits (frailty or
        threshold); effect, spread, or the log of the factor below the threshold.
    band_span, band_from, band_log
        Age profiles: first and last-plus-one band of each; lowest age in years and log factor of bands.
    kind, memory, keep, form, degree
        Of each exposure: kind of amount; its row of ``kept``; what a step leaves of it; address of the
        compiled form; row of traits with the persons' numbers of ties.
    amount
        Ties that count now, or moves that were never forgotten, shape (exposure, person).
    kept, since
        Averaged or fading amount, and the step of which it is, shape (memory, person).
    most
        Bounds by list: of each exposure, and in the last row of frailty, shape (exposure + 1, list).
    traits
        Fixed for life, shape (trait, person): frailty, age at the first step, thresholds, numbers of ties.
    frailty, age
        Their rows (-1: none).
    decider
        Who speaks for a household.
    years_per_step
        By which persons grow older.
    entry_age
        Age in years of those who enter.
    """

    span: Integers
    term_kind: Integers
    which: Integers
    row: Integers
    value: NDArray[np.float64]
    band_span: Integers
    band_from: NDArray[np.float64]
    band_log: NDArray[np.float64]
    kind: Integers
    memory: Integers
    keep: NDArray[np.float64]
    form: Integers
    degree: Integers
    amount: Floats32
    kept: Floats32
    since: NDArray[np.int32]
    most: NDArray[np.float64]
    traits: Floats32
    frailty: int
    age: int
    decider: int
    years_per_step: float
    entry_age: float


def _write_call(_: Any, address: Any, amount: Any, ties: Any) -> Any:
    """Call a compiled function of two numbers by its address, so that users' forms need no new compilation."""

    def write(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        number = ir.DoubleType()
        function = builder.inttoptr(arguments[0], ir.FunctionType(number, [number, number]).as_pointer())
        return builder.call(function, arguments[1:])

    return types.float64(types.int64, types.float64, types.float64), write


_call_form: Any = intrinsic(_write_call)


@njit(cache=True, inline="always")
def amount_at(own: Any, e: Any, person: Any, step: Any) -> Any:
    """Return the amount of an exposure at the start of a step."""
    kind = own.kind[e]
    now = np.float64(own.amount[e, person])
    if kind == STANDING:
        return now
    row = own.memory[e]
    left = own.keep[e] ** np.float64(step - own.since[row, person])
    kept = np.float64(own.kept[row, person])
    return now + (kept - now) * left if kind == AVERAGED else kept * left


@njit(cache=True, inline="always")
def exposure_at(own: Any, e: Any, person: Any, step: Any) -> Any:
    """Return an exposure's value for a person at the start of a step."""
    return _call_form(own.form[e], amount_at(own, e, person, step), np.float64(own.traits[own.degree[e], person]))


@njit(cache=True, inline="always")
def _age_term(own: Any, profile: Any, age: Any) -> Any:
    k = own.band_span[profile, 1] - 1
    while k > own.band_span[profile, 0] and age < own.band_from[k]:
        k -= 1
    return own.band_log[k]


@njit(cache=True, inline="always")
def log_factor(own: Any, target: Any, person: Any, step: Any) -> Any:
    """Return the logarithm of a person's own factor at a target."""
    total = 0.0
    for k in range(own.span[target, 0], own.span[target, 1]):
        kind, value = own.term_kind[k], own.value[k]
        if kind == BY_EXPOSURE:
            total += value * exposure_at(own, own.which[k], person, step)
        elif kind == BY_FRAILTY:
            total += value * np.float64(own.traits[own.frailty, person]) - 0.5 * value * value
        elif kind == BY_AGE:
            age = np.float64(own.traits[own.age, person]) + step * own.years_per_step
            total += _age_term(own, own.which[k], age)
        elif exposure_at(own, own.which[k], person, step) < np.float64(own.traits[own.row[k], person]):
            total += value
    return total


@njit(cache=True)
def log_bound(own: Any, target: Any, here: Any) -> Any:
    """Return what nobody in a list surpasses."""
    most, total = own.most, 0.0
    for k in range(own.span[target, 0], own.span[target, 1]):
        kind, value = own.term_kind[k], own.value[k]
        if kind == BY_EXPOSURE:
            total += max(value, 0.0) * most[own.which[k], here]
        elif kind == BY_FRAILTY:
            total += value * most[most.shape[0] - 1, here] - 0.5 * value * value
        elif kind == BY_AGE:
            first, last = own.band_span[own.which[k], 0], own.band_span[own.which[k], 1]
            total += own.band_log[first:last].max()
        else:
            total += max(value, 0.0)
    return total


@njit(cache=True)
def shared_log_factor(own: Any, target: Any, crowd: Any, together: Any, person: Any, step: Any) -> Any:
    """Return the log factor of a person, or of the household that the person decides with.

    Of the members in the same list the first speaks, or the one with the highest or lowest factor.
    ``together`` says of cells whether households decide together.
    """
    if own.span[target, 0] == own.span[target, 1]:
        return 0.0
    head, here = crowd.head, crowd.at[person]
    if head.size == 0 or here < 0 or not together[here // (crowd.size.size // together.size)]:
        return log_factor(own, target, person, step)
    told, first = 0.0, True
    unit = np.int64(head[person])
    member = unit
    while member < head.size and np.int64(head[member]) == unit:
        if crowd.at[member] == here:
            value = log_factor(own, target, member, step)
            if first:
                told = value
            elif own.decider == ANY:
                told = max(told, value)
            elif own.decider == ALL:
                told = min(told, value)
            first = False
            if own.decider == HEAD:
                break
        member += 1
    return told


@njit(cache=True, inline="always")
def raise_bounds(own: Any, person: Any, here: Any) -> None:
    """See to it that a list's bounds hold for a person who stands in it, until something reaches the person."""
    for e in range(own.kind.size):
        _raise_bound(own, e, person, here)
    if own.frailty >= 0:
        own.most[own.most.shape[0] - 1, here] = max(
            own.most[own.most.shape[0] - 1, here], np.float64(own.traits[own.frailty, person])
        )


@njit(cache=True, inline="always")
def _raise_bound(own: Any, e: Any, person: Any, here: Any) -> None:
    # An averaged amount lies between what it was and what it tends to, a fading one below what it was.
    amount = np.float64(own.amount[e, person])
    if own.kind[e] != STANDING:
        amount = max(amount, np.float64(own.kept[own.memory[e], person]))
    value = _call_form(own.form[e], amount, np.float64(own.traits[own.degree[e], person]))
    own.most[e, here] = max(own.most[e, here], value)


@njit(cache=True, nogil=True)
def renew_bounds(own: Any, crowd: Any) -> None:
    """Work all lists' bounds out anew: what was once reached is no longer there."""
    own.most[:] = 0.0
    own.most[own.most.shape[0] - 1] = -40.0
    for person in range(crowd.at.size):
        if crowd.at[person] >= 0:
            raise_bounds(own, person, crowd.at[person])


@njit(cache=True, nogil=True)
def spread(own: Any, e: Any, crowd: Any, start: Any, to: Any, persons: Any, changes: Any, step: Any) -> None:
    """Bring what happened to persons to all whom they are tied to.

    Parameters
    ----------
    e
        The exposure.
    start, to
        The network: ties of a person are ``to[start[person]:start[person + 1]]``.
    persons, changes
        Who, and by how much the amount changes for those tied to them.
    step
        The step from whose start on it counts.
    """
    kind, row = own.kind[e], own.memory[e]
    for i in range(persons.size):
        person = persons[i]
        # Who entered after ties were laid has none.
        if person >= start.size - 1:
            continue
        for k in range(start[person], start[person + 1]):
            tied = np.int64(to[k])
            if kind != STANDING:
                own.kept[row, tied] = amount_at(own, e, tied, step)
                own.since[row, tied] = step
            if kind == FADING:
                own.kept[row, tied] += changes[i]
            else:
                own.amount[e, tied] += changes[i]
            if crowd.at[tied] >= 0:
                _raise_bound(own, e, tied, crowd.at[tied])


@njit(cache=True, nogil=True)
def settle_averages(own: Any) -> None:
    """Take what stands at the start as what has long stood."""
    for e in range(own.kind.size):
        if own.kind[e] == AVERAGED:
            own.kept[own.memory[e]] = own.amount[e]
