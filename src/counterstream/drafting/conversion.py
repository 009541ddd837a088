"""From a candidate to a row of the ledger, by the hedges that the likelihood knows.

Nothing is invented on the way: ``low`` and ``high`` are filled only where the source gives both
ends, and a figure that the source does not state stays a problem for the person who reviews.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from counterstream.drafting import codes
from counterstream.drafting.candidate import Anchor, Bound, Candidate, DraftedEvent, Measure
from counterstream.drafting.days import days_of_period, precision_of_period
from counterstream.errors import Problem
from counterstream.evidence.claim import Claim, Hedge, LedgerEvent, QuantityKind, Use
from counterstream.evidence.conversion import DAYS_PER_SPAN

#: Names that the ledger has for units that drafting names by one piece.
_UNITS = {"person": "persons", "family": "families", "household": "families", "dollar": "USD", "ratio": "times"}
#: Units of which one stands for one person where an observable counts persons.
PERSON_PAPERS = frozenset({"application", "request", "visa"})
#: Words that make a hedge of their own within a bound; the first that occurs counts.
_WORDS: dict[Bound, tuple[tuple[str, Hedge], ...]] = {
    Bound.GREATER: (
        ("just over", Hedge.JUST_OVER),
        ("just above", Hedge.JUST_OVER),
        ("slightly", Hedge.JUST_OVER),
        ("a little", Hedge.JUST_OVER),
    ),
    Bound.LESS: (
        ("almost", Hedge.ALMOST),
        ("nearly", Hedge.NEARLY),
        ("close to", Hedge.NEARLY),
        ("just under", Hedge.NEARLY),
        ("just below", Hedge.NEARLY),
    ),
    Bound.AT_MOST: (("up to", Hedge.UP_TO), ("as many as", Hedge.UP_TO), ("as much as", Hedge.UP_TO)),
    Bound.APPROX: (
        ("almost", Hedge.ALMOST),
        ("nearly", Hedge.NEARLY),
        ("estimate", Hedge.ESTIMATE),
        ("rounded", Hedge.ROUNDED),
        ("half", Hedge.HALF_OF),
    ),
    Bound.EXACT: (("revised", Hedge.REVISED), ("estimate", Hedge.ESTIMATE)),
    Bound.RELATIVE: (("half", Hedge.HALF_OF),),
}
_PLAIN: dict[Bound, Hedge] = {
    Bound.EXACT: Hedge.EXACT,
    Bound.ZERO: Hedge.EXACT,
    Bound.RELATIVE: Hedge.EXACT,
    Bound.APPROX: Hedge.ABOUT,
    Bound.GREATER: Hedge.OVER,
    Bound.AT_LEAST: Hedge.AT_LEAST,
    Bound.LESS: Hedge.UNDER,
    Bound.AT_MOST: Hedge.NO_MORE_THAN,
}
_PROJECTING = ("project", "expect", "forecast", "planned", "anticipat")
#: A statement is a sentence; a table's row may be longer and is cut.
LONGEST_STATEMENT = 400


@dataclass(frozen=True, slots=True)
class Filing:
    """How the claims of a document are filed in a ledger.

    Parameters
    ----------
    source_id
        Row of ``sources.csv``.
    agency
        Who counted, where the text does not name a known agency.
    agencies
        Known agencies, of the system and of the ledger.
    use
        What the claims are for.
    """

    source_id: str
    agency: str
    agencies: tuple[str, ...] = ()
    use: Use = Use.FIT


@dataclass(frozen=True, slots=True)
class Wording:
    """A figure as the ledger holds it."""

    hedge: Hedge
    value: float | None
    low: float | None = None
    high: float | None = None

    @property
    def states_figure(self) -> bool:
        """Whether there is something to compare."""
        return self.value is not None or self.hedge is Hedge.RANGE


@dataclass(frozen=True, slots=True)
class About:
    """What a claim is about, in the vocabulary of a ledger."""

    what: str
    group: str
    origin: str
    destination: str
    unit: str
    quantity_kind: QuantityKind


def read_wording(candidate: Candidate) -> Wording:
    """Return the hedge and the figures that a candidate's wording amounts to.

    A bound stands in ``value`` with a hedge that says on which side of it the truth lies; only a
    range has ``low`` and ``high``.  What is vague and has two ends is a range, what has one is a bound.
    """
    value, low, high = candidate.value, candidate.low, candidate.high
    bound = candidate.bound
    if bound in (Bound.RANGE, Bound.VAGUE):
        if low is not None and high is not None and low > 0.0:
            return Wording(Hedge.RANGE, None, low, high)
        if high is not None and not low:
            bound, value = (Bound.LESS if bound is Bound.VAGUE else Bound.AT_MOST), high
        elif low is not None:
            bound, value = Bound.AT_LEAST, low
        else:
            bound = Bound.APPROX
    elif value is None:
        value = low if bound in (Bound.GREATER, Bound.AT_LEAST) else high
    return Wording(_choose_hedge(bound, candidate), 0.0 if bound is Bound.ZERO else value)


def _choose_hedge(bound: Bound, candidate: Candidate) -> Hedge:
    """Return the hedge of a bound with its words."""
    words = candidate.hedge_words.lower()
    if bound is Bound.RELATIVE:  # its own words say what part of the other figure is meant
        words = f"{words} {candidate.anchor.quote.lower()}"
    if any(stem in words for stem in _PROJECTING):
        return Hedge.PROJECTION
    for word, hedge in _WORDS.get(bound, ()):
        if word in words:
            return hedge
    if bound is Bound.EXACT and "only" in candidate.rhetoric.lower():
        return Hedge.ONLY
    return _PLAIN[bound]


def name_unit(candidate: Candidate) -> str:
    """Return the ledger's name of a candidate's unit, such as ``persons`` or ``persons/month``."""
    unit = candidate.unit
    if unit == "share":
        return "share"
    named = _UNITS.get(unit) or _pluralise(unit)
    return f"{named}/{candidate.per}" if candidate.per in DAYS_PER_SPAN else named


def _pluralise(noun: str) -> str:
    """Return the plural of a unit's name by the rule."""
    if not noun or noun.isupper() or noun.endswith("s"):
        return noun
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + ("es" if noun.endswith(("x", "ch", "sh")) else "s")


