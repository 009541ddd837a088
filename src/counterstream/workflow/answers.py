"""Put answers to questions on a run into its report."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from counterstream.errors import CounterstreamError, Problem, suggest_name
from counterstream.report.answers import (
    AgenciesView,
    AnswerView,
    CaseWords,
    ComparisonView,
    ExplanationView,
    NextClaimsView,
    ProjectionView,
    ValidationView,
    answer_section,
)
from counterstream.report.answers.comparison import DIFFERENCE
from counterstream.report.blocks import Section
from counterstream.report.page import add_sections, can_be_added_to
from counterstream.spec import read_system
from counterstream.store.atomic import write_text
from counterstream.store.run_folder import check_run
from counterstream.workflow import formats
from counterstream.workflow.shapes import MISSING_KEY, WRONG_TYPE, ShapeReader

REPORT = "report.html"
SHAPES: dict[str, type[AnswerView]] = {
    formats.AGENCIES: AgenciesView,
    formats.COMPARISON: ComparisonView,
    formats.EXPLANATION: ExplanationView,
    formats.NEXT_CLAIMS: NextClaimsView,
    formats.PROJECTION: ProjectionView,
    formats.VALIDATION: ValidationView,
}
HOW_TO_MAKE = (
    "name what compare, explain, validate, project, evidence agencies or evidence next wrote or printed as JSON"
)


@dataclass(frozen=True)
class AddedAnswer:
    """An answer that a page shows now: its file, its format and the heading of its section."""

    file: Path
    format: str
    heading: str


def add_answers(run: Path, files: Sequence[Path], out: Path) -> tuple[AddedAnswer, ...]:
    """Write the report of a run with one further section for each answer.

    Parameters
    ----------
    run
        Folder of a run with its report; it stays as it is.
    files
        JSON documents of answers on the run's case, in the order of their sections: what
        ``compare``, ``explain``, ``validate``, ``project``, ``evidence agencies`` and ``evidence
        next`` write into their folders or print with ``--json``.
    out
        The page, outside the run folder; one that is there is replaced.

    Raises
    ------
    CounterstreamError
        With every problem: what is wrong with the run folder (R105, R201 to R206), with the
        answers (U260 to U265), with the page of the run (U266) and with where to write (U267,
        R101, R102).
    """
    problems = list(check_run(run))
    if not problems and not (run / REPORT).is_file():
        problems.append(Problem("U266", "the run has no report", str(run), mend="make one with: counterstream run"))
    if out.resolve().is_relative_to(run.resolve()):
        mend = "choose a place outside the run folder, whose files have checksums"
        problems.append(Problem("U267", "the page would change the run folder", str(out), mend=mend))
    if problems:
        raise CounterstreamError(problems)
    page = (run / REPORT).read_text(encoding="utf-8")
    if not can_be_added_to(page):
        mend = "make the run again with this version"
        problems.append(Problem("U266", "the page has no place for answers", str(run / REPORT), mend=mend))
    case = str(json.loads((run / "run.json").read_text(encoding="utf-8"))["case"])
    words = _read_words(run)
    views = [_read_answer(path, case, words, problems) for path in files]
    if problems:
        raise CounterstreamError(problems)
    sections = [
        answer_section(view, f"answer{place}", words) for place, view in enumerate(view for view in views if view)
    ]
    write_text(out, add_sections(page, sections))
    return tuple(map(_describe, files, views, sections))


def _describe(path: Path, view: AnswerView | None, section: Section) -> AddedAnswer:
    kind = next(name for name, shape in SHAPES.items() if isinstance(view, shape))
    return AddedAnswer(path, kind, section.heading)


def _read_words(run: Path) -> CaseWords:
    """Return what the run calls its system, observables and scenarios."""
    system = read_system(run / "system.resolved.yaml")
    return CaseWords(
        system.name,
        {o.name: (o.label or o.name, o.unit) for o in system.observables},
        {s.name: s.label or s.name for s in system.scenarios},
    )


def _read_answer(path: Path, case: str, words: CaseWords, problems: list[Problem]) -> AnswerView | None:
    """Return an answer; what is wrong with it is added to the problems."""
    try:
        held: object = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        found = error.strerror or "" if isinstance(error, OSError) else "no JSON document"
        problems.append(Problem("U260", "the answer cannot be read", str(path), found=found, mend=HOW_TO_MAKE))
        return None
    document = cast("dict[str, Any]", held) if isinstance(held, dict) else {}
    kind = document.get("format")
    if not isinstance(kind, str) or kind not in SHAPES:
        mend = suggest_name(kind, SHAPES) if isinstance(kind, str) else HOW_TO_MAKE
        message = "this is no answer that a report can show"
        problems.append(Problem("U261", message, str(path), path="format", found=str(kind or ""), mend=mend))
        return None
    reader = ShapeReader(str(path))
    view = reader.read(SHAPES[kind], document)
    found = [*_check_case(path, document, case), *reader.problems]
    if view is not None:
        found += [*_check_courses(path, view), *_check_names(path, view, words)]
    problems.extend(found)
    return None if found else view


def _check_case(path: Path, document: dict[str, Any], case: str) -> list[Problem]:
    """Return what is wrong with whose answer a document is."""
    if "case" not in document:
        return [Problem(MISSING_KEY, "a key is missing", str(path), path="case", mend=HOW_TO_MAKE)]
    named: object = document["case"]
    if not isinstance(named, str):
        message = "a value is of the wrong type"
        return [Problem(WRONG_TYPE, message, str(path), path="case", found=repr(named)[:60], allowed="a text")]
    if named != case:
        message = "the answer is about another case than the run"
        return [Problem("U264", message, str(path), path="case", found=named, allowed=case)]
    return []


def _check_courses(path: Path, view: AnswerView) -> list[Problem]:
    """Return which courses a comparison lacks."""
    if not isinstance(view, ComparisonView):
        return []
    return [
        Problem(MISSING_KEY, "a key is missing", str(path), path=f"observables.{name}.{course}")
        for name, told in view.observables.items()
        for course in (view.first, view.second, DIFFERENCE)
        if course not in told
    ]


def _check_names(path: Path, view: AnswerView, words: CaseWords) -> list[Problem]:
    """Return which observables of an answer the run's system does not have."""
    named = dict.fromkeys(name for name in _names(view) if name not in words.observables)
    message = "the run's system has no such observable"
    return [
        Problem("U265", message, str(path), found=name, mend=suggest_name(name, words.observables)) for name in named
    ]


def _names(view: AnswerView) -> list[str]:
    """Return the observables that an answer names."""
    match view:
        case ExplanationView():
            return [view.observable]
        case ComparisonView() | ProjectionView():
            return list(view.observables)
        case ValidationView():
            return [claim.observable for claim in view.claims]
        case AgenciesView():
            shifts = [name for row in view.influence for name in row.shifts]
            return [*view.totals, *(claim.observable for claim in view.wrong_claims), *shifts]
        case NextClaimsView():
            return [view.observable, *(candidate.observable for candidate in view.candidates)]
