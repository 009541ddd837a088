"""From where and to where the people of a figure moved."""

from __future__ import annotations

from dataclasses import dataclass

from counterstream.drafting.document import Defaults
from counterstream.drafting.figures import Figure
from counterstream.drafting.grammar.places import (
    DESTINATION,
    LISTED,
    LOCATION,
    ORIGIN,
    PEOPLE,
    PlaceMention,
    find_role,
    follows_preposition,
)
from counterstream.drafting.grammar.rule import Rule, word_set
from counterstream.drafting.lexer import Tokens

#: "Soviet returnees" went to the country that their name is from.
_RETURN_WORDS = word_set(
    """
    returned return returning returns returnees returnee repatriated repatriation repatriates
    """
)
#: "In" a place so many words away tells of something else.
_FARTHEST_LOCATION = 24
_CLAUSE_ENDS = word_set("; : while whereas")
#: A place so near before a figure, as in a list, is that figure's own.
_LIST_GAP = word_set(", ( : – — - with had took at about some as many")


@dataclass(frozen=True, slots=True)
class Route:
    """Origin and destination, which of them are defaults, and the rules with their mentions."""

    origin: str
    destination: str
    defaulted: tuple[str, ...] = ()
    fired: tuple[tuple[Rule, PlaceMention], ...] = ()


@dataclass(frozen=True, slots=True)
class Around:
    """What a figure falls back on: the route told last, the heading's place, the researcher's defaults."""

    last: Route | None
    heading: str
    defaults: Defaults


def find_route(tokens: Tokens, number: int, figures: list[Figure], places: list[PlaceMention], around: Around) -> Route:
    """Return the route of one figure.

    Parameters
    ----------
    tokens, number, figures, places
        The sentence, which of its figures, and its places.
    around
        What the figure falls back on.

    Notes
    -----
    Of places that play the same part the nearest counts, one after the figure before one
    ahead of it.  Where the text gives one end, and a default is that same place, the other default
    takes the other end: the figure tells of the counter-stream.
    """
    figure = figures[number]
    parts: dict[Rule, tuple[int, PlaceMention]] = {}
    for mention in places:
        rule = _part(tokens, figures, number, mention)
        if rule is None:
            continue
        distance = -1 if rule is LISTED else _distance(tokens, figure, figures, mention)
        if distance is None or (rule is LOCATION and distance > _FARTHEST_LOCATION):
            continue
        if rule not in parts or distance < parts[rule][0]:
            parts[rule] = (distance, mention)
    fired = tuple((rule, mention) for rule, (_, mention) in parts.items())
    names = {rule: mention.place.name for rule, (_, mention) in parts.items()}
    origin, destination = _combine(tokens, names, around)
    return _with_defaults(origin, destination, around, fired)


def _combine(tokens: Tokens, names: dict[Rule, str], around: Around) -> tuple[str, str]:
    """Return origin and destination from the places by the parts they play."""
    origin, destination = names.get(ORIGIN, ""), names.get(DESTINATION, "")
    people, located = names.get(PEOPLE, ""), names.get(LISTED) or names.get(LOCATION, "")
    returning = not _RETURN_WORDS.isdisjoint(tokens.words)
    if LISTED in names:
        # In a list each place stands where the first one did.
        if origin and not destination:
            origin = located
        else:
            destination = located
        return (people if people != destination else ""), destination
    if people and not origin and not destination and returning:
        destination = people if people in (around.defaults.destination, "") else destination
    if people and not origin and people != destination and not returning:
        origin = people
    if located and located == around.defaults.origin and not origin and not destination:
        origin = located
    elif located and not destination and located != origin and not (returning and origin):
        destination = located
    return origin, destination


def _with_defaults(
    origin: str, destination: str, around: Around, fired: tuple[tuple[Rule, PlaceMention], ...]
) -> Route:
    """Fill what the text does not say."""
    defaults, last = around.defaults, around.last
    defaulted: list[str] = []
    if not origin and not destination and last is not None and (last.origin or last.destination):
        inherited = tuple(name for name, value in (("origin", last.origin), ("destination", last.destination)) if value)
        return Route(last.origin, last.destination, inherited, fired)
    if not destination and around.heading and around.heading != origin:
        destination, defaulted = around.heading, ["destination"]
    usual = (defaults.origin, defaults.destination)
    if (destination and destination == defaults.origin) or (origin and origin == defaults.destination):
        usual = (defaults.destination, defaults.origin)
    if not origin and usual[0] and usual[0] != destination:
        origin, defaulted = usual[0], [*defaulted, "origin"]
    if not destination and usual[1] and usual[1] != origin:
        destination, defaulted = usual[1], [*defaulted, "destination"]
    return Route(origin, destination, tuple(defaulted), fired)


def _part(tokens: Tokens, figures: list[Figure], number: int, mention: PlaceMention) -> Rule | None:
    """Return the part that a place plays for a figure."""
    figure = figures[number]
    if mention.people:
        if figure.first <= mention.first < figure.last + 1:
            return PEOPLE
        begin = figures[number - 1].last if number else 0
        alone = figure.unit is None or figure.share
        return (
            PEOPLE
            if alone
            and begin <= mention.first < figure.first
            and tokens.words[mention.last - 1].endswith(("s", "ese", "ish"))
            else None
        )
    gap = tokens.words[mention.last : figure.first]
    if (
        mention.last <= figure.first
        and len(gap) <= 2
        and all(word in _LIST_GAP for word in gap)
        and not follows_preposition(tokens, mention)
        and find_role(tokens, mention) is not ORIGIN
    ):
        return LISTED
    return find_role(tokens, mention)


def _distance(tokens: Tokens, figure: Figure, figures: list[Figure], mention: PlaceMention) -> int | None:
    """Return how far a place is from a figure, ``None`` where it belongs to another one."""
    if mention.first >= figure.last - 1:
        between = tokens.words[figure.last : mention.first]
        if any(figure.last <= other.first < mention.first for other in figures):
            return None
        return len(between) + (30 if not _CLAUSE_ENDS.isdisjoint(between) else 0)
    others = sum(mention.last <= other.first < figure.first for other in figures)
    return figure.first - mention.first + 12 + 15 * others
