"""Decisions are kept whatever happens to the process, and find their words again or are orphans."""

from __future__ import annotations

import os
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from counterstream.drafting.anchoring import anchor_decisions, reanchor
from counterstream.drafting.decisions import (
    Action,
    Change,
    Decision,
    ItemKind,
    Place,
    format_decision,
    open_log,
    parse_decision,
    read_decisions,
)
from counterstream.errors import CounterstreamError

SOURCE = "5" * 64


def make_decision(number: int, source: str = SOURCE) -> Decision:
    """Return the n-th of many decisions, with letters that take several bytes."""
    change = Change(
        Place(source, number, number + 5),
        "value",
        None,
        float(number),
        quote=f"№{number} → „fünf“",
        prefix="before\n",
        suffix=" after",
    )
    return Decision("Zoë", f"2026-01-01T00:00:00.{number:03d}Z", Action.EDIT, (change,))


def write_log(path: Path, count: int) -> list[Decision]:
    decisions = [make_decision(number) for number in range(count)]
    with open_log(path) as log:
        for decision in decisions:
            log.append(decision)
    return decisions


def test_what_is_kept_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "a.decisions.jsonl"
    decisions = write_log(path, 5)
    assert read_decisions(path) == (tuple(decisions), ())
    with open_log(path) as log:
        assert (log.decisions, log.warnings) == (tuple(decisions), ())
        log.append(make_decision(9))
    assert read_decisions(path)[0][-1] == make_decision(9)
    assert path.read_bytes().count(b"\n") == 6


def test_many_changes_are_one_line() -> None:
    changes = tuple(make_decision(n).changes[0] for n in range(3))
    decision = Decision("a", "b", Action.ACCEPT, changes)
    line = format_decision(decision)
    assert line.count("\n") == 1
    assert parse_decision(line.encode()) == decision


def test_no_file_is_no_decisions(tmp_path: Path) -> None:
    assert read_decisions(tmp_path / "none") == ((), ())


def test_cut_at_every_byte_only_the_last_decision_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "a.decisions.jsonl"
    decisions = write_log(path, 3)
    whole = path.read_bytes()
    ends = [at + 1 for at, byte in enumerate(whole) if byte == ord("\n")]
    for length in range(len(whole) + 1):
        path.write_bytes(whole[:length])
        complete = sum(end <= length for end in ends)
        is_torn = length not in (0, *ends)
        kept, warnings = read_decisions(path)
        assert kept == tuple(decisions[:complete])
        assert [w.code for w in warnings] == ["D305"] * is_torn
        # Reading alone changes nothing.
        assert path.stat().st_size == length


def test_what_was_torn_is_cut_off_when_the_review_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "a.decisions.jsonl"
    decisions = write_log(path, 2)
    whole = path.read_bytes()
    first = whole.index(b"\n") + 1
    for length in range(first + 1, len(whole), 3):
        path.write_bytes(whole[:length])
        with open_log(path) as log:
            assert log.decisions == (decisions[0],)
            assert [w.code for w in log.warnings] == ["D305"]
            log.append(make_decision(7))
        assert read_decisions(path) == ((decisions[0], make_decision(7)), ())


@pytest.mark.parametrize(
    "line",
    [
        b"{}",
        b"[]",
        b"not json",
        b'{"format": "counterstream-decision/2"}',
        b"\xff\xfe",
        b"[" * 100_000,
        format_decision(make_decision(1)).replace('"edit"', '"eat"').encode(),
        format_decision(make_decision(1)).replace('"start": 1', '"start": -1').encode(),
        format_decision(make_decision(1))
        .replace('"start": 1', '"start": true')
        .encode()
        .replace(b'"end": 6', b'"end": 0'),
        format_decision(make_decision(1)).replace('"after": 1.0', '"after": [1]').encode(),
        format_decision(make_decision(1)).replace('"who": ', '"whom": ').encode(),
    ],
)
def test_damage_in_the_middle_is_an_error_with_its_line(line: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.decisions.jsonl"
    write_log(path, 2)
    first, second = path.read_bytes().splitlines(keepends=True)
    damaged = first + line.rstrip(b"\n") + b"\n" + second
    path.write_bytes(damaged)
    for read in (lambda: read_decisions(path), lambda: open_log(path).__enter__()):
        with pytest.raises(CounterstreamError) as caught:
            read()
        assert [(p.code, p.line) for p in caught.value.problems] == [("D302", 2)]
    assert path.read_bytes() == damaged


def test_two_reviews_do_not_write_to_one_file(tmp_path: Path) -> None:
    path = tmp_path / "a.decisions.jsonl"
    with open_log(path):
        with pytest.raises(CounterstreamError) as caught, open_log(path):
            pass
        assert caught.value.codes == ("D301",)
    with open_log(path) as log:
        log.append(make_decision(1))


@pytest.mark.parametrize("name", ["missing/a.jsonl", "folder", "nul\0"])
def test_a_file_that_cannot_be_used(name: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(CounterstreamError) as caught, open_log(tmp_path / name):
        pass
    assert caught.value.codes == ("D303",)


def test_a_full_disk_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "a.decisions.jsonl"
    write_log(path, 1)
    whole = path.read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    with open_log(path) as log:
        # The next write ends after ten bytes, as on a disk that is full.
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(whole) + 10, limits[1]))
        try:
            with pytest.raises(CounterstreamError) as caught:
                log.append(make_decision(1))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert caught.value.codes == ("D303",)
        assert path.read_bytes() == whole
        log.append(make_decision(2))
    assert read_decisions(path)[0] == (make_decision(0), make_decision(2))


