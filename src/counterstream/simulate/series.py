"""Series that observables read from a run, and what a measure is over a window of days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

from counterstream.dynamics.flow import Moment, total_of
from counterstream.dynamics.program import Program
from counterstream.evidence.answering import measured_window
from counterstream.system.clock import Clock
from counterstream.system.group import EVERYBODY, Selector
from counterstream.system.move import Batches
from counterstream.system.observable import WHOLE, FlowMeasure, Measure, PathMeasure, RatioMeasure, StockMeasure
from counterstream.system.parameter import Quantity
from counterstream.system.system import System

Weights = NDArray[np.float64]


@dataclass(frozen=True)
class Reading:
    """Persons of some groups, in flows, in statuses, or the level of a path; one number a step.

    ``kind`` is ``flow``, ``stock`` or ``path``.  A stock is read at the start of each step
    and once more at the end of the last.
    """

    kind: str
    names: tuple[str, ...]
    groups: Selector = EVERYBODY


@dataclass(frozen=True)
class Part:
    """A reading, the weight of each of its steps (or step boundaries), and a factor."""

    reading: Reading
    weights: Weights = field(compare=False)
    times: Quantity = 1.0


@dataclass(frozen=True)
class Target:
    """What a measure is over one window: sum of parts, or a ratio of two such sums."""

    numerator: tuple[Part, ...]
    denominator: tuple[Part, ...] = ()
    complement: bool = False


def target_of(system: System, measure: Measure, first: date, last: date) -> Target:
    """Return a measure over the inclusive window of days, as weights of steps.

    A flow released in dated batches belongs to its date; every other flow is taken as even
    within its step, so that a step which the window covers in part counts in that part.
    """
    if isinstance(measure, RatioMeasure):
        above = _parts(system, measure.numerator, first, last)
        below = _parts(system, measure.denominator, first, last)
        return Target(above, below, measure.complement)
    if isinstance(measure, PathMeasure):
        share = system.clock.overlap(first, last)
        return Target((Part(Reading("path", (measure.name,)), share / max(float(share.sum()), 1e-300)),))
    return Target(_parts(system, measure, first, last))


def _parts(system: System, measure: FlowMeasure | StockMeasure, first: date, last: date) -> tuple[Part, ...]:
    first, last = measured_window(measure.window, first, last)
    if isinstance(measure, StockMeasure):
        reading = Reading("stock", measure.statuses, measure.groups)
        return (Part(reading, stock_weights(system.clock, first, last), measure.times),)
    dated: dict[str, Batches] = {
        f"{m.name}.released": m.batches for m in system.decisions if m.batches is not None and m.batches.dates
    }
    even = tuple(name for name in measure.flows if name not in dated)
    parts: list[Part] = []
    if even:
        weights = system.clock.overlap(first, last)
        parts.append(Part(Reading("flow", even, measure.groups), weights, measure.times))
    for name in measure.flows:
        if name in dated:
            weights = batch_weights(system.clock, dated[name], first, last)
            parts.append(Part(Reading("flow", (name,), measure.groups), weights, measure.times))
    return tuple(parts)


def batch_weights(clock: Clock, batches: Batches, first: date, last: date) -> Weights:
    """Share of each step's releases that fall in the window; dated steps count by their dates."""
    weights = clock.overlap(first, last)
    for step in {clock.step_of(day) for day in batches.dates}:
        days = [day for day in batches.dates if clock.step_of(day) == step]
        weights[step] = sum(first <= day <= last for day in days) / len(days)
    return weights


def stock_weights(clock: Clock, first: date, last: date) -> Weights:
    """Weights of step boundaries for a stock at a date, or its mean over a window.

    The stock runs straight between boundaries; a window's mean is taken over at most 64
    evenly spaced days of it.

    Returns
    -------
    ndarray, shape (n_steps + 1,)
    """
    span = (last - first).days
    days = sorted({first + timedelta(days=round(span * i / 63)) for i in range(64)})
    weights = np.zeros(clock.n_steps + 1)
    for day in days:
        position = clock.position(day)
        left = min(int(position), clock.n_steps - 1)
        weights[left] += (1.0 - (position - left)) / len(days)
        weights[left + 1] += (position - left) / len(days)
    return weights


class Rows(NamedTuple):
    """Rows that a set of readings needs, by name; in a run each with a leading time axis."""

    flows: Mapping[str, Array]
    stocks: Mapping[str, Array]
    paths: Mapping[str, Array]


def emit_rows(program: Program, readings: tuple[Reading, ...], moment: Moment) -> Rows:
    """Return the rows of one step that the readings need, not yet added up."""
    named = {
        kind: sorted({n for r in readings if r.kind == kind for n in r.names}) for kind in ("flow", "stock", "path")
    }
    return Rows(
        {name: moment.flows[name] for name in named["flow"]},
        {name: _stock(program, name, moment.stocks) for name in named["stock"]},
        {name: moment.seen[name] for name in named["path"]},
    )


