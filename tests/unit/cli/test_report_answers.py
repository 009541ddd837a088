"""``report --add``: what the commands wrote and printed becomes sections of the run's page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from answers_example import write_answer, write_run
from cli_example import SYSTEM, Ran, write_case
from ledger_example import CLAIM_COLUMNS, claim_row, write_table

GATE = SYSTEM.replace(
    "moves:\n",
    "instruments:\n  gate: {path: {steps: [{from: 1990-01-01, value: 0}, {from: 1995-01-01, value: 1}]}}\n\nmoves:\n",
).replace("rate_per_year: leave_rate}", "rate_per_year: leave_rate, terms: [{effect: 0.5, of: gate}]}")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the case ``shore``, a quick run of it and every answer there is on it."""
    folder = tmp_path_factory.mktemp("work")
    write_case(folder / "shore", GATE)
    later = claim_row(id="D1", period_start="1996-01-01", period_end="1996-12-31", value="500", hedge="about")
    write_table(folder / "later.csv", CLAIM_COLUMNS, [later])
    printed = {
        "agencies": ("evidence", "agencies", "shore"),
        "next": ("evidence", "next", "shore", "--observable", "departures"),
    }
    change = ("--observable", "departures", "--from", "1994", "--to", "1995")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert Ran("run", "shore", "--quick").status == 0
        assert Ran("compare", "shore", "calm", "--draws", "20", "--out", "apart").status == 0
        assert Ran("explain", "shore", *change, "--draws", "20", "--out", "why").status == 0
        assert Ran("validate", "shore", "--claims", "later.csv", "--out", "left-out").status == 0
        assert Ran("project", "shore", "--until", "2001", "--no-record", "--quick", "--out", "ahead").status == 0
        for name, command in printed.items():
            Path(f"{name}.json").write_text(Ran(*command, "--json").out, encoding="utf-8")
    return folder


def test_what_commands_wrote_and_printed_is_added(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    files = (
        "apart/compared.json",
        "why/explained.json",
        "left-out/validation.json",
        "ahead/projection.json",
        "agencies.json",
        "next.json",
    )
    added = [word for file in files for word in ("--add", file)]
    ran = Ran("report", "runs/shore", *added, "--out", "page.html", "--json")
    assert ran.status == 0
    assert ran.data["report"] == "page.html"
    assert ran.data["problems"] == []
    assert [(one["file"], one["format"]) for one in ran.data["added"]] == [
        ("apart/compared.json", "counterstream-comparison/1"),
        ("why/explained.json", "counterstream-explanation/1"),
        ("left-out/validation.json", "counterstream-validation/1"),
        ("ahead/projection.json", "counterstream-projection/1"),
        ("agencies.json", "counterstream-agencies/1"),
        ("next.json", "counterstream-next-claims/1"),
    ]
    page = Path("page.html").read_text(encoding="utf-8")
    for place, one in enumerate(ran.data["added"]):
        assert f'<h2 id="answer{place}">{one["heading"]}</h2>' in page
    explained = json.loads(Path("why/explained.json").read_text(encoding="utf-8"))
    assert f"{explained['value_to']['median']:,.0f}" in page
    assert Ran("report", "runs/shore").status == 0


def test_for_people_it_says_what_was_added_and_where(tmp_path: Path) -> None:
    run, answer = write_run(tmp_path / "run"), write_answer(tmp_path, "next-claims")
    ran = Ran("report", str(run), "--add", str(answer), "--out", str(tmp_path / "page.html"))
    assert (ran.status, ran.err) == (0, "")
    assert ran.out == f"What to look for next: Departures: from {answer}\n{tmp_path}/page.html\n"


@pytest.mark.parametrize("alone", [("--add", "answer.json"), ("--out", "page.html")])
def test_answers_and_a_place_for_the_page_go_together(tmp_path: Path, alone: tuple[str, str]) -> None:
    ran = Ran("report", str(tmp_path), *alone)
    assert ran.status == 2
    assert "--add and --out go together" in ran.err


def test_a_wrong_answer_is_misuse(tmp_path: Path) -> None:
    run, answer = write_run(tmp_path / "run"), write_answer(tmp_path, "explanation", case="another")
    ran = Ran("report", str(run), "--add", str(answer), "--out", str(tmp_path / "page.html"), "--json")
    assert (ran.status, ran.codes) == (2, ["U264"])
    assert not (tmp_path / "page.html").exists()
