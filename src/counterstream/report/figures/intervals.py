"""Intervals in rows: the biases of agencies, parameters before and after the evidence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from counterstream.report.content import AgencyView, ParameterView
from counterstream.report.figures.style import (
    BAND_50,
    BAND_90,
    BLUE,
    GREY,
    INK,
    VERMILLION,
    WIDE,
    Layout,
    add_legend,
    add_title,
    dress,
    finish,
    fold,
    new_figure,
    plain,
)
from counterstream.report.wording import format_signed

#: More rows than this make a picture nobody reads; the table has them all.
MOST_ROWS = 40
ROW_INCHES = 0.3


@dataclass(frozen=True)
class IntervalRow:
    """One row of relative differences: 0.1 is 10 % more; ``low`` and ``high`` bound the 90 % interval."""

    name: str
    middle: float
    low: float
    high: float

    @property
    def clear(self) -> bool:
        """Whether the interval excludes zero."""
        return self.low > 0 or self.high < 0


def plot_agencies(
    agencies: Sequence[AgencyView], layout: Layout = WIDE, *, source: str = "", title: bool = True
) -> Figure:
    """Draw the relative bias of each agency: dot at the median, line over the 90 % interval.

    Parameters
    ----------
    agencies
        One row each, in the order given.
    layout, source, title
        As in :func:`~counterstream.report.figures.plot_flow`.
    """
    rows = [
        IntervalRow(
            # A space that does not break keeps the number of claims beside the name's last word.
            f"{agency.name}\N{NO-BREAK SPACE}({agency.n_claims})",
            agency.bias_median,
            agency.bias_low90,
            agency.bias_high90,
        )
        for agency in agencies
    ]
    axis = "reports fewer  ←  relative bias  →  reports more"
    return plot_intervals(rows, layout, axis=axis, source=source, heading="Bias of the agencies" if title else "")


def plot_intervals(
    rows: Sequence[IntervalRow], layout: Layout = WIDE, *, axis: str, source: str = "", heading: str = ""
) -> Figure:
    """Draw relative differences in rows: dot at the middle, line over the 90 % interval.

    Parameters
    ----------
    rows
        At most 40 are drawn, the first.
    axis
        What is written below the axis.
    layout, source
        As in :func:`~counterstream.report.figures.plot_flow`.
    """
    shown = list(rows)[:MOST_ROWS]
    figure, axes = name_rows([plain(row.name) for row in shown], layout)
    axes.axvline(0.0, color=INK, linewidth=1.0, zorder=2)
    for place, row in enumerate(shown):
        colour = VERMILLION if row.clear else BLUE
        axes.plot([row.low, row.high], [place, place], color=colour, linewidth=2.2, zorder=3)
        axes.plot([row.middle], [place], marker="o", markersize=6, color=colour, zorder=4)
    axes.plot([], [], color=BLUE, linewidth=2.2, marker="o", label="median and 90 % interval")
    if any(row.clear for row in shown):
        axes.plot([], [], color=VERMILLION, linewidth=2.2, marker="o", label="interval excludes zero")
    set_row_ticks(axes, layout, _signed_percent)
    axes.set_xlabel(axis, fontsize=layout.font, color=INK)
    if heading:
        add_title(axes, heading, layout)
    add_legend(figure, axes, layout)
    finish(figure, layout, source)
    return figure


def plot_prior_posterior(
    parameters: Sequence[ParameterView], layout: Layout = WIDE, *, source: str = "", title: bool = True
) -> Figure:
    """Draw each parameter's posterior within its own prior 90 % interval.

    Parameters
    ----------
    parameters
        One row each; at most 40 are drawn, those with the largest contraction.
    layout, source, title
        As in :func:`~counterstream.report.figures.plot_flow`.

    Notes
    -----
    Units differ between rows, so every row is scaled: 0 and 1 are the ends of its prior
    90 % interval.
    """
    shown = drawn_parameters(parameters)
    figure, axes = name_rows([plain(parameter.name).replace("_", " ") for parameter in shown], layout)
    for row, parameter in enumerate(shown):
        low, width = parameter.prior_low90, (parameter.prior_high90 - parameter.prior_low90) or 1.0
        ends = [(parameter.posterior_low90 - low) / width, (parameter.posterior_high90 - low) / width]
        middle = (parameter.posterior_median - low) / width
        colour = GREY if parameter.mostly_prior else BLUE
        axes.plot([0, 1], [row, row], color=BAND_90, linewidth=8, solid_capstyle="butt", zorder=2)
        axes.plot(ends, [row, row], color=colour, linewidth=2.4, solid_capstyle="butt", zorder=3)
        axes.plot([middle], [row], marker="o", markersize=5.5, color=colour, zorder=4)
    axes.plot([], [], color=BAND_90, linewidth=8, label="prior, 90 % interval")
    axes.plot([], [], color=BLUE, linewidth=2.4, marker="o", label="posterior, median and 90 % interval")
    if any(parameter.mostly_prior for parameter in shown):
        axes.plot([], [], color=GREY, linewidth=2.4, marker="o", label="posterior, mostly prior")
    axes.set_xticks([0, 0.5, 1], ["prior 5 %", "middle", "prior 95 %"])
    axes.grid(axis="x", color=BAND_50, linewidth=0.8)
    if title:
        add_title(axes, "Parameters before and after the evidence", layout)
    add_legend(figure, axes, layout)
    finish(figure, layout, source)
    return figure


def drawn_parameters(parameters: Sequence[ParameterView]) -> tuple[ParameterView, ...]:
    """Return the parameters that are drawn: all, or the 40 of which most was learnt."""
    if len(parameters) <= MOST_ROWS:
        return tuple(parameters)
    return tuple(sorted(parameters, key=lambda p: -p.contraction)[:MOST_ROWS])


def name_rows(names: Sequence[str], layout: Layout) -> tuple[Figure, Axes]:
    """Return a picture with one named row for each name, the first on top."""
    lines = [fold(name, layout.name_characters, 2) for name in names]
    extra = sum(line.count("\n") for line in lines)
    figure = new_figure(layout, 1.7 + ROW_INCHES * len(lines) + 0.12 * extra)
    axes = figure.add_subplot()
    dress(axes, layout, grid="x")
    axes.tick_params(axis="y", length=0)
    axes.set_yticks(range(len(lines)), lines, fontsize=layout.font, parse_math=False)
    axes.set_ylim(len(lines) - 0.4, -0.6)
    return figure, axes


def set_row_ticks(axes: Axes, layout: Layout, write: Callable[[float, int | None], str]) -> None:
    """Put few ticks below rows, as many as their texts have room."""
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5 if layout.width < 6 else 9, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(write))


def signed_tick(value: float, position: int | None = None) -> str:
    """Write a tick with its sign, without noughts at its end."""
    del position
    text = format_signed(round(value, 8))
    return text.rstrip("0").rstrip(".") if "." in text else text


def _signed_percent(value: float, position: int | None = None) -> str:
    del position
    return f"{signed_tick(100 * value)} %"
