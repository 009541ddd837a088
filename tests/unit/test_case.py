from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from ledger_example import claim_row, write_ledger

from counterstream import case as case_module
from counterstream.case import CODES, bundled_cases, check_case, find_case, load_case
from counterstream.errors import CounterstreamError

TEMPLATE = Path(case_module.__file__).parent / "cases" / "template"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "my-case"
    path.mkdir()
    shutil.copy(TEMPLATE / "system.yaml", path)
    return path


def codes_of(name_or_path: str | Path) -> tuple[str, ...]:
    return tuple(problem.code for problem in check_case(name_or_path)[1])


def test_a_whole_case_is_read(folder: Path) -> None:
    write_ledger(folder)
    (folder / "README.md").write_text("# Two shores\nWhat it is. ü\n", encoding="utf-8")
    case = load_case(folder)
    assert (case.name, case.folder) == ("my-case", folder)
    assert case.system.name == "two-shores"
    assert [claim.id for claim in case.ledger.claims] == ["C1"]
    assert case.readme == "# Two shores\nWhat it is. ü\n"
    assert case.warnings == ()
    assert load_case(str(folder)) == case
    assert load_case(folder / "system.yaml") == case


def test_bundled_cases_go_by_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert "template" in bundled_cases()
    assert find_case("template") == TEMPLATE
    case = load_case("template")
    assert (case.name, case.system.name) == ("template", "two-shores")


def test_a_folder_here_comes_before_a_bundled_case(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    folder.rename(folder.with_name("template"))
    monkeypatch.chdir(folder.parent)
    assert find_case("template") == Path("template")


@pytest.mark.parametrize("name", ["tmplate", "no/such/folder", "", "a\0b", "x" * 5000, "\x1b[31m"])
def test_unknown_cases_are_coded(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CounterstreamError) as caught:
        load_case(name)
    assert caught.value.codes in [("U302",), ("U301",)]
    assert "\x1b" not in str(caught.value)
    if name == "tmplate":
        assert caught.value.problems[0].mend == 'did you mean "template"?'


def test_folders_and_files_that_are_no_case(tmp_path: Path) -> None:
    assert codes_of(tmp_path) == ("U301",)
    (tmp_path / "x.txt").write_text("x")
    assert codes_of(tmp_path / "x.txt") == ("U301",)
    write_ledger(tmp_path)
    assert codes_of(tmp_path) == ("U304",)


def test_a_system_without_claims_is_allowed(folder: Path) -> None:
    case = load_case(folder)
    assert case.ledger.claims == ()
    assert [(p.code, p.severity) for p in case.warnings] == [("U303", "warning")]


def test_part_of_a_ledger_is_an_error(folder: Path) -> None:
    write_ledger(folder)
    (folder / "sources.csv").unlink()
    assert codes_of(folder) == ("L101",)


def test_problems_of_system_and_ledger_come_together(folder: Path) -> None:
    write_ledger(folder, [claim_row(hedge="x")])
    text = (folder / "system.yaml").read_text()
    (folder / "system.yaml").write_text(text.replace("to: applicant", "to: applicnt"))
    codes = codes_of(folder)
    assert "L210" in codes
    assert "S302" in codes


def test_a_readme_that_is_not_text_is_a_warning(folder: Path) -> None:
    write_ledger(folder)
    (folder / "README.md").write_bytes(b"caf\xe9")
    assert [p.code for p in load_case(folder).warnings] == ["U305"]
    (folder / "README.md").unlink()
    (folder / "README.md").mkdir()
    assert [p.code for p in load_case(folder).warnings] == ["U305"]


def test_codes_are_all_listed() -> None:
    assert set(CODES) == {"U301", "U302", "U303", "U304", "U305"}
