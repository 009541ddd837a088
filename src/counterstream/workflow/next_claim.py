"""Where one more source would help most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from counterstream.case import Case
from counterstream.errors import CounterstreamError, Problem
from counterstream.evidence.answering import AnsweredClaim
from counterstream.evidence.claim import Use
from counterstream.infer.influence import Sample
from counterstream.infer.measurement import to_working
from counterstream.infer.next_claim import Reduction, expect_reduction
from counterstream.infer.pose import pose_claim, read_truths, round_figure
from counterstream.infer.predict import ClaimPredictor
from counterstream.infer.progress import Progress, Silent
from counterstream.system.observable import Observable, RatioMeasure
from counterstream.system.system import System
from counterstream.workflow import formats
from counterstream.workflow.fitted import Fitted, read_fitted
from counterstream.workflow.posing import (
    choose_observables,
    choose_period,
    find_faults,
    find_period_faults,
    has_total,
    name_levels,
    pick_draws,
    sample_truths,
)
from counterstream.workflow.run import keep_compiled

Floats = NDArray[np.float64]

#: Of fewer persons than this nobody says "about".
LEAST_PERSONS = 10.0
#: A target whose draws differ by less on the working scale is known.
SAME = 1e-9


@dataclass(frozen=True)
class Candidate:
    """One claim that a new source might make, and what it would teach.

    Parameters
    ----------
    observable, label, unit
        What it would speak of.
    first, last
        Over which period (ISO dates); a stock at one day.
    figure
        What it might say, rounded: the posterior median.
    claims_there
        Fitted claims on the observable whose period overlaps.
    reduction, error
        Expected reduction of the target's variance as a share of it, and its standard error
        from chance in the draws; below 0 is none.
    """

    observable: str
    label: str
    unit: str
    first: str
    last: str
    figure: float
    claims_there: int
    reduction: float
    error: float


@dataclass(frozen=True)
class NextClaims:
    """Candidate claims, those first that would teach most about a target.

    Parameters
    ----------
    verdict
        Label of the fit: ``fit``, ``unfit`` or ``quick look``.
    n_draws
        Draws that were run.
    observable, first, last
        The target: an observable over a period (ISO dates).
    target
        What the fit says of it: ``low90``, ``low50``, ``median``, ``high50``, ``high90``.
    candidates
        Largest reduction first.
    """

    verdict: str
    n_draws: int
    observable: str
    first: str
    last: str
    target: dict[str, float]
    candidates: tuple[Candidate, ...]

    def summary(self) -> dict[str, Any]:
        """Return everything as plain data, as ``--json`` prints it."""
        return {"format": formats.NEXT_CLAIMS, **asdict(self)}

    @cached_property
    def data(self) -> xr.Dataset:
        """The candidates as a labelled dataset with the dimension ``candidate``."""
        rows = [asdict(candidate) for candidate in self.candidates]
        columns = {name: ("candidate", [row[name] for row in rows]) for name in rows[0]}
        named = ("observable", "label", "unit", "first", "last")
        told = {name: column for name, column in columns.items() if name not in named}
        about = {"target": self.observable, "first": self.first, "last": self.last, "verdict": self.verdict}
        return xr.Dataset(told, {name: columns[name] for name in named}, about)

    def _repr_html_(self) -> str:
        return self.data._repr_html_()  # pyright: ignore[reportPrivateUsage]


def rank_next_claims(
    case: Case,
    run: Path,
    observable: str,
    first: date | None = None,
    last: date | None = None,
    progress: Progress | None = None,
) -> NextClaims:
    """Rank claims that a new source might make by what they would teach about one quantity.

    A candidate is every flow and share of a calendar year and every stock at a year's end, as
    an agency of no record would report it: "about" so many, with the typical error, an unknown
    bias, and the chance of being plain wrong.  What it teaches is the expected reduction of the
    posterior variance of the target (of its log, of a share's logit).

    Parameters
    ----------
    run
        Folder of a run or fit of the case.
    observable
        The target: a flow's total, a share over the period, a stock at its end.
    first, last
        The target's period; by default the system's.

    Raises
    ------
    CounterstreamError
        ``U204``, ``U205`` (no fit of this case there), ``U240`` to ``U244`` (see ``workflow.codes``).
    """
    listener = progress or Silent()
    keep_compiled()
    wanted, start, end = _choose_target(case.system, observable, first, last)
    fitted = read_fitted(case, run)
    flats = pick_draws(fitted)
    shape = (flats.shape[0], flats.shape[1])
    listener.told("simulate", 0, 1, f"{shape[0] * shape[1]:,} draws")
    target, posed, reported = _hear(fitted, flats, pose_claim(wanted, start, end), _possible_claims(case.system))
    listener.told("simulate", 1, 1)
    heard = fitted.answering.select_use(Use.FIT)
    candidates: list[Candidate] = []
    for place, item in enumerate(posed):
        found = expect_reduction(target.working, reported[:, place].reshape(shape), fitted.seed)
        candidates.append(_describe(item, _count_overlapping(heard, item), found))
        listener.told("regress", place + 1, len(posed))
    return NextClaims(
        fitted.label,
        shape[0] * shape[1],
        observable,
        start.isoformat(),
        end.isoformat(),
        name_levels(target.quantiles()),
        tuple(sorted(candidates, key=lambda c: -c.reduction)),
    )


def _choose_target(system: System, name: str, first: date | None, last: date | None) -> tuple[Observable, date, date]:
    """Return the target; everything that is wrong with it is told at once."""
    problems = (*find_faults(system, [name]), *find_period_faults(system, first, last))
    if problems:
        raise CounterstreamError(problems)
    return choose_observables(system, [name])[0], *choose_period(system, first, last)


def _possible_claims(system: System) -> list[AnsweredClaim]:
    """Return claims of every observable and calendar year; a year cut by the clock counts as far as it goes."""
    clock = system.clock
    years = [
        (max(date(year, 1, 1), clock.start), min(date(year, 12, 31), clock.end))
        for year in range(clock.start.year, clock.end.year + 1)
    ]
    return [pose_claim(o, *year) for o in system.observables if has_total(system, o) for year in years]


def _hear(
    fitted: Fitted, flats: Floats, target: AnsweredClaim, possible: Sequence[AnsweredClaim]
) -> tuple[Sample, list[AnsweredClaim], Floats]:
    """Return the target's draws, the claims that could be made, and what each draw would make a source report.

    Reports are on the working scale, shape (draw, claim).

    Raises
    ------
    CounterstreamError
        ``U244`` if the target does not vary, or nothing is large enough to be reported.
    """
    pooled = flats.reshape(-1, flats.shape[2])
    reader = ClaimPredictor(fitted.posterior, [target, *possible])
    course = reader.courses.run(fitted.posterior.draws(pooled), pooled.shape[0])
    truths = read_truths(reader, pooled, course)
    middles = np.median(truths[:, 1:], axis=0)
    posed = [
        pose_claim(item.observable, item.claim.first, item.claim.last, round_figure(float(middle)))
        for item, middle in zip(possible, middles, strict=True)
        if _can_be_said(item, float(middle))
    ]
    sample = sample_truths(reader.table, truths, (flats.shape[0], flats.shape[1]))[0]
    if not posed or float(np.ptp(sample.working)) < SAME:
        mend = "name an observable that the fit is unsure of"
        found = target.observable.name
        raise CounterstreamError(Problem("U244", "no claim could teach anything of this", found=found, mend=mend))
    asked = ClaimPredictor(fitted.posterior, posed, reader.courses).predict(fitted.seed, pooled, course)
    return sample, posed, to_working(asked.table, asked.reported)


def _can_be_said(item: AnsweredClaim, middle: float) -> bool:
    if isinstance(item.observable.measure, RatioMeasure):
        return middle > 0.0
    return middle >= LEAST_PERSONS


def _count_overlapping(heard: Sequence[AnsweredClaim], item: AnsweredClaim) -> int:
    """Return how many claims speak of an observable in a period or a part of it."""
    first, last = item.claim.first, item.claim.last
    return sum(
        h.observable.name == item.observable.name and h.claim.first <= last and first <= h.claim.last for h in heard
    )


def _describe(item: AnsweredClaim, claims_there: int, found: Reduction) -> Candidate:
    return Candidate(
        item.observable.name,
        item.observable.label or item.observable.name,
        item.observable.unit,
        item.claim.first.isoformat(),
        item.claim.last.isoformat(),
        item.value or 0.0,
        claims_there,
        found.share,
        found.error,
    )
