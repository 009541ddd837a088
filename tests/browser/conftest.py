"""One browser for all tests of a worker; each test opens its own session in it."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

#: Only the extra ``browser`` brings Playwright; without it there is nothing here to run.
collect_ignore_glob = [] if find_spec("playwright") else ["test_*.py"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    from browser.chromium import open_browser

    with open_browser() as opened:
        yield opened
