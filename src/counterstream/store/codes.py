"""Codes of everything that can be wrong with a run folder, and what each means.

``R1xx`` concerns writing and the right to write, ``R2xx`` what is found when reading.
"""

from __future__ import annotations

DISK_FULL = "R101"
CANNOT_WRITE = "R102"
IN_USE = "R103"
ALREADY_COMPLETE = "R104"
NOT_A_RUN = "R105"

MISSING = "R201"
TRUNCATED = "R202"
CHANGED = "R203"
UNEXPECTED = "R204"
NO_MANIFEST = "R205"
DAMAGED_MANIFEST = "R206"
DAMAGED_CHECKPOINT = "R207"
DAMAGED_NETCDF = "R208"
DAMAGED_TABLE = "R209"
UNREADABLE = "R210"
DAMAGED_STATE = "R211"

CODES: dict[str, str] = {
    DISK_FULL: "the disk is full; nothing was left half-written",
    CANNOT_WRITE: "a file cannot be written",
    IN_USE: "another run is at work in the folder",
    ALREADY_COMPLETE: "the folder holds a complete run, which is not overwritten unasked",
    NOT_A_RUN: "the folder holds something that is no run",
    MISSING: "a file of the run is missing",
    TRUNCATED: "a file of the run has another length than when it was written",
    CHANGED: "a file of the run has other content than when it was written",
    UNEXPECTED: "the run folder holds something that the run did not write",
    NO_MANIFEST: "the run folder has no manifest: the run did not end",
    DAMAGED_MANIFEST: "the manifest itself is damaged",
    DAMAGED_CHECKPOINT: "a checkpoint is damaged and is not used",
    DAMAGED_NETCDF: "a NetCDF file cannot be read",
    DAMAGED_TABLE: "a Parquet file cannot be read",
    UNREADABLE: "a file cannot be read",
    DAMAGED_STATE: "the state of a run folder is damaged",
}
