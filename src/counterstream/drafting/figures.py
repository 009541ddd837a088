"""Figures of a sentence: numbers, ranges and shares with their hedges and units."""

from __future__ import annotations

from dataclasses import dataclass, field

from counterstream.drafting.candidate import Bound
from counterstream.drafting.grammar import numbers, shares
from counterstream.drafting.grammar.hedges import Hedge, read_hedge
from counterstream.drafting.grammar.number_words import Number
from counterstream.drafting.grammar.numbers import NumberStyle, read_number
from counterstream.drafting.grammar.ranges import RANGE, join_range
from counterstream.drafting.grammar.rule import Rule, word_set
from counterstream.drafting.grammar.shares import PERCENT, Share, percent_after, read_share
from counterstream.drafting.grammar.unit_words import ABSTRACT_NOUNS
from counterstream.drafting.grammar.units import (
    DURATION_WORDS,
    OTHER_NOUN,
    Unit,
    unit_after,
    unit_of_subject,
    unit_of_verb,
    unit_of_whole,
    unit_sign,
)
from counterstream.drafting.lexer import Tokens

Fired = tuple[Rule, int, int, str]


@dataclass
class Figure:
    """A figure before it is given a time and places.

    Parameters
    ----------
    first, last
        Tokens from its first hedge to the end of its unit.
    core
        First token of the number itself.
    value, low, high, bound
        As in a candidate.
    hedge
        Its hedge.
    unit
        What it counts; ``None`` if that is not said.
    fired
        Rules with their spans in the cleaned text.
    """

    first: int
    last: int
    core: int
    value: float | None
    low: float | None
    high: float | None
    bound: Bound
    hedge_words: str = ""
    rhetoric: str = ""
    unit: Unit | None = None
    unit_name: str = ""
    share: bool = False
    digits: bool = False
    firm: bool = False
    flags: list[str] = field(default_factory=list[str])
    fired: list[Fired] = field(default_factory=list[Fired])


_FIRST_WORDS = numbers.FIRST_WORDS | shares.FIRST_WORDS


def read_figures(
    tokens: Tokens, taken: list[bool], text: str, style: NumberStyle
) -> tuple[list[Figure], list[tuple[int, int, Rule]]]:
    """Return the figures of a sentence and the numbers that are none.

    Parameters
    ----------
    tokens, text
        The sentence, and the cleaned text.
    taken
        For each token whether a time or a trap has it.
    style
        How the document writes numbers.
    """
    figures: list[Figure] = []
    neutral: list[tuple[int, int, Rule]] = []
    index = 0
    count = len(tokens)
    while index < count:
        word = tokens.words[index]
        if taken[index] or not (word in _FIRST_WORDS or word[0].isdigit()):
            index += 1
            continue
        share = read_share(tokens, index, style)
        if share and not any(taken[index : share.last]):
            figure = _figure_of_share(tokens, share, text)
            figures.append(figure)
            index = max(share.last, figure.last if share.unit != "ratio" else share.last)
            continue
        number = read_number(tokens, index, style)
        if number is None or any(taken[index : number.last]):
            index += 1
            continue
        figure, end = _figure_of_number(tokens, number, taken, text, style)
        if figure is None:
            neutral.append((number.start, number.end, number.rule))
            index = max(end, index + 1)
            continue
        figures.append(figure)
        index = max(end, index + 1)
    return figures, neutral


def _bound_of(hedge: Hedge, number_is_vague: bool) -> Bound:
    if hedge.bound in ("gt", "ge", "lt", "le", "approx"):
        return Bound(hedge.bound)
    return Bound.VAGUE if number_is_vague else Bound.EXACT


def _limits(
    bound: Bound, value: float | None, low: float | None, high: float | None
) -> tuple[float | None, float | None, float | None]:
    """Return value, low and high as a bound leaves them."""
    if value is None:
        if bound in (Bound.GREATER, Bound.AT_LEAST):
            return None, low, None
        return None, low, high
    if bound in (Bound.GREATER, Bound.AT_LEAST):
        return None, value, None
    if bound in (Bound.LESS, Bound.AT_MOST):
        return None, None, value
    if bound is Bound.APPROX:
        return value, None, None
    return value, value, value


