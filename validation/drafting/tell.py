"""Write the committed scores into a page, between its markers: ``python -m validation.drafting.tell PAGE``."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parents[1] / "results"
BEGIN, END = "<!-- scores of drafting -->", "<!-- end of scores -->"
ROWS = (
    ("precision", ("precision",)),
    ("recall: number", ("recall", "number")),
    ("recall: number + unit", ("recall", "number_unit")),
    ("recall: number + unit + hedge", ("recall", "number_unit_hedge")),
    ("periods of figures", ("periods_of_quantities",)),
    ("times found", ("times_found",)),
    ("times read", ("times_read",)),
    ("places, by figure", ("places_by_quantity",)),
    ("traps kept out", ("traps_kept_out",)),
)


def cell(tally: dict[str, Any]) -> str:
    """Return a share with its counts."""
    hits = tally.get("hits", tally.get("right"))
    return "-" if not tally["of"] else f"{hits / tally['of']:.2f} ({hits}/{tally['of']})"


def find(result: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    """Return a tally of a pooled score."""
    for step in path:
        result = result[step]
    return result


def say_scores() -> str:
    """Return the tables."""
    labels = ("fresh-1", "fresh-2", "fresh-3", "fresh-4", "mended")
    pooled = {name: json.loads((RESULTS / f"drafting-{name}.json").read_text(encoding="utf-8")) for name in labels}
    heads = [f"{name} ({len(told['documents'])} documents)" for name, told in pooled.items()]
    lines = ["| | " + " | ".join(heads) + " |", "| --- " * (len(heads) + 1) + "|"]
    for title, path in ROWS:
        lines.append(f"| {title} | " + " | ".join(cell(find(told["pooled"], path)) for told in pooled.values()) + " |")
    two = json.loads((RESULTS / "drafting-two-documents.json").read_text(encoding="utf-8"))
    lines += ["", "| | " + " | ".join(two) + " |", "| --- " * (len(two) + 1) + "|"]
    other = {"times_found": ("time_expressions", "found"), "times_read": ("time_expressions", "read")}
    other["places_by_quantity"] = ("places", "by_quantity")
    for title, path in ROWS:
        steps = other.get(path[0], path)
        lines.append(f"| {title} | " + " | ".join(cell(find(told, steps)) for told in two.values()) + " |")
    return "\n".join(lines)


def main() -> None:
    """Fill the page."""
    page = Path(sys.argv[1])
    text = page.read_text(encoding="utf-8")
    filled = f"{BEGIN}\n\n{say_scores()}\n\n{END}"
    page.write_text(re.sub(f"{BEGIN}.*?{END}", lambda match: filled, text, flags=re.DOTALL), encoding="utf-8")


if __name__ == "__main__":
    main()
