"""What a projection is made from: the claims until a day, the system to a later day, earlier origins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeVar

from counterstream.case import Case
from counterstream.errors import CounterstreamError, Problem, suggest_name
from counterstream.evidence.answering import AnsweredClaim
from counterstream.evidence.claim import Use
from counterstream.infer.fit import FitSettings
from counterstream.simulate.windows import has_course
from counterstream.spec.scope import MAX_STEPS
from counterstream.store.run_folder import IfComplete
from counterstream.system.horizon import drop_later_events, extend_clock, last_day_of_step
from counterstream.system.observable import Observable, PathMeasure
from counterstream.system.system import System
from counterstream.units import DAYS_PER_YEAR
from counterstream.workflow.claims import answer_selected
from counterstream.workflow.fitted import spaced

_Found = TypeVar("_Found")

#: A year (its last day is meant) or a day, as ``1995``, ``"1995"``, ``"1995-06-30"`` or a date.
Moment = int | str | date

#: Origins of a record unless they are named, and the claims that each then needs before and after it.
N_ORIGINS, LEAST_BEFORE, LEAST_AFTER = 5, 20, 5


@dataclass(frozen=True)
class ProjectionSettings:
    """What to project, and how.

    Parameters
    ----------
    until
        Where the projection ends; the step that holds it is whole.
    evidence_until
        Only claims whose window ends by this day are fitted; by default the end of the last year
        that a fitted claim speaks of.
    without_later_events
        Whether events that begin after the evidence ends are dropped.
    observables
        Observables to tell of; all by default.
    origins
        Ends of the evidence of earlier projections, for the record; ``()`` for none, ``None``
        for about five ends of years.
    n_simulated
        Posterior draws that are run.
    fit
        How to fit.
    if_complete
        What to do where a complete projection stands already.
    """

    until: Moment
    evidence_until: Moment | None = None
    without_later_events: bool = False
    observables: tuple[str, ...] = ()
    origins: tuple[Moment, ...] | None = None
    n_simulated: int = 400
    fit: FitSettings = field(default_factory=FitSettings)
    if_complete: IfComplete = IfComplete.REFUSE


@dataclass(frozen=True)
class Plan:
    """A projection whose parts have been checked.

    Parameters
    ----------
    case
        The case as it was read.
    system
        Its system, the clock extended.
    answered
        All claims that this system answers, before and after the end of the evidence.
    evidence_until, until
        Last days of the evidence and of the projection; the second ends a step.
    observables
        What is told of, in the system's order.
    origins
        Ends of the evidence of earlier projections, in order.
    """

    case: Case
    settings: ProjectionSettings
    system: System
    answered: tuple[AnsweredClaim, ...]
    evidence_until: date
    until: date
    observables: tuple[Observable, ...]
    origins: tuple[date, ...]

    def system_known(self, day: date) -> System:
        """Return the system as it is declared, or without the events that begin after a day if so asked."""
        return drop_later_events(self.system, day) if self.settings.without_later_events else self.system

    def fitted_by(self, day: date) -> tuple[AnsweredClaim, ...]:
        """Return the claims to fit whose window ends by a day."""
        return fitted_by(self.answered, day)

    def later_than(self, day: date) -> tuple[AnsweredClaim, ...]:
        """Return the claims whose window begins after a day and that a projection can be held against."""
        return later_than(self.system, self.answered, day)


def fitted_by(answered: tuple[AnsweredClaim, ...], day: date) -> tuple[AnsweredClaim, ...]:
    """Return the claims to fit whose window ends by a day."""
    return tuple(a for a in answered if a.claim.use is Use.FIT and a.claim.last <= day)


def later_than(system: System, answered: tuple[AnsweredClaim, ...], day: date) -> tuple[AnsweredClaim, ...]:
    """Return the claims whose window begins after a day, save those on parameters, which do not change in time."""
    constant = {p.name for p in system.parameters}
    return tuple(
        a
        for a in answered
        if a.claim.first > day
        and not (isinstance(a.observable.measure, PathMeasure) and a.observable.measure.name in constant)
    )


def read_moment(moment: Moment) -> date:
    """Return the day that is meant: of a year its last one.

    Raises
    ------
    CounterstreamError
        ``U230`` if it is no year or day of the calendar.
    """
    text = str(moment)
    try:
        if text.isdecimal() and len(text) <= len("YYYY"):
            return date(int(text), 12, 31)
        # fromisoformat alone also takes 20001231 and 2000-W01-1.
        if len(text) == len("YYYY-MM-DD") and text[4] == text[7] == "-":
            return date.fromisoformat(text)
    except ValueError:
        pass
    allowed = f"a year from {date.min.year} to {date.max.year}, or a day as YYYY-MM-DD"
    raise CounterstreamError(Problem("U230", "this is no year or day of the calendar", found=text, allowed=allowed))


def plan_projection(case: Case, settings: ProjectionSettings) -> Plan:
    """Check what is asked for and return what it comes to.

    Raises
    ------
    CounterstreamError
        With all problems: what is no day (U230), an end that the clock cannot reach (U232), no
        claim until the end of the evidence (U233), an end of the projection before it (U231),
        unknown observables (U234) and such without a course (U235), origins outside the evidence
        (U236), without claims before (U237) or after (U238).
    """
    problems: list[Problem] = []
    until = _attempt(lambda: read_moment(settings.until), problems)
    named = settings.evidence_until
    evidence = None if named is None else _attempt(lambda: read_moment(named), problems)
    origins = [_attempt(lambda m=m: read_moment(m), problems) for m in settings.origins or ()]
    reached = None if until is None else _attempt(lambda: _extend(case.system, until), problems)
    system, end = reached or (case.system, None)
    observables = _attempt(lambda: _choose_observables(case.system, settings.observables), problems)
    answered = answer_selected(replace(case, system=system)).answered
    if named is None:
        evidence = _last_year(answered)
    if named is None or evidence is not None:
        problems += _check_evidence(case, answered, evidence, end)
    days = sorted({day for day in origins if day is not None})
    if evidence is not None:
        problems += [p for day in days for p in _check_origin(system, answered, evidence, day)]
    if problems or evidence is None or end is None or observables is None:
        raise CounterstreamError(problems)
    if settings.origins is None:
        days = default_origins(system, answered, evidence)
    return Plan(case, settings, system, answered, evidence, end, observables, tuple(days))


def default_origins(system: System, answered: tuple[AnsweredClaim, ...], evidence: date) -> list[date]:
    """Return about five ends of years, evenly spaced among those with enough claims before and after."""
    ends = [date(year, 12, 31) for year in range(system.clock.start.year, evidence.year)]
    enough = [
        day
        for day in ends
        if len(fitted_by(answered, day)) >= LEAST_BEFORE and len(later_than(system, answered, day)) >= LEAST_AFTER
    ]
    return [enough[i] for i in spaced(len(enough), N_ORIGINS)] if enough else []


def _attempt(work: Callable[[], _Found], problems: list[Problem]) -> _Found | None:
    """Return what some work finds; if it cannot, note why and return nothing."""
    try:
        return work()
    except CounterstreamError as error:
        problems += error.problems
        return None


def _extend(system: System, until: date) -> tuple[System, date]:
    """Return the system with a clock that reaches the end, and the last day of the step that holds it."""
    clock = system.clock
    steps = (until - clock.start).days / DAYS_PER_YEAR / clock.years_per_step
    problem = Problem(
        "U232",
        "the clock cannot be extended so far",
        found=f"{until}, {steps:,.0f} steps of a {clock.step} after {clock.start}",
        allowed=f"at most {MAX_STEPS:,} steps, and none beyond the year {date.max.year}",
        mend="project less far, or give the system a longer step",
    )
    if steps > MAX_STEPS:
        raise CounterstreamError(problem)
    try:
        return extend_clock(system, until), last_day_of_step(clock, max(until, clock.start))
    except (ValueError, OverflowError):
        raise CounterstreamError(problem) from None


def _choose_observables(system: System, names: tuple[str, ...]) -> tuple[Observable, ...]:
    with_course = [o for o in system.observables if has_course(system, o.measure)]
    declared, known = {o.name for o in system.observables}, [o.name for o in with_course]
    problems = [
        Problem(
            "U235",
            f'"{name}" has no course in time that could be projected',
            found=name,
            allowed=", ".join(known),
            mend="name an observable that has a value at every step",
        )
        if name in declared
        else Problem("U234", f'the system declares no observable "{name}"', found=name, mend=suggest_name(name, known))
        for name in dict.fromkeys(names)
        if name not in known
    ]
    if problems:
        raise CounterstreamError(problems)
    return tuple(o for o in with_course if not names or o.name in names)


def _last_year(answered: tuple[AnsweredClaim, ...]) -> date | None:
    """Return the end of the last year that a claim to fit speaks of."""
    years = [a.claim.last.year for a in answered if a.claim.use is Use.FIT]
    return date(max(years), 12, 31) if years else None


def _check_evidence(
    case: Case, answered: tuple[AnsweredClaim, ...], evidence: date | None, end: date | None
) -> list[Problem]:
    problems: list[Problem] = []
    if evidence is None or not fitted_by(answered, evidence):
        mend = "let the evidence end later, or let an observable answer claims of the ledger"
        found = "" if evidence is None else f"claims until {evidence}"
        problems.append(Problem("U233", "no claim is left to fit", str(case.folder), found=found, mend=mend))
    if evidence is not None and end is not None and end <= evidence:
        problems.append(
            Problem(
                "U231",
                "the projection ends before the evidence does",
                found=f"a projection until {end}, evidence until {evidence}",
                allowed=f"an end after {evidence}",
                mend="project further, or let the evidence end earlier with --from-evidence-until",
            )
        )
    return problems


def _check_origin(system: System, answered: tuple[AnsweredClaim, ...], evidence: date, day: date) -> list[Problem]:
    start = system.clock.start
    if not start <= day < evidence:
        allowed = f"from {start} to the day before {evidence}"
        message = "the origin lies outside the evidence"
        return [Problem("U236", message, found=str(day), allowed=allowed, mend="name another year, or none")]
    found: list[Problem] = []
    if not fitted_by(answered, day):
        found.append(Problem("U237", "no claim comes before the origin", found=str(day), mend="name a later year"))
    if not later_than(system, answered, day):
        found.append(Problem("U238", "no claim comes after the origin", found=str(day), mend="name an earlier year"))
    return found
