"""Pictures of the page: each drawn twice, for a wide screen and for a phone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from counterstream.report.content import AgencyView, ParameterView, ScenarioView, SeriesView
from counterstream.report.drawing import drawn_claims
from counterstream.report.wording import (
    agency_sentence,
    caption_series,
    count,
    describe_series,
    keep_percent,
    parameter_sentence,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from counterstream.report.figures import Layout

    Draw = Callable[[Layout], Figure]


@dataclass(frozen=True)
class Picture:
    """A picture ready for the page: both drawings as safe markup, and the caption as text."""

    wide: Markup
    narrow: Markup
    caption: str


def draw_both(
    draw: Draw,
    name: str,
    title: str,
    description: str,
    caption: str,
    notes: Mapping[str, str] | None = None,
    links: Mapping[str, str] | None = None,
) -> Picture:
    """Draw a picture for a wide screen and for a phone; ``name`` must be unique on the page."""
    from counterstream.report.figures import NARROW, WIDE, figure_svg
    from counterstream.report.tables import clean_text

    def drawing(layout: Layout, suffix: str) -> Markup:
        # The serialiser has escaped every name in the drawing: only here is markup trusted.
        markup = figure_svg(
            draw(layout),
            name=f"{name}{suffix}",
            title=clean_text(title),
            description=clean_text(description),
            notes=notes,
            links=links,
        )
        return Markup(markup)  # noqa: S704

    return Picture(drawing(WIDE, "w"), drawing(NARROW, "n"), keep_percent(caption))


def series_picture(view: SeriesView, name: str, idents: tuple[str, ...], case_name: str) -> Picture:
    """Draw a series; its marks lead to the claims' rows."""
    from counterstream.report.figures import claim_gid, claim_notes, plot_flow, plot_share, plot_stock

    plot = {"flow": plot_flow, "stock": plot_stock, "share": plot_share}[view.kind]
    drawn = drawn_claims(view)
    links = {claim_gid(one.index, part): f"#{idents[one.index]}" for one in drawn for part in ("mark", "span", "bar")}
    agencies = {one.claim.agency for one in drawn}
    claims = f"{count(len(drawn), 'claim')} from {count(len(agencies), 'agency', 'agencies')}"
    source = f"Source: {case_name}; model and {claims}." if drawn else f"Source: {case_name}; model, no claims."
    return draw_both(
        lambda layout: plot(view, layout, source=source, title=False),
        name,
        f"{view.label}, {view.full_unit}, through time",
        describe_series(view),
        caption_series(view),
        claim_notes(view),
        links,
    )


def scenario_picture(view: ScenarioView, name: str, case_name: str) -> Picture:
    """Draw baseline, scenario and difference."""
    from counterstream.report.figures import plot_difference

    baseline = view.baseline
    return draw_both(
        lambda layout: plot_difference(view, layout, source=f"Source: {case_name}; model.", title=False),
        name,
        f"{view.label}: {baseline.label} with and without the changes",
        f"Baseline: {describe_series(baseline)} Difference: {describe_series(view.difference)}",
        f"{baseline.label}, {baseline.full_unit}. Above: baseline (solid) and scenario (dashed), medians and 90 % "
        "intervals. Below: scenario minus baseline.",
    )


def agencies_picture(agencies: tuple[AgencyView, ...], case_name: str) -> Picture:
    """Draw the biases of the agencies."""
    from counterstream.report.figures import plot_agencies
    from counterstream.report.figures.intervals import MOST_ROWS

    caption = "Dot: posterior median; line: 90 % interval. In brackets the number of claims."
    if len(agencies) > MOST_ROWS:
        caption += f" The first {MOST_ROWS} of {len(agencies)} are drawn; the table has all."
    return draw_both(
        lambda layout: plot_agencies(agencies, layout, source=f"Source: {case_name}; model.", title=False),
        "agencies",
        "Relative bias of each agency",
        " ".join(f"{agency.name}: {agency_sentence(agency)}." for agency in agencies),
        caption,
    )


def parameters_picture(parameters: tuple[ParameterView, ...], case_name: str) -> Picture:
    """Draw the parameters before and after the evidence."""
    from counterstream.report.figures import drawn_parameters, plot_prior_posterior

    shown = drawn_parameters(parameters)
    caption = (
        "Units differ, so each row is scaled to its own prior: the pale bar is the prior 90 % interval, the line and "
        "the "
        "dot are what the evidence made of it."
    )
    if len(shown) < len(parameters):
        caption += f" Drawn are the {len(shown)} of {len(parameters)} of which most was learnt; the table has all."
    return draw_both(
        lambda layout: plot_prior_posterior(parameters, layout, source=f"Source: {case_name}; model.", title=False),
        "parameters",
        "Prior and posterior of each parameter",
        parameter_sentence(parameters),
        caption,
    )
