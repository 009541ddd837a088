"""A fit taken up again from its run folder."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from counterstream.case import Case
from counterstream.errors import CounterstreamError, Problem
from counterstream.evidence.answering import Answering
from counterstream.infer.posterior import Posterior
from counterstream.store.netcdf import read_netcdf
from counterstream.store.run_folder import is_complete
from counterstream.workflow.claims import answer_selected, claims_to_fit

Floats = NDArray[np.float64]


class HasDraws(Protocol):
    """What both a fresh :class:`~counterstream.infer.fit.Fit` and a :class:`Fitted` one offer."""

    @property
    def posterior(self) -> Posterior:
        """What was fitted."""
        ...

    @property
    def label(self) -> str:
        """``fit``, ``unfit`` or ``quick look``."""
        ...

    def thinned(self, n: int) -> Floats:
        """Return at most ``n`` evenly spaced pooled draws."""
        ...


@dataclass(frozen=True)
class Fitted:
    """Draws of an earlier fit with what they were drawn from.

    Parameters
    ----------
    posterior
        What was fitted, made anew.
    answering
        The claims of that fit, answered.
    flats
        Draws of the flat vector, shape (chain, draw, dimension).
    summary
        What ``run.json`` says.
    """

    posterior: Posterior
    answering: Answering
    flats: Floats
    summary: dict[str, Any]

    @property
    def label(self) -> str:
        """``fit``, ``unfit`` or ``quick look``."""
        return str(self.summary["verdict"])

    @property
    def seed(self) -> int:
        """Seed of the fit."""
        return int(self.summary["keys"]["seed"])

    @cached_property
    def pooled(self) -> Floats:
        """Draws of all chains together, shape (draw, dimension)."""
        return self.flats.reshape(-1, self.flats.shape[-1])

    def thinned(self, n: int) -> Floats:
        """Return at most ``n`` evenly spaced pooled draws."""
        return self.pooled[spaced(self.pooled.shape[0], n)]


def spaced(n_there: int, n_wanted: int) -> NDArray[np.int64]:
    """Return at most ``n_wanted`` evenly spaced places among ``n_there``."""
    return np.unique(np.linspace(0, n_there - 1, min(n_wanted, n_there)).astype(np.int64))


def read_flats(run: Path) -> tuple[Floats, list[str]]:
    """Return the draws of a finished fit, shape (chain, draw, unknown), and the unknowns' names.

    Raises
    ------
    CounterstreamError
        ``U204`` if the folder holds no finished fit.
    """
    path = run / "fit.nc"
    if not path.exists() or not is_complete(run):
        mend = "fit the case first, or go on with it"
        raise CounterstreamError(Problem("U204", "the folder holds no finished fit", str(run), mend=mend))
    flat = read_netcdf(path)["flat"].dataset["flat"]
    return flat.to_numpy(), [str(name) for name in flat.coords["unknown"].to_numpy()]


@dataclass(frozen=True)
class LeftOut:
    """What a fit says without one of its claims; see :class:`~counterstream.infer.leave_one_out.LeaveOneOut`.

    ``None`` where the weights of its draws cannot tell; ``pareto_k`` where the claim was not fitted.
    """

    pull: float | None = None
    without_median: float | None = None
    pareto_k: float | None = None


NOT_FITTED = LeftOut()


def read_left_out(run: Path) -> dict[str, LeftOut]:
    """Return what a finished fit says without each of its claims, by their names.

    Empty where an older version made the run.
    """
    tree = read_netcdf(run / "fit.nc")
    if "leave_one_out" not in tree.children:
        return {}
    found = tree["leave_one_out"].dataset
    limit, middle = float(found.attrs["pareto_k_limit"]), found["without"].sel(level=0.5)
    told: dict[str, LeftOut] = {}
    for name in found.coords["claim"].to_numpy():
        k = float(found["pareto_k"].sel(claim=name))
        pull, without = float(found["pull"].sel(claim=name)), float(middle.sel(claim=name))
        told[str(name)] = LeftOut(pull, without, k) if k <= limit else LeftOut(pareto_k=k)
    return told


def other_system(run: Path) -> CounterstreamError:
    """Return the error for a fit of another system (``U205``)."""
    return CounterstreamError(Problem("U205", "the fit is of another system", str(run), mend="fit this case again"))


def read_fitted(case: Case, run: Path) -> Fitted:
    """Take up the fit in a run folder.

    Raises
    ------
    CounterstreamError
        ``U204`` if there is no finished fit, ``U205`` if it is of another system or other claims.
    """
    flats, labels = read_flats(run)
    summary = json.loads((run / "run.json").read_text(encoding="utf-8"))
    chosen = summary["settings"]
    until = date.fromisoformat(chosen["until"]) if chosen["until"] else None
    agencies = [name for name in chosen["exclude_agencies"] if name in case.ledger.agencies]
    answering = answer_selected(case, agencies, until)
    posterior = Posterior(case.system, claims_to_fit(case, answering))
    if labels != list(posterior.unknowns.labels()):
        raise other_system(run)
    return Fitted(posterior, answering, flats, summary)
