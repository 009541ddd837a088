"""Time expressions that are counted from the document's date or from a time told before."""

from __future__ import annotations

import re
from collections.abc import Callable

from counterstream.drafting.edtf import SEASONS, format_month, year_of
from counterstream.drafting.grammar.number_words import TENS, UNITS
from counterstream.drafting.grammar.pattern import DIGIT, Clock, Example, Pattern, Rule, leads, reads_nothing
from counterstream.drafting.grammar.time_readings import DAY, MONTH, MONTH_LEADS, SEASON, month_number, months_of_part

_COUNT = (
    r"(?P<n>\d{1,3}|a|an|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|"
    r"eighteen|twenty|thirty|forty|fifty|half a|several|few|a few|some|many|a couple of|couple of|a "
    r"dozen)"
)
_UNIT = r"(?P<u>day|week|fortnight|month|quarter|year|decade|century)"
_LETTERS = {
    "day": "D",
    "week": "W",
    "fortnight": "W",
    "month": "M",
    "quarter": "M",
    "year": "Y",
    "decade": "Y",
    "century": "Y",
}
_TIMES = {"fortnight": 2, "quarter": 3, "decade": 10, "century": 100}
_COUNT_LEADS = (
    "a an one two three four five six seven eight nine ten eleven twelve fifteen eighteen twenty "
    "thirty forty fifty half several few some many"
)
#: How many sentences later a month without its year still belongs to the year told before.
_MEMORY = 3


def _number(text: str) -> float | None:
    """Return the number of a count, or ``None`` where it is vague."""
    text = text.lower()
    if text.isdigit():
        return int(text)
    if text in ("a", "an"):
        return 1
    if text == "half a":
        return 0.5
    if text == "a dozen":
        return 12
    if text.endswith("couple of"):
        return 2
    return UNITS.get(text) or TENS.get(text)


def _duration(match: re.Match[str]) -> str | None:
    """Return an ISO duration such as ``P6M``."""
    number, unit = _number(match["n"]), match["u"].lower()
    if number is None:
        return None
    total = number * _TIMES.get(unit, 1)
    if total == 0.5:
        return {"year": "P6M", "month": "P2W", "decade": "P5Y", "day": "P1D"}.get(unit, "P1W")
    return f"P{total:g}{_LETTERS[unit]}"


def _after(match: re.Match[str], clock: Clock) -> str | None:
    del clock
    duration = _duration(match)
    return f"{duration} after" if duration else ""


def _before(match: re.Match[str], clock: Clock) -> str | None:
    del clock
    duration = _duration(match)
    about = "~" if match.group().lower().startswith(("about", "around", "some", "roughly", "nearly", "almost")) else ""
    return f"{duration} before{about}" if duration else ""


def _past(match: re.Match[str], clock: Clock) -> str | None:
    """Return the time that ends with the document's date: the past decade, the last four months."""
    unit = match["u"].lower()
    number = _number(match["n"]) if match["n"] else 1
    if number is None or not clock.year:
        return ""
    total = number * _TIMES.get(unit, 1)
    if _LETTERS[unit] == "Y":
        return f"{clock.year - int(total)}/{clock.year}"
    if _LETTERS[unit] == "M" and clock.month:
        return f"{format_month(clock.year, clock.month - int(total))}/{format_month(clock.year, clock.month)}"
    return ""


def _coming(match: re.Match[str], clock: Clock) -> str | None:
    """Return the time that follows the one told before: the next eight years."""
    year = year_of(clock.last) or clock.last_year
    number = _number(match["n"]) if match["n"] else 1
    if number is None or not year or _LETTERS[match["u"].lower()] != "Y":
        return ""
    total = int(number * _TIMES.get(match["u"].lower(), 1))
    return f"{year + 1}" if total == 1 else f"{year + 1}/{year + total}"


