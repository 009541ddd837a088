"""Rows are added to a ledger whole or not at all, under names of their own, with where they come from."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from cli_example import write_case
from ledger_example import make_claim
from review_example import TEXT, anchor_at

from counterstream.case import find_case, load_case
from counterstream.drafting.decisions import ItemKind, Place
from counterstream.errors import CounterstreamError
from counterstream.evidence.claim import DatePrecision, LedgerEvent, Source, Use
from counterstream.evidence.ledger import read_ledger
from counterstream.evidence.writing import datapackage
from counterstream.workflow.filing import Entry, Provenance, file_rows, plan_filing, read_provenance

DIGEST = "d" * 64
SOURCE = Source("REPORT", "", "A report", "1996", "document", "", "")


def entry(quote: str = "155", **changes: object) -> Entry:
    anchor = anchor_at(TEXT, quote)
    claim = replace(make_claim(id="", source_id="REPORT", value=155.0), **changes)  # type: ignore[arg-type]
    place = Place(DIGEST, anchor.start, anchor.end)
    return Entry(claim, Provenance("report.txt", "1", place, anchor, who="tester", when="now"))


def event_entry() -> Entry:
    anchor = anchor_at(TEXT, "On 1 March 1995 the border was closed.")
    row = LedgerEvent(make_claim().first, DatePrecision.DAY, "Closed", "law", "REPORT", "p. 1", "stated")
    place = Place(DIGEST, anchor.start, anchor.end, ItemKind.EVENT)
    return Entry(row, Provenance("report.txt", "1", place, anchor))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_case(tmp_path / "shore")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_rows_are_added_at_the_end_and_the_others_stay_byte_for_byte(folder: Path) -> None:
    before = contents(folder)
    filed = file_rows(folder, [entry(), entry("1,200", value=1200.0), event_entry()], [SOURCE])
    assert [claim.id for claim in filed.claims] == ["D0001", "D0002"]
    assert (len(filed.events), len(filed.sources), filed.already) == (1, 1, 0)
    after = contents(folder)
    for name, content in before.items():
        assert after[name].startswith(content)
    assert after["system.yaml"] == before["system.yaml"]
    ledger = read_ledger(folder)
    assert [c.id for c in ledger.claims] == ["C1", "C2", "C3", "C4", "D0001", "D0002"]
    assert ledger.claims[-1].value == 1200.0
    assert ledger.sources[-1] == replace(SOURCE, file=ledger.sources[-1].file, line=ledger.sources[-1].line)
    assert ledger.events[-1].event == "Closed"
    assert load_case(folder).ledger == ledger


def test_where_a_row_comes_from_stands_beside_the_ledger(folder: Path) -> None:
    file_rows(folder, [entry(), event_entry()], [SOURCE])
    first, second = (folder / "drafted.jsonl").read_text(encoding="utf-8").splitlines()
    told = json.loads(first)
    start = TEXT.index("155")
    assert (told["id"], told["sha256"], told["drafting_version"], told["who"]) == ("D0001", DIGEST, "1", "tester")
    assert (told["page"], told["paragraph"]) == (1, 2)
    quote, position = told["selector"]
    assert quote == {"type": "TextQuoteSelector", "exact": "155", "prefix": quote["prefix"], "suffix": quote["suffix"]}
    assert position == {"type": "TextPositionSelector", "start": start, "end": start + 3}
    assert quote["prefix"] + "155" + quote["suffix"] in TEXT
    assert json.loads(second)["kind"] == "event"


def test_filing_again_adds_nothing(folder: Path) -> None:
    entries = [entry(), event_entry()]
    file_rows(folder, entries, [SOURCE])
    before = contents(folder)
    filed = file_rows(folder, entries, [SOURCE])
    assert (filed.claims, filed.events, filed.sources, filed.already) == ((), (), (), 2)
    assert contents(folder) == before


def test_planning_changes_nothing(folder: Path) -> None:
    before = contents(folder)
    planned = plan_filing(folder, [entry()], [SOURCE])
    assert contents(folder) == before
    assert sorted(planned.contents) == ["claims.csv", "drafted.jsonl", "sources.csv"]


def test_names_are_free_ones(folder: Path) -> None:
    text = (folder / "claims.csv").read_text(encoding="utf-8")
    (folder / "claims.csv").write_text(text.replace("C4,", "D0007,"), encoding="utf-8")
    filed = file_rows(folder, [entry(), entry("1,200", id="C1"), entry("300", id="OWN")], [SOURCE])
    assert [claim.id for claim in filed.claims] == ["D0008", "D0009", "OWN"]


def test_a_table_imported_twice_adds_nothing_the_second_time(folder: Path) -> None:
    entries = [Entry(make_claim(id="T-1", source_id="REPORT")), Entry(make_claim(id="T-2", source_id="REPORT"))]
    assert len(file_rows(folder, entries, [SOURCE]).claims) == 2
    again = file_rows(folder, entries, [SOURCE])
    assert (len(again.claims), again.already) == (0, 2)
    changed = file_rows(folder, [Entry(make_claim(id="T-1", source_id="REPORT", value=7.0))], [SOURCE])
    assert [claim.id for claim in changed.claims] == ["D0001"]
    assert not (folder / "drafted.jsonl").exists()


def test_a_new_ledger_is_made(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "ledger"
    file_rows(folder, [entry(), event_entry()], [SOURCE])
    ledger = read_ledger(folder)
    assert [len(part) for part in (ledger.claims, ledger.sources, ledger.events)] == [1, 1, 1]


def test_the_order_of_columns_and_the_ends_of_lines_are_the_files(folder: Path) -> None:
    rows = list(csv.reader(io.StringIO((folder / "claims.csv").read_text(encoding="utf-8"))))
    with (folder / "claims.csv").open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream, lineterminator="\r\n").writerows(row[::-1] for row in rows)
    raw = (folder / "claims.csv").read_bytes().removesuffix(b"\r\n")
    (folder / "claims.csv").write_bytes(raw)
    file_rows(folder, [entry(statement='=1+1 "quoted", and more')], [SOURCE])
    after = (folder / "claims.csv").read_bytes()
    assert after.startswith(raw + b"\r\n")
    assert after.count(b"\n") == after.count(b"\r\n")
    assert read_ledger(folder).claims[-1].statement == '=1+1 "quoted", and more'


def test_a_column_that_is_needed_and_not_there(folder: Path) -> None:
    rows = list(csv.DictReader(io.StringIO((folder / "claims.csv").read_text(encoding="utf-8"))))
    columns = [name for name in rows[0] if name != "use"]
    with (folder / "claims.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    before = contents(folder)
    assert len(plan_filing(folder, [entry()], [SOURCE]).claims) == 1
    with pytest.raises(CounterstreamError) as caught:
        file_rows(folder, [entry(use=Use.CHECK)], [SOURCE])
    assert [(p.code, p.message) for p in caught.value.problems] == [("D314", "the table has no column use")]
    assert contents(folder) == before


def test_what_would_spoil_the_ledger_is_refused_with_every_fault(folder: Path) -> None:
    before = contents(folder)
    bad = [entry(unit=""), entry("1,200", source_id="NOBODY")]
    with pytest.raises(CounterstreamError) as caught:
        file_rows(folder, bad, [SOURCE])
    assert sorted(p.code for p in caught.value.problems) == ["L215", "L303"]
    assert {p.file for p in caught.value.problems} == {str(folder / "claims.csv")}
    assert contents(folder) == before


def test_a_ledger_that_is_already_wrong_is_told_of_first(folder: Path) -> None:
    (folder / "claims.csv").write_text("id,what\nC1,x\n", encoding="utf-8")
    with pytest.raises(CounterstreamError) as caught:
        file_rows(folder, [entry()], [SOURCE])
    assert "L108" in caught.value.codes


def test_a_bundled_case_is_not_written_to() -> None:
    with pytest.raises(CounterstreamError) as caught:
        file_rows(find_case("template"), [entry()], [SOURCE])
    assert caught.value.codes == ("D331",)


def test_a_description_of_our_own_follows_the_ledger_and_others_are_left(folder: Path) -> None:
    package = folder / "datapackage.json"
    package.write_text(json.dumps(datapackage(read_ledger(folder), "shore", "Shores")), encoding="utf-8")
    file_rows(folder, [entry()], [SOURCE])
    assert json.loads(package.read_text(encoding="utf-8")) == datapackage(read_ledger(folder), "shore", "Shores")
    for other in ('{"name": "mine"}', "not json", "[]"):
        package.write_text(other, encoding="utf-8")
        file_rows(folder, [entry("1,200")], [SOURCE])
        assert package.read_text(encoding="utf-8") == other


def test_damaged_provenance_is_told(folder: Path) -> None:
    (folder / "drafted.jsonl").write_text('{"id": "D0001"}\n', encoding="utf-8")
    with pytest.raises(CounterstreamError) as caught:
        file_rows(folder, [entry()], [SOURCE])
    assert [(p.code, p.line) for p in caught.value.problems] == [("D302", 1)]


_FILER = """
import os, signal, sys
sys.path.insert(0, sys.argv[3])
from pathlib import Path
from test_filing import SOURCE, entry, event_entry
from counterstream.workflow import filing
left = [int(sys.argv[2])]
write = filing.write_bytes
def write_or_die(path, data):
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
    left[0] -= 1
    write(path, data)
