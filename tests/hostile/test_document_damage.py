"""Whatever happens to a document's bytes, reading gives a document or coded problems, within memory."""

from __future__ import annotations

import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import docx
import pytest
from document_files import Line, write_docx, write_pdf
from hypothesis import example, given, settings
from hypothesis import strategies as st

from counterstream.drafting.document import Document
from counterstream.drafting.readers import Form, read_document
from counterstream.errors import CounterstreamError

HTML = (
    b'<html><head><meta charset="utf-8"><title>Title</title></head><body><p>About 1,000<sup>2</sup> left &amp; came.'
    b"<table><tr><th>Year<th>Out</tr><tr><td>1979<td>51,320</table><ul><li>one<li>two</ul></body></html>"
)
TEXT = "In 1979 about 51,000 people left.\r\n\r\nКоло 200 вернулись.\f".encode("cp1251")
CSV = 'Year,"Out, all",Back\n1979,"51,320",9\n'.encode("utf-8-sig")
NAMES = ["a.pdf", "a.docx", "a.html", "a.csv", "a.txt"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("documents")
    write_pdf(folder / "a.pdf", [[Line(72, 700, "About 1,000 left in 1979."), Line(72, 680, "None came.")]], title="T")
    made = docx.Document()
    made.add_paragraph("About 1,000 left in 1979.")
    made.add_table(2, 2).cell(0, 0).text = "Year"
    made.save(str(folder / "a.docx"))
    for name, content in (("a.html", HTML), ("a.csv", CSV), ("a.txt", TEXT)):
        (folder / name).write_bytes(content)
    return folder


def read_damaged(folder: Path, name: str, data: bytes) -> None:
    """Read a document with other bytes; only a sound document or coded problems may come of it."""
    path = folder / f"damaged-{name}"
    path.write_bytes(data)
    outcome = document_or_error(path, Form(name[2:].replace("txt", "text")))
    if isinstance(outcome, Document):
        check(outcome)
        return
    assert outcome.problems
    assert all(problem.code.startswith("D1") for problem in outcome.problems)
    str(outcome).encode("utf-8")


def document_or_error(path: Path, form: Form) -> Document | CounterstreamError:
    """Let every other exception pass: it fails the test."""
    try:
        return read_document(path, form)
    except CounterstreamError as error:
        return error


def check(document: Document) -> None:
    """Every place lies in the text, and the text can be kept."""
    length = len(document.text)
    document.text.encode("utf-8")
    spans = [*document.pages, *document.paragraphs, *document.boxes, *document.tables]
    spans += [cell for table in document.tables for cell in table.cells]
    assert all(0 <= span.start <= span.end <= length for span in spans)
    ends = [0, *(paragraph.end for paragraph in document.paragraphs)]
    assert all(end <= p.start for end, p in zip(ends, document.paragraphs, strict=False))


@settings(max_examples=120)
@given(st.sampled_from(NAMES), st.data())
def test_changed_bytes(folder: Path, name: str, data: st.DataObject) -> None:
    good = bytearray((folder / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 4), "changes")):
        position = data.draw(st.integers(0, len(good) - 1), "position")
        length = data.draw(st.integers(0, 6), "length")
        good[position : position + length] = data.draw(st.binary(max_size=6), "bytes")
        if not good:
            break
    read_damaged(folder, name, bytes(good))


@settings(max_examples=80)
@given(st.sampled_from(NAMES), st.binary(max_size=300))
@example("a.txt", b"\xff\xfe")
@example("a.txt", b"\xff\xfea")
@example("a.csv", b'"')
@example("a.csv", b"a\n\n\n1")
@example("a.html", b"<table><tr><td colspan=99999 rowspan=0>")
@example("a.pdf", b"%PDF-")
@example("a.docx", b"PK\x05\x06" + b"\0" * 18)
def test_any_bytes(folder: Path, name: str, data: bytes) -> None:
    read_damaged(folder, name, data)


