"""The entry: a table of a statistical office in, claims and sources out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from counterstream.drafting.imports import codes
from counterstream.drafting.imports.eurostat import import_eurostat, is_eurostat
from counterstream.drafting.imports.figures import Gathering
from counterstream.drafting.imports.imported import Imported, ImportKind, ImportOptions
from counterstream.drafting.imports.rows import RawTable, read_raw_table
from counterstream.drafting.imports.sdmx import import_sdmx, is_sdmx
from counterstream.drafting.imports.undesa import import_undesa, is_workbook
from counterstream.drafting.imports.unhcr import import_unhcr, is_unhcr
from counterstream.drafting.readers.files import read_file
from counterstream.errors import CounterstreamError, Problem
from counterstream.evidence.claim import Source

_TEXT_IMPORTS: dict[ImportKind, Callable[[RawTable, ImportOptions], tuple[Gathering, Source]]] = {
    ImportKind.UNHCR: import_unhcr,
    ImportKind.EUROSTAT: import_eurostat,
    ImportKind.SDMX: import_sdmx,
}
_SIGNS: tuple[tuple[ImportKind, Callable[[RawTable], bool]], ...] = (
    (ImportKind.EUROSTAT, is_eurostat),
    (ImportKind.SDMX, is_sdmx),
    (ImportKind.UNHCR, is_unhcr),
)
#: Reasons told where no claim comes of a table.
_SHOWN_REASONS = 6


def import_table(path: Path, kind: ImportKind | None = None, options: ImportOptions | None = None) -> Imported:
    """Import a table of a statistical office as claims.

    Parameters
    ----------
    path
        CSV, TSV or SDMX-ML, packed with gzip or not, or an XLSX workbook.
    kind
        Sort of the table; found from its first lines if not given.
    options
        Which part is wanted, and what the table does not say of itself.

    Raises
    ------
    CounterstreamError
        With every fault of the table at once, or if no claim comes of it (D407).
    """
    options = options or ImportOptions()
    raw = read_file(path)
    if kind is ImportKind.UN_DESA or (kind is None and is_workbook(raw)):
        kind = ImportKind.UN_DESA
        gathering, source = import_undesa(path, raw, options)
    else:
        table = read_raw_table(path, raw)
        kind = kind or _recognise(table)
        gathering, source = _TEXT_IMPORTS[kind](table, options)
    return _finish(kind, gathering, source)


def _recognise(table: RawTable) -> ImportKind:
    """Return the sort of a table by its first lines."""
    for kind, fits in _SIGNS:
        if fits(table):
            return kind
    raise CounterstreamError(
        Problem(
            codes.UNKNOWN_TABLE,
            "the table is none of those that can be imported",
            str(table.path),
            1,
            found=table.head.partition("\n")[0][:120],
            allowed="a CSV download of UNHCR, the workbook of UN DESA, a TSV file of Eurostat, SDMX-CSV or SDMX-ML",
            mend="name its kind (unhcr, un-desa, eurostat, sdmx), or bring it into the columns of claims.csv",
        )
    )


def _finish(kind: ImportKind, gathering: Gathering, source: Source) -> Imported:
    """Return what was gathered; raise all faults, or tell why there is nothing."""
    problems = gathering.findings.problems
    if gathering.findings.has_errors:
        raise CounterstreamError(problems)
    if not gathering.claims:
        reasons = [f"{count:,} of {reason}" for reason, count in gathering.left_out.items()]
        reasons += list(dict.fromkeys(f"{gathering.row_word} {s.line}: {s.reason}" for s in gathering.skipped))
        raise CounterstreamError(
            Problem(
                codes.NO_CLAIMS,
                "no claim comes of the table",
                gathering.file,
                found="; ".join(reasons[:_SHOWN_REASONS]) or "no row of figures",
                mend="check the places, years and columns that are asked for: names and codes are those of the table",
            )
        )
    return Imported(
        kind, tuple(gathering.claims), (source,), tuple(gathering.skipped), dict(gathering.left_out), problems
    )