def name_kind(candidate: Candidate) -> QuantityKind:
    """Return the sort of quantity that a candidate states; a flow where nothing says otherwise."""
    if candidate.unit == "share":
        return QuantityKind.SHARE
    if candidate.measure is Measure.DURATION or candidate.unit in DAYS_PER_SPAN:
        return QuantityKind.DURATION
    if candidate.measure is Measure.FEE:
        return QuantityKind.FEE
    if candidate.per in DAYS_PER_SPAN or candidate.unit == "ratio":
        return QuantityKind.RATE
    if candidate.unit in ("application", "request"):
        return QuantityKind.COUNT_OF_APPLICATIONS
    return QuantityKind.STOCK if candidate.measure is Measure.STOCK else QuantityKind.FLOW


def quote_sentence(text: str, candidate: Candidate) -> str:
    """Return the sentence that a candidate stands in, on one line."""
    start, end = candidate.sentence
    words = " ".join(text[start:end].split()) or " ".join(candidate.anchor.quote.split())
    return words if len(words) <= LONGEST_STATEMENT else words[: LONGEST_STATEMENT - 1] + "…"


def name_locator(anchor: Anchor) -> str:
    """Return where a span stands: ``p. 3, par. 12, 1034-1046`` in code points of the raw text."""
    parts = [f"p. {anchor.page}"] if anchor.page else []
    if anchor.paragraph >= 0:
        parts.append(f"par. {anchor.paragraph + 1}")
    return ", ".join([*parts, f"{anchor.start}-{anchor.end}"])


def name_agency(attribution: str, filing: Filing) -> str:
    """Return the known agency that an attribution names as a whole, else the document's own."""
    said = " ".join(attribution.lower().split())
    known = {agency.lower(): agency for agency in filing.agencies}
    return known.get(said) or known.get(said.removeprefix("the ")) or filing.agency


