"""What a report weighs and how soon its first picture is seen, in Chromium.

    python benchmarks/report_page.py runs/soviet-third-wave

Opens ``report.html`` a number of times in fresh sessions of one browser and writes ``results/report_page.json``:
bytes of script and style (as they are, and as a server would compress them), of the data and of the whole file;
the browser's own ``first-contentful-paint``, and the time until the flows are drawn; the machine and the versions.
Let nothing else run: the script gives up where the machine is busy, unless it is given ``--busy``, which is written
down. Ends with 1 if the median of the first paint exceeds the goal.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import re
import shutil
import statistics
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

from check_imports import describe_machine
from playwright.sync_api import Browser, sync_playwright

from counterstream.report.page import script_and_style

OPENINGS = 9
GOAL_MS = 1000.0
#: Busier than this a machine of two cores is not quiet.
MOST_LOAD = 0.7
RESULTS = Path(__file__).parent / "results" / "report_page.json"
PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
#: Notes the moment at which the first picture stands in the page; runs before anything of the page does.
WATCH = """
new MutationObserver((changes, observer) => {
  if (document.querySelector('[data-view=flows] .canvas svg')) {
    window.drawn = performance.now();
    observer.disconnect();
  }
}).observe(document, {childList: true, subtree: true});
"""


def open_once(browser: Browser, address: str) -> dict[str, float]:
    """Open the page in a fresh session; return milliseconds since the navigation began."""
    with browser.new_context(viewport={"width": 1440, "height": 900}) as session:
        page = session.new_page()
        page.add_init_script(WATCH)
        page.goto(address)
        page.wait_for_function(f"window.drawn && {PAINT}")
        return {"first_paint": page.evaluate(PAINT), "flows_drawn": page.evaluate("window.drawn")}


def weigh(report: Path) -> dict[str, int]:
    """Return bytes of the parts of a report."""
    page = report.read_text(encoding="utf-8")
    data = re.search(r'id="counterstream-data">(.*?)</script>', page, re.DOTALL)
    script, style = (text.encode() for text in script_and_style())
    return {
        "script": len(script),
        "style": len(style),
        "script_and_style_compressed": len(gzip.compress(script)) + len(gzip.compress(style)),
        "data": len(data.group(1).encode()) if data else 0,
        "report": len(page.encode()),
        "report_compressed": len(gzip.compress(page.encode())),
    }


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path, help="folder of a run")
    parser.add_argument("--busy", action="store_true", help="measure on a machine that does other things too")
    parser.add_argument("--out", type=Path, default=RESULTS)
    asked = parser.parse_args()
    load = os.getloadavg()[0]
    if load > MOST_LOAD and not asked.busy:
        raise SystemExit(f"the machine is busy (load {load:.1f}, at most {MOST_LOAD}): its times would tell nothing")
    report = asked.run.resolve() / "report.html"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        opened = [open_once(browser, report.as_uri()) for _ in range(OPENINGS)]
        chromium = browser.version
        browser.close()
    milliseconds: dict[str, Any] = {
        name: {
            "median": round(statistics.median(one[name] for one in opened), 1),
            "worst": round(max(one[name] for one in opened), 1),
        }
        for name in ("first_paint", "flows_drawn")
    }
    found = {
        "what": f"report of {report.parent.name}, opened {OPENINGS} times",
        "milliseconds": milliseconds,
        "goal_ms": GOAL_MS,
        "bytes": weigh(report),
        "load_before": round(load, 1),
        "machine": describe_machine(),
        "versions": {name: version(name) for name in ("counterstream", "playwright")} | {"chromium": chromium},
        "date": time.strftime("%Y-%m-%d"),
    }
    asked.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(found, indent=1))
    sys.exit(0 if milliseconds["first_paint"]["median"] <= GOAL_MS else 1)


if __name__ == "__main__":
    main()
