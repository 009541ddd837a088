"""From scattered, contradictory evidence about a migration to a fitted, checked model of it.

The names below load their modules when they are first used, so that ``import counterstream``
costs nothing and reading or checking a case never waits for JAX.
"""

from __future__ import annotations

from importlib import import_module

__version__ = "0.1.0"

#: Public name -> "module:attribute".  ``__init__.pyi`` states the same names for type checkers.
_PUBLIC: dict[str, str] = {
    "AddedAnswer": "counterstream.workflow.answers:AddedAnswer",
    "AgencyJudgement": "counterstream.workflow.agencies:AgencyJudgement",
    "Case": "counterstream.case:Case",
    "Comparison": "counterstream.workflow.compare:Comparison",
    "CounterstreamError": "counterstream.errors:CounterstreamError",
    "Disputes": "counterstream.workflow.disputes:Disputes",
    "Document": "counterstream.drafting.document:Document",
    "Draft": "counterstream.drafting.candidate:Draft",
    "Explanation": "counterstream.workflow.explain:Explanation",
    "Fit": "counterstream.infer.fit:Fit",
    "FitSettings": "counterstream.infer.fit:FitSettings",
    "ImportOptions": "counterstream.drafting.imports.imported:ImportOptions",
    "Imported": "counterstream.drafting.imports.imported:Imported",
    "Ledger": "counterstream.evidence.ledger:Ledger",
    "NextClaims": "counterstream.workflow.next_claim:NextClaims",
    "Problem": "counterstream.errors:Problem",
    "Projection": "counterstream.workflow.project:Projection",
    "ProjectionSettings": "counterstream.workflow.project_plan:ProjectionSettings",
    "RunSettings": "counterstream.workflow.run:RunSettings",
    "System": "counterstream.system.system:System",
    "Validation": "counterstream.workflow.validation:Validation",
    "ValidationSettings": "counterstream.workflow.validate:ValidationSettings",
    "add_answers": "counterstream.workflow.answers:add_answers",
    "add_exposure_form": "counterstream.system.exposure_forms:add_exposure_form",
    "answer_claims": "counterstream.evidence.answering:answer_claims",
    "check_system": "counterstream.spec:check_system",
    "compare_scenarios": "counterstream.workflow.compare:compare_scenarios",
    "draft_document": "counterstream.drafting.draft:draft_document",
    "draw_projection": "counterstream.workflow.project_picture:draw_projection",
    "explain_change": "counterstream.workflow.explain:explain_change",
    "exposure_forms": "counterstream.system.exposure_forms:exposure_forms",
    "find_conflicts": "counterstream.evidence.conflicts:find_conflicts",
    "fit_case": "counterstream.workflow.run:fit_case",
    "fit_system": "counterstream.infer.fit:fit_system",
    "import_table": "counterstream.drafting.imports.importing:import_table",
    "judge_agencies": "counterstream.workflow.agencies:judge_agencies",
    "judge_conflicts": "counterstream.workflow.disputes:judge_conflicts",
    "load_case": "counterstream.case:load_case",
    "parse_system": "counterstream.spec:parse_system",
    "project_case": "counterstream.workflow.project:project_case",
    "rank_next_claims": "counterstream.workflow.next_claim:rank_next_claims",
    "read_document": "counterstream.drafting.readers.reading:read_document",
    "read_ledger": "counterstream.evidence.ledger:read_ledger",
    "read_system": "counterstream.spec:read_system",
    "run_case": "counterstream.workflow.run:run_case",
    "simulate_case": "counterstream.workflow.simulate:simulate_case",
    "validate_case": "counterstream.workflow.validate:validate_case",
    "write_system": "counterstream.spec:write_system",
}


def __getattr__(name: str) -> object:
    """Load a public name on first use (PEP 562)."""
    target = _PUBLIC.get(name)
    if target is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, attribute = target.split(":")
    value: object = getattr(import_module(module), attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(["__version__", *_PUBLIC])
