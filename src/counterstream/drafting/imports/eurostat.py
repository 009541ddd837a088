"""Eurostat's bulk downloads: tab-separated, the dimensions of a row in its first cell.

The layout is told in Eurostat's guide to bulk downloads: the first heading names the dimensions,
separated by commas, and after a backslash the one that lies along the row; a cell is a number or
a colon, with flags after a space.
"""

from __future__ import annotations

import re

from counterstream.drafting.imports import codes
from counterstream.drafting.imports.eurostat_tables import TABLES, find_table
from counterstream.drafting.imports.figures import Gathering
from counterstream.drafting.imports.imported import ImportOptions
from counterstream.drafting.imports.observations import Cube, Observation, describe_meaning, take_observation
from counterstream.drafting.imports.rows import RawTable, split_rows
from counterstream.drafting.imports.statuses import EUROSTAT_FLAGS
from counterstream.errors import CounterstreamError, Problem
from counterstream.evidence.claim import Source

_HEADING = re.compile(r"(?P<names>[\w,]+)\\(?:time|time_period)", re.IGNORECASE)
_CELL = re.compile(r"(?P<value>\S*?)\s*(?P<flags>[a-z]*)", re.ASCII)
_CODE = re.compile(r"(?:estat_)?(?P<code>[a-z]+_[a-z0-9_]+?)(?:[_.](?:linear|tabular|tsv|csv).*)?", re.IGNORECASE)


def is_eurostat(table: RawTable) -> bool:
    """Whether a table looks like a bulk download of Eurostat."""
    return _HEADING.fullmatch(table.head.partition("\t")[0].strip()) is not None


def name_dataset(file_name: str) -> str:
    """Return the code of the table in the name of its file, in lower case; empty if there is none."""
    found = _CODE.fullmatch(file_name.partition(".")[0])
    return found["code"].lower() if found else ""


def import_eurostat(table: RawTable, options: ImportOptions) -> tuple[Gathering, Source]:
    """Import a bulk download of Eurostat.

    Raises
    ------
    CounterstreamError
        If the heading is not Eurostat's (D401) or what the table counts is not known (D406).
    """
    name = str(table.path)
    code = name_dataset(table.path.name)
    rows = split_rows(table, "\t")
    line, heading = next(rows, (1, [""]))
    names = _HEADING.fullmatch(heading[0].strip())
    if names is None:
        raise CounterstreamError(
            Problem(
                codes.UNKNOWN_TABLE,
                "the heading is not that of a Eurostat table",
                name,
                line,
                found=heading[0][:80],
                allowed="freq,citizen,...,geo\\TIME_PERIOD",
                mend="use the TSV file as it was downloaded",
            )
        )
    meaning = describe_meaning(find_table(code), options)
    if meaning is None:
        raise CounterstreamError(unknown_quantity(name, code))
    source_id = options.source_id or f"ESTAT-{table.digest[:8]}"
    gathering = Gathering(name, source_id, "Eurostat", options)
    cube = Cube(meaning, EUROSTAT_FLAGS)
    dimensions = names["names"].lower().split(",")
    periods = [cell.strip() for cell in heading[1:]]
    for line, cells in rows:
        if gathering.findings.is_full:
            break
        _read_row(line, cells, dimensions, periods, cube, gathering)
    report_unknown_flags(cube, gathering)
    return gathering, describe_source(source_id, code, table, "")


def _read_row(
    line: int, cells: list[str], dimensions: list[str], periods: list[str], cube: Cube, gathering: Gathering
) -> None:
    """Make claims of one row."""
    values = cells[0].split(",")
    if len(values) != len(dimensions) or len(cells) != len(periods) + 1:
        gathering.report(
            codes.RAGGED_ROW,
            f"the row has {len(values)} dimensions and {len(cells) - 1} figures, "
            f"the heading {len(dimensions)} and {len(periods)}",
            line,
            found=cells[0],
            mend="download the table again; the file may be cut off",
        )
        return
    named = dict(zip(dimensions, (value.strip() for value in values), strict=True))
    for position, (period, text) in enumerate(zip(periods, cells[1:], strict=True), start=2):
        found = _CELL.fullmatch(text.strip())
        value, flags = (found["value"], found["flags"]) if found else (text.strip(), "")
        take_observation(Observation(line, position, period, named, period, value, flags), cube, gathering)


def unknown_quantity(name: str, code: str) -> Problem:
    """Say that it is not known what a table counts."""
    return Problem(
        codes.UNKNOWN_QUANTITY,
        "it is not known what the table counts",
        name,
        found=code or "no code of a table in the file's name",
        allowed="a table whose code begins with " + ", ".join(sorted(TABLES)),
        mend="say what it counts, and whether it is a flow or a stock (what, quantity_kind); "
        "if it is one of these tables, give the file its code as a name, such as migr_imm1ctz.tsv",
    )


def report_unknown_flags(cube: Cube, gathering: Gathering) -> None:
    """Warn of flags whose meaning is not known."""
    for letter, line in cube.unknown_flags.items():
        gathering.findings.add(
            Problem(
                codes.UNKNOWN_FLAG,
                f'the flag "{letter}" is not known',
                gathering.file,
                line,
                found=letter,
                allowed=", ".join(cube.flags),
                mend="look at the claims that bear it in their notes",
                severity="warning",
            )
        )


def describe_source(source_id: str, code: str, table: RawTable, updated: str) -> Source:
    """Return Eurostat as the source of a table."""
    return Source(
        id=source_id,
        author="Eurostat",
        title=f"Table {code or table.path.name}",
        date=updated,
        kind="international organisation",
        url=f"https://ec.europa.eu/eurostat/databrowser/product/view/{code}"
        if code
        else "https://ec.europa.eu/eurostat",
        interests="compiles what national statistical offices and ministries report",
        file=str(table.path),
        line=1,
    )
