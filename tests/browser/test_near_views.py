"""Views are drawn as they come near the window; whoever tabs, prints or follows a link finds them all."""

from __future__ import annotations

import pytest
from browser.chromium import Visit, find_chromium, visit
from playwright.sync_api import Browser, expect
from report_example import build_content

from counterstream.report import render

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(find_chromium() is None, reason="chromium is not installed"),
]
SIZES = [(1440, 900), (390, 844)]
LAST = "diagnostics"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("near") / "report.html"
    path.write_text(render(build_content()), encoding="utf-8")
    return path.as_uri()


def drawn_views(seen: Visit) -> list[str]:
    """Return the views that are drawn, in the order of the page."""
    return seen.page.evaluate(
        "[...document.querySelectorAll('[data-view]')].filter(e => e.querySelector('figure')).map(e => e.dataset.view)"
    )


def all_views(seen: Visit) -> list[str]:
    """Return the views that have something to show."""
    return seen.page.evaluate("[...document.querySelectorAll('[data-view]:not(:empty)')].map(e => e.dataset.view)")


@pytest.mark.parametrize("size", SIZES)
def test_at_first_only_views_near_the_window_are_drawn(browser: Browser, address: str, size: tuple[int, int]) -> None:
    with visit(browser, address, size, drawn=False) as seen:
        expect(seen.page.locator('[data-view="flows"] figure')).to_be_attached()
        seen.page.wait_for_timeout(300)
        first = drawn_views(seen)
        assert first == all_views(seen)[: len(first)]
        assert LAST not in first
        seen.page.locator(f'[data-view="{LAST}"]').scroll_into_view_if_needed()
        expect(seen.page.locator(f'[data-view="{LAST}"] figure')).to_be_attached()
        assert seen.messages == []


def test_the_tab_key_passes_over_no_view(browser: Browser, address: str) -> None:
    with visit(browser, address, (1440, 400), drawn=False) as seen:
        expected = all_views(seen)
        reached: list[str] = []
        for _ in range(400):
            seen.page.keyboard.press("Tab")
            view = seen.focused("e.closest('[data-view]')?.dataset.view ?? ''")
            if view and view not in reached:
                reached.append(view)
            if seen.focused("e === document.body"):
                break
        assert reached == expected


def test_paper_has_every_view(browser: Browser, address: str) -> None:
    with visit(browser, address, drawn=False) as seen:
        assert drawn_views(seen) != all_views(seen)
        seen.page.pdf()
        assert drawn_views(seen) == all_views(seen)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("fragment", [f"#view={LAST}", f"#{LAST}"])
def test_a_link_leads_to_its_view_although_those_above_are_drawn_later(
    browser: Browser, address: str, size: tuple[int, int], fragment: str
) -> None:
    with visit(browser, address + fragment, size, drawn=False) as seen:
        place = seen.page.locator(f'[data-view="{LAST}"]')
        expect(place.locator("figure")).to_be_attached()
        seen.page.wait_for_timeout(300)
        top = "document.querySelector(':target, [data-view=diagnostics]').getBoundingClientRect().top"
        assert -5 < seen.page.evaluate(top) < 120
        assert "scenarios" not in drawn_views(seen)
        # Pictures above are drawn, and the reader stays where the link has led.
        seen.draw_all()
        seen.page.wait_for_timeout(100)
        assert -5 < seen.page.evaluate(top) < 120


def test_the_contents_lead_to_a_section_that_is_not_drawn_yet(browser: Browser, address: str) -> None:
    with visit(browser, address, drawn=False) as seen:
        seen.page.get_by_role("navigation").get_by_role("link", name="Diagnostics").click()
        expect(seen.page.locator(f'[data-view="{LAST}"] figure')).to_be_in_viewport()


def test_a_browser_that_cannot_watch_draws_everything(browser: Browser, address: str) -> None:
    session = browser.new_context()
    page = session.new_page()
    page.add_init_script("delete window.IntersectionObserver")
    page.goto(address)
    assert page.locator(".to-come").count() == 0
    assert page.locator("[data-view] figure").count() == page.locator("[data-view]:not(:empty)").count()
    session.close()


def test_no_band_lies_over_a_median(browser: Browser, address: str) -> None:
    with visit(browser, address) as seen:
        over = seen.page.evaluate(
            "[...document.querySelectorAll('[data-view=scenarios] .median')].flatMap(line =>"
            " [...document.querySelectorAll('[data-view=scenarios] .canvas .band90')].filter(band =>"
            " band.closest('g[aria-hidden]') === line.closest('g[aria-hidden]') &&"
            " line.compareDocumentPosition(band) & Node.DOCUMENT_POSITION_FOLLOWING))"
        )
        assert over == []
