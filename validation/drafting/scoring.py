"""How a draft of a document is scored against a gold list of the quantities, times and traps in it."""

from __future__ import annotations

import csv
import math
import re
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from counterstream.drafting.candidate import Candidate, Draft, Mention, MentionKind
from counterstream.drafting.grammar.places import load_gazetteer
from counterstream.errors import CounterstreamError, Problem

COLUMNS = {
    "id": "name of the row",
    "doc": "letter of the document, for lists of several",
    "kind": "quantity, time, trap or neutral (neutral: too vague to be wanted or blamed)",
    "rel": "migration or context, for quantities",
    "cls": "class for the table: num, vague, dur, rel, zero; abs, part, open, int, dec; age, note, ...",
    "start": "first code point of the raw text, from 0",
    "end": "code point after the last",
    "quote": "the raw text there; a line break may stand as U+23CE",
    "value": "the figure, shares as fractions; empty if only limits are stated",
    "low": "lower limit, or the figure again where it is exact",
    "high": "upper limit, or the figure again",
    "hedge": "none, approx, gt, ge, lt, le, range, vague, zero, relative; only and estimate move nothing; joined by +",
    "unit": "person, family, share, rouble, year, ...; person/year where the figure is counted by time",
    "group": "whom it counts (not scored)",
    "period": "EDTF, for quantities and times; P1Y after and the like for times that are not resolved",
    "from_place": "origin",
    "to_place": "destination",
    "note": "remarks (not scored)",
}
_NO_BOUND = {"none": "exact", "only": "exact", "estimate": "exact", "": "exact"}


@dataclass(frozen=True)
class Row:
    """A row of a gold list."""

    id: str
    kind: str
    topic: str
    name: str
    start: int
    end: int
    quote: str
    value: float | None
    low: float | None
    high: float | None
    hedges: frozenset[str]
    unit: str
    period: str
    origin: str
    destination: str


@dataclass
class Tally:
    """Hits of tries."""

    hits: int = 0
    tries: int = 0
    missed: list[str] = field(default_factory=list)

    def count(self, hit: bool, name: str) -> None:
        """Count a try."""
        self.tries += 1
        self.hits += hit
        if not hit:
            self.missed.append(name)

    def as_dict(self) -> dict[str, Any]:
        """Return counts, the share and what was missed."""
        share = round(self.hits / self.tries, 4) if self.tries else None
        return {"hits": self.hits, "of": self.tries, "share": share, "missed": self.missed}


def read_gold(path: Path, text: str, doc: str = "") -> list[Row]:
    """Return the rows of a gold list that belong to a text.

    Without ``doc`` the document is the one whose quotes stand where the list says.
    """
    with path.open(encoding="utf-8", newline="") as stream:
        cells = list(csv.DictReader(stream))
    missing = sorted({"kind", "start", "end", "quote"} - set(cells[0] if cells else ()))
    if missing:
        raise CounterstreamError(
            Problem("V101", f"the gold list lacks columns: {', '.join(missing)}", str(path), allowed=", ".join(COLUMNS))
        )
    docs = sorted({row.get("doc", "") for row in cells})
    fits = {name: [row for row in cells if row.get("doc", "") == name and _stands(row, text)] for name in docs}
    chosen = doc or max(docs, key=lambda name: len(fits[name]))
    rows = [row for row in cells if row.get("doc", "") == chosen]
    wrong = [row["id"] for row in rows if not _stands(row, text)]
    if wrong:
        message = f"{len(wrong)} of {len(rows)} quotes do not stand where the list says: {', '.join(wrong[:8])}"
        raise CounterstreamError(
            Problem("V102", message, str(path), mend="spans count code points of the raw text, ends exclusive")
        )
    return [_row(row) for row in rows]


def _flat(text: str) -> str:
    return re.sub(r"[\s\u23ce]+", " ", text)


def _stands(row: dict[str, str], text: str) -> bool:
    return _flat(text[int(row["start"]) : int(row["end"])]) == _flat(row["quote"])


