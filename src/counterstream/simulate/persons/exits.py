"""By which exit a person leaves, and what is noted of a move; for both ways of stepping (Numba)."""

from __future__ import annotations

from typing import Any

from numba import njit

from counterstream.simulate.kernel import DECIDE, PROGRESS
from counterstream.simulate.persons.records import CELLS, WAITS


@njit(cache=True, inline="always")
def pick(rest: Any, each: Any, n: Any) -> Any:
    """Return the place among ``n`` weights in a row at which ``rest`` is used up."""
    place = 0
    while place < n - 1 and rest >= each[place]:
        rest -= each[place]
        place += 1
    return place


@njit(cache=True, inline="always")
def record(
    flows: Any, told_person: Any, told_group: Any, told_flow: Any, n: Any, person: Any, group: Any, flow: Any
) -> Any:
    """Count a move in its flow, and among the events where there is room; return how many events there are."""
    flows[flow, group] += 1
    if n < told_person.size:
        told_person[n], told_group[n], told_flow[n] = person, group, flow
    return n + 1


@njit(cache=True, inline="always")
def follow_exit(
    exits: Any,
    e: Any,
    cell: Any,
    flows: Any,
    told_person: Any,
    told_group: Any,
    told_flow: Any,
    n_events: Any,
    person: Any,
    group: Any,
) -> Any:
    """Return where an exit of a cell leads, and how many events there are: a decision or a stage nearer is none."""
    kind, to = exits[e, 1], exits[e, 4]
    if kind == DECIDE:
        to = WAITS - to
    elif kind == PROGRESS:
        to = CELLS + cell + 1
    else:
        n_events = record(flows, told_person, told_group, told_flow, n_events, person, group, exits[e, 3])
    return to, n_events
