"""The kinds of move: rate, decision, choice, entry and loss."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from counterstream.system.group import EVERYBODY, Selector
from counterstream.system.parameter import Quantity
from counterstream.system.term import Term


@dataclass(frozen=True)
class RateMove:
    """Persons leave ``origin`` for ``destination`` with intensity ``rate * exp(sum of terms)``.

    ``rate_per_year`` is a number (per person-year) or a parameter in ``per_year`` or
    ``per_month``.
    """

    name: str
    origin: str
    destination: str
    rate_per_year: Quantity
    terms: tuple[Term, ...] = ()
    groups: Selector = EVERYBODY
    label: str = ""

    @property
    def flows(self) -> tuple[str, ...]:
        """Names of the flows that the move makes."""
        return (self.name,)


@dataclass(frozen=True)
class Batches:
    """Approvals pile up and are released on dates, or every so many steps.

    Between ``first`` and ``last`` (either open) the rhythm is in batches; outside it the
    approved go on at once.
    """

    dates: tuple[date, ...] = ()
    every_steps: int | None = None
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class DecisionMove:
    """An office works through the queue in ``origin``.

    Parameters
    ----------
    approved_to, refused_to
        Where each decision leads.
    delay_months
        Mean wait for a decision while capacity suffices.
    stages
        Sub-statuses of the queue; the delay is a sum of that many equal geometric waits,
        in the limit of short steps an Erlang delay.
    chance
        Chance of approval (number or parameter with unit ``share``) where all terms are 0;
        the terms act on its logit.
    capacity_per_year
        Most decisions per year: a number, a parameter or an instrument; ``None``: no limit.
    priority
        Selectors served first, in order, when capacity is short; the rest share what is left
        in proportion to their queues.
    batches
        Rhythm of release; ``None`` is continuous.
    """

    name: str
    origin: str
    approved_to: str
    refused_to: str
    delay_months: Quantity
    chance: Quantity
    stages: int = 1
    capacity_per_year: Quantity | None = None
    priority: tuple[Selector, ...] = ()
    batches: Batches | None = None
    terms: tuple[Term, ...] = ()
    groups: Selector = EVERYBODY
    label: str = ""

    @property
    def flows(self) -> tuple[str, ...]:
        """Names of its flows.

        ``name.approved`` and ``name.refused`` count decisions, ``name.released`` departures of the
        approved from the queue (equal to ``approved`` while the rhythm is continuous).
        """
        return (f"{self.name}.approved", f"{self.name}.refused", f"{self.name}.released")


@dataclass(frozen=True)
class Alternative:
    """One destination of a choice and the terms of its utility."""

    destination: str
    terms: tuple[Term, ...] = ()


@dataclass(frozen=True)
class ChoiceMove:
    """Who arrives at the junction ``origin`` splits by conditional logit within the step."""

    name: str
    origin: str
    alternatives: tuple[Alternative, ...]
    groups: Selector = EVERYBODY
    label: str = ""

    @property
    def flows(self) -> tuple[str, ...]:
        """``name.destination`` for every alternative."""
        return tuple(f"{self.name}.{a.destination}" for a in self.alternatives)


@dataclass(frozen=True)
class EntryMove:
    """Persons enter the system: births, ageing-in, arrivals from outside.

    Either ``persons_per_year`` over all picked groups together, split equally among them,
    or ``rate_per_year`` per person of the same group in the statuses ``of``.
    """

    name: str
    destination: str
    persons_per_year: Quantity | None = None
    rate_per_year: Quantity | None = None
    of: tuple[str, ...] = ()
    terms: tuple[Term, ...] = ()
    groups: Selector = EVERYBODY
    label: str = ""

    @property
    def flows(self) -> tuple[str, ...]:
        """Names of the flows that the move makes."""
        return (self.name,)


@dataclass(frozen=True)
class LossMove:
    """Persons leave the system from any of the statuses: deaths and other exits."""

    name: str
    origins: tuple[str, ...]
    rate_per_year: Quantity
    terms: tuple[Term, ...] = ()
    groups: Selector = EVERYBODY
    label: str = ""

    @property
    def flows(self) -> tuple[str, ...]:
        """Names of the flows that the move makes."""
        return (self.name,)


Move = RateMove | DecisionMove | ChoiceMove | EntryMove | LossMove
