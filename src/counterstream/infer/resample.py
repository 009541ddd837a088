"""How much a figure worked out from chains owes to chance: whole stretches of chains are drawn again."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

#: Fewer stretches than this say too little of how far they differ.
LEAST_STRETCHES = 16


def cut_stretches(n_chains: int, n_draws: int) -> NDArray[np.int64]:
    """Return which stretch each draw belongs to, chain after chain, shape (n_chains * n_draws,).

    Draws of a chain resemble their neighbours, so that single draws would show too little
    chance: a stretch is a chain, or an even part of one where chains are few.
    """
    parts = min(-(-LEAST_STRETCHES // n_chains), n_draws)
    within = np.arange(n_draws) * parts // n_draws
    return (np.arange(n_chains)[:, None] * parts + within).ravel()


def resample_stretches(n_stretches: int, n_times: int, seed: int) -> NDArray[np.float64]:
    """Return how often each stretch is drawn in each resample, shape (n_times, n_stretches).

    Notes
    -----
    The block bootstrap (Künsch 1989) with blocks that do not overlap.
    """
    random = np.random.Generator(np.random.Philox(key=[seed, 2**42]))
    return random.multinomial(n_stretches, np.full(n_stretches, 1.0 / n_stretches), n_times).astype(np.float64)
