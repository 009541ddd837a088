"""The page: structure, escaping, and the numbers in its tables."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import itertools
import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote

import pytest
from report_example import build_content, made_hostile

from counterstream.report import ReportContent, Verdict, render
from counterstream.report.page import script_and_style
from counterstream.report.series_tables import claims_table, series_table
from counterstream.report.tables import Cell, Column, Table, csv_link, csv_value, table_csv, web_address
from counterstream.report.wording import format_in

VOID = {"meta", "link", "br", "img", "hr", "input", "use", "path", "rect"}
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "{{ 7 * 7 }}{% for x in y %}",
    "javascript:alert(1)",
    "=cmd|' /C calc'!A0",
    "--><script>alert(1)</script>",
    "]]><script>alert(1)</script>",
    "$\\frac{$ & < > \u202e\x00\x1b",
)


class Reader(HTMLParser):
    """Collects elements, checks that they are closed, and keeps text."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.faults: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes what is not open")

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def all(self, *tags: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.elements if tag in tags]


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    return reader


def small(content: ReportContent) -> ReportContent:
    """Fewer pictures: those left cover every kind."""
    return replace(
        content, series=(content.series[0], content.series[3], content.series[5]), scenarios=content.scenarios[:1]
    )


def short(content: ReportContent) -> ReportContent:
    """Every kind of block and table, but one small picture of each kind."""
    view = content.series[3]
    arrays = {name: getattr(view, name)[:24] for name in ("median", "low50", "high50", "low90", "high90")}
    view = replace(view, dates=view.dates[:24], claims=view.claims[:3], **arrays)
    return replace(
        content, series=(view,), scenarios=(), parameters=content.parameters[:1], agencies=content.agencies[:1]
    )


@pytest.fixture(scope="module")
def content() -> ReportContent:
    return build_content()


@pytest.fixture(scope="module")
def page(content: ReportContent) -> str:
    return render(content)


def test_elements_are_closed_and_ids_unique(page: str) -> None:
    reader = read(page)
    assert reader.faults == []
    assert reader.open == []
    ids = [found for _, attributes in reader.elements if (found := attributes.get("id"))]
    assert len(ids) == len(set(ids))


def test_headings_are_in_order(page: str) -> None:
    levels = [int(tag[1]) for tag, _ in read(page).elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_links_inside_the_page_lead_somewhere(page: str) -> None:
    reader = read(page)
    ids = {attributes.get("id") for _, attributes in reader.elements}
    inner = {href[1:] for one in reader.all("a", "use") if (href := one.get("href") or "").startswith("#")}
    assert len(inner) > 15
    assert inner <= ids


def contents(page: str, opening: str) -> str:
    """Return what a ``script`` or ``style`` element holds as a browser reads it: up to the first closing tag."""
    after = page.partition(opening)[2]
    return re.split("</(?:script|style)", after, maxsplit=1, flags=re.IGNORECASE)[0]


def source_hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_nothing_is_fetched_and_only_the_script_of_the_views_runs(page: str) -> None:
    reader = read(page)
    assert not reader.all("iframe", "object", "embed", "link", "img", "form", "base")
    for tag, attributes in reader.elements:
        assert not any(name.startswith("on") or name in ("src", "srcset") for name in attributes), (tag, attributes)
    assert "@import" not in page
    assert re.search(r"url\((?!#)", contents(page, "<style>")) is None
    data, script = reader.all("script")
    assert data == {"type": "application/json", "id": "counterstream-data"}
    assert script == {}
    policy = next(one for one in reader.all("meta") if one.get("http-equiv") == "Content-Security-Policy")
    rules = dict(rule.strip().split(" ", 1) for rule in (policy["content"] or "").split(";"))
    assert rules == {
        "default-src": "'none'",
        "script-src": source_hash(contents(page, "<script>")),
        "style-src": source_hash(contents(page, "<style>")),
        "style-src-attr": "'unsafe-inline'",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }


def test_built_script_needs_no_evaluation_and_no_network() -> None:
    script, style = script_and_style()
    assert "BSD-3-Clause" in script[:200]
    assert not re.search(r"</(script|style)|<!--", script + style, re.IGNORECASE)
    assert not re.search(r"\beval\(|new Function\(|\bimport\(|XMLHttpRequest|sourceMappingURL", script)
    assert "@import" not in style
    assert "url(" not in style


def test_without_the_script_the_page_says_what_is_missing(page: str) -> None:
    asked = re.findall(r'<div class="view" data-view="(\w+)"[^>]*>\n<p class="noscript">', page)
    assert {"flows", "shares", "stocks", "scenarios", "parameters", "diagnostics"} <= set(asked)
    assert page.count("data-view=") - page.count("[data-view=") == len(asked)


def test_outward_links_are_http_and_tell_nobody(page: str) -> None:
    outward = [
        one for one in read(page).all("a") if "://" in (one.get("href") or "") and "data:" not in str(one["href"])
    ]
    assert outward
    for one in outward:
        assert re.match("https?://", str(one["href"]))
        assert "noreferrer" in str(one["rel"])


def test_tables_have_captions_and_scopes(page: str) -> None:
    reader = read(page)
    assert len(reader.all("caption")) == len(reader.all("table"))
    assert all(one.get("scope") in ("col", "row") for one in reader.all("th"))
    assert all(one.get("role") == "img" and one.get("aria-label") for one in reader.all("svg"))


def test_page_is_light(page: str) -> None:
    assert len(page.encode()) < 3_000_000


def test_numbers_of_the_table_are_those_of_the_content(content: ReportContent, page: str) -> None:
    view = content.series[0]
    rows = [f'<tr><th scope="row">{day.year}-{day.month:02d}</th>' for day in view.dates]
    for index, start in enumerate(rows):
        arrays = (view.median, view.low50, view.high50, view.low90, view.high90)
        cells = "".join(f"<td>{format_in(view.unit, float(array[index]))}</td>" for array in arrays)
        assert start + cells + "</tr>" in page


def test_csv_holds_full_precision(content: ReportContent, page: str) -> None:
    view = content.series[3]
    links = {one["download"]: str(one["href"]) for one in read(page).all("a") if "download" in one}
    text = unquote(links["share-share_onward.csv"].partition(",")[2])
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["first_day"] for row in rows] == [day.isoformat() for day in view.dates]
    assert [float(row["median"]) for row in rows] == view.median.tolist()
    assert [float(row["high_90"]) for row in rows] == view.high90.tolist()


