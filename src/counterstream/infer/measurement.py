"""The measurement model: what sources say, given what was true.

On the working scale (log of persons, logit of a share) a claim lies around the truth plus
its agency's bias, as widely as the agency's spread, chance variation, counting noise and its
wording make it; with a small chance it is plain wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array

from counterstream.infer.claims import ClaimTable, Floats, Form, Integers, Kind
from counterstream.infer.densities import (
    log_count,
    log_interval,
    log_mixture,
    log_shortfall,
    log_student,
)
from counterstream.infer.draws import draw_student
from counterstream.infer.priors import Unknown, increments_unknown, scalar_unknown
from counterstream.system.parameter import Family, Prior
from counterstream.system.system import MeasurementPriors

#: Degrees of freedom of a stated number around the truth.
TAILS = 5.0
#: Agencies with fewer claims of a kind than this share the common spread.
CLAIMS_FOR_OWN_SPREAD = 5
#: Bounds on shares before the logit: a printed 0 or 1 means "nearly none" or "nearly all".
SHARE_FLOOR = 0.004
#: No count is read as closer to the truth than this: definitions and days of counting differ.
LEAST_SPREAD = 0.01
#: A flow of fewer expected persons than this is read as this many on the log scale.
PERSON_FLOOR = 1e-3


class Noise(NamedTuple):
    """Location and scale of every claim on its working scale; each shape (n_claims,)."""

    centre: Array
    scale: Array
    mean: Array  # natural scale, bias included
    relative: Array  # relative sd of the rate behind a small count
    reach: Array
    wrong_share: Array


def averaging(months: Floats) -> Floats:
    """By how much a window evens out chance variation that is 1 for a month.

    Months vary by themselves, so that ``n`` of them divide the spread by ``sqrt(n)``; within a
    month departures bunch on a few days, so that a part of one is as uneven as it is short.
    """
    return np.where(months < 1.0, np.maximum(months, 0.03), np.sqrt(months))


@dataclass(frozen=True)
class Measurement:
    """The measurement model of a table of claims.

    ``biased`` lists the (agency, kind) pairs that have a bias of their own (two claims or
    more and no anchor); the other agencies' bias widens their claims.  ``spread`` lists
    agencies with a spread of their own.
    """

    table: ClaimTable
    priors: MeasurementPriors
    biased: tuple[tuple[str, Kind], ...]
    spread: tuple[str, ...]
    agency_kinds: tuple[str, ...]

    @cached_property
    def bias_index(self) -> Integers:
        """Index into ``biased`` of each claim, -1 without one."""
        place = {pair: i for i, pair in enumerate(self.biased)}
        pairs = zip(self.table.agency, self.table.kind, strict=True)
        return np.array([place.get((a, Kind(k)), -1) for a, k in pairs], dtype=np.int64)

    @cached_property
    def spread_index(self) -> Integers:
        """Index into ``spread`` of each claim, -1 without one."""
        place = {name: i for i, name in enumerate(self.spread)}
        return np.array([place.get(a, -1) for a in self.table.agency], dtype=np.int64)

    @cached_property
    def kind_index(self) -> Integers:
        """Index into ``agency_kinds`` of each claim (-1: a type not seen in fitting)."""
        place = {name: i for i, name in enumerate(self.agency_kinds)}
        return np.array([place.get(k, -1) for k in self.table.agency_kind], dtype=np.int64)

    def unknowns(self) -> tuple[Unknown, ...]:
        """Blocks of the measurement model's unknowns."""
        p = self.priors
        wide = 3.0  # shares and stocks are defined less sharply than counts of arrivals

        def positive(name: str, median: float, sd: float = 0.5) -> Unknown:
            # Log-normal, not half-normal: at a width of 0 a few claims that agree to the last digit would
            # outweigh all others, and the posterior would have a spike there.
            return replace(scalar_unknown(name, Prior(Family.LOGNORMAL, (median, sd))), is_scale=True)

        blocks = [
            positive("process_flow", p.process_sd),
            positive("process_share", 2.0 * p.process_sd),
            positive("process_stock", 2.0 * p.process_sd),
            positive("bias_sd_flow", p.bias_sd),
            positive("bias_sd_share", wide * p.bias_sd),
            positive("bias_sd_stock", wide * p.bias_sd),
            positive("spread", p.spread_median),
            positive("rounding", 0.6),
            positive("reach", 1.0, 0.4),
        ]
        if self.biased:
            blocks.append(increments_unknown("bias", len(self.biased), None))
        if self.spread:
            blocks.append(increments_unknown("agency_spread", len(self.spread), None))
        share = Prior(Family.BETA, (p.wrong_share, 40.0))
        blocks.extend(scalar_unknown(f"wrong_{kind}", share) for kind in self.agency_kinds)
        return tuple(blocks)

    def noise(self, values: Mapping[str, Array], truth: Array, below: Array) -> Noise:
        """Return location and scale of every claim.

        Parameters
        ----------
        values
            Measurement unknowns by name.
        truth
            What the system says of each claim, natural scale, shape (n_claims,).
        below
            Persons in the denominator of a share, shape (n_claims,); 0 elsewhere.
        """
        table = self.table
        process = jnp.stack([values["process_flow"], values["process_share"], values["process_stock"]])[table.kind]
        bias_sd = jnp.stack([values["bias_sd_flow"], values["bias_sd_share"], values["bias_sd_stock"]])[table.kind]
        bias = self._bias(values) * bias_sd
        loose_bias = jnp.where((self.bias_index < 0) & ~table.anchor, bias_sd, 0.0)
        over_time = np.where(table.kind == Kind.STOCK, 1.0, averaging(table.months))
        spread = jnp.sqrt(LEAST_SPREAD**2 + (values["spread"] * jnp.exp(0.5 * self._own_spread(values))) ** 2)
        relative = jnp.sqrt(spread**2 + (process / over_time) ** 2 + loose_bias**2)
        share = jnp.clip(truth, SHARE_FLOOR, 1.0 - SHARE_FLOOR)
        persons = jnp.maximum(truth, PERSON_FLOOR)
        natural = jnp.where(table.logit, jnp.log(share) - jnp.log1p(-share), jnp.log(persons))
        # Counting noise: Var(log n) is about 1/n; Var(logit p) about 1/(n p q).
        counting = jnp.where(
            table.logit, 1.0 / (jnp.maximum(below, 1.0) * share * (1.0 - share)), 1.0 / jnp.maximum(persons, 1.0)
        )
        wording = (values["rounding"] * table.width) ** 2 + table.fixed_width**2
        scale = jnp.sqrt(relative**2 + counting + wording)
        wrong = jnp.stack([values[f"wrong_{k}"] for k in self.agency_kinds])
        unseen = jnp.where(self.kind_index < 0, wrong.mean(), wrong[np.maximum(self.kind_index, 0)])
        return Noise(natural + bias, scale, persons * jnp.exp(bias), relative, values["reach"] * table.reach, unseen)

    def _bias(self, values: Mapping[str, Array]) -> Array:
        if not self.biased:
            return jnp.zeros(len(self.table))
        return jnp.where(self.bias_index < 0, 0.0, values["bias"][np.maximum(self.bias_index, 0)])

    def _own_spread(self, values: Mapping[str, Array]) -> Array:
        if not self.spread:
            return jnp.zeros(len(self.table))
        return jnp.where(self.spread_index < 0, 0.0, values["agency_spread"][np.maximum(self.spread_index, 0)])

    def log_densities(self, noise: Noise, observed: Observed) -> tuple[Array, Array, Array]:
        """Return each claim's log-density: mixed, if right, if plain wrong; shape (n_claims,)."""
        table = self.table
        right = jnp.zeros(len(table))
        for forms in ((Form.STATED,), (Form.EXCESS, Form.SHORTFALL), (Form.RANGE,), (Form.COUNT,)):
            at = np.flatnonzero(np.isin(table.form, forms))
            if at.size:
                right = right.at[at].set(self._log_right(forms[0], at, observed, noise))
        middle = jnp.where(table.form == Form.RANGE, 0.5 * (observed.low + observed.high), observed.value)
        wrong = log_student(middle, noise.centre, self._wrong_scale(noise), TAILS)
        # A small count's density is over counts, not logs: dy = y dlog(y).
        counts = table.form == Form.COUNT
        wrong = wrong - jnp.where(counts, jnp.log(jnp.maximum(observed.persons, 0.5)), 0.0)
        return log_mixture(right, wrong, noise.wrong_share), right, wrong

    def draw_wrong(self, key: Array, noise: Noise) -> Array:
        """Draw what a plain-wrong claim would say, on the working scale."""
        return draw_student(key, noise.centre, self._wrong_scale(noise), TAILS)

    def _wrong_scale(self, noise: Noise) -> Array:
        return jnp.sqrt(noise.scale**2 + self.priors.wrong_sd**2)

    def _log_right(self, form: Form, at: Integers, observed: Observed, noise: Noise) -> Array:
        centre, scale, reach = noise.centre[at], noise.scale[at], noise.reach[at]
        value = observed.value[at]
        if form is Form.EXCESS:
            # An excess is the mirror image of a shortfall: both at once compile in half the time.
            side = np.where(self.table.form[at] == Form.EXCESS, -1.0, 1.0)
            return log_shortfall(side * value, side * centre, scale, reach)
        if form is Form.RANGE:
            return log_interval(observed.low[at], observed.high[at], centre, scale)
        if form is Form.COUNT:
            return log_count(observed.persons[at], noise.mean[at], noise.relative[at])
        return log_student(value, centre, scale, TAILS)


