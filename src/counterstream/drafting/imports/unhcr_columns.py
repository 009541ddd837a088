"""Columns of UNHCR's downloads: what each counts and between which places.

Names are those of the Refugee Data Finder's CSV files, of its API and the copies on HDX, and
of the Population Statistics Reference Database that came before (until 2019).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from counterstream.drafting.imports.figures import Quantity
from counterstream.drafting.imports.periods import Window
from counterstream.drafting.imports.rows import same_heading
from counterstream.evidence.claim import QuantityKind


class Route(Enum):
    """From where to where the people of a column are counted."""

    OUT = auto()
    """From the country of origin to that of asylum (or of arrival)."""
    BACK = auto()
    """From the country of asylum, which they leave, back to that of origin."""
    WITHIN = auto()
    """Inside one country."""
    THERE = auto()
    """In the country of asylum, whatever their origin."""


@dataclass(frozen=True, slots=True)
class CountColumn:
    """A column of figures.

    Parameters
    ----------
    quantity, route
        What is counted and between which places.
    is_decision
        Whether it counts decisions, whose figures below ten are rounded.
    """

    quantity: Quantity
    route: Route = Route.OUT
    is_decision: bool = False


def _stock(what: str) -> Quantity:
    return Quantity(what, QuantityKind.STOCK, window=Window.LAST_DAY)


def _flow(what: str) -> Quantity:
    return Quantity(what, QuantityKind.FLOW)


_REFUGEES = CountColumn(_stock("refugees under UNHCR's mandate"))
_PENDING = CountColumn(_stock("asylum-seekers with a pending application"))
_RETURNED = CountColumn(_flow("refugees returned"), Route.BACK)
_DISPLACED = CountColumn(_stock("internally displaced persons of concern to UNHCR"), Route.WITHIN)
_DISPLACED_RETURNED = CountColumn(_flow("internally displaced persons returned"), Route.WITHIN)
_STATELESS = CountColumn(_stock("stateless persons"))
_OTHERS = CountColumn(_stock("others of concern to UNHCR"))
_PROTECTION = CountColumn(_stock("other people in need of international protection"))
_HOSTS = CountColumn(_stock("host community"), Route.THERE)
_RESETTLED = CountColumn(_flow("refugees resettled"))
_NATURALISED = CountColumn(_flow("refugees naturalised"))
_APPLIED = CountColumn(Quantity("asylum applications", QuantityKind.COUNT_OF_APPLICATIONS))
_RECOGNISED = CountColumn(_flow("asylum decisions: recognised as refugees"), is_decision=True)
_COMPLEMENTARY = CountColumn(_flow("asylum decisions: complementary protection"), is_decision=True)
_REJECTED = CountColumn(_flow("asylum decisions: rejected"), is_decision=True)
_CLOSED = CountColumn(_flow("asylum decisions: otherwise closed"), is_decision=True)
_DECIDED = CountColumn(_flow("asylum decisions: all"), is_decision=True)

_NAMES: tuple[tuple[CountColumn, tuple[str, ...]], ...] = (
    (
        _REFUGEES,
        (
            "Refugees under UNHCR's mandate",
            "Refugees",
            "Refugees (incl. refugee-like situations)",
            "Refugees under UNHCR's mandate (incl. refugee-like situations)",
        ),
    ),
    (_PENDING, ("Asylum-seekers", "Asylum-seekers (pending cases)", "Tota pending end-year", "Total pending end-year")),
    (_RETURNED, ("Returned refugees", "Refugee returnees", "Returnees")),
    (
        _DISPLACED,
        (
            "IDPs of concern to UNHCR",
            "IDPs",
            "Internally displaced persons",
            "Internally displaced persons (IDPs)",
            "Internally displaced",
        ),
    ),
    # The download spells it "IDPss".
    (_DISPLACED_RETURNED, ("Returned IDPss", "Returned IDPs", "IDP returnees")),
    (_STATELESS, ("Stateless persons", "Stateless", "Stateless people")),
    (_OTHERS, ("Others of concern", "Others of concern to UNHCR", "OOC")),
    (_PROTECTION, ("Other people in need of international protection", "OIP")),
    (_HOSTS, ("Host community", "HST")),
    (_RESETTLED, ("Resettlement arrivals", "Resettlement", "Resettled refugees", "Resettled")),
    (_NATURALISED, ("Naturalisation", "Naturalised refugees", "Naturalization")),
    (_APPLIED, ("Applied", "Applications", "Applied during year")),
    (
        _RECOGNISED,
        ("Recognized decisions", "Recognized", "dec_recognized", "decisions_recognized", "Recognised decisions"),
    ),
    (_COMPLEMENTARY, ("Complementary protection", "dec_other", "decisions_other", "Other decisions")),
    (_REJECTED, ("Rejected decisions", "Rejected", "dec_rejected")),
    (_CLOSED, ("Otherwise closed", "dec_closed", "Closed")),
    (_DECIDED, ("Total decisions", "dec_total")),
)

#: Columns of figures by their headings' letters.
COUNT_COLUMNS: dict[str, CountColumn] = {same_heading(name): column for column, names in _NAMES for name in names}

#: Columns that say what the row is about.
YEAR = frozenset({"year"})
MONTH = frozenset({"month"})
ORIGIN = frozenset({"countryoforigin", "countryoforiginname", "cooname", "origin", "originreturnedfrom"})
ORIGIN_CODE = frozenset({"countryoforiginiso", "countryoforigincode", "cooiso"})
ASYLUM = frozenset(
    {
        "countryofasylum",
        "countryofasylumname",
        "coaname",
        "countryterritoryofasylumresidence",
        "countryterritoryofresidence",
        "residence",
    }
)
ASYLUM_CODE = frozenset({"countryofasylumiso", "countryofasylumcode", "coaiso"})
POPULATION_TYPE = frozenset({"populationtype"})
VALUE = frozenset({"value"})
COUNTED_AS = frozenset({"casespersons", "apppc", "decpc"})
DETAILS = frozenset(
    {
        "authority",
        "proceduretype",
        "applicationtype",
        "apptype",
        "stageofprocedure",
        "declevel",
        "rsdproceduretypelevel",
    }
)
#: Columns that need no claim: numbers and UNHCR's own codes of places, and sums of other columns.
IDLE: dict[str, str] = {
    "cooid": "",
    "coaid": "",
    "coo": "",
    "coa": "",
    "id": "",
    "totalpopulation": "the sum of the other columns, which mixes stocks and flows",
    "totapendingstartyear": "the end of the year before says the same",
    "totalpendingstartyear": "the end of the year before says the same",
    "ofwhichunhcrassistedstartyear": "a part of another figure of the row",
    "ofwhichunhcrassistedendyear": "a part of another figure of the row",
}
#: Words for the stages and sorts of applications, where the download gives a letter.
STAGES: dict[str, str] = {
    "N": "new applications",
    "R": "repeated applications",
    "A": "appeals",
    "NA": "new applications",
    "RA": "repeated applications",
    "FI": "first instance",
    "AR": "administrative review",
    "JR": "judicial review",
}
AUTHORITIES: dict[str, str] = {"G": "government", "U": "UNHCR", "J": "government and UNHCR jointly"}
