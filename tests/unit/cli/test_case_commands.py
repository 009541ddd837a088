"""``new``, ``check`` and ``schema``."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from cli_example import SYSTEM, Ran, write_case
from ledger_example import claim_row, write_ledger

from counterstream.spec import json_schema


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_new_copies_the_template_and_its_case_is_valid() -> None:
    ran = Ran("new", "island")
    assert ran.status == 0
    assert "island: " in ran.out
    assert "system.yaml" in os.listdir("island")
    assert not [name for name in os.listdir("island") if name.startswith(("_", "."))]
    assert os.listdir() == ["island"]
    assert Ran("check", "island").status == 0


def test_new_as_json_names_the_files() -> None:
    data = Ran("new", "island", "--json").data
    assert data["folder"] == "island"
    assert sorted(data["files"]) == sorted(os.listdir("island"))


@pytest.mark.parametrize("kind", ["full", "empty", "file", "link"])
def test_new_refuses_what_exists(kind: str) -> None:
    taken = Path("taken")
    if kind == "file":
        taken.write_text("mine")
    elif kind == "link":
        taken.symlink_to("nowhere")
    else:
        taken.mkdir()
    if kind == "full":
        (taken / "system.yaml").write_text("mine")
    ran = Ran("new", "taken")
    assert (ran.status, ran.err.split(":")[1].split()[0]) == (2, "U101")
    assert os.listdir() == ["taken"]
    if kind == "full":
        assert (taken / "system.yaml").read_text() == "mine"


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "\x1b[31m", "no/such/folder/case", "."])
def test_new_refuses_names_that_cannot_be_a_folder(name: str) -> None:
    ran = Ran("new", name)
    assert ran.status == 2
    assert "\x1b" not in ran.err
    assert os.listdir() == []


def test_new_where_nothing_can_be_written() -> None:
    ran = Ran("new", "/proc/case")  # not even by root
    assert (ran.status, ran.err.split(": ")[1].split()[0]) == (1, "U106")


def test_new_with_a_name_that_is_too_long() -> None:
    assert Ran("new", "x" * 300).status == 1


def test_check_without_a_name_checks_the_folder_here() -> None:
    write_case(Path())
    ran = Ran("check")
    assert ran.status == 0
    assert "no errors, no warnings" in ran.out
    assert "4 claims (3 answered, 1 unanswered)" in ran.out


def test_check_tells_all_errors_of_all_files_with_their_places() -> None:
    write_case(Path("bad"), SYSTEM.replace("to: settled", "to: setled").replace("median: 0.02", "median: x"))
    write_ledger(Path("bad"), [claim_row(value="1,200")])
    ran = Ran("check", "bad")
    assert ran.status == 1
    lines = ran.err.splitlines()
    heads = [line for line in lines if not line.startswith("    ")]
    assert [head.split(": ")[0].split(":")[0] for head in heads] == [
        "bad/system.yaml",
        "bad/system.yaml",
        "bad/claims.csv",
    ]
    assert '    mend: did you mean "settled"?' in lines
    assert "bad: 3 errors, no warnings" in ran.out
    assert ran.out.count("\n") == 1


def test_check_as_json_is_the_same_as_data() -> None:
    write_case(Path("bad"), SYSTEM.replace("to: settled", "to: setled"))
    ran = Ran("check", "bad", "--json")
    assert (ran.status, ran.err, ran.codes) == (1, "", ["S302"])
    assert not ran.data["valid"]
    problem = ran.data["problems"][0]
    assert (problem["file"], problem["found"], problem["severity"]) == ("bad/system.yaml", "setled", "error")
    assert problem["line"] == SYSTEM[: SYSTEM.index("to: settled")].count("\n") + 1


def test_check_of_a_sound_case_as_json() -> None:
    write_case(Path("good"))
    ran = Ran("check", "good", "--json")
    assert ran.status == 0
    assert ran.data == {
        "case": "good",
        "folder": "good",
        "valid": True,
        "claims": {"answered": 3, "context": 0, "unanswered": 1},
        "problems": [],
    }


def test_warnings_are_shown_and_do_not_fail() -> None:
    Path("plain").mkdir()
    Path("plain/system.yaml").write_text(SYSTEM)
    ran = Ran("check", "plain")
    assert ran.status == 0
    assert "U303 warning" in ran.err
    assert "plain: no errors, 1 warning" in ran.out
    assert Ran("check", "plain", "--json").codes == ["U303"]


@pytest.mark.parametrize("json_flag", [[], ["--json"]])
def test_an_unknown_case_is_misuse(json_flag: list[str]) -> None:
    ran = Ran("check", "soviet-third-wav", *json_flag)
    assert ran.status == 2
    assert "did you mean" in ran.out + ran.err


def test_texts_of_a_file_cannot_act_on_the_terminal() -> None:
    write_case(Path("evil"), SYSTEM.replace("to: settled", r'to: "\e]0;owned\a\e[31m[bold]x"'))
    ran = Ran("check", "evil")
    assert ran.status == 1
    assert not set(ran.out + ran.err) & {"\x1b", "\x07"}
    assert "[bold]" in ran.err


def test_schema_is_printed_or_written() -> None:
    ran = Ran("schema")
    assert ran.status == 0
    assert ran.data == json_schema()
    assert Ran("schema", "--out", "s.json").status == 0
    assert json.loads(Path("s.json").read_text(encoding="utf-8")) == json_schema()
    ran = Ran("schema", "--out", "no/such/s.json")
    assert (ran.status, ran.err.split(": ")[1].split()[0]) == (1, "R102")
