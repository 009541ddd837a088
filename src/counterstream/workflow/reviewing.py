"""A review of a draft: what was decided before holds again, what is decided is kept, what was accepted is filed."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from counterstream.case import Case
from counterstream.drafting.anchoring import anchor_decisions
from counterstream.drafting.candidate import Candidate
from counterstream.drafting.conversion import Filing
from counterstream.drafting.decisions import (
    Action,
    Decision,
    Place,
    open_log,
    read_decisions,
)
from counterstream.drafting.document import Defaults, document_of_text
from counterstream.drafting.draft import draft_document
from counterstream.drafting.draft_file import DraftFile, decisions_path, read_draft
from counterstream.drafting.linking import view_ledger
from counterstream.drafting.review.item import Status
from counterstream.drafting.review.judging import Surroundings
from counterstream.drafting.review.session import Session, SpanReader, begin_session, judge
from counterstream.errors import CounterstreamError, Problem
from counterstream.evidence.claim import Source, Use
from counterstream.workflow.filing import Entry, Provenance


@dataclass(frozen=True)
class Review:
    """A review that has begun, or goes on.

    Parameters
    ----------
    file
        The draft.
    session
        Its state.
    warnings
        What was torn, is orphaned or is no longer drafted.
    """

    file: DraftFile
    session: Session
    warnings: tuple[Problem, ...]


def name_person() -> str:
    """Return the name under which decisions are kept unless another is given."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # no such user, as in some containers
        return "unknown"


@contextmanager
def open_review(
    path: Path, case: Case | None, *, who: str = "", use: Use = Use.FIT, may_decide: bool = True
) -> Generator[Review]:
    """Open the review of a draft.

    Parameters
    ----------
    path
        The draft's file; decisions stand beside it.
    case
        Its system proposes observables, its ledger is compared; may be absent.
    who
        Who decides; the name of the user if empty.
    use
        What accepted claims are for.
    may_decide
        If not, the decisions are read and nothing can be decided, so that another review may be open.

    Raises
    ------
    CounterstreamError
        If the draft or the decisions cannot be read, or another review is open.
    """
    file = read_draft(path)
    decided = decisions_path(path)
    if not may_decide:
        decisions, torn = read_decisions(decided)
        yield _begin(file, decisions, torn, decided, case, who, use, _refuse_decision)
        return
    with open_log(decided) as log:
        yield _begin(file, log.decisions, log.warnings, decided, case, who, use, log.append)


def _begin(
    file: DraftFile,
    decisions: Sequence[Decision],
    torn: tuple[Problem, ...],
    decided: Path,
    case: Case | None,
    who: str,
    use: Use,
    keep: Callable[[Decision], None],
) -> Review:
    """Return the review with everything that was decided."""
    moved, orphans = anchor_decisions(decisions, file.document.sha256, file.document.text, str(decided))
    agencies: list[str] = []
    view = None
    if case is not None:
        agencies = [*case.ledger.agencies, *(agency.name for agency in case.system.agencies)]
        view = view_ledger(case.system, case.ledger.claims)
    filing = Filing(file.citation.source_id, file.citation.agency, tuple(dict.fromkeys(agencies)), use)
    session, lost = begin_session(
        (*file.draft.candidates, *file.draft.events),
        moved,
        Surroundings(file.document.text, filing, view),
        file.document.sha256,
        who=who or name_person(),
        clock=_tell_time,
        keep=keep,
        read_words=_word_reader(file),
    )
    return Review(file, session, (*torn, *orphans, *lost))


def _tell_time() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _refuse_decision(decision: Decision) -> None:
    """Keep nothing: the review was opened to be looked at, and no act is offered."""
    raise RuntimeError(f"a review that is only looked at cannot keep: {decision.action}")


def _word_reader(file: DraftFile) -> SpanReader:
    """Return what drafts the words of a span alone."""
    bare = Defaults(date=file.defaults.date, month_first=file.defaults.month_first)

    def read_words(start: int, end: int) -> Sequence[Candidate]:
        return draft_document(document_of_text(file.document.text[start:end]), bare).candidates

    return read_words


def source_of(file: DraftFile) -> Source:
    """Return the row of ``sources.csv`` that a document makes; what is not known stays empty."""
    date = file.defaults.date or file.document.date
    return Source(file.citation.source_id, "", file.citation.title, date, "document", "", "")


def accepted_entries(review: Review) -> tuple[Entry, ...]:
    """Return what was accepted as rows of a ledger, with where each comes from.

    Raises
    ------
    CounterstreamError
        If something accepted makes no row now, as when the case has changed since.
    """
    entries, problems = list_accepted(review)
    if problems:
        raise CounterstreamError(problems)
    return entries


def list_accepted(review: Review) -> tuple[tuple[Entry, ...], tuple[Problem, ...]]:
    """Return what was accepted as rows of a ledger, and what keeps the rest of it from being rows."""
    session = review.session
    decided = _who_accepted(session)
    entries: list[Entry] = []
    problems: list[Problem] = []
    for item in session.items.values():
        if item.status is not Status.ACCEPTED:
            continue
        judgement = judge(session, item)
        if judgement.row is None:
            problems += judgement.problems
            continue
        again = [session.items[place] for place in session.told_again.get(item.place, ())]
        repeats = tuple(other.anchor for other in again if other.status is Status.OPEN)
        who, when = decided.get(item.place, ("", ""))
        provenance = Provenance(
            review.file.document.name, review.file.draft.version, item.place, item.anchor, repeats, who, when
        )
        entries.append(Entry(judgement.row, provenance))
    return tuple(entries), tuple(problems)


def _who_accepted(session: Session) -> dict[Place, tuple[str, str]]:
    """Return who accepted each item, and when."""
    return {
        change.place: (decision.who, decision.when)
        for decision in session.history
        if decision.action is Action.ACCEPT
        for change in decision.changes
        if change.field == "status"
    }
