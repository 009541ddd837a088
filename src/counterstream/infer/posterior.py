"""The posterior of a system given claims: one function of one flat vector."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from counterstream.dynamics.draw import Draw, to_internal, walks_of
from counterstream.dynamics.flow import run_expected
from counterstream.dynamics.paths import walk_matrix
from counterstream.dynamics.program import Program, compile_system
from counterstream.evidence.answering import AnsweredClaim
from counterstream.infer.claims import ClaimTable, Floats, Integers, tabulate_claims
from counterstream.infer.measurement import Measurement, Noise, Observed, build_measurement, working_values
from counterstream.infer.priors import Unknown, Unknowns, distribution, increments_unknown, scalar_unknown
from counterstream.simulate.series import Part, Reading, assemble_readings, emit_rows, simulated
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
    """Parts of all claims' numerators or denominators as arrays of one length."""

    claim: Integers
    reading: Integers
    weights: Floats  # (n_parts, n_boundaries)
    times: tuple[Quantity, ...]

    def total(self, course: Array, values: Mapping[str, Array], n_claims: int) -> Array:
        """Add the parts up by claim; ``course`` has shape (n_boundaries, n_readings)."""
        if self.claim.size == 0:
            return jnp.zeros(n_claims)
        sums = jnp.einsum("pt,tp->p", self.weights, course[:, self.reading])
        factors = jnp.stack(
            [jnp.asarray(values[t] if isinstance(t, str) else t, dtype=jnp.float64) for t in self.times]
        )
        return jnp.zeros(n_claims).at[self.claim].add(sums * factors)


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
        self.above = self._collect([(i, p) for i, t in enumerate(table.targets) for p in t.numerator], place)
        self.below = self._collect([(i, p) for i, t in enumerate(table.targets) for p in t.denominator], place)
        self.is_ratio = np.array([bool(t.denominator) for t in table.targets], dtype=bool)
        self.complement = np.array([t.complement for t in table.targets], dtype=bool)

    def _collect(self, parts: Sequence[tuple[int, Part]], place: Mapping[Reading, int]) -> Summation:
        kept = [(i, p) for i, p in parts if p.reading in place]
        n = self.program.system.clock.n_steps + 1
        weights = np.zeros((len(kept), n))
        for row, (_, part) in enumerate(kept):
            weights[row, : part.weights.size] = part.weights
        return Summation(
            np.array([i for i, _ in kept], dtype=np.int64),
            np.array([place[p.reading] for _, p in kept], dtype=np.int64),
            weights,
            tuple(p.times for _, p in kept),
        )

    def course(self, draw: Draw) -> Array:
        """Run the system; readings by step boundary, shape (n_steps + 1, n_readings)."""
        last, rows = run_expected(
            self.program, draw, lambda moment: emit_rows(self.program, self.readings, moment), checkpointed=True
        )
        return assemble_readings(self.program, self.readings, rows, last)

    def truths(self, draw: Draw) -> Truths:
        """Return what the system says of each claim, in the observable's unit."""
        return self.truths_of(self.course(draw), draw)

    def truths_of(self, course: Array, draw: Draw) -> Truths:
        """Return what a course of readings says of each claim."""
        n = len(self.table)
        above = self.above.total(course, draw.values, n)
        below = self.below.total(course, draw.values, n)
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
    volume: float = 1.0
    blur: float = 0.0


def system_unknowns(system: System) -> Unknowns:
    """Return the unknowns of a system: its parameters, then the increments of its walks."""
    blocks = [scalar_unknown(p.name, p.prior) for p in system.parameters]
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

    def noise(self, flat: Array) -> Noise:
        """Return location and scale of every fitted claim at a point."""
        values = self.unknowns.constrain(flat)
        truths = self.reader.truths(to_draw(self.system, values))
        return self.measurement.noise(measurement_values(values), truths.value, truths.below)

    @cached_property
    def observed(self) -> Observed:
        """What the sources say."""
        return working_values(self.table)

    def log_likelihood(self, flat: Array, observed: Observed, blur: float | Array = 0.0) -> Array:
        """Log-density of each claim, repeats of one witness counted once; shape (n_claims,)."""
        noise = self.noise(flat)
        blurred = noise._replace(
            scale=jnp.sqrt(noise.scale**2 + blur**2), relative=jnp.sqrt(noise.relative**2 + blur**2)
        )
        mixed, _, _ = self.measurement.log_densities(blurred, observed)
        return mixed * self.table.weight

    def log_density(self, flat: Array, given: Given) -> Array:
        """Log-density of the posterior up to a constant, on the unconstrained scale.

        Parameters
        ----------
        flat
            Everything unknown, shape (dimension,).
        given
            What the sources say, and whether the change of volume counts.
        """
        likelihood = self.log_likelihood(flat, given.observed, given.blur).sum()
        return self.unknowns.log_prior(flat, given.volume) + likelihood


MEASUREMENT = "evidence:"


def _prefixed(measurement: Measurement) -> list[Unknown]:
    return [replace(block, name=MEASUREMENT + block.name) for block in measurement.unknowns()]


def measurement_values(values: Mapping[str, Array]) -> dict[str, Array]:
    """Return the measurement model's unknowns without their prefix."""
    return {name.removeprefix(MEASUREMENT): v for name, v in values.items() if name.startswith(MEASUREMENT)}
