"""Numbers: digits of several styles, words, fractions, magnitudes and round vague words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from counterstream.drafting.grammar.number_words import (
    FRACTION_NAMES,
    MAGNITUDES,
    NUMBER_WORDS,
    SEVERAL,
    TENS,
    UNITS,
    Number,
    names_duration,
)
from counterstream.drafting.grammar.rule import Example, Rule, word_set
from counterstream.drafting.grammar.vague import read_vague
from counterstream.drafting.lexer import Tokens

DIGITS = Rule(
    "number.digits",
    "Digits, with commas, points or spaces between thousands, and decimals.",
    (
        Example("Some 13,000 emigrants left.", "13,000", "13000"),
        Example("Some 1.5 million refugees left.", "1.5 million", "1500000"),
        Example("In all 1,234,567 persons were counted.", "1,234,567", "1234567"),
        Example("They gave visas to 2.3m refugees.", "2.3m", "2300000"),
        Example("Some 3 lakh refugees crossed.", "3 lakh", "300000"),
    ),
    ("He wrote to the 25th Congress.",),
)
WORDS = Rule(
    "number.words",
    "Number words.",
    (
        Example("Twenty-five families left.", "Twenty-five", "25"),
        Example("Half a million refugees left.", "Half a million", "500000"),
        Example("The half-million Germans left.", "half-million", "500000"),
        Example("Two and a half million people fled.", "Two and a half million", "2500000"),
        Example("A hundred and twenty persons arrived.", "A hundred and twenty", "120"),
        Example("A quarter of a million refugees came.", "A quarter of a million", "250000"),
        Example("Two dozen families returned.", "Two dozen", "24"),
    ),
    ("One of the returnees spoke.", "No one came."),
)
EUROPEAN = Rule(
    "number.european",
    "Points between thousands and a comma before decimals, where the document writes so throughout.",
    (
        Example(
            "In 1950 there were 1.234.567 refugees and 13.000 emigrants.",
            "13.000",
            "13000",
        ),
        Example("Of 1.234.567 refugees 12,5 per cent returned.", "12,5", "12.5"),
    ),
    ("In 1950 there were 1,234 refugees.",),
)
SUSPECT = Rule(
    "number.suspect",
    "Digits that look damaged or ambiguous; flagged and never changed.",
    (
        Example("In 1950 some 1O,000 refugees left.", "1O,000"),
        Example("In 1950 some 32.000 refugees left.", "32.000", "32000"),
        Example("In 1950 some 13 000 refugees left.", "13 000", "13000"),
        Example("In 1950 some 1,30 refugees left.", "1,30"),
    ),
    ("In 1950 some 13,000 refugees left.",),
)
RULES = (DIGITS, WORDS, EUROPEAN, SUSPECT)

_LETTERS = {"m": 1e6, "k": 1e3, "bn": 1e9, "mn": 1e6}
_ANGLO = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?$|\d+(?:\.\d+)?$")
_INDIAN = re.compile(r"\d{1,2}(?:,\d\d)+,\d{3}$")
_POINTS = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?$")
_DECIMAL_COMMA = re.compile(r"\d{1,3}(?:\.\d{3})*,\d{1,2}$")
_APOSTROPHES = re.compile(r"\d{1,3}(?:['’]\d{3})+$")
_RUN = re.compile(r"\d[\d.,]*(?: \d{3}(?!\d))*\d? ?(?:%|per ?cent|million|billion)?")
_EUROPEAN_EVIDENCE = re.compile(
    r"\d{1,3}(?:\.\d{3}){2,}\W*$|\d{1,3}\.\d{3},\d\W*$|\d{1,2},\d{1,2} ?(?:%|per ?cent|million|billion)$"
)
_ANGLO_EVIDENCE = re.compile(r"\d{1,3}(?:,\d{3})+[ .,]*$|\d+\.\d{1,2} ?(?:%|per ?cent|million|billion)$")
_POINT_THOUSANDS = re.compile(r"\d{1,3}\.\d00[ .,]*$")
_SPACED = re.compile(r"[1-9]\d{0,2}(?: \d{3})+[ .,]*$")
#: The beginning of a document shows how it writes.
_SHOWN = 400_000


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """How a document writes numbers: European points and commas, and spaces between thousands."""

    european: bool = False
    spaced: bool = False


def find_style(text: str) -> NumberStyle:
    """Decide how a document writes its numbers from those that can be read in one way only."""
    runs: list[str] = _RUN.findall(text, 0, _SHOWN)
    runs = [run for run in runs if len(run) > 3]
    european, anglo, points, spaced = (
        sum(pattern.match(run) is not None for run in runs)
        for pattern in (_EUROPEAN_EVIDENCE, _ANGLO_EVIDENCE, _POINT_THOUSANDS, _SPACED)
    )
    points //= 2
    # A damaged comma here and there reads like a point, so points alone decide only where there is no comma.
    return NumberStyle(european + (points if not anglo else 0) > anglo, spaced > 1 and spaced >= anglo)


#: Words with which a number can begin.
FIRST_WORDS = (NUMBER_WORDS | frozenset(SEVERAL) | word_set("the low high mid good")) - frozenset(FRACTION_NAMES) | {
    "half"
}


def read_number(tokens: Tokens, index: int, style: NumberStyle) -> Number | None:
    """Return the number that begins at a token, the longest there is."""
    word = tokens.words[index]
    if word[0].isdigit():
        return _read_digits(tokens, index, style)
    vague = read_vague(tokens, index)
    if vague:
        return vague
    if word in NUMBER_WORDS:
        return _read_words(tokens, index)
    return None


def _adjacent(tokens: Tokens, index: int) -> bool:
    """Whether a token touches the one before it."""
    return index < len(tokens) and tokens.starts[index] == tokens.ends[index - 1]


def _read_digits(tokens: Tokens, index: int, style: NumberStyle) -> Number | None:
    """Return a number in digits, with a magnitude or a fraction after it."""
    text = tokens.texts[index]
    last, suspect, rule = index + 1, False, DIGITS
    value: float | None
    if tokens.at(last) in ("o", "l", "i") and _adjacent(tokens, last):
        return _damaged(tokens, index)
    if _takes_spaced(tokens, index):
        while (
            last < len(tokens)
            and len(tokens.texts[last]) == 3
            and tokens.texts[last].isdigit()
            and tokens.starts[last] == tokens.ends[last - 1] + 1
        ):
            text += tokens.texts[last]
            last += 1
        value, suspect = float(text), not style.spaced
        rule = SUSPECT if suspect else DIGITS
    else:
        value, rule = interpret_digits(text, style)
        suspect = rule is SUSPECT
    if value is not None:
        following = tokens.at(last)
        fraction = _fraction_after(tokens, last)
        if fraction:
            value, last = value + fraction, last + 1
        elif following in _LETTERS and (_adjacent(tokens, last) or tokens.texts[last] == "M"):
            value, last = value * _LETTERS[following], last + 1
        magnitude = last + 1 if tokens.at(last) == "-" and tokens.at(last + 1) in MAGNITUDES else last
        if tokens.at(magnitude) in MAGNITUDES and tokens.at(magnitude) not in ("thousands", "millions"):
            value, last = value * MAGNITUDES[tokens.at(magnitude)], magnitude + 1
            if suspect and "." in text:
                value, suspect, rule = float(text) * MAGNITUDES[tokens.at(magnitude)], False, DIGITS
    return Number(index, last, tokens.starts[index], tokens.ends[last - 1], value, rule, suspect=suspect, digits=True)


def _fraction_after(tokens: Tokens, index: int) -> float:
    """Return the value of a fraction sign such as ½ that touches the token before."""
    signs = {"½": 0.5, "¼": 0.25, "¾": 0.75, "⅓": 1 / 3, "⅔": 2 / 3}
    return signs.get(tokens.at(index), 0.0)


def _takes_spaced(tokens: Tokens, index: int) -> bool:
    """Whether digits go on after a space: ``13 000``, but not ``in 1950 300`` or ``12 500 kg bags``."""
    text, following = tokens.texts[index], tokens.at(index + 1)
    if not (text.isdigit() and len(text) <= 3 and text[0] != "0" and len(following) == 3 and following.isdigit()):
        return False
    return tokens.starts[index + 1] == tokens.ends[index] + 1 and not (index and tokens.texts[index - 1] in _MONTHS)


_MONTHS = word_set(
    """
    January February March April May June July August September October November December
    """
)


def _damaged(tokens: Tokens, index: int) -> Number:
    """Return digits with letters among them: no value is proposed."""
    last = index + 1
    while _adjacent(tokens, last) and (
        tokens.texts[last] in "OolI"
        or tokens.texts[last][0].isdigit()
        or (tokens.texts[last] in ".," and _adjacent(tokens, last + 1))
    ):
        last += 1
    return Number(index, last, tokens.starts[index], tokens.ends[last - 1], None, SUSPECT, suspect=True, digits=True)


def interpret_digits(text: str, style: NumberStyle) -> tuple[float | None, Rule]:
    """Return the value of digits with separators in a document's style, and the rule that reads them."""
    plain = text.replace("'", "").replace("’", "")
    if _APOSTROPHES.match(text):
        return float(plain), DIGITS
    if style.european:
        if _POINTS.match(text):
            return float(text.replace(".", "").replace(",", ".")), EUROPEAN
        if _DECIMAL_COMMA.match(text):
            return float(text.replace(".", "").replace(",", ".")), EUROPEAN
    if re.fullmatch(r"\d{1,3}\.\d{3}", text) and text[0] != "0":
        return float(text.replace(".", "")), SUSPECT
    if _ANGLO.match(text):
        return float(text.replace(",", "")), DIGITS
    if _INDIAN.match(text):
        return float(text.replace(",", "")), DIGITS
    if _POINTS.match(text):
        return float(text.replace(".", "").replace(",", ".")), EUROPEAN
    return None, SUSPECT