filing.write_bytes = write_or_die
filing.file_rows(Path(sys.argv[1]), [entry(), event_entry(), entry("1,200", value=1200.0)], [SOURCE])
"""


@pytest.mark.parametrize("before_death", range(5))
def test_killed_between_any_two_files_it_is_completed_and_nothing_is_there_twice(
    before_death: int, folder: Path, tmp_path: Path
) -> None:
    whole = tmp_path / "whole"
    shutil.copytree(folder, whole)
    entries = [entry(), event_entry(), entry("1,200", value=1200.0)]
    file_rows(whole, entries, [SOURCE])
    here = Path(__file__)
    paths = os.pathsep.join([str(here.parents[2]), *sys.path])
    code = [sys.executable, "-c", _FILER, str(folder), str(before_death), str(here.parent)]
    ran = subprocess.run(code, env={**os.environ, "PYTHONPATH": paths}, check=False)
    assert ran.returncode == (-signal.SIGKILL if before_death < 4 else 0)
    # Whatever the moment, what is there is a sound ledger.
    read_ledger(folder)
    file_rows(folder, entries, [SOURCE])
    digests = [
        {name: hashlib.sha256(content).hexdigest() for name, content in contents(path).items()}
        for path in (folder, whole)
    ]
    assert digests[0] == digests[1]
    assert len(read_provenance((folder / "drafted.jsonl").read_bytes(), "")) == 3
