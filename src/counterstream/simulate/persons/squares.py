"""Which persons may move in a step: one number for each person and step (Numba).

The generator is Squares (Widynski 2020, arXiv:2004.06278), a counter hashed by four rounds of
squaring; with keys of irregular digits it passes BigCrush and PractRand.  Its counter is made
of the step and the person, so that a person's number depends on neither order nor threads.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from counterstream.simulate.keys import mix

#: Persons whose numbers are drawn by one stretch of vector instructions.
WIDTH = 16
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


def _write_vector_hits(_: Any, people: Any, place: Any, start: Any, key: Any, limit: Any) -> Any:
    """Return :func:`squares` of ``WIDTH`` persons from a place on, compared with a limit, as bits.

    Compilers do not turn comparisons into bits by themselves.  ``start`` is the step's part of the
    counter times the key.  Squares of 64-bit numbers are put together from products of halves:
    two multiplications instead of the three of any product.
    """
    word, wide = ir.IntType(64), ir.VectorType(ir.IntType(64), WIDTH)
    narrow = ir.VectorType(ir.IntType(32), WIDTH)
    signature = types.uint64(people, place, start, key, limit)

    def write(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        def all_of(value: int) -> Any:
            return ir.Constant(wide, [value] * WIDTH)

        def spread(scalar: Any) -> Any:
            empty = ir.Constant(wide, ir.Undefined)
            first = builder.insert_element(empty, scalar, ir.Constant(ir.IntType(32), 0))
            return builder.shuffle_vector(first, empty, ir.Constant(narrow, [0] * WIDTH))

        def low(x: Any) -> Any:
            return builder.and_(x, all_of(2**32 - 1))

        def high(x: Any) -> Any:
            return builder.lshr(x, all_of(32))

        def square(x: Any) -> Any:
            mixed = builder.shl(builder.mul(low(x), high(x)), all_of(33))
            return builder.add(builder.mul(low(x), low(x)), mixed)

        def swapped(x: Any) -> Any:
            return builder.or_(high(x), builder.shl(x, all_of(32)))

        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        pointer = builder.bitcast(builder.gep(array.data, [arguments[1]]), narrow.as_pointer())
        loaded = builder.load(pointer)
        loaded.align = 4
        person, begun, keys, most = builder.zext(loaded, wide), *(spread(a) for a in arguments[2:])
        by_high = builder.shl(builder.mul(person, high(keys)), all_of(32))
        y = builder.add(begun, builder.add(builder.mul(person, low(keys)), by_high))
        z = builder.add(y, keys)
        x = y
        for added in (y, z, y):
            x = swapped(builder.add(square(x), added))
        number = high(builder.add(square(x), z))
        bits = builder.bitcast(builder.icmp_unsigned("<=", number, most), ir.IntType(WIDTH))
        return builder.zext(bits, word)

    return signature, write


def _write_lowest_bit(_: Any, bits: Any) -> Any:
    """Return the place of the lowest bit that is set."""

    def write(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.uint64), write


_vector_hits: Any = intrinsic(_write_vector_hits)
_lowest_bit: Any = intrinsic(_write_lowest_bit)


@njit(cache=True, nogil=True)
def screen(people: Any, limit: Any, size: Any, alone: Any, key: Any, step: Any, found: Any) -> Any:
    """Find the persons of a list whose number is at most a limit.

    Parameters
    ----------
    people
        Persons' numbers, uint32.
    limit
        32-bit limit.
    size, alone
        See :func:`unit_of`.
    found
        Filled with places in ``people``.

    Returns
    -------
    int
        How many were found.
    """
    n_found = 0
    base = np.uint64(step) << _HALF
    whole = people.size // WIDTH * WIDTH if size == 1 else 0
    for place in range(0, whole, WIDTH):
        bits = _vector_hits(people, place, base * key, key, limit)
        while bits != _ZERO:
            found[n_found] = place + _lowest_bit(bits)
            n_found += 1
            bits &= bits - _ONE
    for place in range(whole, people.size):
        if squares(base | np.uint64(unit_of(people[place], size, alone)), key) <= limit:
            found[n_found] = place
            n_found += 1
    return n_found
