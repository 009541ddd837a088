"""Persons stepped from event to event: the distribution of single steps and of counts, and names that fix histories.

Each statistical check has a chance of a false alarm of at most 1e-5 with other keys; keys are fixed.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from scipy.stats import chisquare

from counterstream.dynamics.program import compile_system
from counterstream.errors import CounterstreamError
from counterstream.simulate.counts import simulate_counts
from counterstream.simulate.persons import Following, Stepping, simulate_persons
from counterstream.simulate.persons.agenda import EventSteps, goes_by_event
from counterstream.simulate.persons.equip import Equipment
from counterstream.simulate.whole import Whole
from counterstream.system.group import Selector
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
from counterstream.system.persons import Frailty, Persons
from counterstream.system.place import Households
from counterstream.system.signal import Signal, SignalInput, Source
from counterstream.system.system import System
from counterstream.system.term import Term
from counterstream.units import Step
from tests.persons_example import NOTHING, Told
from tests.small_systems import small_system

N = 800


def by_event(seed: int = 1, **how: Any) -> Following:
    return Following(seed, stepping=Stepping.EVENTS, **how)


def offices() -> System:
    """Ask, wait in stages for a scarce decision, be released in batches, choose, come back, die; others enter."""
    dates = tuple(date(2000 + y, m, 1) for y in range(3) for m in (3, 9))
    batches = Batches(dates=dates, first=date(2000, 1, 1), last=date(2002, 12, 31))
    moves = (
        RateMove("ask", "home", "queue", 0.6, (Term(-1.0, of="shock"), Term(0.3, of="letters"))),
        DecisionMove(
            "decide", "queue", "gate", "refused", 4.0, 0.6, stages=2, capacity_per_year=300.0, batches=batches
        ),
        ChoiceMove("choose", "gate", (Alternative("far"), Alternative("near", (Term(0.4),)))),
        RateMove("again", "refused", "queue", 0.5),
        RateMove("back", "far", "home", 0.3),
        LossMove("die", ("home", "queue", "near"), 0.05),
        EntryMove("come", "home", persons_per_year=40.0),
    )
    letters = Signal("letters", inputs=(SignalInput(Source.STOCK, ("far",), 1.0, scale_persons=100.0),))
    return small_system(
        ("home", "queue", "refused", "gate", "far", "near"),
        moves,
        initial={"home": 500.0},
        groups=("x", "y"),
        junctions=("gate",),
        end=date(2002, 12, 31),
        events=(Event("shock", date(2001, 1, 1), date(2001, 12, 31)),),
        signals=(letters,),
    )


@pytest.fixture(scope="module")
def runs() -> Whole:
    """All draws; on the way each list's agenda must hold just those who are in it."""
    take = EventSteps.take_step

    def watched(self: EventSteps, *given: Any) -> tuple[int, int, int]:
        told = take(self, *given)
        np.testing.assert_array_equal(self.agenda.n, given[4].size)
        return told

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(EventSteps, "take_step", watched)
        return simulate_persons(compile_system(offices()), NOTHING, N, following=by_event(3))


@pytest.mark.parametrize("engine", ["counts", "persons"])
def test_flows_and_stocks_have_the_means_and_spreads_of_other_ways(runs: Whole, engine: str) -> None:
    program = compile_system(offices())
    if engine == "counts":
        others = simulate_counts(program, NOTHING, N, seed=14)
    else:
        others = simulate_persons(program, NOTHING, N, following=Following(15, stepping=Stepping.STEPS))
    # Some 700 means, each with a chance of 4e-8 to be 5.5 standard errors off.
    for ours, theirs in ((runs.flows, others.flows), (runs.stocks, others.stocks)):
        error = np.sqrt((ours.var(axis=0) + theirs.var(axis=0)) / N)
        usable = error > 0.005
        z = (ours.mean(axis=0) - theirs.mean(axis=0))[usable] / error[usable]
        assert np.abs(z).max() < 5.5
        assert abs(z.std() - 1.0) < 0.25
    ratio = runs.flows.sum(axis=(1, 2)).var(axis=0) / others.flows.sum(axis=(1, 2)).var(axis=0)
    assert np.abs(np.log(ratio)).max() < 5 * np.sqrt(4 / N)


