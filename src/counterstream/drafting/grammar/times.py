"""Time expressions that name their year, read as EDTF."""

from __future__ import annotations

import re
from collections.abc import Callable

from counterstream.drafting.edtf import MONTHS, SEASONS, format_month
from counterstream.drafting.grammar.pattern import DIGIT, Clock, Example, Pattern, Rule, leads

YEAR = r"(?:1[4-9]\d\d|20\d\d)(?!\d|:\d|[,.]\d)"
MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December|Jan\.?|"
    r"Feb\.?|Mar\.?|Apr\.?|Jun\.?|Jul\.?|Aug\.?|"
    r"Sept?\.?|Oct\.?|Nov\.?|Dec\.?)"
)
MONTH_LEADS = (
    "january february march april may june july august september october november december jan feb "
    "mar apr jun jul aug sept sep oct nov dec"
)
DAY = r"(?:[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?"
SEASON = r"(?:spring|summer|autumn|fall|winter)"
_PART = (
    r"(?:the )?(?:very )?(?:early|mid|late|beginning of|start of|end of|close of|middle of|latter "
    r"part of|early part of)"
)
_PART_LEADS = "the early mid late beginning start end close middle very"
_DASH = r"\s?(?:-|–|—|/)\s?"
_TO = r"(?:\s?(?:-|–|—)\s?| to | through | until | till | and )"


def month_number(name: str) -> int:
    """Return the number of a month from its name or abbreviation."""
    return MONTHS[name.lower().rstrip(".")]


def full_year(short: str, like: int) -> int:
    """Return a year from its last digits in the century of another, not before it."""
    if len(short) >= 4:
        return int(short)
    base = 10 ** len(short)
    year = like - like % base + int(short)
    return year if year >= like else year + base


def _note(clock: Clock, reading: str, year: int) -> str:
    clock.last_year, clock.age = year, 0
    return reading


def _is_list(match: re.Match[str]) -> bool:
    """Whether two times are joined by "and" without "between": they are two, not a span."""
    text = match.group().lower()
    return " and " in text and not text.startswith("between")


def _day(match: re.Match[str], clock: Clock) -> str | None:
    year, month, day = int(match["y"]), month_number(match["m"]), int(re.sub(r"\D", "", match["d"]))
    return _note(clock, f"{year:04d}-{month:02d}-{day:02d}", year)


def _days(match: re.Match[str], clock: Clock) -> str | None:
    if _is_list(match):
        return None
    year = int(match["y"])
    month2 = month_number(match["m2"])
    month1 = month_number(match["m1"]) if match["m1"] else month2
    day1, day2 = (int(re.sub(r"\D", "", match[name])) for name in ("d1", "d2"))
    year1 = int(match["y1"]) if match["y1"] else year
    return _note(clock, f"{year1:04d}-{month1:02d}-{day1:02d}/{year:04d}-{month2:02d}-{day2:02d}", year)


def _month_to_day(match: re.Match[str], clock: Clock) -> str | None:
    last = int(match["y"])
    end = f"{last:04d}-{month_number(match['m2']):02d}-{int(re.sub(r'[^0-9]', '', match['d2'])):02d}"
    return _note(clock, f"{format_month(int(match['y1']), month_number(match['m1']))}/{end}", last)


def _day_list(match: re.Match[str], clock: Clock) -> str | None:
    year, month = int(match["y"]), month_number(match["m"])
    first, last = (int(re.sub(r"\D", "", match[name])) for name in ("d1", "d2"))
    return (
        _note(clock, f"{year:04d}-{month:02d}-{first:02d}/{year:04d}-{month:02d}-{last:02d}", year)
        if first < last
        else None
    )


def _month(match: re.Match[str], clock: Clock) -> str | None:
    year = int(match["y"])
    return _note(clock, format_month(year, month_number(match["m"])), year)


def _part_month(match: re.Match[str], clock: Clock) -> str | None:
    reading = _month(match, clock)
    return f"{reading}~" if "late" in match.group().lower() else reading


