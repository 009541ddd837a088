"""UNHCR's Refugee Data Finder: CSV downloads of populations, applications, decisions and solutions.

What the files mean is stated by UNHCR: populations are stocks at the end of a year, solutions
flows within it; of returns the "country of asylum" is the one left, of resettlement the one
reached (Refugee Data Finder, "Data content and structure").
"""

from __future__ import annotations

import calendar
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from counterstream.drafting.imports import codes
from counterstream.drafting.imports import unhcr_columns as columns
from counterstream.drafting.imports.figures import ALL_DESTINATIONS, ALL_ORIGINS, Figure, Gathering, Place, Quantity
from counterstream.drafting.imports.imported import ImportOptions
from counterstream.drafting.imports.periods import Period
from counterstream.drafting.imports.rows import RawTable, parse_figure, same_heading, split_rows
from counterstream.drafting.imports.unhcr_columns import COUNT_COLUMNS, CountColumn, Route
from counterstream.errors import CounterstreamError, Problem
from counterstream.evidence.claim import Hedge, QuantityKind, Source

#: The heading stands below at most this many lines; the Data Finder writes fourteen.
DEEPEST_HEADING = 40
NOT_AVAILABLE = "no figure is available"
_MISSING = frozenset({"", "-", "–", "..", "NA", "N/A"})
_SUPPRESSED = "*"
_NOWHERE = Place("")
_YEAR = re.compile(r"\d{4}", re.ASCII)
_FIRST_YEAR, _LAST_YEAR = 1951, 2100


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the parts of a row stand; positions count from 0."""

    line: int
    headings: list[str]
    year: int
    month: int | None
    origin: int | None
    origin_code: int | None
    asylum: int | None
    asylum_code: int | None
    population_type: int | None
    value: int | None
    counted_as: int | None
    details: tuple[int, ...]
    counts: dict[int, CountColumn]


def is_unhcr(table: RawTable) -> bool:
    """Whether a table looks like one of UNHCR's."""
    return any(_is_heading(line) for line in table.head.splitlines()[:DEEPEST_HEADING])


def _is_heading(line: str) -> bool:
    """Whether a line names a year and one of the two countries."""
    names = {same_heading(cell) for cell in line.split(",")}
    places = columns.ORIGIN | columns.ASYLUM | columns.ORIGIN_CODE | columns.ASYLUM_CODE
    return not names.isdisjoint(columns.YEAR) and not names.isdisjoint(places)


def import_unhcr(table: RawTable, options: ImportOptions) -> tuple[Gathering, Source]:
    """Import a CSV download of UNHCR.

    Raises
    ------
    CounterstreamError
        If the heading is not found or lacks a column (D401, D402).
    """
    name = str(table.path)
    source_id = options.source_id or f"UNHCR-{table.digest[:8]}"
    gathering = Gathering(name, source_id, "UNHCR", options)
    rows = split_rows(table)
    preamble, layout = _find_heading(rows, name, gathering)
    # The rows are gone through twice: a whole download takes much memory as a list.
    rounded = _is_rounded(split_rows(table), layout)
    for line, cells in rows:
        if gathering.findings.is_full:
            break
        _read_row(line, cells, layout, gathering, rounded=rounded)
    return gathering, _describe_source(source_id, preamble, table, layout)


def _find_heading(
    rows: Iterator[tuple[int, list[str]]], name: str, gathering: Gathering
) -> tuple[list[tuple[int, list[str]]], Layout]:
    """Read to the heading; return the lines above it and the layout."""
    preamble: list[tuple[int, list[str]]] = []
    for line, cells in rows:
        names = [same_heading(cell) for cell in cells]
        if _is_heading(",".join(names)):
            return preamble, _lay_out(line, cells, names, preamble, name, gathering)
        preamble.append((line, cells))
        if len(preamble) > DEEPEST_HEADING:
            break
    raise CounterstreamError(
        Problem(
            codes.UNKNOWN_TABLE,
            "no heading of a UNHCR table is found",
            name,
            1,
            allowed="a heading with Year and Country of origin or Country of asylum in the first lines",
            mend="use the CSV file as it was downloaded",
        )
    )


