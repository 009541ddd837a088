"""Which observable of a case a candidate may answer, and in which words of its ledger.

An observable declares the claims that it answers by columns of the ledger.  A proposal fills
these columns so that the observable does answer; whether it does is asked of
:func:`counterstream.evidence.answering.answer_claims` and not decided here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from counterstream.drafting.candidate import Candidate, Measure
from counterstream.drafting.conversion import PERSON_PAPERS, About, name_kind, name_unit, read_wording
from counterstream.drafting.days import days_of_period
from counterstream.evidence.answering import answer_claims
from counterstream.evidence.claim import Claim, QuantityKind
from counterstream.evidence.conversion import default_kinds
from counterstream.evidence.ledger import Ledger
from counterstream.system.observable import Answer, FlowMeasure, Observable, PathMeasure, RatioMeasure
from counterstream.system.system import System

#: Most proposals that are shown for one candidate.
MOST_PROPOSALS = 9
#: A proposal needs at least a matter in common, or a rarer word and a place.
LEAST_SCORE = 1.5
#: A system's own words are looked at for every candidate; sentences come and go.
REMEMBERED = 2_048

#: Beginnings of words for one matter, for any migration.
_MATTERS: dict[str, tuple[str, ...]] = {
    "departure": ("depart", "re-depart", "leav", "left", "exit", "emigrat", "exodus", "outflow", "sail"),
    "return": ("return", "repatriat", "re-ent", "reent", "homecom"),
    "arrival": ("arriv", "land", "enter", "immigra", "reach"),
    "application": ("appl", "request", "petition"),
    "refusal": ("refus", "denied", "denial", "reject"),
    "permission": ("permi", "visa", "grant", "approv", "allow", "licen"),
    "waiting": ("wait", "pending", "outstanding", "queue", "backlog"),
    "elsewhere": ("dropout", "drop-out", "elsewhere", "bypass", "by-pass"),
    "settled": ("settl", "resettl", "reside", "resident", "living"),
    "wish": ("wish", "want", "desir", "intend"),
    "share": ("share", "percent", "proportion", "fraction", "majority", "minority"),
}
#: Matters that take two words.
_PHRASES = re.compile(r"\b(?:c[ao]m(?:e|es|ing)|went|go(?:es|ne|ing)?|turn(?:s|ed)?) (?:back|home)\b")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_COMMON = frozenset(
    [
        "a",
        "all",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "been",
        "but",
        "by",
        "for",
        "from",
        "had",
        "has",
        "have",
        "he",
        "in",
        "into",
        "is",
        "it",
        "its",
        "no",
        "not",
        "of",
        "on",
        "only",
        "or",
        "other",
        "our",
        "out",
        "over",
        "she",
        "some",
        "than",
        "that",
        "the",
        "their",
        "them",
        "there",
        "these",
        "they",
        "this",
        "those",
        "to",
        "was",
        "we",
        "were",
        "which",
        "who",
        "will",
        "with",
        "year",
        "years",
        "month",
        "people",
        "persons",
        "person",
    ]
)
#: Words for those counted that name no group among them.
_COUNTED = frozenset({"people", "persons", "person", "families", "family", "households", "individuals", "emigres"})


@dataclass(frozen=True, slots=True)
class Proposal:
    """An observable that would answer a candidate, and the claim's columns that make it do so.

    Parameters
    ----------
    observable, label
        Its name and what people call it.
    about
        What the claim must say.
    score
        How much speaks for it; an order and not a probability.
    remark
        What was assumed.
    """

    observable: str
    label: str
    about: About
    score: float
    remark: str = ""


def describe_alone(candidate: Candidate, sentence: str) -> About:
    """Return what a candidate is about where no case says how: in words for a ledger of its own."""
    matters = find_matters(sentence)
    first = next((matter for matter in _MATTERS if matter in matters and matter != "share"), "")
    nouns = {"departure": "departures", "return": "returns", "arrival": "arrivals", "application": "applications"}
    nouns |= {"refusal": "refusals", "permission": "permissions"}
    what = nouns.get(first, first) or candidate.unit
    if candidate.unit == "share":
        what = f"share of {candidate.share_of or what}"
    group = "" if _is_matter(candidate.group) else candidate.group
    return About(what, group, candidate.origin, candidate.destination, name_unit(candidate), name_kind(candidate))


def _is_matter(group: str) -> bool:
    """Whether the words of a group only say what was counted, as "departures" or "families" do."""
    words = _WORD.findall(group.lower())
    return all(find_matters(word) or word in _COUNTED for word in words)


def propose_observables(system: System, candidate: Candidate, sentence: str, wanted: str = "") -> tuple[Proposal, ...]:
    """Return the observables of a system that would answer a candidate, the likeliest first.

    Parameters
    ----------
    system
        Its observables declare what they answer.
    candidate, sentence
        What was drafted, and the words around it.
    wanted
        An observable that is proposed, if it takes the claim at all, however little speaks for it.
    """
    alone = describe_alone(candidate, sentence)
    said = _Said(find_matters(sentence), find_words(sentence))
    scored: list[Proposal] = []
    for observable in system.observables:
        best: Proposal | None = None
        for answer in observable.answers:
            proposal = _match_answer(system, observable, answer, candidate, alone, said)
            if proposal is not None and (best is None or proposal.score > best.score):
                best = proposal
        if best is not None and (best.score >= LEAST_SCORE or best.observable == wanted):
            scored.append(best)
    scored.sort(key=lambda p: (p.observable != wanted, -p.score))
    answered = (p for p in scored if is_answered(system, candidate, p))
    return tuple(p for p, _ in zip(answered, range(MOST_PROPOSALS), strict=False))


def is_answered(system: System, candidate: Candidate, proposal: Proposal) -> bool:
    """Whether the observable of a proposal takes the claim that it makes of a candidate."""
    claim = _sketch_claim(system, candidate, proposal.about)
    answered = answer_claims(system, Ledger((claim,))).answered
    return bool(answered) and answered[0].observable.name == proposal.observable


@lru_cache(maxsize=REMEMBERED)
def find_matters(text: str) -> frozenset[str]:
    """Return the matters of a migration that a text speaks of."""
    low = " ".join(text.lower().split())
    words = _WORD.findall(low)
    found = {matter for matter, stems in _MATTERS.items() if any(word.startswith(stems) for word in words)}
    return frozenset(found | {"return"} if _PHRASES.search(low) else found)


@lru_cache(maxsize=REMEMBERED)
def find_words(text: str) -> frozenset[str]:
    """Return the words of a text that say something, in lower case and cut to their stem."""
    return frozenset(word.rstrip("s")[:7] for word in _WORD.findall(text.lower()) if word not in _COMMON)


@dataclass(frozen=True, slots=True)
class _Said:
    """What a sentence speaks of."""

    matters: frozenset[str]
    words: frozenset[str]


def _match_answer(
    system: System, observable: Observable, answer: Answer, candidate: Candidate, alone: About, said: _Said
) -> Proposal | None:
    """Return the proposal that an answer of an observable amounts to; ``None`` if it cannot be meant."""
    kind = _choose_kind(observable, answer, candidate, alone)
    unit, remark = _choose_unit(observable, answer, alone)
    if kind is None or unit is None:
        return None
    what, score = _choose_what(answer, observable, said)
    places = {place.name: place.label for place in system.places}
    group, group_score = _choose_cell(answer.group, alone.group, said, {})
    origin, origin_score = _choose_cell(answer.origin, candidate.origin, said, places)
    destination, destination_score = _choose_cell(answer.destination, candidate.destination, said, places)
    # Places alone do not say what was counted.
    score = score + group_score + origin_score + destination_score if score > 0.0 else min(score, 0.0)
    if kind is alone.quantity_kind and candidate.measure is not Measure.UNKNOWN:
        score += 1.0
    about = About(what, group, origin, destination, unit, kind)
    return Proposal(observable.name, observable.label or observable.name, about, score, remark)


def _choose_kind(observable: Observable, answer: Answer, candidate: Candidate, alone: About) -> QuantityKind | None:
    """Return the kind of quantity that the claim would have; ``None`` if the candidate states another."""
    kinds = tuple(QuantityKind(k) for k in answer.quantity_kind) or default_kinds(observable.measure)
    if alone.quantity_kind in kinds and not isinstance(observable.measure, PathMeasure):
        return alone.quantity_kind
    if isinstance(observable.measure, PathMeasure):
        is_length = alone.quantity_kind is QuantityKind.DURATION
        return alone.quantity_kind if is_length and observable.unit == alone.unit else None
    is_count = alone.quantity_kind in (QuantityKind.FLOW, QuantityKind.STOCK, QuantityKind.COUNT_OF_APPLICATIONS)
    if isinstance(observable.measure, RatioMeasure) or not is_count:
        return None
    if candidate.measure in (Measure.FLOW, Measure.CUMULATIVE, Measure.STOCK):
        return None
    return QuantityKind.FLOW if isinstance(observable.measure, FlowMeasure) else QuantityKind.STOCK


def _choose_unit(observable: Observable, answer: Answer, alone: About) -> tuple[str | None, str]:
    """Return the unit that the claim would have, with what was assumed; ``None`` if none fits."""
    if not answer.unit or alone.unit in answer.unit:
        counted, mark, span = alone.unit.partition("/")
        papers = {f"{paper}s" for paper in PERSON_PAPERS}
        if counted in papers and observable.unit == "persons" and not answer.unit:
            return "persons" + mark + span, f"one of the {counted} taken for one person"
        return alone.unit, ""
    if alone.unit in ("application", "applications") and "persons" in answer.unit:
        return "persons", "one application taken for one person"
    return None, ""


def _choose_what(answer: Answer, observable: Observable, said: _Said) -> tuple[str, float]:
    """Return the answer's ``what`` that has most in common with the sentence, and how much."""
    label = f"{observable.name.replace('_', ' ')} {observable.label}"
    best, most = "", float("-inf")
    for what in answer.what:
        own, wide = find_matters(what), find_matters(label)
        matters = len(own & said.matters) * 2.0 + len((wide - own) & said.matters) * 0.5
        # A matter that the sentence does not name is probably not the one meant.
        implied = {"arrival"} if "return" in said.matters else set[str]()
        missed = len(own - said.matters - implied) * 1.0
        words = find_words(what)
        shared = len(words & said.words) / max(len(words), 1) * 1.5
        score = matters - missed + shared + len(find_words(label) & said.words) * 0.25
        if score > most:
            best, most = what, score
    return best, most


