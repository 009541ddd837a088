"""Whom to believe: how each agency counts, and what the answer would be without it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import jax
import numpy as np
import xarray as xr
from numpy.typing import NDArray

from counterstream.case import Case
from counterstream.evidence.answering import AnsweredClaim, relaying_agencies
from counterstream.evidence.claim import Use
from counterstream.infer.agencies import Counting, draw_countings, read_countings
from counterstream.infer.influence import limit_of_k
from counterstream.infer.pose import pose_claim
from counterstream.infer.posterior import Posterior
from counterstream.infer.predict import ClaimPredictor
from counterstream.infer.progress import Progress, Silent
from counterstream.report.content import MOSTLY_PRIOR
from counterstream.workflow import formats
from counterstream.workflow.content import LIKELY_WRONG, contraction
from counterstream.workflow.files import INTERVALS
from counterstream.workflow.fitted import read_fitted
from counterstream.workflow.influence import InfluenceRow, Refits, measure_influence
from counterstream.workflow.posing import bands, choose_observables, choose_period, has_total, main_flows, pick_draws
from counterstream.workflow.run import keep_compiled

Floats = NDArray[np.float64]
Bands = dict[str, float]

#: Draws of the prior to compare a posterior with.
PRIOR_DRAWS = 4000


@dataclass(frozen=True)
class AgencyRow:
    """How one agency counts one kind of quantity.

    Parameters
    ----------
    agency, agency_kind
        The ultimate counter and its type.
    relayed_by
        Agencies of the ledger that pass its counts on.
    kind
        ``flow``, ``stock`` or ``share``.
    n_claims
        Its fitted claims of that kind.
    anchor
        Whether it is taken as unbiased; its bias is then 1 by declaration, not by finding.
    bias, bias_prior
        What it reports over what there was (shares: odds over odds), with the prior beside it:
        ``low90``, ``low50``, ``median``, ``high50``, ``high90``.
    bias_contraction
        1 minus the width of the bias's logarithm over its prior's.  ``None`` for anchors.
    mostly_prior
        Whether the bias is hardly more than its prior: nearly as wide, and about where it was.
    spread, spread_prior
        Relative size of its ordinary error, with its prior; one for all kinds of quantity.
    """

    agency: str
    agency_kind: str
    relayed_by: tuple[str, ...]
    kind: str
    n_claims: int
    anchor: bool
    bias: Bands
    bias_prior: Bands
    bias_contraction: float | None
    mostly_prior: bool
    spread: Bands
    spread_prior: Bands


@dataclass(frozen=True)
class WrongRow:
    """A fitted claim that is likely plain wrong, with the posterior probability of that."""

    claim: str
    agency: str
    observable: str
    probability: float


@dataclass(frozen=True)
class AgencyJudgement:
    """How the agencies of a case count, and what rests on each.

    Parameters
    ----------
    verdict
        Label of the fit: ``fit``, ``unfit`` or ``quick look``.
    n_draws
        Draws that were used.
    pareto_k_limit
        Weights with a larger k are not relied on, nor those of agencies that hold a larger share.
    first, last
        Period of the totals (ISO dates).
    totals
        What the fit says of each main quantity, by observable.
    agencies, wrong_claims, influence
        The findings, those with most claims, most likely wrong and most claims first.
    """

    verdict: str
    n_draws: int
    pareto_k_limit: float
    first: str
    last: str
    totals: dict[str, Bands]
    agencies: tuple[AgencyRow, ...]
    wrong_claims: tuple[WrongRow, ...]
    influence: tuple[InfluenceRow, ...]

    def summary(self) -> dict[str, Any]:
        """Return everything as plain data, as ``--json`` prints it."""
        return {"format": formats.AGENCIES, **asdict(self)}

    @cached_property
    def data(self) -> xr.Dataset:
        """The findings as a labelled dataset.

        Dimensions: ``row`` (agency and kind of quantity) by ``level`` for how agencies count;
        ``left_out`` by ``observable`` for influence, NaN where unreliable.
        """
        levels = list(INTERVALS)
        rows = self.agencies

        def banded(name: str) -> tuple[list[str], Floats]:
            told = [[getattr(row, name)[level] for level in levels] for row in rows]
            return ["row", "level"], np.array(told).reshape(len(rows), len(levels))

        def shifted(name: str) -> tuple[list[str], Floats]:
            told = [[np.nan if s is None else s[name] for s in row.shifts.values()] for row in self.influence]
            return ["left_out", "observable"], np.array(told, dtype=float).reshape(len(told), len(self.totals))

        contracted = [np.nan if row.bias_contraction is None else row.bias_contraction for row in rows]
        return xr.Dataset(
            {
                **{name: banded(name) for name in ("bias", "bias_prior", "spread", "spread_prior")},
                "bias_contraction": ("row", contracted),
                "n_claims": ("row", [row.n_claims for row in rows]),
                "anchor": ("row", [row.anchor for row in rows]),
                **{name: shifted(name) for name in ("deviations", "ratio", "ratio_low90", "ratio_high90")},
                "pareto_k": ("left_out", [row.pareto_k for row in self.influence]),
                "held": ("left_out", [row.held for row in self.influence]),
                "how": ("left_out", [row.how for row in self.influence]),
            },
            {
                "agency": ("row", [row.agency for row in rows]),
                "kind": ("row", [row.kind for row in rows]),
                "level": levels,
                "left_out": [row.agency for row in self.influence],
                "observable": list(self.totals),
            },
            {"verdict": self.verdict, "first": self.first, "last": self.last, "pareto_k_limit": self.pareto_k_limit},
        )

    def _repr_html_(self) -> str:
        return self.data._repr_html_()  # pyright: ignore[reportPrivateUsage]


def judge_agencies(
    case: Case,
    run: Path,
    *,
    observables: Sequence[str] = (),
    refit: bool = False,
    most_refits: int | None = None,
    out: Path | None = None,
    progress: Progress | None = None,
) -> AgencyJudgement:
    """Tell how each agency counts, which claims are likely wrong, and what rests on each agency.

    Parameters
    ----------
    run
        Folder of a run or fit of the case.
    observables
        Quantities whose totals are compared; by default the flows that most claims speak of.
    refit
        Whether to fit the case without an agency where importance weights are not reliable.
    most_refits
        Agencies to do that for at most, those with most claims first; by default all.
    out
        Folder of those fits, one below it for each agency; by default ``influence/CASE``.  Fits
        that are there already are taken up again.

    Raises
    ------
    CounterstreamError
        ``U204``, ``U205`` (no fit of this case there), ``U240``, ``U242`` (observables),
        ``U243`` (too few draws); in refits ``F101`` if nothing is left to fit.
    """
    listener = progress or Silent()
    keep_compiled()
    wanted = choose_observables(case.system, observables)
    fitted = read_fitted(case, run)
    flats = pick_draws(fitted)
    claims = fitted.answering.select_use(Use.FIT)
    wanted = wanted or choose_observables(
        case.system, main_flows([c for c in claims if has_total(case.system, c.observable)])
    )
    period = choose_period(case.system)
    posed = [pose_claim(o, *period) for o in wanted]
    shape = (flats.shape[0], flats.shape[1])
    pooled = flats.reshape(-1, flats.shape[2])
    listener.told("simulate", 0, 1, f"{pooled.shape[0]:,} draws")
    told = ClaimPredictor(fitted.posterior, (*claims, *posed)).predict(fitted.seed, pooled)
    listener.told("simulate", 1, 1)
    listener.told("reweigh", 0, 1)
    refits = Refits(case, out or Path("influence") / case.name, listener, most_refits) if refit else None
    influence = measure_influence(fitted, told, shape, len(posed), refits)
    totals = [bands(told.truth[:, len(claims) + i]) for i in range(len(posed))]
    return AgencyJudgement(
        fitted.label,
        pooled.shape[0],
        limit_of_k(pooled.shape[0]),
        *(day.isoformat() for day in period),
        totals={o.name: total for o, total in zip(wanted, totals, strict=True)},
        agencies=_describe_countings(case, fitted.posterior, pooled, fitted.seed),
        wrong_claims=_list_wrong(claims, told.wrong),
        influence=influence,
    )


def _describe_countings(case: Case, posterior: Posterior, pooled: Floats, seed: int) -> tuple[AgencyRow, ...]:
    """Return how each agency counts beside what its priors say, those with most claims first."""
    values = jax.jit(jax.vmap(posterior.unknowns.constrain))(pooled)
    after = read_countings(posterior, values)
    before = draw_countings(posterior.measurement, PRIOR_DRAWS, seed)
    rows = [_describe_counting(case, *pair) for pair in zip(before, after, strict=True)]
    return tuple(sorted(rows, key=lambda row: -row.n_claims))


def _describe_counting(case: Case, before: Counting, after: Counting) -> AgencyRow:
    relays = relaying_agencies(case.system, after.agency, case.ledger.agencies)
    bias, prior = bands(after.bias), bands(before.bias)
    contracted = None if after.anchor else contraction(before.log_bias, after.log_bias)
    # An interval as wide as the prior's, but elsewhere, is news.
    stays = prior["low50"] <= bias["median"] <= prior["high50"]
    return AgencyRow(
        after.agency,
        after.agency_kind,
        tuple(name for name in relays if name != after.agency),
        after.kind.name.lower(),
        after.n_claims,
        after.anchor,
        bias,
        prior,
        contracted,
        contracted is not None and contracted < MOSTLY_PRIOR and stays,
        bands(after.spread),
        bands(before.spread),
    )


def _list_wrong(claims: Sequence[AnsweredClaim], wrong: Floats) -> tuple[WrongRow, ...]:
    """Return the claims that are more likely wrong than right, the likeliest first."""
    rows = [
        WrongRow(item.claim.id, item.agency, item.observable.name, float(chance))
        for item, chance in zip(claims, wrong, strict=False)  # totals follow the claims
        if chance >= LIKELY_WRONG
    ]
    return tuple(sorted(rows, key=lambda row: -row.probability))
