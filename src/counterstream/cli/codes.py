"""Codes of what can be wrong with a command or with the machine it runs on.

``U1``: the command and what it was given; ``U4``: the machine.  ``U2`` is about scenarios, ``U3`` about cases.
"""

from __future__ import annotations

FOLDER_EXISTS = "U101"
BAD_NAME = "U102"
NO_REPORT = "U104"
NO_CLAIMS = "U105"
REFUSED = "U106"
NO_MEMORY = "U107"

MISSING_PACKAGE = "U401"
BROKEN_PACKAGE = "U402"
NOT_WRITABLE = "U403"
LITTLE_MEMORY = "U404"
LITTLE_SPACE = "U405"
NO_CACHE = "U406"

CODES: dict[str, str] = {
    FOLDER_EXISTS: "the folder for a new case exists already",
    BAD_NAME: "a new case cannot have that name",
    NO_REPORT: "the run folder holds no report",
    NO_CLAIMS: "the case has no claims, so there is nothing to fit",
    REFUSED: "the operating system refused something",
    NO_MEMORY: "the memory is not enough",
    MISSING_PACKAGE: "a package that is needed is not installed",
    BROKEN_PACKAGE: "a package that is needed is installed and cannot be loaded",
    NOT_WRITABLE: "a folder cannot be written to",
    LITTLE_MEMORY: "there is little free memory",
    LITTLE_SPACE: "there is little free space on the disk",
    NO_CACHE: "compiled code cannot be kept, so that each command compiles anew",
}
