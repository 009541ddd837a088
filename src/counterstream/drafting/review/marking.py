"""Candidates that a person makes: by splitting one, or by marking words that drafting missed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from counterstream.drafting.candidate import QUOTE_MARGIN, Anchor, Bound, Candidate, Measure
from counterstream.drafting.decisions import Action, Change, Place
from counterstream.drafting.draft_file import candidate_as_data
from counterstream.drafting.review.item import Status
from counterstream.drafting.review.session import Session, change_field, commit, current_item, set_view

_BY_HAND = ("by-hand",)


def split(session: Session, marked: str) -> bool:
    """Split the item where the person put a bar into its words; return whether that was possible.

    Parameters
    ----------
    marked
        The item's words with ``|`` at each place to split, such as ``3,000 and |4,000``.
    """
    item = current_item(session)
    if item is None or not isinstance(item.drafted, Candidate):
        session.message = "only a claim can be split"
        return False
    spans = _find_parts(item.anchor, marked)
    if spans is None:
        session.message = "keep the words and put | between the parts"
        return False
    parts = [_draft_part(session, item.drafted, *span) for span in spans]
    if any(Place(session.source, *span) in session.items for span in spans):
        session.message = "a part is a candidate already"
        return False
    changes = [change_field(item, "status", Status.SPLIT.value), *(_addition(session, part) for part in parts)]
    commit(session, Action.SPLIT, tuple(changes))
    _insert(session, [Place(session.source, *span) for span in spans])
    session.cursor = session.spots[Place(session.source, *spans[0])]
    session.message = f"split into {len(parts)}"
    return True


def _find_parts(anchor: Anchor, marked: str) -> list[tuple[int, int]] | None:
    """Return the spans of the parts in the raw text; ``None`` if the words are not the same."""
    parts = marked.split("|")
    words = "".join(parts)
    if len(parts) < 2 or "".join(words.split()) != "".join(anchor.quote.split()):
        return None
    spans: list[tuple[int, int]] = []
    at = 0
    for part in parts:
        # Letters are followed through the raw text, whose white space may be any.
        for letter in "".join(part.split()):
            at = anchor.quote.index(letter, at) + 1
        begin = spans[-1][1] if spans else anchor.start
        spans.append((begin, anchor.start + at))
    spans = [_strip(anchor, *span) for span in spans]
    return spans if all(start < end for start, end in spans) else None


def _strip(anchor: Anchor, start: int, end: int) -> tuple[int, int]:
    """Return a span of a quote without white space at its ends."""
    words = anchor.quote[start - anchor.start : end - anchor.start]
    return start + len(words) - len(words.lstrip()), end - len(words) + len(words.rstrip())


def add_missed(session: Session, words: str) -> bool:
    """Add a candidate that drafting missed: words of the paragraph that is shown.

    Returns
    -------
    bool
        Whether the words are there, once, and are no candidate yet; else the message says why.
    """
    item = current_item(session)
    wanted = words.strip()
    if item is None or not wanted:
        session.message = "nothing was added"
        return False
    span = find_words_near(session.around.text, wanted, item.anchor.start)
    if span is None:
        session.message = f"these words are not found near here: {wanted[:40]}"
        return False
    place = Place(session.source, *span)
    if place in session.items:
        session.message = "this is a candidate already"
        return False
    model = item.drafted if isinstance(item.drafted, Candidate) else None
    added = _draft_part(session, model, *span)
    commit(session, Action.ADD, (_addition(session, added),))
    _insert(session, [place])
    session.cursor = session.spots[place]
    session.message = "added: edit what is missing, then accept"
    return True


def find_words_near(text: str, words: str, near: int, reach: int = 20_000) -> tuple[int, int] | None:
    """Return where words stand in a text nearest to a place; white space may be any."""
    begin = max(near - reach, 0)
    window = text[begin : near + reach]
    squeezed: list[str] = []
    spots: list[int] = []
    for at, letter in enumerate(window):
        if not letter.isspace():
            squeezed.append(letter)
            spots.append(at)
    hay, needle = "".join(squeezed), "".join(words.split())
    found: list[tuple[int, int]] = []
    at = hay.find(needle)
    while needle and at >= 0:
        found.append((begin + spots[at], begin + spots[at + len(needle) - 1] + 1))
        at = hay.find(needle, at + 1)
    return min(found, key=lambda span: abs(span[0] - near), default=None)


def _draft_part(session: Session, model: Candidate | None, start: int, end: int) -> Candidate:
    """Return a candidate for words that a person marked.

    The figure is what drafting reads in the words alone, if anything; what they do not say of period,
    places and group is taken from the candidate beside them.
    """
    text = session.around.text
    anchor = Anchor(
        start,
        end,
        text[start:end],
        text[max(start - QUOTE_MARGIN, 0) : start],
        text[end : end + QUOTE_MARGIN],
        model.anchor.page if model else 0,
        model.anchor.paragraph if model else -1,
    )
    drafted = session.read_words(start, end)
    read = drafted[0] if drafted else Candidate(anchor, (start, end), None, None, None, Bound.EXACT, "")
    if model is None:
        return replace(read, anchor=anchor, sentence=(start, end), unit=read.unit or "person", rules=_BY_HAND)
    beside = ("group", "period", "origin", "destination", "attribution", "unit")
    lent = {name: getattr(model, name) for name in beside if not getattr(read, name)}
    measure = model.measure if read.measure is Measure.UNKNOWN else read.measure
    return replace(
        read, **lent, anchor=anchor, sentence=model.sentence, measure=measure, topic=model.topic, rules=_BY_HAND
    )


def _addition(session: Session, added: Candidate) -> Change:
    """Return the change that brings a candidate into being; what it holds is kept as JSON."""
    anchor = added.anchor
    place = Place(session.source, anchor.start, anchor.end)
    content = json.dumps(candidate_as_data(added), allow_nan=False)
    return Change(place, "added", None, content, anchor.quote, anchor.prefix, anchor.suffix)


def _insert(session: Session, places: Sequence[Place]) -> None:
    """Show new items right after the one that the person looks at."""
    at = session.cursor + 1
    set_view(session, [*session.view[:at], *places, *session.view[at:]])
    session.items = dict(sorted(session.items.items()))
