"""What a reading of a system file has found: problems, and names that must exist."""

from __future__ import annotations

from dataclasses import dataclass

from counterstream.errors import Problem
from counterstream.spec.codes import CODES
from counterstream.spec.node import At, Node, locate, path_text


@dataclass(frozen=True, slots=True)
class Reference:
    """A name used in the document, to be looked up once everything is read.

    ``kind`` says what it must name; ``units`` are the units that a parameter may have
    there; ``attribute`` is the attribute whose value is meant.
    """

    kind: str
    name: str
    at: At
    units: tuple[str, ...] = ()
    attribute: str = ""


class Findings:
    """Collects problems with their places."""

    def __init__(self, file: str, root: Node) -> None:
        self.file = file
        self.root = root
        self.problems: list[Problem] = []
        self.references: list[Reference] = []

    def add(self, code: str, at: At, message: str, *, found: str = "", allowed: str = "", mend: str = "") -> None:
        """Record one problem at a path of the document."""
        if code not in CODES:
            raise KeyError(code)
        line, column = locate(self.root, at)
        self.problems.append(
            Problem(
                code=code,
                message=message,
                file=self.file,
                line=line,
                column=column,
                path=path_text(at),
                found=found,
                allowed=allowed,
                mend=mend,
                severity="warning" if code.startswith("S6") else "error",
            )
        )

    def refer(self, reference: Reference) -> None:
        """Record a name to be looked up."""
        self.references.append(reference)

    def has_errors(self, *areas: str) -> bool:
        """Whether there is an error, if given one whose code starts so."""
        return any(p.severity == "error" and p.code.startswith(areas or ("S",)) for p in self.problems)

    def in_order(self) -> tuple[Problem, ...]:
        """Return the problems in the order of the text, errors before warnings, each once."""
        unique = dict.fromkeys(self.problems)
        return tuple(sorted(unique, key=lambda p: (p.severity == "warning", p.line, p.column, p.code, p.path)))