class Observed(NamedTuple):
    """What the sources say; each shape (n_claims,).

    ``value``, ``low`` and ``high`` are on the working scale, ``persons`` on the natural one.
    """

    value: Floats | Array
    low: Floats | Array
    high: Floats | Array
    persons: Floats | Array


def working_values(table: ClaimTable) -> Observed:
    """Return what the claims of a table say, on the scales of the densities."""
    value, low, high = (to_working(table, x) for x in (table.value, table.low, table.high))
    return Observed(value, low, high, np.where(np.isnan(table.value), 1.0, table.value))


def to_working(table: ClaimTable, values: Floats) -> Floats:
    """Take values of every claim to its working scale: log, or logit for shares."""
    share = np.clip(np.where(np.isnan(values), 0.5, values), SHARE_FLOOR, 1.0 - SHARE_FLOOR)
    persons = np.maximum(np.where(np.isnan(values), 1.0, values), 0.5)
    return np.where(table.logit, np.log(share) - np.log1p(-share), np.log(persons))


def to_natural(table: ClaimTable, working: Floats) -> Floats:
    """Take values of every claim from its working scale to persons or shares; undoes :func:`to_working`."""
    return np.where(table.logit, 1.0 / (1.0 + np.exp(-working)), np.exp(np.where(table.logit, 0.0, working)))


