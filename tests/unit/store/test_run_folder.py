from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from counterstream.errors import CounterstreamError
from counterstream.store import codes
from counterstream.store.run_folder import (
    STATE_NAME,
    IfComplete,
    RunState,
    check_run,
    is_complete,
    open_run,
    read_state,
)

HOLDER = """
import sys, time
from pathlib import Path
from counterstream.store.run_folder import open_run
run = open_run(Path(sys.argv[1]))
run.write_text("draws.txt", "half")
print("held", flush=True)
time.sleep(60)
"""


def complete_run(path: Path, text: str = "one") -> None:
    with open_run(path) as run:
        run.write_text("flows.csv", text)
        run.write_bytes("sub/fit.nc", b"\0")
        run.finish()


def refused(path: Path, if_complete: IfComplete = IfComplete.REFUSE) -> tuple[str, ...]:
    with pytest.raises(CounterstreamError) as caught:
        open_run(path, if_complete)
    return caught.value.codes


def test_a_run_is_incomplete_until_it_ends(tmp_path: Path) -> None:
    path = tmp_path / "runs" / "first"
    run = open_run(path)
    assert not run.resumed
    assert (read_state(path), is_complete(path)) == (RunState.RUNNING, False)
    run.write_text("flows.csv", "a")
    assert [p.code for p in check_run(path)] == [codes.NO_MANIFEST]
    run.finish()
    assert (read_state(path), is_complete(path)) == (RunState.COMPLETE, True)
    assert check_run(path) == ()
    assert sorted(p.name for p in path.iterdir()) == ["flows.csv", "manifest.json", STATE_NAME]


def test_a_run_left_unfinished_is_taken_up(tmp_path: Path) -> None:
    with open_run(tmp_path / "a") as run:
        run.write_text("checkpoint", "1")
    assert not is_complete(tmp_path / "a")
    (tmp_path / "a" / ".flows.csv.1.ab.part").write_text("half")
    with open_run(tmp_path / "a") as run:
        assert run.resumed
        assert (run.path / "checkpoint").read_text() == "1"
        assert not list(run.path.glob("*.part"))
        run.finish()
    assert check_run(tmp_path / "a") == ()


def test_a_complete_run_is_never_overwritten_unasked(tmp_path: Path) -> None:
    complete_run(tmp_path / "a")
    assert refused(tmp_path / "a") == (codes.ALREADY_COMPLETE,)
    assert check_run(tmp_path / "a") == ()
    with open_run(tmp_path / "a", IfComplete.NUMBER) as run:
        assert run.path == tmp_path / "a-2"
        run.finish()
    # A third is begun and left; it is taken up again before a fourth is made.
    for _ in range(2):
        with open_run(tmp_path / "a", IfComplete.NUMBER) as run:
            assert run.path == tmp_path / "a-3"
    assert check_run(tmp_path / "a") == ()
    with open_run(tmp_path / "a", IfComplete.OVERWRITE) as run:
        assert not run.resumed
        assert sorted(p.name for p in run.path.iterdir()) == [".lock", STATE_NAME]


def test_a_numbered_run_in_use_is_passed_over(tmp_path: Path) -> None:
    complete_run(tmp_path / "a")
    with open_run(tmp_path / "a", IfComplete.NUMBER), open_run(tmp_path / "a", IfComplete.NUMBER) as second:
        assert second.path == tmp_path / "a-3"


@pytest.mark.parametrize("if_complete", list(IfComplete))
def test_other_peoples_folders_are_left_alone(tmp_path: Path, if_complete: IfComplete) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    assert refused(tmp_path, if_complete) == (codes.NOT_A_RUN,)
    (tmp_path / "state.json").write_text('{"level": 3}')
    (tmp_path / "manifest.json").write_text("{}")
    assert refused(tmp_path, if_complete) == (codes.DAMAGED_STATE,)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["manifest.json", "state.json", "thesis.txt"]
    (tmp_path / "file").write_text("x")
    assert refused(tmp_path / "file", if_complete) == (codes.NOT_A_RUN,)
    assert refused(tmp_path / "file" / "below", if_complete) == (codes.CANNOT_WRITE,)


