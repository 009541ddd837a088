"""Writing what was accepted into a ledger: whole or not at all, with where it comes from beside it.

Rows are added at the end; every row that was there stays byte for byte.  ``drafted.jsonl`` beside
the tables names for each added row the document, the place and the words.  Files are replaced one
after the other, ``claims.csv`` last; whatever moment a process is killed at, writing again completes
the same rows under the same names and adds none twice.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import tempfile
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from importlib import resources
from pathlib import Path
from typing import cast

from counterstream.drafting import codes
from counterstream.drafting.candidate import Anchor
from counterstream.drafting.decisions import ItemKind, Place
from counterstream.errors import CounterstreamError, Problem
from counterstream.evidence.claim import Claim, LedgerEvent, Source
from counterstream.evidence.ledger import check_ledger
from counterstream.evidence.schema import CLAIMS, EVENTS, SOURCES, TableSchema
from counterstream.evidence.writing import append_rows, claim_cells, datapackage, event_cells, source_cells
from counterstream.store.atomic import describe_failure, write_bytes

PROVENANCE_FILE = "drafted.jsonl"
PACKAGE_FILE = "datapackage.json"
FORMAT = "counterstream-drafted/1"
#: Names of drafted claims: D0001 and on.
_NAME = re.compile(r"D(\d{4,})", re.ASCII)


@dataclass(frozen=True)
class Provenance:
    """Where a row comes from.

    Parameters
    ----------
    document, version
        Name of the document, and version of the drafting grammar.
    place, anchor
        Digest of the document and span; the words with those around them, page and boxes.
    repeats
        Further places at which the document tells the same fact.
    who, when
        Who accepted it, and when.
    """

    document: str
    version: str
    place: Place
    anchor: Anchor
    repeats: tuple[Anchor, ...] = ()
    who: str = ""
    when: str = ""


@dataclass(frozen=True)
class Entry:
    """A row to be added, with its provenance; rows of imported tables have none."""

    row: Claim | LedgerEvent
    provenance: Provenance | None = None


@dataclass(frozen=True)
class Filed:
    """What was, or would be, added to a ledger.

    Parameters
    ----------
    folder
        Of the ledger.
    claims, events, sources
        Rows added, claims with their names.
    already
        How many were in the ledger before.
    contents
        New content of each file that changes.
    """

    folder: Path
    claims: tuple[Claim, ...]
    events: tuple[LedgerEvent, ...]
    sources: tuple[Source, ...]
    already: int
    contents: Mapping[str, bytes]


def plan_filing(folder: Path, entries: Sequence[Entry], sources: Iterable[Source]) -> Filed:
    """Work out what filing rows in a ledger would add, and check the ledger that would result.

    Parameters
    ----------
    folder
        A case's or a ledger's folder; tables that are not there are made.
    entries
        Accepted rows in their order.
    sources
        Sources that the rows name; those that the ledger has are left as they are.

    Raises
    ------
    CounterstreamError
        With every problem of the ledger as it is, or as it would be.
    """
    old = {name: _read(folder / name) for name in (CLAIMS.file, SOURCES.file, EVENTS.file, PROVENANCE_FILE)}
    held = check_ledger(folder) if old[CLAIMS.file] or old[SOURCES.file] else None
    if held is not None and held[0] is None:
        raise CounterstreamError(held[1])
    ledger = held[0] if held is not None else None
    by_name = {claim.id: claim for claim in ledger.claims} if ledger else {}
    names = set(by_name)
    dated = {_event_key(event) for event in ledger.events} if ledger else set[tuple[object, ...]]()
    recorded = read_provenance(old[PROVENANCE_FILE], str(folder / PROVENANCE_FILE))
    claims: list[Claim] = []
    events: list[LedgerEvent] = []
    lines: list[str] = []
    free = _free_names(names | set(recorded.values()))
    taken = set(names)
    for entry in entries:
        place = entry.provenance.place if entry.provenance else None
        name = recorded.get(place, "") if place else ""
        if isinstance(entry.row, LedgerEvent):
            if _event_key(entry.row) not in dated:
                dated.add(_event_key(entry.row))
                events.append(entry.row)
        elif name not in names and not _is_held(entry.row, by_name):
            name = name or _choose_name(entry.row.id, taken, free)
            taken.add(name)
            claims.append(replace(entry.row, id=name))
        if entry.provenance and place not in recorded:
            lines.append(_format_provenance(entry.provenance, entry.row, name))
    known = {source.id for source in ledger.sources} if ledger else set[str]()
    named = {row.source_id for row in (*claims, *events)}
    new_sources = tuple(s for s in sources if s.id not in known and s.id in named)
    contents = {
        SOURCES.file: _extend(folder, old, SOURCES, [source_cells(s) for s in new_sources]),
        PROVENANCE_FILE: old[PROVENANCE_FILE] + "".join(lines).encode("utf-8"),
        EVENTS.file: _extend(folder, old, EVENTS, [event_cells(e) for e in events]),
        CLAIMS.file: _extend(folder, old, CLAIMS, [claim_cells(c) for c in claims]),
    }
    if claims or events:
        contents |= _check_result(folder, contents)
    changed = {name: content for name, content in contents.items() if content != old.get(name)}
    already = len(entries) - len(claims) - len(events)
    return Filed(folder, tuple(claims), tuple(events), new_sources, already, changed)


def file_rows(folder: Path, entries: Sequence[Entry], sources: Iterable[Source]) -> Filed:
    """Add rows to a ledger; see :func:`plan_filing`.

    Raises
    ------
    CounterstreamError
        As for :func:`plan_filing`; also if the folder belongs to the package (D331), or if a file
        cannot be written.
    """
    check_writable(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder):
        filed = plan_filing(folder, entries, sources)
        # claims.csv is the last: a claim's source and provenance are there before it is.
        order = (SOURCES.file, PROVENANCE_FILE, EVENTS.file, CLAIMS.file, PACKAGE_FILE)
        for name in order:
            if name in filed.contents:
                write_bytes(folder / name, filed.contents[name])
    return filed


def find_changed(folder: Path, entries: Sequence[Entry], source: str) -> tuple[Problem, ...]:
    """Return a warning for each row of the ledger whose decision was changed after it was added.

    Parameters
    ----------
    folder
        Of the ledger.
    entries
        What is accepted now, of one document.
    source
        Digest of that document.
    """
    recorded = read_provenance(_read(folder / PROVENANCE_FILE), str(folder / PROVENANCE_FILE))
    if not any(place.source == source for place in recorded):
        return ()
    ledger, _ = check_ledger(folder)
    held = {claim.id: claim for claim in ledger.claims} if ledger else {}
    now = {entry.provenance.place: entry.row for entry in entries if entry.provenance}
    problems: list[Problem] = []
    for place, name in recorded.items():
        row, claim = now.get(place), held.get(name)
        if place.source != source or claim is None:
            continue
        if row is None:
            problems.append(_differ(claim, "is no longer accepted"))
        elif isinstance(row, Claim) and _stated(row) != _stated(claim):
            problems.append(_differ(claim, "was edited, here or in the ledger,"))
    return tuple(problems)


def _stated(claim: Claim) -> tuple[object, ...]:
    """Return what a claim states, apart from how it is filed."""
    return claim.value, claim.low, claim.high, claim.hedge, claim.first, claim.last, claim.unit


def _differ(claim: Claim, what: str) -> Problem:
    """Say that a row of the ledger is not what the review says now."""
    mend = "correct or remove the row by hand if the review is right; rows that are there are never changed"
    message = f"{claim.id} {what} since it was added"
    return Problem(codes.LEDGER_DIFFERS, message, claim.file, claim.line, mend=mend, severity="warning")


def check_writable(folder: Path) -> None:
    """Refuse a folder of the installed package.

    Raises
    ------
    CounterstreamError
        If it is one (D331).
    """
    if is_bundled(folder):
        mend = "copy the folder of the case, and name the copy"
        message = "a bundled case is not written to"
        raise CounterstreamError(Problem(codes.NO_CASE, message, str(folder), mend=mend))


def is_bundled(folder: Path) -> bool:
    """Whether a folder belongs to the installed package."""
    bundled = Path(str(resources.files("counterstream.cases"))).resolve()
    return folder.resolve().is_relative_to(bundled)


def read_provenance(data: bytes, file: str) -> dict[Place, str]:
    """Return the name of the claim, empty for events, that each drafted place has become.

    Raises
    ------
    CounterstreamError
        With every line that cannot be read (D302).
    """
    found: dict[Place, str] = {}
    problems: list[Problem] = []
    for number, line in enumerate(data.splitlines(), 1):
        try:
            told = cast("dict[str, object]", json.loads(line.decode("utf-8")))
            position = cast("dict[str, int]", cast("list[object]", told["selector"])[1])
            kind = ItemKind(cast("str", told["kind"]))
            place = Place(str(told["sha256"]), int(position["start"]), int(position["end"]), kind)
            found[place] = str(told["id"])
        except (ValueError, KeyError, TypeError, IndexError, RecursionError):
            mend = "restore the file from a copy, or remove the line"
            problems.append(
                Problem(codes.DAMAGED_DECISIONS, "a line does not say where a claim is from", file, number, mend=mend)
            )
    if problems:
        raise CounterstreamError(problems)
    return found


def _format_provenance(provenance: Provenance, row: Claim | LedgerEvent, name: str) -> str:
    """Return the line that says where a row comes from (W3C Web Annotation Data Model, selectors)."""
    anchor = provenance.anchor
    content = {
        "format": FORMAT,
        "id": name,
        "kind": provenance.place.kind.value,
        "source_id": row.source_id,
        "document": provenance.document,
        "sha256": provenance.place.source,
        "drafting_version": provenance.version,
        "page": anchor.page,
        "paragraph": anchor.paragraph + 1,
        "selector": _selectors(anchor),
        "boxes": [asdict(box) for box in anchor.boxes],
        "repeats": [_selectors(repeat) for repeat in provenance.repeats],
        "who": provenance.who,
        "when": provenance.when,
    }
    return json.dumps(content, allow_nan=False) + "\n"


def _selectors(anchor: Anchor) -> list[dict[str, object]]:
    return [
        {"type": "TextQuoteSelector", "exact": anchor.quote, "prefix": anchor.prefix, "suffix": anchor.suffix},
        {"type": "TextPositionSelector", "start": anchor.start, "end": anchor.end},
    ]


def _event_key(event: LedgerEvent) -> tuple[object, ...]:
    """Return what tells one event from another; events have no names."""
    return event.day, event.event, event.source_id, event.locator


def _is_held(claim: Claim, by_name: Mapping[str, Claim]) -> bool:
    """Whether the ledger has a claim under its own name with the same content, as after a second import."""
    held = by_name.get(claim.id) if claim.id else None
    return held is not None and claim_cells(held) == claim_cells(claim)


def _free_names(taken: Iterable[str]) -> Generator[str]:
    """Yield names of drafted claims that no claim has or had."""
    numbers = [int(match.group(1)) for name in taken if (match := _NAME.fullmatch(name))]
    number = max(numbers, default=0)
    while True:
        number += 1
        yield f"D{number:04d}"


def _choose_name(own: str, taken: set[str], free: Generator[str]) -> str:
    """Return a claim's own name if it has one that is free, else the next free one."""
    return own if own and own not in taken else next(free)


