"""Counts what a person's hand does: clicks, and keys that are commands. Text that is typed into a field is neither."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import BrowserContext

from tests.browser.seat import Seat

_COUNT = """
if (window.__hand === undefined) {
window.__hand = { clicks: 0, keys: 0 };
const MODIFIERS = ["Shift", "Control", "Alt", "Meta"];
window.addEventListener("pointerdown", (event) => { if (event.isTrusted) window.__hand.clicks += 1; }, true);
window.addEventListener("keydown", (event) => {
  const written = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey
    && event.target instanceof Element && event.target.closest("input, textarea") !== null;
  if (event.isTrusted && !written && !MODIFIERS.includes(event.key)) window.__hand.keys += 1;
}, true);
}
"""


async def count_hand(context: BrowserContext) -> None:
    """Count in every page that is open or opened from now on; the browser's own events, so none is forgotten."""
    await context.add_init_script(_COUNT)
    for page in context.pages:
        await page.evaluate(_COUNT)


@asynccontextmanager
async def spends(seat: Seat, *, clicks: int = 0, keys: int = 0) -> AsyncIterator[None]:
    """What is done inside takes exactly so many clicks and keys (a key with its modifiers is one)."""
    await seat.page.evaluate("window.__hand = { clicks: 0, keys: 0 }")
    yield
    spent = await seat.page.evaluate("window.__hand")
    assert spent == {"clicks": clicks, "keys": keys}, spent
