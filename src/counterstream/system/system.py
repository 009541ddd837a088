"""The whole declared system, resolved: nothing downstream consults a default."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from counterstream.notebook import html_table
from counterstream.system.clock import Clock
from counterstream.system.group import Attribute, Group, Selector
from counterstream.system.instrument import Event, Instrument
from counterstream.system.move import DecisionMove, Move
from counterstream.system.observable import Agency, Context, Observable
from counterstream.system.parameter import Parameter, Quantity
from counterstream.system.persons import Persons
from counterstream.system.place import Households, Place, Status
from counterstream.system.scenario import Scenario
from counterstream.system.signal import Signal

#: Names of each part that a notebook lists.
MOST_NAMES = 12


@dataclass(frozen=True)
class InitialStock:
    """Persons in a status at the start.

    ``persons`` is the total over the picked groups; ``weights`` splits it: the product of
    the weights of a group's attribute values, normalised over the picked groups.
    """

    status: str
    persons: Quantity
    groups: Selector
    weights: tuple[tuple[str, tuple[tuple[str, float], ...]], ...] = ()


@dataclass(frozen=True)
class MeasurementPriors:
    """Scales of the measurement model; see the explanation of hedges in the documentation.

    Parameters
    ----------
    bias_sd
        Prior median (log-normal) of the spread of agencies' biases, in logs.
    spread_median
        Prior median of an agency's relative error (log-normal).
    wrong_share
        Prior mean of the share of plain-wrong claims (beta with size 40).
    wrong_sd
        Spread of a plain-wrong claim about the truth, in logs (or logits).
    process_sd
        Prior median (log-normal) of the month-to-month variation that no mechanism explains, in logs.
    """

    bias_sd: float = 0.05
    spread_median: float = 0.03
    wrong_share: float = 0.05
    wrong_sd: float = 1.5
    process_sd: float = 0.08


@dataclass(frozen=True)
class System:
    """A migration system: what there is, how it moves, what is unknown, what is observed."""

    name: str
    title: str
    clock: Clock
    places: tuple[Place, ...]
    attributes: tuple[Attribute, ...]
    groups: tuple[Group, ...]
    statuses: tuple[Status, ...]
    initial: tuple[InitialStock, ...]
    parameters: tuple[Parameter, ...]
    instruments: tuple[Instrument, ...]
    events: tuple[Event, ...]
    signals: tuple[Signal, ...]
    moves: tuple[Move, ...]
    observables: tuple[Observable, ...]
    context: tuple[Context, ...] = ()
    agencies: tuple[Agency, ...] = ()
    scenarios: tuple[Scenario, ...] = ()
    households: Households | None = None
    persons: Persons | None = None
    measurement: MeasurementPriors = MeasurementPriors()
    description: str = ""

    @cached_property
    def status_names(self) -> tuple[str, ...]:
        """Names of the statuses, in order."""
        return tuple(status.name for status in self.statuses)

    @cached_property
    def group_names(self) -> tuple[str, ...]:
        """Names of the groups, in order."""
        return tuple(group.name for group in self.groups)

    @cached_property
    def flow_names(self) -> tuple[str, ...]:
        """Names of all flows, in the order of the moves."""
        return tuple(flow for move in self.moves for flow in move.flows)

    @cached_property
    def decisions(self) -> tuple[DecisionMove, ...]:
        """The decision moves."""
        return tuple(move for move in self.moves if isinstance(move, DecisionMove))

    def parameter(self, name: str) -> Parameter:
        """Return the parameter of that name (KeyError if there is none)."""
        return {p.name: p for p in self.parameters}[name]

    def _repr_html_(self) -> str:
        parts: dict[str, Sequence[Place | Group | Status | Move | Observable | Parameter | Scenario]] = {
            "places": self.places,
            "groups": self.groups,
            "statuses": self.statuses,
            "moves": self.moves,
            "observables": self.observables,
            "parameters": self.parameters,
            "scenarios": self.scenarios,
        }
        rows = [("time", f"{self.clock.n_steps:,} steps", f"{self.clock.start} to {self.clock.end}")]
        for kind, named in parts.items():
            names = ", ".join(part.name or "everybody" for part in named[:MOST_NAMES])
            rows.append((kind, f"{len(named):,}", names + (", …" if len(named) > MOST_NAMES else "")))
        return html_table(f"{self.title} ({self.name})", ("part", "number", "names"), rows)
