"""Codes of what can be wrong with the local server or with a request to it; the documentation lists them from here."""

from __future__ import annotations

PORT_IN_USE = "U501"
NO_PORT = "U502"
NOTHING_TO_SERVE = "U503"
NO_SUCH_RUN = "U504"
CHANGED_MEANWHILE = "U505"
READ_ONLY = "U506"
BAD_REQUEST = "U507"
REFUSED_REQUEST = "U508"
NOT_READY = "U509"
OVERTAKEN = "U510"

CODES: dict[str, str] = {
    PORT_IN_USE: "another program listens on the port",
    NO_PORT: "the port cannot be had",
    NOTHING_TO_SERVE: "there is neither a case nor a run to show",
    NO_SUCH_RUN: "the page asks for a run, a case or a draft that is not in the list",
    CHANGED_MEANWHILE: "the file was changed by somebody else since it was read, and is not written over",
    READ_ONLY: "a bundled case is not edited in its place",
    BAD_REQUEST: "a request of the page cannot be read",
    REFUSED_REQUEST: "a request came from elsewhere, or without the token of this launch",
    NOT_READY: "the draws of the run are still being loaded",
    OVERTAKEN: "a newer setting of the levers has overtaken this one",
}
