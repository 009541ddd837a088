from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest
from ledger_example import make_claim, make_observable, make_system

from counterstream.evidence import answering as a
from counterstream.evidence.answering import AnsweredClaim, Answering, UnansweredClaim, answer_claims
from counterstream.evidence.claim import Claim, Hedge, QuantityKind, Use
from counterstream.evidence.ledger import Ledger
from counterstream.system.observable import (
    Agency,
    Answer,
    Context,
    FlowMeasure,
    PathMeasure,
    RatioMeasure,
    StockMeasure,
    Window,
)
from counterstream.system.place import Households
from counterstream.system.system import System

FLOW = FlowMeasure(("leave",))
STOCK = StockMeasure(("resident",))
RATIO = RatioMeasure(FLOW, FLOW)


def answer(claims: Sequence[Claim] | Claim, system: System) -> Answering:
    return answer_claims(system, Ledger((claims,) if isinstance(claims, Claim) else tuple(claims)))


def answered(claim: Claim, system: System) -> AnsweredClaim:
    result = answer(claim, system)
    assert not result.unanswered, result.unanswered
    return result.answered[0]


def unanswered(claim: Claim, system: System) -> UnansweredClaim:
    result = answer(claim, system)
    assert not result.answered
    return result.unanswered[0]


def test_every_listed_column_must_match() -> None:
    claim = make_claim(group="all", origin="A", destination="B")
    whole = Answer(("departures",), ("all",), ("A",), ("B",), ("persons",), ("flow",))
    assert answered(claim, make_system(make_observable(answers=(whole,)))).observable.name == "departures"
    for column in ("what", "group", "origin", "destination", "unit", "quantity_kind"):
        other = Answer(**{**{f: getattr(whole, f) for f in whole.__dataclass_fields__}, column: ("other",)})
        assert unanswered(claim, make_system(make_observable(answers=(other,)))).reason == a.NO_OBSERVABLE


def test_the_first_observable_that_can_take_it_takes_the_claim() -> None:
    first, second = make_observable("one"), make_observable("two")
    assert answered(make_claim(), make_system(first, second)).observable.name == "one"
    in_share = make_observable("one", unit="share")
    assert answered(make_claim(), make_system(in_share, second)).observable.name == "two"


@pytest.mark.parametrize(
    ("unit", "first", "last", "factor"),
    [
        ("persons", date(1990, 1, 1), date(1990, 12, 31), 1.0),
        ("persons/year", date(1990, 1, 1), date(1993, 12, 31), 1461 / 365.25),
        ("persons/year", date(1990, 1, 1), date(1990, 6, 30), 181 / 365.25),
        ("persons/month", date(1990, 1, 1), date(1990, 3, 31), 90 / (365.25 / 12)),
        ("persons/week", date(1990, 1, 1), date(1990, 1, 14), 2.0),
        ("persons/day", date(1990, 1, 1), date(1990, 1, 1), 1.0),
        ("persons/day", date(1990, 2, 27), date(1990, 3, 15), 17.0),
    ],
)
def test_amounts_per_time_are_multiplied_by_the_window(unit: str, first: date, last: date, factor: float) -> None:
    kind = QuantityKind.RATE if "/" in unit else QuantityKind.FLOW
    claim = make_claim(unit=unit, first=first, last=last, quantity_kind=kind, value=10.0, low=9.0, high=None)
    item = answered(claim, make_system())
    assert item.factor == pytest.approx(factor, rel=1e-15)
    assert item.value == pytest.approx(10.0 * factor, rel=1e-15)
    assert item.low == pytest.approx(9.0 * factor, rel=1e-15)
    assert item.high is None
    assert (item.claim.first, item.claim.last) == (first, last)
    assert not item.by_household


def test_families_need_households() -> None:
    claim = make_claim(unit="families", value=16.0)
    assert unanswered(claim, make_system()).reason == "unit families cannot be converted"
    item = answered(claim, make_system(households=Households(3.0, ("resident",))))
    assert (item.value, item.by_household) == (16.0, True)
    ratio = make_observable(measure=RATIO, unit="share")
    claim = make_claim(unit="families", quantity_kind=QuantityKind.SHARE)
    assert unanswered(claim, make_system(ratio, households=Households(3.0, ("resident",)))).reason.startswith("unit")


@pytest.mark.parametrize(
    ("claim_unit", "observable_unit", "value", "expected"),
    [
        ("share", "share", 0.45, 0.45),
        ("percent", "share", 45.0, 0.45),
        ("share", "percent", 0.45, 45.0),
        ("percent", "percent", 45.0, 45.0),
        ("share", "share", 0.0, 0.0),
    ],
)
def test_shares_and_percent(claim_unit: str, observable_unit: str, value: float, expected: float) -> None:
    ratio = make_observable(measure=RATIO, unit=observable_unit)
    claim = make_claim(unit=claim_unit, value=value, quantity_kind=QuantityKind.SHARE)
    assert answered(claim, make_system(ratio)).value == pytest.approx(expected, rel=1e-15)