def _figure_of_share(tokens: Tokens, share: Share, text: str) -> Figure:
    """Return the figure of a share in words."""
    hedge = read_hedge(tokens, share.first, share.last, text)
    if share.value == 0.0:
        bound = Bound.ZERO
    elif share.unit == "ratio":
        bound = Bound.RELATIVE
    elif share.hedge:
        bound = Bound(share.hedge)
    else:
        bound = _bound_of(hedge, False)
    value, low, high = share.value, share.low, share.high
    if bound not in (Bound.ZERO, Bound.RELATIVE, Bound.VAGUE) and value is not None:
        value, low, high = _limits(bound, value, low, high)
    figure = Figure(
        hedge.first,
        max(share.last, hedge.last),
        share.first,
        value,
        low,
        high,
        bound,
        hedge.words,
        hedge.rhetoric,
        share=True,
        firm=True,
    )
    figure.unit_name = share.unit
    figure.fired = [*hedge.fired, (share.rule, tokens.starts[share.first], tokens.ends[share.last - 1], share.reading)]
    after = share.last
    if tokens.at(after) == "of":
        after += 1
    while tokens.at(after) in ("the", "all", "these", "those", "recent", "its", "their", "our"):
        after += 1
    unit = unit_after(tokens, after, text, False) if share.unit != "ratio" and after < len(tokens) else None
    if unit:
        figure.unit = unit
        figure.last = max(figure.last, unit.last)
        if not share.unit:
            figure.unit_name = unit.unit
    elif not share.unit:
        figure.unit_name = "person"
    return figure


def _figure_of_number(
    tokens: Tokens, number: Number, taken: list[bool], text: str, style: NumberStyle
) -> tuple[Figure | None, int]:
    """Return the figure of a number or a range, and the token from which to read on."""
    if tokens.words[max(0, number.first - 2) : number.first] == ["all", "but"]:
        return None, number.last
    if tokens.at(number.first - 1) == "per" or (tokens.at(number.first - 1) == "/" and number.first > 1):
        return None, number.last
    first, last = number.first, number.last
    value, low, high = number.value, number.low, number.high
    percent = percent_after(tokens, last)
    fired: list[Fired] = [(number.rule, number.start, number.end, number.reading)]
    sign = unit_sign(tokens, first, text)
    joined = join_range(tokens, number, percent, taken, style)
    is_range = joined is not None
    suspect = number.suspect
    if joined:
        other, low, high, last, percent, first = joined
        value = None
        suspect = suspect or other.suspect
        fired.append((RANGE, tokens.starts[first], tokens.ends[last - 1], f"{low:.10g}..{high:.10g}"))
        fired.append((other.rule, other.start, other.end, other.reading))
    if percent:
        last += percent
        value, low, high = (None if item is None else round(item / 100, 8) for item in (value, low, high))
        if suspect and number.value is not None and "." in tokens.texts[number.first]:
            value, suspect = float(tokens.texts[number.first]) / 100, False
        fired.append(
            (PERCENT, tokens.starts[number.first], tokens.ends[last - 1], "" if value is None else f"{value:g}")
        )
    hedge = read_hedge(tokens, sign.first if sign and not is_range else first, last, text)
    bound = Bound.RANGE if is_range else _bound_of(hedge, number.vague)
    value, low, high = (value, low, high) if is_range else _limits(bound, value, low, high)
    figure = Figure(
        hedge.first, max(last, hedge.last), number.first, value, low, high, bound, hedge.words, hedge.rhetoric
    )
    figure.fired = [*fired, *hedge.fired]
    figure.digits = number.digits
    figure.share = bool(percent)
    figure.firm = number.digits or number.vague or is_range or (number.value or 0) >= 13
    if suspect:
        figure.flags.append("suspect-digits")
    if percent:
        figure.unit_name = "percentage point" if tokens.words[last - 1].startswith("point") else "share"
        return figure, figure.last
    if sign:
        figure.first = min(figure.first, sign.first)
        figure.unit, figure.unit_name = sign, sign.unit
        figure.fired.append((sign.rule, sign.start, sign.end, sign.unit))
        return figure, figure.last
    _attach_unit(tokens, figure, number, text)
    return (figure if _is_quantity(tokens, figure, number, hedge) else None), figure.last


