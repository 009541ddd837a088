"""Pictures that are drawn before the page is read: each twice, for a wide screen and for a phone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from counterstream.report.wording import keep_percent

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
