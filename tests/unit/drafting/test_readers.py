"""Every format gives the text that a reader sees, with the places of what is in it."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import docx
import pytest
from document_files import Line, write_docx, write_pdf

from counterstream.drafting.document import Document, Table
from counterstream.drafting.readers import read_document
from counterstream.drafting.readers.encodings import decode_text
from counterstream.drafting.readers.pdf import warn_of_blank_pages
from counterstream.errors import CounterstreamError

RUSSIAN = "В 1979 году из страны выехало 51 320 человек; о возвращении просили около тысячи. "
GERMAN = "Im Jahre 1979 verließen 51.320 Personen das Land; über 1.000 – größtenteils Ärzte – kehrten zurück. "


def read(folder: Path, name: str, content: str | bytes) -> Document:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_document(path)


def paragraphs_of(document: Document) -> list[str]:
    return [document.text[p.start : p.end] for p in document.paragraphs]


def cells_of(document: Document, table: Table) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """Return the figures of a table with the headings above and beside."""
    return [(document.text[c.start : c.end], c.column_headings, c.row_headings) for c in table.cells if not c.heading]


def codes_of(path: Path, **more: str) -> tuple[str, ...]:
    with pytest.raises(CounterstreamError) as caught:
        read_document(path, **more)  # type: ignore[arg-type]
    return caught.value.codes


@pytest.mark.parametrize(
    ("text", "encoding", "named", "basis"),
    [
        (RUSSIAN, "utf-8", "utf-8", "valid as UTF-8"),
        (RUSSIAN, "utf-8-sig", "utf-8", "byte order mark"),
        (RUSSIAN, "utf-16", "utf-16", "byte order mark"),
        (GERMAN, "utf-16-le", "utf-16-le", "NUL in every other byte"),
        (GERMAN, "utf-16-be", "utf-16-be", "NUL in every other byte"),
        (RUSSIAN, "cp1251", "cp1251", "letters fit best"),
        (RUSSIAN, "koi8-r", "koi8-r", "letters fit best"),
        (RUSSIAN, "cp866", "cp866", "letters fit best"),
        (GERMAN, "cp1252", "cp1252", "letters fit best"),
    ],
)
def test_encodings(text: str, encoding: str, named: str, basis: str) -> None:
    decoded = decode_text(text.encode(encoding), "letter.txt")
    assert (decoded.text, decoded.encoding, decoded.basis) == (text, named, basis)


def test_encoding_far_from_the_start_and_among_other_letters() -> None:
    text = "Nothing but plain letters here. " * 20_000 + "Известия printed that 200 had asked. " * 3
    for encoding in ("cp1251", "koi8-r"):
        assert decode_text(text.encode(encoding), "x").text == text


def test_latin_1_where_nothing_else_is_left() -> None:
    text = "caf\xe9 \x81\x8d\x8f\x90\x9d na\xefve"
    decoded = decode_text(text.encode("latin-1"), "x")
    assert decoded.encoding in ("latin-1", "cp1251", "koi8-r", "cp866")
    assert decode_text(text.encode("latin-1"), "x", "latin-1").text == text


def test_named_encodings(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(RUSSIAN.encode("koi8-r"))
    assert read_document(path, encoding="koi8-r").text == RUSSIAN
    assert codes_of(path, encoding="utf-8") == ("D108",)
    assert codes_of(path, encoding="klingon") == ("D107",)


def test_line_ends_and_pages_of_text(tmp_path: Path) -> None:
    document = read(tmp_path, "a.txt", b"one\r\ntwo\rthree\n\ffour\n\f")
    assert document.text == "one\ntwo\nthree\n\ffour\n\f"
    assert [(p.number, document.text[p.start : p.end]) for p in document.pages] == [
        (1, "one\ntwo\nthree\n"),
        (2, "four\n"),
    ]
    assert document.sha256 == hashlib.sha256(b"one\r\ntwo\rthree\n\ffour\n\f").hexdigest()
    assert document.form == "text"


def test_web_page_is_what_is_seen(tmp_path: Path) -> None:
    page = """<!DOCTYPE html><html><head><title> The  report </title><style>p{}</style>
    <meta property="article:published_time" content="1987-02-24T10:00:00Z"></head><body>
    <nav><a href="/1">1,000 pages</a></nav><header><h1>The report</h1></header><script>var n = 12;</script>
    <div>About 1,000<sup>3</sup>
       people &amp; <b>no</b> more<br>left.<p hidden>200 hidden</p><p>In the <sup>19th</sup> century.</p>
    After.</div><div role="navigation">Next 20</div><pre>a  b
      c</pre><ul><li>first<li>second</ul><!-- 7 comments --></body></html>"""
    document = read(tmp_path, "a.html", page)
    assert paragraphs_of(document) == [
        "The report",
        "About 1,000[3] people & no more\nleft.",
        "In the 19th century.",
        "After.",
        "a b\nc",
        "first",
        "second",
    ]
    assert (document.form, document.title, document.date) == ("html", "The report", "1987-02-24")


def test_web_page_in_the_encoding_that_it_states(tmp_path: Path) -> None:
    page = f'<html><meta http-equiv="Content-Type" content="text/html; charset=koi8-r"><p>{RUSSIAN}</p></html>'
    document = read(tmp_path, "a.htm", page.encode("koi8-r"))
    assert (document.text, document.encoding) == (RUSSIAN.strip(), "koi8-r")
    false = page.replace("koi8-r", "utf-8").encode("cp1251")
    assert read(tmp_path, "b.htm", false).text == RUSSIAN.strip()


def test_table_of_a_web_page_with_its_headings(tmp_path: Path) -> None:
    page = """<html><body><p>Before.</p><table><caption>Exits</caption>
    <thead><tr><th rowspan=2>Year<th colspan=2>To</tr><tr><th>Israel<th>elsewhere</tr></thead>
    <tr><th>1978<td>12,000<td>16,865</tr><tr><th>1979<td>17,000<td>34,000<sup>1</sup></tr></table><p>After.</body></html>"""
    document = read(tmp_path, "a.html", page)
    assert paragraphs_of(document) == ["Before.", "Exits", "After."]
    (table,) = document.tables
    assert table.caption == "Exits"
    assert cells_of(document, table) == [
        ("12,000", ("To", "Israel"), ("1978",)),
        ("16,865", ("To", "elsewhere"), ("1978",)),
        ("17,000", ("To", "Israel"), ("1979",)),
        ("34,000[1]", ("To", "elsewhere"), ("1979",)),
    ]
    assert document.text[table.start : table.end] == (
        "Year\tTo\nIsrael\telsewhere\n1978\t12,000\t16,865\n1979\t17,000\t34,000[1]"
    )


def test_layout_by_tables_is_no_table(tmp_path: Path) -> None:
    page = "<html><body><table><tr><td><p>Text</p><table><tr><td>1970<td>999</table></table></body></html>"
    document = read(tmp_path, "a.html", page)
    assert paragraphs_of(document) == ["Text"]
    assert [cells_of(document, table) for table in document.tables] == [[("999", (), ("1970",))]]


def test_word_document(tmp_path: Path) -> None:
    made = docx.Document()
    made.core_properties.title = "A report"
    made.add_paragraph("Before the table.")
    table = made.add_table(rows=3, cols=3)
    for row, texts in enumerate((("Year", "Out", "Back"), ("1978", "12,000", "9"), ("1979", "17,000", "11"))):
        for column, text in enumerate(texts):
            table.cell(row, column).text = text
    paragraph = made.add_paragraph("About 1,000")
    paragraph.add_run("4").font.superscript = True
    paragraph.add_run(" asked.\tNone came.")
    made.save(str(tmp_path / "a.docx"))
    document = read_document(tmp_path / "a.docx")
    assert paragraphs_of(document) == ["Before the table.", "About 1,000[4] asked.\tNone came."]
    assert cells_of(document, document.tables[0]) == [
        ("12,000", ("Out",), ("1978",)),
        ("9", ("Back",), ("1978",)),
        ("17,000", ("Out",), ("1979",)),
        ("11", ("Back",), ("1979",)),
    ]
    assert (document.form, document.title) == ("docx", "A report")


def run(text: str) -> str:
    return f"<w:r><w:t xml:space='preserve'>{text}</w:t></w:r>"


def test_word_document_with_notes_changes_and_boxes(tmp_path: Path) -> None:
    body = (
        f"<w:p>{run('Some 200')}<w:r><w:footnoteReference w:id='2'/></w:r><w:del>{run(' old')}</w:del>"
        f"<w:ins>{run(' new')}</w:ins></w:p>"
        f"<w:p><mc:AlternateContent><mc:Choice><w:txbxContent><w:p>{run('boxed 30')}</w:p></w:txbxContent></mc:Choice>"
        f"<mc:Fallback><w:txbxContent><w:p>{run('boxed 30')}</w:p></w:txbxContent></mc:Fallback>"
        f"</mc:AlternateContent>{run('beside')}</w:p>"
        f"<w:sdt><w:sdtContent><w:p>{run('inside a field')}</w:p></w:sdtContent></w:sdt>"
    )
    notes = (
        f"<w:footnote w:type='separator' w:id='0'><w:p>{run('-')}</w:p></w:footnote>"
        f"<w:footnote w:id='2'><w:p>{run(' By the best count, 155.')}</w:p></w:footnote>"
    )
    document = read_document(write_docx(tmp_path / "a.docx", body, notes))
    assert paragraphs_of(document) == [
        "Some 200[2] new",
        "beside",
        "boxed 30",
        "inside a field",
        "[2] By the best count, 155.",
    ]


def test_word_table_with_joined_cells(tmp_path: Path) -> None:
    def cell(text: str, properties: str = "") -> str:
        return f"<w:tc><w:tcPr>{properties}</w:tcPr><w:p>{run(text)}</w:p></w:tc>"

    body = (
        "<w:tbl><w:tr><w:trPr><w:tblHeader/></w:trPr>"
        + cell("Place")
        + cell("Year")
        + cell("Persons", "<w:gridSpan w:val='2'/>")
        + "</w:tr><w:tr>"
        + cell("Rome", "<w:vMerge w:val='restart'/>")
        + cell("1988")
        + cell("700")
        + cell("about 30 more")
        + "</w:tr><w:tr>"
        + cell("", "<w:vMerge/>")
        + cell("1989")
        + cell("14,000")
        + cell("2")
        + "</w:tr></w:tbl>"
    )
    document = read_document(write_docx(tmp_path / "a.docx", body))
    figures = {text: headings for text, *headings in cells_of(document, document.tables[0])}
    assert figures["14,000"] == [("Persons",), ("Rome",)]
    assert figures["2"] == [("Persons",), ("Rome",)]


def test_csv_keeps_its_text_and_knows_headings(tmp_path: Path) -> None:
    text = 'Year;"Out; all";Back\n1978;"12,000";9\n1979;17 000;\n'
    document = read(tmp_path, "a.csv", text)
    assert document.text == text
    assert cells_of(document, document.tables[0]) == [
        ("12,000", ("Out; all",), ("1978",)),
        ("9", ("Back",), ("1978",)),
        ("17 000", ("Out; all",), ("1979",)),
        ("", ("Back",), ("1979",)),
    ]
    assert document.form == "csv"


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separators_are_found(tmp_path: Path, separator: str) -> None:
    text = "place,year,persons\nOld Shore,1978,40\nNew Shore,1979,55\n".replace(",", separator)
    document = read(tmp_path, "a.csv", text)
    assert len(document.tables[0].cells) == 9


def test_pdf_pages_paragraphs_and_boxes(tmp_path: Path) -> None:
    pages = [
        [
            Line(72, 770, "A Report on Returns", 16),
            Line(72, 730, "About 1,000 people asked to return in the year be-"),
            Line(72, 718, "fore the conference; 155 came back by our best count"),
            Line(72, 706, "and none left again."),
            Line(90, 694, "A second paragraph begins with an indent and then"),
            Line(72, 682, "goes on at the margin for one more line of its text."),
        ],
        [],
        [Line(72, 700, "Third page: 32 families.")],
    ]
    document = read_document(write_pdf(tmp_path / "a.pdf", pages, title="Returns"))
    assert paragraphs_of(document) == [
        "A Report on Returns",
        "About 1,000 people asked to return in the year be-\nfore the conference; 155 came back by our best count\n"
        "and none left again.",
        "A second paragraph begins with an indent and then\ngoes on at the margin for one more line of its text.",
        "Third page: 32 families.",
    ]
    assert [p.page for p in document.paragraphs] == [1, 1, 1, 3]
    assert [document.text[p.start : p.end].strip() == "" for p in document.pages] == [False, True, False]
    box = next(b for b in document.boxes if document.text[b.start : b.end] == "155")
    assert (box.page, 718 < (box.bottom + box.top) / 2 < 728) == (1, True)
    assert 72 < box.left < box.right < 300
    assert (document.title, document.form) == ("Returns", "pdf")
    (warning,) = warn_of_blank_pages(document)
    assert (warning.code, warning.found) == ("D121", "pages 2")
    assert "ocrmypdf --skip-text a.pdf a-with-text.pdf" in warning.mend


LEFT = [f"left column line {i} of prose that goes on" for i in range(1, 9)]
RIGHT = [f"right column line {i} of prose goes on" for i in range(1, 9)]


@pytest.mark.parametrize("drawn_by", ["columns", "rows"])
def test_two_columns_are_read_one_after_the_other(tmp_path: Path, drawn_by: str) -> None:
    left = [Line(50, 700 - 12 * i, text) for i, text in enumerate(LEFT)]
    right = [Line(310, 700 - 12 * i, text) for i, text in enumerate(RIGHT)]
    body = (
        [*left, *right] if drawn_by == "columns" else [line for pair in zip(left, right, strict=True) for line in pair]
    )
    title = Line(50, 760, "A heading that runs across both of the columns of this page", 14)
    foot = Line(50, 560, "A note below that runs across both of the columns, as notes may do on such pages")
    document = read_document(write_pdf(tmp_path / "a.pdf", [[title, *body, foot]]))
    lines = document.text.replace("\n\n", "\n").split("\n")
    assert lines == [title.text, *LEFT, *RIGHT, foot.text]


def test_table_of_a_pdf_stays_in_its_rows(tmp_path: Path) -> None:
    lines = [Line(50, 740, "The figures of the table are those of the office.")]
    for i, row in enumerate((("Year", "Out", "Back"), *((str(1970 + k), str(100 * k), str(k)) for k in range(1, 9)))):
        lines += [Line(left, 700 - 12 * i, text) for left, text in zip((50, 200, 350), row, strict=True)]
    document = read_document(write_pdf(tmp_path / "a.pdf", [lines]))
    rows = document.text.split("\n")
    assert rows[2] == "Year\tOut\tBack"
    assert rows[3:] == [f"{1970 + k}\t{100 * k}\t{k}" for k in range(1, 9)]


def test_page_that_begins_elsewhere(tmp_path: Path) -> None:
    lines = [Line(100, 700, "first line"), Line(100, 600, "second line")]
    document = read_document(write_pdf(tmp_path / "a.pdf", [lines], origin=(30, 40)))
    assert document.text == "first line\n\nsecond line"
    assert abs(document.boxes[0].left - 100) < 2
    assert abs(document.boxes[0].bottom - 698) < 2


@pytest.mark.parametrize("rotate", [90, 180, 270])
def test_text_that_is_shown_turned(tmp_path: Path, rotate: int) -> None:
    lines = [Line(100, 700, "first line of 20 people"), Line(100, 688, "second line of 30 more")]
    document = read_document(write_pdf(tmp_path / "a.pdf", [lines], rotate=rotate))
    assert document.text == "first line of 20 people\nsecond line of 30 more"
    box = document.boxes[0]
    middle = ((box.left + box.right) / 2, (box.bottom + box.top) / 2)
    # The word stands at (107, 703) of the page before it is turned; a turned page is 842 wide and 595 high.
    expected = {90: (703, 595 - 107), 180: (595 - 107, 842 - 703), 270: (842 - 703, 107)}[rotate]
    assert (abs(middle[0] - expected[0]) < 5, abs(middle[1] - expected[1]) < 5) == (True, True)


def test_locked_pdf(tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "a.pdf", [[Line(72, 700, "Some 200 came back.")]], password="key")
    assert codes_of(path) == ("D113",)
    assert codes_of(path, password="wrong") == ("D113",)
    assert read_document(path, password="key").text == "Some 200 came back."


def test_many_threads_may_read_at_once(tmp_path: Path) -> None:
    paths = [
        write_pdf(tmp_path / f"{n}.pdf", [[Line(72, 700, f"Paper {n} says {n} page {page}.")] for page in range(5)])
        for n in range(8)
    ]
    with ThreadPoolExecutor(8) as pool:
        texts = [document.text for document in pool.map(read_document, paths * 3)]
    assert texts == ["\n\n".join(f"Paper {n} says {n} page {page}." for page in range(5)) for n in range(8)] * 3


def test_scan_without_text_names_the_command(tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "my scan.pdf", [[], []], pictures=True)
    with pytest.raises(CounterstreamError) as caught:
        read_document(path)
    (problem,) = caught.value.problems
    assert problem.code == "D114"
    made = tmp_path / "my scan-with-text.pdf"
    assert f"ocrmypdf --skip-text '{path}' '{made}'" in problem.mend
    assert problem.found == "2 pages without a letter"


def test_files_that_are_not_read(tmp_path: Path) -> None:
    for name, content, words in [
        ("a.doc", b"\xd0\xcf\x11\xe0" + b"x" * 100, "soffice --headless --convert-to docx a.doc"),
        ("a.rtf", b"{\\rtf1 text}", "soffice"),
        ("a scan.png", b"\x89PNG....", "ocrmypdf --image-dpi 300 'a scan.png' 'a scan.pdf'"),
        ("a.zip", b"PK\x03\x04" + b"x" * 50, "unpack"),
        ("a.xlsx", b"PK\x03\x04 xl/workbook.xml", "CSV"),
        ("a.gz", b"\x1f\x8b\x08", "gunzip a.gz"),
    ]:
        (tmp_path / name).write_bytes(content)
        with pytest.raises(CounterstreamError) as caught:
            read_document(tmp_path / name)
        assert caught.value.codes == ("D105",)
        assert words in caught.value.problems[0].mend
    assert codes_of(tmp_path / "none.txt") == ("D101",)
    assert codes_of(tmp_path) == ("D102",)
    (tmp_path / "empty.txt").write_bytes(b" \n ")
    assert codes_of(tmp_path / "empty.txt") == ("D104",)
    (tmp_path / "nul.txt").write_bytes(b"line one\nab\0cd\n" + b"x" * 100)
    with pytest.raises(CounterstreamError) as caught:
        read_document(tmp_path / "nul.txt")
    assert (caught.value.problems[0].code, caught.value.problems[0].place) == ("D106", f"{tmp_path / 'nul.txt'}:2:3")


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("deep.html", b"<html>" + b"<div>" * 3_000 + b"x", "D119"),
        ("many.html", b"<html>" + b"<p>x" * 150_001, "D118"),
        ("large.html", b"<html>" + b"x" * 10_000_000, "D103"),
        ("blank.html", b"<html><script>draw()</script></html>", "D117"),
        ("open.csv", b'a,b\n1,"2\n3,4\n', "D120"),
        ("stray.csv", b'a,b\n"1" x,2\n', "D120"),
        ("long.csv", b"a,b\n1," + b"2" * 20_001, "D120"),
        ("many.csv", b"1,2\n" * 50_001, "D118"),
        ("pages.txt", b"x\f" * 10_001, "D115"),
        ("broken.pdf", b"%PDF-1.7 and nothing else", "D112"),
        ("broken.docx", b"PK\x03\x04 and nothing else", "D111"),
    ],
)
def test_refusals(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    (tmp_path / name).write_bytes(content)
    assert codes_of(tmp_path / name) == (code,)


def test_same_text_through_every_format(tmp_path: Path) -> None:
    texts = ["In 1979 about 51,000 people left.", "Not more than 200 asked to come back; 155 did."]
    (tmp_path / "a.txt").write_text("\n\n".join(texts), encoding="utf-8")
    (tmp_path / "a.html").write_text("<html>" + "".join(f"<p>{t}</p>" for t in texts), encoding="utf-8")
    made = docx.Document()
    for text in texts:
        made.add_paragraph(text)
    made.save(str(tmp_path / "a.docx"))
    write_pdf(tmp_path / "a.pdf", [[Line(72, 700 - 40 * i, text) for i, text in enumerate(texts)]])
    found = {read_document(tmp_path / f"a.{form}").text for form in ("txt", "html", "docx", "pdf")}
    assert found == {"\n\n".join(texts)}
