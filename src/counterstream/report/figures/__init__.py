"""The package's static pictures; each returns a ``matplotlib.figure.Figure``."""

from __future__ import annotations

from counterstream.report.figures.claims import claim_gid, claim_notes
from counterstream.report.figures.difference import plot_difference
from counterstream.report.figures.intervals import (
    IntervalRow,
    drawn_parameters,
    plot_agencies,
    plot_intervals,
    plot_prior_posterior,
)
from counterstream.report.figures.parts import plot_parts
from counterstream.report.figures.series import plot_flow, plot_share, plot_stock
from counterstream.report.figures.style import NARROW, WIDE, Layout
from counterstream.report.figures.svg import figure_svg

__all__ = [
    "NARROW",
    "WIDE",
    "IntervalRow",
    "Layout",
    "claim_gid",
    "claim_notes",
    "drawn_parameters",
    "figure_svg",
    "plot_agencies",
    "plot_difference",
    "plot_flow",
    "plot_intervals",
    "plot_parts",
    "plot_prior_posterior",
    "plot_share",
    "plot_stock",
]
