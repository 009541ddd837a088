"""Parameters before and after the evidence."""

from __future__ import annotations

from counterstream.report.content import ReportContent
from counterstream.report.views.plain import Json, rounded
from counterstream.report.wording import parameter_sentence


def parameters_part(content: ReportContent) -> Json:
    """Return every parameter with its prior and posterior, or ``None`` without any."""
    if not content.parameters:
        return None
    rows: list[Json] = [
        {
            "name": one.name,
            "unit": one.unit,
            "prior_low90": rounded(one.prior_low90),
            "prior_high90": rounded(one.prior_high90),
            "median": rounded(one.posterior_median),
            "low90": rounded(one.posterior_low90),
            "high90": rounded(one.posterior_high90),
            "contraction": rounded(one.contraction),
            "mostly_prior": one.mostly_prior,
            "reason": one.reason,
        }
        for one in content.parameters
    ]
    return {"sentence": parameter_sentence(content.parameters), "rows": rows}
