"""Fit the flagship without each of the agencies that it rests on most, and tell how far its totals move.

    python validation/influence.py RUN FOLDER validation/results/influence.json

``RUN`` is a finished run of the flagship.  ``FOLDER`` keeps the fits, so that a stopped run goes on.  Agencies whose
claims importance weights cannot take away are fitted anew, those with most claims first.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from records import Told, about, rounded

from counterstream.case import load_case
from counterstream.workflow.agencies import judge_agencies

MOST_REFITS = 4


def main() -> None:
    """Judge, fit anew and write what moves."""
    run, folder, out = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
    case = load_case("soviet-third-wave")
    judged = judge_agencies(case, run, refit=True, most_refits=MOST_REFITS, out=folder, progress=Told()).summary()
    kept = {name: judged[name] for name in ("verdict", "n_draws", "pareto_k_limit", "totals", "influence")}
    out.write_text(json.dumps({"about": about(), **rounded(kept)}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
