"""What the terminal shows of a session, as lines of styled text for any width and height.

Nothing here draws: a line is a list of pieces, each a style's name and its text.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from wcwidth import wcwidth

from counterstream.drafting.candidate import Candidate, DraftedEvent
from counterstream.drafting.review.filters import REPEATS
from counterstream.drafting.review.item import Item, Status, show_field
from counterstream.drafting.review.judging import Judgement
from counterstream.drafting.review.session import Session, current_item, judge

Piece = tuple[str, str]
Line = list[Piece]

#: Raw text that is looked at on either side of a span: a screen holds no more.
REACH = 2_000
#: Below this height the list of keys gives way to the candidate.
TALL = 16
#: Of a contradiction, so much is shown; the command evidence conflicts tells all.
LONGEST_DETAIL = 400
KEYS = "a accept x reject e edit space skip ⌫ undo f flag n/p s split m missed / filter b all ? help q end"


@dataclass(frozen=True, slots=True)
class Size:
    """Columns and rows of a terminal."""

    width: int
    height: int


def draw_screen(session: Session, size: Size, *, with_help: bool = False) -> list[Line]:
    """Return the lines of a screen, at most as many as there are rows, none wider than it.

    The last line but one is the message, the last is the state of the review.  The work depends on
    the size of the screen and not on the number of candidates or the length of the document.
    """
    tail = [_fit([("class:message", plain(session.message))], size.width), draw_status(session, size.width)]
    room = max(size.height - len(tail), 0)
    if with_help:
        return [*_draw_help(size.width)[:room], *tail][-max(size.height, 1) :]
    item = current_item(session)
    if item is None:
        body = [[("", "nothing to show: press / and change the filter, or q to end")]]
        return [*(_fit(line, size.width) for line in body[:room]), *tail]
    judgement = judge(session, item)
    head = _draw_head(session, item, size.width)
    facts = [line for pieces in _list_facts(session, item, judgement) for line in wrap(pieces, size.width)]
    keys = [_fit([("class:keys", KEYS)], size.width)] if size.height >= TALL else []
    # The paragraph keeps two thirds of a small screen at most, and a third of it at least.
    for_facts = min(len(facts), max(room - 1 - len(keys) - room // 3, 0))
    for_words = max(room - 1 - len(keys) - for_facts, 0)
    words = draw_words(session.around.text, item, Size(size.width, for_words))
    body = [head, *words, *facts[:for_facts]]
    body += [[] for _ in range(room - len(body) - len(keys))]
    return [*body, *keys, *tail][-max(size.height, 1) :]


def draw_status(session: Session, width: int) -> Line:
    """Return the line of counts: what is decided and what is left."""
    counts = session.counts
    at = f"{session.cursor + 1:,}/{len(session.view):,}" if session.view else "0/0"
    parts = [
        at,
        f"{counts[Status.OPEN.value]:,} left",
        f"{counts[Status.ACCEPTED.value]:,} accepted",
        f"{counts[Status.REJECTED.value]:,} rejected",
        f"{counts[REPEATS]:,} repeats",
        f"[{session.filter}]",
    ]
    line = " " + "  ".join(parts)
    return _fit([("class:status", line.ljust(width))], width)


def _draw_head(session: Session, item: Item, width: int) -> Line:
    """Return the line that says what this is and what was decided on it."""
    anchor = item.anchor
    kind = "claim" if isinstance(item.drafted, Candidate) else "event"
    where = [f"p. {anchor.page}"] if anchor.page else []
    where += [f"par. {anchor.paragraph + 1}"] if anchor.paragraph >= 0 else []
    marks = [("class:flag", " flagged")] if item.flagged else []
    marks += [("class:flag", f" {plain(flag)}") for flag in item.drafted.flags]
    style = f"class:{item.status.value}"
    head: Line = [("class:head", f"{kind} {', '.join(where)} "), (style, item.status.value), *marks]
    if item.place in session.repeats:
        head.append(("class:repeat", " told before"))
    return _fit(head, width)


def _draw_help(width: int) -> list[Line]:
    texts = (
        "a  accept: it becomes a row of the ledger",
        "x  reject        r  open again",
        "e  edit a field: its name, Enter, its content, Enter; Escape gives up",
        "space  skip      backspace  undo     f  flag as doubtful",
        "n, p, arrows  next, previous         g  first, G  last",
        "1-9  choose the observable that it answers",
        "s  split: put | between the parts",
        "m  add a missed one: its words as they stand in the paragraph",
        "/  filter, such as: open migration unit=person text~vienna -doubtful",
        "o  order: place, confidence, value, period",
        "b  accept all that are shown and complete     X  reject all that are shown",
        "q  end; everything is kept",
    )
    return [_fit([("", text)], width) for text in texts]


# ---- the paragraph


def draw_words(text: str, item: Item, size: Size) -> list[Line]:
    """Return the words around an item's span on at most ``size.height`` lines, the span in them."""
    if size.height <= 0:
        return []
    anchor = item.anchor
    first, last = find_paragraph(text, anchor.start, anchor.end)
    before, span, after = (
        plain(text[a:b]) for a, b in ((first, anchor.start), (anchor.start, anchor.end), (anchor.end, last))
    )
    gap_before = " " if text[first : anchor.start][-1:].isspace() else ""
    gap_after = " " if text[anchor.end : last][:1].isspace() else ""
    pieces: Line = [("class:words", before + gap_before), ("class:span", span), ("class:words", gap_after + after)]
    lines = wrap(pieces, size.width)
    spot = next((i for i, line in enumerate(lines) if any(style == "class:span" for style, _ in line)), 0)
    begin = min(max(spot - (size.height - 1) // 2, 0), max(len(lines) - size.height, 0))
    return lines[begin : begin + size.height]


def find_paragraph(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span of the paragraph around a span, cut where it is longer than a screen."""
    first, last = max(start - REACH, 0), min(end + REACH, len(text))
    blank = max(text.rfind("\n\n", first, start), text.rfind("\n\r\n", first, start), text.rfind("\f", first, start))
    if blank >= 0:
        first = blank + 1
    blanks = [at for mark in ("\n\n", "\r\n\r\n", "\f") if (at := text.find(mark, end, last)) >= 0]
    return first, min(blanks, default=last)


def plain(text: str) -> str:
    """Return text on one line, white space squeezed, with nothing in it that a terminal acts on."""
    words = " ".join(text.split())
    if words.isprintable():
        return words
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in words)


# ---- fields and what the ledger says


def _list_facts(session: Session, item: Item, judgement: Judgement) -> Iterable[Line]:
    """Return the lines below the paragraph, the most needed first."""
    if isinstance(item.drafted, DraftedEvent):
        yield [("class:name", "date "), *_field(item, "date"), ("class:name", "  moves "), *_field(item, "instrument")]
        yield [("class:name", "event "), *_field(item, "event")]
    else:
        yield from _list_figures(item, item.drafted)
    for problem in judgement.problems:
        yield [("class:problem", plain(f"missing: {problem.message}; {problem.mend}"))]
    proposals = list(_list_proposals(judgement))
    yield from proposals[:1]
    for conflict in judgement.comparison.conflicts:
        others = ", ".join(name for name in conflict.claims if not name.startswith(" "))
        head = f"contradicts {others} ({conflict.observable}, {conflict.kind}): "
        yield [("class:problem", head), ("", plain(conflict.detail)[:LONGEST_DETAIL])]
    if judgement.comparison.repeats:
        yield [("class:repeat", f"the ledger has it: {', '.join(judgement.comparison.repeats)}")]
    if first := session.repeats.get(item.place):
        held = session.items[first]
        told = f"told before at {first.start} ({held.status.value}): {plain(held.anchor.quote)}"
        yield [("class:repeat", told)]
    if again := session.told_again.get(item.place):
        places = ", ".join(str(place.start) for place in again[:6])
        yield [("class:repeat", f"told again {len(again)} times, at {places}")]
    yield from proposals[1:]


def _list_proposals(judgement: Judgement) -> Iterable[Line]:
    """Return the observables that would answer, the one that is followed first."""
    numbered = list(enumerate(judgement.proposals, 1))
    numbered.sort(key=lambda pair: pair[1] is not judgement.taken)
    for number, proposal in numbered:
        style = "class:taken" if proposal is judgement.taken else ""
        about = proposal.about
        parts = [about.what, about.group, " to ".join(part for part in (about.origin, about.destination) if part)]
        told = f"{number} {proposal.observable}: {'; '.join(part for part in parts if part)}; {about.unit}"
        yield [(style, plain(told))]


def _list_figures(item: Item, candidate: Candidate) -> Iterable[Line]:
    """Return the lines with a claim's figure, period, places and group."""
    figures: Line = []
    for name in ("value", "low", "high"):
        if getattr(candidate, name) is not None:
            figures += [("class:name", f"{name} "), *_field(item, name), ("", "  ")]
    hedge = f" ({plain(candidate.hedge_words)})" if candidate.hedge_words else ""
    unit = plain(f"{candidate.unit}{'/' + candidate.per if candidate.per else ''} {candidate.measure.value}")
    yield [*figures, ("class:name", "bound "), *_field(item, "bound"), ("", f"{hedge}  {unit}")]
    line: Line = []
    for name, label in (("period", "period"), ("origin", "from"), ("destination", "to"), ("group", "group")):
        if getattr(candidate, name):
            line += [("class:name", f"{label} "), *_field(item, name), ("", "  ")]
    if line:
        yield line
    rest: Line = []
    for name in ("share_of", "relative_to", "attribution", "rhetoric", "what", "agency", "notes"):
        if show := _text_of(item, name):
            rest += [("class:name", f"{name} "), ("", f"{show}  ")]
    if rest:
        yield rest


def _text_of(item: Item, name: str) -> str:
    holder = item.drafted if hasattr(item.drafted, name) else item.chosen
    return plain(str(getattr(holder, name)))


def _field(item: Item, name: str) -> Line:
    """Return a field's content; what was filled in by default has a star, what the person wrote a mark."""
    text = plain(show_field(item, name)) or "-"
    if name in item.edited:
        return [("class:edited", text)]
    defaulted = item.drafted.defaulted if isinstance(item.drafted, Candidate) else ()
    return [("class:default", f"{text}*")] if name in defaulted else [("class:value", text)]


# ---- lines of a width


def measure_width(text: str) -> int:
    """Return how many columns a terminal uses for a text."""
    return sum(max(wcwidth(letter), 0) for letter in text)


def wrap(pieces: Line, width: int) -> list[Line]:
    """Return pieces of text as lines no wider than ``width``, broken at blanks where there are any."""
    lines: list[Line] = [[]]
    used = 0
    for style, text in pieces:
        for word in _split_words(text):
            wide = measure_width(word.rstrip())
            if used and used + wide > width:
                lines.append([])
                used = 0
                word = word.lstrip()
            for part in _cut(word, max(width, 1)) if wide > width else [word]:
                if used and used + measure_width(part.rstrip()) > width:
                    lines.append([])
                    used = 0
                lines[-1].append((style, part))
                used += measure_width(part)
    return [_fit(line, width) for line in lines]


def _split_words(text: str) -> list[str]:
    """Return words, each with the blanks that follow it."""
    words: list[str] = []
    start = 0
    for at in range(1, len(text)):
        if text[at - 1].isspace() and not text[at].isspace():
            words.append(text[start:at])
            start = at
    return [*words, text[start:]] if text else []


def _cut(word: str, width: int) -> list[str]:
    """Return the parts of a word that is wider than a line."""
    parts = [""]
    for letter in word:
        if measure_width(parts[-1] + letter) > width:
            parts.append("")
        parts[-1] += letter
    return parts


def _fit(line: Line, width: int) -> Line:
    """Return a line cut to a width."""
    fitted: Line = []
    left = width
    for style, text in line:
        kept = text
        while measure_width(kept) > left:
            kept = kept[:-1]
        if kept:
            fitted.append((style, kept))
            left -= measure_width(kept)
        if kept != text:
            break
    return fitted