def test_everybody_is_somewhere_and_offices_keep_their_limits(runs: Whole) -> None:
    names = offices().flow_names
    come, die = (runs.flows[:, :, :, names.index(name)].sum(axis=2) for name in ("come", "die"))
    np.testing.assert_array_equal(np.diff(runs.stocks.sum(axis=(2, 3)), axis=1), come - die)
    assert runs.stocks.min() >= 0
    decided = sum(runs.flows[:, :, :, names.index(f"decide.{kind}")].sum(axis=2) for kind in ("approved", "refused"))
    assert decided.max() <= 25
    outside = [step for step in range(36) if step % 12 not in (2, 8)]
    assert runs.flows[:, outside, :, names.index("decide.released")].sum() == 0


def test_results_do_not_depend_on_threads(runs: Whole, monkeypatch: pytest.MonkeyPatch) -> None:
    program = compile_system(offices())
    for threads in (1, 2, 8):
        monkeypatch.setattr(os, "cpu_count", lambda n=threads: n)
        few = simulate_persons(program, NOTHING, 9, following=by_event(3))
        np.testing.assert_array_equal(few.flows, runs.flows[:9])
        np.testing.assert_array_equal(few.stocks, runs.stocks[:9])


def test_histories_add_up_to_the_flows(runs: Whole) -> None:
    told = Told()
    simulate_persons(compile_system(offices()), NOTHING, 2, following=by_event(3, histories=told))
    for draw in range(2):
        flows = np.zeros(runs.flows.shape[1:], dtype=np.int64)
        for step, _, group, flow in told.events[draw]:
            flows[step, group, flow] += 1
        np.testing.assert_array_equal(flows, runs.flows[draw])


def closed(shock: float, step: Step = Step.MONTH) -> System:
    """Two groups without a bond between them; a term changes one of them for a year."""
    moves = (
        RateMove("go", "home", "gate", 0.4, (Term(shock, of="shock", groups=Selector((("kind", ("x",)),))),)),
        ChoiceMove("choose", "gate", (Alternative("far"), Alternative("near"))),
        RateMove("back", "far", "home", 0.5),
    )
    return small_system(
        ("home", "gate", "far", "near"),
        moves,
        initial={"home": 400.0},
        groups=("x", "y"),
        step=step,
        junctions=("gate",),
        end=date(2002, 12, 31),
        events=(Event("shock", date(2001, 1, 1), date(2001, 12, 31)),),
    )


def test_a_change_leaves_histories_as_they_were_where_it_does_not_reach() -> None:
    base, changed = Told(), Told()
    simulate_persons(compile_system(closed(0.0)), NOTHING, 2, following=by_event(5, histories=base))
    simulate_persons(compile_system(closed(0.7)), NOTHING, 2, following=by_event(5, histories=changed))
    for draw in range(2):
        before, after = base.events[draw], changed.events[draw]
        assert sorted(e for e in before if e[2] == 1) == sorted(e for e in after if e[2] == 1)
        assert sorted(e for e in before if e[0] < 12) == sorted(e for e in after if e[0] < 12)
        assert sorted(before) != sorted(after)
        # Higher intensity moves persons earlier: nobody's first departure is put off.
        first: list[dict[int, int]] = [{}, {}]
        for place, events in enumerate((before, after)):
            for step, person, _, flow in sorted(events):
                if flow == 0:
                    first[place].setdefault(person, step)
        assert all(first[1].get(person, 99) <= step for person, step in first[0].items())
        # Who comes into a list after the change has the same wait there, whatever its clock showed before.
        ways: list[dict[int, list[tuple[int, int]]]] = [{}, {}]
        for place, events in enumerate((before, after)):
            for step, person, _, flow in sorted(events):
                ways[place].setdefault(person, []).append((step, flow))
        gone_back = [p for p, way in ways[0].items() if any(s >= 24 and f == 3 for s, f in way)]
        assert gone_back
        for person in gone_back:
            step = next(s for s, f in ways[0][person] if s >= 24 and f == 3)
            if (step, 3) in ways[1].get(person, []):
                assert [e for e in ways[0][person] if e[0] >= step] == [e for e in ways[1][person] if e[0] >= step]


