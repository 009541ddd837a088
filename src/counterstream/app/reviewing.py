"""The review of drafted claims on the page: the same session, the same acts and the same file as in the terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from counterstream.app.codes import BAD_REQUEST, NO_SUCH_RUN
from counterstream.app.workspace import Workspace
from counterstream.case import Case, load_case
from counterstream.drafting.candidate import Candidate
from counterstream.drafting.draft_file import DRAFT_ENDING
from counterstream.drafting.review import deciding
from counterstream.drafting.review.item import Item, fields_of, show_field
from counterstream.drafting.review.session import Session, current_item, judge, show
from counterstream.errors import CounterstreamError, Problem
from counterstream.report.views.plain import Json
from counterstream.workflow.reviewing import Review, open_review

#: Drafts that are listed; a folder with more is no list that somebody reads.
MOST_DRAFTS = 200
#: Characters of the text that are shown before and after the words of a candidate.
BESIDE = 900
EVERYTHING = "all"
ACTS: Mapping[str, Callable[[Session], None]] = {
    "accept": deciding.accept,
    "reject": deciding.reject,
    "reopen": deciding.reopen,
    "flag": deciding.flag,
    "undo": deciding.undo,
}


@dataclass(frozen=True)
class Decided:
    """What a person does with a candidate.

    Parameters
    ----------
    draft
        Name of the draft in the list.
    item
        Name of the candidate: kind and span.
    act
        ``accept``, ``reject``, ``reopen``, ``flag``, ``undo``, or ``edit`` for a field.
    field, text
        Of an edit: the field, and what is written into it.
    """

    draft: str
    item: str
    act: str
    field: str
    text: str


def list_drafts(workspace: Workspace) -> dict[str, Path]:
    """Return the drafts in the case's folder and in the folder beside the runs, by the name of folder and file."""
    folders = [workspace.source.parent] if workspace.source is not None else []
    folders.append(workspace.runs_folder.parent)
    found: dict[str, Path] = {}
    for folder in folders:
        for path in _drafts_in(folder):
            found.setdefault(f"{folder.name}/{path.name}", path)
    return dict(list(found.items())[:MOST_DRAFTS])


def _drafts_in(folder: Path) -> list[Path]:
    """Return the drafts of a folder; links are not followed."""
    try:
        paths = sorted(path for path in folder.iterdir() if path.name.endswith(DRAFT_ENDING))
        return [path for path in paths if path.is_file() and not path.is_symlink()]
    except OSError:
        return []


def show_review(workspace: Workspace, name: str, chosen: str) -> Json:
    """Return a review as it stands, with one candidate whole; nothing is locked and nothing kept.

    Parameters
    ----------
    name
        Of the draft in the list.
    chosen
        Name of the candidate; that which a review begins with where there is none of the name.

    Raises
    ------
    CounterstreamError
        ``U504`` if there is no such draft, or what is wrong with draft, decisions or case.
    """
    with open_review(_find_draft(workspace, name), _read_case(workspace), may_decide=False) as review:
        _go_to(review.session, chosen)
        return _plain_review(review)


def decide(workspace: Workspace, decided: Decided) -> Json:
    """Do what a person has decided, keep it, and return the review as it stands then.

    Raises
    ------
    CounterstreamError
        ``U507`` for an act or a candidate that there is not, ``D301`` while another review is open, and as
        :func:`show_review`.
    """
    if decided.act not in ACTS and decided.act != "edit":
        found, allowed = decided.act[:60], ", ".join((*ACTS, "edit"))
        mend = "reload the page"
        raise CounterstreamError(Problem(BAD_REQUEST, "there is no such act", found=found, allowed=allowed, mend=mend))
    with open_review(_find_draft(workspace, decided.draft), _read_case(workspace)) as review:
        session = review.session
        if not _go_to(session, decided.item):
            mend = "reload the page: the document may have been drafted anew"
            raise CounterstreamError(
                Problem(BAD_REQUEST, "the draft has no such candidate", found=decided.item[:60], mend=mend)
            )
        session.message = ""
        before = len(session.history)
        if decided.act == "edit":
            deciding.edit(session, decided.field, decided.text)
        else:
            ACTS[decided.act](session)
        told = _plain_review(review)
        told["message"] = session.message
        told["kept"] = len(session.history) != before
        return told


def _find_draft(workspace: Workspace, name: str) -> Path:
    """Return the draft of that name.  Names are compared, never joined to a path."""
    found = list_drafts(workspace).get(name)
    if found is None:
        mend = "reload the page: the file may have been moved or removed"
        raise CounterstreamError(Problem(NO_SUCH_RUN, "there is no such draft", found=name[:100], mend=mend))
    return found


def _read_case(workspace: Workspace) -> Case | None:
    return load_case(workspace.source.parent) if workspace.source is not None else None


def _name(item: Item) -> str:
    return f"{item.place.kind.value}-{item.place.start}-{item.place.end}"


def _go_to(session: Session, name: str) -> bool:
    """Show every item and go to that of the name; to where a review begins if there is none."""
    first = current_item(session)
    wanted = next((item for item in session.items.values() if _name(item) == name), None)
    show(session, EVERYTHING)
    item = wanted or first
    if item is not None:
        session.cursor = session.spots[item.place]
    return wanted is not None


def _plain_review(review: Review) -> dict[str, Json]:
    session = review.session
    item = current_item(session)
    items: list[Json] = [
        {
            "name": _name(one),
            "words": " ".join(one.anchor.quote.split())[:120],
            "status": one.status.value,
            "flagged": one.flagged,
            "again": one.place in session.repeats,
        }
        for one in session.items.values()
    ]
    return {
        "document": review.file.document.name,
        "title": review.file.citation.title,
        "who": session.who,
        "counts": {name: number for name, number in session.counts.items() if number},
        "warnings": [problem.message for problem in review.warnings],
        "items": items,
        "chosen": _plain_item(session, item) if item is not None else None,
        "message": "",
        "kept": False,
    }


def _plain_item(session: Session, item: Item) -> Json:
    """Return a candidate with its text beside it, its fields, what is missing and what the ledger says."""
    judgement = judge(session, item)
    anchor, text = item.anchor, session.around.text
    missing: list[Json] = [f"{problem.message}: {problem.mend}" for problem in judgement.problems]
    fields: list[Json] = [
        {
            "name": name,
            "text": show_field(item, name),
            "allowed": field.allowed,
            "edited": name in item.edited,
            "assumed": isinstance(item.drafted, Candidate) and name in item.drafted.defaulted,
        }
        for name, field in fields_of(item).items()
    ]
    first = session.repeats.get(item.place)
    return {
        "name": _name(item),
        "kind": item.place.kind.value,
        "status": item.status.value,
        "flagged": item.flagged,
        "page": anchor.page,
        "paragraph": anchor.paragraph,
        "before": text[max(0, anchor.start - BESIDE) : anchor.start],
        "quote": anchor.quote,
        "after": text[anchor.end : anchor.end + BESIDE],
        "fields": fields,
        "missing": missing,
        "proposals": [
            {"observable": one.observable, "label": one.label, "remark": one.remark, "taken": one is judgement.taken}
            for one in judgement.proposals
        ],
        "known": list(judgement.comparison.repeats),
        "conflicts": [conflict.detail for conflict in judgement.comparison.conflicts],
        "first": _name(session.items[first]) if first is not None else "",
    }
