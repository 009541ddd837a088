"""The review as a table goes out and comes back: all decisions and edits of it, or none and every fault."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from review_example import Kept, example_view, make_candidate

from counterstream.drafting.review import deciding, marking, session
from counterstream.drafting.review.table import REVIEW, format_review, take_review
from counterstream.errors import CounterstreamError

Rows = list[dict[str, str]]


def rows_of(kept: Kept) -> Rows:
    return list(csv.DictReader(io.StringIO(format_review(kept.session))))


def table_of(rows: Rows) -> bytes:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue().encode("utf-8-sig")


def test_every_item_is_a_row_with_what_a_person_needs() -> None:
    kept = Kept(view=example_view())
    rows = rows_of(kept)
    assert list(rows[0]) == [column.name for column in REVIEW.columns]
    assert [row["quote"] for row in rows] == [item.anchor.quote for item in kept.session.items.values()]
    first, _, third, fourth, _, event = rows
    assert (first["decision"], first["value"], first["bound"]) == ("", "1200", "approx")
    assert first["sentence"].startswith("About 1,200 people left the old shore")
    assert first["answers"] == "departures"
    assert third["told_before"] == first["item"]
    assert fourth["missing"] == ""
    assert (event["date"], event["value"], event["instrument"]) == ("1995-03-01", "", "law")


def test_a_table_that_nobody_touched_changes_nothing() -> None:
    kept = Kept()
    deciding.accept(kept.session)
    deciding.edit(kept.session, "value", "160")
    before, decisions = dict(kept.session.items), list(kept.decisions)
    taken = take_review(kept.session, format_review(kept.session).encode(), "review.csv")
    assert (taken.changed, taken.unchanged) == (0, 6)
    assert (kept.session.items, kept.decisions) == (before, decisions)


def test_decisions_and_edits_come_back_as_one_decision_a_row() -> None:
    kept = Kept()
    rows = rows_of(kept)
    rows[0]["decision"] = "Accept"
    rows[1].update(decision="accept", value="1,155", group="returned", flagged="yes")
    rows[2]["decision"] = "reject"
    rows[5]["event"] = "The port was closed"
    taken = take_review(kept.session, table_of(rows[::-1]), "review.csv")
    assert (taken.changed, taken.unchanged) == (4, 2)
    assert kept.statuses == ["accepted", "accepted", "rejected", "open", "open", "open"]
    assert [d.action for d in kept.decisions] == ["edit", "reject", "accept", "accept"]
    assert [c.field for c in kept.decisions[2].changes] == ["value", "group", "flagged", "status"]
    # It goes on from its decisions as a review in the terminal does, and can be undone there.
    again = Kept(decisions=kept.decisions)
    assert again.session.items == kept.session.items
    deciding.undo(again.session)
    deciding.undo(again.session)
    assert again.statuses[:2] == ["open", "open"]
    assert rows_of(again)[1]["value"] == "155"


def test_taken_twice_the_second_time_changes_nothing() -> None:
    kept = Kept()
    rows = rows_of(kept)
    rows[0]["decision"] = "accept"
    take_review(kept.session, table_of(rows), "review.csv")
    taken = take_review(kept.session, table_of(rows), "review.csv")
    assert (taken.changed, len(kept.decisions)) == (0, 1)


def test_columns_that_are_only_looked_at_may_be_gone_and_rows_left_out() -> None:
    kept = Kept()
    rows = rows_of(kept)[:1]
    for name in ("page", "quote", "sentence", "told_before", "missing", "answers", "ledger"):
        del rows[0][name]
    rows[0]["decision"] = "reject"
    assert take_review(kept.session, table_of(rows), "review.csv").changed == 1


def test_open_takes_a_decision_back() -> None:
    kept = Kept()
    deciding.reject(kept.session)
    rows = rows_of(kept)
    assert rows[0]["decision"] == "reject"
    rows[0]["decision"] = "open"
    take_review(kept.session, table_of(rows), "review.csv")
    assert kept.statuses[0] == "open"


def _unknown(rows: Rows) -> None:
    rows[0]["item"] = "claim 1-2"


def _twice(rows: Rows) -> None:
    rows[1]["item"] = rows[0]["item"]


def _verdict(rows: Rows) -> None:
    rows[0]["decision"] = "acept"


def _figure(rows: Rows) -> None:
    rows[0]["value"] = "many"


def _wrong_kind(rows: Rows) -> None:
    rows[5]["value"] = "3"


def _flag(rows: Rows) -> None:
    rows[0]["flagged"] = "perhaps"


def _no_row(rows: Rows) -> None:
    rows[0].update(decision="accept", period="")


@pytest.mark.parametrize(
    ("damage", "code", "line", "column"),
    [
        (_unknown, "D321", 2, "item"),
        (_twice, "L301", 3, "item"),
        (_verdict, "D320", 2, "decision"),
        (_figure, "D312", 2, "value"),
        (_wrong_kind, "D322", 7, "value"),
        (_flag, "D312", 2, "flagged"),
        (_no_row, "D310", 2, "period"),
    ],
)
def test_faults_have_their_row_and_column(damage: Callable[[Rows], None], code: str, line: int, column: str) -> None:
    kept = Kept()
    rows = rows_of(kept)
    damage(rows)
    rows[3]["decision"] = "reject"
    with pytest.raises(CounterstreamError) as caught:
        take_review(kept.session, table_of(rows), "review.csv")
    (problem,) = caught.value.problems
    assert (problem.code, problem.file, problem.line) == (code, "review.csv", line)
    assert problem.column == list(rows[0]).index(column) + 1
    assert kept.decisions == []


def test_all_faults_are_told_at_once() -> None:
    kept = Kept()
    rows = rows_of(kept)
    for damage in (_figure, _verdict, _flag, _wrong_kind):
        damage(rows)
    with pytest.raises(CounterstreamError) as caught:
        take_review(kept.session, table_of(rows), "review.csv")
    assert sorted(caught.value.codes) == ["D312", "D312", "D320", "D322"]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "L104"),
        (b"item;decision\n", "L114"),
        (b"item,decision\n", "L108"),
        (b"\xff\xfei", "L106"),
    ],
)
def test_what_is_no_such_table(raw: bytes, code: str) -> None:
    with pytest.raises(CounterstreamError) as caught:
        take_review(Kept().session, raw, "review.csv")
    assert code in caught.value.codes


def test_texts_that_a_spreadsheet_would_act_on_are_guarded_and_come_back() -> None:
    kept = Kept([make_candidate("155", group="=1+1", attribution="@SUM(A1)")])
    text = format_review(kept.session)
    assert "'=1+1" in text
    assert "'@SUM" in text
    assert take_review(kept.session, text.encode(), "review.csv").changed == 0


def test_split_and_added_items_are_rows_as_well() -> None:
    kept = Kept()
    session.go_to(kept.session, 3)
    marking.split(kept.session, "3,000 and |4,000 letters")
    quotes = [row["quote"] for row in rows_of(kept)]
    assert "3,000 and" in quotes
    assert "3,000 and 4,000 letters" not in quotes