def _lay_out(
    line: int,
    cells: list[str],
    names: list[str],
    preamble: list[tuple[int, list[str]]],
    file: str,
    gathering: Gathering,
) -> Layout:
    """Find the parts of a row by the heading."""

    def find(among: frozenset[str]) -> int | None:
        return next((i for i, name in enumerate(names) if name in among), None)

    counts = {i: COUNT_COLUMNS[name] for i, name in enumerate(names) if name in COUNT_COLUMNS}
    population_type, value = find(columns.POPULATION_TYPE), find(columns.VALUE)
    if value is not None and population_type is None:
        # Long tables of the older database tell only above the heading what they count.
        said = " ".join(cell for _, row in preamble for cell in row).casefold()
        sort = "resettled" if "resettlement" in said else "applied" if "asylum_seekers" in said else ""
        if sort:
            counts[value] = COUNT_COLUMNS[sort]
    if not counts and (value is None or population_type is None):
        raise CounterstreamError(
            Problem(
                codes.MISSING_COLUMN,
                "the table has no column of figures that is known",
                file,
                line,
                found=", ".join(cell for cell in cells if cell),
                allowed=", ".join(dict.fromkeys(c.quantity.what for c in COUNT_COLUMNS.values())),
                mend="download the table with the columns that it had by itself",
            )
        )
    year = find(columns.YEAR)
    layout = Layout(
        line,
        [cell.strip() for cell in cells],
        0 if year is None else year,
        find(columns.MONTH),
        find(columns.ORIGIN),
        find(columns.ORIGIN_CODE),
        find(columns.ASYLUM),
        find(columns.ASYLUM_CODE),
        population_type,
        value,
        find(columns.COUNTED_AS),
        tuple(i for i, name in enumerate(names) if name in columns.DETAILS),
        counts,
    )
    _tell_idle_columns(layout, names, gathering)
    return layout


def _tell_idle_columns(layout: Layout, names: list[str], gathering: Gathering) -> None:
    """Note columns that make no claims."""
    used = {layout.year, layout.month, layout.origin, layout.origin_code, layout.asylum, layout.asylum_code}
    used |= {layout.population_type, layout.value, layout.counted_as, *layout.details, *layout.counts}
    for index, name in enumerate(names):
        if index in used or not name:
            continue
        reason = columns.IDLE.get(name, "the column is not known")
        if reason:
            gathering.skip(layout.line, layout.headings[index], "the whole column", reason)


def _is_rounded(rows: Iterator[tuple[int, list[str]]], layout: Layout) -> bool:
    """Whether small figures are rounded to fives: newer downloads have none from 1 to 4, and no asterisks."""
    positions = set(layout.counts) | ({layout.value} if layout.value is not None else set[int]())
    small = frozenset({_SUPPRESSED, "1", "2", "3", "4"})
    return not any(cells[i].strip() in small for _, cells in rows for i in positions if i < len(cells))


def _read_row(line: int, cells: list[str], layout: Layout, gathering: Gathering, *, rounded: bool) -> None:
    """Make claims of one row."""
    if len(cells) != len(layout.headings):
        gathering.report(
            codes.RAGGED_ROW,
            f"the row has {len(cells)} cells, the heading {len(layout.headings)}",
            line,
            found=",".join(cells)[:200],
            mend="download the table again; the file may be cut off",
        )
        return
    if cells[layout.year].startswith("#"):
        gathering.skip(line, "", ",".join(cells)[:200], "a row of tags, not of figures")
        return
    period = _read_period(line, cells, layout, gathering)
    if period is None:
        return
    origin = _read_place(cells, layout.origin, layout.origin_code, ALL_ORIGINS)
    asylum = _read_place(cells, layout.asylum, layout.asylum_code, ALL_DESTINATIONS)
    counts = _counts_of_row(line, cells, layout, gathering)
    # Columns of one route are wanted or not together, which matters in a file of the whole world.
    routes = Counter(column.route for column in counts.values())
    ends = {route: _follow(route, origin, asylum) for route in routes}
    wanted = {route for route, number in routes.items() if gathering.wants(*ends[route], period, number)}
    if not wanted:
        return
    details, unit = _read_details(cells, layout)
    for position, column in counts.items():
        if column.route not in wanted:
            continue
        start, end = ends[column.route]
        quantity = _specify(column.quantity, details, unit)
        heading = layout.headings[position]
        figure = _read_figure(cells[position].strip(), column, gathering, line, heading, rounded=rounded)
        if figure is not None:
            value, low, high, hedge, notes = figure
            gathering.take(
                Figure(line, position + 1, heading, quantity, start, end, period, value, low, high, hedge, notes=notes)
            )


def _read_period(line: int, cells: list[str], layout: Layout, gathering: Gathering) -> Period | None:
    """Return the year, or month, of a row."""
    text = cells[layout.year].strip()
    if not _YEAR.fullmatch(text) or not _FIRST_YEAR <= int(text) <= _LAST_YEAR:
        gathering.report(
            codes.BAD_PERIOD,
            "the year cannot be read",
            line,
            layout.headings[layout.year],
            text,
            f"a year from {_FIRST_YEAR} on",
        )
        return None
    year = int(text)
    if layout.month is None:
        return Period(date(year, 1, 1), date(year, 12, 31))
    name = cells[layout.month].strip()
    numbers = {calendar.month_name[i].casefold(): i for i in range(1, 13)} | {str(i): i for i in range(1, 13)}
    month = numbers.get(name.casefold())
    if month is None:
        gathering.report(
            codes.BAD_PERIOD, "the month cannot be read", line, layout.headings[layout.month], name, "as January or 1"
        )
        return None
    return Period(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))


def _read_place(cells: list[str], name: int | None, code: int | None, everywhere: str) -> Place:
    """Return a row's place; a table that sums over all places has a dash, or no such column."""
    text = "" if name is None else cells[name].strip()
    short = "" if code is None else cells[code].strip()
    text, short = (part if part != "-" else "" for part in (text, short))
    return Place(text or short or everywhere, short)


