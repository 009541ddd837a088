"""The entry: a document in, candidates, events and everything set aside out."""

from __future__ import annotations

from counterstream.drafting.candidate import Draft
from counterstream.drafting.document import Defaults, Document

#: Goes up with every change of the grammar that can change a draft.
DRAFTING_VERSION = "1"


def draft_document(document: Document, defaults: Defaults | None = None) -> Draft:
    """Draft candidates and events from a document.

    Parameters
    ----------
    document
        What a reader returned.
    defaults
        What the researcher says of the whole document.
    """
    del defaults
    return Draft(document.sha256, document.name, DRAFTING_VERSION)
