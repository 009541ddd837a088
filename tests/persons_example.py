"""A system with everything that only persons have, and every step of it worked out anew in plain Python."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

import numpy as np

from counterstream.dynamics.draw import Draw
from counterstream.dynamics.program import Program, compile_system, initial_stocks
from counterstream.simulate.kernel import tabulate
from counterstream.simulate.keys import child, uniform
from counterstream.simulate.persons import Events
from counterstream.simulate.persons.engine import SCREENING
from counterstream.simulate.persons.equip import Equipment
from counterstream.simulate.persons.records import PERSONS, REFINE, WAY
from counterstream.simulate.persons.settle import Settled, make_world, settle
from counterstream.simulate.persons.squares import BLOCK, DIGITS, draw_digits, make_key
from counterstream.simulate.whole import household_sizes
from counterstream.system.group import Selector
from counterstream.system.move import RateMove
from counterstream.system.persons import (
    AgeProfile,
    Ages,
    Decider,
    Exposure,
    Frailty,
    HouseholdSizes,
    Intervention,
    NamedHousehold,
    Persons,
    PersonTerm,
    Threshold,
    Ties,
    TiesForm,
)
from counterstream.system.place import Households
from counterstream.system.system import InitialStock, System
from tests.small_systems import small_system

NOTHING = Draw({}, {})
Row = tuple[int, int, int, int]


class Told:
    """Keeps every event as (step, person, group, flow), and the names."""

    def __init__(self) -> None:
        self.events: defaultdict[int, list[Row]] = defaultdict(list)
        self.names: dict[int, Mapping[int, str]] = {}

    def meet(self, draw: int, names: Mapping[int, str]) -> None:
        self.names[draw] = names

    def tell(self, draw: int, step: int, events: Events) -> None:
        rows = zip(events.person.tolist(), events.group.tolist(), events.flow.tolist(), strict=True)
        self.events[draw].extend((step, *row) for row in rows)


TIES = Ties("kin", TiesForm.SMALL_WORLD, 6.0, rewired=0.3, within_households=True)
EXPOSURES = (
    Exposure("abroad", "kin", statuses=("far",), form="number"),
    Exposure("image", "kin", statuses=("far",), form="share", half_life_months=4.0, delay_months=2.0),
    Exposure("news", "kin", flows=("back",), form="log", half_life_months=3.0, delay_months=1.0),
    Exposure("gone", "kin", flows=("go", "back"), form="some"),
)
EVERYTHING = Persons(
    households=HouseholdSizes(((1, 0.3), (2, 0.4), (5, 0.3)), Decider.ANY),
    frailties=(Frailty("go", 0.8), Frailty("back", 0.3)),
    ages=Ages(((0.0, 0.3), (20.0, 0.5), (60.0, 0.2)), oldest=90.0),
    ties=(TIES,),
    exposures=EXPOSURES,
    terms=(
        PersonTerm("go", 0.35, "abroad"),
        PersonTerm("go", -0.5, "gone"),
        PersonTerm("back", 0.9, "image"),
        PersonTerm("onward", 0.7, "news"),
    ),
    age_profiles=(AgeProfile("go", ((0.0, 0.2), (18.0, 1.4), (61.0, 0.0))),),
    thresholds=(Threshold("back", "gone", 0.9, 0.3, below=0.25),),
    named=(
        NamedHousehold(
            "pianist",
            "home",
            3,
            Selector((("kind", ("y",)),)),
            (Intervention("go", date(2000, 4, 1), date(2000, 9, 30), times=40.0),),
        ),
    ),
)

ALONE = replace(EVERYTHING, households=None, named=())


def rates_only(persons: Persons = EVERYTHING, n: float = 700.0) -> System:
    """Return a system of rate moves, some by household."""
    moves = (
        RateMove("go", "home", "far", 0.5),
        RateMove("wander", "home", "near", 0.2),
        RateMove("back", "far", "home", 0.6),
        RateMove("onward", "far", "near", 0.3),
        RateMove("home_again", "near", "home", 3.0),
    )
    system = small_system(
        ("home", "far", "near"),
        moves,
        groups=("x", "y"),
        stocks=(
            InitialStock("home", n, Selector()),
            InitialStock("far", n / 5, Selector((("kind", ("x",)),))),
        ),
        end=date(2002, 12, 31),
        households=Households(2.4, ("home",)),
    )
    return replace(system, persons=persons)


def settle_alone(program: Program, seed: int, number: int = 0) -> tuple[Settled, np.uint64]:
    """Return the persons of a draw of a system without unknowns, and their run's stream."""
    equipment = Equipment(program)
    world = make_world(program, tabulate(program), equipment)
    stocks = np.rint(np.stack(initial_stocks(program, NOTHING))).astype(np.int64)
    name = np.uint64(child(np.uint64(seed), np.uint64(number)))
    household = int(household_sizes(program, NOTHING, 1)[0])
    return settle(equipment, world, stocks, NOTHING, household, name, {}), name


