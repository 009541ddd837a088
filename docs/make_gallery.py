"""Photograph the views of a run's report for the gallery, with a Chromium that is installed.

counterstream run soviet-third-wave
python docs/make_gallery.py runs/soviet-third-wave docs/images/gallery
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, Page, sync_playwright

#: Width of the window: of the column of pictures beside the contents, about 900 are left.
WIDE = {"width": 1280, "height": 1000}
PHONE = {"width": 390, "height": 844}
#: What is seen of the views that can show more than one thing.
STATES = {"flows": "#view=flows&series=departures_jewish&scale=log"}


def photograph(page: Page, view: Locator, path: Path) -> None:
    """Write the picture of a view, without what is folded below it."""
    page.add_style_tag(content=".view .behind,.view .actions{display:none}")
    view.screenshot(path=path)
    # A third of the size, and no difference that can be seen.
    Image.open(path).convert("RGB").quantize(256).save(path, optimize=True)


def main() -> None:
    """Photograph every view wide and light, and the flows also dark and on a phone."""
    run, out = Path(sys.argv[1]).resolve(), Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    address = (run / "report.html").as_uri()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for suffix, size, scheme in (("", WIDE, "light"), ("-dark", WIDE, "dark"), ("-phone", PHONE, "light")):
            # The policy of the page lets no other style in; here its own pictures are taken.
            context = browser.new_context(viewport=size, color_scheme=scheme, bypass_csp=True)  # pyright: ignore[reportArgumentType]
            page = context.new_page()
            page.goto(address + STATES["flows"])
            # Else those far from the window would not be there yet.
            page.evaluate("dispatchEvent(new Event('beforeprint'))")
            for view in page.locator("[data-view]").all():
                name = view.get_attribute("data-view") or ""
                if view.locator("figure").count() and (not suffix or name == "flows"):
                    if name == "flows":
                        view.locator(".claim").nth(30).dispatch_event("click")
                    photograph(page, view, out / f"{name}{suffix}.png")
            context.close()
        browser.close()


if __name__ == "__main__":
    main()
