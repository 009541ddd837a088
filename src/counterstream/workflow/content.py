"""From results to the content of the report: every number that the page shows is worked out here."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

import counterstream
from counterstream.evidence.claim import Claim, Source, Use
from counterstream.infer.diagnose import Mixing, describe_approximation
from counterstream.infer.fit import Fit
from counterstream.infer.leave_one_out import describe_leave_one_out
from counterstream.infer.priors import prior_draws
from counterstream.infer.sensitivity import describe_sensitivity
from counterstream.report.content import (
    AnsweringView,
    ClaimPoint,
    ConflictView,
    DiagnosticsView,
    ParameterView,
    Provenance,
    ReportContent,
    ScenarioView,
    SeriesView,
    SourceView,
    UnusedClaim,
    Verdict,
    WrongClaim,
)
from counterstream.report.movement_content import OutcomesView
from counterstream.scenario.wording import say_change
from counterstream.system.observable import (
    FlowMeasure,
    Measure,
    Observable,
    PathMeasure,
    RatioMeasure,
    StockMeasure,
    kind_of,
)
from counterstream.system.system import System
from counterstream.workflow.belief_content import agency_views, dispute_views
from counterstream.workflow.movements import tell_outcomes
from counterstream.workflow.posing import main_flows
from counterstream.workflow.results import Results, ScenarioCourses, bands_of, observable_named

Floats = NDArray[np.float64]
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
#: Posterior chance from which a claim is listed as likely wrong.
LIKELY_WRONG = 0.5
#: A scenario's observables are shown if their course differs by this share of the baseline's size.
VISIBLE_CHANGE = 0.005
MOST_SCENARIO_SERIES = 2
#: Pictures of observables on the page, those with most claims; all are in ``flows.csv``.
MOST_SERIES = 20


def build_content(results: Results, provenance: Provenance, reproduce: str) -> ReportContent:
    """Return the report's content."""
    case, system = results.case, results.system
    points = _claim_points(results)
    views = [
        series_view(system, observable_named(system, name), course, points.get(name, ()))
        for name, course in results.series.items()
    ]
    shown = sorted((v for v in views if v.claims), key=lambda v: -len(v.claims))
    return ReportContent(
        title=system.title,
        case_name=system.name,
        description=system.description,
        question=(
            f"What happened between {system.clock.start:%B %Y} and {system.clock.end:%B %Y}, "
            "and how far can it be told?"
        ),
        generated=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        verdict=_verdict(results.fit),
        answers=_answers(results),
        series=tuple(shown[:MOST_SERIES]),
        scenarios=tuple(view for told in results.scenarios for view in _scenario_views(results, told.name, points)),
        agencies=agency_views(results.fit),
        wrong_claims=_wrong_claims(system, points),
        conflicts=tuple(
            ConflictView(_label(system, c.observable), c.claims, str(c.kind), c.detail, c.agencies)
            for c in results.conflicts
        ),
        diagnostics=_diagnostics(results),
        answering=_answering(results),
        parameters=_parameters(results.fit),
        sources=_sources(results),
        provenance=provenance,
        disputes=dispute_views(results),
        movements=results.movements,
        outcomes=_outcomes(results),
        citation=(
            f"counterstream {counterstream.__version__}, case {case.name}; cite the sources of the claims with it."
        ),
        reproduce=reproduce,
    )


def _label(system: System, name: str) -> str:
    return observable_named(system, name).label or name


def _verdict(fit: Fit) -> Verdict:
    if fit.mixing is not None:
        short = ("The chains are short because the system is large: --full runs long ones.",)
        return Verdict(fit.good, fit.label, (*fit.mixing.sentences(), *(short if fit.quick else ())))
    how = "The posterior was approximated by a normal distribution at its mode; no chains were run."
    told = () if fit.pareto_k is None else (describe_approximation(fit.pareto_k),)
    return Verdict(False, "quick look", (how, *told))


def _answers(results: Results) -> tuple[str, ...]:
    """Totals over the whole period of the flows with the most claims."""
    system = results.system
    counts = Counter(item.observable.name for item in results.claims)
    sentences: list[str] = []
    for name in main_flows([c for c in results.claims if c.observable.name in results.series]):
        low, middle, high = np.quantile(results.series[name].sum(axis=1), [0.05, 0.5, 0.95])
        sentences.append(
            f"{_label(system, name)}, {system.clock.start.year}-{system.clock.end.year}: about "
            f"{_rounded(middle)} persons (90 % interval {_rounded(low)} to {_rounded(high)}); "
            f"{counts[name]} claims speak of it."
        )
    return tuple(sentences)


def _rounded(value: float) -> str:
    """Three significant digits, with separators of thousands."""
    if value <= 0:
        return "0"
    places = 2 - math.floor(math.log10(value))
    return f"{round(value, places):,.{max(places, 0)}f}"


