"""What each step offers: intensities, chances, shares and limits, given stocks and signals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from counterstream.dynamics.draw import Draw, quantity
from counterstream.dynamics.drive import Drive
from counterstream.dynamics.formulas import approval_chance, choice_shares, rate_hazard, relative_intensity
from counterstream.dynamics.layout import entry_moves
from counterstream.dynamics.program import Program, choices_of
from counterstream.dynamics.signals import Rows, Seen
from counterstream.system.move import DecisionMove, EntryMove, LossMove, RateMove


class Assessment(NamedTuple):
    """Everything an engine needs to move persons for one step.

    Parameters
    ----------
    hazards
        Intensity per step of each slot of the layout, shape (group,).
    leaving
        Leaving factor of the cells for which it was known beforehand, shape (group,).
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
    leaving: Mapping[int, Array]
    chance: Mapping[str, Array]
    capacity: Mapping[str, Array]
    release: Mapping[str, Array]
    shares: Mapping[str, tuple[Array, ...]]
    entries: Mapping[str, Array]


def assess(program: Program, draw: Draw, stocks: Rows, seen: Seen, x: Drive) -> Assessment:
    """Evaluate all moves at the start of a step."""
    layout, h = program.layout, program.step_years
    hazards = dict(x.hazards)
    for move in program.system.moves:
        if isinstance(move, RateMove | LossMove) and move.name not in hazards:
            predictor = _predictor(program, move.name, draw, seen, x)
            hazards[move.name] = rate_hazard(move, draw, h, layout.mask(move.groups), predictor)
    chance = dict(x.chances)
    for move in program.system.decisions:
        if move.name not in chance:
            chance[move.name] = approval_chance(move, draw, _predictor(program, move.name, draw, seen, x))
    shares = dict(x.shares)
    for choice in choices_of(program):
        if choice.name not in shares:
            names = [f"{choice.name}/{a.destination}" for a in choice.alternatives]
            shares[choice.name] = choice_shares([_predictor(program, name, draw, seen, x) for name in names])
    return Assessment(
        hazards=tuple(hazards[name] for name in layout.slots),
        leaving=x.leaving,
        chance=chance,
        capacity={
            m.name: _capacity(program, m, draw, seen)
            for m in program.system.decisions
            if m.capacity_per_year is not None
        },
        release=x.release,
        shares=shares,
        entries={m.name: _entry(program, m, draw, stocks, seen, x) for m in entry_moves(program.system)},
    )


def _predictor(program: Program, name: str, draw: Draw, seen: Seen, x: Drive) -> Array:
    total = x.predictors[name]
    for term in program.unfolding[name]:
        total = total + quantity(term.effect, draw) * program.layout.mask(term.groups) * seen[term.of]
    return total


def _capacity(program: Program, move: DecisionMove, draw: Draw, seen: Seen) -> Array:
    limit = move.capacity_per_year
    value = seen[limit] if isinstance(limit, str) and limit in seen else quantity(limit or 0.0, draw)
    return jnp.maximum(value, 0.0) * program.step_years


def _entry(program: Program, move: EntryMove, draw: Draw, stocks: Rows, seen: Seen, x: Drive) -> Array:
    mask = program.layout.mask(move.groups)
    predictor = _predictor(program, move.name, draw, seen, x)
    strength = relative_intensity(predictor) * program.step_years * mask
    if move.rate_per_year is not None:
        rows = [stocks[cell] for name in move.of for cell in program.layout.rows[name]]
        return quantity(move.rate_per_year, draw) * strength * sum(rows[1:], rows[0])
    return quantity(move.persons_per_year or 0.0, draw) * strength / mask.sum()
