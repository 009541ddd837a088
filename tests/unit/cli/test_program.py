"""The program as it is started: help, version, pipes, signals, terminals, odd locales."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main
from cli_example import SYSTEM, Ran, write_case

import counterstream
from counterstream import cli
from counterstream.cli import app

COMMANDS = [
    "new",
    "check",
    "run",
    "fit",
    "simulate",
    "explain",
    "compare",
    "evidence list",
    "evidence conflicts",
    "evidence agencies",
    "evidence next",
    "evidence draft",
    "evidence review",
    "evidence import",
    "project",
    "validate",
    "report",
    "serve",
    "sbc",
    "sweep run",
    "sweep simulate",
    "sweep gather",
    "schema",
    "doctor",
]
SOURCE = str(Path(counterstream.__file__).parents[1])
START = [sys.executable, "-m", "counterstream"]


def find_commands(group: typer.main.TyperCommand | object, name: str = "") -> Iterator[str]:
    children = getattr(group, "commands", None)
    if children is None:
        yield name.strip()
        return
    for child, command in children.items():
        yield from find_commands(command, f"{name} {child}")


def start(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*START, *arguments], env={**os.environ, **environment}, capture_output=True, text=True, check=False, timeout=60
    )


def test_the_commands_are_these() -> None:
    assert sorted(find_commands(typer.main.get_command(app))) == sorted(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example_that_is_its_own(command: str) -> None:
    ran = Ran(*command.split(), "--help")
    assert ran.status == 0
    text = " ".join(ran.out.split())
    example = text.split("Example: counterstream ")[1]
    assert example.startswith(command)
    flags = re.findall(r"--[a-z-]+", example)
    assert [flag for flag in flags if f" {flag}" not in text.split("Example: ")[0].replace(",", " ")] == []


@pytest.mark.parametrize("command", ["run", "fit", "validate", "check", "simulate", "sbc", "doctor", "report", "new"])
def test_json_can_be_asked_of_every_command_with_a_result(command: str) -> None:
    assert "--json" in Ran(command, "--help").out


def test_version() -> None:
    assert Ran("--version").out == f"counterstream {counterstream.__version__}\n"
    ran = start("--version")
    assert (ran.returncode, ran.stdout) == (0, f"counterstream {counterstream.__version__}\n")


@pytest.mark.parametrize("flags", [[], ["--json"]], ids=["text", "json"])
@pytest.mark.parametrize("kind", ["good", "bad", "nowhere", "here"])
def test_check_at_once_is_check(kind: str, flags: list[str], tmp_path: Path) -> None:
    """The short way of a plain check says what the long way says, to the letter."""
    folder = write_case(tmp_path / "shore", SYSTEM.replace("to: settled", "to: setled") if kind == "bad" else SYSTEM)
    (folder / "README.md").write_bytes(b"\xff")
    arguments = {"nowhere": ["nowhere"], "here": []}.get(kind, [str(folder)])
    with contextlib.chdir(folder):
        at_once = start("check", *flags, *arguments, PYTHONPATH=SOURCE)
        long_way = start("check", *flags, "--", *(arguments or ["."]), PYTHONPATH=SOURCE)
    assert (at_once.returncode, at_once.stdout, at_once.stderr) == (
        long_way.returncode,
        long_way.stdout,
        long_way.stderr,
    )
    assert at_once.returncode == {"bad": 1, "nowhere": 2}.get(kind, 0)


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["a", "b"], ["--jso"], ["--", "a"], ["", "-x"]])
def test_what_is_not_a_plain_check_goes_the_long_way(arguments: list[str]) -> None:
    assert not cli._is_plain_check(["check", *arguments])
    assert not cli._is_plain_check(["schema"])
    assert not cli._is_plain_check([])


@pytest.mark.parametrize("arguments", [[], ["chek"], ["check", "--bogus"], ["check", "a", "b"], ["evidence"], ["run"]])
def test_misuse_ends_with_2(arguments: list[str]) -> None:
    assert Ran(*arguments).status == 2


def test_a_wrong_file_gives_no_traceback(tmp_path: Path) -> None:
    folder = write_case(tmp_path / "bad", SYSTEM.replace("to: settled", "to: setled"))
    ran = start("check", str(folder))
    assert ran.returncode == 1
    assert "Traceback" not in ran.stderr
    line = next(line for line in SYSTEM.splitlines() if "to: settled" in line)
    place = f"{SYSTEM.splitlines().index(line) + 1}:{line.index('to: settled') + 1}"
    assert f"{folder}/system.yaml:{place}: S302 error: no status has this name\n    at: moves.leave.to\n" in ran.stderr


@pytest.mark.parametrize("command", ["schema", "check soviet-third-wave", "check -- soviet-third-wave"])
def test_output_that_nobody_reads_gives_no_traceback(command: str) -> None:
    shell = f"{sys.executable} -m counterstream {command} | true; exit ${{PIPESTATUS[0]}}"
    ran = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, check=False, timeout=60)
    assert (ran.returncode, ran.stdout, ran.stderr) == (1, "", "")


@pytest.mark.parametrize("command", ["schema", "check soviet-third-wave", "check -- soviet-third-wave"])
def test_output_that_does_not_fit_the_disk_is_a_problem(command: str) -> None:
    shell = f"exec {sys.executable} -m counterstream {command} > /dev/full"
    ran = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode != 0
    assert "U106 error" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_locale_without_the_letters_shows_escapes(tmp_path: Path) -> None:
    folder = write_case(tmp_path / "中")
    ran = start("check", str(folder), PYTHONIOENCODING="latin-1")
    assert ran.returncode == 0
    assert r"\u4e2d: no errors" in ran.stdout


def test_ctrl_c_ends_with_130_and_the_way_on(tmp_path: Path) -> None:
    """A stand-in for the fit waits; the signal comes from outside, as from a terminal."""
    write_case(tmp_path / "shore")
    code = (
        "import signal, time\n"
        # A shell that starts the tests in the background has told its children to ignore Ctrl-C.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "import counterstream.cli.fits as fits\n"
        "def work(*rest, **flags):\n"
        "    print('at work', flush=True)\n"
        "    time.sleep(600)\n"
        "fits._make_settings = lambda *rest, **flags: None\n"
        "fits._work = work\n"
        "from counterstream.cli import main\n"
        "main()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, "run", "shore"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": SOURCE},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "at work\n"
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=120)
        finally:
            process.kill()
    assert process.returncode == 130
    assert err == "\nstopped; the same command goes on from what is in runs/shore\n"


def test_on_a_terminal_problems_have_colours(tmp_path: Path) -> None:
    folder = write_case(tmp_path / "bad", SYSTEM.replace("to: settled", r'to: "\e]0;owned\a"'))
    shown, status = on_terminal("check", str(folder))
    assert status == 1
    assert "\x1b[1;31mS302 error: \x1b[0m" in shown
    assert "\x1b]0;owned" not in shown
    plain, _ = on_terminal("check", str(folder), NO_COLOR="1")
    assert "\x1b[1;31m" not in plain


def on_terminal(*arguments: str, **environment: str) -> tuple[str, int]:
    """Run the program on a terminal of its own; return what it showed and its status."""
    main_end, program_end = pty.openpty()
    settings = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100", **environment}
    settings.pop("NO_COLOR", None) if "NO_COLOR" not in environment else None
    process = subprocess.Popen([*START, *arguments], stdout=program_end, stderr=program_end, env=settings)
    os.close(program_end)
    shown = b""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        ready, _, _ = select.select([main_end], [], [], 1.0)
        if ready:
            try:
                part = os.read(main_end, 4096)
            except OSError:  # the other end is closed: on Linux this is the end of a terminal
                break
            if not part:
                break
            shown += part
    os.close(main_end)
    return shown.decode(), process.wait(timeout=30)