def _attach_unit(tokens: Tokens, figure: Figure, number: Number, text: str) -> None:
    """Find what a number counts and add it to the figure."""
    after = figure.last
    if tokens.at(after) == "of" and (
        number.vague or tokens.at(after + 1) in ("the", "these", "those", "this", "its", "their", "our", "his", "all")
    ):
        unit = unit_of_whole(tokens, after, text)
    else:
        unit = unit_after(tokens, after, text, True)
    unit = unit or unit_of_verb(tokens, after, figure.first)
    if unit is None and figure.firm:
        unit = unit_of_subject(tokens, figure.first, text)
    if unit is None:
        return
    if (
        unit.noun in DURATION_WORDS
        and figure.hedge_words.lower() == "over"
        and tokens.at(figure.first - 1) not in _LASTING
    ):
        # "settled over two years": during them, and not for more than them.
        figure.bound, figure.hedge_words = Bound.EXACT, ""
        figure.value, figure.low, figure.high = _limits(Bound.EXACT, number.value, number.low, number.high)
    figure.unit, figure.unit_name = unit, unit.unit
    years = {"century": 100.0, "decade": 10.0}.get(unit.noun)
    if years and number.value == 0.5:
        figure.unit_name = "year"
        figure.value, figure.low, figure.high = (
            item and item * years for item in (figure.value, figure.low, figure.high)
        )
    figure.fired.append((unit.rule, unit.start, unit.end, unit.unit))
    figure.last = max(figure.last, unit.last)
    again = read_hedge(tokens, figure.last, figure.last, text) if unit.last > after and not figure.hedge_words else None
    if again and again.last > figure.last and again.bound in ("ge", "le", "approx") and figure.bound is Bound.EXACT:
        figure.bound = Bound(again.bound)
        figure.value, figure.low, figure.high = _limits(figure.bound, figure.value, figure.low, figure.high)
        figure.hedge_words, figure.last = again.words, again.last
        figure.fired.extend(again.fired)


_FATES = word_set("survived died returned fled drowned emigrated perished escaped stayed remained")
_LASTING = word_set(
    """
    for lasted took take takes waited waiting wait is was after of lived spent been last lasts with
    """
)
#: Before a small number these make it refer back to things already told.
_DEFINITE = word_set("the these those both his her their its our all")
_BEFORE_LENGTH = word_set(
    """
    for within after in over than of least about nearly almost some only another additional lasted took
    waited every wait
    """
)


def _is_quantity(tokens: Tokens, figure: Figure, number: Number, hedge: Hedge) -> bool:
    """Whether a number with or without a unit is a figure and not a turn of speech."""
    unit = figure.unit
    word = tokens.words[number.first]
    small = not number.digits and not number.vague and figure.bound is not Bound.RANGE and (number.value or 0) <= 12
    before = tokens.at(number.first - 1)
    if unit is None:
        return figure.firm
    if not small:
        return True
    if number.value == 1 and word == "one":
        if unit.noun in DURATION_WORDS:
            return before in _BEFORE_LENGTH or bool(hedge.words)
        return (unit.unit in ("family", "household") and before not in ("the", "this", "that", "every")) or bool(
            hedge.words
        )
    if unit.rule is OTHER_NOUN:
        return number.value != 1 and unit.noun + "s" not in ABSTRACT_NOUNS and before not in _DEFINITE
    if unit.last == unit.first and tokens.at(figure.last) in _FATES and number.value != 1:
        return True
    if unit.last == unit.first:
        return (
            unit.last == unit.first and unit.unit == "person" and (bool(hedge.words) or unit.rule.id == "unit.group-of")
        )
    if before in _DEFINITE and unit.noun not in DURATION_WORDS:
        return False
    return number.value != 0
