"""Review documents in the terminal, as a person does, and see what becomes of a case that takes the claims up.

    PYTHONPATH=tests python validation/review_documents.py FOLDER OUT DOCUMENT...

Each document is drafted for a copy of the flagship in ``FOLDER``.  The review is then opened on a terminal and driven
key by key by the decisions in ``reviews/NAME.json``: the claims to accept, by their words, with the fields that a
reader of the document had to correct; everything else is rejected.  What is accepted is added to the copy's ledger for
checking, which is checked, fitted quickly and reported.  The seconds are the program's and the machine's: how long a
person thinks about a claim is not measured.
"""

from __future__ import annotations

import csv
import json
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from records import about, rounded
from terminal_example import OnTerminal

from counterstream.case import find_case
from counterstream.drafting.decisions import read_decisions

REVIEWS = Path(__file__).parent / "reviews"
#: What is kept of each drafted claim that was checked.
KEPT = ("id", "observable", "hedge", "value", "predicted_low90", "predicted_high90", "surprise", "wrong_probability")
START = [sys.executable, "-m", "counterstream"]


def main() -> None:
    """Draft, review, check, fit and tell."""
    folder, out = Path(sys.argv[1]), Path(sys.argv[2])
    documents = [Path(name).resolve() for name in sys.argv[3:]]
    shutil.copytree(find_case("soviet-third-wave"), folder / "case")
    reviewed = {document.stem: review_document(folder, document) for document in documents}
    checked = start(folder, "check", "case", "--json")
    listed = start(folder, "evidence", "list", "case", "--json")
    drafted = {row["id"] for row in read_rows(folder / "case" / "claims.csv") if row["id"].startswith("D")}
    run = run_case(folder, drafted)
    told = {
        "documents": reviewed,
        "case": {
            "valid": checked["valid"],
            "drafted_claims": len(drafted),
            "answered": {a["claim"]: a["observable"] for a in listed["answered"] if a["claim"] in drafted},
            "context": [c["claim"] for c in listed["context"] if c["claim"] in drafted],
            "unanswered": {u["claim"]: u["reason"] for u in listed["unanswered"] if u["claim"] in drafted},
        },
        "run": run,
        "about": about(),
    }
    out.write_text(json.dumps(rounded(told), indent=1) + "\n", encoding="utf-8")


def review_document(folder: Path, document: Path) -> dict[str, Any]:
    """Draft a document, review it in the terminal and add what is accepted to the case."""
    asked = json.loads((REVIEWS / f"{document.stem}.json").read_text(encoding="utf-8"))
    began = time.monotonic()
    drafted = start(folder, "evidence", "draft", str(document), "--case", "case", *asked["options"], "--json")
    seconds = time.monotonic() - began
    draft = f"{document.stem}.draft.json"
    items = start(folder, "evidence", "review", draft, "--case", "case", "--use", "check", "--json")["items"]
    items = [item for item in items if item["told_before"] is None]
    wanted = {decision["quote"]: decision["edits"] for decision in asked["decisions"]}
    typist = Typist(folder, draft)
    accepted = edits = unfound = 0
    for spot, item in enumerate(items, 1):
        typist.wait(lambda t, spot=spot: t.lines[-1].startswith(f" {spot:,}/"))
        # A decision is about the first candidate with these words.
        corrections = wanted.pop(" ".join(item["quote"].split()), None)
        for field, text in (corrections or {}).items():
            typist.edit(field, text)
            edits += 1
        typist.press("a" if corrections is not None else "x")
        if corrections is not None:
            accepted += 1
            typist.wait(lambda t, number=accepted: f"{number:,} accepted" in t.lines[-1])
    typist.press("q")
    said = typist.end()
    decisions, warnings = read_decisions(folder / f"{document.stem}.decisions.jsonl")
    unfound = len(wanted)
    return {
        "candidates": len(drafted["candidates"]),
        "events": len(drafted["events"]),
        "told_again": len(drafted["repeats"]),
        "asked_about": len(items),
        "accepted": accepted,
        "rejected": len(items) - accepted,
        "edits": edits,
        "decisions_kept": len(decisions),
        "warnings": len(warnings),
        "wanted_and_not_drafted": sorted(wanted) if unfound else [],
        "keys": typist.keys,
        "seconds_to_draft_with_start": seconds,
        "seconds_in_the_terminal": typist.seconds,
        "median_seconds_from_key_to_screen": statistics.median(typist.waits),
        "said": said,
    }


class Typist:
    """Types into a review, and counts keys and the time that the program takes to answer."""

    def __init__(self, folder: Path, draft: str) -> None:
        arguments = ("evidence", "review", draft, "--case", "case", "--use", "check", "--who", "validation")
        self._terminal = OnTerminal(*arguments, folder=folder)
        self._terminal.wait_for("left")
        self._began = time.monotonic()
        self.keys = 0
        self.seconds = 0.0
        self.waits: list[float] = []

    def press(self, *keys: str) -> None:
        """Press keys; a text counts a key a letter."""
        self.keys += sum(1 if key in ("enter", "escape") else len(key) for key in keys)
        self._terminal.type(*keys)

    def wait(self, holds: Any) -> None:
        """Wait until the screen shows it."""
        began = time.monotonic()
        self._terminal.wait_for(holds)
        self.waits.append(time.monotonic() - began)

    def edit(self, field: str, text: str) -> None:
        """Write a text into a field."""
        self.press("e", field, "enter", "\x15", text, "enter")
        self.wait(f"{field} changed")

    def end(self) -> str:
        """Say yes to the question, and return what was said last."""
        self._terminal.wait_for("to the ledger in case?")
        self.seconds = time.monotonic() - self._began
        self.press("y", "enter")
        return " ".join(self._terminal.end()[1].split())


def run_case(folder: Path, drafted: set[str]) -> dict[str, Any]:
    """Fit the case quickly, make its report and return what it makes of the drafted claims."""
    began = time.monotonic()
    ended = subprocess.run([*START, "run", "case", "--quick", "--out", "run"], cwd=folder, check=False)
    page = (folder / "run" / "report.html").read_text(encoding="utf-8")
    rows = read_rows(folder / "case" / "claims.csv")
    locators = [row["locator"] for row in rows if row["id"] in drafted]
    checked = [row for row in read_rows(folder / "run" / "claims_checked.csv") if row["id"] in drafted]
    told = json.loads((folder / "run" / "run.json").read_text(encoding="utf-8"))
    return {
        "exit_status": ended.returncode,
        "seconds": time.monotonic() - began,
        "locators_in_the_report": sum(locator in page for locator in locators),
        "verdict": told["verdict"],
        "checked_coverage_90": told["checked_coverage_90"],
        "claims_checked": [{name: row[name] for name in KEPT} for row in checked],
    }


def start(folder: Path, *arguments: str) -> Any:
    """Run a command that answers with a JSON document."""
    return json.loads(
        subprocess.run([*START, *arguments], cwd=folder, capture_output=True, text=True, check=True).stdout
    )


def read_rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


if __name__ == "__main__":
    main()
