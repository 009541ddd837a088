"""Places by name and by the adjective of their people, and the parts they play: origin, destination, location."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from counterstream.drafting.grammar.rule import Example, Rule, word_set
from counterstream.drafting.grammar.unit_words import NOUNS
from counterstream.drafting.grammar.units import is_person_noun
from counterstream.drafting.lexer import Tokens, read_tokens

ORIGIN = Rule(
    "place.origin",
    "A place that is left: after from, out of, left, fled and the like.",
    (
        Example("Some 300 emigrants from the Soviet Union came.", "Soviet Union", "USSR"),
        Example("Some 300 families fled Syria in 2013.", "Syria", "Syria"),
        Example("In 1907 Italy sent 285,731 emigrants.", "Italy", "Italy"),
    ),
    ("Some 300 emigrants went to Syria.",),
)
DESTINATION = Rule(
    "place.destination",
    "A place that is moved to: after to, into, reached, bound for and the like.",
    (
        Example("Some 300 emigrants went to Israel.", "Israel", "Israel"),
        Example("Some 300 refugees reached neighbouring Jordan.", "Jordan", "Jordan"),
        Example("Some 300 Jews left for Israel.", "Israel", "Israel"),
    ),
    ("Some 300 emigrants came from Israel.",),
)
LOCATION = Rule(
    "place.location",
    "A place where people are: after in, at and the like.",
    (Example("Some 300 refugees live in Lebanon.", "Lebanon", "Lebanon"),),
    ("Some 300 refugees left Lebanon.",),
)
PEOPLE = Rule(
    "place.people",
    "The adjective or name of a people before what is counted.",
    (
        Example("Some 300 Soviet emigres signed.", "Soviet", "USSR"),
        Example("Some 300 Syrians left.", "Syrians", "Syria"),
    ),
    ("Some 300 emigres signed.",),
)
LISTED = Rule(
    "place.listed",
    "A place directly before a figure, as in a list.",
    (Example("Germany took 300 refugees, Sweden (120) too.", "Sweden", "Sweden"),),
    ("Some 300 refugees went to Sweden.",),
)
RULES = (ORIGIN, DESTINATION, LOCATION, PEOPLE, LISTED)

_ORIGIN_WORDS = word_set(
    """
    from leaving leave left leaves fled flee fleeing flees departed departing quit quitting abandoned
    escaped escaping escape exited depart
    """
)
_DESTINATION_WORDS = word_set(
    """
    to into reached reaching reach entered entering enter enters toward towards onto joining
    visiting
    """
)
_LOCATION_WORDS = word_set("in at within inside across throughout around near on")
_FOR_WORDS = word_set(
    """
    left leave leaving leaves bound departed departing depart departs sailed sailing heading headed head
    embarked embarking visas visa permits destined emigrated emigrate started exodus departure
    departures permission emigration reserved applied
    """
)
_ARRIVAL_WORDS = word_set(
    """
    arrived arrive arriving arrives arrivals arrival settled settle settling landed landing landings
    admitted resettled resettle resettlement disembarked entry naturalised naturalized
    """
)
_SKIPPED = word_set(
    """
    the a neighbouring neighboring nearby northern southern eastern western north south east west central what
    is now then former mainland greater rural upper lower both either war-torn communist present-day modern
    - , and or ' " port city town province region state republic of camp
    """
)
_TAKING = word_set(
    """
    took take takes taken received receives receive registered registers hosts hosted host admitted
    admits admit accepted accepts accept resettled resettles granted grants reports reported recorded
    records offered offers welcomed welcomes sheltered shelters accommodates accommodated counts counted
    housed houses absorbed absorbs hold holds had has
    """
)
_SENDING = word_set(
    """
    sent sends send lost loses supplied supplies contributed exported expelled deported
    """
)
#: How far back from a place the word that gives it its part may stand.
_REACH = 9


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the gazetteer; years bound its existence, 0 where open."""

    name: str
    kind: str
    first_year: int = 0
    last_year: int = 0


@dataclass(frozen=True, slots=True)
class PlaceMention:
    """A place in a sentence: tokens ``first`` to ``last``, and whether it is a people's adjective."""

    place: Place
    first: int
    last: int
    people: bool


