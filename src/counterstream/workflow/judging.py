"""Claims that cannot all be true, and what draws of a fit make of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from counterstream.evidence.answering import AnsweredClaim
from counterstream.evidence.conflicts import Conflict, ConflictKind, admissible_interval
from counterstream.infer.predict import ClaimPredictions
from counterstream.workflow.fitted import NOT_FITTED, LeftOut
from counterstream.workflow.posing import bands

Floats = NDArray[np.float64]

#: Posterior chance from which the fit is said to believe a side, or neither.
BELIEVED = 0.9
#: Amounts below this are as good as none, so that their logarithm exists.
LEAST_AMOUNT = 1e-6
NEITHER = "neither"


@dataclass(frozen=True)
class DisputedClaim:
    """One claim of a contradiction, and what the fit makes of it.

    Parameters
    ----------
    claim, agency, use
        Its name, its ultimate counter, and whether it was fitted.
    side
        ``lower`` or ``higher`` (same window), ``whole`` or ``parts``.
    truth
        What the fit says of the observable over the claim's window: ``low90``, ``low50``,
        ``median``, ``high50``, ``high90``.
    wrong_probability
        Posterior chance that it is plain wrong.
    surprise
        Two-sided predictive tail probability of what it says.
    pull, without_median
        How far the claim moves the mean of its observable, in posterior standard deviations, and the
        observable's median from the other claims; ``None`` where it was not fitted or the weights
        of the draws cannot tell.
    pareto_k
        Shape of the tail of those weights; ``None`` where the claim was not fitted.
    """

    claim: str
    agency: str
    use: str
    side: str
    truth: dict[str, float]
    wrong_probability: float
    surprise: float
    pull: float | None = None
    without_median: float | None = None
    pareto_k: float | None = None


@dataclass(frozen=True)
class Dispute:
    """A contradiction, and whom the fit believes.

    Parameters
    ----------
    conflict
        What was found before the fit.
    claims
        Its claims, in the conflict's order.
    sides
        By side, and :data:`NEITHER`: posterior chance that the truth is nearer to what that side
        admits, and that it is farther from both than they differ; they sum to 1.
    believed
        The one with a chance of :data:`BELIEVED` or more, else empty.
    """

    conflict: Conflict
    claims: tuple[DisputedClaim, ...]
    sides: dict[str, float]
    believed: str

    def as_dict(self) -> dict[str, Any]:
        """Return plain data: the conflict's fields with the judgement beside them."""
        judged = {"judged": [asdict(c) for c in self.claims], "sides": self.sides, "believed": self.believed}
        return {**asdict(self.conflict), **judged}


def judge_disputes(
    conflicts: Sequence[Conflict],
    parties: Sequence[AnsweredClaim],
    told: ClaimPredictions,
    left_out: Mapping[str, LeftOut] = MappingProxyType({}),
) -> tuple[Dispute, ...]:
    """Tell of each contradiction what draws of a fit make of it.

    In each draw the truth lies nearer to what one side admits than to what the other does, on the
    scale of logarithms, or farther from both than they differ.  What holds in nine of ten draws is
    what the fit believes.

    Parameters
    ----------
    conflicts
        Contradictions.
    parties
        Claims, all those of the contradictions among them.
    told
        Predictions of these claims, in their order.
    left_out
        What the fit says without each claim that was fitted, by its name, where that is known.
    """
    named = {item.claim.id: item for item in parties}
    place = {item.claim.id: i for i, item in enumerate(parties)}
    surprise = told.surprise()
    disputes: list[Dispute] = []
    for conflict in conflicts:
        sides = _assign_sides(conflict, named)
        chances = _chances(
            conflict, [_make_party(named[name], side, told.truth[:, place[name]]) for name, side in sides.items()]
        )
        claims = tuple(
            _describe(
                named[name], side, told, place[name], float(surprise[place[name]]), left_out.get(name, NOT_FITTED)
            )
            for name, side in sides.items()
        )
        believed = next((side for side, chance in chances.items() if chance >= BELIEVED), "")
        disputes.append(Dispute(conflict, tuple(claims), chances, believed))
    return tuple(disputes)


def _describe(
    item: AnsweredClaim, side: str, told: ClaimPredictions, place: int, surprise: float, left: LeftOut
) -> DisputedClaim:
    return DisputedClaim(
        item.claim.id,
        item.agency,
        str(item.claim.use),
        side,
        bands(told.truth[:, place]),
        float(told.wrong[place]),
        surprise,
        left.pull,
        left.without_median,
        left.pareto_k,
    )


def _side_names(conflict: Conflict) -> tuple[str, str]:
    """Return the names of the side that says less and of the one that says more."""
    return ("lower", "higher") if conflict.kind is ConflictKind.SAME_WINDOW else ("whole", "parts")


def _limits(conflict: Conflict) -> tuple[float, float]:
    """Return the most that the lower side admits and the least that the higher one does."""
    most = conflict.gap / conflict.relative_gap if np.isfinite(conflict.relative_gap) else 0.0
    return most, most + conflict.gap


def _assign_sides(conflict: Conflict, named: Mapping[str, AnsweredClaim]) -> dict[str, str]:
    """Return the side of each claim: a whole stands first, in one window the limits decide."""
    lower, higher = _side_names(conflict)
    if conflict.kind is not ConflictKind.SAME_WINDOW:
        return {name: higher if place else lower for place, name in enumerate(conflict.claims)}
    middle = sum(_limits(conflict)) / 2.0
    return {name: higher if _admitted(named[name])[0] > middle else lower for name in conflict.claims}


def _admitted(item: AnsweredClaim) -> tuple[float, float]:
    """Return the amounts that a claim admits; what rules nothing out is in no contradiction."""
    return admissible_interval(item) or (0.0, np.inf)


@dataclass(frozen=True)
class _Party:
    """A claim of a contradiction: its side, the amounts that it admits, and the truth by draw."""

    side: str
    low: float
    high: float
    truth: Floats

    def distance(self) -> Floats:
        """Distance in logs between the truth and the nearest amount that the claim admits, shape (draw,)."""
        low, truth, high = (_log(amount) for amount in (self.low, self.truth, self.high))
        return np.maximum(np.maximum(low - truth, truth - high), 0.0)


def _make_party(item: AnsweredClaim, side: str, truth: Floats) -> _Party:
    return _Party(side, *_admitted(item), truth)


def _log(amount: float | Floats) -> Floats:
    return np.log(np.maximum(amount, LEAST_AMOUNT))


def _chances(conflict: Conflict, parties: Sequence[_Party]) -> dict[str, float]:
    """Return the shares of draws that each side holds; equal distances count half for both."""
    lower, higher = _side_names(conflict)
    most, least = (_log(limit) for limit in _limits(conflict))
    from_lower = np.min([p.distance() for p in parties if p.side == lower], axis=0)
    above = [p for p in parties if p.side == higher]
    if conflict.kind is ConflictKind.SAME_WINDOW:
        from_higher = np.min([p.distance() for p in above], axis=0)
    else:
        # Parts speak against their whole only by being at least so many.
        together = conflict.kind is ConflictKind.PARTS_ABOVE_WHOLE
        held = (np.sum if together else np.max)([p.truth for p in above], axis=0)
        from_higher = np.maximum(least - _log(held), 0.0)
    far = np.minimum(from_lower, from_higher) > least - most
    nearer = np.where(from_lower == from_higher, 0.5, from_lower < from_higher)
    return {
        lower: float(np.mean(~far * nearer)),
        higher: float(np.mean(~far * (1.0 - nearer))),
        NEITHER: float(np.mean(far)),
    }
