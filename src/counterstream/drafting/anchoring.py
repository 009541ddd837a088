"""Decisions on an earlier version of a document: exactly where their words stand now, or orphans."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from counterstream.drafting import codes
from counterstream.drafting.decisions import Change, Decision, Place
from counterstream.errors import Problem


def reanchor(text: str, quote: str, prefix: str, suffix: str) -> tuple[int, int] | None:
    """Return where a quote stands in a text, if it stands there once with the words around it.

    Returns
    -------
    (start, end) or None
        ``None`` if the exact words do not occur, or occur more than once: nothing is guessed.
    """
    whole = prefix + quote + suffix
    at = text.find(whole) if quote else -1
    if at < 0 or text.find(whole, at + 1) >= 0:
        return None
    return at + len(prefix), at + len(prefix) + len(quote)


def anchor_decisions(
    decisions: Iterable[Decision], source: str, text: str, file: str = ""
) -> tuple[tuple[Decision, ...], tuple[Problem, ...]]:
    """Move decisions about other versions of a document to where their quotes stand in this one.

    Parameters
    ----------
    decisions
        As they were read.
    source, text
        Digest and raw text of the document as it is now.
    file
        Name for messages.

    Returns
    -------
    decisions
        All whose places are known; changes without a place are left out.
    orphans
        A warning (D304) for each place that is not found again, once.
    """
    moved: dict[Place, Place | None] = {}
    orphans: list[Problem] = []
    kept: list[Decision] = []
    for decision in decisions:
        changes: list[Change] = []
        for change in decision.changes:
            place = change.place
            if place.source != source and place not in moved:
                span = reanchor(text, change.quote, change.prefix, change.suffix)
                moved[place] = None if span is None else Place(source, *span, place.kind)
                if span is None:
                    orphans.append(_orphan(change, file))
            target = place if place.source == source else moved[place]
            if target is not None:
                changes.append(replace(change, place=target))
        if changes:
            kept.append(replace(decision, changes=tuple(changes)))
    return tuple(kept), tuple(orphans)


def _orphan(change: Change, file: str) -> Problem:
    message = "a decision is about words that the document no longer holds once and exactly"
    mend = "decide again on what stands there now; the old decision is kept in the file"
    return Problem(
        codes.ORPHAN_DECISION, message, file, path=change.field, found=change.quote[:80], mend=mend, severity="warning"
    )