def _follow(route: Route, origin: Place, asylum: Place) -> tuple[Place, Place]:
    """Return from where to where people are counted."""
    if route is Route.OUT:
        return origin, asylum
    if route is Route.BACK:
        left = Place(ALL_ORIGINS) if asylum.name == ALL_DESTINATIONS else asylum
        return left, Place(ALL_DESTINATIONS) if origin.name == ALL_ORIGINS else origin
    if route is Route.WITHIN:
        return (asylum if origin.name == ALL_ORIGINS else origin), _NOWHERE
    return (origin if asylum.name == ALL_DESTINATIONS else asylum), _NOWHERE


def _counts_of_row(line: int, cells: list[str], layout: Layout, gathering: Gathering) -> dict[int, CountColumn]:
    """Return the columns of figures; in a long table the row says what its figure counts."""
    if layout.population_type is None or layout.value is None:
        return layout.counts
    sort = cells[layout.population_type].strip()
    column = COUNT_COLUMNS.get(same_heading(sort))
    if column is None:
        gathering.skip(
            line, layout.headings[layout.value], cells[layout.value], f'population type "{sort}" is not known'
        )
        return {}
    return {layout.value: column}


def _read_details(cells: list[str], layout: Layout) -> tuple[str, str]:
    """Return what the row says of authority and stage, and the unit that it counts."""
    words: list[str] = []
    for position in layout.details:
        text = cells[position].strip()
        known = columns.AUTHORITIES if "auth" in same_heading(layout.headings[position]) else columns.STAGES
        if same_heading(layout.headings[position]) == "proceduretype":
            known = columns.AUTHORITIES
        if text and text != "-":
            words.append(known.get(text, text))
    counted = "" if layout.counted_as is None else cells[layout.counted_as].strip().casefold()
    return ", ".join(words), "cases" if counted in ("c", "cases") else "persons"


def _specify(quantity: Quantity, details: str, unit: str) -> Quantity:
    """Return the quantity with the row's own authority, stage and unit."""
    is_procedure = quantity.kind is QuantityKind.COUNT_OF_APPLICATIONS or quantity.what.startswith("asylum decisions")
    if not is_procedure or (not details and unit == quantity.unit):
        return quantity
    what = f"{quantity.what} ({details})" if details else quantity.what
    return replace(quantity, what=what, unit=unit)


_Read = tuple[float | None, float | None, float | None, Hedge, tuple[str, ...]]


def _read_figure(
    text: str, column: CountColumn, gathering: Gathering, line: int, heading: str, *, rounded: bool
) -> _Read | None:
    """Return value, limits, hedge and notes of a cell; None if it makes no claim."""
    if text in _MISSING:
        gathering.skip(line, heading, text, NOT_AVAILABLE)
        return None
    if text == _SUPPRESSED:
        return None, 1.0, 4.0, Hedge.RANGE, ("suppressed by UNHCR to protect persons: from 1 to 4",)
    value = parse_figure(text)
    if value is None or not value.is_integer():
        gathering.report(
            codes.BAD_FIGURE,
            "the cell holds no figure",
            line,
            heading,
            text,
            'a whole number without separators, "-" for missing or "*" for suppressed',
        )
        return None
    if value == 0.0 and not gathering.options.keep_zeros:
        gathering.left_out["0, which can mean none, too few to be published, or none reported"] += 1
        return None
    limits = _limits_of_rounded(value, is_decision=column.is_decision) if rounded else None
    if limits is None:
        return value, None, None, Hedge.EXACT, ()
    low, high = limits
    return value, low, high, Hedge.ROUNDED, ("small figures are rounded to fives by UNHCR to protect persons",)


def _limits_of_rounded(value: float, *, is_decision: bool) -> tuple[float, float] | None:
    """Return which counts a small published figure can stand for; None if it is not rounded.

    Below five, counts are rounded to the nearest multiple of five; of decisions those between
    five and ten also (Refugee Data Finder, "Data content and structure").
    """
    if value == 0.0:
        return 0.0, 2.0
    if value == 5.0:
        return 3.0, 7.0 if is_decision else 5.0
    if value == 10.0 and is_decision:
        return 8.0, 10.0
    return None


def _describe_source(source_id: str, preamble: list[tuple[int, list[str]]], table: RawTable, layout: Layout) -> Source:
    """Return the source, dated by the lines above the heading if they say when it was extracted."""
    said = [" ".join(cell for cell in cells if cell) for _, cells in preamble]
    dated = next((found for line in said if (found := re.search(r"\d{4}-\d{2}-\d{2}", line))), None)
    return Source(
        id=source_id,
        author="United Nations High Commissioner for Refugees",
        title=f"Refugee Population Statistics Database, {table.path.name}",
        date=dated.group() if dated else "",
        kind="international organisation",
        url="https://www.unhcr.org/refugee-statistics/",
        interests="compiles what governments and its own offices report",
        file=str(table.path),
        line=layout.line,
    )
