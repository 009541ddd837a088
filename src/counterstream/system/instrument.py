"""Instruments: policy levers with a path in time, known or to be inferred."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from counterstream.system.parameter import Quantity
from counterstream.system.term import Term
from counterstream.units import Step


@dataclass(frozen=True)
class Steps:
    """Constant between dates: from each date on, the value beside it (0 before the first)."""

    changes: tuple[tuple[date, Quantity], ...]


@dataclass(frozen=True)
class Points:
    """Straight lines between dated values, flat before the first and after the last."""

    points: tuple[tuple[date, Quantity], ...]


@dataclass(frozen=True)
class Walk:
    """A path to be inferred: a random walk with non-centred increments.

    Parameters
    ----------
    every
        Length of one increment's spell; at least the clock's step.
    start
        Level at the start.
    sd
        Standard deviation of the change over one year; a spell's increment has
        ``sd * sqrt(years of a spell)``.
    pull_per_year
        Speed of return to ``start`` per year; 0 is a random walk, above 0 a stationary
        path (Ornstein and Uhlenbeck) with standard deviation ``sd / sqrt(2 pull)``.
    tails
        Degrees of freedom of Student increments (above 2); ``None`` is normal.
    """

    every: Step
    start: Quantity
    sd: Quantity
    pull_per_year: float = 0.0
    tails: float | None = None


Path = Steps | Points | Walk


@dataclass(frozen=True)
class Hold:
    """A scenario's order: an instrument or a signal stands at ``value`` between two dates."""

    value: float
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class Instrument:
    """A policy lever.

    Parameters
    ----------
    path
        Its course by itself.
    responds_to
        Terms added to the path: how those who hold the lever react to signals and events.
    holds
        Spans in which a scenario fixes the lever, whatever the path and the responses.
    """

    name: str
    path: Path
    responds_to: tuple[Term, ...] = ()
    label: str = ""
    unit: str = "level"
    holds: tuple[Hold, ...] = ()


@dataclass(frozen=True)
class Event:
    """A dated shock: 1 on its dates, 0 before, and what its shape says after.

    Without ``last`` and ``half_life_months`` it lasts for the step of its date; with
    ``last`` to that day; with a half-life it fades from 1 after its date.
    """

    name: str
    first: date
    last: date | None = None
    half_life_months: float | None = None
    label: str = ""
    dropped: bool = False
