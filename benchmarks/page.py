"""From a lever to its picture, and from an address to the first paint, in a browser, for 400 draws of a fitted run.

    pip install ".[browser]"
    counterstream run soviet-third-wave
    python benchmarks/page.py runs/soviet-third-wave

serves the run, opens the page in Chromium by Playwright and writes ``results/page.json``.  Let nothing else run: the
script gives up where the machine is busy when it begins, unless it is given ``--busy``, which is written down.

Lever to picture: an ``input`` event on a slider, until the frame after the new picture has been put into the
document.  Every setting is a new one, and the lever rests between two, so that the totals are done.  Within it the
server's part, simulation included, is measured apart by a request of the same kind.
First paint: the browser's own entry ``first-contentful-paint``, of a page opened afresh in a new session.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from check_imports import describe_machine
from playwright.sync_api import Browser, Page, sync_playwright

RESULTS = Path(__file__).parent / "results" / "page.json"
N_DRAWS, N_MOVES, N_PAINTS = 400, 40, 9
#: A lever of the flagship that most of the system answers to, and what is looked at.
LEVER, FROM, SERIES = "openness", "1975-01-01", "departures_jewish"
#: Busier than this a machine of two cores is not quiet.
MOST_LOAD = 0.7
#: Milliseconds: the lever rests, and the totals are done.
REST = 1500
MOVE = """async (value) => {
  const slider = document.querySelector('input[type=range]');
  const picture = document.querySelector('.lever-picture');
  const turn = picture.dataset.turn;
  const begun = performance.now();
  slider.value = String(value);
  slider.dispatchEvent(new Event('input', {bubbles: true}));
  while (picture.dataset.turn === turn) await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  const whole = performance.now() - begun;
  const asked = performance.getEntriesByType('resource').find(e => e.name.endsWith('/ask') && e.startTime >= begun);
  return [whole, asked.responseEnd - asked.requestStart];
}"""


def measure_moves(page: Page, address: str) -> tuple[list[float], list[float]]:
    """Return milliseconds from lever to picture, and of the server's answer within, one for each setting."""
    page.goto(address)
    page.wait_for_selector(".lever-picture[data-turn]", timeout=600_000)
    page.wait_for_selector(".seen .pick", timeout=60_000)
    wholes: list[float] = []
    answers: list[float] = []
    for number in range(N_MOVES + 3):
        page.wait_for_timeout(REST)
        page.evaluate("performance.clearResourceTimings()")
        whole, answer = page.evaluate(MOVE, -2.0 + 0.1 * number)
        # The first ones warm the browser's own compiler.
        if number >= 3:
            wholes.append(whole)
            answers.append(answer)
    return wholes, answers


def measure_paints(browser: Browser, address: str) -> list[float]:
    """Return milliseconds to the first paint of something, one for each fresh session."""
    paints: list[float] = []
    for _ in range(N_PAINTS):
        session = browser.new_context(viewport={"width": 1440, "height": 900})
        page = session.new_page()
        page.goto(address)
        page.wait_for_selector("main h1")
        page.wait_for_timeout(300)
        entry = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
        paints.append(float(page.evaluate(entry)))
        session.close()
    return paints


def describe(milliseconds: list[float]) -> dict[str, float]:
    """Return median, nine in ten and worst."""
    ordered = sorted(milliseconds)
    return {
        "median_ms": round(statistics.median(ordered), 1),
        "nine_in_ten_ms": round(ordered[int(0.9 * (len(ordered) - 1))], 1),
        "worst_ms": round(ordered[-1], 1),
        "n": len(ordered),
    }


def serve(run: Path) -> tuple[subprocess.Popen[str], dict[str, Any]]:
    """Start the server on a port that is free and return what it says of itself."""
    command = [sys.executable, "-m", "counterstream", "serve", str(run), "--no-browser", "--json", "--port", "0"]
    server = subprocess.Popen([*command, "--draws", str(N_DRAWS)], stdout=subprocess.PIPE, text=True)
    lines: list[str] = []
    while server.stdout is not None and (not lines or lines[-1].rstrip() != "}"):
        lines.append(server.stdout.readline())
        if not lines[-1]:
            raise SystemExit("the server did not start")
    return server, json.loads("".join(lines))


def main() -> None:
    """Measure and write the results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path, help="folder of a run of soviet-third-wave")
    parser.add_argument("--busy", action="store_true", help="measure on a machine that does other things too")
    parser.add_argument("--out", type=Path, default=RESULTS)
    asked = parser.parse_args()
    load = os.getloadavg()[0]
    if load > MOST_LOAD and not asked.busy:
        raise SystemExit(f"the machine is busy (load {load:.1f}, at most {MOST_LOAD}): its times would tell nothing")
    machine = describe_machine()
    server, told = serve(asked.run)
    changes = json.dumps([{"instrument": LEVER, "value": -2.5, "from": FROM}])
    state = {"token": told["token"], "view": "levers", "run": asked.run.resolve().name, "series": SERIES}
    address = f"http://127.0.0.1:{told['port']}/#" + urlencode({**state, "changes": changes})
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            moves, answers = measure_moves(browser.new_page(viewport={"width": 1440, "height": 900}), address)
            paints = measure_paints(browser, address)
            chromium = browser.version
            browser.close()
    finally:
        server.terminate()
        server.wait(timeout=60)
    found = {
        "what": f"{LEVER} held from {FROM}, seen by {SERIES}, {N_DRAWS} draws of {asked.run.resolve().name}",
        "lever_to_picture": describe(moves),
        "of_which_server": describe(answers),
        "first_paint": describe(paints),
        "machine": machine,
        "versions": {
            name: version(name) for name in ("counterstream", "jax", "numpy", "starlette", "uvicorn", "playwright")
        }
        | {"chromium": chromium},
        "date": time.strftime("%Y-%m-%d"),
    }
    asked.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
