"""Sharing a change out among its causes: Shapley values.

A *coalition* is the set of causes that act; ``evaluate`` returns what comes of each.  The
Shapley value of a cause is its mean effect over all orders in which the causes may be let
loose one after another (Shapley 1953); together the values are what all causes make of the
case in which none acts.
"""

from __future__ import annotations

from collections.abc import Callable
from math import comb
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Coalitions = NDArray[np.bool_]
#: Takes coalitions, shape (n, cause), and returns values, shape (n, ...).
Evaluate = Callable[[Coalitions], Floats]
#: Causes up to which all coalitions are enumerated.
MOST_ENUMERATED = 12


class Shares(NamedTuple):
    """Shapley values.

    Parameters
    ----------
    values
        Shape (cause, ...).
    none, all
        Values of the case without and with all causes, shape (...).
    errors
        Standard error of the values' means over the trailing axes from sampling orders, shape
        (cause,); 0 where all coalitions were enumerated.
    n_orders
        Orders sampled; 0 where all coalitions were enumerated.
    """

    values: Floats
    none: Floats
    all: Floats
    errors: Floats
    n_orders: int


def share_out(evaluate: Evaluate, n_causes: int, *, n_orders: int = 100, seed: int = 1) -> Shares:
    """Return Shapley values: exact up to :data:`MOST_ENUMERATED` causes, from sampled orders beyond.

    Parameters
    ----------
    n_orders
        Orders to sample (an even number: each is taken with its reverse, which cancels what
        is linear in a cause's place; Mitchell, Cooper, Frank and Holmes 2022).
    """
    if n_causes <= MOST_ENUMERATED:
        return _enumerate(evaluate, n_causes)
    return _sample(evaluate, n_causes, n_orders, seed)


def _enumerate(evaluate: Evaluate, n: int) -> Shares:
    coalitions: Coalitions = np.array([[bool(number >> cause & 1) for cause in range(n)] for number in range(2**n)])
    worth = evaluate(coalitions)
    sizes = coalitions.sum(axis=1)
    values = np.zeros((n, *worth.shape[1:]))
    for cause in range(n):
        without = np.flatnonzero(~coalitions[:, cause])
        # A coalition of size s comes before the cause in s! (n - s - 1)! of n! orders.
        weights = np.array([1.0 / (n * comb(n - 1, int(size))) for size in sizes[without]])
        values[cause] = np.tensordot(weights, worth[without | (1 << cause)] - worth[without], axes=1)
    return Shares(values, worth[0], worth[-1], np.zeros(n), 0)


def _sample(evaluate: Evaluate, n: int, n_orders: int, seed: int) -> Shares:
    random = np.random.default_rng(seed)
    pairs = max(1, n_orders // 2)
    orders: list[NDArray[np.int64]] = []
    for _ in range(pairs):
        order = random.permutation(n)
        orders += [order, order[::-1]]
    # Coalition k of an order lets its first k causes act; none and all are the same for every order.
    chains: Coalitions = np.zeros((len(orders), n + 1, n), dtype=bool)
    for chain, order in zip(chains, orders, strict=True):
        for k, cause in enumerate(order):
            chain[k + 1 :, cause] = True
    distinct, place = np.unique(chains.reshape(-1, n), axis=0, return_inverse=True)
    worth = evaluate(distinct)
    told = place.reshape(len(orders), n + 1)
    steps = np.zeros((pairs, n, *worth.shape[1:]))
    for i, order in enumerate(orders):
        for k, cause in enumerate(order):
            steps[i // 2, cause] += 0.5 * (worth[told[i, k + 1]] - worth[told[i, k]])
    means = steps.reshape(pairs, n, -1).mean(axis=2)
    spread = means.std(axis=0, ddof=1) if pairs > 1 else np.full(n, np.nan)
    return Shares(steps.mean(axis=0), worth[told[0, 0]], worth[told[0, -1]], spread / np.sqrt(pairs), 2 * pairs)
