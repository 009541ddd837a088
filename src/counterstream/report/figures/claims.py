"""Claims on a time axis: a span over the window, a mark that shows the wording."""

from __future__ import annotations

from datetime import timedelta

from matplotlib.axes import Axes

from counterstream.report.content import SeriesView
from counterstream.report.drawing import DrawnClaim, Mark, drawn_claims
from counterstream.report.figures.style import GREEN, GREY, INK, VERMILLION, day_number, step_edges
from counterstream.report.tables import clean_text
from counterstream.report.wording import format_in, format_window

MARK_SHAPE: dict[Mark, str] = {
    Mark.EXACT: "o",
    Mark.ABOUT: "o",
    Mark.OVER: "^",
    Mark.UP_TO: "v",
    Mark.RANGE: "_",
}
MARK_LABEL: dict[Mark, str] = {
    Mark.EXACT: "claim, exact",
    Mark.ABOUT: "claim, about or rounded",
    Mark.OVER: "claim, over or at least",
    Mark.UP_TO: "claim, under or up to",
    Mark.RANGE: "claim, a range",
}


def claim_gid(index: int, part: str) -> str:
    """Element name of a part (``mark``, ``span``, ``bar``) of a claim's drawing."""
    return f"claim{index}-{part}"


def claim_notes(view: SeriesView) -> dict[str, str]:
    """Return what is said of each drawn part when it is pointed at, by element name."""
    notes: dict[str, str] = {}
    for drawn in drawn_claims(view):
        claim = drawn.claim
        stated = format_in(view.unit, claim.value)
        text = clean_text(
            f"{claim.claim_id}: {claim.hedge} {stated} {view.unit}, {format_window(claim.first, claim.last)}. "
            f"{claim.agency}; {claim.source} {claim.locator}"
        )
        notes.update({claim_gid(drawn.index, part): text for part in ("mark", "span", "bar")})
    return notes


def _colour(drawn: DrawnClaim) -> str:
    if drawn.likely_wrong:
        return VERMILLION
    return {"check": GREEN, "context": GREY}.get(drawn.claim.use, INK)


def draw_claims(axes: Axes, view: SeriesView) -> None:
    """Draw every claim that states a number, and put what is needed to read it in the legend."""
    drawn = drawn_claims(view)
    begin, end = step_edges(view)
    for one in drawn:
        left, right = day_number(one.claim.first), day_number(one.claim.last + timedelta(days=1))
        middle, colour = (left + right) / 2, _colour(one)
        axes.plot(
            [left, right],
            [one.value, one.value],
            color=colour,
            linewidth=1.3,
            alpha=0.8,
            solid_capstyle="butt",
            gid=claim_gid(one.index, "span"),
            zorder=4,
        )
        if one.low is not None and one.high is not None:
            axes.plot(
                [middle, middle],
                [one.low, one.high],
                color=colour,
                linewidth=1.3,
                marker="_",
                markersize=6,
                gid=claim_gid(one.index, "bar"),
                zorder=4,
            )
        axes.plot(
            [middle],
            [one.value],
            linestyle="none",
            marker=MARK_SHAPE[one.mark],
            markersize=5.5,
            markeredgewidth=1.3,
            markeredgecolor=colour,
            markerfacecolor="white" if one.mark is Mark.ABOUT else colour,
            gid=claim_gid(one.index, "mark"),
            zorder=5,
            # A mark at the very edge is shown whole; one outside the picture's time is not shown.
            clip_on=not begin <= middle <= end,
        )
    _add_to_legend(axes, drawn)


def _add_to_legend(axes: Axes, drawn: tuple[DrawnClaim, ...]) -> None:
    for mark in Mark:
        if any(one.mark is mark for one in drawn):
            axes.plot(
                [],
                [],
                color=INK,
                linewidth=1.3,
                marker="|" if mark is Mark.RANGE else MARK_SHAPE[mark],
                markersize=9 if mark is Mark.RANGE else 5.5,
                markeredgewidth=1.3,
                markerfacecolor="white" if mark is Mark.ABOUT else INK,
                label=MARK_LABEL[mark],
            )
    special = (
        ("claim, likely wrong", VERMILLION, any(one.likely_wrong for one in drawn)),
        ("claim kept out of the fit", GREEN, any(one.claim.use == "check" and not one.likely_wrong for one in drawn)),
        ("claim for context", GREY, any(one.claim.use == "context" and not one.likely_wrong for one in drawn)),
    )
    for label, colour, present in special:
        if present:
            axes.plot([], [], color=colour, linewidth=3.5, label=label)
