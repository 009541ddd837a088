"""One part of a validation: claims to fit, claims to ask about, and what was foretold of these."""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from counterstream.case import Case
from counterstream.evidence.answering import AnsweredClaim, answer_claims
from counterstream.evidence.claim import Use
from counterstream.evidence.hold_out import Statements
from counterstream.infer.baselines import foretell_by_rules
from counterstream.infer.claims import Floats
from counterstream.infer.fit import FitSettings, fit_identity, fit_system
from counterstream.infer.posterior import system_unknowns
from counterstream.infer.predict import ClaimPredictor
from counterstream.infer.progress import Progress
from counterstream.infer.scores import Foretold
from counterstream.store.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from counterstream.system.system import System
from counterstream.workflow.fitted import Fitted, HasDraws

#: Files of parts in the folder of a validation, while it is not complete.
PATTERN = "part-*.npz"
_RULE = "rule:"
#: Posterior draws of each fit that are kept, to ask what else holds without the claims left out.
KEPT_DRAWS = 200


@dataclass(frozen=True)
class Part:
    """Claims that are fitted and claims that the fit is then asked about.

    Parameters
    ----------
    label
        What people call it: ``fold 2``.
    kept, asked
        The two sets; no claim of ``asked`` only repeats one that is kept.
    n_repeats
        Claims that were not asked about because they repeat one that is kept.
    """

    label: str
    kept: tuple[AnsweredClaim, ...]
    asked: tuple[AnsweredClaim, ...]
    n_repeats: int = 0


@dataclass(frozen=True)
class Told:
    """What was foretold of the asked claims of a part, by the fitted system and by simple rules.

    Parameters
    ----------
    part
        What was kept and asked.
    model, rules
        What was foretold.
    pit
        Share of predictive draws below what each claim says, shape (claim,).
    verdict
        ``fit``, ``unfit`` or ``quick look``.
    max_rhat
        Largest R-hat of the fit; ``None`` for a quick look.
    seconds
        Wall seconds that it took, of a part that was stopped those since it went on.
    draws
        Some posterior draws of the system's unknowns, shape (draw, unknown).
    """

    part: Part
    model: Foretold
    rules: dict[str, Foretold]
    pit: Floats
    verdict: str
    max_rhat: float | None
    seconds: float
    draws: Floats


def make_part(label: str, kept: Sequence[AnsweredClaim], asked: Sequence[AnsweredClaim]) -> Part:
    """Return a part whose asked claims say nothing that a kept one says already."""
    statements = Statements(kept)
    fresh = tuple(item for item in asked if not statements.repeats(item))
    return Part(label, tuple(kept), fresh, len(asked) - len(fresh))


def part_without(case: Case, label: str, fitted: Sequence[AnsweredClaim], held_out: frozenset[str]) -> Part:
    """Return the part that keeps all but some of the claims and asks about these.

    Parameters
    ----------
    fitted
        All claims that the case fits.
    held_out
        Identifiers of those to leave out.
    """
    # Answered anew, since the weight of a figure depends on how often what is kept repeats it.
    left = tuple(claim for claim in case.ledger.claims if claim.id not in held_out)
    kept = answer_claims(case.system, replace(case.ledger, claims=left)).select_use(Use.FIT)
    return make_part(label, kept, [item for item in fitted if item.claim.id in held_out])


def ask_run(part: Part, fitted: Fitted, n_draws: int) -> Told:
    """Ask the draws of a finished run about the claims of a part."""
    begun = time.perf_counter()
    return _ask(part, fitted, fitted.seed, n_draws, begun, fitted.summary["max_rhat"])


def fit_and_ask(
    part: Part, system: System, settings: FitSettings, n_draws: int, path: Path, progress: Progress
) -> Told:
    """Fit the kept claims of a part and ask about the others, unless that was done already.

    Parameters
    ----------
    n_draws
        Posterior draws that are asked.
    path
        Where what was foretold is kept; a fit that was stopped is kept beside it and goes on.
    """
    identity = _identify(part, system, settings, n_draws)
    saved, _ = load_checkpoint(path) if path.exists() else (None, ())
    if saved is not None and saved.metadata.get("identity") == identity:
        return _restore(part, saved)
    begun = time.perf_counter()
    unfinished = path.with_stem(f"{path.stem}-fit")
    fit = fit_system(system, part.kept, settings, progress=progress, checkpoint=unfinished)
    rhat = fit.mixing.max_rhat if fit.mixing is not None and math.isfinite(fit.mixing.max_rhat) else None
    told = _ask(part, fit, settings.seed, n_draws, begun, rhat)
    _save(path, told, identity)
    unfinished.unlink(missing_ok=True)
    return told


def _ask(part: Part, fit: HasDraws, seed: int, n_draws: int, begun: float, max_rhat: float | None) -> Told:
    predictions = ClaimPredictor(fit.posterior, part.asked).predict(seed, fit.thinned(n_draws))
    rules = foretell_by_rules(fit.posterior.system, part.kept, part.asked)
    seconds = time.perf_counter() - begun
    draws = fit.thinned(KEPT_DRAWS)[:, : system_unknowns(fit.posterior.system).dimension]
    return Told(part, Foretold.of(predictions), rules, predictions.pit(), fit.label, max_rhat, seconds, draws)


def _identify(part: Part, system: System, settings: FitSettings, n_draws: int) -> str:
    """Return a hash of everything that an answer depends on."""
    parts = [fit_identity(system, part.kept, settings), [repr(item) for item in part.asked], n_draws]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _save(path: Path, told: Told, identity: str) -> None:
    arrays = {"model": told.model.rows(), "pit": told.pit, "draws": told.draws}
    arrays.update({f"{_RULE}{name}": foretold.rows() for name, foretold in told.rules.items()})
    facts = {"verdict": told.verdict, "max_rhat": told.max_rhat, "seconds": told.seconds}
    save_checkpoint(path, arrays, {"identity": identity, **facts})


def _restore(part: Part, saved: Checkpoint) -> Told:
    rules = {
        name.removeprefix(_RULE): Foretold.from_rows(array)
        for name, array in saved.arrays.items()
        if name.startswith(_RULE)
    }
    facts: dict[str, Any] = {name: saved.metadata[name] for name in ("verdict", "max_rhat", "seconds")}
    pit = np.asarray(saved.arrays["pit"], dtype=np.float64)
    draws = np.asarray(saved.arrays["draws"], dtype=np.float64)
    return Told(part, Foretold.from_rows(saved.arrays["model"]), rules, pit, **facts, draws=draws)
