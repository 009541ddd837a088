"""Codes of everything that can be wrong with drafting, and what each means.

``D1xx`` concerns a document and its reading, ``D2xx`` a value given for it, ``D3xx`` decisions and
review, ``D4xx`` an imported table.
"""

from __future__ import annotations

HUGE_TEXT = "D110"
NOT_EDTF = "D210"

DECISIONS_IN_USE = "D301"
DAMAGED_DECISIONS = "D302"
DECISIONS_REFUSED = "D303"
ORPHAN_DECISION = "D304"
TORN_DECISION = "D305"
NOT_A_DRAFT = "D306"
QUOTE_MOVED = "D307"
NO_PERIOD = "D310"
NO_FIGURE = "D311"
BAD_EDIT = "D312"
UNKNOWN_FIELD = "D313"
NOT_A_CLAIM = "D314"
UNKNOWN_FILTER = "D315"
UNKNOWN_DECISION = "D320"
UNKNOWN_CANDIDATE = "D321"
EVENT_FIELD = "D322"
NO_TERMINAL = "D330"
NO_CASE = "D331"
LEDGER_DIFFERS = "D332"
FILE_EXISTS = "D333"

CODES: dict[str, str] = {
    HUGE_TEXT: "a document has more text than drafting reads at once",
    NOT_EDTF: "the document's date is not a date of EDTF, such as 1987, 1987-02 or 1987-02-24",
    DECISIONS_IN_USE: "another review has the decisions of this document open",
    DAMAGED_DECISIONS: "the file of decisions is damaged",
    DECISIONS_REFUSED: "decisions cannot be read or kept",
    ORPHAN_DECISION: "a decision is about words that the document no longer holds",
    TORN_DECISION: "the last decision was not written to its end, and is asked again",
    NOT_A_DRAFT: "the file is not a draft, or is damaged",
    QUOTE_MOVED: "a candidate's quote is not at its place in the text of the draft",
    NO_PERIOD: "a candidate has no period, or one that gives no first and last day",
    NO_FIGURE: "a candidate states no figure",
    BAD_EDIT: "a field cannot hold what was written into it",
    UNKNOWN_FIELD: "a candidate has no such field",
    NOT_A_CLAIM: "a candidate would not be a sound row of the ledger",
    UNKNOWN_FILTER: "a filter or an order cannot be read",
    UNKNOWN_DECISION: "a decision is not accept, reject, flag or empty",
    UNKNOWN_CANDIDATE: "a row names a candidate that the draft does not have",
    EVENT_FIELD: "a field of a claim is filled in for an event, or the other way round",
    NO_TERMINAL: "the review needs a terminal",
    NO_CASE: "accepted claims need a case, or files, to be written to",
    FILE_EXISTS: "a file is there that somebody may have worked on, and is not written over",
    LEDGER_DIFFERS: "a decision was changed after its row was added to the ledger, which is left as it is",
}