_WRITER = """
import sys
from pathlib import Path
from counterstream.drafting.decisions import Action, Change, Decision, Place, open_log
with open_log(Path(sys.argv[1])) as log:
    begun = len(log.decisions)
    for number in range(begun, 10**9):
        change = Change(Place("5" * 64, number, number + 5), "value", None, float(number), quote="x" * 3000)
        log.append(Decision("a", "b", Action.EDIT, (change,)))
        print(number, flush=True)
"""


def test_killed_again_and_again_nothing_that_was_acknowledged_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "a.decisions.jsonl"
    chance = random.Random(7)
    acknowledged = -1
    for _ in range(12):
        with subprocess.Popen([sys.executable, "-c", _WRITER, str(path)], stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            assert int(writer.stdout.readline()) > acknowledged
            time.sleep(chance.uniform(0.0, 0.03))
            writer.send_signal(signal.SIGKILL)
            told = writer.stdout.read().split("\n")
        acknowledged = max([acknowledged, *(int(line) for line in told[:-1] if line)])
        kept, warnings = read_decisions(path)
        assert [c.place.start for d in kept for c in d.changes] == list(range(len(kept)))
        assert len(kept) > acknowledged
        assert {w.code for w in warnings} <= {"D305"}
    assert acknowledged > 12


def test_writes_are_forced_to_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forced: list[int] = []
    sync = os.fsync

    def note(descriptor: int) -> None:
        forced.append(os.fstat(descriptor).st_size)
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    path = tmp_path / "a.decisions.jsonl"
    with open_log(path) as log:
        log.append(make_decision(1))
        assert forced[-1] == path.stat().st_size > 0


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("one two three", (4, 7)),
        ("newly: one two three", (11, 14)),
        ("one two three, one two three", None),
        ("one  two three", None),
        ("one Two three", None),
        ("", None),
    ],
)
def test_reanchoring_is_exact_or_not_at_all(text: str, found: tuple[int, int] | None) -> None:
    assert reanchor(text, "two", "one ", " three") == found
    if found:
        assert text[slice(*found)] == "two"


def test_no_quote_lands_nowhere() -> None:
    assert reanchor("any text", "", "", "") is None


def test_decisions_move_with_their_words_and_orphans_are_told_once() -> None:
    here, gone = "5" * 64, "6" * 64
    old = "In all 1,200 left and 300 came."
    changes = [
        Change(Place(gone, 7, 12), "status", "open", "accepted", "1,200", "In all ", " left"),
        Change(Place(gone, 22, 25), "status", "open", "rejected", "300", "left and ", " came"),
        Change(Place(gone, 22, 25), "flagged", "", "yes", "300", "left and ", " came"),
        Change(Place(here, 2, 5, ItemKind.EVENT), "status", "open", "accepted", "all"),
    ]
    assert all(old[c.place.start : c.place.end] == c.quote for c in changes[:2])
    decisions = [Decision("a", "b", Action.ACCEPT, (change,)) for change in changes]
    moved, orphans = anchor_decisions(decisions, here, "Again: In all 1,200 left, 300 came.", "a.jsonl")
    assert [d.changes[0].place for d in moved] == [Place(here, 14, 19), Place(here, 2, 5, ItemKind.EVENT)]
    assert [(p.code, p.severity, p.found, p.file) for p in orphans] == [("D304", "warning", "300", "a.jsonl")]
