"""A function run by a second interpreter."""

from __future__ import annotations

import os
import sys

import pytest

from counterstream.report.beside import start_beside

PROCESS = "__import__('os').getpid()"


def test_the_result_comes_from_another_process() -> None:
    assert start_beside(eval, PROCESS)() not in (0, os.getpid())


def test_what_the_second_interpreter_does_not_finish_is_done_here() -> None:
    ends_elsewhere = f"{PROCESS} if {PROCESS} == {os.getpid()} else __import__('os')._exit(3)"
    assert start_beside(eval, ends_elsewhere)() == os.getpid()


def test_without_a_second_interpreter_the_work_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/no/such/interpreter")
    assert start_beside(eval, PROCESS)() == os.getpid()


def test_an_error_of_the_function_comes_out_as_it_is() -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        start_beside(int, "nine")()
