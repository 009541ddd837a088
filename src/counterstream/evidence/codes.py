"""Codes of everything that can be wrong with a ledger, and what each means.

``L1xx`` concerns a file or the shape of a table, ``L2xx`` a value in a cell, ``L3xx`` how
rows refer to one another, ``L4xx`` are warnings.
"""

from __future__ import annotations

MISSING_FILE = "L101"
UNREADABLE_FILE = "L102"
HUGE_FILE = "L103"
EMPTY_FILE = "L104"
NO_ROWS = "L105"
WRONG_ENCODING = "L106"
CONTROL_CHARACTER = "L107"
MISSING_COLUMN = "L108"
UNKNOWN_COLUMN = "L109"
DUPLICATE_COLUMN = "L110"
RAGGED_ROW = "L111"
HUGE_FIELD = "L112"
BROKEN_QUOTES = "L113"
WRONG_SEPARATOR = "L114"
MORE_PROBLEMS = "L115"

NOT_A_NUMBER = "L201"
NUMBER_SEPARATOR = "L202"
NOT_FINITE = "L203"
NUMBER_TOO_LARGE = "L204"
NEGATIVE = "L205"
BAD_DATE = "L206"
DATES_OUT_OF_ORDER = "L207"
LOW_ABOVE_HIGH = "L208"
VALUE_OUTSIDE = "L209"
UNKNOWN_HEDGE = "L210"
UNKNOWN_USE = "L211"
UNKNOWN_KIND = "L212"
UNKNOWN_PRECISION = "L213"
SHARE_OUTSIDE = "L214"
EMPTY_CELL = "L215"
SHARE_UNIT = "L216"

DUPLICATE_ID = "L301"
EMPTY_ID = "L302"
UNKNOWN_SOURCE = "L303"
UNKNOWN_AGENCY = "L304"

PERCENT_OVER = "L401"
NO_VALUE = "L402"
PERCENT_SMALL = "L403"

CODES: dict[str, str] = {
    MISSING_FILE: "a file of the ledger, or its folder, does not exist",
    UNREADABLE_FILE: "a file of the ledger cannot be read",
    HUGE_FILE: "a file is larger than any ledger needs",
    EMPTY_FILE: "a file is empty: not even a heading line",
    NO_ROWS: "a table has a heading line and no rows",
    WRONG_ENCODING: "text is not UTF-8",
    CONTROL_CHARACTER: "a cell holds a NUL or another control character",
    MISSING_COLUMN: "a column is missing",
    UNKNOWN_COLUMN: "a column is not one of the table's",
    DUPLICATE_COLUMN: "a column occurs twice",
    RAGGED_ROW: "a row has more or fewer cells than the heading line",
    HUGE_FIELD: "a cell is longer than any statement needs",
    BROKEN_QUOTES: "quotation marks do not pair",
    WRONG_SEPARATOR: "cells are separated by something other than commas",
    MORE_PROBLEMS: "there are more problems than are listed",
    NOT_A_NUMBER: "a cell that takes a number holds something else",
    NUMBER_SEPARATOR: "a number is written with separators between its digits",
    NOT_FINITE: "NaN or infinity stands where a number is needed",
    NUMBER_TOO_LARGE: "a number is beyond what can be held",
    NEGATIVE: "a number is negative where only zero or more makes sense",
    BAD_DATE: "a date is not a day of the calendar written YYYY-MM-DD",
    DATES_OUT_OF_ORDER: "a period ends before it starts",
    LOW_ABOVE_HIGH: "the low figure is above the high one",
    VALUE_OUTSIDE: "the value lies outside the low and high figures",
    UNKNOWN_HEDGE: "a hedge is not one of the known ones",
    UNKNOWN_USE: "a use is not fit, check or context",
    UNKNOWN_KIND: "a kind of quantity is not one of the known ones",
    UNKNOWN_PRECISION: "a date's precision is not one of the known ones",
    SHARE_OUTSIDE: "a share is outside 0 to 1",
    EMPTY_CELL: "a cell that must be filled is empty",
    SHARE_UNIT: "a share has a unit other than share or percent",
    DUPLICATE_ID: "two rows have the same identifier",
    EMPTY_ID: "a row has no identifier",
    UNKNOWN_SOURCE: "a row names a source that sources.csv does not list",
    UNKNOWN_AGENCY: "no claim of the ledger is by that agency",
    PERCENT_OVER: "a share in percent is above 100",
    NO_VALUE: "a claim states no figure",
    PERCENT_SMALL: "a share in percent is below 1: it may have been meant as a share of 1",
}
