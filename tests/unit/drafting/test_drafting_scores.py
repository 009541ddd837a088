"""The scorer that ships: what it counts right and wrong, and that its documents stand where their lists say."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
DOCUMENTS = ROOT / "validation" / "drafting" / "documents"
HEADING = "id,doc,kind,rel,cls,start,end,quote,value,low,high,hedge,unit,group,period,from_place,to_place,note"


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "validation.drafting", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def write(folder: Path, text: str, *rows: str) -> tuple[Path, Path]:
    gold, document = folder / "gold.csv", folder / "text.txt"
    gold.write_text("\n".join((HEADING, *rows)) + "\n", encoding="utf-8")
    document.write_text(text, encoding="utf-8")
    return gold, document


def test_right_wrong_and_missed_are_counted(tmp_path: Path) -> None:
    text = "In 1971 some 300 Jews left. Then 40 families left. Some gadgets, 77 gadgets, came."
    gold, document = write(
        tmp_path,
        text,
        "1,A,quantity,migration,num,8,21,some 300 Jews,300,,,approx,person,,1971,,,",
        "2,A,quantity,migration,num,33,44,40 families,41,41,41,none,family,,1971,,,",
        "3,A,time,,abs,3,7,1971,,,,,,,1971,,,",
    )
    told = run(gold, document, "--json")
    assert told.returncode == 0, told.stderr
    score = json.loads(told.stdout)
    assert (score["precision"]["right"], score["precision"]["of"]) == (2, 3)
    assert score["precision"]["wrong"] == [f"{text.index('77')} 77 gadgets"]
    assert [score["recall"][name]["hits"] for name in ("found", "number", "number_unit_hedge")] == [2, 1, 1]
    assert score["time_expressions"]["read"]["hits"] == 1


def test_a_list_that_does_not_fit_its_text_is_refused(tmp_path: Path) -> None:
    gold, document = write(tmp_path, "In 1971 some 300 Jews left.", "1,A,time,,abs,0,4,1971,,,,,,,1971,,,")
    told = run(gold, document)
    assert told.returncode == 1
    assert "V102" in told.stderr


@pytest.mark.parametrize("gold", sorted(DOCUMENTS.glob("*.gold.csv")), ids=lambda path: path.name.split(".")[0])
def test_every_quote_of_the_shipped_lists_stands_where_the_list_says(gold: Path) -> None:
    text = gold.with_name(gold.name.replace(".gold.csv", ".txt")).read_bytes().decode("utf-8")
    with gold.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    wrong = [
        row["id"] for row in rows if text[int(row["start"]) : int(row["end"])].replace("\n", "\u23ce") != row["quote"]
    ]
    assert rows
    assert wrong == []


def test_shipped_documents_are_drafted_as_well_as_the_committed_scores_say() -> None:
    committed = json.loads((ROOT / "validation" / "results" / "drafting-mended.json").read_text(encoding="utf-8"))
    for result in committed["documents"]:
        name = result["document"].removesuffix(".txt")
        arguments = [DOCUMENTS / f"{name}.gold.csv", DOCUMENTS / f"{name}.txt", "--json"]
        with (DOCUMENTS / "defaults.csv").open(encoding="utf-8", newline="") as stream:
            row = next(row for row in csv.DictReader(stream) if row["document"] == name)
        arguments += [
            "--date",
            row["date"],
            "--from",
            row["origin"],
            "--to",
            row["destination"],
            "--group",
            row["group"],
        ]
        score = json.loads(run(*arguments).stdout)
        assert score["recall"]["number_unit_hedge"]["hits"] >= result["recall"]["number_unit_hedge"]["hits"], name
        assert len(score["precision"]["wrong"]) <= len(result["precision"]["wrong"]), name
