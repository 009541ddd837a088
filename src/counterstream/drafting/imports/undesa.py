"""The workbook "International Migrant Stock" of the United Nations, by destination and origin.

Layout of the editions of 2020 and 2024: on the sheet "Table 1", below a title, a row of headings
with names and codes of destination and origin, and three blocks of years: both sexes, male,
female.  Figures are estimates of the stock at mid-year.
"""

from __future__ import annotations

import hashlib
import io
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import python_calamine

from counterstream.drafting.imports import codes
from counterstream.drafting.imports.figures import ALL_ORIGINS, Figure, Gathering, Place, Quantity
from counterstream.drafting.imports.imported import ImportOptions
from counterstream.drafting.imports.periods import Period, Window
from counterstream.drafting.imports.rows import CONTROL, same_heading
from counterstream.drafting.readers.archives import check_archive
from counterstream.errors import CounterstreamError, Problem
from counterstream.evidence.claim import Hedge, QuantityKind, Source

SHEET = "Table 1"
#: The world workbook has some 30,000 rows of 31 cells: 90 MB of XML.
LARGEST_UNPACKED_BYTES = 300_000_000

_Cell = object
_DESTINATION = "regiondevelopmentgroupcountryorareaofdestination"
_ORIGIN = "regiondevelopmentgroupcountryorareaoforigin"
_DESTINATION_CODE = "locationcodeofdestination"
_ORIGIN_CODE = "locationcodeoforigin"
_TYPES = frozenset({"typeofdataofdestination", "datatype", "typeofdata", "datatypeofdestination"})
_NEEDED = (_DESTINATION, _DESTINATION_CODE, _ORIGIN, _ORIGIN_CODE)
_WORLD = "900"
#: M49 codes from here on are the world, regions and groups of countries.
_FIRST_REGION = 900
_MISSING = frozenset({"", "..", "...", "NA"})
_NONE = frozenset({"-", "–", "—"})
_SEXES = ("", "male", "female")
_NOTES_OF_TYPE = {
    "R": "refugees added by the United Nations",
    "I": "imputed: the destination has no data of its own",
}


@dataclass(frozen=True, slots=True)
class Layout:
    """Positions of a row's parts, from 0; ``years`` gives the year and sex of each column of figures."""

    row: int
    headings: list[str]
    destination: int
    destination_code: int
    origin: int
    origin_code: int
    type_of_data: int | None
    years: dict[int, tuple[int, str]]


def is_workbook(raw: bytes) -> bool:
    """Whether bytes are those of a packed workbook or document."""
    return raw.startswith(b"PK\x03\x04")


def import_undesa(path: Path, raw: bytes, options: ImportOptions) -> tuple[Gathering, Source]:
    """Import the workbook by destination and origin.

    Parameters
    ----------
    path
        The file, for messages.
    raw
        Its bytes.
    options
        Which part is wanted; without one the workbook makes some million claims.

    Raises
    ------
    CounterstreamError
        If the workbook cannot be read (D410) or has no such table (D411, D402).
    """
    rows = _read_sheet(path, raw)
    source_id = options.source_id or f"UNDESA-{hashlib.sha256(raw).hexdigest()[:8]}"
    gathering = Gathering(str(path), source_id, "UN DESA", options, f"sheet {SHEET}, row")
    layout = _find_heading(rows, str(path))
    for number, cells in enumerate(rows[layout.row :], start=layout.row + 1):
        if gathering.findings.is_full:
            break
        _read_row(number, cells, layout, gathering)
    return gathering, _describe_source(source_id, path, rows[: layout.row])


def _read_sheet(path: Path, raw: bytes) -> list[list[_Cell]]:
    """Return the cells of the sheet."""
    check_archive(raw, str(path), "workbook", LARGEST_UNPACKED_BYTES)
    try:
        workbook = python_calamine.load_workbook(io.BytesIO(raw))
        names = workbook.sheet_names
        if SHEET in names:
            return [list(row) for row in workbook.get_sheet_by_name(SHEET).to_python(skip_empty_area=False)]
    # The reader, written in Rust, raises its own errors, and a panic where a workbook is worse than wrong.
    except (python_calamine.CalamineError, OSError, ValueError, OverflowError) as error:
        raise CounterstreamError(
            Problem(
                codes.BROKEN_WORKBOOK,
                "the workbook cannot be read",
                str(path),
                found=str(error),
                mend="download it again, or open it and save it as XLSX",
            )
        ) from error
    raise CounterstreamError(
        Problem(
            codes.MISSING_SHEET,
            f"the workbook has no sheet {SHEET}",
            str(path),
            found=", ".join(names),
            allowed='the workbook "International Migrant Stock", by destination and origin',
            mend="download the workbook by destination and origin",
        )
    )


def _find_heading(rows: list[list[_Cell]], name: str) -> Layout:
    """Find the row of headings and what stands in its columns."""
    for number, cells in enumerate(rows[:40], start=1):
        names = [same_heading(_text(cell)) for cell in cells]
        if _DESTINATION_CODE in names or _ORIGIN_CODE in names:
            return _lay_out(number, cells, names, rows, name)
    raise CounterstreamError(
        Problem(
            codes.MISSING_COLUMN,
            "the sheet has no row of headings that is known",
            name,
            1,
            allowed='headings such as "Location code of destination", as in the editions of 2020 and 2024',
            mend='take the workbook "by destination and origin" of one of these editions',
        )
    )


