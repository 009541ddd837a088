"""A page in Debian's Chromium, driven by Playwright: what it says and what it asks for is kept."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
#: Installed by ``npm ci`` in ``web``; never shipped.
AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"


def find_chromium() -> str | None:
    """Return the path of Chromium, or None where there is none."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Start a browser without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox", "--disable-gpu"])
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Visit:
    """A page with all that its console said and all that it asked for."""

    page: Page
    messages: list[str] = field(default_factory=list[str])
    requests: list[str] = field(default_factory=list[str])

    def violations(self, scope: str = "body") -> list[str]:
        """Return what axe finds against the accessibility guidelines, each with its place."""
        self.page.evaluate(AXE.read_text(encoding="utf-8") + ";undefined")
        found: dict[str, Any] = self.page.evaluate("scope => axe.run(scope, {resultTypes: ['violations']})", scope)
        return [
            f"{one['id']}: {node['target']}: {node['failureSummary']}"
            for one in found["violations"]
            for node in one["nodes"]
        ]

    def draw_all(self) -> None:
        """Draw the views that are far from the window too, as for paper."""
        self.page.evaluate("dispatchEvent(new Event('beforeprint'))")

    def open_details(self) -> None:
        """Open everything that can be opened."""
        self.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")

    def focused(self, expression: str) -> Any:
        """Return an expression of the element that has the focus, ``e``."""
        return self.page.evaluate(f"(e => {expression})(document.activeElement)")


@contextmanager
def visit(
    browser: Browser,
    address: str,
    size: tuple[int, int] = (1440, 900),
    scheme: Any = "light",
    *,
    drawn: bool = True,
    **context: Any,
) -> Iterator[Visit]:
    """Open an address in a fresh session of the browser, by default with all views drawn."""
    session = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, reduced_motion="reduce", **context
    )
    page = session.new_page()
    made = Visit(page)
    page.on("console", lambda message: made.messages.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: made.messages.append(f"exception: {error}"))
    page.on("request", lambda request: made.requests.append(request.url))

    def note_dialog(dialog: Any) -> None:
        made.messages.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    page.on("dialog", note_dialog)
    try:
        page.goto(address)
        if drawn:
            made.draw_all()
        yield made
    finally:
        session.close()
