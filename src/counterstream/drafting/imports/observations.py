"""One observation of a cube (dimensions, period, value, flags) as a figure with its places and group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from counterstream.drafting.imports import codes
from counterstream.drafting.imports.eurostat_tables import Role, TableMeaning
from counterstream.drafting.imports.figures import ALL_DESTINATIONS, ALL_ORIGINS, Figure, Gathering, Place, Quantity
from counterstream.drafting.imports.imported import ImportOptions
from counterstream.drafting.imports.periods import parse_period
from counterstream.drafting.imports.rows import parse_figure
from counterstream.drafting.imports.statuses import Status, read_flags
from counterstream.evidence.claim import Hedge, QuantityKind

_TOTALS = frozenset({"TOTAL", "T", "_T", "TOT", "_Z", "TOT_X_UNK", ""})
_MISSING = frozenset({"", ":", "NaN", "-", ".."})

_REPORTERS = ("geo", "ref_area", "reporter")
_CITIZENS = ("citizen", "citizenship", "nationality")
_BIRTHS = ("c_birth", "birth_place", "country_of_birth")
_PARTNERS = ("partner", "counterpart_area", "c_resid", "c_dest", "c_prev", "c_next", "origin", "destination")
#: Columns that divide people by sex or age; each with the note that groups bear.
_BREAKDOWNS = {"sex": "sex", "age": "age", "age_group": "age", "agegrp": "age"}
#: Columns that say nothing of the quantity.
_IDLE = frozenset(
    {"freq", "time", "unit", "unit_measure", "unit_mult", "agedef", "decimals", "time_format", "base_per"}
)
_UNITS = {
    "nr": ("persons", 1.0),
    "per": ("persons", 1.0),
    "ps": ("persons", 1.0),
    "pers": ("persons", 1.0),
    "persons": ("persons", 1.0),
    "ths_per": ("persons", 1000.0),
    "ths": ("persons", 1000.0),
    "pc": ("percent", 1.0),
    "pt": ("percent", 1.0),
}


@dataclass(frozen=True, slots=True)
class Observation:
    """A figure of a cube as text.

    Parameters
    ----------
    line, position, column
        Where it stands.
    dimensions
        Names of the dimensions, in lower case, and the value of each.
    period, value, flags
        As the table has them.
    """

    line: int
    position: int
    column: str
    dimensions: Mapping[str, str]
    period: str
    value: str
    flags: str = ""


@dataclass(frozen=True, slots=True)
class Cube:
    """What the figures of a cube mean.

    Parameters
    ----------
    meaning
        What is counted and between which places.
    flags
        Known flags.
    unknown_flags
        Letters met without a known meaning.
    """

    meaning: TableMeaning
    flags: Mapping[str, Status]
    unknown_flags: dict[str, int] = field(default_factory=dict[str, int])


def describe_meaning(known: TableMeaning | None, options: ImportOptions) -> TableMeaning | None:
    """Return what a table counts: as the user says, else as is known of it; None if neither."""
    if known is None and (not options.what or options.quantity_kind is None):
        return None
    meaning = known or TableMeaning(Quantity("", QuantityKind.FLOW))
    quantity = meaning.quantity
    return replace(
        meaning,
        quantity=replace(
            quantity,
            what=options.what or quantity.what,
            kind=options.quantity_kind or quantity.kind,
            unit=options.unit or quantity.unit,
        ),
    )


def take_observation(observation: Observation, cube: Cube, gathering: Gathering) -> None:
    """Make a claim of an observation, or note why it makes none."""
    period = parse_period(observation.period)
    if period is None:
        gathering.report(
            codes.BAD_PERIOD,
            "the period cannot be read",
            observation.line,
            observation.column,
            observation.period,
            "a year, half-year, quarter, month, week or day such as 2019, 2019-Q1 or 2019-03",
        )
        return
    if not _is_selected(observation.dimensions, gathering):
        return
    origin, destination, group = _place_people(observation.dimensions, cube.meaning, gathering.options)
    if not gathering.wants(origin, destination, period):
        return
    if observation.value in _MISSING:
        _, meanings, _ = read_flags(observation.flags, cube.flags)
        found = f"{observation.value} {observation.flags}".strip()
        gathering.skip(observation.line, observation.column, found, ", ".join(("no figure is available", *meanings)))
        return
    figure = _read_value(observation, cube, gathering)
    if figure is None:
        return
    quantity, value, low, high, hedge, notes = figure
    gathering.take(
        Figure(
            observation.line,
            observation.position,
            observation.column,
            quantity,
            origin,
            destination,
            period,
            value,
            low,
            high,
            hedge,
            group,
            notes,
        )
    )


def _is_selected(dimensions: Mapping[str, str], gathering: Gathering) -> bool:
    """Whether an observation is among those asked for; counts it if not."""
    options = gathering.options
    for name, wanted in options.where.items():
        if dimensions.get(name.casefold(), "") != wanted:
            gathering.left_out[f"another {name}"] += 1
            return False
    asked = {name.casefold() for name in options.where}
    for name in _BREAKDOWNS:
        if not options.breakdowns and name not in asked and dimensions.get(name, "") not in _TOTALS:
            gathering.left_out["a part by sex or age"] += 1
            return False
    # The total over all ages is printed once for age reached and once for age completed.
    if dimensions.get("agedef") == "REACH" and dimensions.get("age", "") in _TOTALS and "agedef" not in asked:
        gathering.left_out["the same total by another definition of age"] += 1
        return False
    return True


def _place_people(
    dimensions: Mapping[str, str], meaning: TableMeaning, options: ImportOptions
) -> tuple[Place, Place, str]:
    """Return origin, destination and group of an observation."""
    places = {Role.ORIGIN: Place(ALL_ORIGINS), Role.DESTINATION: Place(ALL_DESTINATIONS)}
    groups: list[str] = []
    columns = {
        _pick(dimensions, options.destination_column, _REPORTERS): meaning.reporter,
        _pick(dimensions, options.origin_column, _PARTNERS): meaning.partner,
    }
    people = {_pick(dimensions, "", _CITIZENS): "citizens of", _pick(dimensions, "", _BIRTHS): "born in"}
    taken = {role for name, role in columns.items() if name}
    for name, words in people.items():
        if not name or name in columns:
            continue
        if meaning.people is Role.GROUP or meaning.people in taken:
            if dimensions[name] not in _TOTALS:
                groups.append(f"{words} {dimensions[name]}")
        else:
            columns[name] = meaning.people
            taken.add(meaning.people)
    for name, role in columns.items():
        if name and dimensions[name] not in _TOTALS:
            places[role] = Place(dimensions[name], dimensions[name])
    groups.extend(
        f"{word} {dimensions[name]}" for name, word in _BREAKDOWNS.items() if dimensions.get(name, "") not in _TOTALS
    )
    return places[Role.ORIGIN], places[Role.DESTINATION], ", ".join(groups)


def _pick(dimensions: Mapping[str, str], named: str, usual: tuple[str, ...]) -> str:
    """Return the column that the user names, or the first that usually holds such places."""
    if named:
        return named.casefold() if named.casefold() in dimensions else ""
    return next((name for name in usual if name in dimensions), "")


_Read = tuple[Quantity, float, float | None, float | None, Hedge, tuple[str, ...]]


def _read_value(observation: Observation, cube: Cube, gathering: Gathering) -> _Read | None:
    """Return quantity, value, limits, hedge and notes; None, with a report, if there is no figure."""
    value, quantity = parse_figure(observation.value), cube.meaning.quantity
    if value is not None:
        measured = _measure(observation, quantity, gathering)
        if measured is None:
            return None
        quantity, factor = measured
        value *= factor
    if value is None or value == float("inf"):
        gathering.report(
            codes.BAD_FIGURE,
            "the cell holds no figure",
            observation.line,
            observation.column,
            observation.value,
            'a plain number, or ":" where none is available',
        )
        return None
    hedge, meanings, unknown = read_flags(observation.flags, cube.flags)
    for letter in unknown:
        cube.unknown_flags.setdefault(letter, observation.line)
    notes = (*meanings, *(f"flag {letter}" for letter in unknown))
    low = high = None
    if quantity.rounding > 1 and value % quantity.rounding == 0.0:
        # A multiple of five stands for the counts that round to it: two more or less.
        half = quantity.rounding // 2
        low, high = max(0.0, value - half), value + half
        hedge = Hedge.ROUNDED if hedge is Hedge.EXACT else hedge
        notes = (f"rounded to the nearest {quantity.rounding}", *notes)
    return quantity, value, low, high, hedge, notes


def _measure(observation: Observation, quantity: Quantity, gathering: Gathering) -> tuple[Quantity, float] | None:
    """Return the quantity with the observation's own details and unit, and the factor to that unit.

    None, with a report, if the unit is not known.
    """
    dimensions = observation.dimensions
    unit = dimensions.get("unit", dimensions.get("unit_measure", ""))
    known = _UNITS.get(unit.casefold())
    if known is None and unit and not gathering.options.unit:
        gathering.report(
            codes.UNKNOWN_UNIT,
            "the unit is not known",
            observation.line,
            "unit",
            unit,
            "say which it is with the option unit, or leave such rows out",
        )
        return None
    factor = known[1] if known else 1.0
    power = dimensions.get("unit_mult", "")
    if power.isascii() and power.isdigit():
        factor *= 10.0 ** min(int(power), 12)
    if known and known[0] == "percent":
        quantity = replace(quantity, unit="percent", kind=QuantityKind.SHARE)
    details = _list_details(dimensions, gathering.options)
    return (replace(quantity, what=f"{quantity.what} ({details})") if details else quantity), factor


def _list_details(dimensions: Mapping[str, str], options: ImportOptions) -> str:
    """Return the dimensions that make the quantity another one, such as the reason for a permit."""
    places = {*_REPORTERS, *_CITIZENS, *_BIRTHS, *_PARTNERS}
    places |= {options.origin_column.casefold(), options.destination_column.casefold()}
    passed = places | _IDLE | _BREAKDOWNS.keys()
    return ", ".join(f"{n} {v}" for n, v in dimensions.items() if n not in passed and v not in _TOTALS)
