"""What persons have of their own, from the system's declaration and a draw's unknowns."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
from numba import cfunc, njit, types
from numpy.typing import NDArray

from counterstream.dynamics.draw import Draw, quantity
from counterstream.dynamics.program import Program
from counterstream.simulate.keys import uniform
from counterstream.simulate.persons.crowd import name_life
from counterstream.simulate.persons.own import (
    ALL,
    ANY,
    AVERAGED,
    BY_AGE,
    BY_EXPOSURE,
    BY_FRAILTY,
    BY_THRESHOLD,
    FADING,
    HEAD,
    STANDING,
    Own,
)
from counterstream.system.exposure_forms import ExposureForm, exposure_forms
from counterstream.system.move import ChoiceMove
from counterstream.system.persons import Decider, Exposure, Persons
from counterstream.units import MONTHS_PER_YEAR, YEARS_PER_STEP

Integers = NDArray[np.int64]
#: Least frailty of each class: few persons are far more ready than others, and they are looked at more often.
CLASSES = (-math.inf, 0.0, 0.7, 1.3, 1.9, 2.4, 3.1)
_DECIDERS = {Decider.HEAD: HEAD, Decider.ANY: ANY, Decider.ALL: ALL}
#: Numbers of what a person draws for life: two for frailty, one for the age, two for each threshold.
_FRAILTY, _AGE, _THRESHOLDS = 0, 2, 3


@cache
def compile_form(form: ExposureForm) -> Any:
    """Return a form as machine code that can be called by its address."""
    return cfunc(types.float64(types.float64, types.float64))(form)


@dataclass(frozen=True)
class Equipment:
    """Person-level parts of a program, laid out for the kernel.

    Parameters
    ----------
    program
        A compiled system; one without person-level parts equips nobody.
    """

    program: Program

    @cached_property
    def persons(self) -> Persons:
        """The declaration."""
        return self.program.system.persons or Persons()

    @property
    def is_plain(self) -> bool:
        """Whether persons of a group differ in nothing."""
        return self.persons == Persons()

    @cached_property
    def needs_events(self) -> bool:
        """Whether an exposure counts moves."""
        return any(e.flows for e in self.persons.exposures)

    @cached_property
    def forms(self) -> tuple[Any, ...]:
        """Compiled forms of the exposures; they must outlive their addresses."""
        known = exposure_forms()
        return tuple(compile_form(known[e.form]) for e in self.persons.exposures)

    @cached_property
    def rows(self) -> dict[tuple[str, int], int]:
        """Row of each trait: frailty, age, thresholds, and numbers of ties by network."""
        p = self.persons
        names = [("frailty", 0)] * bool(p.frailties) + [("age", 0)] * bool(p.ages)
        names += [("threshold", i) for i in range(len(p.thresholds))]
        names += [("ties", i) for i in range(len(p.ties))]
        return {name: row for row, name in enumerate(names)}

    @cached_property
    def n_classes(self) -> int:
        """Classes of frailty."""
        return len(CLASSES) if self.persons.frailties else 1

    @cached_property
    def targets(self) -> dict[tuple[str, str], tuple[int, ...]]:
        """Targets by move and alternative (empty for moves that are no choice)."""
        layout, system = self.program.layout, self.program.system
        found: dict[tuple[str, str], tuple[int, ...]] = {}
        exits = [e for of_cell in layout.exits_of for e in of_cell]
        decisions = [m.name for m in system.decisions]
        for place, e in enumerate(exits):
            move = layout.slots[e.slot]
            if move not in decisions:
                found[move, ""] = (*found.get((move, ""), ()), place)
        for place, name in enumerate(decisions):
            found[name, ""] = (len(exits) + place,)
        alternatives = [(c.name, a.destination) for c in layout.ordered_choices for a in c.alternatives]
        for place, key in enumerate(alternatives):
            found[key] = (len(exits) + len(decisions) + place,)
        return found

    @cached_property
    def n_targets(self) -> int:
        """Exits, decisions and alternatives."""
        layout = self.program.layout
        choices = [m for m in layout.system.moves if isinstance(m, ChoiceMove)]
        return len(layout.exits) + len(layout.system.decisions) + sum(len(c.alternatives) for c in choices)

    def _lay_terms(self, draw: Draw) -> dict[str, NDArray[Any]]:
        """Return the terms with a draw's effects, by their names in :class:`Own`."""
        p = self.persons
        exposures = {e.name: i for i, e in enumerate(p.exposures)}
        by_target: list[list[tuple[int, int, int, float]]] = [[] for _ in range(self.n_targets)]

        def add(move: str, destination: str, kind: int, which: int, row: int, value: float) -> None:
            for target in self.targets[move, destination]:
                by_target[target].append((kind, which, row, value))

        for term in p.terms:
            effect = float(np.asarray(quantity(term.effect, draw)))
            add(term.move, term.destination, BY_EXPOSURE, exposures[term.of], -1, effect)
        for frailty in p.frailties:
            add(frailty.move, "", BY_FRAILTY, -1, self.rows["frailty", 0], frailty.spread)
        for place, profile in enumerate(p.age_profiles):
            add(profile.move, "", BY_AGE, place, self.rows["age", 0], 0.0)
        for place, threshold in enumerate(p.thresholds):
            row = self.rows["threshold", place]
            add(threshold.move, "", BY_THRESHOLD, exposures[threshold.of], row, _log(threshold.below))
        ends = np.cumsum([0, *(len(terms) for terms in by_target)])
        listed = [term for terms in by_target for term in terms]
        bands = [band for profile in p.age_profiles for band in profile.factors]
        band_ends = np.cumsum([0, *(len(profile.factors) for profile in p.age_profiles)])
        kind, which, row = (np.array([term[i] for term in listed], dtype=np.int64) for i in range(3))
        return {
            "span": np.stack([ends[:-1], ends[1:]], axis=1).astype(np.int64),
            "term_kind": kind,
            "which": which,
            "row": row,
            "value": np.array([term[3] for term in listed], dtype=np.float64),
            "band_span": np.stack([band_ends[:-1], band_ends[1:]], axis=1).astype(np.int64),
            "band_from": np.array([low for low, _ in bands], dtype=np.float64),
            "band_log": np.array([_log(factor) for _, factor in bands], dtype=np.float64),
        }

    def equip(self, draw: Draw, n_numbers: int, n_lists: int) -> Own:
        """Return what persons have, nothing of it filled in."""
        p, years = self.persons, YEARS_PER_STEP[self.program.system.clock.step]
        kinds = [_kind_of(e) for e in p.exposures]
        memory = np.cumsum([kind != STANDING for kind in kinds]) - 1
        n_memories = sum(kind != STANDING for kind in kinds)
        networks = [t.name for t in p.ties]
        most = np.full((len(kinds) + 1, n_lists), -40.0)
        most[:-1] = 0.0
        return Own(
            **self._lay_terms(draw),
            kind=np.array(kinds, dtype=np.int64),
            memory=np.array(memory, dtype=np.int64),
            keep=np.array([_keep(e, years * MONTHS_PER_YEAR) for e in p.exposures], dtype=np.float64),
            form=np.array([form.address for form in self.forms], dtype=np.int64),
            degree=np.array([self.rows["ties", networks.index(e.ties)] for e in p.exposures], dtype=np.int64),
            amount=np.zeros((len(kinds), n_numbers if kinds else 0), dtype=np.float32),
            kept=np.zeros((n_memories, n_numbers if n_memories else 0), dtype=np.float32),
            since=np.zeros((n_memories, n_numbers if n_memories else 0), dtype=np.int32),
            most=most,
            traits=np.zeros((len(self.rows), n_numbers if self.rows else 0), dtype=np.float32),
            frailty=self.rows.get(("frailty", 0), -1),
            age=self.rows.get(("age", 0), -1),
            decider=_DECIDERS[p.households.decided_by] if p.households else HEAD,
            years_per_step=years,
            entry_age=p.ages.at_entry if p.ages else 0.0,
        )

    def fill_traits(self, own: Own, name: np.uint64, head: NDArray[np.uint32], first: int, *, born: bool) -> None:
        """Fill in what persons from a number on have for life.

        Parameters
        ----------
        name
            The run's stream.
        head
            First member of each person's household, whose frailty all share; empty where everybody lives alone.
        born
            Whether they enter later: their ages are those at entry and set then, and as they have no
            ties there is nothing that they could wait for.
        """
        p, last = self.persons, own.traits.shape[1]
        if p.frailties:
            _fill_frailty(own.traits[own.frailty], name, head, first, last)
        if p.ages and not born:
            lows = np.array([low for low, _ in p.ages.bands] + [p.ages.oldest])
            upto = np.cumsum([share for _, share in p.ages.bands])
            _fill_ages(own.traits[own.age], name, first, last, lows, upto)
        for place, threshold in enumerate(() if born else p.thresholds):
            row = own.traits[self.rows["threshold", place]]
            rule = (math.log(threshold.median), threshold.spread, _THRESHOLDS + 2 * place)
            _fill_lognormal(row, name, first, last, *rule)


