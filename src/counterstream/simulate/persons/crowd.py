"""Everybody by number: who stands in which list, and who lives with whom (Numba).

A *list* is a cell (a status, or a stage of a queue) and a *column*: a group of the system, parted by
classes of frailty where there is any, or a household known by name.  Nobody is listed one by one: a
person's list is a number beside the person, and each list knows how many it has.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from counterstream.simulate.keys import child, uniform
from counterstream.simulate.persons.squares import BLOCK

#: In no list: not born, dead, or gone for good.
NOBODY = -1
_ONE, _LANES = np.uint64(1), np.int64(BLOCK - 1)


class Crowd(NamedTuple):
    """Persons of one draw.

    Parameters
    ----------
    at
        The list of each person (:data:`NOBODY`: none), shape (number,).
    here
        Who is in any list, as bits, shape (block of 64 persons,).
    watched
        Who is looked at in every step, as bits: those in lists that are left with a high chance.
    head
        First member of each person's household; empty where everybody lives alone.
    size
        Persons of each list.
    high
        Whether a list is left with a high chance, shape (list,).
    """

    at: NDArray[np.int32]
    here: NDArray[np.uint64]
    watched: NDArray[np.uint64]
    head: NDArray[np.uint32]
    size: NDArray[np.int64]
    high: NDArray[np.bool_]


def make_crowd(n_numbers: int, n_lists: int, *, households: bool) -> Crowd:
    """Return a crowd with room for as many numbers, everybody in no list and alone."""
    blocks = -(-n_numbers // BLOCK)
    return Crowd(
        np.full(n_numbers, NOBODY, dtype=np.int32),
        np.zeros(blocks, dtype=np.uint64),
        np.zeros(blocks, dtype=np.uint64),
        np.arange(n_numbers if households else 0, dtype=np.uint32),
        np.zeros(n_lists, dtype=np.int64),
        np.zeros(n_lists, dtype=np.bool_),
    )


def widen(crowd: Crowd, n_numbers: int) -> Crowd:
    """Return the crowd with room for more numbers."""
    wider = make_crowd(n_numbers, crowd.size.size, households=crowd.head.size > 0)
    for new, old in zip(wider, crowd, strict=True):
        new[: old.size] = old
    return wider


@njit(cache=True, inline="always")
def set_bit(bits: Any, person: Any) -> None:
    """Set a person's bit."""
    bits[np.int64(person) // BLOCK] |= _ONE << np.uint64(np.int64(person) & _LANES)


@njit(cache=True, inline="always")
def clear_bit(bits: Any, person: Any) -> None:
    """Clear a person's bit."""
    bits[np.int64(person) // BLOCK] &= ~(_ONE << np.uint64(np.int64(person) & _LANES))


@njit(cache=True, nogil=True)
def fill_list(crowd: Any, there: Any, first: Any, n: Any) -> None:
    """Put persons with numbers in a row into a list."""
    at, present = crowd.at, crowd.here
    for person in range(first, first + n):
        at[person] = there
        set_bit(present, person)
    crowd.size[there] += n


@njit(cache=True, nogil=True)
def lay_households(head: Any, first: Any, n: Any, sizes: Any, upto: Any, name: Any) -> None:
    """Part persons with numbers in a row into households; the last one may be smaller.

    Parameters
    ----------
    sizes, upto
        Sizes, and shares of households of that size or one before.
    name
        Stream of the list.
    """
    person, household = first, 0
    while person < first + n:
        u = uniform(name, household)
        k = 0
        while k < sizes.size - 1 and u >= upto[k]:
            k += 1
        end = min(person + sizes[k], first + n)
        for member in range(person, end):
            head[member] = person
        person, household = end, household + 1


@njit(cache=True, nogil=True)
def mark(crowd: Any, together: Any, n_columns: Any) -> None:
    """Mark anew who is to be looked at in every step; for a whole household its first member stands."""
    at, high, head, watched = crowd.at, crowd.high, crowd.head, crowd.watched
    watched[:] = 0
    for person in range(at.size):
        here = at[person]
        if here >= 0 and high[here]:
            set_bit(watched, person)
            if head.size > 0 and together[here // n_columns]:
                set_bit(watched, head[person])


@njit(cache=True, inline="always")
def unit_of(crowd: Any, together: Any, n_columns: Any, person: Any) -> Any:
    """Return the person whose numbers a person shares: the head of a household that is together, or the person."""
    here = crowd.at[person]
    if crowd.head.size > 0 and here >= 0 and together[here // n_columns]:
        return np.int64(crowd.head[person])
    return np.int64(person)


@njit(cache=True, nogil=True)
def find_in_cell(crowd: Any, cell: Any, n_columns: Any) -> Any:
    """Return the persons of a cell, by number."""
    n = crowd.size[cell * n_columns : (cell + 1) * n_columns].sum()
    found, at = np.empty(n, dtype=np.int64), crowd.at
    k = 0
    for person in range(at.size):
        if k == n:
            break
        here = at[person]
        if here >= 0 and here // n_columns == cell:
            found[k] = person
            k += 1
    return found[:k]


@njit(cache=True, nogil=True)
def split_by_class(crowd: Any, further: Any) -> None:
    """Move everybody to a list that lies so many further on."""
    at, sizes = crowd.at, crowd.size
    for person in range(further.size):
        here = at[person]
        at[person] = here + further[person]
        sizes[here] -= 1
        sizes[here + further[person]] += 1


@njit(cache=True)
def name_life(name: Any, person: Any) -> Any:
    """Return the stream of what a person has for life."""
    return child(child(name, 6000011), person)
