"""How the parts of a time expression that names its year are read as EDTF."""

from __future__ import annotations

import re

from counterstream.drafting.edtf import MONTHS, SEASONS, format_month
from counterstream.drafting.grammar.pattern import Clock

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


def read_day(match: re.Match[str], clock: Clock) -> str | None:
    """Return a day."""
    year, month, day = int(match["y"]), month_number(match["m"]), int(re.sub(r"\D", "", match["d"]))
    return _note(clock, f"{year:04d}-{month:02d}-{day:02d}", year)


def read_days(match: re.Match[str], clock: Clock) -> str | None:
    """Return the span from one day to another."""
    if _is_list(match):
        return None
    year = int(match["y"])
    month2 = month_number(match["m2"])
    month1 = month_number(match["m1"]) if match["m1"] else month2
    day1, day2 = (int(re.sub(r"\D", "", match[name])) for name in ("d1", "d2"))
    year1 = int(match["y1"]) if match["y1"] else year
    return _note(clock, f"{year1:04d}-{month1:02d}-{day1:02d}/{year:04d}-{month2:02d}-{day2:02d}", year)


def read_month_to_day(match: re.Match[str], clock: Clock) -> str | None:
    """Return the span from a month to a day."""
    last = int(match["y"])
    end = f"{last:04d}-{month_number(match['m2']):02d}-{int(re.sub(r'[^0-9]', '', match['d2'])):02d}"
    return _note(clock, f"{format_month(int(match['y1']), month_number(match['m1']))}/{end}", last)


def read_day_list(match: re.Match[str], clock: Clock) -> str | None:
    """Return the span of several days of one month."""
    year, month = int(match["y"]), month_number(match["m"])
    first, last = (int(re.sub(r"\D", "", match[name])) for name in ("d1", "d2"))
    return (
        _note(clock, f"{year:04d}-{month:02d}-{first:02d}/{year:04d}-{month:02d}-{last:02d}", year)
        if first < last
        else None
    )


def read_month(match: re.Match[str], clock: Clock) -> str | None:
    """Return a month."""
    year = int(match["y"])
    return _note(clock, format_month(year, month_number(match["m"])), year)


def read_part_month(match: re.Match[str], clock: Clock) -> str | None:
    """Return a month, with a sign of doubt for its late part."""
    reading = read_month(match, clock)
    return f"{reading}~" if "late" in match.group().lower() else reading


def read_months(match: re.Match[str], clock: Clock) -> str | None:
    """Return the span from one month to another."""
    if _is_list(match):
        return None
    year2 = int(match["y2"])
    year1 = int(match["y1"]) if match["y1"] else year2
    return _note(
        clock,
        f"{format_month(year1, month_number(match['m1']))}/{format_month(year2, month_number(match['m2']))}",
        year2,
    )


def read_season(match: re.Match[str], clock: Clock) -> str | None:
    """Return a season."""
    year = int(match["y"])
    return _note(clock, f"{year:04d}-{SEASONS[match['s'].lower()]}", year)


def read_years(match: re.Match[str], clock: Clock) -> str | None:
    """Return the span from one year to another."""
    first = int(match["y1"])
    if _is_list(match):
        return None
    last = full_year(match["y2"], first)
    if not first < last <= first + 400:
        return None
    return _note(clock, f"{first:04d}/{last:04d}", last)


def read_year(match: re.Match[str], clock: Clock) -> str | None:
    """Return a year."""
    year = int(match["y"])
    return _note(clock, f"{year:04d}", year)


def read_about_year(match: re.Match[str], clock: Clock) -> str | None:
    """Return a year that is only about right."""
    reading = read_year(match, clock)
    return f"{reading}~"


def read_open(match: re.Match[str], clock: Clock) -> str | None:
    """Return a span that begins on a date and is open."""
    year = int(match["y"])
    first = format_month(year, month_number(match["m"])) if match["m"] else f"{year:04d}"
    if match["m"] and match["d"]:
        first += f"-{int(re.sub(r'[^0-9]', '', match['d'])):02d}"
    return _note(clock, f"{first}/..", year)


def read_until(match: re.Match[str], clock: Clock) -> str | None:
    """Return a span that ends on a date and is open before it."""
    reading = read_open(match, clock)
    return f"../{reading[:-3]}" if reading else None


def read_part_year(match: re.Match[str], clock: Clock) -> str | None:
    """Return the months of a part of a year."""
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


def read_decade(match: re.Match[str], clock: Clock) -> str | None:
    """Return a decade, or the years of a part of one."""
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


def read_spelled_decade(match: re.Match[str], clock: Clock) -> str | None:
    """Return a decade in words, or the years of a part of one."""
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


def read_until_decade(match: re.Match[str], clock: Clock) -> str | None:
    """Return the span from a year to a part of a decade."""
    first, decade = int(match["y1"]), int(match["y2"])
    del clock
    part = (match["p"] or "").lower()
    last = decade + (3 if "early" in part else 6 if "mid" in part else 9)
    return f"{first}/{last}~" if first < last else None


def read_year_ending(match: re.Match[str], clock: Clock) -> str | None:
    """Return the months that end with a date."""
    year, month = int(match["y"]), month_number(match["m"] or match["m2"])
    months = {"six months": 6, "nine months": 9, "three months": 3, "quarter": 3}.get(match["w"].lower(), 12)
    return _note(clock, f"{format_month(year, month - months + 1)}/{format_month(year, month)}", year)


def read_short_year(match: re.Match[str], clock: Clock) -> str | None:
    """Return a year of two digits."""
    century = (clock.year or 1999) // 100 * 100
    year = century + int(match["y"])
    year -= 100 if year > (clock.year or 1999) else 0
    return _note(clock, f"{year:04d}", year)


def read_fiscal(match: re.Match[str], clock: Clock) -> str | None:
    """Return a fiscal or academic year."""
    year = full_year(match["y"], 1900)
    if match["y2"]:
        return _note(clock, f"{year:04d}/{full_year(match['y2'], year):04d}", year)
    return _note(clock, f"{year:04d}", year)


def read_iso(match: re.Match[str], clock: Clock) -> str | None:
    """Return a day written as 1987-02-24."""
    year, month, day = int(match["y"]), int(match["mm"]), int(match["dd"])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    return _note(clock, f"{year:04d}-{month:02d}-{day:02d}", year)


def read_slashed(match: re.Match[str], clock: Clock) -> str | None:
    """Return a day written as 24.02.1987."""
    first, second, year = int(match["a"]), int(match["b"]), full_year(match["y"], 1930)
    day, month = (second, first) if clock.month_first or (second > 12 >= first) else (first, second)
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    return _note(clock, f"{year:04d}-{month:02d}-{day:02d}", year)
