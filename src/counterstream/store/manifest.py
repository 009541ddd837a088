"""The manifest of a run folder: length and SHA-256 of every file, so that damage is noticed."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import cast

from counterstream.errors import CounterstreamError, Problem
from counterstream.store import codes
from counterstream.store.atomic import TEMPORARY_SUFFIX, write_bytes

MANIFEST_NAME = "manifest.json"
LOCK_NAME = ".lock"
FORMAT = "counterstream-manifest/1"


@dataclass(frozen=True, slots=True)
class FileRecord:
    """Length and digest of a file when it was written."""

    bytes: int
    sha256: str


def write_manifest(folder: Path) -> dict[str, FileRecord]:
    """Record every file of a folder and its subfolders in ``manifest.json``.

    Temporary files, the lock and the manifest itself are left out.

    Raises
    ------
    CounterstreamError
        If a file cannot be read or the manifest not be written, or if there is a link or
        another thing that is no plain file.
    """
    files: dict[str, FileRecord] = {}
    for name, path in _walk(folder):
        if not _is_plain(path):
            raise CounterstreamError(_unexpected(folder, name, path))
        try:
            files[name] = _record(path)
        except OSError as error:
            raise CounterstreamError(_unreadable(folder, name, error)) from error
    write_bytes(folder / MANIFEST_NAME, _format(files))
    return files


def verify(folder: Path) -> tuple[Problem, ...]:
    """Compare a folder with its manifest.

    Returns
    -------
    tuple of Problem
        Empty if every file is there with the content that was written and nothing else is.
        Any change of any bit, in a file or in the manifest, gives a problem.
    """
    files, problem = read_manifest(folder)
    if problem is not None:
        return (problem,)
    problems: list[Problem] = []
    seen: set[str] = set()
    for name, path in _walk(folder):
        seen.add(name)
        if name not in files or not _is_plain(path):
            problems.append(_unexpected(folder, name, path))
        elif (change := _compare(folder, name, path, files[name])) is not None:
            problems.append(change)
    problems.extend(
        Problem(
            codes.MISSING,
            f"{show_name(name)} is missing",
            str(folder),
            path=show_name(name),
            mend="restore it from a copy, or run again",
        )
        for name in sorted(files.keys() - seen)
    )
    return tuple(problems)


def read_manifest(folder: Path) -> tuple[dict[str, FileRecord], Problem | None]:
    """Return the files that the manifest records, or the reason why it cannot be trusted."""
    path = folder / MANIFEST_NAME
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        mend = "run again in this folder: the work goes on where it stopped"
        return {}, Problem(codes.NO_MANIFEST, "the run has no manifest, so it did not end", str(path), mend=mend)
    except OSError as error:
        return {}, _unreadable(folder, MANIFEST_NAME, error)
    files = _parse(raw)
    # Only the one way of writing these files passes, so that no changed byte can hide.
    if files is None or _format(files) != raw:
        mend = "restore it from a copy, or run again; what the files held cannot be told any more"
        return {}, Problem(codes.DAMAGED_MANIFEST, "the manifest is damaged", str(path), mend=mend)
    return files, None


def show_name(name: str) -> str:
    """Return a file name for a message, with nothing in it that a terminal acts on."""
    return name if name.isprintable() else name.encode("unicode_escape").decode("ascii")


def _walk(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield every file, link or other thing of a folder with its name relative to it, in order."""
    for parent, folders, names in os.walk(folder):
        folders.sort()
        links = [name for name in folders if (Path(parent) / name).is_symlink()]
        for name in sorted([*names, *links]):
            path = Path(parent) / name
            relative = path.relative_to(folder).as_posix()
            if relative in (MANIFEST_NAME, LOCK_NAME) or (name.startswith(".") and name.endswith(TEMPORARY_SUFFIX)):
                continue
            yield relative, path


def _is_plain(path: Path) -> bool:
    """Whether the path is a file itself, not a link, a pipe or a device."""
    return path.is_file() and not path.is_symlink()


def _record(path: Path) -> FileRecord:
    """Return length and digest of a file."""
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
        return FileRecord(stream.tell(), digest)


def _compare(folder: Path, name: str, path: Path, recorded: FileRecord) -> Problem | None:
    """Return how a file differs from what is recorded of it."""
    try:
        found = _record(path)
    except OSError as error:
        return _unreadable(folder, name, error)
    if found == recorded:
        return None
    same_length = found.bytes == recorded.bytes
    return Problem(
        codes.CHANGED if same_length else codes.TRUNCATED,
        f"{show_name(name)} {'has changed' if same_length else 'has another length than when it was written'}",
        str(folder),
        path=show_name(name),
        found=f"sha256 {found.sha256[:16]}…" if same_length else f"{found.bytes:,} bytes",
        allowed=f"sha256 {recorded.sha256[:16]}…" if same_length else f"{recorded.bytes:,} bytes",
        mend="restore it from a copy, or run again",
    )


def _unexpected(folder: Path, name: str, path: Path) -> Problem:
    """Return the problem of a thing that the run did not write."""
    what = "is a link" if path.is_symlink() else "is not a file of this run"
    message = f"{show_name(name)} {what}"
    return Problem(codes.UNEXPECTED, message, str(folder), path=show_name(name), mend="move it elsewhere")


def _unreadable(folder: Path, name: str, error: OSError) -> Problem:
    """Return the problem of a file that cannot be read."""
    reason = error.strerror or str(error)
    message = f"{show_name(name)} cannot be read"
    return Problem(codes.UNREADABLE, message, str(folder), path=show_name(name), found=reason, mend="check its rights")


def _format(files: dict[str, FileRecord]) -> bytes:
    """Return the one way in which these records are written; a digest of them stands last."""
    listed = {name: {"bytes": record.bytes, "sha256": record.sha256} for name, record in sorted(files.items())}
    digest = hashlib.sha256(json.dumps(listed).encode("ascii")).hexdigest()
    content = {"format": FORMAT, "files": listed, "sha256": digest}
    return (json.dumps(content, indent=1) + "\n").encode("ascii")


def _parse(raw: bytes) -> dict[str, FileRecord] | None:
    """Return the records in a manifest, None if it is not one."""
    try:
        content: object = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    if not isinstance(content, dict):
        return None
    listed = cast("dict[str, object]", content).get("files")
    if not isinstance(listed, dict):
        return None
    files: dict[str, FileRecord] = {}
    for name, record in cast("dict[str, object]", listed).items():
        match record:
            case {"bytes": int(length), "sha256": str(digest)} if _is_inside(name):
                files[name] = FileRecord(length, digest)
            case _:
                return None
    return files


def _is_inside(name: str) -> bool:
    """Whether a recorded name stays inside the folder."""
    pure = PurePosixPath(name)
    return bool(name) and not pure.is_absolute() and ".." not in pure.parts and pure.as_posix() == name
