"""What only persons have: households of their own size, ties, frailty, ages, thresholds, names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from counterstream.system.group import EVERYBODY, Selector
from counterstream.system.parameter import Quantity


class Decider(StrEnum):
    """Whose circumstances count when a household decides together."""

    HEAD = "head"  # the first member's
    ANY = "any"  # those of the member most inclined
    ALL = "all"  # those of the member least inclined


@dataclass(frozen=True)
class HouseholdSizes:
    """How many live together.

    Parameters
    ----------
    shares
        Pairs of a size and the share of households (not of persons) of that size; shares add up to 1.
    decided_by
        Whose circumstances count in statuses that are left by whole households.
    """

    shares: tuple[tuple[int, float], ...]
    decided_by: Decider = Decider.HEAD


@dataclass(frozen=True)
class Frailty:
    """Persons differ in how readily they make a move, for reasons that nobody recorded.

    Each person has one standard normal number for life; the intensity of the move is multiplied
    by ``exp(spread * number - spread**2 / 2)``, which has mean 1 over persons.
    """

    move: str
    spread: float


@dataclass(frozen=True)
class Ages:
    """Ages of persons.

    Parameters
    ----------
    bands
        Pairs of the lowest age of a band, in years, and the share of persons in it at the start; even
        within a band.
    oldest
        End of the last band, in years.
    at_entry
        Age of those who enter later.
    """

    bands: tuple[tuple[float, float], ...]
    oldest: float = 100.0
    at_entry: float = 0.0


class TiesForm(StrEnum):
    """How ties are laid."""

    RANDOM = "random"  # anybody with anybody
    SMALL_WORLD = "small_world"  # neighbours, some ties laid anew (Watts and Strogatz 1998)
    PREFERENTIAL = "preferential"  # who has many ties gets more (Barabasi and Albert 1999)
    FILE = "file"  # pairs of persons from a file


@dataclass(frozen=True)
class Mixing:
    """With whom ties are laid, by an attribute of groups.

    ``shares`` holds for a value (of the person who lays the tie) the chance that the other has each
    value, in the order of the attribute's values; groups without the attribute mix among themselves.
    """

    attribute: str
    shares: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Ties:
    """A network: whom persons know, mutually and for life.  Those who enter later have no ties.

    Parameters
    ----------
    mean
        Ties of a person on average, those within the household not counted.
    rewired
        Share of a small world's ties that are laid anew at random.
    within_households
        Whether all members of a household are tied as well.
    mixing
        ``None``: anybody with anybody.
    groups
        Who has ties.
    file
        Pairs of persons, for :attr:`TiesForm.FILE`.
    """

    name: str
    form: TiesForm
    mean: float
    rewired: float = 0.0
    within_households: bool = False
    mixing: Mixing | None = None
    groups: Selector = EVERYBODY
    file: str = ""
    label: str = ""


@dataclass(frozen=True)
class Exposure:
    """What reaches a person along ties: a covariate of that person alone.

    Parameters
    ----------
    ties
        The network along which it comes.
    statuses
        Counts ties who are in any of these, or ...
    flows
        ... counts times that ties made any of these moves.
    form
        Function of the amount and of the person's number of ties; see
        :mod:`counterstream.system.exposure_forms`.
    delay_months
        Until a change reaches the person.
    half_life_months
        Of an amount of moves: until half is forgotten; of an amount of ties in statuses: until half of a
        change is taken in.  ``None``: moves are never forgotten, statuses count as they are.
    """

    name: str
    ties: str
    statuses: tuple[str, ...] = ()
    flows: tuple[str, ...] = ()
    form: str = "number"
    delay_months: float = 0.0
    half_life_months: float | None = None
    label: str = ""


@dataclass(frozen=True)
class PersonTerm:
    """``effect * exposure``, added where the terms of the move are.

    ``destination`` names the alternative of a choice; empty for other moves.
    """

    move: str
    effect: Quantity
    of: str
    destination: str = ""


@dataclass(frozen=True)
class AgeProfile:
    """Factor on a move's intensity (a decision's odds) by age: pairs of the lowest age of a band and its factor."""

    move: str
    factors: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Threshold:
    """Wait and see: a person makes the move only once the exposure has reached the person's own threshold.

    Thresholds are log-normal over persons (after Granovetter 1978); below it the intensity (a
    decision's odds) is multiplied by ``below``.
    """

    move: str
    of: str
    median: float
    spread: float
    below: float = 0.0


class Outcome(StrEnum):
    """What an intervention brings about at a decision."""

    APPROVED = "approved"
    REFUSED = "refused"


@dataclass(frozen=True)
class Intervention:
    """What is done in one named case between two dates, both included.

    Parameters
    ----------
    move
        The rate move or decision acted upon.
    times
        Factor on the intensity, or on the odds of approval.
    outcome
        The decision is made, in this way, in the first step from ``first`` on in which they wait for it.
    """

    move: str
    first: date
    last: date
    times: float = 1.0
    outcome: Outcome | None = None


@dataclass(frozen=True)
class NamedHousehold:
    """A household known by name: one of those who are in a status at the start, and what is done for it.

    Parameters
    ----------
    size
        Persons; taken from the group's stock in the status.
    groups
        Must pick exactly one group.
    dropped
        Whether a scenario leaves its interventions out.
    """

    name: str
    status: str
    size: int
    groups: Selector
    interventions: tuple[Intervention, ...] = ()
    label: str = ""
    dropped: bool = False


@dataclass(frozen=True)
class Persons:
    """Person-level parts of a system; the engines of cohorts do without them and say so."""

    households: HouseholdSizes | None = None
    frailties: tuple[Frailty, ...] = ()
    ages: Ages | None = None
    ties: tuple[Ties, ...] = ()
    exposures: tuple[Exposure, ...] = ()
    terms: tuple[PersonTerm, ...] = ()
    age_profiles: tuple[AgeProfile, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    named: tuple[NamedHousehold, ...] = ()
