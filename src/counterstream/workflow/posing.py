"""Questions put to a finished fit: which quantities, over which period, and its draws of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from counterstream.errors import CounterstreamError, Problem, suggest_name
from counterstream.evidence.answering import AnsweredClaim
from counterstream.infer.claims import ClaimTable
from counterstream.infer.influence import LEAST_DRAWS, LEVELS, Sample
from counterstream.infer.measurement import to_working
from counterstream.simulate.windows import has_course
from counterstream.system.observable import FlowMeasure, Observable, PathMeasure
from counterstream.system.system import System
from counterstream.workflow.files import INTERVALS
from counterstream.workflow.fitted import Fitted, spaced

Floats = NDArray[np.float64]

#: Draws that are run; more cost time and show nothing new.
MOST_DRAWS = 2000
#: Flows whose totals stand for a case unless others are asked for.
MAIN_FLOWS = 5


def main_flows(claims: Sequence[AnsweredClaim], n: int = MAIN_FLOWS) -> tuple[str, ...]:
    """Return names of the flows that most claims speak of, those with most first."""
    counts = Counter(c.observable.name for c in claims if isinstance(c.observable.measure, FlowMeasure))
    return tuple(name for name, _ in counts.most_common(n))


def has_total(system: System, observable: Observable) -> bool:
    """Whether an observable has a value over any period: no path or parameter, no comparison of other windows."""
    return has_course(system, observable.measure) and not isinstance(observable.measure, PathMeasure)


def choose_observables(system: System, names: Sequence[str]) -> tuple[Observable, ...]:
    """Return the observables of these names.

    Raises
    ------
    CounterstreamError
        See :func:`find_faults`.
    """
    if faults := find_faults(system, names):
        raise CounterstreamError(faults)
    declared = {o.name: o for o in system.observables}
    return tuple(declared[name] for name in dict.fromkeys(names))


def find_faults(system: System, names: Sequence[str]) -> list[Problem]:
    """Return what is wrong with names of observables: ``U240`` not declared, ``U242`` without a total."""
    declared = {o.name: o for o in system.observables}
    known = [o.name for o in system.observables if has_total(system, o)]
    faults: list[Problem] = []
    for name in dict.fromkeys(names):
        if name not in declared:
            mend = suggest_name(name, known)
            faults.append(Problem("U240", "the system declares no observable of that name", found=name, mend=mend))
        elif name not in known:
            mend = "name a flow, a stock or a share that is measured over the period itself"
            faults.append(Problem("U242", "the observable cannot be told over a period", found=name, mend=mend))
    return faults


def choose_period(system: System, first: date | None = None, last: date | None = None) -> tuple[date, date]:
    """Return first and last day of a period, by default the system's.

    Raises
    ------
    CounterstreamError
        See :func:`find_period_faults`.
    """
    if faults := find_period_faults(system, first, last):
        raise CounterstreamError(faults)
    return first or system.clock.start, last or system.clock.end


def find_period_faults(system: System, first: date | None, last: date | None) -> list[Problem]:
    """Return what is wrong with a period: ``U241`` if it ends before it begins or lies in part outside the system's."""
    clock = system.clock
    start, end = first or clock.start, last or clock.end
    if start <= end and clock.covers(start, end):
        return []
    allowed = f"a period inside {clock.start} to {clock.end}"
    return [Problem("U241", "this is no period of the system", found=f"{start} to {end}", allowed=allowed)]


def pick_draws(fitted: Fitted) -> Floats:
    """Return draws of a fit that are run, evenly spaced in each chain, shape (chain, draw, dimension).

    Raises
    ------
    CounterstreamError
        ``U243`` if the fit has fewer than :data:`~counterstream.infer.influence.LEAST_DRAWS`.
    """
    n_chains, n_draws = fitted.flats.shape[:2]
    if n_chains * n_draws < LEAST_DRAWS:
        allowed = f"{LEAST_DRAWS} or more"
        mend = "fit again with more chains or draws"
        raise CounterstreamError(
            Problem("U243", "the fit has too few draws", found=str(n_chains * n_draws), allowed=allowed, mend=mend)
        )
    return fitted.flats[:, spaced(n_draws, max(MOST_DRAWS // n_chains, 1))]


def sample_truths(table: ClaimTable, truths: Floats, shape: tuple[int, int]) -> list[Sample]:
    """Return what the system says of each claim of a table, by chain.

    Parameters
    ----------
    truths
        Shape (draw, claim), chain after chain.
    shape
        Chains, and draws of each.
    """
    working = to_working(table, truths)
    return [Sample(truths[:, i].reshape(shape), working[:, i].reshape(shape)) for i in range(len(table))]


def name_levels(quantiles: Floats) -> dict[str, float]:
    """Return quantiles at :data:`~counterstream.infer.influence.LEVELS` by name: ``low90`` to ``high90``."""
    return dict(zip(INTERVALS, (float(q) for q in quantiles), strict=True))


def bands(draws: Floats) -> dict[str, float]:
    """Return median, 50 % and 90 % interval of draws by name."""
    return name_levels(np.quantile(draws, LEVELS))
