"""Machine code of a run against JAX, and its elementary functions against the C library."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from counterstream.case import load_case
from counterstream.dynamics.assess import Assessment, assess
from counterstream.dynamics.draw import Draw
from counterstream.dynamics.drive import Drive, lay_paths, prepare
from counterstream.dynamics.inputs import from_blocks
from counterstream.dynamics.layout import entry_moves
from counterstream.dynamics.machine import WIDTH, Code, Machine, write_functions, write_nodes
from counterstream.dynamics.native import NativeRun
from counterstream.dynamics.offers import UNLIMITED, Offers
from counterstream.dynamics.program import compile_system
from counterstream.dynamics.scalars import BINARY, UNARY, Graph, pull_back, spell_out
from counterstream.dynamics.signals import Memory, remember, see, start_memory
from counterstream.evidence.answering import answer_claims
from counterstream.evidence.claim import Use
from counterstream.infer.lanes import compile_lanes
from counterstream.infer.posterior import Posterior, system_unknowns, to_draw
from counterstream.simulate.courses import native_readings, run_readings
from counterstream.simulate.series import Reading
from counterstream.spec import parse_system
from counterstream.system.system import System

CONFORMANCE = Path(__file__).parents[2] / "conformance" / "valid" / "systems"
VALID = sorted(path for path in CONFORMANCE.glob("*.yaml") if not path.name.endswith(".resolved.yaml"))


def apply_natively(operation: str, x: np.ndarray) -> np.ndarray:
    """Apply one operation to numbers, ``WIDTH`` at a time."""
    graph = Graph()
    given = graph.given()
    result = graph.apply(operation, given)
    code = Code()
    code.do("entry:")
    held = {given: code.load("%x", "%n")}
    write_nodes(code, graph, [result], held)
    code.store(held[result], "%y", "%n")
    code.do("ret void")
    source = [write_functions(), "define void @go(i64 %n, ptr %x, ptr %y) {", *code.lines, "}"]
    machine = Machine("\n".join(source))
    rows = np.resize(x, (-(-x.size // WIDTH), WIDTH)).astype(np.float64)
    out = np.empty_like(rows)
    for row in range(len(rows)):
        machine.function("go", 2)(row, rows.ctypes.data, out.ctypes.data)
    return out.ravel()[: x.size]


WIDE = np.concatenate([-np.logspace(-300, 2.84, 4000), [0.0], np.logspace(-300, 2.84, 4000)])


@pytest.mark.parametrize(
    ("operation", "exact", "x"),
    [
        ("exp", np.exp, WIDE),
        ("expm1", np.expm1, WIDE),
        ("log", np.log, np.logspace(-300, 300, 9001)),
        ("log", np.log, 1.0 + np.linspace(-0.4, 0.5, 4001)),
        ("log1p", np.log1p, np.concatenate([-np.logspace(-300, -1e-9, 3000), np.logspace(-300, 300, 3000)])),
        ("logistic", lambda x: 1.0 / (1.0 + np.exp(-x)), np.linspace(-700.0, 700.0, 8001)),
    ],
)
def test_elementary_functions_are_right_to_the_last_digits(
    operation: str, exact: Callable[[np.ndarray], np.ndarray], x: np.ndarray
) -> None:
    np.testing.assert_allclose(apply_natively(operation, x), exact(x), rtol=4e-15, atol=0.0)


def test_logarithms_of_nothing_and_less() -> None:
    found = apply_natively("log", np.array([0.0, -1.0, np.nan]))
    assert found[0] == -np.inf
    assert np.isnan(found[1:]).all()


def test_known_numbers_fold_and_equal_operations_are_one() -> None:
    graph = Graph()
    x, y = graph.given(), graph.given()
    assert graph.apply("mul", x, graph.known(0.0)) == graph.known(0.0)
    assert graph.apply("add", graph.known(0.0), y) == y
    assert graph.apply("sub", x, y) == graph.apply("sub", x, y)
    assert graph.apply("neg", graph.apply("neg", x)) == x
    assert graph.apply("select", graph.apply("gt", graph.known(2.0), graph.known(1.0)), x, y) == x
    assert graph.value[graph.apply("exp", graph.known(1.0))] == pytest.approx(np.e)


def evaluate(graph: Graph, node: int, given: dict[int, float]) -> float:
    """Evaluate a node by hand."""
    if node in given:
        return given[node]
    if graph.operation[node] == "known":
        return graph.value[node]
    arguments = [evaluate(graph, a, given) for a in graph.arguments[node]]
    if graph.operation[node] == "select":
        return arguments[1] if arguments[0] else arguments[2]
    if len(arguments) == 1:
        return UNARY[graph.operation[node]](arguments[0])
    return BINARY[graph.operation[node]](arguments[0], arguments[1])


def test_the_reverse_sweep_gives_the_derivative_that_jax_gives() -> None:
    def function(x: jax.Array, y: jax.Array) -> jax.Array:
        z = jnp.exp(x) * jnp.log1p(y) - jnp.expm1(x / y)
        w = jnp.where(x > y, z, jnp.minimum(x, y) + jnp.maximum(z, y))
        return jax.nn.sigmoid(w) / jnp.log(y) - w

    one = jnp.ones(())
    graph = Graph()
    x, y = graph.given(), graph.given()
    (result,) = spell_out(graph, jax.make_jaxpr(function)(one, one), [np.array(x), np.array(y)])
    slopes = pull_back(graph, [int(result)], [graph.known(1.0)], [x, y])
    for point in ((0.3, 1.7), (2.1, 1.3), (-1.0, 0.4)):
        given = dict(zip((x, y), point, strict=True))
        exact = jax.grad(function, argnums=(0, 1))(*(jnp.asarray(p) for p in point))
        assert evaluate(graph, int(result), given) == pytest.approx(float(function(*map(jnp.asarray, point))))
        for node, slope in zip(slopes, exact, strict=True):
            assert evaluate(graph, node, given) == pytest.approx(float(slope))


def test_an_operation_that_no_step_uses_is_named() -> None:
    traced = jax.make_jaxpr(jnp.sin)(jnp.ones(()))
    graph = Graph()
    with pytest.raises(NotImplementedError, match="sin"):
        spell_out(graph, traced, [np.array(graph.given())])


def everything(system: System) -> tuple[Reading, ...]:
    flows = tuple(Reading("flow", (name,)) for name in system.flow_names)
    stocks = tuple(Reading("stock", (s.name,)) for s in system.statuses if not s.junction)
    return (*flows, *stocks, *(Reading("path", (s.name,)) for s in system.signals))


@pytest.mark.parametrize("name", ["soviet-third-wave", "soviet-return-campaigns", "template"])
def test_runs_agree_with_jax_on_every_flow_stock_and_signal(name: str) -> None:
    case = load_case(name)
    posterior = Posterior(case.system, answer_claims(case.system, case.ledger).select_use(Use.FIT))
    program = compile_system(case.system)
    readings = everything(case.system)
    random = np.random.default_rng(3)
    n = WIDTH + 3
    draws = posterior.draws(0.5 * random.standard_normal((n, posterior.dimension)))
    run = native_readings(program, readings)
    values, own = (np.asarray(part) for part in jax.vmap(run.inputs)(draws))
    course, _ = run.run(values, own, run.lay_out())
    exact = np.asarray(jax.jit(lambda d: run_readings(program, readings, d, n))(draws))
    assert np.isfinite(course).all()
    scale = np.abs(exact).max(axis=(0, 1), keepdims=True)
    assert np.max(np.abs(course - exact) / (np.abs(exact) + 1e-9 * scale + 1e-300)) < 1e-10
    alone, _ = run.run(values[:1], own[:1], run.lay_out())
    np.testing.assert_array_equal(alone[0], course[0])


@pytest.mark.parametrize("name", ["soviet-third-wave", "soviet-return-campaigns", "template"])
def test_what_steps_offer_and_remember_agrees_with_jax(name: str) -> None:
    system = load_case(name).system
    program, unknowns, n = compile_system(system), system_unknowns(system), WIDTH + 3
    random = np.random.default_rng(7)
    points = jnp.asarray(0.5 * random.standard_normal((n, unknowns.dimension)))
    draws = jax.vmap(lambda point: to_draw(system, unknowns.constrain(point)))(points)
    offers = Offers(program)
    state, stocks = offers.start(draws, n)
    flow_names, shared = system.flow_names, offers.lay_out()

    def start(draw: Draw) -> tuple[Memory, Drive]:
        return start_memory(program, draw), prepare(program, draw, lay_paths(program, draw), system.clock.n_steps)

    def turn(draw: Draw, memory: Memory, x: Drive, rows: jax.Array, moved: jax.Array) -> tuple[Memory, Assessment]:
        seen = see(program, draw, memory, tuple(rows), x)
        flows = dict(zip(flow_names, moved, strict=True))
        return remember(program, draw, memory, tuple(rows), flows, seen), assess(program, draw, tuple(rows), seen, x)

    memory, drive = jax.vmap(start)(draws)
    take_turn = jax.jit(jax.vmap(turn))
    for step in range(5):
        flows = 50.0 * random.random((n, len(flow_names), program.layout.n_groups))
        here = jax.tree.map(lambda a, at=step: a[:, at], drive)
        memory, told = take_turn(draws, memory, here, jnp.asarray(stocks), jnp.asarray(flows))
        offer = offers.offer(step, state, shared, stocks)
        rows = [
            (offer.hazards, told.hazards),
            (offer.chance, [told.chance[m.name] for m in system.decisions]),
            (offer.entries, [told.entries[m.name] for m in entry_moves(system)]),
            (offer.shares, [s for c in program.layout.ordered_choices for s in told.shares[c.name]]),
            (offer.capacity, [told.capacity.get(m.name, np.full(n, UNLIMITED)) for m in system.decisions]),
            (offer.release, [told.release.get(m.name, np.ones(n)) for m in system.decisions]),
        ]
        for ours, exact in rows:
            assert ours.shape[1] == len(exact)
            for place, row in enumerate(exact):
                np.testing.assert_allclose(ours[:, place], row, rtol=1e-11)
        state = offers.keep(step, state, shared, stocks, flows)
        leaves = [np.reshape(leaf, (n, -1)) for leaf in jax.tree.leaves(memory)]
        kept = np.concatenate(leaves or [np.zeros((n, 0))], axis=1)
        np.testing.assert_allclose(from_blocks(state.memory, n), kept, rtol=1e-11)
        stocks = stocks * (0.8 + 0.4 * random.random(stocks.shape))


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_every_valid_system_runs_as_machine_code_and_stays_finite(path: Path) -> None:
    """No system that is accepted may ask for an operation that machine code lacks, or leave the range of numbers."""
    system, _ = parse_system(path.read_text(encoding="utf-8-sig"))
    assert system is not None
    unknowns, program, readings, n = system_unknowns(system), compile_system(system), everything(system), 3
    points = jnp.asarray(0.3 * np.random.default_rng(1).standard_normal((n, unknowns.dimension)))
    draws = jax.vmap(lambda point: to_draw(system, unknowns.constrain(point)))(points)
    run = native_readings(program, readings, derivative=True)
    course, _ = run.run(*run.inputs_of_many(draws, n), run.lay_out())
    exact = np.asarray(run_readings(program, readings, draws, n))
    assert np.isfinite(course).all()
    assert np.isfinite(exact).all()
    # Persons that cancel leave rounding of the largest stock behind.
    np.testing.assert_allclose(course, exact, rtol=1e-9, atol=1e-12 * np.abs(exact).max())


@pytest.mark.parametrize("name", ["soviet-return-campaigns", "template"])
def test_gradients_agree_with_jax(name: str) -> None:
    case = load_case(name)
    posterior = Posterior(case.system, answer_claims(case.system, case.ledger).select_use(Use.FIT))
    lanes = compile_lanes(posterior)
    points = 0.3 * np.random.default_rng(4).standard_normal((5, posterior.dimension))
    heights, slopes = lanes(points)
    exact = jax.jit(jax.vmap(jax.value_and_grad(lambda z: posterior.log_density_by_jax(z, lanes.data))))
    exact_heights, exact_slopes = exact(jnp.asarray(points))
    np.testing.assert_allclose(heights, exact_heights, rtol=1e-11)
    np.testing.assert_allclose(slopes, exact_slopes, rtol=1e-7, atol=1e-9 * np.abs(exact_slopes).max())


def test_a_run_keeps_what_it_is_told_to() -> None:
    case = load_case("template")
    program = compile_system(case.system)
    run = NativeRun(program, lambda moment: moment.stocks[0], lambda last: last[0])
    draws = Posterior(case.system, answer_claims(case.system, case.ledger).select_use(Use.FIT))
    values, own = jax.vmap(run.inputs)(draws.draws(np.zeros((2, draws.dimension))))
    course, trail = run.run(np.asarray(values), np.asarray(own), run.lay_out())
    assert course.shape == (2, case.system.clock.n_steps + 1, program.layout.n_groups)
    assert trail.carries == []
