"""The document that all views are drawn from, and how it stands inside a page."""

from __future__ import annotations

import json
from collections.abc import Callable

from markupsafe import Markup

from counterstream.report.content import ReportContent
from counterstream.report.views.belief import belief_part
from counterstream.report.views.diagnostics import diagnostics_part
from counterstream.report.views.movements import movements_part, outcomes_part
from counterstream.report.views.parameters import parameters_part
from counterstream.report.views.plain import Json, cleaned
from counterstream.report.views.scenarios import scenarios_part
from counterstream.report.views.series import series_part

#: Version of the contract with ``web/src/data.ts``.
FORMAT = "counterstream-views/1"
#: Each part of the document; ``None`` leaves it out.
PARTS: dict[str, Callable[[ReportContent], Json]] = {
    "series": series_part,
    "scenarios": scenarios_part,
    "parameters": parameters_part,
    "diagnostics": diagnostics_part,
    "movements": movements_part,
    "belief": belief_part,
    "outcomes": outcomes_part,
}


def views_document(content: ReportContent) -> dict[str, Json]:
    """Return everything that the views draw, ready for JSON.

    Parameters
    ----------
    content
        Free text in it may come from anybody; invisible characters are taken out.

    Returns
    -------
    dict
        ``format``, ``about`` (title, citation, verdict) and ``parts``; numbers are rounded to four
        significant digits, those that are not finite are null.
    """
    parts: dict[str, Json] = {name: part for name, make in PARTS.items() if (part := make(content)) is not None}
    return {"format": FORMAT, "about": cleaned(_about(content)), "parts": cleaned(parts)}


def _about(content: ReportContent) -> Json:
    verdict = content.verdict
    return {
        "case": content.case_name,
        "title": content.title,
        "generated": content.generated,
        "citation": content.citation,
        "verdict": {"fit": verdict.fit, "label": verdict.label, "sentences": list(verdict.sentences)},
    }


def write_json(document: Json) -> str:
    """Write a document as JSON on one line."""
    return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def embed(document: Json) -> Markup:
    """Write a document so that it can stand inside a ``script`` element, whatever its texts hold.

    Notes
    -----
    Inside such an element only ``</script`` and ``<!--`` mean anything to a browser, so no ``<`` is left;
    ``>`` and ``&`` follow for whoever puts the page into other markup. Written as JSON escapes they mean the same.
    """
    text = write_json(document)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704