class Reference:
    """Takes a system of rate moves through its steps person by person, everything counted anew in each."""

    def __init__(self, system: System, seed: int) -> None:
        self.system, self.program = system, compile_system(system)
        self.persons = system.persons or Persons()
        self.equipment = Equipment(self.program)
        self.settled, self.name = settle_alone(self.program, seed)
        self.key = np.uint64(make_key(np.uint64(child(self.name, SCREENING))))
        world = make_world(self.program, tabulate(self.program), self.equipment)
        at, n_columns = self.settled.crowd.at, world.group_of.size
        self.status = [self.program.layout.cells[here // n_columns].status for here in at.tolist()]
        self.group = [int(world.group_of[here % n_columns]) for here in at.tolist()]
        self.named = {p: here % n_columns - world.first_named for p, here in enumerate(at.tolist())}
        self.head = self.settled.crowd.head.tolist()
        network = self.settled.networks[0] if self.settled.networks else None
        self.ties = [
            network.to[network.start[p] : network.start[p + 1]].tolist() if network else [] for p in range(len(at))
        ]
        self.history: list[list[str]] = [list(self.status)]
        self.moved: list[Row] = []

    def amount(self, exposure: Exposure, person: int, step: int) -> float:
        """Return an exposure's amount from the whole past."""
        months = exposure.delay_months
        keep = 1.0 if exposure.half_life_months is None else 0.5 ** (1.0 / exposure.half_life_months)
        if exposure.flows:
            flows = {self.system.flow_names.index(f) for f in exposure.flows}
            when = [s for s, who, _, flow in self.moved for q in self.ties[person] if who == q and flow in flows]
            return sum(keep ** (step - (s + 1 + months)) for s in when if s + 1 + months <= step)
        # What stood before a step; before the first, what stood at the start.
        stood = [
            float(sum(self.history[max(0, s - int(months))][q] in exposure.statuses for q in self.ties[person]))
            for s in range(step + 1)
        ]
        if exposure.half_life_months is None:
            return stood[step]
        told = stood[0]
        for s in range(step):
            told = stood[s] + (told - stood[s]) * keep
        return told

    def exposure(self, name: str, person: int, step: int) -> float:
        exposure = next(e for e in self.persons.exposures if e.name == name)
        amount, ties = self.amount(exposure, person, step), len(self.ties[person])
        return {
            "number": amount,
            "share": amount / max(ties, 1),
            "log": math.log1p(amount),
            "some": float(amount >= 0.5),
        }[exposure.form]

    def trait(self, name: tuple[str, int], person: int) -> float:
        return float(self.settled.own.traits[self.equipment.rows[name], person])

    def factor(self, move: str, person: int, step: int) -> float:
        """Return a person's own factor on the intensity of a move."""
        told, p = 1.0, self.persons
        for frailty in p.frailties:
            if frailty.move == move:
                told *= math.exp(frailty.spread * self.trait(("frailty", 0), person) - frailty.spread**2 / 2)
        for term in p.terms:
            if term.move == move:
                told *= math.exp(float(term.effect) * self.exposure(term.of, person, step))
        for profile in p.age_profiles:
            if profile.move == move:
                age = self.trait(("age", 0), person) + step / 12.0
                told *= [factor for low, factor in profile.factors if age >= low][-1]
        for place, threshold in enumerate(p.thresholds):
            if threshold.move == move and self.exposure(threshold.of, person, step) < self.trait(
                ("threshold", place), person
            ):
                told *= threshold.below
        return told

    def shared_factor(self, move: str, person: int, step: int) -> float:
        """Return the factor of the household where it decides, else the person's."""
        together = self.system.households.statuses if self.system.households else ()
        if self.status[person] not in together:
            return self.factor(move, person, step)
        members = [
            q
            for q in range(len(self.head))
            if self.head[q] == self.head[person] and self.status[q] == self.status[person]
        ]
        each = [self.factor(move, q, step) for q in members]
        decider = self.persons.households.decided_by if self.persons.households else Decider.HEAD
        return {Decider.HEAD: each[0], Decider.ANY: max(each), Decider.ALL: min(each)}[decider]

    def number(self, unit: int, step: int) -> tuple[float, float]:
        """Return a unit's number of a step, and the one that picks its way."""
        leading = 0
        for digit in range(DIGITS):
            word = int(draw_digits(step, unit // BLOCK, digit, self.key))
            leading = 2 * leading + (word >> unit % BLOCK & 1)
        stream = np.uint64(child(np.uint64(child(np.uint64(child(self.name, step)), PERSONS)), unit))
        return (leading + float(uniform(stream, REFINE))) / 2**DIGITS, float(uniform(stream, WAY))

    def times(self, move: str, person: int, step: int) -> float:
        """Return what is done for a named household."""
        place = self.named[person]
        told = 1.0
        if place >= 0 and self.persons.named:
            first, last = self.system.clock.boundaries[step : step + 2]
            for intervention in self.persons.named[place].interventions:
                if intervention.move == move and intervention.first < last and intervention.last >= first:
                    told *= intervention.times
        return told

    def run(self, steps: Iterable[int]) -> list[Row]:
        """Return all events of the steps."""
        together = self.system.households.statuses if self.system.households else ()
        for step in steps:
            after = list(self.status)
            now: list[Row] = []
            for person, status in enumerate(self.status):
                unit = self.head[person] if status in together else person
                moves = [m for m in self.system.moves if isinstance(m, RateMove) and m.origin == status]
                hazards = [
                    float(m.rate_per_year)
                    / 12.0
                    * self.shared_factor(m.name, person, step)
                    * self.times(m.name, person, step)
                    for m in moves
                ]
                u, way = self.number(unit, step)
                if u >= -math.expm1(-sum(hazards)):
                    continue
                rest = way * sum(hazards)
                k = 0
                while k < len(moves) - 1 and rest >= hazards[k]:
                    rest -= hazards[k]
                    k += 1
                after[person] = moves[k].destination
                now.append((step, person, self.group[person], self.system.flow_names.index(moves[k].name)))
            self.status = after
            self.history.append(list(after))
            self.moved.extend(now)
        return self.moved
