"""The expected engine against closed forms."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from mpmath import expm, matrix, mp
from scipy.stats import nbinom

from counterstream.dynamics.draw import Draw
from counterstream.dynamics.program import compile_system
from counterstream.simulate.expected import Course, simulate_expected
from counterstream.system.group import Selector
from counterstream.system.instrument import Event, Instrument, Steps
from counterstream.system.move import (
    Alternative,
    Batches,
    ChoiceMove,
    DecisionMove,
    EntryMove,
    LossMove,
    Move,
    RateMove,
)
from counterstream.system.parameter import Family, Parameter, Prior
from counterstream.system.signal import Signal, SignalInput, Source
from counterstream.system.system import System
from counterstream.system.term import Term
from counterstream.units import Step
from tests.small_systems import small_system

NOTHING = Draw({}, {})


def run(system: System) -> Course:
    return simulate_expected(compile_system(system), NOTHING)


def flow(system: System, course: Course, name: str) -> np.ndarray:
    return course.flows[:, :, system.flow_names.index(name)]


def stock(system: System, course: Course, name: str) -> np.ndarray:
    return course.stocks[:, :, system.status_names.index(name)]


def test_competing_rates_split_by_their_shares() -> None:
    system = small_system(
        ("a", "b", "c"), (RateMove("ab", "a", "b", 0.6), RateMove("ac", "a", "c", 0.2)), initial={"a": 1000.0}
    )
    course = run(system)
    left = 1000.0 * np.exp(-0.8 * np.arange(121) / 12.0)
    np.testing.assert_allclose(stock(system, course, "a")[:, 0], left, rtol=1e-12)
    np.testing.assert_allclose(flow(system, course, "ab")[:, 0], 0.75 * -np.diff(left), rtol=1e-12)
    np.testing.assert_allclose(flow(system, course, "ac")[:, 0], 0.25 * -np.diff(left), rtol=1e-12)


def test_one_way_chain_agrees_with_the_matrix_exponential_as_steps_shrink() -> None:
    mp.dps = 60
    generator = matrix([[-0.5, 0.5, 0], [0, -0.9, 0.9], [0, 0, 0]])
    exact = expm(generator)[0, 2]
    errors = []
    for step in (Step.MONTH, Step.DAY):
        system = small_system(
            ("a", "b", "c"),
            (RateMove("ab", "a", "b", 0.5), RateMove("bc", "b", "c", 0.9)),
            initial={"a": 1.0},
            step=step,
            end=date(2000, 12, 31) if step is Step.MONTH else date(2000, 12, 30),
        )
        course = run(system)
        errors.append(abs(stock(system, course, "c")[-1, 0] - float(exact)))
    assert errors[1] < errors[0] / 20.0
    assert errors[1] < 1e-3


CONSERVED: tuple[Move, ...] = (
    RateMove("ask", "home", "queue", 0.3, (Term(0.5, of="news"),)),
    DecisionMove("decide", "queue", "gate", "refused", 4.0, 0.6, stages=3, capacity_per_year=4000.0),
    ChoiceMove("choose", "gate", (Alternative("far"), Alternative("near", (Term(0.4),)))),
    RateMove("again", "refused", "queue", 0.5),
    RateMove("back", "far", "home", 0.1),
)
NEWS = Signal("news", (SignalInput(Source.FLOW, ("choose.far",), 1.0, scale_persons=1000.0, log=True),), 6.0)
STATUSES = ("home", "queue", "refused", "gate", "far", "near")


def closed_system(**changes: object) -> System:
    system = small_system(
        STATUSES, CONSERVED, initial={"home": 1e6}, groups=("x", "y"), junctions=("gate",), signals=(NEWS,)
    )
    return replace(system, **changes)  # type: ignore[arg-type]


def test_persons_are_conserved_at_every_step() -> None:
    course = run(closed_system())
    np.testing.assert_allclose(course.stocks.sum(axis=(1, 2)), 1e6, rtol=1e-12)
    assert course.stocks.min() >= 0.0
    assert course.flows.min() >= 0.0


def test_a_lossy_system_is_not_conserved() -> None:
    course = run(closed_system(moves=(*CONSERVED, LossMove("die", ("far",), 0.01))))
    assert course.stocks[-1].sum() < 1e6 * (1 - 1e-6)


def test_stocks_change_by_what_flows() -> None:
    system = closed_system()
    course = run(system)
    far = stock(system, course, "far")
    change = flow(system, course, "choose.far") - flow(system, course, "back")
    np.testing.assert_allclose(np.diff(far, axis=0), change, atol=1e-7)


@pytest.mark.parametrize("stages", [1, 2, 4])
def test_delay_has_the_declared_mean_and_the_negative_binomial_form(stages: int) -> None:
    decide = DecisionMove("decide", "queue", "in", "out", 8.0, 0.25, stages=stages)
    system = small_system(("queue", "in", "out"), (decide,), initial={"queue": 1.0}, end=date(2099, 12, 31))
    course = run(system)
    decided = flow(system, course, "decide.approved")[:, 0] + flow(system, course, "decide.refused")[:, 0]
    months = np.arange(1, decided.size + 1)
    assert decided @ months == pytest.approx(8.0, rel=1e-10)
    exact = nbinom.pmf(months - stages, stages, stages / 8.0)
    np.testing.assert_allclose(decided, exact, atol=1e-13)
    assert flow(system, course, "decide.approved").sum() == pytest.approx(0.25, rel=1e-10)


def test_the_delay_tends_to_an_erlang_variance_with_short_steps() -> None:
    decide = DecisionMove("decide", "queue", "in", "out", 8.0, 0.25, stages=4)
    system = small_system(
        ("queue", "in", "out"), (decide,), initial={"queue": 1.0}, step=Step.DAY, end=date(2009, 12, 31)
    )
    decided = flow(system, run(system), "decide.approved")[:, 0] / 0.25
    years = np.arange(1, decided.size + 1) / 365.25
    mean = decided @ years
    variance = decided @ years**2 - mean**2
    assert variance == pytest.approx(mean**2 / 4, rel=0.02)


def test_little_law() -> None:
    decide = DecisionMove("decide", "queue", "in", "out", 8.0, 0.25, stages=2)
    system = small_system(
        ("queue", "in", "out"),
        (EntryMove("enter", "queue", persons_per_year=1200.0), decide),
        end=date(2099, 12, 31),
    )
    course = run(system)
    assert stock(system, course, "queue")[-1, 0] == pytest.approx(100.0 * 8.0, rel=1e-10)


def test_mean_time_to_absorption() -> None:
    system = small_system(
        ("a", "b", "end"),
        (RateMove("ab", "a", "b", 1.2), RateMove("ba", "b", "a", 0.6), RateMove("be", "b", "end", 0.6)),
        initial={"a": 1.0},
        end=date(2299, 12, 31),
    )
    course = run(system)
    alive = stock(system, course, "a") + stock(system, course, "b")
    p, q = 1 - np.exp(-0.1), (1 - np.exp(-0.1)) / 2
    transient = np.array([[1 - p, p], [q, 1 - 2 * q]])
    exact = np.linalg.solve(np.eye(2) - transient, np.ones(2))[0]
    assert alive.sum() == pytest.approx(exact, rel=1e-10)


def test_capacity_is_never_passed_and_priority_is_served_first() -> None:
    first = Selector((("kind", ("y",)),))
    decide = DecisionMove("decide", "queue", "in", "out", 2.0, 0.5, capacity_per_year=1200.0, priority=(first,))
    system = small_system(("queue", "in", "out"), (decide,), initial={"queue": 4000.0}, groups=("x", "y"))
    course = run(system)
    decided = flow(system, course, "decide.approved") + flow(system, course, "decide.refused")
    assert decided.sum(axis=1).max() <= 100.0 * (1 + 1e-12)
    assert decided[0, 0] == pytest.approx(0.0, abs=1e-9)
    assert decided[0, 1] == pytest.approx(100.0)


def test_a_short_capacity_is_shared_in_proportion_to_queues() -> None:
    decide = DecisionMove("decide", "queue", "in", "out", 2.0, 0.5, capacity_per_year=1200.0)
    system = small_system(("queue", "in", "out"), (decide,), initial={"queue": 4000.0}, groups=("x", "y"))
    decided = flow(system, run(system), "decide.approved")
    assert decided[0, 0] == pytest.approx(decided[0, 1]) == pytest.approx(25.0)


def test_batches_release_on_their_dates_and_between_them_nobody() -> None:
    batches = Batches(dates=(date(2001, 3, 10),), first=date(2000, 1, 1), last=date(2001, 12, 31))
    decide = DecisionMove("decide", "queue", "in", "out", 4.0, 0.5, batches=batches)
    system = small_system(("queue", "in", "out"), (decide,), initial={"queue": 1000.0})
    course = run(system)
    released = flow(system, course, "decide.released")[:, 0]
    approved = flow(system, course, "decide.approved")[:, 0]
    assert released[:14].max() == 0.0
    assert released[14] == pytest.approx(approved[:15].sum())
    assert released[15:24].max() == 0.0
    assert released.sum() == pytest.approx(approved.sum())
    np.testing.assert_allclose(course.stocks.sum(axis=(1, 2)), 1000.0, rtol=1e-12)


def test_batches_every_so_many_steps() -> None:
    decide = DecisionMove("decide", "queue", "in", "out", 4.0, 0.5, batches=Batches(every_steps=3))
    system = small_system(("queue", "in", "out"), (decide,), initial={"queue": 1000.0})
    released = flow(system, run(system), "decide.released")[:, 0]
    assert np.flatnonzero(released > 0)[:3].tolist() == [2, 5, 8]


def test_choice_is_a_conditional_logit() -> None:
    course = run(closed_system())
    system = closed_system()
    far, near = flow(system, course, "choose.far"), flow(system, course, "choose.near")
    assert near.sum() > 0.0
    np.testing.assert_allclose(near, far * np.exp(0.4), rtol=1e-12)


def test_twin_groups_behave_as_one() -> None:
    one = run(replace(closed_system(), **one_group()))
    two = run(closed_system())
    np.testing.assert_allclose(two.flows.sum(axis=1), one.flows.sum(axis=1), rtol=1e-10, atol=1e-10)


def one_group() -> dict[str, object]:
    single = small_system(STATUSES, CONSERVED, initial={"home": 1e6}, junctions=("gate",), signals=(NEWS,))
    return {"attributes": single.attributes, "groups": single.groups}


def test_order_of_declaration_does_not_matter() -> None:
    system = closed_system()
    turned = replace(system, moves=tuple(reversed(system.moves)), statuses=tuple(reversed(system.statuses)))
    a, b = run(system), run(turned)
    for name in system.flow_names:
        np.testing.assert_allclose(flow(system, a, name), flow(turned, b, name), rtol=1e-10, atol=1e-10)


def test_units_of_a_parameter_do_not_matter() -> None:
    from counterstream.dynamics.draw import to_internal

    flows = []
    for unit, value in (("per_year", 0.6), ("per_month", 0.05)):
        parameter = Parameter("rate", Prior(Family.LOGNORMAL, (0.1, 1.0)), unit, "test")
        system = small_system(
            ("a", "b"), (RateMove("ab", "a", "b", "rate"),), initial={"a": 10.0}, parameters=(parameter,)
        )
        draw = Draw(to_internal(system, {"rate": np.asarray(value)}), {})
        flows.append(simulate_expected(compile_system(system), draw).flows)
    np.testing.assert_allclose(flows[0], flows[1], rtol=1e-12)


def test_signal_follows_its_recursion() -> None:
    news = Signal(
        "news",
        (
            SignalInput(Source.FLOW, ("ab",), 0.7, scale_persons=10.0, lag_months=2),
            SignalInput(Source.EVENT, ("shock",), 2.0),
        ),
        half_life_months=5.0,
    )
    move = RateMove("ab", "a", "b", 0.5, (Term(-0.3, of="news"),))
    system = small_system(
        ("a", "b"), (move,), initial={"a": 100.0}, signals=(news,), events=(Event("shock", date(2000, 3, 5)),)
    )
    moved = flow(system, run(system), "ab")[:, 0]
    level, persons, lagged = 0.0, 100.0, [0.0, 0.0]
    for t in range(40):
        expected = persons * -np.expm1(-0.5 / 12 * np.exp(-0.3 * level))
        assert moved[t] == pytest.approx(expected, rel=1e-11)
        level = level * 0.5 ** (1 / 5) + 0.7 * lagged[0] + 2.0 * (t == 2)
        lagged = [lagged[1], expected * 12 / 10.0]
        persons -= expected


def test_an_instrument_steps_within_a_month_in_proportion_to_days() -> None:
    charge = Instrument("charge", Steps(((date(2000, 1, 16), 1.0), (date(2000, 2, 1), 0.0))))
    move = RateMove("ab", "a", "b", 0.5, (Term(-1.0, of="charge"),))
    system = small_system(("a", "b"), (move,), initial={"a": 1.0}, instruments=(charge,))
    moved = flow(system, run(system), "ab")[:, 0]
    assert moved[0] == pytest.approx(-np.expm1(-0.5 / 12 * np.exp(-16 / 31)), rel=1e-11)
    assert moved[1] / (1 - moved[0]) == pytest.approx(-np.expm1(-0.5 / 12), rel=1e-11)
