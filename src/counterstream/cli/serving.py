"""The command ``serve``."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import ExitStack
from typing import Annotated

import typer

from counterstream.cli.arguments import AsJson
from counterstream.cli.telling import print_json, print_line, reporting, tell

#: That of :data:`counterstream.app.launch.PORT`, which is not imported for the help of a command.
USUAL_PORT = 6891
LARGEST_PORT = 65_535


def serve(
    what: Annotated[
        str, typer.Argument(metavar="[RUN|CASE]", help="Folder of a run, a case, or a folder with runs.")
    ] = ".",
    port: Annotated[
        int, typer.Option(min=0, max=LARGEST_PORT, help="Port on this machine; 0 takes any that is free.")
    ] = USUAL_PORT,
    draws: Annotated[int, typer.Option(min=2, help="Draws that the levers run.")] = 400,
    browser: Annotated[bool, typer.Option(help="Open the page in the browser.")] = True,
    as_json: AsJson = False,
) -> None:
    """Ask a system in the browser: pull levers, compare runs, edit and check a system. Ctrl-C ends it.

    The page is for this machine and this launch alone: the address holds a token.
    """
    with reporting(as_json=as_json), ExitStack() as opened:
        from counterstream.app.desk import Desk
        from counterstream.app.launch import browser_page, end_at_once, open_port
        from counterstream.app.launch import serve as answer_requests
        from counterstream.app.workspace import find_workspace

        workspace = find_workspace(what)
        launch = open_port(port)
        opened.callback(launch.listening.close)

        def tell_address() -> None:
            if as_json:
                print_json({"address": launch.address, "port": launch.port, "token": launch.token, "problems": []})
            else:
                print_line(f"open: {launch.address}")
                print_line("Ctrl-C ends it")
            if browser:
                opened.enter_context(browser_page(launch.address))

        desk = Desk(workspace, secrets.token_hex(4), draws, _listen)
        answer_requests(launch, desk, tell_address)
        if not as_json:
            tell("ended")
        if desk.is_loading:
            opened.close()
            end_at_once()


def _listen() -> Listener:
    """Return who tells of the loading of a run."""
    return Listener(tell)


class Listener:
    """Says each phase of loading when it begins."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._phase = ""

    def told(self, phase: str, done: int, total: int, remark: str = "") -> None:
        """Hear of a phase."""
        del remark
        if phase != self._phase:
            self._phase = phase
            self._say(f"{phase} ...")
        if phase == "baseline" and done == total:
            self._say("the levers are ready")
