"""What captions and headings of tables say of the figures under them."""

from __future__ import annotations

import re

from counterstream.drafting.grammar.rule import Example, Rule

_TABLE = "Table of applicants, {}\n\nPlace      1990     1991\nSyria      1,234    2,345\nIraq       3,456    4,567\n"
CELL = Rule(
    "table.cell",
    "A figure of a table, with the headings over and beside it.",
    (Example(_TABLE.format("by origin"), "1,234", "1234"),),
    ("In 1990 1,234 came.",),
)
ORIGINS = Rule(
    "table.origins",
    "Rows by citizenship, origin, birth or nationality name where people are from.",
    (Example(_TABLE.format("by country of citizenship"), "2,345", "Syria"),),
    (_TABLE.format("by country of asylum"),),
)
DESTINATIONS = Rule(
    "table.destinations",
    "Rows by destination, asylum, residence or host name where people are.",
    (Example(_TABLE.format("by country of asylum"), "2,345", "Syria"),),
    (_TABLE.format("by country of citizenship"),),
)
SCALE = Rule(
    "table.scale",
    "Figures in thousands or millions.",
    (Example(_TABLE.format("in thousands"), "3,456", "1000"),),
    (_TABLE.format("by origin"),),
)
RULES = (CELL, ORIGINS, DESTINATIONS, SCALE)

BY_ORIGIN = re.compile(
    (
        r"\b(?:by (?:country of |place of )?(?:citizenship|origin|birth|birthplace|nationality|"
        r"nationalities|last residence|previous residence|departure|provenance)|citizenship|country of "
        r"origin|born in|emigration from|emigrants from|departures|sending)\b"
    ),
    re.IGNORECASE,
)
BY_DESTINATION = re.compile(
    (
        r"\b(?:by (?:country of |place of )?(?:destination|asylum|residence|arrival|settlement|receiving "
        r"country|host country|reception)|country of (?:asylum|destination|residence)|destinations?|host "
        r"(?:country|countries)|receiving|arrivals in|resettled in)\b"
    ),
    re.IGNORECASE,
)
THOUSANDS = re.compile(r"\(?\b(?:in )?thousands\b\)?|\(['’]?000s?\)|['’]000\b|\(\s?000\s?\)", re.IGNORECASE)
MILLIONS = re.compile(r"\bin millions\b|\(millions\)", re.IGNORECASE)
SHARES = re.compile(r"%|\bper ?cent(?:age)?\b|\bshare\b", re.IGNORECASE)
