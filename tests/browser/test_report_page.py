"""The report in a real browser: it renders, fits its window, runs nothing, fetches nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from browser.chromium import Page, find_chromium
from report_example import build_content, made_hostile

from counterstream.report import render

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(find_chromium() is None, reason="chromium is not installed"),
]
SIZES = [(1280, 900), (390, 844)]
OVERLAPS = """
[...document.querySelectorAll('figure svg')].flatMap(svg => {
  const boxes = [...svg.querySelectorAll('text')].map(t => [t.textContent, t.getBoundingClientRect()])
    .filter(([, b]) => b.width > 0);
  return boxes.flatMap(([one, a], i) => boxes.slice(i + 1)
    .filter(([, b]) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 3 && b.top < a.bottom - 3)
    .map(([two]) => `${svg.getAttribute('aria-label')}: ${one} / ${two}`));
})"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(render(build_content()), encoding="utf-8")
    return path.as_uri()


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Page]:
    with Page(tmp_path / "profile") as page:
        yield page


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("opened", [False, True])
def test_page_fits_and_is_silent(browser: Page, address: str, size: tuple[int, int], opened: bool) -> None:
    browser.size(*size)
    browser.open(address)
    if opened:
        browser.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert browser.evaluate("document.documentElement.scrollWidth") == size[0]
    assert browser.messages == []
    assert set(browser.requests) == {address}


@pytest.mark.parametrize("size", SIZES)
def test_one_drawing_of_each_picture_is_seen_and_its_text_is_legible(
    browser: Page, address: str, size: tuple[int, int]
) -> None:
    browser.size(*size)
    browser.open(address)
    assert browser.evaluate(
        "[...document.querySelectorAll('figure')].every(f => [...f.querySelectorAll('svg')]"
        ".filter(s => s.getBoundingClientRect().width > 300).length === 1)"
    )
    smallest = browser.evaluate(
        "Math.min(...[...document.querySelectorAll('figure svg text')].map(t => t.getBoundingClientRect())"
        ".filter(b => b.width > 0 && b.width > b.height).map(b => b.height))"
    )
    assert smallest >= 9


@pytest.mark.parametrize("size", SIZES)
def test_labels_of_a_picture_do_not_overlap(browser: Page, address: str, size: tuple[int, int]) -> None:
    browser.size(*size)
    browser.open(address)
    assert browser.evaluate(OVERLAPS) == []
    browser.evaluate(
        "(t => t.parentNode.append(t.cloneNode(true)))([...document.querySelectorAll('figure svg text')]"
        ".find(t => t.getBoundingClientRect().width > 0))"
    )
    assert len(browser.evaluate(OVERLAPS)) == 1


def test_a_mark_leads_to_the_row_of_its_claim(browser: Page, address: str) -> None:
    browser.size(1280, 900)
    browser.open(address)
    target = browser.evaluate(
        "(() => { const a = document.querySelector('figure .wide svg a'); a.dispatchEvent(new MouseEvent('click', "
        "{bubbles: true, cancelable: true, view: window})); return a.getAttribute('href'); })()"
    )
    assert browser.evaluate("location.hash") == target
    assert browser.evaluate("document.querySelector(':target').closest('details').open")


def test_the_table_downloads_without_leaving_the_page(browser: Page, address: str) -> None:
    browser.open(address)
    assert browser.evaluate(
        "[...document.querySelectorAll('a[download]')].every(a => a.href.startsWith('data:text/csv'))"
    )
    assert browser.evaluate("location.href") == address


def test_first_stop_of_the_keyboard_skips_to_the_content(browser: Page, address: str) -> None:
    browser.open(address)
    for kind in ("rawKeyDown", "keyUp"):
        browser.call("Input.dispatchKeyEvent", type=kind, key="Tab", code="Tab", windowsVirtualKeyCode=9)
    assert browser.evaluate("document.activeElement.className") == "skip"


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("text", ["x" * 3000, "<img src=x onerror=alert(1)><script>alert(1)</script>\u202e" * 20])
def test_hostile_names_neither_run_nor_break_the_page(
    browser: Page, tmp_path: Path, size: tuple[int, int], text: str
) -> None:
    content = build_content()
    few = replace(content, series=content.series[3:4], scenarios=content.scenarios[:1])
    path = tmp_path / "hostile.html"
    path.write_text(render(made_hostile(few, text)), encoding="utf-8")
    browser.size(*size)
    browser.open(path.as_uri())
    browser.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert browser.evaluate("document.documentElement.scrollWidth") == size[0]
    assert browser.messages == []
    assert set(browser.requests) == {path.as_uri()}


def test_a_planted_script_is_noticed_and_stopped(browser: Page, tmp_path: Path) -> None:
    """Show that the silence of the other tests means something: the policy stops a script, and we hear of it."""
    path = tmp_path / "planted.html"
    page = render(build_content())
    path.write_text(page.replace("</main>", "<script>window.ran = 1</script></main>"), encoding="utf-8")
    browser.open(path.as_uri())
    assert browser.evaluate("typeof window.ran") == "undefined"
    assert any("Content Security Policy" in message for message in browser.messages)
