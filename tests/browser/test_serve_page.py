"""The page of the local server in a real browser: levers, restarts, editing, and nothing that bars anybody."""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from browser.chromium import AXE, Visit, find_chromium, visit
from cli_example import write_case
from playwright.sync_api import Browser, expect
from serve_example import LEVERS, write_run
from serve_process import Server, serving

from counterstream.drafting.decisions import read_decisions
from counterstream.drafting.document import Defaults, document_of_text
from counterstream.drafting.draft import draft_document
from counterstream.drafting.draft_file import DraftFile, cite_document, decisions_path, format_draft

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(find_chromium() is None, reason="chromium is not installed"),
]
SIZES = [(1440, 900), (390, 844)]
needs_axe = pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed: npm ci --prefix web")
HOSTILE = "<img src=x onerror=alert(1)>"
CHANGES = [{"instrument": "toll", "value": 9, "from": "1994-01-01"}, {"event": "storm", "drop": True}]
#: Loading and compiling on a slow machine.
LONG = 120_000


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("place")
    write_run(folder / "runs" / "shore", LEVERS.replace("Departures", HOSTILE).replace("Storm", HOSTILE))
    write_run(folder / "runs" / HOSTILE.replace("/", ""), n_fitted=7, verdict=HOSTILE)
    write_case(folder / "shore", LEVERS)
    write_draft(
        folder / "shore" / "report.draft.json",
        f"{'Nothing is counted here. ' * 60}\n\nAbout 1,200 people left in 1990.\n\n{HOSTILE} 155 came back.",
    )
    return folder


def write_draft(path: Path, text: str) -> None:
    document = document_of_text(text, "report.txt")
    defaults = Defaults(date="1992", origin="old shore")
    file = DraftFile(document, defaults, cite_document(document), draft_document(document, defaults))
    path.write_text(format_draft(file), encoding="utf-8")


@pytest.fixture(scope="module")
def server(place: Path) -> Iterator[Server]:
    with serving(place, "shore", "--draws", "20") as served:
        yield served


def link(server: Server, view: str, **state: str) -> str:
    """Return an address with the token, as somebody opens it first."""
    return f"{server.base}/#" + urlencode({"token": server.token, "view": view, **state})


def wait_for_levers(seen: Visit) -> None:
    expect(seen.page.locator(".lever-picture[data-turn] .canvas svg")).to_be_visible(timeout=LONG)


def parts(server: Server) -> list[str]:
    return [
        link(server, "runs"),
        link(server, "levers", run="shore", changes=json.dumps(CHANGES)),
        link(server, "levers", unfitted="yes", changes=json.dumps(CHANGES)),
        link(server, "compare"),
        link(server, "edit"),
        link(server, "review"),
    ]


def settle(seen: Visit, address: str) -> None:
    """Wait until a part of the page is whole."""
    if "view=levers" in address:
        wait_for_levers(seen)
        expect(seen.page.locator(".seen table").first).to_be_visible(timeout=LONG)
    else:
        waited = {"runs": ".run", "compare": ".canvas svg", "edit": "textarea", "review": ".review-item mark"}
        name = next(one for one in waited if f"view={one}" in address)
        expect(seen.page.locator(waited[name]).first).to_be_visible(timeout=LONG)


@pytest.mark.parametrize("size", SIZES)
def test_every_part_fits_is_silent_and_asks_nobody_else(
    browser: Browser, server: Server, size: tuple[int, int]
) -> None:
    for address in parts(server):
        with visit(browser, address, size) as seen:
            settle(seen, address)
            seen.open_details()
            assert seen.page.evaluate("document.documentElement.scrollWidth") == size[0], address
            assert seen.messages == []
            assert all(request.startswith((server.base, "blob:", "data:")) for request in seen.requests)
            assert server.token not in seen.page.url
            assert not any(server.token in request for request in seen.requests[1:])
            assert seen.page.locator("img").count() == 0, "a hostile name has become markup"


@needs_axe
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_nothing_bars_anybody(browser: Browser, server: Server, size: tuple[int, int], scheme: str) -> None:
    for address in parts(server):
        with visit(browser, address, size, scheme, bypass_csp=True) as seen:
            settle(seen, address)
            assert seen.violations() == [], address


def test_a_lever_moved_by_keyboard_moves_the_picture_and_the_address(browser: Browser, server: Server) -> None:
    with visit(browser, link(server, "levers", run="shore", changes=json.dumps(CHANGES[:1]))) as seen:
        page = seen.page
        wait_for_levers(seen)
        before = page.locator(".second .band90").first.get_attribute("d")
        slider = page.get_by_role("slider")
        slider.focus()
        first = float(slider.input_value())
        for _ in range(3):
            slider.press("PageDown")
        now = float(slider.input_value())
        assert now < first
        expect(page.locator(".second .band90").first).not_to_have_attribute("d", before or "", timeout=LONG)
        expect(page.locator(".lever-picture .told")).to_contain_text(f"held at {now:g}", timeout=LONG)
        expect(page).to_have_url(re.compile(re.escape(quote(f'"value":{now:g}', safe=""))), timeout=LONG)
        again = page.url
        page.get_by_role("button", name="Reset").click()
        expect(page.locator(".lever")).to_have_count(0)
        page.goto("about:blank")
        page.goto(again)
        wait_for_levers(seen)
        assert float(page.get_by_role("slider").input_value()) == now, "the address restores the state"


