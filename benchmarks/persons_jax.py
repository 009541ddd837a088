"""Persons a second of the same ring of statuses on one device of JAX: a GPU where there is one, else the processor.

    python benchmarks/persons_jax.py [--persons N] [--steps N] [--out FILE]

The system of ``persons.py`` (8 statuses, 4 groups, two exits from each status, by month for 20 years), compiled by the
package, with everybody's status on the device and the whole run in one ``jit``.  A person's number of a step is half of
a word of Squares (Widynski 2020), whose counter is the step and a pair of persons, as in the persons engine: no order
of work changes it.  A person with a number below the chance to leave leaves, by an exit in proportion to intensities.

Before any speed is told the run is checked.  Every person must be somewhere in every step, and stocks must change by
just what flows say.  Flows by move, and by move and group, moves by step and in all, and stocks at the end must lie
within 5.5 standard deviations of means of 200 runs of the counts engine, whose law is that of persons one by one, and
those means within as many standard errors of the expected engine.  There is a figure only if all of it holds (a sound
run fails less than once in ten thousand).  Writes what was found, with device and versions, to
``results/persons_jax.json``.
"""

from __future__ import annotations

import argparse
import json
import math
import platform
import statistics
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from check_imports import describe_machine
from numpy.typing import NDArray
from ring import STATUSES, ring_system

from counterstream.dynamics.draw import Draw
from counterstream.dynamics.offers import Offers
from counterstream.dynamics.program import Program, compile_system
from counterstream.simulate.counts import simulate_counts
from counterstream.simulate.expected import simulate_expected_draws
from counterstream.simulate.kernel import tabulate
from counterstream.simulate.keys import child
from counterstream.simulate.persons.squares import make_key, squares

GROUPS, LAST = 4, date(1987, 12, 31)
NEXT_PER_YEAR, SKIP_PER_YEAR = 0.07, 0.05
PERSONS, REPEATS = 10_000_000, 3
#: Runs of the counts engine, and how far off a value may be.
REFERENCES, MOST_OFF = 200, 5.5
#: All groups begin with as many in each status, and halves of a group share words.
EVEN = 2 * GROUPS * STATUSES
RESULTS = Path(__file__).parent / "results" / "persons_jax.json"
NOTHING = Draw({}, {})


class Rules(NamedTuple):
    """What a step does to a person, by where the person is.

    Parameters
    ----------
    below
        The person leaves by an exit or one before if the number, of 32 bits, is below this, shape
        (status, exit, group).
    to, flow
        Where an exit leads, and what counts it, shape (status, exit).
    """

    below: NDArray[np.uint32]
    to: NDArray[np.int64]
    flow: NDArray[np.int64]


class Course(NamedTuple):
    """Flows, shape (step, group, flow), and stocks from the start to the end, shape (step + 1, group, status)."""

    flows: NDArray[np.int64]
    stocks: NDArray[np.int64]


def ring(persons: int) -> Program:
    """Return the compiled system with that many persons, spread evenly."""
    start = {f"s{i}": persons / STATUSES for i in range(STATUSES)}
    return compile_system(ring_system(GROUPS, LAST, start, (NEXT_PER_YEAR, SKIP_PER_YEAR)))


def find_rules(program: Program) -> Rules:
    """Return the rules of a system whose statuses are left by rate moves alone, each by as many, at constant rates."""
    tables, offers = tabulate(program), Offers(program)
    state, stocks = offers.start(NOTHING, 1)
    hazards = offers.offer(0, state, offers.lay_out(), stocks).hazards[0]
    exits = tables.exits.reshape(len(tables.span), -1, 5)
    each = hazards[exits[:, :, 2]]
    total = each.sum(axis=1, keepdims=True)
    upto = -np.expm1(-total) * np.cumsum(each, axis=1) / total
    below = np.minimum(np.rint(upto * 2.0**32), 2.0**32 - 1).astype(np.uint32)
    return Rules(below, exits[:, :, 4], exits[:, :, 3])


