"""One figure of a table, and the claim that it makes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from counterstream.drafting.imports import codes
from counterstream.drafting.imports.imported import ImportOptions, SkippedCell
from counterstream.drafting.imports.periods import Period, Window
from counterstream.errors import CounterstreamError, Problem
from counterstream.evidence.claim import Claim, Hedge, QuantityKind
from counterstream.evidence.table import Findings, show

#: The flagship's ledger has 567 claims; a whole world table has millions, and nobody checks those.
MOST_CLAIMS = 100_000
#: Words for a place that a table sums over.
ALL_ORIGINS = "all origins"
ALL_DESTINATIONS = "all destinations"


@dataclass(frozen=True, slots=True)
class Quantity:
    """What a column or a table counts.

    Parameters
    ----------
    what
        The definition, in the words that go to the column ``what``.
    kind, unit
        As in a claim.
    window
        Which days of the period it is about.
    rounding
        Figures are published as multiples of this; 1 is unrounded.
    """

    what: str
    kind: QuantityKind
    unit: str = "persons"
    window: Window = Window.WHOLE
    rounding: int = 1


@dataclass(frozen=True, slots=True)
class Place:
    """A place as a table has it: name, code, or both."""

    name: str
    code: str = ""

    def is_among(self, wanted: tuple[str, ...]) -> bool:
        """Whether the place is asked for: all are if none is named, and so is no place, that of people who stay."""
        return not wanted or not self.name or self.name in wanted or (self.code != "" and self.code in wanted)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure with all that a claim needs; ``position`` counts its column from 1 (0: one figure a row)."""

    line: int
    position: int
    column: str
    quantity: Quantity
    origin: Place
    destination: Place
    period: Period
    value: float | None
    low: float | None = None
    high: float | None = None
    hedge: Hedge = Hedge.EXACT
    group: str = ""
    notes: tuple[str, ...] = ()


@dataclass
class Gathering:
    """Collects claims, what was skipped or not wanted, and problems, while a table is read."""

    file: str
    source_id: str
    agency: str
    options: ImportOptions
    row_word: str = "line"
    claims: list[Claim] = field(default_factory=list[Claim])
    skipped: list[SkippedCell] = field(default_factory=list[SkippedCell])
    left_out: Counter[str] = field(default_factory=Counter[str])
    findings: Findings = field(default_factory=Findings)

    def wants(self, origin: Place, destination: Place, period: Period, figures: int = 1) -> bool:
        """Whether figures of these places and days are wanted; counts them if not."""
        options = self.options
        if not origin.is_among(options.origins):
            self.left_out["another origin"] += figures
        elif not destination.is_among(options.destinations):
            self.left_out["another destination"] += figures
        elif (options.first_year is not None and period.last.year < options.first_year) or (
            options.last_year is not None and period.first.year > options.last_year
        ):
            self.left_out["another year"] += figures
        else:
            return True
        return False

    def skip(self, line: int, column: str, found: str, reason: str) -> None:
        """Note a row or figure that makes no claim; figures of one row with one reason are noted together."""
        last = self.skipped[-1] if self.skipped else None
        if last is not None and (last.line, last.found, last.reason) == (line, found, reason):
            self.skipped[-1] = SkippedCell(line, f"{last.column}, {column}", found, reason)
        else:
            self.skipped.append(SkippedCell(line, column, found, reason))

    def report(self, code: str, message: str, line: int, column: str = "", found: str = "", mend: str = "") -> None:
        """Report a fault at a row."""
        path = column and f"column {show(column)[1:-1]}"
        self.findings.add(Problem(code, message, self.file, line, path=path, found=found and show(found), mend=mend))

    def take(self, figure: Figure) -> None:
        """Make a claim of a figure.

        Raises
        ------
        CounterstreamError
            If there are more than a ledger is for (D408).
        """
        if len(self.claims) >= MOST_CLAIMS:
            raise CounterstreamError(
                Problem(
                    codes.TOO_MANY_CLAIMS,
                    "the table makes too many claims",
                    self.file,
                    figure.line,
                    found=f"more than {MOST_CLAIMS:,}",
                    mend="ask for the origins, destinations and years of your case",
                )
            )
        quantity = figure.quantity
        period = figure.period.narrow(quantity.window)
        origin, destination = self._call(figure.origin), self._call(figure.destination)
        self.claims.append(
            Claim(
                id=f"{self.source_id}-{figure.line}" + (f".{figure.position}" if figure.position else ""),
                source_id=self.source_id,
                locator=f"{self.row_word} {figure.line}, column {figure.column}",
                statement=_state(figure, self.agency, origin, destination, period),
                quantity_kind=quantity.kind,
                what=quantity.what,
                group=figure.group,
                origin=origin,
                destination=destination,
                first=period.first,
                last=period.last,
                value=figure.value,
                low=figure.low,
                high=figure.high,
                hedge=figure.hedge,
                unit=quantity.unit,
                notes="; ".join((*figure.notes, *_name_codes(figure))),
                agency=self.agency,
                use=self.options.use,
                file=self.file,
                line=figure.line,
            )
        )

    def _call(self, place: Place) -> str:
        """Return what the case calls a place."""
        rename = self.options.rename
        return rename.get(place.code) or rename.get(place.name) or place.name


def _name_codes(figure: Figure) -> tuple[str, ...]:
    """Return a note with the places' codes, where the table has both."""
    pairs = ((p.code, p.name) for p in (figure.origin, figure.destination))
    given = [f"{name}: {code}" for code, name in pairs if code and code != name]
    return (", ".join(given),) if given else ()


def _state(figure: Figure, agency: str, origin: str, destination: str, period: Period) -> str:
    """Say in a sentence what the table says."""
    amount = f"{figure.value:,.10g}" if figure.value is not None else f"{figure.low:,.10g} to {figure.high:,.10g}"
    days = str(period.first) if period.first == period.last else f"{period.first} to {period.last}"
    places = " to ".join(p for p in (origin, destination) if p)
    group = f" ({figure.group})" if figure.group else ""
    return f"{agency}, {figure.quantity.what}{group}, {places}, {days}: {amount} {figure.quantity.unit}"
