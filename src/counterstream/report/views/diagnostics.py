"""Whether the computation did what it should, in plain words."""

from __future__ import annotations

from counterstream.report.content import ReportContent
from counterstream.report.views.plain import Json
from counterstream.report.wording import count, coverage_sentence, diagnostic_checks


def diagnostics_part(content: ReportContent) -> Json:
    """Return the checks of the fit with what each means."""
    found = content.diagnostics
    checks: list[Json] = [
        {
            "question": check.name,
            "found": check.value,
            "wanted": check.wanted,
            "met": check.met,
            "meaning": check.meaning,
        }
        for check in diagnostic_checks(found)
    ]
    sentences: list[Json] = [
        f"{count(found.chains, 'chain')} of {count(found.draws, 'kept draw')}.",
        coverage_sentence(found),
    ]
    return {"checks": checks, "sentences": sentences}
