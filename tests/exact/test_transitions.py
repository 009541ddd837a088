"""One step's transition probabilities against the matrix exponential in 60 digits.

A person makes at most one move a step.  So a step is exact where every exit leads to somewhere
that is not left within it: there rows of the exponential of the intensities are asked for to ten digits.
Where exits lead on, what is made of many short steps must come to the exponential with an error
that halves when the step is halved.
"""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import numpy as np
import pytest
from mpmath import expm, matrix, mp

from counterstream.dynamics.draw import Draw
from counterstream.dynamics.program import compile_system
from counterstream.simulate.expected import simulate_expected
from counterstream.system.group import Selector
from counterstream.system.move import LossMove, Move, RateMove
from counterstream.system.system import InitialStock
from counterstream.units import MONTHS_PER_YEAR, add_months
from tests.small_systems import small_system

#: Who stays is what is left when those who leave are taken away: where all leave, a last digit below nothing at most.
ROUNDING = 2e-16
START = date(2000, 1, 1)
DIGITS = 60
#: Intensities per step from which nothing ever leaves to which everybody does, side by side too.
STARS = (
    (0.3, 0.1, 0.02),
    (1e-9, 2e-9, 5e-10),
    (1e-14, 0.5, 3.0),
    (9.9e-5, 1e-7, 0.0),
    (1.01e-4, 1e-12, 0.0),
    (40.0, 1e-8, 2.0),
    (600.0, 90.0, 1e-6),
    (1e5, 1.0, 1e-5),
)


def run_rows(hazards: np.ndarray, n_steps: int, losses: np.ndarray | None = None) -> np.ndarray:
    """Return after each step where a person is who began in each status, shape (n_steps + 1, from, to).

    Parameters
    ----------
    hazards
        Intensity per step from each status to each other, shape (from, to).
    losses
        Intensity per step of leaving the system, shape (from,).
    """
    n = len(hazards)
    names = tuple(f"s{i}" for i in range(n))
    moves: list[Move] = [
        RateMove(f"m{i}{j}", names[i], names[j], float(hazards[i, j]) * MONTHS_PER_YEAR)
        for i in range(n)
        for j in range(n)
        if i != j and hazards[i, j] > 0.0
    ]
    if losses is not None:
        moves += [LossMove(f"l{i}", (names[i],), float(losses[i]) * MONTHS_PER_YEAR) for i in range(n) if losses[i]]
    system = small_system(
        names,
        tuple(moves),
        groups=names,
        end=date.fromordinal(add_months(START, n_steps).toordinal() - 1),
        stocks=tuple(InitialStock(name, 1.0, Selector((("kind", (name,)),))) for name in names),
    )
    course = simulate_expected(compile_system(system), Draw({}, {}))
    assert course.stocks.shape == (n_steps + 1, n, n)
    return course.stocks


def exact_rows(hazards: np.ndarray) -> np.ndarray:
    """Return the matrix exponential of the intensities, worked out in 60 digits."""
    n = len(hazards)
    with mp.workdps(DIGITS):
        generator = matrix(n, n)
        for i in range(n):
            for j in range(n):
                if i != j:
                    generator[i, j] = mp.mpf(float(hazards[i, j]))
            generator[i, i] = -sum(generator[i, j] for j in range(n) if j != i)
        found = expm(generator)
        return np.array([[float(found[i, j]) for j in range(n)] for i in range(n)])


def star(intensities: tuple[float, ...]) -> np.ndarray:
    hazards = np.zeros((4, 4))
    hazards[0, 1:] = intensities
    return hazards


@pytest.mark.parametrize("intensities", STARS)
def test_exits_that_compete_are_the_matrix_exponential_to_ten_digits(intensities: tuple[float, ...]) -> None:
    rows, exact = run_rows(star(intensities), 1)[1], exact_rows(star(intensities))
    assert rows.min() >= -ROUNDING
    np.testing.assert_allclose(rows.sum(axis=1), 1.0, rtol=0.0, atol=1e-12)
    np.testing.assert_allclose(rows[0, 1:], exact[0, 1:], rtol=1e-10)
    np.testing.assert_allclose(rows[0, 0], exact[0, 0], rtol=1e-10, atol=1e-15)


@pytest.mark.parametrize("intensities", [(0.3, 0.1, 0.02), (1e-6, 2e-7, 0.0)])
def test_many_steps_of_such_exits_are_one_long_step(intensities: tuple[float, ...]) -> None:
    """The semigroup: thirty steps are the exponential of thirty times the intensities."""
    rows, exact = run_rows(star(intensities), 30)[-1], exact_rows(30.0 * star(intensities))
    np.testing.assert_allclose(rows, exact, rtol=1e-10, atol=0.0)


ROUND = np.array(
    [[0.0, 0.8, 0.0, 0.1], [0.3, 0.0, 0.5, 0.05], [0.2, 0.0, 0.0, 0.4], [0.0, 0.6, 0.0, 0.0]],
)


def test_ways_on_and_back_come_to_the_matrix_exponential_as_fast_as_steps_shrink() -> None:
    """Every status is left and entered: the error is of first order in the step."""
    exact = exact_rows(ROUND)
    errors = [np.abs(run_rows(ROUND / n, n)[-1] - exact).max() for n in (4, 8, 16, 32, 64, 128)]
    shrinks = [before / after for before, after in pairwise(errors)]
    np.testing.assert_allclose(shrinks[-2:], 2.0, rtol=0.03)
    assert all(ratio > 1.7 for ratio in shrinks)
    # What two steps of different length agree on is right to second order (Richardson 1911).
    better = 2.0 * run_rows(ROUND / 128, 128)[-1] - run_rows(ROUND / 64, 64)[-1]
    assert np.abs(better - exact).max() < 0.02 * errors[-1]


@pytest.mark.parametrize("scale", [1e-8, 1e-3, 1.0, 30.0, 1e4])
def test_rows_are_probabilities_however_stiff(scale: float) -> None:
    rows = run_rows(scale * ROUND, 24)
    assert rows.min() >= -ROUNDING
    np.testing.assert_allclose(rows.sum(axis=2), 1.0, rtol=0.0, atol=1e-12)


def test_what_leaves_the_system_is_missing_from_the_rows() -> None:
    """A loss competes like any exit: with it the row of the exponential that has a place for the lost."""
    losses = np.array([0.05, 0.0, 0.0])
    hazards = np.zeros((3, 3))
    hazards[0, 1:] = (0.4, 0.1)
    with_lost = np.zeros((4, 4))
    with_lost[:3, :3], with_lost[:3, 3] = hazards, losses
    rows, exact = run_rows(hazards, 1, losses)[1], exact_rows(with_lost)
    np.testing.assert_allclose(rows, exact[:3, :3], rtol=1e-10)
    np.testing.assert_allclose(1.0 - rows.sum(axis=1), exact[:3, 3], rtol=1e-10, atol=1e-15)
