"""A scenario's changes, each applied to a system."""

from __future__ import annotations

from datetime import date

import jax.numpy as jnp
import pytest

from counterstream.dynamics.draw import Draw
from counterstream.errors import CounterstreamError
from counterstream.scenario.change import apply_scenario, find_scenario
from counterstream.system.instrument import Event, Hold, Instrument, Steps
from counterstream.system.move import Batches, DecisionMove
from counterstream.system.parameter import Family, Parameter, Prior
from counterstream.system.scenario import ChangeParameter, ChangeRhythm, DropEvent, HoldInstrument, Scenario
from counterstream.system.system import System
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


def test_the_system_itself_is_left_as_it_is() -> None:
    before = office()
    apply_scenario(before, Scenario("s", (DropEvent("war"),)))
    assert before == office()


def test_an_unknown_scenario_is_coded() -> None:
    with pytest.raises(CounterstreamError) as caught:
        find_scenario(office(), "peace")
    assert caught.value.codes == ("U201",)
