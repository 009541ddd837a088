"""Every error a user can meet.

A :class:`Problem` names one fault: its code, where it is (file, line and column, or row
and column of a table, and the path inside the document), what was found, what is
allowed and how to mend it.  Work that can find several faults collects them all and
raises one :class:`CounterstreamError` with every problem in it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault in a user's input or in a piece of work.

    Parameters
    ----------
    code
        Stable identifier; the first letter and digit give the area (``S``: system file,
        ``L``: ledger, ``F``: fit, ``R``: run folder, ``U``: usage).
    message
        One sentence that says what is wrong.
    file, line, column
        Where it is; ``line`` and ``column`` count from 1, for a table ``line`` is the
        physical line of the row.
    path
        Path inside the document, such as ``moves.request.from`` or ``claims[C0007].value``.
    found, allowed, mend
        What was read, what would have been accepted, and what to do.
    severity
        ``error`` stops the work, ``warning`` is reported and the work goes on.
    """

    code: str
    message: str
    file: str = ""
    line: int = 0
    column: int = 0
    path: str = ""
    found: str = ""
    allowed: str = ""
    mend: str = ""
    severity: Severity = "error"

    @property
    def place(self) -> str:
        """``file:line:column``, as far as it is known."""
        parts = [self.file] if self.file else []
        if self.line:
            parts.append(str(self.line))
            if self.column:
                parts.append(str(self.column))
        return ":".join(parts)

    def as_dict(self) -> dict[str, str | int]:
        """Return the fields as plain data for ``--json``."""
        return asdict(self)

    def __str__(self) -> str:
        head = f"{self.code} {self.severity}: {self.message}"
        lines = [f"{self.place}: {head}" if self.place else head]
        details = (("at", self.path), ("found", self.found), ("allowed", self.allowed), ("mend", self.mend))
        lines.extend(f"    {label}: {text}" for label, text in details if text)
        return "\n".join(lines)


class CounterstreamError(Exception):
    """One or several problems, all that could be found at once."""

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of all problems, in the order in which they were found."""
        return tuple(problem.code for problem in self.problems)


def suggest_name(name: str, known: Iterable[str]) -> str:
    """Return ``did you mean "..."?`` for a close known name, or the list of known names."""
    choices = sorted(set(known))
    close = difflib.get_close_matches(name, choices, n=1, cutoff=0.6)
    if close:
        return f'did you mean "{close[0]}"?'
    if not choices:
        return "none is declared"
    shown = ", ".join(choices[:12])
    return f"one of: {shown}" + (", ..." if len(choices) > 12 else "")
