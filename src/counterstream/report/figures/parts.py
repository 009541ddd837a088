"""Parts of a change: a bar for each mechanism, a line over its interval."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from counterstream.report.answers.explanation import PartView
from counterstream.report.figures.intervals import name_rows, set_row_ticks, signed_tick
from counterstream.report.figures.style import (
    BAND_50,
    BAND_90,
    BLUE,
    GREY,
    INK,
    RULE,
    SCENARIO_BAND,
    VERMILLION,
    WIDE,
    Layout,
    add_legend,
    finish,
    fold,
    plain,
)

#: By kind: ground, edge and hatching, so that kinds differ without colour too.
KINDS: dict[str, tuple[str, str, str]] = {
    "instrument": (BAND_50, BLUE, ""),
    "event": (SCENARIO_BAND, VERMILLION, "////"),
    "signal": (BAND_90, BLUE, "...."),
    "composition": ("white", GREY, ""),
}
OTHER_KIND = (RULE, GREY, "xx")


def plot_parts(parts: Sequence[PartView], layout: Layout = WIDE, *, unit: str, axis: str, source: str = "") -> Figure:
    """Draw a bar from zero to the mean of each part and a line over its 90 % interval.

    Parameters
    ----------
    parts
        One row each; their means are numbers.
    unit
        ``share`` is drawn in percentage points.
    axis
        The unit, written below the axis.
    layout, source
        As in :func:`~counterstream.report.figures.plot_flow`.
    """
    scale = 100.0 if unit == "share" else 1.0
    figure, axes = name_rows([plain(part.label or part.name) for part in parts], layout)
    told: set[str] = set()
    for place, part in enumerate(parts):
        ground, edge, hatch = KINDS.get(part.kind, OTHER_KIND)
        axes.barh(
            [place],
            [scale * (part.mean or 0.0)],
            height=0.62,
            color=ground,
            edgecolor=edge,
            hatch=hatch,
            linewidth=1.0,
            zorder=2,
            # Names of kinds from outside: the first underscore would hide one from the legend.
            label="" if part.kind in told else plain(part.kind).lstrip("_"),
        )
        told.add(part.kind)
        low, high = part.contribution.low90, part.contribution.high90
        if low is not None and high is not None:
            axes.plot([scale * low, scale * high], [place, place], color=INK, linewidth=1.8, zorder=4)
    axes.plot([], [], color=INK, linewidth=1.8, label="90 % interval")
    axes.axvline(0.0, color=INK, linewidth=1.0, zorder=3)
    set_row_ticks(axes, layout, signed_tick)
    axes.set_xlabel(fold(plain(axis), 40, 2), fontsize=layout.font, color=INK, parse_math=False)
    add_legend(figure, axes, layout)
    finish(figure, layout, source)
    return figure
