"""How well projections did: fit with the claims until an earlier day, and ask about those that came after.

The evaluation by rolling origin of Tashman (2000), beside naive rules on the same claims.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, cast

import numpy as np

from counterstream.evidence.answering import AnsweredClaim
from counterstream.infer.fit import Fit, fit_identity, fit_system
from counterstream.infer.naive import predict_naively
from counterstream.infer.predict import ClaimPredictor
from counterstream.infer.progress import Progress
from counterstream.infer.scores import Foretold, abs_log_error
from counterstream.store.run_folder import RunFolder
from counterstream.units import add_months
from counterstream.workflow.project_plan import Plan

#: Horizons with the year after the origin by whose end a claim's window has to end; the last is open.
HORIZONS: tuple[tuple[str, int | None], ...] = (("0-1", 1), ("1-2", 2), ("2-5", 5), ("5+", None))
ALL = "all"
FORMAT = "counterstream-origin/1"
RECORD_CHECKPOINT = "record-checkpoint.npz"


@dataclass(frozen=True)
class ScoredClaim:
    """A claim that came after an origin, held against the projection and the naive rules.

    Parameters
    ----------
    id, observable
        The claim, and what it is about.
    horizon
        One of :data:`HORIZONS`.
    inside_50, inside_90
        Whether it lies in its predictive intervals.
    abs_log_error
        ``|log(projected median / reported)|``; see :func:`~counterstream.infer.scores.abs_log_error`.
    naive
        The same by naive rule; ``None`` where the rule has nothing to say.
    """

    id: str
    observable: str
    horizon: str
    inside_50: bool
    inside_90: bool
    abs_log_error: float
    naive: Mapping[str, float | None]


@dataclass(frozen=True)
class OriginRecord:
    """How one projection did.

    Parameters
    ----------
    origin
        End of its evidence.
    n_fitted, verdict, max_rhat
        Of its fit.
    claims
        Those that came after.
    """

    origin: date
    n_fitted: int
    verdict: str
    max_rhat: float | None
    claims: tuple[ScoredClaim, ...]


def keep_record(plan: Plan, run: RunFolder, listener: Progress) -> tuple[OriginRecord, ...]:
    """Make the record of a plan's origins; what was made before and is still valid is taken from the folder.

    Parameters
    ----------
    run
        Gets one file for each origin, as soon as it is made.
    """
    told: list[OriginRecord] = []
    for index, origin in enumerate(plan.origins):
        listener.told("record", index, len(plan.origins), f"evidence until {origin}")
        name, identity = f"record/{origin}.json", _identity(plan, origin)
        record = _read_origin(run.path / name, identity)
        if record is None:
            record = _make_origin(plan, origin, run.path / RECORD_CHECKPOINT, _Within(listener, plan, index))
            told_of = {"format": FORMAT, "identity": identity, **asdict(record), "origin": origin.isoformat()}
            run.write_text(name, json.dumps(told_of, indent=1) + "\n")
            (run.path / RECORD_CHECKPOINT).unlink(missing_ok=True)
        told.append(record)
    if plan.origins:
        listener.told("record", len(plan.origins), len(plan.origins))
    return tuple(told)


def score_later(fit: Fit, later: Sequence[AnsweredClaim], origin: date, n_draws: int) -> OriginRecord:
    """Hold a fit against claims that came after its evidence.

    Parameters
    ----------
    later
        At least one claim inside the system's clock.
    n_draws
        Posterior draws that are run.
    """
    predictor = ClaimPredictor(fit.posterior, later)
    predictions = predictor.predict(fit.settings.seed, fit.thinned(n_draws))
    table, observed = predictions.table, predictions.observed
    inside = [predictions.inside(level).tolist() for level in (0.5, 0.9)]
    errors = abs_log_error(table, Foretold.of(predictions).median, observed).tolist()
    naive = {
        rule: abs_log_error(table, said, observed).tolist()
        for rule, said in predict_naively(fit.posterior.table, table, origin).items()
    }
    claims = tuple(
        ScoredClaim(
            item.claim.id,
            item.observable.name,
            horizon_of(origin, item.claim.last),
            inside[0][i],
            inside[1][i],
            errors[i],
            {rule: None if math.isnan(said[i]) else said[i] for rule, said in naive.items()},
        )
        for i, item in enumerate(later)
    )
    return OriginRecord(origin, len(fit.posterior.table), fit.label, max_rhat(fit), claims)


def max_rhat(fit: Fit) -> float | None:
    """Return the largest R-hat of a fit; ``None`` without chains, or where one never moves."""
    return fit.mixing.max_rhat if fit.mixing and math.isfinite(fit.mixing.max_rhat) else None


def horizon_of(origin: date, last: date) -> str:
    """Return the horizon of a claim: how long after the origin its window ends, in whole years."""
    return next(name for name, years in HORIZONS if years is None or last <= add_months(origin, 12 * years))


def tabulate_record(records: Sequence[OriginRecord], observables: Sequence[str]) -> list[dict[str, Any]]:
    """Return the scores by origin and horizon, for the claims on some observables.

    Returns
    -------
    list of dict
        Keys ``origin``, ``horizon`` and those of :func:`summarise_scores`; no row without claims.
    """
    rows: list[dict[str, Any]] = []
    for record in records:
        for name, _ in HORIZONS:
            chosen = [c for c in record.claims if c.horizon == name and c.observable in observables]
            if chosen:
                rows.append({"origin": record.origin.isoformat(), "horizon": name, **summarise_scores(chosen)})
    return rows


def tabulate_together(records: Sequence[OriginRecord], observables: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return the scores by horizon over all origins, and of all claims under :data:`ALL`."""
    claims = [c for record in records for c in record.claims if c.observable in observables]
    groups = {name: [c for c in claims if c.horizon == name] for name, _ in HORIZONS} | {ALL: claims}
    return {name: summarise_scores(chosen) for name, chosen in groups.items() if chosen}


