"""What is known for every step before the first, computed once for all steps.

Most moves of a system answer to paths and constants alone; what they do can be worked out
outside the scan over steps, where it is cheap.  Inside remain the moves that answer to
signals, or to instruments that do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple, TypeVar

import jax.numpy as jnp
import numpy as np
from jax import Array

from counterstream.dynamics.draw import Draw, quantity
from counterstream.dynamics.formulas import (
    approval_chance,
    choice_shares,
    decision_hazard,
    leaving_factor,
    rate_hazard,
)
from counterstream.dynamics.layout import entry_moves
from counterstream.dynamics.paths import event_path, hold_path, instrument_path, release_path, season_path
from counterstream.dynamics.program import Program, choices_of
from counterstream.system.move import DecisionMove, LossMove, RateMove
from counterstream.system.system import System
from counterstream.system.term import Term

_Part = TypeVar("_Part")


class Drive(NamedTuple):
    """What is known for every step; each array leads with time.

    Parameters
    ----------
    predictors
        Known part of the linear predictors that also have a part which unfolds, shape
        (n_steps, group).
    hazards
        Intensities known beforehand, shape (n_steps, group), by move.
    leaving
        Leaving factor of the cells all of whose exits are known, shape (n_steps, group).
    chances
        Chances of approval known beforehand, shape (n_steps, group), by decision.
    shares
        Shares of choices known beforehand, each (n_steps, group), by choice.
    own
        Instruments' own paths, shape (n_steps,).
    events
        Events' strengths, shape (n_steps,).
    hold_share, hold_value
        Share of each step in which a scenario holds an instrument or a signal, and its value there.
    release
        1 where approvals are released, by decision in batches.
    """

    predictors: Mapping[str, Array]
    hazards: Mapping[str, Array]
    leaving: Mapping[int, Array]
    chances: Mapping[str, Array]
    shares: Mapping[str, tuple[Array, ...]]
    own: Mapping[str, Array]
    events: Mapping[str, Array]
    hold_share: Mapping[str, Array]
    hold_value: Mapping[str, Array]
    release: Mapping[str, Array]


class Levers(NamedTuple):
    """Everything that a scenario may change without changing a system's shape; see :class:`Drive`."""

    events: Mapping[str, Array]
    hold_share: Mapping[str, Array]
    hold_value: Mapping[str, Array]
    release: Mapping[str, Array]


def pull_levers(system: System, *, all_levers: bool = False) -> Levers:
    """Return the levers of a system, possibly under a scenario.

    Parameters
    ----------
    all_levers
        Whether instruments and signals that nobody holds get an empty hold: then the levers of a system
        and of its scenarios have one structure, and one compiled run serves them all.
    """
    clock = system.clock
    held = {
        lever.name: hold_path(clock, lever.holds)
        for lever in (*system.instruments, *system.signals)
        if lever.holds or all_levers
    }
    return Levers(
        events={e.name: jnp.asarray(event_path(clock, e)) for e in system.events},
        hold_share={name: jnp.asarray(share) for name, (share, _) in held.items()},
        hold_value={name: jnp.asarray(value) for name, (_, value) in held.items()},
        release={
            m.name: jnp.asarray(release_path(clock, m.batches) if m.batches else np.ones(clock.n_steps))
            for m in system.decisions
            if m.batches is not None or all_levers
        },
    )


def change_levers(levers: Levers, before: System, after: System) -> Levers:
    """Return all levers of a changed system, of which only those are worked out that differ.

    Parameters
    ----------
    levers
        Those of ``before``, all of them; see :func:`pull_levers`.
    after
        The same system under a scenario.
    """
    some = replace(
        after,
        instruments=_differing(before.instruments, after.instruments),
        signals=_differing(before.signals, after.signals),
        events=_differing(before.events, after.events),
        moves=_differing(before.moves, after.moves),
    )
    return Levers(*({**old, **new} for old, new in zip(levers, pull_levers(some, all_levers=True), strict=True)))


def _differing(before: tuple[_Part, ...], after: tuple[_Part, ...]) -> tuple[_Part, ...]:
    """Return the parts that are not as they were; a scenario keeps their order."""
    return tuple(new for old, new in zip(before, after, strict=True) if new != old)


class Paths(NamedTuple):
    """Paths in time from which all that is known follows step by step; each leads with time.

    Parameters
    ----------
    own
        Instruments' own paths, before responses and holds, shape (n_steps,).
    seasons
        Seasonal cosines by month of the peak, shape (n_steps,).
    levers
        See :class:`Levers`.
    """

    own: Mapping[str, Array]
    seasons: Mapping[int, Array]
    levers: Levers


