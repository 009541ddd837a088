"""Random numbers by counter: what is drawn depends on who and when, never on order or threads.

A stream is named by integers (seed, draw, step, cell, group); the n-th number of a stream
is a hash of its name and n.  The hash is the finaliser of SplitMix64 (Steele, Lea and
Flood 2014), which is a bijection of 64-bit integers with good avalanche.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MULTIPLY_A = np.uint64(0xBF58476D1CE4E5B9)
_MULTIPLY_B = np.uint64(0x94D049BB133111EB)
_SHIFT_30, _SHIFT_27, _SHIFT_31, _SHIFT_11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_CHOSEN = np.uint64(11000027)
_UNIT = 1.0 / 9007199254740992.0  # 2^-53


@njit(cache=True, inline="always")
def mix(z: Any) -> Any:
    """Scramble a 64-bit integer."""
    z = (z ^ (z >> _SHIFT_30)) * _MULTIPLY_A
    z = (z ^ (z >> _SHIFT_27)) * _MULTIPLY_B
    return z ^ (z >> _SHIFT_31)


@njit(cache=True, inline="always")
def child(name: Any, index: Any) -> Any:
    """Return the name of the ``index``-th stream below a stream."""
    return mix(name + GOLDEN * (np.uint64(index) + np.uint64(1)))


@njit(cache=True, inline="always")
def uniform(name: Any, counter: Any) -> Any:
    """Return the number of a stream at a counter, in the open interval (0, 1)."""
    bits = mix(name ^ mix(np.uint64(counter) * GOLDEN + GOLDEN))
    return (np.float64(bits >> _SHIFT_11) + 0.5) * _UNIT


@njit(cache=True)
def choose_share(numbers: Any, share: Any) -> Any:
    """Return which of some numbers belong to a share of all, always the same ones."""
    chosen = np.empty(numbers.size, dtype=np.bool_)
    for i in range(numbers.size):
        chosen[i] = uniform(_CHOSEN, numbers[i]) < share
    return chosen
