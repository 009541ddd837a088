"""Eurostat's tables on migration and asylum: what each counts, and which places its columns hold.

From the reference metadata of the groups ``migr_immi``, ``migr_asydec``, ``migr_resdoc`` and
``migr_eil``.  A table is found by the longest beginning of its code.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from counterstream.drafting.imports.figures import Quantity
from counterstream.drafting.imports.periods import Window
from counterstream.evidence.claim import QuantityKind


class Role(StrEnum):
    """What a column of places says."""

    ORIGIN = "origin"
    DESTINATION = "destination"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class TableMeaning:
    """What a table counts and the roles of its columns of places.

    Parameters
    ----------
    quantity
        What is counted.
    reporter
        Role of the reporting country.
    people
        Role of the country of citizenship or birth: a move's origin, or a group.
    """

    quantity: Quantity
    reporter: Role = Role.DESTINATION
    people: Role = Role.ORIGIN

    @property
    def partner(self) -> Role:
        """Role of the country of previous or next residence: the other end of the move."""
        return Role.DESTINATION if self.reporter is Role.ORIGIN else Role.ORIGIN


#: Asylum and enforcement figures are published as multiples of five.
_FIVE = 5


def _flow(what: str, unit: str = "persons", rounding: int = 1) -> Quantity:
    return Quantity(what, QuantityKind.FLOW, unit, rounding=rounding)


def _stock(what: str, window: Window, unit: str = "persons", rounding: int = 1) -> Quantity:
    return Quantity(what, QuantityKind.STOCK, unit, window, rounding)


def _leaving(what: str) -> TableMeaning:
    return TableMeaning(_flow(what, rounding=_FIVE), Role.ORIGIN, Role.GROUP)


_APPLICATIONS = TableMeaning(
    Quantity("asylum applicants", QuantityKind.COUNT_OF_APPLICATIONS, "persons", rounding=_FIVE)
)
_ARRIVALS = TableMeaning(_flow("immigration, for twelve months or longer"), people=Role.GROUP)

TABLES: dict[str, TableMeaning] = {
    "migr_imm": _ARRIVALS,
    "migr_emi": TableMeaning(_flow("emigration, for twelve months or longer"), Role.ORIGIN, Role.GROUP),
    "migr_acq": TableMeaning(_flow("citizenships acquired")),
    "migr_pop": TableMeaning(_stock("population by country of citizenship or birth", Window.FIRST_DAY)),
    "migr_pop1ctz": TableMeaning(_stock("population by country of citizenship", Window.FIRST_DAY)),
    "migr_pop2ctz": TableMeaning(_stock("population by country of citizenship", Window.FIRST_DAY)),
    "migr_pop3ctb": TableMeaning(_stock("population by country of birth", Window.FIRST_DAY)),
    "migr_pop4ctb": TableMeaning(_stock("population by country of birth", Window.FIRST_DAY)),
    "migr_asyapp": _APPLICATIONS,
    "migr_asyum": TableMeaning(
        Quantity(
            "asylum applicants, unaccompanied minors", QuantityKind.COUNT_OF_APPLICATIONS, "persons", rounding=_FIVE
        )
    ),
    "migr_asypen": TableMeaning(_stock("asylum-seekers with a pending application", Window.LAST_DAY, rounding=_FIVE)),
    "migr_asywith": TableMeaning(_flow("asylum applications withdrawn", rounding=_FIVE)),
    "migr_asydcfst": TableMeaning(_flow("asylum decisions, first instance", rounding=_FIVE)),
    "migr_asydcfin": TableMeaning(_flow("asylum decisions, final on appeal", rounding=_FIVE)),
    "migr_asyres": TableMeaning(_flow("refugees resettled", rounding=_FIVE)),
    "migr_asytpf": TableMeaning(_flow("temporary protection granted", rounding=_FIVE)),
    "migr_asytps": TableMeaning(_stock("beneficiaries of temporary protection", Window.LAST_DAY, rounding=_FIVE)),
    "migr_resfirst": TableMeaning(_flow("first residence permits", "permits")),
    "migr_resfas": TableMeaning(_flow("first residence permits", "permits")),
    "migr_resfam": TableMeaning(_flow("first residence permits, family", "permits")),
    "migr_resedu": TableMeaning(_flow("first residence permits, education", "permits")),
    "migr_resocc": TableMeaning(_flow("first residence permits, work", "permits")),
    "migr_resoth": TableMeaning(_flow("first residence permits, other reasons", "permits")),
    "migr_resvalid": TableMeaning(_stock("residence permits valid", Window.LAST_DAY, "permits")),
    "migr_resvas": TableMeaning(_stock("residence permits valid", Window.LAST_DAY, "permits")),
    "migr_reslong": TableMeaning(_stock("long-term residents", Window.LAST_DAY)),
    "migr_eiord": _leaving("third-country nationals ordered to leave"),
    "migr_eirtn": _leaving("third-country nationals returned following an order to leave"),
    "migr_eirt_": _leaving("third-country nationals returned"),
    "migr_eirfs": TableMeaning(_flow("third-country nationals refused entry", rounding=_FIVE), people=Role.GROUP),
    "migr_eipre": TableMeaning(
        _flow("third-country nationals found to be illegally present", rounding=_FIVE), people=Role.GROUP
    ),
}


def find_table(code: str) -> TableMeaning | None:
    """Return what a table counts, by its code in lower case; None if it is not known."""
    for length in range(len(code), 0, -1):
        if code[:length] in TABLES:
            return TABLES[code[:length]]
    return None
