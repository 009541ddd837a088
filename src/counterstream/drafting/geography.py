"""From where and to where the people of a figure moved."""

from __future__ import annotations

from dataclasses import dataclass

from counterstream.drafting.document import Defaults
from counterstream.drafting.figures import Figure
from counterstream.drafting.grammar.places import DESTINATION, LOCATION, ORIGIN, PEOPLE, PlaceMention, find_role
from counterstream.drafting.grammar.rule import Rule
from counterstream.drafting.lexer import Tokens

#: "Soviet returnees" went to the country that their name is from.
_RETURN_WORDS = frozenset("returned return returning returns returnees returnee repatriated repatriation repatriates back home".split())
#: "In" a place so many words away tells of something else.
_FARTHEST_LOCATION = 14
_CLAUSE_ENDS = frozenset((";", ":", "while", "whereas"))


@dataclass(frozen=True, slots=True)
class Route:
    """Origin and destination, which of them are defaults, and the rules with their mentions."""

    origin: str
    destination: str
    defaulted: tuple[str, ...]
    fired: tuple[tuple[Rule, PlaceMention], ...]


def find_route(tokens: Tokens, figure: Figure, figures: list[Figure], places: list[PlaceMention], defaults: Defaults, last: Route | None) -> Route:
    """Return the route of one figure.

    Notes
    -----
    Of places that play the same part the nearest counts, one after the figure before one
    ahead of it.  Where the text gives one end, and a default is that same place, the other default
    takes the other end: the figure tells of the counter-stream.
    """
    parts: dict[Rule, tuple[int, PlaceMention]] = {}
    for mention in places:
        rule = _part(tokens, figure, mention)
        if rule is None:
            continue
        distance = _distance(tokens, figure, figures, mention)
        if distance is not None and rule is LOCATION and distance > _FARTHEST_LOCATION:
            continue
        if distance is not None and (rule not in parts or distance < parts[rule][0]):
            parts[rule] = (distance, mention)
    fired = tuple((rule, mention) for rule, (_, mention) in parts.items())
    names = {rule: mention.place.name for rule, (_, mention) in parts.items()}
    origin, destination = names.get(ORIGIN, ""), names.get(DESTINATION, "")
    people = names.get(PEOPLE, "")
    returning = not _RETURN_WORDS.isdisjoint(tokens.words)
    if people and not origin and not destination and returning:
        destination = people if people in (defaults.destination, "") else destination
    if people and not origin and people != destination and not returning:
        origin = people
    if LOCATION in names and names[LOCATION] == defaults.origin and not origin and not destination:
        origin = names[LOCATION]
    elif LOCATION in names and not destination and names[LOCATION] != origin:
        destination = names[LOCATION] if not returning or not origin else destination
    return _with_defaults(origin, destination, defaults, fired, last)


def _with_defaults(origin: str, destination: str, defaults: Defaults, fired: tuple[tuple[Rule, PlaceMention], ...], last: Route | None) -> Route:
    """Fill what the text does not say."""
    defaulted: list[str] = []
    if not origin and not destination and last is not None:
        origin, destination = last.origin, last.destination
        defaulted = [name for name, value in (("origin", origin), ("destination", destination)) if value]
        return Route(origin, destination, tuple(defaulted), fired)
    usual = (defaults.origin, defaults.destination)
    if destination and destination == defaults.origin or origin and origin == defaults.destination:
        usual = (defaults.destination, defaults.origin)
    if not origin and usual[0] and usual[0] != destination:
        origin, defaulted = usual[0], [*defaulted, "origin"]
    if not destination and usual[1] and usual[1] != origin:
        destination, defaulted = usual[1], [*defaulted, "destination"]
    return Route(origin, destination, tuple(defaulted), fired)


def _part(tokens: Tokens, figure: Figure, mention: PlaceMention) -> Rule | None:
    """Return the part that a place plays for a figure."""
    if mention.people:
        inside = figure.first <= mention.first < figure.last + 1
        return PEOPLE if inside else None
    if mention.first == 0 and tokens.at(mention.last) in ("has", "had", "hosts", "hosted", "took", "received", "admitted", "accepted", "resettled", "granted", "registered", "recorded", "welcomed"):
        return DESTINATION
    return find_role(tokens, mention)


def _distance(tokens: Tokens, figure: Figure, figures: list[Figure], mention: PlaceMention) -> int | None:
    """Return how far a place is from a figure, ``None`` where it belongs to another one."""
    if mention.first >= figure.last - 1:
        between = tokens.words[figure.last : mention.first]
        others = sum(figure.last <= other.first < mention.first for other in figures)
        if others:
            return None
        return len(between) + (30 if not _CLAUSE_ENDS.isdisjoint(between) else 0)
    others = sum(mention.last <= other.first < figure.first for other in figures)
    return figure.first - mention.first + 4 + 15 * others
