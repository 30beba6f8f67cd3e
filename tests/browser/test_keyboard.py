"""A whole conversation without a mouse, and keys that are no commands."""

from __future__ import annotations

import pytest
from playwright.async_api import Locator, expect

from atd_testing.waiting import eventually
from tests.browser.conftest import Sit
from tests.browser.hand import count_hand
from tests.browser.office import MARINA, RUI, Customer, Office
from tests.browser.seat import Seat


async def _becomes(office: Office, of: Customer, status: str) -> None:
    """Wait until the server has it so, on behalf of Ana."""

    async def is_so() -> bool:
        now = await office.conversation(of)
        return now["status"] == status and (now["assignee"] or {}).get("id") == office.ana.id

    await eventually(is_so, message=f"the conversation with {of.name} is {status}")


async def _sign_in_by_keys(seat: Seat) -> None:
    page = await seat.open("/inbox/queue")
    await page.get_by_role("textbox", name="E-mail").focus()
    await page.keyboard.type(seat.person.email)
    await page.keyboard.press("Tab")
    await page.keyboard.type(seat.person.password)
    await page.keyboard.press("Enter")
    await seat.is_live()


async def _walk_to(seat: Seat, row: Locator) -> None:
    """By `j`, from row to row, to this one."""
    for _ in range(3):
        await seat.page.keyboard.press("j")
        await expect(seat.page.locator("[data-row] > a:focus")).to_be_visible()
        if await row.evaluate("(link) => link === document.activeElement"):
            return
    await expect(row).to_be_focused()


async def _open_by_enter(seat: Seat, of: Customer) -> None:
    await seat.page.keyboard.press("Enter")
    await expect(seat.thread.get_by_role("heading", level=1)).to_have_text(of.name)
    await expect(seat.field).to_be_focused()


async def _leave_field(seat: Seat) -> None:
    await seat.page.keyboard.press("Escape")
    await expect(seat.messages).to_be_focused()


async def test_from_signing_in_to_the_next_conversation_by_keys_alone(office: Office, sit: Sit) -> None:
    await office.receives("Qual é o prazo?")
    await office.receives("Alô", of=RUI)
    await office.kept("Alô", RUI)
    seat = await sit(office.ana)
    await count_hand(seat.context)
    await _sign_in_by_keys(seat)
    await expect(seat.row(RUI)).to_be_visible()
    rows, press = seat.page.locator("[data-row] > a"), seat.page.keyboard.press
    for key, index in (("j", 0), ("j", 1), ("k", 0)):
        await press(key)
        await expect(rows.nth(index)).to_be_focused()
    await press("k")
    first, second = (MARINA, RUI) if MARINA.name in await rows.nth(0).inner_text() else (RUI, MARINA)
    await _open_by_enter(seat, first)

    await press("Control+Shift+A")
    await _becomes(office, first, "open")
    await seat.page.keyboard.type("Dez dias.")
    await press("Enter")
    await office.went_out("Dez dias.")
    await _leave_field(seat)
    await press("n")
    await expect(seat.page.get_by_role("textbox", name="Nota interna")).to_be_focused()
    await seat.page.keyboard.type("Cliente antigo")
    await press("Enter")
    await office.kept("Cliente antigo", first)
    await _leave_field(seat)
    await press("e")
    await _becomes(office, first, "closed")

    await _walk_to(seat, seat.row(second).get_by_role("link"))
    await _open_by_enter(seat, second)
    assert await seat.page.evaluate("window.__hand.clicks") == 0
    assert await office.sent("Cliente antigo") == []


@pytest.mark.long_story
async def test_keys_are_letters_while_typing_and_nothing_behind_a_dialog(office: Office, ana: Seat) -> None:
    await office.receives("Qual é o prazo?")
    await office.receives("Alô", of=RUI)
    await ana.choose()
    address = ana.page.url
    await expect(ana.field).to_be_focused()
    await ana.page.keyboard.type("jkeaf?")
    await expect(ana.field).to_have_value("jkeaf?")
    await _leave_field(ana)

    for opening, name in (("?", "Atalhos do teclado"), ("a", "Transferir para"), ("Control+K", "Comandos")):
        await ana.page.keyboard.press(opening)
        await expect(ana.page.get_by_role("dialog", name=name)).to_be_visible()
        for key in ("j", "k", "e", "n"):
            await ana.page.keyboard.press(key)
        await ana.page.keyboard.press("Escape")
        await expect(ana.page.get_by_role("dialog")).to_have_count(0)
        await expect(ana.messages).to_be_focused()
    assert ana.page.url == address
    await ana.page.keyboard.press("Escape")
    await expect(ana.page.get_by_role("textbox", name="Resposta ao cliente")).to_be_focused()
    await expect(ana.field).to_have_value("jkeaf?")
    assert (await office.conversation())["status"] == "queued"
