"""Hedges: the words before and after a figure that say on which side of it, or how near, the truth lies."""

from __future__ import annotations

from dataclasses import dataclass

from counterstream.drafting.grammar.rule import Example, PhraseBook, Phrases, Rule
from counterstream.drafting.lexer import Tokens


def _before(
    name: str, bound: str, meaning: str, phrases: tuple[str, ...], *examples: Example, never: tuple[str, ...] = ()
) -> Phrases:
    return Phrases(Rule(f"hedge.{name}", meaning, examples, never), phrases, bound)


_DEGREE = (
    "(well|just|slightly|considerably|substantially|significantly|far|somewhat|rather|a little|a bit|"
    "little|much|probably|perhaps|already|even|clearly|)"
)

OVER = _before(
    "over",
    "gt",
    "More than the figure.",
    (
        f"{_DEGREE} (over|above|exceeding|beyond)",
        f"{_DEGREE} (more|greater|higher|larger|bigger) than",
        "(well|) in excess of",
        "upwards of",
        "upward of",
        "north of",
        "(exceeded|exceeds|exceed|surpassed|surpasses|surpass|topped|tops|top|topping)",
        "a shade over",
        ">",
        "(passed|crossed|topped|broke) the",
    ),
    Example("Over 150 emigres returned.", "Over", "gt"),
    Example("Well in excess of 3,000 refugees fled.", "Well in excess of", "gt"),
    Example("Just over 300 families left.", "Just over", "gt"),
    never=("They flew over the 300 refugees.", "More refugees than 300 years ago came."),
)
AT_LEAST = _before(
    "at-least",
    "ge",
    "The figure or more.",
    (
        "at (the very|) least (some|)",
        "(no|not) (less|fewer) than",
        "a minimum of",
        "minimum",
        "as (few|low|little) as",
        "(not|no) (below|under)",
        "≥",
        "no smaller than",
    ),
    Example("At least 150 emigres returned.", "At least", "ge"),
    Example("No fewer than 40 families left.", "No fewer than", "ge"),
)
UNDER = _before(
    "under",
    "lt",
    "Less than the figure.",
    (
        f"{_DEGREE} (under|below)",
        f"{_DEGREE} (less|fewer|lower|smaller) than",
        "<",
        "(just|a little|slightly|well|somewhat|) (short|shy) of",
        "a shade (under|below)",
        "(nearly|almost|approaching|virtually)",
        "close (on|to|upon)",
        "the (best|better) part of",
        "(nearing|near to|not quite|not far short of|not far off|verging on)",
    ),
    Example("Fewer than 150 emigres returned.", "Fewer than", "lt"),
    Example("Nearly 300 families left.", "Nearly", "lt"),
    Example("Close to 300 families left.", "Close to", "lt"),
    never=("They lived under the regime with 300 others.",),
)
UP_TO = _before(
    "up-to",
    "le",
    "The figure or less.",
    (
        "(up|anything up) to (as many as|)",
        "as (many|much|high) as",
        "(no|not) (more|higher|greater|larger) than",
        "(no|not) (above|over|exceeding)",
        "at (the very|) most",
        "a maximum of",
        "maximum",
        "at the outside",
        "not (to|) exceed",
        "without exceeding",
        "(never|not|rarely|seldom) (exceed|exceeded|exceeds|exceeding|surpass|surpassed)",
        "≤",
    ),
    Example("Up to 150 emigres returned.", "Up to", "le"),
    Example("As many as 10,000 refugees fled.", "As many as", "le"),
    Example("Not more than 40 families left.", "Not more than", "le"),
    never=("It was up to the 300 emigrants.",),
)
ABOUT = _before(
    "about",
    "approx",
    "Near the figure.",
    (
        "(about|around|approximately|roughly|circa|ca|ca .|c .|approx|approx .|nominally|~|≈)",
        "(some|perhaps|maybe|possibly|probably|presumably|supposedly)",
        "(an|a) (estimated|reported|approximate|rough|projected)",
        "estimated",
        "estimated (at|to be|to number)",
        "(in|on) the (region|order|neighbourhood|neighborhood|vicinity|range) of",
        "of the order of",
        "something (like|over|under|around|approaching)",
        "(more or less|or so|or about|anything like|upwards)",
        "(a good|a round|a whole)",
        "give or take",
    ),
    Example("About 150 emigres returned.", "About", "approx"),
    Example("Some 12,000 refugees fled.", "Some", "approx"),
    Example("An estimated 4,000 families left.", "An estimated", "approx"),
    Example("In the region of 4,000 families left.", "In the region of", "approx"),
    never=("They talked about the 150 emigres.", "Some of the 150 emigres returned."),
)
EXACTLY = _before(
    "exactly",
    "exact",
    "The figure itself.",
    ("(exactly|precisely|fully|all of|altogether|in all|a full)",),
    Example("Exactly 150 emigres returned.", "Exactly", "exact"),
)
RHETORIC = _before(
    "rhetoric",
    "rhetoric",
    "Judges a figure and moves no limit.",
    (
        (
            "(only|just|merely|barely|scarcely|hardly|a mere|a paltry|a staggering|an astonishing|an "
            "impressive|a record|a meagre|a modest|fully|even|simply|but)"
        ),
    ),
    Example("Only 150 emigres returned.", "Only", "rhetoric"),
    Example("A mere 40 families left.", "A mere", "rhetoric"),
    never=("The only 40 families left.",),
)
NEUTRAL = _before(
    "filler",
    "",
    "Words between a hedge and its figure that say nothing about it.",
    (
        "(a|the|its|their|) (combined|grand|overall|cumulative|) total of",
        "the (number|figure) of",
        "(another|other|additional|further|an additional|a further|a total)",
        "(an average of|average|averaging|averaged|on average|a mean of|a median of)",
    ),
    Example("A total of 150 emigres returned.", "A total of"),
)
OR_MORE = Phrases(
    Rule(
        "hedge.or-more",
        "After the figure: it or more.",
        (
            Example("Some families waited 10 years or more.", "or more", "ge"),
            Example("They took 300+ refugees.", "+", "ge"),
        ),
    ),
    (
        "or (more|above|over|greater|better|upwards)",
        "and (more|above|over|upwards|up)",
        "at (the|) (very|) least",
        "- plus",
        "plus",
        "+",
        "(at|as) (a|the) minimum",
    ),
    "ge",
)
OR_LESS = Phrases(
    Rule(
        "hedge.or-less", "After the figure: it or less.", (Example("They took 300 refugees at most.", "at most", "le"),)
    ),
    ("or (less|fewer|below|under)", "at (the|) (very|) most", "(at|as) (a|the) maximum", "at the outside", "maximum"),
    "le",
)
OR_SO = Phrases(
    Rule(
        "hedge.or-so",
        "After the figure: near it.",
        (
            Example("A hundred or so refugees came.", "or so", "approx"),
            Example("The 300-odd families left.", "-odd", "approx"),
        ),
    ),
    (
        "or (so|thereabouts|about)",
        "- odd",
        "odd",
        "(more or less|give or take|approximately|approx|roughly|or roughly)",
        "on average",
    ),
    "approx",
)

