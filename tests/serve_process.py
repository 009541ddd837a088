"""The local server as a process of its own, asked over a real socket."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: A slow machine that does much else needs long to import everything.
PATIENCE = 120


@dataclass(frozen=True)
class Server:
    """A server that runs."""

    process: subprocess.Popen[str]
    address: str
    port: int
    token: str

    @property
    def base(self) -> str:
        """Address without path."""
        return f"http://127.0.0.1:{self.port}"

    def ask(self, path: str, content: object = None, **headers: str) -> tuple[int, Any]:
        """Return status and document of a request of the page."""
        body = None if content is None else json.dumps(content).encode()
        own = {"Authorization": f"Bearer {self.token}", "Origin": self.base, "Content-Type": "application/json"}
        request = urllib.request.Request(self.base + path, body, own | headers)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as reply:
                return reply.status, json.loads(reply.read())
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read())

    def end(self, by: signal.Signals = signal.SIGINT) -> tuple[int, str]:
        """End it; return the exit status and what it said on the standard error."""
        self.process.send_signal(by)
        _, said = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, said


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start the command in a folder."""
    command = [sys.executable, "-m", "counterstream", "serve", *arguments, "--no-browser", "--json"]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@contextmanager
def serving(folder: Path, *arguments: str, port: int = 0) -> Iterator[Server]:
    """Run a server until the end of the block."""
    process = start(folder, *arguments, "--port", str(port))
    assert process.stdout is not None
    lines: list[str] = []
    try:
        while not lines or lines[-1].rstrip() != "}":
            line = process.stdout.readline()
            assert line, process.communicate()
            lines.append(line)
        told = json.loads("".join(lines))
        yield Server(process, told["address"], told["port"], told["token"])
    finally:
        process.kill()
        process.communicate()
