"""Runs and single steps in scalars, traced once from the very functions that JAX traces."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from counterstream.dynamics.draw import Draw
from counterstream.dynamics.drive import Drive, Levers, Paths, prepare
from counterstream.dynamics.flow import step_expected
from counterstream.dynamics.program import initial_stocks
from counterstream.dynamics.scalars import Graph, Nodes, spell_out
from counterstream.dynamics.signals import start_memory

if TYPE_CHECKING:
    from counterstream.dynamics.inputs import RunInputs
    from counterstream.dynamics.native import NativeRun


class Traced(NamedTuple):
    """A run in scalars: what goes in and comes out at its start, in each step and at its end.

    ``constants`` are the draw's values, ``moving`` its own paths in the step, ``shared`` the
    levers in the step.  Of the carry there are only the places that are not always 0.
    """

    graph: Graph
    constants: list[int]
    moving: list[int]
    shared: list[int]
    begun: list[int]  # the carry at the start
    before: list[int]  # the carry as a step finds it
    after: list[int]  # and leaves it
    told: list[int]  # what a step emits
    ended: list[int]  # what is emitted of the carry after the last step


class TracedStep(NamedTuple):
    """A step in scalars.

    ``offered`` follows from ``memory`` and ``stocks``, ``kept`` (the memory at the step's end) from
    ``flows`` too; the rest is as in :class:`Traced`.
    """

    graph: Graph
    constants: list[int]
    moving: list[int]
    shared: list[int]
    memory: list[int]
    stocks: list[int]
    flows: list[int]
    offered: list[int]
    kept: list[int]


def draw_of(run: RunInputs, values: Sequence[Array]) -> Draw:
    """Return the draw of a run's values; what its walks give stands in its paths."""
    return Draw(dict(zip(run.value_names, values, strict=True)), {})


def drive_of(run: RunInputs, values: Sequence[Array], own: Sequence[Array], seasons: Any, levers: Levers) -> Drive:
    """Return what is known of a step from its paths, each of length 1."""
    paths = Paths(dict(zip(run.path_names, own, strict=False)), seasons, levers)
    return jax.tree.map(lambda a: a[0], prepare(run.program, draw_of(run, values), paths, 1))


def example_inputs(run: RunInputs) -> tuple[list[Array], list[Array], Any]:
    """Return values, own paths and shared paths as a step takes them."""
    now = jax.tree.map(lambda a: jnp.asarray(a)[:1], run.shared_paths())
    own = [*(now.own[name] for name in run.path_names), *[jnp.zeros(1)] * run.n_frozen]
    return [jnp.ones(())] * len(run.value_names), own, (now.seasons, now.levers)


def trace(run: NativeRun) -> Traced:
    """Trace a run into scalars; rows that nobody ever enters are found by trying."""
    program = run.program

    def begin(values: list[Array]) -> Any:
        at = draw_of(run, values)
        return initial_stocks(program, at), start_memory(program, at)

    def step(values: list[Array], own: list[Array], shared: Any, carry: Any) -> Any:
        seasons, levers = shared
        held = {name: _held_path(run, name, own) for name in run.frozen}
        x = drive_of(run, values, own, seasons, levers._replace(hold_value={**levers.hold_value, **held}))
        later, moment = step_expected(program, draw_of(run, values), carry, x)
        return later, run.emit(moment)

    values, own, shared = example_inputs(run)
    carry = jax.eval_shape(begin, values)
    closed = {
        "begin": jax.make_jaxpr(begin)(values),
        "step": jax.make_jaxpr(step)(values, own, shared, carry),
        "end": jax.make_jaxpr(lambda c: run.conclude(c[0]))(carry),
    }
    shapes = [leaf.shape for leaf in jax.tree.leaves(carry)]
    n_own, n_shared = len(own), len(jax.tree.leaves(shared))
    used: set[int] = set()
    while True:
        found = _spell_run(closed, shapes, (len(values), n_own, n_shared), used)
        grown = used | {
            place
            for place, (start, later) in enumerate(zip(found.begun, found.after, strict=True))
            if not (found.graph.is_known(start, 0.0) and found.graph.is_known(later, 0.0))
        }
        if grown == used:
            kept = sorted(used)
            return found._replace(
                begun=[found.begun[i] for i in kept],
                before=[found.before[i] for i in kept],
                after=[found.after[i] for i in kept],
            )
        used = grown


def _held_path(run: NativeRun, name: str, own: list[Array]) -> Array:
    """Return the held value of a frozen signal, shape (time,) or (time, group)."""
    columns = own[run.frozen_columns[name]]
    return jnp.stack(columns, axis=-1) if run.program.signals[name].per else columns[0]


def _spell_run(
    closed: dict[str, Any], shapes: Sequence[tuple[int, ...]], counts: tuple[int, int, int], used: set[int]
) -> Traced:
    """Spell a run out; places of the carry that are not ``used`` count as 0."""
    graph = Graph()
    constants, moving, shared = ([graph.given() for _ in range(n)] for n in counts)
    size = sum(int(np.prod(shape)) for shape in shapes)
    before = [graph.given() if i in used else graph.known(0.0) for i in range(size)]
    rows: list[Nodes] = []
    start = 0
    for shape in shapes:
        n = int(np.prod(shape))
        rows.append(np.array(before[start : start + n], dtype=np.int64).reshape(shape))
        start += n
    values = [np.array(c, dtype=np.int64) for c in constants]
    begun = spell_out(graph, closed["begin"], values)
    steps = [np.array([m], dtype=np.int64) for m in (*moving, *shared)]
    *after, told = spell_out(graph, closed["step"], [*values, *steps, *rows])
    (ended,) = spell_out(graph, closed["end"], rows)
    flat = [[int(n) for row in part for n in row.ravel()] for part in (begun, after, [told], [ended])]
    return Traced(graph, constants, moving, shared, flat[0], before, flat[1], flat[2], flat[3])
