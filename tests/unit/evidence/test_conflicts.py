from __future__ import annotations

import math
from datetime import date
from itertools import combinations, pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledger_example import make_claim, make_observable, make_system

from counterstream.evidence.answering import answer_claims
from counterstream.evidence.claim import Claim, Hedge, QuantityKind
from counterstream.evidence.conflicts import (
    HALF_WIDTH,
    Conflict,
    ConflictKind,
    admissible_interval,
    find_conflicts,
    last_digit_unit,
)
from counterstream.evidence.ledger import Ledger
from counterstream.system.observable import Agency, FlowMeasure, Observable, RatioMeasure, StockMeasure, Window
from counterstream.system.place import Households

RATIO = RatioMeasure(FlowMeasure(("leave",)), FlowMeasure(("leave",)))


def conflicts(*claims: Claim, observable: Observable | None = None, **changes: Any) -> tuple[Conflict, ...]:
    system = make_system(observable or make_observable(), **changes)
    return find_conflicts(answer_claims(system, Ledger(claims)))


def interval(**changes: Any) -> tuple[float, float] | None:
    kind = changes.get("quantity_kind", QuantityKind.FLOW)
    observable = make_observable(measure=RATIO, unit="share") if kind is QuantityKind.SHARE else make_observable()
    (item,) = answer_claims(make_system(observable), Ledger((make_claim(**changes),))).answered
    return admissible_interval(item)


def month(number: int) -> dict[str, date]:
    ends = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    return {"first": date(1990, number, 1), "last": date(1990, number, ends[number - 1])}


@pytest.mark.parametrize(
    ("value", "unit"),
    [(1200.0, 100.0), (1234.0, 1.0), (1000.0, 1000.0), (0.45, 0.01), (0.5, 0.1), (2e6, 1e6), (7.0, 1.0), (0.0, 1.0)],
)
def test_unit_of_the_last_digit(value: float, unit: float) -> None:
    assert last_digit_unit(value) == pytest.approx(unit, rel=1e-12)


@pytest.mark.parametrize(
    ("hedge", "value", "low", "high"),
    [
        (Hedge.EXACT, 1000.0, 995.0, 1005.0),
        (Hedge.REVISED, 1000.0, 995.0, 1005.0),
        (Hedge.DERIVED, 0.0, 0.0, 0.0),
        (Hedge.ROUNDED, 1000.0, 500.0, 1500.0),
        (Hedge.ROUNDED, 1250.0, 1212.5, 1287.5),
        (Hedge.ABOUT, 1250.0, 1125.0, 1375.0),
        (Hedge.ABOUT, 1200.0, 1080.0, 1320.0),
        (Hedge.ESTIMATE, 1250.0, 1062.5, 1437.5),
        (Hedge.ONLY, 146.0, 141.62, 150.38),
        (Hedge.HALF_OF, 1250.0, 1125.0, 1375.0),
        (Hedge.OVER, 1000.0, 1000.0, math.inf),
        (Hedge.JUST_OVER, 1000.0, 1000.0, math.inf),
        (Hedge.AT_LEAST, 1000.0, 1000.0, math.inf),
        (Hedge.UP_TO, 1000.0, 0.0, 1000.0),
        (Hedge.NEARLY, 1000.0, 0.0, 1000.0),
        (Hedge.ALMOST, 1000.0, 0.0, 1000.0),
        (Hedge.UNDER, 1000.0, 0.0, 1000.0),
        (Hedge.NO_MORE_THAN, 1000.0, 0.0, 1000.0),
    ],
)
def test_intervals_by_hedge(hedge: Hedge, value: float, low: float, high: float) -> None:
    assert interval(hedge=hedge, value=value) == pytest.approx((low, high), rel=1e-12)


def test_every_hedge_has_an_interval_or_none_on_purpose() -> None:
    for hedge in Hedge:
        found = interval(hedge=hedge, value=1000.0, low=900.0, high=1100.0)
        assert (found is None) is (hedge is Hedge.PROJECTION)
    assert interval(hedge=Hedge.RANGE, value=1000.0, low=900.0, high=1100.0) == (900.0, 1100.0)
    assert set(HALF_WIDTH) <= set(Hedge)


def test_shares_end_at_one() -> None:
    share = {"quantity_kind": QuantityKind.SHARE, "unit": "share"}
    assert interval(hedge=Hedge.OVER, value=0.9, **share) == (0.9, 1.0)
    assert interval(hedge=Hedge.ABOUT, value=0.95, **share) == pytest.approx((0.855, 1.0))


