"""What each step offers: intensities, chances, shares and limits, given stocks and signals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

from counterstream.dynamics.draw import Draw, months_quantity, quantity
from counterstream.dynamics.program import Drive, Program, choices_of
from counterstream.dynamics.signals import Rows, Seen
from counterstream.system.move import DecisionMove, EntryMove, LossMove, RateMove


class Assessment(NamedTuple):
    """Everything an engine needs to move persons for one step.

    Parameters
    ----------
    hazards
        Intensity per step of each slot of the layout, shape (group,).
    chance
        Chance of approval by decision, shape (group,).
    capacity
        Most decisions in the step, by decision that has a limit (scalar).
    release
        1 if the approved go on in this step, by decision in batches (scalar).
    shares
        Probability of each alternative in order, shape (group,), by choice.
    entries
        Expected persons who enter in the step, shape (group,), by entry move.
    """

    hazards: tuple[Array, ...]
    chance: Mapping[str, Array]
    capacity: Mapping[str, Array]
    release: Mapping[str, Array]
    shares: Mapping[str, tuple[Array, ...]]
    entries: Mapping[str, Array]


def assess(program: Program, draw: Draw, stocks: Rows, seen: Seen, x: Drive) -> Assessment:
    """Evaluate all moves at the start of a step."""
    moves = {m.name: m for m in program.system.moves}
    hazards: list[Array] = []
    for slot in program.layout.slots:
        move = moves[slot]
        if isinstance(move, DecisionMove):
            hazards.append(_decision_hazard(program, move, draw))
        elif isinstance(move, RateMove | LossMove):
            hazards.append(_rate_hazard(program, move, draw, seen, x))
    decisions = program.system.decisions
    chance = {m.name: _chance(program, m, draw, seen, x) for m in decisions}
    capacity = {m.name: _capacity(program, m, draw, seen) for m in decisions if m.capacity_per_year is not None}
    shares: dict[str, tuple[Array, ...]] = {}
    for choice in choices_of(program):
        names = [f"{choice.name}/{a.destination}" for a in choice.alternatives]
        utilities = jnp.stack([_predictor(program, name, draw, seen, x) for name in names])
        split = jax.nn.softmax(utilities, axis=0)
        shares[choice.name] = tuple(split[i] for i in range(len(names)))
    entries = {
        m.name: _entry(program, m, draw, stocks, seen, x) for m in program.system.moves if isinstance(m, EntryMove)
    }
    return Assessment(tuple(hazards), chance, capacity, dict(x.release), shares, entries)


def _predictor(program: Program, name: str, draw: Draw, seen: Seen, x: Drive) -> Array:
    total = x.predictors[name]
    for term in program.unfolding[name]:
        total = total + quantity(term.effect, draw) * program.layout.mask(term.groups) * seen[term.of]
    return total


def _rate_hazard(program: Program, move: RateMove | LossMove, draw: Draw, seen: Seen, x: Drive) -> Array:
    intensity = quantity(move.rate_per_year, draw) * program.step_years
    return intensity * jnp.exp(_predictor(program, move.name, draw, seen, x)) * program.layout.mask(move.groups)


def _decision_hazard(program: Program, move: DecisionMove, draw: Draw) -> Array:
    # A stage is left with probability p per step, so that the mean wait, stages * h / p, is the declared one.
    p = move.stages * program.step_years / months_quantity(move.delay_months, draw)
    hazard = -jnp.log1p(-jnp.minimum(p, 1.0 - 1e-15))
    return hazard * program.layout.mask(move.groups)


def _chance(program: Program, move: DecisionMove, draw: Draw, seen: Seen, x: Drive) -> Array:
    base = quantity(move.chance, draw)
    return jax.nn.sigmoid(jnp.log(base) - jnp.log1p(-base) + _predictor(program, move.name, draw, seen, x))


def _capacity(program: Program, move: DecisionMove, draw: Draw, seen: Seen) -> Array:
    limit = move.capacity_per_year
    value = seen[limit] if isinstance(limit, str) and limit in seen else quantity(limit or 0.0, draw)
    return jnp.maximum(value, 0.0) * program.step_years


def _entry(program: Program, move: EntryMove, draw: Draw, stocks: Rows, seen: Seen, x: Drive) -> Array:
    mask = program.layout.mask(move.groups)
    strength = jnp.exp(_predictor(program, move.name, draw, seen, x)) * program.step_years * mask
    if move.rate_per_year is not None:
        rows = [stocks[cell] for name in move.of for cell in program.layout.rows[name]]
        return quantity(move.rate_per_year, draw) * strength * sum(rows[1:], rows[0])
    return quantity(move.persons_per_year or 0.0, draw) * strength / mask.sum()
