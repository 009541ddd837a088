"""Answers to questions on a fitted run, as sections of its report."""

from __future__ import annotations

from counterstream.report.answers.agencies import AgenciesView, agencies_section
from counterstream.report.answers.comparison import ComparisonView, comparison_section
from counterstream.report.answers.explanation import ExplanationView, explanation_section
from counterstream.report.answers.next_claims import NextClaimsView, next_claims_section
from counterstream.report.answers.projection import ProjectionView, projection_section
from counterstream.report.answers.validation import ValidationView, validation_section
from counterstream.report.answers.words import CaseWords
from counterstream.report.blocks import Section

AnswerView = AgenciesView | ComparisonView | ExplanationView | NextClaimsView | ProjectionView | ValidationView

__all__ = [
    "AgenciesView",
    "AnswerView",
    "CaseWords",
    "ComparisonView",
    "ExplanationView",
    "NextClaimsView",
    "ProjectionView",
    "ValidationView",
    "answer_section",
]


def answer_section(view: AnswerView, ident: str, words: CaseWords) -> Section:
    """Return the section that shows an answer.

    Parameters
    ----------
    ident
        Element id of the section and beginning of all ids inside; must be unique on the page.
    """
    match view:
        case AgenciesView():
            return agencies_section(view, ident, words)
        case ComparisonView():
            return comparison_section(view, ident, words)
        case ExplanationView():
            return explanation_section(view, ident, words)
        case NextClaimsView():
            return next_claims_section(view, ident, words)
        case ProjectionView():
            return projection_section(view, ident, words)
        case ValidationView():
            return validation_section(view, ident, words)