def _this(match: re.Match[str], clock: Clock) -> str | None:
    """Return this or last year or month, from the document's date."""
    back = 1 if match["w"].lower() in ("last", "past") else -1 if match["w"].lower() == "next" else 0
    if match["u"].lower() == "year":
        return f"{clock.year - back}" if clock.year else ""
    if match["u"].lower() == "month" and clock.month:
        return format_month(clock.year, clock.month - back)
    return ""


def _that(match: re.Match[str], clock: Clock) -> str | None:
    """Return the year or month told before, or the one beside it."""
    year = year_of(clock.last) or clock.last_year
    step = {"following": 1, "next": 1, "previous": -1, "preceding": -1, "prior": -1, "year before": -1}.get(
        match["w"].lower(), 0
    )
    if match["u"].lower() == "year":
        return f"{year + step}" if year else ""
    month = re.search(r"(\d{4})-(0[1-9]|1[0-2])", clock.last)
    if match["u"].lower() == "month" and month:
        return format_month(int(month.group(1)), int(month.group(2)) + step)
    return clock.last if not step and match["u"].lower() in ("period", "time", "decade", "day") else ""


def _year_before(match: re.Match[str], clock: Clock) -> str | None:
    del match
    year = year_of(clock.last) or clock.last_year
    return f"{year - 1}" if year else ""


def pick_year(clock: Clock, month: int) -> int:
    """Return the year of a month told without one, 0 if it cannot be known."""
    if clock.last_year and clock.age == 0:
        return clock.last_year
    if clock.last_year and clock.age <= _MEMORY and (not clock.month or clock.last_year < clock.year - 1):
        return clock.last_year
    if clock.year:
        return clock.year - 1 if clock.month and month > clock.month else clock.year
    return clock.last_year


_AFTER_PREPOSITION = re.compile(
    (
        r"(?:\b(?:in|by|of|since|until|from|to|and|during|last|this|next|between|early|mid|late|through|"
        r"before|after) |[-–/])$"
    ),
    re.IGNORECASE,
)


def _month_only(match: re.Match[str], clock: Clock) -> str | None:
    month = month_number(match["m"])
    if not match["m"][0].isupper() or (
        match["m"] in ("May", "March")
        and not match["d"]
        and not _AFTER_PREPOSITION.search(match.string, max(0, match.start("m") - 12), match.start("m"))
    ):
        return None
    year = pick_year(clock, month)
    reading = format_month(year, month) if year else ""
    if reading and match["d"]:
        reading += f"-{int(re.sub(r'[^0-9]', '', match['d'])):02d}"
    return f"{reading}/.." if reading and match["since"] else reading


def _month_pair(match: re.Match[str], clock: Clock) -> str | None:
    first, last = month_number(match["m1"]), month_number(match["m2"])
    year = pick_year(clock, last)
    return (
        f"{format_month(year, first) if first <= last else format_month(year - 1, first)}/{format_month(year, last)}"
        if year
        else ""
    )


def _days_only(match: re.Match[str], clock: Clock) -> str | None:
    month = month_number(match["m"])
    year = pick_year(clock, month)
    first, last = (int(re.sub(r"[^0-9]", "", match[name])) for name in ("d1", "d2"))
    if first >= last:
        return None
    return f"{format_month(year, month)}-{first:02d}/{format_month(year, month)}-{last:02d}" if year else ""


def _days_of_two_months(match: re.Match[str], clock: Clock) -> str | None:
    text = match.group().lower()
    first, last = month_number(match["m1"]), month_number(match["m"])
    year = pick_year(clock, last)
    if first > last or (" and " in text and not text.startswith("between")):
        return None
    day1, day2 = (int(re.sub(r"[^0-9]", "", match[name])) for name in ("d1", "d2"))
    return f"{format_month(year, first)}-{day1:02d}/{format_month(year, last)}-{day2:02d}" if year else ""


