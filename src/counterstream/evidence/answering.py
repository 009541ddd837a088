"""Which observable of a system each claim of a ledger speaks of.

A claim is *answered* by the first observable whose declared answer it matches and whose
unit its own can be converted to; it is *context* if the ledger or the system says so; else
it is *unanswered*, with the reason.  No claim is dropped, and no claim's window is changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from counterstream.evidence.claim import Claim, Hedge, Use
from counterstream.evidence.conversion import Conversion, convert_unit, default_kinds
from counterstream.evidence.ledger import Ledger
from counterstream.system.clock import Clock
from counterstream.system.observable import Agency, Answer, Measure, Observable, PathMeasure, RatioMeasure, Window
from counterstream.system.system import System
from counterstream.units import add_months

NO_OBSERVABLE = "no observable answers it"
OUTSIDE_PERIOD = "outside the system's period"
NO_FIGURE = "no value"
OUT_OF_BOUNDS = "value above 1 for a share"
MARKED_CONTEXT = "marked as context in the ledger"

#: Figures of one witness closer than this are taken as one statement repeated.
SAME_FIGURE = 0.005


@dataclass(frozen=True)
class AnsweredClaim:
    """A claim with the observable that answers it.

    Parameters
    ----------
    claim, observable
        The two that match.
    factor
        What the claim's figures are multiplied by to be in the observable's unit.
    by_household
        The figures then count households; the mean household size turns them into persons.
    agency, agency_kind, anchor
        The ultimate counter, its kind, and whether its counts are taken as unbiased.
    weight
        1 divided by the number of times that this witness states this figure.
    """

    claim: Claim
    observable: Observable
    factor: float
    by_household: bool
    agency: str
    agency_kind: str
    anchor: bool
    weight: float = 1.0

    def _scaled(self, figure: float | None) -> float | None:
        return None if figure is None else figure * self.factor

    @property
    def value(self) -> float | None:
        """The figure in the observable's unit (households where ``by_household``)."""
        return self._scaled(self.claim.value)

    @property
    def low(self) -> float | None:
        """The lower limit in the observable's unit."""
        return self._scaled(self.claim.low)

    @property
    def high(self) -> float | None:
        """The upper limit in the observable's unit."""
        return self._scaled(self.claim.high)


@dataclass(frozen=True)
class ContextClaim:
    """A claim kept for context, with the reason."""

    claim: Claim
    reason: str


@dataclass(frozen=True)
class UnansweredClaim:
    """A claim that no observable takes, with the reason and what would have to change."""

    claim: Claim
    reason: str
    detail: str = ""

    @property
    def explanation(self) -> str:
        """The reason with its detail."""
        return f"{self.reason}: {self.detail}" if self.detail else self.reason


@dataclass(frozen=True)
class Answering:
    """All claims of a ledger, sorted by whether and how the system answers them."""

    answered: tuple[AnsweredClaim, ...]
    context: tuple[ContextClaim, ...]
    unanswered: tuple[UnansweredClaim, ...]

    def select_use(self, use: Use) -> tuple[AnsweredClaim, ...]:
        """Return the answered claims of that use, in the ledger's order."""
        return tuple(item for item in self.answered if item.claim.use is use)


def answer_claims(system: System, ledger: Ledger) -> Answering:
    """Find for each claim the observable that it speaks of.

    Parameters
    ----------
    system
        Declares observables, the claims that each answers, context and agencies.
    ledger
        Claims to be answered.
    """
    agencies = {agency.name: agency for agency in system.agencies}
    answered: list[AnsweredClaim] = []
    context: list[ContextClaim] = []
    unanswered: list[UnansweredClaim] = []
    for claim in ledger.claims:
        if claim.use is Use.CONTEXT:
            context.append(ContextClaim(claim, MARKED_CONTEXT))
            continue
        found = _find_observable(system, claim)
        if not isinstance(found, UnansweredClaim):
            observable, conversion = found
            agency = ultimate_agency(claim.agency, agencies)
            declared = agencies.get(agency, Agency(agency))
            answered.append(
                AnsweredClaim(
                    claim,
                    observable,
                    conversion.factor,
                    conversion.by_household,
                    agency,
                    declared.kind,
                    declared.anchor,
                )
            )
        elif reason := next((c.reason for c in system.context if matches_answer(c.answer, claim)), ""):
            context.append(ContextClaim(claim, reason))
        else:
            unanswered.append(found)
    return Answering(_weigh_repeats(answered), tuple(context), tuple(unanswered))


def migration_coverage(answering: Answering) -> float:
    """Return the share of claims answered among those that are not context (0 if there are none)."""
    total = len(answering.answered) + len(answering.unanswered)
    return len(answering.answered) / total if total else 0.0


def matches_answer(answer: Answer, claim: Claim) -> bool:
    """Whether every column that the answer lists holds one of its values."""
    if answer.what and claim.what not in answer.what:
        return False  # most pairs end here
    pairs = (
        (answer.group, claim.group),
        (answer.origin, claim.origin),
        (answer.destination, claim.destination),
        (answer.unit, claim.unit),
        (answer.quantity_kind, claim.quantity_kind),
    )
    return all(not allowed or cell in allowed for allowed, cell in pairs)


def ultimate_agency(name: str, agencies: dict[str, Agency]) -> str:
    """Return the agency at the end of the chain of relays; a circle ends where it closes."""
    seen = {name}
    while name in agencies and agencies[name].relays and agencies[name].relays not in seen:
        name = agencies[name].relays
        seen.add(name)
    return name


