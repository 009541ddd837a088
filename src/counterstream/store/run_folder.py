"""The folder of a run: one run at a time, visibly incomplete until it ends, never lost by accident."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Self, cast

from counterstream.errors import CounterstreamError, Problem
from counterstream.store import codes
from counterstream.store.atomic import describe_failure, remove_temporaries, write_bytes, write_text
from counterstream.store.manifest import LOCK_NAME, MANIFEST_NAME, read_manifest, verify, write_manifest

STATE_NAME = "state.json"
FORMAT = "counterstream-run/1"
#: After so many numbered folders something other than a rerun is going on.
MOST_NUMBERED = 10_000


class RunState(StrEnum):
    """How far a run has come."""

    RUNNING = "running"
    COMPLETE = "complete"


class IfComplete(StrEnum):
    """What to do where a complete run stands already."""

    REFUSE = "refuse"
    NUMBER = "number"
    OVERWRITE = "overwrite"


@dataclass
class RunFolder:
    """A folder that this process alone writes a run to; made by :func:`open_run`.

    Parameters
    ----------
    path
        The folder.
    resumed
        Whether an earlier, unfinished run's files are there.
    """

    path: Path
    resumed: bool
    _lock: int
    _started: str

    def write_text(self, name: str, text: str) -> Path:
        """Write a text file of the run whole or not at all."""
        path = self._prepare(name)
        write_text(path, text)
        return path

    def write_bytes(self, name: str, data: bytes | memoryview) -> Path:
        """Write a file of the run whole or not at all."""
        path = self._prepare(name)
        write_bytes(path, data)
        return path

    def finish(self) -> None:
        """Mark the run as complete, record every file in the manifest and let go of the folder.

        Raises
        ------
        CounterstreamError
            If something cannot be written; the run then stays incomplete.
        """
        self._require_open()
        for folder in (self.path, *(p for p in self.path.rglob("*") if p.is_dir() and not p.is_symlink())):
            remove_temporaries(folder)
        _write_state(self.path, RunState.COMPLETE, self._started)
        write_manifest(self.path)
        self.close()

    def close(self) -> None:
        """Let go of the folder; a run that was not finished stays visibly incomplete."""
        if self._lock >= 0:
            # Removed while still held: whoever waits for the old file finds that it is no longer the lock.
            with suppress(OSError):
                os.unlink(self.path / LOCK_NAME)
            os.close(self._lock)
            self._lock = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _prepare(self, name: str) -> Path:
        """Return the path of a file of the run, its folder made."""
        self._require_open()
        path = self.path / name
        if not path.resolve().is_relative_to(self.path.resolve()):
            mend = "name a file inside the run folder"
            raise CounterstreamError(
                Problem(codes.CANNOT_WRITE, "the name leads out of the folder", str(path), mend=mend)
            )
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CounterstreamError(describe_failure(path, error)) from error
        return path

    def _require_open(self) -> None:
        """Refuse to write after the folder was let go."""
        if self._lock < 0:
            mend = "open the run folder again"
            raise CounterstreamError(Problem(codes.CANNOT_WRITE, "the run is closed", str(self.path), mend=mend))


def open_run(path: Path, if_complete: IfComplete = IfComplete.REFUSE) -> RunFolder:
    """Make a run folder, or take up an unfinished one, and lock it for this process.

    Parameters
    ----------
    path
        The folder; made with its parents if it is not there.
    if_complete
        What to do if it holds a complete run: refuse (R104), take the first of ``path-2``,
        ``path-3``, ... that does not, or remove the old run.

    Raises
    ------
    CounterstreamError
        If another process is at work there (R103), if a complete run is there (R104), if the
        folder holds other things (R105), or if it cannot be written (R101, R102).
    """
    if if_complete is not IfComplete.NUMBER:
        return _open_at(path, overwrite=if_complete is IfComplete.OVERWRITE)
    for number in range(1, MOST_NUMBERED):
        candidate = path if number == 1 else path.with_name(f"{path.name}-{number}")
        if is_complete(candidate):
            continue
        try:
            return _open_at(candidate, overwrite=False)
        except CounterstreamError as error:
            # Another process may have finished, or begun, the same number in between.
            if number == 1 or not set(error.codes) <= {codes.ALREADY_COMPLETE, codes.IN_USE, codes.NOT_A_RUN}:
                raise
    raise CounterstreamError(
        Problem(
            codes.ALREADY_COMPLETE, f"there are {MOST_NUMBERED} runs beside it", str(path), mend="choose a new name"
        )
    )


def read_state(path: Path) -> RunState | None:
    """Return the state of the run in a folder; None if it holds none.

    Raises
    ------
    CounterstreamError
        If the state is there and damaged (R211) or cannot be read (R210).
    """
    file = path / STATE_NAME
    try:
        content: object = json.loads(file.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        reason = error.strerror or str(error)
        raise CounterstreamError(
            Problem(codes.UNREADABLE, "the state cannot be read", str(file), found=reason)
        ) from error
    except (ValueError, RecursionError):
        content = None
    if isinstance(content, dict):
        held = cast("dict[str, object]", content)
        for state in RunState:
            if held.get("format") == FORMAT and held.get("state") == state.value:
                return state
    mend = "check the folder with its manifest, or remove it and run again"
    raise CounterstreamError(Problem(codes.DAMAGED_STATE, "the state is damaged", str(file), mend=mend))


def is_complete(path: Path) -> bool:
    """Whether a folder holds a run that came to its end (its files may still have been damaged since)."""
    try:
        return read_state(path) is RunState.COMPLETE and (path / MANIFEST_NAME).exists()
    except CounterstreamError:
        # A damaged state beside a sound manifest is a finished run that has suffered: not to be written over.
        return read_manifest(path)[1] is None


def check_run(path: Path) -> tuple[Problem, ...]:
    """Return everything that is wrong with a run folder: unfinished, damaged, or added to."""
    if not path.is_dir():
        return (Problem(codes.NOT_A_RUN, "there is no such run folder", str(path), mend="name the folder of a run"),)
    return verify(path)


def _open_at(path: Path, *, overwrite: bool) -> RunFolder:
    """Open one folder; see :func:`open_run`."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        mend = "choose another folder"
        raise CounterstreamError(Problem(codes.NOT_A_RUN, "this is a file", str(path), mend=mend)) from error
    except OSError as error:
        raise CounterstreamError(describe_failure(path, error)) from error
    lock = _take_lock(path)
    try:
        resumed = _clear_way(path, overwrite=overwrite)
        started = datetime.now(UTC).isoformat(timespec="seconds")
        _write_state(path, RunState.RUNNING, started)
    except BaseException:
        with suppress(OSError):
            os.unlink(path / LOCK_NAME)
        os.close(lock)
        raise
    return RunFolder(path, resumed, lock, started)


