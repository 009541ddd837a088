"""The views of answers in a real browser: what compare, validate and project found."""

from __future__ import annotations

import copy
import csv
import io
from pathlib import Path
from typing import Any

import pytest
from answers_example import DOCUMENTS
from browser.chromium import AXE, Visit, find_chromium, visit
from playwright.sync_api import Browser
from report_example import build_content

from counterstream.report import render
from counterstream.report.answers import CaseWords, ComparisonView, ProjectionView, ValidationView, answer_section
from counterstream.report.page import add_sections
from counterstream.workflow.shapes import ShapeReader

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(find_chromium() is None, reason="chromium is not installed"),
]
SIZES = [(1440, 900), (390, 844)]
needs_axe = pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed: npm ci --prefix web")
VIEWS = ("compared", "foretold", "projection")
SHAPES = {"comparison": ComparisonView, "validation": ValidationView, "projection": ProjectionView}


def page_with(label: str = "Departures", **changed: dict[str, Any]) -> str:
    """Return a page with the three answers; keyword arguments change what a document says."""
    words = CaseWords("shore", {"departures": (label, "persons")}, {"calm": label})
    sections: list[Any] = []
    for place, (name, shape) in enumerate(SHAPES.items()):
        view = ShapeReader("answer.json").read(shape, {**copy.deepcopy(DOCUMENTS[name]), **changed.get(name, {})})
        assert view is not None
        sections.append(answer_section(view, f"answer{place}", words))
    return add_sections(render(build_content()), sections)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("answers") / "report.html"
    path.write_text(page_with(), encoding="utf-8")
    return path.as_uri()


def choose_first(seen: Visit) -> None:
    for view in ("compared", "foretold"):
        seen.page.locator(f'[data-view="{view}"] [data-part]').first.dispatch_event("click")


@needs_axe
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_views_fit_and_bar_nobody(browser: Browser, address: str, size: tuple[int, int], scheme: str) -> None:
    with visit(browser, address, size, scheme) as seen:
        choose_first(seen)
        for view in VIEWS:
            assert seen.page.locator(f'[data-view="{view}"] .canvas > svg').count() == 1, view
            assert seen.violations(f'[data-view="{view}"]') == []
        seen.open_details()
        assert seen.page.evaluate("document.documentElement.scrollWidth") == size[0]
        assert seen.messages == []
        assert set(seen.requests) == {address}


def test_keyboard_walks_the_claims_and_a_link_restores_the_choice(browser: Browser, address: str) -> None:
    with visit(browser, address) as seen:
        view = seen.page.locator('[data-view="foretold"]')
        view.locator("select").last.focus()
        seen.page.keyboard.press("Tab")
        assert seen.focused("e.getAttribute('aria-label')").startswith("C7: Departures, 1991-01-01")
        assert seen.focused("e.getAttribute('aria-label')").endswith("outside")
        seen.page.keyboard.press("ArrowDown")
        seen.page.keyboard.press("Enter")
        told = view.locator(".detail").inner_text()
        for wanted in ("C8", "gazette", "Reported 410 persons", "50 % interval 350 to 450", "90 % interval 300 to 500"):
            assert wanted in told.replace("\N{NO-BREAK SPACE}", " ")
        link = view.get_by_role("link", name="Link to this view").get_attribute("href") or ""
    with visit(browser, address + link) as seen:
        view = seen.page.locator('[data-view="foretold"]')
        assert view.locator(".detail").inner_text() == told
        view.get_by_label("Claims", exact=True).select_option("outside")
        assert view.locator("[data-part]").count() == view.locator("path.outside").count() - 1 == 1


def test_tables_hold_what_is_drawn(browser: Browser, address: str, tmp_path: Path) -> None:
    found: dict[str, list[dict[str, str]]] = {}
    with visit(browser, address) as seen:
        for view in VIEWS:
            with seen.page.expect_download() as download:
                seen.page.locator(f'[data-view="{view}"]').get_by_role("button", name="CSV:").click()
            download.value.save_as(tmp_path / view)
            found[view] = list(csv.DictReader(io.StringIO((tmp_path / view).read_text(encoding="utf-8"))))
    assert [(row["claim"], row["value"], row["inside_90"]) for row in found["foretold"]] == [
        ("C7", "900", "no"),
        ("C8", "410", "yes"),
    ]
    assert [(row["first_median"], row["median"], row["low_90"]) for row in found["compared"]] == [
        ("4000", "-2000", "-2100")
    ]
    assert [row["median"] for row in found["projection"]] == ["400", "400", "395"]


def test_the_end_of_the_evidence_is_drawn_and_kept_in_files(browser: Browser, address: str, tmp_path: Path) -> None:
    with visit(browser, address) as seen:
        view = seen.page.locator('[data-view="projection"]')
        assert view.locator(".canvas .until").count() == 1
        assert "1998-12-31" in view.locator("figcaption").inner_text()
        with seen.page.expect_download() as download:
            view.get_by_role("button", name="SVG:").click()
        download.value.save_as(tmp_path / "kept.svg")
    text = (tmp_path / "kept.svg").read_text(encoding="utf-8")
    assert "stroke-dasharray" in text
    assert "end of the evidence" in text
    assert " class=" not in text


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("text", ["x" * 3000, "<img src=x onerror=alert(1)></script><script>alert(1)</script>" * 20])
def test_hostile_names_stay_text(browser: Browser, tmp_path: Path, size: tuple[int, int], text: str) -> None:
    claims = [{**claim, "id": text, "agency": text} for claim in DOCUMENTS["validation"]["claims"][:1]]
    path = tmp_path / "hostile.html"
    path.write_text(page_with(text, validation={"claims": claims}, comparison={"period": text}), encoding="utf-8")
    with visit(browser, path.as_uri(), size) as seen:
        choose_first(seen)
        seen.open_details()
        assert seen.page.evaluate("document.documentElement.scrollWidth") == size[0]
        assert text[:25] in seen.page.locator('[data-view="foretold"] .detail').inner_text()
        assert seen.page.locator("img").count() == 0
        assert seen.messages == []