def _months(match: re.Match[str], clock: Clock) -> str | None:
    if _is_list(match):
        return None
    year2 = int(match["y2"])
    year1 = int(match["y1"]) if match["y1"] else year2
    return _note(
        clock,
        f"{format_month(year1, month_number(match['m1']))}/{format_month(year2, month_number(match['m2']))}",
        year2,
    )


def _season(match: re.Match[str], clock: Clock) -> str | None:
    year = int(match["y"])
    return _note(clock, f"{year:04d}-{SEASONS[match['s'].lower()]}", year)


def _years(match: re.Match[str], clock: Clock) -> str | None:
    first = int(match["y1"])
    if _is_list(match):
        return None
    last = full_year(match["y2"], first)
    if not first < last <= first + 400:
        return None
    return _note(clock, f"{first:04d}/{last:04d}", last)


def _year(match: re.Match[str], clock: Clock) -> str | None:
    year = int(match["y"])
    return _note(clock, f"{year:04d}", year)


def _about_year(match: re.Match[str], clock: Clock) -> str | None:
    reading = _year(match, clock)
    return f"{reading}~"


def _open(match: re.Match[str], clock: Clock) -> str | None:
    year = int(match["y"])
    first = format_month(year, month_number(match["m"])) if match["m"] else f"{year:04d}"
    if match["m"] and match["d"]:
        first += f"-{int(re.sub(r'[^0-9]', '', match['d'])):02d}"
    return _note(clock, f"{first}/..", year)


def _until(match: re.Match[str], clock: Clock) -> str | None:
    reading = _open(match, clock)
    return f"../{reading[:-3]}" if reading else None


def _part_year(match: re.Match[str], clock: Clock) -> str | None:
    year = int(match["y"])
    words = match["p"].lower()
    first, last = months_of_part(words)
    return _note(clock, f"{format_month(year, first)}/{format_month(year, last)}", year)


def months_of_part(words: str) -> tuple[int, int]:
    """Return the months that a part of a year covers."""
    spans = (
        (("first half", "first six months"), (1, 6)),
        (("second half", "latter half", "last six months", "final six months"), (7, 12)),
        (("first quarter", "first three months", "q1"), (1, 3)),
        (("second quarter", "q2"), (4, 6)),
        (("third quarter", "q3"), (7, 9)),
        (("fourth quarter", "last quarter", "final quarter", "last three months", "q4"), (10, 12)),
        (("first nine months",), (1, 9)),
        (("first eight months",), (1, 8)),
        (("first ten months", "first 10 months"), (1, 10)),
        (("first eleven months", "first 11 months"), (1, 11)),
        (("first four months",), (1, 4)),
        (("first five months",), (1, 5)),
        (("first seven months",), (1, 7)),
        (("first two months",), (1, 2)),
        (("beginning", "start", "early", "first months", "opening"), (1, 3)),
        (("mid", "middle"), (5, 8)),
        (("end", "close", "late", "last months", "final months", "closing"), (10, 12)),
    )
    for names, months in spans:
        if any(name in words for name in names):
            return months
    return 1, 12


def _decade(match: re.Match[str], clock: Clock) -> str | None:
    text = match["y"]
    year = int(text) if len(text) == 4 else 1900 + int(text)
    if len(text) == 4 and year % 10:
        return None
    part = (match["p"] or "").lower()
    clock.age = 0
    if part:
        early, late = ("early" in part or "beginning" in part or "start" in part, "late" in part or "latter" in part)
        if "end" in part or "close" in part:
            return f"{year + 8}/{year + 9}"
        if "mid" in part:
            return f"{year + 4}/{year + 6}"
        if "first half" in part:
            return f"{year}/{year + 4}"
        if "second half" in part:
            return f"{year + 5}/{year + 9}"
        return f"{year}/{year + 3}" if early else f"{year + 6}/{year + 9}" if late else f"{year // 10}X"
    if (
        year % 100 == 0
        and year < 2000
        and len(text) == 4
        and text[2:] == "00"
        and not match.group().lower().startswith("the ")
    ):
        return f"{year // 10}X"
    return f"{year // 10}X"


