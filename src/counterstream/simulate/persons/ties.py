"""Networks: who is tied to whom (Numba).

Ties are laid from numbers named by the person who lays them, once to count and once to write, so that
nothing but the network itself takes memory, and neither order nor threads matter.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from counterstream.simulate.keys import child, uniform

#: How ties are laid.
RANDOM, SMALL_WORLD, PREFERENTIAL = 0, 1, 2
_LAID, _WHICH, _PLACE = 0, 1, 2


class Network(NamedTuple):
    """Mutual ties: those of a person are ``to[start[person]:start[person + 1]]``.

    Two persons tied twice count twice, which in a population of any size happens to hardly anybody.
    """

    start: NDArray[np.int64]
    to: NDArray[np.uint32]

    def degrees(self) -> NDArray[np.int64]:
        """Return each person's number of ties."""
        return np.diff(self.start)


class Circles(NamedTuple):
    """Within what circles ties are laid.

    Parameters
    ----------
    members
        Persons who have ties, circle by circle, by number within one.
    first
        Where each circle begins, and where the last ends.
    upto
        For a member's circle, the chance that a tie leads into each circle or one before, shape
        (circle, circle).
    """

    members: NDArray[np.uint32]
    first: NDArray[np.int64]
    upto: NDArray[np.float64]


@njit(cache=True, inline="always")
def _stream(name: Any, circle: Any, place: Any, tie: Any) -> Any:
    return child(child(child(name, circle), place), tie)


@njit(cache=True)
def _n_laid(name: Any, circle: Any, place: Any, mean: Any) -> Any:
    """Return how many ties a person lays: half of the mean, since each is laid by one and had by two."""
    whole = np.int64(math.floor(0.5 * mean))
    return whole + (1 if uniform(child(child(name, circle), place), _LAID) < 0.5 * mean - whole else 0)


@njit(cache=True)
def _find_circle(circles: Any, circle: Any, u: Any) -> Any:
    found = 0
    while found < circles.upto.shape[1] - 1 and u >= circles.upto[circle, found]:
        found += 1
    return found


@njit(cache=True)
def _prefer(name: Any, circles: Any, circle: Any, end: Any, each: Any) -> Any:
    """Return the member of a circle at an end of a tie, which is a member as often as the member has ties.

    Ends are numbered, two for each of the ``each`` ties that a member lays: the member's own and the
    other's, which is an end before all of the member's, drawn evenly; it is followed until it is
    somebody's own (Batagelj and Brandes 2005; without memory after Sanders and Schulz 2016).
    """
    while True:
        tie = end // 2
        place = tie // each
        if end % 2 == 0 or place == 0:
            return circles.members[circles.first[circle] + place]
        end = np.int64(uniform(_stream(name, circle, place, tie % each), _PLACE) * (2 * place * each))


@njit(cache=True)
def _find_other(name: Any, circles: Any, form: Any, rewired: Any, mean: Any, circle: Any, place: Any, tie: Any) -> Any:
    """Return the person to whom a member's tie leads."""
    stream = _stream(name, circle, place, tie)
    n = circles.first[circle + 1] - circles.first[circle]
    if form == SMALL_WORLD and uniform(stream, _LAID) >= rewired:
        return circles.members[circles.first[circle] + (place + tie + 1) % n]
    other = _find_circle(circles, circle, uniform(stream, _WHICH))
    n_other = circles.first[other + 1] - circles.first[other]
    u = uniform(stream, _PLACE)
    if form == PREFERENTIAL:
        each = np.int64(0.5 * mean)
        # Within the circle from the ends before this member's, elsewhere from all.
        ends = 2 * (place if other == circle else n_other) * each
        if ends > 0:
            return _prefer(name, circles, other, np.int64(u * ends), each)
    return circles.members[circles.first[other] + min(np.int64(u * n_other), n_other - 1)]


@njit(cache=True, nogil=True)
def _lay(name: Any, circles: Any, rules: Any, cursor: Any, to: Any) -> None:
    """Count ties in ``cursor``, or write them where it points to if ``to`` has room."""
    form, mean, rewired = rules
    for circle in range(circles.first.size - 1):
        for place in range(circles.first[circle + 1] - circles.first[circle]):
            person = circles.members[circles.first[circle] + place]
            for tie in range(_n_laid(name, circle, place, mean)):
                other = _find_other(name, circles, form, rewired, mean, circle, place, tie)
                if other != person:
                    _tie(cursor, to, person, other)


@njit(cache=True, inline="always")
def _tie(cursor: Any, to: Any, one: Any, other: Any) -> None:
    if to.size > 0:
        to[cursor[one]] = other
        to[cursor[other]] = one
    cursor[one] += 1
    cursor[other] += 1


@njit(cache=True, nogil=True)
def _lay_within(head: Any, has_ties: Any, cursor: Any, to: Any) -> None:
    """Tie all members of each household."""
    for person in range(head.size):
        other = person + 1
        while other < head.size and head[other] == head[person]:
            if has_ties[person] and has_ties[other]:
                _tie(cursor, to, person, other)
            other += 1


@njit(cache=True, nogil=True)
def _lay_pairs(ones: Any, others: Any, cursor: Any, to: Any) -> None:
    for i in range(ones.size):
        if ones[i] != others[i]:
            _tie(cursor, to, ones[i], others[i])


def lay_ties(
    name: np.uint64,
    n_persons: int,
    circles: Circles,
    form: int,
    mean: float,
    rewired: float,
    pairs: NDArray[np.int64],
    head: NDArray[np.uint32],
) -> Network:
    """Return a network.

    Parameters
    ----------
    name
        Stream of its chance.
    n_persons
        Persons with numbers from 0.
    circles
        Who has ties, and with whom.
    form, mean, rewired
        How ties are laid; 0 ties on average lays none.  Where persons with many ties are preferred, the
        mean is an even number.
    pairs
        Ties that are given, shape (tie, 2).
    head
        First member of each person's household, where members are tied; else empty.
    """
    has_ties = np.zeros(n_persons, dtype=np.bool_)
    has_ties[circles.members] = True
    rules = (form, mean, rewired)
    # A tie to write has no place while ties are only counted.
    start, to = np.zeros(n_persons + 1, dtype=np.int64), np.empty(0, dtype=np.uint32)
    for _ in range(2):
        cursor = start[:-1].copy()
        _lay(name, circles, rules, cursor, to)
        _lay_within(head, has_ties, cursor, to)
        _lay_pairs(pairs[:, 0], pairs[:, 1], cursor, to)
        if to.size == 0:
            np.cumsum(cursor, out=start[1:])
            to = np.empty(int(start[-1]), dtype=np.uint32)
            if to.size == 0:
                break
    return Network(start, to)
