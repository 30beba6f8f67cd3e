"""The machine's Chromium, driven by Playwright."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, async_playwright, expect

from atd_testing.waiting import PATIENCE_SECONDS

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-dev-shm-usage",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)


@asynccontextmanager
async def started_browser() -> AsyncIterator[Browser]:
    """Chromium without a window; whatever is expected of a page has the tests' usual patience to come true."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    assert path, f"a browser is needed: one of {', '.join(BROWSERS)}"
    expect.set_options(timeout=PATIENCE_SECONDS * 1000)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield browser
        finally:
            await browser.close()