_SPELLED = {
    "twenties": 20,
    "thirties": 30,
    "forties": 40,
    "fifties": 50,
    "sixties": 60,
    "seventies": 70,
    "eighties": 80,
    "nineties": 90,
}


def _spelled_decade(match: re.Match[str], clock: Clock) -> str | None:
    century = {"eighteen": 1800, "seventeen": 1700}.get((match["c"] or "").lower(), 1900)
    if not match["c"] and clock.year and clock.year < 1920:
        century = 1800
    year = century + _SPELLED[match["w"].lower()]
    part = (match["p"] or "").lower()
    if "early" in part:
        return f"{year}/{year + 3}"
    if "mid" in part:
        return f"{year + 4}/{year + 6}"
    if "late" in part or "end" in part:
        return f"{year + 6}/{year + 9}" if "late" in part else f"{year + 8}/{year + 9}"
    return f"{year // 10}X"


def _until_decade(match: re.Match[str], clock: Clock) -> str | None:
    first, decade = int(match["y1"]), int(match["y2"])
    del clock
    part = (match["p"] or "").lower()
    last = decade + (3 if "early" in part else 6 if "mid" in part else 9)
    return f"{first}/{last}~" if first < last else None


def _year_ending(match: re.Match[str], clock: Clock) -> str | None:
    year, month = int(match["y"]), month_number(match["m"] or match["m2"])
    months = {"six months": 6, "nine months": 9, "three months": 3, "quarter": 3}.get(match["w"].lower(), 12)
    return _note(clock, f"{format_month(year, month - months + 1)}/{format_month(year, month)}", year)


def _short_year(match: re.Match[str], clock: Clock) -> str | None:
    century = (clock.year or 1999) // 100 * 100
    year = century + int(match["y"])
    year -= 100 if year > (clock.year or 1999) else 0
    return _note(clock, f"{year:04d}", year)


def _fiscal(match: re.Match[str], clock: Clock) -> str | None:
    year = full_year(match["y"], 1900)
    if match["y2"]:
        return _note(clock, f"{year:04d}/{full_year(match['y2'], year):04d}", year)
    return _note(clock, f"{year:04d}", year)


def _iso(match: re.Match[str], clock: Clock) -> str | None:
    year, month, day = int(match["y"]), int(match["mm"]), int(match["dd"])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    return _note(clock, f"{year:04d}-{month:02d}-{day:02d}", year)


def _slashed(match: re.Match[str], clock: Clock) -> str | None:
    first, second, year = int(match["a"]), int(match["b"]), full_year(match["y"], 1930)
    day, month = (second, first) if clock.month_first or (second > 12 >= first) else (first, second)
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    return _note(clock, f"{year:04d}-{month:02d}-{day:02d}", year)


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
        re.compile(behind) if behind else None,
    )


