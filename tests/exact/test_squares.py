"""The generator of the persons engine against its definition in whole numbers without limit."""

from __future__ import annotations

import numpy as np
import pytest
from numba import njit

from counterstream.simulate.keys import child
from counterstream.simulate.persons.squares import BLOCK, DIGITS, draw_digits, lowest_bit, make_key, squares

WORD = 2**64 - 1
KEY = 0x548C9DECBCE65297


def swap(x: int) -> int:
    return ((x >> 32) | (x << 32)) & WORD


def define(counter: int, key: int) -> int:
    """Return Squares of 64 bits as Widynski (2020, version of 2022) defines it."""
    x = y = (counter * key) & WORD
    z = (y + key) & WORD
    x = swap((x * x + y) & WORD)
    x = swap((x * x + z) & WORD)
    x = swap((x * x + y) & WORD)
    fourth = x = (x * x + z) & WORD
    x = swap(x)
    return fourth ^ (((x * x + y) & WORD) >> 32)


@pytest.mark.parametrize("counter", [0, 1, 2**32 - 1, 2**32, 123_456_789_012_345, 2**64 - 1])
def test_numbers_are_those_of_the_definition(counter: int) -> None:
    assert int(squares(np.uint64(counter), np.uint64(KEY))) == define(counter, KEY)


def test_no_two_digits_of_a_run_come_from_the_same_counter() -> None:
    key = np.uint64(KEY)
    places = [(step, block, digit) for step in (0, 1, 2**20) for block in (0, 1, 2**26 - 1) for digit in range(DIGITS)]
    words = [int(draw_digits(step, block, digit, key)) for step, block, digit in places]
    counters = [(step << 32) | (block << 3) | digit for step, block, digit in places]
    assert words == [define(counter, KEY) for counter in counters]
    assert len(set(counters)) == len(places)


def test_digits_are_even_and_know_nothing_of_one_another() -> None:
    words = [
        [int(draw_digits(step, block, digit, np.uint64(KEY))) for digit in range(DIGITS)]
        for step in range(20)
        for block in range(40)
    ]
    digits = np.array([[[word >> lane & 1 for lane in range(BLOCK)] for word in row] for row in words])
    n = digits[:, 0].size
    # 51,200 persons and steps: five standard deviations of a share of a half; chance of a false alarm 1e-4 in all.
    assert np.abs(digits.mean(axis=(0, 2)) - 0.5).max() < 5 * 0.5 / np.sqrt(n)
    signs = 1.0 - 2.0 * np.moveaxis(digits, 1, 0).reshape(DIGITS, -1)
    off = (signs @ signs.T / n)[np.triu_indices(DIGITS, 1)]
    assert np.abs(off).max() < 5 / np.sqrt(n)
    # Six leading zeros single out one in 64.
    singled = (digits[:, :6] == 0).all(axis=1).mean()
    assert singled == pytest.approx(1 / 64, abs=5 * np.sqrt(1 / 64 / n))


@pytest.mark.parametrize("place", [0, 1, 31, 32, 63])
def test_the_lowest_bit_is_found(place: int) -> None:
    find = njit(lambda bits: lowest_bit(bits))
    assert find(np.uint64((1 << place) | (1 << 63))) == place


def test_keys_are_odd_and_their_digits_differ() -> None:
    seen: set[int] = set()
    for index in range(200):
        key = int(make_key(np.uint64(child(np.uint64(7), np.uint64(index)))))
        digits = f"{key:016x}"
        assert key % 2 == 1
        assert "0" not in digits
        assert len(set(digits[:8])) == len(set(digits[8:])) == 8
        seen.add(key)
    assert len(seen) == 200
