"""What drafting proposes: candidates for claims, dated events, and what was seen and set aside."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from counterstream.drafting.document import Box

#: Characters kept on either side of a quote (TextQuoteSelector's prefix and suffix).
QUOTE_MARGIN = 32


class Bound(StrEnum):
    """Which side of a figure, or how loosely, a wording binds it."""

    EXACT = "exact"
    APPROX = "approx"
    GREATER = "gt"
    AT_LEAST = "ge"
    LESS = "lt"
    AT_MOST = "le"
    RANGE = "range"
    VAGUE = "vague"
    ZERO = "zero"
    RELATIVE = "relative"


class Measure(StrEnum):
    """What sort of quantity a figure is; ``UNKNOWN`` where the text does not say."""

    FLOW = "flow"
    STOCK = "stock"
    CUMULATIVE = "cumulative"
    FEE = "fee"
    DURATION = "duration"
    UNKNOWN = "unknown"


class Topic(StrEnum):
    """Whether a figure speaks of people who move, apply, arrive or return, or of something beside it."""

    MIGRATION = "migration"
    CONTEXT = "context"


class MentionKind(StrEnum):
    """What a number or time that is no candidate was taken for."""

    TIME = "time"
    TRAP = "trap"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True)
class Anchor:
    """An exact place in the raw text and the words around it.

    Parameters
    ----------
    start, end
        Span in code points of the raw text, end exclusive (TextPositionSelector).
    quote, prefix, suffix
        The raw text of the span, and up to 32 characters before and after (TextQuoteSelector).
    page, paragraph
        Page number from 1 (0: unknown) and number of the paragraph from 0 (-1: unknown).
    boxes
        Where the span is drawn, for a PDF.
    """

    start: int
    end: int
    quote: str
    prefix: str = ""
    suffix: str = ""
    page: int = 0
    paragraph: int = -1
    boxes: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A figure that may become a claim.

    Parameters
    ----------
    anchor
        Where it stands; ``anchor.quote`` is the raw text.
    sentence
        Span in the raw text of the sentence (or table row) that it was read in.
    value, low, high
        The figure and its limits; ``None`` is "not stated" or "open".  "Over 150" has only a low
        limit, "about 200" only a value, "155" all three alike, "70 to 98" only limits.
        Shares are fractions of 1.
    bound
        How the wording binds the figure.
    hedge_words
        The words that say so, as they stand.
    rhetoric
        Words that judge a figure and move no limit, such as "only".
    unit
        ``person``, ``family``, ``household``, ``application``, ``request``, ``visa``, ``share``, ``ratio``,
        a currency (``rouble``), a length of time (``month``), ``event``, or the counted thing's own noun.
    per
        "a year" and the like: the unit of time, or of people, that the figure is counted by.
    share_of, relative_to
        Whole that a share is of; what a multiple or a part is compared with.
    measure, topic
        Sort of quantity; whether it concerns migration.
    group, period, origin, destination
        Who, when (EDTF), from where and to where.
    attribution
        Who says so, in the document's words.
    flags
        Doubts that a person must settle, such as ``suspect-digits``.
    defaulted
        Names of fields filled from the document's defaults or from neighbouring sentences.
    rules
        Identifiers of the grammar rules that fired.
    confidence
        From 0 to 1; an order for review and not a probability.
    status
        ``open`` until a person decides.
    """

    anchor: Anchor
    sentence: tuple[int, int]
    value: float | None
    low: float | None
    high: float | None
    bound: Bound
    unit: str
    hedge_words: str = ""
    rhetoric: str = ""
    per: str = ""
    share_of: str = ""
    relative_to: str = ""
    measure: Measure = Measure.UNKNOWN
    topic: Topic = Topic.CONTEXT
    group: str = ""
    period: str = ""
    origin: str = ""
    destination: str = ""
    attribution: str = ""
    flags: tuple[str, ...] = ()
    defaulted: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    confidence: float = 0.0
    status: str = "open"


@dataclass(frozen=True, slots=True)
class DraftedEvent:
    """A dated event: what happened, when, and which instrument it may concern.

    Parameters
    ----------
    anchor
        Where it stands: the sentence that tells it.
    date
        EDTF, at most to the day.
    event
        The sentence, cleaned of damage and page furniture.
    instrument
        Kind of instrument or mechanism, such as "law" or "conference"; empty if none is recognised.
    basis
        How the date is known: "stated", or "counted from the document's date".
    rules, flags, confidence, status
        As for a candidate.
    """

    anchor: Anchor
    date: str
    event: str
    instrument: str = ""
    basis: str = "stated"
    rules: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    confidence: float = 0.0
    status: str = "open"


@dataclass(frozen=True, slots=True)
class Mention:
    """A number or a time that was seen and is no candidate.

    Parameters
    ----------
    kind
        Time expression, trap (a number that counts nothing) or neutral (too vague to use).
    start, end, quote
        Span in the raw text and its text.
    period
        EDTF of a time expression.
    rule
        Identifier of the rule that took it.
    """

    kind: MentionKind
    start: int
    end: int
    quote: str
    period: str = ""
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Firing:
    """A rule that fired, on which span of the raw text, and what it read there."""

    rule: str
    start: int
    end: int
    reading: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything that was drafted from one document.

    Parameters
    ----------
    sha256, name, version
        Digest and name of the document; version of the drafting grammar.
    candidates, events, mentions
        In the order of the text.
    firings
        Every rule that fired, for ``--explain``.
    """

    sha256: str
    name: str
    version: str
    candidates: tuple[Candidate, ...] = ()
    events: tuple[DraftedEvent, ...] = ()
    mentions: tuple[Mention, ...] = ()
    firings: tuple[Firing, ...] = ()
