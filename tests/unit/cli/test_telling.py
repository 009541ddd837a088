"""How results and problems are told."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from rich.console import Console

from counterstream.app.codes import CODES as APP_CODES
from counterstream.case import CODES as CASE_CODES
from counterstream.cli import codes, telling
from counterstream.cli.display import print_problems, print_ruled
from counterstream.cli.telling import (
    Ending,
    count_problems,
    exit_status,
    make_printable,
    name_number,
    print_json,
    reporting,
    show_problems,
)
from counterstream.cli.texts import align, print_table
from counterstream.drafting.codes import CODES as DRAFTING_CODES
from counterstream.errors import CounterstreamError, Problem
from counterstream.workflow.codes import CODES as WORKFLOW_CODES

FULL = Problem("S302", "no status", "a b.yaml", 3, 7, "moves.x.to", "[red]y", "a declared status", "write z")
WARNING = Problem("U303", "no claims", "case", severity="warning")


def test_problems_without_a_terminal_are_plain(capsys: pytest.CaptureFixture[str]) -> None:
    show_problems([FULL, WARNING])
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == f"{FULL}\n{WARNING}\n"
    show_problems([])
    assert capsys.readouterr().err == ""


def test_problems_on_a_terminal_say_the_same() -> None:
    stream = io.StringIO()
    print_problems([FULL, WARNING], Console(file=stream, width=70, color_system=None))
    assert [line.rstrip() for line in stream.getvalue().splitlines()] == [
        "a b.yaml:3:7: S302 error: no status",
        "    at:      moves.x.to",
        "    found:   [red]y",
        "    allowed: a declared status",
        "    mend:    write z",
        "case: U303 warning: no claims",
    ]


def test_long_texts_wrap_below_their_label_and_places_do_not_break() -> None:
    stream = io.StringIO()
    problem = Problem("L210", "x " * 30, "a/" * 40 + "claims.csv", 3, allowed="about, exact " * 10)
    print_problems([problem], Console(file=stream, width=40, color_system=None))
    lines = stream.getvalue().splitlines()
    assert lines[0].startswith("a/" * 40 + "claims.csv:3: L210 error: x x")
    assert len(lines[0]) > 100
    assert all(line.startswith(" " * 13) for line in lines[2:])


def test_tables(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [["a", "", "one two"], ["longer", "", "x\x1b[0m"]]
    assert align(["name", "empty", "text"], rows[:1]) == ["name  text", "a     one two"]
    print_table(["name", "empty", "text"], rows)
    assert capsys.readouterr().out == "name    text\na       one two\nlonger  x\\x1b[0m\n"
    print_table(["name"], [])
    assert capsys.readouterr().out == ""
    stream = io.StringIO()
    print_ruled(["name", "empty", "text"], [["[b]a", "", "two"]], Console(file=stream, width=60))
    assert "[b]a" in stream.getvalue()
    assert "empty" not in stream.getvalue()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain – ü 中", "plain – ü 中"),
        ("\x1b]0;x\x07", r"\x1b]0;x\x07"),
        ("a\nb\tc", r"a\nb\tc"),
        ("\u202egpj.exe", r"\u202egpj.exe"),
        ("\udcff", r"\udcff"),
    ],
)
def test_nothing_acts_on_the_terminal(text: str, shown: str) -> None:
    assert make_printable(text) == shown


def test_numbers_with_nouns() -> None:
    assert [name_number(n, "error") for n in (0, 1, 2, 1200)] == ["no errors", "1 error", "2 errors", "1,200 errors"]
    assert count_problems([FULL, WARNING, WARNING]) == "1 error, 2 warnings"


def test_json_is_ascii_and_knows_no_nan(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"a": [1.5, float("nan")], "b": {"c": (float("-inf"), "ü\x1b")}, "d": None, "e": True})
    out = capsys.readouterr().out
    assert out.isascii()
    assert json.loads(out) == {"a": [1.5, None], "b": {"c": [None, "ü\x1b"]}, "d": None, "e": True}


def test_misuse_and_a_no_have_their_own_status() -> None:
    misuse = Problem(codes.BAD_NAME, "x")
    assert exit_status([misuse]) == 2
    assert exit_status([misuse, WARNING]) == 2
    assert exit_status([misuse, FULL]) == 1
    assert exit_status([WARNING]) == 1


def test_codes_are_of_their_own() -> None:
    others = {*WORKFLOW_CODES, *CASE_CODES, *DRAFTING_CODES, *APP_CODES}
    assert not set(codes.CODES) & others
    named = {value for name, value in vars(codes).items() if name.isupper() and name != "CODES"}
    assert named == set(codes.CODES)
    assert set(codes.CODES) | others >= telling.USAGE_CODES


@contextmanager
def ending(status: int) -> Iterator[None]:
    with pytest.raises(Ending) as caught:
        yield
    assert caught.value.status == status


def test_every_expected_failure_has_a_status(capsys: pytest.CaptureFixture[str]) -> None:
    with ending(1), reporting():
        raise CounterstreamError([FULL, WARNING])
    assert "S302" in capsys.readouterr().err
    with ending(1), reporting(as_json=True):
        raise FileNotFoundError(2, "No such file", "x\ny")
    problem = json.loads(capsys.readouterr().out)["problems"][0]
    assert (problem["code"], problem["file"], problem["found"]) == ("U106", "x\ny", "No such file")
    with ending(130), reporting(as_json=True, when_stopped="stopped here"):
        raise KeyboardInterrupt
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "\nstopped here\n")


def test_a_reader_that_has_seen_enough_is_left_to_the_caller() -> None:
    with pytest.raises(BrokenPipeError), reporting():
        raise BrokenPipeError(32, "Broken pipe")


def test_success_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with reporting():
        pass
    assert capsys.readouterr() == ("", "")
