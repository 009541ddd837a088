"""Movements, belief, single draws and why in a real browser: drawn, open to everybody, restored by links, silent."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from answers_example import DOCUMENTS
from browser.chromium import AXE, Visit, find_chromium, visit
from movement_example import PLACES, build_cut, build_moving_content
from playwright.sync_api import Browser, expect
from report_example import made_hostile

from counterstream.report import render
from counterstream.report.answers import CaseWords, ExplanationView, answer_section
from counterstream.report.page import add_sections
from counterstream.workflow.shapes import ShapeReader

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(find_chromium() is None, reason="chromium is not installed"),
]
SIZES = [(1440, 900), (390, 844)]
VIEWS = ("sankey", "map", "outcomes", "agencies", "contradictions", "why")
MINE = ",".join(f'[data-view="{view}"]' for view in VIEWS)
needs_axe = pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed: npm ci --prefix web")


def page_of(content: Any) -> str:
    """Return a page of the content without its series, with an answer on why something changed."""
    view = ShapeReader("answer.json").read(ExplanationView, DOCUMENTS["explanation"])
    assert view is not None
    words = CaseWords("shore", {view.observable: ("Departures", "persons")}, {})
    few = replace(content, series=content.series[:1], scenarios=(), parameters=())
    return add_sections(render(few), [answer_section(view, "answer0", words)])


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("moving") / "report.html"
    path.write_text(page_of(build_moving_content()), encoding="utf-8")
    return path.as_uri()


def choose_first(seen: Visit) -> None:
    """Choose a part in every picture that has parts."""
    for view in ("sankey", "agencies", "contradictions", "why"):
        seen.page.locator(f'[data-view="{view}"] [data-part]').first.dispatch_event("click")
    seen.page.locator('[data-view="map"] .moves button').first.click()


@pytest.mark.parametrize("size", SIZES)
def test_every_view_is_drawn_and_fits(browser: Browser, address: str, size: tuple[int, int]) -> None:
    with visit(browser, address, size) as seen:
        choose_first(seen)
        for view in VIEWS:
            assert seen.page.locator(f'[data-view="{view}"] .canvas > svg').count() == 1, view
        seen.open_details()
        assert seen.page.evaluate("document.documentElement.scrollWidth") == size[0]
        assert seen.messages == []
        assert set(seen.requests) == {address}


@needs_axe
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_bars_anybody(browser: Browser, address: str, size: tuple[int, int], scheme: str) -> None:
    with visit(browser, address, size, scheme) as seen:
        choose_first(seen)
        found = [one for view in VIEWS for one in seen.violations(f'[data-view="{view}"]')]
        assert found == []


@needs_axe
def test_a_planted_bar_is_noticed(browser: Browser, address: str) -> None:
    with visit(browser, address) as seen:
        seen.page.evaluate("document.querySelector('[data-view=map] .slider label').remove()")
        seen.page.evaluate("document.querySelector('[data-view=sankey] .canvas .ribbon').removeAttribute('aria-label')")
        assert any(one.startswith("label:") for one in seen.violations('[data-view="map"]'))
        assert any("name" in one for one in seen.violations('[data-view="sankey"]'))


@pytest.mark.parametrize("size", SIZES)
def test_names_on_the_map_and_numbers_of_the_stocks_do_not_overlap(
    browser: Browser, address: str, size: tuple[int, int]
) -> None:
    overlaps = """selector => {
      const boxes = [...document.querySelectorAll(selector)].map(t => [t.textContent, t.getBoundingClientRect()]);
      return boxes.flatMap(([one, a], i) => boxes.slice(i + 1)
        .filter(([, b]) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 3 && b.top < a.bottom - 3)
        .map(([two]) => `${one} / ${two}`)); }"""
    with visit(browser, address, size) as seen:
        for selector in (".spot-name", ".lane, .stock", ".row-text, .row-aside"):
            assert seen.page.evaluate(overlaps, selector) == []
        seen.page.evaluate("(t => t.parentNode.append(t.cloneNode(true)))(document.querySelector('.spot-name'))")
        assert len(seen.page.evaluate(overlaps, ".spot-name")) == 1


def test_keyboard_walks_the_ribbons_in_time(browser: Browser, address: str) -> None:
    with visit(browser, address) as seen:
        page = seen.page
        page.locator('[data-view="sankey"] select').last.focus()
        page.keyboard.press("Tab")
        assert seen.focused("e.getAttribute('aria-label')").startswith("1968 to 1969, from Old shore")
        page.keyboard.press("End")
        last = seen.focused("e.getAttribute('aria-label')")
        assert last.startswith("1975 to 1979")
        page.keyboard.press("Enter")
        assert last in page.locator('[data-view="sankey"] .detail').inner_text()
        page.keyboard.press("Escape")
        assert page.locator('[data-view="sankey"] .chosen').count() == 0
        page.keyboard.press("Tab")
        assert seen.focused("e.closest('svg') === null")


def test_returns_are_told_by_hatch_and_name_and_are_wide_enough_to_see(browser: Browser, address: str) -> None:
    with visit(browser, address) as seen:
        returns = seen.page.locator('[data-view="sankey"] .canvas .ribbon.return')
        assert returns.count() == sum(home for _, _, _, home in build_cut().links)
        for index in range(returns.count()):
            assert returns.nth(index).get_attribute("fill") == "url(#hatch-sankey)"
            assert "Old shore" in (returns.nth(index).get_attribute("aria-label") or "")
            box = returns.nth(index).bounding_box()
            assert box is not None
            assert box["height"] >= 2


def test_accounts_are_shown_and_close(browser: Browser, address: str) -> None:
    with visit(browser, address) as seen:
        view = seen.page.locator('[data-view="sankey"]')
        assert "no account leaves more than 1 person unexplained" in view.locator("figcaption").inner_text()
        view.get_by_text("Accounts: stocks and flows").click()
        rows = view.locator("table").filter(has_text="unexplained").locator("tbody tr")
        assert rows.count() >= 6
        assert {row.locator("td").last.inner_text() for row in rows.all()} == {"0"}


def test_the_slider_goes_through_the_periods_and_a_link_restores_it(browser: Browser, address: str) -> None:
    with visit(browser, address) as seen:
        view = seen.page.locator('[data-view="map"]')
        slider = view.get_by_label("Time", exact=True)
        whole = view.locator(".moves").inner_text()
        slider.focus()
        seen.page.keyboard.press("ArrowRight")
        assert view.locator("output").inner_text() == "1968"
        assert slider.get_attribute("aria-valuetext") == "1968"
        assert view.locator(".moves").inner_text() != whole
        seen.page.keyboard.press("End")
        assert view.locator("output").inner_text() == "1979"
        view.locator(".moves button").first.click()
        told = view.locator(".detail").inner_text()
        link = view.get_by_role("link", name="Link to this view").get_attribute("href") or ""
        assert link.startswith("#view=map&")
    with visit(browser, address + link) as seen:
        view = seen.page.locator('[data-view="map"]')
        assert view.locator("output").inner_text() == "1979"
        assert view.locator(".detail").inner_text() == told


def test_the_map_names_every_place_and_draws_outlines(browser: Browser, address: str) -> None:
    with visit(browser, address) as seen:
        view = seen.page.locator('[data-view="map"]')
        assert sorted(view.locator(".spot-name").all_text_contents()) == sorted(place.label for place in PLACES)
        assert view.locator(".country").count() == 3
        assert len(view.locator(".land").get_attribute("d") or "") > 5_000
        assert "below the map: Other countries" in view.locator("figcaption").inner_text()


def test_draws_play_once_and_stop_when_asked(browser: Browser, address: str) -> None:
    with visit(browser, address) as seen:
        view = seen.page.locator('[data-view="outcomes"]')
        assert "1 of 40" in view.locator(".player").inner_text()
        view.get_by_role("button", name="Next draw").press("Enter")
        view.get_by_role("button", name="Next draw").press("Enter")
        assert "3 of 40" in view.locator(".player").inner_text()
        assert "Draw 3 of 40" in view.locator(".detail").inner_text()
        view.get_by_role("button", name="Play").press("Enter")
        assert view.locator(".detail").inner_text() == ""
        expect(view.locator(".player")).to_contain_text("4 of 40")
        view.get_by_role("button", name="Pause").press("Enter")
        view.get_by_role("button", name="Draw before").press("Enter")
        assert "3 of 40" in view.locator(".player").inner_text()


def test_an_agency_leads_to_its_claims_in_their_view(browser: Browser, address: str) -> None:
    with visit(browser, address) as seen:
        view = seen.page.locator('[data-view="contradictions"]')
        view.locator("[data-part]").first.dispatch_event("click")
        claim = view.locator(".chosen li a").first
        named = claim.inner_text()
        claim.click()
        seen.page.wait_for_selector('[data-view="flows"] .claim-detail')
        assert named in seen.page.locator('[data-view="flows"] .claim-detail').inner_text()


def test_the_steps_of_a_change_add_up(browser: Browser, address: str, tmp_path: Path) -> None:
    document = DOCUMENTS["explanation"]
    with visit(browser, address) as seen:
        view = seen.page.locator('[data-view="why"]')
        assert view.locator("[data-part]").count() >= 3
        with seen.page.expect_download() as download:
            view.get_by_role("button", name="CSV").click()
        download.value.save_as(tmp_path / "kept.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "kept.csv").read_text(encoding="utf-8"))))
    means = [part["mean"] for part in document["mechanisms"]]
    assert sum(float(row["mean"]) for row in rows) == pytest.approx(sum(means), rel=1e-3)


@pytest.mark.parametrize("kind", ["SVG", "PNG"])
def test_pictures_are_kept_with_their_hatch(browser: Browser, address: str, tmp_path: Path, kind: str) -> None:
    with visit(browser, address) as seen:
        for view in VIEWS:
            with seen.page.expect_download() as download:
                seen.page.locator(f'[data-view="{view}"]').get_by_role("button", name=kind).click()
            path = tmp_path / view
            download.value.save_as(path)
            assert path.stat().st_size > 4_000
            if kind == "SVG" and view in ("sankey", "map"):
                text = path.read_text(encoding="utf-8")
                assert f'fill="url(&quot;#hatch-{view}&quot;)"' in text or f'url("#hatch-{view}")' in text
                assert f'id="hatch-{view}"' in text
                assert " class=" not in text
        assert seen.messages == []


def test_printed_pages_show_the_pictures_on_white(browser: Browser, address: str) -> None:
    with visit(browser, address, scheme="dark") as seen:
        seen.page.emulate_media(media="print")
        for view in VIEWS:
            assert seen.page.locator(f'[data-view="{view}"] .canvas > svg').is_visible()
            assert not seen.page.locator(f'[data-view="{view}"] .actions').is_visible()
        fill = seen.page.evaluate("getComputedStyle(document.querySelector('.view .land')).fill")
        assert min(int(part) for part in fill.removeprefix("rgb(").removesuffix(")").split(",")) > 200


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("text", ["x" * 3000, "<img src=x onerror=alert(1)><script>alert(1)</script>\u202e" * 20])
def test_hostile_names_neither_run_nor_break_the_page(
    browser: Browser, tmp_path: Path, size: tuple[int, int], text: str
) -> None:
    content = build_moving_content()
    hostile = made_hostile(replace(content, series=content.series[:1], scenarios=(), parameters=()), text)
    path = tmp_path / "hostile.html"
    path.write_text(page_of(hostile), encoding="utf-8")
    with visit(browser, path.as_uri(), size) as seen:
        choose_first(seen)
        seen.open_details()
        assert seen.page.evaluate("document.documentElement.scrollWidth") == size[0]
        assert text[:25] in seen.page.locator('[data-view="map"] .moves').inner_text()
        assert seen.messages == []
        assert set(seen.requests) == {path.as_uri()}