def middle_of(table: ClaimTable) -> Floats:
    """Return what each claim says on its working scale, a range by its middle, shape (n_claims,)."""
    seen = working_values(table)
    return np.where(table.form == Form.RANGE, 0.5 * (seen.low + seen.high), seen.value)


def observed_values(table: ClaimTable) -> Floats:
    """Return what each claim says on the natural scale, a range by its middle, shape (n_claims,)."""
    return np.where(table.form == Form.COUNT, table.value, to_natural(table, middle_of(table)))


def build_measurement(table: ClaimTable, priors: MeasurementPriors) -> Measurement:
    """Find which agencies have a bias and a spread of their own."""
    pairs = list(zip(table.agency, (Kind(k) for k in table.kind), table.anchor, strict=True))
    counted: dict[tuple[str, Kind], int] = {}
    for agency, kind, anchor in pairs:
        if not anchor:
            counted[agency, kind] = counted.get((agency, kind), 0) + 1
    by_agency: dict[str, int] = {}
    for agency in table.agency:
        by_agency[agency] = by_agency.get(agency, 0) + 1
    return Measurement(
        table=table,
        priors=priors,
        biased=tuple(pair for pair, n in counted.items() if n >= 2),
        spread=tuple(name for name, n in by_agency.items() if n >= CLAIMS_FOR_OWN_SPREAD),
        agency_kinds=tuple(dict.fromkeys(table.agency_kind)),
    )
