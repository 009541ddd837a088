"""Codes of everything that can be wrong with a table that is to be imported."""

from __future__ import annotations

UNKNOWN_TABLE = "D401"
MISSING_COLUMN = "D402"
BAD_FIGURE = "D403"
BAD_PERIOD = "D404"
RAGGED_ROW = "D405"
UNKNOWN_QUANTITY = "D406"
NO_CLAIMS = "D407"
TOO_MANY_CLAIMS = "D408"
MISSING_EXTRA = "D409"
BROKEN_WORKBOOK = "D410"
MISSING_SHEET = "D411"
BROKEN_QUOTES = "D412"
UNKNOWN_FLAG = "D413"
UNKNOWN_UNIT = "D414"
BROKEN_SDMX = "D415"
UNKNOWN_COLUMN = "D416"
CONTROL_CHARACTER = "D417"

CODES: dict[str, str] = {
    UNKNOWN_TABLE: "a table is none of those that can be imported",
    MISSING_COLUMN: "a table to be imported lacks a column",
    BAD_FIGURE: "a cell to be imported holds neither a figure nor a mark for a missing one",
    BAD_PERIOD: "a year or period of a table to be imported cannot be read",
    RAGGED_ROW: "a row of a table to be imported has more or fewer cells than its heading",
    UNKNOWN_QUANTITY: "what a table counts is not known and must be said",
    NO_CLAIMS: "nothing in a table to be imported makes a claim",
    TOO_MANY_CLAIMS: "a table makes more claims than a ledger is for",
    MISSING_EXTRA: "a package is needed that an extra installs",
    BROKEN_WORKBOOK: "a workbook cannot be read",
    MISSING_SHEET: "a workbook has no sheet with the table",
    BROKEN_QUOTES: "a table to be imported cannot be divided into cells",
    UNKNOWN_FLAG: "a flag beside a figure has no known meaning; it is kept in the notes",
    UNKNOWN_UNIT: "a unit of a table to be imported is not known",
    BROKEN_SDMX: "an SDMX message cannot be read",
    UNKNOWN_COLUMN: "a column that a selection names is not in the table",
    CONTROL_CHARACTER: "a table to be imported holds a control character",
}
