"""Traced functions as LLVM text: single steps, a run forward through its steps, and back with the derivative."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from counterstream.dynamics.machine import WIDTH, Code, number, write_nodes
from counterstream.dynamics.scalars import pull_back
from counterstream.dynamics.tracing import Traced, TracedStep


def _split(t: Traced | TracedStep, roots: Sequence[int], unfolding: Sequence[int]) -> tuple[list[int], list[int]]:
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


def _load_paths(code: Code, moving: Sequence[int], shared: Sequence[int]) -> dict[int, str]:
    """Load paths and levers in step ``%t``."""
    levers = {node: code.spread("%shared", code.row("%t", len(shared), i)) for i, node in enumerate(shared)}
    return {**_load_rows(code, moving, "%own", "%t"), **levers}


def _load_step(code: Code, t: Traced, carry_step: str | None) -> dict[int, str]:
    """Load what step ``%t`` reads: paths, levers, and the carry as it finds it."""
    return {**_load_paths(code, t.moving, t.shared), **_load_rows(code, t.before, "%carries", carry_step)}


def write_single(name: str, t: TracedStep, results: Sequence[int]) -> list[str]:
    """Return a function that works out something of step ``%t`` of a block of draws."""
    code = Code()
    code.do("entry:")
    held = {**_load_rows(code, t.constants, "%values"), **_load_paths(code, t.moving, t.shared)}
    for nodes, base in ((t.memory, "%memory"), (t.stocks, "%stocks"), (t.flows, "%flows")):
        held.update(_load_rows(code, nodes, base))
    write_nodes(code, t.graph, _all(_split(t, results, ())), held)
    _store_rows(code, held, results, "%results")
    code.do("ret void")
    given = ", ".join(f"ptr %{g}" for g in ("values", "own", "shared", "memory", "stocks", "flows", "results"))
    return [f"define void @{name}(i64 %t, {given}) {{", *code.lines, "}"]


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