@pytest.mark.parametrize("rates", [(1.2, 0.0), (0.9, 2.1)])
def test_a_wait_is_geometric_and_exits_are_in_proportion(rates: tuple[float, float]) -> None:
    moves = (RateMove("go", "a", "b", rates[0]), RateMove("die", "a", "c", rates[1]))
    system = small_system(("a", "b", "c"), moves, initial={"a": 20_000.0}, end=date(2003, 12, 31))
    flows = simulate_persons(compile_system(system), NOTHING, 1, following=by_event()).flows[0].sum(axis=1)
    total = sum(rates)
    stay = np.exp(-total / 12.0)
    left = 20_000 * stay ** np.arange(48)[:, None] * (1 - stay) * np.array(rates) / total
    expected = np.append(left[:, [rate > 0 for rate in rates]].ravel(), 20_000 * stay**48)
    observed = np.append(flows[:, [rate > 0 for rate in rates]].ravel(), 20_000 - flows.sum())
    common = expected > 5
    observed, expected = (np.append(x[common], x[~common].sum()) for x in (observed, expected))
    keep = expected > 1
    assert chisquare(observed[keep], expected[keep] * observed[keep].sum() / expected[keep].sum()).pvalue > 1e-5


@pytest.mark.parametrize("draws", [12, pytest.param(84, marks=pytest.mark.slow)])
def test_clocks_go_round_and_everybody_is_kept(draws: int) -> None:
    moves = (RateMove("ab", "a", "b", 30.0), RateMove("ba", "b", "a", 20.0))
    system = small_system(("a", "b"), moves, initial={"a": 30.0}, end=date(2999, 12, 31))
    runs = simulate_persons(compile_system(system), NOTHING, draws, following=by_event(6))
    assert runs.flows.shape[:2] == (draws, 12_000)  # 84 draws: a million steps
    assert (runs.stocks.sum(axis=(2, 3)) == 30).all()
    out, back = (-np.expm1(-rate / 12.0) for rate in (30.0, 20.0))
    # The clocks run on by 30,000 and 20,000: more than a hundred rounds.  A person's moves per step in the long run;
    # steps hang together little, so that six standard errors of as many trials are far enough.
    share = runs.flows[:, 100:].sum(axis=(1, 2)).mean(axis=0) / (30 * (runs.flows.shape[1] - 100))
    np.testing.assert_allclose(share, out * back / (out + back), atol=6 * 0.5 / np.sqrt(draws * 30 * 11_900))


def test_a_certain_move_takes_everybody_and_an_impossible_one_nobody() -> None:
    moves = (RateMove("ab", "a", "b", 1e6), RateMove("ba", "b", "a", 1e6), RateMove("cd", "c", "d", 0.0))
    system = small_system(("a", "b", "c", "d"), moves, initial={"a": 5000.0, "c": 5000.0}, end=date(2001, 12, 31))
    runs = simulate_persons(compile_system(system), NOTHING, 1, following=by_event())
    for step in range(24):
        assert runs.flows[0, step].sum() == 5000
        assert runs.stocks[0, step + 1].sum(axis=0).tolist() == ([0, 5000] if step % 2 == 0 else [5000, 0]) + [5000, 0]


def test_by_itself_it_is_taken_where_steps_are_days_and_persons_are_alike() -> None:
    def chosen(system: System, stepping: Stepping = Stepping.AUTO) -> bool:
        return goes_by_event(Equipment(compile_system(system)), stepping)

    daily, monthly = closed(0.0, Step.DAY), closed(0.0)
    frail = Persons(frailties=(Frailty("go", 0.5),))
    assert chosen(daily)
    assert not chosen(daily, Stepping.STEPS)
    assert not chosen(monthly)
    assert chosen(monthly, Stepping.EVENTS)
    for unlike in (replace(daily, persons=frail), replace(daily, households=Households(3.0, ("home",)))):
        assert not chosen(unlike)
        with pytest.raises(CounterstreamError, match="U219"):
            chosen(unlike, Stepping.EVENTS)