def _row(cells: dict[str, str]) -> Row:
    def number(name: str) -> float | None:
        return float(cells[name]) if cells.get(name) else None

    words = [word for word in (cells.get("hedge") or "none").split("+") if word]
    bounds = frozenset(_NO_BOUND.get(word, word) for word in words)
    bounds = bounds - {"exact"} or bounds
    return Row(
        id=cells.get("id", ""),
        kind=cells["kind"],
        topic=cells.get("rel", ""),
        name=cells.get("cls", ""),
        start=int(cells["start"]),
        end=int(cells["end"]),
        quote=cells["quote"],
        value=number("value"),
        low=number("low"),
        high=number("high"),
        hedges=bounds,
        unit=cells.get("unit", ""),
        period=cells.get("period", ""),
        origin=cells.get("from_place", ""),
        destination=cells.get("to_place", ""),
    )


def _overlap(row: Row, start: int, end: int) -> int:
    return min(row.end, end) - max(row.start, start)


def same_number(row: Row, candidate: Candidate) -> bool:
    """Whether a candidate has the numbers that the list has; of vague words the lower limit decides."""
    mine = [item for item in (candidate.value, candidate.low, candidate.high) if item is not None]
    stated = [item for item in (row.value, row.low, row.high) if item is not None]
    if row.value is None and "vague" in row.hedges:
        stated = [row.low if row.low is not None else row.high]  # type: ignore[list-item]
    elif row.value is None and len(stated) == 2 and stated[0] == 0:
        stated = stated[1:]
    return all(any(math.isclose(one, other, rel_tol=1e-3, abs_tol=1e-9) for other in mine) for one in stated)


def same_unit(row: Row, candidate: Candidate) -> bool:
    """Whether the unit is the list's, with what it is counted by if the list says."""
    unit, _, per = row.unit.partition("/")
    return _unit_name(unit) == _unit_name(candidate.unit) and (not per or _unit_name(per) == _unit_name(candidate.per))


def _unit_name(unit: str) -> str:
    name = unit.strip().lower()
    name = {"ruble": "rouble", "percent": "share", "people": "person", "km": "kilometre"}.get(name, name)
    return name[:-1] if name.endswith("s") and not name.endswith("ss") and len(name) > 3 else name


def same_hedge(row: Row, candidate: Candidate) -> bool:
    """Whether the bound is one that the list gives."""
    nought = row.value == 0 and candidate.bound.value == "zero"
    return nought or candidate.bound.value in row.hedges


def same_period(stated: str, mine: str) -> bool:
    """Whether two EDTF texts are the same but for the signs of doubt."""
    return re.sub(r"[~?%]", "", stated) == re.sub(r"[~?%]", "", mine)


def _place_name(name: str) -> str:
    first = name.split()[0] if name else ""
    for words, place, _ in load_gazetteer().get(first, ()):
        if " ".join(words) == name:
            return place.name.lower()
    return name.lower().removeprefix("the ")


