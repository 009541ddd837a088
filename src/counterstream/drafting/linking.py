"""One fact told twice, and figures that cannot all be true: within a document, and with the ledger."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from counterstream.drafting.candidate import Bound, Candidate
from counterstream.drafting.conversion import read_wording
from counterstream.drafting.days import days_of_period
from counterstream.evidence.answering import SAME_FIGURE, AnsweredClaim, Answering, answer_claims, central_figure
from counterstream.evidence.claim import Claim
from counterstream.evidence.conflicts import Conflict, find_conflicts
from counterstream.evidence.ledger import Ledger
from counterstream.system.system import System

#: Name that a claim has while it is compared with the ledger; no row of a ledger begins with a blank.
UNDER_REVIEW = " this candidate"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the ledger already holds about a claim.

    Parameters
    ----------
    repeats
        Claims of the ledger with the same figure over the same window.
    repeats_here
        Those of them that come from the same source.
    conflicts
        Contradictions that the claim takes part in.
    """

    repeats: tuple[str, ...] = ()
    repeats_here: tuple[str, ...] = ()
    conflicts: tuple[Conflict, ...] = ()


def link_repeats(candidates: Sequence[Candidate]) -> dict[int, int]:
    """Find candidates that tell a fact that an earlier one of the document has told.

    Returns
    -------
    dict
        From the place of each later telling in ``candidates`` to the place of the first.  A fact
        told three times in summary, body and footnote is one fact: it is never added up.

    Notes
    -----
    Two tellings are one if figure, bound and unit agree and nothing that both state differs.
    What one of them leaves open does not part them; a chain of such tellings is linked to its first.
    """
    firsts: dict[tuple[object, ...], list[int]] = {}
    linked: dict[int, int] = {}
    for place, candidate in enumerate(candidates):
        if not _says_enough(candidate):
            continue
        said = read_wording(candidate)
        key = (_round(said.value), _round(said.low), _round(said.high), candidate.unit, candidate.per)
        heads = firsts.setdefault(key, [])
        head = next((h for h in heads if _may_be_one(candidates[h], candidate)), None)
        if head is None:
            heads.append(place)
        else:
            linked[place] = head
    return linked


def _says_enough(candidate: Candidate) -> bool:
    """Whether a figure is particular enough that saying it again means the same fact.

    Numbers below ten are told of too many things.
    """
    figures = [f for f in (candidate.value, candidate.low, candidate.high) if f is not None]
    return any(f >= 10.0 or (candidate.unit == "share" and f > 0.0) for f in figures)


def _round(figure: float | None) -> float | None:
    """Return a figure to four digits, so that 1,000 and 1000.0 are one."""
    if figure is None or figure == 0.0 or not math.isfinite(figure):
        return figure
    return float(f"{figure:.4g}")


def _may_be_one(first: Candidate, other: Candidate) -> bool:
    """Whether nothing that both state speaks against one fact told twice."""
    if first.bound is not other.bound and not {first.bound, other.bound} <= {Bound.EXACT, Bound.APPROX}:
        return False
    pairs = (
        (first.group, other.group),
        (first.origin, other.origin),
        (first.destination, other.destination),
        (first.share_of, other.share_of),
    )
    if any(a and b and a.lower() != b.lower() for a, b in pairs):
        return False
    return _periods_agree(first.period, other.period)


def _periods_agree(one: str, other: str) -> bool:
    """Whether two periods are the same, or one lies within the other, or one is not stated."""
    if not one or not other or one == other:
        return True
    days, others = days_of_period(one), days_of_period(other)
    if days is None or others is None:
        return False
    return (days[0] <= others[0] and others[1] <= days[1]) or (others[0] <= days[0] and days[1] <= others[1])


@dataclass(frozen=True)
class LedgerView:
    """A ledger as the system answers it, sorted so that one claim is compared quickly.

    Parameters
    ----------
    system
        Answers claims.
    by_observable
        Answered claims of the ledger.
    """

    system: System
    by_observable: dict[str, tuple[AnsweredClaim, ...]]


def view_ledger(system: System, claims: Sequence[Claim]) -> LedgerView:
    """Answer the claims of a ledger once, for many comparisons."""
    found: dict[str, list[AnsweredClaim]] = {}
    for item in answer_claims(system, Ledger(tuple(claims))).answered:
        found.setdefault(item.observable.name, []).append(item)
    return LedgerView(system, {name: tuple(items) for name, items in found.items()})


def compare_with_ledger(view: LedgerView, claim: Claim) -> Comparison:
    """Return which claims of the ledger say the same as a claim, and which contradict it.

    Whether claims contradict one another is asked of
    :func:`counterstream.evidence.conflicts.find_conflicts`; only the claims of the observable that
    answers this one are looked at, and of them only those whose windows can matter.
    """
    answered = answer_claims(view.system, Ledger((replace(claim, id=UNDER_REVIEW),))).answered
    if not answered:
        return Comparison()
    own = answered[0]
    others = view.by_observable.get(own.observable.name, ())
    near = _select_near(others, claim)
    repeats = tuple(o for o in near if _is_repeat(own, o))
    # Claims of the same window that agree with this one are no party to what it contradicts.
    parties = tuple(o for o in near if not _same_window(own, o) or find_conflicts(Answering((o, own), (), ())))
    conflicts = find_conflicts(Answering((*parties, own), (), ()))
    return Comparison(
        tuple(o.claim.id for o in repeats),
        tuple(o.claim.id for o in repeats if o.claim.source_id == claim.source_id),
        tuple(c for c in conflicts if UNDER_REVIEW in c.claims),
    )


def _select_near(others: Sequence[AnsweredClaim], claim: Claim) -> tuple[AnsweredClaim, ...]:
    """Return the claims whose windows meet a claim's, or meet a whole that the claim is a part of."""
    first, last = claim.first, claim.last
    wholes = [o.claim for o in others if o.claim.first <= first and last <= o.claim.last]
    first = min((whole.first for whole in wholes), default=first)
    last = max((whole.last for whole in wholes), default=last)
    return tuple(o for o in others if o.claim.first <= last and first <= o.claim.last)


def _same_window(own: AnsweredClaim, other: AnsweredClaim) -> bool:
    """Whether two claims speak of the same days."""
    return (own.claim.first, own.claim.last) == (other.claim.first, other.claim.last)


def _is_repeat(own: AnsweredClaim, other: AnsweredClaim) -> bool:
    """Whether two claims of one observable state one figure over one window."""
    if not _same_window(own, other) or own.by_household is not other.by_household:
        return False
    figure = central_figure(own)
    return abs(figure - central_figure(other)) <= SAME_FIGURE * abs(figure)
