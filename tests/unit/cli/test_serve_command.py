"""The command ``serve``: over a real socket, to its end."""

from __future__ import annotations

import json
import signal
import socket
import time
from pathlib import Path

import pytest
from cli_example import Ran
from serve_example import write_run
from serve_process import PATIENCE, serving, start

from counterstream.app.launch import PORT, browser_page, open_port
from counterstream.cli import serving as command
from counterstream.errors import CounterstreamError

DROP = '{"scenarios": {"q": {"changes": [{"event": "storm", "drop": true}]}}}'


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("place")
    write_run(folder / "runs" / "one")
    return folder


def test_from_the_printed_address_to_an_answer_and_a_clean_end(place: Path) -> None:
    with serving(place, "runs/one", "--draws", "10") as server:
        assert server.address == f"{server.base}/#token={server.token}"
        status, state = server.ask("/api/state")
        assert (status, state["first"]) == (200, "one")
        assert server.ask("/api/state", Authorization="Bearer x")[0] == 401
        assert server.ask("/api/state", Host="evil.example")[0] == 421
        assert server.ask("/api/state", Origin="http://evil.example")[0] == 403
        # A proxy's word on where a request comes from is no more than a word.
        assert server.ask("/api/state", **{"X-Forwarded-For": "10.0.0.9"})[0] == 200
        while server.ask("/api/runs/one/levers")[0] == 202:
            time.sleep(0.2)
        asked = {"tab": "t", "turn": 1, "scenario": DROP, "observables": ["departures"], "totals": False}
        status, told = server.ask("/api/runs/one/ask", asked)
        assert (status, told["changes"]) == (200, ["does not happen: Storm"])
        taken = start(place, "runs/one", "--port", str(server.port))
        out, _ = taken.communicate(timeout=PATIENCE)
        (problem,) = json.loads(out)["problems"]
        assert problem["code"] == "U501"
        assert "--port" in problem["mend"]
        assert taken.returncode == 1
        status, said = server.end()
        assert (status, "Traceback" in said) == (0, False), said
        with socket.socket() as left, pytest.raises(ConnectionRefusedError):
            left.connect(("127.0.0.1", server.port))


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_at_once_while_draws_are_loaded(place: Path, by: signal.Signals) -> None:
    with serving(place, "runs/one") as server:
        assert server.ask("/api/runs/one/levers")[0] in (200, 202)
        status, said = server.end(by)
        assert status in (0, -int(by), 128 + int(by))
        assert "Traceback" not in said


def test_it_listens_on_this_machine_alone() -> None:
    launch = open_port(0)
    with launch.listening:
        assert launch.listening.getsockname()[0] == "127.0.0.1"
        assert len(launch.token) >= 43, "256 bits"
        assert open_port_code(launch.port) == "U501"


def open_port_code(port: int) -> str:
    with pytest.raises(CounterstreamError) as caught:
        open_port(port)
    return caught.value.codes[0]


def test_the_token_reaches_the_browser_by_a_file_of_the_user_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Path] = []

    def note(address: str) -> bool:
        opened.append(Path(address.removeprefix("file://")))
        return True

    monkeypatch.setattr("webbrowser.open", note)
    with browser_page("http://127.0.0.1:1/#token=secret&x"):
        (file,) = opened
        assert file.stat().st_mode & 0o077 == 0
        assert 'url=http://127.0.0.1:1/#token=secret&amp;x"' in file.read_text(encoding="utf-8")
    assert not file.exists()


def test_the_port_in_the_help_is_that_of_the_server() -> None:
    assert command.USUAL_PORT == PORT


def test_what_cannot_be_served_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = Ran("serve", ".", "--json", "--no-browser")
    assert (ran.status, ran.codes) == (2, ["U503"])
    assert Ran("serve", "--port", "99999").status == 2
