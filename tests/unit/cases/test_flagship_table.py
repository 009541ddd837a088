"""The table of the flagship page: every entry of the two documents, and only names that exist."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from counterstream.case import load_case
from counterstream.system.system import System

PAGE = Path(__file__).parents[3] / "docs" / "cases" / "soviet-third-wave.md"
HEADING = "## What the documents describe, entry by entry"
N_ENTRIES = 113
LEFT_OUT = "left out"


@dataclass(frozen=True)
class Row:
    number: int
    entry: str
    carried: str
    remark: str

    @property
    def names(self) -> list[str]:
        return re.findall(r"`([^`]+)`", self.carried)


@pytest.fixture(scope="module")
def section() -> str:
    """Give the section that holds the table; the page's other tables begin with years."""
    page = PAGE.read_text(encoding="utf-8")
    assert page.count(f"\n{HEADING}\n") == 1
    return re.split(r"\n## ", page.partition(f"\n{HEADING}\n")[2], maxsplit=1)[0]


def read_rows(section: str) -> list[Row]:
    rows: list[Row] = []
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("|") and cells[0].isdigit():
            assert len(cells) == 4, line
            rows.append(Row(int(cells[0]), *cells[1:]))
    return rows


def names_of(system: System) -> set[str]:
    parts = (
        system.places,
        system.attributes,
        system.statuses,
        system.parameters,
        system.instruments,
        system.events,
        system.signals,
        system.moves,
        system.observables,
        system.scenarios,
    )
    values = {value for attribute in system.attributes for value in attribute.values}
    return {part.name for kind in parts for part in kind} | set(system.flow_names) | values


def find_faults(rows: list[Row], known: set[str]) -> list[str]:
    """Return what is wrong with the table, in words."""
    numbers = [row.number for row in rows]
    faults = [f"entry {n} stands {numbers.count(n)} times" for n in range(1, N_ENTRIES + 1) if numbers.count(n) != 1]
    faults += [f"entry {n} is not one of the documents'" for n in numbers if not 1 <= n <= N_ENTRIES]
    for row in rows:
        faults += [f"entry {row.number}: no part is called {name}" for name in row.names if name not in known]
        if not row.entry:
            faults.append(f"entry {row.number} has no name")
        if not row.names and (row.carried != LEFT_OUT or not row.remark):
            faults.append(f"entry {row.number} is neither carried nor left out for a reason")
    return faults


@pytest.fixture(scope="module")
def known() -> set[str]:
    return names_of(load_case("soviet-third-wave").system)


def test_every_entry_stands_once_and_names_parts_that_exist(known: set[str], section: str) -> None:
    assert find_faults(read_rows(section), known) == []


def test_most_entries_are_carried(section: str) -> None:
    rows = read_rows(section)
    assert sum(bool(row.names) for row in rows) >= 90


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("| 45 |", "| 46 |", "entry 45 stands 0 times"),
        ("| 45 |", "| 46 |", "entry 46 stands 2 times"),
        ("| 113 |", "| 114 |", "entry 114 is not one of the documents'"),
        (
            "`usa_disaffected`, `treatment`",
            "`usa_disafected`, `treatment`",
            "entry 60: no part is called usa_disafected",
        ),
        (
            "| left out | a judgement, not a mechanism |",
            "| left out | |",
            "entry 54 is neither carried nor left out for a reason",
        ),
        ("| `rally_years` | |", "| | |", "entry 22 is neither carried nor left out for a reason"),
    ],
)
def test_a_planted_fault_is_found(known: set[str], section: str, old: str, new: str, fault: str) -> None:
    assert section.count(old) == 1
    assert fault in find_faults(read_rows(section.replace(old, new)), known)
