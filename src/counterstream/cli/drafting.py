"""Claims from documents: ``evidence draft``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from counterstream.cli.arguments import AsJson
from counterstream.cli.telling import list_problems, name_number, print_json, print_line, reporting, show_problems
from counterstream.cli.texts import print_table

if TYPE_CHECKING:
    from counterstream.case import Case
    from counterstream.drafting.candidate import Candidate, Draft
    from counterstream.drafting.document import Document
    from counterstream.drafting.draft_file import DraftFile
    from counterstream.errors import Problem

DocumentFile = Annotated[
    Path,
    typer.Argument(metavar="FILE", help="A text, a PDF with a text layer, a web page, a Word file or a table."),
]
OptionalCase = Annotated[
    str | None,
    typer.Option("--case", metavar="CASE", help="The case whose observables the claims may answer."),
]


def draft(
    file: DocumentFile,
    case: OptionalCase = None,
    date: Annotated[
        str, typer.Option(metavar="EDTF", help="Date of the document, such as 1987-02; relative times count from it.")
    ] = "",
    origin: Annotated[str, typer.Option("--from", metavar="PLACE", help="From where, unless the text says.")] = "",
    destination: Annotated[str, typer.Option("--to", metavar="PLACE", help="To where, unless the text says.")] = "",
    group: Annotated[str, typer.Option(metavar="GROUP", help="Whom it is about, unless the text says.")] = "",
    month_first: Annotated[bool, typer.Option("--month-first", help="Read 3/4/1985 as a day in March.")] = False,
    source: Annotated[
        str, typer.Option(metavar="ID", help="Its row in sources.csv.", show_default="from the file's name")
    ] = "",
    title: Annotated[str, typer.Option(metavar="TITLE", help="Its title.", show_default="what the file says")] = "",
    agency: Annotated[
        str, typer.Option(metavar="NAME", help="Who counted, unless the text says.", show_default="the title")
    ] = "",
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", dir_okay=False, help="Where to write the draft.", show_default="NAME.draft.json"),
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Tell which rules fired, and where.")] = False,
    encoding: Annotated[
        str, typer.Option(metavar="NAME", help="Encoding of the text.", show_default="found from the bytes")
    ] = "",
    password: Annotated[str, typer.Option(metavar="WORD", help="Password of a locked PDF.")] = "",
    as_json: AsJson = False,
) -> None:
    """Draft candidate claims and events from a document; nothing is added to a ledger."""
    from counterstream.case import load_case
    from counterstream.drafting.document import Defaults
    from counterstream.drafting.draft import draft_document
    from counterstream.drafting.draft_file import DRAFT_ENDING, DraftFile, cite_document, format_draft
    from counterstream.drafting.readers.reading import read_document
    from counterstream.store.atomic import write_text

    with reporting(as_json=as_json):
        read = load_case(case) if case is not None else None
        document = read_document(file, encoding=encoding or None, password=password or None)
        defaults = Defaults(date, origin, destination, group, month_first=month_first)
        drafted = draft_document(document, defaults)
        whole = DraftFile(document, defaults, cite_document(document, source, title, agency), drafted)
        path = out or Path((file.stem.lstrip(".") or "document") + DRAFT_ENDING)
        _check_replaceable(path, document.name)
        write_text(path, format_draft(whole))
        doubts = (*_doubt_pages(document), *(read.warnings if read is not None else ()))
        if as_json:
            print_json(_draft_as_data(whole, read, path, doubts, explain=explain))
            return
        show_problems(doubts)
        _print_draft(whole, read)
        if explain:
            _print_firings(drafted, document.text)
        print_line()
        where = f" --case {case}" if case else ""
        print_line(f"next: counterstream evidence review {path}{where}")


def _doubt_pages(document: Document) -> tuple[Problem, ...]:
    """Return a warning if pages of a PDF hold no text."""
    if document.form != "pdf":
        return ()
    from counterstream.drafting.readers.pdf import warn_of_blank_pages

    return warn_of_blank_pages(document)


def _check_replaceable(path: Path, name: str) -> None:
    """Refuse to write over something that is no draft, or the draft of another document.

    Raises
    ------
    CounterstreamError
        If it is something else (D306), or of a document of another name (D333).
    """
    from counterstream.drafting import codes
    from counterstream.drafting.draft_file import read_draft
    from counterstream.errors import CounterstreamError, Problem

    if path.exists() and (held := read_draft(path).document.name) != name:
        # Its decisions stand beside it, and would be taken for decisions on this document.
        message, mend = "this is the draft of another document", "name another file with --out"
        raise CounterstreamError(Problem(codes.FILE_EXISTS, message, str(path), found=held, allowed=name, mend=mend))


def _print_draft(whole: DraftFile, case: Case | None) -> None:
    """Print what was drafted as a table, and how much it is."""
    from counterstream.drafting.linking import link_repeats

    document, drafted = whole.document, whole.draft
    links = link_repeats(drafted.candidates)
    rows = [
        (
            str(candidate.anchor.start),
            " ".join(candidate.anchor.quote.split()),
            name_figure(candidate),
            f"{candidate.unit}{'/' + candidate.per if candidate.per else ''}",
            candidate.period,
            " - ".join(part for part in (candidate.origin, candidate.destination) if part),
            _first_observable(candidate, whole, case),
            "told before" if place in links else ", ".join(candidate.flags),
        )
        for place, candidate in enumerate(drafted.candidates)
    ]
    print_table(("at", "words", "figure", "unit", "period", "places", "answers", "remark"), rows)
    if drafted.events:
        print_line()
        print_table(("at", "date", "event"), [(str(e.anchor.start), e.date, e.event) for e in drafted.events])
    print_line()
    form = f"{document.form}, {document.encoding} ({document.encoding_basis})" if document.encoding else document.form
    print_line(f"{document.name}: {form}, {len(document.text):,} characters")
    counted = [name_number(len(drafted.candidates), "candidate"), name_number(len(drafted.events), "event")]
    counted.append(f"{name_number(len(links), 'repeat')} of a fact told before")
    print_line(", ".join(counted))


def name_figure(candidate: Candidate) -> str:
    """Return a candidate's figure with the hedge that it will have in a ledger."""
    from counterstream.drafting.conversion import read_wording

    said = read_wording(candidate)
    if said.value is not None:
        figure = f"{said.value:,.10g}"
    elif said.low is not None and said.high is not None:
        return f"{said.low:,.10g} to {said.high:,.10g}"
    else:
        figure = f"relative to {candidate.relative_to}" if candidate.relative_to else "no figure"
    return figure if said.hedge == "exact" else f"{said.hedge.replace('_', ' ')} {figure}"


