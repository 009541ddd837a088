"""A function run by a second interpreter while this one goes on.

Drawing is work of one processor.  The second interpreter is started by itself, not as a copy of
this one: a copy would hold locks of libraries that run threads here, and the usual pools of
processes would run the user's own script again.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Callable
from threading import Thread
from typing import Any, TypeVar

Given = TypeVar("Given")
Made = TypeVar("Made")


def start_beside(function: Callable[[Given], Made], given: Given) -> Callable[[], Made]:
    """Start a function of a module in a second interpreter.

    Parameters
    ----------
    function
        At the top of a module, so that it can be named.
    given
        Its argument; must be picklable, as must be what the function returns.

    Returns
    -------
    callable
        Waits for the result and returns it.  Where the second interpreter cannot be started
        or does not come to its end, the function is run here.
    """
    question = pickle.dumps((function, given))
    answers: list[bytes] = []
    thread = Thread(target=lambda: answers.extend(_ask(question)), daemon=True)
    thread.start()

    def wait() -> Made:
        thread.join()
        # What is read was written by our own process.
        return pickle.loads(answers[0]) if answers else function(given)  # noqa: S301

    return wait


def _ask(question: bytes) -> list[bytes]:
    """Return the answer, or nothing if there is none."""
    try:
        # -P: nothing that lies in the present folder is taken for a module.
        command = [sys.executable, "-P", "-m", __name__]
        # Our own module, by the interpreter that runs this one.
        done = subprocess.run(command, input=question, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)  # noqa: S603
    except OSError:
        return []
    return [done.stdout] if done.returncode == 0 else []


def _answer() -> None:
    # The answer alone goes to the standard output; what a library prints must not get between.
    answer, sys.stdout = sys.stdout.buffer, sys.stderr
    function: Callable[[Any], Any]
    function, given = pickle.load(sys.stdin.buffer)  # noqa: S301
    answer.write(pickle.dumps(function(given)))


if __name__ == "__main__":
    _answer()
