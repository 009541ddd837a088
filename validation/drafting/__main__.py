"""Score drafting against a gold list: ``python -m validation.drafting GOLD TEXT``.

GOLD is a CSV file with the columns that ``--columns`` prints; TEXT is the raw text in UTF-8.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from counterstream.drafting.document import Defaults, document_of_text
from counterstream.drafting.draft import DRAFTING_VERSION, draft_document
from counterstream.errors import CounterstreamError
from validation.drafting.scoring import COLUMNS, read_gold, score


def code_hash() -> str:
    """Return a digest of the drafting code that made a score."""
    import counterstream.drafting

    folder = Path(str(counterstream.drafting.__file__)).parent
    digest = hashlib.sha256()
    names = [*folder.glob("*.py"), *folder.glob("grammar/*")]
    for path in sorted(item for item in names if item.suffix in (".py", ".csv")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def score_files(gold: Path, text_file: Path, doc: str, defaults: Defaults) -> dict[str, Any]:
    """Draft a text, score it and add what it was made with."""
    text = text_file.read_bytes().decode("utf-8")
    rows = read_gold(gold, text, doc)
    result = score(rows, draft_document(document_of_text(text, text_file.name), defaults))
    about = {
        "document": text_file.name,
        "gold_sha256": hashlib.sha256(gold.read_bytes()).hexdigest()[:16],
        "code_sha256": code_hash(),
        "drafting_version": DRAFTING_VERSION,
    }
    return about | result


def table(result: dict[str, Any]) -> str:
    """Return a score as lines of text."""

    def line(name: str, tally: dict[str, Any]) -> str:
        share = "   -" if tally["share"] is None else f"{tally['share']:.3f}"
        return f"{name:38} {share}  {tally.get('hits', tally.get('right'))}/{tally['of']}"

    lines = [
        f"{result['document']}: {result['candidates']} candidates, {result['on_neutral']} on neutral rows",
        line("precision", result["precision"]),
        *(line(f"recall: {name.replace('_', ' + ')}", tally) for name, tally in result["recall"].items()),
        line("  of migration: number + unit + hedge", result["recall_migration"]["number_unit_hedge"]),
        line("periods of quantities", result["periods_of_quantities"]),
        line("time expressions found", result["time_expressions"]["found"]),
        line("time expressions read", result["time_expressions"]["read"]),
        line("places, by quantity", result["places"]["by_quantity"]),
        line("places, by field", result["places"]["by_field"]),
        line("traps kept out", result["traps_kept_out"]),
        "",
        f"{'class':24}{'found':>8}{'number':>8}{'unit':>8}{'hedge':>8}{'rows':>8}",
    ]
    for name, item in result["classes"].items():
        hits = [item[key][0] for key in ("found", "number", "number_unit", "number_unit_hedge")]
        lines.append(f"{name:24}" + "".join(f"{hit:8}" for hit in hits) + f"{item['found'][1]:8}")
    return "\n".join(lines)


def without_words(result: Any) -> Any:
    """Return a score without the words that were missed or wrong: a document may not be ours to quote."""
    if isinstance(result, dict):
        return {name: without_words(item) for name, item in result.items() if name not in ("missed", "wrong")}
    return result


def misses(result: dict[str, Any]) -> str:
    """Return everything that went wrong, by measure."""
    parts = {
        "wrong candidates": result["precision"]["wrong"],
        **{f"recall {name}": tally["missed"] for name, tally in result["recall"].items()},
        "periods": result["periods_of_quantities"]["missed"],
        "times found": result["time_expressions"]["found"]["missed"],
        "times read": result["time_expressions"]["read"]["missed"],
        "places": result["places"]["by_quantity"]["missed"],
        "traps": result["traps_kept_out"]["missed"],
    }
    return "\n".join(
        f"{name}:\n" + "\n".join(f"    {item}" for item in items) for name, items in parts.items() if items
    )


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m validation.drafting", description=__doc__)
    parser.add_argument("gold", type=Path, nargs="?")
    parser.add_argument("text", type=Path, nargs="?")
    parser.add_argument("--doc", default="", help="letter of the document in a list of several")
    parser.add_argument("--date", default="", help="date of the document, EDTF")
    parser.add_argument("--from", dest="origin", default="", help="default origin")
    parser.add_argument("--to", dest="destination", default="", help="default destination")
    parser.add_argument("--group", default="", help="default group")
    parser.add_argument("--json", action="store_true", help="print all as JSON")
    parser.add_argument("--counts", action="store_true", help="with --json: no words of the document, only counts")
    parser.add_argument("--misses", action="store_true", help="list what went wrong")
    parser.add_argument("--columns", action="store_true", help="explain the columns of a gold list")
    arguments = parser.parse_args()
    if arguments.columns:
        print("\n".join(f"{name:12} {meaning}" for name, meaning in COLUMNS.items()))
        return 0
    if arguments.gold is None or arguments.text is None:
        parser.error("a gold list and a text are needed")
    defaults = Defaults(arguments.date, arguments.origin, arguments.destination, arguments.group)
    try:
        result = score_files(arguments.gold, arguments.text, arguments.doc, defaults)
    except CounterstreamError as error:
        print(error, file=sys.stderr)
        return 1
    shown = without_words(result) if arguments.counts else result
    print(json.dumps(shown, indent=1, ensure_ascii=False) if arguments.json else table(result))
    if arguments.misses:
        print(misses(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
