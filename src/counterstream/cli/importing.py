"""Claims from tables of statistical offices: ``evidence import``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from counterstream.cli.arguments import AsJson
from counterstream.cli.drafting import OptionalCase
from counterstream.cli.reviewing import LedgerFolder, UseOfClaims, filed_as_data, print_filed
from counterstream.cli.telling import list_problems, name_number, print_json, print_line, reporting, show_problems
from counterstream.cli.texts import print_table
from counterstream.drafting.imports.imported import ImportKind
from counterstream.evidence.claim import QuantityKind, Use

if TYPE_CHECKING:
    from counterstream.case import Case
    from counterstream.drafting.imports.imported import Imported
    from counterstream.workflow.filing import Filed

#: Rows of a table that are shown; --json gives all.
MOST_SHOWN = 12


def _pair(text: str) -> tuple[str, str]:
    """Read ``name=value``.

    Raises
    ------
    typer.BadParameter
        If there is no equals sign.
    """
    name, mark, value = text.partition("=")
    if not mark or not name:
        raise typer.BadParameter(f"{text!r} is not written as NAME=VALUE")
    return name, value


def import_claims(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A table of UNHCR, UN DESA, Eurostat, or SDMX-CSV.")],
    kind: Annotated[
        ImportKind | None, typer.Option(help="Sort of the table.", show_default="found from its first lines")
    ] = None,
    case: OptionalCase = None,
    origins: Annotated[
        list[str] | None, typer.Option("--from", metavar="PLACE", help="Take moves from here. May be repeated.")
    ] = None,
    destinations: Annotated[
        list[str] | None, typer.Option("--to", metavar="PLACE", help="Take moves to here. May be repeated.")
    ] = None,
    first_year: Annotated[int | None, typer.Option(help="First year to take.")] = None,
    last_year: Annotated[int | None, typer.Option(help="Last year to take.")] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN=VALUE", help="Take rows with this value in a column. May be repeated."),
    ] = None,
    rename: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=NAME", help="What the case calls a place of the table. May be repeated."),
    ] = None,
    what: Annotated[str, typer.Option(metavar="WORDS", help="Which quantity the table states.")] = "",
    quantity_kind: Annotated[QuantityKind | None, typer.Option(help="Sort of quantity.")] = None,
    unit: Annotated[str, typer.Option(help="Unit of the figures.")] = "",
    breakdowns: Annotated[bool, typer.Option("--breakdowns", help="Take figures by sex and age as well.")] = False,
    keep_zeros: Annotated[bool, typer.Option("--keep-zeros", help="Take a UNHCR figure of 0 as a count.")] = False,
    source: Annotated[
        str, typer.Option(metavar="ID", help="Its row in sources.csv.", show_default="from the table")
    ] = "",
    use: UseOfClaims = Use.FIT,
    out: LedgerFolder = None,
    write: Annotated[bool, typer.Option("--write", help="Add the claims to the ledger.")] = False,
    as_json: AsJson = False,
) -> None:
    """Turn a statistical office's table into claims; show them, and with --write add them to a ledger."""
    from counterstream.case import load_case
    from counterstream.drafting.imports.imported import ImportOptions
    from counterstream.drafting.imports.importing import import_table

    options = ImportOptions(
        tuple(origins or ()),
        tuple(destinations or ()),
        first_year,
        last_year,
        dict(_pair(text) for text in where or ()),
        breakdowns=breakdowns,
        keep_zeros=keep_zeros,
        rename=dict(_pair(text) for text in rename or ()),
        what=what,
        quantity_kind=quantity_kind,
        unit=unit,
        source_id=source,
        use=use,
    )
    with reporting(as_json=as_json):
        read = load_case(case) if case is not None else None
        imported = import_table(file, kind, options)
        folder = out if out is not None else read.folder if read is not None else None
        filed = _file(imported, folder, write=write)
        if as_json:
            print_json(_imported_as_data(imported, read, filed, write=write))
            return
        show_problems((*imported.warnings, *(read.warnings if read is not None else ())))
        _print_imported(imported, read)
        if write and filed is not None:
            print_filed(filed)
        else:
            told = f"--write would add {name_number(len(filed.claims), 'claim')} to {folder}" if filed else ""
            print_line(f"nothing was written: {told or 'name a ledger with --case or --out, and --write'}")


def _file(imported: Imported, folder: Path | None, *, write: bool) -> Filed | None:
    """Add the claims to a ledger, or work out what that would add."""
    from counterstream.cli.reviewing import need_folder
    from counterstream.workflow.filing import Entry, file_rows, plan_filing

    entries = [Entry(claim) for claim in imported.claims]
    if write:
        return file_rows(need_folder(folder), entries, imported.sources)
    return plan_filing(folder, entries, imported.sources) if folder is not None else None


def _print_imported(imported: Imported, case: Case | None) -> None:
    """Print the claims of a table, what they answer, and what was left out with the reason."""
    rows = [
        (
            claim.what,
            claim.group,
            f"{claim.origin} - {claim.destination}",
            f"{claim.first} to {claim.last}",
            f"{claim.value:,.10g}" if claim.value is not None else "",
            claim.unit,
        )
        for claim in imported.claims[:MOST_SHOWN]
    ]
    print_table(("what", "group", "places", "period", "value", "unit"), rows)
    if len(imported.claims) > MOST_SHOWN:
        print_line(f"and {len(imported.claims) - MOST_SHOWN:,} more")
    print_line(f"{imported.kind}: {name_number(len(imported.claims), 'claim')}")
    for reason, number in imported.left_out.items():
        print_line(f"left out, {number:,}: {reason}")
    for skipped in imported.skipped[:MOST_SHOWN]:
        print_line(f"skipped, line {skipped.line} {skipped.column}: {skipped.reason} ({skipped.found})")
    if len(imported.skipped) > MOST_SHOWN:
        print_line(f"and {len(imported.skipped) - MOST_SHOWN:,} more skipped")
    if case is not None:
        answered = _count_answers(imported, case)
        told = ", ".join(f"{number:,} by {name}" for name, number in answered.items())
        total = sum(answered.values())
        print_line(f"{case.name} answers {total:,} of {len(imported.claims):,}" + (f": {told}" if told else ""))


def _count_answers(imported: Imported, case: Case) -> dict[str, int]:
    """Return how many of the claims each observable of a case answers."""
    from collections import Counter

    from counterstream.evidence.answering import answer_claims
    from counterstream.evidence.ledger import Ledger

    answered = answer_claims(case.system, Ledger(imported.claims)).answered
    return dict(Counter(item.observable.name for item in answered))


def _imported_as_data(imported: Imported, case: Case | None, filed: Filed | None, *, write: bool) -> dict[str, object]:
    """Return an import as plain data."""
    from dataclasses import asdict

    from counterstream.evidence.writing import claim_cells, source_cells

    return {
        "kind": imported.kind.value,
        "claims": [claim_cells(claim) for claim in imported.claims],
        "sources": [source_cells(source) for source in imported.sources],
        "skipped": [asdict(skipped) for skipped in imported.skipped],
        "left_out": dict(imported.left_out),
        "answered": _count_answers(imported, case) if case is not None else None,
        "written": write,
        "filed": filed_as_data(filed) if filed is not None else None,
        "problems": list_problems((*imported.warnings, *(case.warnings if case is not None else ()))),
    }