def lay_paths(program: Program, draw: Draw, levers: Levers | None = None) -> Paths:
    """Return the paths of one draw.

    Parameters
    ----------
    levers
        Those of a scenario; the program's own system has its own.
    """
    system, clock = program.system, program.system.clock
    terms = [t for terms in program.known.values() for t in terms]
    peaks = sorted({t.season_peak_month for t in terms if t.season_peak_month is not None})
    return Paths(
        own={i.name: instrument_path(clock, i, draw) for i in system.instruments},
        seasons={peak: jnp.asarray(season_path(clock, peak)) for peak in peaks},
        levers=pull_levers(system) if levers is None else levers,
    )


def prepare(program: Program, draw: Draw, paths: Paths, n_steps: int) -> Drive:
    """Compute everything that is known before the first step, for the steps of some paths.

    Parameters
    ----------
    paths
        Those of ``n_steps`` steps, all or some.
    """
    system, levers = program.system, paths.levers
    settled = {name: _settle(name, path, levers) for name, path in paths.own.items()}
    known = {
        name: _known_part(program, terms, draw, (paths, settled, n_steps)) for name, terms in program.known.items()
    }
    hazards = _known_hazards(program, draw, known)
    shares_known = _known_shares(program, known)
    needed = _needed_later(program, shares_known)
    return Drive(
        predictors={name: part for name, part in known.items() if name in needed},
        hazards=hazards,
        leaving=_known_leaving(program, hazards),
        chances={
            m.name: approval_chance(m, draw, known[m.name]) for m in system.decisions if not program.unfolding[m.name]
        },
        shares=shares_known,
        own=paths.own,
        events=levers.events,
        hold_share=levers.hold_share,
        hold_value=levers.hold_value,
        release={m.name: levers.release[m.name] for m in system.decisions if m.batches is not None},
    )


def _settle(name: str, path: Array, levers: Levers) -> Array:
    if name not in levers.hold_share:
        return path
    return path * (1.0 - levers.hold_share[name]) + levers.hold_value[name]


def _needed_later(program: Program, shares: Mapping[str, tuple[Array, ...]]) -> set[str]:
    """Predictors that a step still reads: those with a part that unfolds, and those of entries."""
    later = {name for name, terms in program.unfolding.items() if terms}
    later |= {m.name for m in entry_moves(program.system)}
    for choice in choices_of(program):
        if choice.name not in shares:
            later |= {f"{choice.name}/{a.destination}" for a in choice.alternatives}
    return later


def _known_part(
    program: Program, terms: tuple[Term, ...], draw: Draw, given: tuple[Paths, Mapping[str, Array], int]
) -> Array:
    paths, settled, n_steps = given
    total = jnp.zeros((n_steps, program.layout.n_groups))
    for term in terms:
        effect = quantity(term.effect, draw) * program.layout.mask(term.groups)[None, :]
        if term.season_peak_month is not None:
            total = total + effect * paths.seasons[term.season_peak_month][:, None]
        elif not term.of:
            total = total + effect
        else:
            path = settled[term.of] if term.of in settled else paths.levers.events[term.of]
            total = total + effect * path[:, None]
    return total


def _known_hazards(program: Program, draw: Draw, known: Mapping[str, Array]) -> dict[str, Array]:
    found: dict[str, Array] = {}
    h = program.step_years
    for move in program.system.moves:
        if isinstance(move, DecisionMove):
            row = decision_hazard(move, draw, h, program.layout.mask(move.groups))
            found[move.name] = jnp.broadcast_to(row, known[move.name].shape)
        elif isinstance(move, RateMove | LossMove) and not program.unfolding[move.name]:
            found[move.name] = rate_hazard(move, draw, h, program.layout.mask(move.groups), known[move.name])
    return found


def _known_leaving(program: Program, hazards: Mapping[str, Array]) -> dict[int, Array]:
    layout = program.layout
    found: dict[int, Array] = {}
    for cell, exits in enumerate(layout.exits_of):
        names = [layout.slots[e.slot] for e in exits]
        if names and all(name in hazards for name in names):
            rows = [hazards[name] for name in names]
            found[cell] = leaving_factor(sum(rows[1:], rows[0]))
    return found


def _known_shares(program: Program, known: Mapping[str, Array]) -> dict[str, tuple[Array, ...]]:
    found: dict[str, tuple[Array, ...]] = {}
    for choice in choices_of(program):
        names = [f"{choice.name}/{a.destination}" for a in choice.alternatives]
        if not any(program.unfolding[name] for name in names):
            found[choice.name] = choice_shares([known[name] for name in names])
    return found
