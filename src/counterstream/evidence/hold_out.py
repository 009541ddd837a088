"""Which claims are left out of a fit, so that it can be asked about them.

Claims are told apart by their ultimate agency, by the year in which the middle of their window
lies, by the source that states them, or one by one.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from counterstream.errors import CounterstreamError, Problem, suggest_name
from counterstream.evidence.answering import SAME_FIGURE, AnsweredClaim, central_figure, ultimate_agency
from counterstream.evidence.ledger import Ledger
from counterstream.system.system import System

MALFORMED = "U220"
YEARS_REVERSED = "U221"
UNKNOWN_AGENCY = "U222"
UNKNOWN_SOURCE = "U223"
HOLDS_NOTHING = "U224"
NOTHING_LEFT = "U225"
WRONG_NUMBER = "U226"
UNKNOWN_WAY = "U227"

FORMS = "agency=NAME, years=A-B or source=ID"
_YEARS = re.compile(r"(\d{4})(?:-(\d{4}))?", re.ASCII)


def middle_year(item: AnsweredClaim) -> int:
    """Return the year in which the middle of a claim's window lies."""
    first, last = item.claim.first, item.claim.last
    return (first + (last - first) / 2).year


def choose_held_out(
    system: System, ledger: Ledger, fitted: Sequence[AnsweredClaim], texts: Sequence[str]
) -> frozenset[str]:
    """Find the claims that some descriptions hold out together.

    Parameters
    ----------
    fitted
        Claims that would be fitted if none were held out.
    texts
        Each ``agency=NAME`` (with those that relay it), ``years=A-B`` (or one year; by the middle
        of a claim's window) or ``source=ID``.

    Returns
    -------
    frozenset of str
        Identifiers of the claims.

    Raises
    ------
    CounterstreamError
        With a problem for each description that is malformed (U220), has its years reversed
        (U221), names no agency (U222) or source (U223) of the ledger or holds out no fitted claim
        (U224); or if together they leave nothing to fit (U225).
    """
    chosen: set[str] = set()
    problems: list[Problem] = []
    for text in texts:
        found = _find_rule(system, ledger, fitted, text)
        if isinstance(found, Problem):
            problems.append(found)
            continue
        held = {item.claim.id for item in fitted if found(item)}
        if not held:
            mend = "hold out claims that are answered and have the use fit"
            problems.append(Problem(HOLDS_NOTHING, "this holds out no claim that is fitted", found=text, mend=mend))
        chosen |= held
    if not problems and len(chosen) == len(fitted):
        problems.append(_leave_nothing(", ".join(texts)))
    if problems:
        raise CounterstreamError(problems)
    return frozenset(chosen)


def _find_rule(
    system: System, ledger: Ledger, fitted: Sequence[AnsweredClaim], text: str
) -> Callable[[AnsweredClaim], bool] | Problem:
    """Return what a description asks of a claim that is held out, or what is wrong with it."""
    aspect, sign, name = text.partition("=")
    if not sign or not name or aspect not in ("agency", "years", "source"):
        mend = "write, for instance, years=1990-1992"
        return Problem(MALFORMED, "this does not say what is held out", found=text, allowed=FORMS, mend=mend)
    if aspect == "agency":
        known = {*ledger.agencies, *(item.agency for item in fitted)}
        if name not in known:
            return Problem(UNKNOWN_AGENCY, "no claim is by that agency", found=name, mend=suggest_name(name, known))
        ultimate = ultimate_agency(name, {agency.name: agency for agency in system.agencies})
        return lambda item: item.agency == ultimate
    if aspect == "source":
        ids = {source.id for source in ledger.sources}
        if name not in ids:
            return Problem(UNKNOWN_SOURCE, "the ledger has no such source", found=name, mend=suggest_name(name, ids))
        return lambda item: item.claim.source_id == name
    return _find_years(text, name)


def _find_years(text: str, span: str) -> Callable[[AnsweredClaim], bool] | Problem:
    """Return whether a claim lies in a span of years, or what is wrong with the span."""
    found = _YEARS.fullmatch(span)
    if found is None:
        mend = "write four digits for a year, and the first and the last with a hyphen between them"
        return Problem(MALFORMED, "these are no years", found=text, allowed="years=A-B", mend=mend)
    first, last = int(found[1]), int(found[2] or found[1])
    if first > last:
        mend = f"write years={last}-{first}"
        return Problem(YEARS_REVERSED, "the last year is before the first", found=text, mend=mend)
    return lambda item: first <= middle_year(item) <= last


