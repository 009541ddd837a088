"""Paths in time that are known before the first step: instruments' own paths, events, seasons."""

from __future__ import annotations

import math
from datetime import date, timedelta

import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

from counterstream.dynamics.draw import Draw, quantity
from counterstream.system.clock import Clock
from counterstream.system.instrument import Event, Hold, Instrument, Points, Steps, Walk
from counterstream.system.move import Batches
from counterstream.units import DAYS_PER_YEAR, YEARS_PER_STEP


def walk_matrix(clock: Clock, walk: Walk) -> NDArray[np.float64]:
    """Matrix that takes standardised increments to a walk's deviation from its start over ``sd``.

    The walk has knots at the start of every spell and runs straight between them; a step
    reads it at its midpoint.  With ``pull_per_year`` it is the exact discretisation of an
    Ornstein-Uhlenbeck process, whose first increment draws the stationary start.

    Returns
    -------
    ndarray, shape (n_steps, n_increments)
    """
    spell_years = YEARS_PER_STEP[walk.every]
    midpoints = (np.arange(clock.n_steps) + 0.5) * clock.years_per_step / spell_years
    n_knots = math.ceil(midpoints[-1]) + 1
    interpolate = np.clip(1.0 - np.abs(midpoints[:, None] - np.arange(n_knots)[None, :]), 0.0, None)
    lag = np.arange(n_knots)[:, None] - np.arange(n_knots)[None, :]
    pull = walk.pull_per_year
    if pull == 0.0:
        build = np.where(lag >= 0, math.sqrt(spell_years), 0.0)[:, 1:]
    else:
        fade = math.exp(-pull * spell_years)
        build = np.where(lag >= 0, fade ** np.clip(lag, 0, None), 0.0)
        build = build * math.sqrt((1.0 - fade**2) / (2.0 * pull))
        build[:, 0] /= math.sqrt(1.0 - fade**2)
    return interpolate @ build


def instrument_path(clock: Clock, instrument: Instrument, draw: Draw) -> Array:
    """Return an instrument's own path, before responses and holds; shape (n_steps,)."""
    path = instrument.path
    if isinstance(path, Walk):
        deviation = jnp.asarray(walk_matrix(clock, path)) @ draw.increments[instrument.name]
        return quantity(path.start, draw) + quantity(path.sd, draw) * deviation
    if isinstance(path, Steps):
        total = jnp.zeros(clock.n_steps)
        for (day, value), following in zip(path.changes, (*path.changes[1:], None), strict=True):
            last = clock.end if following is None else following[0] - timedelta(days=1)
            total = total + quantity(value, draw) * clock.overlap(day, last)
        return total
    return _points_path(clock, path, draw)


def _points_path(clock: Clock, path: Points, draw: Draw) -> Array:
    times = np.array([_days(day) for day, _ in path.points], dtype=np.float64)
    middles = np.array(
        [0.5 * (_days(a) + _days(b)) for a, b in zip(clock.boundaries, clock.boundaries[1:], strict=False)]
    )
    values = jnp.stack([quantity(value, draw) for _, value in path.points])
    return jnp.interp(jnp.asarray(middles), jnp.asarray(times), values)


def _days(day: date) -> int:
    return day.toordinal()


def hold_path(clock: Clock, holds: tuple[Hold, ...]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Share of each step in which a scenario holds the instrument, and the mean value held."""
    share = np.zeros(clock.n_steps)
    held = np.zeros(clock.n_steps)
    for hold in holds:
        part = clock.overlap(hold.first or clock.start, hold.last or clock.end)
        held = held * (1.0 - part) + hold.value * part
        share = share * (1.0 - part) + part
    return share, held


def event_path(clock: Clock, event: Event) -> NDArray[np.float64]:
    """Return an event's strength in each step, averaged over the step; shape (n_steps,)."""
    if event.dropped:
        return np.zeros(clock.n_steps)
    if event.half_life_months is None:
        if event.last is not None:
            return clock.overlap(event.first, event.last)
        path = np.zeros(clock.n_steps)
        index = clock.step_of(event.first)
        if 0 <= index < clock.n_steps:
            path[index] = 1.0
        return path
    rate = math.log(2.0) / (event.half_life_months / 12.0)
    edges = np.array([(day - event.first).days / DAYS_PER_YEAR for day in clock.boundaries])
    # The integral of exp(-rate t) over the part of the step after the event, over the step's length.
    remaining = np.exp(-rate * np.clip(edges, 0.0, None))
    return (remaining[:-1] - remaining[1:]) / (rate * np.diff(edges))


def season_path(clock: Clock, peak_month: int) -> NDArray[np.float64]:
    """Return ``cos(2 pi (month - peak) / 12)`` at the middle of each step; shape (n_steps,)."""
    middles = [a + (b - a) / 2 for a, b in zip(clock.boundaries, clock.boundaries[1:], strict=False)]
    months = np.array([day.month + (day.day - 15) / 30.0 for day in middles])
    return np.cos(2.0 * np.pi * (months - peak_month) / 12.0)


def release_path(clock: Clock, batches: Batches) -> NDArray[np.float64]:
    """Return 1 in the steps in which the approved go on, else 0; shape (n_steps,)."""
    open_steps = np.ones(clock.n_steps)
    first = clock.step_of(batches.first) if batches.first else 0
    last = clock.step_of(batches.last) if batches.last else clock.n_steps - 1
    open_steps[max(first, 0) : last + 1] = 0.0
    for day in batches.dates:
        open_steps[clock.step_of(day)] = 1.0
    if batches.every_steps is not None:
        open_steps[max(first, 0) + batches.every_steps - 1 : last + 1 : batches.every_steps] = 1.0
    return open_steps
