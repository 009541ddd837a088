"""Whole runs as machine code made from the very step that JAX traces, with their derivative.

XLA runs a step as some hundred small operations on arrays of a few numbers; most of its time
goes into starting them.  Here the step is one stretch of code on a few draws at once: an
order of magnitude faster, and compiled in seconds.  What a step means stands in
:mod:`counterstream.dynamics.flow` alone; tests hold both against each other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

from counterstream.dynamics.draw import Draw, walks_of
from counterstream.dynamics.drive import Levers, Paths, lay_paths, prepare, pull_levers
from counterstream.dynamics.flow import Moment, step_expected
from counterstream.dynamics.machine import WIDTH, Code, Machine, number, write_functions, write_nodes
from counterstream.dynamics.paths import walk_matrix
from counterstream.dynamics.program import Program, initial_stocks
from counterstream.dynamics.scalars import Graph, Nodes, pull_back, spell_out
from counterstream.dynamics.signals import start_memory

Floats = NDArray[np.float64]
Emit = Callable[[Moment], Array]
Conclude = Callable[[tuple[Array, ...]], Array]


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


@dataclass(frozen=True)
class NativeRun:
    """Runs of a program, compiled for what is kept of each step.

    Parameters
    ----------
    program
        A compiled system.
    emit
        Takes a step's moment and returns a flat array of what is kept.
    conclude
        Takes the rows after the last step and returns as many numbers: the course's last row.
    derivative
        Whether :meth:`pull` is wanted.
    frozen
        Signals whose held values differ from draw to draw: they follow the instruments among
        a run's ``own`` paths, one for each group where a signal differs between groups.  When
        they are held is shared, as for every lever.

    Notes
    -----
    The derivative runs through the steps backwards from the carries that the run left, and
    works each step out again (Griewank and Walther 2008, chapter 12).
    """

    program: Program
    emit: Emit
    conclude: Conclude
    derivative: bool = False
    frozen: tuple[str, ...] = ()

    @cached_property
    def value_names(self) -> tuple[str, ...]:
        """Parameters in the order of a run's ``values``."""
        return tuple(p.name for p in self.program.system.parameters)

    @cached_property
    def path_names(self) -> tuple[str, ...]:
        """Instruments in the order of a run's ``own`` paths."""
        return tuple(i.name for i in self.program.system.instruments)

    @cached_property
    def frozen_columns(self) -> dict[str, slice]:
        """Where the held values of ``frozen`` signals lie among a run's ``own`` paths."""
        found: dict[str, slice] = {}
        first = len(self.path_names)
        for name in self.frozen:
            width = self.program.layout.n_groups if self.program.signals[name].per else 1
            found[name] = slice(first, first + width)
            first += width
        return found

    @property
    def n_frozen(self) -> int:
        """Number of columns of ``frozen`` signals."""
        return sum(part.stop - part.start for part in self.frozen_columns.values())

    @cached_property
    def traced(self) -> Traced:
        """The run in scalars."""
        return trace(self)

    @cached_property
    def _machine(self) -> Machine:
        backward = write_backward(self.traced) if self.derivative else []
        return Machine("\n".join([write_functions(), *write_forward(self.traced, kept=self.derivative), *backward]))

    @cached_property
    def _forward(self) -> Any:
        return self._machine.function("forward", 5)

    @cached_property
    def _backward(self) -> Any:
        return self._machine.function("backward", 7)

    def compile(self) -> None:
        """Compile now rather than at the first run."""
        _ = self._machine

    def inputs(self, draw: Draw) -> tuple[Array, Array]:
        """Return one draw's ``values``, shape (n_values,), and ``own`` paths, shape (n_steps, n_paths); by JAX.

        The columns of ``frozen`` signals are 0.
        """
        own = lay_paths(self.program, draw).own
        values = [draw.values[name] for name in self.value_names]
        empty = jnp.zeros((self.program.system.clock.n_steps, self.n_frozen))
        paths = jnp.concatenate([*(own[name][:, None] for name in self.path_names), empty], axis=1)
        return jnp.stack(values) if values else jnp.zeros(0), paths

    def lay_out(self, levers: Levers | None = None) -> Floats:
        """Return what all draws share in each step, shape (n_steps, n_shared).

        Parameters
        ----------
        levers
            Those of a scenario, of all instruments; by default the system's own.
        """
        levers = pull_levers(self.program.system, all_levers=True) if levers is None else levers
        paths = lay_paths(self.program, _any_draw(self.program), levers)
        leaves = [np.asarray(leaf, dtype=np.float64) for leaf in jax.tree.leaves((paths.seasons, paths.levers))]
        n_steps = self.program.system.clock.n_steps
        return np.ascontiguousarray(np.stack(leaves, axis=1)) if leaves else np.zeros((n_steps, 0))

    def run(self, values: Floats, own: Floats, shared: Floats) -> tuple[Floats, Trail]:
        """Run many draws.

        Parameters
        ----------
        values
            Parameters in internal units, shape (draw, n_values).
        own
            Instruments' own paths, shape (draw, n_steps, n_paths).
        shared
            See :meth:`lay_out`; fewer rows than the clock has steps end the run early.

        Returns
        -------
        course : ndarray, shape (draw, n_steps + 1, n_emitted)
        trail
            What :meth:`pull` needs.
        """
        t = self.traced
        n_steps = shared.shape[0]
        trail = Trail(_block(values), _block(own), shared, values.shape[0], [])
        courses = np.empty((len(trail.values), n_steps + 1, len(t.told), WIDTH))
        for block, course in enumerate(courses):
            carries = np.empty((n_steps + 1 if self.derivative else 1, len(t.before), WIDTH))
            arrays = (trail.values[block], trail.own[block], shared, carries, course)
            self._forward(n_steps, *(a.ctypes.data for a in arrays))
            if self.derivative:
                trail.carries.append(carries)
        return _unblock(courses, trail.n_draws), trail

    def pull(self, trail: Trail, slope: Floats) -> tuple[Floats, Floats]:
        """Return the derivative with respect to ``values`` and ``own``, given that with respect to the course."""
        n_steps = trail.shared.shape[0]
        slopes = _block(slope)
        d_values, d_own = np.empty_like(trail.values), np.empty_like(trail.own)
        for block, carries in enumerate(trail.carries):
            given = (trail.values[block], trail.own[block], trail.shared, carries, slopes[block])
            self._backward(n_steps, *(a.ctypes.data for a in (*given, d_values[block], d_own[block])))
        return _unblock(d_values, trail.n_draws), _unblock(d_own, trail.n_draws)