def test_a_share_above_one_is_not_compared() -> None:
    ratio = make_observable(measure=RATIO, unit="share")
    claim = make_claim(unit="percent", value=103.0, quantity_kind=QuantityKind.SHARE)
    assert unanswered(claim, make_system(ratio)).reason == a.OUT_OF_BOUNDS


def test_durations_are_converted_for_paths() -> None:
    path = make_observable(measure=PathMeasure("delay"), unit="months")
    claim = make_claim(unit="years", value=2.0, quantity_kind=QuantityKind.DURATION)
    assert answered(claim, make_system(path)).value == 24.0


@pytest.mark.parametrize("unit", ["roubles", "USD", "cases", "persons/decade", "roubles/year", "", "persons "])
def test_other_units_are_never_guessed(unit: str) -> None:
    item = unanswered(make_claim(unit=unit), make_system())
    assert item.reason == f"unit {unit} cannot be converted"


def test_amounts_per_time_are_no_stocks() -> None:
    stock = make_observable(measure=STOCK, answers=(Answer(("departures",), quantity_kind=("rate",)),))
    claim = make_claim(unit="persons/year", quantity_kind=QuantityKind.RATE)
    assert unanswered(claim, make_system(stock)).reason == "unit persons/year cannot be converted"


def test_a_kind_that_does_not_fit_is_told() -> None:
    item = unanswered(make_claim(quantity_kind=QuantityKind.STOCK), make_system())
    assert item.reason == a.NO_OBSERVABLE
    assert "takes flow, rate, count_of_applications and not stock" in item.detail
    listed = make_observable(answers=(Answer(("departures",), quantity_kind=("stock",)),))
    assert answered(make_claim(quantity_kind=QuantityKind.STOCK), make_system(listed)).factor == 1.0


@pytest.mark.parametrize(
    ("first", "last", "inside"),
    [
        (date(1990, 1, 1), date(1999, 12, 31), True),
        (date(1989, 12, 31), date(1990, 12, 31), False),
        (date(1999, 1, 1), date(2000, 1, 1), False),
        (date(1921, 1, 1), date(1921, 12, 31), False),
        (date(1980, 1, 1), date(2010, 12, 31), False),
    ],
)
def test_windows_are_never_cut_to_the_clock(first: date, last: date, inside: bool) -> None:
    result = answer(make_claim(first=first, last=last), make_system())
    assert bool(result.answered) is inside
    if inside:
        assert (result.answered[0].claim.first, result.answered[0].claim.last) == (first, last)
    else:
        assert result.unanswered[0].reason == a.OUTSIDE_PERIOD


@pytest.mark.parametrize(("shift", "inside"), [(0, True), (-12, False), (12, True), (-30000, False)])
def test_shifted_windows_must_be_inside_too(shift: int, inside: bool) -> None:
    measure = RatioMeasure(FLOW, FlowMeasure(("leave",), window=Window(shift_months=shift)))
    claim = make_claim(unit="share", value=0.5, quantity_kind=QuantityKind.SHARE)
    result = answer(claim, make_system(make_observable(measure=measure, unit="share")))
    assert bool(result.answered) is inside


def test_the_claims_own_window_must_be_inside_whatever_the_measure_looks_at() -> None:
    outside = {"first": date(1989, 1, 1), "last": date(1989, 12, 31)}
    shifted = make_observable(measure=FlowMeasure(("leave",), window=Window(shift_months=24)))
    assert unanswered(make_claim(**outside), make_system(shifted)).reason == a.OUTSIDE_PERIOD
    path = make_observable(measure=PathMeasure("delay"))
    assert unanswered(make_claim(**outside), make_system(path)).reason == a.OUTSIDE_PERIOD
    late = {"first": date(1999, 12, 1), "last": date(2000, 1, 1)}
    assert unanswered(make_claim(**late), make_system(path)).reason == a.OUTSIDE_PERIOD


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        (Window(), (date(1991, 1, 1), date(1991, 12, 31))),
        (Window(first_months=3), (date(1991, 1, 1), date(1991, 3, 31))),
        (Window(last_months=2), (date(1991, 11, 1), date(1991, 12, 31))),
        (Window(first_months=24), (date(1991, 1, 1), date(1991, 12, 31))),
        (Window(shift_months=-12), (date(1990, 1, 1), date(1990, 12, 31))),
        (Window(last_months=1, shift_months=2), (date(1992, 2, 1), date(1992, 2, 29))),
    ],
)
def test_parts_of_windows(window: Window, expected: tuple[date, date]) -> None:
    assert a.measured_window(window, date(1991, 1, 1), date(1991, 12, 31)) == expected


