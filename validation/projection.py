"""Project the flagship past evidence until the end of 1986, with the record of earlier projections.

    python validation/projection.py FOLDER validation/results/projection.json

``FOLDER`` keeps the fits, so that a stopped run goes on.  What the later claims say is known and not used: the record
says how far such projections can be believed.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from records import Told, about, rounded

from counterstream.case import load_case
from counterstream.store.run_folder import is_complete
from counterstream.workflow.project import project_case
from counterstream.workflow.project_plan import ProjectionSettings

EVIDENCE_UNTIL, UNTIL = "1986", "1995"
#: Observables whose years are kept.
TOLD = ("departures_jewish", "arrivals_israel", "arrivals_usa_jewish", "arrivals_west_germany", "returns_usa")


def main() -> None:
    """Project, unless that was done, and write what is kept."""
    folder, out = Path(sys.argv[1]), Path(sys.argv[2])
    if not is_complete(folder):
        settings = ProjectionSettings(until=UNTIL, evidence_until=EVIDENCE_UNTIL)
        project_case(load_case("soviet-third-wave"), folder, settings, Told())
    told = json.loads((folder / "projection.json").read_text(encoding="utf-8"))
    told["observables"] = {name: told["observables"][name] for name in TOLD}
    out.write_text(json.dumps({"about": about(), **rounded(told)}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
