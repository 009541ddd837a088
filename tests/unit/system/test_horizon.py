"""A system beyond its declared period: the same before it, and what goes on after it."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from small_systems import small_system

from counterstream.dynamics.paths import event_path, release_path, walk_matrix
from counterstream.system.clock import Clock
from counterstream.system.horizon import drop_later_events, extend_clock, last_day_of_step
from counterstream.system.instrument import Event, Walk
from counterstream.system.move import Batches, DecisionMove
from counterstream.system.system import System
from counterstream.units import Step

END = date(2009, 12, 31)


def office(batches: Batches) -> System:
    move = DecisionMove("decide", "waiting", "gone", "refused", 2.0, 0.5, batches=batches)
    return small_system(("waiting", "gone", "refused"), (move,), events=(Event("war", date(2010, 3, 1)),))


def rhythm_of(system: System) -> Batches:
    (move,) = system.decisions
    assert move.batches is not None
    return move.batches


@pytest.mark.parametrize(
    ("step", "day", "last"),
    [
        (Step.MONTH, date(2012, 2, 10), date(2012, 2, 29)),
        (Step.QUARTER, date(2012, 2, 10), date(2012, 3, 31)),
        (Step.YEAR, date(2012, 12, 31), date(2012, 12, 31)),
        (Step.WEEK, date(2012, 12, 31), date(2013, 1, 4)),
    ],
)
def test_the_last_step_is_whole(step: Step, day: date, last: date) -> None:
    clock = Clock(step, date(2000, 1, 1), END)
    assert last_day_of_step(clock, day) == last
    assert (last - clock.start).days + 1 == 7 * 679 or step is not Step.WEEK


def test_an_end_inside_the_period_changes_nothing() -> None:
    system = office(Batches(dates=(date(2004, 1, 1),)))
    assert extend_clock(system, date(2005, 6, 30)) is system
    assert extend_clock(system, END) is system


@pytest.mark.parametrize("pull", [0.0, 0.7])
def test_a_walk_is_the_same_until_the_declared_end(pull: float) -> None:
    system = small_system(("here",), ())
    walk = Walk(Step.QUARTER, 0.0, 1.0, pull_per_year=pull)
    before = walk_matrix(system.clock, walk)
    after = walk_matrix(extend_clock(system, date(2019, 12, 31)).clock, walk)
    assert after.shape[0] == 240
    np.testing.assert_array_equal(after[:120, : before.shape[1]], before)
    # The last knot of the declared period may lie beyond its last midpoint; later ones count for nothing in it.
    np.testing.assert_array_equal(after[:120, before.shape[1] :], 0.0)


def test_the_spread_of_a_walk_grows_with_the_square_root_of_time() -> None:
    system = extend_clock(small_system(("here",), (), step=Step.MONTH), date(2039, 12, 31))
    matrix = walk_matrix(system.clock, Walk(Step.YEAR, 0.0, 1.0))
    variance = (matrix**2).sum(axis=1)
    years, part = np.divmod((np.arange(480) + 0.5) / 12.0, 1.0)
    # Straight between yearly knots: k whole increments of variance 1, and a part of the next.
    np.testing.assert_allclose(variance, years + part**2, rtol=1e-12)
    since = variance[[240 - 12, 480 - 12]] - variance[120 - 12]
    assert np.sqrt(since[1] / since[0]) == pytest.approx(np.sqrt(30.0 / 10.0), rel=1e-12)


def test_a_rhythm_by_dates_ends_with_the_declared_period() -> None:
    system = extend_clock(office(Batches(dates=(date(2004, 1, 1),))), date(2011, 12, 31))
    assert rhythm_of(system).last == END
    released = release_path(system.clock, rhythm_of(system))
    assert np.flatnonzero(released[:120]).tolist() == [48]
    assert released[120:].tolist() == [1.0] * 24


@pytest.mark.parametrize(
    "batches",
    [
        Batches(every_steps=6),
        Batches(dates=(date(2004, 1, 1),), last=date(2005, 12, 31)),
        Batches(dates=(date(2004, 1, 1),), every_steps=6),
    ],
)
def test_a_rhythm_that_says_how_it_goes_on_is_kept(batches: Batches) -> None:
    assert rhythm_of(extend_clock(office(batches), date(2011, 12, 31))) == batches


def test_events_keep_their_dates_and_can_be_dropped() -> None:
    system = extend_clock(office(Batches(every_steps=6)), date(2011, 12, 31))
    assert np.flatnonzero(event_path(system.clock, system.events[0])).tolist() == [122]
    assert drop_later_events(system, date(2010, 3, 1)) == system
    (dropped,) = drop_later_events(system, date(2010, 2, 28)).events
    assert event_path(system.clock, dropped).sum() == 0.0


def test_off_the_calendar_there_is_no_step() -> None:
    with pytest.raises(ValueError, match="10000"):
        extend_clock(small_system(("here",), ()), date(9999, 12, 31))
