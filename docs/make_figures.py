"""Draw the pictures of README and documentation from the files of a finished run.

counterstream run soviet-third-wave
python docs/make_figures.py runs/soviet-third-wave docs/images
"""

from __future__ import annotations

import csv
import json
import sys
from datetime import date
from pathlib import Path

import numpy as np

from counterstream.report import plot_flow
from counterstream.report.content import ClaimPoint, SeriesView
from counterstream.report.figures import figure_svg
from counterstream.store.tables import read_parquet

BANDS = ("median", "low50", "high50", "low90", "high90")


def read_series(run: Path, observable: str, label: str) -> SeriesView:
    """Return an observable's course and claims from a run folder."""
    flows = read_parquet(run / "flows.parquet")
    rows = (flows["observable"] == observable) & (flows["scenario"] == "baseline")
    with (run / "claims_checked.csv").open(encoding="utf-8", newline="") as stream:
        claims = [row for row in csv.DictReader(stream) if row["observable"] == observable]
    return SeriesView(
        observable=observable,
        label=label,
        unit="persons",
        kind="flow",
        per="month",
        dates=tuple(date.fromisoformat(str(day)) for day in flows["date"][rows]),
        **{band: np.asarray(flows[band][rows], dtype=np.float64) for band in BANDS},
        claims=tuple(read_claim(row) for row in claims),
    )


def read_claim(row: dict[str, str]) -> ClaimPoint:
    """Return a row of ``claims_checked.csv`` as a point."""
    return ClaimPoint(
        claim_id=row["id"],
        first=date.fromisoformat(row["period_start"]),
        last=date.fromisoformat(row["period_end"]),
        value=float(row["value"]) if row["value"] else None,
        low=None,
        high=None,
        hedge=row["hedge"],
        source=row["source_id"],
        locator=row["locator"],
        agency=row["agency"],
        statement="",
        wrong_probability=float(row["wrong_probability"]),
        use=row["use"],
    )


def main() -> None:
    """Draw the pictures."""
    run, out = Path(sys.argv[1]), Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    told = json.loads((run / "run.json").read_text(encoding="utf-8"))
    view = read_series(run, "departures_jewish", "Jewish departures from the Soviet Union")
    figure = plot_flow(view, source=f"case {told['case']}, seed {told['keys']['seed']}, verdict: {told['verdict']}")
    description = f"Median and 50 and 90 % bands by month, with {len(view.claims)} claims."
    svg = figure_svg(figure, name="flagship-departures", title=view.label, description=description)
    # Inside a page a picture needs no name space; as a file of its own it does.
    alone = svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    (out / "flagship-departures.svg").write_text(alone, encoding="utf-8")


if __name__ == "__main__":
    main()
