"""Persons at the start by status and group, as far as the declared numbers tell."""

from __future__ import annotations

import math

from counterstream.spec.scope import GroupIndex
from counterstream.system.system import InitialStock, System

#: Persons by status and place of the group; infinite where the number is a parameter.
AtStart = dict[tuple[str, int], float]

#: Stocks times groups that are counted; a file that has more is hostile, and must not take long either.
_MAX_COUNTED = 200_000


def count_at_start(draft: System, index: GroupIndex) -> AtStart | None:
    """Return the persons of each status and group at the start, without empty ones.

    ``None`` if there are too many to be counted while a file is checked.
    """
    if len(draft.initial) * len(index.groups) > _MAX_COUNTED:
        return None
    counts: AtStart = {}
    for stock in draft.initial:
        persons = math.inf if isinstance(stock.persons, str) else stock.persons
        weights = _weigh(stock, index)
        total = math.fsum(weights.values())
        for place, weight in weights.items():
            if weight > 0.0 and persons > 0.0:
                key = stock.status, place
                counts[key] = counts.get(key, 0.0) + persons * (weight / total)
    return counts


def _weigh(stock: InitialStock, index: GroupIndex) -> dict[int, float]:
    """Return the weights of the picked groups: products of the weights of their values."""
    bits = index.pick(stock.groups)
    tables = {name: dict(pairs) for name, pairs in stock.weights}
    return {
        place: math.prod(tables[name].get(value, 0.0) for name, value in group.attributes if name in tables)
        for place, group in enumerate(index.groups)
        if bits >> place & 1
    }