def test_no_figure_is_told_and_a_range_needs_no_value() -> None:
    assert unanswered(make_claim(value=None), make_system()).reason == a.NO_FIGURE
    assert unanswered(make_claim(value=None, low=1.0, hedge=Hedge.RANGE), make_system()).reason == a.NO_FIGURE
    item = answered(make_claim(value=None, low=1.0, high=3.0, hedge=Hedge.RANGE), make_system())
    assert (item.value, item.low, item.high) == (None, 1.0, 3.0)


def test_zero_stays_zero() -> None:
    assert answered(make_claim(value=0.0, low=0.0), make_system()).value == 0.0


def test_context_by_the_ledger_and_by_the_system() -> None:
    context = (Context(Answer(("rally",)), "no migration"),)
    claims = [make_claim(use=Use.CONTEXT), make_claim(what="rally"), make_claim(what="prices")]
    result = answer(claims, make_system(context=context))
    assert [c.reason for c in result.context] == [a.MARKED_CONTEXT, "no migration"]
    assert [u.reason for u in result.unanswered] == [a.NO_OBSERVABLE]


def test_context_does_not_hide_what_an_observable_takes() -> None:
    context = (Context(Answer(()), "anything else"),)
    result = answer([make_claim(), make_claim(first=date(1921, 1, 1))], make_system(context=context))
    assert (len(result.answered), len(result.context), len(result.unanswered)) == (1, 1, 0)


def test_no_claim_is_lost() -> None:
    claims = [make_claim(id=f"C{i}", unit=u) for i, u in enumerate(["persons", "roubles", "persons/year"])]
    claims += [make_claim(id="C9", use=Use.CONTEXT), make_claim(id="C10", value=None)]
    result = answer(claims, make_system())
    ids = [x.claim.id for part in (result.answered, result.context, result.unanswered) for x in part]
    assert sorted(ids) == sorted(c.id for c in claims)
    assert a.migration_coverage(result) == pytest.approx(2 / 4)
    assert a.migration_coverage(Answering((), (), ())) == 0.0


def test_relays_are_followed_to_the_counter() -> None:
    agencies = (Agency("daily", relays="agency wire"), Agency("agency wire", relays="office"))
    agencies += (Agency("office", kind="registrar", anchor=True), Agency("x", relays="y"), Agency("y", relays="x"))
    system = make_system(agencies=agencies)
    item = answered(make_claim(agency="daily"), system)
    assert (item.agency, item.agency_kind, item.anchor) == ("office", "registrar", True)
    item = answered(make_claim(agency="stranger"), system)
    assert (item.agency, item.agency_kind, item.anchor) == ("stranger", "other", False)
    assert answered(make_claim(agency="x"), system).agency == "y"
    names = ("daily", "stranger", "office", "agency wire")
    assert a.relaying_agencies(system, "office", names) == ("daily", "office", "agency wire")
    assert a.relaying_agencies(system, "daily", names) == ("daily", "office", "agency wire")


def test_repeats_of_one_witness_share_one_weight() -> None:
    agencies = (Agency("daily", relays="office"), Agency("weekly", relays="office"))
    claims = [
        make_claim(id="C1", agency="office", value=1000.0),
        make_claim(id="C2", agency="daily", value=1004.0),
        make_claim(id="C3", agency="weekly", value=996.0),
        make_claim(id="C4", agency="weekly", value=1100.0),
        make_claim(id="C5", agency="other", value=1000.0),
        make_claim(id="C6", agency="daily", value=1000.0, last=date(1990, 11, 30)),
        make_claim(id="C7", agency="daily", value=1000.0, use=Use.CHECK),
        make_claim(id="C8", agency="daily", value=0.0),
        make_claim(id="C9", agency="weekly", value=0.0),
    ]
    weights = {x.claim.id: x.weight for x in answer(claims, make_system(agencies=agencies)).answered}
    # 996 and 1000 lie within 0.5 % of 996; 1004 does not.
    assert weights == {"C1": 0.5, "C2": 1, "C3": 0.5, "C4": 1, "C5": 1, "C6": 1, "C7": 1, "C8": 0.5, "C9": 0.5}


def test_select_use() -> None:
    result = answer([make_claim(id="C1"), make_claim(id="C2", use=Use.CHECK)], make_system())
    assert [x.claim.id for x in result.select_use(Use.CHECK)] == ["C2"]
