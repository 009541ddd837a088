"""The review as a table: written for a spreadsheet, and its decisions and edits taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from counterstream.drafting import codes
from counterstream.drafting.candidate import Candidate
from counterstream.drafting.conversion import quote_sentence
from counterstream.drafting.decisions import Action, Change, Content
from counterstream.drafting.review.item import (
    CLAIM_FIELDS,
    EVENT_FIELDS,
    Item,
    Status,
    fields_of,
    get_field,
    parse_field,
    set_field,
    show_field,
)
from counterstream.drafting.review.judging import judge_item
from counterstream.drafting.review.session import Session, change_field, commit, judge
from counterstream.errors import CounterstreamError, Problem, suggest_name
from counterstream.evidence.codes import DUPLICATE_ID
from counterstream.evidence.reading import parse_table
from counterstream.evidence.schema import Column, TableSchema
from counterstream.evidence.table import Findings, Row, TextTable, cell_path, show
from counterstream.evidence.writing import format_rows, guard_text


class Verdict(StrEnum):
    """What the column ``decision`` may hold; empty leaves things as they are."""

    ACCEPT = "accept"
    REJECT = "reject"
    OPEN = "open"


_STATUS: Mapping[Verdict, Status] = {
    Verdict.ACCEPT: Status.ACCEPTED,
    Verdict.REJECT: Status.REJECTED,
    Verdict.OPEN: Status.OPEN,
}
_ACTION: Mapping[Status, Action] = {
    Status.ACCEPTED: Action.ACCEPT,
    Status.REJECTED: Action.REJECT,
    Status.OPEN: Action.REOPEN,
}
#: Written to be looked at; not read.
_SHOWN = ("page", "quote", "sentence", "told_before", "missing", "answers", "ledger")
_FIELDS = (*CLAIM_FIELDS, *EVENT_FIELDS)
REVIEW = TableSchema(
    "review",
    "review.csv",
    (
        Column("item", "Names the candidate: its kind and its place in the text."),
        Column("decision", "accept, reject, open, or empty: as it was."),
        Column("flagged", "yes, or empty."),
        *(Column(name, f"Field of the candidate: {name}.") for name in _FIELDS),
        *(Column(name, "Not read.", optional=True) for name in _SHOWN),
    ),
    key="item",
)


def format_review(session: Session) -> str:
    """Return every item of a review, decided or not, as the text of a CSV file."""
    heading = [column.name for column in REVIEW.columns]
    verdicts = {status: verdict.value for verdict, status in _STATUS.items() if verdict is not Verdict.OPEN}
    rows: list[list[str]] = []
    for item in session.items.values():
        if item.status is Status.SPLIT:
            continue
        cells = {"item": name_item(item), "decision": verdicts.get(item.status, "")}
        cells["flagged"] = "yes" if item.flagged else ""
        cells |= {name: show_field(item, name) for name in fields_of(item)} | _describe(session, item)
        rows.append([guard_text(cells.get(name, "")) for name in heading])
    return format_rows([heading, *rows])


def name_item(item: Item) -> str:
    """Return ``claim 1034-1046``: what an item is, and its span in the text."""
    return f"{item.place.kind.value} {item.place.start}-{item.place.end}"


def _describe(session: Session, item: Item) -> dict[str, str]:
    """Return the cells that are only looked at."""
    judgement = judge(session, item)
    before = session.repeats.get(item.place)
    told = [*(f"has it: {name}" for name in judgement.comparison.repeats)]
    told += [f"contradicts: {conflict.detail}" for conflict in judgement.comparison.conflicts]
    is_claim = isinstance(item.drafted, Candidate)
    return {
        "page": str(item.anchor.page or ""),
        "quote": " ".join(item.anchor.quote.split()),
        "sentence": quote_sentence(session.around.text, item.drafted) if isinstance(item.drafted, Candidate) else "",
        "told_before": name_item(session.items[before]) if before is not None else "",
        "missing": "; ".join(f"{p.path}: {p.message}" for p in judgement.problems),
        "answers": judgement.taken.observable if is_claim and judgement.taken else "",
        "ledger": "; ".join(told),
    }


@dataclass(frozen=True)
class Taken:
    """How many items a table decided on or edited, and how many rows left things as they were."""

    changed: int
    unchanged: int


def take_review(session: Session, raw: bytes, file: str) -> Taken:
    """Take the decisions and edits of a table back into a review: all of them, or none.

    Parameters
    ----------
    session
        The review that the table was written from, or one of the same draft.
    raw, file
        The table's bytes, and its name for messages.

    Raises
    ------
    CounterstreamError
        With every fault of every row, with line and column.
    """
    findings = Findings()
    table = parse_table(raw, file, REVIEW, findings)
    known = {name_item(item): item for item in session.items.values() if item.status is not Status.SPLIT}
    seen: dict[str, int] = {}
    plans: list[tuple[Action, tuple[Change, ...]]] = []
    unchanged = 0
    for row in table.rows if table.sound else ():
        name = table.read_cell(row, "item")
        if name in seen:
            _report(findings, table, row, "item", DUPLICATE_ID, f"names a row twice, first in line {seen[name]}", "")
        elif name not in known:
            mend = suggest_name(name, known)
            _report(findings, table, row, "item", codes.UNKNOWN_CANDIDATE, "is no candidate of the draft", mend)
        else:
            changes = _read_row(session, findings, table, row, known[name])
            if changes:
                plans.append((_name_action(changes), changes))
            else:
                unchanged += 1
        seen.setdefault(name, row.line)
    if findings.has_errors:
        raise CounterstreamError(findings.problems)
    for action, changes in plans:
        commit(session, action, changes)
    return Taken(len(plans), unchanged)


def _name_action(changes: tuple[Change, ...]) -> Action:
    """Return what a row does, as a decision is called."""
    status = next((change.after for change in changes if change.field == "status"), None)
    return Action.EDIT if status is None else _ACTION[Status(str(status))]


def _read_row(session: Session, findings: Findings, table: TextTable, row: Row, item: Item) -> tuple[Change, ...]:
    """Return what a row changes; nothing if it has faults, which are reported."""
    before = len(findings.problems)
    changed = item
    contents: dict[str, Content] = {}
    for name in _FIELDS:
        cell = table.read_cell(row, name)
        if name not in fields_of(item):
            if cell:
                kind = item.place.kind.value
                _report(findings, table, row, name, codes.EVENT_FIELD, f"is no field of a {kind}", "empty the cell")
            continue
        if cell == show_field(item, name).strip():
            continue
        content = parse_field(item, name, cell)
        if isinstance(content, Problem):
            _report(findings, table, row, name, content.code, content.message, content.mend, content.allowed)
        elif content != get_field(item, name):
            contents[name] = content
            changed = set_field(changed, name, content)
    flagged = table.read_cell(row, "flagged").lower()
    if flagged not in ("", "yes"):
        _report(findings, table, row, "flagged", codes.BAD_EDIT, "is neither yes nor empty", "write yes or nothing")
    elif flagged != get_field(item, "flagged"):
        contents["flagged"] = flagged
    status = _read_verdict(findings, table, row)
    if status is not None and status is not item.status:
        contents["status"] = status.value
    accepts = (status or item.status) is Status.ACCEPTED
    if accepts and contents and len(findings.problems) == before:
        for problem in judge_item(changed, session.around).problems:
            column = problem.path if problem.path in table.positions else "decision"
            _report(findings, table, row, column, problem.code, f"cannot be accepted: {problem.message}", problem.mend)
    if len(findings.problems) > before:
        return ()
    return tuple(change_field(item, name, content) for name, content in contents.items())


def _read_verdict(findings: Findings, table: TextTable, row: Row) -> Status | None:
    """Return what the column ``decision`` asks for; ``None`` for nothing."""
    cell = table.read_cell(row, "decision").lower()
    if not cell:
        return None
    if cell not in list(Verdict):
        mend = suggest_name(cell, list(Verdict))
        allowed = f"{', '.join(Verdict)}, or empty"
        message = f"is no decision: {show(cell)}"
        _report(findings, table, row, "decision", codes.UNKNOWN_DECISION, message, mend, allowed)
        return None
    return _STATUS[Verdict(cell)]


def _report(
    findings: Findings,
    table: TextTable,
    row: Row,
    column: str,
    code: str,
    message: str,
    mend: str,
    allowed: str = "",
) -> None:
    """Report a fault of a cell with its line and column."""
    found = show(table.read_cell(row, column))
    position, path = table.positions.get(column, 0), cell_path(table, row, column)
    told = message if message.startswith(column) else f"{column} {message}"
    findings.add(Problem(code, told, table.file, row.line, position, path, found, allowed, mend))
