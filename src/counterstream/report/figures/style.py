"""One look for every picture: palette, sizes, axes, legend, source line."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from datetime import date

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateFormatter, AutoDateLocator
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator
from numpy.typing import NDArray

from counterstream.report.content import SeriesView
from counterstream.report.drawing import Axis
from counterstream.report.tables import clean_text
from counterstream.report.wording import format_number

# Okabe and Ito (2008), colours that hold for the common kinds of colour blindness.
BLUE = "#0072B2"
VERMILLION = "#D55E00"
GREEN = "#00745A"
INK = "#222222"
GREY = "#666666"
RULE = "#DDDDDD"
BAND_90 = "#D3E6F3"
BAND_50 = "#94C3E3"
SCENARIO_BAND = "#F6D3BD"


@dataclass(frozen=True)
class Layout:
    """Size of a picture.

    Parameters
    ----------
    width, height
        In inches; 72 of the picture's units are one inch.
    font
        Size of ordinary text in points.
    source_characters
        Where the source line and long names are broken.
    legend_columns
        Columns of the legend.
    name_characters
        Where a row's name is broken.
    """

    width: float
    height: float
    font: float
    source_characters: int
    legend_columns: int
    name_characters: int

    @property
    def small(self) -> float:
        """Size of notes."""
        return self.font - 1.5


#: For a screen or a printed page.
WIDE = Layout(width=9.6, height=4.5, font=10.5, source_characters=125, legend_columns=5, name_characters=34)
#: For a phone held upright: drawn at its own size, not shrunk.
NARROW = Layout(width=4.9, height=4.9, font=11.0, source_characters=56, legend_columns=2, name_characters=20)


def plain(text: str) -> str:
    """Text for a picture: without invisible characters and on one line."""
    return " ".join(clean_text(text).split())


def fold(text: str, width: int, most: int) -> str:
    """Break a text into at most so many lines; what is left over is cut, or it would crowd out the picture."""
    lines = textwrap.wrap(text, width) or [" "]
    if len(lines) > most:
        lines = [*lines[: most - 1], lines[most - 1][: width - 1] + "…"]
    return "\n".join(lines)


def new_figure(layout: Layout, height: float | None = None) -> Figure:
    """Return an empty figure on a white ground."""
    return Figure(figsize=(layout.width, height or layout.height), layout="constrained", facecolor="white")


def finish(figure: Figure, layout: Layout, source: str) -> None:
    """Write the source line below everything else."""
    if source:
        lines = fold(plain(source), layout.source_characters, 4)
        figure.supxlabel(
            lines, x=0.01, ha="left", fontsize=layout.small, color=GREY, parse_math=False, multialignment="left"
        )


def add_title(axes: Axes, text: str, layout: Layout) -> None:
    """Write the title of a picture, left, as text and never as mathematics."""
    lines = fold(plain(text), layout.source_characters - 20, 3)
    axes.set_title(lines, loc="left", fontsize=layout.font + 1.5, fontweight="bold", color=INK, parse_math=False)


def dress(axes: Axes, layout: Layout, grid: str = "y") -> None:
    """Remove what carries no information and set text sizes."""
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(GREY)
    axes.tick_params(labelsize=layout.font, labelcolor=INK, color=GREY, length=3)
    axes.tick_params(axis="x", pad=6)
    axes.tick_params(axis=grid, length=0)  # pyright: ignore[reportArgumentType]
    if grid == "y":
        axes.grid(axis="y", color=RULE, linewidth=0.8)
    else:
        axes.grid(axis="x", color=RULE, linewidth=0.8)
    axes.set_axisbelow(True)


def label_values(axes: Axes, text: str, layout: Layout) -> None:
    """Name the value axis with its unit."""
    axes.set_ylabel(fold(plain(text), 40, 2), fontsize=layout.font, color=INK, parse_math=False)


def _number_text(value: float, position: int | None = None) -> str:
    del position
    return format_number(round(value, 10))


def _percent_text(value: float, position: int | None = None) -> str:
    del position
    return f"{format_number(round(100 * value, 8))} %"


def set_value_axis(axes: Axes, fitted: Axis, *, percent: bool) -> None:
    """Set limits, scale and plainly written ticks."""
    if fitted.log:
        axes.set_yscale("log")
        decades = float(np.log10(fitted.high / fitted.low))
        subs = (1.0,) if decades > 4.5 else (1.0, 3.0) if decades > 2.6 else (1.0, 2.0, 5.0)
        axes.yaxis.set_major_locator(LogLocator(subs=subs, numticks=20))
        axes.yaxis.set_minor_locator(NullLocator())
    else:
        axes.yaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(_percent_text if percent else _number_text))
    axes.set_ylim(fitted.low, fitted.high)


def day_number(day: date) -> float:
    """Days since 1970, the unit of the time axis."""
    return float((day - date(1970, 1, 1)).days)


def step_edges(view: SeriesView) -> tuple[float, float]:
    """First and last moment of the series on the time axis."""
    starts = [day_number(day) for day in view.dates]
    if not starts:
        return 0.0, 1.0
    if view.kind == "stock":
        return starts[0], max(starts[-1], starts[0] + 1)
    length = starts[-1] - starts[-2] if len(starts) > 1 else 30.0
    return starts[0], starts[-1] + length


def positions(view: SeriesView) -> NDArray[np.float64]:
    """Where values stand in time: flows and shares in the middle of their step, stocks on their day."""
    starts = np.array([day_number(day) for day in view.dates], dtype=np.float64)
    if view.kind == "stock" or not starts.size:
        return starts
    edges = np.append(starts, step_edges(view)[1])
    return (edges[1:] + edges[:-1]) / 2


def set_time_axis(axes: Axes, view: SeriesView, layout: Layout) -> None:
    """Write years (or months) along the bottom."""
    # On a phone almost three years have too many months for six ticks, and too few years for three.
    narrow = layout.width < 6
    locator = AutoDateLocator(minticks=2 if narrow else 3, maxticks=6 if narrow else 12)
    formatter = AutoDateFormatter(locator)
    formatter.scaled.update({365.0: "%Y", 30.0: "%b %Y", 1.0: "%d %b %Y"})
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(formatter)
    axes.set_xlim(*step_edges(view))


def add_legend(figure: Figure, axes: Axes, layout: Layout) -> None:
    """Write the legend above the picture, where it can hide nothing."""
    handles, labels = axes.get_legend_handles_labels()
    legend = figure.legend(
        handles,
        labels,
        loc="outside upper left",
        ncols=min(layout.legend_columns, len(labels)),
        fontsize=layout.small,
        frameon=False,
        handlelength=1.8,
        columnspacing=1.4,
        borderaxespad=0.2,
        labelcolor=INK,
    )
    for text in legend.get_texts():
        text.set_parse_math(False)
