"""What a validation found: scores beside those of simple rules, and every claim with what was foretold of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from counterstream.case import Case
from counterstream.evidence.answering import AnsweredClaim
from counterstream.infer.baselines import RULES
from counterstream.infer.claims import ClaimTable, Floats, tabulate_claims
from counterstream.infer.measurement import observed_values
from counterstream.infer.posterior import system_unknowns
from counterstream.infer.predict import lies_inside
from counterstream.infer.scores import SCALE, Foretold, Score, abs_log_error, score, summarise_pit
from counterstream.notebook import html_table
from counterstream.workflow import formats
from counterstream.workflow.validate_part import Told

FORETOLD = tuple(field.name for field in fields(Foretold))
#: Columns of :meth:`Validation.columns` that tell claims apart; the others are measured.
LABELS = ("id", "observable", "unit", "agency", "source_id", "first", "last", "fold")
HEADINGS = (
    "foretold by",
    "claims",
    "with intervals",
    "inside 50 %",
    "inside 90 %",
    "interval score",
    "median log error",
)
SYSTEM = "fitted system"


@dataclass(frozen=True)
class Unscored:
    """A claim that the system does not answer, with the reason."""

    id: str
    reason: str


@dataclass(frozen=True)
class Validation:
    """How well a fitted system foretold claims that it had not seen.

    Parameters
    ----------
    case
        What was fitted.
    asked
        What was held out or read, as plain data.
    told
        What was foretold, one part for each fit.
    n_claims
        Claims that were held out, or that further files hold.
    n_already_fitted
        Claims of these that repeat one that was fitted, which are no test.
    unanswered
        Claims that the system does not answer.
    """

    case: Case
    asked: dict[str, Any]
    told: tuple[Told, ...]
    n_claims: int
    n_already_fitted: int
    unanswered: tuple[Unscored, ...] = ()

    @cached_property
    def claims(self) -> tuple[AnsweredClaim, ...]:
        """The claims that are scored, in the order of all arrays."""
        return tuple(item for told in self.told for item in told.part.asked)

    @cached_property
    def claim_table(self) -> ClaimTable:
        """The scored claims as arrays."""
        return tabulate_claims(self.case.system, self.claims)

    @cached_property
    def said(self) -> Floats:
        """What the claims say, in their units; a range by its middle, shape (claim,)."""
        return observed_values(self.claim_table)

    @cached_property
    def model(self) -> Foretold:
        """What the fitted system foretold."""
        return _join([told.model for told in self.told])

    @cached_property
    def baselines(self) -> dict[str, Foretold]:
        """What simple rules foretold, by their names."""
        return {name: _join([told.rules[name] for told in self.told]) for name in RULES}

    @cached_property
    def pit(self) -> Floats:
        """Probability integral transforms, shape (claim,)."""
        return np.concatenate([told.pit for told in self.told]) if self.told else np.zeros(0)

    def draws(self) -> xr.Dataset:
        """Return some draws of every fit: ``flat`` (fit, draw, unknown), NaN where a fit has fewer."""
        labels = system_unknowns(self.case.system).labels()
        most = max((told.draws.shape[0] for told in self.told), default=0)
        flat = np.full((len(self.told), most, len(labels)), np.nan)
        for place, told in enumerate(self.told):
            flat[place, : told.draws.shape[0]] = told.draws
        dims = ("fit", "draw", "unknown")
        return xr.Dataset(
            {"flat": (dims, flat)}, coords={"fit": [told.part.label for told in self.told], "unknown": list(labels)}
        )

    @cached_property
    def folds(self) -> list[str]:
        """Label of the fit that was asked about each claim."""
        return [told.part.label for told in self.told for _ in told.part.asked]

    def score(self, foretold: Foretold) -> Score:
        """Return the scores of what was foretold of the claims."""
        return score(self.claim_table, self.said, foretold)

    def inside(self, level: float) -> NDArray[np.bool_]:
        """Whether each claim lies in the system's 50 % or 90 % interval, shape (claim,)."""
        return lies_inside(self.said, *self.model.interval(level))

    def columns(self) -> dict[str, list[Any]]:
        """Return one row a claim: what it says, what was foretold of it, and its own scores.

        Values and limits are in the claim's unit, ``abs_log_error`` in logs; ``pit`` is between 0 and 1.
        """
        rows = self.claims
        return {
            "id": [c.claim.id for c in rows],
            "observable": [c.observable.name for c in rows],
            "unit": [c.observable.unit for c in rows],
            "agency": [c.agency for c in rows],
            "source_id": [c.claim.source_id for c in rows],
            "first": [c.claim.first.isoformat() for c in rows],
            "last": [c.claim.last.isoformat() for c in rows],
            "fold": self.folds,
            "value": self.said.tolist(),
            **{name: getattr(self.model, name).tolist() for name in FORETOLD},
            "inside_50": self.inside(0.5).tolist(),
            "inside_90": self.inside(0.9).tolist(),
            "abs_log_error": abs_log_error(self.claim_table, self.model.median, self.said).tolist(),
            "pit": self.pit.tolist(),
            **{
                f"{rule}_{name}": getattr(foretold, name).tolist()
                for rule, foretold in self.baselines.items()
                for name in FORETOLD
            },
        }

    def table(self) -> xr.Dataset:
        """Return :meth:`columns` with the labelled dimension ``claim``."""
        columns = self.columns()
        names = np.array(columns.pop("id"), dtype=str)
        labels = {name: ("claim", np.array(columns.pop(name), dtype=str)) for name in LABELS if name != "id"}
        units = {"inside_50": "", "inside_90": "", "abs_log_error": "log", "pit": "1"}
        data = {
            name: ("claim", np.array(column), {"units": units.get(name, "as in the coordinate unit")})
            for name, column in columns.items()
        }
        title = f"{self.case.system.title}: claims that no fit had seen"
        return xr.Dataset(data, coords={"claim": names, **labels}, attrs={"title": title})

    def summary(self) -> dict[str, Any]:
        """Return everything as plain data, as in ``validation.json``."""
        return {
            "format": formats.VALIDATION,
            "case": self.case.name,
            "asked": self.asked,
            "scale": SCALE,
            "n_claims": self.n_claims,
            "n_answered": self.n_claims - len(self.unanswered),
            "n_scored": len(self.claims),
            "n_already_fitted": self.n_already_fitted,
            **_without_counts(self.score(self.model)),
            "baselines": {
                name: {
                    **asdict(self.score(foretold)),
                    "model": _without_counts(self.score(self.model.where_told(foretold))),
                }
                for name, foretold in self.baselines.items()
            },
            "pit": {kind: asdict(found) for kind, found in summarise_pit(self.claim_table.kind, self.pit).items()},
            "fits": [self._describe_fit(told) for told in self.told],
            "claims": self._rows(),
            "unanswered": [asdict(item) for item in self.unanswered],
        }

    def _describe_fit(self, told: Told) -> dict[str, Any]:
        part, model = told.part, told.model
        table = tabulate_claims(self.case.system, part.asked)
        return {
            "label": part.label,
            "verdict": told.verdict,
            "max_rhat": told.max_rhat,
            "seconds": told.seconds,
            "n_fitted": len(part.kept),
            **asdict(score(table, observed_values(table), model)),
            "left_out": sorted({item.agency for item in part.asked}),
        }

    def _rows(self) -> list[dict[str, Any]]:
        """Return one mapping a claim, with what the rules foretold in a mapping of its own; no NaN."""
        columns = {name: [_or_none(cell) for cell in column] for name, column in self.columns().items()}
        nested = {rule: {name: columns.pop(f"{rule}_{name}") for name in FORETOLD} for rule in RULES}
        return [
            {
                **{name: column[i] for name, column in columns.items()},
                "baselines": {rule: {name: cells[i] for name, cells in told.items()} for rule, told in nested.items()},
            }
            for i in range(len(self.claims))
        ]

    def score_rows(self) -> list[tuple[str, ...]]:
        """Return the scores as text under :data:`HEADINGS`, each rule followed by the system on the rule's claims."""
        rows = [(SYSTEM, *_describe_score(self.score(self.model)))]
        for name, foretold in self.baselines.items():
            rows.append((name.replace("_", " "), *_describe_score(self.score(foretold))))
            rows.append((f"{SYSTEM} on the same", *_describe_score(self.score(self.model.where_told(foretold)))))
        return rows

    def _repr_html_(self) -> str:
        """Return the scores as a table for notebooks."""
        caption = f"{self.case.system.title}: {len(self.claims)} claims that no fit had seen"
        return html_table(caption, HEADINGS, self.score_rows())


def _join(parts: Sequence[Foretold]) -> Foretold:
    return Foretold.from_rows(np.concatenate([np.zeros((len(FORETOLD), 0)), *(part.rows() for part in parts)], axis=1))


def _without_counts(found: Score) -> dict[str, Any]:
    return {name: value for name, value in asdict(found).items() if name not in ("n", "n_intervals")}


def _or_none(cell: object) -> object:
    return None if isinstance(cell, float) and np.isnan(cell) else cell


def _describe_score(found: Score) -> tuple[str, ...]:
    def share(value: float | None, limits: tuple[float, float] | None) -> str:
        return "" if value is None or limits is None else f"{value:.0%} ({limits[0]:.0%} to {limits[1]:.0%})"

    def number(value: float | None) -> str:
        return "" if value is None else f"{value:.3f}"

    return (
        str(found.n),
        str(found.n_intervals),
        share(found.coverage_50, found.coverage_50_interval),
        share(found.coverage_90, found.coverage_90_interval),
        number(found.interval_score_90),
        number(found.median_abs_log_error),
    )
