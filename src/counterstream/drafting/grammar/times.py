"""Time expressions that name their year, read as EDTF."""

from __future__ import annotations

import re
from collections.abc import Callable

from counterstream.drafting.grammar.pattern import DIGIT, Clock, Example, Pattern, Rule, leads
from counterstream.drafting.grammar.time_readings import (
    DAY,
    MONTH,
    MONTH_LEADS,
    SEASON,
    YEAR,
    read_about_year,
    read_day,
    read_day_list,
    read_days,
    read_decade,
    read_fiscal,
    read_iso,
    read_month,
    read_month_to_day,
    read_months,
    read_open,
    read_part_month,
    read_part_year,
    read_season,
    read_short_year,
    read_slashed,
    read_spelled_decade,
    read_until,
    read_until_decade,
    read_year,
    read_year_ending,
    read_years,
)

_DASH = r"\s?(?:-|–|—|/)\s?"
_TO = r"(?:\s?(?:-|–|—)\s?| to | through | until | till | and )"
_PART = (
    r"(?:the )?(?:very )?(?:early|mid|late|beginning of|start of|end of|close of|middle of|latter "
    r"part of|early part of)"
)
_PART_LEADS = "the early mid late beginning start end close middle very"


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
        read_day,
        Example("As of 24 February 1987 some 150 had returned.", "24 February 1987", "1987-02-24"),
        Example("On the 3rd of March, 1881 they left.", "3rd of March, 1881", "1881-03-03"),
    ),
    _time(
        "day-american",
        "A day: August 3, 1972.",
        MONTH_LEADS,
        rf"(?P<m>{MONTH}) (?P<d>{DAY}),? (?P<y>{YEAR})",
        read_day,
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
        read_days,
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
        read_days,
        Example("From May 1 to June 30, 1980, boats came.", "From May 1 to June 30, 1980", "1980-05-01/1980-06-30"),
    ),
    _time(
        "month",
        "A month of a year.",
        MONTH_LEADS,
        rf"(?P<m>{MONTH})(?: of|,)? (?P<y>{YEAR})",
        read_month,
        Example("In March 1970 they left.", "March 1970", "1970-03"),
        Example("In Sept. 1970 they left.", "Sept. 1970", "1970-09"),
    ),
    _time(
        "part-of-month",
        "Early, mid or late in a month of a year.",
        _PART_LEADS,
        rf"{_PART}[ -](?P<m>{MONTH})(?: of|,)? (?P<y>{YEAR})",
        read_part_month,
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
        read_months,
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
        read_season,
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
        read_years,
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
        read_month_to_day,
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
        read_day_list,
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
        read_years,
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
        read_until_decade,
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
        read_open,
        Example("Some 80,000 have come since 1970 in all.", "since 1970", "1970/.."),
        Example("After 1977 most went on.", "After 1977", "1977/.."),
        Example("They do so since December 1986.", "since December 1986", "1986-12/.."),
    ),
    _time(
        "onwards",
        "From a date onwards.",
        "from",
        rf"from (?:(?P<d>{DAY}) )?(?:(?P<m>{MONTH}),? )?(?P<y>{YEAR}) (?:on|onwards?|forward)\b",
        read_open,
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
        read_until,
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
        read_part_year,
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
        read_decade,
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
        read_spelled_decade,
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
        read_year_ending,
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
        read_short_year,
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
        read_fiscal,
        Example("In fiscal year 1985 they admitted 300 refugees.", "fiscal year 1985", "1985"),
    ),
    _time(
        "iso",
        "A day as 1987-02-24.",
        DIGIT,
        r"(?P<y>1[4-9]\d\d|20\d\d)-(?P<mm>\d\d)-(?P<dd>\d\d)(?!\d)",
        read_iso,
        Example("On 2015-06-30 they left.", "2015-06-30", "2015-06-30"),
    ),
    _time(
        "slashed",
        "A day in digits.",
        DIGIT,
        r"(?P<a>\d{1,2})(?P<sep>[./])(?P<b>\d{1,2})(?P=sep)(?P<y>(?:1[4-9]|20)\d\d|\d\d)(?![\d./])",
        read_slashed,
        Example("On 24.02.1987 they left.", "24.02.1987", "1987-02-24"),
    ),
    _time(
        "year",
        "A year.",
        DIGIT,
        rf"(?P<y>{YEAR})(?!\w)(?!-\d)",
        read_year,
        Example("In 1972 they left.", "1972", "1972"),
        never=("Some 1,972 refugees left.", "Some 1950 refugees left."),
    ),
    _time(
        "about-year",
        "About a year.",
        "about around circa c ca approximately",
        rf"(?:about|around|circa|ca?\.?|approximately) ?(?P<y>{YEAR})(?!\w)",
        read_about_year,
        Example("It began about 1970 or later.", "about 1970", "1970~"),
        never=("About 1950 refugees left.",),
    ),
)
RULES = tuple(pattern.rule for pattern in PATTERNS)