@cache
def load_gazetteer() -> dict[str, list[tuple[tuple[str, ...], Place, bool]]]:
    """Return names by their first token, the longest first."""
    by_first: dict[str, list[tuple[tuple[str, ...], Place, bool]]] = {}
    text = files("counterstream.drafting.grammar").joinpath("places.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        place = Place(row["name"], row["kind"], int(row["first_year"] or 0), int(row["last_year"] or 0))
        names = [(name, False) for name in (row["name"], *row["aliases"].split(";")) if name]
        names += [(name, True) for name in row["demonyms"].split(";") if name]
        for name, people in names:
            words = tuple(_split_name(name))
            by_first.setdefault(words[0], []).append((words, place, people))
    for entries in by_first.values():
        entries.sort(key=lambda entry: -len(entry[0]))
    return by_first


def _split_name(name: str) -> list[str]:
    """Return the tokens of a name as the lexer cuts them."""
    return read_tokens(name, 0, len(name)).texts


def find_places(tokens: Tokens) -> list[PlaceMention]:
    """Return the places of a sentence in order."""
    gazetteer = load_gazetteer()
    found: list[PlaceMention] = []
    index = 0
    while index < len(tokens):
        text = tokens.texts[index].removesuffix("'s")
        shouted = len(text) > 3 and text.isupper() and text not in gazetteer
        entries = (
            gazetteer.get(text.title())
            if shouted
            else gazetteer.get(text)
            if text[0].isupper() or text == "the"
            else None
        )
        step = 1
        for words, place, people in entries or ():
            here = tuple(word.removesuffix("'s") for word in tokens.texts[index : index + len(words)])
            if (here == words or (shouted and tuple(word.title() for word in here) == words)) and not _is_other_name(
                tokens, index, len(words)
            ):
                people = people and not (text in ("US", "U.S.") and not _is_adjective(tokens, index + 1))
                found.append(PlaceMention(place, index, index + len(words), people))
                step = len(words)
                break
        index += step
    return found


def _is_adjective(tokens: Tokens, following: int) -> bool:
    """Whether the word after ``US`` makes an adjective of it."""
    word = tokens.at(following)
    return (
        bool(word)
        and word[0].isalpha()
        and word
        not in (
            "in",
            "and",
            "or",
            "to",
            "from",
            "since",
            "by",
            "on",
            "for",
            "as",
            "at",
            "after",
            "before",
            "during",
            "is",
            "was",
            "has",
            "had",
            "who",
            "with",
            "each",
            "every",
        )
    )


def _is_other_name(tokens: Tokens, first: int, length: int) -> bool:
    """Whether the word is part of another name: ``New Jersey``, ``Jordan's`` the person is not known."""
    before = tokens.texts[first - 1] if first else ""
    after = tokens.texts[first + length] if first + length < len(tokens) else ""
    return (
        before in ("Mr", "Mrs", "Dr", "Ms")
        or (before == "New" and length == 1)
        or after
        in ("Street", "Road", "Avenue", "University", "Times", "Post", "Tribune", "Herald", "Agency", "Embassy")
    )


def is_heading(tokens: Tokens) -> bool:
    """Whether a short paragraph is a heading: it ends without a full stop and is not a row of figures."""
    return (
        tokens.at(len(tokens) - 1)[:1].isalpha()
        and tokens.texts[0][0].isupper()
        and not any(word[0].isdigit() for word in tokens.words[1:])
    )


def _part_of_subject(tokens: Tokens, mention: PlaceMention) -> Rule | None:
    """Return the part of a place that is the subject: ``Canada will take 6,000``, ``Italy sent 285,000``."""
    before = tokens.at(mention.first - 1)
    if before[:1].isdigit() and len(before) == 4:
        before = ""
    if before == "the":
        before = tokens.at(mention.first - 2)
    if before and before not in (
        ",",
        ";",
        ".",
        ":",
        "(",
        "and",
        "but",
        "while",
        "whereas",
        '"',
        "that",
        "•",
        "-",
        "as",
        "when",
    ):
        return None
    for word in tokens.words[mention.last : mention.last + 5]:
        if word in _TAKING:
            return DESTINATION
        if word in _SENDING:
            return ORIGIN
    return None


def _names_people(word: str) -> bool:
    """Whether a noun names people who can be of a place: ``the Muslims of Bulgaria``."""
    if word in ("people", "members", "head", "heads"):
        return False
    return is_person_noun(word) or NOUNS.get(word, ("",))[0] == "person"


def follows_preposition(tokens: Tokens, mention: PlaceMention) -> bool:
    """Whether a place is ruled by a preposition that moves or places it."""
    before = tokens.at(mention.first - 1 - (tokens.at(mention.first - 1) == "the"))
    return before in _LOCATION_WORDS or before in _DESTINATION_WORDS or before in ("from", "for")


def find_label(tokens: Tokens) -> str:
    """Return the place that labels a paragraph: ``Brazil: ...``."""
    mentions = find_places(tokens)[:1]
    labels = mentions and not mentions[0].people and mentions[0].first == 0 and tokens.at(mentions[0].last) == ":"
    return mentions[0].place.name if labels else ""


def find_heading(tokens: Tokens) -> str:
    """Return the place that a heading consists of, but for its number."""
    mentions = find_places(tokens)
    rest = [word for word in tokens.words if word[0].isalpha()]
    if len(mentions) != 1 or mentions[0].people or not rest:
        return ""
    mention = mentions[0]
    return mention.place.name if len(rest) <= mention.last - mention.first + (tokens.words[0] == "the") else ""


def find_role(tokens: Tokens, mention: PlaceMention) -> Rule | None:
    """Return the part that a place plays by the words around it."""
    if mention.people:
        return None
    part = _part_of_subject(tokens, mention)
    if part is not None:
        return part
    position = mention.first - 1
    steps = 0
    while position >= 0 and steps < _REACH:
        word = tokens.words[position]
        if word == "of" and (
            tokens.at(position - 1) in ("population", "populations", "inhabitants", "residents", "territory", "shores")
        ):
            return LOCATION
        if word == "of" and _names_people(tokens.at(position - 1)):
            return ORIGIN
        if word in _ORIGIN_WORDS or (word == "of" and tokens.at(position - 1) == "out"):
            return ORIGIN
        if word == "to":
            return DESTINATION if tokens.at(position - 1) not in ("according", "due", "owing", "thanks") else None
        if word in _DESTINATION_WORDS:
            return DESTINATION
        if word == "for":
            back = [tokens.at(position - step) for step in range(1, 7)]
            return DESTINATION if any(item in _FOR_WORDS for item in back) else None
        if word in _LOCATION_WORDS:
            back = [tokens.at(position - step) for step in range(1, 4)]
            return DESTINATION if any(item in _ARRIVAL_WORDS for item in back) else LOCATION
        if word not in _SKIPPED and not tokens.texts[position][0].isupper():
            return None
        position -= 1
        steps += 1
    return None