def _clear_way(path: Path, *, overwrite: bool) -> bool:
    """Make the locked folder ready for a run; tell whether there is an unfinished one to take up."""
    try:
        entries = [entry for entry in path.iterdir() if entry.name != LOCK_NAME]
        remove_temporaries(path)
        entries = [entry for entry in entries if entry.exists() or entry.is_symlink()]
        if not entries:
            return False
        complete = is_complete(path)
        if not complete and read_state(path) is None:
            mend = "choose an empty or a new folder"
            message = "the folder holds things that are no run"
            raise CounterstreamError(Problem(codes.NOT_A_RUN, message, str(path), mend=mend))
        if complete and not overwrite:
            mend = "choose another folder, or ask for a numbered one or for overwriting"
            raise CounterstreamError(Problem(codes.ALREADY_COMPLETE, "a complete run is there", str(path), mend=mend))
        if not overwrite:
            return True
        _remove_entries(entries)
    except OSError as error:
        raise CounterstreamError(describe_failure(path, error)) from error
    return False


def _remove_entries(entries: list[Path]) -> None:
    """Remove an old run; its state goes last, so that a folder half emptied is still known as a run's."""
    for entry in sorted(entries, key=lambda entry: entry.name == STATE_NAME):
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def _take_lock(path: Path) -> int:
    """Lock the folder for this process; the system lets go of the lock when the process ends, however it ends."""
    file = path / LOCK_NAME
    while True:
        try:
            descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666)
        except OSError as error:
            raise CounterstreamError(describe_failure(file, error)) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_still(file, descriptor):
                os.ftruncate(descriptor, 0)
                os.pwrite(descriptor, f"{os.getpid()}\n".encode("ascii"), 0)
                return descriptor
            os.close(descriptor)  # its last owner removed it in between: try again
        except OSError as error:
            holder = _read_holder(descriptor)
            os.close(descriptor)
            if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                raise CounterstreamError(describe_failure(file, error)) from error
            found = f"process {holder}" if holder else "a process"
            mend = "wait until it ends, or choose another folder"
            raise CounterstreamError(
                Problem(codes.IN_USE, "another run is at work in this folder", str(path), found=found, mend=mend)
            ) from error


def _is_still(file: Path, descriptor: int) -> bool:
    """Whether the open file is still the one of that name."""
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(file, follow_symlinks=False))
    except FileNotFoundError:
        return False


def _read_holder(descriptor: int) -> str:
    """Return the number of the process that wrote the lock, if it can be read."""
    with suppress(OSError):
        text = os.pread(descriptor, 32, 0).decode("ascii", errors="replace").strip()
        return text if text.isdigit() else ""
    return ""


def _write_state(path: Path, state: RunState, started: str) -> None:
    """Write the state of a run."""
    content = {"format": FORMAT, "state": state.value, "started": started}
    if state is RunState.COMPLETE:
        content["finished"] = datetime.now(UTC).isoformat(timespec="seconds")
    write_text(path / STATE_NAME, json.dumps(content, indent=1) + "\n")
