"""Which items are shown, and in which order: ``open migration unit=person confidence>0.8``."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping

from counterstream.drafting import codes
from counterstream.drafting.candidate import Candidate, DraftedEvent, Topic
from counterstream.drafting.review.item import CLAIM_FIELDS, EVENT_FIELDS, Item, Status, fields_of, show_field
from counterstream.drafting.review.judging import Judgement
from counterstream.errors import CounterstreamError, Problem, suggest_name

#: Tells what an item amounts to; asked only by the words that need it.
Judge = Callable[[Item], Judgement]
Test = Callable[[Item, Judge], bool]

_CONDITION = re.compile(r"([a-z_]+)(=|~|>|<)(.*)", re.DOTALL)
_NUMBERS: Mapping[str, Callable[[float, float], bool]] = {">": operator.gt, "<": operator.lt}


def _is_migration(item: Item, _: Judge) -> bool:
    return isinstance(item.drafted, Candidate) and item.drafted.topic is Topic.MIGRATION


def _is_doubtful(item: Item, _: Judge) -> bool:
    return bool(item.drafted.flags)


def _is_defaulted(item: Item, _: Judge) -> bool:
    return isinstance(item.drafted, Candidate) and bool(item.drafted.defaulted)


#: Words that stand alone in a filter.
WORDS: Mapping[str, Test] = {
    "all": lambda item, _: True,
    "open": lambda item, _: item.status is Status.OPEN,
    "accepted": lambda item, _: item.status is Status.ACCEPTED,
    "rejected": lambda item, _: item.status is Status.REJECTED,
    "flagged": lambda item, _: item.flagged,
    "claims": lambda item, _: isinstance(item.drafted, Candidate),
    "events": lambda item, _: isinstance(item.drafted, DraftedEvent),
    "migration": _is_migration,
    "context": lambda item, judge: isinstance(item.drafted, Candidate) and not _is_migration(item, judge),
    "doubtful": _is_doubtful,
    "defaulted": _is_defaulted,
    "edited": lambda item, _: bool(item.edited),
    "added": lambda item, _: item.by_hand,
    "ready": lambda item, judge: judge(item).row is not None,
    "answered": lambda item, judge: judge(item).taken is not None,
    "conflicts": lambda item, judge: bool(judge(item).comparison.conflicts),
    "known": lambda item, judge: bool(judge(item).comparison.repeats),
}
#: Is told by the session, which knows which items tell a fact again.
REPEATS = "repeats"

ORDERS: Mapping[str, Callable[[Item], tuple[object, ...]]] = {
    "place": lambda item: (),
    "confidence": lambda item: (-item.drafted.confidence,),
    "value": lambda item: (-_size(item),),
    "period": lambda item: (_period(item) == "", _period(item)),
}


def _size(item: Item) -> float:
    if not isinstance(item.drafted, Candidate):
        return -1.0
    figures = (item.drafted.value, item.drafted.high, item.drafted.low)
    return next((figure for figure in figures if figure is not None), -1.0)


def _period(item: Item) -> str:
    return item.drafted.period if isinstance(item.drafted, Candidate) else item.drafted.date


def parse_filter(text: str, is_repeat: Callable[[Item], bool]) -> Test:
    """Read a filter: words and conditions that must all hold; a dash before one turns it round.

    Parameters
    ----------
    text
        Such as ``open -context unit=person text~vienna confidence>0.5 flag=suspect-digits``.
    is_repeat
        Whether an item tells again what an earlier one has told.

    Raises
    ------
    CounterstreamError
        With every part that cannot be read (D315).
    """

    def tells_again(item: Item, _: Judge) -> bool:
        return is_repeat(item)

    known_words: dict[str, Test] = {**WORDS, REPEATS: tells_again}
    tests: list[Test] = []
    problems: list[Problem] = []
    for part in text.split():
        plain = part.removeprefix("-")
        test = known_words.get(plain) or _parse_condition(plain)
        if test is None:
            known = [*WORDS, REPEATS, *(f"{name}=" for name in CLAIM_FIELDS)]
            problems.append(
                Problem(
                    codes.UNKNOWN_FILTER,
                    f"a filter cannot hold {part[:40]!r}",
                    found=part[:40],
                    allowed=", ".join([*WORDS, REPEATS, "FIELD=..., FIELD~..., text~..., flag=..., confidence>0.8"]),
                    mend=suggest_name(plain[:40], known),
                )
            )
        else:
            tests.append(_negate(test) if part.startswith("-") else test)
    if problems:
        raise CounterstreamError(problems)
    return lambda item, judge: all(test(item, judge) for test in tests)


def _negate(test: Test) -> Test:
    return lambda item, judge: not test(item, judge)


def _parse_condition(text: str) -> Test | None:
    """Read ``field=value``, ``field~part`` or ``confidence>number``; ``None`` if it is none of them."""
    match = _CONDITION.fullmatch(text)
    if match is None:
        return None
    name, mark, wanted = match.group(1), match.group(2), match.group(3).lower()
    if mark in _NUMBERS:
        return _parse_comparison(name, _NUMBERS[mark], wanted)
    special: Mapping[str, Callable[[Item], tuple[str, ...]]] = {
        "text": lambda item: (item.anchor.prefix + item.anchor.quote + item.anchor.suffix,),
        "flag": lambda item: item.drafted.flags,
        "rule": lambda item: item.drafted.rules,
        "page": lambda item: (str(item.anchor.page),),
    }
    if name not in special and name not in CLAIM_FIELDS and name not in EVENT_FIELDS:
        return None

    def test(item: Item, _: Judge) -> bool:
        if name in special:
            contents = special[name](item)
        elif name in fields_of(item):
            contents = (show_field(item, name),)
        else:
            return False
        return any(wanted in c.lower() if mark == "~" else wanted == c.lower() for c in contents)

    return test


def _parse_comparison(name: str, holds: Callable[[float, float], bool], wanted: str) -> Test | None:
    """Read a comparison with a number."""
    sizes: Mapping[str, Callable[[Item], float]] = {"confidence": lambda i: i.drafted.confidence, "value": _size}
    try:
        limit = float(wanted)
    except ValueError:
        return None
    if name not in sizes:
        return None
    size = sizes[name]
    return lambda item, _: holds(size(item), limit)
