"""Baseline, scenario and their difference."""

from __future__ import annotations

from counterstream.report.content import ReportContent, ScenarioView
from counterstream.report.views.plain import Json
from counterstream.report.views.series import plain_course


def scenarios_part(content: ReportContent) -> Json:
    """Return every compared observable of every scenario."""
    return [plain_scenario(view) for view in content.scenarios] or None


def plain_scenario(view: ScenarioView) -> dict[str, Json]:
    """Return one observable with and without the changes, and the difference draw by draw."""
    return {
        "name": view.name,
        "label": view.label or view.name,
        "changes": list(view.changes),
        "sentences": list(view.sentences),
        "baseline": plain_course(view.baseline),
        "scenario": plain_course(view.scenario),
        "difference": plain_course(view.difference),
    }
