"""A series beyond its evidence."""

from __future__ import annotations

from datetime import date, timedelta

from matplotlib.figure import Figure

from counterstream.report.content import SeriesView
from counterstream.report.drawing import fit_axis
from counterstream.report.figures.claims import draw_claims
from counterstream.report.figures.series import draw_bands
from counterstream.report.figures.style import (
    INK,
    WIDE,
    Layout,
    add_legend,
    add_title,
    day_number,
    dress,
    finish,
    label_values,
    new_figure,
    set_time_axis,
    set_value_axis,
)


def plot_projection(
    view: SeriesView, evidence_until: date, layout: Layout = WIDE, *, source: str = "", title: bool = True
) -> Figure:
    """Draw a flow, stock or share with its bands, its claims, and a line where the evidence ends.

    Parameters
    ----------
    view
        The series to its projected end; claims that were not fitted have ``check`` as their use
        and another mark.
    evidence_until
        Last day of the evidence.
    layout, source, title
        As in :func:`~counterstream.report.figures.plot_flow`.
    """
    figure = new_figure(layout)
    axes = figure.add_subplot()
    draw_bands(axes, view)
    draw_claims(axes, view)
    end = day_number(evidence_until + timedelta(days=1))
    axes.axvline(end, color=INK, linewidth=1.2, linestyle=(0, (4, 3)), label="end of the evidence", zorder=3.5)
    dress(axes, layout)
    set_time_axis(axes, view, layout)
    set_value_axis(axes, fit_axis(view), percent=view.kind == "share")
    label_values(axes, "share" if view.kind == "share" else view.full_unit, layout)
    if title:
        add_title(axes, view.label, layout)
    add_legend(figure, axes, layout)
    finish(figure, layout, source)
    return figure
