"""Movements between places, as the report shows them: plain frozen data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

#: Index of what lies outside the system, where persons who leave it are at the end of a period.
OUTSIDE = -1


def entered_in(place: int) -> int:
    """Return what stands for the place at the start of a period of persons who enter the system there: -2, -3, ..."""
    return -2 - place


@dataclass(frozen=True, eq=False)
class Spread:
    """Mean, median and limits of the equal-tailed 90 % interval; arrays of one shape.

    Means add up, medians do not: pictures are drawn by means and tell medians.
    """

    mean: NDArray[np.float64]
    median: NDArray[np.float64]
    low90: NDArray[np.float64]
    high90: NDArray[np.float64]


@dataclass(frozen=True)
class PlaceView:
    """A place of the system.

    Parameters
    ----------
    at
        Latitude and longitude in degrees; None leaves the point to the outline.
    countries
        Codes of countries of today whose outline is drawn for it.
    home
        Whether moves to it from elsewhere are returns.
    """

    name: str
    label: str
    at: tuple[float, float] | None
    countries: tuple[str, ...]
    home: bool


@dataclass(frozen=True, eq=False)
class CutView:
    """Where persons were at the start and at the end of each period.

    Parameters
    ----------
    bounds
        First day of each period, and the day after the last: ``period + 1`` dates.
    links
        One row a link: period, place at its start (see :func:`entered_in` for persons who entered the
        system in between), place at its end (:data:`OUTSIDE` for persons who left it in between), and
        whether they are home and came there from elsewhere in between.
    persons
        Of each link, shape (link,).
    stocks
        Persons in each place at each bound, shape (bound, place).
    arrived, departed
        Moves to and from each place from and to other places, shape (period, place); one person can
        make several.
    entered, lost
        Persons who entered the system in a place and who left it there, shape (period, place).
    """

    bounds: tuple[date, ...]
    links: tuple[tuple[int, int, int, bool], ...]
    persons: Spread
    stocks: Spread
    arrived: Spread
    departed: Spread
    entered: Spread
    lost: Spread


@dataclass(frozen=True, eq=False)
class MovesView:
    """Moves between places by period.

    Parameters
    ----------
    bounds
        As in :class:`CutView`, in shorter periods.
    pairs
        Place that is left, place that is reached, and whether the move is a return.
    persons
        Shape (pair, period); one person can move several times.
    total
        Over the whole time, shape (pair,).
    """

    bounds: tuple[date, ...]
    pairs: tuple[tuple[int, int, bool], ...]
    persons: Spread
    total: Spread


@dataclass(frozen=True, eq=False)
class MovementsView:
    """Places, where persons were by period, and what moved."""

    places: tuple[PlaceView, ...]
    cuts: tuple[CutView, ...]
    moves: MovesView


@dataclass(frozen=True, eq=False)
class OutcomeView:
    """A flow in single draws, to be shown one after another.

    Parameters
    ----------
    values
        Persons by draw and period, shape (draw, period).
    """

    observable: str
    label: str
    values: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class OutcomesView:
    """The same draws of the main flows."""

    bounds: tuple[date, ...]
    flows: tuple[OutcomeView, ...]
