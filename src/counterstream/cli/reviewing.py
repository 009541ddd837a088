"""Deciding on drafted claims: ``evidence review``."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from counterstream.cli.arguments import AsJson
from counterstream.cli.drafting import OptionalCase
from counterstream.cli.telling import (
    list_problems,
    name_number,
    print_json,
    print_line,
    reporting,
    show_problems,
    tell,
)
from counterstream.evidence.claim import Use

if TYPE_CHECKING:
    from counterstream.case import Case
    from counterstream.drafting.review.table import Taken
    from counterstream.errors import Problem
    from counterstream.workflow.filing import Filed
    from counterstream.workflow.reviewing import Review

DraftPath = Annotated[
    Path,
    typer.Argument(metavar="DRAFT", help="What evidence draft has written."),
]
LedgerFolder = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="DIR",
        file_okay=False,
        help="Folder of the ledger that is added to; made if it is not there.",
        show_default="the case's",
    ),
]
UseOfClaims = Annotated[Use, typer.Option("--use", help="What the claims are for.")]


def review(
    draft: DraftPath,
    case: OptionalCase = None,
    who: Annotated[str, typer.Option(metavar="NAME", help="Who decides.", show_default="your user name")] = "",
    use: UseOfClaims = Use.FIT,
    to_csv: Annotated[
        Path | None,
        typer.Option(metavar="FILE", dir_okay=False, help="Write a table with a column for decisions, and end."),
    ] = None,
    from_csv: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", exists=True, dir_okay=False, readable=True, help="Take decisions and edits of such a table."
        ),
    ] = None,
    write: Annotated[
        bool, typer.Option("--write", help="Add what is accepted to the ledger, without the terminal.")
    ] = False,
    out: LedgerFolder = None,
    as_json: AsJson = False,
) -> None:
    """Decide on drafted claims, one key a decision; what is accepted is added to a ledger.

    Decisions are kept beside the draft as they are made. Without --to-csv, --from-csv, --write or
    --json the review opens in the terminal; ? shows its keys.
    """
    from counterstream.case import load_case
    from counterstream.workflow.reviewing import open_review

    with reporting(as_json=as_json):
        on_terminal = not (to_csv or from_csv or write or as_json)
        if on_terminal:
            _need_terminal()
        read = load_case(case) if case is not None else None
        folder = out if out is not None else read.folder if read is not None else None
        if write:
            need_folder(folder)
        may_decide = on_terminal or from_csv is not None
        with open_review(draft, read, who=who, use=use, may_decide=may_decide) as opened:
            if not as_json:
                show_problems(opened.warnings)
            if to_csv is not None:
                _write_table(opened, to_csv, as_json=as_json)
            taken = _take_table(opened, from_csv) if from_csv is not None else None
            if on_terminal:
                _open_terminal(opened)
            filed = None
            if folder is not None and (write or (on_terminal and _is_wanted(opened, folder))):
                filed = _file(opened, folder)
            changed = _find_changed(opened, folder) if folder is not None else ()
            if as_json:
                content = _review_as_data(opened, read, filed, changed)
                print_json(content | {"taken": asdict(taken) if taken else None})
                return
            show_problems(changed)
            _print_state(opened, filed)


def _need_terminal() -> None:
    """Refuse to open the review where there is no terminal.

    Raises
    ------
    CounterstreamError
        If there is none (D330).
    """
    from counterstream.drafting import codes
    from counterstream.errors import CounterstreamError, Problem

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        mend = "use --to-csv and --from-csv, or --json"
        raise CounterstreamError(Problem(codes.NO_TERMINAL, "the review needs a terminal", mend=mend))


def need_folder(folder: Path | None) -> Path:
    """Return the folder of a ledger that may be written to.

    Raises
    ------
    CounterstreamError
        If none is named, or it belongs to the package (D331).
    """
    from counterstream.drafting import codes
    from counterstream.errors import CounterstreamError, Problem
    from counterstream.workflow.filing import check_writable

    if folder is None:
        mend = "name the case with --case, or a folder with --out"
        raise CounterstreamError(Problem(codes.NO_CASE, "no ledger is named to add to", mend=mend))
    check_writable(folder)
    return folder


def _open_terminal(opened: Review) -> None:
    """Let the person review until they end it."""
    from counterstream.drafting.review.terminal import run_terminal

    run_terminal(opened.session)


def _is_wanted(opened: Review, folder: Path) -> bool:
    """Ask whether what is accepted, and not yet there, is to be added to the ledger."""
    from counterstream.workflow.filing import is_bundled, plan_filing
    from counterstream.workflow.reviewing import accepted_entries, source_of

    entries = accepted_entries(opened)
    if not entries or is_bundled(folder):
        return False
    planned = plan_filing(folder, entries, (source_of(opened.file),))
    number = len(planned.claims) + len(planned.events)
    return bool(number) and typer.confirm(f"Add {number:,} rows to the ledger in {folder}?", default=True)


def _file(opened: Review, folder: Path) -> Filed:
    """Add what is accepted to a ledger."""
    from counterstream.workflow.filing import file_rows
    from counterstream.workflow.reviewing import accepted_entries, source_of

    return file_rows(folder, accepted_entries(opened), (source_of(opened.file),))


def _find_changed(opened: Review, folder: Path) -> tuple[Problem, ...]:
    """Return a warning for each row of the ledger whose decision was changed after it was added."""
    from counterstream.workflow.filing import find_changed
    from counterstream.workflow.reviewing import list_accepted

    return find_changed(folder, list_accepted(opened)[0], opened.session.source)


def _write_table(opened: Review, path: Path, *, as_json: bool) -> None:
    """Write the review as a table.

    Raises
    ------
    CounterstreamError
        If the file exists (D333).
    """
    from counterstream.drafting import codes
    from counterstream.drafting.review.table import format_review
    from counterstream.errors import CounterstreamError, Problem
    from counterstream.store.atomic import write_text

    if path.exists():  # decisions may have been written into it
        mend = "take its decisions with --from-csv, or name another file"
        raise CounterstreamError(Problem(codes.FILE_EXISTS, "this file exists already", str(path), mend=mend))
    write_text(path, format_review(opened.session))
    if not as_json:
        tell(f"wrote {path}: fill in the column decision, then take it back with --from-csv")


def _take_table(opened: Review, path: Path) -> Taken:
    """Take the decisions of a table."""
    from counterstream.drafting.review.table import take_review

    return take_review(opened.session, path.read_bytes(), str(path))


def _print_state(opened: Review, filed: Filed | None) -> None:
    """Print how far the review is, and what was added to the ledger."""
    counts = opened.session.counts
    parts = [
        f"{counts[name]:,} {name}" for name in ("open", "accepted", "rejected", "split", "repeats") if counts[name]
    ]
    print_line(f"{opened.file.document.name}: {', '.join(parts) or 'nothing was drafted'}")
    if filed is not None:
        print_filed(filed)
    elif counts["accepted"]:
        print_line("no ledger was changed: name a case of your own with --case, or a folder with --out, and --write")


def print_filed(filed: Filed) -> None:
    """Print what was added to a ledger, and where."""
    added = [name_number(len(filed.claims), "claim"), name_number(len(filed.events), "event")]
    added.append(name_number(len(filed.sources), "source"))
    print_line(
        f"{filed.folder}: {', '.join(added)} added" + (f", {filed.already:,} already there" if filed.already else "")
    )
    if filed.claims:
        print_line(f"claims {filed.claims[0].id} to {filed.claims[-1].id}")


def filed_as_data(filed: Filed) -> dict[str, object]:
    """Return what was added to a ledger as plain data."""
    from counterstream.evidence.writing import claim_cells, event_cells, source_cells

    return {
        "folder": str(filed.folder),
        "claims": [claim_cells(claim) for claim in filed.claims],
        "events": [event_cells(event) for event in filed.events],
        "sources": [source_cells(source) for source in filed.sources],
        "already": filed.already,
        "files": sorted(filed.contents),
    }


def _review_as_data(
    opened: Review, case: Case | None, filed: Filed | None, changed: tuple[Problem, ...]
) -> dict[str, object]:
    """Return a review as plain data: every item with what it amounts to."""
    from counterstream.drafting.review.item import fields_of, get_field
    from counterstream.drafting.review.session import judge
    from counterstream.drafting.review.table import name_item
    from counterstream.evidence.claim import Claim
    from counterstream.evidence.writing import claim_cells, event_cells

    session = opened.session
    items: list[dict[str, object]] = []
    for item in session.items.values():
        judgement = judge(session, item)
        row = judgement.row
        before = session.repeats.get(item.place)
        items.append(
            {
                "item": name_item(item),
                "status": item.status.value,
                "flagged": item.flagged,
                "edited": sorted(item.edited),
                "quote": item.anchor.quote,
                "page": item.anchor.page,
                "fields": {name: get_field(item, name) for name in fields_of(item)},
                "row": None if row is None else claim_cells(row) if isinstance(row, Claim) else event_cells(row),
                "missing": list_problems(judgement.problems),
                "proposals": [asdict(proposal) for proposal in judgement.proposals],
                "told_before": None if before is None else name_item(session.items[before]),
                "in_ledger": list(judgement.comparison.repeats),
                "conflicts": [asdict(conflict) for conflict in judgement.comparison.conflicts],
            }
        )
    return {
        "document": opened.file.document.name,
        "sha256": session.source,
        "case": case.name if case is not None else None,
        "counts": {name: number for name, number in session.counts.items() if number},
        "items": items,
        "filed": filed_as_data(filed) if filed is not None else None,
        "problems": list_problems((*opened.warnings, *changed, *(case.warnings if case is not None else ()))),
    }
