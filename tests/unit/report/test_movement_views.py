"""Parts of the views' document about movements, agencies and contradictions; outlines; a view with data of its own."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from answers_example import DOCUMENTS
from report_example import build_content

from counterstream.report import render
from counterstream.report.answers import CaseWords, ExplanationView, answer_section
from counterstream.report.content import AgencyView, ConflictView, ReportContent
from counterstream.report.dispute_content import DisputeView, PartyView
from counterstream.report.movement_content import (
    CutView,
    MovementsView,
    MovesView,
    OutcomesView,
    OutcomeView,
    PlaceView,
    Spread,
)
from counterstream.report.outlines import pick_outlines
from counterstream.report.page import add_sections
from counterstream.report.views import views_document, write_json
from counterstream.system.country import PRESENT, present_countries
from counterstream.workflow.shapes import ShapeReader

HOSTILE = '</script><script>alert(1)</script><img src=x onerror=alert(1)>&"\u202e'
VIENNA = PlaceView("vienna", "Vienna", (48.2, 16.4), ("AT",), False)


def spread(*shape: int) -> Spread:
    mean = np.full(shape, 1234.56)
    return Spread(mean, mean * 1.001, mean * 0.9, mean * 1.1)


def movements(label: str = "Soviet Union") -> MovementsView:
    places = (PlaceView("ussr", label, (55.75, 37.6), present_countries(("SU",)), True), VIENNA)
    days = (date(1970, 1, 1), date(1975, 1, 1), date(1976, 1, 1))
    accounts = [spread(2, 2) for _ in range(4)]
    cut = CutView(days, ((0, 0, 1, False), (1, 1, 0, True)), spread(2), spread(3, 2), *accounts)
    return MovementsView(places, (cut,), MovesView(days, ((0, 1, False), (1, 0, True)), spread(2, 2), spread(2)))


def content_with(**parts: Any) -> ReportContent:
    return replace(build_content(), **parts)


def part_of(content: ReportContent, name: str) -> Any:
    return json.loads(write_json(views_document(content)))["parts"].get(name)


def test_means_keep_tenths_so_that_they_add_up_and_all_else_four_digits() -> None:
    told = part_of(content_with(movements=movements()), "movements")
    (cut,) = told["cuts"]
    assert cut["persons"]["mean"] == [1234.6, 1234.6]
    assert cut["persons"]["median"] == [1236, 1236]
    assert cut["links"] == [[0, 0, 1, False], [1, 1, 0, True]]
    assert cut["bounds"] == ["1970-01-01", "1975-01-01", "1976-01-01"]
    assert told["moves"]["pairs"] == [[0, 1, False], [1, 0, True]]
    assert told["places"][1] == {
        "name": "vienna",
        "label": "Vienna",
        "at": [48.2, 16.4],
        "countries": ["AT"],
        "home": False,
    }


def test_outlines_hold_the_countries_of_the_places_and_no_others() -> None:
    told = part_of(content_with(movements=movements()), "movements")["outlines"]
    codes = [geometry["id"] for geometry in told["objects"]["places"]["geometries"]]
    assert sorted(codes) == sorted((*present_countries(("SU",)), "AT"))
    used = re.findall(r"-?\d+", json.dumps([told["objects"]["land"]["arcs"], told["objects"]["places"]["geometries"]]))
    indices = {int(arc) if int(arc) >= 0 else ~int(arc) for arc in used}
    assert indices == set(range(len(told["arcs"])))
    assert len(write_json(told)) < 30_000


def test_outlines_of_places_without_any_position_are_none() -> None:
    assert pick_outlines((PlaceView("nowhere", "Nowhere", None, (), True),)) is None


def test_countries_too_small_for_an_outline_are_passed_over() -> None:
    found = pick_outlines((PlaceView("malta", "Malta", (35.9, 14.5), ("MT",), True),))
    assert found is not None
    assert found["objects"]["places"]["geometries"] == []
    assert found["objects"]["land"]["arcs"]


@pytest.mark.parametrize("code", PRESENT)
def test_every_country_can_be_drawn_or_passed_over(code: str) -> None:
    found = pick_outlines((PlaceView("somewhere", "Somewhere", (0.0, 0.0), (code,), True),))
    assert found is not None
    assert len(found["objects"]["places"]["geometries"]) <= 1


def test_names_of_places_stay_text() -> None:
    page = render(content_with(movements=movements(HOSTILE)))
    assert page.count("<script") == 2
    held = json.loads(re.search(r'id="counterstream-data">(.*?)</script>', page, re.DOTALL).group(1))  # type: ignore[union-attr]
    assert held["parts"]["movements"]["places"][0]["label"] == HOSTILE.replace("\u202e", "")


def test_the_server_shows_views_in_the_order_of_the_report() -> None:
    page = render(content_with(movements=movements()))
    told = re.findall(r'<div class="view" data-view="(\w+)"', page)
    registry = Path(__file__).parents[3].joinpath("web", "src", "registry.ts").read_text(encoding="utf-8")
    order = re.findall(r'"(\w+)"', re.search(r"ORDER = \[(.*?)\]", registry, re.DOTALL).group(1))  # type: ignore[union-attr]
    assert len(told) > 6
    assert [name for name in order if name in told] == told


def test_the_page_has_places_for_the_views_of_movements_only_if_somebody_can_move() -> None:
    for name in ("sankey", "map"):
        assert f'data-view="{name}"' in render(content_with(movements=movements()))
    alone = movements()
    still = replace(alone, moves=MovesView(alone.moves.bounds, (), spread(0, 2), spread(0)))
    assert 'data-view="sankey"' not in render(content_with(movements=still))
    assert 'data-view="sankey"' not in render(content_with(movements=None))


def test_single_draws_are_written_by_draw_and_period() -> None:
    days = (date(1970, 1, 1), date(1971, 1, 1), date(1972, 1, 1))
    outcomes = OutcomesView(days, (OutcomeView("departures", "Departures", np.array([[1.0, 2.0], [3.0, 40_000.0]])),))
    told = part_of(content_with(outcomes=outcomes), "outcomes")
    assert told["flows"] == [{"observable": "departures", "label": "Departures", "values": [[1, 2], [3, 40_000]]}]
    assert len(told["bounds"]) == 3


def test_contradictions_say_whom_the_fit_believes_and_those_nobody_judged_stay() -> None:
    party = PartyView("C1", "Office", "lower", 90.0, 100.0, 110.0, 0.25)
    judged = DisputeView(
        "departures",
        "Departures",
        "persons",
        "same window",
        "C1 says 100, C2 says 300",
        (party, replace(party, claim_id="C2", agency="Press", side="higher")),
        (("lower", 0.95), ("higher", 0.04), ("neither", 0.01)),
        "lower",
    )
    conflicts = (
        ConflictView("Departures", ("C1", "C2"), "same window", "C1 says 100, C2 says 300"),
        ConflictView("Departures", ("C8", "C9"), "same window", "C8 says 1, C9 says 2"),
    )
    told = part_of(content_with(disputes=(judged,), conflicts=conflicts), "belief")["disputes"]
    assert [dispute["believed"] for dispute in told] == ["lower", ""]
    assert told[0]["sides"] == [["lower", 0.95], ["higher", 0.04], ["neither", 0.01]]
    assert [p["claim"] for p in told[1]["parties"]] == ["C8", "C9"]
    assert told[1]["sides"] == []


def test_agencies_are_told_by_their_own_name_and_quantity() -> None:
    agency = AgencyView("Office (flows)", "registrar", 7, 0.1, -0.2, 0.4, 0.03, agency="Office", quantity="flow")
    told = part_of(content_with(agencies=(agency,)), "belief")["agencies"]
    assert told == [
        {
            "name": "Office",
            "quantity": "flow",
            "kind": "registrar",
            "claims": 7,
            "bias": 0.1,
            "low90": -0.2,
            "high90": 0.4,
            "spread": 0.03,
            "anchor": False,
        }
    ]


def test_an_answer_brings_the_data_of_its_view_and_a_name_for_links() -> None:
    reader = ShapeReader("answer.json")
    view = reader.read(ExplanationView, DOCUMENTS["explanation"])
    assert view is not None
    hostile = replace(view, mechanisms=(replace(view.mechanisms[0], label=HOSTILE), *view.mechanisms[1:]))
    words = CaseWords("shore", {view.observable: ("Departures", "persons")}, {})
    page = add_sections(
        render(build_content()), [answer_section(hostile, f"answer{place}", words) for place in range(2)]
    )
    found = re.findall(
        r'data-view="why" data-link="(answer\d-why)">\n<p class="noscript">[^<]*</p>\n'
        r'<script type="application/json">(.*?)</script>\s*</div>',
        page,
    )
    assert [link for link, _ in found] == ["answer0-why", "answer1-why"]
    why = json.loads(found[0][1])["why"]
    assert why["parts"][0]["label"] == HOSTILE.replace("\u202e", "")
    assert why["from"]["median"] == view.value_from.median
    assert sum(part["mean"] for part in why["parts"]) == pytest.approx(
        sum(part.mean or 0.0 for part in view.mechanisms), rel=1e-3
    )
