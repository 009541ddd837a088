"""Progress: lines without a terminal, bars on one."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

from counterstream.cli.bars import Bars
from counterstream.cli.pace import Pace
from counterstream.cli.watching import SECONDS_BETWEEN_LINES, Lines, watching


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def fake_fit(listener: Lines | Bars, clock: Clock) -> None:
    listener.told("compile", 0, 1, "15 claims")
    clock.now = 12.0
    listener.told("compile", 1, 1)
    for step in range(1, 8):
        clock.now += 1.0
        listener.told("warm-up" if step <= 4 else "sampling", 10 * step, 70, f"\x1b[31mstep {step}")


def test_one_line_for_each_phase() -> None:
    clock, lines = Clock(), list[str]()
    listener = Lines(Pace({"compile": 1.0}, clock), lines.append)
    fake_fit(listener, clock)
    listener.close(whole=True)
    assert lines == ["compile: 12 s, 15 claims", r"warm-up: 4 s, \x1b[31mstep 4", r"sampling: 3 s, \x1b[31mstep 7"]


def test_a_long_phase_is_heard_of_now_and_then() -> None:
    clock, lines = Clock(), list[str]()
    listener = Lines(Pace({}, clock), lines.append)
    for step in range(1001):
        clock.now = 1.0 * step
        listener.told("sampling", step, 1000)
    assert len(lines) == 1000 // SECONDS_BETWEEN_LINES
    assert lines[0] == "sampling: 301 of 1,000, 5 min 01 s so far, about 11 min 39 s left"


@pytest.mark.parametrize(("seconds", "expected"), [(0.5, []), (9.0, ["mode: 3, 9 s so far, stopped"])])
def test_stopped_work_says_how_far_it_came(seconds: float, expected: list[str]) -> None:
    clock, lines = Clock(), list[str]()
    listener = Lines(Pace({}, clock), lines.append)
    listener.told("mode", 3, 0)
    clock.now = seconds
    listener.close(whole=False)
    assert lines == expected


def test_silent_work_says_nothing() -> None:
    lines = list[str]()
    Lines(Pace({}), lines.append).close(whole=True)
    assert lines == []


def test_without_a_terminal_there_are_lines(capsys: pytest.CaptureFixture[str]) -> None:
    with watching({}) as progress:
        progress.told("write", 1, 1)
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "write: 0.0 s\n")


def show_bars(width: int, *, fails: bool = False) -> list[str]:
    """Return what stays on the screen."""
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, width=width, color_system=None)
    clock = Clock()
    bars = Bars(Pace({"compile": 1.0, "write": 1.0}, clock), console)
    try:
        with bars:
            fake_fit(bars, clock)
            if fails:
                raise KeyboardInterrupt
    except KeyboardInterrupt:
        pass
    # The last picture follows the last order to clear a line.
    last = stream.getvalue().rsplit("\x1b[2K", 1)[-1]
    return re.sub(r"\x1b\[[?0-9;]*[a-zA-Z]", "", last).rstrip("\n").split("\n")


def test_bars_stay_on_the_screen_with_their_times() -> None:
    lines = show_bars(120)
    assert [line.split()[0] for line in lines] == ["compile", "warm-up", "sampling"]
    assert "1 of 1        12 s  15 claims" in lines[0]
    assert "40 of 70         4 s" in lines[1]
    assert all("left" not in line for line in lines)
    assert all("\x1b" not in line for line in lines)


@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_bars_fit_the_terminal(width: int) -> None:
    lines = show_bars(width)
    assert len(lines) == 3
    assert max(len(line) for line in lines) <= width


def test_bars_of_stopped_work_let_go_of_the_terminal() -> None:
    assert len(show_bars(120, fails=True)) == 3
