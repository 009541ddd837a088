"""Outlines of coasts and countries for the map: only those that a system needs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from counterstream.report.movement_content import PlaceView

Arcs = list[list[list[int]]]

#: Degrees of latitude beyond the places whose coasts are drawn around them.
MARGIN = 25.0


@cache
def _world() -> dict[str, Any]:
    return json.loads((Path(__file__).parent / "outlines.json").read_text(encoding="utf-8"))


def pick_outlines(places: Sequence[PlaceView]) -> dict[str, Any] | None:
    """Return a TopoJSON topology of the coasts around the places and of the places' countries.

    Parameters
    ----------
    places
        Of which some have a position or countries; countries too small for an outline are passed over.

    Returns
    -------
    dict or None
        A topology with the objects ``land`` and ``places`` (a collection whose geometries carry the
        code of their country as ``id``); ``None`` where no place says where it lies.
    """
    world = _world()
    codes = [c for c in dict.fromkeys(c for p in places for c in p.countries) if c in world["countries"]]
    if not codes and all(place.at is None for place in places):
        return None
    countries: dict[str, Arcs] = {code: world["countries"][code] for code in codes}
    boxes = [_latitudes(polygon) for polygons in countries.values() for polygon in polygons]
    boxes += [(place.at[0], place.at[0]) for place in places if place.at is not None]
    low, high = min(box[0] for box in boxes) - MARGIN, max(box[1] for box in boxes) + MARGIN
    land = [p for p in world["land"] if (box := _latitudes(p))[1] >= low and box[0] <= high]
    used = sorted({_index(arc) for polygons in (land, *countries.values()) for arc in _flat(polygons)})
    number = {arc: i for i, arc in enumerate(used)}

    def renumber(polygons: Arcs) -> Arcs:
        return [
            [[number[arc] if arc >= 0 else ~number[~arc] for arc in ring] for ring in polygon] for polygon in polygons
        ]

    return {
        "type": "Topology",
        "transform": world["transform"],
        "arcs": [world["arcs"][arc] for arc in used],
        "objects": {
            "land": {"type": "MultiPolygon", "arcs": renumber(land)},
            "places": {
                "type": "GeometryCollection",
                "geometries": [
                    {"type": "MultiPolygon", "id": code, "arcs": renumber(polygons)}
                    for code, polygons in countries.items()
                ],
            },
        },
    }


def _index(arc: int) -> int:
    """Return the place of an arc, which is read backwards where its number is negative."""
    return arc if arc >= 0 else ~arc


def _flat(polygons: Arcs) -> Iterator[int]:
    return (arc for polygon in polygons for ring in polygon for arc in ring)


def _latitudes(polygon: list[list[int]]) -> tuple[float, float]:
    """Return the least and the greatest latitude of a polygon."""
    found = [value for arc in polygon[0] for value in _arc_latitudes(_index(arc))]
    return min(found), max(found)


@cache
def _arc_latitudes(arc: int) -> tuple[float, float]:
    world = _world()
    scale, start = world["transform"]["scale"][1], world["transform"]["translate"][1]
    steps: Iterable[Sequence[int]] = world["arcs"][arc]
    latitudes: list[float] = []
    here = 0
    for step in steps:
        here += step[1]
        latitudes.append(here * scale + start)
    return min(latitudes), max(latitudes)
