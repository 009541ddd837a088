"""Which claims a piece of work uses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from counterstream.case import Case
from counterstream.errors import CounterstreamError, Problem, suggest_name
from counterstream.evidence.answering import AnsweredClaim, Answering, answer_claims, relaying_agencies
from counterstream.evidence.claim import Claim, Use
from counterstream.evidence.ledger import check_claims


def answer_selected(case: Case, exclude_agencies: Sequence[str] = (), until: date | None = None) -> Answering:
    """Answer the claims of a case, without those of some agencies and those after a day.

    Who passes on the counts of an agency that is left out is left out with it.

    Raises
    ------
    CounterstreamError
        ``U202`` for each agency that counted nothing.
    """
    ledger = case.ledger
    unknown = set(exclude_agencies) - set(ledger.agencies)
    if unknown:
        raise CounterstreamError(
            [
                Problem("U202", "no claim is by that agency", found=name, mend=suggest_name(name, ledger.agencies))
                for name in sorted(unknown)
            ]
        )
    excluded = [n for a in exclude_agencies for n in relaying_agencies(case.system, a, ledger.agencies)]
    return answer_claims(case.system, ledger.select(excluded, until))


def answer_extra(case: Case, files: Sequence[Path]) -> Answering:
    """Answer further claims, to be checked and not fitted; they may name sources that the case does not know.

    Raises
    ------
    CounterstreamError
        With the problems of all files that cannot be read (L1, L2, L3).
    """
    claims: list[Claim] = []
    problems: list[Problem] = []
    for path in files:
        read, found = check_claims(path, use=Use.CHECK)
        claims.extend(read or ())
        problems.extend(found if read is None else ())
    if problems:
        raise CounterstreamError(problems)
    return answer_claims(case.system, replace(case.ledger, claims=tuple(claims)))


def claims_to_fit(case: Case, answering: Answering) -> tuple[AnsweredClaim, ...]:
    """Return the claims that are fitted.

    Raises
    ------
    CounterstreamError
        ``F101`` if there is none.
    """
    fitted = answering.select_use(Use.FIT)
    if not fitted:
        mend = "let an observable answer claims of the ledger, or mark claims with use = fit"
        raise CounterstreamError(Problem("F101", "no claim is left to fit", str(case.folder), mend=mend))
    return fitted
