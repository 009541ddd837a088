"""Claims turned to the series' rate, axis limits and scale."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from report_example import build_content

from counterstream.report.content import ClaimPoint, SeriesView
from counterstream.report.drawing import Mark, drawn_claims, fit_axis, window_length
from counterstream.report.wording import caption_series, format_number, format_percent


def series(
    kind: str = "flow", median: tuple[float, ...] = (10.0, 20.0), claims: tuple[ClaimPoint, ...] = ()
) -> SeriesView:
    centre = np.array(median)
    dates = tuple(date(1971 + i // 12, 1 + i % 12, 1) for i in range(len(median)))
    unit = "share" if kind == "share" else "persons"
    per = "month" if kind == "flow" else ""
    bands = (centre * 0.9, centre * 1.1, centre * 0.8, centre * 1.2)
    return SeriesView("x", "X", unit, kind, per, dates, centre, *bands, claims=claims)  # pyright: ignore


def claim(value: float | None, hedge: str = "exact", low: float | None = None, high: float | None = None) -> ClaimPoint:
    return ClaimPoint("C1", date(1971, 1, 1), date(1971, 12, 31), value, low, high, hedge, "S", "p. 1", "A", "said")


@pytest.mark.parametrize(
    ("first", "last", "per", "length"),
    [
        (date(1971, 1, 1), date(1971, 12, 31), "month", 12.0),
        (date(1971, 2, 1), date(1971, 2, 28), "month", 1.0),
        (date(1972, 1, 1), date(1972, 12, 31), "year", 1.0),
        (date(1971, 4, 1), date(1971, 9, 30), "quarter", 2.0),
        (date(1971, 4, 1), date(1971, 4, 15), "month", 0.5),
        (date(1971, 1, 1), date(1971, 1, 14), "week", 2.0),
        (date(1971, 1, 1), date(1971, 1, 1), "day", 1.0),
    ],
)
def test_window_length(first: date, last: date, per: str, length: float) -> None:
    assert window_length(first, last, per) == pytest.approx(length, rel=1e-12)


def test_window_that_ends_before_it_begins() -> None:
    with pytest.raises(ValueError, match="ends before it begins"):
        window_length(date(1971, 2, 1), date(1971, 1, 1), "month")


def test_flow_claim_of_a_year_is_drawn_as_its_monthly_average() -> None:
    (drawn,) = drawn_claims(series(claims=(claim(1200.0, "about", 1080.0, 1320.0),)))
    assert (drawn.value, drawn.low, drawn.high) == pytest.approx((100.0, 90.0, 110.0))


@pytest.mark.parametrize("kind", ["stock", "share"])
def test_stocks_and_shares_are_drawn_as_stated(kind: str) -> None:
    (drawn,) = drawn_claims(series(kind, (0.1, 0.2), (claim(0.4),)))
    assert drawn.value == 0.4


@pytest.mark.parametrize(
    ("stated", "mark", "value"),
    [
        (claim(5.0), Mark.EXACT, 5.0),
        (claim(5.0, "rounded"), Mark.ABOUT, 5.0),
        (claim(5.0, "never heard of"), Mark.ABOUT, 5.0),
        (claim(None, "at_least", 5.0), Mark.OVER, 5.0),
        (claim(None, "no_more_than", None, 7.0), Mark.UP_TO, 7.0),
        (claim(None, "range", 4.0, 8.0), Mark.RANGE, 6.0),
        (claim(5.0, "range"), Mark.ABOUT, 5.0),
    ],
)
def test_mark_follows_the_wording(stated: ClaimPoint, mark: Mark, value: float) -> None:
    (drawn,) = drawn_claims(series("stock", (1.0, 2.0), (stated,)))
    assert (drawn.mark, drawn.value) == (mark, value)


def test_claim_without_a_number_is_not_drawn_and_the_caption_says_so() -> None:
    view = series(claims=(claim(None, "only"), claim(math.nan)))
    assert drawn_claims(view) == ()
    assert "2 claims without a number" in caption_series(view)


def test_axis_is_logarithmic_beyond_two_decades_only() -> None:
    assert not fit_axis(series(median=(1.0, 80.0))).log
    wide = fit_axis(series(median=(1.0, 800.0)))
    assert wide.log
    assert 0.1 / 1.2 <= wide.low <= 0.8
    assert "logarithmic" in caption_series(series(median=(1.0, 800.0)))


def test_a_logarithmic_axis_does_not_go_down_to_parts_of_a_person() -> None:
    assert 0.001 < fit_axis(series(median=(1e-7, 800.0))).low < 0.01
    assert fit_axis(series(median=(1e-7, 1e-3))).high > 1e-3


def test_a_range_that_begins_near_nothing_does_not_stretch_a_logarithmic_axis() -> None:
    view = series("stock", (10.0, 30_000.0), (claim(None, "range", 0.001, 400.0),))
    assert fit_axis(view).low > 1.0 / 1.3
    assert fit_axis(view).log


def test_axis_of_a_share_is_never_logarithmic() -> None:
    assert not fit_axis(series("share", (0.001, 0.9))).log


def test_axis_holds_bands_and_claims() -> None:
    axis = fit_axis(series("stock", (100.0, 110.0), (claim(190.0),)))
    assert axis.low <= 80.0
    assert axis.high >= 190.0


def test_axis_of_nothing_but_gaps() -> None:
    view = series(median=(math.nan, math.nan))
    assert fit_axis(view).high > fit_axis(view).low


def test_arrays_must_fit_the_dates() -> None:
    view = build_content().series[0]
    with pytest.raises(ValueError, match="low90 has shape"):
        replace(view, low90=view.low90[:-1])


@pytest.mark.parametrize(("kind", "per"), [("flow", ""), ("stock", "month")])
def test_only_a_flow_says_per_what(kind: str, per: str) -> None:
    view = build_content().series[0]
    with pytest.raises(ValueError, match="per"):
        replace(view, kind=kind, per=per)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (math.nan, "–"),
        (0.0, "0"),
        (12345.6, "12,346"),
        (-12345.6, "−12,346"),
        (99.97, "100"),
        (12.34, "12.3"),
        (3.0, "3"),
        (0.01234, "0.0123"),
        (0.00000123, "1.23e-06"),
        (-math.inf, "−∞"),
    ],
)
def test_format_number(value: float | None, text: str) -> None:
    assert format_number(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.123, "12.3 %"), (0.0031, "0.31 %"), (1.0, "100 %"), (-0.05, "−5.0 %"), (-1e-9, "0.00 %"), (None, "–")],
)
def test_format_percent(value: float | None, text: str) -> None:
    assert format_percent(value) == text
