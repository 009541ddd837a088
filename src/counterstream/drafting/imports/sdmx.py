"""SDMX-CSV of any office, versions 1.0 and 2.x.

A row is an observation: columns of dimensions and attributes, ``TIME_PERIOD`` and ``OBS_VALUE``.
Version 1.0 begins with ``DATAFLOW``, later ones with ``STRUCTURE`` and ``STRUCTURE_ID`` (SDMX
Technical Working Group, "SDMX-CSV", field guides 1.0 and 2.0).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
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


def is_sdmx_csv(table: RawTable) -> bool:
    """Whether a table looks like SDMX-CSV."""
    heading = table.head.partition("\n")[0].casefold()
    return "obs_value" in heading and heading.lstrip('"').startswith(("dataflow", "structure"))


def import_sdmx_csv(table: RawTable, options: ImportOptions) -> tuple[Gathering, Source]:
    """Import an SDMX-CSV file that holds one data set.

    Raises
    ------
    CounterstreamError
        If columns are missing (D402), a column of the selection is not there (D416) or what the
        data set counts is not known (D406).
    """
    name = str(table.path)
    rows = split_rows(table)
    line, heading = next(rows, (1, [""]))
    columns = _name_columns(heading)
    _check_columns(columns, heading, options, name, line)
    cube: Cube | None = None
    gathering = Gathering(name, options.source_id, "", options)
    dataflow, updated = Dataflow("", ""), ""
    for line, cells in rows:
        if gathering.findings.is_full:
            break
        if len(cells) != len(heading):
            message = f"the row has {len(cells)} cells, the heading {len(heading)}"
            mend = "download the table again; the file may be cut off"
            gathering.report(codes.RAGGED_ROW, message, line, found=",".join(cells)[:200], mend=mend)
            continue
        row = {column: _code_alone(cells[i], heading[i]) for i, column in columns.items()}
        here = _read_dataflow(row)
        if cube is None:
            dataflow, updated = here, row.get("last update", "")
            cube = _describe_cube(dataflow, options, name)
            gathering.agency = "Eurostat" if dataflow.is_eurostat else dataflow.agency
            gathering.source_id = options.source_id or f"{dataflow.agency}-{table.digest[:8]}"
        if here != dataflow:
            gathering.skip(line, "", f"{here.agency}:{here.id}", "of another data set than the first row")
        elif row.get("action", "")[:1] == "D":
            gathering.skip(line, "", row["action"], "an observation to be deleted")
        else:
            take_observation(_observe(line, row), cube, gathering)
    if cube is not None:
        report_unknown_flags(cube, gathering)
    return gathering, _describe_source(gathering.source_id, dataflow, table, updated)


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


def _read_dataflow(row: Mapping[str, str]) -> Dataflow:
    """Return agency and name of the data set that a row belongs to."""
    found = _DATAFLOW.fullmatch(row.get("dataflow") or row.get("structure_id", ""))
    return Dataflow(found["agency"], found["id"]) if found else Dataflow("SDMX", "")


def _describe_cube(dataflow: Dataflow, options: ImportOptions, file: str) -> Cube:
    """Return what a data set counts and which flags it bears."""
    known = find_table(dataflow.id.lower()) if dataflow.is_eurostat else None
    meaning = describe_meaning(known, options)
    if meaning is None:
        raise CounterstreamError(unknown_quantity(file, f"{dataflow.agency}:{dataflow.id}"))
    return Cube(meaning, EUROSTAT_FLAGS if dataflow.is_eurostat else SDMX_FLAGS)


def _observe(line: int, row: Mapping[str, str]) -> Observation:
    """Return the observation of a row."""
    passed = _STRUCTURE | _OBSERVED | _COMMENTS
    return Observation(
        line,
        0,
        "OBS_VALUE",
        {name: value for name, value in row.items() if name not in passed},
        row["time_period"],
        row["obs_value"],
        row.get("obs_flag") or row.get("obs_status", ""),
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
