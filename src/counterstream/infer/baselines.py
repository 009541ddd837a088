"""What simple rules foretell of claims from other claims on the same observable, without any system.

A rule works on levels: the log of persons (of flows, of persons a month) or the logit of a share.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from counterstream.evidence.answering import AnsweredClaim
from counterstream.evidence.hold_out import Statements
from counterstream.infer.claims import ClaimTable, Floats, Kind, tabulate_claims
from counterstream.infer.measurement import middle_of, to_natural
from counterstream.infer.scores import Foretold
from counterstream.system.system import System

#: With fewer errors of its own than this, a rule gives no intervals.
HANDFUL = 8


class Level(NamedTuple):
    """A claim as a rule sees it: days as ordinals, and the level that it states."""

    first: int
    last: int
    agency: str
    level: float

    @property
    def middle(self) -> float:
        """Middle of the window."""
        return 0.5 * (self.first + self.last)


Rule = Callable[[Sequence[Level], Level], float]


def interpolate(known: Sequence[Level], asked: Level) -> float:
    """Join the levels at the middles of their windows by straight lines; flat beyond the first and last."""
    by_middle: dict[float, list[float]] = defaultdict(list)
    for item in known:
        by_middle[item.middle].append(item.level)
    times = sorted(by_middle)
    return float(np.interp(asked.middle, times, [np.mean(by_middle[t]) for t in times])) if times else np.nan


def repeat_last(known: Sequence[Level], asked: Level) -> float:
    """Take the level of the latest window that ends before the asked one begins; the mean of several."""
    before = [item for item in known if item.last < asked.first]
    latest = max((item.last for item in before), default=0)
    return _mean([item.level for item in before if item.last == latest])


def average_agency(known: Sequence[Level], asked: Level) -> float:
    """Take the mean level of what the same agency says."""
    return _mean([item.level for item in known if item.agency == asked.agency])


def _mean(levels: Sequence[float]) -> float:
    return float(np.mean(levels)) if levels else np.nan


RULES: Mapping[str, Rule] = {
    "interpolation": interpolate,
    "last_value": repeat_last,
    "agency_mean": average_agency,
}


def foretell_by_rules(
    system: System, kept: Sequence[AnsweredClaim], asked: Sequence[AnsweredClaim]
) -> dict[str, Foretold]:
    """Return what each rule foretells of claims from those that were kept.

    Parameters
    ----------
    kept
        Claims that a rule may use.
    asked
        Claims to foretell.

    Returns
    -------
    dict
        By the name of the rule, in the claims' units; NaN where a rule has nothing to go by.

    Notes
    -----
    Intervals reach as far as quantiles of the absolute errors that the rule makes on each kept
    claim from the other kept ones (those that only repeat it left out): on the same observable
    if there are :data:`HANDFUL`, else on the same kind of quantity.
    """
    table, wanted = tabulate_claims(system, kept), tabulate_claims(system, asked)
    series = _by_observable(kept, levels_of(table))
    questions = levels_of(wanted)
    found: dict[str, Foretold] = {}
    for name, rule in RULES.items():
        errors = _own_errors(rule, kept, table)
        points = np.array(
            [rule(series[c.observable.name], q) for c, q in zip(asked, questions, strict=True)], dtype=np.float64
        )
        reach = {level: _reach(wanted, kept, table, errors, level) for level in (0.5, 0.9)}
        ends = (points - reach[0.9], points - reach[0.5], points, points + reach[0.5], points + reach[0.9])
        found[name] = Foretold(*(to_natural(wanted, end + _log_months(wanted)) for end in ends))
    return found


def levels_of(table: ClaimTable) -> list[Level]:
    """Return claims as rules see them."""
    levels = middle_of(table) - _log_months(table)
    return [
        Level(c.claim.first.toordinal(), c.claim.last.toordinal(), c.agency, float(level))
        for c, level in zip(table.claims, levels, strict=True)
    ]


def _log_months(table: ClaimTable) -> Floats:
    """Return what takes a level to the working scale: the log of a flow's months, 0 for others."""
    return np.where(table.kind == Kind.FLOW, np.log(table.months), 0.0)


def _by_observable(claims: Sequence[AnsweredClaim], levels: Sequence[Level]) -> dict[str, list[Level]]:
    series: dict[str, list[Level]] = defaultdict(list)
    for claim, level in zip(claims, levels, strict=True):
        series[claim.observable.name].append(level)
    return series


def _own_errors(rule: Rule, kept: Sequence[AnsweredClaim], table: ClaimTable) -> Floats:
    """Return the absolute error of a rule on each kept claim from the others, NaN where it has none."""
    level = dict(zip((c.claim.id for c in kept), levels_of(table), strict=True))
    others: dict[str, list[str]] = defaultdict(list)
    for item in kept:
        others[item.observable.name].append(item.claim.id)
    statements = Statements(kept)
    errors = np.full(len(kept), np.nan)
    for place, item in enumerate(kept):
        same = {other.claim.id for other in statements.repeats(item)}
        known = [level[name] for name in others[item.observable.name] if name not in same]
        errors[place] = abs(rule(known, level[item.claim.id]) - level[item.claim.id].level)
    return errors


def _reach(
    wanted: ClaimTable, kept: Sequence[AnsweredClaim], table: ClaimTable, errors: Floats, level: float
) -> Floats:
    """Return how far the interval of each wanted claim reaches on either side, NaN where none is given."""
    names = np.array([item.observable.name for item in kept])

    def quantile(chosen: NDArray[np.bool_]) -> float:
        there = errors[chosen & ~np.isnan(errors)]
        return float(np.quantile(there, level)) if there.size >= HANDFUL else np.nan

    by_name = {name: quantile(names == name) for name in dict.fromkeys(names.tolist())}
    by_kind = {kind: quantile(table.kind == kind) for kind in Kind}
    own = [by_name.get(item.observable.name, np.nan) for item in wanted.claims]
    alike = [by_kind[Kind(kind)] for kind in wanted.kind]
    return np.where(np.isnan(own), alike, own)