@pytest.mark.parametrize("name", NAMES)
def test_truncations(folder: Path, name: str) -> None:
    data = (folder / name).read_bytes()
    for length in range(0, len(data), max(1, len(data) // 60)):
        read_damaged(folder, name, data[:length])


@settings(max_examples=60)
@given(st.text(max_size=60))
def test_any_text_in_a_page(folder: Path, text: str) -> None:
    read_damaged(folder, "a.html", f"<html><p>{text}</p><table><tr><td>{text}<td>2".encode("utf-8", "replace"))


def test_entities_and_other_files_are_left_alone(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("SECRET", encoding="utf-8")
    laughs = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in pairwise("efghijklmn"))
    body = "<w:p><w:r><w:t>before &e; &n; after</w:t></w:r></w:p>"
    for entities in (f'<!ENTITY e SYSTEM "{secret.as_uri()}">', f'<!ENTITY e "ha">{laughs}'):
        path = write_docx(tmp_path / "a.docx", body, prolog=f"<!DOCTYPE d [{entities}]>")
        with pytest.raises(CounterstreamError) as caught:
            read_document(path)
        assert caught.value.codes == ("D111",)
        assert "SECRET" not in str(caught.value)
    page = f'<html><p>text<iframe src="{secret.as_uri()}"></iframe>'
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    assert read_document(tmp_path / "a.html").text == "text"


def write_bomb(path: Path) -> None:
    """Write a Word document of 200 kilobytes that holds 200 megabytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("word/document.xml", "w") as part:
        for _ in range(200):
            part.write(b"0" * 1_000_000)


def write_lying_bomb(path: Path) -> None:
    """Write an archive whose table says that a part is small which is not."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * 150_000_000)
    size = (150_000_000).to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(size, (1000).to_bytes(4, "little")))


def write_packed_pages(path: Path) -> None:
    """Write a PDF whose page is drawn by a hundred megabytes of commands."""
    write_pdf(path, [[Line(72, 700, "A")]])
    packer = zlib.compressobj(9)
    parts = [packer.compress(b"BT ET q Q " * 100_000) for _ in range(100)]
    content = b"".join(parts) + packer.flush()
    stream = (
        f"<< /Length {len(content)} /Filter /FlateDecode >>\nstream\n".encode() + content + b"\nendstream\nendobj\n"
    )
    data = path.read_bytes()
    start = data.index(b"5 0 obj\n") + 8
    path.write_bytes(data[:start] + stream + data[data.index(b"xref\n0 ") :])


NONSENSE: dict[str, tuple[str, Callable[[Path], object]]] = {
    "a line": ("a.txt", lambda p: p.write_bytes(b"ab 12 " * 8_000_000)),
    "bytes": ("a.txt", lambda p: p.write_bytes(b"\xff" * 49_000_000)),
    "NULs": ("a.txt", lambda p: p.write_bytes(b"\0" * 49_000_000 + b"x")),
    "line ends": ("a.txt", lambda p: p.write_bytes(b"\r\n" * 20_000_000 + b"x")),
    "form feeds": ("a.txt", lambda p: p.write_bytes(b"x\f" * 20_000_000)),
    "too large": ("a.txt", lambda p: p.write_bytes(b"x" * 50_000_001)),
    "brackets": ("a.html", lambda p: p.write_bytes(b"<html>" + b"<" * 9_000_000)),
    "deep": ("a.html", lambda p: p.write_bytes(b"<html>" + b"<div>" * 100_000)),
    "paragraphs": ("a.html", lambda p: p.write_bytes(b"<html>" + b"<p>x" * 99_000)),
    "wide cells": ("a.html", lambda p: p.write_bytes(b"<html><table>" + b"<tr><td rowspan=999 colspan=999>1" * 50_000)),
    "tables in tables": ("a.html", lambda p: p.write_bytes(b"<html>" + b"<table><tr><td>x" * 1_900)),
    "attributes": ("a.html", lambda p: p.write_bytes(b"<html><p " + b"a=1 " * 2_000_000 + b">x")),
    "words": ("a.html", lambda p: p.write_bytes(b"<html>" + b"x " * 4_900_000)),
    "commas": ("a.csv", lambda p: p.write_bytes(b"," * 40_000_000)),
    "quotes": ("a.csv", lambda p: p.write_bytes(b'"' * 40_000_000)),
    "open quote": ("a.csv", lambda p: p.write_bytes(b'a,b\n"' + b"x\n" * 20_000_000)),
    "headings": ("a.csv", lambda p: p.write_bytes((b"a," * 99 + b"a\n") * 1_900)),
    "bomb": ("a.docx", write_bomb),
    "lying bomb": ("a.docx", write_lying_bomb),
    "parts": ("a.docx", lambda p: write_many_parts(p)),
    "empty paragraphs": ("a.docx", lambda p: write_docx(p, "<w:p/>" * 2_000_000)),
    "deep word": ("a.docx", lambda p: write_docx(p, "<w:sdt>" * 100_000 + "</w:sdt>" * 100_000)),
    "packed pages": ("a.pdf", write_packed_pages),
    "broken objects": ("a.pdf", lambda p: p.write_bytes(b"%PDF-1.7\n" + b"1 0 obj\n<<" * 2_000_000)),
}


def write_many_parts(path: Path) -> None:
    """Write an archive of more parts than any document has."""
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(6_000):
            archive.writestr(f"word/{number}.xml", b"")


MEMORY = """
import resource, sys
from pathlib import Path
from counterstream.drafting.readers import read_document
from counterstream.errors import CounterstreamError
resource.setrlimit(resource.RLIMIT_DATA, (500_000_000, 500_000_000))
try:
    read_document(Path(sys.argv[1]))
except CounterstreamError as error:
    assert all(problem.code.startswith("D1") for problem in error.problems)
"""


@pytest.mark.parametrize("name", NONSENSE)
def test_large_nonsense_needs_little_memory(tmp_path: Path, name: str) -> None:
    file, write = NONSENSE[name]
    write(tmp_path / file)
    command = [sys.executable, "-c", MEMORY, str(tmp_path / file)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