class Trail(NamedTuple):
    """What a run leaves for its derivative; draws in blocks of ``WIDTH``, the draw last."""

    values: Floats
    own: Floats
    shared: Floats
    n_draws: int
    carries: list[Floats]


def _block(array: Floats) -> Floats:
    """Cut the leading axis into blocks of ``WIDTH`` and put it last, the last block filled up with its last row."""
    n = array.shape[0]
    pick = np.minimum(np.arange(-(-n // WIDTH) * WIDTH), n - 1)
    blocks = array[pick].reshape(pick.size // WIDTH, WIDTH, *array.shape[1:])
    return np.ascontiguousarray(np.moveaxis(blocks, 1, -1), dtype=np.float64)


def _unblock(array: Floats, n: int) -> Floats:
    return np.moveaxis(array, -1, 1).reshape(array.shape[0] * WIDTH, *array.shape[1:-1])[:n]


def _any_draw(program: Program) -> Draw:
    """Return a draw of ones, for what no unknown enters."""
    clock = program.system.clock
    walks = {name: jnp.zeros(walk_matrix(clock, walk).shape[1]) for name, walk in walks_of(program.system).items()}
    return Draw({p.name: jnp.ones(()) for p in program.system.parameters}, walks)


def trace(run: NativeRun) -> Traced:
    """Trace a run into scalars; rows that nobody ever enters are found by trying."""
    program, system = run.program, run.program.system
    paths = lay_paths(program, _any_draw(program), pull_levers(system, all_levers=True))
    now = jax.tree.map(lambda a: jnp.asarray(a)[:1], paths)

    def begin(values: list[Array]) -> Any:
        at = Draw(dict(zip(run.value_names, values, strict=True)), {})
        return initial_stocks(program, at), start_memory(program, at)

    def step(values: list[Array], own: list[Array], shared: Any, carry: Any) -> Any:
        at = Draw(dict(zip(run.value_names, values, strict=True)), {})
        seasons, levers = shared
        held = {name: _held_path(run, name, own) for name in run.frozen}
        levers = levers._replace(hold_value={**levers.hold_value, **held})
        x = prepare(program, at, Paths(dict(zip(run.path_names, own, strict=False)), seasons, levers), 1)
        later, moment = step_expected(program, at, carry, jax.tree.map(lambda a: a[0], x))
        return later, run.emit(moment)

    values = [jnp.ones(())] * len(run.value_names)
    own = [*(now.own[name] for name in run.path_names), *[jnp.zeros(1)] * run.n_frozen]
    shared = (now.seasons, now.levers)
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


def _split(t: Traced, roots: Sequence[int], unfolding: Sequence[int]) -> tuple[list[int], list[int]]:
    """Return the nodes that the roots read: those known before the first step, and those that unfold."""
    reached = t.graph.reached_from(roots)
    inside = t.graph.resting_on(unfolding)
    nodes = [n for n in np.flatnonzero(reached).tolist() if t.graph.operation[n] != "given"]
    return [n for n in nodes if not inside[n]], [n for n in nodes if inside[n]]


def _load_rows(code: Code, nodes: Sequence[int], base: str, step: str | None = None) -> dict[int, str]:
    """Load nodes from an array that has a row for each, or that for each in every step."""
    rows = (str(i) if step is None else code.row(step, len(nodes), i) for i in range(len(nodes)))
    return {node: code.load(base, row) for node, row in zip(nodes, rows, strict=True)}


def _store_rows(code: Code, held: Mapping[int, str], nodes: Sequence[int], base: str, step: str | None = None) -> None:
    """Write nodes into an array like that of :func:`_load_rows`."""
    for i, node in enumerate(nodes):
        code.store(held[node], base, str(i) if step is None else code.row(step, len(nodes), i))


def _load_step(code: Code, t: Traced, carry_step: str | None) -> dict[int, str]:
    """Load what step ``%t`` reads: paths, levers, and the carry as it finds it."""
    shared = {node: code.spread("%shared", code.row("%t", len(t.shared), i)) for i, node in enumerate(t.shared)}
    return {**_load_rows(code, t.moving, "%own", "%t"), **shared, **_load_rows(code, t.before, "%carries", carry_step)}


def write_forward(t: Traced, *, kept: bool) -> list[str]:
    """Return the function that runs a block of draws.

    Parameters
    ----------
    kept
        Whether the carries of all steps are kept, for the derivative; else one is written over.
    """

    def place(step: str) -> str | None:
        return step if kept else None

    code = Code()
    code.do("entry:")
    held = _load_rows(code, t.constants, "%values")
    early, inside = _split(t, [*t.begun, *t.after, *t.told], (*t.moving, *t.shared, *t.before))
    write_nodes(code, t.graph, early, held)
    _store_rows(code, held, t.begun, "%carries")
    code.do("br label %step")
    code.do("step:")
    code.do("%t = phi i64 [0, %entry], [%next, %step]")
    code.do("%next = add i64 %t, 1")
    now = {**held, **_load_step(code, t, place("%t"))}
    write_nodes(code, t.graph, inside, now)
    _store_rows(code, now, t.after, "%carries", place("%next"))
    _store_rows(code, now, t.told, "%course", "%t")
    code.do("%more = icmp slt i64 %next, %n")
    code.do("br i1 %more, label %step, label %end")
    code.do("end:")
    last = {**held, **_load_rows(code, t.before, "%carries", place("%n"))}
    write_nodes(code, t.graph, _all(_split(t, t.ended, t.before)), last)
    _store_rows(code, last, t.ended, "%course", "%n")
    code.do("ret void")
    return [f"define void @forward({_ARGUMENTS}, ptr noalias %course) {{", *code.lines, "}"]


_ARGUMENTS = "i64 %n, ptr noalias %values, ptr noalias %own, ptr noalias %shared, ptr noalias %carries"


def _all(parts: tuple[list[int], list[int]]) -> list[int]:
    return sorted((*parts[0], *parts[1]))


def write_backward(t: Traced) -> list[str]:
    """Return the function that runs a block of draws backwards and gives the derivative."""
    graph = t.graph
    unfolding = (*t.moving, *t.shared, *t.before)
    early, inside = _split(t, [*t.begun, *t.after, *t.told], unfolding)
    used = {a for n in inside for a in graph.arguments[n]} | set(t.after) | set(t.told)
    on_constants = graph.resting_on(t.constants)
    # What is worked out before the first step and read inside: its slopes add up over the steps.
    frontier = [n for n in (*early, *t.constants) if n in used and on_constants[n]]
    d_after, d_told, d_ended = ([graph.given() for _ in part] for part in (t.after, t.told, t.ended))
    inner = pull_back(graph, [*t.after, *t.told], [*d_after, *d_told], [*t.before, *t.moving, *frontier])
    d_before, d_moving, d_frontier = _cut(inner, len(t.before), len(t.moving))
    d_last = pull_back(graph, t.ended, d_ended, t.before)
    d_begun, d_early = ([graph.given() for _ in part] for part in (t.begun, frontier))
    d_constants = pull_back(graph, [*t.begun, *frontier], [*d_begun, *d_early], t.constants)

    code = Code()
    code.do("entry:")
    held = _load_rows(code, t.constants, "%values")
    code.do(f"%slope = alloca [{max(len(t.before), 1)} x <{WIDTH} x double>], align 32")
    code.do(f"%sums = alloca [{max(len(frontier), 1)} x <{WIDTH} x double>], align 32")
    before_loop, in_loop = _split(t, inner, (*unfolding, *d_after, *d_told))
    write_nodes(code, graph, sorted({*early, *before_loop}), held)
    _store_rows(code, dict.fromkeys(frontier, number(0.0)), frontier, "%sums")
    last = {**held, **_load_rows(code, t.before, "%carries", "%n"), **_load_rows(code, d_ended, "%d_course", "%n")}
    write_nodes(code, graph, _all(_split(t, d_last, (*t.before, *d_ended))), last)
    _store_rows(code, last, d_last, "%slope")
    code.do("br label %step")
    code.do("step:")
    code.do("%next = phi i64 [%n, %entry], [%t, %step]")
    code.do("%t = sub i64 %next, 1")
    slopes = {**_load_rows(code, d_after, "%slope"), **_load_rows(code, d_told, "%d_course", "%t")}
    now = {**held, **_load_step(code, t, "%t"), **slopes}
    write_nodes(code, graph, in_loop, now)
    _store_rows(code, now, d_before, "%slope")
    _store_rows(code, now, d_moving, "%d_own", "%t")
    for place, node in enumerate(d_frontier):
        code.store(code.two("fadd", code.load("%sums", str(place)), now[node]), "%sums", str(place))
    code.do("%more = icmp sgt i64 %t, 0")
    code.do("br i1 %more, label %step, label %end")
    code.do("end:")
    held.update({**_load_rows(code, d_begun, "%slope"), **_load_rows(code, d_early, "%sums")})
    write_nodes(code, graph, _all(_split(t, d_constants, ())), held)
    _store_rows(code, held, d_constants, "%d_values")
    code.do("ret void")
    more = "ptr noalias %d_course, ptr noalias %d_values, ptr noalias %d_own"
    return [f"define void @backward({_ARGUMENTS}, {more}) {{", *code.lines, "}"]


def _cut(nodes: list[int], *sizes: int) -> list[list[int]]:
    parts: list[list[int]] = []
    for size in sizes:
        parts.append(nodes[:size])
        nodes = nodes[size:]
    return [*parts, nodes]