def read_moment(program: Program, readings: tuple[Reading, ...], moment: Moment) -> Array:
    """Return the readings of one step, shape (n_readings,)."""
    rows = emit_rows(program, readings, moment)
    told: list[Array] = []
    for reading in readings:
        if reading.kind == "path":
            told.append(jnp.mean(rows.paths[reading.names[0]]))
        else:
            held = rows.flows if reading.kind == "flow" else rows.stocks
            told.append(jnp.sum(total_of(held, reading.names) * program.layout.mask(reading.groups)))
    return jnp.stack(told)


def read_end(program: Program, readings: tuple[Reading, ...], last: tuple[Array, ...]) -> Array:
    """Return the readings at the last boundary, shape (n_readings,): stocks as at the end, 0 for others."""
    told: list[Array] = []
    for reading in readings:
        rows = [_stock(program, name, last) for name in reading.names] if reading.kind == "stock" else []
        mask = program.layout.mask(reading.groups)
        told.append(jnp.sum(sum(rows, jnp.zeros(mask.size)) * mask))
    return jnp.stack(told)


def _stock(program: Program, status: str, stocks: tuple[Array, ...]) -> Array:
    rows = [stocks[cell] for cell in program.layout.rows[status]]
    return sum(rows[1:], rows[0])


def simulated(system: System, readings: Iterable[Reading]) -> tuple[Reading, ...]:
    """Return the readings that need a run, each once: a parameter is known without one."""
    parameters = {p.name for p in system.parameters}
    return tuple(dict.fromkeys(r for r in readings if r.kind != "path" or r.names[0] not in parameters))


def measure_readings(system: System, measure: Measure) -> tuple[Reading, ...]:
    """Return the readings a measure needs (over any window), each once."""
    clock = system.clock
    target = target_of(system, measure, clock.start, clock.end)
    return tuple(dict.fromkeys(part.reading for part in (*target.numerator, *target.denominator)))


def measure_course(
    system: System,
    measure: Measure,
    readings: tuple[Reading, ...],
    course: NDArray[np.float64],
    values: Mapping[str, NDArray[np.float64]],
) -> NDArray[np.float64] | None:
    """Return a measure step by step, from runs.

    Parameters
    ----------
    readings
        Columns of the runs.
    course
        Runs, shape (draw, n_steps + 1, n_readings).
    values
        Parameters by name in internal units, each (draw,).

    Returns
    -------
    ndarray, shape (draw, n_steps), or None
        Flows in persons per step, stocks at the start of a step, ratios by step (NaN where
        the denominator is 0); ``None`` for a measure without a course: a parameter, or one
        that compares other windows.
    """
    place = {reading: i for i, reading in enumerate(readings)}

    def single(part: FlowMeasure | StockMeasure) -> NDArray[np.float64] | None:
        if part.window != WHOLE:
            return None
        wanted = measure_readings(system, part)
        total = sum((course[:, :-1, place[r]] for r in wanted), np.zeros((course.shape[0], course.shape[1] - 1)))
        factor = values[part.times] if isinstance(part.times, str) else np.full(course.shape[0], part.times)
        return total * factor[:, None]

    if isinstance(measure, PathMeasure):
        reading = Reading("path", (measure.name,))
        return course[:, :-1, place[reading]] if reading in place else None
    if isinstance(measure, RatioMeasure):
        above, below = single(measure.numerator), single(measure.denominator)
        if above is None or below is None:
            return None
        some = below > 0.0
        ratio = np.where(some, above / np.where(some, below, 1.0), np.nan)
        return 1.0 - ratio if measure.complement else ratio
    return single(measure)


def read_course(
    program: Program, readings: tuple[Reading, ...], flows: Weights, stocks: Weights, levels: Mapping[str, Weights]
) -> Weights:
    """Return readings from whole runs of either engine, shape (draw, n_steps + 1, n_readings).

    Parameters
    ----------
    flows, stocks
        As in :class:`~counterstream.simulate.expected.Course`, with a leading draw axis.
    levels
        Paths by name, each (draw, n_steps); those that readings name.
    """
    system = program.system
    places = {
        "flow": {name: i for i, name in enumerate(system.flow_names)},
        "stock": {name: i for i, name in enumerate(system.status_names)},
    }
    told = np.zeros((stocks.shape[0], stocks.shape[1], len(readings)))
    for i, reading in enumerate(readings):
        if reading.kind == "path":
            told[:, :-1, i] = levels[reading.names[0]]
            continue
        columns = [places[reading.kind][name] for name in reading.names]
        held = flows if reading.kind == "flow" else stocks
        told[:, : held.shape[1], i] = (held[..., columns].sum(axis=-1) * program.layout.mask(reading.groups)).sum(-1)
    return told