def _read_words(tokens: Tokens, index: int) -> Number | None:
    """Return a number in words."""
    word = tokens.words[index]
    if (
        word in ("a", "an")
        and tokens.at(index + 1) not in MAGNITUDES
        and tokens.at(index + 1) not in ("quarter", "half", "third", "score")
    ):
        return None
    if word in ("millions", "thousands", "halves"):
        return None
    part = _read_part_of_magnitude(tokens, index)
    if part:
        return part
    if word in ("a", "an") and tokens.at(index + 1) not in MAGNITUDES:
        return None
    value, last = _read_integer(tokens, index)
    if last == index:
        return None
    # "two and a half million", "a million and a half"
    half, part = _and_a_half(tokens, last)
    if half:
        after = last + half
        if tokens.at(after) in MAGNITUDES:
            value, last = (value + part) * MAGNITUDES[tokens.at(after)], after + 1
        else:
            unit = MAGNITUDES.get(tokens.words[last - 1], 1.0)
            value, last = value + part * unit, after
    elif tokens.at(last) == "point" and tokens.at(last + 1) in UNITS:
        value, last = value + UNITS[tokens.at(last + 1)] / 10, last + 2
        if tokens.at(last) in MAGNITUDES:
            value, last = value * MAGNITUDES[tokens.at(last)], last + 1
    return Number(index, last, tokens.starts[index], tokens.ends[last - 1], value, WORDS)