def grow(own: Own, n_numbers: int) -> Own:
    """Return the same with room for more persons, who have nothing yet."""

    def wider(array: NDArray[Any]) -> NDArray[Any]:
        if not array.size:
            return array
        new = np.zeros((array.shape[0], n_numbers), dtype=array.dtype)
        new[:, : array.shape[1]] = array
        return new

    return own._replace(
        traits=wider(own.traits), amount=wider(own.amount), kept=wider(own.kept), since=wider(own.since)
    )


def delay_in_steps(exposure: Exposure, years_per_step: float) -> int:
    """Return after how many steps a change reaches those tied, beside the step in which it happens."""
    return round(exposure.delay_months / (years_per_step * MONTHS_PER_YEAR))


def _kind_of(exposure: Exposure) -> int:
    if exposure.half_life_months is None:
        return STANDING
    return FADING if exposure.flows else AVERAGED


def _keep(exposure: Exposure, months_per_step: float) -> float:
    half = exposure.half_life_months
    return 1.0 if half is None else 0.5 ** (months_per_step / half)


def _log(factor: float) -> float:
    return math.log(factor) if factor > 0.0 else -math.inf


@njit(cache=True)
def _normal(stream: Any, counter: Any) -> Any:
    """Return a standard normal number (Box and Muller 1958) from two numbers of a stream."""
    return math.sqrt(-2.0 * math.log(uniform(stream, counter))) * math.cos(2.0 * math.pi * uniform(stream, counter + 1))


@njit(cache=True, nogil=True)
def _fill_frailty(row: Any, name: Any, head: Any, first: Any, last: Any) -> None:
    for person in range(first, last):
        row[person] = _normal(name_life(name, head[person] if head.size > 0 else person), _FRAILTY)


@njit(cache=True, nogil=True)
def _fill_ages(row: Any, name: Any, first: Any, last: Any, lows: Any, upto: Any) -> None:
    for person in range(first, last):
        u = uniform(name_life(name, person), _AGE)
        band, before = 0, 0.0
        while band < upto.size - 1 and u >= upto[band]:
            before = upto[band]
            band += 1
        within = min(max((u - before) / max(upto[band] - before, 1e-300), 0.0), 1.0)
        row[person] = lows[band] + (lows[band + 1] - lows[band]) * within


@njit(cache=True, nogil=True)
def _fill_lognormal(row: Any, name: Any, first: Any, last: Any, log_median: Any, spread: Any, counter: Any) -> None:
    for person in range(first, last):
        row[person] = math.exp(log_median + spread * _normal(name_life(name, person), counter))
