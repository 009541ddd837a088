"""A scenario's changes, each applied to a system."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import jax.numpy as jnp
import numpy as np
import pytest

from counterstream.dynamics.draw import Draw
from counterstream.dynamics.program import compile_system
from counterstream.errors import CounterstreamError
from counterstream.scenario.change import apply_scenario, find_scenario
from counterstream.scenario.wording import say_change
from counterstream.simulate.expected import simulate_expected
from counterstream.system.group import EVERYBODY
from counterstream.system.instrument import Event, Hold, Instrument, Steps
from counterstream.system.move import Batches, DecisionMove, RateMove
from counterstream.system.parameter import Family, Parameter, Prior
from counterstream.system.persons import Intervention, NamedHousehold, Persons
from counterstream.system.scenario import (
    ChangeParameter,
    ChangeRhythm,
    DropEvent,
    DropInterventions,
    HoldInstrument,
    HoldSignal,
    MoveEvent,
    Scenario,
)
from counterstream.system.signal import Signal, SignalInput, Source
from counterstream.system.system import System
from counterstream.system.term import Term
from tests.small_systems import small_system


def office() -> System:
    decide = DecisionMove("decide", "queue", "in", "out", "delay", 0.5, batches=Batches(every_steps=3))
    return small_system(
        ("queue", "in", "out"),
        (decide,),
        parameters=(Parameter("delay", Prior(Family.LOGNORMAL, (4.0, 0.3)), "months", "test"),),
        instruments=(Instrument("charge", Steps(((date(2000, 1, 1), 1.0),))),),
        events=(Event("war", date(2001, 1, 1)),),
    )


def test_an_instrument_is_held() -> None:
    hold = Hold(0.0, date(2001, 1, 1), None)
    changed = apply_scenario(office(), Scenario("s", (HoldInstrument("charge", hold),)))
    assert changed.system.instruments[0].holds == (hold,)


def test_an_event_is_dropped() -> None:
    assert apply_scenario(office(), Scenario("s", (DropEvent("war"),))).system.events[0].dropped


def test_a_rhythm_is_changed() -> None:
    move = apply_scenario(office(), Scenario("s", (ChangeRhythm("decide", None),))).system.moves[0]
    assert isinstance(move, DecisionMove)
    assert move.batches is None


def test_a_parameter_is_set_in_its_own_unit_and_multiplied() -> None:
    draw = Draw({"delay": jnp.array([0.25, 0.5])}, {})
    fixed = apply_scenario(office(), Scenario("s", (ChangeParameter("delay", value=6.0),)))
    assert fixed.adjust(draw).values["delay"].tolist() == [0.5, 0.5]
    doubled = apply_scenario(office(), Scenario("s", (ChangeParameter("delay", times=2.0),)))
    assert doubled.adjust(draw).values["delay"].tolist() == [0.5, 1.0]


def named(name: str, label: str = "") -> NamedHousehold:
    letter = Intervention("decide", date(2001, 1, 1), date(2001, 6, 30), times=3.0)
    return NamedHousehold(name, "queue", 2, EVERYBODY, (letter,), label)


def test_nothing_is_done_for_one_named_household_and_all_for_another() -> None:
    system = replace(office(), persons=Persons(named=(named("poet", "A poet"), named("clerk"))))
    scenario = Scenario("s", (DropInterventions("poet"),))
    changed = apply_scenario(system, scenario).system.persons
    assert changed is not None
    assert [household.dropped for household in changed.named] == [True, False]
    assert replace(changed, named=system.persons.named if system.persons else ()) == system.persons
    assert say_change(system, scenario.changes[0]) == "nothing is done for: A poet"
    assert say_change(system, DropInterventions("clerk")) == "nothing is done for: clerk"


def test_cohorts_do_without_what_only_persons_have() -> None:
    """The same numbers with and without: what persons have changes no cohort."""
    system = replace(office(), parameters=(), moves=(RateMove("go", "queue", "in", 0.1),))
    several = replace(system, persons=Persons(named=(named("poet"),)))
    plain = simulate_expected(compile_system(system), Draw({}, {}))
    with_persons = simulate_expected(compile_system(several), Draw({}, {}))
    np.testing.assert_array_equal(plain.stocks, with_persons.stocks)


def test_the_system_itself_is_left_as_it_is() -> None:
    before = office()
    apply_scenario(before, Scenario("s", (DropEvent("war"),)))
    assert before == office()


def test_an_unknown_scenario_is_coded() -> None:
    with pytest.raises(CounterstreamError) as caught:
        find_scenario(office(), "peace")
    assert caught.value.codes == ("U201",)


def test_a_signal_is_held() -> None:
    letters = Signal("letters", (SignalInput(Source.STOCK, ("in",), 1.0),))
    system = replace(office(), signals=(letters,))
    hold = Hold(2.0, None, date(2001, 1, 1))
    assert apply_scenario(system, Scenario("s", (HoldSignal("letters", hold),))).system.signals[0].holds == (hold,)


def test_an_event_is_moved_and_stands_until_a_last_day() -> None:
    fading = replace(office(), events=(Event("war", date(2001, 1, 1), half_life_months=6.0, dropped=True),))
    earlier = apply_scenario(fading, Scenario("s", (MoveEvent("war", date(2000, 3, 1)),))).system.events[0]
    assert earlier == Event("war", date(2000, 3, 1), half_life_months=6.0)
    longer = apply_scenario(fading, Scenario("s", (MoveEvent("war", last=date(2004, 1, 1)),))).system.events[0]
    assert longer == Event("war", date(2001, 1, 1), date(2004, 1, 1))


def test_what_is_held_of_a_signal_is_what_moves_see() -> None:
    """A rate with effect 1 of a held signal is multiplied by ``exp(value)`` while it is held, and only then."""
    feed = SignalInput(Source.STOCK, ("in",), 1.0, scale_persons=1e4)
    signal = Signal("letters", (feed,), half_life_months=6.0)
    move = RateMove("go", "queue", "in", 0.1, terms=(Term(1.0, "letters"),))
    system = small_system(("queue", "in"), (move,), signals=(signal,), initial={"queue": 1000.0})
    silent = Scenario("s", (HoldSignal("letters", Hold(0.7, date(2001, 1, 1), date(2001, 12, 31))),))
    changed = apply_scenario(system, silent).system
    course = simulate_expected(compile_system(changed), Draw({}, {}))
    plain = simulate_expected(compile_system(system), Draw({}, {}))
    hazard = -np.log1p(-course.flows[:, 0, 0] / course.stocks[:-1, 0, 0])
    np.testing.assert_allclose(hazard[12:24], 0.1 / 12 * np.exp(0.7), rtol=1e-12)
    np.testing.assert_array_equal(course.flows[:12], plain.flows[:12])
    assert (np.abs(hazard[24:] / (0.1 / 12 * np.exp(0.7)) - 1.0) > 1e-3).all()