def _part_of_this_year(match: re.Match[str], clock: Clock) -> str | None:
    if not clock.year:
        return ""
    year = clock.year - (match["w"].lower() in ("last", "the previous"))
    first, last = months_of_part(match["p"].lower())
    return f"{format_month(year, first)}/{format_month(year, last)}"


def _year_ending_alone(match: re.Match[str], clock: Clock) -> str | None:
    month = month_number(match["m"])
    year = pick_year(clock, month)
    months = {"six months": 6, "nine months": 9, "three months": 3, "quarter": 3}.get(match["w"].lower(), 12)
    return f"{format_month(year, month - months + 1)}/{format_month(year, month)}" if year else ""


def _quarter_only(match: re.Match[str], clock: Clock) -> str | None:
    year = year_of(clock.last) or clock.last_year or clock.year
    first, last = months_of_part(match["p"].lower())
    return f"{format_month(year, first)}/{format_month(year, last)}" if year else ""


def _season_only(match: re.Match[str], clock: Clock) -> str | None:
    year = pick_year(clock, 1)
    return f"{year}-{SEASONS[match['s'].lower()]}" if year else ""


def _today(match: re.Match[str], clock: Clock) -> str | None:
    del match
    parts = [f"{clock.year:04d}"] if clock.year else []
    parts += [f"{clock.month:02d}"] if clock.month else []
    parts += [f"{clock.day:02d}"] if clock.day else []
    return "-".join(parts)


def _time(
    name: str,
    meaning: str,
    lead: str,
    expression: str,
    read: Callable[[re.Match[str], Clock], str | None],
    *examples: Example,
    never: tuple[str, ...] = (),
    behind: str = "",
) -> Pattern:
    return Pattern(
        Rule(f"time.{name}", meaning, examples, never),
        leads(lead),
        re.compile(expression, re.IGNORECASE),
        read,
        re.compile(behind, re.IGNORECASE) if behind else None,
    )


