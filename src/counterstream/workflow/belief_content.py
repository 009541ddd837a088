"""From results to what the report shows of agencies and contradictions."""

from __future__ import annotations

import numpy as np

from counterstream.infer.agencies import read_countings
from counterstream.infer.fit import Fit
from counterstream.report.content import AgencyView
from counterstream.report.dispute_content import DisputeView, PartyView
from counterstream.workflow.judging import judge_disputes
from counterstream.workflow.results import Results


def agency_views(fit: Fit) -> tuple[AgencyView, ...]:
    """Return one row for each agency and kind of quantity with a bias of its own, and the anchors."""
    views: list[AgencyView] = []
    for counting in read_countings(fit.posterior, fit.values()):
        low, middle, high = (float(q) for q in np.quantile(np.expm1(counting.log_bias), [0.05, 0.5, 0.95]))
        name = f"{counting.agency} ({counting.kind.name.lower()}s)"
        spread = float(np.median(counting.spread))
        views.append(
            AgencyView(
                name,
                counting.agency_kind,
                counting.n_claims,
                middle,
                low,
                high,
                spread,
                anchor=counting.anchor,
                agency=counting.agency,
                quantity=counting.kind.name.lower(),
            )
        )
    return tuple(sorted(views, key=lambda v: -v.n_claims))


def dispute_views(results: Results) -> tuple[DisputeView, ...]:
    """Return every contradiction among compared claims with what the fit makes of it."""
    named = {o.name: o for o in results.system.observables}
    told = {item.claim.id for item in results.claims}
    judged = judge_disputes(
        [c for c in results.conflicts if told.issuperset(c.claims)], results.claims, results.predictions
    )
    return tuple(
        DisputeView(
            d.conflict.observable,
            named[d.conflict.observable].label or d.conflict.observable,
            named[d.conflict.observable].unit,
            str(d.conflict.kind),
            d.conflict.detail,
            tuple(
                PartyView(
                    c.claim,
                    c.agency,
                    c.side,
                    c.truth["low90"],
                    c.truth["median"],
                    c.truth["high90"],
                    c.wrong_probability,
                )
                for c in d.claims
            ),
            tuple(d.sides.items()),
            d.believed,
        )
        for d in judged
    )
