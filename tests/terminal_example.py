"""A program on a terminal that a test can see and type into."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pexpect
import pyte

import counterstream

SOURCE = str(Path(counterstream.__file__).parents[1])
#: No key takes so long, however busy the machine is.
LONGEST_WAIT = 60.0
KEYS: Mapping[str, str] = {"backspace": "\x7f", "enter": "\r", "escape": "\x1b", "space": " ", "ctrl-c": "\x03"}


class OnTerminal:
    """``counterstream`` on a terminal of a given size.

    What the program prints goes through an emulator, so that a test sees what a person would see.
    """

    def __init__(self, *arguments: str, folder: Path, width: int = 100, height: int = 30) -> None:
        self._screen: Any = pyte.Screen(width, height)
        self._stream: Any = pyte.ByteStream(self._screen)
        self.child: Any = pexpect.spawn(
            sys.executable,
            ["-m", "counterstream", *arguments],
            cwd=str(folder),
            env={**os.environ, "PYTHONPATH": SOURCE, "TERM": "xterm", "NO_COLOR": "", "USER": "tester"},
            dimensions=(height, width),
            timeout=LONGEST_WAIT,
        )
        self.child.delaybeforesend = None

    @property
    def lines(self) -> list[str]:
        """What stands on the screen."""
        return [line.rstrip() for line in self._screen.display]

    @property
    def text(self) -> str:
        """What stands on the screen, as one text."""
        return "\n".join(self.lines)

    @property
    def reversed_text(self) -> str:
        """The words that are shown reversed, but for the line of counts."""
        rows = range(self._screen.lines - 1)
        cells = (self._screen.buffer[row][column] for row in rows for column in range(self._screen.columns))
        return " ".join("".join(cell.data if cell.reverse and cell.bold else "" for cell in cells).split())

    def read(self, wait: float = 0.05) -> None:
        """Take up what the program has printed."""
        try:
            self._stream.feed(self.child.read_nonblocking(65536, wait))
        except pexpect.TIMEOUT:
            pass
        except pexpect.EOF:
            return

    def wait_for(self, holds: Callable[[OnTerminal], bool] | str) -> None:
        """Wait until something stands on the screen, or until it is so."""
        until = time.monotonic() + LONGEST_WAIT
        while time.monotonic() < until:
            if holds in self.text if isinstance(holds, str) else holds(self):
                return
            self.read()
        raise AssertionError(f"{holds} was not to be seen on:\n{self.text}")

    def type(self, *keys: str) -> None:
        """Press keys, named or as text."""
        for key in keys:
            self.child.send(KEYS.get(key, key))

    def end(self) -> tuple[int | None, str]:
        """Wait until the program has ended; return its status and what it printed after the screen."""
        rest = self.child.read()
        self.child.close()
        self._stream.feed(rest)
        return self.child.exitstatus, self.text

    def kill(self) -> None:
        """End the program as no program can prevent."""
        self.child.kill(9)
        self.child.wait()
        self.child.close(force=True)
