"""YAML text to nodes with positions: limits first, then the quick reader or the full scanner."""

from __future__ import annotations

import re

from counterstream.errors import Problem
from counterstream.spec.node import Node
from counterstream.spec.quick import compose_quickly

MAX_CHARACTERS = 400_000

_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def compose(text: str, file: str) -> tuple[Node | None, list[Problem]]:
    """Read YAML text into nodes.

    Parameters
    ----------
    text
        The document; a byte-order mark at its start is tolerated.
    file
        Name for the problems.

    Returns
    -------
    tuple
        The root node (``None`` if reading had to stop) and the problems found.
    """
    text = text.removeprefix("\ufeff")
    early = check_text(text, file)
    if early is not None:
        return None, [early]
    root = compose_quickly(text)
    if root is not None:
        return root, []
    # Imported only when it is needed: the scanner takes longer to import than a plain file to read.
    from counterstream.spec.scan import compose_fully

    return compose_fully(text, file)


def check_text(text: str, file: str) -> Problem | None:
    """Return the problem of a text that is not worth scanning."""
    if len(text) > MAX_CHARACTERS:
        return Problem(
            "S104",
            "the text is too long",
            file,
            1,
            1,
            found=f"{len(text):,} characters",
            allowed=f"at most {MAX_CHARACTERS:,} characters",
            mend="a system file holds mechanisms; evidence belongs in claims.csv",
        )
    bad = _FORBIDDEN.search(text)
    if bad is None:
        return None
    before = text[: bad.start()]
    return Problem(
        "S103",
        "the text holds a forbidden character",
        file,
        before.count("\n") + 1,
        bad.start() - (before.rfind("\n") + 1) + 1,
        found=f"U+{ord(bad.group()):04X}",
        allowed="printable characters, tabs and line ends",
        mend="delete the character",
    )