_BARE_MONTH = r"(?P<m>January|February|March|April|May|June|July|August|September|October|November|December)"
PATTERNS = (
    _time(
        "later",
        "A while after what was told before.",
        f"{_COUNT_LEADS} {DIGIT} about around",
        rf"(?:about |around |some |roughly )?{_COUNT} {_UNIT}s?(?: later\b| afterwards?\b| after that\b| on(?=[,.]))",
        _after,
        Example("A year later another letter came.", "A year later", "P1Y after"),
        Example("Six months later they left.", "Six months later", "P6M after"),
        never=("They came in later years.",),
    ),
    _time(
        "ago",
        "A while before the document or before what was told.",
        f"{_COUNT_LEADS} {DIGIT} about around nearly almost roughly",
        (
            rf"(?:about |around |some |roughly |nearly |almost |over |more than )?{_COUNT} {_UNIT}s?(?: ago| "
            rf"earlier| before that| previously| beforehand)\b"
        ),
        _before,
        Example("About a year ago he had been there.", "About a year ago", "P1Y before~"),
        Example("That was three years earlier.", "three years earlier", "P3Y before"),
    ),
    _time(
        "past",
        "The time up to the document's date.",
        "the last past",
        (
            rf"(?:the )?(?:last|past|preceding|previous) (?:{_COUNT} )?{_UNIT}s?\b(?<!last year)(?<!last "
            rf"month)(?<!past year)(?<!previous year)(?<!preceding year)(?<!previous month)(?<!last "
            rf"week)(?<!last day)"
        ),
        _past,
        Example("Dated 1987. Over the past decade some redefected.", "the past decade"),
    ),
    _time(
        "coming",
        "The time after what was told before.",
        "the",
        rf"the (?:next|following|subsequent|ensuing|succeeding) (?:{_COUNT} )?{_UNIT}s?\b(?<! year)(?<! month)",
        _coming,
        Example("In 1921 many came. Over the next eight years few did.", "the next eight years", "1922/1929"),
    ),
    _time(
        "this-year",
        "This or last year or month.",
        "this last the next",
        r"(?:the )?(?P<w>this|last|past|current|next) (?P<u>year|month|week)\b",
        _this,
        Example("They began last year to treat 300 requests.", "last year"),
    ),
    _time(
        "that-year",
        "The year or month told before, or the one next to it.",
        "that the in",
        (
            r"(?:the )?(?P<w>that|same|following|next|previous|preceding|prior) (?P<u>year|month|period|"
            r"decade)\b(?! (?:of|in) )"
        ),
        _that,
        Example("In 1921 many came. The following year few did.", "The following year", "1922"),
        Example("In March 1921 many came. That month 300 died.", "That month", "1921-03"),
    ),
    _time(
        "year-before",
        "The year before.",
        "the",
        r"the year (?:before|previous)(?= |[,.;)]|$)(?! the)",
        _year_before,
        Example("In 1921 many came, in the year before few.", "the year before", "1920"),
    ),
    _time(
        "month-alone",
        "A month, or a day of one, without its year.",
        f"early mid late the {MONTH_LEADS} {DIGIT}",
        (
            rf"(?P<since>)(?:the )?(?:early |mid[- ]|late |beginning of |end of |middle of )?(?:(?P<d>{DAY}) "
            rf"(?:of )?)?{_BARE_MONTH}(?! ?(?:\d{{1,2}}|(?:1[4-9]|20)\d\d)(?![\d,]))(?!, ?(?:1[4-9]|20)\d\d\b)(?!\w)"
        ),
        _month_only,
        Example("In 1972 they met. In late October they left.", "late October", "1972-10"),
        Example("In 1972 they met. The group left on 29 December by air.", "29 December", "1972-12-29"),
        never=("They may leave. We march on.", "May they return."),
        behind=(
            r"(?:\b(?:in|by|of|since|until|from|to|and|during|on|for|last|this|next|between|early|mid|late|"
            r"the|through|before|after|or|with|-)|[,(–—-]|^|\n)\s?-?$"
        ),
    ),
    _time(
        "since-month",
        "Since a month without its year.",
        "since",
        (
            rf"(?P<since>since )(?:(?P<d>{DAY}) (?:of )?)?{_BARE_MONTH}"
            r"(?! ?(?:\d{1,2}|(?:1[4-9]|20)\d\d)(?![\d,]))(?!\w)"
        ),
        _month_only,
        Example("In 1972 they met. They do so since October.", "since October", "1972-10/.."),
    ),
    _time(
        "day-alone",
        "A day without its year, month first.",
        MONTH_LEADS,
        rf"{_BARE_MONTH} (?P<d>{DAY})(?P<since>)?(?![\d,.]*\d)(?! (?:people|refugees|persons|families))",
        _month_only,
        Example("In 1972 they met. On December 29 they left.", "December 29", "1972-12-29"),
    ),
    _time(
        "day-abbreviated",
        "A day without its year, the month abbreviated.",
        "jan feb mar apr jun jul aug sept sep oct nov dec",
        rf"(?P<m>(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.) (?P<d>{DAY})(?P<since>)?(?![\d,.]*\d)",
        _month_only,
        Example("In 2015 they met. The sum was promised on Nov. 29 at last.", "Nov. 29", "2015-11-29"),
    ),
    _time(
        "months-alone",
        "From one month to another, without a year.",
        f"from between {MONTH_LEADS}",
        (
            rf"(?:from |between )?(?P<m1>{MONTH})(?:-|–| to | and | through | until "
            rf")(?P<m2>{MONTH})(?!\w)(?!,? ?(?:1[4-9]|20)\d\d\b)"
        ),
        _month_pair,
        Example("In 1972 they met. Between May and July 300 left.", "Between May and July", "1972-05/1972-07"),
        behind="",
    ),
    _time(
        "days-alone",
        "Several days of a month, without a year.",
        f"between from {DIGIT}",
        (
            rf"(?:between |from )?(?P<d1>{DAY})(?:,| and| or|-|–| to| until)\s?(?P<d2>{DAY}) {_BARE_MONTH}(?! "
            rf"?\d{{4}})(?!\w)"
        ),
        _days_only,
        Example("In 1972 they met. On 9 and 10 July none came.", "9 and 10 July", "1972-07-09/1972-07-10"),
    ),
    _time(
        "days-of-two-months",
        "From a day of one month to a day of another, without a year.",
        f"between from {DIGIT}",
        (
            rf"(?:between |from )?(?P<d1>{DAY}) (?P<m1>{MONTH})(?: ?(?:-|–|—) ?| to | and | until "
            rf")(?P<d2>{DAY}) {_BARE_MONTH}(?!,? ?\d{{4}})(?!\w)"
        ),
        _days_of_two_months,
        Example(
            "In 1972 they met. The count (31 May – 14 June) reached 300.", "31 May – 14 June", "1972-05-31/1972-06-14"
        ),
        never=("On 31 May and 14 June 300 came.",),
    ),
    _time(
        "part-of-this-year",
        "A part of this or last year.",
        "the early mid late end first second last",
        (
            r"(?P<p>(?:the )?(?:early|mid|late|beginning of|start of|end of|close of|(?:first|second|third|"
            r"fourth|last|final) (?:half|quarter|(?:\w+ )?months) of))[ -](?P<w>this|last|the current|the "
            r"previous) year\b"
        ),
        _part_of_this_year,
        Example(
            "Dated 24 May 1972. In the first eight months of this year 300 came.", "the first eight months of this year"
        ),
        behind="",
    ),
    _time(
        "year-ending-alone",
        "The year, or some months, to a month without its year.",
        "the year twelve six",
        (
            r"(?:the )?(?P<w>year|twelve months|12 months|six months|nine months|three months|quarter) "
            rf"(?:to|ending|ended|up to|ending in)(?: the end of)? {_BARE_MONTH}(?!,? ?(?:1[4-9]|20)\d\d\b)(?!\w)"
        ),
        _year_ending_alone,
        Example(
            "In 1972 they met. In the 12 months to September 300 came.", "the 12 months to September", "1971-10/1972-09"
        ),
    ),
    _time(
        "quarter-alone",
        "A quarter or half of the year told before.",
        "the",
        (
            r"the (?P<p>(?:first|second|third|fourth|last|final) (?:half|quarter|(?:two|three|four|five|six|"
            r"seven|eight|nine|ten|eleven) months))(?: of (?:the|that|the same) year)?(?! (?:of|century))(?=[ "
            r",.;)])"
        ),
        _quarter_only,
        Example("In 1972 they met. In the fourth quarter 300 came.", "the fourth quarter", "1972-10/1972-12"),
        never=("The second half of them left.",),
    ),
    _time(
        "season-alone",
        "A season without its year.",
        "the that this last early late",
        (
            rf"(?:the|that|this|last|early|late) (?:following |same |past |early |late )?(?P<s>{SEASON})\b(?! "
            rf"of the)(?! (?:of|into|in) )"
        ),
        _season_only,
        Example("In 1972 they met. That summer 300 left.", "That summer", "1972-22"),
        never=("After the fall of the regime.",),
    ),
    _time(
        "today",
        "The day of the document.",
        "today nowadays yesterday",
        r"(?:today|nowadays|yesterday)\b(?!')",
        _today,
        Example("Today some 300 live there.", "Today"),
    ),
)
NEUTRAL = (
    _time(
        "vague-past",
        "A time too vague to date.",
        "the in recent over for",
        (
            r"(?:(?:in|over|for|during) )?(?:the )?(?:recent|last few|past few|coming|many) (?:days|weeks|"
            r"months|years|decades)\b"
        ),
        reads_nothing,
        Example("In recent months 300 came.", "In recent months"),
    ),
)
RULES = tuple(pattern.rule for pattern in (*PATTERNS, *NEUTRAL))
