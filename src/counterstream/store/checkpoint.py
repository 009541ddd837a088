"""Checkpoints of long work: named arrays and a little plain data in one file that shows damage."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from counterstream.errors import Problem
from counterstream.store import codes
from counterstream.store.atomic import write_bytes

_METADATA = "metadata.json"
_DIGEST_LENGTH = 64
#: A fixed time stamp, the earliest that a zip file can hold: the same content gives the same bytes.
_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Checkpoint:
    """Arrays by name and plain data (what JSON can hold)."""

    arrays: dict[str, NDArray[Any]]
    metadata: dict[str, Any]


def save_checkpoint(path: Path, arrays: Mapping[str, ArrayLike], metadata: Mapping[str, Any]) -> None:
    """Write a checkpoint whole or not at all.

    Parameters
    ----------
    path
        File, by custom with the ending ``.npz``; :func:`numpy.load` can read it too.
    arrays
        Numbers, truth values or text of fixed width; no Python objects.
    metadata
        What JSON can hold; numbers must be finite.

    Raises
    ------
    CounterstreamError
        If it cannot be written (R101, R102).
    TypeError, ValueError
        If an array holds Python objects, or the metadata something that JSON cannot.

    Notes
    -----
    The file is a zip archive whose comment is the SHA-256 of all bytes before the comment, so
    that every bit of the file is covered.
    """
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        archive.comment = b"0" * _DIGEST_LENGTH
        text = json.dumps(dict(metadata), allow_nan=False)
        archive.writestr(zipfile.ZipInfo(_METADATA, _TIME), text)
        for name, array in arrays.items():
            with archive.open(zipfile.ZipInfo(f"{name}.npy", _TIME), "w", force_zip64=True) as member:
                np.lib.format.write_array(member, np.asarray(array), allow_pickle=False)
    body = stream.getvalue()[:-_DIGEST_LENGTH]
    write_bytes(path, body + hashlib.sha256(body).hexdigest().encode("ascii"))


def load_checkpoint(path: Path) -> tuple[Checkpoint | None, tuple[Problem, ...]]:
    """Read a checkpoint.

    Returns
    -------
    Checkpoint or None
        ``None`` if there is none, or if it is damaged.
    tuple of Problem
        A warning if it is damaged (R207) or cannot be read (R210): the work starts afresh.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return None, ()
    except OSError as error:
        return None, (_warn(codes.UNREADABLE, path, error.strerror or str(error)),)
    body, digest = raw[:-_DIGEST_LENGTH], raw[-_DIGEST_LENGTH:]
    if hashlib.sha256(body).hexdigest().encode("ascii") != digest:
        return None, (_warn(codes.DAMAGED_CHECKPOINT, path, f"{len(raw):,} bytes whose checksum is wrong"),)
    try:
        return _unpack(raw), ()
    except (zipfile.BadZipFile, ValueError, KeyError, EOFError, OSError) as error:
        # A right checksum on something else: the file is not one of ours.
        return None, (_warn(codes.DAMAGED_CHECKPOINT, path, str(error)),)


def _unpack(raw: bytes) -> Checkpoint:
    """Take the arrays and the metadata out of a checkpoint's bytes."""
    arrays: dict[str, NDArray[Any]] = {}
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        metadata: object = json.loads(archive.read(_METADATA))
        for name in archive.namelist():
            if name.endswith(".npy"):
                member = io.BytesIO(archive.read(name))
                arrays[name.removesuffix(".npy")] = np.lib.format.read_array(member, allow_pickle=False)
    if not isinstance(metadata, dict):
        raise ValueError("the metadata is not a mapping")
    return Checkpoint(arrays, cast("dict[str, Any]", metadata))


def _warn(code: str, path: Path, found: str) -> Problem:
    """Return the warning that a checkpoint is not used."""
    message = f"the checkpoint {path.name} is damaged and is not used"
    return Problem(code, message, str(path), found=found, mend="nothing: the work starts afresh", severity="warning")
