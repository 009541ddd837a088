"""Figures of tables, with their headings as context."""

from __future__ import annotations

import re
from dataclasses import replace

from counterstream.drafting.candidate import Bound, Candidate, Measure, Mention, MentionKind, Topic
from counterstream.drafting.document import Cell, Table
from counterstream.drafting.grammar.measures import find_measure, find_topic
from counterstream.drafting.grammar.numbers import interpret_digits
from counterstream.drafting.grammar.places import find_places
from counterstream.drafting.grammar.table_words import (
    BY_DESTINATION,
    BY_ORIGIN,
    CELL,
    DESTINATIONS,
    MILLIONS,
    ORIGINS,
    SCALE,
    SHARES,
    THOUSANDS,
)
from counterstream.drafting.grammar.unit_words import NOUNS
from counterstream.drafting.grammar.units import is_person_noun, name_unit
from counterstream.drafting.lexer import Tokens, read_tokens
from counterstream.drafting.scan import scan_sentence
from counterstream.drafting.state import DraftState

_FIGURE = re.compile(
    r"(?P<sign>[<>~≥≤]?)\s?(?P<minus>[-–]?)(?P<digits>\d[\d.,'’ \u00a0]*)\s?(?P<percent>%?)(?:\*|\s?[a-z]\))?$"
)
_SIGNS = {
    "<": Bound.LESS,
    ">": Bound.GREATER,
    "~": Bound.APPROX,
    "≥": Bound.AT_LEAST,
    "≤": Bound.AT_MOST,
    "": Bound.EXACT,
}


def draft_table(state: DraftState, table: Table) -> None:
    """Draft the figures of a table into the state; a cell that is no plain number is left out."""
    for cell in table.cells:
        text = state.document.text[cell.start : cell.end].strip()
        match = _FIGURE.match(text)
        if cell.heading:
            _mention_times(state, cell)
        if cell.heading or match is None or match["minus"]:
            continue
        candidate = _draft_cell(state, table, cell, match)
        if candidate is not None:
            state.candidates.append(candidate)


def _draft_cell(state: DraftState, table: Table, cell: Cell, match: re.Match[str]) -> Candidate | None:
    """Return the candidate of one cell."""
    digits = re.sub(r"[ \u00a0]", "", match["digits"])
    value, rule = interpret_digits(digits, state.style)
    headings = (*cell.column_headings, *cell.row_headings)
    everything = " ".join((table.caption, *headings))
    if value is None or (not headings and not table.caption):
        return None
    state.fire_raw(CELL, cell.start, cell.end, f"{value:.12g}")
    flags = ["suspect-digits"] if rule.id == "number.suspect" else []
    unit, assumed = _find_unit(headings, table.caption)
    if match["percent"] or (SHARES.search(" ".join(headings)) and not THOUSANDS.search(everything)):
        unit, assumed, value = "share", False, round(value / 100, 8)
    elif THOUSANDS.search(everything) or MILLIONS.search(everything):
        scale = 1e3 if THOUSANDS.search(everything) else 1e6
        value *= scale
        flags.append("scaled")
        state.fire_raw(SCALE, cell.start, cell.end, f"{scale:g}")
    if assumed:
        flags.append("unit-assumed")
    bound = _SIGNS[match["sign"]]
    period = _find_period(state, cell, table)
    origin, destination, defaulted = _find_route(state, cell, table)
    words = read_tokens(everything, 0, len(everything)).words
    measure = find_measure(words, unit, 0)[0] if words else Measure.UNKNOWN
    topic = find_topic(words, unit)
    low = value if bound in (Bound.EXACT, Bound.GREATER, Bound.AT_LEAST) else None
    high = value if bound in (Bound.EXACT, Bound.LESS, Bound.AT_MOST) else None
    stated = value if bound in (Bound.EXACT, Bound.APPROX) else None
    candidate = Candidate(
        state.anchor_raw(cell.start, cell.end), (table.start, table.end), stated, low, high, bound, unit
    )
    return replace(
        candidate,
        measure=measure,
        topic=topic if unit != "person" else Topic.MIGRATION,
        group=state.defaults.group,
        period=period,
        origin=origin,
        destination=destination,
        flags=tuple(flags),
        defaulted=defaulted,
        rules=(CELL.id, rule.id),
        confidence=0.8 - 0.15 * len(flags),
    )


def _mention_times(state: DraftState, cell: Cell) -> None:
    """Record the times that a heading names."""
    text = state.document.text[cell.start : cell.end]
    tokens = read_tokens(text, 0, len(text))
    for item in scan_sentence(tokens, text, len(text), replace(state.clock))[0]:
        first, last = cell.start + item.start, cell.start + item.end
        state.mentions.append(
            Mention(item.kind, first, last, state.document.text[first:last], item.reading, item.rule.id)
        )
        state.fire_raw(item.rule, first, last, item.reading)


def _find_unit(headings: tuple[str, ...], caption: str) -> tuple[str, bool]:
    """Return the unit that headings or the caption name, and whether it is only assumed."""
    for text in (*reversed(headings), caption):
        for word in reversed(read_tokens(text, 0, len(text)).words):
            if word in NOUNS and NOUNS[word][0] != "duration":
                unit, noun = NOUNS[word]
                if unit in ("person", "family", "household", "application", "request", "visa", "currency", "event"):
                    return name_unit(unit, noun), False
            elif is_person_noun(word):
                return "person", False
    return "person", True


def _find_period(state: DraftState, cell: Cell, table: Table) -> str:
    """Return the period that the headings, or else the caption, name."""
    for text in (*reversed(cell.column_headings), *cell.row_headings, table.caption):
        tokens = read_tokens(text, 0, len(text))
        found, _ = scan_sentence(tokens, text, len(text), replace(state.clock)) if len(tokens) else ([], [])
        for item in found:
            if item.kind is MentionKind.TIME and item.reading and item.reading[0] != "P":
                return item.reading
    return ""


def _find_route(state: DraftState, cell: Cell, table: Table) -> tuple[str, str, tuple[str, ...]]:
    """Return origin and destination from the headings, and which of them are defaults."""
    row = _place_of(cell.row_headings)
    column = _place_of(cell.column_headings)
    corner = " ".join((table.caption, *cell.column_headings))
    origin = destination = ""
    if row:
        is_destination = BY_DESTINATION.search(corner) is not None and BY_ORIGIN.search(corner) is None
        state.fire_raw(DESTINATIONS if is_destination else ORIGINS, cell.start, cell.end, row)
        origin, destination = ("", row) if is_destination else (row, "")
    if column:
        origin, destination = (column, destination) if destination and not origin else (origin, column)
    defaulted: list[str] = []
    if not origin and state.defaults.origin and state.defaults.origin != destination:
        origin = state.defaults.origin
        defaulted.append("origin")
    if not destination and state.defaults.destination and state.defaults.destination != origin:
        destination = state.defaults.destination
        defaulted.append("destination")
    return origin, destination, tuple(defaulted)


def _place_of(headings: tuple[str, ...]) -> str:
    """Return the place that headings name."""
    for text in headings:
        tokens: Tokens = read_tokens(text, 0, len(text))
        mentions = find_places(tokens)
        if mentions:
            return mentions[0].place.name
    return ""
