"""Codes of problems that whole pieces of work can meet; the documentation lists them from here."""

from __future__ import annotations

CODES: dict[str, str] = {
    "F101": "no claim is left to fit",
    "U201": "the system declares no scenario of that name",
    "U202": "no claim is by that agency",
    "U203": "there is no such engine",
    "U204": "the folder holds no fit",
    "U205": "the fit is of another system",
    "U211": "a scenario is compared with itself",
    "U212": "there is no such observable, or none that has a course",
    "U213": "the two periods do not fit together, or not into the clock",
    "U214": "a period cannot be read",
    "U215": "nothing that could explain a change differs between the two periods",
    "U220": "what is held out is not written as agency=NAME, years=A-B or source=ID",
    "U221": "the last year to hold out is before the first",
    "U222": "no claim is by the agency that is to be held out",
    "U223": "the ledger has no source of the name that is to be held out",
    "U224": "what is held out holds no claim that is fitted",
    "U225": "holding out leaves nothing to fit",
    "U226": "there are fewer than two folds, or more than agencies, years or claims to deal out",
    "U227": "there is no such way to deal claims out to folds",
    "U228": "a validation asks about further claims, claims held out or folds: one of them",
    "U229": "a finished run is to be asked about claims that it has seen",
}