def _extend(folder: Path, old: Mapping[str, bytes], schema: TableSchema, rows: list[dict[str, str]]) -> bytes:
    """Return the content of a table with rows added."""
    if not rows:
        return old[schema.file]
    try:
        return append_rows(old[schema.file], schema, rows)
    except ValueError as error:
        mend = f"add the column to {schema.file}: {', '.join(column.name for column in schema.columns)}"
        path = str(folder / schema.file)
        raise CounterstreamError(Problem(codes.NOT_A_CLAIM, str(error), path, 1, mend=mend)) from error


def _check_result(folder: Path, contents: Mapping[str, bytes]) -> dict[str, bytes]:
    """Check the ledger that would result; return its descriptor if the old one is to follow it."""
    with tempfile.TemporaryDirectory(prefix="counterstream-") as scratch:
        for name, content in contents.items():
            if content:
                (Path(scratch) / name).write_bytes(content)
        ledger, problems = check_ledger(Path(scratch))
    if ledger is None:
        named = [replace(p, file=p.file.replace(scratch, str(folder))) for p in problems if p.severity == "error"]
        raise CounterstreamError(named)
    described = _read(folder / PACKAGE_FILE)
    if not described:
        return {}
    before, _ = check_ledger(folder)
    try:
        told = cast("dict[str, str]", json.loads(described))
        ours = before is not None and told == datapackage(before, told["name"], told.get("title", ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}  # somebody else's description is left alone
    if not ours:
        return {}
    text = json.dumps(datapackage(ledger, told["name"], told.get("title", "")), indent=2) + "\n"
    return {PACKAGE_FILE: text.encode("utf-8")}


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes() if path.exists() else b""
    except OSError as error:
        raise CounterstreamError(describe_failure(path, error)) from error


@contextmanager
def _locked(folder: Path) -> Generator[None]:
    """Let one process at a time change the ledger of a folder."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise CounterstreamError(describe_failure(folder, error)) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
