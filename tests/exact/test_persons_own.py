"""What persons have of their own, against every step worked out anew in plain Python: the same events, one by one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from counterstream.dynamics.program import compile_system
from counterstream.simulate.persons import Following, simulate_persons
from counterstream.system.exposure_forms import add_exposure_form, exposure_forms
from counterstream.system.persons import Decider, Exposure, Persons, PersonTerm
from counterstream.system.system import System
from tests.persons_example import ALONE, EVERYTHING, NOTHING, TIES, Reference, Told, rates_only

STEPS = 18


def compare(system: System, seed: int) -> Told:
    """Assert that the engine tells the events of the reference; return what it told."""
    told = Told()
    simulate_persons(compile_system(system), NOTHING, 1, following=Following(seed, told))
    wanted = Reference(system, seed).run(range(STEPS))
    assert len(wanted) > 150
    assert sorted(event for event in told.events[0] if event[0] < STEPS) == sorted(wanted)
    return told


@pytest.mark.parametrize("decider", list(Decider))
def test_everything_at_once(decider: Decider) -> None:
    assert EVERYTHING.households is not None
    households = replace(EVERYTHING.households, decided_by=decider)
    compare(rates_only(replace(EVERYTHING, households=households), 160.0), 5)


PARTS = {
    "frailty": Persons(frailties=ALONE.frailties),
    "ages": Persons(ages=ALONE.ages, age_profiles=ALONE.age_profiles),
    "ties now": Persons(ties=(TIES,), exposures=ALONE.exposures[:1], terms=ALONE.terms[:1]),
    "ties averaged": Persons(ties=(TIES,), exposures=ALONE.exposures[1:2], terms=ALONE.terms[2:3]),
    "moves fading": Persons(ties=(TIES,), exposures=ALONE.exposures[2:3], terms=ALONE.terms[3:]),
    "wait and see": Persons(ties=(TIES,), exposures=ALONE.exposures[3:], thresholds=ALONE.thresholds),
    "named": Persons(named=EVERYTHING.named),
    "nothing": Persons(),
}


@pytest.mark.parametrize("part", PARTS)
def test_each_part_alone(part: str) -> None:
    compare(rates_only(PARTS[part], 200.0), 11)


def test_a_form_of_the_user_is_used() -> None:
    def most(amount: float, ties: float) -> float:
        return 1.0 if 2.0 * amount > ties else 0.0

    if "most" not in exposure_forms():
        add_exposure_form("most", most)
    ties = replace(TIES, within_households=False)
    persons = Persons(
        ties=(ties,),
        exposures=(Exposure("away", "kin", statuses=("far", "near"), form="most"),),
        terms=(PersonTerm("go", 2.0, "away"),),
    )
    system = rates_only(persons, 200.0)

    class Mine(Reference):
        def exposure(self, name: str, person: int, step: int) -> float:
            return most(self.amount(self.persons.exposures[0], person, step), len(self.ties[person]))

    told = Told()
    simulate_persons(compile_system(system), NOTHING, 1, following=Following(3, told))
    wanted = Mine(system, 3).run(range(STEPS))
    assert sorted(event for event in told.events[0] if event[0] < STEPS) == sorted(wanted)
    plain = Told()
    simulate_persons(compile_system(replace(system, persons=None)), NOTHING, 1, following=Following(3, plain))
    assert sorted(plain.events[0]) != sorted(told.events[0])
