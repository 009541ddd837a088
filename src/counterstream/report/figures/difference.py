"""Baseline against scenario, and the difference with its own interval."""

from __future__ import annotations

from matplotlib.figure import Figure

from counterstream.report.content import ScenarioView
from counterstream.report.drawing import fit_axis
from counterstream.report.figures.series import draw_bands
from counterstream.report.figures.style import (
    BAND_90,
    BLUE,
    INK,
    SCENARIO_BAND,
    VERMILLION,
    WIDE,
    Layout,
    add_legend,
    add_title,
    dress,
    finish,
    label_values,
    new_figure,
    plain,
    positions,
    set_time_axis,
    set_value_axis,
)


def plot_difference(view: ScenarioView, layout: Layout = WIDE, *, source: str = "", title: bool = True) -> Figure:
    """Draw baseline and scenario above, their difference below.

    Parameters
    ----------
    view
        The same observable with and without the changes, and the difference.
    layout, source, title
        As in :func:`~counterstream.report.figures.plot_flow`.

    Notes
    -----
    The lower picture shows the interval of the difference, taken draw by draw.  It is
    narrower than the gap between the two upper bands, because both share what is
    uncertain about the system.
    """
    figure = new_figure(layout, layout.height * 1.5)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(1.15, 1))
    percent = view.baseline.kind == "share"
    for series, colour, band, name, dash in (
        (view.baseline, BLUE, BAND_90, "baseline", "-"),
        (view.scenario, VERMILLION, SCENARIO_BAND, "scenario", (0, (5, 2))),
    ):
        x = positions(series)
        upper.fill_between(
            x,
            series.low90,
            series.high90,
            color=band,
            alpha=0.65,
            linewidth=0,
            label=f"{name}, 90 % interval",
            zorder=1,
        )
        upper.plot(x, series.median, color=colour, linewidth=1.8, linestyle=dash, label=f"{name}, median", zorder=3)
    draw_bands(lower, view.difference)
    lower.axhline(0.0, color=INK, linewidth=1.0, zorder=2.5)
    for axes in (upper, lower):
        dress(axes, layout)
    set_time_axis(lower, view.baseline, layout)
    set_value_axis(upper, fit_axis(view.baseline, view.scenario), percent=percent)
    set_value_axis(lower, fit_axis(view.difference, allow_log=False), percent=percent)
    unit = "share" if percent else plain(view.baseline.full_unit)
    label_values(upper, unit, layout)
    label_values(lower, "percentage points" if percent else unit, layout)
    if title:
        add_title(upper, f"{view.label}: {view.baseline.label}", layout)
    lower.set_title(
        "Difference: scenario minus baseline (median, 50 % and 90 % intervals)"
        if layout.width > 6
        else "Difference: scenario minus baseline\n(median, 50 % and 90 % intervals)",
        loc="left",
        fontsize=layout.font,
        color=INK,
    )
    add_legend(figure, upper, layout)
    finish(figure, layout, source)
    return figure
