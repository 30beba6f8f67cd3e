"""`make bench-web`: how fast the built client is, in Chromium, on a system of its own.

First load (compressed JavaScript; milliseconds on a slow phone: processor four times slower, 1.6 Mbit/s, 150 ms), a
click on a row until the thread is painted, a provider's webhook until the open thread shows its message, and typing
while 5,000 conversations are loaded and 50 events a second come in.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from playwright.async_api import Browser, Page, expect

from tests.browser.measure_list import measure_typing
from tests.browser.office import MARINA, Customer, Office, opened_office
from tests.browser.seat import PHONE, Seat, seated
from tests.browser.trial import run_trial
from tests.harness.browser import started_browser
from tests.harness.system import System

_SLOW_PHONE = {"latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 750e3 / 8, "offline": False}
_SLOWER_PROCESSOR = 4
_ROWS = 12
_WEBHOOKS = 40

_SCRIPTS = """
() => performance.getEntriesByType("resource")
  .filter(({ name }) => name.endsWith(".js"))
  .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)
"""
_CLICK = """
async (name) => {
  const row = [...document.querySelectorAll("[data-row] a")].find((link) => link.textContent.includes(name));
  const begun = performance.now();
  row.click();
  const shown = () =>
    [...document.querySelectorAll("h1")].some(({ textContent }) => textContent === name) &&
    document.querySelector("[data-message]") !== null;
  while (!shown()) await new Promise((next) => requestAnimationFrame(next));
  await new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)));
  return performance.now() - begun;
}
"""
_SEEN = """
() => {
  window.__seen = {};
  new MutationObserver(() => {
    for (const message of document.querySelectorAll("[data-message]")) {
      const text = /medida \\d+/.exec(message.textContent)?.[0];
      if (text) window.__seen[text] ??= Date.now();
    }
  }).observe(document.body, { childList: true, subtree: true, characterData: true });
}
"""


def _spread(values: Sequence[float], unit: str = "ms") -> str:
    ordered = sorted(values)
    high = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    return f"p50 {statistics.median(ordered):.0f} {unit}, p95 {high:.0f} {unit}, of {len(ordered)}"


async def _first_load(browser: Browser, office: Office) -> None:
    async with seated(browser, office.system.public_url, office.ana, viewport=PHONE) as seat:
        page = await _slow(seat)
        begun = time.monotonic()
        await page.goto(f"{seat.url}/inbox/all")
        await expect(page.get_by_role("button", name="Entrar")).to_be_visible()
        print(f"first load, sign-in page usable: {(time.monotonic() - begun) * 1000:.0f} ms on a slow phone")
    options: dict[str, Any] = {"viewport": PHONE, "service_workers": "block"}
    async with seated(browser, office.system.public_url, office.ana, **options) as seat:
        await seat.open("/inbox/all")
        await seat.enter_password()
        await expect(seat.page.locator("[data-row]").first).to_be_visible()
        await seat.page.close()
        page = await _slow(seat)
        session = await seat.context.new_cdp_session(page)
        await session.send("Network.setCacheDisabled", {"cacheDisabled": True})
        begun = time.monotonic()
        await page.goto(f"{seat.url}/inbox/all")
        await expect(page.locator("[data-row]").first).to_be_visible()
        took = (time.monotonic() - begun) * 1000
        print(f"first load, list shown (signed in, nothing cached): {took:.0f} ms on a slow phone")
        print(f"  JavaScript: {await page.evaluate(_SCRIPTS) / 1000:.0f} kB compressed")


async def _slow(seat: Seat) -> Page:
    page = await seat.context.new_page()
    seat.turn_to(page)
    session = await seat.context.new_cdp_session(page)
    await session.send("Network.enable")
    await session.send("Network.emulateNetworkConditions", _SLOW_PHONE)
    await session.send("Emulation.setCPUThrottlingRate", {"rate": _SLOWER_PROCESSOR})
    return page


async def _clicks(browser: Browser, office: Office, names: Sequence[str]) -> None:
    async with seated(browser, office.system.public_url, office.ana) as seat:
        await seat.sign_in("/inbox/all")
        await expect(seat.page.locator("[data-row]")).to_have_count(len(names) + 1)
        await seat.page.evaluate(_CLICK, names[-1])  # loads the parts of the page
        print("row click to painted thread, first time:", _spread([await _click(seat, name) for name in names[:-1]]))
        print("row click to painted thread, cached:", _spread([await _click(seat, name) for name in names[:-1]]))


async def _click(seat: Seat, name: str) -> float:
    await asyncio.sleep(0.3)
    return float(await seat.page.evaluate(_CLICK, name))


async def _arrivals(browser: Browser, office: Office) -> None:
    async with seated(browser, office.system.public_url, office.ana) as seat:
        await seat.sign_in("/inbox/all")
        await seat.choose(MARINA)
        await seat.page.evaluate(_SEEN)
        sent: dict[str, float] = {}
        for number in range(_WEBHOOKS):
            text = f"medida {number}"
            sent[text] = time.time() * 1000
            await office.receives(text)
            await asyncio.sleep(0.2)
        await expect(seat.message(f"medida {_WEBHOOKS - 1}").first).to_be_visible()
        seen = await seat.page.evaluate("window.__seen")
        print("webhook to the open thread:", _spread([seen[text] - at for text, at in sent.items() if text in seen]))


async def _typing(browser: Browser, office: Office) -> None:
    answer = await office.client.get("/capabilities")
    await measure_typing(browser, office.system.public_url, answer.raise_for_status().json())


async def measure(system: System, only: str | None) -> None:
    """Every part, or one alone."""
    async with opened_office(system) as office, started_browser() as browser:
        customers = [Customer(f"Cliente {chr(65 + place)}", f"55119877700{place:02}") for place in range(_ROWS)]
        for customer in customers:
            await office.receives(*(f"Mensagem {number} com algumas palavras" for number in range(30)), of=customer)
        await office.receives("Bom dia")
        await office.conversation(customers[-1])
        await office.conversation(MARINA)
        parts: dict[str, Callable[[], Awaitable[None]]] = {
            "load": lambda: _first_load(browser, office),
            "clicks": lambda: _clicks(browser, office, [customer.name for customer in customers]),
            "arrivals": lambda: _arrivals(browser, office),
            "typing": lambda: _typing(browser, office),
        }
        for name, part in parts.items():
            if only in (None, name):
                await part()


def main() -> None:
    """Start a system with the built client, measure, stop it. The argument names one of the four parts."""
    only = sys.argv[1] if len(sys.argv) > 1 else None
    run_trial(lambda system: measure(system, only))


if __name__ == "__main__":
    main()
