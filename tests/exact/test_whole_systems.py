"""Every system that is accepted runs with whole persons, and nobody is lost or made."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from counterstream.dynamics.draw import Draw
from counterstream.dynamics.program import Program, compile_system
from counterstream.infer.posterior import system_unknowns, to_draw
from counterstream.simulate.counts import simulate_counts
from counterstream.simulate.persons import Following, simulate_persons
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


def count(program: Program, draws: Draw, n_draws: int, folder: Path) -> Whole:
    del folder
    return simulate_counts(program, draws, n_draws)


def follow(program: Program, draws: Draw, n_draws: int, folder: Path) -> Whole:
    return simulate_persons(program, draws, n_draws, following=Following(folder=folder))


@pytest.mark.parametrize("simulate", [count, follow])
@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_persons_are_accounted_for(path: Path, simulate: Callable[..., Whole], tmp_path: Path) -> None:
    system, _ = parse_system(path.read_text(encoding="utf-8-sig"))
    assert system is not None
    unknowns = system_unknowns(system)
    points = jnp.asarray(0.3 * np.random.default_rng(1).standard_normal((N, unknowns.dimension)))
    draws = jax.vmap(lambda point: to_draw(system, unknowns.constrain(point)))(points)
    for ties in system.persons.ties if system.persons else ():
        if ties.file:
            (tmp_path / ties.file).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / ties.file).write_text("person,other\n0,1\n1,2\n", encoding="utf-8")
    runs = simulate(compile_system(system), draws, N, tmp_path)
    assert runs.stocks.min() >= 0
    assert runs.flows.min() >= 0
    change = np.diff(runs.stocks.sum(axis=(2, 3)), axis=1)
    np.testing.assert_array_equal(change, total_of(system, runs, EntryMove) - total_of(system, runs, LossMove))