def _lay_out(number: int, cells: list[_Cell], names: list[str], rows: list[list[_Cell]], file: str) -> Layout:
    """Return the layout below a row of headings."""
    lacking = [name for name in _NEEDED if name not in names]
    years = _find_years(number, cells, rows)
    if lacking or not years:
        raise CounterstreamError(
            Problem(
                codes.MISSING_COLUMN,
                "columns are missing",
                file,
                number,
                found=", ".join(_text(cell) for cell in cells if _text(cell)),
                allowed="name and code of destination and origin, and columns of years",
                mend="use the workbook as it was downloaded",
            )
        )
    return Layout(
        number,
        [_text(cell) for cell in cells],
        names.index(_DESTINATION),
        names.index(_DESTINATION_CODE),
        names.index(_ORIGIN),
        names.index(_ORIGIN_CODE),
        next((i for i, name in enumerate(names) if name in _TYPES), None),
        years,
    )


def _find_years(number: int, cells: list[_Cell], rows: list[list[_Cell]]) -> dict[int, tuple[int, str]]:
    """Return year and sex of each column of figures.

    The sex stands above the first year of a block; without such a line blocks are taken in the
    usual order: both sexes, male, female.
    """
    above = rows[max(0, number - 4) : number - 1]
    years: dict[int, tuple[int, str]] = {}
    seen: dict[int, int] = {}
    sex = ""
    for index, cell in enumerate(cells):
        text = _text(cell)
        if not re.fullmatch(r"(?:19|20)\d\d", text):
            continue
        said = " ".join(_text(row[index]) for row in above if index < len(row)).casefold()
        order = seen.get(int(text), 0)
        if "both" in said:
            sex = ""
        elif "female" in said:
            sex = "female"
        elif "male" in said:
            sex = "male"
        elif order and not any(s for _, s in years.values()):
            sex = _SEXES[min(order, 2)]
        elif order == 2 and sex == "male":
            sex = "female"
        seen[int(text)] = order + 1
        years[index] = (int(text), sex)
    return years


def _text(cell: _Cell) -> str:
    """Return a cell's text; whole numbers without a decimal point."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else CONTROL.sub(" ", str(cell)).strip()


def _read_row(number: int, cells: list[_Cell], layout: Layout, gathering: Gathering) -> None:
    """Make claims of one row."""
    texts = [_text(cell) for cell in cells]
    if not any(texts):
        return
    destination = Place(texts[layout.destination].rstrip("*").strip(), texts[layout.destination_code])
    origin = Place(texts[layout.origin].rstrip("*").strip(), texts[layout.origin_code])
    if not destination.code or not origin.code:
        gathering.skip(number, "", " ".join(text for text in texts if text)[:200], "a note, not a row of figures")
        return
    if origin.code == _WORLD:
        origin = Place(ALL_ORIGINS, _WORLD)
    sort = texts[layout.type_of_data] if layout.type_of_data is not None else ""
    quantity = _define(sort)
    notes = _note(sort, destination, origin)
    for position, (year, sex) in layout.years.items():
        period = Period(date(year, 1, 1), date(year, 12, 31))
        if not gathering.wants(origin, destination, period):
            continue
        if sex and not gathering.options.breakdowns:
            gathering.left_out["a part by sex or age"] += 1
            continue
        value = _read_figure(texts[position], number, layout.headings[position], gathering)
        if value is not None:
            heading = f"{layout.headings[position]} {sex}".strip()
            gathering.take(
                Figure(
                    number,
                    position + 1,
                    heading,
                    quantity,
                    origin,
                    destination,
                    period,
                    value,
                    hedge=Hedge.ESTIMATE,
                    group=sex,
                    notes=notes,
                )
            )


def _define(sort: str) -> Quantity:
    """Return what a row counts: born abroad, or foreign citizens where births are not known."""
    people = {"B": "foreign-born", "C": "foreign citizens"}.get(sort[:1], "foreign-born or foreign citizens")
    return Quantity(f"international migrant stock ({people})", QuantityKind.STOCK, window=Window.MIDDLE)


def _note(sort: str, destination: Place, origin: Place) -> tuple[str, ...]:
    """Return what the type of data and the codes say."""
    notes = [f"type of data: {sort}"] if sort else []
    notes.extend(note for letter, note in _NOTES_OF_TYPE.items() if letter in re.findall(r"[A-Z]", sort))
    for role, place in (("destination", destination), ("origin", origin)):
        if place.code.isdigit() and int(place.code) >= _FIRST_REGION and place.code != _WORLD:
            notes.append(f"the {role} is a region, a group of countries or a remainder")
    return tuple(notes)


def _read_figure(text: str, row: int, heading: str, gathering: Gathering) -> float | None:
    """Return the figure of a cell; None if it makes no claim."""
    if text in _MISSING:
        gathering.skip(row, heading, text, "no figure is available")
        return None
    if text in _NONE:
        return 0.0
    plain = text.replace(" ", "")
    try:
        value = float(plain)
    except ValueError:
        value = -1.0
    if not 0.0 <= value < float("inf"):
        gathering.report(
            codes.BAD_FIGURE,
            "the cell holds no figure",
            row,
            heading,
            text,
            'a number, or ".." where none is available',
        )
        return None
    return value


def _describe_source(source_id: str, path: Path, above: list[list[_Cell]]) -> Source:
    """Return the source, with the edition if the lines above the table say which."""
    said = " ".join(_text(cell) for row in above for cell in row)
    edition = re.search(r"(?:International Migrant Stock|Rev\.)\s*(\d{4})", said)
    return Source(
        id=source_id,
        author="United Nations Department of Economic and Social Affairs, Population Division",
        title=f"International Migrant Stock, by destination and origin, {path.name}",
        date=edition[1] if edition else "",
        kind="international organisation",
        url="https://www.un.org/development/desa/pd/content/international-migrant-stock",
        interests="estimates from censuses, registers and surveys, filled in where a country has none",
        file=str(path),
        line=1,
    )
