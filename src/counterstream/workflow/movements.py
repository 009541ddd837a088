"""Where persons were by period, and what moved between places, from runs of a fitted system."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from counterstream.dynamics.layout import OUTSIDE, Layout
from counterstream.report.movement_content import OUTSIDE as NO_PLACE
from counterstream.report.movement_content import (
    CutView,
    MovementsView,
    MovesView,
    OutcomesView,
    OutcomeView,
    PlaceView,
    Spread,
    entered_in,
)
from counterstream.simulate.series import Reading
from counterstream.system.clock import Clock
from counterstream.system.country import present_countries
from counterstream.system.move import ChoiceMove, DecisionMove, EntryMove, LossMove, Move, RateMove
from counterstream.system.system import System
from counterstream.workflow.cuts import cut_clock

Floats = NDArray[np.float64]

#: Columns of a picture of stocks and flows that can still be told apart; beside it the whole time as one period.
MOST_COLUMNS = 7
#: Stops of a slider through the periods.
MOST_STOPS = 36
#: Links that come to less than a person in nineteen draws of twenty are left out.
LEAST_PERSONS = 1.0
#: Draws shown one after another: enough to see how often things happen, few enough for a small page.
OUTCOMES = 40


@dataclass(frozen=True)
class Leg:
    """A flow from one status to another; :data:`~counterstream.dynamics.layout.OUTSIDE` is no status."""

    flow: str
    origin: str
    destination: str


def find_legs(system: System) -> tuple[Leg, ...]:
    """Return the flows that take persons to a status; decisions count when persons leave the queue."""
    return tuple(leg for move in system.moves for leg in _legs_of(move))


def _legs_of(move: Move) -> tuple[Leg, ...]:
    match move:
        case RateMove():
            return (Leg(move.name, move.origin, move.destination),)
        case DecisionMove():
            released, refused = f"{move.name}.released", f"{move.name}.refused"
            return Leg(released, move.origin, move.approved_to), Leg(refused, move.origin, move.refused_to)
        case ChoiceMove():
            return tuple(
                Leg(flow, move.origin, a.destination) for flow, a in zip(move.flows, move.alternatives, strict=True)
            )
        case EntryMove():
            return (Leg(move.name, OUTSIDE, move.destination),)
        case LossMove():
            # Who is lost from a status is what its other flows leave unexplained.
            return ()


def movement_readings(system: System) -> tuple[Reading, ...]:
    """Return what must be read of a run to tell of movements: every leg, every stock."""
    flows = (Reading("flow", (leg.flow,)) for leg in find_legs(system))
    stocks = (Reading("stock", (s.name,)) for s in system.statuses if not s.junction)
    return (*flows, *stocks)


@dataclass(frozen=True, eq=False)
class Whole:
    """Flows and stocks of whole runs, over all groups.

    Parameters
    ----------
    flows
        By flow, shape (step, draw).
    stocks
        By status that holds persons, shape (step + 1, draw).
    """

    flows: Mapping[str, Floats]
    stocks: Mapping[str, Floats]


def read_whole(system: System, readings: Sequence[Reading], course: Floats) -> Whole:
    """Take flows and stocks out of runs.

    Parameters
    ----------
    readings
        Columns of the runs; those of :func:`movement_readings` among them.
    course
        Shape (draw, n_steps + 1, n_readings).
    """
    place = {reading: i for i, reading in enumerate(readings)}
    wanted = movement_readings(system)
    columns = {r: np.ascontiguousarray(course[:, :, place[r]].T) for r in wanted}
    return Whole(
        {r.names[0]: columns[r][:-1] for r in wanted if r.kind == "flow"},
        {r.names[0]: columns[r] for r in wanted if r.kind == "stock"},
    )


def tell_movements(layout: Layout, whole: Whole) -> MovementsView:
    """Work out where persons were by period and what moved.

    Returns
    -------
    MovementsView
        Cut into periods of a round length, and once more into one period, the whole time.
    """
    system = layout.system
    places = find_places(system, whole)
    clock = system.clock
    cuts = dict.fromkeys((cut_clock(clock, MOST_COLUMNS), (0, clock.n_steps)))
    return MovementsView(
        places,
        tuple(_tell_cut(layout, places, whole, bounds) for bounds in cuts),
        _tell_moves(system, places, whole, cut_clock(clock, MOST_STOPS)),
    )


def find_places(system: System, whole: Whole) -> tuple[PlaceView, ...]:
    """Return the places; where none is declared a home, the one with most persons at the start is taken as one."""
    homes = {place.name for place in system.places if place.home}
    if not homes:
        start = {
            place.name: sum(
                float(np.median(whole.stocks[s.name][0]))
                for s in system.statuses
                if s.place == place.name and not s.junction
            )
            for place in system.places
        }
        homes = {max(start, key=lambda name: start[name])}
    return tuple(
        PlaceView(p.name, p.label or p.name, p.at, present_countries(p.countries), p.name in homes)
        for p in system.places
    )


def spread_of(draws: Floats) -> Spread:
    """Summarise draws, the last axis."""
    low, middle, high = np.quantile(draws, [0.05, 0.5, 0.95], axis=-1)
    return Spread(draws.mean(axis=-1), middle, low, high)


@dataclass(frozen=True, eq=False)
class _Trace:
    """Persons by period, in single draws.

    ``links`` has the shape (period, from, came home, to, draw); after the places in ``from`` come those of
    ``entries`` once more, for persons who entered the system there.
    The other arrays have the shape (period, place, draw), ``stocks`` (bound, place, draw).
    """

    entries: tuple[int, ...]

    links: Floats
    stocks: Floats
    arrived: Floats
    departed: Floats
    entered: Floats


@dataclass(frozen=True, eq=False)
class _Map:
    """Places by number: of each status, and which are homes."""

    of_status: Mapping[str, int]
    home: tuple[bool, ...]
    entry_rows: Mapping[int, int]

    def comes_home(self, leg: Leg) -> bool:
        return bool(leg.origin) and self.home[self.of_status[leg.destination]] > self.home[self.of_status[leg.origin]]

    def crosses(self, leg: Leg) -> bool:
        return bool(leg.origin) and self.of_status[leg.origin] != self.of_status[leg.destination]


def _make_map(system: System, places: Sequence[PlaceView]) -> _Map:
    number = {place.name: i for i, place in enumerate(places)}
    of_status = {s.name: number[s.place] for s in system.statuses}
    entered = sorted({of_status[leg.destination] for leg in find_legs(system) if not leg.origin})
    entry_rows = {place: len(places) + i for i, place in enumerate(entered)}
    return _Map(of_status, tuple(place.home for place in places), entry_rows)


def trace_persons(layout: Layout, places: Sequence[PlaceView], whole: Whole, bounds: Sequence[int]) -> _Trace:
    """Follow persons through each period by the place in which they began it.

    Persons of one status who began in different places leave it in proportion to their numbers.
    Within a status this is what the engine does; over its groups and stages it is an approximation,
    which leaves every stock as it was simulated.
    """
    there = _make_map(layout.system, places)
    legs = _in_order(layout)
    n_places, n_draws = len(places), next(iter(whole.stocks.values())).shape[1]
    n_periods = len(bounds) - 1
    n_rows = n_places + len(there.entry_rows)
    links = np.zeros((n_periods, n_rows, 2, n_places, n_draws))
    moved = {name: np.zeros((n_periods, n_places, n_draws)) for name in ("arrived", "departed", "entered")}
    for period, (first, last) in enumerate(pairwise(bounds)):
        held = {name: np.zeros((n_rows, 2, n_draws)) for name in whole.stocks}
        for name, stock in whole.stocks.items():
            held[name][there.of_status[name], 0] = stock[first]
        for step in range(first, last):
            _take_step(legs, there, whole, step, held)
        for name, persons in held.items():
            links[period, :, :, there.of_status[name]] += persons
        _add_moves(legs, there, whole, slice(first, last), {name: rows[period] for name, rows in moved.items()})
    stocks = np.zeros((len(bounds), n_places, n_draws))
    for name, stock in whole.stocks.items():
        stocks[:, there.of_status[name]] += stock[list(bounds)]
    return _Trace(tuple(there.entry_rows), links, stocks, moved["arrived"], moved["departed"], moved["entered"])


def _in_order(layout: Layout) -> tuple[Leg, ...]:
    """Return the legs so that persons reach a junction before they leave it."""
    rank = {name: i for i, name in enumerate(layout.junctions, 1)}
    return tuple(sorted(find_legs(layout.system), key=lambda leg: rank.get(leg.origin, 0)))


def _share(part: Floats, total: Floats) -> Floats:
    some = total > 0.0
    return np.where(some, part / np.where(some, total, 1.0), 0.0)


def _take_step(legs: Sequence[Leg], there: _Map, whole: Whole, step: int, held: dict[str, Floats]) -> None:
    """Move what each status holds through one step, in place."""
    shares = {name: _share(persons, whole.stocks[name][step]) for name, persons in held.items()}
    arrived: dict[str, Floats] = {}
    for leg in legs:
        flow = whole.flows[leg.flow][step]
        if leg.origin in shares:
            persons = shares[leg.origin] * flow
        elif leg.origin:
            here = arrived.get(leg.origin)
            if here is None:
                continue
            persons = _share(here, here.sum(axis=(0, 1))) * flow
        else:
            persons = np.zeros_like(next(iter(held.values())))
            persons[there.entry_rows[there.of_status[leg.destination]], 0] = flow
        if there.comes_home(leg):
            persons = np.stack([np.zeros_like(persons[:, 0]), persons.sum(axis=1)], axis=1)
        before = arrived.get(leg.destination)
        arrived[leg.destination] = persons if before is None else before + persons
    for name in held:
        after = whole.stocks[name][step + 1]
        came = arrived.get(name)
        if came is None:
            held[name] = shares[name] * after
        else:
            # What neither arrived nor went on stayed; losses are among what did not.
            held[name] = shares[name] * np.maximum(after - came.sum(axis=(0, 1)), 0.0) + came


def _add_moves(legs: Sequence[Leg], there: _Map, whole: Whole, steps: slice, moved: Mapping[str, Floats]) -> None:
    for leg in legs:
        total = whole.flows[leg.flow][steps].sum(axis=0)
        if not leg.origin:
            moved["entered"][there.of_status[leg.destination]] += total
        elif there.crosses(leg):
            moved["departed"][there.of_status[leg.origin]] += total
            moved["arrived"][there.of_status[leg.destination]] += total


def _tell_cut(layout: Layout, places: Sequence[PlaceView], whole: Whole, bounds: tuple[int, ...]) -> CutView:
    trace = trace_persons(layout, places, whole, bounds)
    lost = trace.stocks[:-1] + trace.arrived + trace.entered - trace.departed - trace.stocks[1:]
    links: list[tuple[int, int, int, bool]] = []
    draws: list[Floats] = []

    def add(period: int, start: int, end: int, home: bool, persons: Floats) -> None:
        if np.quantile(persons, 0.95) >= LEAST_PERSONS:
            links.append((period, start, end, home))
            draws.append(persons)

    n_places = len(places)
    for period in range(len(bounds) - 1):
        for start in range(trace.links.shape[1]):
            entry = trace.entries[start - n_places] if start >= n_places else None
            known = start if entry is None else entered_in(entry)
            for end, place in enumerate(places):
                stayed_out, came_home = trace.links[period, start, :, end]
                if place.home:
                    add(period, known, end, False, stayed_out)
                    add(period, known, end, True, came_home)
                else:
                    # Who came home and left again is, at the end of the period, one of those who are away.
                    add(period, known, end, False, stayed_out + came_home)
            if entry is None:
                gone = trace.stocks[period, start] - trace.links[period, start].sum(axis=(0, 1))
                add(period, known, NO_PLACE, False, gone)
    days = tuple(layout.system.clock.boundaries[b] for b in bounds)
    n_draws = trace.stocks.shape[-1]
    return CutView(
        days,
        tuple(links),
        spread_of(np.stack(draws) if draws else np.zeros((0, n_draws))),
        *(spread_of(part) for part in (trace.stocks, trace.arrived, trace.departed, trace.entered, lost)),
    )


def _tell_moves(system: System, places: Sequence[PlaceView], whole: Whole, bounds: tuple[int, ...]) -> MovesView:
    there = _make_map(system, places)
    sums: dict[tuple[int, int, bool], Floats] = {}
    for leg in find_legs(system):
        if there.crosses(leg):
            pair = there.of_status[leg.origin], there.of_status[leg.destination], there.comes_home(leg)
            told = sum_periods(whole.flows[leg.flow], bounds)
            sums[pair] = sums[pair] + told if pair in sums else told
    days = tuple(system.clock.boundaries[b] for b in bounds)
    n_draws = next(iter(whole.stocks.values())).shape[1]
    draws = np.stack(list(sums.values())) if sums else np.zeros((0, len(bounds) - 1, n_draws))
    return MovesView(days, tuple(sums), spread_of(draws), spread_of(draws.sum(axis=1)))


def sum_periods(flow: Floats, bounds: Sequence[int]) -> Floats:
    """Add a flow up by period: shape (step, ...) to (period, ...)."""
    return np.add.reduceat(flow, list(bounds[:-1]), axis=0)


def tell_outcomes(clock: Clock, flows: Mapping[str, tuple[str, Floats]]) -> OutcomesView | None:
    """Return single draws of some flows by period, evenly spaced among all; ``None`` without flows.

    Parameters
    ----------
    flows
        Label and course by observable; courses of persons per step, shape (draw, n_steps).
    """
    if not flows:
        return None
    bounds = cut_clock(clock, MOST_STOPS)
    n_draws = next(iter(flows.values()))[1].shape[0]
    picked = np.unique(np.linspace(0, n_draws - 1, min(OUTCOMES, n_draws)).round().astype(int))
    return OutcomesView(
        tuple(clock.boundaries[b] for b in bounds),
        tuple(
            OutcomeView(name, label, np.round(sum_periods(course[picked].T, bounds).T))
            for name, (label, course) in flows.items()
        ),
    )
