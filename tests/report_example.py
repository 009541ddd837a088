"""An invented but lifelike content of a report: eight series of 288 months, about a hundred claims."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from counterstream.report.content import (
    AgencyView,
    AnsweringView,
    ClaimPoint,
    ConflictView,
    DiagnosticsView,
    Kind,
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
from counterstream.units import add_months

MONTHS = tuple(date(1968 + index // 12, 1 + index % 12, 1) for index in range(288))
AGENCIES = (
    ("Harbour Office of the Old Shore", "registrar"),
    ("Reception ministry", "ministry"),
    ("Society for Aid to Wayfarers and Settlers in Transit", "relief"),
    ("Daily Courier", "press"),
    ("Consulate in the Third Port", "consulate"),
    ("Committee of the Refused", "movement"),
)
HEDGES = ("exact", "about", "exact", "over", "rounded", "up_to", "range", "exact")


def _curve(peaks: tuple[tuple[float, float, float], ...], floor: float) -> NDArray[np.float64]:
    t = np.arange(288.0)
    total = np.full(288, float(floor))
    for centre, width, height in peaks:
        total += height * np.exp(-0.5 * ((t - centre) / width) ** 2)
    return total


def _series(
    name: str, label: str, kind: Kind, median: NDArray[np.float64], spread: float, n_claims: int, seed: int
) -> SeriesView:
    rng = np.random.default_rng(seed)
    wobble = np.exp(np.convolve(rng.normal(0, 0.10, 300), np.ones(5) / 3, "same")[:288])
    centre = median * wobble
    width = spread * (1 + 0.6 * np.sin(np.arange(288) / 40 + seed))
    if kind == "share":
        logit = np.log(centre / (1 - centre))
        bands = [1 / (1 + np.exp(-(logit + z * width))) for z in (-0.674, 0.674, -1.645, 1.645)]
    else:
        bands = [centre * np.exp(z * width) for z in (-0.674, 0.674, -1.645, 1.645)]
    return SeriesView(
        observable=name,
        label=label,
        unit="share" if kind == "share" else "persons",
        kind=kind,
        per="month" if kind == "flow" else "",
        dates=MONTHS,
        median=centre,
        low50=bands[0],
        high50=bands[1],
        low90=bands[2],
        high90=bands[3],
        claims=tuple(_claim(name, kind, centre, index, n_claims, rng) for index in range(n_claims)),
    )


def _claim(
    name: str, kind: Kind, centre: NDArray[np.float64], index: int, n_claims: int, rng: np.random.Generator
) -> ClaimPoint:
    start = int(rng.integers(0, 270))
    months = 1 if kind == "stock" else int(rng.choice([1, 3, 12, 12]))
    first = MONTHS[start]
    last = first if kind == "stock" else add_months(first, months) - timedelta(days=1)
    inside = centre[start : start + months]
    truth = float(inside.sum() if kind == "flow" else inside.mean())
    wrong = index == 3 and n_claims > 6
    hedge = HEDGES[index % len(HEDGES)]
    error = float(rng.normal(0, 0.08)) + (1.1 if wrong else 0.0) + {"over": -0.12, "up_to": 0.12}.get(hedge, 0.0)
    if kind == "share":
        value = min(0.99, truth * float(np.exp(error / 2)))
    else:
        exact = truth * float(np.exp(error))
        value = float(round(exact)) if hedge == "exact" else float(np.round(exact, 1 - len(str(int(exact)))))
    agency = AGENCIES[int(rng.integers(0, len(AGENCIES)))][0]
    return ClaimPoint(
        claim_id=f"{name[:3].upper()}{index:03d}",
        first=first,
        last=last,
        value=None if hedge == "range" else value,
        low=value * 0.85 if hedge in ("range", "about") else None,
        high=value * 1.15 if hedge in ("range", "about") else None,
        hedge=hedge,
        source=f"S{index % 14:02d}",
        locator=f"p. {index + 12}",
        agency=agency,
        statement=f"{agency} put {name.replace('_', ' ')} at {hedge.replace('_', ' ')} {value:,.6g}",
        posterior_median=truth,
        low90=truth * 0.8,
        high90=truth * 1.22,
        surprise=error / 0.12,
        wrong_probability=0.87 if wrong else 0.03,
        use="check" if index % 9 == 8 else "fit",
        source_url="https://example.org/archive?file=7" if index % 3 == 0 else "",
    )


def _all_series() -> tuple[SeriesView, ...]:
    departures = _curve(((62, 10, 2600), (138, 14, 4200), (262, 12, 15000)), 90)
    returns = _curve(((80, 20, 22), (160, 25, 38), (272, 14, 90)), 4)
    refused = np.cumsum(_curve(((150, 18, 170), (230, 40, 30)), 8)) - np.cumsum(_curve(((255, 10, 150),), 3))
    share = 1 / (1 + np.exp(-(_curve(((60, 25, -3.2), (250, 20, -1.5)), 1.2))))
    return (
        _series("departures", "Departures from the old shore", "flow", departures, 0.07, 34, 1),
        _series("arrivals_new", "Arrivals on the new shore", "flow", departures * 0.62, 0.1, 16, 2),
        _series("returns", "Returns to the old shore", "flow", returns, 0.28, 9, 3),
        _series("share_onward", "Share that went on to the third port", "share", 1 - share, 0.18, 14, 4),
        _series("share_coast", "Share of the coast among those who left", "share", share * 0.7 + 0.1, 0.25, 7, 5),
        _series("refused_stock", "Refused and waiting", "stock", np.maximum(refused, 60), 0.12, 12, 6),
        _series("return_applicants", "Applicants for return, waiting", "stock", returns * 6 + 20, 0.3, 8, 7),
        _series("settled", "Settled on the new shore", "stock", 900 + np.cumsum(departures * 0.6), 0.06, 0, 8),
    )


def _scenario(base: SeriesView, factor: float, spread: float, label: str) -> ScenarioView:
    gate = 1 + (factor - 1) / (1 + np.exp(-(np.arange(288) - 150) / 4)) / (1 + np.exp((np.arange(288) - 205) / 6))

    def scaled(
        view: SeriesView, by: NDArray[np.float64], name: str, bands: dict[str, NDArray[np.float64]]
    ) -> SeriesView:
        arrays = {key: getattr(view, key) * by for key in ("median", "low50", "high50", "low90", "high90")}
        arrays.update(bands)
        return SeriesView(view.observable, name, view.unit, view.kind, view.per, view.dates, **arrays)

    change = base.median * (gate - 1)
    bands = {
        "median": change,
        "low50": change * (1 - 0.7 * spread),
        "high50": change * (1 + 0.7 * spread),
        "low90": change * (1 - 1.7 * spread),
        "high90": change * (1 + 1.7 * spread),
    }
    return ScenarioView(
        name="open_border",
        label=label,
        baseline=scaled(base, np.ones(288), base.label, {}),
        scenario=scaled(base, gate, base.label, {}),
        difference=scaled(base, np.ones(288), f"Difference in {base.label.lower()}", bands),
        changes=("The border is not closed in 1980.",),
        sentences=("From 1980 to 1985, 61,400 more persons leave (90 % interval 38,000 to 92,000).",),
    )


def _parameters() -> tuple[ParameterView, ...]:
    names = (
        ("wish_rate", "per year"), ("ask_again_rate", "per year"), ("return_rate", "per year"),
        ("coast_wish", "effect"), ("letters_wish", "effect"), ("openness_start", "level"),
        ("openness_spread", "level"), ("delay_first_answer", "months"), ("delay_second_answer", "months"),
        ("chance_of_refusal_for_secrecy", "share"), ("onward_choice_of_kin", "effect"),
        ("onward_choice_of_letters", "effect"), ("initial_refused_persons", "persons"),
    )  # fmt: skip
    rng = np.random.default_rng(5)
    made: list[ParameterView] = []
    for index, (name, unit) in enumerate(names):
        half, kept = 1.645 * (0.5 + index / 6), float(rng.uniform(0.1, 0.98))
        middle = float(rng.normal(0, 0.3)) * half
        ends = (middle - kept * half, middle + kept * half)
        made.append(ParameterView(name, unit, -half, half, middle, *ends, 1 - kept, "from a neighbouring case"))
    return tuple(made)


def build_content(*, fit: bool = True) -> ReportContent:
    """Return the content of an invented report."""
    series = _all_series()
    wrong = tuple(
        WrongClaim(view.label, view.unit, claim)
        for view in series
        for claim in view.claims
        if (claim.wrong_probability or 0) > 0.5
    )
    biases = ((0.0, -0.01, 0.01), (0.06, 0.02, 0.11), (-0.02, -0.07, 0.03), (0.14, -0.02, 0.33), (-0.09, -0.14, -0.03),
              (0.28, 0.11, 0.52))  # fmt: skip
    agencies = tuple(
        AgencyView(name, kind, 6 + 5 * index, *bias, 0.02 + 0.03 * index, index == 0)
        for index, ((name, kind), bias) in enumerate(zip(AGENCIES, biases, strict=True))
    )
    label = "fit" if fit else "unfit"
    reason = "Every check of the computation is met." if fit else "The chains do not agree: R-hat is 1.08."
    return ReportContent(
        title="Two shores, an illustration",
        case_name="two-shores",
        description="People leave the old shore when an office lets them, and some come back. "
        "Every number here is invented.\n\n"
        "The office counted departures until 1979; afterwards only the receiving side did.",
        question="How many left the old shore between 1968 and 1991, where did they go, how many were refused, "
        "and how many came back?",
        generated="22 November 2026, 07:04 UTC",
        verdict=Verdict(fit, label, (reason,)),
        series=series,
        diagnostics=DiagnosticsView(1.004 if fit else 1.08, 1210.0, 873.0, 0 if fit else 14, 0.53, 0.91, 91, 4, 1000),
        answering=AnsweringView(
            100,
            (UnusedClaim("C0004", "The exit fee was 400 crowns", "S03", "a fee, not a number of persons"),),
            tuple(
                UnusedClaim(f"U{index:03d}", "Hotel guests in the harbour town", "S05", "no observable answers it")
                for index in range(7)
            ),
        ),
        provenance=Provenance(
            (("counterstream", "0.1.0"), ("python", "3.11.9"), ("jax", "0.10.2")),
            (("fit", "20261122"), ("simulate", "7")),
            (("claims.csv", "9f" * 32), ("system.resolved.yaml", "0a" * 32)),
            (("read", 0.31), ("fit", 1432.0), ("simulate", 64.2)),
        ),
        citation="Two shores, an illustration (2026). Fitted with counterstream 0.1.0.",
        reproduce="counterstream run two-shores --key 20261122",
        answers=(
            "About 512,000 persons left in the 24 years (90 % interval 489,000 to 538,000).",
            "Six in ten arrived on the new shore; the others went on to the third port.",
            "Fewer than one in a hundred came back (90 % interval 0.6 % to 1.2 %).",
        ),
        scenarios=(
            _scenario(series[0], 2.4, 0.35, "The border stays open in 1980"),
            _scenario(series[5], 0.5, 0.2, "The border stays open in 1980"),
        ),
        agencies=agencies,
        wrong_claims=wrong,
        conflicts=(
            ConflictView("Departures from the old shore", ("DEP004", "DEP011"), "same window",
                         "1973: 34,733 against 33,100, further apart than their wording allows", ("Daily Courier",)),
            ConflictView("Share that went on to the third port", ("SHA002", "SHA009"), "part exceeds whole",
                         "the parts add up to 108 %", ("Reception ministry", "Daily Courier")),
        ),
        parameters=_parameters(),
        sources=tuple(
            SourceView(f"S{index:02d}", f"Yearbook of the harbour, {index}", "https://example.org/yearbook", 4 + index)
            for index in range(14)
        ),
    )  # fmt: skip


def made_hostile(value: Any, text: str) -> Any:
    """Put a text in place of every free text of the content."""
    kept = {"kind", "per", "unit", "hedge", "use"}
    if isinstance(value, str):
        return text
    if isinstance(value, tuple):
        return tuple(made_hostile(one, text) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        found = {field.name: getattr(value, field.name) for field in fields(value) if field.name not in kept}
        return replace(value, **{name: made_hostile(one, text) for name, one in found.items()})
    return value
