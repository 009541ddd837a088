"""What is served, from what was named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_example import write_case
from serve_example import LEVERS, write_run

from counterstream.app.workspace import find_run, find_workspace, list_runs
from counterstream.errors import CounterstreamError


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_run_is_served_with_those_beside_it_and_its_case(here: Path) -> None:
    write_run(here / "runs" / "b")
    write_run(here / "runs" / "a")
    write_case(here / "shore", LEVERS)
    found = find_workspace("runs/b")
    assert (found.first, found.case, found.editable) == ("b", "shore", True)
    assert found.source == here / "shore" / "system.yaml"
    assert [run.name for run in list_runs(found)] == ["b", "a"]


@pytest.mark.parametrize("case", ["../shore", "/etc", "..", "", "a/b", None, 7])
def test_the_name_in_a_run_leads_nowhere_else(here: Path, case: object) -> None:
    write_case(here.parent / "shore", LEVERS)
    write_run(here / "one", case=case)
    assert find_workspace("one").source is None


def test_a_case_is_served_with_its_usual_run(here: Path) -> None:
    write_case(here / "shore", LEVERS)
    assert find_workspace("shore").first == ""
    assert list_runs(find_workspace("shore")) == ()
    write_run(here / "runs" / "shore")
    assert find_workspace("shore").first == "shore"
    assert find_workspace("shore/system.yaml").case == "shore"


def test_a_bundled_case_is_read_only_and_a_folder_of_its_name_is_not(here: Path) -> None:
    assert not find_workspace("template").editable
    write_case(here / "template", LEVERS)
    assert find_workspace("template").editable
    assert find_workspace("template").source == here / "template" / "system.yaml"


def test_a_folder_of_runs_is_served(here: Path) -> None:
    write_run(here / "runs" / "a")
    assert [run.name for run in list_runs(find_workspace("."))] == ["a"]
    assert [run.name for run in list_runs(find_workspace("runs"))] == ["a"]


def test_nothing_to_serve_says_so(here: Path) -> None:
    with pytest.raises(CounterstreamError) as caught:
        find_workspace(".")
    assert caught.value.codes == ("U503",)
    with pytest.raises(CounterstreamError) as caught:
        find_workspace("nowhere")
    assert caught.value.codes == ("U302",)


def test_unfinished_and_damaged_runs_are_told_as_such(here: Path) -> None:
    whole = write_run(here / "runs" / "whole")
    begun = here / "runs" / "begun"
    begun.mkdir()
    state = json.loads((whole / "state.json").read_text())
    (begun / "state.json").write_text(json.dumps(state | {"state": "running"}))
    damaged = write_run(here / "runs" / "damaged")
    (damaged / "state.json").write_text("{")
    (damaged / "run.json").write_text("[1, 2")
    fitless = write_run(here / "runs" / "fitless")
    (fitless / "fit.nc").unlink()
    (here / "runs" / "link").symlink_to(whole)
    found = {run.name: (run.state, run.usable) for run in list_runs(find_workspace("."))}
    assert found == {
        "begun": ("running", False),
        "damaged": ("damaged", False),
        "fitless": ("complete", False),
        "whole": ("complete", True),
    }
    with pytest.raises(CounterstreamError) as caught:
        find_run(find_workspace("."), "../runs/whole")
    assert caught.value.codes == ("U504",)
