"""What a reading of a system file has found: problems, and names that must exist."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from counterstream.errors import Problem, suggest_name
from counterstream.spec.codes import CODES
from counterstream.spec.node import At, Node, locate, path_text

#: Nobody reads more at once, and a hostile file could ask for hours of close-name search.
MAX_PROBLEMS = 300
MAX_COMPARISONS = 6_000
MAX_COMPARED = 60


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
        self.cut_short = False
        self._compared = 0

    def add(self, code: str, at: At, message: str, *, found: str = "", allowed: str = "", mend: str = "") -> None:
        """Record one problem at a path of the document."""
        if code not in CODES:
            raise KeyError(code)
        if len(self.problems) >= MAX_PROBLEMS:
            self.cut_short = True
            return
        written, line, column = locate(self.root, at)
        self.problems.append(
            Problem(
                code=code,
                message=message,
                file=self.file,
                line=line,
                column=column,
                path=path_text(written),
                found=found,
                allowed=allowed,
                mend=mend,
                severity="warning" if code.startswith("S6") else "error",
            )
        )

    def suggest(self, name: str, known: Iterable[str]) -> str:
        """Return a close known name, as long as the search does not take too long altogether."""
        choices = tuple(known)
        self._compared += len(choices)
        return suggest_name(name[:MAX_COMPARED], choices) if self._compared <= MAX_COMPARISONS else ""

    def refer(self, reference: Reference) -> None:
        """Record a name to be looked up."""
        self.references.append(reference)

    def has_errors(self, *areas: str) -> bool:
        """Whether there is an error, if given one whose code starts so."""
        return any(p.severity == "error" and p.code.startswith(areas or ("S",)) for p in self.problems)

    def in_order(self) -> tuple[Problem, ...]:
        """Return the problems in the order of the text, errors before warnings, each once."""
        unique = dict.fromkeys(self.problems)
        ordered = sorted(unique, key=lambda p: (p.severity == "warning", p.line, p.column, p.code, p.path))
        return (*ordered, too_many_problems(self.file)) if self.cut_short else tuple(ordered)


def too_many_problems(file: str) -> Problem:
    """Return the problem that stands for all those that are not listed."""
    return Problem(
        "S116",
        "there are more problems than are listed",
        file,
        1,
        1,
        found=f"more than {MAX_PROBLEMS}",
        mend="mend these first and check again",
    )
