"""The picture of a projection."""

from __future__ import annotations

from typing import Literal

from counterstream.errors import CounterstreamError, Problem, suggest_name
from counterstream.evidence.answering import AnsweredClaim
from counterstream.evidence.claim import Use
from counterstream.report.content import ClaimPoint, Kind, SeriesView
from counterstream.report.figures.claims import claim_notes
from counterstream.report.figures.projection import plot_projection
from counterstream.report.figures.style import NARROW, WIDE
from counterstream.report.figures.svg import figure_svg
from counterstream.report.tables import clean_text
from counterstream.report.wording import count, describe_series
from counterstream.workflow.files import INTERVALS
from counterstream.workflow.project import Projection
from counterstream.workflow.results import observable_named


def draw_projection(projection: Projection, observable: str, size: Literal["wide", "narrow"] = "wide") -> str:
    """Draw an observable to the end of a projection.

    Parameters
    ----------
    observable
        One of those that the projection tells of.
    size
        ``wide`` for a page, ``narrow`` for a phone held upright.

    Returns
    -------
    str
        One ``<svg>`` element: median, 50 % and 90 % bands, the claims that were fitted, those that
        were not (in another colour), and a line where the evidence ends.

    Raises
    ------
    CounterstreamError
        ``U234`` if the projection does not tell of it.
    """
    view = view_projection(projection, observable)
    n_fitted = sum(claim.use == Use.FIT for claim in view.claims)
    end = projection.plan.evidence_until
    figure = plot_projection(
        view,
        end,
        WIDE if size == "wide" else NARROW,
        source=f"Source: {projection.plan.case.name}; model ({projection.fit.label}) and "
        f"{count(n_fitted, 'claim')} until {end}; {count(len(view.claims) - n_fitted, 'claim')} not fitted.",
    )
    title = f"{view.label}, {view.full_unit}, projected from {end} to {projection.plan.until}"
    return figure_svg(
        figure,
        name=f"projection-{observable}-{size}",
        title=clean_text(title),
        description=clean_text(f"{describe_series(view)} The evidence ends on {end}."),
        notes=claim_notes(view),
    )


def view_projection(projection: Projection, observable: str) -> SeriesView:
    """Return the course of an observable with its claims; those that were not fitted are for checking.

    Raises
    ------
    CounterstreamError
        ``U234`` if the projection does not tell of it.
    """
    known = [o.name for o in projection.plan.observables]
    if observable not in known:
        problem = Problem(
            "U234", "the projection tells of no such observable", found=observable, mend=suggest_name(observable, known)
        )
        raise CounterstreamError(problem)
    plan = projection.plan
    declared = observable_named(plan.system, observable)
    bands = projection.bands[observable]
    low90, low50, median, high50, high90 = (bands.sel(level=level).to_numpy() for level in INTERVALS)
    kind: Kind = "stock"
    if bands.attrs["kind"] == "flow":
        kind = "flow"
    elif bands.attrs["kind"] == "share" and declared.unit == "share":
        kind = "share"
    fitted = {a.claim.id for a in plan.fitted_by(plan.evidence_until)}
    claims = [
        _point(a, fitted=a.claim.id in fitted)
        for a in plan.answered
        if a.observable.name == observable and a.claim.last <= plan.until
    ]
    return SeriesView(
        observable=observable,
        label=declared.label or observable,
        unit=declared.unit,
        kind=kind,
        per=str(plan.system.clock.step) if kind == "flow" else "",
        dates=tuple(day for day in plan.system.clock.boundaries[:-1] if day <= plan.until),
        claims=tuple(claims),
        low90=low90,
        low50=low50,
        median=median,
        high50=high50,
        high90=high90,
    )


def _point(answered: AnsweredClaim, *, fitted: bool) -> ClaimPoint:
    claim = answered.claim
    is_range = claim.hedge == "range"
    return ClaimPoint(
        claim_id=claim.id,
        first=claim.first,
        last=claim.last,
        value=answered.value,
        low=answered.low if is_range else None,
        high=answered.high if is_range else None,
        hedge=str(claim.hedge),
        source=claim.source_id,
        locator=claim.locator,
        agency=answered.agency,
        statement=claim.statement,
        use=str(Use.FIT if fitted else Use.CHECK),
    )