def convert_candidate(
    candidate: Candidate, about: About, filing: Filing, text: str, *, agency: str = "", notes: str = ""
) -> tuple[Claim | None, tuple[Problem, ...]]:
    """Return the claim that a candidate amounts to, or why it amounts to none.

    Parameters
    ----------
    candidate, text
        What was drafted, and the raw text of its document.
    about
        What the claim is about.
    filing
        Source, agency and use.
    agency, notes
        The person's own words, in place of what follows from the candidate.

    Returns
    -------
    claim
        Without a name as yet; ``None`` if something is missing.
    problems
        What is missing (D310, D311, D314), and how to mend it.
    """
    problems: list[Problem] = []
    days = days_of_period(candidate.period)
    if days is None:
        problems.append(_miss_period(candidate))
    wording = read_wording(candidate)
    problems += _check_wording(candidate, wording)
    if not about.what.strip():
        mend = "edit the field what, or choose an observable of the case"
        problems.append(Problem(codes.NOT_A_CLAIM, "it is not said what the figure is of", path="what", mend=mend))
    if days is None or problems:
        return None, tuple(problems)
    remarks = [notes] if notes else []
    named = agency or name_agency(candidate.attribution, filing)
    if candidate.attribution and candidate.attribution.lower() != named.lower():
        remarks.append(f"said to be from: {' '.join(candidate.attribution.split())}")
    if candidate.defaulted:
        remarks.append(f"not stated beside the figure: {', '.join(candidate.defaulted)}")
    return Claim(
        id="",
        source_id=filing.source_id,
        locator=name_locator(candidate.anchor),
        statement=quote_sentence(text, candidate),
        quantity_kind=about.quantity_kind,
        what=about.what,
        group=about.group,
        origin=about.origin,
        destination=about.destination,
        first=days[0],
        last=days[1],
        value=wording.value,
        low=wording.low,
        high=wording.high,
        hedge=wording.hedge,
        unit=about.unit,
        notes="; ".join(remarks),
        agency=named,
        use=filing.use,
    ), ()


def _miss_period(candidate: Candidate) -> Problem:
    """Say that there is no period, or none with two ends."""
    message = "the period has no first and last day" if candidate.period else "no period is stated"
    mend = "edit the field period: a year, a month, a day, or two of them with / between"
    return Problem(codes.NO_PERIOD, message, path="period", found=candidate.period, mend=mend)


def _check_wording(candidate: Candidate, wording: Wording) -> list[Problem]:
    """Return what the ledger would not take of the figures."""
    if not wording.states_figure:
        told = f"it is told relative to: {candidate.relative_to}" if candidate.relative_to else ""
        mend = "edit the field value, or reject it"
        return [Problem(codes.NO_FIGURE, "no figure is stated", path="value", found=told, mend=mend)]
    figures = [f for f in (wording.value, wording.low, wording.high) if f is not None]
    problems: list[Problem] = []
    if any(not math.isfinite(f) or f < 0.0 for f in figures):
        problems.append(Problem(codes.NOT_A_CLAIM, "a figure is not a number from 0 up", path="value"))
    elif candidate.unit == "share" and any(f > 1.0 for f in figures):
        allowed, mend = "0 to 1", "write a percentage as a fraction of 1"
        problems.append(Problem(codes.NOT_A_CLAIM, "a share is above 1", path="value", allowed=allowed, mend=mend))
    if wording.low is not None and wording.high is not None and wording.low > wording.high:
        mend = "exchange low and high"
        problems.append(Problem(codes.NOT_A_CLAIM, "the low figure is above the high one", path="low", mend=mend))
    return problems


def convert_event(event: DraftedEvent, filing: Filing) -> tuple[LedgerEvent | None, tuple[Problem, ...]]:
    """Return the row of ``events.csv`` that a dated event amounts to, or why it amounts to none."""
    days = days_of_period(event.date)
    if days is None:
        mend = "edit the field date: a year, a month or a day"
        return None, (Problem(codes.NO_PERIOD, "the event has no date", path="date", found=event.date, mend=mend),)
    if not event.event.strip():
        return None, (Problem(codes.NOT_A_CLAIM, "it is not said what happened", path="event", mend="edit the field"),)
    words = " ".join(event.event.split())
    precision = precision_of_period(event.date)
    locator = name_locator(event.anchor)
    return LedgerEvent(days[0], precision, words, event.instrument, filing.source_id, locator, event.basis), ()
