"""The posterior of a system given claims: one function of one flat vector."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from scipy.sparse import csr_array, vstack

from counterstream.dynamics.draw import Draw, to_internal, walks_of
from counterstream.dynamics.native import NativeRun
from counterstream.dynamics.paths import walk_matrix
from counterstream.dynamics.program import Program, compile_system
from counterstream.evidence.answering import AnsweredClaim
from counterstream.infer.claims import ClaimTable, Floats, Integers, tabulate_claims
from counterstream.infer.measurement import Measurement, Noise, Observed, build_measurement, working_values
from counterstream.infer.priors import Unknown, Unknowns, distribution, increments_unknown, scalar_unknown
from counterstream.simulate.courses import native_readings, run_readings
from counterstream.simulate.series import Part, Reading, simulated
from counterstream.system.parameter import Quantity
from counterstream.system.system import System
from counterstream.units import DURATION_UNITS, MONTHS_PER_YEAR


class Truths(NamedTuple):
    """What the system says of each claim; each shape (n_claims,).

    ``below`` is the denominator of a ratio in persons, 0 for other measures.
    """

    value: Array
    below: Array


@dataclass(frozen=True)
class Summation:
    """Which parts add up to which claims' numerators or denominators.

    ``part`` lists places among the reader's parts, ``claim`` the claim of each.
    """

    claim: Integers
    part: Integers
    times: tuple[Quantity, ...]

    def total(self, parts: Array, values: Mapping[str, Array], n_claims: int) -> Array:
        """Add the parts up by claim; ``parts`` has shape (n_parts,)."""
        if self.claim.size == 0:
            return jnp.zeros(n_claims)
        factors = jnp.stack(
            [jnp.asarray(values[t] if isinstance(t, str) else t, dtype=jnp.float64) for t in self.times]
        )
        return jnp.zeros(n_claims).at[self.claim].add(parts[self.part] * factors)


class ClaimReader:
    """Reads what a run says of each claim of a table.

    Parameters
    ----------
    readings
        Columns of the courses that will be read; by default just those that the claims need.
    """

    def __init__(self, program: Program, table: ClaimTable, readings: tuple[Reading, ...] | None = None) -> None:
        self.program, self.table = program, table
        self.readings = simulated(program.system, table.readings) if readings is None else readings
        place = {r: i for i, r in enumerate(self.readings)}
        self.of_parameter = {
            i: target.numerator[0].reading.names[0]
            for i, target in enumerate(table.targets)
            if target.numerator[0].reading not in place
        }
        rows: list[Floats] = []
        self.above = self._collect([(i, p) for i, t in enumerate(table.targets) for p in t.numerator], place, rows)
        self.below = self._collect([(i, p) for i, t in enumerate(table.targets) for p in t.denominator], place, rows)
        width = (program.system.clock.n_steps + 1) * len(self.readings)
        self.windows = vstack(rows, format="csr") if rows else csr_array((0, width))
        self.is_ratio = np.array([bool(t.denominator) for t in table.targets], dtype=bool)
        self.complement = np.array([t.complement for t in table.targets], dtype=bool)

    def _collect(self, parts: Sequence[tuple[int, Part]], place: Mapping[Reading, int], rows: list[Any]) -> Summation:
        kept = [(i, p) for i, p in parts if p.reading in place]
        n_boundaries, n_readings = self.program.system.clock.n_steps + 1, len(self.readings)
        first = len(rows)
        for _, part in kept:
            steps = np.flatnonzero(part.weights)
            columns = steps * n_readings + place[part.reading]
            shape = (1, n_boundaries * n_readings)
            rows.append(csr_array((part.weights[steps], (np.zeros_like(steps), columns)), shape=shape))
        claims = np.array([i for i, _ in kept], dtype=np.int64)
        return Summation(claims, np.arange(first, len(rows)), tuple(p.times for _, p in kept))

    @property
    def n_parts(self) -> int:
        """Number of sums over windows that claims are made of."""
        return self.above.claim.size + self.below.claim.size

    def parts(self, courses: Floats) -> Floats:
        """Return the sums over windows that claims are made of, shape (draw, n_parts).

        Parameters
        ----------
        courses
            Readings, shape (draw, n_steps + 1, n_readings).
        """
        return np.asarray((self.windows @ courses.reshape(courses.shape[0], -1).T).T)

    def parts_slope(self, slopes: Floats) -> Floats:
        """Return the derivative with respect to the courses, given that with respect to the parts."""
        flat = np.asarray((self.windows.T @ slopes.T).T)
        return flat.reshape(slopes.shape[0], -1, len(self.readings))

    def parts_by_jax(self, courses: Array) -> Array:
        """Return :meth:`parts` inside a function compiled by JAX."""
        entries = self.windows.tocoo()
        flat = courses.reshape(courses.shape[0], -1)[:, entries.col] * entries.data
        return jnp.zeros((courses.shape[0], self.n_parts)).at[:, entries.row].add(flat)

    def truths(self, parts: Array, draw: Draw) -> Truths:
        """Return what the system says of each claim, in the observable's unit.

        Parameters
        ----------
        parts
            See :meth:`parts`, of one draw.
        """
        n = len(self.table)
        above = self.above.total(parts, draw.values, n)
        below = self.below.total(parts, draw.values, n)
        some = self.is_ratio & (below > 0.0)
        ratio = above / jnp.where(some, below, 1.0)
        value = jnp.where(self.is_ratio, jnp.where(self.complement, 1.0 - ratio, ratio), above)
        for index, name in self.of_parameter.items():
            value = value.at[index].set(self._parameter(name, draw, index))
        household = self.program.system.households
        if household is not None and self.table.household.any():
            size = household.mean_size
            persons = draw.values[size] if isinstance(size, str) else jnp.asarray(size)
            value = jnp.where(self.table.household, value / persons, value)
        return Truths(value, jnp.where(self.is_ratio, below, 0.0))

    def _parameter(self, name: str, draw: Draw, index: int) -> Array:
        unit = self.program.system.parameter(name).unit
        months = unit in DURATION_UNITS and self.table.claims[index].observable.unit == "months"
        return draw.values[name] * (MONTHS_PER_YEAR if months else 1.0)


class Given(NamedTuple):
    """What a log-density is conditioned on.

    Parameters
    ----------
    observed
        What the sources say.
    volume
        As in :meth:`~counterstream.infer.priors.Unknowns.log_prior`.
    blur
        Width added to every claim on its working scale: the climb to the mode begins with
        blurred claims, so that none is given up as wrong while the system is still far off.
    """

    observed: Observed
    volume: float | Array = 1.0
    blur: float | Array = 0.0


def system_unknowns(system: System) -> Unknowns:
    """Return the unknowns of a system: its parameters, then the increments of its walks."""
    widths = {walk.sd for walk in walks_of(system).values()}
    blocks = [replace(scalar_unknown(p.name, p.prior), is_scale=p.name in widths) for p in system.parameters]
    for name, walk in walks_of(system).items():
        size = walk_matrix(system.clock, walk).shape[1]
        scale = walk.sd if isinstance(walk.sd, str) else ""
        centre = float(distribution(system.parameter(scale).prior).mean) if scale else 1.0
        blocks.append(increments_unknown(f"walk:{name}", size, walk.tails, scale, centre))
    return Unknowns(tuple(blocks))


def to_draw(system: System, values: Mapping[str, Array]) -> Draw:
    """Turn constrained values by block into a draw in internal units."""
    increments = {name: values[f"walk:{name}"] for name in walks_of(system)}
    return Draw(to_internal(system, values), increments)


class Posterior:
    """Log-density of everything unknown given the claims.

    Parameters
    ----------
    system
        A resolved system.
    claims
        The claims to fit, already tied to observables.
    """

    def __init__(self, system: System, claims: Sequence[AnsweredClaim]) -> None:
        self.system = system
        self.program = compile_system(system)
        self.table = tabulate_claims(system, claims)
        self.measurement: Measurement = build_measurement(self.table, system.measurement)
        own = system_unknowns(system)
        sources = Unknowns(tuple(_prefixed(self.measurement)))
        self.unknowns = Unknowns((*own.blocks, *sources.blocks))

    @cached_property
    def reader(self) -> ClaimReader:
        """Reads the fitted claims from a run."""
        return ClaimReader(self.program, self.table)

    @property
    def dimension(self) -> int:
        """Length of the flat vector."""
        return self.unknowns.dimension

    def draws(self, flats: Floats) -> Draw:
        """Return the system's unknowns at many points, each array with a leading draw axis."""
        return jax.jit(jax.vmap(self.draw))(jnp.asarray(flats))

    def draw(self, flat: Array) -> Draw:
        """Return the system's unknowns at a point, in internal units."""
        return to_draw(self.system, self.unknowns.constrain(flat))

    @cached_property
    def native(self) -> NativeRun:
        """Runs that keep what the claims need, with derivatives."""
        return native_readings(self.program, self.reader.readings, derivative=True)

    def inputs(self, flat: Array) -> tuple[Array, Array]:
        """Return what a run takes at a point; see :meth:`~counterstream.dynamics.native.NativeRun.inputs`."""
        return self.native.inputs(self.draw(flat))

    def noise(self, flat: Array, parts: Array) -> Noise:
        """Return location and scale of every fitted claim at a point.

        Parameters
        ----------
        parts
            What claims are made of there; see :meth:`ClaimReader.parts`.
        """
        values = self.unknowns.constrain(flat)
        truths = self.reader.truths(parts, to_draw(self.system, values))
        return self.measurement.noise(measurement_values(values), truths.value, truths.below)

    @cached_property
    def observed(self) -> Observed:
        """What the sources say."""
        return working_values(self.table)

    def log_likelihood(self, noise: Noise, given: Given) -> Array:
        """Log-density of each claim, repeats of one witness counted once; shape (n_claims,)."""
        blurred = noise._replace(
            scale=jnp.sqrt(noise.scale**2 + given.blur**2), relative=jnp.sqrt(noise.relative**2 + given.blur**2)
        )
        mixed, _, _ = self.measurement.log_densities(blurred, given.observed)
        return mixed * self.table.weight

    def log_density_by_jax(self, flat: Array, given: Given) -> Array:
        """Log-density of the posterior up to a constant, on the unconstrained scale, all of it by JAX.

        The reference for :class:`~counterstream.infer.lanes.Lanes`, and for samplers that JAX
        compiles.

        Parameters
        ----------
        flat
            Everything unknown, shape (dimension,).
        given
            What the sources say, and whether the change of volume counts.
        """
        draws = jax.tree.map(lambda a: a[None], self.draw(flat))
        courses = run_readings(self.program, self.reader.readings, draws, 1)
        noise = self.noise(flat, self.reader.parts_by_jax(courses)[0])
        return self.unknowns.log_prior(flat, given.volume) + self.log_likelihood(noise, given).sum()


MEASUREMENT = "evidence:"


def _prefixed(measurement: Measurement) -> list[Unknown]:
    return [replace(block, name=MEASUREMENT + block.name) for block in measurement.unknowns()]


def measurement_values(values: Mapping[str, Array]) -> dict[str, Array]:
    """Return the measurement model's unknowns without their prefix."""
    return {name.removeprefix(MEASUREMENT): v for name, v in values.items() if name.startswith(MEASUREMENT)}
