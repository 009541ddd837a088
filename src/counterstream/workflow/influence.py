"""What a case's totals would be without one of its agencies."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from counterstream.case import Case
from counterstream.evidence.answering import AnsweredClaim, relaying_agencies
from counterstream.infer.fit import FitSettings
from counterstream.infer.influence import (
    Reweighting,
    Sample,
    Shift,
    compare_samples,
    limit_of_k,
    reweigh_without,
    share_held,
)
from counterstream.infer.pose import read_truths
from counterstream.infer.predict import ClaimPredictions, ClaimPredictor
from counterstream.infer.progress import Progress
from counterstream.store.run_folder import IfComplete, is_complete
from counterstream.workflow.fitted import Fitted, read_fitted
from counterstream.workflow.posing import name_levels, pick_draws, sample_truths
from counterstream.workflow.run import RunSettings, fit_case

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class InfluenceRow:
    """What a fit without an agency says of the main quantities.

    Parameters
    ----------
    agency, n_claims
        Who is left out, with how many fitted claims of all kinds.
    pareto_k
        Reliability of the importance weights: the lower the better; ``-inf`` where the claims say
        nothing.
    held
        Largest share of what is known of one of the quantities that its claims hold; the weights
        are not relied on either if this is above the limit of k.
    how
        ``reweighted``: from the draws of the fit.  ``refitted``: from a fit without it, as the
        weights are not reliable.  ``unreliable``: they are not, and it was not to be refitted.
    verdict
        Label of the refit; empty without one.
    shifts
        By observable; ``None`` where unreliable.  ``without``: median, 50 % and 90 % interval of
        the total; ``deviations``: change of the mean (log of persons, logit of a share) in
        posterior standard deviations; ``ratio``: median without over median with, and
        ``ratio_low90``, ``ratio_high90``: what chance in the draws makes of it.
    """

    agency: str
    n_claims: int
    pareto_k: float
    held: float
    how: str
    verdict: str
    shifts: dict[str, dict[str, Any] | None]


@dataclass(frozen=True)
class Refits:
    """Where fits without an agency are kept, who listens to them, and of how many agencies they are made at most."""

    case: Case
    folder: Path
    listener: Progress
    most: int | None = None


def measure_influence(
    fitted: Fitted, told: ClaimPredictions, shape: tuple[int, int], n_totals: int, refits: Refits | None
) -> tuple[InfluenceRow, ...]:
    """Leave out each agency that was fitted, those with most claims first.

    Parameters
    ----------
    told
        Predictions of the fitted claims, then of the totals.
    shape
        Chains, and draws of each.
    n_totals
        Number of totals.
    refits
        ``None`` for no refits.
    """
    n_claims = len(told.table) - n_totals
    agencies = np.array(told.table.agency[:n_claims])
    likelihood = (told.log_likelihood * told.table.weight)[:, :n_claims]
    totals = told.table.claims[n_claims:]
    before = sample_truths(told.table, told.truth, shape)[n_claims:]
    counts = Counter(agencies.tolist()).most_common()
    theirs = {agency: likelihood[:, agencies == agency].sum(axis=1).reshape(shape) for agency, _ in counts}
    found = {agency: reweigh_without(own) for agency, own in theirs.items()}
    held = {agency: max(share_held(own, sample.working) for sample in before) for agency, own in theirs.items()}
    limit = limit_of_k(shape[0] * shape[1])
    doubtful = [agency for agency, weights in found.items() if not weights.good or held[agency] > limit]
    refitted = doubtful[: refits.most] if refits is not None else []
    rows: list[InfluenceRow] = []
    for agency, n in counts:
        weights = found[agency]
        if agency not in doubtful:
            shifts, how, verdict = _reweigh(before, weights, fitted.seed), "reweighted", ""
        elif refits is None or agency not in refitted:
            shifts, how, verdict = None, "unreliable", ""
        else:
            place = refitted.index(agency)
            again = _refit(refits, fitted, agency, (place, len(refitted)))
            shifts, how, verdict = _compare_refit(before, again, totals), "refitted", again.label
            refits.listener.told("refit", place + 1, len(refitted))
        named = {
            item.observable.name: None if shifts is None else _describe(shifts[i]) for i, item in enumerate(totals)
        }
        rows.append(InfluenceRow(agency, n, weights.pareto_k, held[agency], how, verdict, named))
    return tuple(rows)


def _reweigh(before: Sequence[Sample], found: Reweighting, seed: int) -> list[Shift]:
    return [
        compare_samples(sample, Sample(sample.values, sample.working, found.weights), seed, same_draws=True)
        for sample in before
    ]


def _compare_refit(before: Sequence[Sample], again: Fitted, totals: Sequence[AnsweredClaim]) -> list[Shift]:
    flats = pick_draws(again)
    pooled = flats.reshape(-1, flats.shape[2])
    predictor = ClaimPredictor(again.posterior, totals)
    course = predictor.courses.run(again.posterior.draws(pooled), pooled.shape[0])
    after = sample_truths(predictor.table, read_truths(predictor, pooled, course), (flats.shape[0], flats.shape[1]))
    return [compare_samples(*pair, again.seed, same_draws=False) for pair in zip(before, after, strict=True)]


def _describe(shift: Shift) -> dict[str, Any]:
    told = asdict(shift)
    del told["before"], told["after"]
    return {"without": name_levels(shift.after), **told}


class _Within:
    """Tells of a fit as one part of the refits."""

    def __init__(self, listener: Progress, agency: str, place: tuple[int, int]) -> None:
        self.listener, self.agency, self.place = listener, agency, place

    def told(self, phase: str, done: int, total: int, remark: str = "") -> None:
        """Hear of a phase of the fit."""
        del remark
        far = f"{done} of {total}" if total else f"{done}"
        self.listener.told("refit", *self.place, f"without {self.agency}: {phase} {far}")


def _refit(refits: Refits, fitted: Fitted, agency: str, place: tuple[int, int]) -> Fitted:
    """Fit the case as it was fitted, without an agency; take up a fit that was made or begun already."""
    case, chosen = refits.case, fitted.summary["settings"]
    # Claims name the agency itself or one that relays it: any of these leaves out all of them.
    name = relaying_agencies(case.system, agency, case.ledger.agencies)[0]
    excluded = (*chosen["exclude_agencies"], name)
    folder = refits.folder / re.sub(r"\W+", "-", agency).strip("-")
    done = is_complete(folder)
    if not (done and _is_refit(folder, fitted.summary, excluded)):
        settings = RunSettings(
            fit=FitSettings(**chosen["fit"]),
            exclude_agencies=excluded,
            until=date.fromisoformat(chosen["until"]) if chosen["until"] else None,
            # What is unfinished is gone on with; a finished fit of something else makes way.
            if_complete=IfComplete.OVERWRITE if done else IfComplete.REFUSE,
        )
        fit_case(case, folder, settings, _Within(refits.listener, agency, place))
    return read_fitted(case, folder)


def _is_refit(folder: Path, summary: Mapping[str, Any], excluded: Sequence[str]) -> bool:
    """Whether a finished fit is that of a summary but for the agencies left out."""
    there = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    wanted = {**summary["settings"], "exclude_agencies": list(excluded)}
    same = all(there["settings"][name] == wanted[name] for name in ("fit", "exclude_agencies", "until"))
    return same and there["hashes"] == summary["hashes"]
