"""Writing claims in the columns in which they are read, and describing a ledger to other programs."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from counterstream.evidence.claim import Claim, LedgerEvent, Source, Use
from counterstream.evidence.ledger import Ledger
from counterstream.evidence.schema import CLAIMS, EVENTS, SOURCES, Column, TableSchema

_FORMULA_LIKE = re.compile(r"'*[=+\-@\t\r]")
#: Whole numbers up to here are held exactly and read back the same.
_LARGEST_WHOLE = 2.0**53


def format_number(value: float | None) -> str:
    """Return the shortest text that reads back as the number; empty for ``None``."""
    if value is None:
        return ""
    if value.is_integer() and abs(value) < _LARGEST_WHOLE:
        return str(int(value))
    return repr(value)


def guard_text(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet would take for a formula.

    Reading takes it off again, so that a written ledger reads back as it was.
    """
    return "'" + text if _FORMULA_LIKE.match(text) else text


class _Lines:
    """Takes rows as the csv module writes them and ends them with a line feed alone."""

    def __init__(self) -> None:
        self.rows: list[str] = []

    def write(self, row: str) -> None:
        """Take one row that ends with CR and LF."""
        self.rows.append(row[:-2] + "\n")


def format_rows(rows: Iterable[Sequence[str]]) -> str:
    """Return rows of cells as the text of a CSV file whose lines end with LF.

    Notes
    -----
    The csv module puts only those line breaks into quotation marks that it ends its own rows
    with, so it must be told to use both; a bare CR in a cell would end the row for a reader.
    """
    lines = _Lines()
    csv.writer(lines, lineterminator="\r\n").writerows(rows)
    return "".join(lines.rows)


def format_claims(claims: Iterable[Claim]) -> str:
    """Return claims as the text of a ``claims.csv``, ``use`` included."""
    heading = [column.name for column in CLAIMS.columns]
    return format_rows([heading, *(list(claim_cells(claim).values()) for claim in claims)])


def write_claims(path: Path, claims: Iterable[Claim]) -> None:
    """Write claims as a CSV file that :func:`counterstream.evidence.ledger.read_claims` reads.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    path.write_bytes(format_claims(claims).encode("utf-8"))


def claim_cells(claim: Claim) -> dict[str, str]:
    """Return the cells of a claim's row by column, in the order of the columns."""
    return {
        "id": guard_text(claim.id),
        "source_id": guard_text(claim.source_id),
        "locator": guard_text(claim.locator),
        "statement_paraphrase": guard_text(claim.statement),
        "quantity_kind": claim.quantity_kind.value,
        "what": guard_text(claim.what),
        "group": guard_text(claim.group),
        "origin": guard_text(claim.origin),
        "destination": guard_text(claim.destination),
        "period_start": claim.first.isoformat(),
        "period_end": claim.last.isoformat(),
        "value": format_number(claim.value),
        "low": format_number(claim.low),
        "high": format_number(claim.high),
        "hedge": claim.hedge.value,
        "unit": guard_text(claim.unit),
        "notes": guard_text(claim.notes),
        "agency": guard_text(claim.agency),
        "use": claim.use.value,
    }


def source_cells(source: Source) -> dict[str, str]:
    """Return the cells of a source's row by column, in the order of the columns."""
    return {
        "source_id": guard_text(source.id),
        "author_or_organisation": guard_text(source.author),
        "title": guard_text(source.title),
        "date": guard_text(source.date),
        "type": guard_text(source.kind),
        "url": guard_text(source.url),
        "interests_or_biases": guard_text(source.interests),
    }


def event_cells(event: LedgerEvent) -> dict[str, str]:
    """Return the cells of an event's row by column, in the order of the columns."""
    return {
        "date": event.day.isoformat(),
        "date_precision": event.precision.value,
        "event": guard_text(event.event),
        "instrument": guard_text(event.instrument),
        "source_id": guard_text(event.source_id),
        "locator": guard_text(event.locator),
        "date_basis": guard_text(event.basis),
    }


def append_rows(raw: bytes, schema: TableSchema, rows: Sequence[Mapping[str, str]]) -> bytes:
    """Return the bytes of a table with rows added at its end; what was there is there byte for byte.

    Parameters
    ----------
    raw
        The file's content; empty for a table that is not there yet.
    schema
        Its columns, for a new table.
    rows
        Cells by column.  Columns of the file come in the file's order; a cell that is the default
        of a column which the file lacks is left out.

    Raises
    ------
    ValueError
        If the file lacks a column that a row needs.
    """
    text = raw.decode("utf-8-sig") if raw.strip() else ""
    if not text.strip():
        heading = [column.name for column in schema.columns]
        return format_rows([heading, *([row[name] for name in heading] for row in rows)]).encode("utf-8")
    heading = [name.strip() for name in next(csv.reader(io.StringIO(text, newline="")))]
    defaults = {"use": Use.FIT.value}
    for row in rows:
        lost = [name for name, cell in row.items() if name not in heading and cell not in ("", defaults.get(name))]
        if lost:
            raise ValueError(f"the table has no column {', '.join(lost)}")
    added = format_rows([[row.get(name, "") for name in heading] for row in rows])
    ending = "\r\n" if "\r\n" in text else "\n"
    added = added.replace("\n", ending) if ending != "\n" else added
    gap = b"" if raw.endswith((b"\n", b"\r")) else ending.encode("ascii")
    return raw + gap + added.encode("utf-8")


def datapackage(ledger: Ledger, name: str = "ledger", title: str = "") -> dict[str, object]:
    """Return a Data Package descriptor (``datapackage.json``) of a ledger's tables.

    Parameters
    ----------
    ledger
        ``events.csv`` is described if the ledger has events.
    name, title
        Name of the package (lower case, no spaces) and what people call it.

    Notes
    -----
    Data Package standard, version 2 (Open Knowledge Foundation, 2024).
    """
    tables = [(CLAIMS, len(ledger.claims)), (SOURCES, len(ledger.sources))]
    if ledger.events:
        tables.append((EVENTS, len(ledger.events)))
    descriptor: dict[str, object] = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": name,
        "resources": [_describe_table(schema, rows) for schema, rows in tables],
    }
    return descriptor | ({"title": title} if title else {})


def _describe_table(schema: TableSchema, rows: int) -> dict[str, object]:
    """Return the descriptor of one table."""
    table: dict[str, object] = {
        "fields": [_describe_column(column, schema) for column in schema.columns],
        "fieldsMatch": "superset" if schema is CLAIMS else "equal",
        "missingValues": [""],
    }
    if schema.key:
        table["primaryKey"] = [schema.key]
    if schema is not SOURCES:
        reference = {"resource": SOURCES.name, "fields": ["source_id"]}
        table["foreignKeys"] = [{"fields": ["source_id"], "reference": reference}]
    return {
        "$schema": "https://datapackage.org/profiles/2.0/dataresource.json",
        "name": schema.name,
        "type": "table",
        "path": schema.file,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "quoteChar": '"', "doubleQuote": True, "header": True},
        "rows": rows,
        "schema": table,
    }


def _describe_column(column: Column, schema: TableSchema) -> dict[str, object]:
    """Return the descriptor of one column."""
    constraints: dict[str, object] = {}
    if column.filled or column.name == schema.key:
        constraints["required"] = True
    if column.name == schema.key:
        constraints["unique"] = True
    if column.choices:
        constraints["enum"] = list(map(str, column.choices))
    field: dict[str, object] = {"name": column.name, "type": column.type, "description": column.description}
    if column.type == "date":
        field["format"] = "%Y-%m-%d"
    return field | ({"constraints": constraints} if constraints else {})
