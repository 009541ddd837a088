"""The persons engine: conservation, agreement with the counts engine, names that fix histories.

Each statistical check has a chance of a false alarm of at most 1e-5 with other keys; keys are fixed.
"""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import replace
from datetime import date

import jax
import numpy as np
import pytest
from scipy.stats import chisquare

from counterstream.dynamics.draw import Draw
from counterstream.dynamics.program import compile_system
from counterstream.errors import CounterstreamError
from counterstream.simulate.counts import simulate_counts
from counterstream.simulate.persons import Following, simulate_persons
from counterstream.simulate.persons.settle import MOST_PERSONS
from counterstream.simulate.whole import Whole
from counterstream.system.exposure_forms import add_exposure_form, exposure_forms
from counterstream.system.group import Selector
from counterstream.system.instrument import Event
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
from counterstream.system.persons import (
    AgeProfile,
    Ages,
    Exposure,
    Frailty,
    Intervention,
    NamedHousehold,
    Outcome,
    Persons,
    PersonTerm,
    Ties,
    TiesForm,
)
from counterstream.system.place import Households
from counterstream.system.signal import Signal, SignalInput, Source
from counterstream.system.system import System
from counterstream.system.term import Term
from tests.persons_example import NOTHING, Told, rates_only
from tests.small_systems import small_system

N = 800


def offices(dropped: bool = False) -> System:
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
        events=(Event("shock", date(2001, 1, 1), date(2001, 12, 31), dropped=dropped),),
        signals=(letters,),
    )


@pytest.fixture(scope="module")
def runs() -> Whole:
    return simulate_persons(compile_system(offices()), NOTHING, N, seed=3)


@pytest.fixture(scope="module")
def counted() -> Whole:
    return simulate_counts(compile_system(offices()), NOTHING, N, seed=4)


