"""A review as a machine with states: what each act changes, what is kept of it, and what comes next.

Nothing here knows a terminal or a file: decisions go to a function that the session is given, and
they count only when it returns.  No act but a filter, an order or an act on a whole filter looks at
more than the items that it concerns.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from counterstream.drafting import codes
from counterstream.drafting.candidate import Candidate, DraftedEvent
from counterstream.drafting.decisions import Action, Change, Content, Decision, ItemKind, Place
from counterstream.drafting.draft_file import parse_candidate
from counterstream.drafting.linking import link_repeats
from counterstream.drafting.review.filters import ORDERS, REPEATS, parse_filter
from counterstream.drafting.review.item import (
    Item,
    Status,
    get_field,
    item_of,
    set_field,
)
from counterstream.drafting.review.judging import Judgement, Surroundings, judge_item
from counterstream.errors import CounterstreamError, Problem, suggest_name

#: What is shown when a review begins.
FIRST_FILTER = "open -repeats"
#: Drafts the words of a span that a person marked; see :func:`read_span`.
SpanReader = Callable[[int, int], Sequence[Candidate]]


@dataclass
class Session:
    """The state of a review.

    Parameters
    ----------
    around
        What items are judged by.
    source
        Digest of the document.
    who, clock, keep
        The person; tells the time; keeps a decision for good, or raises and nothing is changed.
    read_words
        Drafts the words of a span.
    items
        Every item by its place, in the order of the document.
    view, cursor
        Places that the filter shows, in order, and where the person is among them.
    repeats
        From each later telling of a fact to the first.
    counts
        Items by status; those that are open and only tell a fact again count as repeats.
    history
        Decisions that undo takes back, the last one last.
    """

    around: Surroundings
    source: str
    who: str
    clock: Callable[[], str]
    keep: Callable[[Decision], None]
    read_words: SpanReader
    items: dict[Place, Item] = field(default_factory=dict[Place, Item])
    view: list[Place] = field(default_factory=list[Place])
    spots: dict[Place, int] = field(default_factory=dict[Place, int])
    cursor: int = 0
    filter: str = FIRST_FILTER
    order: str = "place"
    repeats: dict[Place, Place] = field(default_factory=dict[Place, Place])
    told_again: dict[Place, tuple[Place, ...]] = field(default_factory=dict[Place, tuple[Place, ...]])
    counts: Counter[str] = field(default_factory=Counter[str])
    history: list[Decision] = field(default_factory=list[Decision])
    message: str = ""
    judged: dict[Place, tuple[Item, Judgement]] = field(default_factory=dict[Place, tuple[Item, Judgement]])


def begin_session(
    drafted: Iterable[Candidate | DraftedEvent],
    decisions: Iterable[Decision],
    around: Surroundings,
    source: str,
    *,
    who: str,
    clock: Callable[[], str],
    keep: Callable[[Decision], None],
    read_words: SpanReader,
) -> tuple[Session, tuple[Problem, ...]]:
    """Return a session in which everything decided before holds.

    Parameters
    ----------
    drafted
        Candidates and events of the document.
    decisions
        Of this version of the document; see :func:`counterstream.drafting.anchoring.anchor_decisions`.
    around, source, who, clock, keep, read_words
        See :class:`Session`.

    Returns
    -------
    session
        At the first item that is open.
    problems
        A warning for each decision about something that is no longer drafted.
    """
    items = [item_of(source, each) for each in drafted]
    items.sort(key=lambda item: item.place)
    session = Session(around, source, who, clock, keep, read_words)
    session.items = {item.place: item for item in items}
    problems: list[Problem] = []
    for decision in decisions:
        known = tuple(change for change in decision.changes if _can_apply(session, change))
        problems += [_miss_item(change) for change in decision.changes if change not in known]
        for change in known:
            _apply(session, change)
        _remember(session, replace(decision, changes=known))
    session.items = dict(sorted(session.items.items()))
    _link(session)
    session.counts = Counter(_tally(session, item) for item in session.items.values())
    show(session, FIRST_FILTER)
    return session, tuple(problems)


def _link(session: Session) -> None:
    """Find which items tell a fact that an earlier one has told."""
    claims = [item for item in session.items.values() if isinstance(item.drafted, Candidate)]
    links = link_repeats([item.drafted for item in claims if isinstance(item.drafted, Candidate)])
    session.repeats = {claims[later].place: claims[first].place for later, first in links.items()}
    again: dict[Place, list[Place]] = {}
    for later, first in session.repeats.items():
        again.setdefault(first, []).append(later)
    session.told_again = {first: tuple(places) for first, places in again.items()}


def _tally(session: Session, item: Item) -> str:
    """Return under which word an item is counted."""
    is_repeat = item.status is Status.OPEN and item.place in session.repeats
    return REPEATS if is_repeat else item.status.value


def _miss_item(change: Change) -> Problem:
    message = "a decision is about something that is no longer drafted"
    mend = "decide again on what is drafted there now; the old decision is kept in the file"
    return Problem(
        codes.ORPHAN_DECISION, message, path=change.field, found=change.quote[:80], mend=mend, severity="warning"
    )


def current_item(session: Session) -> Item | None:
    """Return the item that the person looks at; ``None`` if the filter shows nothing."""
    return session.items[session.view[session.cursor]] if session.view else None


def judge(session: Session, item: Item) -> Judgement:
    """Return what an item amounts to, worked out once for each state of it."""
    held = session.judged.get(item.place)
    if held is not None and held[0] is item:
        return held[1]
    judgement = judge_item(item, session.around)
    session.judged[item.place] = (item, judgement)
    return judgement


def show(session: Session, filter_text: str = "", order: str = "") -> None:
    """Show what a filter lets through, in an order; the person stays where they are if that is shown.

    Raises
    ------
    CounterstreamError
        If the filter or the order cannot be read (D315); nothing is changed.
    """
    text, by = filter_text or session.filter, order or session.order
    if by not in ORDERS:
        mend = suggest_name(by, ORDERS)
        message = f"there is no order {by[:40]!r}"
        raise CounterstreamError(Problem(codes.UNKNOWN_FILTER, message, allowed=", ".join(ORDERS), mend=mend))
    test = parse_filter(text, lambda item: item.place in session.repeats)
    at = session.view[session.cursor] if session.view else None
    shown = [item for item in session.items.values() if test(item, lambda item: judge(session, item))]
    shown.sort(key=ORDERS[by])
    session.filter, session.order = text, by
    set_view(session, [item.place for item in shown])
    session.cursor = session.spots.get(at, 0) if at is not None else 0
    session.message = f"{len(shown):,} shown"


def set_view(session: Session, view: list[Place]) -> None:
    """Show these places; the person stays at the same spot as far as there is one."""
    session.view = view
    session.spots = {place: spot for spot, place in enumerate(view)}
    session.cursor = min(session.cursor, max(len(view) - 1, 0))


def go_next(session: Session) -> None:
    """Go to the next item that is shown."""
    go_to(session, session.cursor + 1)


def go_previous(session: Session) -> None:
    """Go to the item before."""
    go_to(session, session.cursor - 1)


def go_to(session: Session, spot: int) -> None:
    """Go to a spot among what is shown, or as far as there is something."""
    last = max(len(session.view) - 1, 0)
    session.message = "this is the last one shown" if spot > last else "this is the first one shown" if spot < 0 else ""
    session.cursor = min(max(spot, 0), last)


def skip(session: Session) -> None:
    """Leave the item open and go on to the next one that is open."""
    go_on(session)


def go_on(session: Session) -> None:
    """Go to the next open item that is shown, and round to the first one; stay if there is none."""
    total = len(session.view)
    for step in range(1, total + 1):
        spot = (session.cursor + step) % total
        if session.items[session.view[spot]].status is Status.OPEN and spot != session.cursor:
            session.message = "from the beginning again" if spot < session.cursor else ""
            session.cursor = spot
            return
    session.message = "nothing more is open here"


def change_field(item: Item, name: str, after: Content) -> Change:
    """Return the change of a field of an item to another content."""
    anchor = item.anchor
    return Change(item.place, name, get_field(item, name), after, anchor.quote, anchor.prefix, anchor.suffix)


def commit(session: Session, action: Action, changes: tuple[Change, ...]) -> None:
    """Keep a decision, then let it hold."""
    decision = Decision(session.who, session.clock(), action, changes)
    session.keep(decision)
    for change in changes:
        _apply_counted(session, change)
    _remember(session, decision)


def _remember(session: Session, decision: Decision) -> None:
    """Put a decision on the pile that undo takes from, or take the top off for an undo."""
    if decision.action is not Action.UNDO:
        session.history.append(decision)
    elif session.history:
        session.history.pop()


def _can_apply(session: Session, change: Change) -> bool:
    """Whether there is something that a kept change can be applied to."""
    if change.field == "added":
        return change.place.kind is ItemKind.CLAIM and (change.after is None or _parse_addition(change) is not None)
    item = session.items.get(change.place)
    if item is None:
        return False
    try:
        set_field(item, change.field, change.after)
    except ValueError:
        return False
    return True


def _apply(session: Session, change: Change) -> None:
    """Let a change hold, without counting."""
    if change.field != "added":
        session.items[change.place] = set_field(session.items[change.place], change.field, change.after)
    elif change.after is None:
        session.items.pop(change.place, None)
    elif (added := _parse_addition(change)) is not None:
        session.items[change.place] = replace(item_of(session.source, added), place=change.place, by_hand=True)


def _parse_addition(change: Change) -> Candidate | None:
    """Return the candidate that a person added; its anchor follows where its words stand now."""
    try:
        told = json.loads(str(change.after))
        candidate = parse_candidate(told)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    place = change.place
    moved = place.start - candidate.anchor.start
    first, last = candidate.sentence
    anchor = replace(candidate.anchor, start=place.start, end=place.end)
    return replace(candidate, anchor=anchor, sentence=(max(first + moved, 0), last + moved))


def _apply_counted(session: Session, change: Change) -> None:
    """Let a change hold, and count the items anew that it concerns."""
    before = session.items.get(change.place)
    _apply(session, change)
    after = session.items.get(change.place)
    if before is not None:
        session.counts[_tally(session, before)] -= 1
    if after is not None:
        session.counts[_tally(session, after)] += 1
    if before is not None and after is None:
        session.judged.pop(change.place, None)
        if session.spots.get(change.place, session.cursor + 1) <= session.cursor:
            session.cursor = max(session.cursor - 1, 0)
        set_view(session, [place for place in session.view if place != change.place])
