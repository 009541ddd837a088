"""The entry: a document in, candidates, events and everything set aside out."""

from __future__ import annotations

import re

from counterstream.drafting import codes
from counterstream.drafting.candidate import Draft, Mention, MentionKind
from counterstream.drafting.clean import clean_text
from counterstream.drafting.document import Defaults, Document
from counterstream.drafting.edtf import read_days
from counterstream.drafting.grammar.numbers import find_style
from counterstream.drafting.grammar.pattern import Clock
from counterstream.drafting.lexer import split_sentences
from counterstream.drafting.sentence import draft_sentence
from counterstream.drafting.state import DraftState
from counterstream.drafting.tables import draft_table
from counterstream.errors import CounterstreamError, Problem

#: Goes up with every change of the grammar that can change a draft.
DRAFTING_VERSION = "1"
#: A book of a thousand pages has three million characters; much more at once is a mistake or an attack.
MOST_CHARACTERS = 5_000_000


def draft_document(document: Document, defaults: Defaults | None = None) -> Draft:
    """Draft candidates and events from a document.

    Parameters
    ----------
    document
        What a reader returned.
    defaults
        What the researcher says of the whole document; its date goes before the document's own.

    Raises
    ------
    CounterstreamError
        ``D110`` if the text is too long, ``D210`` if a date is not EDTF.
    """
    defaults = defaults or Defaults()
    clock = _start_clock(document, defaults)
    if len(document.text) > MOST_CHARACTERS:
        message, found = "the document has too much text to be drafted at once", f"{len(document.text):,} characters"
        allowed, mend = (
            f"at most {MOST_CHARACTERS:,} characters",
            "cut the document into parts, for example by chapters",
        )
        raise CounterstreamError(
            Problem(codes.HUGE_TEXT, message, document.name, found=found, allowed=allowed, mend=mend)
        )
    clean, tables = clean_text(document.text, document.tables)
    state = DraftState(document, defaults, clean, clock, find_style(clean.text))
    for rule, start, end, reading in clean.fired:
        state.fire_raw(rule, start, end, reading)
        if rule.id.startswith("furniture") or rule.id == "clean.note-mark":
            state.mentions.append(Mention(MentionKind.TRAP, start, end, document.text[start:end], rule=rule.id))
    for start, end in split_sentences(clean.text):
        if start and clean.text[start - 1] == "\n":
            state.begin_paragraph()
        clock.age += 1
        draft_sentence(state, start, end)
    for table in tables:
        draft_table(state, table)
    return Draft(
        document.sha256,
        document.name,
        DRAFTING_VERSION,
        tuple(sorted(state.candidates, key=lambda item: item.anchor.start)),
        tuple(state.events),
        tuple(sorted(state.mentions, key=lambda item: item.start)),
        tuple(sorted(state.firings, key=lambda item: item.start)),
    )


def _start_clock(document: Document, defaults: Defaults) -> Clock:
    """Return the clock of a document at its date."""
    stated = defaults.date or document.date
    clock = Clock(month_first=defaults.month_first)
    if not stated:
        return clock
    single = re.sub(r"[~?%]", "", stated.rpartition("/")[2] or stated)
    if read_days(single) is None:
        message, allowed = "the document's date is not a date", "a date of EDTF: 1987, 1987-02 or 1987-02-24"
        raise CounterstreamError(
            Problem(
                codes.NOT_EDTF, message, document.name, found=stated, allowed=allowed, mend="write the date as EDTF"
            )
        )
    parts = [int(part) for part in single.split("-") if part.isdigit()]
    clock.year = parts[0] if parts else 0
    clock.month = parts[1] if len(parts) > 1 and parts[1] <= 12 else 0
    clock.day = parts[2] if len(parts) > 2 else 0
    return clock
