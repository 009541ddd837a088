"""How far an approximation is from the posterior, told from its importance ratios."""

from __future__ import annotations

import math

import numpy as np
import pytest

from counterstream.infer.diagnose import check_approximation

NORMAL = np.random.default_rng(3).standard_normal(4000)


def test_an_exact_approximation_has_no_tail() -> None:
    assert check_approximation(np.full(400, -7.0)) == 0.0


@pytest.mark.parametrize("narrow", [0.3, 0.6, 0.75])
def test_a_normal_that_is_too_narrow_has_its_known_tail(narrow: float) -> None:
    # Of a normal with variance 1 - k, drawn as sqrt(1 - k) z, the log-ratio is k z^2 / 2; its Pareto tail has shape k.
    assert check_approximation(0.5 * narrow * NORMAL**2) == pytest.approx(narrow, abs=0.15)


def test_one_that_is_too_wide_is_safe() -> None:
    assert check_approximation(-0.5 * NORMAL**2) < 0.0


@pytest.mark.parametrize("steepness", [300.0, 3e5])
def test_where_one_draw_outweighs_all_there_is_no_tail_to_fit(steepness: float) -> None:
    assert check_approximation(steepness * np.abs(NORMAL) ** 3) == math.inf


def test_draws_that_cannot_be_do_not_count() -> None:
    ratios = 0.3 * NORMAL**2
    without = check_approximation(ratios)
    ratios[np.argsort(ratios)[:5]] = -math.inf
    assert check_approximation(ratios) == without
