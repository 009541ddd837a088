"""Places, where persons were by period, what moved, and single draws of the main flows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import cast

import numpy as np
from numpy.typing import NDArray

from counterstream.report.content import ReportContent
from counterstream.report.movement_content import CutView, MovesView, PlaceView, Spread
from counterstream.report.outlines import pick_outlines
from counterstream.report.views.plain import Json, rounded

Floats = NDArray[np.float64]


def movements_part(content: ReportContent) -> Json:
    """Return where persons were by period, and what moved between which places."""
    found = content.movements
    if found is None:
        return None
    return {
        "places": [_place(place) for place in found.places],
        "cuts": [_cut(cut) for cut in found.cuts],
        "moves": _moves(found.moves),
        "outlines": cast("Json", pick_outlines(found.places)),
    }


def outcomes_part(content: ReportContent) -> Json:
    """Return single draws of the main flows."""
    found = content.outcomes
    if found is None:
        return None
    flows: list[Json] = [
        {"observable": flow.observable, "label": flow.label, "values": plain_array(flow.values)} for flow in found.flows
    ]
    return {"bounds": _days(found.bounds), "flows": flows}


def _place(place: PlaceView) -> Json:
    at: Json = None if place.at is None else list(place.at)
    return {
        "name": place.name,
        "label": place.label,
        "at": at,
        "countries": list[Json](place.countries),
        "home": place.home,
    }


def _cut(cut: CutView) -> Json:
    links: list[Json] = [list[Json](link) for link in cut.links]
    return {
        "bounds": _days(cut.bounds),
        "links": links,
        "persons": plain_spread(cut.persons),
        "stocks": plain_spread(cut.stocks),
        "arrived": plain_spread(cut.arrived),
        "departed": plain_spread(cut.departed),
        "entered": plain_spread(cut.entered),
        "lost": plain_spread(cut.lost),
    }


def _moves(moves: MovesView) -> Json:
    pairs: list[Json] = [list[Json](pair) for pair in moves.pairs]
    return {
        "bounds": _days(moves.bounds),
        "pairs": pairs,
        "persons": plain_spread(moves.persons),
        "total": plain_spread(moves.total),
    }


def plain_spread(spread: Spread) -> dict[str, Json]:
    """Return means to a tenth of a person, so that they still add up; the rest rounded as all numbers are."""
    return {
        "mean": plain_array(np.round(spread.mean, 1), exact=True),
        "median": plain_array(spread.median),
        "low90": plain_array(spread.low90),
        "high90": plain_array(spread.high90),
    }


def plain_array(values: Floats, *, exact: bool = False) -> Json:
    """Return an array as lists in lists."""
    if values.ndim > 1:
        return [plain_array(row, exact=exact) for row in values]
    if exact:
        return [int(v) if float(v).is_integer() else float(v) for v in values]
    return [rounded(float(v)) for v in values]


def _days(days: Sequence[date]) -> Json:
    return [day.isoformat() for day in days]
