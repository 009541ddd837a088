"""``evidence list`` and ``evidence conflicts``."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_example import SYSTEM, Ran, write_case


@pytest.fixture
def folder(tmp_path: Path) -> str:
    return str(write_case(tmp_path / "shore"))


def test_every_claim_is_in_one_list(folder: str) -> None:
    ran = Ran("evidence", "list", folder)
    assert ran.status == 0
    lines = ran.out.splitlines()
    assert [line for line in lines if line and line.split()[-1] in ("answered", "context")] == [
        "3 claims answered",
        "no claims kept for context",
        "1 claim not answered",
    ]
    assert [line.split()[0] for line in lines if line.startswith("C")] == ["C1", "C2", "C3", "C4"]
    row = next(line for line in lines if line.startswith("C3"))
    assert "  about 1,200 persons  " in row
    assert "  gazette  " in row
    assert "counted by harbour office" in row
    assert row.endswith("to check only")


def test_columns_are_aligned(folder: str) -> None:
    lines = Ran("evidence", "list", folder, "--answered").out.splitlines()
    assert (
        len({line.index(word) for line, word in zip(lines[1:], ["observable", *["departures"] * 3], strict=True)}) == 1
    )


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        (["--answered"], {"answered"}),
        (["--context", "--unanswered"], {"context", "unanswered"}),
        ([], {"answered", "context", "unanswered"}),
    ],
)
def test_lists_are_chosen(folder: str, flags: list[str], expected: set[str]) -> None:
    data = Ran("evidence", "list", folder, "--json", *flags).data
    assert set(data) - {"case", "problems"} == expected


def test_list_as_data(folder: str) -> None:
    data = Ran("evidence", "list", folder, "--json").data
    third = data["answered"][2]
    assert (third["claim"], third["observable"], third["counted_by"], third["use"]) == (
        "C3",
        "departures",
        "harbour office",
        "check",
    )
    assert (third["value"], third["low"], third["anchor"]) == (1200.0, None, True)
    assert [u["claim"] for u in data["unanswered"]] == ["C4"]


def test_conflicts_are_told_and_are_no_failure(folder: str) -> None:
    ran = Ran("evidence", "conflicts", folder)
    assert ran.status == 0
    assert ran.out.startswith("1 contradiction\n\ndepartures, same window: C1, C2, C3\n    C1: 1,200 persons")
    data = Ran("evidence", "conflicts", folder, "--json").data
    assert [(c["kind"], c["claims"]) for c in data["conflicts"]] == [("same window", ["C1", "C2", "C3"])]


def test_an_infinite_gap_is_null(tmp_path: Path) -> None:
    folder = write_case(tmp_path / "shore")
    text = (folder / "claims.csv").read_text()
    (folder / "claims.csv").write_text(text.replace(",400,", ",0,"))
    conflict = Ran("evidence", "conflicts", str(folder), "--json").data["conflicts"][0]
    assert conflict["relative_gap"] is None


@pytest.mark.parametrize("command", ["list", "conflicts"])
def test_a_case_with_errors_is_refused(command: str, tmp_path: Path) -> None:
    folder = write_case(tmp_path / "bad", SYSTEM.replace("to: settled", "to: setled"))
    ran = Ran("evidence", command, str(folder))
    assert (ran.status, ran.out) == (1, "")
    assert "S302 error" in ran.err
    assert Ran("evidence", command, str(folder), "--json").codes == ["S302"]