def _first_observable(candidate: Candidate, whole: DraftFile, case: Case | None) -> str:
    """Return the likeliest observable of the case that a candidate would answer."""
    from counterstream.drafting.conversion import quote_sentence
    from counterstream.drafting.proposing import propose_observables

    if case is None:
        return ""
    proposals = propose_observables(case.system, candidate, quote_sentence(whole.document.text, candidate))
    return proposals[0].observable if proposals else ""


def _print_firings(drafted: Draft, text: str) -> None:
    """Print every rule that fired, with the words that it took."""
    print_line()
    rows = [(str(f.start), f.rule, " ".join(text[f.start : f.end].split())[:80], f.reading) for f in drafted.firings]
    print_table(("at", "rule", "words", "reads"), rows)
    print_line()
    seen = [(str(m.start), m.kind.value, m.rule, m.period, " ".join(m.quote.split())[:60]) for m in drafted.mentions]
    print_table(("at", "set aside as", "rule", "period", "words"), seen)


def _draft_as_data(
    whole: DraftFile, case: Case | None, path: Path, doubts: tuple[Problem, ...], *, explain: bool
) -> dict[str, object]:
    """Return a draft as plain data."""
    from dataclasses import asdict

    from counterstream.drafting.draft_file import candidate_as_data
    from counterstream.drafting.linking import link_repeats

    document, drafted = whole.document, whole.draft
    content: dict[str, object] = {
        "draft": str(path),
        "document": document.name,
        "sha256": document.sha256,
        "form": document.form,
        "encoding": document.encoding,
        "drafting_version": drafted.version,
        "candidates": [
            candidate_as_data(c) | {"answers": _first_observable(c, whole, case)} for c in drafted.candidates
        ],
        "events": [asdict(event) for event in drafted.events],
        "repeats": {str(later): first for later, first in link_repeats(drafted.candidates).items()},
        "problems": list_problems(doubts),
    }
    if explain:
        content["mentions"] = [asdict(mention) for mention in drafted.mentions]
        content["firings"] = [asdict(firing) for firing in drafted.firings]
    return content
