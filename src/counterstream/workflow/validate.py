"""Ask a fitted system about claims that it has not seen, and score what it foretells."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from counterstream.case import Case
from counterstream.errors import CounterstreamError, Problem
from counterstream.evidence.answering import answer_claims
from counterstream.evidence.hold_out import choose_held_out, deal_folds
from counterstream.infer.fit import FitSettings
from counterstream.infer.progress import Progress, Silent
from counterstream.store.netcdf import write_netcdf
from counterstream.store.run_folder import IfComplete, open_run
from counterstream.store.tables import write_csv
from counterstream.workflow.claims import answer_extra, claims_to_fit
from counterstream.workflow.fitted import Fitted, read_fitted
from counterstream.workflow.run import keep_compiled
from counterstream.workflow.validate_part import PATTERN, Part, Told, ask_run, fit_and_ask, make_part, part_without
from counterstream.workflow.validation import Unscored, Validation


@dataclass(frozen=True)
class ValidationSettings:
    """Which claims to ask about, and how to fit: exactly one of ``claims``, ``hold_out``, ``folds``.

    Parameters
    ----------
    claims
        Further files of claims, in the columns of ``claims.csv``.
    hold_out
        What is held out, all together; see
        :func:`~counterstream.evidence.hold_out.choose_held_out`.
    folds, by
        Number of folds, each held out in turn, and how claims are dealt out to them
        (``agency``, ``years`` or ``claims``).
    run
        A finished run of the case whose draws are asked about ``claims``; by default the case is
        fitted first.
    fit_if_missing
        Fit the case also where ``run`` holds no finished fit of it, instead of refusing.
    fit
        How to fit.
    n_simulated
        Posterior draws that are asked.
    if_complete
        What to do where a complete validation stands already.
    """

    claims: tuple[Path, ...] = ()
    hold_out: tuple[str, ...] = ()
    folds: int | None = None
    by: str = "agency"
    run: Path | None = None
    fit_if_missing: bool = False
    fit: FitSettings = field(default_factory=FitSettings)
    n_simulated: int = 400
    if_complete: IfComplete = IfComplete.REFUSE


@dataclass(frozen=True)
class _Plan:
    """What is to be fitted and asked, and the claims that are not asked about."""

    asked: dict[str, Any]
    parts: tuple[Part, ...]
    n_claims: int
    unanswered: tuple[Unscored, ...] = ()
    fitted: Fitted | None = None


def validate_case(
    case: Case, folder: Path, settings: ValidationSettings, progress: Progress | None = None
) -> Validation:
    """Ask a fitted system about claims that it has not seen, and score what it foretells.

    Parameters
    ----------
    folder
        Where ``validation.json``, ``claims_left_out.csv`` and ``fits.nc`` (some draws of every
        fit) are written, and parts that are finished are kept until all are: a validation that
        was stopped goes on.

    Returns
    -------
    Validation
        Scores, beside those of simple rules, and every claim.

    Raises
    ------
    CounterstreamError
        With every problem of what is asked: not exactly one of further claims, claims held out
        and folds (U228); what :func:`~counterstream.evidence.hold_out.choose_held_out` and
        :func:`~counterstream.evidence.hold_out.deal_folds` find (U220 to U227); a file of claims
        that cannot be read (L1 to L3), a run that cannot be used (U204, U205).  If there is
        nothing to fit (F101), or the folder cannot be used (R101 to R105).
    """
    listener = progress or Silent()
    plan = _make_plan(case, settings)
    with open_run(folder, settings.if_complete) as run:
        told = _tell_all(case, plan, settings, run.path, listener)
        n_repeats = sum(part.n_repeats for part in plan.parts)
        validation = Validation(case, plan.asked, told, plan.n_claims, n_repeats, plan.unanswered)
        run.write_text("validation.json", json.dumps(validation.summary(), indent=1, allow_nan=False) + "\n")
        write_csv(run.path / "claims_left_out.csv", validation.columns())
        write_netcdf(run.path / "fits.nc", {"flat": validation.draws()})
        for path in run.path.glob(PATTERN):
            path.unlink()
        run.finish()
    return validation


def _tell_all(
    case: Case, plan: _Plan, settings: ValidationSettings, folder: Path, listener: Progress
) -> tuple[Told, ...]:
    """Fit and ask, part by part; parts without claims to ask about are not fitted."""
    keep_compiled()
    parts = [part for part in plan.parts if part.asked]
    told: list[Told] = []
    for place, part in enumerate(parts):
        listener.told("fits", place, len(parts), part.label)
        if plan.fitted is not None:
            told.append(ask_run(part, plan.fitted, settings.n_simulated))
        else:
            path = folder / PATTERN.replace("*", str(place + 1))
            inner = _Within(listener, part.label, place, len(parts))
            told.append(fit_and_ask(part, case.system, settings.fit, settings.n_simulated, path, inner))
        listener.told("fits", place + 1, len(parts), part.label)
    return tuple(told)


@dataclass(frozen=True)
class _Within:
    """Tells of the phases of one fit among several as remarks, so that the count of fits says what is left."""

    listener: Progress
    label: str
    done: int
    total: int

    def told(self, phase: str, done: int, total: int, remark: str = "") -> None:
        """Pass on what a fit tells."""
        count = f"{done} of {total}" if total else str(done)
        words = ", ".join(word for word in (f"{self.label}: {phase} {count}", remark) if word)
        self.listener.told("fits", self.done, self.total, words)


def _make_plan(case: Case, settings: ValidationSettings) -> _Plan:
    """Find out what is to be done, or everything that is wrong with what is asked."""
    makers: list[Callable[[Case, ValidationSettings], _Plan]] = []
    makers += [_plan_extra] if settings.claims else []
    makers += [_plan_held_out] if settings.hold_out else []
    makers += [_plan_folds] if settings.folds is not None else []
    problems: list[Problem] = []
    if len(makers) != 1:
        mend = "ask for one of: further claims, claims held out, folds"
        found = f"{len(makers)} of them" if makers else "none of them"
        problems.append(Problem("U228", "a validation asks about claims of one sort", found=found, mend=mend))
    if settings.run is not None and not settings.claims:
        mend = "leave the run out: what is held out asks for fits of its own"
        problems.append(Problem("U229", "a finished run has seen what is held out", str(settings.run), mend=mend))
    plans: list[_Plan] = []
    for maker in makers:
        try:
            plans.append(maker(case, settings))
        except CounterstreamError as error:
            problems.extend(error.problems)
    if problems:
        raise CounterstreamError(problems)
    return plans[0]


def _plan_extra(case: Case, settings: ValidationSettings) -> _Plan:
    """Plan to ask about the claims of further files."""
    extra = answer_extra(case, settings.claims)
    fitted = _find_fitted(case, settings)
    answering = fitted.answering if fitted is not None else answer_claims(case.system, case.ledger)
    label = str(settings.run) if fitted is not None else "all claims"
    part = make_part(label, claims_to_fit(case, answering), extra.answered)
    unanswered = [
        *(Unscored(u.claim.id, u.explanation) for u in extra.unanswered),
        *(Unscored(c.claim.id, c.reason) for c in extra.context),
    ]
    asked = {"claims": [str(path) for path in settings.claims]}
    return _Plan(asked, (part,), len(extra.answered) + len(unanswered), tuple(unanswered), fitted)


def _find_fitted(case: Case, settings: ValidationSettings) -> Fitted | None:
    """Return the finished fit whose draws can be asked; ``None`` if the case is to be fitted."""
    if settings.run is None:
        return None
    try:
        return read_fitted(case, settings.run)
    except CounterstreamError as error:
        if settings.fit_if_missing and set(error.codes) <= {"U204", "U205"}:
            return None
        raise


def _plan_held_out(case: Case, settings: ValidationSettings) -> _Plan:
    """Plan to fit without some claims and ask about them."""
    fitted = claims_to_fit(case, answer_claims(case.system, case.ledger))
    held_out = choose_held_out(case.system, case.ledger, fitted, settings.hold_out)
    part = part_without(case, ", ".join(settings.hold_out), fitted, held_out)
    return _Plan({"hold_out": list(settings.hold_out)}, (part,), len(held_out))


def _plan_folds(case: Case, settings: ValidationSettings) -> _Plan:
    """Plan to fit without each fold in turn and ask about it."""
    fitted = claims_to_fit(case, answer_claims(case.system, case.ledger))
    folds = deal_folds(fitted, settings.folds or 0, settings.by)
    parts = tuple(part_without(case, f"fold {place + 1}", fitted, fold) for place, fold in enumerate(folds))
    return _Plan({"folds": settings.folds, "by": settings.by}, parts, len(fitted))
