"""What a scenario moves beyond its fitted range."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from counterstream.dynamics.draw import Draw
from counterstream.scenario.support import find_excess, find_parameter_excess
from counterstream.system.scenario import ChangeParameter


def paths(*levels: float) -> np.ndarray:
    """Paths of 101 draws over two steps: each stands at its level, give or take 1 from draw to draw."""
    spread = np.linspace(-1.0, 1.0, 101)[:, None, None]
    return np.array(levels)[None, None, :] + spread + np.zeros((101, 2, len(levels)))


def test_a_path_inside_its_fitted_range_is_not_told() -> None:
    assert find_excess(("a", "b"), paths(0.0, 5.0), paths(0.5, 5.0)) == ()


def test_how_far_and_how_long_a_path_is_outside() -> None:
    scenario = paths(0.0)
    scenario[:, 1] += 3.6
    (excess,) = find_excess(("a",), paths(0.0), scenario)
    assert (excess.low, excess.high) == pytest.approx((-0.9, 0.9))
    assert excess.reached == pytest.approx(3.6)
    assert excess.distance == pytest.approx((3.6 - 0.9) / 1.8)
    assert excess.share_of_time == 0.5
    assert "50% of the time" in excess.sentence()


def test_what_never_moved_has_no_range_to_measure_by() -> None:
    still = np.zeros((10, 3, 1))
    (excess,) = find_excess(("amnesty",), still, still + 1.0)
    assert excess.distance == np.inf
    assert "always 0" in excess.sentence()


def test_a_parameter_set_far_off_is_told() -> None:
    before = Draw({"luck": jnp.linspace(0.2, 0.4, 101)}, {})
    after = Draw({"luck": jnp.full(101, 0.9)}, {})
    (excess,) = find_parameter_excess((ChangeParameter("luck", value=0.9),), before, after)
    assert excess.kind == "parameter"
    assert excess.distance == pytest.approx((0.9 - 0.39) / 0.18)
    assert find_parameter_excess((ChangeParameter("luck", times=1.0),), before, before) == ()
