"""Who may move in a step: leading bits of every person's number, for 64 persons at a time (Numba).

A person's number of a step lies in [0, 1) and the person moves if it is below the chance of moving.
The first eight binary digits of the numbers of 64 persons are eight words of 64 bits, one digit of
each person in a word.  Few persons begin with several zeros, so a few words single out those few whose
number must be looked at to the last digit; nobody's number depends on how many words were drawn.

The generator is Squares (Widynski 2020, arXiv:2004.06278), a counter hashed by five rounds of
squaring to 64 bits; with keys of irregular digits it passes BigCrush and PractRand.  Its counter is
made of step, block of 64 persons and digit, so that numbers depend on neither order nor threads.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from counterstream.simulate.keys import mix

#: Persons of a block, and digits drawn by words.
BLOCK, DIGITS = 64, 8
_HALF, _ZERO, _ONE, _NIBBLE = np.uint64(32), np.uint64(0), np.uint64(1), np.uint64(4)
_BLOCK_SHIFT = np.uint64(3)  # 2^3 digits


@njit(cache=True, inline="always")
def squares(counter: Any, key: Any) -> Any:
    """Return 64 random bits of a counter."""
    x = counter * key
    y = x
    z = y + key
    x = x * x + y
    x = (x >> _HALF) | (x << _HALF)
    x = x * x + z
    x = (x >> _HALF) | (x << _HALF)
    x = x * x + y
    x = (x >> _HALF) | (x << _HALF)
    x = x * x + z
    fourth = x
    x = (x >> _HALF) | (x << _HALF)
    return fourth ^ ((x * x + y) >> _HALF)


@njit(cache=True, inline="always")
def draw_digits(step: Any, block: Any, digit: Any, key: Any) -> Any:
    """Return the binary digit (0: the first) of the numbers of a block's persons in a step, as a word."""
    return squares((np.uint64(step) << _HALF) | (np.uint64(block) << _BLOCK_SHIFT) | np.uint64(digit), key)


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


def _write_lowest_bit(_: Any, bits: Any) -> Any:
    """Return the place of the lowest bit that is set."""

    def write(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.uint64), write


lowest_bit: Any = intrinsic(_write_lowest_bit)
