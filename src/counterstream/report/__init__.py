"""The report: one HTML file, and the pictures it is made of.

Nothing here imports the drawing library until a picture is asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from counterstream.report.content import (
    AgencyView,
    AnsweringView,
    ClaimPoint,
    ConflictView,
    DiagnosticsView,
    ParameterView,
    Provenance,
    ReportContent,
    ScenarioView,
    SeriesView,
    SourceView,
    UnusedClaim,
    Verdict,
    WrongClaim,
)

if TYPE_CHECKING:
    from counterstream.report.figures import (
        NARROW,
        WIDE,
        Layout,
        plot_agencies,
        plot_difference,
        plot_flow,
        plot_prior_posterior,
        plot_share,
        plot_stock,
    )
    from counterstream.report.page import render

_LAZY = {
    "render": "counterstream.report.page",
    "NARROW": "counterstream.report.figures",
    "WIDE": "counterstream.report.figures",
    "Layout": "counterstream.report.figures",
    "plot_agencies": "counterstream.report.figures",
    "plot_difference": "counterstream.report.figures",
    "plot_flow": "counterstream.report.figures",
    "plot_prior_posterior": "counterstream.report.figures",
    "plot_share": "counterstream.report.figures",
    "plot_stock": "counterstream.report.figures",
}

__all__ = [
    "NARROW",
    "WIDE",
    "AgencyView",
    "AnsweringView",
    "ClaimPoint",
    "ConflictView",
    "DiagnosticsView",
    "Layout",
    "ParameterView",
    "Provenance",
    "ReportContent",
    "ScenarioView",
    "SeriesView",
    "SourceView",
    "UnusedClaim",
    "Verdict",
    "WrongClaim",
    "plot_agencies",
    "plot_difference",
    "plot_flow",
    "plot_prior_posterior",
    "plot_share",
    "plot_stock",
    "render",
]


def __getattr__(name: str) -> object:
    """Import pictures and page on first use (PEP 562)."""
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