def summarise_scores(claims: Sequence[ScoredClaim]) -> dict[str, Any]:
    """Return number, coverage and error of some claims, and of each naive rule where it has an answer.

    Parameters
    ----------
    claims
        At least one.

    Returns
    -------
    dict
        ``n``, ``coverage_50``, ``coverage_90`` (shares), ``median_abs_log_error`` and ``naive``: by
        rule the claims that it answers, its error on them and the model's on the same claims.
    """
    naive: dict[str, dict[str, float | int | None]] = {}
    for rule in claims[0].naive:
        pairs = [(said, c.abs_log_error) for c in claims if (said := c.naive.get(rule)) is not None]
        rule_error, model_error = np.median(pairs, axis=0).tolist() if pairs else (None, None)
        naive[rule] = {
            "n": len(pairs),
            "median_abs_log_error": rule_error,
            "model_median_abs_log_error": model_error,
        }
    return {
        "n": len(claims),
        "coverage_50": float(np.mean([c.inside_50 for c in claims])),
        "coverage_90": float(np.mean([c.inside_90 for c in claims])),
        "median_abs_log_error": float(np.median([c.abs_log_error for c in claims])),
        "naive": naive,
    }


class _Within:
    """Tells of the phases of one origin's fit as remarks on the record."""

    def __init__(self, listener: Progress, plan: Plan, index: int) -> None:
        self._listener, self._plan, self._index = listener, plan, index

    def told(self, phase: str, done: int, total: int, remark: str = "") -> None:
        """Hear of a phase of the fit."""
        del remark
        origins = self._plan.origins
        how_far = f"{phase} {done} of {total}" if total else phase
        self._listener.told("record", self._index, len(origins), f"evidence until {origins[self._index]}: {how_far}")


def _make_origin(plan: Plan, origin: date, checkpoint: Path, listener: Progress) -> OriginRecord:
    settings = plan.settings
    fit = fit_system(
        plan.system_known(origin), plan.fitted_by(origin), settings.fit, progress=listener, checkpoint=checkpoint
    )
    return score_later(fit, plan.later_than(origin), origin, settings.n_simulated)


def _identity(plan: Plan, origin: date) -> str:
    """Return a hash of everything that the record of an origin depends on."""
    fitted = fit_identity(plan.system_known(origin), plan.fitted_by(origin), plan.settings.fit)
    later = [repr(a.claim) for a in plan.later_than(origin)]
    return hashlib.sha256(json.dumps([FORMAT, fitted, later, plan.settings.n_simulated]).encode()).hexdigest()


def _read_origin(path: Path, identity: str) -> OriginRecord | None:
    """Return the record kept in a file; a damaged one, or one of other claims or settings, is as good as none."""
    try:
        held: object = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(held, dict):
            return None
        fields = cast("dict[str, Any]", held)
        if fields.pop("format") != FORMAT or fields.pop("identity") != identity:
            return None
        fields["origin"] = date.fromisoformat(fields["origin"])
        fields["claims"] = tuple(ScoredClaim(**claim) for claim in fields["claims"])
        return OriginRecord(**fields)
    except (OSError, ValueError, KeyError, TypeError):
        return None
