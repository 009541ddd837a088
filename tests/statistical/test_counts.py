"""The counts engine: conservation, distributions, keys, and agreement with the expected engine.

Each statistical check has a chance of a false alarm of at most 1e-5 with other keys; keys are fixed.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import jax
import numpy as np
import pytest
from numba import get_num_threads, set_num_threads
from scipy.stats import binom, chisquare, poisson

from counterstream.dynamics.draw import Draw
from counterstream.dynamics.program import compile_system
from counterstream.simulate.counts import Whole, simulate_counts
from counterstream.simulate.expected import simulate_expected
from counterstream.system.instrument import Event
from counterstream.system.move import (
    Alternative,
    Batches,
    ChoiceMove,
    DecisionMove,
    EntryMove,
    LossMove,
    RateMove,
)
from counterstream.system.place import Households
from counterstream.system.system import System
from counterstream.system.term import Term
from tests.small_systems import small_system

NOTHING = Draw({}, {})
MOVES = (
    RateMove("ask", "home", "queue", 0.6, (Term(-1.0, of="shock"),)),
    DecisionMove("decide", "queue", "gate", "refused", 4.0, 0.6, stages=2),
    ChoiceMove("choose", "gate", (Alternative("far"), Alternative("near", (Term(0.4),)))),
    RateMove("again", "refused", "queue", 0.5),
    RateMove("back", "far", "home", 0.3),
)
STATUSES = ("home", "queue", "refused", "gate", "far", "near")


def linear_system(persons: float = 500.0, dropped: bool = False) -> System:
    return small_system(
        STATUSES,
        MOVES,
        initial={"home": persons},
        groups=("x", "y"),
        junctions=("gate",),
        end=date(2002, 12, 31),
        events=(Event("shock", date(2001, 1, 1), date(2001, 12, 31), dropped=dropped),),
    )


@pytest.fixture(scope="module")
def runs() -> Whole:
    return simulate_counts(compile_system(linear_system()), NOTHING, 2000, seed=3)


def test_nobody_appears_or_vanishes(runs: Whole) -> None:
    assert (runs.stocks.sum(axis=(2, 3)) == 500).all()
    assert runs.stocks.min() >= 0
    assert runs.flows.min() >= 0


def test_flows_account_for_every_change_of_stock(runs: Whole) -> None:
    system = linear_system()
    near = runs.stocks[:, :, :, system.status_names.index("near")]
    arrived = runs.flows[:, :, :, system.flow_names.index("choose.near")]
    assert (np.diff(near, axis=1) == arrived).all()


def test_the_mean_is_the_expected_engine(runs: Whole) -> None:
    course = simulate_expected(compile_system(linear_system()), NOTHING)
    error = runs.flows.std(axis=0) / np.sqrt(2000)
    usable = error > 0.01
    z = (runs.flows.mean(axis=0) - course.flows)[usable] / error[usable]
    assert np.abs(z).max() < 5.5
    assert abs(z.std() - 1.0) < 0.2


def test_a_closed_linear_system_is_multinomial(runs: Whole) -> None:
    system = linear_system()
    share = simulate_expected(compile_system(system), NOTHING).stocks[-1].sum(axis=0)[0] / 500.0
    home = runs.stocks[:, -1, :, 0].sum(axis=1)
    edges = binom.ppf(np.linspace(0, 1, 11)[1:-1], 500, share)
    classes = np.digitize(home, edges, right=True)
    cumulative = np.concatenate([[0.0], binom.cdf(edges, 500, share), [1.0]])
    observed = np.bincount(classes, minlength=10)
    assert chisquare(observed, np.diff(cumulative) * 2000).pvalue > 1e-5


def test_poisson_entries_stay_poisson() -> None:
    system = small_system(
        ("a", "b"),
        (EntryMove("come", "a", persons_per_year=60.0), RateMove("ab", "a", "b", 0.8), LossMove("die", ("b",), 0.4)),
        end=date(2001, 12, 31),
    )
    runs = simulate_counts(compile_system(system), NOTHING, 2000, seed=4)
    mean = simulate_expected(compile_system(system), NOTHING).stocks[-1, 0]
    for i in range(2):
        final = runs.stocks[:, -1, 0, i]
        edges = poisson.ppf(np.linspace(0, 1, 9)[1:-1], mean[i])
        cumulative = np.concatenate([[0.0], poisson.cdf(edges, mean[i]), [1.0]])
        observed = np.bincount(np.digitize(final, edges, right=True), minlength=8)
        assert chisquare(observed, np.diff(cumulative) * 2000).pvalue > 1e-5
    assert abs(np.corrcoef(runs.stocks[:, -1, 0, 0], runs.stocks[:, -1, 0, 1])[0, 1]) < 5 / np.sqrt(2000)


def test_results_do_not_depend_on_batches_or_threads(runs: Whole) -> None:
    program = compile_system(linear_system())
    again = simulate_counts(program, NOTHING, 50, seed=3, batch=7)
    assert (again.flows == runs.flows[:50]).all()
    threads = get_num_threads()
    set_num_threads(1)
    try:
        alone = simulate_counts(program, NOTHING, 50, seed=3)
    finally:
        set_num_threads(threads)
    assert (alone.flows == runs.flows[:50]).all()


def test_other_seeds_give_other_runs(runs: Whole) -> None:
    other = simulate_counts(compile_system(linear_system()), NOTHING, 50, seed=5)
    assert (other.flows != runs.flows[:50]).any()


def test_a_change_leaves_what_came_before_untouched_and_narrows_the_difference(runs: Whole) -> None:
    changed = simulate_counts(compile_system(linear_system(dropped=True)), NOTHING, 2000, seed=3)
    assert (changed.flows[:, :12] == runs.flows[:, :12]).all()
    assert (changed.flows[:, 12:] != runs.flows[:, 12:]).any()
    other = simulate_counts(compile_system(linear_system(dropped=True)), NOTHING, 2000, seed=99)
    system = linear_system()
    asked = system.flow_names.index("ask")
    base = runs.flows[:, :, :, asked].sum(axis=(1, 2))
    same = (changed.flows[:, :, :, asked].sum(axis=(1, 2)) - base).var()
    fresh = (other.flows[:, :, :, asked].sum(axis=(1, 2)) - base).var()
    assert same < fresh


def test_capacity_is_never_passed() -> None:
    decide = DecisionMove("decide", "queue", "in", "out", 2.0, 0.5, capacity_per_year=126.0)
    system = small_system(
        ("queue", "in", "out"), (decide,), initial={"queue": 4000.0}, groups=("x", "y"), end=date(2001, 12, 31)
    )
    runs = simulate_counts(compile_system(system), NOTHING, 200, seed=6)
    decided = runs.flows[:, :, :, :2].sum(axis=(2, 3))
    assert set(np.unique(decided)) <= {10, 11}
    assert decided.mean() == pytest.approx(10.5, abs=0.05)


def test_batches_hold_the_approved_until_their_date() -> None:
    batches = Batches(dates=(date(2001, 3, 10),), first=date(2000, 1, 1), last=date(2001, 12, 31))
    decide = DecisionMove("decide", "queue", "in", "out", 4.0, 0.5, batches=batches)
    system = small_system(("queue", "in", "out"), (decide,), initial={"queue": 1000.0}, end=date(2001, 12, 31))
    runs = simulate_counts(compile_system(system), NOTHING, 20, seed=7)
    released = runs.flows[:, :, 0, system.flow_names.index("decide.released")]
    assert (released[:, 14] > 0).all()
    assert released[:, :14].sum() == 0
    assert released[:, 15:].sum() == 0
    assert (runs.stocks.sum(axis=(2, 3)) == 1000).all()


def test_households_widen_chance_and_keep_the_mean() -> None:
    system = linear_system()
    families = replace(system, households=Households(4.0, ("home", "queue", "refused")))
    whole = simulate_counts(compile_system(families), NOTHING, 2000, seed=3)
    alone = simulate_counts(compile_system(system), NOTHING, 2000, seed=3)
    asked = system.flow_names.index("ask")
    first = whole.flows[:, 0, :, asked].sum(axis=1)
    single = alone.flows[:, 0, :, asked].sum(axis=1)
    assert first.mean() == pytest.approx(single.mean(), abs=5 * first.std() / np.sqrt(2000))
    assert first.var() > 3 * single.var()
    assert (whole.stocks.sum(axis=(2, 3)) == 500).all()


def test_draws_with_unknowns_run_together() -> None:
    from counterstream.system.parameter import Family, Parameter, Prior

    rate = Parameter("rate", Prior(Family.LOGNORMAL, (0.5, 1.0)), "per_year", "test")
    system = small_system(
        ("a", "b"),
        (RateMove("ab", "a", "b", "rate"),),
        initial={"a": 1000.0},
        parameters=(rate,),
        end=date(2000, 12, 31),
    )
    draws = Draw({"rate": jax.numpy.array([0.0001, 5.0])}, {})
    runs = simulate_counts(compile_system(system), draws, 2, seed=8)
    left = runs.flows.sum(axis=(1, 2, 3))
    assert left[0] < 10
    assert left[1] > 950


def test_households_have_the_size_of_their_own_draw_whatever_the_batch() -> None:
    from counterstream.system.parameter import Family, Parameter, Prior

    size = Parameter("size", Prior(Family.LOGNORMAL, (3.0, 0.3)), "", "test")
    system = small_system(
        ("a", "b"),
        (RateMove("ab", "a", "b", 0.3),),
        initial={"a": 1200.0},
        parameters=(size,),
        end=date(2000, 12, 31),
    )
    program = compile_system(replace(system, households=Households("size", ("a",))))
    draws = Draw({"size": jax.numpy.array([1.0, 2.0, 3.0, 6.0])}, {})
    runs = simulate_counts(program, draws, 4, seed=2)
    moved = runs.flows[:, :, 0, 0]
    for row, persons in zip(moved, (1, 2, 3, 6), strict=True):
        assert (row % persons == 0).all()
    assert (moved[0] % 2).any()
    apart = simulate_counts(program, draws, 4, seed=2, batch=1)
    np.testing.assert_array_equal(apart.flows, runs.flows)
