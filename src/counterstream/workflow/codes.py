"""Codes of problems that whole pieces of work can meet; the documentation lists them from here."""

from __future__ import annotations

CODES: dict[str, str] = {
    "F101": "no claim is left to fit",
    "U201": "the system declares no scenario of that name",
    "U202": "no claim is by that agency",
    "U203": "there is no such engine",
    "U204": "the folder holds no fit",
    "U205": "the fit is of another system",
}
