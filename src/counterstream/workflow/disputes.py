"""Contradictions of a case in the light of a finished fit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from counterstream.case import Case
from counterstream.evidence.conflicts import find_conflicts
from counterstream.infer.predict import ClaimPredictor
from counterstream.infer.progress import Progress, Silent
from counterstream.workflow.fitted import read_fitted, read_left_out
from counterstream.workflow.judging import Dispute, judge_disputes
from counterstream.workflow.posing import MOST_DRAWS
from counterstream.workflow.run import keep_compiled


@dataclass(frozen=True)
class Disputes:
    """All contradictions of a case in the light of a fit.

    Parameters
    ----------
    verdict
        Label of the fit: ``fit``, ``unfit`` or ``quick look``.
    disputes
        In the order in which the conflicts are found.
    """

    verdict: str
    disputes: tuple[Dispute, ...]

    def summary(self) -> dict[str, Any]:
        """Return everything as plain data, as ``--json`` prints it."""
        return {"verdict": self.verdict, "conflicts": [dispute.as_dict() for dispute in self.disputes]}

    @cached_property
    def data(self) -> xr.Dataset:
        """The claims as a labelled dataset with the dimension ``party``: one claim of one contradiction."""
        rows = [(number, dispute, c) for number, dispute in enumerate(self.disputes) for c in dispute.claims]
        return xr.Dataset(
            {
                "truth": ("party", [c.truth["median"] for _, _, c in rows]),
                "truth_low90": ("party", [c.truth["low90"] for _, _, c in rows]),
                "truth_high90": ("party", [c.truth["high90"] for _, _, c in rows]),
                "wrong_probability": ("party", [c.wrong_probability for _, _, c in rows]),
                "surprise": ("party", [c.surprise for _, _, c in rows]),
                "pull": ("party", [np.nan if c.pull is None else c.pull for _, _, c in rows]),
                "side_believed": ("party", [d.sides[c.side] for _, d, c in rows]),
            },
            {
                "dispute": ("party", [number for number, _, _ in rows]),
                "observable": ("party", [d.conflict.observable for _, d, _ in rows]),
                "claim": ("party", [c.claim for _, _, c in rows]),
                "side": ("party", [c.side for _, _, c in rows]),
            },
            {"verdict": self.verdict},
        )

    def _repr_html_(self) -> str:
        return self.data._repr_html_()  # pyright: ignore[reportPrivateUsage]


def judge_conflicts(case: Case, run: Path, progress: Progress | None = None) -> Disputes:
    """Tell of each contradiction among claims what a fit makes of it; see :func:`~.judging.judge_disputes`.

    Parameters
    ----------
    run
        Folder of a run or fit of the case; its claims are compared, without those left out of it.

    Raises
    ------
    CounterstreamError
        ``U204``, ``U205`` if there is no fit of this case.
    """
    listener = progress or Silent()
    keep_compiled()
    fitted = read_fitted(case, run)
    conflicts = find_conflicts(fitted.answering)
    if not conflicts:
        return Disputes(fitted.label, ())
    named = {item.claim.id: item for item in fitted.answering.answered}
    parties = [named[name] for name in dict.fromkeys(name for c in conflicts for name in c.claims)]
    listener.told("simulate", 0, 1)
    told = ClaimPredictor(fitted.posterior, parties).predict(fitted.seed, fitted.thinned(MOST_DRAWS))
    listener.told("simulate", 1, 1)
    return Disputes(fitted.label, judge_disputes(conflicts, parties, told, read_left_out(run)))
