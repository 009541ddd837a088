"""How agencies count, which claims contradict one another, which are likely wrong."""

from __future__ import annotations

from counterstream.report.content import AgencyView, ReportContent
from counterstream.report.dispute_content import DisputeView
from counterstream.report.views.plain import Json, rounded


def belief_part(content: ReportContent) -> Json:
    """Return agencies, contradictions and claims likely wrong; claims by the series in which they stand."""
    if not content.agencies and not content.conflicts and not content.wrong_claims:
        return None
    judged = {(d.detail, tuple(p.claim_id for p in d.parties)) for d in content.disputes}
    rest: list[Json] = [
        {
            "observable": "",
            "label": c.observable_label,
            "unit": "",
            "kind": c.kind,
            "detail": c.detail,
            "parties": [{"claim": claim} for claim in c.claim_ids],
            "sides": [],
            "believed": "",
        }
        for c in content.conflicts
        if (c.detail, c.claim_ids) not in judged
    ]
    return {
        "agencies": [_agency(agency) for agency in content.agencies],
        "disputes": [*(_dispute(d) for d in content.disputes), *rest],
        "wrong": [
            {"label": w.observable_label, "claim": w.claim.claim_id, "chance": rounded(w.claim.wrong_probability)}
            for w in content.wrong_claims
        ],
    }


def _agency(view: AgencyView) -> Json:
    return {
        "name": view.agency or view.name,
        "quantity": view.quantity,
        "kind": view.kind,
        "claims": view.n_claims,
        "bias": rounded(view.bias_median),
        "low90": rounded(view.bias_low90),
        "high90": rounded(view.bias_high90),
        "spread": rounded(view.spread),
        "anchor": view.anchor,
    }


def _dispute(view: DisputeView) -> Json:
    parties: list[Json] = [
        {
            "claim": p.claim_id,
            "agency": p.agency,
            "side": p.side,
            "median": rounded(p.median),
            "low90": rounded(p.low90),
            "high90": rounded(p.high90),
            "wrong": rounded(p.wrong_probability),
        }
        for p in view.parties
    ]
    sides: list[Json] = [[side, rounded(chance)] for side, chance in view.sides]
    return {
        "observable": view.observable,
        "label": view.observable_label,
        "unit": view.unit,
        "kind": view.kind,
        "detail": view.detail,
        "parties": parties,
        "sides": sides,
        "believed": view.believed,
    }
