"""Places and the statuses that persons hold in them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """Where people are.

    Parameters
    ----------
    countries
        Codes of the countries whose outline is drawn for it; see :mod:`counterstream.system.country`.
    at
        Latitude and longitude in degrees of the point that arrows lead to and from; ``None`` leaves
        it to the outline.
    home
        Whether a move to it from a place that is no home is a return.
    """

    name: str
    label: str = ""
    countries: tuple[str, ...] = ()
    at: tuple[float, float] | None = None
    home: bool = False


@dataclass(frozen=True)
class Status:
    """What a person is in the system, in a place.

    A *junction* holds nobody at the end of a step: who arrives there is split over
    destinations by a choice move within the same step.
    """

    name: str
    place: str
    label: str = ""
    junction: bool = False


@dataclass(frozen=True)
class Households:
    """Statuses in which people decide and move by household.

    Parameters
    ----------
    mean_size
        Mean number of persons in a household: a number, or the name of a parameter.
    statuses
        Statuses that are left by whole households.
    """

    mean_size: float | str
    statuses: tuple[str, ...]
