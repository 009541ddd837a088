"""A function run by a second interpreter."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from counterstream.report.beside import start_beside

PROCESS = "__import__('os').getpid()"


def test_the_result_comes_from_another_process() -> None:
    assert start_beside(eval, PROCESS)() not in (0, os.getpid())


def test_what_the_second_interpreter_does_not_finish_is_done_here() -> None:
    ends_elsewhere = f"{PROCESS} if {PROCESS} == {os.getpid()} else __import__('os')._exit(3)"
    assert start_beside(eval, ends_elsewhere)() == os.getpid()


def test_what_is_printed_there_does_not_get_into_the_answer() -> None:
    assert start_beside(eval, f"print('noise') or {PROCESS}")() not in (0, os.getpid())


def test_files_of_the_present_folder_are_not_taken_for_modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("pickle", "counterstream", "threading"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit(1)", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert start_beside(eval, PROCESS)() not in (0, os.getpid())


def test_without_a_second_interpreter_the_work_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/no/such/interpreter")
    assert start_beside(eval, PROCESS)() == os.getpid()


def test_an_error_of_the_function_comes_out_as_it_is() -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        start_beside(int, "nine")()
