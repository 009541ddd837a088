"""Writing claims in the columns in which they are read, and describing a ledger to other programs."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from counterstream.evidence.claim import Claim
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
    return format_rows([heading, *(_claim_cells(claim) for claim in claims)])


def write_claims(path: Path, claims: Iterable[Claim]) -> None:
    """Write claims as a CSV file that :func:`counterstream.evidence.ledger.read_claims` reads.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    path.write_bytes(format_claims(claims).encode("utf-8"))


def _claim_cells(claim: Claim) -> list[str]:
    """Return the cells of a claim's row in the order of the columns."""
    return [
        guard_text(claim.id),
        guard_text(claim.source_id),
        guard_text(claim.locator),
        guard_text(claim.statement),
        claim.quantity_kind.value,
        guard_text(claim.what),
        guard_text(claim.group),
        guard_text(claim.origin),
        guard_text(claim.destination),
        claim.first.isoformat(),
        claim.last.isoformat(),
        format_number(claim.value),
        format_number(claim.low),
        format_number(claim.high),
        claim.hedge.value,
        guard_text(claim.unit),
        guard_text(claim.notes),
        guard_text(claim.agency),
        claim.use.value,
    ]


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
