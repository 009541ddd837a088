"""Networks, traits and households of persons: their laws.  False alarms at most 1e-5 each; keys are fixed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import chisquare, kstest, lognorm, norm

from counterstream.dynamics.program import compile_system
from counterstream.errors import CounterstreamError
from counterstream.simulate.kernel import tabulate
from counterstream.simulate.persons import Following, simulate_persons
from counterstream.simulate.persons.equip import Equipment
from counterstream.simulate.persons.settle import make_world, read_pairs, settle
from counterstream.simulate.persons.ties import Network
from counterstream.system.group import Selector
from counterstream.system.persons import Exposure, HouseholdSizes, Mixing, Persons, Ties, TiesForm
from tests.persons_example import ALONE, EVERYTHING, NOTHING, rates_only, settle_alone

N = 20_000
LEAST = 1e-5


def lay(ties: Ties, n: float = N, households: HouseholdSizes | None = None) -> Network:
    persons = Persons(households=households, ties=(ties,), exposures=(Exposure("e", ties.name, statuses=("far",)),))
    system = rates_only(persons, n)
    if households is None:
        system = replace(system, households=None)
    return settle_alone(compile_system(system), 7)[0].networks[0]


def pairs_of(network: Network) -> np.ndarray:
    ones = np.repeat(np.arange(network.start.size - 1), network.degrees())
    return np.stack([ones, network.to.astype(np.int64)], axis=1)


@pytest.mark.parametrize("form", [TiesForm.RANDOM, TiesForm.SMALL_WORLD, TiesForm.PREFERENTIAL])
def test_ties_are_mutual_and_as_many_as_declared(form: TiesForm) -> None:
    network = lay(Ties("kin", form, 6.0, rewired=0.2))
    pairs = pairs_of(network)
    assert (pairs[:, 0] != pairs[:, 1]).all()
    one_way = np.sort(pairs[:, 0] * 10**6 + pairs[:, 1])
    other_way = np.sort(pairs[:, 1] * 10**6 + pairs[:, 0])
    np.testing.assert_array_equal(one_way, other_way)
    # Ties of a person to itself are not laid: hardly any in so many.
    assert network.degrees().mean() == pytest.approx(6.0, rel=0.005)


def test_random_ties_are_poisson_beside_those_that_everybody_lays() -> None:
    degrees = lay(Ties("kin", TiesForm.RANDOM, 4.0)).degrees()
    expected = np.array([np.exp(-2.0) * 2.0**k / float(np.prod(np.arange(1, k + 1))) for k in range(8)])
    observed = np.bincount(degrees - 2, minlength=9)
    observed = np.append(observed[:8], observed[8:].sum())
    assert chisquare(observed, np.append(expected, 1 - expected.sum()) * degrees.size).pvalue > LEAST


def test_a_small_world_without_new_ties_is_a_ring_and_with_them_keeps_their_share() -> None:
    ring = lay(Ties("kin", TiesForm.SMALL_WORLD, 4.0))
    n = ring.start.size - 1
    for person in (0, 1, 17, n - 1):
        near = sorted((person + k) % n for k in (-2, -1, 1, 2))
        assert sorted(ring.to[ring.start[person] : ring.start[person + 1]].tolist()) == near
    pairs = pairs_of(lay(Ties("kin", TiesForm.SMALL_WORLD, 4.0, rewired=0.25)))
    apart = np.abs(pairs[:, 0] - pairs[:, 1])
    far = np.minimum(apart, n - apart) > 2
    assert far.mean() == pytest.approx(0.25, abs=5 * np.sqrt(0.25 * 0.75 / (len(pairs) / 2)))


def test_who_has_many_ties_gets_more() -> None:
    degrees = lay(Ties("kin", TiesForm.PREFERENTIAL, 4.0)).degrees()
    # Barabasi and Albert's law for m ties laid by each (Bollobas and others 2001): 2 m (m + 1) / (k (k + 1) (k + 2)).
    k = np.arange(2, 400)
    law = 12.0 / (k * (k + 1.0) * (k + 2.0))
    for least in (3, 6, 12, 25):
        tail = law[k >= least].sum()
        assert (degrees >= least).mean() == pytest.approx(tail, rel=0.06)
    assert degrees.max() > 100


def test_ties_follow_the_mixing() -> None:
    shares = ((0.9, 0.1), (0.3, 0.7))
    network = lay(Ties("kin", TiesForm.RANDOM, 8.0, mixing=Mixing("kind", shares)))
    system = rates_only(n=N)
    settled = settle_alone(compile_system(replace(system, persons=Persons(), households=None)), 7)[0]
    kind = settled.crowd.at % 2
    sizes = np.bincount(kind)
    pairs = pairs_of(network)
    # Laid by x: 0.9 to x; laid by y: 0.3 to x; each tie is counted from both ends.
    wanted = np.array([[2 * 0.9 * sizes[0], 0.1 * sizes[0] + 0.3 * sizes[1]], [0.0, 2 * 0.7 * sizes[1]]]) * 4.0
    wanted[1, 0] = wanted[0, 1]
    found = np.zeros((2, 2))
    np.add.at(found, (kind[pairs[:, 0]], kind[pairs[:, 1]]), 1)
    np.testing.assert_allclose(found, wanted, rtol=0.02)


def test_households_have_the_sizes_declared_and_know_each_other() -> None:
    sizes = HouseholdSizes(((1, 0.5), (2, 0.2), (4, 0.3)))
    ties = Ties("kin", TiesForm.RANDOM, 0.0, within_households=True)
    network = lay(ties, N, sizes)
    persons = Persons(households=sizes, ties=(ties,), exposures=(Exposure("e", "kin", statuses=("far",)),))
    head = settle_alone(compile_system(rates_only(persons, N)), 7)[0].crowd.head
    members = np.bincount(head)[np.unique(head)]
    np.testing.assert_array_equal(network.degrees(), np.bincount(head)[head] - 1)
    # All but the last of each list, which may be smaller.
    observed = np.array([(members == size).sum() for size in (1, 2, 4)])
    assert members.size - observed.sum() <= 3
    assert chisquare(observed, np.array([0.5, 0.2, 0.3]) * observed.sum()).pvalue > LEAST


def test_traits_have_the_laws_declared() -> None:
    alone = replace(ALONE, ties=ALONE.ties, frailties=ALONE.frailties)
    program = compile_system(replace(rates_only(alone, N), households=None))
    rows, own = Equipment(program).rows, settle_alone(program, 3)[0].own
    assert kstest(own.traits[rows["frailty", 0]], norm.cdf).pvalue > LEAST
    threshold = alone.thresholds[0]
    law = lognorm(threshold.spread, scale=threshold.median)
    assert kstest(own.traits[rows["threshold", 0]], law.cdf).pvalue > LEAST
    ages = own.traits[rows["age", 0]]
    observed = np.histogram(ages, [0, 10, 20, 40, 60, 90])[0]
    assert chisquare(observed, np.array([0.15, 0.15, 0.25, 0.25, 0.2]) * ages.size).pvalue > LEAST
    # A household has one frailty.
    families = settle_alone(compile_system(rates_only(EVERYTHING, 2000.0)), 3)[0]
    frailty = families.own.traits[0]
    np.testing.assert_array_equal(frailty, frailty[families.crowd.head])


def test_ties_from_a_file_are_those_and_no_others(tmp_path: Path) -> None:
    (tmp_path / "ties.csv").write_text("person,other\n0,5\n5,7\n\n3,3\n", encoding="utf-8")
    ties = Ties("kin", TiesForm.FILE, 0.0, file="ties.csv")
    pairs = read_pairs(ties, tmp_path)
    persons = Persons(ties=(ties,), exposures=(Exposure("e", "kin", statuses=("far",)),))
    program = compile_system(rates_only(persons, 40.0))
    equipment = Equipment(program)
    stocks = np.array([[20, 20], [8, 0], [0, 0]], dtype=np.int64)
    world = make_world(program, tabulate(program), equipment)
    network = settle(equipment, world, stocks, NOTHING, 1, np.uint64(1), {"kin": pairs}).networks[0]
    assert sorted(map(tuple, pairs_of(network).tolist())) == [(0, 5), (5, 0), (5, 7), (7, 5)]
    too_far = {"kin": np.array([[0, 48]])}
    with pytest.raises(CounterstreamError, match="U208"):
        settle(equipment, world, stocks, NOTHING, 1, np.uint64(1), too_far)


def test_a_damaged_file_of_ties_is_told_row_by_row(tmp_path: Path) -> None:
    ties = Ties("kin", TiesForm.FILE, 0.0, file="ties.csv")
    (tmp_path / "ties.csv").write_text("a,b\n1,2\n1;2\n-1,3\n1,2,3\n99999999999,1\nNaN,1\n", encoding="utf-8")
    with pytest.raises(CounterstreamError) as told:
        read_pairs(ties, tmp_path)
    assert [p.line for p in told.value.problems] == [1, 3, 4, 5, 6, 7]
    assert set(told.value.codes) == {"U208"}
    with pytest.raises(CounterstreamError, match="U208"):
        read_pairs(replace(ties, file="missing.csv"), tmp_path)


def test_ties_to_nobody_are_told() -> None:
    system = rates_only(n=100.0)
    ties = Ties("kin", TiesForm.RANDOM, 2.0, mixing=Mixing("kind", ((0.0, 1.0), (0.5, 0.5))))
    persons = Persons(ties=(ties,), exposures=(Exposure("e", "kin", statuses=("far",)),))
    only_x = tuple(replace(stock, groups=Selector((("kind", ("x",)),))) for stock in system.initial)
    program = compile_system(replace(system, persons=persons, initial=only_x))
    with pytest.raises(CounterstreamError, match="U208"):
        simulate_persons(program, NOTHING, 1)


def test_a_network_beyond_the_memory_is_refused_with_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("counterstream.simulate.persons.memory.available_bytes", lambda: 2e5)
    with pytest.raises(CounterstreamError, match="GiB") as told:
        simulate_persons(compile_system(rates_only(n=N)), NOTHING, 1)
    assert told.value.codes == ("U210",)
    monkeypatch.setattr("counterstream.simulate.persons.memory.available_bytes", lambda: 2e8)
    assert simulate_persons(compile_system(rates_only(n=500.0)), NOTHING, 2, following=Following(1)).flows.sum() > 0