def test_the_half_unit_is_taken_in_the_claims_own_unit() -> None:
    found = interval(hedge=Hedge.ROUNDED, value=1000.0, unit="persons/day", **month(1))
    assert found == pytest.approx((500.0 * 31, 1500.0 * 31))


def test_figures_that_do_not_meet_conflict() -> None:
    (found,) = conflicts(
        make_claim(id="C1", value=1000.0),
        make_claim(id="C2", value=1300.0, agency="press"),
        make_claim(id="C3", value=1004.0, agency="wire"),
    )
    assert (found.observable, found.kind) == ("departures", ConflictKind.SAME_WINDOW)
    assert found.claims == ("C1", "C2", "C3")
    assert found.agencies == ("office", "press", "wire")
    assert found.gap == pytest.approx(1300 * 0.995 - 1005)
    assert found.relative_gap == pytest.approx(found.gap / 1005)
    assert "C2: 1,300 persons, exact, 1990-01-01 to 1990-12-31 (press)" in found.detail
    assert "They fail to meet by 288.5 persons (29%)" in found.detail
    assert "one counter" not in found.detail


@pytest.mark.parametrize(
    ("one", "other", "conflict"),
    [
        ((Hedge.EXACT, 1000.0), (Hedge.EXACT, 1009.0), False),
        ((Hedge.EXACT, 1000.0), (Hedge.EXACT, 1011.0), True),
        ((Hedge.EXACT, 1400.0), (Hedge.ROUNDED, 1000.0), False),
        ((Hedge.EXACT, 1600.0), (Hedge.ROUNDED, 1000.0), True),
        ((Hedge.OVER, 2000.0), (Hedge.EXACT, 1500.0), True),
        ((Hedge.OVER, 2000.0), (Hedge.EXACT, 9500.0), False),
        ((Hedge.UP_TO, 2000.0), (Hedge.EXACT, 15.0), False),
        ((Hedge.UP_TO, 2000.0), (Hedge.OVER, 2000.0), False),
        ((Hedge.UNDER, 2000.0), (Hedge.AT_LEAST, 2001.0), True),
        ((Hedge.PROJECTION, 9000.0), (Hedge.EXACT, 15.0), False),
        ((Hedge.EXACT, 0.0), (Hedge.EXACT, 15.0), True),
    ],
)
def test_pairs(one: tuple[Hedge, float], other: tuple[Hedge, float], *, conflict: bool) -> None:
    claims = [make_claim(id=f"C{i}", hedge=h, value=v) for i, (h, v) in enumerate((one, other))]
    assert bool(conflicts(*claims)) is conflict
    assert bool(conflicts(*claims[::-1])) is conflict


def test_a_gap_from_zero_is_infinite_in_shares() -> None:
    (found,) = conflicts(make_claim(id="C1", value=0.0), make_claim(id="C2", value=15.0))
    assert math.isinf(found.relative_gap)
    assert "(inf" not in found.detail


def test_different_windows_observables_and_stocks_are_apart() -> None:
    later = make_claim(id="C2", value=9000.0, first=date(1991, 1, 1), last=date(1991, 12, 31))
    assert conflicts(make_claim(), later) == ()
    stock = make_observable(measure=StockMeasure(("resident",)))
    part = make_claim(id="C2", value=9000.0, quantity_kind=QuantityKind.STOCK, **month(3))
    whole = make_claim(quantity_kind=QuantityKind.STOCK)
    assert conflicts(whole, part, observable=stock) == ()
    same = make_claim(id="C2", value=9000.0, quantity_kind=QuantityKind.STOCK)
    assert len(conflicts(whole, same, observable=stock)) == 1


def test_families_are_not_compared_with_persons() -> None:
    households = Households(3.0, ("resident",))
    families = make_claim(id="C2", unit="families", value=10.0)
    assert conflicts(make_claim(), families, households=households) == ()
    (found,) = conflicts(families, make_claim(id="C3", unit="families", value=20.0), households=households)
    assert "10 families" in found.detail


def test_ranges_are_said_as_ranges() -> None:
    claim = make_claim(id="R", hedge=Hedge.RANGE, value=150.0, low=100.0, high=200.0)
    (found,) = conflicts(claim, make_claim(id="C2", value=900.0))
    assert "R: 100 to 200 persons, range" in found.detail
    assert found.gap == pytest.approx(900 * 0.995 - 200)


