"""``evidence draft`` on files that a reader must be helped with, or warns of."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_example import Ran
from document_files import Line, write_pdf

TEXT = "In 1992 about 1,500 people left the old shore."


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    with contextlib.chdir(tmp_path):
        yield tmp_path


def test_a_scan_is_refused_with_the_command_that_adds_its_text(folder: Path) -> None:
    write_pdf(folder / "scan.pdf", [[], []], pictures=True)
    ran = Ran("evidence", "draft", "scan.pdf")
    assert ran.status == 1
    assert "D114" in ran.err
    assert "ocrmypdf --skip-text scan.pdf scan-with-text.pdf" in " ".join(ran.err.split())


def test_pages_without_text_are_told(folder: Path) -> None:
    write_pdf(folder / "part.pdf", [[Line(72, 700, TEXT)], []], pictures=True)
    ran = Ran("evidence", "draft", "part.pdf")
    assert ran.status == 0
    assert "D121" in ran.err
    (problem,) = Ran("evidence", "draft", "part.pdf", "--json").data["problems"]
    assert (problem["code"], problem["severity"]) == ("D121", "warning")


def test_a_locked_pdf_and_a_named_encoding(folder: Path) -> None:
    write_pdf(folder / "locked.pdf", [[Line(72, 700, TEXT)]], password="key")
    assert Ran("evidence", "draft", "locked.pdf").status == 1
    assert Ran("evidence", "draft", "locked.pdf", "--password", "key").status == 0
    (folder / "a.txt").write_bytes((TEXT + " Ответ").encode("cp866"))
    assert "cp866 (named by the user)" in Ran("evidence", "draft", "a.txt", "--encoding", "cp866").out
