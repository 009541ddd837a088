"""Flows, shares and stocks through time with the claims that speak of them."""

from __future__ import annotations

from collections import defaultdict

from counterstream.report.content import ClaimPoint, ReportContent, SeriesView
from counterstream.report.drawing import DrawnClaim, drawn_claims
from counterstream.report.series_tables import stated_text
from counterstream.report.tables import web_address
from counterstream.report.views.plain import Json, plain_days, rounded, rounded_all


def series_part(content: ReportContent) -> Json:
    """Return every series of the report."""
    conflicts: defaultdict[str, list[str]] = defaultdict(list)
    for conflict in content.conflicts:
        for claim in conflict.claim_ids:
            others = ", ".join(other for other in conflict.claim_ids if other != claim)
            conflicts[claim].append(f"{conflict.kind.replace('_', ' ')}, with {others}: {conflict.detail}")
    found: list[Json] = []
    for view in content.series:
        drawn = {one.index: one for one in drawn_claims(view)}
        claims: list[Json] = [
            _claim(view, claim, drawn.get(index), conflicts[claim.claim_id]) for index, claim in enumerate(view.claims)
        ]
        found.append({**plain_course(view), "claims": claims})
    return found


def plain_course(view: SeriesView) -> dict[str, Json]:
    """Return a course without its claims."""
    return {
        "observable": view.observable,
        "label": view.label or view.observable,
        "unit": view.unit,
        "kind": view.kind,
        "per": view.per,
        "full_unit": view.full_unit,
        "group": view.group,
        "days": plain_days(view.dates),
        "median": rounded_all(view.median),
        "low50": rounded_all(view.low50),
        "high50": rounded_all(view.high50),
        "low90": rounded_all(view.low90),
        "high90": rounded_all(view.high90),
        "note": view.note,
    }


def _claim(view: SeriesView, claim: ClaimPoint, drawn: DrawnClaim | None, conflicts: list[str]) -> Json:
    return {
        "id": claim.claim_id,
        "first": claim.first.isoformat(),
        "last": claim.last.isoformat(),
        "hedge": claim.hedge,
        "stated": stated_text(claim, view.unit),
        "statement": claim.statement,
        "definition": claim.definition,
        "source": claim.source,
        "locator": claim.locator,
        "url": web_address(claim.source_url),
        "agency": claim.agency,
        "use": claim.use,
        "median": rounded(claim.posterior_median),
        "low50": rounded(claim.low50),
        "high50": rounded(claim.high50),
        "low90": rounded(claim.low90),
        "high90": rounded(claim.high90),
        "surprise": rounded(claim.surprise),
        "wrong": rounded(claim.wrong_probability),
        "conflicts": list[Json](conflicts),
        "drawn": drawn
        and {
            "mark": str(drawn.mark),
            "value": rounded(drawn.value),
            "low": rounded(drawn.low),
            "high": rounded(drawn.high),
        },
    }