def test_a_case_without_a_fit_has_levers_and_says_that_it_is_not_fitted(browser: Browser, server: Server) -> None:
    with visit(browser, link(server, "runs")) as seen:
        page = seen.page
        page.get_by_role("link", name="Levers of shore without a fit").click()
        wait_for_levers(seen)
        expect(page.get_by_role("heading", level=1)).to_contain_text("shore, not fitted")
        expect(page.locator(".unfitted")).to_contain_text("not what the evidence says")
        expect(page.locator(".lever-picture figcaption")).to_contain_text("draws of the declared priors")
        page.get_by_label("Pull a lever").select_option(label="Toll")
        expect(page.locator(".lever .hint")).not_to_contain_text("fit")
        expect(page.locator(".lever-picture .told li")).to_have_count(1, timeout=LONG)
        expect(page).to_have_url(re.compile("changes=.*unfitted=yes"), timeout=LONG)
        again = page.url
        page.goto("about:blank")
        page.goto(again)
        wait_for_levers(seen)
        expect(page.locator(".lever")).to_have_count(1)
        # The views lead back to the run that was fitted.
        page.get_by_role("link", name="Views", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("shore", timeout=LONG)


def test_a_burst_of_settings_ends_with_the_picture_of_the_last(browser: Browser, server: Server) -> None:
    with visit(browser, link(server, "levers", run="shore", changes=json.dumps(CHANGES[:1]))) as seen:
        page = seen.page
        wait_for_levers(seen)
        page.evaluate(
            """() => { const slider = document.querySelector('input[type=range]');
            for (let step = 0; step < 60; step++) { slider.value = String(step / 20);
              slider.dispatchEvent(new Event('input', {bubbles: true})); } }"""
        )
        expect(page.locator(".lever-picture .told")).to_contain_text("held at 2.95", timeout=LONG)
        asked = sum(request.endswith("/ask") for request in seen.requests)
        page.wait_for_timeout(600)
        expect(page.locator(".lever-picture .told")).to_contain_text("held at 2.95")
        assert asked < 20, "settings that are overtaken are not all asked"


def test_a_setting_that_is_not_possible_is_told_and_the_picture_stays(browser: Browser, server: Server) -> None:
    with visit(browser, link(server, "levers", run="shore", changes=json.dumps(CHANGES))) as seen:
        wait_for_levers(seen)
        seen.page.get_by_label("From: Toll").fill("1996-01-01")
        seen.page.get_by_label("Until: Toll").fill("1995-01-01")
        seen.page.get_by_label("Until: Toll").blur()
        expect(seen.page.get_by_role("alert")).to_be_visible(timeout=LONG)
        expect(seen.page.locator(".lever-picture svg").first).to_be_visible()


def test_a_killed_server_loses_nothing(browser: Browser, place: Path) -> None:
    with serving(place, "shore", "--draws", "20") as first:
        port = first.port
        with visit(browser, link(first, "levers", run="shore", changes=json.dumps(CHANGES))) as seen:
            page = seen.page
            wait_for_levers(seen)
            first.end(signal.SIGKILL)
            expect(page.locator(".link.lost")).to_contain_text("Nothing is lost", timeout=LONG)
            with serving(place, "shore", "--draws", "20", port=port) as second:
                expect(page.locator(".link.closed")).to_be_visible(timeout=LONG)
                expect(page.locator(".lever")).to_have_count(2)
                other = page.context.new_page()
                other.goto(second.address)
                expect(page.locator(".link.there")).to_contain_text("again", timeout=LONG)
                expect(page.locator(".lever")).to_have_count(2)
                page.get_by_role("button", name="Let go of: Toll").click()
                expect(page.locator(".lever-picture .told li")).to_have_count(1, timeout=LONG)


def test_a_page_without_the_token_is_told_what_to_do(browser: Browser, server: Server) -> None:
    with visit(browser, server.base) as seen:
        expect(seen.page.locator("main .banner")).to_contain_text("key of this launch", timeout=LONG)
        expect(seen.page.locator(".run")).to_have_count(0)


def test_the_editor_marks_errors_at_their_lines_and_guards_what_others_wrote(
    browser: Browser, server: Server, place: Path
) -> None:
    file = place / "shore" / "system.yaml"
    with visit(browser, link(server, "edit")) as seen:
        page = seen.page
        text = page.get_by_label("Text of the system")
        expect(text).to_have_value(LEVERS, timeout=LONG)
        text.fill(LEVERS.replace("rate_per_year: leave_rate", "rate_per_year: leave_rat"))
        line = next(i for i, row in enumerate(LEVERS.splitlines(), 1) if "kind: rate" in row)
        button = page.get_by_role("button", name=f"Line {line}").first
        expect(button).to_be_visible(timeout=LONG)
        expect(page.locator(f".gutter span:nth-child({line})")).to_have_class("error")
        button.click()
        assert (
            page.evaluate(
                "document.activeElement.value.slice(0, document.activeElement.selectionStart).split('\\n').length"
            )
            == line
        )
        text.fill(LEVERS + "# mine\n")
        # A tab that is closed, or a browser that dies, keeps the text for the next one.
        address = page.url
        page = page.context.new_page()
        page.goto(address)
        expect(page.get_by_label("Text of the system")).to_have_value(LEVERS + "# mine\n", timeout=LONG)
        page.get_by_label("Text of the system").press("Control+s")
        expect(page.locator(".said")).to_have_text("Saved.", timeout=LONG)
        assert file.read_text(encoding="utf-8") == LEVERS + "# mine\n"
        file.write_text(LEVERS + "# theirs\n", encoding="utf-8")
        page.get_by_label("Text of the system").fill(LEVERS + "# mine again\n")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_role("alert")).to_contain_text("Somebody else", timeout=LONG)
        assert file.read_text(encoding="utf-8") == LEVERS + "# theirs\n"
        page.get_by_role("button", name="Keep my text").click()
        expect(page.locator(".said")).to_have_text("Saved.", timeout=LONG)
        assert file.read_text(encoding="utf-8") == LEVERS + "# mine again\n"
    file.write_text(LEVERS, encoding="utf-8")


