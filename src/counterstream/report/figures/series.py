"""Flows, stocks and shares through time, each on an axis of its own kind."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from counterstream.report.content import Kind, SeriesView
from counterstream.report.drawing import fit_axis
from counterstream.report.figures.claims import draw_claims
from counterstream.report.figures.style import (
    BAND_50,
    BAND_90,
    BLUE,
    WIDE,
    Layout,
    add_legend,
    add_title,
    dress,
    finish,
    label_values,
    new_figure,
    positions,
    set_time_axis,
    set_value_axis,
)


def plot_flow(view: SeriesView, layout: Layout = WIDE, *, source: str = "", title: bool = True) -> Figure:
    """Draw a flow: median, 50 % and 90 % bands, every claim at its window as a rate.

    Parameters
    ----------
    view
        A series of kind ``flow``.
    layout
        Size of the picture.
    source
        Written below the picture.
    title
        Whether to write the series' name above it.

    Raises
    ------
    ValueError
        If the series is not a flow: stocks, flows and shares never share an axis.
    """
    return _plot_series(view, "flow", layout, source, title)


def plot_stock(view: SeriesView, layout: Layout = WIDE, *, source: str = "", title: bool = True) -> Figure:
    """Draw a stock: median, 50 % and 90 % bands, every claim at its date.

    Parameters
    ----------
    view
        A series of kind ``stock``.
    layout, source, title
        As in :func:`plot_flow`.

    Raises
    ------
    ValueError
        If the series is not a stock.
    """
    return _plot_series(view, "stock", layout, source, title)


def plot_share(view: SeriesView, layout: Layout = WIDE, *, source: str = "", title: bool = True) -> Figure:
    """Draw a share in per cent: median, 50 % and 90 % bands, every claim at its window.

    Parameters
    ----------
    view
        A series of kind ``share``, values between 0 and 1.
    layout, source, title
        As in :func:`plot_flow`.

    Raises
    ------
    ValueError
        If the series is not a share.
    """
    return _plot_series(view, "share", layout, source, title)


def _plot_series(view: SeriesView, kind: Kind, layout: Layout, source: str, title: bool) -> Figure:
    if view.kind != kind:
        raise ValueError(f"{view.observable} is a {view.kind}, not a {kind}")
    figure = new_figure(layout)
    axes = figure.add_subplot()
    draw_bands(axes, view)
    draw_claims(axes, view)
    dress(axes, layout)
    set_time_axis(axes, view, layout)
    set_value_axis(axes, fit_axis(view), percent=kind == "share")
    label_values(axes, "share" if kind == "share" else view.full_unit, layout)
    if title:
        add_title(axes, view.label, layout)
    add_legend(figure, axes, layout)
    finish(figure, layout, source)
    return figure


def draw_bands(axes: Axes, view: SeriesView) -> None:
    """Draw the median and the two bands of a series."""
    x = positions(view)
    axes.plot(x, view.median, color=BLUE, linewidth=1.8, label="median", zorder=3)
    axes.fill_between(x, view.low50, view.high50, color=BAND_50, linewidth=0, label="50 % interval", zorder=2)
    axes.fill_between(x, view.low90, view.high90, color=BAND_90, linewidth=0, label="90 % interval", zorder=1)