def test_a_finished_run_with_a_damaged_state_is_not_overwritten(tmp_path: Path) -> None:
    complete_run(tmp_path / "a")
    (tmp_path / "a" / STATE_NAME).write_text("{")
    assert is_complete(tmp_path / "a")
    assert refused(tmp_path / "a") == (codes.ALREADY_COMPLETE,)
    assert [p.code for p in check_run(tmp_path / "a")] == [codes.TRUNCATED]


def test_a_second_run_in_one_process_is_refused(tmp_path: Path) -> None:
    with open_run(tmp_path / "a"):
        with pytest.raises(CounterstreamError) as caught:
            open_run(tmp_path / "a")
        assert caught.value.codes == (codes.IN_USE,)
        assert caught.value.problems[0].found == f"process {os.getpid()}"
    with open_run(tmp_path / "a") as run:
        assert run.resumed


def test_another_process_holds_the_folder_until_it_dies(tmp_path: Path) -> None:
    path = tmp_path / "a"
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        with pytest.raises(CounterstreamError) as caught:
            open_run(path)
        assert caught.value.codes == (codes.IN_USE,)
        assert caught.value.problems[0].found == f"process {process.pid}"
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert (path / ".lock").exists()
    with open_run(path) as run:
        assert run.resumed
        assert (path / "draws.txt").read_text() == "half"
        run.finish()
    assert check_run(path) == ()


def test_a_lock_file_of_nobody_is_taken_over(tmp_path: Path) -> None:
    (tmp_path / ".lock").write_text("999999999\n")
    with open_run(tmp_path) as run:
        assert (tmp_path / ".lock").read_text() == f"{os.getpid()}\n"
        assert not run.resumed
    assert not (tmp_path / ".lock").exists()


def test_nothing_is_written_after_the_end(tmp_path: Path) -> None:
    complete_run(tmp_path / "a")
    run = open_run(tmp_path / "a", IfComplete.NUMBER)
    run.close()
    run.close()
    with pytest.raises(CounterstreamError, match="R102"):
        run.write_text("x", "y")
    with pytest.raises(CounterstreamError, match="R102"):
        run.finish()


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/../../x"])
def test_names_stay_in_the_folder(tmp_path: Path, name: str) -> None:
    with open_run(tmp_path / "a") as run, pytest.raises(CounterstreamError, match="R102"):
        run.write_text(name, "x")


def test_an_error_within_leaves_the_run_incomplete_and_unlocked(tmp_path: Path) -> None:
    def fail() -> None:
        with open_run(tmp_path / "a"):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert read_state(tmp_path / "a") is RunState.RUNNING
    assert not (tmp_path / "a" / ".lock").exists()


@pytest.mark.parametrize(
    "content", [b"", b"[]", b'{"format":"counterstream-run/1","state":[]}', b"\xff", b"[" * 100_000]
)
def test_damaged_states_are_coded(tmp_path: Path, content: bytes) -> None:
    (tmp_path / STATE_NAME).write_bytes(content)
    with pytest.raises(CounterstreamError, match=codes.DAMAGED_STATE):
        read_state(tmp_path)


def test_folders_that_are_no_runs(tmp_path: Path) -> None:
    assert read_state(tmp_path / "nowhere") is None
    assert not is_complete(tmp_path / "nowhere")
    assert [p.code for p in check_run(tmp_path / "nowhere")] == [codes.NOT_A_RUN]


def test_times_are_recorded(tmp_path: Path) -> None:
    complete_run(tmp_path / "a")
    content = json.loads((tmp_path / "a" / STATE_NAME).read_text())
    assert content["started"] <= content["finished"]


def test_every_code_has_a_meaning() -> None:
    declared = {value for name, value in vars(codes).items() if name.isupper() and isinstance(value, str)}
    assert declared == set(codes.CODES)