def _and_a_half(tokens: Tokens, index: int) -> tuple[int, float]:
    """Return the length and value of ``and a half``, ``and a quarter`` or ``-and-a-half``."""
    parts = {"half": 0.5, "quarter": 0.25}
    if tokens.words[index : index + 2] == ["and", "a"] and tokens.at(index + 2) in parts:
        return 3, parts[tokens.at(index + 2)]
    if tokens.words[index : index + 6] == ["-", "and", "-", "a", "-", "half"]:
        return 6, 0.5
    return 0, 0.0


def _read_part_of_magnitude(tokens: Tokens, index: int) -> Number | None:
    """Return ``half a million``, ``a quarter of a million``, ``three quarters of a million``."""
    words = tokens.words
    numerator, position = 1, index
    if words[index] in ("a", "one"):
        position += 1
    elif words[index] in UNITS and tokens.at(index + 1) in ("quarters", "-", "thirds"):
        numerator, position = UNITS[words[index]], index + 1
        position += tokens.at(position) == "-"
    denominator = FRACTION_NAMES.get(tokens.at(position))
    if denominator is None:
        return None
    if words[index : index + 2] == ["half", "a"] and names_duration(tokens, index + 2):
        return Number(index, index + 2, tokens.starts[index], tokens.ends[index + 1], 0.5, WORDS)
    position += 1
    after = position + (tokens.at(position) == "-")
    if words[position - 1] == "half" and tokens.at(after) in ("million", "billion", "thousand", "hundred", "dozen"):
        magnitude = MAGNITUDES[tokens.at(after)]
        return Number(index, after + 1, tokens.starts[index], tokens.ends[after], 0.5 * magnitude, WORDS)
    position += tokens.at(position) == "-"
    position += tokens.at(position) == "of"
    if tokens.at(position) not in ("a", "-"):
        return None
    position += 1
    magnitude = MAGNITUDES.get(tokens.at(position))
    if magnitude is None:
        return None
    value = numerator * magnitude / denominator
    return Number(index, position + 1, tokens.starts[index], tokens.ends[position], value, WORDS)


def _read_integer(tokens: Tokens, index: int) -> tuple[float, int]:
    """Return value and end of an integer in words; the end is the beginning if there is none."""
    total = current = 0.0
    last = index
    position = index
    while position < len(tokens):
        word = tokens.words[position]
        if word in ("a", "an") and position == index:
            current = 1.0
        elif word in TENS and current % 100 == 0:
            current += TENS[word]
            if tokens.at(position + 1) == "-" and 0 < UNITS.get(tokens.at(position + 2), 0) < 10:
                position += 2
                current += UNITS[tokens.words[position]]
        elif word in UNITS and (
            current == 0
            or (current % 100 == 0 and last > index)
            or (current % 100 >= 20 and UNITS[word] < 10 and current % 10 == 0)
        ):
            current += UNITS[word]
        elif word == "hundred" and current < 100:
            current = max(current, 1.0) * 100
        elif word == "dozen":
            current = max(current, 1.0) * 12
        elif word in ("thousand", "million", "billion", "lakh", "crore"):
            total, current = total + max(current, 1.0) * MAGNITUDES[word], 0.0
        elif (
            word == "and"
            and last > index
            and (tokens.at(position + 1) in TENS or tokens.at(position + 1) in UNITS)
            and tokens.words[position - 1] in MAGNITUDES
        ):
            position += 1
            continue
        else:
            break
        position += 1
        last = position
        if word == "dozen":
            break
    return total + current, last
