"""What a person decided about candidates: an append-only file of JSON lines.

One line is one decision, forced to the disk before it counts.  A process may be killed at any
moment: what can be torn is the last line alone, and it is cut off, with a warning, when the file
is next opened.  A decision names its candidate by the digest of the source, the span and the
field, so that drafting the same document again asks nothing twice; it keeps the quote with the
words around it, so that it finds its place again in a changed document, or is told to be an orphan.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import cast

from counterstream.drafting import codes
from counterstream.errors import CounterstreamError, Problem

FORMAT = "counterstream-decision/1"
#: What a decision says of one field, before or after: text, a number, or nothing.
Content = str | float | None
#: A review of one document by hand makes thousands of decisions of a few hundred bytes.
LARGEST_FILE_BYTES = 200_000_000


class ItemKind(StrEnum):
    """What a decision is about."""

    CLAIM = "claim"
    EVENT = "event"


class Action(StrEnum):
    """What a person did."""

    ACCEPT = "accept"
    REJECT = "reject"
    REOPEN = "reopen"
    EDIT = "edit"
    FLAG = "flag"
    SPLIT = "split"
    ADD = "add"
    UNDO = "undo"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Names a candidate or an event: where it stands, and in which source.

    Parameters
    ----------
    source
        SHA-256 of the document, in hexadecimal.
    start, end
        Span of the raw text in code points, end exclusive.
    kind
        Candidate claim or event; both may have one span.
    """

    source: str
    start: int
    end: int
    kind: ItemKind = ItemKind.CLAIM


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one candidate, before and after.

    Parameters
    ----------
    place, field
        What was changed; ``status`` is a field like any other.
    before, after
        Its content.
    quote, prefix, suffix
        Raw text of the span, and the words around it.
    """

    place: Place
    field: str
    before: Content
    after: Content
    quote: str = ""
    prefix: str = ""
    suffix: str = ""

    def reversed(self) -> Change:
        """Return the change that takes this one back."""
        return replace(self, before=self.after, after=self.before)


@dataclass(frozen=True, slots=True)
class Decision:
    """One act of a person: who, when, what, and the fields that it changed.

    An act on many candidates at once is one decision, so that it is kept whole or not at all.
    """

    who: str
    when: str
    action: Action
    changes: tuple[Change, ...]


class DecisionLog:
    """A file of decisions that is open for more; see :func:`open_log`."""

    def __init__(self, path: Path, descriptor: int, decisions: tuple[Decision, ...], warnings: tuple[Problem, ...]):
        self.path, self.decisions, self.warnings = path, decisions, warnings
        self._descriptor = descriptor

    def append(self, decision: Decision) -> None:
        """Write a decision; when this returns, it is on the disk.

        Raises
        ------
        CounterstreamError
            If it cannot be written (D303); the file is as it was.
        """
        line = format_decision(decision).encode("utf-8")
        end = os.lseek(self._descriptor, 0, os.SEEK_END)
        try:
            rest = memoryview(line)
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
            os.fsync(self._descriptor)
        except OSError as error:
            os.ftruncate(self._descriptor, end)
            raise CounterstreamError(_describe_failure(self.path, error)) from error


@contextmanager
def open_log(path: Path) -> Generator[DecisionLog]:
    """Open a file of decisions for one process; make it if it is not there.

    Parameters
    ----------
    path
        The file; its folder must exist.

    Raises
    ------
    CounterstreamError
        If another process has it open (D301), if it cannot be read or written (D303), or if a
        line other than a torn last one is damaged (D302).
    """
    is_new = not path.exists()
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o666)
    except (OSError, ValueError) as error:  # ValueError: a NUL inside the name
        raise CounterstreamError(_describe_failure(path, error)) from error
    try:
        _take_lock(path, descriptor)
        if is_new:
            _force_name_to_disk(path.parent)
        decisions, warnings = _read_and_mend(path, descriptor)
        yield DecisionLog(path, descriptor, decisions, warnings)
    finally:
        os.close(descriptor)  # and the lock with it


def read_decisions(path: Path) -> tuple[tuple[Decision, ...], tuple[Problem, ...]]:
    """Read the decisions of a file without touching it, with warnings; none if there is no file.

    Raises
    ------
    CounterstreamError
        As for :func:`open_log`.
    """
    try:
        data = path.read_bytes() if path.exists() else b""
    except (OSError, ValueError) as error:
        raise CounterstreamError(_describe_failure(path, error)) from error
    decisions, _, warnings = parse_log(data, str(path))
    return decisions, warnings


def parse_log(data: bytes, file: str) -> tuple[tuple[Decision, ...], int, tuple[Problem, ...]]:
    """Interpret the bytes of a file of decisions.

    Returns
    -------
    decisions
        All whole ones.
    sound
        How many bytes hold them; what is beyond was torn.
    warnings
        Says so, if there is such a rest.

    Raises
    ------
    CounterstreamError
        With every damaged line (D302).  Only a last line without its line feed can be torn.
    """
    if len(data) > LARGEST_FILE_BYTES:
        found, allowed = f"{len(data):,} bytes", f"at most {LARGEST_FILE_BYTES:,} bytes"
        raise CounterstreamError(
            Problem(codes.DAMAGED_DECISIONS, "the file of decisions is too large", file, found=found, allowed=allowed)
        )
    sound = data.rfind(b"\n") + 1
    decisions: list[Decision] = []
    problems: list[Problem] = []
    for number, line in enumerate(data[:sound].split(b"\n")[:-1], 1):
        decision = parse_decision(line)
        if decision is None:
            problems.append(
                Problem(
                    codes.DAMAGED_DECISIONS,
                    "a line is not a decision",
                    file,
                    number,
                    found=repr(line[:60])[2:-1],
                    allowed=f"a line of {FORMAT} as the review writes it",
                    mend="restore the file from a copy, or remove the line; its candidate is then asked about again",
                )
            )
        else:
            decisions.append(decision)
    if problems:
        raise CounterstreamError(problems)
    torn = len(data) - sound
    if not torn:
        return tuple(decisions), sound, ()
    mend = "nothing: it is cut off when the review goes on, and its candidate is asked about again"
    message = "the last decision was not written to its end"
    warning = Problem(
        codes.TORN_DECISION,
        message,
        file,
        len(decisions) + 1,
        found=f"{torn:,} bytes",
        mend=mend,
        severity="warning",
    )
    return tuple(decisions), sound, (warning,)


def format_decision(decision: Decision) -> str:
    """Return a decision as a line of JSON."""
    content = {
        "format": FORMAT,
        "who": decision.who,
        "when": decision.when,
        "action": decision.action.value,
        "changes": [
            {
                "source": change.place.source,
                "start": change.place.start,
                "end": change.place.end,
                "kind": change.place.kind.value,
                "field": change.field,
                "before": change.before,
                "after": change.after,
                "quote": change.quote,
                "prefix": change.prefix,
                "suffix": change.suffix,
            }
            for change in decision.changes
        ],
    }
    return json.dumps(content, allow_nan=False) + "\n"


def parse_decision(line: bytes) -> Decision | None:
    """Read a line of the file; ``None`` if it is not a decision."""
    try:
        content = json.loads(line.decode("utf-8"))
        if content["format"] != FORMAT:
            return None
        changes = tuple(_parse_change(item) for item in content["changes"])
        return Decision(_text(content["who"]), _text(content["when"]), Action(content["action"]), changes)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _parse_change(item: dict[str, object]) -> Change:
    """Read one change; raises TypeError, KeyError or ValueError if it is none."""
    start, end = item["start"], item["end"]
    if not isinstance(start, int) or not isinstance(end, int) or not 0 <= start <= end:
        raise ValueError("no span")
    return Change(
        Place(_text(item["source"]), start, end, ItemKind(cast("str", item["kind"]))),
        _text(item["field"]),
        _content(item["before"]),
        _content(item["after"]),
        _text(item["quote"]),
        _text(item["prefix"]),
        _text(item["suffix"]),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _content(value: object) -> Content:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("neither a text nor a number")
    return float(value)


def _take_lock(path: Path, descriptor: int) -> None:
    """Keep other processes from the file; the system lets go of the lock when the process ends."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
            raise CounterstreamError(_describe_failure(path, error)) from error
        mend = "end the other review first; its decisions are kept"
        message = "another review has these decisions open"
        raise CounterstreamError(Problem(codes.DECISIONS_IN_USE, message, str(path), mend=mend)) from error


