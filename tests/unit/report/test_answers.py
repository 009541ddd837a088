"""Sections of answers: what is drawn, in which units, and that no text can forge the place of a section."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from answers_example import DOCUMENTS
from matplotlib.patches import Rectangle
from report_example import build_content, made_hostile

from counterstream.report import NARROW, WIDE, Layout, render
from counterstream.report.answers import CaseWords, ComparisonView, answer_section
from counterstream.report.answers.explanation import PartView, drawn_parts
from counterstream.report.answers.next_claims import CandidateView, NextClaimsView
from counterstream.report.answers.projection import ProjectedView, ProjectionView, YearView
from counterstream.report.answers.validation import ValidationView
from counterstream.report.answers.words import Levels
from counterstream.report.blocks import Section, text_block
from counterstream.report.figures import IntervalRow, plot_intervals, plot_parts
from counterstream.report.page import CONTENTS_MARK, SECTIONS_MARK, add_sections, can_be_added_to
from counterstream.report.wording import format_change, format_signed
from counterstream.workflow.shapes import ShapeReader


def around(middle: float, reach: float) -> Levels:
    return Levels(
        low90=middle - reach,
        low50=middle - reach / 2,
        median=middle,
        high50=middle + reach / 2,
        high90=middle + reach,
    )


def data_of(section: Section, view: str) -> Any:
    """Return what a view of a section draws."""
    found = [block.data[view] for block in section.blocks if block.data and view in block.data]
    assert len(found) == 1
    return found[0]


def part(name: str, kind: str, mean: float | None) -> PartView:
    return PartView(
        name=name,
        kind=kind,
        label=name.title(),
        contribution=around(mean or 0.0, 0.1),
        mean=mean,
        share=None,
        sampling_error=0.0,
    )


PARTS = (part("quota", "instrument", -0.2), part("war", "event", 0.5), part("letters", "signal", 0.004))


def test_small_parts_are_left_to_the_table() -> None:
    assert [one.name for one in drawn_parts(PARTS)] == ["war", "quota"]
    assert [one.name for one in drawn_parts((*PARTS, part("none", "event", None)))] == ["war", "quota"]
    assert drawn_parts([part("still", "event", 0.0)]) == ()


@pytest.mark.parametrize("layout", [WIDE, NARROW])
def test_bars_reach_from_zero_to_the_mean_and_kinds_differ_without_colour(layout: Layout) -> None:
    figure = plot_parts(drawn_parts(PARTS), layout, unit="share", axis="percentage points")
    (axes,) = figure.axes
    bars = [one for one in axes.patches if isinstance(one, Rectangle)]
    assert [one.get_width() for one in bars] == pytest.approx([50.0, -20.0])
    assert [one.get_x() for one in bars] == [0.0, 0.0]
    assert len({one.get_hatch() for one in bars}) == 2
    assert [text.get_text() for text in axes.get_yticklabels()] == ["War", "Quota"]
    assert axes.get_xlabel() == "percentage points"
    lines = [tuple(line.get_xdata()) for line in axes.lines if len(line.get_xdata()) == 2]  # pyright: ignore
    assert lines[0] == pytest.approx((40.0, 60.0))


def test_rows_say_whether_their_interval_excludes_zero() -> None:
    rows = (IntervalRow("a", 0.1, 0.05, 0.2), IntervalRow("b", 0.0, -0.1, 0.1), IntervalRow("c", -0.1, -0.2, -0.05))
    assert [row.clear for row in rows] == [True, False, True]
    (axes,) = plot_intervals(rows[1:2], axis="less or more").axes
    assert axes.get_legend_handles_labels()[1] == ["median and 90 % interval"]


def test_differences_are_drawn_the_largest_first() -> None:
    names = [f"o{number}" for number in range(20)]
    view = ComparisonView(
        first="baseline",
        second="open",
        changes={},
        draws_from="posterior",
        engine="counts",
        n_draws=50,
        period="1990-1999",
        beyond_evidence={},
        variance_ratio=0.2,
        observables={
            **{
                name: {"baseline": around(100.0, 5.0), "open": around(100.0, 5.0), "difference": around(place, 0.5)}
                for place, name in enumerate(names)
            },
            "still": dict.fromkeys(("baseline", "open", "difference"), around(0.0, 0.0)),
        },
    )
    words = CaseWords("shore", {name: (name.upper(), "persons") for name in (*names, "still")}, {})
    section = answer_section(view, "answer0", words)
    drawn = data_of(section, "compared")
    table = next(block.table for block in section.blocks if block.table)
    said = " ".join(line for block in section.blocks for line in block.lines)
    assert [row["label"] for row in drawn["rows"]] == [name.upper() for name in reversed(names)]
    assert drawn["rows"][0]["difference"] == {
        "low90": 18.5,
        "low50": 18.75,
        "median": 19,
        "high50": 19.25,
        "high90": 19.5,
    }
    assert (drawn["first"], drawn["second"], drawn["period"]) == ("baseline", "open", "1990-1999")
    assert [row[0].text for row in table.rows] == [name.upper() for name in reversed(names)]
    assert [cell.text for cell in table.rows[0]] == ["O19", "persons", "100", "100", "+19", "+18.5", "+19.5"]
    assert "No difference in 1 observable of 21." in said
    assert "Common random numbers leave 20.0\N{NO-BREAK SPACE}% of the variance" in said


def test_a_projection_is_drawn_by_year_with_the_end_of_its_evidence() -> None:
    def projected(kind: str, unit: str) -> ProjectedView:
        levels = [(1990, 40.0), (1991, 50.0), (1992, None)]
        years = [YearView(year=y, low90=m, low50=m, median=m, high50=m, high90=m) for y, m in levels]
        return ProjectedView(unit=unit, kind=kind, years=tuple(years))

    kinds = {"exits": "flow", "held": "stock", "delay": "level", "part": "share", "more": "flow"}
    view = ProjectionView(
        evidence_until=date(1990, 12, 31),
        until=date(1992, 12, 31),
        n_fitted=10,
        verdict="fit",
        extrapolated=(),
        held=(),
        later_events=(),
        rhythms_ended=(),
        observables={name: projected(kind, "share" if kind == "share" else "persons") for name, kind in kinds.items()},
        record_together={},
    )
    words = CaseWords("shore", {name: (name.upper(), "persons") for name in kinds}, {})
    section = answer_section(view, "answer0", words)
    drawn = data_of(section, "projection")
    assert drawn["until"] == "1990-12-31"
    assert [(one["label"], one["full_unit"]) for one in drawn["courses"]] == [
        ("EXITS", "persons per year"),
        ("HELD", "persons"),
        ("PART", "share, %"),
        ("MORE", "persons per year"),
    ]
    assert [one["median"] for one in drawn["courses"]] == [[40, 50, None]] * 4
    assert drawn["courses"][0]["days"] == {"first": "1990-01-01", "months": 12, "count": 3}
    assert drawn["courses"][1]["days"] == {"listed": ["1990-12-31", "1991-12-31", "1992-12-31"]}


def test_a_claim_is_drawn_against_what_was_foretold_of_it() -> None:
    view = ShapeReader("answer.json").read(ValidationView, DOCUMENTS["validation"])
    assert view is not None
    words = CaseWords("shore", {"departures": ("Departures", "persons")}, {})
    outside, inside = data_of(answer_section(view, "answer0", words), "foretold")
    assert (outside["claim"], outside["inside"], outside["value"], outside["place"]) == ("C7", False, 900, 1)
    assert inside == {
        "claim": "C8",
        "label": "Departures",
        "unit": "persons",
        "agency": "gazette",
        "first": "1992-01-01",
        "last": "1992-12-31",
        "value": 410,
        "inside": True,
        "place": 0.6,
        "low90": 300,
        "low50": 350,
        "median": 400,
        "high50": 450,
        "high90": 500,
    }


def test_what_one_more_claim_teaches_is_drawn_with_its_error() -> None:
    candidates = [
        CandidateView(
            observable="exits",
            unit="persons",
            first=f"{year}-01-01",
            last=f"{year}-12-31",
            figure=100.0,
            claims_there=1,
            reduction=0.01 * (2000 - year),
            error=0.02,
        )
        for year in range(1980, 1995)
    ]
    view = NextClaimsView(
        verdict="fit",
        n_draws=400,
        observable="exits",
        first="1970-01-01",
        last="1979-12-31",
        target=around(100.0, 10.0),
        candidates=tuple(candidates),
    )
    section = answer_section(view, "answer0", CaseWords("shore", {"exits": ("Exits", "persons")}, {}))
    picture = next(block.picture for block in section.blocks if block.picture)
    table = next(block.table for block in section.blocks if block.table)
    assert "Drawn are the first 12 of 15" in picture.caption
    assert "Exits, 1991" in picture.wide
    assert "Exits, 1992" not in picture.wide
    assert len(table.rows) == 15


def test_differences_have_signs_and_shares_points() -> None:
    assert [format_signed(value) for value in (1.0, 0.0, -2.0, None)] == ["+1", "0", "−2", "–"]
    assert format_change("share", -0.123) == "−12.3 points"
    assert format_change("persons", 1234.0) == "+1,234"


def test_no_text_can_forge_the_place_of_a_section() -> None:
    content = build_content()
    content = replace(content, series=content.series[3:4], scenarios=(), parameters=(), agencies=content.agencies[:1])
    page = render(made_hostile(content, f"{CONTENTS_MARK}{SECTIONS_MARK}"))
    assert can_be_added_to(page)
    assert page.index(CONTENTS_MARK) < page.index('href="#citing"') < page.index(SECTIONS_MARK)
    once = add_sections(page, [Section("answer0", "A & B", "A", (text_block("5 < 6"),))])
    assert '<h2 id="answer0">A &amp; B</h2>' in once
    assert "<p>5 &lt; 6</p>" in once
    assert once.index('id="answer0"') < once.index('id="citing"')


@pytest.mark.parametrize("page", ["", str(CONTENTS_MARK), f"{CONTENTS_MARK}{SECTIONS_MARK}{SECTIONS_MARK}"])
def test_pages_without_a_place_are_refused(page: str) -> None:
    assert not can_be_added_to(page)
    with pytest.raises(ValueError, match="no place"):
        add_sections(page, [])
