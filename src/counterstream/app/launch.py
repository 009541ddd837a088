"""Starting the server: its port, its token, the browser, and a clean end."""

from __future__ import annotations

import asyncio
import errno
import html
import os
import secrets
import socket
import sys
import tempfile
import webbrowser
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from counterstream.app.codes import NO_PORT, PORT_IN_USE
from counterstream.app.desk import Desk
from counterstream.app.routes import make_app
from counterstream.app.security import Guard
from counterstream.app.workspace import find_run
from counterstream.errors import CounterstreamError, Problem

HOST = "127.0.0.1"
#: Always the same, so that tabs find the server again after a restart.  1968-1991, the years of the flagship case.
PORT = 6891
#: Seconds that open connections get after Ctrl-C.
PATIENCE = 2


@dataclass(frozen=True)
class Launch:
    """A server that listens and does not answer yet.

    Parameters
    ----------
    address
        To be opened in a browser.  The token stands in the fragment, which browsers send nowhere.
    """

    listening: socket.socket
    token: str
    address: str

    @property
    def port(self) -> int:
        """The port, also where any was asked for."""
        return int(self.listening.getsockname()[1])


def open_port(port: int) -> Launch:
    """Listen on a port of this machine alone.

    Parameters
    ----------
    port
        0 takes any that is free.

    Raises
    ------
    CounterstreamError
        ``U501`` if another program listens there, ``U502`` if the port cannot be had.
    """
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    # A server that was killed leaves connections that the system winds up for a minute; they are no one who listens.
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
        listening.listen(socket.SOMAXCONN)
    except OSError as error:
        listening.close()
        in_use = error.errno == errno.EADDRINUSE
        code, message = (PORT_IN_USE, "another program listens on this port") if in_use else (NO_PORT, "no such port")
        mend = "name another with --port, or --port 0 for any that is free"
        if in_use:
            mend = f"use the page that is open already, end the other program, or {mend}"
        found = f"port {port}: {error.strerror or error}"
        raise CounterstreamError(Problem(code, message, found=found, mend=mend)) from error
    token = secrets.token_urlsafe(32)
    found_port = listening.getsockname()[1]
    return Launch(listening, token, f"http://{HOST}:{found_port}/#token={token}")


def serve(launch: Launch, desk: Desk, started: Callable[[], None]) -> None:
    """Answer until Ctrl-C or a signal to end.

    Parameters
    ----------
    started
        Called once the server answers.
    """
    guard = Guard(make_app(desk), launch.token, launch.port)
    config = uvicorn.Config(
        guard,
        access_log=False,
        log_level="warning",
        lifespan="off",
        ws="none",
        # Whoever is asked for must be the one that asks: headers of proxies are believed from nobody.
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=PATIENCE,
    )
    server = uvicorn.Server(config)

    async def work() -> None:
        if desk.workspace.first:
            with suppress(CounterstreamError):
                run = find_run(desk.workspace, desk.workspace.first)
                if run.usable:
                    desk.load(run)
        started()
        await server.serve(sockets=[launch.listening])

    # uvicorn ends in order and then raises the signal again, which is how this server is meant to end.
    with suppress(KeyboardInterrupt, asyncio.CancelledError):
        asyncio.run(work())


def end_at_once() -> None:
    """End the program without waiting for its threads.

    XLA waits at its end for what it compiles, which may be a minute.  Nothing is lost by it: what pages have saved
    was saved whole before the last answer.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


@contextmanager
def browser_page(address: str) -> Generator[None]:
    """Open the address in the user's browser, by way of a file that only the user can read.

    On a command line the token would be seen by everybody who lists processes.
    """
    descriptor, name = tempfile.mkstemp(prefix="counterstream-", suffix=".html")
    file = Path(name)
    try:
        quoted = html.escape(address)
        page = (
            '<!doctype html><html lang="en"><meta charset="utf-8"><title>counterstream</title>'
            f'<meta http-equiv="refresh" content="0; url={quoted}"><a href="{quoted}">Open the page</a></html>'
        )
        os.write(descriptor, page.encode("utf-8"))
        os.close(descriptor)
        webbrowser.open(file.as_uri())
        yield
    finally:
        file.unlink(missing_ok=True)
