"""What the ledger and the case say of an item: its claim, what is missing, proposals, repeats, contradictions."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from counterstream.drafting import codes
from counterstream.drafting.candidate import Candidate, DraftedEvent
from counterstream.drafting.conversion import About, Filing, convert_candidate, convert_event, quote_sentence
from counterstream.drafting.linking import Comparison, LedgerView, compare_with_ledger
from counterstream.drafting.proposing import Proposal, describe_alone, propose_observables
from counterstream.drafting.review.item import Item
from counterstream.errors import Problem, suggest_name
from counterstream.evidence.claim import Claim, LedgerEvent, QuantityKind


@dataclass(frozen=True)
class Surroundings:
    """What items are judged by.

    Parameters
    ----------
    text
        Raw text of the document.
    filing
        Source, agency and use of the claims.
    view
        The ledger as the case's system answers it; ``None`` without a case.
    """

    text: str
    filing: Filing
    view: LedgerView | None = None


@dataclass(frozen=True)
class Judgement:
    """What an item amounts to.

    Parameters
    ----------
    row
        The claim or event as a row of the ledger, without a name; ``None`` if something is missing.
    problems
        What is missing.
    proposals, taken
        Observables that would answer the claim, and the one that is followed.
    comparison
        Repeats and contradictions in the ledger.
    """

    row: Claim | LedgerEvent | None
    problems: tuple[Problem, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    taken: Proposal | None = None
    comparison: Comparison = field(default_factory=Comparison)


def judge_item(item: Item, around: Surroundings) -> Judgement:
    """Return what an item amounts to; the work does not depend on how many items there are."""
    if isinstance(item.drafted, DraftedEvent):
        row, problems = convert_event(item.drafted, around.filing)
        return Judgement(row, problems)
    candidate = item.drafted
    sentence = quote_sentence(around.text, candidate)
    view = around.view
    wanted = item.chosen.observable
    proposals = propose_observables(view.system, candidate, sentence, wanted) if view is not None else ()
    taken = _choose_proposal(item, proposals)
    about = _settle_about(item, taken.about if taken else describe_alone(candidate, sentence))
    notes = "; ".join(part for part in (item.chosen.notes, taken.remark if taken else "") if part)
    agency = item.chosen.agency
    claim, problems = convert_candidate(candidate, about, around.filing, around.text, agency=agency, notes=notes)
    if wanted and view is not None and taken is None:
        claim, problems = None, (*problems, _miss_observable(wanted, view))
    comparison = compare_with_ledger(view, claim) if view is not None and claim is not None else Comparison()
    return Judgement(claim, problems, proposals, taken, comparison)


def _miss_observable(name: str, view: LedgerView) -> Problem:
    """Say that the observable that the person chose cannot take the claim, or is none."""
    known = [observable.name for observable in view.system.observables]
    message = f"{name} does not take this claim" if name in known else f"there is no observable {name}"
    mend = "edit measure, unit or period, or empty the field observable" if name in known else suggest_name(name, known)
    return Problem(codes.NOT_A_CLAIM, message, path="observable", found=name, mend=mend)


def _choose_proposal(item: Item, proposals: tuple[Proposal, ...]) -> Proposal | None:
    """Return the proposal that the person chose, else the first; none where the person chose none."""
    if "observable" in item.edited:
        return next((p for p in proposals if p.observable == item.chosen.observable), None)
    return proposals[0] if proposals else None


def _settle_about(item: Item, about: About) -> About:
    """Return what the claim is about with the person's own words, which come before any proposal."""
    candidate, chosen, edited = item.drafted, item.chosen, item.edited
    if not isinstance(candidate, Candidate):
        return about
    own = {name: getattr(candidate, name) for name in ("group", "origin", "destination") if name in edited}
    if chosen.what:
        own["what"] = chosen.what
    about = replace(about, **own)
    return replace(about, quantity_kind=QuantityKind(chosen.quantity_kind)) if chosen.quantity_kind else about
