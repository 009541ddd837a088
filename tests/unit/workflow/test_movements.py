"""Where persons were by period and what moved: nobody is lost or made, returns are told apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from small_systems import small_system

from counterstream.dynamics.layout import lay_out
from counterstream.dynamics.program import compile_system
from counterstream.infer.posterior import system_unknowns, to_draw
from counterstream.report.movement_content import OUTSIDE, entered_in
from counterstream.simulate.counts import simulate_counts
from counterstream.spec import parse_system
from counterstream.system.clock import Clock
from counterstream.system.move import EntryMove, LossMove, RateMove
from counterstream.system.place import Place, Status
from counterstream.system.system import System
from counterstream.units import Step
from counterstream.workflow.cuts import cut_clock
from counterstream.workflow.movements import (
    Whole,
    find_legs,
    find_places,
    sum_periods,
    tell_movements,
    tell_outcomes,
    trace_persons,
)

CONFORMANCE = Path(__file__).parents[3] / "conformance" / "valid" / "systems"
#: Every kind of move, queues in stages and in batches, junctions, households; each takes seconds to compile.
SHOWN = ("choice-by-group", "entry-and-loss", "decision-batches-dates", "decision-two-offices", "households")
N = 3


def run_whole(system: System) -> Whole:
    """Run whole persons, and add up over groups."""
    unknowns = system_unknowns(system)
    points = jnp.asarray(0.3 * np.random.default_rng(1).standard_normal((N, unknowns.dimension)))
    draws = jax.vmap(lambda point: to_draw(system, unknowns.constrain(point)))(points)
    runs = simulate_counts(compile_system(system), draws, N)
    flows, stocks = runs.flows.sum(axis=2).astype(float), runs.stocks.sum(axis=2).astype(float)
    return Whole(
        {name: flows[:, :, i].T for i, name in enumerate(system.flow_names)},
        {s.name: stocks[:, :, i].T for i, s in enumerate(system.statuses) if not s.junction},
    )


@pytest.mark.parametrize("name", SHOWN)
def test_every_period_begins_and_ends_with_the_stocks(name: str) -> None:
    system, _ = parse_system((CONFORMANCE / f"{name}.yaml").read_text(encoding="utf-8"))
    assert system is not None
    whole = run_whole(system)
    layout = lay_out(system)
    bounds = cut_clock(system.clock, 4)
    trace = trace_persons(layout, find_places(system, whole), whole, bounds)
    np.testing.assert_allclose(trace.links.sum(axis=(1, 2)), trace.stocks[1:], rtol=1e-9, atol=1e-6)
    losses = [whole.flows[m.name] for m in system.moves if isinstance(m, LossMove)]
    lost = sum((sum_periods(flow, bounds) for flow in losses), np.zeros((len(bounds) - 1, N)))
    gone = trace.stocks[:-1].sum(axis=1) + trace.entered.sum(axis=1) - trace.stocks[1:].sum(axis=1)
    np.testing.assert_allclose(gone, lost, rtol=1e-9, atol=1e-6)
    begun = np.concatenate([trace.stocks[:-1], trace.entered[:, list(trace.entries)]], axis=1)
    left = begun - trace.links.sum(axis=(2, 3))
    assert left.min() > -1e-6 * max(1.0, trace.stocks.max())
    np.testing.assert_allclose(left.sum(axis=1), lost, rtol=1e-9, atol=1e-6)


def shuttle(home: bool = True) -> System:
    """Return two places, a move each way, three steps."""
    system = small_system(
        ("home", "away"), (RateMove("leave", "home", "away", 0.1), RateMove("back", "away", "home", 0.1))
    )
    return replace(
        system,
        clock=Clock(Step.YEAR, date(2000, 1, 1), date(2002, 12, 31)),
        places=(Place("here", home=home), Place("there", label="There")),
        statuses=(Status("home", "here"), Status("away", "there")),
    )


#: 100 persons at home: 20 leave; then 10 of those come back while 8 leave; then nobody moves.
WHOLE = Whole(
    {"leave": np.array([[20.0], [8.0], [0.0]]), "back": np.array([[0.0], [10.0], [0.0]])},
    {"home": np.array([[100.0], [80.0], [82.0], [82.0]]), "away": np.array([[0.0], [20.0], [18.0], [18.0]])},
)


def test_who_left_and_came_back_within_a_period_is_told_apart() -> None:
    system = shuttle()
    trace = trace_persons(lay_out(system), find_places(system, WHOLE), WHOLE, (0, 3))
    links = trace.links[0, 0, :, :, 0]
    np.testing.assert_allclose(links, [[72.0, 18.0], [10.0, 0.0]])


def test_who_enters_and_moves_on_within_a_period_is_told_by_where_they_entered() -> None:
    system = shuttle()
    system = replace(system, moves=(*system.moves, EntryMove("births", "home", persons_per_year=6.0)))
    flows = {**WHOLE.flows, "births": np.array([[20.0], [0.0], [0.0]])}
    stocks = {"home": np.array([[100.0], [100.0], [102.0], [102.0]]), "away": WHOLE.stocks["away"]}
    cut = tell_movements(lay_out(system), Whole(flows, stocks)).cuts[1]
    found = dict(zip(cut.links, cut.persons.mean, strict=True))
    # A fifth of the hundred at home after the first step were born in it, and so are a fifth of the eight who leave.
    assert found[(0, entered_in(0), 1, False)] == pytest.approx(1.6)
    assert found[(0, entered_in(0), 0, False)] == pytest.approx(18.4)
    assert sum(found.values()) == pytest.approx(120.0)


def test_returns_of_those_who_began_abroad_are_ribbons_of_their_own() -> None:
    told = tell_movements(lay_out(shuttle()), WHOLE)
    cut = told.cuts[0]
    assert [str(day) for day in cut.bounds] == ["2000-01-01", "2001-01-01", "2002-01-01", "2003-01-01"]
    found = dict(zip(cut.links, cut.persons.mean, strict=True))
    assert found == {
        (0, 0, 0, False): 80.0,
        (0, 0, 1, False): 20.0,
        (1, 0, 0, False): 72.0,
        (1, 0, 1, False): 8.0,
        (1, 1, 0, True): 10.0,
        (1, 1, 1, False): 10.0,
        (2, 0, 0, False): 82.0,
        (2, 1, 1, False): 18.0,
    }
    assert told.moves.pairs == ((0, 1, False), (1, 0, True))
    np.testing.assert_allclose(told.moves.total.mean, [28.0, 10.0])
    np.testing.assert_allclose(told.moves.persons.median, [[20.0, 8.0, 0.0], [0.0, 10.0, 0.0]])
    assert told.cuts[1].bounds == (date(2000, 1, 1), date(2003, 1, 1))


def test_without_a_declared_home_it_is_where_most_begin() -> None:
    assert [place.home for place in find_places(shuttle(home=False), WHOLE)] == [True, False]


def test_who_leaves_the_system_is_a_link_to_outside() -> None:
    system = replace(shuttle(), moves=(LossMove("die", ("home",), 0.1),))
    whole = Whole({}, {"home": np.array([[10.0], [9.0], [7.0], [7.0]]), "away": np.zeros((4, 1))})
    cut = tell_movements(lay_out(system), whole).cuts[1]
    assert dict(zip(cut.links, cut.persons.mean, strict=True)) == {(0, 0, 0, False): 7.0, (0, 0, OUTSIDE, False): 3.0}
    np.testing.assert_allclose(cut.lost.mean, [[3.0, 0.0]])


def test_a_decision_counts_when_persons_leave_the_queue() -> None:
    system, _ = parse_system((CONFORMANCE / "decision-batches-dates.yaml").read_text(encoding="utf-8"))
    assert system is not None
    assert not any(leg.flow.endswith(".approved") for leg in find_legs(system))
    assert any(leg.flow.endswith(".released") for leg in find_legs(system))


@pytest.mark.parametrize(
    ("step", "start", "end", "most", "bounds"),
    [
        ("month", "1968-01-01", "1991-12-31", 7, "1968 1970 1975 1980 1985 1990 1992"),
        ("quarter", "1921-01-01", "1988-12-31", 7, "1921 1930 1940 1950 1960 1970 1980 1989"),
        ("year", "2000-01-01", "2001-12-31", 7, "2000 2001 2002"),
    ],
)
def test_a_clock_is_cut_into_round_periods(step: str, start: str, end: str, most: int, bounds: str) -> None:
    clock = Clock(Step(step), date.fromisoformat(start), date.fromisoformat(end))
    cut = cut_clock(clock, most)
    assert " ".join(f"{clock.boundaries[b]:%Y}" for b in cut) == bounds
    assert cut[0] == 0
    assert cut[-1] == clock.n_steps


def test_a_clock_of_days_is_cut_into_equal_parts_and_one_step_stays_whole() -> None:
    assert cut_clock(Clock(Step.DAY, date(2000, 1, 3), date(2000, 1, 16)), 7) == (0, 2, 4, 6, 8, 10, 12, 14)
    assert cut_clock(Clock(Step.YEAR, date(2000, 1, 1), date(2000, 12, 31)), 7) == (0, 1)


def test_outcomes_are_evenly_spaced_draws_in_whole_persons() -> None:
    clock = Clock(Step.MONTH, date(2000, 1, 1), date(2001, 12, 31))
    course = np.arange(100.0)[:, None] + np.full((100, 24), 0.26)
    told = tell_outcomes(clock, {"departures": ("Departures", course)})
    assert told is not None
    (flow,) = told.flows
    assert flow.values.shape == (40, len(told.bounds) - 1)
    assert flow.values[0, 0] == 0.0
    assert flow.values[-1, -1] == 99.0
    assert tell_outcomes(clock, {}) is None