def _choose_cell(allowed: Iterable[str], stated: str, said: _Said, labels: dict[str, str]) -> tuple[str, float]:
    """Return the content of a column that an answer allows, and how well it agrees with what is stated."""
    choices = tuple(allowed)
    if not choices:
        return stated, 0.0
    words = find_words(stated)
    best, most = choices[0], float("-inf")
    for choice in choices:
        own = find_words(f"{choice} {labels.get(choice, '')}")
        if stated and stated.lower() == choice.lower():
            return choice, 2.0
        score = _agreement(words, own)
        # A column that must say what neither the candidate nor its sentence says is less likely meant.
        score += 0.75 if own & said.words else -0.5 if own and not words else 0.0
        if score > most:
            best, most = choice, score
    return best, most


def _agreement(words: frozenset[str], own: frozenset[str]) -> float:
    """Return how well what is stated agrees with a choice: "the coast" with "coast", not "old" with "new shore"."""
    if not words:
        return 0.0
    if own and (words <= own or own <= words):
        return 1.5
    return 0.0 if words & own else -1.0


def _sketch_claim(system: System, candidate: Candidate, about: About) -> Claim:
    """Return a claim that is good enough to be answered, or not, as the whole one will be."""
    wording = read_wording(candidate)
    first, last = days_of_period(candidate.period) or _any_window(system)
    return Claim(
        id="candidate",
        source_id="",
        locator="",
        statement="",
        quantity_kind=about.quantity_kind,
        what=about.what,
        group=about.group,
        origin=about.origin,
        destination=about.destination,
        first=first,
        last=last,
        # A figure that is still to be filled in must not stand in the way.
        value=wording.value if wording.states_figure else 0.0,
        low=wording.low,
        high=wording.high,
        hedge=wording.hedge,
        unit=about.unit,
        notes="",
        agency="",
    )


def _any_window(system: System) -> tuple[date, date]:
    """Return a window in the middle of a system's clock, for a candidate without a period."""
    boundaries = system.clock.boundaries
    middle = boundaries[len(boundaries) // 2]
    return middle, middle
