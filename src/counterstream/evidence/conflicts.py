"""Claims that cannot all be true, found before any fit.

Each hedge admits an interval of true amounts (:func:`admissible_interval`).  Claims conflict
if the intervals of one observable over one window do not meet, or if a part of a flow's
window is said to hold more than the whole.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from counterstream.evidence.answering import AnsweredClaim, Answering
from counterstream.evidence.claim import Hedge
from counterstream.system.observable import WHOLE, FlowMeasure, RatioMeasure

#: Relative half-width that a hedge admits, the least where half a unit of the last digit that is
#: not zero is less.  They are wide on purpose: a conflict found with them is one for any reader.
#: The counted ones leave room for late corrections; "estimate" follows what first and later
#: figures of one office commonly differ by.
HALF_WIDTH: dict[Hedge, float] = {
    Hedge.EXACT: 0.005,
    Hedge.REVISED: 0.005,
    Hedge.DERIVED: 0.005,
    Hedge.ROUNDED: 0.03,
    Hedge.ONLY: 0.03,
    Hedge.ABOUT: 0.10,
    Hedge.HALF_OF: 0.10,
    Hedge.ESTIMATE: 0.15,
}
#: Hedges read to the last digit: they get no half unit of it.
TO_THE_DIGIT = frozenset({Hedge.EXACT, Hedge.REVISED, Hedge.DERIVED})
AT_LEAST = frozenset({Hedge.OVER, Hedge.JUST_OVER, Hedge.AT_LEAST})
AT_MOST = frozenset({Hedge.UP_TO, Hedge.NEARLY, Hedge.ALMOST, Hedge.UNDER, Hedge.NO_MORE_THAN})


class ConflictKind(StrEnum):
    """In which way claims contradict one another."""

    SAME_WINDOW = "same window"
    PART_ABOVE_WHOLE = "part exceeds whole"
    PARTS_ABOVE_WHOLE = "parts together exceed whole"


@dataclass(frozen=True)
class Conflict:
    """Claims on one observable that cannot all be true.

    Parameters
    ----------
    observable
        Name of the observable.
    claims
        Identifiers of the claims; for parts and wholes, the whole comes first.
    kind
        In which way they conflict.
    detail
        What each says, by how much they differ and whether they are independent.
    agencies
        Their ultimate counters, each once.
    gap
        By how much, in the observable's unit, the intervals fail to meet.
    relative_gap
        The same over the smaller of the two limits (infinite if that is 0).
    """

    observable: str
    claims: tuple[str, ...]
    kind: ConflictKind
    detail: str
    agencies: tuple[str, ...]
    gap: float
    relative_gap: float


@dataclass(frozen=True, slots=True)
class _Statement:
    """An answered claim with the interval it admits."""

    item: AnsweredClaim
    low: float
    high: float

    @property
    def window(self) -> tuple[date, date]:
        """First and last day."""
        return self.item.claim.first, self.item.claim.last

    def holds(self, other: _Statement) -> bool:
        """Whether the other's window is a true part of this one's."""
        (first, last), (start, end) = self.window, other.window
        return first <= start and end <= last and (first, last) != (start, end)


def find_conflicts(answering: Answering) -> tuple[Conflict, ...]:
    """Return the conflicts among answered claims, observable by observable.

    Claims in families and in persons are not compared: the size of households is unknown
    before a fit.  Projections conflict with nothing.
    """
    groups: dict[tuple[str, bool], list[_Statement]] = {}
    for item in answering.answered:
        interval = admissible_interval(item)
        if interval is not None:
            groups.setdefault((item.observable.name, item.by_household), []).append(_Statement(item, *interval))
    conflicts: list[Conflict] = []
    for statements in groups.values():
        conflicts.extend(_compare_same_windows(statements))
        measure = statements[0].item.observable.measure
        if isinstance(measure, FlowMeasure) and measure.window == WHOLE:
            conflicts.extend(_compare_parts(statements))
    return tuple(conflicts)


def admissible_interval(item: AnsweredClaim) -> tuple[float, float] | None:
    """Return the amounts that a claim's hedge admits, in the observable's unit.

    Returns
    -------
    (low, high) or None
        ``None`` if the claim rules nothing out (projections).

    Notes
    -----
    Counted figures (exact, revised, derived) admit half a percent either side.  Rounded ones
    admit the larger of half a unit of their last digit that is not zero and the share in
    :data:`HALF_WIDTH`.  Lower bounds admit everything above, upper bounds everything below.
    """
    hedge = item.claim.hedge
    top = _largest_amount(item)
    if hedge is Hedge.PROJECTION:
        return None
    if hedge is Hedge.RANGE and item.low is not None and item.high is not None:
        return item.low, item.high
    if item.value is None or item.claim.value is None:
        return None
    value = item.value
    if hedge in AT_LEAST:
        return value, top
    if hedge in AT_MOST:
        return (0.0 if value >= 0.0 else -math.inf), value
    half = abs(value) * HALF_WIDTH.get(hedge, HALF_WIDTH[Hedge.ESTIMATE])
    if hedge not in TO_THE_DIGIT:
        half = max(half, 0.5 * last_digit_unit(item.claim.value) * item.factor)
    return (max(value - half, 0.0) if value >= 0.0 else value - half), min(value + half, top)


def last_digit_unit(value: float) -> float:
    """Return the worth of one in the last decimal digit that is not zero: 100 for 1200, 0.01 for 0.45."""
    exponent = Decimal(repr(value)).normalize().as_tuple().exponent
    return 10.0**exponent if isinstance(exponent, int) else 0.0


def _largest_amount(item: AnsweredClaim) -> float:
    """Return the upper end of an observable's scale."""
    if isinstance(item.observable.measure, RatioMeasure):
        return {"share": 1.0, "percent": 100.0}.get(item.observable.unit, math.inf)
    return math.inf


