"""From wording to width: half digits, forms, and how windows even out chance."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from counterstream.evidence.answering import AnsweredClaim
from counterstream.evidence.claim import Hedge
from counterstream.infer.claims import Form, Kind, tabulate_claims
from counterstream.infer.measurement import averaging, build_measurement
from counterstream.system.observable import FlowMeasure, Observable, RatioMeasure, StockMeasure
from counterstream.system.system import MeasurementPriors
from tests.ledger_example import make_claim
from tests.unit.infer.test_fit import LEAVE, SHARE, shores

STOCK = Observable("away", StockMeasure(("away",)))


def answered(observable: Observable, agency: str = "office", **changes: object) -> AnsweredClaim:
    fields: dict[str, object] = {"first": date(2001, 1, 1), "last": date(2001, 12, 31), "low": None, "high": None}
    return AnsweredClaim(make_claim(**(fields | changes)), observable, 1.0, False, agency, "press", False)


def table(*claims: AnsweredClaim):
    return tabulate_claims(shores(), claims)


@pytest.mark.parametrize(
    ("hedge", "value", "form"),
    [
        (Hedge.EXACT, 1234.0, Form.STATED),
        (Hedge.EXACT, 12.0, Form.COUNT),
        (Hedge.ONLY, 0.0, Form.COUNT),
        (Hedge.ABOUT, 12.0, Form.STATED),
        (Hedge.OVER, 1000.0, Form.EXCESS),
        (Hedge.AT_LEAST, 5.0, Form.EXCESS),
        (Hedge.UP_TO, 1000.0, Form.SHORTFALL),
        (Hedge.NO_MORE_THAN, 1000.0, Form.SHORTFALL),
    ],
)
def test_the_wording_decides_the_form(hedge: Hedge, value: float, form: Form) -> None:
    assert table(answered(LEAVE, value=value, hedge=hedge)).form[0] == form


def test_a_range_keeps_its_ends() -> None:
    made = table(answered(LEAVE, value=None, low=100.0, high=300.0, hedge=Hedge.RANGE))
    assert made.form[0] == Form.RANGE
    assert (made.low[0], made.high[0]) == (100.0, 300.0)


@pytest.mark.parametrize(
    ("value", "half"), [(35000.0, 500 / 35000), (14264.0, 0.5 / 14264), (1000.0, 0.3), (25.0, 0.5 / 25)]
)
def test_a_round_number_is_as_loose_as_its_last_digit(value: float, half: float) -> None:
    assert table(answered(LEAVE, value=value, hedge=Hedge.ABOUT)).width[0] == pytest.approx(half)


def test_shares_live_on_the_logit_scale() -> None:
    made = table(answered(SHARE, value=0.6, hedge=Hedge.EXACT))
    assert made.logit[0]
    assert made.kind[0] == Kind.SHARE
    assert made.fixed_width[0] == pytest.approx(0.05 / 0.24 / np.sqrt(3.0))


def test_kinds_follow_the_measure() -> None:
    made = table(answered(LEAVE, value=100.0), answered(STOCK, value=100.0), answered(SHARE, value=0.5))
    assert made.kind.tolist() == [Kind.FLOW, Kind.STOCK, Kind.SHARE]
    assert isinstance(SHARE.measure, RatioMeasure)
    assert isinstance(LEAVE.measure, FlowMeasure)


def test_months_even_out_and_days_do_not() -> None:
    assert averaging(np.array([12.0]))[0] == pytest.approx(np.sqrt(12.0))
    assert averaging(np.array([1.0]))[0] == 1.0
    assert averaging(np.array([0.1]))[0] == pytest.approx(0.1)


def test_an_agency_heard_twice_has_a_bias_of_its_own() -> None:
    claims = (
        answered(LEAVE, "often", value=100.0),
        answered(LEAVE, "often", value=200.0),
        answered(LEAVE, "once", value=300.0),
    )
    measurement = build_measurement(table(*claims), MeasurementPriors())
    assert measurement.biased == (("often", Kind.FLOW),)
    assert measurement.bias_index.tolist() == [0, 0, -1]


def test_windows_of_part_of_a_month_count_in_part() -> None:
    made = table(answered(LEAVE, value=100.0, first=date(2001, 3, 11), last=date(2001, 4, 30)))
    weights = made.targets[0].numerator[0].weights
    assert weights[14] == pytest.approx(21 / 31)
    assert weights[15] == 1.0
    assert weights.sum() == pytest.approx(21 / 31 + 1.0)
