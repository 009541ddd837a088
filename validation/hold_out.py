"""Fit the flagship without some of its claims and ask it about them: five folds by agency, five by years.

    python validation/hold_out.py validation/results/hold_out.json

Folds are kept in ``runs`` beside that file, so that a stopped run can be taken up.  Folds by agency leave out all
claims of some ultimate agencies, so that their bias is unknown too; folds by years leave out every fifth year.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from records import Told, about

from counterstream.case import Case, load_case
from counterstream.infer.fit import FitSettings
from counterstream.store.run_folder import is_complete
from counterstream.workflow.validate import ValidationSettings, validate_case

WAYS = ("agency", "years")
N_FOLDS = 5
FIT = FitSettings(n_chains=16, n_warm=80, n_draws=50, quick=False)
#: What is kept of each claim; the folders in ``runs`` hold more.
FIGURES = ("value", "low90", "low50", "median", "high50", "high90", "pit")


def validate(case: Case, folder: Path, way: str) -> dict[str, Any]:
    """Return what a validation found, made now or before."""
    if not is_complete(folder):
        validate_case(case, folder, ValidationSettings(folds=N_FOLDS, by=way, fit=FIT), Told())
    found = json.loads((folder / "validation.json").read_text(encoding="utf-8"))
    found["claims"] = [
        {"id": row["id"], "fold": row["fold"], **{name: float(f"{row[name]:.4g}") for name in FIGURES}}
        for row in found["claims"]
    ]
    return found


def main() -> None:
    """Make both validations; the file is written when both are whole."""
    out = Path(sys.argv[1])
    case = load_case("soviet-third-wave")
    found = {way: validate(case, out.parent / "runs" / f"hold-out-{way}", way) for way in WAYS}
    out.write_text(json.dumps({"about": about(), "by": found}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
