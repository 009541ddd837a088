"""``report``: where the page is, and whether the run is as it was written."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_example import Ran

from counterstream.store.run_folder import open_run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with open_run(tmp_path / "first") as run:
        run.write_text("report.html", "<p>all</p>")
        run.finish()
    return tmp_path / "first"


def test_a_sound_run(folder: Path) -> None:
    ran = Ran("report", str(folder))
    assert (ran.status, ran.out, ran.err) == (0, f"{folder}/report.html\n", "")
    data = Ran("report", str(folder), "--json").data
    assert data == {"run": str(folder), "report": f"{folder}/report.html", "sound": True, "problems": []}


def test_a_changed_page_is_named_and_said_to_be_changed(folder: Path) -> None:
    (folder / "report.html").write_text("<p>ill</p>")
    ran = Ran("report", str(folder))
    assert ran.status == 1
    assert "R203 error: report.html has changed" in ran.err
    assert ran.out == f"{folder}/report.html\n"
    assert not Ran("report", str(folder), "--json").data["sound"]


@pytest.mark.parametrize(("name", "code"), [("report.html", "R201"), ("manifest.json", "R205")])
def test_a_missing_file(folder: Path, name: str, code: str) -> None:
    (folder / name).unlink()
    ran = Ran("report", str(folder), "--json")
    assert (ran.status, ran.codes) == (1, [code])


def test_a_run_without_a_report(tmp_path: Path) -> None:
    with open_run(tmp_path / "fit") as run:
        run.write_text("run.json", "{}")
        run.finish()
    ran = Ran("report", str(tmp_path / "fit"), "--json")
    assert (ran.status, ran.codes, ran.data["report"]) == (1, ["U104"], "")


def test_no_such_folder(tmp_path: Path) -> None:
    assert Ran("report", str(tmp_path / "none"), "--json").codes == ["R105"]
