"""Known parameters are found again: truth drawn, claims simulated, fitted, and looked for in its intervals."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from counterstream.case import load_case
from counterstream.evidence.answering import answer_claims
from counterstream.evidence.claim import Use
from counterstream.infer.calibrate import Calibration, Calibrator
from counterstream.workflow.calibrate import recovery

SHORES = Path(__file__).parents[2] / "validation" / "cases" / "shores"
N_SIMULATIONS = 8


def test_parameters_lie_in_their_intervals_at_the_nominal_rate() -> None:
    case = load_case(SHORES)
    claims = answer_claims(case.system, case.ledger).select_use(Use.FIT)
    calibrator = Calibrator(case.system, claims, 99, 2026)
    ranks = np.stack([calibrator.rank(number) for number in range(N_SIMULATIONS)])
    found = Calibration(calibrator.names, ranks, 99)
    # 8 fits of 14 unknowns that hang together a little: by chance 90 % may be 79 to 99, 50 % may be 34 to 66.
    assert 0.79 <= recovery(found, 0.9) <= 0.99
    assert 0.34 <= recovery(found, 0.5) <= 0.66


def test_recovery_counts_central_intervals() -> None:
    ranks = np.array([[0, 5, 50], [4, 94, 50], [95, 25, 50], [99, 74, 50]])
    found = Calibration(("a", "b", "log-likelihood"), ranks, 99)
    assert recovery(found, 0.9) == 0.5
    assert recovery(found, 0.5) == 0.25
