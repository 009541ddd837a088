"""The system file in the editor: read, checked at its lines, and saved whole if nobody else has changed it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from counterstream.app.codes import CHANGED_MEANWHILE, READ_ONLY
from counterstream.app.workspace import Workspace
from counterstream.errors import CounterstreamError, Problem
from counterstream.spec import parse_system
from counterstream.spec.read import MAX_BYTES
from counterstream.store.atomic import write_text


@dataclass(frozen=True)
class Source:
    """A system file as it was read.

    Parameters
    ----------
    version
        Digest of the text; who saves names the one that was read.
    """

    text: str
    version: str


def read_source(path: Path) -> Source:
    """Return the text of a system file.

    Raises
    ------
    CounterstreamError
        ``S101`` or ``S102`` if it cannot be read as text.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES)
        return Source(data.decode("utf-8"), version_of(data))
    except UnicodeDecodeError:
        problem = Problem("S102", "the file is not UTF-8 text", str(path), mend="save the file as UTF-8")
    except OSError as error:
        problem = Problem("S101", "the file cannot be read", str(path), found=error.strerror or str(error))
    raise CounterstreamError(problem)


def version_of(data: bytes) -> str:
    """Return the digest of a file's bytes."""
    return hashlib.sha256(data).hexdigest()


def check_text(text: str, name: str) -> tuple[Problem, ...]:
    """Return everything that is wrong with the text of a system, with lines and columns."""
    return parse_system(text, name)[1]


def save_source(workspace: Workspace, text: str, version: str) -> Source:
    """Write the system file whole or not at all, with or without errors in it: work half done is kept too.

    Parameters
    ----------
    version
        Of the text that the editing began with.

    Raises
    ------
    CounterstreamError
        ``U505`` if the file is another by now, ``U506`` if it may not be edited, ``R101`` or ``R102`` if it
        cannot be written.
    """
    path = workspace.source
    if path is None or not workspace.editable:
        mend = "make a case of your own, with: counterstream new my-case"
        raise CounterstreamError(Problem(READ_ONLY, "this system is not edited here", str(path or ""), mend=mend))
    found = read_source(path).version if path.exists() else ""
    if found != version:
        mend = "compare: keep your text, read the file's, and save again from there"
        raise CounterstreamError(
            Problem(CHANGED_MEANWHILE, "the file has been changed since it was read", str(path), mend=mend)
        )
    write_text(path, text)
    return Source(text, version_of(text.encode("utf-8")))
