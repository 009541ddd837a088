"""The ledger of a case: ``claims.csv``, ``sources.csv`` and ``events.csv`` read together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from counterstream.errors import CounterstreamError, Problem, suggest_name
from counterstream.evidence import codes
from counterstream.evidence.cells import Fault, RowReader, UniqueIds, check_source
from counterstream.evidence.claim import Claim, DatePrecision, Hedge, LedgerEvent, QuantityKind, Source, Use
from counterstream.evidence.reading import read_table
from counterstream.evidence.schema import CLAIMS, EVENTS, SOURCES, TableSchema
from counterstream.evidence.table import Findings, TextTable
from counterstream.notebook import html_table

#: Agencies that a notebook lists, those with most claims.
MOST_AGENCIES = 12
SHARE_UNITS = ("share", "percent")


@dataclass(frozen=True)
class Ledger:
    """Claims with the sources that state them and the dated events around them.

    ``warnings`` were found while reading; they do not stop the work.
    """

    claims: tuple[Claim, ...]
    sources: tuple[Source, ...] = ()
    events: tuple[LedgerEvent, ...] = ()
    warnings: tuple[Problem, ...] = ()

    @property
    def agencies(self) -> tuple[str, ...]:
        """Agencies of the claims, sorted."""
        return tuple(sorted({claim.agency for claim in self.claims}))

    def select(self, exclude_agencies: Iterable[str] = (), until: date | None = None) -> Ledger:
        """Return the ledger without some agencies' claims, and without what comes after a day.

        Parameters
        ----------
        exclude_agencies
            Agencies as the ledger names them; those that relay one of them are not found
            here, see :func:`counterstream.evidence.answering.relaying_agencies`.
        until
            Claims whose period ends after this day are left out.

        Raises
        ------
        CounterstreamError
            If no claim is by one of the agencies.
        """
        excluded = tuple(exclude_agencies)
        known = set(self.agencies)
        unknown = [
            Problem(
                codes.UNKNOWN_AGENCY,
                f'no claim is by the agency "{name}"',
                path="agency",
                found=name,
                mend=suggest_name(name, known),
            )
            for name in excluded
            if name not in known
        ]
        if unknown:
            raise CounterstreamError(unknown)
        claims = tuple(c for c in self.claims if c.agency not in excluded and (until is None or c.last <= until))
        return Ledger(claims, self.sources, self.events, self.warnings)

    def _repr_html_(self) -> str:
        counts = Counter(claim.agency for claim in self.claims)
        uses = Counter(str(claim.use) for claim in self.claims)
        rows = [(agency or "nobody named", f"{number:,}") for agency, number in counts.most_common(MOST_AGENCIES)]
        told = ", ".join(f"{number:,} for {use}" for use, number in uses.most_common())
        caption = f"{len(self.claims):,} claims ({told or 'none'}) from {len(self.sources):,} sources"
        left = len(counts) - len(rows)
        return html_table(caption, ("counted by", "claims"), rows, (f"{left:,} more agencies.",) if left > 0 else ())


def read_ledger(folder: Path) -> Ledger:
    """Read the ledger in a folder.

    ``claims.csv`` and ``sources.csv`` must be there; ``events.csv`` may be absent.

    Raises
    ------
    CounterstreamError
        With every problem of all files, if one of them is an error.
    """
    ledger, problems = check_ledger(folder)
    if ledger is None:
        raise CounterstreamError(problems)
    return ledger


def check_ledger(folder: Path) -> tuple[Ledger | None, tuple[Problem, ...]]:
    """Read the ledger in a folder; return it, or None, with all errors and warnings."""
    findings = Findings()
    if not folder.is_dir():
        mend = "name a folder that holds claims.csv and sources.csv"
        findings.add(Problem(codes.MISSING_FILE, "the folder of the ledger does not exist", str(folder), mend=mend))
        return None, findings.problems
    sources_table = read_table(folder / SOURCES.file, SOURCES, findings)
    sources = _interpret_sources(sources_table, findings)
    # Unreadable sources would make every row's source unknown: one fault, not hundreds.
    known = {source.id for source in sources} if sources_table.sound and sources else None
    claims = _interpret_claims(read_table(folder / CLAIMS.file, CLAIMS, findings), findings, known, None)
    events: tuple[LedgerEvent, ...] = ()
    if (folder / EVENTS.file).exists():
        events = _interpret_events(read_table(folder / EVENTS.file, EVENTS, findings), findings, known)
    problems = findings.problems
    return (None if findings.has_errors else Ledger(claims, sources, events, problems)), problems


def read_claims(
    path: Path, *, known_sources: Collection[str] | None = None, use: Use | None = None
) -> tuple[Claim, ...]:
    """Read a further file of claims, for instance to check a fit against.

    Parameters
    ----------
    path
        A CSV file in the columns of ``claims.csv``.
    known_sources
        Sources that rows may name; ``None`` lets any name pass.
    use
        If given, every claim has this use, whatever the file says.

    Raises
    ------
    CounterstreamError
        With every problem of the file, if one of them is an error.
    """
    claims, problems = check_claims(path, known_sources=known_sources, use=use)
    if claims is None:
        raise CounterstreamError(problems)
    return claims


def check_claims(
    path: Path, *, known_sources: Collection[str] | None = None, use: Use | None = None
) -> tuple[tuple[Claim, ...] | None, tuple[Problem, ...]]:
    """Read a file of claims; return them, or None, with all errors and warnings."""
    findings = Findings()
    known = None if known_sources is None else set(known_sources)
    claims = _interpret_claims(read_table(path, CLAIMS, findings), findings, known, use)
    return (None if findings.has_errors else claims), findings.problems


def _report_no_rows(table: TextTable, schema: TableSchema, findings: Findings) -> None:
    """Report a heading without rows, unless rows were there and were faulty."""
    if table.sound and not table.rows and not findings.has_errors:
        findings.add(Problem(codes.NO_ROWS, f"{schema.file} has no rows", table.file, 1, mend="write at least one row"))


def _interpret_sources(table: TextTable, findings: Findings) -> tuple[Source, ...]:
    """Interpret the rows of ``sources.csv``."""
    _report_no_rows(table, SOURCES, findings)
    ids = UniqueIds("source_id")
    sources: list[Source] = []
    for text_row in table.rows:
        if findings.is_full:
            break
        row = RowReader(table, text_row, findings)
        sources.append(
            Source(
                id=ids.take(row) if "source_id" in table.positions else "",
                author=row.text("author_or_organisation"),
                title=row.text("title"),
                date=row.text("date"),
                kind=row.text("type"),
                url=row.text("url"),
                interests=row.text("interests_or_biases"),
                file=row.file,
                line=row.line,
            )
        )
    return tuple(sources)


def _interpret_events(table: TextTable, findings: Findings, known: set[str] | None) -> tuple[LedgerEvent, ...]:
    """Interpret the rows of ``events.csv``."""
    events: list[LedgerEvent] = []
    for text_row in table.rows:
        if findings.is_full:
            break
        row = RowReader(table, text_row, findings)
        day = row.day("date")
        precision = row.choice("date_precision", DatePrecision, codes.UNKNOWN_PRECISION)
        event, instrument = row.text("event"), row.text("instrument")
        source_id = check_source(row, "source_id", known)
        locator, basis = row.text("locator"), row.text("date_basis")
        if day is not None and precision is not None:
            events.append(LedgerEvent(day, precision, event, instrument, source_id, locator, basis, row.file, row.line))
    return tuple(events)


def _interpret_claims(
    table: TextTable, findings: Findings, known: set[str] | None, use: Use | None
) -> tuple[Claim, ...]:
    """Interpret the rows of ``claims.csv``."""
    _report_no_rows(table, CLAIMS, findings)
    ids = UniqueIds("id")
    claims: list[Claim] = []
    for text_row in table.rows:
        if findings.is_full:
            break
        row = RowReader(table, text_row, findings)
        claim = _interpret_claim(row, ids.take(row) if "id" in table.positions else "", known, use)
        if claim is not None:
            claims.append(claim)
    return tuple(claims)


def _interpret_claim(row: RowReader, name: str, known: set[str] | None, use: Use | None) -> Claim | None:
    """Interpret one row of ``claims.csv``; None if a part without which there is no claim is faulty."""
    source_id = check_source(row, "source_id", known)
    kind = row.choice("quantity_kind", QuantityKind, codes.UNKNOWN_KIND)
    first, last = row.day("period_start"), row.day("period_end")
    value, low, high = row.number("value"), row.number("low"), row.number("high")
    hedge = row.choice("hedge", Hedge, codes.UNKNOWN_HEDGE)
    own_use = row.choice("use", Use, codes.UNKNOWN_USE)
    unit, what, agency = row.text("unit"), row.text("what"), row.text("agency")
    if first is not None and last is not None and first > last:
        fault = Fault(codes.DATES_OUT_OF_ORDER, "is before period_start", f"{first} or later", "exchange the two dates")
        row.report("period_end", fault)
    _check_figures(row, kind, unit, value, low, high)
    if kind is None or hedge is None or first is None or last is None:
        return None
    claim = Claim(
        id=name,
        source_id=source_id,
        locator=row.text("locator"),
        statement=row.text("statement_paraphrase"),
        quantity_kind=kind,
        what=what,
        group=row.text("group"),
        origin=row.text("origin"),
        destination=row.text("destination"),
        first=first,
        last=last,
        value=value,
        low=low,
        high=high,
        hedge=hedge,
        unit=unit,
        notes=row.text("notes"),
        agency=agency,
        use=use or own_use or Use.FIT,
        file=row.file,
        line=row.line,
    )
    if not claim.states_figure and not row.is_faulty("value", "low", "high"):
        mend = "write the figure, or for the hedge range both low and high"
        row.report("value", Fault(codes.NO_VALUE, "states no figure", "a number", mend), warning=True)
    return claim


def _check_figures(
    row: RowReader, kind: QuantityKind | None, unit: str, value: float | None, low: float | None, high: float | None
) -> None:
    """Report figures that contradict one another or that their kind and unit rule out."""
    if low is not None and high is not None and low > high:
        fault = Fault(codes.LOW_ABOVE_HIGH, "is above high", f"at most {high:g}", "exchange low and high")
        row.report("low", fault)
    elif value is not None and ((low is not None and value < low) or (high is not None and value > high)):
        limits = f"{'' if low is None else f'{low:g}'} to {'' if high is None else f'{high:g}'}".strip()
        mend = "correct the value or its limits; empty limits are allowed"
        row.report("value", Fault(codes.VALUE_OUTSIDE, "lies outside low and high", limits, mend))
    if kind is QuantityKind.SHARE and unit and unit not in SHARE_UNITS:
        fault = Fault(
            codes.SHARE_UNIT, "does not fit the quantity kind share", "share, percent", "correct one of the two"
        )
        row.report("unit", fault)
    for column, figure in (("value", value), ("low", low), ("high", high)):
        if figure is not None:
            _check_figure(row, column, figure, kind, unit)


def _check_figure(row: RowReader, column: str, figure: float, kind: QuantityKind | None, unit: str) -> None:
    """Report a figure that its kind and unit rule out."""
    is_change = kind is QuantityKind.RATE and unit in SHARE_UNITS
    if figure < 0.0 and not is_change and not (kind is QuantityKind.SHARE and unit == "share"):
        fault = Fault(codes.NEGATIVE, "is negative", "0 or more", "check the sign; a net loss is a flow the other way")
        row.report(column, fault)
    if kind is not QuantityKind.SHARE:
        return
    if unit == "share" and not 0.0 <= figure <= 1.0:
        mend = f"write {figure / 100.0:g}, or the unit percent" if 1.0 < figure <= 100.0 else "check the figure"
        row.report(column, Fault(codes.SHARE_OUTSIDE, "is no share of a whole", "0 to 1", mend))
    elif unit == "percent" and figure > 100.0:
        fault = Fault(codes.PERCENT_OVER, "is above 100 percent", "0 to 100", "check the figure")
        row.report(column, fault, warning=True)
    elif unit == "percent" and column == "value" and 0.0 < figure < 1.0:
        mend = f"if {figure * 100.0:g} percent is meant, write so, or use the unit share"
        row.report(column, Fault(codes.PERCENT_SMALL, "is below one percent", "0 to 100", mend), warning=True)
