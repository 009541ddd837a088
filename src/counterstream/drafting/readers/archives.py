"""Packed files (DOCX, XLSX) within limits, before a library unpacks them."""

from __future__ import annotations

import io
import zipfile
import zlib

from counterstream.drafting.readers import codes
from counterstream.errors import CounterstreamError, Problem

#: A document's text and a workbook's numbers stay far below; a bomb of a few kilobytes reaches gigabytes.
LARGEST_UNPACKED_BYTES = 100_000_000
MOST_MEMBERS = 5_000
_CHUNK = 1 << 20


def check_archive(
    raw: bytes, name: str, kind: str, largest: int = LARGEST_UNPACKED_BYTES, most_tags: int | None = None
) -> None:
    """Make sure that a packed file can be unpacked and is not too large, by unpacking it once.

    Parameters
    ----------
    raw
        Bytes of the file.
    name, kind
        The file and what it should be, such as "Word document", for messages.
    largest
        Most bytes of all members together, unpacked.
    most_tags
        Most tags in one XML member, whose tree takes many times its memory; ``None`` is no limit.

    Raises
    ------
    CounterstreamError
        If it is no archive or a damaged one (D111), or too large (D109).

    Notes
    -----
    Office formats have no document type; one that is there is the door to files and entities
    of others.  Sizes stated in the archive's own table can be false, and libraries allocate what they find;
    members are therefore read here in pieces and thrown away.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            members = archive.infolist()
            stated = sum(member.file_size for member in members)
            if len(members) > MOST_MEMBERS or stated > largest:
                raise CounterstreamError(_too_large(name, f"{len(members):,} parts of {stated:,} bytes", largest))
            for member in members:
                if member.flag_bits & 0x1:
                    raise CounterstreamError(_damaged(name, kind, "it is locked with a password"))
                tags = 0
                with archive.open(member) as stream:
                    while chunk := stream.read(_CHUNK):
                        tags += chunk.count(b"<")
                        if b"<!DOCTYPE" in chunk:
                            raise CounterstreamError(_damaged(name, kind, f"{member.filename} declares entities"))
                if most_tags is not None and tags > most_tags and member.filename.endswith((".xml", ".rels")):
                    raise CounterstreamError(_too_large(name, f"{member.filename} of {tags:,} tags", largest))
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError, RuntimeError) as error:
        raise CounterstreamError(_damaged(name, kind, str(error))) from error


def _too_large(name: str, found: str, largest: int) -> Problem:
    """Say that an archive holds too much."""
    return Problem(
        codes.HUGE_ARCHIVE,
        "the file holds too much",
        name,
        found=f"{found}, unpacked",
        allowed=f"at most {MOST_MEMBERS:,} parts of {largest:,} bytes together",
        mend="check that this is the right file; if it is, take only the part that you need",
    )


def _damaged(name: str, kind: str, reason: str) -> Problem:
    """Say that an archive cannot be unpacked."""
    return Problem(
        codes.BROKEN_ARCHIVE,
        f"the file cannot be unpacked as a {kind}",
        name,
        found=reason,
        mend="open it in the program that made it and save it again, or download it again",
    )
