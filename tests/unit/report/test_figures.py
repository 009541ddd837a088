"""The pictures: what is on the axes, and the SVG made of them."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import matplotlib as mpl
import pytest
from report_example import build_content

from counterstream.report import (
    NARROW,
    ReportContent,
    plot_agencies,
    plot_difference,
    plot_flow,
    plot_prior_posterior,
    plot_share,
    plot_stock,
)
from counterstream.report.figures import claim_gid, claim_notes, drawn_parameters, figure_svg
from counterstream.report.figures.intervals import MOST_ROWS


@pytest.fixture(scope="module")
def content() -> ReportContent:
    return build_content()


def legend_of(figure) -> list[str]:
    return [text.get_text() for legend in figure.legends for text in legend.get_texts()]


def test_flow_names_levels_unit_and_wordings(content: ReportContent) -> None:
    figure = plot_flow(content.series[0], source="Source: invented.")
    (axes,) = figure.axes
    assert axes.get_ylabel() == "persons per month"
    assert {"median", "50 % interval", "90 % interval", "claim, exact", "claim, likely wrong"} <= set(legend_of(figure))
    assert figure.get_supxlabel() == "Source: invented."


def test_kinds_never_share_an_axis(content: ReportContent) -> None:
    for plot, index in ((plot_flow, 5), (plot_stock, 0), (plot_share, 0)):
        with pytest.raises(ValueError, match="not a"):
            plot(content.series[index])


def test_median_on_the_axis_is_the_median_given(content: ReportContent) -> None:
    for plot, index in ((plot_flow, 0), (plot_share, 3), (plot_stock, 5)):
        view = content.series[index]
        line = plot(view).axes[0].lines[0]
        assert line.get_ydata().tolist() == view.median.tolist()


def test_claims_outside_the_time_shown_stay_clipped(content: ReportContent) -> None:
    view = content.series[0]
    early = replace(view.claims[0], first=view.dates[0].replace(year=1950), last=view.dates[0].replace(year=1951))
    figure = plot_flow(replace(view, claims=(early, view.claims[1])))
    marks = {line.get_gid(): line for line in figure.axes[0].lines}
    assert marks[claim_gid(0, "mark")].get_clip_on()
    assert not marks[claim_gid(1, "mark")].get_clip_on()


def test_difference_has_its_own_axis_with_zero(content: ReportContent) -> None:
    figure = plot_difference(content.scenarios[0])
    upper, lower = figure.axes
    assert upper.get_yscale() == "log"
    assert lower.get_yscale() == "linear"
    assert lower.get_ylim()[0] <= 0 <= lower.get_ylim()[1]


def test_rows_of_agencies_and_parameters(content: ReportContent) -> None:
    assert len(plot_agencies(content.agencies).axes[0].get_yticks()) == len(content.agencies)
    assert len(plot_prior_posterior(content.parameters).axes[0].get_yticks()) == len(content.parameters)


def test_of_many_parameters_the_best_learnt_are_drawn(content: ReportContent) -> None:
    many = tuple(replace(content.parameters[0], name=f"p{i}", contraction=i / 100) for i in range(60))
    drawn = drawn_parameters(many)
    assert len(drawn) == MOST_ROWS
    assert min(one.contraction for one in drawn) == pytest.approx(0.20)


def test_svg_is_accessible_and_self_contained(content: ReportContent) -> None:
    view = content.series[0]
    svg = figure_svg(plot_flow(view), name="one", title="A <title>", description="D & d", notes=claim_notes(view),
                     links={claim_gid(0, "mark"): "#row"})  # fmt: skip
    root = ElementTree.fromstring(svg)
    assert (root.get("role"), root.get("aria-label")) == ("img", "A <title>")
    assert root.findtext("desc") == "D & d"
    assert "http" not in svg
    assert "<style" not in svg
    assert "<metadata" not in svg
    (link,) = list(root.iter("a"))
    assert (link.get("href"), link.get("tabindex")) == ("#row", "-1")
    titles = {one.text for one in root.iter("title")}
    assert set(claim_notes(view).values()) <= titles


def test_ids_differ_between_pictures_and_are_the_same_each_time(content: ReportContent) -> None:
    def ids(name: str) -> set[str]:
        svg = figure_svg(plot_stock(content.series[5], NARROW), name=name, title="", description="")
        return {found for element in ElementTree.fromstring(svg).iter() if (found := element.get("id"))}

    assert ids("a")
    assert ids("a").isdisjoint(ids("b"))
    assert ids("a") == ids("a")


def test_every_reference_inside_a_picture_is_met(content: ReportContent) -> None:
    root = ElementTree.fromstring(figure_svg(plot_difference(content.scenarios[0]), name="d", title="", description=""))
    known = {element.get("id") for element in root.iter()}
    used = {element.get("href", "")[1:] for element in root.iter("use")}
    assert used
    assert used <= known


@pytest.mark.parametrize(
    "name", ["$\\frac{1}{", "<script>alert(1)</script>", "_hidden", "a\x00b\x1b[31m", "", "名前 ☃", "x" * 500]
)
def test_any_name_can_be_drawn(content: ReportContent, name: str) -> None:
    view = replace(
        content.series[4], label=name, claims=tuple(replace(c, agency=name) for c in content.series[3].claims)
    )
    agencies = tuple(replace(agency, name=name) for agency in content.agencies)
    parameters = tuple(replace(parameter, name=name) for parameter in content.parameters)
    for figure in (
        plot_share(view, source=name),
        plot_agencies(agencies, NARROW, source=name),
        plot_prior_posterior(parameters, NARROW, source=name),
    ):
        svg = figure_svg(figure, name="h", title=name.replace("\x00", ""), description="")
        assert "<script" not in svg


def test_global_settings_are_left_as_they_were(content: ReportContent) -> None:
    before = dict(mpl.rcParams)
    figure_svg(plot_flow(content.series[0]), name="g", title="", description="")
    assert dict(mpl.rcParams) == before
