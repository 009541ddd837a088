"""Codes of everything that can be wrong with drafting, and what each means.

``D1xx`` concerns a document and its reading, ``D2xx`` a value given for it, ``D3xx`` decisions and
review, ``D4xx`` an imported table.
"""

from __future__ import annotations

HUGE_TEXT = "D110"
NOT_EDTF = "D210"

CODES: dict[str, str] = {
    HUGE_TEXT: "a document has more text than drafting reads at once",
    NOT_EDTF: "the document's date is not a date of EDTF, such as 1987, 1987-02 or 1987-02-24",
}
