"""The addresses of the local server, asked as the page asks them."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cli_example import write_case
from serve_example import LEVERS, PORT, TOKEN, own_headers, put_json, put_request, read_example, write_run

from counterstream.app.desk import Desk
from counterstream.app.routes import make_app
from counterstream.app.security import Guard
from counterstream.app.workspace import Workspace, find_workspace, list_runs

DROP = '{"scenarios": {"q": {"label": "Calm sea", "changes": [{"event": "storm", "drop": true}]}}}'


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("place")
    write_run(folder / "runs" / "shore")
    write_run(folder / "runs" / "other", LEVERS.replace("2}", "3}"), n_fitted=7)
    (folder / "runs" / "no run").mkdir()
    write_case(folder / "shore", LEVERS)
    return folder


@pytest.fixture
def app(place: Path, monkeypatch: pytest.MonkeyPatch) -> Guard:
    monkeypatch.chdir(place)
    return Guard(make_app(Desk(find_workspace("shore"), "launch", 10)), TOKEN, PORT)


def asked(scenario: str, turn: int = 1, *, totals: bool = False) -> dict[str, Any]:
    return {"tab": "tab", "turn": turn, "scenario": scenario, "observables": ["departures"], "totals": totals}


def wait_for_levers(app: Guard, of: str = "runs/shore") -> Any:
    for _ in range(600):
        reply = put_json(app, "GET", f"/api/{of}/levers")
        if reply.status != 202:
            return reply
        assert reply.data["phase"] in ("begin", "draws", "compile", "baseline")
        time.sleep(0.1)
    raise AssertionError("the draws were not loaded")


def test_the_state_lists_runs_with_what_they_can_be_asked(app: Guard) -> None:
    state = put_json(app, "GET", "/api/state").data
    assert [run["name"] for run in state["runs"]] == ["shore", "other"]
    assert all(run["usable"] for run in state["runs"])
    assert (state["case"], state["first"], state["editable"]) == ("shore", "shore", True)
    assert state["runs"][1]["summary"]["n_fitted"] == 7


def test_levers_from_loading_to_answer(app: Guard) -> None:
    early = put_json(app, "POST", "/api/runs/shore/ask", asked(DROP))
    assert (early.status, early.codes) == (503, ["U509"])
    ready = wait_for_levers(app)
    assert ready.status == 200
    assert ready.data["fitted"] is True
    assert ready.data["observables"] == [{"name": "departures", "label": "Departures"}]
    told = put_json(app, "POST", "/api/runs/shore/ask", asked(DROP, 3))
    assert told.status == 200
    assert told.data["changes"] == ["does not happen: Storm"]
    assert len(told.data["scenarios"][0]["difference"]["median"]) == read_example().clock.n_steps
    assert max(told.data["scenarios"][0]["difference"]["median"]) > 0
    older = put_json(app, "POST", "/api/runs/shore/ask", asked("", 2))
    assert (older.status, older.codes) == (409, ["U510"])
    faulty = put_json(app, "POST", "/api/runs/shore/ask", asked(DROP.replace("storm", "hail"), 4))
    assert (faulty.status, faulty.codes) == (422, ["S309"])
    assert put_json(app, "POST", "/api/runs/shore/ask", asked(DROP, 5, totals=True)).data["totals"][0]["changed"]


def test_levers_of_a_case_without_a_fit_say_so(tmp_path: Path) -> None:
    folder = write_case(tmp_path / "shore", LEVERS)
    desk = Desk(find_workspace(str(folder)), "launch", 10)
    app = Guard(make_app(desk), TOKEN, PORT)
    assert put_json(app, "POST", "/api/case/ask", asked(DROP)).codes == ["U509"]
    ready = wait_for_levers(app, "case").data
    assert ready["fitted"] is False
    assert "not fitted" in ready["about"]["generated"]
    assert ready["about"]["verdict"] == {"fit": False, "label": "not fitted", "sentences": []}
    rate = next(lever for lever in ready["levers"] if lever["kind"] == "parameter")
    assert rate["fitted"][0] < rate["median"] < rate["fitted"][1]
    free = '{"scenarios": {"q": {"changes": [{"instrument": "toll", "value": 0}]}}}'
    told = put_json(app, "POST", "/api/case/ask", asked(free, 2)).data
    assert told["scenarios"][0]["difference"]["median"][0] > 0
    # Nothing is beyond the evidence where none was used.
    far = '{"scenarios": {"q": {"changes": [{"instrument": "toll", "value": 90}]}}}'
    whole = put_json(app, "POST", "/api/case/ask", asked(far, 3, totals=True)).data
    assert whole["totals"][0]["changed"]
    assert whole["beyond"] == []
    # The system is read anew when its file has changed.
    (folder / "system.yaml").write_text(LEVERS.replace("label: Toll", "label: Fare"), encoding="utf-8")
    os.utime(folder / "system.yaml", ns=(1, 1))
    assert "Fare" in {lever["label"] for lever in wait_for_levers(app, "case").data["levers"]}
    (folder / "system.yaml").write_text("a: 1\n", encoding="utf-8")
    os.utime(folder / "system.yaml", ns=(2, 2))
    assert "S201" in wait_for_levers(app, "case").codes


def test_without_a_case_there_are_no_levers_of_one(tmp_path: Path) -> None:
    app = Guard(make_app(Desk(Workspace(tmp_path), "launch", 5)), TOKEN, PORT)
    assert put_json(app, "GET", "/api/case/levers").codes == ["U504"]
    assert put_json(app, "POST", "/api/case/ask", asked(DROP)).codes == ["U504"]


def test_a_run_made_anew_is_loaded_anew(app: Guard, tmp_path: Path) -> None:
    desk = Desk(Workspace(tmp_path), "launch", 5)
    write_run(tmp_path / "one")
    first = desk.load(list_runs(desk.workspace)[0])
    assert desk.load(list_runs(desk.workspace)[0]) is first
    manifest = tmp_path / "one" / "manifest.json"
    os.utime(manifest, ns=(1, 1))
    assert desk.load(list_runs(desk.workspace)[0]) is not first


def test_a_run_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    write_run(tmp_path / "one")
    (tmp_path / "one" / "fit.nc").write_bytes(b"nothing")
    write_run(tmp_path / "two")
    (tmp_path / "two" / "system.resolved.yaml").write_text("a: 1\n", encoding="utf-8")
    app = Guard(make_app(Desk(Workspace(tmp_path), "launch", 5)), TOKEN, PORT)
    assert wait_for_levers(app, "runs/one").codes == ["R208"]
    assert "S201" in wait_for_levers(app, "runs/two").codes


@pytest.mark.parametrize(
    ("content", "codes"),
    [
        (b"{", {"U507"}),
        (b"[1]", {"U263"}),
        (b"null", {"U263"}),
        (b"[" * 100_000, {"U507"}),
        (b'{"tab": 1, "turn": "x", "scenario": null}', {"U262", "U263"}),
        (json.dumps(asked(DROP) | {"turn": 1e400}).encode(), {"U263", "U507"}),
    ],
)
def test_a_request_that_cannot_be_read_says_what_is_wrong(app: Guard, content: bytes, codes: set[str]) -> None:
    reply = put_request(app, "POST", "/api/runs/shore/ask", own_headers(content), content)
    assert reply.status in (400, 422)
    assert set(reply.codes) <= codes


def test_two_runs_side_by_side(app: Guard) -> None:
    told = put_json(app, "GET", "/api/compare?first=shore&second=other").data
    assert [course["observable"] for course in told["courses"]] == ["departures", "departures"]
    assert told["courses"][0]["low90"][0] == 0
    facts = {fact["fact"]: fact for fact in told["facts"]}
    assert facts["Claims fitted"] == {"fact": "Claims fitted", "first": "", "second": "7", "differs": True}
    assert not facts["Verdict"]["differs"]
    assert put_json(app, "GET", "/api/compare?first=shore&second=other&observable=none").codes == ["U507"]
    assert put_json(app, "GET", "/api/compare?first=shore&second=../shore").codes == ["U504"]
    assert put_json(app, "GET", "/api/compare").codes == ["U504"]


@pytest.mark.parametrize("name", ["none", "..", "%2e%2e", "no run", ".", "shore%00"])
def test_only_runs_of_the_list_are_found(app: Guard, name: str) -> None:
    for part in ("views", "levers"):
        assert put_json(app, "GET", f"/api/runs/{name}/{part}").status == 404


def test_views_are_the_file_of_the_run(app: Guard, place: Path) -> None:
    assert put_json(app, "GET", "/api/runs/shore/views").codes == ["U504"]
    file = place / "runs" / "shore" / "views.json"
    file.write_text('{"format": "counterstream-views/1"}', encoding="utf-8")
    try:
        reply = put_json(app, "GET", "/api/runs/shore/views")
        assert reply.data == {"format": "counterstream-views/1"}
        assert put_json(app, "GET", "/api/state").data["runs"][0]["views"] is True
    finally:
        file.unlink()


@pytest.fixture
def source(place: Path) -> Iterator[Path]:
    file = place / "shore" / "system.yaml"
    yield file
    file.write_text(LEVERS, encoding="utf-8")


def test_the_system_is_read_checked_and_saved(app: Guard, source: Path) -> None:
    read = put_json(app, "GET", "/api/source").data
    assert read["text"] == LEVERS
    text = LEVERS.replace("Two shores", "Zwei Küsten")
    assert put_json(app, "POST", "/api/check", {"text": text}).data == {"problems": []}
    faulty = put_json(app, "POST", "/api/check", {"text": text.replace("leave_rate,", "leave_rat,")}).data["problems"]
    assert {problem["code"] for problem in faulty} >= {"S305"}
    line = next(i for i, row in enumerate(text.splitlines(), 1) if "kind: rate" in row)
    assert next(problem["line"] for problem in faulty if problem["code"] == "S305") == line
    saved = put_json(app, "PUT", "/api/source", {"text": text, "version": read["version"]})
    assert saved.status == 200
    assert source.read_text(encoding="utf-8") == text
    again = put_json(app, "PUT", "/api/source", {"text": "x", "version": saved.data["version"]})
    assert again.status == 200, "a text with errors is kept too: work half done is not lost"


def test_what_somebody_else_has_changed_is_not_written_over(app: Guard, source: Path) -> None:
    read = put_json(app, "GET", "/api/source").data
    source.write_text(LEVERS + "# mine\n", encoding="utf-8")
    reply = put_json(app, "PUT", "/api/source", {"text": "yours", "version": read["version"]})
    assert (reply.status, reply.codes) == (409, ["U505"])
    assert source.read_text(encoding="utf-8") == LEVERS + "# mine\n"
    source.unlink()
    reply = put_json(app, "PUT", "/api/source", {"text": "yours", "version": read["version"]})
    assert reply.codes == ["U505"]
    assert not source.exists()


def test_a_bundled_case_is_not_edited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    app = Guard(make_app(Desk(find_workspace("template"), "launch")), TOKEN, PORT)
    read = put_json(app, "GET", "/api/source").data
    reply = put_json(app, "PUT", "/api/source", {"text": "x", "version": read["version"]})
    assert (reply.status, reply.codes) == (403, ["U506"])
    assert put_json(app, "GET", "/api/source").data == read


def test_an_address_that_there_is_not_and_a_method_that_it_does_not_know(app: Guard) -> None:
    assert put_json(app, "GET", "/api/nowhere").codes == ["U507"]
    reply = put_json(app, "PUT", "/api/state", {})
    assert reply.status == 405
    assert reply.header("allow")


def test_hostile_names_stay_text(tmp_path: Path) -> None:
    name = "<img src=x onerror=alert(1)>\u202e"
    write_run(tmp_path / name, LEVERS.replace("Departures", "<script>alert(1)</script>"), verdict="</script><b>")
    app = Guard(make_app(Desk(Workspace(tmp_path), "launch", 5)), TOKEN, PORT)
    reply = put_json(app, "GET", "/api/state")
    assert reply.header("content-type") == ["application/json"]
    assert reply.header("x-content-type-options") == ["nosniff"]
    assert "\u202e" not in reply.body.decode()