def relaying_agencies(system: System, agency: str, names: Iterable[str]) -> tuple[str, ...]:
    """Return those of the names whose ultimate agency is that of ``agency``."""
    declared = {item.name: item for item in system.agencies}
    wanted = ultimate_agency(agency, declared)
    return tuple(name for name in names if ultimate_agency(name, declared) == wanted)


def _find_observable(system: System, claim: Claim) -> tuple[Observable, Conversion] | UnansweredClaim:
    """Return the first observable that can take the claim, or why none can."""
    failure: UnansweredClaim | None = None
    for observable in system.observables:
        matching = [answer for answer in observable.answers if matches_answer(answer, claim)]
        if not matching:
            continue
        kinds = default_kinds(observable.measure)
        if all(not answer.quantity_kind and claim.quantity_kind not in kinds for answer in matching):
            detail = (
                f"{observable.name} answers {claim.what}, but takes {', '.join(kinds)} and not {claim.quantity_kind}"
            )
            failure = failure or UnansweredClaim(claim, NO_OBSERVABLE, detail)
            continue
        conversion = convert_unit(observable, claim, has_households=system.households is not None)
        obstacle = _find_obstacle(system.clock, observable, claim, conversion)
        if conversion is not None and obstacle is None:
            return observable, conversion
        failure = obstacle or failure
    return failure or UnansweredClaim(claim, NO_OBSERVABLE)


def _find_obstacle(
    clock: Clock, observable: Observable, claim: Claim, conversion: Conversion | None
) -> UnansweredClaim | None:
    """Return why a matching observable cannot take a claim, None if it can."""
    if conversion is None:
        detail = f"{observable.name} is in {observable.unit}"
        return UnansweredClaim(claim, f"unit {claim.unit} cannot be converted", detail)
    if not claim.states_figure:
        return UnansweredClaim(claim, NO_FIGURE, f"hedge {claim.hedge}")
    if not _windows_inside(clock, observable.measure, claim.first, claim.last):
        detail = f"{claim.first} to {claim.last} against {clock.start} to {clock.boundaries[-1] - timedelta(days=1)}"
        return UnansweredClaim(claim, OUTSIDE_PERIOD, detail)
    figures = (claim.value,) if claim.hedge is not Hedge.RANGE else (claim.value, claim.low)
    is_share = isinstance(observable.measure, RatioMeasure) and observable.unit in ("share", "percent")
    whole = 1.0 if observable.unit == "share" else 100.0
    if is_share and any(figure is not None and figure * conversion.factor > whole for figure in figures):
        return UnansweredClaim(claim, OUT_OF_BOUNDS, f"{observable.name} is a share of a whole")
    return None


def _windows_inside(clock: Clock, measure: Measure, first: date, last: date) -> bool:
    """Whether the claim's window, and each window that the measure makes of it, is in the clock."""
    if not clock.covers(first, last):
        return False
    if isinstance(measure, PathMeasure):
        return True
    parts = (measure.numerator, measure.denominator) if isinstance(measure, RatioMeasure) else (measure,)
    for part in parts:
        try:
            start, end = measured_window(part.window, first, last)
        except (ValueError, OverflowError):  # shifted off the calendar
            return False
        if not clock.covers(start, end):
            return False
    return True


def measured_window(window: Window, first: date, last: date) -> tuple[date, date]:
    """Return the first and last day (included) that a measure looks at for a claim's window.

    Raises
    ------
    ValueError, OverflowError
        If a shift leads off the calendar.
    """
    if window.first_months is not None:
        last = min(last, add_months(first, window.first_months) - timedelta(days=1))
    if window.last_months is not None:
        first = max(first, add_months(last + timedelta(days=1), -window.last_months))
    if window.shift_months:
        first = add_months(first, window.shift_months)
        last = add_months(last + timedelta(days=1), window.shift_months) - timedelta(days=1)
    return first, last


def _weigh_repeats(answered: list[AnsweredClaim]) -> tuple[AnsweredClaim, ...]:
    """Give each statement of a figure that one witness repeats n times the weight 1/n."""
    witnesses: dict[tuple[object, ...], list[int]] = {}
    for index, item in enumerate(answered):
        claim = item.claim
        key = (item.agency, item.observable.name, claim.first, claim.last, item.by_household, claim.use)
        witnesses.setdefault(key, []).append(index)
    weights = [1.0] * len(answered)
    for indices in witnesses.values():
        for cluster in _cluster_repeats([(answered[i], i) for i in indices]):
            for index in cluster:
                weights[index] = 1.0 / len(cluster)
    return tuple(
        AnsweredClaim(a.claim, a.observable, a.factor, a.by_household, a.agency, a.agency_kind, a.anchor, weight)
        for a, weight in zip(answered, weights, strict=True)
    )


def _cluster_repeats(items: list[tuple[AnsweredClaim, int]]) -> list[list[int]]:
    """Cluster claims of one witness on one window whose figures are the same within half a percent."""
    ordered = sorted(items, key=lambda pair: (central_figure(pair[0]), pair[1]))
    clusters: list[list[int]] = []
    head = 0.0
    for item, index in ordered:
        figure = central_figure(item)
        if clusters and figure - head <= SAME_FIGURE * abs(head):
            clusters[-1].append(index)
        else:
            clusters.append([index])
            head = figure
    return clusters


def central_figure(item: AnsweredClaim) -> float:
    """Return the value, or the middle of a range without one."""
    if item.value is not None:
        return item.value
    return ((item.low or 0.0) + (item.high or 0.0)) / 2.0
