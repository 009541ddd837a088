"""What each step offers whole persons, as machine code made from what JAX traces.

Engines of whole persons move people themselves, by chance.  What people are offered (intensities,
chances, shares, limits) and what a step leaves behind in signals is worked out here, from the
very functions that :mod:`counterstream.dynamics.flow` uses.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

from counterstream.dynamics.assess import Assessment, assess
from counterstream.dynamics.draw import Draw
from counterstream.dynamics.inputs import RunInputs, from_blocks, to_blocks
from counterstream.dynamics.layout import entry_moves
from counterstream.dynamics.machine import WIDTH, Machine, write_functions
from counterstream.dynamics.passes import write_single
from counterstream.dynamics.program import Program, initial_stocks
from counterstream.dynamics.scalars import Graph, Nodes, spell_out
from counterstream.dynamics.signals import remember, see, start_memory
from counterstream.dynamics.tracing import TracedStep, draw_of, drive_of, example_inputs

Floats = NDArray[np.float64]
#: Decisions that may be made in a step where there is no limit.
UNLIMITED = 1e18


class Offer(NamedTuple):
    """What one step offers, for many draws.

    Parameters
    ----------
    hazards
        Intensity per step, shape (draw, slot, group).
    chance
        Chance of approval, shape (draw, decision, group).
    capacity, release
        Most decisions in the step, and 1 where the approved go on, shape (draw, decision).
    entries
        Expected persons who enter, shape (draw, entry move, group).
    shares
        Of alternatives, in the order of the layout's choices, shape (draw, alternative, group).
    """

    hazards: Floats
    chance: Floats
    capacity: Floats
    release: Floats
    entries: Floats
    shares: Floats


class State(NamedTuple):
    """Where the draws of a batch stand between two steps: what steps take, and memory; draws in blocks."""

    values: Floats
    own: Floats
    memory: Floats
    n_draws: int


@dataclass(frozen=True)
class Offers(RunInputs):
    """What the steps of a program offer, compiled at the first use.

    Shapes: stocks are (draw, cell, group), flows (draw, flow, group); ``shared`` is what
    :meth:`~counterstream.dynamics.inputs.RunInputs.lay_out` returns.
    """

    def compile(self) -> None:
        """Compile now rather than at the first step."""
        _ = self._functions

    def start(self, draws: Draw, n_draws: int) -> tuple[State, Floats]:
        """Return the state and the stocks before the first step."""
        values, own = self.inputs_of_many(draws, n_draws)
        memory, stocks = self._begin(draws, jnp.arange(n_draws))
        return State(to_blocks(values), to_blocks(own), to_blocks(np.asarray(memory)), n_draws), np.asarray(stocks)

    def offer(self, step: int, state: State, shared: Floats, stocks: NDArray[Any]) -> Offer:
        """Return what a step offers, given stocks at its start."""
        blocks = _flat_blocks(stocks)
        return self._unpack(from_blocks(self._run("offer", step, state, shared, blocks, blocks), state.n_draws))

    def keep(self, step: int, state: State, shared: Floats, stocks: NDArray[Any], flows: NDArray[Any]) -> State:
        """Return the state after a step, given stocks at its start and flows during it."""
        if not self.traced.kept:
            return state
        kept = self._run("keep", step, state, shared, _flat_blocks(stocks), _flat_blocks(flows))
        return state._replace(memory=kept)

    @cached_property
    def traced(self) -> TracedStep:
        """A step in scalars."""
        return trace_step(self)

    @cached_property
    def _begin(self) -> Any:
        # The draws' numbers go along so that a system without unknowns has an axis to map over.
        def begin(draw: Draw, _: Array) -> tuple[Array, Array]:
            return _flatten(start_memory(self.program, draw)), jnp.stack(initial_stocks(self.program, draw))

        return jax.jit(jax.vmap(begin))

    @cached_property
    def _results(self) -> dict[str, list[int]]:
        return {"offer": self.traced.offered, "keep": self.traced.kept}

    @cached_property
    def _machine(self) -> Machine:
        texts = [line for name, nodes in self._results.items() for line in write_single(name, self.traced, nodes)]
        return Machine("\n".join([write_functions(), *texts]))

    @cached_property
    def _functions(self) -> dict[str, Any]:
        return {name: self._machine.function(name, 7) for name in self._results}

    def _run(self, name: str, step: int, state: State, shared: Floats, stocks: Floats, flows: Floats) -> Floats:
        function = self._functions[name]
        results = np.empty((len(state.values), len(self._results[name]), WIDTH))
        given = (state.values, state.own, None, state.memory, stocks, flows, results)
        # Blocks lie one after another: an address and a stride are enough.
        starts = [(a.ctypes.data, a.strides[0]) if a is not None else (shared.ctypes.data, 0) for a in given]
        for block in range(len(state.values)):
            function(step, *(first + block * stride for first, stride in starts))
        return results

    def _unpack(self, told: Floats) -> Offer:
        layout = self.program.layout
        n, m = layout.n_groups, len(layout.system.decisions)
        n_entries, n_shares = len(entry_moves(layout.system)), sum(len(c.alternatives) for c in layout.ordered_choices)
        widths = [(len(layout.slots), n), (m, n), (m,), (m,), (n_entries, n), (n_shares, n)]
        parts: list[Floats] = []
        first = 0
        for shape in widths:
            size = int(np.prod(shape))
            parts.append(np.ascontiguousarray(told[:, first : first + size]).reshape(len(told), *shape))
            first += size
        return Offer(*parts)


def _flatten(tree: Any) -> Array:
    """Return all arrays of a tree as one flat one."""
    leaves = jax.tree.leaves(tree)
    return jnp.concatenate([jnp.ravel(leaf) for leaf in leaves]) if leaves else jnp.zeros(0)


def _flat_blocks(array: NDArray[Any]) -> Floats:
    return to_blocks(array.reshape(len(array), -1))


def _pack(program: Program, a: Assessment) -> Array:
    """Return an assessment as one flat array, in the order of :class:`Offer`."""
    layout = program.layout
    decisions = [m.name for m in layout.system.decisions]
    one, full = jnp.ones(()), jnp.asarray(UNLIMITED)
    rows = (
        *a.hazards,
        *(a.chance[m] for m in decisions),
        *(a.capacity.get(m, full) for m in decisions),
        *(a.release.get(m, one) for m in decisions),
        *(a.entries[m.name] for m in entry_moves(layout.system)),
        *(share for choice in layout.ordered_choices for share in a.shares[choice.name]),
    )
    return _flatten(rows)


def _listed(*arrays: Nodes) -> list[int]:
    return [int(n) for array in arrays for n in array.ravel()]


def trace_step(run: RunInputs) -> TracedStep:
    """Trace what a step offers, and what it remembers of stocks and flows."""
    program, system = run.program, run.program.system
    values, own, shared = example_inputs(run)
    memory = jax.eval_shape(lambda v: start_memory(program, draw_of(run, v)), values)
    leaves, structure = jax.tree.flatten(memory)
    row = jnp.zeros(program.layout.n_groups)
    # Row by row: how an array is cut into rows differs between versions of JAX.
    stocks, flows = [row] * len(program.layout.cells), [row] * len(system.flow_names)

    def turn(
        values: list[Array], own: list[Array], shared: Any, memory: list[Array], stocks: list[Array], flows: list[Array]
    ) -> tuple[Array, Array]:
        at = draw_of(run, values)
        x = drive_of(run, values, own, *shared)
        held, rows = jax.tree.unflatten(structure, memory), tuple(stocks)
        seen = see(program, at, held, rows, x)
        moved = dict(zip(system.flow_names, flows, strict=True))
        later = remember(program, at, held, rows, moved, seen)
        return _pack(program, assess(program, at, rows, seen, x)), _flatten(later)

    closed = jax.make_jaxpr(turn)(values, own, shared, leaves, stocks, flows)
    graph = Graph()
    shapes = [[a.shape for a in part] for part in (values, own, jax.tree.leaves(shared), leaves, stocks, flows)]
    nodes = [[graph.given_array(shape) for shape in part] for part in shapes]
    offered, kept = spell_out(graph, closed, [array for part in nodes for array in part])
    given = [_listed(*part) for part in nodes]
    return TracedStep(graph, *given[:6], offered=_listed(offered), kept=_listed(kept))
