"""The views inside a notebook: a frame of their own, whose script reaches nothing outside it."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from counterstream.report.page import script_and_style, security_policy
from counterstream.report.views import embed
from counterstream.report.views.plain import Json

#: Views that a notebook shows, with their headings and the part of the document that each draws.
SHOWN = {
    "flows": ("Flows through time", "series"),
    "shares": ("Shares", "series"),
    "stocks": ("Stocks: how many at a time", "series"),
    "scenarios": ("Scenario against baseline", "scenarios"),
    "diagnostics": ("Can the fit be relied on?", "diagnostics"),
}


def views_frame(document: Mapping[str, Json], height: str = "46rem") -> str:
    """Return the views of a document as HTML for a notebook's cell.

    Parameters
    ----------
    document
        As :func:`~counterstream.report.views.views_document` makes it, or what ``views.json`` holds.
    height
        Of the frame, in CSS.
    """
    parts = document["parts"] if isinstance(document["parts"], dict) else {}
    kept: dict[str, Json] = {part: parts[part] for _, part in SHOWN.values() if part in parts}
    places = "".join(
        f'<h2>{escape(heading)}</h2><div class="view" data-view="{view}"></div>'
        for view, (heading, part) in SHOWN.items()
        if _has(kept.get(part), view)
    )
    script, style = script_and_style()
    page = (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>counterstream</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{security_policy(script, style)}">'
        f"<style>{style}</style></head><body><main>{places}</main>"
        f'<script type="application/json" id="counterstream-data">{embed({**document, "parts": kept})}</script>'
        f"<script>{script}</script></body></html>"
    )
    return (
        f'<iframe title="counterstream" sandbox="allow-scripts allow-downloads" srcdoc="{escape(page)}" '
        f'style="width:100%;height:{height};border:0"></iframe>'
    )


def _has(part: Json, view: str) -> bool:
    """Whether a part holds something that the view shows."""
    if isinstance(part, list) and view in ("flows", "shares", "stocks"):
        return any(isinstance(one, dict) and one["kind"] == view.removesuffix("s") for one in part)
    return bool(part)