def _leave_nothing(found: str) -> Problem:
    mend = "hold out less, so that something is left to fit"
    return Problem(NOTHING_LEFT, "every claim is held out", found=found, mend=mend)


def deal_folds(fitted: Sequence[AnsweredClaim], n_folds: int, by: str) -> tuple[frozenset[str], ...]:
    """Deal claims out into folds, each to be held out in turn.

    Parameters
    ----------
    fitted
        Claims to deal out.
    n_folds
        Number of folds: from 2 to the number of agencies, years or claims.
    by
        ``agency``: ultimate agencies, those with most claims first, each to the fold with fewest
        claims so far.  ``years``: the year of each window's middle, modulo the number of folds.
        ``claims``: one after another in the order of a hash of their identifiers.

    Returns
    -------
    tuple of frozenset of str
        Identifiers of the claims of each fold; folds of years into which none falls are left out.

    Raises
    ------
    CounterstreamError
        If there is no such way of dealing (U227), there are fewer than two folds or more than
        there is to deal (U226), or one fold holds every claim (U225).
    """
    ways = {"agency": _deal_agencies, "years": _deal_years, "claims": _deal_claims}
    if by not in ways:
        problem = Problem(UNKNOWN_WAY, "folds cannot be dealt out so", found=by, allowed=", ".join(ways))
        raise CounterstreamError(problem)
    units = {
        "agency": {item.agency for item in fitted},
        "years": {middle_year(item) for item in fitted},
        "claims": {item.claim.id for item in fitted},
    }[by]
    if not 2 <= n_folds <= len(units):
        noun = {"agency": "agencies"}.get(by, by)
        allowed = f"2 to the number of {noun}, which is {len(units)}"
        mend = "choose another number, or deal by something else"
        problem = Problem(WRONG_NUMBER, "so many folds cannot be made", found=str(n_folds), allowed=allowed, mend=mend)
        raise CounterstreamError(problem)
    folds = tuple(frozenset(fold) for fold in ways[by](fitted, n_folds) if fold)
    if len(folds) == 1:
        raise CounterstreamError(_leave_nothing(f"{n_folds} folds by {by}"))
    return folds


def _deal_agencies(fitted: Sequence[AnsweredClaim], n_folds: int) -> list[list[str]]:
    by_agency: dict[str, list[str]] = defaultdict(list)
    for item in fitted:
        by_agency[item.agency].append(item.claim.id)
    folds: list[list[str]] = [[] for _ in range(n_folds)]
    for agency in sorted(by_agency, key=lambda name: (-len(by_agency[name]), name)):
        min(folds, key=len).extend(by_agency[agency])
    return folds


def _deal_years(fitted: Sequence[AnsweredClaim], n_folds: int) -> list[list[str]]:
    folds: list[list[str]] = [[] for _ in range(n_folds)]
    for item in fitted:
        folds[middle_year(item) % n_folds].append(item.claim.id)
    return folds


def _deal_claims(fitted: Sequence[AnsweredClaim], n_folds: int) -> list[list[str]]:
    # By a hash, so that claims that stand side by side in the ledger, which are often alike, are parted.
    order = sorted((item.claim.id for item in fitted), key=lambda name: hashlib.sha256(name.encode()).digest())
    return [order[place::n_folds] for place in range(n_folds)]


class Statements:
    """Statements by witness and window, to tell whether a claim says again what another has said."""

    def __init__(self, items: Iterable[AnsweredClaim]) -> None:
        found: dict[object, list[AnsweredClaim]] = defaultdict(list)
        for item in items:
            found[_witness(item)].append(item)
        self._found: Mapping[object, Sequence[AnsweredClaim]] = found

    def repeats(self, item: AnsweredClaim) -> tuple[AnsweredClaim, ...]:
        """Return those of the statements that are the same as a claim, itself included if it is there.

        They are the same if they are about the same observable and window, come from the same
        ultimate agency, and their figures differ by no more than half a percent.
        """
        figure = central_figure(item)
        near = SAME_FIGURE * abs(figure)
        there = self._found.get(_witness(item), ())
        return tuple(other for other in there if abs(central_figure(other) - figure) <= near)


def _witness(item: AnsweredClaim) -> tuple[object, ...]:
    return item.observable.name, item.claim.first, item.claim.last, item.agency, item.by_household