def _compare_same_windows(statements: Sequence[_Statement]) -> list[Conflict]:
    """Return one conflict for each window whose claims do not all meet."""
    windows: dict[tuple[date, date], list[_Statement]] = {}
    for statement in statements:
        windows.setdefault(statement.window, []).append(statement)
    conflicts: list[Conflict] = []
    for members in windows.values():
        above, below = max(members, key=lambda s: s.low), min(members, key=lambda s: s.high)
        if above.low > below.high:
            parties = [s for s in members if s.low > below.high or s.high < above.low]
            conflicts.append(_describe(ConflictKind.SAME_WINDOW, parties, below.high, above.low))
    return conflicts


def _compare_parts(statements: Sequence[_Statement]) -> list[Conflict]:
    """Return conflicts of claims on a window with claims on its parts."""
    conflicts: list[Conflict] = []
    for whole in statements:
        if math.isinf(whole.high):
            continue
        parts = [s for s in statements if whole.holds(s)]
        larger = [s for s in parts if s.low > whole.high]
        if larger:
            most = max(s.low for s in larger)
            conflicts.append(_describe(ConflictKind.PART_ABOVE_WHOLE, [whole, *larger], whole.high, most))
        total, chosen = _largest_disjoint_sum([s for s in parts if s.low <= whole.high])
        # Sums of decimal figures carry rounding errors of about 1e-16 each.
        if len(chosen) > 1 and total > whole.high * (1.0 + 1e-12):
            conflicts.append(_describe(ConflictKind.PARTS_ABOVE_WHOLE, [whole, *chosen], whole.high, total))
    return conflicts


def _largest_disjoint_sum(parts: Sequence[_Statement]) -> tuple[float, list[_Statement]]:
    """Choose windows that do not overlap, so that their lower limits add up to the most.

    Where several claims speak of one window, the lowest lower limit counts: what is found then
    does not rest on the one claim that says most.

    Notes
    -----
    Weighted interval scheduling by dynamic programming over the windows' last days
    (Kleinberg and Tardos, 2006, section 6.1).
    """
    lowest: dict[tuple[date, date], _Statement] = {}
    for part in parts:
        held = lowest.get(part.window)
        if held is None or part.low < held.low:
            lowest[part.window] = part
    ordered = sorted((s for s in lowest.values() if s.low > 0.0), key=lambda s: (s.window[1], s.window[0]))
    ends = [s.window[1] for s in ordered]
    best = [0.0]
    before: list[int] = []
    for index, part in enumerate(ordered):
        # Windows that end before this one starts; days are inclusive.
        before.append(bisect_left(ends, part.window[0], hi=index))
        best.append(max(best[index], best[before[index]] + part.low))
    chosen: list[_Statement] = []
    index = len(ordered)
    while index > 0:
        if best[index] > best[index - 1]:
            chosen.append(ordered[index - 1])
            index = before[index - 1]
        else:
            index -= 1
    return best[-1], chosen[::-1]


def _describe(kind: ConflictKind, parties: Sequence[_Statement], low: float, high: float) -> Conflict:
    """Put a conflict into words; ``low`` is the most one side admits, ``high`` the least of the other."""
    unit = "families" if parties[0].item.by_household else parties[0].item.observable.unit
    gap = high - low
    relative = gap / low if low > 0.0 else math.inf
    share = f" ({relative:.0%})" if math.isfinite(relative) else ""
    said = "; ".join(_say(statement, unit) for statement in parties)
    agencies = tuple(dict.fromkeys(s.item.agency for s in parties))
    sentences = [said, f"They fail to meet by {format_amount(gap)} {unit}{share}", _say_independence(parties)]
    return Conflict(
        parties[0].item.observable.name,
        tuple(s.item.claim.id for s in parties),
        kind,
        ". ".join(sentence for sentence in sentences if sentence) + ".",
        agencies,
        gap,
        relative,
    )


def _say(statement: _Statement, unit: str) -> str:
    """Say what a claim says."""
    item, claim = statement.item, statement.item.claim
    figure = item.value
    if figure is None or claim.hedge is Hedge.RANGE:
        figure_text = f"{format_amount(statement.low)} to {format_amount(statement.high)}"
    else:
        figure_text = format_amount(figure)
    relayed = f", after {item.agency}" if item.agency != claim.agency else ""
    hedge = claim.hedge.replace("_", " ")
    return f"{claim.id}: {figure_text} {unit}, {hedge}, {claim.first} to {claim.last} ({claim.agency}{relayed})"


def _say_independence(parties: Sequence[_Statement]) -> str:
    """Say which claims go back to one counter."""
    witnesses: dict[str, list[str]] = {}
    for statement in parties:
        witnesses.setdefault(statement.item.agency, []).append(statement.item.claim.id)
    repeated = {agency: ids for agency, ids in witnesses.items() if len(ids) > 1}
    if not repeated:
        return ""
    if len(witnesses) == 1:
        only = next(iter(repeated))
        return f"All go back to one counter, {only}: it has changed its figure, or the two mean different things"
    return "; ".join(
        f"{', '.join(ids)} go back to one counter, {agency}: one witness, not {len(ids)}"
        for agency, ids in repeated.items()
    )


def format_amount(amount: float) -> str:
    """Return an amount for reading: whole above 1,000, four digits below."""
    return f"{amount:,.0f}" if abs(amount) >= 1000.0 else f"{amount:.4g}"
