"""Which persons may move in a step: one number for each person and step (Numba).

The generator is Squares (Widynski 2020, arXiv:2004.06278), a counter hashed by four rounds of
squaring; with keys of irregular digits it passes BigCrush and PractRand.  Its counter is made
of the step and the person, so that a person's number depends on neither order nor threads.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from counterstream.simulate.keys import mix

#: Persons whose numbers are drawn at a time: they and what is found about them stay in the nearest memory.
BLOCK = 4096
_HALF, _ZERO, _ONE = np.uint64(32), np.uint64(0), np.uint64(1)
_NIBBLE = np.uint64(4)


@njit(cache=True, inline="always")
def squares(counter: Any, key: Any) -> Any:
    """Return 32 random bits of a counter, as a 64-bit integer."""
    x = counter * key
    y = x
    z = y + key
    x = x * x + y
    x = (x >> _HALF) | (x << _HALF)
    x = x * x + z
    x = (x >> _HALF) | (x << _HALF)
    x = x * x + y
    x = (x >> _HALF) | (x << _HALF)
    return (x * x + z) >> _HALF


@njit(cache=True)
def make_key(name: Any) -> Any:
    """Return a key for :func:`squares`: odd, no digit 0, and in each half eight different hexadecimal digits."""
    key = _ZERO
    state = name
    for _ in range(2):
        used = np.zeros(16, dtype=np.bool_)
        n = 0
        while n < 8:
            state = mix(state + _ONE)
            digit = state >> np.uint64(60)
            # The last digit of all makes the key odd.
            if digit == _ZERO or used[np.int64(digit)] or (n == 7 and digit % np.uint64(2) == _ZERO):
                continue
            used[np.int64(digit)] = True
            key = (key << _NIBBLE) | digit
            n += 1
    return key


@njit(cache=True, inline="always")
def unit_of(person: Any, size: Any, alone: Any) -> Any:
    """Return the person whose random numbers a person shares: the first of the household.

    Households are ``size`` persons with numbers in a row; from the number ``alone`` on everybody lives alone.
    """
    return person if size == 1 or person >= alone else person - person % size


@njit(cache=True, nogil=True)
def screen(people: Any, limit: Any, size: Any, alone: Any, key: Any, step: Any, mask: Any, found: Any) -> Any:
    """Find the persons of a list whose number is at most a limit.

    Parameters
    ----------
    people
        Persons' numbers, uint32.
    limit
        32-bit limit.
    size, alone
        See :func:`unit_of`.
    mask
        Working space, shape (BLOCK,), uint8.
    found
        Filled with places in ``people``.

    Returns
    -------
    int
        How many were found.
    """
    n_found = 0
    base = np.uint64(step) << _HALF
    words = mask.view(np.uint64)
    for begun in range(0, people.size, BLOCK):
        m = min(BLOCK, people.size - begun)
        if size > 1:
            for j in range(m):
                mask[j] = squares(base | np.uint64(unit_of(people[begun + j], size, alone)), key) <= limit
        else:
            for j in range(m):
                mask[j] = squares(base | np.uint64(people[begun + j]), key) <= limit
        n_words = (m + 7) // 8
        for j in range(m, 8 * n_words):
            mask[j] = 0
        for w in range(n_words):
            if words[w] != _ZERO:
                for j in range(8 * w, 8 * w + 8):
                    if mask[j]:
                        found[n_found] = begun + j
                        n_found += 1
    return n_found
