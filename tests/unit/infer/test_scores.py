"""Scores on cases worked out by hand."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pytest
from ledger_example import make_claim, make_observable, make_system
from scipy.stats import kstest, norm

from counterstream.evidence.answering import AnsweredClaim
from counterstream.infer.claims import ClaimTable, Kind, tabulate_claims
from counterstream.infer.measurement import observed_values
from counterstream.infer.scores import (
    Foretold,
    abs_log_error,
    interval_score,
    score,
    summarise_pit,
    wilson_interval,
)
from counterstream.system.observable import FlowMeasure, RatioMeasure

FLOW = make_observable()
SHARE = make_observable("share", RatioMeasure(FlowMeasure(("a",)), FlowMeasure(("b",))), unit="share")
SYSTEM = make_system(FLOW, SHARE)


def table(*figures: tuple[str, float]) -> ClaimTable:
    observables = {"flow": FLOW, "share": SHARE}
    claims = [
        AnsweredClaim(make_claim(id=str(i), value=value), observables[kind], 1.0, False, "office", "office", True)
        for i, (kind, value) in enumerate(figures)
    ]
    return tabulate_claims(SYSTEM, claims)


def foretold(*rows: tuple[float, float, float, float, float]) -> Foretold:
    return Foretold.from_rows(np.array(rows).T)


def test_interval_score_is_width_and_penalty() -> None:
    low, high = np.array([1.0, 1.0, 1.0]), np.array([3.0, 3.0, 3.0])
    told = interval_score(low, high, np.array([2.0, 0.5, 3.25]), 0.9)
    np.testing.assert_allclose(told, [2.0, 2.0 + 20.0 * 0.5, 2.0 + 20.0 * 0.25])


def test_interval_score_is_least_for_the_limits_of_what_is_believed() -> None:
    x = np.random.default_rng(3).standard_normal(40_000)
    width = float(norm.ppf(0.95))
    means = {w: interval_score(np.full(x.size, -w), np.full(x.size, w), x, 0.9).mean() for w in (1.2, width, 2.3)}
    assert min(means, key=lambda w: means[w]) == width
    # Its expectation for a standard normal is 2 / alpha times twice the density at the limit.
    assert means[width] == pytest.approx(40.0 * norm.pdf(width), rel=0.02)


def test_errors_are_ratios_of_persons_and_of_shares() -> None:
    said = table(("flow", 200.0), ("share", 0.2), ("flow", 0.0))
    errors = abs_log_error(said, np.array([100.0, 0.4, 2.0]), observed_values(said))
    np.testing.assert_allclose(errors, [math.log(2.0), math.log(2.0), math.log(4.0)])


def test_scores_of_two_claims_by_hand() -> None:
    claims = table(("flow", 1000.0), ("share", 0.5))
    told = foretold((500.0, 900.0, 1000.0, 1100.0, 2000.0), (0.6, 0.65, 0.7, 0.75, 0.8))
    found = score(claims, observed_values(claims), told)
    assert (found.n, found.n_intervals, found.coverage_50, found.coverage_90) == (2, 2, 0.5, 0.5)

    def logit(p: float) -> float:
        return math.log(p / (1.0 - p))

    scores = [math.log(4.0), logit(0.8) - logit(0.6) + 20.0 * (logit(0.6) - logit(0.5))]
    assert found.interval_score_90 == pytest.approx(np.mean(scores))
    assert found.median_abs_log_error == pytest.approx(0.5 * math.log(1.4))


def test_what_was_not_foretold_is_not_scored() -> None:
    claims = table(("flow", 1000.0), ("flow", 1000.0), ("flow", 1000.0))
    nan = math.nan
    told = foretold((900.0, 950.0, 1000.0, 1050.0, 1100.0), (nan, nan, 2000.0, nan, nan), (nan,) * 5)
    found = score(claims, observed_values(claims), told)
    assert (found.n, found.n_intervals, found.coverage_90) == (2, 1, 1.0)
    assert found.median_abs_log_error == pytest.approx(0.5 * math.log(2.0))
    sure = foretold(*[(900.0, 950.0, 1000.0, 1050.0, 1100.0)] * 3)
    assert (score(claims, observed_values(claims), sure.where_told(told)).n) == 2


def test_nothing_to_score_gives_no_figures() -> None:
    found = score(table(), np.zeros(0), Foretold.from_rows(np.zeros((5, 0))))
    assert (found.n, found.coverage_50, found.coverage_90_interval, found.interval_score_90) == (0, None, None, None)
    assert found.median_abs_log_error is None


def test_wilson_interval_solves_its_equation() -> None:
    z = norm.ppf(0.95)
    limits = wilson_interval(17, 20)
    assert limits is not None
    for limit in limits:
        assert abs(17 / 20 - limit) == pytest.approx(z * math.sqrt(limit * (1.0 - limit) / 20))
    assert limits[0] < 17 / 20 < limits[1]


def test_wilson_interval_reaches_its_ends() -> None:
    none, every = wilson_interval(0, 12), wilson_interval(12, 12)
    assert none is not None
    assert every is not None
    assert none[0] == 0.0
    assert every[1] == 1.0
    assert none[1] == pytest.approx(1.0 - every[0])
    assert wilson_interval(0, 0) is None


def test_transforms_are_summarised_by_kind() -> None:
    pit = np.array([0.01, 0.5, 0.99, 0.98, 0.2, 0.3])
    kinds = np.array([Kind.FLOW] * 4 + [Kind.SHARE] * 2)
    found = summarise_pit(kinds, pit)
    assert list(found) == ["flow", "share"]
    flow = found["flow"]
    assert (flow.n, flow.below_05, flow.above_95) == (4, 0.25, 0.5)
    assert flow.mean == pytest.approx(0.62)
    assert flow.ks_p == pytest.approx(kstest(pit[:4], "uniform").pvalue)
    assert found["share"].n == 2


def test_rows_give_back_what_was_foretold() -> None:
    told = foretold((1.0, 2.0, 3.0, 4.0, 5.0))
    assert told.interval(0.5) == (np.array([2.0]), np.array([4.0]))
    np.testing.assert_array_equal(Foretold.from_rows(told.rows()).rows(), told.rows())


def test_a_window_has_no_part_in_a_score() -> None:
    month = make_claim(first=date(1990, 1, 1), last=date(1990, 1, 31), value=1000.0)
    short = tabulate_claims(SYSTEM, [AnsweredClaim(month, FLOW, 1.0, False, "office", "office", True)])
    told = foretold((500.0, 900.0, 1000.0, 1100.0, 2000.0))
    assert score(short, observed_values(short), told) == score(table(("flow", 1000.0)), np.array([1000.0]), told)
