"""What a person's own circumstances do to intensities, chances and shares (Numba).

Every exit of a cell, every decision and every alternative of a choice is a *target*.  The terms of a
target add up to the logarithm of a factor that is the person's own; where the household decides, its
members' factors are reduced to one.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic
from numpy.typing import NDArray

from counterstream.simulate.persons.fetching import fetch

#: Kinds of term.
BY_EXPOSURE, BY_FRAILTY, BY_AGE, BY_THRESHOLD = 0, 1, 2, 3
#: Kinds of amount: as it stands, a running average of what stands, what came and fades.
STANDING, AVERAGED, FADING = 0, 1, 2
#: Who speaks for a household.
HEAD, ANY, ALL = 0, 1, 2
#: Persons whose bounds are worked out together.
_TOGETHER = 1 << 16
#: How many persons ahead memory is asked for.
_AHEAD = 4

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
def _amount(kind: Any, now: Any, kept: Any, left: Any) -> Any:
    """Return an amount: as it stands, or what is left of what was kept."""
    if kind == STANDING:
        return now
    return now + (kept - now) * left if kind == AVERAGED else kept * left


@njit(cache=True, inline="always")
def _age_term(profile: Any, age: Any, band_span: Any, band_from: Any, band_log: Any) -> Any:
    """Return the logarithm of an age's factor in a profile."""
    band = band_span[profile, 1] - 1
    while band > band_span[profile, 0] and age < band_from[band]:
        band -= 1
    return band_log[band]


@njit(cache=True, nogil=True)
def _fetch_exposure(amounts: Any, degrees: Any, persons: Any) -> None:
    """Ask for what an exposure of some persons is made of."""
    for i in range(persons.size):
        fetch(amounts, np.int64(persons[i]))
        fetch(degrees, np.int64(persons[i]))


@njit(cache=True, nogil=True)
def _take_exponentials(told: Any, first: Any, last: Any) -> None:
    for i in range(first.size):
        for place in range(last[i] - first[i]):
            told[i, place] = math.exp(told[i, place])


