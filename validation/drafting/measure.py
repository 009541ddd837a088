"""Score all documents beside this file: ``python -m validation.drafting.measure --label fresh --batch 1``.

The result goes to ``validation/results/drafting-LABEL.json``.  "fresh" is a document's first score, made
before any rule was changed for it; "mended" is the score of the code as it stands.
"""

from __future__ import annotations

import argparse
import csv
import json
from pathlib import Path
from typing import Any

from counterstream.drafting.document import Defaults
from validation.drafting.__main__ import misses, score_files, table

HERE = Path(__file__).parent / "documents"
RESULTS = Path(__file__).parents[1] / "results"


def pool(results: list[dict[str, Any]]) -> dict[str, Any]:
    """Return measures over all documents together."""

    def total(*path: str) -> dict[str, Any]:
        hits = tries = 0
        for result in results:
            item: Any = result
            for step in path:
                item = item[step]
            hits, tries = hits + item.get("hits", item.get("right")), tries + item["of"]
        return {"hits": hits, "of": tries, "share": round(hits / tries, 4) if tries else None}

    recalls = {name: total("recall", name) for name in results[0]["recall"]}
    return {
        "precision": total("precision"),
        "recall": recalls,
        "periods_of_quantities": total("periods_of_quantities"),
        "times_found": total("time_expressions", "found"),
        "times_read": total("time_expressions", "read"),
        "places_by_quantity": total("places", "by_quantity"),
        "places_by_field": total("places", "by_field"),
        "traps_kept_out": total("traps_kept_out"),
    }


def main() -> None:
    """Score, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--label", default="")
    parser.add_argument("--batch", default="")
    parser.add_argument("--document", default="")
    parser.add_argument("--misses", action="store_true")
    arguments = parser.parse_args()
    results: list[dict[str, Any]] = []
    with (HERE / "defaults.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if arguments.batch not in ("", row["batch"]) or arguments.document not in row["document"]:
                continue
            defaults = Defaults(row["date"], row["origin"], row["destination"], row["group"])
            result = score_files(HERE / f"{row['document']}.gold.csv", HERE / f"{row['document']}.txt", "", defaults)
            results.append(result | {"batch": row["batch"]})
            if arguments.misses:
                print(table(result))
                print(misses(result))
    pooled = pool(results)
    print(json.dumps(pooled, indent=1))
    if arguments.label:
        RESULTS.mkdir(exist_ok=True)
        content = json.dumps(
            {"label": arguments.label, "pooled": pooled, "documents": results}, indent=1, ensure_ascii=False
        )
        (RESULTS / f"drafting-{arguments.label}.json").write_text(content + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