def _claim_points(results: Results) -> dict[str, tuple[ClaimPoint, ...]]:
    predictions = results.predictions
    low90, low50, middle, high50, high90 = np.quantile(predictions.truth, LEVELS, axis=0)
    pit = np.clip(predictions.pit(), 0.5 / len(predictions.truth), 1 - 0.5 / len(predictions.truth))
    sources = {s.id: s for s in results.case.ledger.sources}
    left, places = results.fit.leave_one_out, results.places_fitted()
    found: dict[str, list[ClaimPoint]] = {}
    for i, item in enumerate(results.claims):
        claim = item.claim
        url = sources[claim.source_id].url if claim.source_id in sources else ""
        place = places[i]
        told = place is not None and bool(left.good[place])
        point = ClaimPoint(
            claim_id=claim.id,
            first=claim.first,
            last=claim.last,
            value=item.value,
            low=item.low if claim.hedge == "range" else None,
            high=item.high if claim.hedge == "range" else None,
            hedge=str(claim.hedge),
            source=_source_name(sources.get(claim.source_id), claim),
            locator=claim.locator,
            agency=item.agency,
            statement=claim.statement,
            posterior_median=float(middle[i]),
            low90=float(low90[i]),
            high90=float(high90[i]),
            surprise=float(ndtri(pit[i])),
            wrong_probability=float(predictions.wrong[i]),
            pull=float(left.pull[place]) if told else None,
            without=float(left.without[2, place]) if told else None,
            use=str(claim.use),
            source_url=url,
            low50=float(low50[i]),
            high50=float(high50[i]),
            definition=_define(claim),
        )
        found.setdefault(item.observable.name, []).append(point)
    return {name: tuple(points) for name, points in found.items()}


def _define(claim: Claim) -> str:
    """Say what a claim speaks of: quantity, group and places as the ledger names them."""
    places = " to ".join(place for place in (claim.origin, claim.destination) if place)
    parts = (claim.what, claim.group, places, f"in {claim.unit}" if claim.unit else "", claim.notes)
    return "; ".join(part for part in parts if part)


def _source_name(source: Source | None, claim: Claim) -> str:
    return f"{source.author}, {source.title}" if source else claim.source_id


def series_view(system: System, observable: Observable, course: Floats, claims: Sequence[ClaimPoint]) -> SeriesView:
    """Return an observable's bands over draws; ``course`` has the shape (draw, n_steps)."""
    return bands_view(system, observable, bands_of(course, LEVELS), claims)


def bands_view(system: System, observable: Observable, bands: Floats, claims: Sequence[ClaimPoint]) -> SeriesView:
    """Return an observable's bands; ``bands`` has the shape (level, n_steps), from the lowest level to the highest."""
    kind = kind_of(observable)
    low90, low50, middle, high50, high90 = bands
    return SeriesView(
        observable=observable.name,
        label=observable.label or observable.name,
        unit="share" if kind == "share" else observable.unit,
        kind=kind,
        per=str(system.clock.step) if kind == "flow" else "",
        dates=system.clock.boundaries[:-1],
        median=middle,
        low50=low50,
        high50=high50,
        low90=low90,
        high90=high90,
        claims=tuple(claims),
        group=_group_words(observable.measure),
    )


def _group_words(measure: Measure) -> str:
    """Say whom a measure counts: the values of its selector, those of a ratio's numerator; empty for everybody."""
    if isinstance(measure, PathMeasure):
        return ""
    counted = measure.numerator if isinstance(measure, RatioMeasure) else measure
    return ", ".join(" or ".join(values).replace("_", " ") for _, values in counted.groups.criteria)


def _scenario_views(results: Results, name: str, points: dict[str, tuple[ClaimPoint, ...]]) -> list[ScenarioView]:
    system = results.system
    told = next(s for s in results.scenarios if s.name == name)
    declared = next(s for s in system.scenarios if s.name == name)
    changes = tuple(say_change(system, change) for change in declared.changes)
    sizes: dict[str, float] = {}
    for observable in system.observables:
        base = results.series.get(observable.name)
        if (
            base is None
            or not isinstance(observable.measure, FlowMeasure | StockMeasure)
            or observable.name not in points
        ):
            continue
        change = np.abs(np.median(told.series[observable.name] - base, axis=0)).max()
        scale = np.median(base, axis=0).max()
        sizes[observable.name] = float(change / scale) if scale > 0 else 0.0
    moved = [n for n in sorted(sizes, key=lambda n: -sizes[n]) if sizes[n] > VISIBLE_CHANGE][:MOST_SCENARIO_SERIES]
    views: list[ScenarioView] = []
    for observable_name in moved:
        observable = observable_named(system, observable_name)
        base, other = results.series[observable_name], told.series[observable_name]
        views.append(
            ScenarioView(
                name=name,
                label=told.label,
                baseline=series_view(system, observable, base, ()),
                scenario=series_view(system, observable, other, ()),
                difference=series_view(system, observable, other - base, ()),
                changes=changes,
                # What leaves its fitted range is a matter of the scenario, said once.
                sentences=(_say_difference(observable, base, other), *(() if views else _say_beyond(told))),
            )
        )
    return views


