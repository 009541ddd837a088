"""A measure over windows of days, from runs made by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from small_systems import small_system

from counterstream.simulate.series import Reading
from counterstream.simulate.windows import has_course, measure_windows
from counterstream.system.observable import FlowMeasure, Measure, PathMeasure, RatioMeasure, StockMeasure, Window
from counterstream.system.parameter import Family, Parameter, Prior

LEAVE, STAY, MOOD = Reading("flow", ("leave",)), Reading("stock", ("stay",)), Reading("path", ("mood",))
READINGS = (LEAVE, STAY, MOOD)
YEAR = (date(2001, 1, 1), date(2001, 12, 31))
FLOW = FlowMeasure(("leave",))


@pytest.fixture(scope="module")
def course() -> np.ndarray:
    """Two draws of ten years of months."""
    return np.random.default_rng(5).gamma(3.0, 100.0, (2, 121, 3))


def over(course: np.ndarray, measure: Measure, *windows: tuple[date, date]) -> np.ndarray:
    system = small_system(("stay", "gone"), ())
    return measure_windows(system, measure, windows, READINGS, course, {"size": np.array([2.0, 3.0])})


def test_flows_are_summed(course: np.ndarray) -> None:
    told = over(course, FLOW, YEAR, (date(2001, 1, 1), date(2001, 6, 15)))
    np.testing.assert_allclose(told[:, 0], course[:, 12:24, 0].sum(axis=1))
    np.testing.assert_allclose(told[:, 1], course[:, 12:17, 0].sum(axis=1) + 0.5 * course[:, 17, 0])


def test_a_factor_may_be_a_parameter(course: np.ndarray) -> None:
    told = over(course, FlowMeasure(("leave",), times="size"), YEAR)[:, 0]
    np.testing.assert_allclose(told, course[:, 12:24, 0].sum(axis=1) * [2.0, 3.0])


def test_stocks_are_read_on_their_day(course: np.ndarray) -> None:
    told = over(course, StockMeasure(("stay",)), (date(2001, 1, 1), date(2001, 1, 1)), (YEAR[1], YEAR[1]))
    np.testing.assert_allclose(told[:, 0], course[:, 12, 1])
    np.testing.assert_allclose(told[:, 1], (course[:, 23, 1] + 30.0 * course[:, 24, 1]) / 31.0)


def test_paths_are_averaged(course: np.ndarray) -> None:
    np.testing.assert_allclose(over(course, PathMeasure("mood"), YEAR)[:, 0], course[:, 12:24, 2].mean(axis=1))


@pytest.mark.parametrize("complement", [False, True])
def test_a_ratio_is_of_sums_and_of_nobody_it_is_nothing(course: np.ndarray, complement: bool) -> None:
    course = course.copy()
    course[1, 12:24, 0] = 0.0
    measure = RatioMeasure(FlowMeasure(("leave",), times=0.25), FLOW, complement=complement)
    told = over(course, measure, YEAR)[:, 0]
    np.testing.assert_allclose(told, [0.75 if complement else 0.25, np.nan])


def test_parameters_and_comparisons_have_no_course() -> None:
    prior = Prior(Family.NORMAL, (0.0, 1.0))
    system = small_system(("stay",), (), parameters=(Parameter("size", prior, "share", ""),))
    earlier = FlowMeasure(("leave",), window=Window(shift_months=-12))
    assert [has_course(system, m) for m in (FLOW, PathMeasure("mood"), RatioMeasure(FLOW, FLOW))] == [True] * 3
    assert [has_course(system, m) for m in (earlier, PathMeasure("size"), RatioMeasure(FLOW, earlier))] == [False] * 3
