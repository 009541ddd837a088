"""What is left of long work, told from what was heard of it."""

from __future__ import annotations

import pytest

from counterstream.cli.pace import Pace, format_duration

WEIGHTS = {"compile": 1.0, "mode": 2.0, "warm-up": 10.0, "sampling": 0.0, "write": 1.0}


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pace(clock: Clock) -> Pace:
    return Pace(WEIGHTS, clock)


def at(clock: Clock, seconds: float) -> None:
    clock.now = 100.0 + seconds


def test_nothing_is_known_before_something_is_heard(pace: Pace, clock: Clock) -> None:
    at(clock, 5)
    assert pace.remaining() is None
    pace.told("compile", 0, 1)
    assert pace.remaining() is None


def test_phases_begin_where_the_one_before_was_last_heard_of(pace: Pace, clock: Clock) -> None:
    at(clock, 4)
    assert pace.told("compile", 1, 1)
    at(clock, 7)
    assert pace.told("mode", 1, 0)
    at(clock, 9)
    assert not pace.told("mode", 2, 0, "better")
    at(clock, 10)
    assert [pace.seconds_of(phase) for phase in pace.phases] == [4.0, 6.0]
    assert pace.current is not None
    assert (pace.current.remark, pace.elapsed()) == ("better", 10.0)


def test_phases_to_come_take_their_weight(pace: Pace, clock: Clock) -> None:
    at(clock, 4)
    pace.told("compile", 1, 1)
    # Compiling has weight 1 and took 4 s; 2 + 10 + 0 + 1 are to come.
    assert pace.remaining() == pytest.approx(4.0 * 13.0)


def test_a_phase_that_does_not_count_takes_its_weight(pace: Pace, clock: Clock) -> None:
    at(clock, 4)
    pace.told("compile", 1, 1)
    at(clock, 7)
    pace.told("mode", 3, 0)
    # 8 s are expected of it and 3 are over; 11 weights of 4 s follow.
    assert pace.remaining() == pytest.approx(5.0 + 44.0)
    at(clock, 30)
    assert pace.remaining() == pytest.approx(44.0)


def test_a_phase_that_counts_goes_by_its_own_rate(pace: Pace, clock: Clock) -> None:
    pace.told("write", 0, 10)
    at(clock, 2)
    pace.told("write", 4, 10)
    assert pace.remaining() == pytest.approx(3.0)
    at(clock, 3)
    assert pace.remaining() == pytest.approx(2.0)
    at(clock, 60)
    assert pace.remaining() == 0.0
    pace.told("write", 10, 10)
    assert pace.remaining() == 0.0


def test_the_first_units_do_not_set_the_rate_once_there_are_others(pace: Pace, clock: Clock) -> None:
    at(clock, 20)
    pace.told("write", 10, 100)
    assert pace.remaining() == pytest.approx(180.0)
    at(clock, 21)
    pace.told("write", 20, 100)
    assert pace.remaining() == pytest.approx(8.0)


def test_one_counter_through_two_phases(pace: Pace, clock: Clock) -> None:
    pace.told("warm-up", 0, 140)
    at(clock, 8)
    pace.told("warm-up", 80, 140)
    # 6 s by its own rate, then writing: 1/10 of the 14 s of the chains.
    assert pace.remaining() == pytest.approx(6.0 + 1.4)
    at(clock, 10)
    pace.told("sampling", 90, 140)
    assert pace.current is not None
    assert pace.current.base == 80
    # 10 units in 2 s: 50 are left; and writing as before, of 20 s in all.
    assert pace.remaining() == pytest.approx(10.0 + 2.0)


def test_what_follows_chains_is_measured_by_both_their_phases(pace: Pace, clock: Clock) -> None:
    pace.told("warm-up", 0, 140)
    at(clock, 8)
    pace.told("warm-up", 80, 140)
    at(clock, 20)
    pace.told("sampling", 140, 140)
    pace.told("write", 0, 0)
    at(clock, 20.5)
    assert pace.remaining() == pytest.approx(1.5)


def test_a_resumed_counter_does_not_look_fast_for_long(pace: Pace, clock: Clock) -> None:
    at(clock, 1)
    pace.told("warm-up", 60, 80)
    at(clock, 11)
    pace.told("warm-up", 70, 80)
    assert pace.remaining() == pytest.approx(10.0 + 2.1)


def test_unexpected_phases_count_for_nothing_until_they_are_heard(pace: Pace, clock: Clock) -> None:
    at(clock, 4)
    pace.told("compile", 1, 1)
    pace.told("surprise", 0, 2)
    at(clock, 6)
    pace.told("surprise", 1, 2)
    assert pace.remaining() == pytest.approx(2.0 + 4.0 * 13.0)
    assert Pace({}, clock).remaining() is None


def test_a_phase_heard_again_from_the_start_is_a_new_one(pace: Pace, clock: Clock) -> None:
    pace.told("write", 3, 3)
    assert pace.told("write", 0, 3)
    assert [phase.done for phase in pace.phases] == [3, 0]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-1.0, "0.0 s"),
        (0.04, "0.0 s"),
        (0.96, "1.0 s"),
        (1.4, "1 s"),
        (59.4, "59 s"),
        (59.6, "1 min 00 s"),
        (185.0, "3 min 05 s"),
        (3599.7, "1 h 00 min"),
        (7800.0, "2 h 10 min"),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    assert format_duration(seconds) == text