def score(rows: list[Row], draft: Draft) -> dict[str, Any]:
    """Return precision, recalls, periods, places and a table by classes."""
    quantities = [row for row in rows if row.kind == "quantity"]
    matched, wrong, ignored = _match(rows, list(draft.candidates))
    tallies = {name: Tally() for name in ("found", "number", "number_unit", "number_unit_hedge")}
    migration = {name: Tally() for name in tallies}
    periods, origins, places = Tally(), Tally(), Tally()
    classes: dict[str, dict[str, Tally]] = defaultdict(lambda: {name: Tally() for name in tallies})
    for row in quantities:
        candidate = matched.get(row.id)
        name = f"{row.id} {_flat(row.quote)}"
        number = candidate is not None and same_number(row, candidate)
        unit = number and candidate is not None and same_unit(row, candidate)
        hedge = unit and candidate is not None and same_hedge(row, candidate)
        for key, hit in zip(tallies, (candidate is not None, number, unit, hedge), strict=True):
            tallies[key].count(hit, name)
            classes[f"quantity {row.name}"][key].count(hit, name)
            if row.topic == "migration":
                migration[key].count(hit, name)
        if candidate is not None:
            if row.period:
                periods.count(same_period(row.period, candidate.period), f"{name}: {row.period} not {candidate.period}")
            _count_places(row, candidate, name, origins, places)
    times, exact_times = _score_times(rows, draft.mentions)
    traps = Tally()
    for row in rows:
        if row.kind == "trap":
            traps.count(
                not any(_overlap(row, item.anchor.start, item.anchor.end) > 0 for item in wrong),
                f"{row.id} {_flat(row.quote)}",
            )
    right = len(matched)
    total = right + len(wrong)
    return {
        "candidates": len(draft.candidates),
        "precision": {
            "right": right,
            "of": total,
            "share": round(right / total, 4) if total else None,
            "wrong": [f"{item.anchor.start} {_flat(item.anchor.quote)}" for item in wrong],
        },
        "on_neutral": ignored,
        "recall": {key: tally.as_dict() for key, tally in tallies.items()},
        "recall_migration": {key: tally.as_dict() for key, tally in migration.items()},
        "periods_of_quantities": periods.as_dict(),
        "time_expressions": {"found": times.as_dict(), "read": exact_times.as_dict()},
        "places": {"by_quantity": origins.as_dict(), "by_field": places.as_dict()},
        "traps_kept_out": traps.as_dict(),
        "classes": {
            name: {key: [tally.hits, tally.tries] for key, tally in item.items()}
            for name, item in sorted(classes.items())
        },
    }


def _count_places(row: Row, candidate: Candidate, name: str, whole: Tally, fields: Tally) -> None:
    """Count places that the list states."""
    pairs = [(row.origin, candidate.origin), (row.destination, candidate.destination)]
    stated = [(_place_name(one), _place_name(other)) for one, other in pairs if one]
    if not stated:
        return
    shown = f"{name}: {row.origin}>{row.destination} not {candidate.origin}>{candidate.destination}"
    for one, other in stated:
        fields.count(one == other, shown)
    whole.count(all(one == other for one, other in stated), shown)


def _match(rows: list[Row], candidates: list[Candidate]) -> tuple[dict[str, Candidate], list[Candidate], int]:
    """Pair quantities with candidates; return the pairs, wrong candidates and those that are neutral."""
    quantities = [row for row in rows if row.kind == "quantity"]
    pairs = []
    for number, candidate in enumerate(candidates):
        for row in quantities:
            shared = _overlap(row, candidate.anchor.start, candidate.anchor.end)
            if shared > 0:
                pairs.append((same_number(row, candidate), shared, -number, row.id, row))
    matched: dict[str, Candidate] = {}
    used: set[int] = set()
    for _, _, number, name, _ in sorted(pairs, key=lambda pair: pair[:3], reverse=True):
        if name not in matched and -number not in used:
            matched[name] = candidates[-number]
            used.add(-number)
    left = [candidate for number, candidate in enumerate(candidates) if number not in used]
    neutral = [row for row in rows if row.kind == "neutral"]
    wrong = [item for item in left if not any(_overlap(row, item.anchor.start, item.anchor.end) > 0 for row in neutral)]
    return matched, wrong, len(left) - len(wrong)


def _score_times(rows: list[Row], mentions: tuple[Mention, ...]) -> tuple[Tally, Tally]:
    """Count time expressions that were found, and read as the list has them."""
    found, read = Tally(), Tally()
    times = [item for item in mentions if item.kind is MentionKind.TIME]
    for row in rows:
        if row.kind != "time":
            continue
        near = [item for item in times if _overlap(row, item.start, item.end) > 0]
        shown = f"{row.id} {_flat(row.quote)}"
        found.count(bool(near), shown)
        if row.period:
            got = ", ".join(item.period for item in near)
            read.count(any(same_period(row.period, item.period) for item in near), f"{shown}: {row.period} not {got}")
    return found, read
