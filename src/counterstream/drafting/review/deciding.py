"""What a person decides on the item that is shown, or on all that are shown."""

from __future__ import annotations

from counterstream.drafting.candidate import Bound, Candidate
from counterstream.drafting.decisions import Action, Change, Content
from counterstream.drafting.review.item import Item, Status, parse_field
from counterstream.drafting.review.session import (
    Session,
    change_field,
    commit,
    current_item,
    go_on,
    judge,
    show,
)
from counterstream.errors import Problem


def accept(session: Session) -> None:
    """Accept the item, if it makes a row of the ledger, and go on to the next."""
    item = current_item(session)
    if item is None:
        return
    judgement = judge(session, item)
    if judgement.row is None:
        session.message = "; ".join(f"{p.message}: {p.mend}" for p in judgement.problems)
        return
    _decide(session, Action.ACCEPT, item, Status.ACCEPTED)


def reject(session: Session) -> None:
    """Reject the item and go on to the next."""
    item = current_item(session)
    if item is not None:
        _decide(session, Action.REJECT, item, Status.REJECTED)


def reopen(session: Session) -> None:
    """Take back whatever was decided on the item, and stay."""
    item = current_item(session)
    if item is not None and item.status in (Status.ACCEPTED, Status.REJECTED):
        commit(session, Action.REOPEN, (change_field(item, "status", Status.OPEN.value),))
        session.message = "open again"


def _decide(session: Session, action: Action, item: Item, status: Status) -> None:
    if item.status is not status:
        commit(session, action, (change_field(item, "status", status.value),))
    go_on(session)


def flag(session: Session) -> None:
    """Mark the item as doubtful, or take the mark off, and stay."""
    item = current_item(session)
    if item is None:
        return
    commit(session, Action.FLAG, (change_field(item, "flagged", "" if item.flagged else "yes"),))
    session.message = "no longer flagged" if item.flagged else "flagged"


def edit(session: Session, name: str, text: str) -> bool:
    """Change a field of the item; return whether that was possible, else the message says why."""
    item = current_item(session)
    if item is None:
        return False
    content = parse_field(item, name, text)
    if isinstance(content, Problem):
        hint = content.allowed or content.mend
        session.message = f"{content.message}: {hint}" if hint else content.message
        return False
    commit(session, Action.EDIT, _edit_changes(item, name, content))
    session.message = f"{name} changed"
    return True


def _edit_changes(item: Item, name: str, content: Content) -> tuple[Change, ...]:
    """Return the changes of an edit: a figure takes the limits that repeated it along."""
    changes = [change_field(item, name, content)]
    drafted = item.drafted
    if name == "value" and isinstance(drafted, Candidate) and drafted.bound is Bound.EXACT:
        changes += [change_field(item, limit, content) for limit in ("low", "high")]
    return tuple(changes)


def undo(session: Session) -> None:
    """Take the last decision back and show the item that it was about."""
    while session.history and not session.history[-1].changes:
        session.history.pop()  # it was about words that are no longer there
    if not session.history:
        session.message = "there is nothing to undo"
        return
    last = session.history[-1]
    changes = tuple(change.reversed() for change in reversed(last.changes))
    commit(session, Action.UNDO, changes)
    place = last.changes[0].place
    if place in session.items:
        if place not in session.spots:
            show(session, "all")
        session.cursor = session.spots[place]
    session.message = f"undone: {last.action}" + (f" of {len(last.changes)}" if len(last.changes) > 1 else "")


def accept_shown(session: Session) -> int:
    """Accept every open item that is shown and makes a row, repeats excepted; return how many.

    It is one decision: kept whole or not at all, and undone as one.
    """
    return _decide_shown(session, Action.ACCEPT, Status.ACCEPTED)


def reject_shown(session: Session) -> int:
    """Reject every open item that is shown; return how many.  It is one decision."""
    return _decide_shown(session, Action.REJECT, Status.REJECTED)


def count_acceptable(session: Session) -> int:
    """Return how many items :func:`accept_shown` would accept."""
    return len(_select_shown(session, Status.ACCEPTED))


def count_open(session: Session) -> int:
    """Return how many items :func:`reject_shown` would reject."""
    return len(_select_shown(session, Status.REJECTED))


def _select_shown(session: Session, status: Status) -> list[Item]:
    items = [session.items[place] for place in session.view]
    items = [item for item in items if item.status is Status.OPEN]
    if status is Status.REJECTED:
        return items
    # A fact that is told twice is one fact.
    return [item for item in items if item.place not in session.repeats and judge(session, item).row is not None]


def _decide_shown(session: Session, action: Action, status: Status) -> int:
    chosen = _select_shown(session, status)
    if chosen:
        commit(session, action, tuple(change_field(item, "status", status.value) for item in chosen))
    session.message = f"{len(chosen):,} {status.value}"
    return len(chosen)