BEFORE = (OVER, AT_LEAST, UNDER, UP_TO, ABOUT, EXACTLY, RHETORIC, NEUTRAL)
AFTER = (OR_MORE, OR_LESS, OR_SO)
RULES = tuple(entry.rule for entry in (*BEFORE, *AFTER))
_BEFORE = PhraseBook(BEFORE)
_AFTER = PhraseBook(AFTER)
#: When several hedges stand before a figure the one that limits it is stronger than the one that loosens it.
_STRENGTH = {"gt": 5, "ge": 5, "lt": 5, "le": 5, "approx": 3, "exact": 1, "": 0}


@dataclass(frozen=True, slots=True)
class Hedge:
    """The hedge of one figure: bound, its words and rhetoric, its span in tokens and the rules."""

    bound: str
    words: str
    rhetoric: str
    first: int
    last: int
    fired: tuple[tuple[Rule, int, int, str], ...]


def read_hedge(tokens: Tokens, first: int, last: int, text: str) -> Hedge:
    """Read the hedges before the token ``first`` and after the token ``last - 1``.

    Parameters
    ----------
    tokens
        Tokens of the sentence.
    first, last
        The figure, or the figure with its unit.
    text
        Cleaned text, to quote from.
    """
    bound, rhetoric = "", ""
    fired: list[tuple[Rule, int, int, str]] = []
    words: list[str] = []
    begin = first
    position = first
    while True:
        found = _BEFORE.ending_at(tokens.words, position)
        if found is None:
            break
        entry, start = found
        if entry is RHETORIC and tokens.at(start - 1) in ("the", "not", "nothing", "anything", "all"):
            break
        span = (tokens.starts[start], tokens.ends[position - 1])
        position = start
        if entry is NEUTRAL:
            fired.append((entry.rule, *span, ""))
            continue
        begin = start
        fired.append((entry.rule, *span, entry.reading))
        if entry is RHETORIC:
            rhetoric = text[span[0] : span[1]]
            continue
        words.insert(0, text[span[0] : span[1]])
        if _STRENGTH[entry.reading] > _STRENGTH[bound]:
            bound = entry.reading
    end = last
    after = _AFTER.beginning_at(tokens.words, last)
    if after:
        entry, end = after
        span = (tokens.starts[last], tokens.ends[end - 1])
        fired.append((entry.rule, *span, entry.reading))
        words.append(text[span[0] : span[1]])
        if _STRENGTH[entry.reading] > _STRENGTH[bound]:
            bound = entry.reading
    return Hedge(bound, " ".join(words), rhetoric, begin, end, tuple(fired))
