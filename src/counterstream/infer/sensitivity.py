"""Whether a prior and the claims contradict each other: power scaling of both."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from arviz_stats.base import array_stats  # pyright: ignore[reportPrivateImportUsage]
from numpy.typing import NDArray

from counterstream.infer.influence import LEAST_DRAWS
from counterstream.infer.pointwise import Pointwise

Floats = NDArray[np.float64]

#: Powers of prior and likelihood between which the change of the posterior is taken.
POWERS = (0.99, 1.01)
#: Change of the posterior per doubling of the power from which it counts (Kallioinen and others 2024, section 3).
SENSITIVE = 0.05
#: Conflicts that a sentence names.
MOST_NAMED = 5


class Judgement(StrEnum):
    """What prior and claims make of a parameter together."""

    CONFLICT = "conflict"
    PRIOR = "prior"
    CLAIMS = "claims"
    NEITHER = "neither"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Sensitivity:
    """How far a parameter's posterior moves with its prior and with the claims.

    Parameters
    ----------
    parameter
        Its name.
    prior, likelihood
        Distance that the posterior moves per doubling of the power of the parameter's own prior,
        and of the likelihood of all claims.  From :data:`SENSITIVE` on it counts.
    judgement
        ``conflict``: both move it, so that they pull in different directions.  ``prior``: the prior
        alone does; the claims say little.  ``claims``: the claims alone do.  ``neither``: nothing
        does.  ``unknown``: there are too few draws to tell.
    """

    parameter: str
    prior: float
    likelihood: float
    judgement: Judgement


def scale_powers(found: Pointwise, values: dict[str, Floats]) -> tuple[Sensitivity, ...]:
    """Tell of each declared parameter whether prior and claims contradict each other.

    Parameters
    ----------
    values
        Draws of each parameter on the unconstrained scale of its prior, each (chain, draw).

    Notes
    -----
    Power scaling (Kallioinen, Paananen, Bürkner and Vehtari 2024): the prior, or the likelihood, is
    raised to a power near 1, the draws are weighed accordingly (Pareto-smoothed), and the cumulative
    Jensen-Shannon distance of the weighed draws from the plain ones is divided by the change of the
    power's base-2 logarithm.  Both are done where the prior is standardised: there a power makes it
    wider or narrower around its centre, and no long tail outweighs the rest of a distance.  Only the
    parameter's own prior is scaled: were all scaled at once, a conflict of one would show at every
    other that goes with it.
    """
    if found.log_ratio.size < LEAST_DRAWS:
        return tuple(Sensitivity(name, math.nan, math.nan, Judgement.UNKNOWN) for name in found.parameters)
    likelihood = _weigh(found.log_likelihood.sum(axis=2))
    told: list[Sensitivity] = []
    for i, name in enumerate(found.parameters):
        prior = _move(values[name], _weigh(found.log_prior[:, :, i]))
        claims = _move(values[name], likelihood)
        told.append(Sensitivity(name, prior, claims, judge(prior, claims)))
    return tuple(told)


def judge(prior: float, likelihood: float) -> Judgement:
    """Return what two sensitivities say together."""
    if math.isnan(prior) or math.isnan(likelihood):
        return Judgement.UNKNOWN
    if prior >= SENSITIVE:
        return Judgement.CONFLICT if likelihood >= SENSITIVE else Judgement.PRIOR
    return Judgement.CLAIMS if likelihood >= SENSITIVE else Judgement.NEITHER


def _weigh(component: Floats) -> tuple[Floats, Floats]:
    """Return weights of the draws for the lower and the higher power, each (chain, draw)."""
    # The stubs of these do not know what they return.
    stats: Any = array_stats
    pair: list[Floats] = []
    for power in POWERS:
        if np.ptp(component) == 0.0:
            pair.append(np.full(component.shape, 1.0 / component.size))
            continue
        log_weights = np.asarray(stats.power_scale_lw(component.ravel(), alpha=power))
        weights = np.exp(log_weights - log_weights.max()).reshape(component.shape)
        pair.append(weights / weights.sum())
    return pair[0], pair[1]


def _move(values: Floats, weights: tuple[Floats, Floats]) -> float:
    if np.ptp(values) == 0.0:
        return 0.0
    stats: Any = array_stats
    return float(stats.power_scale_sense(values, *weights, *POWERS))


def conflicts_among(found: Sequence[Sensitivity]) -> tuple[Sensitivity, ...]:
    """Return the parameters whose prior and claims contradict each other, the worst first."""
    chosen = [one for one in found if one.judgement is Judgement.CONFLICT]
    return tuple(sorted(chosen, key=lambda one: -min(one.prior, one.likelihood)))


def summarise_sensitivity(found: Sequence[Sensitivity], *, reliable: bool) -> dict[str, Any]:
    """Return plain data for ``run.json``.

    Parameters
    ----------
    reliable
        Whether the draws passed the checks of a fit.
    """
    return {
        "in_words": describe_sensitivity(found, reliable=reliable),
        "limit": SENSITIVE,
        "reliable": reliable,
        "conflicts": [one.parameter for one in conflicts_among(found)],
        "parameters": {one.parameter: {**_plain(one), "judgement": str(one.judgement)} for one in found},
    }


def _plain(one: Sensitivity) -> dict[str, Any]:
    told = asdict(one)
    del told["parameter"]
    # JSON has no word for what is no number.
    return {
        name: None if isinstance(value, float) and not np.isfinite(value) else value for name, value in told.items()
    }


def describe_sensitivity(found: Sequence[Sensitivity], *, reliable: bool) -> str:
    """Say in plain words which priors the claims contradict."""
    conflicts = conflicts_among(found)
    if found and all(one.judgement is Judgement.UNKNOWN for one in found):
        return "These draws are too few to tell whether priors and claims pull apart."
    if conflicts:
        names = [one.parameter for one in conflicts]
        shown = ", ".join(names[:MOST_NAMED]) + (
            f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        )
        many = "parameters" if len(names) > 1 else "parameter"
        told = (
            f"Prior and claims pull apart at {len(names)} {many}: {shown}. "
            "Look again at the reason of each prior and at the claims."
        )
    else:
        told = "No parameter's prior and claims pull in different directions."
    return told if reliable else f"{told} As the draws have not passed their checks, this is a hint only."
