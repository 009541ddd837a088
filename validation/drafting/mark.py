"""Turn a marked text into a raw text and its gold list: ``python -m validation.drafting.mark MARKED...``.

A mark is ``{{words|kind details}}``.  Kinds: ``q`` quantity, ``t`` time, ``x`` trap, ``n`` neutral.
A quantity's details are ``v=`` value (it sets both limits too, unless ``h=`` is approx or a bound),
``lo=``, ``hi=``, ``h=`` hedge, ``u=`` unit, ``p=`` period, ``f=`` from, ``t=`` to, ``c=`` class, ``ctx``
for context; a time has its EDTF; a trap its class.  An underscore stands for a space.
"""

from __future__ import annotations

import csv
import re
import sys
from pathlib import Path

from validation.drafting.scoring import COLUMNS

_MARK = re.compile(r"\{\{(?P<words>[^|{}]+)\|(?P<kind>[qtxn])(?P<details>[^{}]*)\}\}")
_KINDS = {"q": "quantity", "t": "time", "x": "trap", "n": "neutral"}
_ONE_SIDED = {"gt": "low", "ge": "low", "lt": "high", "le": "high"}


def unmark(marked: str, doc: str) -> tuple[str, list[dict[str, str]]]:
    """Return the raw text and the rows of its gold list."""
    text, rows, done = "", [], 0
    for mark in _MARK.finditer(marked):
        text += marked[done : mark.start()]
        row = dict.fromkeys(COLUMNS, "")
        row |= {"id": f"{doc}{len(rows):03d}", "doc": doc, "kind": _KINDS[mark["kind"]]}
        row |= {
            "start": str(len(text)),
            "end": str(len(text) + len(mark["words"])),
            "quote": mark["words"].replace("\n", "\u23ce"),
        }
        _add_details(row, mark["details"].split())
        rows.append(row)
        text += mark["words"]
        done = mark.end()
    return text + marked[done:], rows


def _add_details(row: dict[str, str], details: list[str]) -> None:
    """Fill the cells of a row from the details of its mark."""
    if row["kind"] == "time":
        row["period"] = " ".join(details).replace("_", " ")
        row["cls"] = "time"
    elif row["kind"] == "trap":
        row["cls"] = row["note"] = " ".join(details)
    if row["kind"] != "quantity":
        return
    given = dict(item.split("=", 1) for item in details if "=" in item)
    hedge = given.get("h", "none")
    row |= {
        "rel": "context" if "ctx" in details else "migration",
        "hedge": hedge,
        "unit": given.get("u", "person").replace("_", " "),
    }
    row |= {"cls": given.get("c", "num"), "period": given.get("p", "")}
    row |= {"from_place": given.get("f", "").replace("_", " "), "to_place": given.get("t", "").replace("_", " ")}
    row |= {"low": given.get("lo", ""), "high": given.get("hi", "")}
    if "v" in given:
        side = next((_ONE_SIDED[part] for part in hedge.split("+") if part in _ONE_SIDED), "")
        if side:
            row[side] = given["v"]
        elif "approx" in hedge:
            row["value"] = given["v"]
        else:
            row |= {"value": given["v"], "low": given["v"], "high": given["v"]}


def main() -> int:
    """Write ``NAME.txt`` and ``NAME.gold.csv`` beside each ``NAME.marked``."""
    for number, name in enumerate(sys.argv[1:]):
        path = Path(name)
        text, rows = unmark(path.read_bytes().decode("utf-8"), chr(ord("A") + number % 26))
        path.with_suffix(".txt").write_bytes(text.encode("utf-8"))
        with path.with_suffix(".gold.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(COLUMNS), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        print(f"{path.stem}: {len(text)} characters, {len(rows)} rows")
    return 0


if __name__ == "__main__":
    sys.exit(main())
