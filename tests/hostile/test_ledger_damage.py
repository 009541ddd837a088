"""Whatever happens to a ledger's bytes, reading gives a ledger or coded problems."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from ledger_example import CLAIM, CLAIM_COLUMNS, claim_row, write_ledger

from counterstream.errors import CounterstreamError
from counterstream.evidence.claim import Claim
from counterstream.evidence.ledger import Ledger, check_ledger, read_claims, read_ledger
from counterstream.evidence.writing import format_claims

ROWS = [
    CLAIM,
    claim_row(id="C2", statement_paraphrase='two, "lines"\nand ü', hedge="range", value="", low="1", high="2"),
    claim_row(id="C3", quantity_kind="share", unit="percent", value="45.5", agency="Бюро"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_ledger(tmp_path_factory.mktemp("ledger"), ROWS)


def read_damaged(folder: Path, name: str, data: bytes) -> None:
    """Read the ledger with one file's bytes replaced; only a ledger or coded problems may come of it."""
    path = folder / name
    good = path.read_bytes()
    path.write_bytes(data)
    try:
        outcome = ledger_or_error(folder)
        if isinstance(outcome, Ledger):
            # What was accepted can be written and reads back as the same.
            path.write_text(format_claims(outcome.claims), encoding="utf-8", newline="")
            assert [key(c) for c in read_claims(path)] == [key(c) for c in outcome.claims]
        else:
            assert outcome.problems
            assert all(problem.code.startswith("L") for problem in outcome.problems)
            str(outcome).encode("utf-8")
    finally:
        path.write_bytes(good)


def ledger_or_error(folder: Path) -> Ledger | CounterstreamError:
    """Let every other exception pass: it fails the test."""
    try:
        return read_ledger(folder)
    except CounterstreamError as error:
        return error


def key(claim: Claim) -> tuple[object, ...]:
    return tuple(getattr(claim, name) for name in Claim.__slots__ if name not in ("file", "line"))


@settings(max_examples=200)
@given(st.data())
def test_changed_bytes(folder: Path, data: st.DataObject) -> None:
    good = bytearray((folder / "claims.csv").read_bytes())
    for _ in range(data.draw(st.integers(1, 5), "changes")):
        position = data.draw(st.integers(0, len(good) - 1), "position")
        length = data.draw(st.integers(0, 6), "length")
        good[position : position + length] = data.draw(st.binary(max_size=6), "bytes")
        if not good:
            break
    read_damaged(folder, "claims.csv", bytes(good))


@settings(max_examples=100)
@given(st.sampled_from(["claims.csv", "sources.csv", "events.csv"]), st.binary(max_size=300))
@example("claims.csv", b"\xff\xfe")
@example("claims.csv", b'"')
@example("sources.csv", b"\0")
def test_any_bytes(folder: Path, name: str, data: bytes) -> None:
    path = folder / name
    good = path.read_bytes()
    path.write_bytes(data)
    try:
        ledger, problems = check_ledger(folder)
        assert ledger is not None or any(problem.severity == "error" for problem in problems)
        "".join(map(str, problems)).encode("utf-8")
    finally:
        path.write_bytes(good)


@settings(max_examples=150)
@given(
    st.sampled_from(CLAIM_COLUMNS),
    st.text(max_size=12)
    | st.sampled_from(["nan", "1e999", "-0", "+", "9999-99-99", "0001-01-01", "=", "'=", "\ufeff"]),
)
def test_any_text_in_a_cell(tmp_path_factory: pytest.TempPathFactory, column: str, text: str) -> None:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return
    folder = write_ledger(tmp_path_factory.getbasetemp() / "cell", [claim_row(**{column: text})])
    read_damaged(folder, "claims.csv", (folder / "claims.csv").read_bytes())


def test_every_truncation(folder: Path) -> None:
    data = (folder / "claims.csv").read_bytes()
    for length in range(len(data)):
        read_damaged(folder, "claims.csv", data[:length])


HEADING = ",".join(CLAIM_COLUMNS).encode() + b"\n"
NONSENSE = {
    "commas": b"," * 5_000_000,
    "lines": b"\n" * 5_000_000,
    "blank lines": HEADING + b"\n" * 900_000 + b"x",
    "quotes": b'"' * 5_000_000,
    "letters": b"a" * 5_000_000,
    "bytes": b"\xff" * 5_000_000,
    "NULs": b"\0" * 5_000_000,
    "NULs in cells": HEADING + (b"\0" * 17 + b",\0" * 17 + b"\n") * 90_000,
    "short rows": HEADING + b"x\n" * 900_000,
    "faulty rows": HEADING + b",,,,,,,,,,,,,,,,,x\n" * 200_000,
    "open quote": HEADING + b'"' + b"x\n" * 900_000,
    "odd quotes": HEADING + b'"x"x\n' * 900_000,
    "digits": HEADING + b"9" * 100_000 + b"\n",
    "columns": b"a," * 2_000_000,
}


@pytest.mark.parametrize("name", NONSENSE)
def test_large_nonsense_is_refused(tmp_path: Path, name: str) -> None:
    folder = write_ledger(tmp_path)
    (folder / "claims.csv").write_bytes(NONSENSE[name])
    ledger, problems = check_ledger(folder)
    assert ledger is None
    assert 0 < len(problems) <= 1001


MEMORY = """
import resource, sys
from pathlib import Path
from counterstream.evidence.ledger import check_ledger
resource.setrlimit(resource.RLIMIT_AS, (500_000_000, 500_000_000))
for name in sys.argv[1:]:
    assert check_ledger(Path(name))[0] is None
"""


def test_large_nonsense_needs_little_memory(tmp_path: Path) -> None:
    folders: list[str] = []
    for name, content in NONSENSE.items():
        folder = write_ledger(tmp_path / name)
        (folder / "claims.csv").write_bytes(content)
        folders.append(str(folder))
    done = subprocess.run([sys.executable, "-c", MEMORY, *folders], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
