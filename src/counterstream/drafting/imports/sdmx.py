"""SDMX messages of any office: SDMX-CSV, versions 1.0 and 2.x, and SDMX-ML.

A row of SDMX-CSV is an observation: columns of dimensions and attributes, ``TIME_PERIOD`` and ``OBS_VALUE``.
Version 1.0 begins with ``DATAFLOW``, later ones with ``STRUCTURE`` and ``STRUCTURE_ID`` (SDMX
Technical Working Group, "SDMX-CSV", field guides 1.0 and 2.0).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from counterstream.drafting.imports import codes
from counterstream.drafting.imports.eurostat import describe_source, report_unknown_flags, unknown_quantity
from counterstream.drafting.imports.eurostat_tables import find_table
from counterstream.drafting.imports.figures import Gathering
from counterstream.drafting.imports.imported import ImportOptions
from counterstream.drafting.imports.observations import Cube, Observation, describe_meaning, take_observation
from counterstream.drafting.imports.rows import RawTable, split_rows
from counterstream.drafting.imports.statuses import EUROSTAT_FLAGS, SDMX_FLAGS
from counterstream.errors import CounterstreamError, Problem
from counterstream.evidence.claim import Source

#: Columns that are no dimensions of an observation.
_STRUCTURE = frozenset({"dataflow", "structure", "structure_id", "structure_name", "action", "last update"})
_OBSERVED = frozenset({"time_period", "obs_value", "obs_flag", "obs_status", "conf_status", "conf_status_label"})
_COMMENTS = frozenset({"title", "title_compl", "comment_obs", "comment_ts", "source_ref", "contact", "embargo_time"})
# ESTAT:MIGR_IMM1CTZ(1.0), with or without a name after it.
_DATAFLOW = re.compile(r"(?P<agency>[\w.@-]+):(?P<id>[\w@$-]+)(?:\([\w.+*]+\))?(?:: .*)?")
_IDENTIFIER = re.compile(r"[\w@$-]+")


@dataclass(frozen=True, slots=True)
class Dataflow:
    """The agency that keeps a data set, and its name there."""

    agency: str
    id: str

    @property
    def is_eurostat(self) -> bool:
        """Whether it is one of Eurostat's."""
        return self.agency.upper() == "ESTAT"


@dataclass(frozen=True, slots=True)
class SdmxRow:
    """An observation: its line or number, its data set, its cells by column in lower case, or what is wrong with it."""

    number: int
    dataflow: Dataflow
    cells: Mapping[str, str]
    fault: str = ""


def is_sdmx(table: RawTable) -> bool:
    """Whether a table looks like SDMX-CSV or SDMX-ML."""
    if is_sdmx_ml(table):
        return True
    heading = table.head.partition("\n")[0].casefold()
    return "obs_value" in heading and heading.lstrip('"').startswith(("dataflow", "structure"))


def is_sdmx_ml(table: RawTable) -> bool:
    """Whether a file is an SDMX message in XML."""
    return table.head.lstrip().startswith("<") and "sdmx.org/resources/sdmxml/schemas" in table.head


def import_sdmx(table: RawTable, options: ImportOptions) -> tuple[Gathering, Source]:
    """Import an SDMX message that holds one data set: SDMX-CSV, or SDMX-ML with the extra ``sdmx``.

    Raises
    ------
    CounterstreamError
        If columns are missing (D402), a column of the selection is not there (D416), what the
        data set counts is not known (D406), or SDMX-ML cannot be read (D415, D409).
    """
    if is_sdmx_ml(table):
        # The reader of SDMX-ML is an extra, and slow to load.
        from counterstream.drafting.imports.sdmx_ml import read_sdmx_ml

        return _import_rows(read_sdmx_ml(table), table, options, "observation")
    return _import_rows(_read_csv(table, options), table, options, "line")


def _import_rows(
    rows: Iterable[SdmxRow], table: RawTable, options: ImportOptions, row_word: str
) -> tuple[Gathering, Source]:
    """Make claims of the observations of the first data set."""
    name = str(table.path)
    gathering = Gathering(name, options.source_id, "", options, row_word)
    dataflow, updated = Dataflow("", ""), ""
    cube: Cube | None = None
    for row in rows:
        if gathering.findings.is_full:
            break
        if row.fault:
            mend = "download the table again; the file may be cut off"
            gathering.report(codes.RAGGED_ROW, row.fault, row.number, mend=mend)
            continue
        if cube is None:
            dataflow, updated = row.dataflow, row.cells.get("last update", "")
            cube = _describe_cube(dataflow, options, name)
            gathering.agency = "Eurostat" if dataflow.is_eurostat else dataflow.agency
            gathering.source_id = options.source_id or f"{dataflow.agency}-{table.digest[:8]}"
        if row.dataflow != dataflow:
            found = f"{row.dataflow.agency}:{row.dataflow.id}"
            gathering.skip(row.number, "", found, "of another data set than the first row")
        elif row.cells.get("action", "")[:1] == "D":
            gathering.skip(row.number, "", row.cells["action"], "an observation to be deleted")
        else:
            take_observation(_observe(row), cube, gathering)
    if cube is not None:
        report_unknown_flags(cube, gathering)
    return gathering, _describe_source(gathering.source_id, dataflow, table, updated)


