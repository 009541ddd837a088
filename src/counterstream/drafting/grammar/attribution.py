"""Attribution: who says so, and how sure the document is of it."""

from __future__ import annotations

import re

from counterstream.drafting.grammar.pattern import Example, Rule

ACCORDING = Rule(
    "attribution.according-to",
    "According to, as reported by, by the count of.",
    (
        Example("According to UNHCR, some 300 refugees returned.", "UNHCR"),
        Example("According to our best count, 155 emigres have returned.", "our best count"),
        Example("According to the evening paper almost 4,000 people left.", "the evening paper"),
        Example("Some 300 left, as reported by the Ministry of Interior in May.", "the Ministry of Interior"),
    ),
    ("They acted according to plan, and 300 left.",),
)
SAID = Rule(
    "attribution.said",
    "Somebody says, claims, announced, estimates that.",
    (
        Example("TASS announced on 23 February that around 200 people have returned.", "TASS"),
        Example("The Foreign Ministry claims that about 500 visas were awarded.", "The Foreign Ministry"),
        Example("The Red Cross estimated that 300 families had fled.", "The Red Cross"),
    ),
    ("Some 300 said goodbye.",),
)
RUMOUR = Rule(
    "attribution.rumour",
    "Rumour and hearsay.",
    (
        Example("It is rumored that over 1,000 emigres have applied.", "It is rumored"),
        Example("Reportedly 300 families left.", "Reportedly"),
    ),
    ("They reported that 300 left.",),
)
ESTIMATE = Rule(
    "attribution.estimate",
    "Somebody's count or estimate.",
    (
        Example("By our estimate 300 families left.", "our estimate"),
        Example("Official statistics show that 300 left.", "Official statistics"),
    ),
    ("They estimate it at 300 persons.",),
)
RULES = (ACCORDING, SAID, RUMOUR, ESTIMATE)

_NAME = (
    r"(?:the |a |an |our |their |some |most |many |several )?[\w'’/&-]+(?: (?!(?:that|and that|which|"
    r"who|said|says|has|have|had|was|were|is|are|in|on|some|about|over|nearly|almost|around|roughly|"
    r"more|fewer|less|up|only|at|the|from|to)\b|\d)[\w'’/&-]+){0,7}"
)
PATTERNS: tuple[tuple[Rule, re.Pattern[str]], ...] = (
    (
        ACCORDING,
        re.compile(
            (
                r"\b(?:according to|as (?:reported|estimated|stated|announced|recorded) by|in the words of|by the "
                r"count of|as per|on the authority of) (?P<who>(?!plan\b|their\b|his\b)"
            )
            + _NAME
            + ")",
            re.IGNORECASE,
        ),
    ),
    (
        RUMOUR,
        re.compile(
            (
                r"\b(?P<who>it is (?:also |widely )?(?:rumou?red|said|believed|thought|reported|alleged|claimed)|"
                r"rumou?rs?(?: in [\w ]{3,40}?)?|reportedly|allegedly|reports suggest|is said to have|are said to "
                r"have)\b"
            ),
            re.IGNORECASE,
        ),
    ),
    (
        ESTIMATE,
        re.compile(
            (
                r"\b(?P<who>(?:our|official|unofficial|government|independent|western|conservative|the best|most|"
                r"one|recent|available|preliminary|provisional) (?:best |own |latest )?(?:estimates?|counts?|"
                r"statistics|figures|calculations?|sources|data))\b"
            ),
            re.IGNORECASE,
        ),
    ),
    (
        SAID,
        re.compile(
            r"(?P<who>(?:\b(?:[Tt]he|[Aa]n?|[Oo]ne|[Ss]ome|[Mm]ost) )?(?:[a-z][\w-]* ){0,2}(?:[A-Z][\w'-]*(?: "
            r"(?:of |for |and |on |the )?(?=[A-Z]))?)+(?: (?:spokes(?:man|woman|person)|officials?|sources?|"
            r"minister|ministry|authorities|newspaper|census|government|radio|embassy|police|commission))?"
            r"|\b(?:[Tt]he|[Aa]n?|[Oo]ther|[Ss]ome|[Ss]everal|[Oo]fficial|[Cc]ommunity|[Ww]estern|[Oo]ur|"
            r"[Tt]heir) (?:[a-z][\w-]* ){0,2}(?:spokes(?:man|woman|person)|officials?|sources?|minister|"
            r"ministry|authorities|newspapers?|papers|census|government|report|reports|radio|press|police|"
            r"commission|researchers|historians|survey))"
            r"(?: (?:has|have|had|later|also|recently|once|now|then))? (?:said|says?|claims?|claimed|"
            r"announced|reported|reports?|estimates?|estimated|stated?|states|declared|notes|noted|told|"
            r"acknowledged|admitted|thinks?|believes?|puts?)\b"
        ),
    ),
)


def find_attribution(sentence: str) -> tuple[Rule, int, int] | None:
    """Return the rule and the span in a sentence of who says so."""
    for rule, expression in PATTERNS:
        match = expression.search(sentence)
        if match:
            return rule, match.start("who"), match.end("who")
    return None