def _read_and_mend(path: Path, descriptor: int) -> tuple[tuple[Decision, ...], tuple[Problem, ...]]:
    """Read all decisions, and cut off what was torn at the end."""
    try:
        data = _read_all(descriptor)
        decisions, sound, warnings = parse_log(data, str(path))
        if sound < len(data):
            os.ftruncate(descriptor, sound)
            os.fsync(descriptor)
    except OSError as error:
        raise CounterstreamError(_describe_failure(path, error)) from error
    return decisions, warnings


def _read_all(descriptor: int) -> bytes:
    parts: list[bytes] = []
    place = 0
    while part := os.pread(descriptor, 1 << 20, place):
        parts.append(part)
        place += len(part)
        if place > LARGEST_FILE_BYTES:
            break
    return b"".join(parts)


def _force_name_to_disk(folder: Path) -> None:
    """Wait until a new file's name is on the disk, where the file system can tell."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)


def _describe_failure(path: Path, error: OSError | ValueError) -> Problem:
    """Return the problem that a failure of the file system amounts to."""
    found = (error.strerror if isinstance(error, OSError) else "") or str(error)
    mend = "check that the folder exists, that you may write to it and that the disk is not full"
    return Problem(codes.DECISIONS_REFUSED, "decisions cannot be kept", str(path), found=found, mend=mend)
