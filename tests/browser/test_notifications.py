"""What calls the attendant: once over all tabs, never for what they are reading."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from atd_testing.waiting import eventually
from tests.browser.conftest import Sit
from tests.browser.office import MARINA, RUI, Office
from tests.browser.seat import Seat

_LOOKED_AT = """
window.__looked = true;
document.hasFocus = () => window.__looked;
"""
_NOTIFICATION = """
window.__notified = [];
window.Notification = class {
  static permission = "PERMISSION";
  static async requestPermission() {
    window.Notification.permission = "granted";
    return "granted";
  }
  constructor(title, { body }) { window.__notified.push([title, body]); }
  close() {}
};
"""
_RING = """
window.__tones = 0;
const { start } = OscillatorNode.prototype;
OscillatorNode.prototype.start = function (...given) {
  window.__tones += 1;
  return start.apply(this, given);
};
"""
_TONES = 2
"""Each ring has two."""
_SAID = """
() => {
  window.__said = [];
  const region = document.querySelector("[role=status][aria-live=polite]");
  const hear = () => window.__said.push(region.textContent);
  new MutationObserver(hear).observe(region, { childList: true, subtree: true });
}
"""


async def _seat(sit: Sit, office: Office, permission: str = "granted") -> Seat:
    seat = await sit(office.ana)
    await seat.context.add_init_script(_LOOKED_AT + _NOTIFICATION.replace("PERMISSION", permission) + _RING)
    return seat


async def _looks_away(*tabs: Page) -> None:
    """Another window is in front."""
    for tab in tabs:
        await tab.evaluate("window.__looked = false")


async def _notified(*tabs: Page) -> list[list[str]]:
    return [one for tab in tabs for one in await tab.evaluate("window.__notified")]


async def _turn_on(seat: Seat) -> None:
    switch = seat.page.get_by_role("switch", name="Notificações na área de trabalho")
    await switch.check(force=True)
    await expect(switch).to_be_checked()


@pytest.mark.long_story
async def test_two_tabs_notify_once_and_not_of_what_is_read(office: Office, sit: Sit) -> None:
    # Of a message in a conversation that is not loaded yet, one is told a moment later.
    await office.receives("Qual é o prazo?")
    seat = await _seat(sit, office, "default")
    await seat.sign_in("/settings/notifications")
    await _turn_on(seat)
    first = seat.page
    await seat.go("/inbox/queue")
    await seat.is_live()
    await first.evaluate("Notification.permission = 'granted'")
    await seat.choose()
    await office.receives("Alguém?")
    await expect(seat.message("Alguém?")).to_be_visible()

    second = await seat.open("/inbox/queue")
    await second.evaluate("Notification.permission = 'granted'")
    await seat.is_live()
    await _looks_away(first, second)
    await office.receives("Alô", of=RUI)

    async def told() -> bool:
        return len(await _notified(first, second)) > 0

    await eventually(told, message="a notification")
    await office.receives("E o preço?", of=MARINA)

    async def told_again() -> bool:
        return len(await _notified(first, second)) > 1

    await eventually(told_again, message="another notification")
    shown = sorted(await _notified(first, second))
    assert shown == [[MARINA.name, "Nova mensagem"], [RUI.name, "Nova mensagem"]]


@pytest.mark.long_story
async def test_what_the_browser_forbids_is_said_where_it_is_turned_on(office: Office, sit: Sit) -> None:
    seat = await _seat(sit, office, "denied")
    await seat.sign_in("/settings/notifications")
    await expect(seat.page.get_by_text("O navegador está bloqueando as notificações deste site")).to_be_visible()
    await expect(seat.page.get_by_role("switch", name="Notificações na área de trabalho")).to_be_disabled()


@pytest.mark.long_story
async def test_four_tabs_ring_once(office: Office, sit: Sit) -> None:
    seat = await _seat(sit, office)
    await seat.sign_in("/inbox/queue")
    tabs = [seat.page]
    for _ in range(3):
        tabs.append(await seat.open("/inbox/queue"))
        await seat.is_live()
    for tab in tabs:
        await tab.get_by_role("searchbox", name="Buscar conversas").click()

    async def tones() -> int:
        return sum([await tab.evaluate("window.__tones") for tab in tabs])

    for count, customer in enumerate((MARINA, RUI), start=1):
        await office.receives("Alô", of=customer)

        async def rung(wanted: int = count * _TONES) -> bool:
            return await tones() >= wanted

        await eventually(rung, message=f"ring {count}")
    assert await tones() == 2 * _TONES


async def test_screen_readers_hear_of_the_open_conversation_alone(office: Office, ana: Seat) -> None:
    await office.receives("Qual é o prazo?")
    await ana.choose()
    await ana.page.evaluate(_SAID)
    await office.receives("Bom dia, é do Rui", of=RUI)
    await expect(ana.views.get_by_role("img", name="2 conversas na fila")).to_be_visible()
    await office.receives("Alguém?")

    async def said() -> list[str]:
        return [one for one in await ana.page.evaluate("window.__said") if one]

    assert await eventually(said, message="something is said") == ["Marina Alves: Alguém?"]