def _say_beyond(told: ScenarioCourses) -> tuple[str, ...]:
    return tuple(excess.sentence() for excess in told.beyond)


def _say_difference(observable: Observable, base: Floats, other: Floats) -> str:
    flow = isinstance(observable.measure, FlowMeasure)
    total = (other - base).sum(axis=1) if flow else (other - base)[:, -1]
    low, middle, high = np.quantile(total, [0.05, 0.5, 0.95])
    when = "over the whole period" if flow else "at the end"
    return (
        f"{observable.label or observable.name} {when}: {middle:+,.0f} persons against the baseline "
        f"(90 % interval of the difference {low:+,.0f} to {high:+,.0f})."
    )


def _outcomes(results: Results) -> OutcomesView | None:
    names = main_flows([c for c in results.claims if c.observable.name in results.series])
    flows = {name: (_label(results.system, name), results.series[name]) for name in names}
    return tell_outcomes(results.system.clock, flows)


def _wrong_claims(system: System, points: dict[str, tuple[ClaimPoint, ...]]) -> tuple[WrongClaim, ...]:
    wrong = [
        WrongClaim(_label(system, name), observable_named(system, name).unit, point)
        for name, found in points.items()
        for point in found
        if (point.wrong_probability or 0.0) >= LIKELY_WRONG
    ]
    return tuple(sorted(wrong, key=lambda w: -(w.claim.wrong_probability or 0.0)))


def _diagnostics(results: Results) -> DiagnosticsView:
    mixing: Mixing | None = results.fit.mixing
    return DiagnosticsView(
        max_rhat=mixing.max_rhat if mixing else None,
        min_ess_bulk=mixing.min_ess_bulk if mixing else None,
        min_ess_tail=mixing.min_ess_tail if mixing else None,
        divergences=mixing.divergences if mixing else None,
        coverage50=results.coverage(0.5),
        coverage90=results.coverage(0.9),
        n_fitted=int(results.used_for(Use.FIT).sum()),
        chains=mixing.n_chains if mixing else 0,
        draws=mixing.n_draws if mixing else results.fit.pooled.shape[0],
        sentences=(
            describe_sensitivity(results.fit.sensitivity, reliable=results.fit.good),
            describe_leave_one_out(results.fit.leave_one_out),
        ),
    )


def _answering(results: Results) -> AnsweringView:
    def unused(claim: Claim, reason: str) -> UnusedClaim:
        return UnusedClaim(claim.id, claim.statement, claim.source_id, reason)

    a = results.answering
    return AnsweringView(
        n_answered=len(a.answered),
        context=tuple(unused(c.claim, c.reason) for c in a.context),
        unanswered=tuple(unused(u.claim, u.reason) for u in a.unanswered),
    )


def _parameters(fit: Fit) -> tuple[ParameterView, ...]:
    import jax

    values = fit.values()
    scaled = {one.parameter: one for one in fit.sensitivity}
    views: list[ParameterView] = []
    for parameter in fit.posterior.system.parameters:
        prior = prior_draws(parameter.prior, jax.random.key(0), 20_000)
        posterior = values[parameter.name]
        low, high = np.quantile(prior, [0.05, 0.95])
        after = np.quantile(posterior, [0.5, 0.05, 0.95])
        views.append(
            ParameterView(
                parameter.name,
                parameter.unit,
                float(low),
                float(high),
                *(float(q) for q in after),
                contraction=contraction(prior, posterior),
                reason=parameter.reason,
                judgement=str(scaled[parameter.name].judgement),
                prior_sensitivity=_known(scaled[parameter.name].prior),
                claims_sensitivity=_known(scaled[parameter.name].likelihood),
            )
        )
    return tuple(views)


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None


def contraction(prior: Floats, posterior: Floats) -> float:
    """``1 - posterior sd / prior sd``, both after cutting the farthest 1 % (heavy prior tails)."""

    def width(draws: Floats) -> float:
        low, high = np.quantile(draws, [0.05, 0.95])
        return float(high - low)

    return 1.0 - width(posterior) / width(prior)


def _sources(results: Results) -> tuple[SourceView, ...]:
    counts: dict[str, int] = {}
    for item in results.claims:
        counts[item.claim.source_id] = counts.get(item.claim.source_id, 0) + 1
    return tuple(
        SourceView(s.id, f"{s.author}, {s.title}", s.url, counts.get(s.id, 0), s.interests)
        for s in results.case.ledger.sources
    )
