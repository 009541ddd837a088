"""An invented content of a report with movements between places, single draws and contradictions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
from numpy.typing import NDArray
from report_example import build_content

from counterstream.report.content import ReportContent
from counterstream.report.dispute_content import DisputeView, PartyView
from counterstream.report.movement_content import (
    OUTSIDE,
    CutView,
    MovementsView,
    MovesView,
    OutcomesView,
    OutcomeView,
    PlaceView,
    Spread,
)
from counterstream.system.country import present_countries

PLACES = (
    PlaceView("old", "Old shore", (55.75, 37.6), present_countries(("SU",)), True),
    PlaceView("port", "Third port", (48.2, 16.4), ("AT",), False),
    PlaceView("new", "New shore", (40.7, -74.0), ("US",), False),
    PlaceView("rest", "Other countries", None, (), False),
)
BOUNDS = tuple(date(year, 1, 1) for year in (1968, 1970, 1975, 1980))
YEARS = tuple(date(year, 1, 1) for year in range(1968, 1981))
PAIRS = ((0, 1, False), (1, 2, False), (2, 0, True), (2, 3, False))


def spread_about(mean: NDArray[np.float64] | list[float]) -> Spread:
    """Return means with an interval of a tenth on either side."""
    middle = np.asarray(mean, dtype=float)
    return Spread(middle, middle * 0.99, middle * 0.9, middle * 1.1)


def build_cut() -> CutView:
    """Return three periods: people leave for the new shore, some come home, some go on, some die."""
    stocks = np.array([[90_000.0, 0, 0, 0]])
    links: list[tuple[int, int, int, bool]] = []
    persons: list[float] = []
    moved: dict[str, list[list[float]]] = {"arrived": [], "departed": [], "entered": [], "lost": []}
    for period, (left, back, on, died, passed) in enumerate(
        ((900, 0, 0, 90, 5), (14_000, 80, 300, 800, 9), (20_000, 4, 2_000, 900, 2))
    ):
        old, port, new, rest = stocks[-1]
        told = {
            (0, 0, False): old - left - died - passed,
            (0, 2, False): left - 40,
            (0, 1, False): 40,
            (0, 0, True): passed,
            (0, OUTSIDE, False): died,
            (1, 2, False): port,
            (2, 0, True): back if new else 0,
            (2, 3, False): on if new else 0,
            (2, 2, False): new - (back + on if new else 0),
            (3, 3, False): rest,
        }
        for (start, end, home), number in told.items():
            if number > 0:
                links.append((period, start, end, home))
                persons.append(float(number))
        back, on = (back, on) if new else (0, 0)
        stocks = np.vstack([stocks, [old - left - died + back, 40.0, new + left - 40 + port - back - on, rest + on]])
        moved["arrived"].append([back + passed, left, left - 40 + port + 0.0, on])
        moved["departed"].append([left + passed, left - 40 + port, back + on, 0.0])
        moved["entered"].append([0.0] * 4)
        moved["lost"].append([died, 0.0, 0.0, 0.0])
    moves = {name: spread_about(np.array(rows, dtype=float)) for name, rows in moved.items()}
    return CutView(BOUNDS, tuple(links), spread_about(persons), spread_about(stocks), **moves)


def build_moves() -> MovesView:
    """Return moves by year between four pairs of places."""
    rows = np.outer([3_000.0, 2_950.0, 8.0, 200.0], np.linspace(0.1, 2.0, len(YEARS) - 1))
    return MovesView(YEARS, PAIRS, spread_about(rows), spread_about(rows.sum(axis=1)))


def build_disputes() -> tuple[DisputeView, ...]:
    """Return contradictions between claims of the first series."""
    claims = build_content().series[0].claims[:4]
    parties = tuple(
        PartyView(c.claim_id, c.agency, side, 900.0, 1_000.0, 1_100.0, 0.2)
        for c, side in zip(claims, ("lower", "higher", "whole", "parts"), strict=True)
    )
    sides = (("lower", 0.93), ("higher", 0.05), ("neither", 0.02))
    parts = (("whole", 0.4), ("parts", 0.35), ("neither", 0.25))
    first = DisputeView(
        "departures", "Departures", "persons", "same window", "They differ.", parties[:2], sides, "lower"
    )
    second = DisputeView(
        "departures", "Departures", "persons", "part exceeds whole", "They differ.", parties[2:], parts, ""
    )
    return first, second


def build_moving_content() -> ReportContent:
    """Return the example's content with everything about movements."""
    draws = (
        np.random.default_rng(3).poisson(np.linspace(200, 3_000, len(YEARS) - 1), (40, len(YEARS) - 1)).astype(float)
    )
    outcomes = OutcomesView(
        YEARS,
        tuple(
            OutcomeView(name, name.capitalize(), draws * size) for name, size in (("departures", 1), ("returns", 0.1))
        ),
    )
    agencies = tuple(
        replace(a, agency=a.name, quantity="flow" if i % 2 else "share") for i, a in enumerate(build_content().agencies)
    )
    cut = build_cut()
    return replace(
        build_content(),
        agencies=agencies,
        disputes=build_disputes(),
        movements=MovementsView(PLACES, (cut,), build_moves()),
        outcomes=outcomes,
    )