@njit(cache=True, nogil=True)
def fill_factors(
    own: Any, crowd: Any, together: Any, persons: Any, first: Any, last: Any, step: Any, told: Any
) -> None:
    """Fill in persons' own factors, or those of the households that they decide with.

    Of the members in the same list the first speaks, or the one with the highest or lowest factor.
    All persons are gone through in one call: every array that a call takes costs as much as a term.

    Parameters
    ----------
    together
        Whether households decide together, shape (cell,).
    persons, first, last
        Whom it is asked of, and their first and last-plus-one target.
    step
        The step at whose start it is.
    told
        Filled, shape (person, target), from each person's first target on.
    """
    at, head, n_columns, decider = crowd.at, crowd.head, crowd.size.size // together.size, own.decider
    spans, term_kind, which, row, values = own.span, own.term_kind, own.which, own.row, own.value
    traits, frailty, age_row, aged = own.traits, own.frailty, own.age, step * own.years_per_step
    band_span, band_from, band_log = own.band_span, own.band_from, own.band_log
    kinds, memory, keep, form, degree = own.kind, own.memory, own.keep, own.form, own.degree
    amounts, kept, since = own.amount, own.kept, own.since
    # Of the member looked at; worked out when first needed.
    exposures, known, looked = np.empty(kinds.size), np.zeros(kinds.size, dtype=np.int64), 0
    for e in range(kinds.size):
        _fetch_exposure(amounts[e], traits[degree[e]], persons)
    for i in range(persons.size):
        person = np.int64(persons[i])
        here = at[person]
        shares = head.size > 0 and here >= 0 and together[here // n_columns]
        unit = np.int64(head[person]) if shares else person
        member, spoken = unit, False
        while not spoken or (shares and decider != HEAD and member < head.size and np.int64(head[member]) == unit):
            if shares and at[member] != here:
                member += 1
                continue
            looked += 1
            for target in range(first[i], last[i]):
                total = 0.0
                for k in range(spans[target, 0], spans[target, 1]):
                    kind, value, e = term_kind[k], values[k], which[k]
                    if kind in (BY_EXPOSURE, BY_THRESHOLD) and known[e] != looked:
                        amount, m = np.float64(amounts[e, member]), memory[e]
                        if kinds[e] != STANDING:
                            left = keep[e] ** np.float64(step - since[m, member])
                            amount = _amount(kinds[e], amount, np.float64(kept[m, member]), left)
                        exposures[e] = _call_form(form[e], amount, np.float64(traits[degree[e], member]))
                        known[e] = looked
                    if kind == BY_EXPOSURE:
                        total += value * exposures[e]
                    elif kind == BY_FRAILTY:
                        total += value * np.float64(traits[frailty, member]) - 0.5 * value * value
                    elif kind == BY_AGE:
                        age = np.float64(traits[age_row, member]) + aged
                        total += _age_term(e, age, band_span, band_from, band_log)
                    elif exposures[e] < np.float64(traits[row[k], member]):
                        total += value
                place = target - first[i]
                if spoken:
                    other = told[i, place]
                    total = max(other, total) if decider == ANY else min(other, total)
                told[i, place] = total
            spoken = True
            member += 1
    _take_exponentials(told, first, last)


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


@njit(cache=True, nogil=True)
def raise_bounds(own: Any, crowd: Any, persons: Any) -> None:
    """See to it that lists' bounds hold for persons who stand in them, until something reaches a person."""
    at, most, frailty = crowd.at, own.most, own.frailty
    for e in range(own.kind.size):
        amounts = own.amount[e]
        kept = own.kept[own.memory[e]] if own.kind[e] != STANDING else amounts
        _raise_bound(own.form[e], amounts, kept, own.traits[own.degree[e]], most[e], at, persons)
    if frailty >= 0:
        worn, last = own.traits[frailty], most.shape[0] - 1
        for i in range(persons.size):
            here = at[persons[i]]
            if here >= 0:
                most[last, here] = max(most[last, here], np.float64(worn[persons[i]]))


@njit(cache=True, nogil=True)
def _raise_bound(form: Any, amounts: Any, kept: Any, degrees: Any, most: Any, at: Any, persons: Any) -> None:
    """Do so for one exposure."""
    for i in range(persons.size):
        person = persons[i]
        here = at[person]
        if here >= 0:
            # An averaged amount lies between what it was and what it tends to, a fading one below what it was.
            amount = max(np.float64(amounts[person]), np.float64(kept[person]))
            most[here] = max(most[here], _call_form(form, amount, np.float64(degrees[person])))


@njit(cache=True, nogil=True)
def renew_bounds(own: Any, crowd: Any) -> None:
    """Work all lists' bounds out anew: what was once reached is no longer there."""
    own.most[:] = 0.0
    own.most[own.most.shape[0] - 1] = -40.0
    for first in range(0, crowd.at.size, _TOGETHER):
        raise_bounds(own, crowd, np.arange(first, min(first + _TOGETHER, crowd.at.size)))


@njit(cache=True, inline="always")
def _fetch_ties(start: Any, to: Any, persons: Any, i: Any, at: Any, amounts: Any, degrees: Any) -> None:
    """Ask for what is needed of the persons that come after the ``i``-th, the nearer the more."""
    n, last = persons.size, start.size - 1
    if i + 3 * _AHEAD < n:
        fetch(start, np.int64(persons[i + 3 * _AHEAD]))
    if i + 2 * _AHEAD < n and persons[i + 2 * _AHEAD] < last:
        fetch(to, start[persons[i + 2 * _AHEAD]])
    if i + _AHEAD < n and persons[i + _AHEAD] < last:
        person = persons[i + _AHEAD]
        for k in range(start[person], start[person + 1]):
            fetch(at, np.int64(to[k]))
            fetch(amounts, np.int64(to[k]))
            fetch(degrees, np.int64(to[k]))


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
    kind, remembers, keep, form = own.kind[e], own.kind[e] != STANDING, own.keep[e], own.form[e]
    at, amounts, degrees, most = crowd.at, own.amount[e], own.traits[own.degree[e]], own.most[e]
    kept = own.kept[own.memory[e]] if remembers else amounts
    since = own.since[own.memory[e]] if remembers else at
    for i in range(persons.size):
        _fetch_ties(start, to, persons, i, at, amounts, degrees)
        person = persons[i]
        # Who entered after ties were laid has none.
        if person >= start.size - 1:
            continue
        tied = to[start[person] : start[person + 1]]
        for k in range(tied.size):
            other = np.int64(tied[k])
            if remembers:
                left = keep ** np.float64(step - since[other])
                kept[other] = _amount(kind, np.float64(amounts[other]), np.float64(kept[other]), left)
                since[other] = step
            if kind == FADING:
                kept[other] += changes[i]
            else:
                amounts[other] += changes[i]
        _raise_bound(form, amounts, kept, degrees, most, at, tied)


@njit(cache=True, nogil=True)
def settle_averages(own: Any) -> None:
    """Take what stands at the start as what has long stood."""
    for e in range(own.kind.size):
        if own.kind[e] == AVERAGED:
            own.kept[own.memory[e]] = own.amount[e]