def test_drafted_claims_are_decided_on_by_keyboard_and_kept(browser: Browser, server: Server, place: Path) -> None:
    draft = place / "shore" / "report.draft.json"
    with visit(browser, link(server, "review")) as seen:
        page = seen.page
        expect(page.locator(".beside mark")).to_contain_text("1,200", timeout=LONG)
        expect(page.locator(".beside mark")).to_be_in_viewport()
        listed = page.locator(".review-list select").last
        assert listed.locator("option").count() == 2
        period = page.get_by_label("period", exact=True)
        expect(period).to_have_value("1990")
        period.fill("never")
        period.press("Enter")
        expect(page.locator(".review-item .said")).to_contain_text("period cannot be 'never'", timeout=LONG)
        expect(period).to_have_value("1990")
        period.fill("1990-06")
        period.press("Enter")
        expect(page.get_by_label("period, edited")).to_have_value("1990-06", timeout=LONG)
        listed.focus()
        listed.press("ArrowDown")
        expect(page.locator(".beside mark")).to_contain_text("155", timeout=LONG)
        page.get_by_role("button", name="Refuse").press("Enter")
        expect(page.locator(".beside mark")).to_contain_text("1,200", timeout=LONG)
        page.get_by_role("button", name="Undo").press("Enter")
        expect(page.locator(".beside mark")).to_contain_text("155", timeout=LONG)
        # Another tab, or the same after a crash, begins where this one is.
        again = page.url
        page.goto("about:blank")
        page.goto(again)
        expect(page.locator(".beside mark")).to_contain_text("155", timeout=LONG)
        assert page.locator("img").count() == 0
        assert not [message for message in seen.messages if "422" not in message]
    decisions = read_decisions(decisions_path(draft))[0]
    assert [decision.action.value for decision in decisions] == ["edit", "reject", "undo"]
    decisions_path(draft).unlink()


def test_two_runs_are_compared(browser: Browser, server: Server) -> None:
    with visit(browser, link(server, "compare")) as seen:
        expect(seen.page.locator(".second .median").first).to_be_attached(timeout=LONG)
        expect(seen.page.locator("tr.differs th").first).to_be_visible()


#: Place of an element in the page, and what it is called.
NAMED = (
    "[...document.querySelectorAll('*')].indexOf(e) + ' ' + "
    "(e.labels?.[0]?.textContent || e.ariaLabel || e.textContent.trim())"
)


def test_everything_is_reached_by_tab_and_has_a_name(browser: Browser, server: Server) -> None:
    with visit(browser, link(server, "levers", run="shore", changes=json.dumps(CHANGES))) as seen:
        wait_for_levers(seen)
        expect(seen.page.locator(".seen table").first).to_be_visible(timeout=LONG)
        wanted: list[int] = seen.page.evaluate(
            "[...document.querySelectorAll('a[href], button:not(:disabled), select, summary, input, [tabindex=\"0\"]')]"
            ".filter(e => e.checkVisibility({visibilityProperty: true}) && e.tabIndex >= 0)"
            ".map(e => [...document.querySelectorAll('*')].indexOf(e))"
        )
        reached: dict[int, str] = {}
        # A field of a day takes a stop for each of its parts.
        for _ in range(len(wanted) + 20):
            seen.page.keyboard.press("Tab")
            place, _, name = seen.focused(NAMED).partition(" ")
            reached[int(place)] = name
        assert set(wanted) <= set(reached)
        assert all(reached[place] for place in wanted)
