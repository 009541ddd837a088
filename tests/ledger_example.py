"""Small ledgers and systems for tests: rows as dictionaries, written as files; claims and observables as data."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any

from counterstream.evidence.claim import Claim, Hedge, QuantityKind
from counterstream.system.clock import Clock
from counterstream.system.observable import Answer, FlowMeasure, Measure, Observable
from counterstream.system.system import System
from counterstream.units import Step

CLAIM = {
    "id": "C1",
    "source_id": "REG",
    "locator": "p. 7",
    "statement_paraphrase": "1,200 people left in 1990",
    "quantity_kind": "flow",
    "what": "departures",
    "group": "everybody",
    "origin": "old shore",
    "destination": "new shore",
    "period_start": "1990-01-01",
    "period_end": "1990-12-31",
    "value": "1200",
    "low": "1164",
    "high": "1236",
    "hedge": "rounded",
    "unit": "persons",
    "notes": "",
    "agency": "harbour office",
}
SOURCE = {
    "source_id": "REG",
    "author_or_organisation": "Harbour office",
    "title": "Register",
    "date": "1990-1999",
    "type": "official",
    "url": "",
    "interests_or_biases": "counts what it charges for",
}
EVENT = {
    "date": "1995-03-01",
    "date_precision": "month",
    "event": "Border closed",
    "instrument": "openness",
    "source_id": "REG",
    "locator": "p. 40",
    "date_basis": "source text",
}

CLAIM_COLUMNS = list(CLAIM)
SOURCE_COLUMNS = list(SOURCE)
EVENT_COLUMNS = list(EVENT)


def claim_row(**changes: str) -> dict[str, str]:
    """Return the standard claim with some cells changed (limits are emptied with a new value)."""
    row = dict(CLAIM)
    if "value" in changes:
        row.update(low="", high="")
    row.update(changes)
    return row


def write_table(path: Path, columns: list[str], rows: list[dict[str, str]]) -> Path:
    """Write rows as CSV."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_ledger(
    folder: Path,
    claims: list[dict[str, str]] | None = None,
    sources: list[dict[str, str]] | None = None,
    events: list[dict[str, str]] | None = None,
) -> Path:
    """Write a ledger; parts not given are one standard row each, an empty list leaves events out."""
    folder.mkdir(parents=True, exist_ok=True)
    claims = [CLAIM] if claims is None else claims
    columns = CLAIM_COLUMNS + (["use"] if any("use" in row for row in claims) else [])
    write_table(folder / "claims.csv", columns, claims)
    write_table(folder / "sources.csv", SOURCE_COLUMNS, [SOURCE] if sources is None else sources)
    if events is None or events:
        write_table(folder / "events.csv", EVENT_COLUMNS, [EVENT] if events is None else events)
    return folder


def make_claim(**changes: Any) -> Claim:
    """Return a claim of departures in 1990 with some fields changed."""
    fields: dict[str, Any] = {
        "id": "C1",
        "source_id": "REG",
        "locator": "",
        "statement": "",
        "quantity_kind": QuantityKind.FLOW,
        "what": "departures",
        "group": "",
        "origin": "",
        "destination": "",
        "first": date(1990, 1, 1),
        "last": date(1990, 12, 31),
        "value": 1000.0,
        "low": None,
        "high": None,
        "hedge": Hedge.EXACT,
        "unit": "persons",
        "notes": "",
        "agency": "office",
    }
    return Claim(**(fields | changes))


def make_observable(
    name: str = "departures",
    measure: Measure | None = None,
    answers: tuple[Answer, ...] = (Answer(("departures",)),),
    unit: str = "persons",
) -> Observable:
    """Return an observable, by default the flow of departures."""
    return Observable(name, measure or FlowMeasure(("leave",)), answers, unit=unit)


def make_system(*observables: Observable, **changes: Any) -> System:
    """Return a system of the 1990s with these observables and little else."""
    fields: dict[str, Any] = {
        "name": "test",
        "title": "Test",
        "clock": Clock(Step.MONTH, date(1990, 1, 1), date(1999, 12, 31)),
        "observables": observables or (make_observable(),),
    }
    empty = ("places", "attributes", "groups", "statuses", "initial", "parameters", "instruments", "events")
    fields |= dict.fromkeys((*empty, "signals", "moves"), ())
    return System(**(fields | changes))