def test_repeats_of_one_counter_are_said_not_to_be_independent() -> None:
    agencies = (Agency("daily", relays="office"),)
    claims = [make_claim(id="C1"), make_claim(id="C2", value=2000.0, agency="daily")]
    (found,) = conflicts(*claims, agencies=agencies)
    assert found.agencies == ("office",)
    assert "All go back to one counter, office: it has changed its figure" in found.detail
    assert "(daily, after office)" in found.detail
    (found,) = conflicts(*claims, make_claim(id="C3", value=3000.0, agency="press"), agencies=agencies)
    assert "C1, C2 go back to one counter, office: one witness, not 2" in found.detail


def test_a_part_above_the_whole() -> None:
    whole = make_claim(id="W", value=1000.0)
    part = make_claim(id="P", value=1200.0, **month(3))
    (found,) = conflicts(part, whole)
    assert (found.kind, found.claims) == (ConflictKind.PART_ABOVE_WHOLE, ("W", "P"))
    assert found.gap == pytest.approx(1200 * 0.995 - 1005)
    assert conflicts(make_claim(id="W", value=1000.0, hedge=Hedge.OVER), part) == ()
    assert conflicts(whole, make_claim(id="P", value=1000.0, **month(3))) == ()


def test_disjoint_parts_above_the_whole() -> None:
    whole = make_claim(id="W", value=1000.0)
    parts = [make_claim(id=f"P{m}", value=300.0, **month(m)) for m in (1, 4, 7, 10)]
    (found,) = conflicts(whole, *parts)
    assert (found.kind, found.claims) == (ConflictKind.PARTS_ABOVE_WHOLE, ("W", "P1", "P4", "P7", "P10"))
    assert found.gap == pytest.approx(4 * 298.5 - 1005)
    assert conflicts(whole, *parts[:3]) == ()
    # Parts that overlap are not added up.
    wide = [make_claim(id=f"Q{m}", value=600.0, first=date(1990, m, 1), last=date(1990, m + 5, 28)) for m in (1, 2, 3)]
    assert conflicts(whole, *wide) == ()


@pytest.mark.parametrize(("start", "conflict"), [(1, True), (31, False)])
def test_windows_that_share_a_day_are_not_disjoint(start: int, *, conflict: bool) -> None:
    whole = make_claim(id="W", value=1000.0)
    first = make_claim(id="A", value=700.0, **month(1))
    begins = date(1990, 2, 1) if start == 1 else date(1990, 1, start)
    other = make_claim(id="B", value=700.0, first=begins, last=date(1990, 2, 28))
    assert bool(conflicts(whole, first, other)) is conflict


def test_the_lowest_claim_on_a_part_counts_in_sums() -> None:
    whole = make_claim(id="W", value=1000.0)
    first = [make_claim(id="A", value=700.0, **month(1)), make_claim(id="B", value=100.0, **month(1))]
    other = make_claim(id="C", value=700.0, **month(2))
    kinds = {c.kind for c in conflicts(whole, *first, other)}
    assert kinds == {ConflictKind.SAME_WINDOW}


def test_measures_on_part_of_the_window_are_not_added_up() -> None:
    observable = make_observable(measure=FlowMeasure(("leave",), window=Window(first_months=1)))
    part = make_claim(id="P", value=1200.0, **month(3))
    assert conflicts(make_claim(value=1000.0), part, observable=observable) == ()


@given(
    st.lists(
        st.tuples(st.integers(1, 12), st.integers(0, 3), st.integers(0, 400)),
        min_size=1,
        max_size=7,
        unique_by=lambda w: w[:2],
    )
)
def test_the_largest_disjoint_sum_is_the_largest(windows: list[tuple[int, int, int]]) -> None:
    parts = [
        make_claim(id=f"P{i}", value=float(v), first=month(m)["first"], last=month(min(m + extra, 12))["last"])
        for i, (m, extra, v) in enumerate(windows)
    ]
    parts = [p for p in parts if (p.first, p.last) != (date(1990, 1, 1), date(1990, 12, 31))]
    lowest: dict[tuple[date, date], float] = {}
    for part in parts:
        key, low = (part.first, part.last), (part.value or 0.0) * 0.995
        lowest[key] = min(low, lowest.get(key, math.inf))
    best = 0.0
    for size in range(1, len(lowest) + 1):
        for chosen in combinations(sorted(lowest), size):
            if all(a[1] < b[0] for a, b in pairwise(chosen)):
                best = max(best, sum(lowest[w] for w in chosen))
    whole = make_claim(id="W", value=400.0)
    found = [c for c in conflicts(whole, *parts) if c.kind is ConflictKind.PARTS_ABOVE_WHOLE]
    assert bool(found) is (best > 402.0)
    if found:
        assert found[0].gap == pytest.approx(best - 402.0)
