"""A system compiled once: which covariates are known beforehand, and in which order the rest is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter

import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

from counterstream.dynamics.draw import Draw, quantity
from counterstream.dynamics.layout import Layout, lay_out
from counterstream.system.instrument import Instrument
from counterstream.system.move import ChoiceMove, DecisionMove, EntryMove, LossMove, RateMove
from counterstream.system.signal import Signal, Source
from counterstream.system.system import System
from counterstream.system.term import Term


@dataclass(frozen=True)
class Program:
    """A compiled system.

    ``known`` holds terms whose covariate does not depend on the run, ``unfolding`` the
    others, both by predictor: a rate, loss or entry move's name, a decision's name, or
    ``choice/destination``.  ``reading_order`` names memoryless signals and responding
    instruments in an order in which each follows what it reads.
    """

    layout: Layout
    known: Mapping[str, tuple[Term, ...]]
    unfolding: Mapping[str, tuple[Term, ...]]
    reading_order: tuple[str, ...]
    signals: Mapping[str, Signal]
    instruments: Mapping[str, Instrument]

    @property
    def system(self) -> System:
        """The declared system."""
        return self.layout.system

    @property
    def step_years(self) -> float:
        """Length of a step in years."""
        return self.system.clock.years_per_step


def compile_system(system: System) -> Program:
    """Compile a resolved system."""
    signals = {s.name: s for s in system.signals}
    instruments = {i.name: i for i in system.instruments}
    unfolding_names = set(signals) | {i.name for i in system.instruments if i.responds_to}
    known: dict[str, tuple[Term, ...]] = {}
    unfolding: dict[str, tuple[Term, ...]] = {}
    for name, terms in _predictors(system).items():
        known[name] = tuple(t for t in terms if t.of not in unfolding_names)
        unfolding[name] = tuple(t for t in terms if t.of in unfolding_names)
    return Program(lay_out(system), known, unfolding, _order_reading(system), signals, instruments)


def _predictors(system: System) -> dict[str, tuple[Term, ...]]:
    found: dict[str, tuple[Term, ...]] = {}
    for move in system.moves:
        if isinstance(move, RateMove | LossMove | EntryMove | DecisionMove):
            found[move.name] = move.terms
        else:
            for alternative in move.alternatives:
                found[f"{move.name}/{alternative.destination}"] = alternative.terms
    return found


def _order_reading(system: System) -> tuple[str, ...]:
    memoryless = {s.name: s for s in system.signals if s.half_life_months is None}
    responding = {i.name: i for i in system.instruments if i.responds_to}
    nodes = set(memoryless) | set(responding)
    reads: dict[str, set[str]] = {}
    for name, signal in memoryless.items():
        named = (i for i in signal.inputs if i.source in (Source.SIGNAL, Source.INSTRUMENT) and i.lag_months == 0)
        reads[name] = {i.names[0] for i in named} & nodes
    for name, instrument in responding.items():
        reads[name] = {t.of for t in instrument.responds_to} & nodes
    return tuple(TopologicalSorter(reads).static_order())


def initial_stocks(program: Program, draw: Draw) -> tuple[Array, ...]:
    """Return persons by group in every cell at the start; each row has shape (group,)."""
    layout, system = program.layout, program.system
    rows = [jnp.zeros(layout.n_groups) for _ in layout.cells]
    for stock in system.initial:
        weights = _split(program, stock.weights) * layout.mask(stock.groups)
        cell = layout.rows[stock.status][0]
        rows[cell] = rows[cell] + quantity(stock.persons, draw) * (weights / weights.sum())
    return tuple(rows)


def _split(program: Program, weights: tuple[tuple[str, tuple[tuple[str, float], ...]], ...]) -> NDArray[np.float64]:
    split = np.ones(program.layout.n_groups)
    for attribute, by_value in weights:
        share = dict(by_value)
        held = [dict(group.attributes).get(attribute, "") for group in program.system.groups]
        split = split * np.array([share.get(value, 0.0) for value in held])
    return split


def choices_of(program: Program) -> tuple[ChoiceMove, ...]:
    """Return the choice moves of a compiled system."""
    return tuple(m for m in program.system.moves if isinstance(m, ChoiceMove))
