"""Shapley values of games whose values are known."""

from __future__ import annotations

from math import factorial

import numpy as np
from numpy.typing import NDArray

from counterstream.scenario.shapley import share_out

Floats = NDArray[np.float64]


def product_game(factors: Floats) -> object:
    """Worth ``prod(1 + f)`` over the causes that act: effects multiply, as those on a rate do."""
    return lambda coalitions: np.prod(np.where(coalitions, 1.0 + factors, 1.0), axis=1)


def product_values(factors: Floats) -> Floats:
    """Shapley values of the product game: each monomial is shared equally among its causes."""
    n = factors.size
    values = np.zeros(n)
    for number in range(1, 2**n):
        members = [i for i in range(n) if number >> i & 1]
        values[members] += np.prod(factors[members]) / len(members)
    return values


def test_additive_causes_get_what_they_add() -> None:
    weights = np.array([3.0, -1.0, 0.0, 7.0])
    told = share_out(lambda coalitions: coalitions @ weights, 4)
    np.testing.assert_allclose(told.values, weights, atol=1e-12)
    assert told.n_orders == 0


def test_multiplying_causes_share_every_product_equally() -> None:
    factors = np.array([0.5, -0.3, 1.2, 0.1, -0.8])
    told = share_out(product_game(factors), 5)
    np.testing.assert_allclose(told.values, product_values(factors), atol=1e-12)
    np.testing.assert_allclose(told.values.sum(), told.all - told.none, atol=1e-12)


def test_values_are_worked_out_for_each_draw() -> None:
    weights = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    told = share_out(lambda coalitions: coalitions @ weights, 3)
    np.testing.assert_allclose(told.values, weights, atol=1e-12)


def test_many_causes_are_sampled_within_the_error_that_is_told() -> None:
    factors = np.linspace(-0.4, 0.6, 14)
    told = share_out(product_game(factors), 14, n_orders=400, seed=3)
    assert told.n_orders == 400
    exact = product_values(factors)
    z = (told.values - exact) / told.errors
    assert np.abs(z).max() < 4.0
    assert 0.5 < np.sqrt((z**2).mean()) < 1.6
    np.testing.assert_allclose(told.values.sum(), told.all - told.none, rtol=1e-12)


def test_a_cause_without_effect_gets_nothing_even_when_sampled() -> None:
    factors = np.append(np.full(13, 0.2), 0.0)
    told = share_out(product_game(factors), 14, n_orders=10)
    assert told.values[-1] == 0.0
    assert told.errors[-1] == 0.0


def test_weights_of_coalitions_count_orders() -> None:
    """One cause among three that acts only last: it is last in a third of the orders, 2! of 3!."""
    told = share_out(lambda coalitions: coalitions.all(axis=1).astype(float), 3)
    np.testing.assert_allclose(told.values, np.full(3, factorial(2) / factorial(3)))
