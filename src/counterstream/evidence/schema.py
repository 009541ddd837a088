"""The declared columns of ``claims.csv``, ``sources.csv`` and ``events.csv``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from counterstream.evidence.claim import DatePrecision, Hedge, QuantityKind, Use

CellType = Literal["string", "number", "date"]


@dataclass(frozen=True)
class Column:
    """A column: how its cells are read, whether it may be absent and its cells empty."""

    name: str
    description: str
    type: CellType = "string"
    filled: bool = False
    optional: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class TableSchema:
    """A table: its file, its columns in order and the column that names its rows."""

    name: str
    file: str
    columns: tuple[Column, ...]
    key: str = ""

    @cached_property
    def by_name(self) -> dict[str, Column]:
        """Columns by name."""
        return {column.name: column for column in self.columns}


CLAIMS = TableSchema(
    "claims",
    "claims.csv",
    (
        Column("id", "Name of the claim, unique in the ledger."),
        Column("source_id", "Source that states it, as in sources.csv.", filled=True),
        Column("locator", "Where in the source: page, line, date of the issue."),
        Column("statement_paraphrase", "What the source says, in the collector's words."),
        Column("quantity_kind", "Sort of quantity.", filled=True, choices=tuple(QuantityKind)),
        Column("what", "Which quantity, in the ledger's own vocabulary.", filled=True),
        Column("group", "Whom it covers."),
        Column("origin", "Place moved from, or where the stock is."),
        Column("destination", "Place moved to."),
        Column("period_start", "First day covered, YYYY-MM-DD.", type="date", filled=True),
        Column("period_end", "Last day covered, included, YYYY-MM-DD.", type="date", filled=True),
        Column("value", "The figure; empty if none is stated.", type="number"),
        Column("low", "Lower limit, empty if none.", type="number"),
        Column("high", "Upper limit, empty if none.", type="number"),
        Column("hedge", "How firmly the figure is stated.", filled=True, choices=tuple(Hedge)),
        Column("unit", "Unit of value, low and high.", filled=True),
        Column("notes", "Remarks."),
        Column("agency", "Who counted, as far as the source says.", filled=True),
        Column("use", "fit (the default), check or context.", optional=True, choices=tuple(Use)),
    ),
    key="id",
)

SOURCES = TableSchema(
    "sources",
    "sources.csv",
    (
        Column("source_id", "Name of the source, unique."),
        Column("author_or_organisation", "Who wrote or published it."),
        Column("title", "Title.", filled=True),
        Column("date", "When, in words or figures."),
        Column("type", "Sort of source, such as official or press agency."),
        Column("url", "Address, if any."),
        Column("interests_or_biases", "What the source stands to gain, in a neutral phrase."),
    ),
    key="source_id",
)

EVENTS = TableSchema(
    "events",
    "events.csv",
    (
        Column("date", "Day, or first day, of the event, YYYY-MM-DD.", type="date", filled=True),
        Column("date_precision", "How precise the date is.", filled=True, choices=tuple(DatePrecision)),
        Column("event", "What happened.", filled=True),
        Column("instrument", "Instruments or mechanisms it moves."),
        Column("source_id", "Source, as in sources.csv.", filled=True),
        Column("locator", "Where in the source."),
        Column("date_basis", "Where the date is taken from."),
    ),
)
