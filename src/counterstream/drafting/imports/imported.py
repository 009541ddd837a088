"""What is asked of an import, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from counterstream.errors import Problem
from counterstream.evidence.claim import Claim, QuantityKind, Source, Use

_NOTHING: Mapping[str, str] = MappingProxyType({})


class ImportKind(StrEnum):
    """A sort of table that can be imported."""

    UNHCR = "unhcr"
    UN_DESA = "un-desa"
    EUROSTAT = "eurostat"
    SDMX = "sdmx"


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """Which part of a table is wanted, and what the table itself does not say.

    Parameters
    ----------
    origins, destinations
        Places by name or code as the table has them; empty takes all.
    first_year, last_year
        Years wanted, both included; ``None`` is open.
    where
        Further columns and the value that each must have, such as ``{"sex": "F"}``.
    breakdowns
        Whether figures for one sex or age group are wanted beside those for everybody.
    keep_zeros
        Whether a UNHCR figure of 0 makes a claim; it can also mean "none reported".
    rename
        Names or codes of the table, and what the case calls these places.
    what, quantity_kind, unit
        Which quantity the table states; needed where the table is not known by its name.
    origin_column, destination_column
        Columns of an SDMX table that hold the places; found by their usual names if empty.
    source_id
        Name of the source in the ledger; made from the file's content if empty.
    use
        What the claims are for.
    """

    origins: tuple[str, ...] = ()
    destinations: tuple[str, ...] = ()
    first_year: int | None = None
    last_year: int | None = None
    where: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    breakdowns: bool = False
    keep_zeros: bool = False
    rename: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    what: str = ""
    quantity_kind: QuantityKind | None = None
    unit: str = ""
    origin_column: str = ""
    destination_column: str = ""
    source_id: str = ""
    use: Use = Use.FIT


@dataclass(frozen=True, slots=True)
class SkippedCell:
    """A row, or one figure of it, that makes no claim.

    Parameters
    ----------
    line
        Line of the file, or row of the sheet, from 1.
    column
        Heading of the figure's column; empty for a whole row.
    found
        What stands there.
    reason
        Why it makes no claim.
    """

    line: int
    column: str
    found: str
    reason: str


@dataclass(frozen=True, slots=True)
class Imported:
    """Everything that came of an import.

    Parameters
    ----------
    kind
        Sort of the table.
    claims, sources
        For ``claims.csv`` and ``sources.csv``.
    skipped
        Every row or figure that was wanted and makes no claim, with the reason.
    left_out
        Why figures were not wanted, and how many.
    warnings
        Doubts that do not stop the import.
    """

    kind: ImportKind
    claims: tuple[Claim, ...]
    sources: tuple[Source, ...]
    skipped: tuple[SkippedCell, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict[str, int])
    warnings: tuple[Problem, ...] = ()
