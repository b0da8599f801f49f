"""A real Chromium for tests of the page."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.environment.parts import demand

# It runs in containers, and asks nobody for updates.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

PATIENCE_MS = 60_000
"""How long what is expected of the page may take. What holds is seen at once; a machine that does
much else at the time is slow."""


# For a module, not for the session: while it is open, Playwright keeps an event loop running in
# this thread, and a test of another module could not start one of its own.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser, with an empty profile."""
    executable = demand("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """An empty page with storage of its own, in one locale and time zone."""
    context = chromium.new_context(
        locale="en-US", timezone_id="UTC", viewport={"width": 1440, "height": 900}
    )
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    yield context.new_page()
    context.close()
