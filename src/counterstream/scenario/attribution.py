"""Why something changed: a run in which chosen mechanisms stay as they were.

Between two periods instruments move, events happen and signals change.  A mechanism is
*frozen* if from the end of the first period on it stands at its mean of that period, draw by
draw; what is downstream of it follows from the system.  With everything frozen there remains
what stocks and their composition do by themselves.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

from counterstream.dynamics.draw import Draw
from counterstream.dynamics.drive import Levers, pull_levers
from counterstream.dynamics.flow import Moment
from counterstream.dynamics.native import NativeRun
from counterstream.dynamics.program import Program, compile_system
from counterstream.scenario.shapley import Coalitions
from counterstream.simulate.series import measure_readings, read_end, read_moment, simulated
from counterstream.simulate.windows import measure_windows
from counterstream.system.observable import FlowMeasure, Observable
from counterstream.system.system import System

Floats = NDArray[np.float64]
#: A path that differs by less from where it is frozen explains nothing.
STILL = 1e-9


class Mechanism(NamedTuple):
    """Something that can be frozen: an ``instrument``, a ``signal`` or an ``event``."""

    name: str
    kind: str
    label: str


@dataclass(frozen=True)
class Frozen:
    """Runs in which any set of mechanisms is frozen after a period.

    Parameters
    ----------
    system
        A resolved system.
    draws, n_draws
        Unknowns in internal units, each array with a leading draw axis, and their number.
    observable
        What is to be explained; one with a course.
    before, after
        First and last day of the two periods; the second begins after the first has ended.
    """

    system: System
    draws: Draw
    n_draws: int
    observable: Observable
    before: tuple[date, date]
    after: tuple[date, date]

    @cached_property
    def _program(self) -> Program:
        return compile_system(self.system)

    @cached_property
    def _native(self) -> NativeRun:
        program = self._program
        readings = simulated(self.system, measure_readings(self.system, self.observable.measure))
        signals = tuple(s.name for s in self.system.signals)

        def emit(moment: Moment) -> Array:
            seen = [jnp.ravel(moment.seen[name]) for name in signals]
            return jnp.concatenate([read_moment(program, readings, moment), *seen])

        def conclude(last: tuple[Array, ...]) -> Array:
            width = native.n_frozen
            return jnp.concatenate([read_end(program, readings, last), jnp.zeros(width)])

        native = NativeRun(program, emit, conclude, frozen=signals)
        return native

    @cached_property
    def _spans(self) -> tuple[slice, int, int]:
        """Steps of the first period, the first step after it, and the number of steps to run."""
        clock = self.system.clock
        start, end = clock.step_of(self.before[0]), clock.step_of(self.before[1]) + 1
        return slice(start, end), end, clock.step_of(self.after[1]) + 1

    @cached_property
    def _given(self) -> tuple[Floats, Floats]:
        return self._native.inputs_of_many(self.draws, self.n_draws)

    @cached_property
    def _levers(self) -> Levers:
        return pull_levers(self.system, all_levers=True)

    @cached_property
    def _free(self) -> tuple[Floats, Floats, Floats]:
        """The run in which nothing is frozen: shared levers, own paths and course."""
        values, own = self._given
        _, _, n_steps = self._spans
        shared = self._native.lay_out(self._levers)[:n_steps]
        course, _ = self._native.run(values, own[:, :n_steps], shared)
        return shared, own[:, :n_steps], course

    @cached_property
    def _held_own(self) -> Floats:
        """Own paths with everything frozen, shape (draw, n_steps, n_paths); signals at what was seen of them."""
        before, since, _ = self._spans
        _, own, course = self._free
        held = own.copy()
        held[:, since:] = own[:, before].mean(axis=1)[:, None]
        n = self._native.n_frozen
        if n:
            held[:, :, -n:] = course[:, before, -n:].mean(axis=1)[:, None]
        return held

    @cached_property
    def mechanisms(self) -> tuple[Mechanism, ...]:
        """Return what moves after the first period away from where it would be frozen."""
        _, since, n_steps = self._spans
        _, own, course = self._free
        moved = np.abs(own - self._held_own)[:, since:].max(axis=(0, 1), initial=0.0)
        names = self._native.path_names
        found = [
            Mechanism(i.name, "instrument", i.label or i.name)
            for i in self.system.instruments
            if moved[names.index(i.name)] > STILL
        ]
        n = self._native.n_frozen
        if n:
            held = self._held_own[:, since:, -n:]
            away = np.abs(course[:, since:n_steps, -n:] - held).max(axis=(0, 1), initial=0.0)
            for signal in self.system.signals:
                columns = self._native.frozen_columns[signal.name]
                part = slice(columns.start - len(names), columns.stop - len(names))
                if away[part].max() > STILL:
                    found.append(Mechanism(signal.name, "signal", signal.label or signal.name))
        found += [
            Mechanism(e.name, "event", e.label or e.name)
            for e in self.system.events
            if np.abs(self._freeze_event(e.name) - np.asarray(self._levers.events[e.name]))[:n_steps].max() > STILL
        ]
        return tuple(found)

    def _freeze_event(self, name: str) -> Floats:
        before, since, _ = self._spans
        path = np.array(self._levers.events[name])
        path[since:] = path[before].mean()
        return path

    @cached_property
    def _held_shared(self) -> Mapping[str, tuple[NDArray[np.int64], Floats]]:
        """Columns of the shared levers that freezing a mechanism changes, and what they are then."""
        _, since, n_steps = self._spans
        shared, _, _ = self._free
        found: dict[str, tuple[NDArray[np.int64], Floats]] = {}
        for mechanism in self.mechanisms:
            levers = self._levers
            if mechanism.kind == "event":
                frozen = jnp.asarray(self._freeze_event(mechanism.name))
                levers = levers._replace(events={**levers.events, mechanism.name: frozen})
            elif mechanism.kind == "signal":
                held = np.array(levers.hold_share[mechanism.name])
                held[since:] = 1.0
                levers = levers._replace(hold_share={**levers.hold_share, mechanism.name: jnp.asarray(held)})
            laid = self._native.lay_out(levers)[:n_steps]
            columns = np.flatnonzero((laid != shared).any(axis=0))
            found[mechanism.name] = columns, laid[:, columns]
        return found

    def measure(self, coalitions: Coalitions) -> Floats:
        """Return the observable over the second period, with all but some mechanisms frozen.

        Parameters
        ----------
        coalitions
            Which mechanisms are free, shape (n, mechanism).

        Returns
        -------
        ndarray, shape (n, draw)
            A flow in persons a year.
        """
        _ = self._held_shared, self._held_own  # worked out once, before threads need them
        with ThreadPoolExecutor(max_workers=max(1, os.cpu_count() or 1)) as pool:
            return np.stack(list(pool.map(self._measure_one, coalitions)))

    def _measure_one(self, free: NDArray[np.bool_]) -> Floats:
        values, _ = self._given
        shared, own, _ = self._free
        shared, own = shared.copy(), own.copy()
        names = self._native.path_names
        for mechanism, is_free in zip(self.mechanisms, free, strict=True):
            if is_free:
                continue
            columns, laid = self._held_shared[mechanism.name]
            shared[:, columns] = laid
            if mechanism.kind == "instrument":
                place = names.index(mechanism.name)
                own[:, :, place] = self._held_own[:, :, place]
            elif mechanism.kind == "signal":
                part = self._native.frozen_columns[mechanism.name]
                own[:, :, part] = self._held_own[:, :, part]
        course, _ = self._native.run(values, own, shared)
        return self._over(course, self.after)

    @cached_property
    def at_first(self) -> Floats:
        """The observable over the first period, shape (draw,); a flow in persons a year."""
        return self._over(self._free[2], self.before)

    def _over(self, course: Floats, window: tuple[date, date]) -> Floats:
        """Return the observable over a window of a run that may end before the clock does."""
        readings = simulated(self.system, measure_readings(self.system, self.observable.measure))
        whole = np.zeros((course.shape[0], self.system.clock.n_steps + 1, len(readings)))
        whole[:, : course.shape[1]] = course[:, :, : len(readings)]
        values = {name: np.asarray(v) for name, v in self.draws.values.items()}
        told = measure_windows(self.system, self.observable.measure, [window], readings, whole, values)[:, 0]
        return told / self._years(window) if self.is_flow else told

    @property
    def is_flow(self) -> bool:
        """Whether the observable is a flow, and told by the year."""
        return isinstance(self.observable.measure, FlowMeasure)

    def _years(self, window: tuple[date, date]) -> float:
        clock = self.system.clock
        return float(clock.overlap(*window).sum()) * clock.years_per_step
