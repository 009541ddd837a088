"""Everything the report shows, as plain frozen data.

The page computes nothing about the migration: whoever fills a :class:`ReportContent`
has done so.  Numbers here keep full precision; rounding happens when they are shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from counterstream.report.dispute_content import DisputeView
from counterstream.report.movement_content import MovementsView, OutcomesView

Kind = Literal["flow", "stock", "share"]

#: Below this contraction the data have hardly moved a parameter from its prior.
MOSTLY_PRIOR = 0.2


@dataclass(frozen=True)
class Verdict:
    """Whether the fit may be relied on, in a word and in sentences.

    Parameters
    ----------
    fit
        True only when every diagnostic is met.
    label
        ``fit``, ``unfit`` or ``quick look``.
    sentences
        Why, in plain words.
    """

    fit: bool
    label: str
    sentences: tuple[str, ...] = ()


@dataclass(frozen=True)
class ClaimPoint:
    """One claim beside what the fitted model says of the same window.

    Parameters
    ----------
    claim_id, source, locator, agency, statement
        Where the claim comes from and what it says.
    first, last
        First and last day of the claim's window, both included.
    value, low, high
        In the unit of the series, over the claim's own window (a flow claim of a year
        is persons in that year); None where the claim does not state one.
    hedge
        How it was said, such as ``exact``, ``about``, ``over``, ``up_to``, ``range``.
    posterior_median, low50, high50, low90, high90
        The model's view of the same quantity over the same window, and the limits of its equal-tailed intervals.
    surprise
        Distance of the claim from the model in standard deviations of its predictive
        distribution (a normal score, signed: positive when the claim is above).
    wrong_probability
        Posterior probability that the claim is plain wrong.
    pull, without
        How far the claim moves what it speaks of, in standard deviations (positive: upwards), and
        the median without it; None where it was not fitted or cannot be told.
    use
        ``fit``, ``check`` or ``context``.
    source_url
        Address of the source; becomes a link only if it is http or https.
    definition
        What exactly the source speaks of: quantity, group, origin, destination.
    """

    claim_id: str
    first: date
    last: date
    value: float | None
    low: float | None
    high: float | None
    hedge: str
    source: str
    locator: str
    agency: str
    statement: str
    posterior_median: float | None = None
    low90: float | None = None
    high90: float | None = None
    surprise: float | None = None
    wrong_probability: float | None = None
    pull: float | None = None
    without: float | None = None
    use: str = "fit"
    source_url: str = ""
    low50: float | None = None
    high50: float | None = None
    definition: str = ""


@dataclass(frozen=True, eq=False)
class SeriesView:
    """One observable through time, with the claims that speak of it.

    Parameters
    ----------
    observable, label
        Name in the system and the name people read.
    unit
        ``persons`` or ``share``; the unit of the claims.
    kind
        ``flow``, ``stock`` or ``share``.
    per
        For flows the length to which the arrays refer (``month``: persons per month),
        otherwise empty.
    dates
        First day of each step (flows and shares) or the day of each value (stocks).
    median, low50, high50, low90, high90
        Shape ``(time,)``: posterior median and the limits of the equal-tailed 50 % and
        90 % intervals.
    claims
        Claims that the observable answers.
    note
        Anything a reader must know of this series alone.
    group
        Whom it counts, in words; empty for everybody.
    """

    observable: str
    label: str
    unit: str
    kind: Kind
    per: str
    dates: tuple[date, ...]
    median: NDArray[np.float64]
    low50: NDArray[np.float64]
    high50: NDArray[np.float64]
    low90: NDArray[np.float64]
    high90: NDArray[np.float64]
    claims: tuple[ClaimPoint, ...] = ()
    note: str = ""
    group: str = ""

    def __post_init__(self) -> None:
        """Refuse arrays that do not fit the dates, and a flow without its length of time."""
        for name in ("median", "low50", "high50", "low90", "high90"):
            shape = np.shape(getattr(self, name))
            if shape != (len(self.dates),):
                raise ValueError(f"{self.observable}: {name} has shape {shape}, expected ({len(self.dates)},)")
        if (self.kind == "flow") != bool(self.per):
            raise ValueError(f'{self.observable}: a flow, and only a flow, says "per" what; got {self.per!r}')

    @property
    def full_unit(self) -> str:
        """Unit of the arrays as read on an axis, such as ``persons per month``."""
        if self.kind == "share":
            return "share, %"
        return f"{self.unit} per {self.per}" if self.per else self.unit


@dataclass(frozen=True, eq=False)
class ScenarioView:
    """One observable with and without a set of changes, and the difference.

    Parameters
    ----------
    name, label
        Of the scenario.
    baseline, scenario
        The same observable without and with the changes.
    difference
        Scenario minus baseline, draw by draw, so that its interval is that of the
        difference and not the gap between two intervals.
    changes
        What the scenario changes, one sentence each.
    sentences
        What comes of it, in plain words.
    """

    name: str
    label: str
    baseline: SeriesView
    scenario: SeriesView
    difference: SeriesView
    changes: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()


@dataclass(frozen=True)
class AgencyView:
    """How one agency counts.

    Parameters
    ----------
    bias_median, bias_low90, bias_high90
        Relative bias: 0.1 means that it reports 10 % more than there were.
    spread
        Relative size of its ordinary error.
    anchor
        Whether its counts were taken as unbiased, to fix the level.
    agency, quantity
        Its name in the ledger, and the kind of quantity that it counts: ``flow``, ``stock``, ``share``.
    """

    name: str
    kind: str
    n_claims: int
    bias_median: float
    bias_low90: float
    bias_high90: float
    spread: float
    anchor: bool = False
    agency: str = ""
    quantity: str = ""


@dataclass(frozen=True)
class WrongClaim:
    """A claim that the model holds to be more likely wrong than most."""

    observable_label: str
    unit: str
    claim: ClaimPoint


@dataclass(frozen=True)
class ConflictView:
    """Claims that cannot all hold."""

    observable_label: str
    claim_ids: tuple[str, ...]
    kind: str
    detail: str
    agencies: tuple[str, ...] = ()


@dataclass(frozen=True)
class DiagnosticsView:
    """What was measured of the fit itself.

    Parameters
    ----------
    max_rhat, min_ess_bulk, min_ess_tail, divergences
        Worst values over all parameters; None where they were not measured.
    coverage50, coverage90
        Share of the fitted claims inside their own 50 % and 90 % predictive intervals.
    n_fitted
        Number of fitted claims.
    chains, draws
        Chains, and kept draws of each.
    sentences
        What else was found: whether priors and claims contradict each other, whether single claims
        can be left out.
    """

    max_rhat: float | None
    min_ess_bulk: float | None
    min_ess_tail: float | None
    divergences: int | None
    coverage50: float | None
    coverage90: float | None
    n_fitted: int
    chains: int
    draws: int
    sentences: tuple[str, ...] = ()


@dataclass(frozen=True)
class ParameterView:
    """A parameter before and after the evidence.

    Parameters
    ----------
    prior_low90, prior_high90
        Limits of the equal-tailed 90 % prior interval.
    posterior_median, posterior_low90, posterior_high90
        After the evidence, same unit.
    contraction
        ``1 - posterior sd / prior sd``: 0 nothing learnt, 1 known exactly.
    reason
        Why the prior is what it is.
    judgement
        What prior and claims make of it together: ``conflict``, ``prior``, ``claims``, ``neither``;
        empty where it was not asked.
    prior_sensitivity, claims_sensitivity
        How far the posterior moves with either; see
        :class:`~counterstream.infer.sensitivity.Sensitivity`.
    """

    name: str
    unit: str
    prior_low90: float
    prior_high90: float
    posterior_median: float
    posterior_low90: float
    posterior_high90: float
    contraction: float
    reason: str = ""
    judgement: str = ""
    prior_sensitivity: float | None = None
    claims_sensitivity: float | None = None

    @property
    def mostly_prior(self) -> bool:
        """Whether the posterior mostly repeats the prior."""
        return self.contraction < MOSTLY_PRIOR


@dataclass(frozen=True)
class UnusedClaim:
    """A claim that no quantity of the model was compared with, and why."""

    claim_id: str
    statement: str
    source: str
    reason: str


@dataclass(frozen=True)
class AnsweringView:
    """What became of every claim of the ledger."""

    n_answered: int
    context: tuple[UnusedClaim, ...] = ()
    unanswered: tuple[UnusedClaim, ...] = ()


@dataclass(frozen=True)
class SourceView:
    """A document that claims were taken from."""

    source_id: str
    title: str
    url: str
    n_claims: int
    note: str = ""


@dataclass(frozen=True)
class Provenance:
    """With what, from what and in what time the result was made; pairs of name and value.

    ``durations`` are seconds by phase.
    """

    versions: tuple[tuple[str, str], ...] = ()
    keys: tuple[tuple[str, str], ...] = ()
    hashes: tuple[tuple[str, str], ...] = ()
    durations: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, eq=False)
class ReportContent:
    """Everything one report shows.

    Parameters
    ----------
    title, case_name, description
        Of the case.
    question
        What was asked of it.
    generated
        When the report was made, as it is to be read.
    answers
        The answer in plain sentences.
    """

    title: str
    case_name: str
    description: str
    question: str
    generated: str
    verdict: Verdict
    series: tuple[SeriesView, ...]
    diagnostics: DiagnosticsView
    answering: AnsweringView
    provenance: Provenance
    citation: str
    reproduce: str
    answers: tuple[str, ...] = ()
    scenarios: tuple[ScenarioView, ...] = ()
    agencies: tuple[AgencyView, ...] = ()
    wrong_claims: tuple[WrongClaim, ...] = ()
    conflicts: tuple[ConflictView, ...] = ()
    parameters: tuple[ParameterView, ...] = ()
    sources: tuple[SourceView, ...] = ()
    disputes: tuple[DisputeView, ...] = ()
    movements: MovementsView | None = None
    outcomes: OutcomesView | None = None