def _read_csv(table: RawTable, options: ImportOptions) -> Iterator[SdmxRow]:
    """Give the rows of an SDMX-CSV file.

    Notes
    -----
    pysdmx 1.21 reads SDMX-CSV too, by way of pandas, which takes codes for numbers: "004",
    Afghanistan in the code list of the United Nations, becomes "4".  Here codes stay text.
    """
    lines = split_rows(table)
    line, heading = next(lines, (1, [""]))
    columns = _name_columns(heading)
    _check_columns(columns, heading, options, str(table.path), line)
    for line, cells in lines:
        if len(cells) != len(heading):
            fault = f"the row has {len(cells)} cells, the heading {len(heading)}"
            yield SdmxRow(line, Dataflow("", ""), {}, fault)
            continue
        row = {column: _code_alone(cells[i], heading[i]) for i, column in columns.items()}
        yield SdmxRow(line, parse_dataflow(row.get("dataflow") or row.get("structure_id", "")), row)


def _name_columns(heading: list[str]) -> dict[int, str]:
    """Return the columns that hold codes by their identifiers in lower case; labels are left aside."""
    columns: dict[int, str] = {}
    for index, cell in enumerate(heading):
        name = cell.partition(": ")[0].strip().casefold()
        is_identifier = _IDENTIFIER.fullmatch(name) is not None or name in _STRUCTURE
        # A file with labels has beside SEX a column Sex.
        if is_identifier and name not in columns.values():
            columns[index] = name
    return columns


def _check_columns(
    columns: Mapping[int, str], heading: list[str], options: ImportOptions, file: str, line: int
) -> None:
    """Report all columns that are needed or asked for and are not there."""
    present = set(columns.values())
    asked = (*options.where, options.origin_column, options.destination_column)
    problems = [
        Problem(
            codes.MISSING_COLUMN,
            f"column {needed.upper()} is missing",
            file,
            line,
            found=", ".join(heading)[:200],
            mend="download the table as SDMX-CSV",
        )
        for needed in ("time_period", "obs_value")
        if needed not in present
    ]
    problems += [
        Problem(
            codes.UNKNOWN_COLUMN,
            f"there is no column {name}",
            file,
            line,
            found=name,
            allowed=", ".join(heading[index] for index in columns),
        )
        for name in asked
        if name and name.casefold() not in present
    ]
    if problems:
        raise CounterstreamError(problems)


def _code_alone(cell: str, heading: str) -> str:
    """Return a code without the label that stands behind it if the headings have labels."""
    text = cell.strip()
    return text.partition(": ")[0] if ": " in heading else text


def parse_dataflow(text: str) -> Dataflow:
    """Return agency and name of a data set from a reference such as ``ESTAT:MIGR_IMM1CTZ(1.0)``."""
    found = _DATAFLOW.fullmatch(text)
    return Dataflow(found["agency"], found["id"]) if found else Dataflow("SDMX", "")


def _describe_cube(dataflow: Dataflow, options: ImportOptions, file: str) -> Cube:
    """Return what a data set counts and which flags it bears."""
    known = find_table(dataflow.id.lower()) if dataflow.is_eurostat else None
    meaning = describe_meaning(known, options)
    if meaning is None:
        raise CounterstreamError(unknown_quantity(file, f"{dataflow.agency}:{dataflow.id}"))
    return Cube(meaning, EUROSTAT_FLAGS if dataflow.is_eurostat else SDMX_FLAGS)


def _observe(row: SdmxRow) -> Observation:
    """Return the observation of a row."""
    passed = _STRUCTURE | _OBSERVED | _COMMENTS
    cells = row.cells
    return Observation(
        row.number,
        0,
        "OBS_VALUE",
        {name: value for name, value in cells.items() if name not in passed},
        cells.get("time_period", ""),
        cells.get("obs_value", ""),
        cells.get("obs_flag") or cells.get("obs_status", ""),
    )


def _describe_source(source_id: str, dataflow: Dataflow, table: RawTable, updated: str) -> Source:
    """Return the agency as the source."""
    if dataflow.is_eurostat:
        return describe_source(source_id, dataflow.id.lower(), table, updated)
    return Source(
        id=source_id,
        author=dataflow.agency,
        title=f"Data set {dataflow.id or table.path.name}",
        date=updated,
        kind="statistical office",
        url="",
        interests="",
        file=str(table.path),
        line=1,
    )
