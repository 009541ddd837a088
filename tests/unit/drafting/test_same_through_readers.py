"""A report gives the same candidates whichever format it comes in."""

from __future__ import annotations

from pathlib import Path

import docx
import pytest
from document_files import Line, write_pdf

from counterstream.drafting.candidate import Candidate
from counterstream.drafting.document import Defaults
from counterstream.drafting.draft import draft_document
from counterstream.drafting.readers import read_document

DEFAULTS = Defaults(date="1997-02", origin="Old Shore")
PARAGRAPHS = [
    "About 2,500 people left the country in 1996. No more than 450 came back, among them 32 families.",
    "In the first quarter over 700 people applied to return; forty-five percent of them waited for six months.",
]
ROWS = [("Year", "Emigrants", "Returned persons"), ("1994", "2,187", "412"), ("1995", "2,305", "393")]


def draft(path: Path) -> list[tuple[object, ...]]:
    return [describe(candidate) for candidate in draft_document(read_document(path), DEFAULTS).candidates]


def describe(c: Candidate) -> tuple[object, ...]:
    return c.anchor.quote, c.value, c.low, c.high, c.bound, c.unit, c.period, c.origin, c.measure


def write_text(path: Path) -> None:
    path.write_text("\n\n".join(PARAGRAPHS), encoding="utf-16")


def write_html(path: Path) -> None:
    path.write_text("<html><nav>Page 12 of 30</nav>" + "".join(f"<p>{text}" for text in PARAGRAPHS), encoding="utf-8")


def write_word(path: Path) -> None:
    made = docx.Document()
    for text in PARAGRAPHS:
        made.add_paragraph(text)
    made.save(str(path))


def write_pages(path: Path) -> None:
    """Write each paragraph on a page of its own, a line for each half."""
    pages: list[list[Line]] = []
    for text in PARAGRAPHS:
        middle = text.index(" ", len(text) // 2)
        pages.append([Line(72, 700, text[:middle]), Line(72, 688, text[middle + 1 :])])
    write_pdf(path, pages)


def test_prose(tmp_path: Path) -> None:
    found: list[list[tuple[object, ...]]] = []
    for name, write in (("a.txt", write_text), ("a.html", write_html), ("a.docx", write_word), ("a.pdf", write_pages)):
        write(tmp_path / name)
        found.append([(" ".join(str(q).split()), *rest) for q, *rest in draft(tmp_path / name)])
    assert len(found[0]) >= 5
    assert {row[1] for row in found[0]} >= {2500.0, 32.0}
    assert all(one == found[0] for one in found)


@pytest.mark.parametrize("form", ["csv", "html", "docx"])
def test_tables(tmp_path: Path, form: str) -> None:
    path = tmp_path / f"a.{form}"
    if form == "csv":
        path.write_text("\n".join(";".join(row) for row in ROWS), encoding="utf-8")
    elif form == "html":
        rows = "".join("<tr>" + "".join(f"<td>{cell}" for cell in row) for row in ROWS)
        path.write_text(f"<html><table>{rows}</table>", encoding="utf-8")
    else:
        made = docx.Document()
        table = made.add_table(len(ROWS), len(ROWS[0]))
        for r, row in enumerate(ROWS):
            for c, text in enumerate(row):
                table.cell(r, c).text = text
        made.save(str(path))
    assert [(quote, value, period) for quote, value, _, _, _, _, period, _, _ in draft(path)] == [
        ("2,187", 2187.0, "1994"),
        ("412", 412.0, "1994"),
        ("2,305", 2305.0, "1995"),
        ("393", 393.0, "1995"),
    ]
