"""The report in a real browser: it draws its views, fits its window, fetches nothing, and is open to everybody."""

from __future__ import annotations

import csv
import io
import struct
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from browser.chromium import AXE, Visit, find_chromium, visit
from playwright.sync_api import Browser
from report_example import build_content, made_hostile

from counterstream.report import render

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(find_chromium() is None, reason="chromium is not installed"),
]
SIZES = [(1440, 900), (390, 844)]
needs_axe = pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed: npm ci --prefix web")
VIEWS = ("flows", "shares", "stocks", "scenarios", "parameters", "diagnostics")
PICTURES = ".view .canvas > svg, .wide svg, .narrow svg"
OVERLAPS = f"""
[...document.querySelectorAll('{PICTURES}')].flatMap(svg => {{
  const boxes = [...svg.querySelectorAll('text')].map(t => [t.textContent, t.getBoundingClientRect()])
    .filter(([, b]) => b.width > 0);
  return boxes.flatMap(([one, a], i) => boxes.slice(i + 1)
    .filter(([, b]) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 3 && b.top < a.bottom - 3)
    .map(([two]) => `${{svg.getAttribute('aria-label')}}: ${{one}} / ${{two}}`));
}})"""
TABBABLE = """
[...document.querySelectorAll('a[href], button:not(:disabled), select, summary, input, [tabindex="0"]')]
  .filter(e => e.checkVisibility({visibilityProperty: true}) && e.tabIndex >= 0)"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(render(build_content()), encoding="utf-8")
    return path.as_uri()


def choose_claim(seen: Visit, view: str = "flows") -> str:
    """Choose a claim by mouse and return its id."""
    mark = seen.page.locator(f'[data-view="{view}"] .claim').nth(4)
    # Marks may lie over each other; what is meant is pressed.
    mark.dispatch_event("click")
    return mark.get_attribute("data-claim") or ""


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("opened", [False, True])
def test_page_fits_and_is_silent(browser: Browser, address: str, size: tuple[int, int], opened: bool) -> None:
    with visit(browser, address, size) as seen:
        choose_claim(seen)
        if opened:
            seen.open_details()
        assert seen.page.evaluate("document.documentElement.scrollWidth") == size[0]
        assert seen.messages == []
        assert set(seen.requests) == {address}


@pytest.mark.parametrize("size", SIZES)
def test_every_view_is_drawn_and_its_text_is_legible(browser: Browser, address: str, size: tuple[int, int]) -> None:
    with visit(browser, address, size) as seen:
        for view in VIEWS:
            assert seen.page.locator(f'[data-view="{view}"] .noscript').count() == 0
            frame = seen.page.locator(f'[data-view="{view}"] figure')
            assert frame.count() == 1, view
            if view != "diagnostics":
                box = frame.locator(".canvas > svg").bounding_box()
                assert box is not None
                assert box["width"] > 300, view
        smallest = seen.page.evaluate(
            f"Math.min(...[...document.querySelectorAll('{PICTURES}')].flatMap(s => [...s.querySelectorAll('text')])"
            ".map(t => t.getBoundingClientRect()).filter(b => b.width > b.height).map(b => b.height))"
        )
        assert smallest >= 9


@pytest.mark.parametrize("size", SIZES)
def test_labels_of_a_picture_do_not_overlap(browser: Browser, address: str, size: tuple[int, int]) -> None:
    with visit(browser, address, size) as seen:
        assert seen.page.evaluate(OVERLAPS) == []
        seen.page.evaluate(
            "(t => t.parentNode.append(t.cloneNode(true)))([...document.querySelectorAll('.view .canvas > svg text')]"
            ".find(t => t.getBoundingClientRect().width > 0))"
        )
        assert len(seen.page.evaluate(OVERLAPS)) == 1


@needs_axe
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_bars_anybody(browser: Browser, address: str, size: tuple[int, int], scheme: str) -> None:
    with visit(browser, address, size, scheme) as seen:
        choose_claim(seen)
        seen.page.evaluate(
            "document.querySelectorAll('.view .cite, [data-view=parameters] .behind').forEach(one => one.open = true)"
        )
        assert seen.violations() == []


@needs_axe
def test_a_planted_bar_is_noticed(browser: Browser, address: str) -> None:
    with visit(browser, address) as seen:
        seen.page.evaluate("document.querySelector('.view select').labels[0].remove()")
        seen.page.evaluate("document.querySelector('.view .actions button').style.color = '#ccc'")
        found = " ".join(seen.violations(".view"))
        assert "select-name" in found
        assert "color-contrast" in found


def test_keyboard_walks_the_claims(browser: Browser, address: str) -> None:
    with visit(browser, address) as seen:
        page = seen.page
        page.locator('[data-view="flows"] .controls > *').last.focus()
        page.locator('[data-view="flows"] select').last.focus()
        page.keyboard.press("Tab")
        assert seen.focused("e.getAttribute('role')") == "button"
        first = seen.focused("e.dataset.claim")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        third = seen.focused("e.dataset.claim")
        assert len({first, third}) == 2
        assert third in seen.focused("e.getAttribute('aria-label')")
        page.keyboard.press("Enter")
        told = page.locator('[data-view="flows"] .detail').inner_text()
        claim = next(c for c in build_content().series[0].claims if c.claim_id == third)
        for wanted in (third, claim.source, claim.locator, claim.agency, claim.statement, "90 % interval", "Conflicts"):
            assert wanted in told
        assert seen.focused("e.getAttribute('aria-pressed')") == "true"
        page.keyboard.press("Home")
        assert seen.focused("e.dataset.claim") == first
        page.keyboard.press("Escape")
        assert page.locator('[data-view="flows"] .claim-detail').count() == 0
        # The claims are one stop: the next Tab leaves them.
        page.keyboard.press("Tab")
        assert seen.focused("e.closest('svg') === null")


def test_everything_is_reached_by_tab_and_has_a_name(browser: Browser, address: str) -> None:
    with visit(browser, address) as seen:
        page = seen.page
        expected = page.evaluate(f"{TABBABLE}.forEach((e, i) => e.dataset.stop = i), {TABBABLE}.length")
        page.evaluate("window.scrollTo(0, 0)")
        reached: set[str] = set()
        for _ in range(expected + 5):
            page.keyboard.press("Tab")
            stop = seen.focused("e.dataset.stop")
            if stop is not None:
                reached.add(stop)
                name = seen.focused("e.getAttribute('aria-label') || e.labels?.[0]?.textContent || e.textContent")
                assert name.strip(), seen.focused("e.outerHTML.slice(0, 200)")
        assert len(reached) == expected
        assert expected > 60


def test_first_stop_of_the_keyboard_skips_to_the_content(browser: Browser, address: str) -> None:
    with visit(browser, address) as seen:
        seen.page.keyboard.press("Tab")
        assert seen.focused("e.className") == "skip"


def test_a_link_restores_the_view(browser: Browser, address: str) -> None:
    with visit(browser, address) as seen:
        view = seen.page.locator('[data-view="flows"]')
        view.get_by_label("Flow", exact=True).select_option(label="Arrivals on the new shore")
        view.get_by_label("Axis", exact=True).select_option("linear")
        view.get_by_label("From", exact=True).select_option("1972")
        view.get_by_label("To", exact=True).select_option("1985")
        claim = choose_claim(seen)
        told = view.inner_text()
        link = view.get_by_role("link", name="Link to this view").get_attribute("href") or ""
    assert link.startswith("#view=flows&")
    with visit(browser, address + link) as seen:
        view = seen.page.locator('[data-view="flows"]')
        assert view.get_by_label("Flow", exact=True).input_value() == "arrivals_new"
        assert view.get_by_label("Axis", exact=True).input_value() == "linear"
        assert view.locator('[aria-pressed="true"]').get_attribute("data-claim") == claim
        assert view.inner_text() == told
        assert seen.page.evaluate("document.querySelector('[data-view=flows]').getBoundingClientRect().top") < 100
        # A link to another state of the same page is followed as well.
        seen.page.evaluate("location.hash = '#view=stocks&series=settled'")
        seen.page.wait_for_function(
            "document.querySelector('[data-view=stocks] figcaption').textContent.startsWith('Settled')"
        )


@pytest.mark.parametrize("fragment", ["#view=flows&series=nothing&from=never&to=0&scale=x&claim=%22%3E", "#view=no"])
def test_a_broken_link_shows_the_page_as_it_is(browser: Browser, address: str, fragment: str) -> None:
    with visit(browser, address + fragment) as seen:
        assert seen.messages == []
        assert seen.page.locator('[data-view="flows"] .claim').count() > 20


def test_dragging_zooms_and_the_axis_fits_again(browser: Browser, address: str) -> None:
    with visit(browser, address) as seen:
        view = seen.page.locator('[data-view="flows"]')
        view.get_by_label("Axis", exact=True).select_option("linear")
        view.scroll_into_view_if_needed()
        ticks = view.locator(".tick").all_inner_texts()
        box = view.locator(".drag").bounding_box()
        assert box is not None
        seen.page.mouse.move(box["x"] + box["width"] * 0.02, box["y"] + 10)
        seen.page.mouse.down()
        seen.page.mouse.move(box["x"] + box["width"] * 0.2, box["y"] + 20, steps=4)
        seen.page.mouse.up()
        assert view.get_by_label("To", exact=True).input_value() == "1972"
        assert view.locator(".tick").all_inner_texts() != ticks
        view.get_by_role("button", name="Whole time").click()
        assert view.locator(".tick").all_inner_texts() == ticks


def test_tables_and_pictures_are_kept_as_files(browser: Browser, address: str, tmp_path: Path) -> None:
    with visit(browser, address) as seen:
        view = seen.page.locator('[data-view="flows"]')
        kept: dict[str, Path] = {}
        for kind in ("CSV", "SVG", "PNG"):
            with seen.page.expect_download() as download:
                view.get_by_role("button", name=f"{kind}:").click()
            kept[kind] = tmp_path / download.value.suggested_filename
            download.value.save_as(kept[kind])
        assert seen.messages == []
    rows = list(csv.DictReader(io.StringIO(kept["CSV"].read_text(encoding="utf-8"))))
    content = build_content().series[0]
    assert len(rows) == len(content.dates)
    assert [float(row["high_90"]) for row in rows] == pytest.approx(content.high90.tolist(), rel=5e-4)
    assert kept["CSV"].name == "two-shores-flow-departures.csv"
    picture = ElementTree.parse(kept["SVG"]).getroot()
    texts = " ".join(picture.itertext())
    assert "persons per month" in texts
    assert "Two shores, an illustration" in texts
    for wanted in ("50 % interval", "claim, exact", "posterior median", "Fitted with counterstream"):
        assert wanted in texts
    # Nothing in a picture that stands alone may hang on the page's style sheet.
    assert not [one for one in picture.iter() if one.get("class") or "var(" in str(one.attrib)]
    width, height = struct.unpack(">II", kept["PNG"].read_bytes()[16:24])
    assert width > 1500
    assert height > 900


def test_csv_of_hostile_names_runs_in_no_spreadsheet(browser: Browser, tmp_path: Path) -> None:
    content = build_content()
    path = tmp_path / "formula.html"
    path.write_text(render(made_hostile(replace(content, series=(), scenarios=()), "=1+1")), encoding="utf-8")
    with visit(browser, path.as_uri()) as seen:
        view = seen.page.locator('[data-view="parameters"]')
        with seen.page.expect_download() as download:
            view.get_by_role("button", name="CSV:").click()
        kept = tmp_path / "kept.csv"
        download.value.save_as(kept)
    rows = list(csv.reader(io.StringIO(kept.read_text(encoding="utf-8"))))
    assert rows[1][0] == "'=1+1"
    assert not [cell for row in rows[1:] for cell in row if cell.startswith(("=", "+", "@"))]


def test_printed_pages_show_pictures_without_controls(browser: Browser, address: str) -> None:
    with visit(browser, address, scheme="dark") as seen:
        seen.page.emulate_media(media="print")
        assert seen.page.locator('[data-view="flows"] .canvas > svg').is_visible()
        for hidden in (".controls", ".actions", ".behind"):
            assert not seen.page.locator(f'[data-view="flows"] {hidden}').is_visible()
        # Paper is light whatever the screen is.
        assert seen.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_without_the_script_all_numbers_are_read(browser: Browser, address: str) -> None:
    with visit(browser, address, java_script_enabled=False) as seen:
        assert seen.page.get_by_text("This picture needs the script").first.is_visible()
        assert seen.page.locator(".noscript").count() >= len(VIEWS)
        summary = seen.page.get_by_text("Table of the values (288 rows)").first
        summary.click()
        assert seen.page.get_by_role("table").first.get_by_role("row").count() == 289


def test_the_tables_of_the_page_download_without_leaving_it(browser: Browser, address: str) -> None:
    with visit(browser, address) as seen:
        assert seen.page.evaluate(
            "[...document.querySelectorAll('a[download]')].every(a => a.href.startsWith('data:text/csv'))"
        )
        assert seen.page.url == address


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("text", ["x" * 3000, "<img src=x onerror=alert(1)><script>alert(1)</script>\u202e" * 20])
def test_hostile_names_neither_run_nor_break_the_page(
    browser: Browser, tmp_path: Path, size: tuple[int, int], text: str
) -> None:
    content = build_content()
    few = replace(content, series=content.series[3:4], scenarios=content.scenarios[:1])
    path = tmp_path / "hostile.html"
    path.write_text(render(made_hostile(few, text)), encoding="utf-8")
    with visit(browser, path.as_uri(), size) as seen:
        choose_claim(seen, "shares")
        seen.open_details()
        assert seen.page.evaluate("document.documentElement.scrollWidth") == size[0]
        assert text[:30] in seen.page.locator('[data-view="shares"] .claim-detail').inner_text()
        assert seen.messages == []
        assert set(seen.requests) == {path.as_uri()}


def test_a_planted_script_is_noticed_and_stopped(browser: Browser, tmp_path: Path) -> None:
    """Show that the silence of the other tests means something: the policy stops a script, and we hear of it."""
    path = tmp_path / "planted.html"
    page = render(build_content())
    planted = "<script>window.ran = 1</script><img src=x onerror='window.ran = 2'><style>h1{color:red}</style>"
    path.write_text(page.replace("</main>", planted + "</main>"), encoding="utf-8")
    with visit(browser, path.as_uri()) as seen:
        assert seen.page.evaluate("typeof window.ran") == "undefined"
        assert sum("Content Security Policy" in message for message in seen.messages) >= 3
        seen.page.evaluate("document.querySelectorAll('[data-view]').length")
        assert seen.page.locator('[data-view="flows"] .claim').count() > 20