def test_claims_table_csv_repeats_the_claims(content: ReportContent) -> None:
    view = content.series[0]
    rows = list(csv.DictReader(io.StringIO(table_csv(claims_table(view)))))
    assert [row["claim"] for row in rows] == [claim.claim_id for claim in view.claims]
    assert [float(row["value"]) if row["value"] else None for row in rows] == [claim.value for claim in view.claims]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(content: ReportContent, page: str, text: str) -> None:
    plain, hostile = read(page), read(render(made_hostile(short(content), text)))
    assert hostile.faults == []
    assert hostile.open == []
    assert {tag for tag, _ in hostile.elements} <= {tag for tag, _ in plain.elements}
    assert {name for _, found in hostile.elements for name in found} <= {
        name for _, found in plain.elements for name in found
    }
    for one in hostile.all("a"):
        assert re.match(r"#|data:text/csv;charset=utf-8,|https?://", str(one["href"])), one
    assert "\u202e" not in "".join(hostile.text)
    assert "\x00" not in "".join(hostile.text)
    if text.isprintable():
        assert text in "".join(hostile.text)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_csv_text_that_would_run_gets_an_apostrophe(start: str) -> None:
    assert csv_value(f"{start}1+1") == f"'{start}1+1"


@pytest.mark.parametrize(
    ("raw", "written"), [(-5.25, "-5.25"), (-3, "-3"), (1e300, "1e+300"), (None, ""), ("a=b", "a=b")]
)
def test_csv_numbers_and_plain_text_are_untouched(raw: Any, written: str) -> None:
    assert csv_value(raw) == written


def test_csv_link_gives_back_any_text() -> None:
    text = 'a,"b"\n#%&?;é名 <>'
    table = Table("c", (Column("h", "name", "text"),), ((Cell(text, text),),), "t.csv")
    link = csv_link(table)
    assert re.fullmatch(r"data:text/csv;charset=utf-8,[A-Za-z0-9%,:;/()'._~-]*", link)
    assert list(csv.reader(io.StringIO(unquote(link.partition(",")[2]), newline="")))[1] == [text]


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://example.org/a?b=1", True),
        ("http://example.org", True),
        ("HTTPS://EXAMPLE.ORG", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        (" https://example.org", False),
        ('https://example.org" onclick="x', False),
        ("//example.org", False),
        ("file:///etc/passwd", False),
        ("", False),
    ],
)
def test_only_whole_web_addresses_become_links(url: str, link: bool) -> None:
    assert web_address(url) == (url if link else "")


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (Verdict(False, "unfit", ("R-hat is 1.08.",)), "Unfit: do not rely on these numbers."),
        (Verdict(False, "quick look", ("Short chains.",)), "A quick look, not a result."),
        (Verdict(True, "quick look", ("Short chains.",)), "A quick look, not a result."),
    ],
)
def test_banner_warns(content: ReportContent, verdict: Verdict, words: str) -> None:
    shown = render(replace(content, series=(), scenarios=(), parameters=(), agencies=(), verdict=verdict))
    assert words in shown
    assert verdict.sentences[0] in shown
    assert "The fit meets its checks" not in shown


def test_good_fit_has_no_banner(page: str) -> None:
    assert 'class="banner"' not in page
    assert "The fit meets its checks" in page


def test_a_number_and_its_per_cent_sign_stay_together_in_lists(content: ReportContent) -> None:
    shown = render(replace(content, answers=("about 5 persons (90 % interval 3 to 7)",), series=(), scenarios=()))
    assert "(90\N{NO-BREAK SPACE}% interval 3 to 7)" in shown


def test_page_of_nothing_but_the_question(content: ReportContent) -> None:
    bare = replace(
        content, series=(), scenarios=(), parameters=(), agencies=(), conflicts=(), wrong_claims=(), sources=()
    )
    reader = read(render(bare))
    assert reader.faults == []
    assert not reader.all("svg")


def test_same_content_gives_the_same_page(content: ReportContent) -> None:
    few = small(content)
    assert render(few) == render(few)


def test_table_refuses_ragged_rows() -> None:
    with pytest.raises(ValueError, match="1 cells for 2 columns"):
        Table("c", (Column("a", "a"), Column("b", "b")), ((Cell("1", 1),),), "t.csv")


def test_series_table_shows_days_of_a_stock(content: ReportContent) -> None:
    assert series_table(content.series[5]).columns[0].name == "date"


def test_content_loads_without_the_drawing_library() -> None:
    heavy = "('matplotlib', 'jinja2', 'xarray', 'jax')"
    code = f"import sys, counterstream.report; print([m for m in {heavy} if m in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
