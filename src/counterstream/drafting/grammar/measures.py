"""Measures: flow, stock, cumulative count, fee or duration, and whether a figure concerns migration."""

from __future__ import annotations

from counterstream.drafting.candidate import Measure, Topic
from counterstream.drafting.grammar.rule import Example, Rule, word_set

FLOW = Rule(
    "measure.flow",
    "People who move, apply or are admitted within a time.",
    (
        Example("In 1971 some 13,000 people left.", "left", "flow"),
        Example("In 1981 some 300 visas were issued.", "issued", "flow"),
    ),
    ("Some 300 live there.",),
)
STOCK = Rule(
    "measure.stock",
    "People who are somewhere at a time.",
    (
        Example("Some 300 refugees live in Lebanon.", "live", "stock"),
        Example("The camp holds 300 refugees.", "holds", "stock"),
    ),
    ("Some 300 left.",),
)
CUMULATIVE = Rule(
    "measure.cumulative",
    "A count up to a time: since, so far, have left, by the end of.",
    (
        Example("Since 1970 over 80,000 emigres have come.", "Since", "cumulative"),
        Example("So far 300 emigres have returned.", "So far", "cumulative"),
    ),
    ("In 1971 some 300 left.",),
)
RULES = (FLOW, STOCK, CUMULATIVE)

_FLOW = word_set(
    """
    left leave leaving emigrated emigrate emigrating immigrated migrated arrived arrive arriving
    arrivals arrival departed departures departure returned return returning returns fled flee fleeing
    crossed crossing crossings entered entering came come coming went going gone admitted issued awarded
    granted filed lodged submitted applied received deported deportations expelled expulsions evacuated
    repatriated repatriation resettled settled sailed landed disembarked embarked naturalised
    naturalized moved moving emigration immigration exodus influx outflow inflow flow flows escaped
    defected redefected approved refused denied rejected allowed permitted released transferred brought
    sent recruited displaced
    """
)
_STOCK = word_set(
    """
    live lives lived living reside resides resided residing resident residents remain remains remained
    remaining stay stays stayed hosts hosted hosting host holds held housed sheltered sheltering
    accommodated registered population stock stood stands number counted enumerated inhabitants awaiting
    waiting stranded foreign-born born pending backlog caseload is are home
    """
)
_CUMULATIVE = (
    ("since",),
    ("so", "far"),
    ("to", "date"),
    ("thus", "far"),
    ("until", "now"),
    ("by", "the", "end"),
    ("all", "told"),
    ("over", "the", "years"),
)
_MIGRATION = _FLOW - word_set(
    """
    brought sent released came come coming went going gone received issued number flow flows approved
    held entered return returning left leave submitted
    """
) | word_set(
    """
    migrants migrant emigrants emigrant emigres émigrés emigre immigrants immigrant refugee refugees
    returnees returnee repatriates exiles expatriates deportees evacuees expellees settlers asylum visas
    visa emigrate emigration immigration migration displaced idps repatriation resettlement refuseniks
    defectors border foreign-born diaspora abroad newcomers passage quota quotas passports exit
    guestworkers colonists coolies indentured stateless camps camp left leave return returned returning
    returns came
    """
)


def find_measure(words: list[str], unit: str, near: int) -> tuple[Measure, Rule | None, int, int]:
    """Return the measure of a figure, the rule and the tokens that decided.

    Parameters
    ----------
    words
        Lower-cased tokens of the sentence.
    unit
        What the figure counts.
    near
        Token of the figure: the nearest word decides.
    """
    for phrase in _CUMULATIVE:
        for index, word in enumerate(words):
            if word == phrase[0] and tuple(words[index : index + len(phrase)]) == phrase:
                return Measure.CUMULATIVE, CUMULATIVE, index, index + len(phrase)
    best: tuple[int, Measure, Rule, int] | None = None
    for index, word in enumerate(words):
        distance = abs(index - near) + (3 if index < near else 0)
        if word in _FLOW and (best is None or distance < best[0]):
            best = (distance, Measure.FLOW, FLOW, index)
        elif word in _STOCK and (best is None or distance + 2 < best[0]):
            best = (distance + 2, Measure.STOCK, STOCK, index)
    if best is None:
        return Measure.UNKNOWN, None, -1, -1
    return best[1], best[2], best[3], best[3] + 1


def find_topic(words: list[str], unit: str) -> Topic:
    """Return whether a sentence with a figure in a unit concerns migration."""
    if unit in (
        "application",
        "request",
        "visa",
        "person",
        "family",
        "household",
        "share",
        "ratio",
    ) and not _MIGRATION.isdisjoint(words):
        return Topic.MIGRATION
    return Topic.CONTEXT