def make_run(rules: Rules, persons: int, n_steps: int) -> Callable[[jax.Array], tuple[jax.Array, jax.Array]]:
    """Return a run: from a key, flows by step, group, status and exit, and stocks by step, group and status."""
    n_statuses, n_exits = rules.to.shape
    here, code = jnp.arange(n_statuses, dtype=jnp.uint8), jnp.arange(n_statuses * n_exits, dtype=jnp.uint8)
    shape = (GROUPS, 2, persons // GROUPS // 2)
    pairs = jnp.arange(shape[0] * shape[2], dtype=jnp.uint64).reshape(shape[0], shape[2])
    # A group's persons stand status by status.
    start = (jnp.arange(persons // GROUPS) // (persons // GROUPS // n_statuses)).astype(jnp.uint8)
    at_start = jnp.broadcast_to(start.reshape(shape[1:]), shape)

    def count(values: jax.Array, kinds: jax.Array) -> jax.Array:
        return (values[..., None] == kinds).sum(axis=(1, 2), dtype=jnp.int32)

    def pick(status: jax.Array, table: NDArray[Any]) -> jax.Array:
        """Return each person's entry of a table by status (and group); chains of choices beat look-ups."""
        found = jnp.asarray(table[0])
        for s in range(1, n_statuses):
            found = jnp.where(status == s, jnp.asarray(table[s]), found)
        return found

    def step(status: jax.Array, t: jax.Array, key: jax.Array) -> tuple[jax.Array, tuple[jax.Array, jax.Array]]:
        word: jax.Array = squares.py_func((t << np.uint64(32)) | pairs, key)
        number = jnp.stack([word >> np.uint64(32), word & np.uint64(2**32 - 1)], axis=1).astype(jnp.uint32)
        later, move = status, jnp.full(shape, n_statuses * n_exits, dtype=jnp.uint8)
        for e in reversed(range(n_exits)):
            goes = number < pick(status, rules.below[:, e, :, None, None])
            later = jnp.where(goes, pick(status, rules.to[:, e].astype(np.uint8)), later)
            move = jnp.where(goes, status * np.uint8(n_exits) + np.uint8(e), move)
        return later, (count(move, code), count(later, here))

    def run(key: jax.Array) -> tuple[jax.Array, jax.Array]:
        times = jnp.arange(n_steps, dtype=jnp.uint64)
        _, (moves, stocks) = jax.lax.scan(lambda status, t: step(status, t, key), at_start, times)
        return moves, jnp.concatenate([count(at_start, here)[None], stocks])

    return jax.jit(run)


def read_course(rules: Rules, moves: jax.Array, stocks: jax.Array) -> Course:
    """Return what a run gave, by the names of the system."""
    told = np.asarray(moves, dtype=np.int64)
    flows = np.zeros(told.shape, dtype=np.int64)
    flows[..., rules.flow.ravel()] = told
    return Course(flows, np.asarray(stocks, dtype=np.int64))


def check_course(program: Program, rules: Rules, course: Course, persons: int) -> float:
    """Return by how many standard deviations the worst value is off.

    Raises
    ------
    SystemExit
        If persons are lost, or flows or stocks are not those of the system.
    """
    n_steps = len(course.flows)
    if not (course.stocks.sum(axis=(1, 2)) == persons).all():
        raise SystemExit("no figures: somebody is nowhere")
    change = np.zeros_like(course.stocks[1:])
    for status in range(len(rules.to)):
        for to, flow in zip(rules.to[status], rules.flow[status], strict=True):
            change[..., status] -= course.flows[..., flow]
            change[..., to] += course.flows[..., flow]
    if not (np.diff(course.stocks, axis=0) == change).all():
        raise SystemExit("no figures: stocks do not change by the flows")
    counted, mean = simulate_counts(program, NOTHING, REFERENCES), simulate_expected_draws(program, NOTHING, 1)
    worst = 0.0
    ways: tuple[tuple[str, Callable[[Any, Any], Any]], ...] = (
        ("flows by move and group", lambda flows, _: flows[..., :n_steps, :, :].sum(axis=-3)),
        ("flows by move", lambda flows, _: flows[..., :n_steps, :, :].sum(axis=(-3, -2))),
        ("moves", lambda flows, _: flows[..., :n_steps, :, :].sum(axis=(-3, -2, -1))),
        ("moves by step", lambda flows, _: flows[..., :n_steps, :, :].sum(axis=(-2, -1))),
        ("stocks at the end", lambda _, stocks: stocks[..., n_steps, :, :]),
    )
    for what, measure in ways:
        theirs = measure(counted.flows, counted.stocks)
        spread = theirs.std(axis=0, ddof=1)
        off = np.abs(measure(*course) - theirs.mean(axis=0)) / spread / math.sqrt(1.0 + 1.0 / REFERENCES)
        law = np.abs(theirs.mean(axis=0) - measure(mean.flows, mean.stocks)[0]) / spread * math.sqrt(REFERENCES)
        worst = max(worst, float(off.max()))
        if not max(off.max(), law.max()) < MOST_OFF:
            raise SystemExit(f"no figures: {what} are {off.max():.1f} standard deviations off")
    return worst


def measure(persons: int, n_steps: int) -> dict[str, Any]:
    """Return figures of the default device, once the run is checked."""
    program = ring(persons)
    device: Any = jax.devices()[0]  # pyright: ignore[reportUnknownVariableType]
    rules = find_rules(program)
    run = make_run(rules, persons, n_steps)
    key = jnp.asarray(np.uint64(make_key(np.uint64(child(np.uint64(1), np.uint64(0))))))
    began = time.perf_counter()
    compiled: Any = jax.jit(run).lower(key).compile()
    compiling = time.perf_counter() - began
    off = check_course(program, rules, read_course(rules, *compiled(key)), persons)
    seconds: list[float] = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        jax.block_until_ready(compiled(key))
        seconds.append(time.perf_counter() - began)
    memory: dict[str, int] = device.memory_stats() or {}  # pyright: ignore[reportUnknownVariableType]
    return {
        "persons": persons,
        "steps": n_steps,
        "seconds": seconds,
        "seconds_compiling": compiling,
        "person_steps_per_s": persons * n_steps / statistics.median(seconds),
        "worst_off_sd": off,
        "peak_bytes_on_device": memory.get("peak_bytes_in_use"),
        "device": {"platform": device.platform, "kind": device.device_kind},
    }


def main() -> None:
    """Check, measure, tell and write."""
    parser = argparse.ArgumentParser(description="Persons a second of a ring of statuses on a device of JAX.")
    parser.add_argument("--persons", type=int, default=PERSONS, help=f"rounded up to a multiple of {EVEN}")
    parser.add_argument("--steps", type=int, default=240)
    parser.add_argument("--out", type=Path, default=RESULTS)
    asked = parser.parse_args()
    machine = describe_machine()
    found = measure(-(-asked.persons // EVEN) * EVEN, asked.steps)
    rate, device = found["person_steps_per_s"] / 1e6, found["device"]
    print(f"on {device['platform']} ({device['kind']}): {rate:,.0f} million person-steps a second")
    result = {
        "what": f"a ring of {STATUSES} statuses, {GROUPS} groups, by month; one device of JAX",
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        **found,
        "machine": machine,
        "versions": {"python": platform.python_version(), **{name: version(name) for name in ("jax", "jaxlib")}},
    }
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    asked.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
