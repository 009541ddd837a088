"""Simple rules on series worked out by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from ledger_example import make_claim, make_observable, make_system

from counterstream.evidence.answering import AnsweredClaim
from counterstream.evidence.claim import Hedge
from counterstream.infer.baselines import HANDFUL, RULES, foretell_by_rules
from counterstream.infer.scores import Foretold
from counterstream.system.observable import FlowMeasure, Observable, RatioMeasure, StockMeasure

FLOW = make_observable()
OTHER = make_observable("arrivals")
STOCK = make_observable("abroad", StockMeasure(("away",)))
SHARE = make_observable("share", RatioMeasure(FlowMeasure(("a",)), FlowMeasure(("b",))), unit="share")
SYSTEM = make_system(FLOW, OTHER, STOCK, SHARE)


def said(
    value: float | None,
    first: date,
    last: date,
    observable: Observable = FLOW,
    agency: str = "office",
    **changes: object,
) -> AnsweredClaim:
    name = f"{observable.name} {first} {last} {agency} {value}"
    claim = make_claim(id=name, value=value, first=first, last=last, agency=agency, **changes)
    return AnsweredClaim(claim, observable, 1.0, False, agency, "office", True)


def in_year(value: float, year: int, observable: Observable = FLOW, agency: str = "office") -> AnsweredClaim:
    return said(value, date(year, 1, 1), date(year, 12, 31), observable, agency)


def foretell(kept: list[AnsweredClaim], asked: AnsweredClaim) -> dict[str, Foretold]:
    return foretell_by_rules(SYSTEM, kept, [asked])


def point(rule: str, kept: list[AnsweredClaim], asked: AnsweredClaim) -> float:
    return float(foretell(kept, asked)[rule].median[0])


def test_interpolation_is_straight_in_logs_between_middles() -> None:
    kept = [in_year(1000.0, 1991), in_year(4000.0, 1993)]
    # 1992 is a leap year: its middle lies half a day off the middle between the others'.
    assert point("interpolation", kept, in_year(1.0, 1992)) == pytest.approx(2000.0, rel=5e-3)
    assert point("interpolation", kept, in_year(1.0, 1997)) == pytest.approx(4000.0)
    assert point("interpolation", kept, in_year(1.0, 1990)) == pytest.approx(1000.0)


def test_flows_are_compared_by_the_month_and_stocks_as_they_are() -> None:
    half = said(1.0, date(1991, 1, 1), date(1991, 6, 30))
    assert point("interpolation", [in_year(1200.0, 1991)], half) == pytest.approx(1200.0 * 181 / 365)
    stocks = [in_year(1200.0, 1991, STOCK)]
    assert point("interpolation", stocks, said(1.0, date(1991, 6, 30), date(1991, 6, 30), STOCK)) == pytest.approx(1200)


def test_several_levels_at_one_time_are_averaged() -> None:
    kept = [in_year(1000.0, 1991), in_year(4000.0, 1991, agency="paper")]
    assert point("interpolation", kept, in_year(1.0, 1995)) == pytest.approx(2000.0)


def test_shares_are_interpolated_on_the_logit() -> None:
    kept = [in_year(0.2, 1991, SHARE), in_year(0.8, 1991, SHARE, "paper")]
    assert point("interpolation", kept, in_year(0.3, 1992, SHARE)) == pytest.approx(0.5)


def test_the_last_value_ends_before_the_claim_begins() -> None:
    kept = [in_year(900.0, 1990), in_year(1000.0, 1991), in_year(2000.0, 1993)]
    assert point("last_value", kept, in_year(1.0, 1992)) == pytest.approx(1000.0 * 366 / 365)
    assert math.isnan(point("last_value", kept, in_year(1.0, 1990)))


def test_an_agency_is_compared_with_itself() -> None:
    kept = [in_year(1000.0, 1990), in_year(4000.0, 1991), in_year(9.0, 1990, agency="paper")]
    assert point("agency_mean", kept, in_year(1.0, 1995)) == pytest.approx(2000.0)
    assert math.isnan(point("agency_mean", kept, in_year(1.0, 1995, agency="diary")))


def test_other_observables_say_nothing() -> None:
    found = foretell([in_year(1000.0, 1990, OTHER)], in_year(1.0, 1991))
    assert list(found) == list(RULES)
    assert all(np.isnan(foretold.rows()).all() for foretold in found.values())


def test_a_range_stands_for_its_middle() -> None:
    around = said(None, date(1990, 1, 1), date(1990, 12, 31), low=500.0, high=2000.0, hedge=Hedge.RANGE)
    assert point("interpolation", [around], in_year(1.0, 1991)) == pytest.approx(1000.0)


def test_intervals_are_quantiles_of_its_own_errors() -> None:
    # Stocks that double each year: the last value errs by log 2 each time, for all but the first.
    kept = [in_year(100.0 * 2.0**i, 1990 + i, STOCK) for i in range(HANDFUL + 1)]
    found = foretell(kept, in_year(1.0, 1999, STOCK))["last_value"]
    last = 100.0 * 2.0**HANDFUL
    np.testing.assert_allclose(found.rows()[:, 0], [last / 2, last / 2, last, last * 2, last * 2])


def test_too_few_errors_give_no_interval() -> None:
    kept = [in_year(100.0 * 2.0**i, 1990 + i, STOCK) for i in range(HANDFUL)]
    found = foretell(kept, in_year(1.0, 1999, STOCK))["last_value"]
    assert np.isnan(found.low90[0])
    assert np.isfinite(found.median[0])


def test_errors_on_the_same_kind_stand_in_for_an_observables_own() -> None:
    kept = [in_year(100.0 * 2.0**i, 1990 + i, OTHER) for i in range(HANDFUL + 1)]
    kept.append(in_year(100.0, 1990))
    found = foretell(kept, in_year(1.0, 1991))["last_value"]
    assert found.high90[0] / found.median[0] == pytest.approx(2.0, rel=0.01)
    assert np.isnan(foretell([*kept, in_year(5.0, 1990, STOCK)], in_year(1.0, 1991, STOCK))["last_value"].low90[0])


def test_a_repeat_does_not_foretell_itself() -> None:
    kept = [in_year(100.0 * 2.0**i, 1990 + i, STOCK) for i in range(HANDFUL + 1)]
    again = [replace(item, claim=replace(item.claim, id=f"{item.claim.id} again")) for item in kept]
    asked = in_year(1.0, 1999, STOCK)
    once, twice = (foretell(known, asked)["interpolation"] for known in (kept, [*kept, *again]))
    np.testing.assert_allclose(twice.rows(), once.rows())
