"""Compare the fast sampler with the No-U-Turn sampler on the reduced flagship.

    python validation/reference_sampler.py FOLDER validation/results/reference_sampler.json

Both draw from one posterior until each passes the checks of a fit or has made the draws that it may make.  Means and
standard deviations of every unknown, on the scale on which it is sampled, must then agree within what chance in the
draws allows.  ``FOLDER`` keeps checkpoints, so that a stopped comparison goes on.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from arviz_stats.base import array_stats
from numpy.typing import NDArray
from records import Told, about, rounded
from scipy.stats import norm

from counterstream.case import load_case
from counterstream.evidence.answering import answer_claims
from counterstream.infer.fit import Fit, FitSettings, fit_system
from counterstream.workflow.claims import claims_to_fit
from counterstream.workflow.sweep import identify

CASE = Path(__file__).parent / "cases" / "reduced-flagship"
SETTINGS = {
    "hmc": FitSettings(seed=1, quick=False),
    # Its trees are grown by JAX, which takes a hundred times as long for a step: fewer chains and draws.
    "nuts": FitSettings(
        sampler="nuts", n_chains=4, n_warm=300, n_draws=300, most_draws=1500, chunk=50, seed=2, quick=False
    ),
}
#: Chance that two right samplers are said to differ, over means and standard deviations of all unknowns together.
FALSE_ALARM = 0.01

Floats = NDArray[np.float64]


def measure(fit: Fit) -> dict[str, Floats]:
    """Return mean and standard deviation of each unknown, each with its Monte Carlo standard error.

    The error of a standard deviation is that of the mean square over twice the deviation: squares mix more slowly
    than values, which jump from side to side.
    """
    columns = np.moveaxis(fit.flats, 2, 0)
    centre, spread = columns.mean(axis=(1, 2)), columns.std(axis=(1, 2))
    squares = (columns - centre[:, None, None]) ** 2
    of_centre, of_square = (
        np.asarray(array_stats.mcse(x, chain_axis=1, draw_axis=2, method="mean")) for x in (columns, squares)
    )
    return {"mean": centre, "mean_error": of_centre, "sd": spread, "sd_error": of_square / (2.0 * spread)}


def compare(one: dict[str, Floats], other: dict[str, Floats], what: str) -> Floats:
    """Return differences of the samplers in standard errors of the difference, shape (unknown,)."""
    return (one[what] - other[what]) / np.hypot(one[f"{what}_error"], other[f"{what}_error"])


def main() -> None:
    """Draw with both, compare and write what was found."""
    folder, out = Path(sys.argv[1]), Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    case = load_case(CASE)
    claims = claims_to_fit(case, answer_claims(case.system, case.ledger))
    fits: dict[str, Fit] = {}
    for name, settings in SETTINGS.items():
        checkpoint = folder / f"{name}.npz"
        fits[name] = fit_system(case.system, claims, settings, progress=Told(), checkpoint=checkpoint)
        print(name, fits[name].mixing, flush=True)
    measured = {name: measure(fit) for name, fit in fits.items()}
    labels = fits["hmc"].posterior.unknowns.labels()
    apart = {what: compare(measured["hmc"], measured["nuts"], what) for what in ("mean", "sd")}
    # Two-sided, Bonferroni over all comparisons.
    allowed = float(norm.isf(FALSE_ALARM / (2 * 2 * len(labels))))
    worst = {what: int(np.abs(z).argmax()) for what, z in apart.items()}
    told: dict[str, Any] = {
        "about": about(),
        "case": CASE.name,
        "identity": identify(case),
        "unknowns": len(labels),
        "claims": len(claims),
        "false_alarm": FALSE_ALARM,
        "allowed_z": allowed,
        "agree": all(float(np.abs(z).max()) < allowed for z in apart.values()),
        "largest_z": {what: {"unknown": labels[at], "z": float(apart[what][at])} for what, at in worst.items()},
        # Of right samplers these are 1, but for chance.
        "root_mean_square_z": {what: float(np.sqrt(np.mean(z**2))) for what, z in apart.items()},
        "samplers": {
            name: {
                "verdict": fit.label,
                "mixing": fit.mixing.as_dict() if fit.mixing else None,
                "leapfrogs_per_draw": fit.leapfrogs,
            }
            for name, fit in fits.items()
        },
        "table": [
            {
                "unknown": label,
                **{f"{name}_{what}": float(found[what][i]) for name, found in measured.items() for what in found},
                **{f"z_{what}": float(z[i]) for what, z in apart.items()},
            }
            for i, label in enumerate(labels)
        ],
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(rounded(told), indent=1) + "\n", encoding="utf-8")
    print({name: told[name] for name in ("agree", "largest_z", "root_mean_square_z")}, flush=True)


if __name__ == "__main__":
    main()
