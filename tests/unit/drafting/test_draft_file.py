"""A draft is read back as it was written, and what is none is refused with the reason."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from review_example import TEXT, example_drafted

from counterstream.drafting.candidate import Candidate, Draft, DraftedEvent
from counterstream.drafting.document import Box, Defaults, Document, Page, Paragraph, document_of_text
from counterstream.drafting.draft_file import DraftFile, cite_document, decisions_path, format_draft, read_draft
from counterstream.errors import CounterstreamError


def whole_draft() -> DraftFile:
    box = Box(8, 20, 1, 10.0, 20.0, 30.5, 40.0)
    document = replace(
        document_of_text(TEXT, "report.pdf"),
        form="pdf",
        pages=(Page(1, 0, 100), Page(2, 100, len(TEXT))),
        paragraphs=(Paragraph(0, 7, 1), Paragraph(9, 76, 1)),
        date="1996",
        title="A report",
    )
    made = example_drafted()
    claims = [each for each in made if isinstance(each, Candidate)]
    claims[0] = replace(claims[0], anchor=replace(claims[0].anchor, boxes=(box,)), attribution="Zoë", per="year")
    events = tuple(each for each in made if isinstance(each, DraftedEvent))
    draft = Draft(document.sha256, document.name, "1", tuple(claims), events)
    defaults = Defaults("1997-02", "old shore", "new shore", "all", month_first=True)
    return DraftFile(document, defaults, cite_document(document, agency="harbour office"), draft)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "report.draft.json"
    path.write_text(format_draft(whole_draft()), encoding="utf-8")
    return path


def test_what_is_written_is_read_back(path: Path) -> None:
    assert read_draft(path) == whole_draft()


def test_decisions_stand_beside_the_draft() -> None:
    assert decisions_path(Path("a/report.draft.json")) == Path("a/report.decisions.jsonl")
    assert decisions_path(Path("a/other.json")) == Path("a/other.json.decisions.jsonl")


@pytest.mark.parametrize(
    ("name", "title", "given", "cited"),
    [
        ("Report of 1996.txt", "", ("", "", ""), ("REPORT_OF_1996", "Report of 1996", "Report of 1996")),
        ("r.pdf", "The Report", ("", "", ""), ("R", "The Report", "The Report")),
        ("r.pdf", "The Report", ("ID", "T", "A"), ("ID", "T", "A")),
        ("...", "", ("", "", ""), ("DOCUMENT", "", "")),
    ],
)
def test_citations(name: str, title: str, given: tuple[str, str, str], cited: tuple[str, str, str]) -> None:
    found = cite_document(Document("", name, "0", title=title), *given)
    assert (found.source_id, found.title, found.agency) == cited


def _drop(*keys: str) -> Callable[[Any], None]:
    def change(content: Any) -> None:
        for key in keys[:-1]:
            content = content[int(key) if key.isdigit() else key]
        del content[keys[-1]]

    return change


def _set(value: Any, *keys: str) -> Callable[[Any], None]:
    def change(content: Any) -> None:
        for key in keys[:-1]:
            content = content[int(key) if key.isdigit() else key]
        content[keys[-1]] = value

    return change


@pytest.mark.parametrize(
    "damage",
    [
        _drop("format"),
        _drop("document", "text"),
        _drop("candidates", "0", "anchor"),
        _drop("citation"),
        _set("counterstream-draft/2", "format"),
        _set("many", "candidates", "0", "value"),
        _set(True, "candidates", "0", "value"),
        _set("roughly", "candidates", "0", "bound"),
        _set("8", "candidates", "0", "anchor", "start"),
        _set([1], "candidates", "0", "sentence"),
        _set({}, "candidates"),
        _set([1, 2], "events"),
        _set([[1, 2]], "document", "pages"),
        _set(None, "defaults"),
    ],
)
def test_damage_is_told(damage: Callable[[Any], None], path: Path) -> None:
    content = json.loads(path.read_text(encoding="utf-8"))
    damage(content)
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(CounterstreamError) as caught:
        read_draft(path)
    assert caught.value.codes == ("D306",)


@pytest.mark.parametrize("raw", [b"", b"[]", b"null", b"\xff", b"{", b"[" * 100_000, b'{"format": 1}'])
def test_what_is_no_draft(raw: bytes, path: Path) -> None:
    path.write_bytes(raw)
    with pytest.raises(CounterstreamError) as caught:
        read_draft(path)
    assert caught.value.codes == ("D306",)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CounterstreamError) as caught:
        read_draft(tmp_path / "none.draft.json")
    assert caught.value.codes == ("D306",)
    with pytest.raises(CounterstreamError):
        read_draft(tmp_path)


def test_a_quote_that_is_not_at_its_place_is_told_with_every_other(path: Path) -> None:
    text = path.read_text(encoding="utf-8").replace("About 1,200 people left", "Above 1,200 people left")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CounterstreamError) as caught:
        read_draft(path)
    assert {(p.code, p.allowed) for p in caught.value.problems} == {("D307", "About 1,200 people")}
