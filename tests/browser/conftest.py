"""One browser for all tests of a worker; each test opens its own session in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from browser.chromium import open_browser
from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened
