"""Writing a file whole or not at all.

The content goes to a temporary file in the same folder, is forced to the disk and then takes
the place of the old file in one step; whoever looks sees the old content or the new.
"""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from counterstream.errors import CounterstreamError, Problem
from counterstream.store import codes

#: Ending of temporary files; a killed process leaves them behind.
TEMPORARY_SUFFIX = ".part"

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


def write_bytes(path: Path, data: bytes | memoryview) -> None:
    """Write a file whole or not at all.

    Parameters
    ----------
    path
        Where; a file that is there is replaced.  Its folder must exist.
    data
        The whole content.

    Raises
    ------
    CounterstreamError
        If the disk is full (R101) or the file cannot be written (R102); the old file, if any,
        is untouched and no temporary file remains.
    """
    with replacing(path) as temporary:
        # O_EXCL: a name that is taken, by a link for instance, is never written through.
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        try:
            written = 0
            while written < len(data):
                with memoryview(data) as whole, whole[written:] as rest:
                    written += os.write(descriptor, rest)
        finally:
            os.close(descriptor)


def write_text(path: Path, text: str) -> None:
    """Write text as UTF-8, line breaks as they are; see :func:`write_bytes`."""
    write_bytes(path, text.encode("utf-8"))


@contextmanager
def replacing(path: Path) -> Generator[Path]:
    """Give a temporary path; what stands there at the end takes the place of ``path``.

    For programs that write files themselves.  If the block or the replacement fails, the
    temporary file is removed and ``path`` is as it was.

    Raises
    ------
    CounterstreamError
        For every failure of the file system (R101, R102).
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}{TEMPORARY_SUFFIX}")
    try:
        yield temporary
        _force_to_disk(temporary)
        os.replace(temporary, path)
        _force_name_to_disk(path.parent)
    except OSError as error:
        raise CounterstreamError(describe_failure(path, error)) from error
    finally:
        with suppress(OSError):
            os.unlink(temporary)


def describe_failure(path: Path, error: OSError) -> Problem:
    """Return the problem that a failure of the file system amounts to."""
    # Libraries in C raise OSError without a number and with the system's words.
    if error.errno in _FULL or "No space left on device" in str(error):
        return Problem(
            codes.DISK_FULL,
            f"{path.name} was not written: the disk is full",
            str(path),
            found=os.strerror(error.errno or errno.ENOSPC),
            mend="free some space and run again; nothing was left half-written",
        )
    return Problem(
        codes.CANNOT_WRITE,
        f"{path.name} cannot be written",
        str(path),
        found=error.strerror or str(error),
        mend="check that the folder exists and that you may write to it",
    )


def remove_temporaries(folder: Path) -> None:
    """Remove temporary files that a killed process left in a folder (not in its subfolders)."""
    for path in folder.glob(f".*{TEMPORARY_SUFFIX}"):
        with suppress(OSError):
            path.unlink()


def _force_to_disk(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _force_name_to_disk(folder: Path) -> None:
    """Wait until the names in a folder are on the disk, where its file system can tell."""
    try:
        _force_to_disk(folder)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
