"""The review on a real terminal, seen through an emulator and typed into."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from cli_example import Ran, write_case
from review_example import TEXT, example_drafted, make_candidate
from terminal_example import OnTerminal

from counterstream.drafting.candidate import Candidate, Draft, DraftedEvent
from counterstream.drafting.decisions import Action, read_decisions
from counterstream.drafting.document import Defaults, document_of_text
from counterstream.drafting.draft_file import DraftFile, cite_document, format_draft
from counterstream.drafting.review.terminal import ACTS

FIRST = "About 1,200 people"
# A real terminal needs a fork; the child at once becomes another program, so threads of JAX do not matter to it.
pytestmark = pytest.mark.filterwarnings(r"ignore:os.fork\(\) was called:RuntimeWarning")


def write_draft(folder: Path, text: str = TEXT, drafted: list[Candidate | DraftedEvent] | None = None) -> Path:
    """Write a draft of a text with candidates made by hand."""
    document = document_of_text(text, "report.txt")
    made = example_drafted() if drafted is None else drafted
    claims = tuple(each for each in made if isinstance(each, Candidate))
    events = tuple(each for each in made if isinstance(each, DraftedEvent))
    draft = Draft(document.sha256, document.name, "1", claims, events)
    path = folder / "report.draft.json"
    path.write_text(format_draft(DraftFile(document, Defaults(), cite_document(document), draft)), encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_draft(tmp_path)
    write_case(tmp_path / "shore")
    return tmp_path


def begin(folder: Path, width: int = 100, height: int = 30, *more: str) -> OnTerminal:
    terminal = OnTerminal("evidence", "review", "report.draft.json", *more, folder=folder, width=width, height=height)
    terminal.wait_for("left")
    return terminal


def statuses(folder: Path) -> list[str]:
    items = Ran("evidence", "review", str(folder / "report.draft.json"), "--json").data["items"]
    return [item["status"] for item in items]


@pytest.mark.parametrize(("width", "height"), [(100, 30), (80, 24), (40, 12)])
def test_one_candidate_with_its_paragraph_its_span_and_its_fields(folder: Path, width: int, height: int) -> None:
    terminal = begin(folder, width, height, "--case", "shore")
    assert terminal.reversed_text == FIRST
    assert f"{FIRST} left the old" in " ".join(terminal.text.split())
    words = " ".join(terminal.text.split())
    # A star marks what the text does not say beside the figure.
    assert "period 1990" in words
    assert "from old shore*" in words
    assert terminal.lines[-1].startswith(" 1/5  5 left  0 accepted  0 rejected")
    assert max(map(len, terminal.lines)) <= width
    assert "contradicts C2" in words or height == 12
    terminal.type("q")
    assert terminal.end()[0] == 0


def test_every_key_does_its_act(folder: Path) -> None:
    terminal = begin(folder)
    terminal.type("a")
    terminal.wait_for(lambda t: t.reversed_text == "155" and "1 accepted" in t.lines[-1])
    terminal.type("f")
    terminal.wait_for("flagged")
    terminal.type("x")
    terminal.wait_for(lambda t: t.reversed_text == "Over 300 families" and "1 rejected" in t.lines[-1])
    terminal.type("space")
    terminal.wait_for(lambda t: t.reversed_text == "3,000 and 4,000 letters")
    terminal.type("p")
    terminal.wait_for(lambda t: t.reversed_text == "Over 300 families")
    terminal.type("e", "low", "enter")
    terminal.wait_for("low: 300")
    terminal.type("backspace", "backspace", "backspace", "350", "enter")
    terminal.wait_for("low changed")
    terminal.wait_for("low 350")
    terminal.type("e", "low", "enter")
    terminal.wait_for("low: 350")
    terminal.type("escape")
    terminal.wait_for("nothing was changed")
    terminal.type("n", "s")
    terminal.wait_for("split: 3,000 and 4,000 letters")
    terminal.type(*["\x1b[D"] * len("4,000 letters"), "|", "enter")
    terminal.wait_for("split into 2")
    assert terminal.reversed_text == "3,000 and"
    terminal.type("backspace")
    terminal.wait_for("undone: split")
    terminal.type("m")
    terminal.wait_for("missed:")
    terminal.type("how many tried", "enter")
    terminal.wait_for(lambda t: t.reversed_text == "how many tried")
    terminal.type("/")
    terminal.wait_for("filter: open -repeats")
    terminal.type("\x15", "accepted", "enter")
    terminal.wait_for(lambda t: t.reversed_text == FIRST and "1/1" in t.lines[-1])
    terminal.type("r")
    terminal.wait_for("open again")
    terminal.type("/", "\x15", "opne", "enter")
    terminal.wait_for("did you mean")
    terminal.type("/", "\x15", "open", "enter", "o", "\x15", "value", "enter", "g")
    terminal.wait_for(lambda t: t.reversed_text == "3,000 and 4,000 letters")
    terminal.type("b")
    terminal.wait_for("accept 4? y/n")
    terminal.type("y", "enter")
    terminal.wait_for("4 accepted")
    terminal.type("?")
    terminal.wait_for("add a missed one")
    terminal.type("q")
    status, said = terminal.end()
    assert status == 0
    assert "report.txt: 1 open, 4 accepted, 1 rejected, 1 repeats" in said
    actions = [d.action.value for d in read_decisions(folder / "report.decisions.jsonl")[0]]
    assert actions == ["accept", "flag", "reject", "edit", "split", "undo", "add", "reopen", "accept"]
    assert {d.who for d in read_decisions(folder / "report.decisions.jsonl")[0]} == {"tester"}


def test_killed_in_the_middle_it_goes_on_where_it_was(folder: Path) -> None:
    terminal = begin(folder)
    terminal.type("a")
    terminal.wait_for("1 accepted")
    terminal.type("x")
    terminal.wait_for("1 rejected")
    terminal.type("e", "unit", "enter")
    terminal.wait_for("unit: family")
    terminal.kill()
    kept, warnings = read_decisions(folder / "report.decisions.jsonl")
    assert ([d.action for d in kept], warnings) == ([Action.ACCEPT, Action.REJECT], ())
    # As if the kill had come while the next decision was being written.
    with (folder / "report.decisions.jsonl").open("ab") as stream:
        stream.write(b'{"format": "counterstream-dec')
    terminal = begin(folder)
    assert terminal.reversed_text == "Over 300 families"
    assert "1 accepted  1 rejected" in terminal.lines[-1]
    terminal.type("backspace")
    terminal.wait_for("undone: reject")
    assert terminal.reversed_text == "155"
    terminal.type("q")
    status, _ = terminal.end()
    assert status == 0
    assert statuses(folder) == ["accepted", "open", "open", "open", "open", "open"]


def test_what_is_accepted_goes_to_the_ledger_when_the_person_says_so(folder: Path) -> None:
    before = (folder / "shore" / "claims.csv").read_bytes()
    terminal = begin(folder, 100, 30, "--case", "shore")
    terminal.type("a", "a")
    terminal.wait_for("2 accepted")
    terminal.type("q")
    terminal.wait_for("Add 2 rows to the ledger in shore?")
    terminal.type("n", "enter")
    status, said = terminal.end()
    assert status == 0
    assert "no ledger was changed" in said
    assert (folder / "shore" / "claims.csv").read_bytes() == before
    terminal = begin(folder, 100, 30, "--case", "shore")
    terminal.type("q")
    terminal.wait_for("Add 2 rows to the ledger in shore?")
    terminal.type("y", "enter")
    assert "2 claims, no events, 1 source added" in terminal.end()[1]
    after = (folder / "shore" / "claims.csv").read_bytes()
    assert after.startswith(before)
    assert after[len(before) :].count(b"\n") == 2
    # What is there is not asked about again.
    terminal = begin(folder, 100, 30, "--case", "shore")
    assert terminal.reversed_text == "Over 300 families"
    terminal.type("q")
    assert "Add" not in terminal.end()[1]


def test_a_second_review_of_the_same_draft_is_refused(folder: Path) -> None:
    terminal = begin(folder)
    second = OnTerminal("evidence", "review", "report.draft.json", folder=folder)
    status, said = second.end()
    assert status == 1
    assert "D301 error: another review has these decisions open" in said
    terminal.type("ctrl-c")
    assert terminal.end()[0] == 0


def test_without_a_terminal_it_is_refused(folder: Path) -> None:
    ran = Ran("evidence", "review", str(folder / "report.draft.json"))
    assert ran.status == 2
    assert "D330 error" in ran.err


def test_nothing_in_a_document_acts_on_the_terminal(tmp_path: Path) -> None:
    text = "In 1990 155\x1b[2J people \x1b]0;title\x07 left\u202e the \u200bold shore."
    document = document_of_text(text)
    assert document.text == text
    candidate = next(each for each in example_drafted() if isinstance(each, Candidate))
    anchor = replace(candidate.anchor, start=8, end=11, quote="155", prefix=text[:8], suffix=text[11:40])
    write_draft(tmp_path, text, [replace(candidate, anchor=anchor, sentence=(0, len(text)), group="\x1b[2Jx")])
    terminal = begin(tmp_path)
    assert "155\\x1b[2J people \\x1b]0;title\\x07 left\\u202e the" in " ".join(terminal.text.split())
    assert terminal.lines[-1].startswith(" 1/1")
    terminal.type("q")
    assert terminal.end()[0] == 0


def test_two_thousand_candidates_and_two_hundred_pages(tmp_path: Path) -> None:
    page = "This page says nothing of any move, and says it at some length. " * 40
    parts = [f"In 1990 {1000 + n} people left the old shore.\n\n{page if n % 10 == 0 else ''}" for n in range(2000)]
    text = "\n\n".join(parts)
    drafted: list[Candidate | DraftedEvent] = []
    at = 0
    for n in range(2000):
        start = text.index(f"{1000 + n} people", at)
        model = make_candidate(TEXT[:7])
        anchor = replace(model.anchor, start=start, end=start + 4, quote=str(1000 + n), prefix="", suffix="")
        drafted.append(replace(model, anchor=anchor, sentence=(start, start + 30), value=float(1000 + n)))
        at = start
    assert len(text) > 500_000
    write_draft(tmp_path, text, drafted)
    terminal = begin(tmp_path, 80, 24)
    for n in range(60):
        terminal.type("x" if n % 3 else "a")
    terminal.wait_for("20 accepted  40 rejected")
    assert terminal.reversed_text == "1060"
    terminal.type("G")
    terminal.wait_for(lambda t: t.reversed_text == "2999")
    terminal.type("q")
    assert terminal.end()[0] == 0
    assert len(read_decisions(tmp_path / "report.decisions.jsonl")[0]) == 60


@pytest.mark.parametrize("key", sorted(ACTS))
def test_every_key_is_bound(key: str) -> None:
    assert isinstance(ACTS[key], Callable)


def test_decisions_are_lines_that_other_programs_can_read(folder: Path) -> None:
    terminal = begin(folder)
    terminal.type("a")
    terminal.wait_for("1 accepted")
    terminal.type("q")
    terminal.end()
    (line,) = (folder / "report.decisions.jsonl").read_text(encoding="utf-8").splitlines()
    told = json.loads(line)
    assert (told["who"], told["action"]) == ("tester", "accept")
    assert told["changes"][0]["quote"] == FIRST
