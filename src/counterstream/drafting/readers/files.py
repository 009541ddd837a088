"""The bytes of a file, within limits."""

from __future__ import annotations

import gzip
import io
import zlib
from pathlib import Path

from counterstream.drafting.readers import codes
from counterstream.errors import CounterstreamError, Problem

#: Scans with a text layer reach tens of megabytes; larger ones are divided by whoever made them.
LARGEST_FILE_BYTES = 50_000_000

_GZIP = b"\x1f\x8b"


def read_file(path: Path, largest: int = LARGEST_FILE_BYTES) -> bytes:
    """Return a file's bytes.

    Parameters
    ----------
    path
        The file.
    largest
        Most bytes that are read.

    Raises
    ------
    CounterstreamError
        If the file is missing (D101), unreadable (D102), too large (D103) or empty (D104).
    """
    name = str(path)
    try:
        if not path.exists():
            raise CounterstreamError(
                Problem(codes.MISSING_FILE, f"{path.name} does not exist", name, mend="check the name and the folder")
            )
        if not path.is_file():
            raise CounterstreamError(
                Problem(codes.UNREADABLE_FILE, f"{path.name} is not a file", name, mend="name one document")
            )
        size = path.stat().st_size
        if size > largest:
            raise CounterstreamError(_too_large(name, size, largest))
        raw = path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a NUL inside the path
        raise CounterstreamError(
            Problem(codes.UNREADABLE_FILE, f"the file cannot be read: {error}", name, mend="check that you may read it")
        ) from error
    if not raw.strip():
        raise CounterstreamError(
            Problem(codes.EMPTY_FILE, f"{path.name} is empty", name, mend="check that this is the right file")
        )
    return raw


def unpack_gzip(raw: bytes, name: str, largest: int = LARGEST_FILE_BYTES) -> bytes:
    """Return what a gzip file holds, and other bytes as they are.

    Raises
    ------
    CounterstreamError
        If it cannot be unpacked (D111) or holds too much (D109).
    """
    if not raw.startswith(_GZIP):
        return raw
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(raw)) as packed:
            unpacked = packed.read(largest + 1)
    except (OSError, EOFError, zlib.error) as error:
        mend = "download the file again"
        raise CounterstreamError(
            Problem(codes.BROKEN_ARCHIVE, f"the file cannot be unpacked: {error}", name, mend=mend)
        ) from error
    if len(unpacked) > largest:
        raise CounterstreamError(
            Problem(
                codes.HUGE_ARCHIVE,
                "the file holds too much",
                name,
                found=f"more than {largest:,} bytes, unpacked",
                allowed=f"at most {largest:,} bytes",
                mend="take only the countries and years that you need",
            )
        )
    return unpacked


def _too_large(name: str, size: int, largest: int) -> Problem:
    """Say that a file is too large."""
    return Problem(
        codes.HUGE_FILE,
        "the file is too large",
        name,
        found=f"{size:,} bytes",
        allowed=f"at most {largest:,} bytes",
        mend="divide it, or take only the pages or rows that you need",
    )
