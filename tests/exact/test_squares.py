"""The generator of the persons engine against its definition in whole numbers without limit."""

from __future__ import annotations

import numpy as np
import pytest

from counterstream.simulate.keys import child
from counterstream.simulate.persons.squares import WIDTH, make_key, screen, squares

WORD = 2**64 - 1
KEY = 0x548C9DECBCE65297


def swap(x: int) -> int:
    return ((x >> 32) | (x << 32)) & WORD


def define(counter: int, key: int) -> int:
    """Return Squares of 32 bits as Widynski (2020) defines it."""
    x = y = (counter * key) & WORD
    z = (y + key) & WORD
    x = swap((x * x + y) & WORD)
    x = swap((x * x + z) & WORD)
    x = swap((x * x + y) & WORD)
    return ((x * x + z) & WORD) >> 32


@pytest.mark.parametrize("counter", [0, 1, 2**32 - 1, 2**32, 123_456_789_012_345, 2**64 - 1])
def test_numbers_are_those_of_the_definition(counter: int) -> None:
    assert int(squares(np.uint64(counter), np.uint64(KEY))) == define(counter, KEY)


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


@pytest.mark.parametrize("n", [0, 1, WIDTH - 1, WIDTH, WIDTH + 1, 5_000, 100 * WIDTH])
def test_screening_finds_just_those_up_to_the_limit(n: int) -> None:
    people = np.random.default_rng(n).permutation(3 * n + 1)[:n].astype(np.uint32)
    limit, step = np.uint64(2**32 // 20), 17
    found = np.empty(n, dtype=np.int64)
    n_found = screen(people, limit, 1, 0, np.uint64(KEY), step, found)
    wanted = [i for i, person in enumerate(people.tolist()) if define((step << 32) | person, KEY) <= limit]
    assert found[:n_found].tolist() == wanted
    if n > 1000:
        assert 0.03 < n_found / n < 0.07


def test_households_share_the_number_of_their_first() -> None:
    people = np.arange(40, dtype=np.uint32)
    found = np.empty(40, dtype=np.int64)
    # From 30 on everybody lives alone.
    n_found = screen(people, np.uint64(2**31), 3, 30, np.uint64(KEY), 5, found)
    units = [p - p % 3 if p < 30 else p for p in range(40)]
    assert found[:n_found].tolist() == [p for p in range(40) if define((5 << 32) | units[p], KEY) <= 2**31]