PATTERNS = (
    _time(
        "day",
        "A day: 24 February 1987.",
        DIGIT,
        rf"(?P<d>{DAY})(?: day)?(?: of)?,? (?P<m>{MONTH}),? (?P<y>{YEAR})",
        _day,
        Example("As of 24 February 1987 some 150 had returned.", "24 February 1987", "1987-02-24"),
        Example("On the 3rd of March, 1881 they left.", "3rd of March, 1881", "1881-03-03"),
    ),
    _time(
        "day-american",
        "A day: August 3, 1972.",
        MONTH_LEADS,
        rf"(?P<m>{MONTH}) (?P<d>{DAY}),? (?P<y>{YEAR})",
        _day,
        Example("It became law on August 3, 1972 at last.", "August 3, 1972", "1972-08-03"),
    ),
    _time(
        "days",
        "From one day to another.",
        f"from between {DIGIT}",
        (
            rf"(?:from |between )?(?P<d1>{DAY})(?: (?P<m1>{MONTH}))?(?:,? (?P<y1>{YEAR}))?{_TO}(?P<d2>{DAY}) "
            rf"(?P<m2>{MONTH}),? (?P<y>{YEAR})"
        ),
        _days,
        Example(
            "Between 24 February and 3 March 2022 a million fled.",
            "Between 24 February and 3 March 2022",
            "2022-02-24/2022-03-03",
        ),
    ),
    _time(
        "days-american",
        "From one day to another, month first.",
        f"from between {MONTH_LEADS}",
        (
            rf"(?:from |between )?(?P<m1>{MONTH}) (?P<d1>{DAY})(?:,? (?P<y1>{YEAR}))?{_TO}(?:(?P<m2>{MONTH}) "
            rf")(?P<d2>{DAY}),? (?P<y>{YEAR})"
        ),
        _days,
        Example("From May 1 to June 30, 1980, boats came.", "From May 1 to June 30, 1980", "1980-05-01/1980-06-30"),
    ),
    _time(
        "month",
        "A month of a year.",
        MONTH_LEADS,
        rf"(?P<m>{MONTH})(?: of|,)? (?P<y>{YEAR})",
        _month,
        Example("In March 1970 they left.", "March 1970", "1970-03"),
        Example("In Sept. 1970 they left.", "Sept. 1970", "1970-09"),
    ),
    _time(
        "part-of-month",
        "Early, mid or late in a month of a year.",
        _PART_LEADS,
        rf"{_PART}[ -](?P<m>{MONTH})(?: of|,)? (?P<y>{YEAR})",
        _part_month,
        Example("They came in late October 1986 at last.", "late October 1986", "1986-10~"),
        Example("In early January 1987 they left.", "early January 1987", "1987-01"),
    ),
    _time(
        "months",
        "From one month to another.",
        f"from between {MONTH_LEADS}",
        (
            rf"(?:from |between )?(?:early |mid-|late )?(?P<m1>{MONTH})(?:,? (?P<y1>{YEAR}))?{_TO}(?:the end "
            rf"of )?(?:early |mid-|late )?(?P<m2>{MONTH}),? (?P<y2>{YEAR})"
        ),
        _months,
        Example(
            "Between January 1955 and February 1956 they came.",
            "Between January 1955 and February 1956",
            "1955-01/1956-02",
        ),
        Example("In January–March 1990 they came.", "January–March 1990", "1990-01/1990-03"),
    ),
    _time(
        "season",
        "A season of a year.",
        "the spring summer autumn fall winter early late",
        rf"(?:the )?(?:early |late |mid-)?(?P<s>{SEASON})(?: of|,)? (?P<y>{YEAR})(?:{_DASH}\d{{2,4}}\b)?",
        _season,
        Example("In autumn 1973 war broke out.", "autumn 1973", "1973-23"),
        Example("In the spring of 1990 they left.", "the spring of 1990", "1990-21"),
    ),
    _time(
        "years",
        "From one year to another.",
        f"from between {DIGIT} the",
        (
            rf"(?:from |between |the years |the period )?(?P<y1>{YEAR}){_DASH}(?P<y2>\d{{4}}|"
            rf"\d{{2}})(?![,.]?\d|\s?(?:per ?cent|%))"
        ),
        _years,
        Example("In 1975-76 many went past.", "1975-76", "1975/1976"),
        Example("These ran from 1974–1987.", "from 1974–1987", "1974/1987"),
    ),
    _time(
        "month-to-day",
        "From a month to a day.",
        "from between",
        (
            rf"(?:from|between) (?P<m1>{MONTH}),? (?P<y1>{YEAR}) (?:to|until|till|and) (?P<d2>{DAY}) "
            rf"(?P<m2>{MONTH}),? (?P<y>{YEAR})"
        ),
        _month_to_day,
        Example(
            "From August 1942 until 31 December 1964 they came.",
            "From August 1942 until 31 December 1964",
            "1942-08/1964-12-31",
        ),
    ),
    _time(
        "day-list",
        "Several days of one month.",
        DIGIT,
        rf"(?P<d1>{DAY})(?:(?:, | and | or |-|–|/)(?P<d2>{DAY})){{1,3}} (?P<m>{MONTH}),? (?P<y>{YEAR})",
        _day_list,
        Example("On 9 and 10 July 2013 none came.", "9 and 10 July 2013", "2013-07-09/2013-07-10"),
    ),
    _time(
        "years-words",
        "From one year to another, in words.",
        f"from between the {DIGIT}",
        (
            rf"(?:(?:in |over |during )?the (?:\w+|\d+)(?:-| )years? (?:period )?)?(?:from (?:the |about |"
            rf"around |circa )?|between |)(?P<y1>{YEAR})(?: (?:to|through|until|till|up to|and|to the end of|"
            rf"until the end of)) (?P<y2>{YEAR})(?: inclusive)?"
        ),
        _years,
        Example("From 1955 to 1960 it had another title.", "From 1955 to 1960", "1955/1960"),
        Example("Between 1933 and 1938 they left.", "Between 1933 and 1938", "1933/1938"),
        never=("In 1933 and 1938 they left.",),
        behind="",
    ),
    _time(
        "until-decade",
        "From a year until a part of a decade.",
        "from between",
        (
            rf"(?:from|between) (?P<y1>{YEAR}) (?:until|to|till|and|through) (?:at least )?(?:the "
            rf")?(?P<p>early |mid-|late )?(?P<y2>(?:1[4-9]|20)\d0)s"
        ),
        _until_decade,
        Example(
            "From 1960 until at least the late 1970s it sent broadcasts.",
            "From 1960 until at least the late 1970s",
            "1960/1979~",
        ),
    ),
    _time(
        "open",
        "Since, after or from a date on.",
        "since after starting beginning from",
        (
            rf"(?:ever since|since|after|starting (?:with|from|in)|beginning (?:with|from|in))(?: the (?:start|"
            rf"beginning|end) of)? (?:(?P<d>{DAY}) )?(?:(?P<m>{MONTH}),? )?(?P<y>{YEAR})(?: on(?:wards?)?)?"
        ),
        _open,
        Example("Some 80,000 have come since 1970 in all.", "since 1970", "1970/.."),
        Example("After 1977 most went on.", "After 1977", "1977/.."),
        Example("They do so since December 1986.", "since December 1986", "1986-12/.."),
    ),
    _time(
        "onwards",
        "From a date onwards.",
        "from",
        rf"from (?:(?P<d>{DAY}) )?(?:(?P<m>{MONTH}),? )?(?P<y>{YEAR}) (?:on|onwards?|forward)\b",
        _open,
        Example("From 1989 onwards they left in masses.", "From 1989 onwards", "1989/.."),
    ),
    _time(
        "until",
        "Until or before a date.",
        "until till before prior up",
        (
            rf"(?:until|till|before|prior to|up to|up until)(?: the (?:end|beginning|start) of)? "
            rf"(?:(?P<d>{DAY}) )?(?:(?P<m>{MONTH}),? )?(?P<y>{YEAR})"
        ),
        _until,
        Example("Before 1914 some 300 left.", "Before 1914", "../1914"),
    ),
    _time(
        "part-of-year",
        "A part of a year.",
        "the early mid late beginning start end close first second third last final q fourth middle opening latter",
        (
            rf"(?P<p>(?:the )?(?:early|mid|late|beginning of|start of|end of|close of|middle of|(?:first|"
            rf"second|third|fourth|last|final|latter|opening|closing) (?:half|quarter|(?:\w+ )?months) of|"
            rf"Q[1-4](?: of)?))(?: in)?[ -](?P<y>{YEAR})"
        ),
        _part_year,
        Example("In the first half of 1974 they left.", "the first half of 1974", "1974-01/1974-06"),
        Example("By the end of 1976 they had left.", "the end of 1976", "1976-10/1976-12"),
        Example("In Q3 2015 they came.", "Q3 2015", "2015-07/2015-09"),
        Example("In the first nine months of 1990 they came.", "the first nine months of 1990", "1990-01/1990-09"),
    ),
    _time(
        "decade",
        "A decade or a part of one.",
        f"the early mid late beginning start end first second latter {DIGIT} '",
        (
            r"(?P<p>(?:the )?(?:early|mid|late|latter|beginning of|start of|end of|close of|first half of|"
            r"second half of|middle of)(?: to (?:mid|late))?(?: the)?[ -])?(?:the )?'?(?P<y>(?:1[4-9]|20)\d0|"
            r"[2-9]0)'?s\b"
        ),
        _decade,
        Example("They came in the 1970s in numbers.", "the 1970s", "197X"),
        Example("At the end of the 1960s they fled.", "the end of the 1960s", "1968/1969"),
        Example("Since the mid-1950s none came.", "the mid-1950s", "1954/1956"),
    ),
    _time(
        "decade-words",
        "A decade in words.",
        "the early mid late nineteen eighteen end",
        (
            r"(?P<p>(?:the )?(?:early|mid|late|end of(?: the)?)[ -])?(?:the )?(?:(?P<c>nineteen|eighteen|"
            r"seventeen)[ -])?(?P<w>twenties|thirties|forties|fifties|sixties|seventies|eighties|nineties)\b"
        ),
        _spelled_decade,
        Example("They came in the seventies.", "the seventies", "197X"),
        never=("A man in his seventies came.",),
    ),
    _time(
        "year-ending",
        "The year, or some months, that ended on a date.",
        "the year twelve twelvemonth six",
        (
            rf"(?:the )?(?:(?P<w>year|twelve months|twelvemonth|12 months|six months|nine months|three months|"
            rf"quarter)) (?:ending|ended|to|up to)(?: on)? (?:the )?(?:(?P<d>{DAY})(?: of)?,? (?P<m>{MONTH})|"
            rf"(?P<m2>{MONTH})(?: (?P<d2>{DAY}))?),? (?P<y>{YEAR})"
        ),
        _year_ending,
        Example(
            "In the twelve months ending June 30, 1908, many left.",
            "the twelve months ending June 30, 1908",
            "1907-07/1908-06",
        ),
    ),
    _time(
        "short-year",
        "A year of two digits after an apostrophe.",
        "'",
        r"'(?P<y>\d\d)(?![\ds])",
        _short_year,
        Example("My sister went in '87 for a visit.", "'87", "1987"),
        behind=(
            r"(?:\b(?:in|since|of|by|until|till|from|summer|spring|autumn|fall|winter|before|after|January|"
            r"February|March|April|May|June|July|August|September|October|November|December) )$"
        ),
    ),
    _time(
        "fiscal",
        "A fiscal, academic or other named year.",
        f"fiscal financial fy academic school the calendar {DIGIT}",
        (
            rf"(?:the )?(?:(?:fiscal|financial|academic|school|calendar) years?|FY)[ -]?(?P<y>{YEAR}|"
            rf"\d\d\b)(?:{_DASH}(?P<y2>\d{{4}}|\d\d)\b)?"
        ),
        _fiscal,
        Example("In fiscal year 1985 they admitted 300 refugees.", "fiscal year 1985", "1985"),
    ),
    _time(
        "iso",
        "A day as 1987-02-24.",
        DIGIT,
        r"(?P<y>1[4-9]\d\d|20\d\d)-(?P<mm>\d\d)-(?P<dd>\d\d)(?!\d)",
        _iso,
        Example("On 2015-06-30 they left.", "2015-06-30", "2015-06-30"),
    ),
    _time(
        "slashed",
        "A day in digits.",
        DIGIT,
        r"(?P<a>\d{1,2})(?P<sep>[./])(?P<b>\d{1,2})(?P=sep)(?P<y>(?:1[4-9]|20)\d\d|\d\d)(?![\d./])",
        _slashed,
        Example("On 24.02.1987 they left.", "24.02.1987", "1987-02-24"),
    ),
    _time(
        "year",
        "A year.",
        DIGIT,
        rf"(?P<y>{YEAR})(?!\w)(?!-\d)",
        _year,
        Example("In 1972 they left.", "1972", "1972"),
        never=("Some 1,972 refugees left.", "Some 1950 refugees left."),
    ),
    _time(
        "about-year",
        "About a year.",
        "about around circa c ca approximately",
        rf"(?:about|around|circa|ca?\.?|approximately) ?(?P<y>{YEAR})(?!\w)",
        _about_year,
        Example("It began about 1970 or later.", "about 1970", "1970~"),
        never=("About 1950 refugees left.",),
    ),
)
RULES = tuple(pattern.rule for pattern in PATTERNS)
