"""``evidence draft``, ``evidence review`` without its terminal, and ``evidence import``."""

from __future__ import annotations

import contextlib
import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_example import Ran, write_case
from statistical_tables import UNHCR_POPULATION

from counterstream.evidence.ledger import read_ledger

REPORT = """\
HARBOUR OFFICE

In 1992 about 1,500 people left the old shore for the new shore.

In 1993 the harbour office counted 1,250 departures. More than 300 people came back.
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    write_case(tmp_path / "shore")
    (tmp_path / "report.txt").write_text(REPORT, encoding="utf-8")
    with contextlib.chdir(tmp_path):
        yield tmp_path


def draft(*more: str) -> Ran:
    return Ran("evidence", "draft", "report.txt", "--from", "old shore", "--to", "new shore", *more)


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_draft_writes_a_draft_and_shows_it(folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in (folder / "shore").iterdir()}
    ran = draft("--case", "shore")
    assert (ran.status, ran.err) == (0, "")
    assert "about 1,500" in ran.out
    assert "1992" in ran.out
    assert "departures" in ran.out
    assert "next: counterstream evidence review report.draft.json --case shore" in ran.out
    assert (folder / "report.draft.json").exists()
    assert {path.name: path.read_bytes() for path in (folder / "shore").iterdir()} == before


def test_draft_as_data(folder: Path) -> None:
    data = draft("--json", "--out", "elsewhere.json", "--explain").data
    assert data["draft"] == "elsewhere.json"
    first = data["candidates"][0]
    start, end = first["anchor"]["start"], first["anchor"]["end"]
    assert REPORT[start:end] == first["anchor"]["quote"]
    assert (first["value"], first["period"], first["bound"]) == (1500.0, "1992", "approx")
    assert {firing["rule"] for firing in data["firings"]} >= set(first["rules"]) - {""}
    assert (folder / "elsewhere.json").exists()


def test_explain_names_the_rules_that_fired(folder: Path) -> None:
    plain, told = draft().out, draft("--explain").out
    assert "rule" not in plain.split()
    assert "rule" in told.split()
    assert told.startswith(plain.split("\n\nnext:")[0])


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["missing.txt"], 1),
        (["report.txt", "--date", "last year"], 1),
        (["report.txt", "--case", "nowhere"], 2),
        (["report.txt", "--out", "report.txt"], 1),
        (["report.txt", "--colour"], 2),
        ([], 2),
    ],
)
def test_draft_of_what_cannot_be(arguments: list[str], status: int, folder: Path) -> None:
    ran = Ran("evidence", "draft", *arguments)
    assert ran.status == status
    assert "Traceback" not in ran.err
    assert (folder / "report.txt").read_text(encoding="utf-8") == REPORT
    assert not (folder / "report.draft.json").exists()


def test_a_draft_is_replaced_and_another_file_is_not(folder: Path) -> None:
    assert draft().status == 0
    assert draft().status == 0
    (folder / "report.draft.json").write_text("mine", encoding="utf-8")
    ran = draft("--json")
    assert (ran.status, ran.codes) == (1, ["D306"])
    assert (folder / "report.draft.json").read_text(encoding="utf-8") == "mine"


def test_neither_a_table_nor_another_documents_draft_is_written_over(folder: Path) -> None:
    draft()
    (folder / "review.csv").write_text("mine", encoding="utf-8")
    ran = Ran("evidence", "review", "report.draft.json", "--to-csv", "review.csv", "--json")
    assert (ran.status, ran.codes) == (2, ["D333"])
    assert (folder / "review.csv").read_text(encoding="utf-8") == "mine"
    before = (folder / "report.draft.json").read_bytes()
    (folder / "report.html").write_text(f"<p>{REPORT}</p>", encoding="utf-8")
    ran = Ran("evidence", "draft", "report.html", "--json")
    assert (ran.status, ran.codes) == (2, ["D333"])
    assert (folder / "report.draft.json").read_bytes() == before
    # One point in a name more makes another draft.
    (folder / "report.2.txt").write_text(REPORT, encoding="utf-8")
    assert Ran("evidence", "draft", "report.2.txt").status == 0
    assert (folder / "report.2.draft.json").exists()


def test_from_draft_to_ledger_by_a_table(folder: Path) -> None:
    draft("--case", "shore", "--source", "REPORT93", "--agency", "harbour office")
    assert Ran("evidence", "review", "report.draft.json", "--case", "shore", "--to-csv", "review.csv").status == 0
    rows = rows_of((folder / "review.csv").read_text(encoding="utf-8"))
    for row in rows:
        row["decision"] = "accept" if row["quote"] in ("about 1,500 people", "1,250 departures") else "reject"
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    (folder / "review.csv").write_text(stream.getvalue(), encoding="utf-8", newline="")
    before = (folder / "shore" / "claims.csv").read_bytes()
    ran = Ran("evidence", "review", "report.draft.json", "--case", "shore", "--from-csv", "review.csv", "--write")
    assert (ran.status, ran.err) == (0, "")
    assert "shore: 2 claims, no events, 1 source added" in ran.out
    after = (folder / "shore" / "claims.csv").read_bytes()
    assert after.startswith(before)
    added = read_ledger(folder / "shore").claims[-2:]
    assert [(c.id, c.value, c.hedge.value, c.agency) for c in added] == [
        ("D0001", 1500.0, "about", "harbour office"),
        ("D0002", 1250.0, "exact", "harbour office"),
    ]
    assert {c.source_id for c in added} == {"REPORT93"}
    listed = Ran("evidence", "list", "shore", "--json").data
    assert {a["claim"] for a in listed["answered"]} >= {"D0001", "D0002"}
    # Drafting again does not ask again, and nothing is added twice.
    draft("--case", "shore", "--source", "REPORT93", "--agency", "harbour office")
    again = Ran("evidence", "review", "report.draft.json", "--case", "shore", "--write")
    assert "no claims, no events, no sources added, 2 already there" in again.out
    assert "open" not in again.out
    assert (folder / "shore" / "claims.csv").read_bytes() == after


def take(folder: Path, **decisions: str) -> Ran:
    """Take decisions by a table: ``q1500="accept"`` decides on what has 1500 in its words."""
    (folder / "review.csv").unlink(missing_ok=True)
    Ran("evidence", "review", "report.draft.json", "--case", "shore", "--to-csv", "review.csv")
    rows = rows_of((folder / "review.csv").read_text(encoding="utf-8"))
    for row in rows:
        digits = "".join(letter for letter in row["quote"] if letter.isdigit())
        decision, _, value = decisions.get(f"q{digits}", "").partition(":")
        row["decision"] = decision or row["decision"]
        row["value"] = value or row["value"]
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    (folder / "review.csv").write_text(stream.getvalue(), encoding="utf-8", newline="")
    return Ran("evidence", "review", "report.draft.json", "--case", "shore", "--from-csv", "review.csv", "--write")


def test_rows_that_are_there_are_never_changed_and_what_differs_is_told(folder: Path) -> None:
    draft("--case", "shore")
    assert take(folder, q1500="accept", q1250="accept").status == 0
    before = (folder / "shore" / "claims.csv").read_bytes()
    ran = take(folder, q1500="reject", q1250="accept:1260")
    assert (folder / "shore" / "claims.csv").read_bytes() == before
    assert "claims.csv:6: D332 warning: D0001 is no longer accepted since it was added" in ran.err
    assert "claims.csv:7: D332 warning: D0002 was edited, here or in the ledger, since it was added" in ran.err
    assert ran.status == 0


def test_a_changed_document_keeps_the_decisions_on_words_that_are_still_there(folder: Path) -> None:
    draft()
    Ran("evidence", "review", "report.draft.json", "--to-csv", "review.csv")
    rows = rows_of((folder / "review.csv").read_text(encoding="utf-8"))
    text = (folder / "review.csv").read_text(encoding="utf-8").splitlines()
    heading = text[0]
    accepted = [
        line.replace(f"{row['item']},,", f"{row['item']},accept,") for line, row in zip(text[1:], rows, strict=True)
    ]
    (folder / "review.csv").write_text("\n".join([heading, *accepted]) + "\n", encoding="utf-8")
    assert Ran("evidence", "review", "report.draft.json", "--from-csv", "review.csv").status == 0
    changed = "A new first line.\n\n" + REPORT.replace("counted 1,250", "registered 1,250")
    (folder / "report.txt").write_text(changed, encoding="utf-8")
    draft()
    ran = Ran("evidence", "review", "report.draft.json", "--json")
    data = ran.data
    status = {item["quote"]: item["status"] for item in data["items"]}
    assert status["about 1,500 people"] == "accepted"
    assert status["1,250 departures"] == "open"
    # The words before it are among those that the change touches.
    assert status["More than 300 people"] == "open"
    assert [(p["code"], p["found"]) for p in data["problems"]] == [
        ("D304", "1,250 departures"),
        ("D304", "More than 300 people"),
    ]


def test_review_as_data(folder: Path) -> None:
    draft("--case", "shore")
    data = Ran("evidence", "review", "report.draft.json", "--case", "shore", "--json").data
    first = data["items"][0]
    assert (first["status"], first["fields"]["value"]) == ("open", 1500.0)
    assert first["row"]["hedge"] == "about"
    assert first["row"]["locator"].startswith("par. 2, ")
    assert first["proposals"][0]["observable"] == "departures"
    assert data["filed"] is None
    assert not (folder / "report.decisions.jsonl").exists()


def test_contradictions_with_the_ledger_are_shown(folder: Path) -> None:
    (folder / "report.txt").write_text(REPORT.replace("1992", "1990"), encoding="utf-8")
    draft("--case", "shore")
    first = Ran("evidence", "review", "report.draft.json", "--case", "shore", "--json").data["items"][0]
    assert [set(c["claims"]) for c in first["conflicts"]] == [{"C1", "C2", "C3", " this candidate"}]


@pytest.mark.parametrize(
    ("arguments", "status", "code"),
    [
        (["missing.json", "--json"], 1, "D306"),
        (["report.txt", "--json"], 1, "D306"),
        (["report.draft.json", "--write", "--json"], 2, "D331"),
        (["report.draft.json", "--write", "--case", "template", "--json"], 2, "D331"),
        (["report.draft.json", "--case", "nowhere", "--json"], 2, "U302"),
    ],
)
def test_review_of_what_cannot_be(arguments: list[str], status: int, code: str, folder: Path) -> None:
    draft()
    ran = Ran("evidence", "review", *arguments)
    assert (ran.status, ran.codes) == (status, [code])
    assert folder.exists()


def test_a_table_with_faults_is_refused_with_all_of_them(folder: Path) -> None:
    draft()
    Ran("evidence", "review", "report.draft.json", "--to-csv", "review.csv")
    text = (folder / "review.csv").read_text(encoding="utf-8")
    (folder / "review.csv").write_text(text.replace("claim ", "clam "), encoding="utf-8")
    ran = Ran("evidence", "review", "report.draft.json", "--from-csv", "review.csv")
    assert ran.status == 1
    assert ran.err.count("D321 error") == text.count("claim ")
    assert "review.csv:2:1: D321 error" in ran.err
    assert 'did you mean "claim ' in ran.err


def _table(folder: Path) -> Path:
    path = folder / "unhcr.csv"
    path.write_text(UNHCR_POPULATION, encoding="utf-8")
    return path


def test_import_shows_and_writes_only_when_told_to(folder: Path) -> None:
    _table(folder)
    before = (folder / "shore" / "claims.csv").read_bytes()
    ran = Ran("evidence", "import", "unhcr.csv", "--case", "shore", "--from", "Old Shore", "--to", "New Shore")
    assert ran.status == 0
    assert "12,340" in ran.out
    assert "nothing was written: --write would add" in ran.out
    assert (folder / "shore" / "claims.csv").read_bytes() == before
    data = Ran("evidence", "import", "unhcr.csv", "--case", "shore", "--to", "New Shore", "--write", "--json").data
    assert data["written"]
    assert data["filed"]["folder"] == "shore"
    after = (folder / "shore" / "claims.csv").read_bytes()
    assert after.startswith(before)
    ledger = read_ledger(folder / "shore")
    assert len(ledger.claims) == 4 + len(data["claims"]) == 4 + len(data["filed"]["claims"])
    assert {row["value"] for row in data["claims"]} >= {"12340", "13115"}
    again = Ran("evidence", "import", "unhcr.csv", "--case", "shore", "--to", "New Shore", "--write")
    assert f"no claims, no events, no sources added, {len(data['claims'])} already there" in again.out
    assert (folder / "shore" / "claims.csv").read_bytes() == after


def test_import_into_a_new_ledger(folder: Path) -> None:
    _table(folder)
    ran = Ran("evidence", "import", "unhcr.csv", "--out", "ledger", "--write", "--rename", "Old Shore=old_shore")
    assert ran.status == 0
    assert {claim.origin for claim in read_ledger(folder / "ledger").claims} >= {"old_shore"}


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["report.txt"], 1),
        (["missing.csv"], 1),
        (["unhcr.csv", "--write"], 2),
        (["unhcr.csv", "--where", "sex"], 2),
        (["unhcr.csv", "--kind", "guess"], 2),
        (["unhcr.csv", "--from", "Atlantis"], 1),
    ],
)
def test_import_of_what_cannot_be(arguments: list[str], status: int, folder: Path) -> None:
    _table(folder)
    ran = Ran("evidence", "import", *arguments)
    assert ran.status == status
    assert "Traceback" not in ran.err
    assert sorted(path.name for path in (folder / "shore").iterdir()) == [
        "claims.csv",
        "events.csv",
        "sources.csv",
        "system.yaml",
    ]
