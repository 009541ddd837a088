"""Every system that is accepted runs with whole persons, and nobody is lost or made."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from counterstream.dynamics.program import compile_system
from counterstream.infer.posterior import system_unknowns, to_draw
from counterstream.simulate.counts import simulate_counts
from counterstream.simulate.persons import simulate_persons
from counterstream.simulate.whole import Whole
from counterstream.spec import parse_system
from counterstream.system.move import EntryMove, LossMove
from counterstream.system.system import System

CONFORMANCE = Path(__file__).parents[2] / "conformance" / "valid" / "systems"
VALID = sorted(path for path in CONFORMANCE.glob("*.yaml") if not path.name.endswith(".resolved.yaml"))
N = 2


def total_of(system: System, runs: Whole, kind: type) -> np.ndarray:
    """Return persons who made moves of a kind, shape (draw, time)."""
    picked = [system.flow_names.index(m.name) for m in system.moves if isinstance(m, kind)]
    return runs.flows[..., picked].sum(axis=(2, 3))


@pytest.mark.parametrize("simulate", [simulate_counts, simulate_persons])
@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_persons_are_accounted_for(path: Path, simulate: Callable[..., Whole]) -> None:
    system, _ = parse_system(path.read_text(encoding="utf-8-sig"))
    assert system is not None
    unknowns = system_unknowns(system)
    points = jnp.asarray(0.3 * np.random.default_rng(1).standard_normal((N, unknowns.dimension)))
    draws = jax.vmap(lambda point: to_draw(system, unknowns.constrain(point)))(points)
    runs = simulate(compile_system(system), draws, N)
    assert runs.stocks.min() >= 0
    assert runs.flows.min() >= 0
    change = np.diff(runs.stocks.sum(axis=(2, 3)), axis=1)
    np.testing.assert_array_equal(change, total_of(system, runs, EntryMove) - total_of(system, runs, LossMove))