def compare_means(ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """Return by how many standard errors the means of two sets of runs differ, where they vary."""
    error = np.sqrt((ours.var(axis=0) + theirs.var(axis=0)) / N)
    usable = error > 0.005
    return (ours.mean(axis=0) - theirs.mean(axis=0))[usable] / error[usable]


def test_everybody_is_somewhere(runs: Whole) -> None:
    system = offices()
    come, die = (runs.flows[:, :, :, system.flow_names.index(name)].sum(axis=2) for name in ("come", "die"))
    total = runs.stocks.sum(axis=(2, 3))
    np.testing.assert_array_equal(np.diff(total, axis=1), come - die)
    assert runs.stocks.min() >= 0


def test_flows_and_stocks_have_the_means_and_spreads_of_the_counts_engine(runs: Whole, counted: Whole) -> None:
    for ours, theirs in ((runs.flows, counted.flows), (runs.stocks, counted.stocks)):
        z = compare_means(ours, theirs)
        assert np.abs(z).max() < 5.5
        assert abs(z.std() - 1.0) < 0.25
    totals, their_totals = runs.flows.sum(axis=(1, 2)), counted.flows.sum(axis=(1, 2))
    ratio = totals.var(axis=0) / their_totals.var(axis=0)
    assert np.abs(np.log(ratio)).max() < 5 * np.sqrt(4 / N)


def test_capacity_is_never_passed_and_batches_hold(runs: Whole) -> None:
    system = offices()
    names = [system.flow_names.index(f"decide.{kind}") for kind in ("approved", "refused", "released")]
    approved, refused, released = (runs.flows[:, :, :, i].sum(axis=2) for i in names)
    assert (approved + refused).max() <= 25
    months = {step for step in range(36) if step % 12 in (2, 8)}
    outside = [step for step in range(36) if step not in months]
    assert released[:, outside].sum() == 0
    assert released[:, sorted(months)].sum() > 0


def test_histories_are_ways_through_the_system_and_add_up_to_the_flows() -> None:
    system, told = offices(), Told()
    runs = simulate_persons(compile_system(system), NOTHING, 3, following=Following(9, told))
    ways = {
        "ask": ("home", "queue"),
        "decide.approved": ("queue", "pile"),
        "decide.released": ("pile", "gate"),
        "decide.refused": ("queue", "refused"),
        "choose.far": ("gate", "far"),
        "choose.near": ("gate", "near"),
        "again": ("refused", "queue"),
        "back": ("far", "home"),
        "come": ("nowhere", "home"),
    }
    for draw in range(3):
        flows = np.zeros(runs.flows.shape[1:], dtype=np.int64)
        where: dict[int, str] = {}
        for step, person, group, flow in told.events[draw]:
            flows[step, group, flow] += 1
            name = system.flow_names[flow]
            before = where.get(person, "home" if name != "come" else "nowhere")
            if name == "die":
                assert before in ("home", "queue", "pile", "near")
                where[person] = "dead"
                continue
            assert before == ways[name][0]
            where[person] = ways[name][1]
        np.testing.assert_array_equal(flows, runs.flows[draw])


def test_results_do_not_depend_on_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    program = compile_system(offices())
    found = []
    for threads in (1, 2, 8):
        monkeypatch.setattr(os, "cpu_count", lambda n=threads: n)
        found.append(simulate_persons(program, NOTHING, 9, seed=3).flows)
    np.testing.assert_array_equal(found[0], found[1])
    np.testing.assert_array_equal(found[0], found[2])
    assert (simulate_persons(program, NOTHING, 9, seed=4).flows != found[0]).any()


def test_a_draw_is_the_same_whatever_stands_beside_it(runs: Whole) -> None:
    few = simulate_persons(compile_system(offices()), NOTHING, 5, seed=3)
    np.testing.assert_array_equal(few.flows, runs.flows[:5])


def closed(rate: float, shock: float) -> System:
    """Two groups without a bond between them; a term changes one of them."""
    moves = (
        RateMove("go", "home", "gate", rate, (Term(shock, of="shock", groups=Selector((("kind", ("x",)),))),)),
        ChoiceMove("choose", "gate", (Alternative("far"), Alternative("near"))),
        RateMove("back", "far", "home", 0.5),
    )
    return small_system(
        ("home", "gate", "far", "near"),
        moves,
        initial={"home": 400.0},
        groups=("x", "y"),
        junctions=("gate",),
        end=date(2002, 12, 31),
        events=(Event("shock", date(2001, 1, 1), date(2001, 12, 31)),),
    )


def test_a_change_leaves_histories_as_they_were_where_it_does_not_reach() -> None:
    base, changed = Told(), Told()
    simulate_persons(compile_system(closed(0.4, 0.0)), NOTHING, 2, following=Following(5, base))
    simulate_persons(compile_system(closed(0.4, 0.7)), NOTHING, 2, following=Following(5, changed))
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
        same = sum(first[1][person] == step for person, step in first[0].items())
        assert same > 0.5 * len(first[0])


def test_a_wait_with_one_stage_is_exponential() -> None:
    told = Told()
    system = small_system(("a", "b"), (RateMove("go", "a", "b", 1.2),), initial={"a": 20_000.0}, end=date(2003, 12, 31))
    simulate_persons(compile_system(system), NOTHING, 1, following=Following(1, told))
    steps = np.array([step for step, *_ in told.events[0]])
    stay = np.exp(-1.2 / 12.0)
    expected = 20_000 * np.append(stay ** np.arange(48) * (1 - stay), stay**48)
    observed = np.append(np.bincount(steps, minlength=48), 20_000 - steps.size)
    assert chisquare(observed, expected).pvalue > 1e-5


def test_households_move_together_and_stay_whole() -> None:
    system = small_system(
        ("a", "b", "c"),
        (RateMove("ab", "a", "b", 0.4), RateMove("bc", "b", "c", 0.7), RateMove("cb", "c", "b", 0.2)),
        initial={"a": 1203.0},
        groups=("x",),
        end=date(2001, 12, 31),
    )
    families = compile_system(replace(system, households=Households(4.0, ("a", "b", "c"))))
    told = Told()
    simulate_persons(families, NOTHING, 1, following=Following(2, told))
    histories: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for step, person, _, flow in told.events[0]:
        histories[person].append((step, flow))
    for first in range(0, 1200, 4):
        assert histories[first] == histories[first + 1] == histories[first + 2] == histories[first + 3]
    runs = simulate_persons(families, NOTHING, N, seed=3)
    singles = simulate_persons(compile_system(system), NOTHING, N, seed=3)
    moved, alone = runs.flows[:, 0, :, 0].sum(axis=1), singles.flows[:, 0, :, 0].sum(axis=1)
    assert moved.mean() == pytest.approx(alone.mean(), abs=5 * moved.std() / np.sqrt(N))
    assert moved.var() == pytest.approx(4 * alone.var(), rel=5 * np.sqrt(4 / N))


def test_households_released_together_choose_together() -> None:
    batches = Batches(dates=(date(2000, 6, 1),), first=date(2000, 1, 1), last=date(2000, 12, 31))
    moves = (
        DecisionMove("decide", "queue", "gate", "refused", 1.0, 0.6, batches=batches),
        ChoiceMove("choose", "gate", (Alternative("far"), Alternative("near"))),
    )
    system = small_system(
        ("queue", "refused", "gate", "far", "near"),
        moves,
        initial={"queue": 900.0},
        junctions=("gate",),
        end=date(2000, 12, 31),
        households=Households(3.0, ("queue",)),
    )
    told = Told()
    simulate_persons(compile_system(system), NOTHING, 1, following=Following(histories=told))
    choices = [system.flow_names.index(f"choose.{name}") for name in ("far", "near")]
    chosen = {person: flow for _, person, _, flow in told.events[0] if flow in choices}
    assert 300 < len(chosen) < 800
    for first in range(0, 900, 3):
        assert len({chosen.get(first + i) for i in range(3)}) == 1
    assert 0.2 < np.mean([flow == choices[0] for flow in chosen.values()]) < 0.8


def test_draws_have_their_own_unknowns() -> None:
    from counterstream.system.parameter import Family, Parameter, Prior

    rate = Parameter("rate", Prior(Family.LOGNORMAL, (0.5, 1.0)), "per_year", "test")
    moves = (RateMove("ab", "a", "b", "rate"),)
    system = small_system(("a", "b"), moves, initial={"a": 1000.0}, parameters=(rate,), end=date(2000, 12, 31))
    draws = Draw({"rate": jax.numpy.array([0.0001, 5.0])}, {})
    left = simulate_persons(compile_system(system), draws, 2, seed=8).flows.sum(axis=(1, 2, 3))
    assert left[0] < 10
    assert left[1] > 950


def test_a_certain_move_takes_everybody_and_an_impossible_one_nobody() -> None:
    moves = (RateMove("ab", "a", "b", 1e6), RateMove("cd", "c", "d", 0.0))
    system = small_system(("a", "b", "c", "d"), moves, initial={"a": 5000.0, "c": 5000.0}, end=date(2000, 3, 31))
    runs = simulate_persons(compile_system(system), NOTHING, 1)
    assert runs.flows[0, 0].sum() == 5000
    assert runs.stocks[0, -1].sum(axis=0).tolist() == [0, 5000, 5000, 0]


def test_conservation_over_a_million_steps_of_persons_moving_back_and_forth() -> None:
    moves = (RateMove("ab", "a", "b", 30.0), RateMove("ba", "b", "a", 20.0))
    system = small_system(("a", "b"), moves, initial={"a": 30.0}, end=date(3000, 12, 31))
    runs = simulate_persons(compile_system(system), NOTHING, 84, seed=6)
    assert runs.flows.shape[0] * runs.flows.shape[1] > 1_000_000
    assert (runs.stocks.sum(axis=(2, 3)) == 30).all()


def test_progress_is_told_and_a_stop_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    program = compile_system(offices())
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    monkeypatch.setattr("counterstream.simulate.persons.engine.MOST_TOGETHER", 500)
    done: list[float] = []
    simulate_persons(program, NOTHING, 7, following=Following(told=done.append))
    assert done == sorted(done)
    assert done[-1] == 7
    told = Told()

    def interrupt(finished: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simulate_persons(program, NOTHING, 500, following=Following(histories=told, told=interrupt))
    complete = [draw for draw, events in told.events.items() if events[-1][0] == 35]
    assert 1 <= len(complete) < 100


def test_running_out_of_numbers_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("counterstream.simulate.persons.engine.MOST_NUMBERS", 600)
    with pytest.raises(CounterstreamError, match="U206"):
        simulate_persons(compile_system(offices()), NOTHING, 1)


def test_more_persons_than_can_be_numbered_are_refused_before_any_memory_is_taken() -> None:
    system = small_system(
        ("a", "b"), (RateMove("ab", "a", "b", 0.1),), initial={"a": float(MOST_PERSONS)}, end=date(2000, 12, 31)
    )
    with pytest.raises(CounterstreamError, match="U206"):
        simulate_persons(compile_system(system), NOTHING, 1)


def known(persons: Persons, *, dropped: bool = False) -> System:
    """Return the offices with person-level parts, and the named households' interventions dropped or not."""
    named = tuple(replace(n, dropped=dropped) for n in persons.named)
    return replace(offices(), persons=replace(persons, named=named))


def campaign(name: str, size: int, outcome: Outcome) -> NamedHousehold:
    """Return a household that is made to ask in February and decided upon from April on."""
    ask = Intervention("ask", date(2000, 2, 1), date(2000, 2, 28), times=1e6)
    decide = Intervention("decide", date(2000, 4, 1), date(2000, 12, 31), outcome=outcome)
    return NamedHousehold(name, "home", size, Selector((("kind", ("x",)),)), (ask, decide))


CASES = Persons(named=(campaign("yes", 2, Outcome.APPROVED), campaign("no", 3, Outcome.REFUSED)))


def test_a_named_case_is_decided_as_ordered_and_nobody_else_notices_at_first() -> None:
    told, dropped = Told(), Told()
    simulate_persons(compile_system(known(CASES)), NOTHING, 4, following=Following(2, told))
    simulate_persons(compile_system(known(CASES, dropped=True)), NOTHING, 4, following=Following(2, dropped))
    flows, n_followed = offices().flow_names, 0
    for draw in range(4):
        names = told.names[draw]
        assert sorted(names.values()) == ["no"] * 3 + ["yes"] * 2
        for person, name in names.items():
            mine = [(step, flows[flow]) for step, who, _, flow in told.events[draw] if who == person]
            # Who asked of their own accord, or died, or was decided upon before the order is another story.
            if mine[0] != (1, "ask") or any(flow == "die" for _, flow in mine[:3]) or mine[1][0] < 3:
                continue
            n_followed += 1
            # From April on one stage of the queue a month; who is approved waits for the release in September.
            assert mine[1][1] == ("decide.approved" if name == "yes" else "decide.refused")
            assert mine[1][0] <= 4
            if name == "yes":
                assert (8, "decide.released") in mine
        assert sorted(e for e in dropped.events[draw] if e[0] == 0) == sorted(e for e in told.events[draw] if e[0] == 0)
    assert n_followed >= 12


def always(amount: float, ties: float) -> float:
    """Return 1, whatever comes."""
    return 1.0


def test_own_terms_change_odds_of_decisions_and_choices_as_shared_ones_do() -> None:
    if "always" not in exposure_forms():
        add_exposure_form("always", always)
    persons = Persons(
        ties=(Ties("all", TiesForm.RANDOM, 2.0),),
        exposures=(Exposure("one", "all", statuses=("home",), form="always"),),
        terms=(PersonTerm("decide", 0.8, "one"), PersonTerm("choose", -1.1, "one", destination="near")),
    )
    own = simulate_persons(compile_system(known(persons)), NOTHING, 200, seed=6)
    system = offices()
    near = Alternative("near", (Term(0.4 - 1.1),))
    moves: list[Move] = []
    for move in system.moves:
        if isinstance(move, DecisionMove):
            move = replace(move, terms=(Term(0.8),))
        elif isinstance(move, ChoiceMove):
            move = replace(move, alternatives=(Alternative("far"), near))
        moves.append(move)
    shared = simulate_persons(compile_system(replace(system, moves=tuple(moves))), NOTHING, 200, seed=6)
    # A chance and a share that come to the same for everybody give everybody the same history.
    np.testing.assert_array_equal(own.flows, shared.flows)


def test_persons_who_differ_in_nothing_are_counted_unless_they_are_to_be_followed() -> None:
    program = compile_system(offices())
    counts = simulate_counts(program, NOTHING, 5, seed=3)
    fallen = simulate_persons(program, NOTHING, 5, following=Following(3, each=False))
    np.testing.assert_array_equal(fallen.flows, counts.flows)
    assert (simulate_persons(program, NOTHING, 5, seed=3).flows != counts.flows).any()


def test_persons_can_stand_for_several(counted: Whole) -> None:
    runs = simulate_persons(compile_system(offices()), NOTHING, N, following=Following(12, weight=5))
    assert (runs.flows % 5 == 0).all()
    assert runs.stocks[:, 0].sum() == N * 500
    totals, theirs = runs.flows.sum(axis=(1, 2)), counted.flows.sum(axis=(1, 2))
    # The same means, save for what capacity and feedback make of chance, and more spread.
    np.testing.assert_allclose(totals.mean(axis=0), theirs.mean(axis=0), rtol=0.03)
    die = offices().flow_names.index("die")
    assert totals[:, die].var() / theirs[:, die].var() == pytest.approx(5.0, rel=0.3)


def test_those_who_enter_have_ages_and_frailty_of_their_own() -> None:
    moves = (EntryMove("born", "home", persons_per_year=6000.0), RateMove("go", "home", "far", 0.3))
    system = small_system(("home", "far"), moves, initial={"home": 50.0}, groups=("x", "y"), end=date(2009, 12, 31))
    ages, profile = Ages(((0.0, 1.0),), oldest=80.0), AgeProfile("go", ((0.0, 0.0), (5.0, 1.0)))
    grown = replace(system, persons=Persons(ages=ages, age_profiles=(profile,), frailties=(Frailty("go", 0.7),)))
    told = Told()
    runs = simulate_persons(compile_system(grown), NOTHING, 1, following=Following(1, told))
    assert runs.stocks[0, -1].sum() == 50 + runs.flows[0, :, :, 0].sum()
    entered = {person: step for step, person, _, flow in told.events[0] if flow == 0}
    waits = np.array([step - entered[who] for step, who, _, flow in told.events[0] if flow == 1 and who in entered])
    assert waits.min() == 60
    # Of those born in the first year some 5 years have passed for everybody: a mixture of exponential waits.
    young = [person for person, step in entered.items() if step < 12]
    left = {who for _, who, _, flow in told.events[0] if flow == 1}
    frailty = np.exp(0.7 * np.random.default_rng(0).standard_normal(200_000) - 0.5 * 0.7**2)
    months = np.array([120 - 60 - entered[person] for person in young])
    mixed = 1.0 - np.mean([np.exp(-0.3 * frailty[:2000] * m / 12.0).mean() for m in np.unique(months)])
    share = np.mean([person in left for person in young])
    assert share == pytest.approx(mixed, abs=5 * np.sqrt(0.25 / len(young)) + 0.005)


def test_everything_of_ones_own_is_the_same_for_any_number_of_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    program = compile_system(rates_only(n=300.0))
    found: list[Whole] = []
    for threads in (1, 2, 8):
        monkeypatch.setattr(os, "cpu_count", lambda n=threads: n)
        found.append(simulate_persons(program, NOTHING, 5, seed=3))
    for other in found[1:]:
        np.testing.assert_array_equal(found[0].flows, other.flows)
        np.testing.assert_array_equal(found[0].stocks, other.stocks)
