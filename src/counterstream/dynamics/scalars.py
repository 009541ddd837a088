"""A run's step as a graph of scalar operations, traced from the step that JAX runs.

The meaning of a step stands once, as JAX functions.  Tracing it gives a list of array
operations; spelled out by scalar, whatever is known beforehand folds away: groups that a
move does not concern, events that are not on, rows that nobody ever enters.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from jax.extend import core
from numpy.typing import NDArray

Nodes = NDArray[np.int64]

#: Operations of one argument, with their value where the argument is known.
UNARY: dict[str, Callable[[float], float]] = {
    "neg": lambda a: -a,
    "exp": lambda a: math.exp(a) if a < 709.0 else math.inf,
    "expm1": lambda a: math.expm1(a) if a < 709.0 else math.inf,
    "log": lambda a: math.log(a) if a > 0.0 else (-math.inf if a == 0.0 else math.nan),
    "log1p": lambda a: math.log1p(a) if a > -1.0 else (-math.inf if a == -1.0 else math.nan),
    "logistic": lambda a: 1.0 / (1.0 + math.exp(-a)) if a > -700.0 else 0.0,
}
#: Operations of two arguments, with their value where both are known.
BINARY: dict[str, Callable[[float, float], float]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b if b else math.nan,
    "max": max,
    "min": min,
    "gt": lambda a, b: float(a > b),
    "lt": lambda a, b: float(a < b),
}
COMPARISONS = ("gt", "lt")


class Graph:
    """Scalar operations in an order in which each follows what it reads; equal ones once.

    A node is the place of its operation.  ``operation[n]`` is ``known``, ``given`` or the
    name of an operation; ``arguments[n]`` its nodes; ``value[n]`` a known node's number.
    """

    def __init__(self) -> None:
        self.operation: list[str] = []
        self.arguments: list[tuple[int, ...]] = []
        self.value: list[float] = []
        self._place: dict[tuple[Any, ...], int] = {}

    def known(self, value: float) -> int:
        """Return the node of a number."""
        return self._node("known", (), float(value))

    def given(self) -> int:
        """Return a new node whose value comes from outside."""
        self.operation.append("given")
        self.arguments.append(())
        self.value.append(math.nan)
        return len(self.operation) - 1

    def given_array(self, shape: tuple[int, ...]) -> Nodes:
        """Return new nodes of an array whose values come from outside."""
        return np.array([self.given() for _ in range(math.prod(shape))], dtype=np.int64).reshape(shape)

    def is_known(self, node: int, value: float | None = None) -> bool:
        """Whether a node is a number, or that number."""
        return self.operation[node] == "known" and (value is None or self.value[node] == value)

    def apply(self, operation: str, *arguments: int) -> int:
        """Return the node of an operation, simplified where that is right to the last digits for finite numbers."""
        simple = self._simplify(operation, arguments)
        return self._node(operation, arguments) if simple is None else simple

    def _node(self, operation: str, arguments: tuple[int, ...], value: float = math.nan) -> int:
        key = (operation, *arguments, value if operation == "known" else None)
        if key not in self._place:
            self.operation.append(operation)
            self.arguments.append(arguments)
            self.value.append(value)
            self._place[key] = len(self.operation) - 1
        return self._place[key]

    def _simplify(self, operation: str, arguments: tuple[int, ...]) -> int | None:
        if operation == "select":
            test, yes, no = arguments
            if self.is_known(test):
                return yes if self.value[test] else no
            return yes if yes == no else None
        if all(self.operation[a] == "known" for a in arguments):
            numbers = [self.value[a] for a in arguments]
            fold = UNARY[operation](numbers[0]) if len(numbers) == 1 else BINARY[operation](numbers[0], numbers[1])
            return self.known(fold)
        return self._drop_neutral(operation, arguments)

    def _drop_neutral(self, operation: str, arguments: tuple[int, ...]) -> int | None:
        first, last = arguments[0], arguments[-1]
        if operation in ("add", "sub") and self.is_known(last, 0.0):
            return first
        if operation == "add" and self.is_known(first, 0.0):
            return last
        if operation == "sub" and self.is_known(first, 0.0):
            return self.apply("neg", last)
        if operation == "mul" and (self.is_known(first, 0.0) or self.is_known(last, 0.0)):
            return self.known(0.0)
        if operation == "mul" and self.is_known(first, 1.0):
            return last
        if operation in ("mul", "div") and self.is_known(last, 1.0):
            return first
        if operation == "div" and self.is_known(first, 0.0):
            return first
        if operation == "div" and self.is_known(last) and self.value[last]:
            return self.apply("mul", first, self.known(1.0 / self.value[last]))
        if operation == "neg" and self.operation[first] == "neg":
            return self.arguments[first][0]
        return None

    def reached_from(self, roots: Sequence[int]) -> NDArray[np.bool_]:
        """Return which nodes the roots read, themselves included, shape (n_nodes,)."""
        reached = np.zeros(len(self.operation), dtype=bool)
        reached[list(roots)] = True
        for node in range(len(self.operation) - 1, -1, -1):
            if reached[node]:
                reached[list(self.arguments[node])] = True
        return reached

    def resting_on(self, givens: Sequence[int]) -> NDArray[np.bool_]:
        """Return which nodes depend on some given ones, shape (n_nodes,)."""
        resting = np.zeros(len(self.operation), dtype=bool)
        resting[list(givens)] = True
        for node, arguments in enumerate(self.arguments):
            if arguments and any(resting[a] for a in arguments):
                resting[node] = True
        return resting


def spell_out(graph: Graph, closed: Any, arguments: Sequence[Nodes]) -> list[Nodes]:
    """Add a traced function's operations to a graph.

    Parameters
    ----------
    closed
        What ``jax.make_jaxpr`` returned.
    arguments
        Nodes of the flat arguments, each of the argument's shape.

    Returns
    -------
    list of ndarray
        Nodes of the flat results.

    Raises
    ------
    NotImplementedError
        For an array operation that no step has used so far.
    """
    constants = [_known_array(graph, np.asarray(c)) for c in closed.consts]
    return _spell(graph, closed.jaxpr, constants, arguments)


def _known_array(graph: Graph, values: NDArray[Any]) -> Nodes:
    flat = [graph.known(float(v)) for v in values.ravel()]
    return np.array(flat, dtype=np.int64).reshape(values.shape)


def _spell(graph: Graph, jaxpr: Any, constants: Sequence[Nodes], arguments: Sequence[Nodes]) -> list[Nodes]:
    held: dict[Any, Nodes] = dict(zip((*jaxpr.constvars, *jaxpr.invars), (*constants, *arguments), strict=True))

    def read(atom: Any) -> Nodes:
        return _known_array(graph, np.asarray(atom.val)) if isinstance(atom, core.Literal) else held[atom]

    for equation in jaxpr.eqns:
        inputs = [read(atom) for atom in equation.invars]
        inner = equation.params.get("jaxpr") or equation.params.get("call_jaxpr")
        outputs = spell_out(graph, inner, inputs) if inner is not None else [_primitive(graph, equation, inputs)]
        held.update(zip(equation.outvars, outputs, strict=True))
    return [read(atom) for atom in jaxpr.outvars]


def _primitive(graph: Graph, equation: Any, inputs: list[Nodes]) -> Nodes:
    name, parameters = equation.primitive.name, equation.params
    if name in UNARY or name in BINARY:
        return _elementwise(graph, name, inputs)
    if name == "select_n":
        return _elementwise(graph, "select", [inputs[0], inputs[2], inputs[1]])
    if name == "convert_element_type" and equation.invars[0].aval.dtype == np.bool_:
        return _elementwise(graph, "select", [inputs[0], *(_known_array(graph, np.array(v)) for v in (1.0, 0.0))])
    if name in ("stop_gradient", "copy", "convert_element_type"):
        return inputs[0]
    if name in _SHAPES:
        return np.asarray(_SHAPES[name](inputs, parameters), dtype=np.int64)
    if name == "reduce_sum":
        return _add_up(graph, inputs[0], tuple(parameters["axes"]))
    raise NotImplementedError(f"array operation {name} in a step: teach it to counterstream.dynamics.scalars")


def _elementwise(graph: Graph, name: str, inputs: list[Nodes]) -> Nodes:
    spread = np.broadcast_arrays(*inputs)
    flat = [graph.apply(name, *(int(a) for a in row)) for row in zip(*(s.ravel() for s in spread), strict=True)]
    return np.array(flat, dtype=np.int64).reshape(spread[0].shape)


def _add_up(graph: Graph, nodes: Nodes, axes: tuple[int, ...]) -> Nodes:
    kept = [axis for axis in range(nodes.ndim) if axis not in axes]
    rows = np.transpose(nodes, (*kept, *axes)).reshape(*(nodes.shape[a] for a in kept), -1)
    total = np.full(rows.shape[:-1], graph.known(0.0), dtype=np.int64)
    for index in range(rows.shape[-1]):
        total = _elementwise(graph, "add", [total, rows[..., index]])
    return total


def _broadcast(inputs: list[Nodes], parameters: dict[str, Any]) -> Nodes:
    shape, places = parameters["shape"], parameters["broadcast_dimensions"]
    opened = [1] * len(shape)
    for axis, place in enumerate(places):
        opened[place] = inputs[0].shape[axis]
    return np.broadcast_to(inputs[0].reshape(opened), shape)


def _slice(inputs: list[Nodes], parameters: dict[str, Any]) -> Nodes:
    strides = parameters["strides"] or (1,) * inputs[0].ndim
    bounds = zip(parameters["start_indices"], parameters["limit_indices"], strides, strict=True)
    return inputs[0][tuple(slice(*b) for b in bounds)]


_SHAPES: dict[str, Callable[[list[Nodes], dict[str, Any]], Nodes]] = {
    "broadcast_in_dim": _broadcast,
    "squeeze": lambda i, p: np.squeeze(i[0], axis=tuple(p["dimensions"])),
    "reshape": lambda i, p: i[0].reshape(p["new_sizes"]),
    "concatenate": lambda i, p: np.concatenate(i, axis=p["dimension"]),
    "stack": lambda i, p: np.stack(i, axis=p.get("axis", 0)),
    "transpose": lambda i, p: np.transpose(i[0], p["permutation"]),
    "slice": _slice,
}


def pull_back(graph: Graph, results: Sequence[int], slopes: Sequence[int], givens: Sequence[int]) -> list[int]:
    """Add the reverse sweep: nodes of the derivative with respect to given nodes.

    Parameters
    ----------
    results
        Nodes of what was computed.
    slopes
        For each of them, the node of the derivative of the final quantity with respect to it.
    givens
        Nodes that the derivative is wanted for; it goes no further back than these.

    Notes
    -----
    Reverse accumulation over the scalar graph (Griewank and Walther 2008, chapter 3).
    """
    last = max(results, default=-1)
    wanted = graph.resting_on(givens)
    ends = set(givens)
    slope: dict[int, int] = {}

    def add(node: int, part: int) -> None:
        if wanted[node] and not graph.is_known(part, 0.0):
            slope[node] = graph.apply("add", slope[node], part) if node in slope else part

    for result, part in zip(results, slopes, strict=True):
        add(result, part)
    for node in range(last, -1, -1):
        if node in slope and node not in ends:
            for argument, part in _local(graph, node, slope[node]):
                add(argument, part)
    return [slope.get(node, graph.known(0.0)) for node in givens]


def _local(graph: Graph, node: int, g: int) -> list[tuple[int, int]]:
    """Return what a node's slope adds to its arguments' slopes."""
    operation, arguments, apply = graph.operation[node], graph.arguments[node], graph.apply
    if not arguments:
        return []
    a, b = arguments[0], arguments[-1]
    one = graph.known(1.0)
    if operation == "add":
        return [(a, g), (b, g)]
    if operation == "sub":
        return [(a, g), (b, apply("neg", g))]
    if operation == "mul":
        return [(a, apply("mul", g, b)), (b, apply("mul", g, a))]
    if operation == "div":
        per = apply("div", g, b)
        return [(a, per), (b, apply("neg", apply("mul", per, node)))]
    if operation == "neg":
        return [(a, apply("neg", g))]
    if operation == "exp":
        return [(a, apply("mul", g, node))]
    if operation == "expm1":
        return [(a, apply("mul", g, apply("add", node, one)))]
    if operation == "log":
        return [(a, apply("div", g, a))]
    if operation == "log1p":
        return [(a, apply("div", g, apply("add", one, a)))]
    if operation == "logistic":
        return [(a, apply("mul", g, apply("mul", node, apply("sub", one, node))))]
    zero = graph.known(0.0)
    if operation in ("max", "min"):
        first = apply("gt" if operation == "max" else "lt", a, b)
        return [(a, apply("select", first, g, zero)), (b, apply("select", first, zero, g))]
    if operation == "select":
        test, yes, no = arguments
        return [(yes, apply("select", test, g, zero)), (no, apply("select", test, zero, g))]
    return []
