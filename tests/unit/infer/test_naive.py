"""Naive rules of projection against sums done by hand."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pytest
from ledger_example import make_claim, make_observable
from small_systems import small_system

from counterstream.evidence.answering import AnsweredClaim
from counterstream.infer.baselines import Level
from counterstream.infer.claims import ClaimTable, tabulate_claims
from counterstream.infer.naive import average_recent, continue_line, predict_naively
from counterstream.system.group import EVERYBODY
from counterstream.system.move import RateMove
from counterstream.system.observable import FlowMeasure, RatioMeasure, StockMeasure

SYSTEM = small_system(("here", "gone"), (RateMove("leave", "here", "gone", 0.02),), initial={"here": 1000.0})
RULES = ["last_value", "mean_of_last_3_years", "drift"]
DEPARTURES = make_observable()
SHARE = make_observable(
    "share", RatioMeasure(FlowMeasure(("leave",), EVERYBODY, 0.5), FlowMeasure(("leave",))), (), "share"
)
STOCK = make_observable("stock", StockMeasure(("here",)), ())


def table(*rows: tuple[date, date, float], observable=DEPARTURES, by_household: bool = False) -> ClaimTable:
    claims = [
        AnsweredClaim(
            make_claim(id=f"C{i}", first=first, last=last, value=value),
            observable,
            1.0,
            by_household,
            "office",
            "other",
            anchor=False,
        )
        for i, (first, last, value) in enumerate(rows)
    ]
    return tabulate_claims(SYSTEM, claims)


def year(number: int, value: float) -> tuple[date, date, float]:
    return date(number, 1, 1), date(number, 12, 31), value


def level(day: int, value: float) -> Level:
    return Level(day, day, "office", value)


def test_the_mean_is_of_what_lies_after_a_day() -> None:
    known = [level(10, 1.0), level(20, 2.0), level(30, 4.0)]
    assert average_recent(known, level(99, 0.0), since=10) == 3.0
    assert math.isnan(average_recent(known, level(99, 0.0), since=30))


def test_the_line_goes_through_the_first_and_the_last_level() -> None:
    known = [level(5, 9.0), level(10, 1.0), level(20, 7.0), level(30, 2.0), level(30, 4.0)]
    assert continue_line(known, level(50, 0.0), since=9) == pytest.approx(3.0 + 2.0)
    assert math.isnan(continue_line(known, level(50, 0.0), since=20))


def test_flows_are_compared_by_the_month() -> None:
    known = table(year(2000, 1200.0), year(2001, 2400.0), (date(2002, 1, 1), date(2002, 12, 31), 4800.0))
    asked = table((date(2003, 1, 1), date(2003, 12, 31), 1.0), (date(2003, 1, 1), date(2003, 6, 30), 1.0))
    said = predict_naively(known, asked, date(2002, 12, 31))
    months = asked.months / known.months[-1]
    assert list(said) == RULES
    np.testing.assert_allclose(said["last_value"], 4800.0 * months)
    np.testing.assert_allclose(said["mean_of_last_3_years"], 2400.0 * months * (365 / 366) ** -(1 / 3), rtol=2e-3)
    # Twofold every year, from the middle of 2002 to the middles of the asked windows.
    ahead = np.array([365.0, (date(2003, 4, 1) - date(2002, 7, 2)).days]) / 365.25
    np.testing.assert_allclose(said["drift"], 4800.0 * months * 2.0**ahead, rtol=3e-3)


def test_shares_go_by_the_logit() -> None:
    known = table(year(2001, 0.2), year(2002, 0.5), observable=SHARE)
    said = predict_naively(known, table(year(2003, 0.5), observable=SHARE), date(2002, 12, 31))
    assert said["last_value"].tolist() == pytest.approx([0.5])
    assert said["drift"].tolist() == pytest.approx([0.8], abs=1e-3)


def test_what_nothing_was_known_of_gets_no_answer() -> None:
    known = table(year(1990, 1200.0))
    asked = table(year(2003, 1200.0))
    said = predict_naively(known, asked, date(2002, 12, 31))
    assert said["last_value"].tolist() == pytest.approx([1200.0])
    assert np.isnan([said["mean_of_last_3_years"], said["drift"]]).all()
    other = [table(year(2003, 9.0), observable=STOCK), table(year(2003, 9.0), by_household=True)]
    assert all(np.isnan(list(predict_naively(known, t, date(2002, 12, 31)).values())).all() for t in other)
