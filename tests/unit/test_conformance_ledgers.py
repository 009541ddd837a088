"""Example ledgers that every reader of this format must take, or refuse with the code and place given."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from counterstream.errors import CounterstreamError, Problem
from counterstream.evidence.claim import Claim
from counterstream.evidence.codes import CODES
from counterstream.evidence.ledger import check_claims, check_ledger, read_claims, read_ledger

ROOT = Path(__file__).parents[2] / "conformance"
VALID = ROOT / "valid" / "ledgers"
INVALID = ROOT / "invalid" / "ledgers"
#: The source that files of claims alone may name.
KNOWN = {"REG"}


def index_of(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "index.json").read_text(encoding="utf-8"))


def check(path: Path) -> tuple[tuple[Claim, ...] | None, tuple[Problem, ...]]:
    if path.is_dir():
        ledger, problems = check_ledger(path)
        return (None if ledger is None else ledger.claims), problems
    return check_claims(path, known_sources=KNOWN)


def plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


@pytest.mark.parametrize("name", sorted(index_of(VALID)))
def test_valid_ledgers_are_read(name: str) -> None:
    expected = index_of(VALID)[name]
    claims, problems = check(VALID / name)
    assert claims is not None, problems
    assert [problem.code for problem in problems] == expected["warnings"]
    assert len(claims) == expected["claims"]
    by_id = {claim.id: claim for claim in claims}
    for claim_id, cells in expected["cells"].items():
        found = {field: plain(getattr(by_id[claim_id], field)) for field in cells}
        assert found == cells, claim_id


@pytest.mark.parametrize("name", sorted(index_of(INVALID)))
def test_invalid_ledgers_are_refused_with_code_and_place(name: str) -> None:
    path = INVALID / name
    claims, problems = check(path)
    assert claims is None
    found = [
        {
            "code": problem.code,
            "file": Path(problem.file).relative_to(INVALID).as_posix(),
            "line": problem.line,
            "column": problem.column,
            "path": problem.path,
        }
        for problem in problems
    ]
    assert found == index_of(INVALID)[name]["problems"]
    assert all(problem.message and problem.code in CODES for problem in problems)
    with pytest.raises(CounterstreamError) as caught:
        read_ledger(path) if path.is_dir() else read_claims(path, known_sources=KNOWN)
    assert caught.value.problems == problems
    text = str(caught.value)
    assert all(character.isprintable() or character == "\n" for character in text)
    text.encode("utf-8")


def test_every_example_is_listed_and_there_are_enough() -> None:
    for folder, least in ((VALID, 20), (INVALID, 60)):
        index = index_of(folder)
        assert set(index) == {entry.name for entry in folder.iterdir()} - {"index.json"}
        assert len(index) >= least


def test_every_error_code_of_cells_and_rows_has_an_example() -> None:
    found = {problem["code"] for entry in index_of(INVALID).values() for problem in entry["problems"]}
    found |= {code for entry in index_of(VALID).values() for code in entry["warnings"]}
    # Unreadable and huge files, very many problems and unknown agencies need more than a small file.
    assert set(CODES) - found == {"L102", "L103", "L115", "L304"}
