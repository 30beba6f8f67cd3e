"""Reading: where a thread opens, and that nothing moves what is being read."""

from __future__ import annotations

import pytest
from playwright.async_api import Locator, expect

from atd_testing.waiting import eventually
from tests.browser.office import Customer, Office
from tests.browser.seat import Seat

_LINES = [f"Linha {number}: o que já foi dito há algum tempo, e ocupa o seu lugar" for number in range(1, 121)]


async def _distance(seat: Seat, row: Locator) -> float:
    """How far, in pixels, a message stands below the upper edge of the messages."""
    inner, outer = await row.bounding_box(), await seat.messages.bounding_box()
    assert inner is not None
    assert outer is not None
    return inner["y"] - outer["y"]


async def _scroll_up(seat: Seat, pixels: int) -> None:
    await seat.messages.hover()
    await seat.page.mouse.wheel(0, -pixels)


async def _in_sight(seat: Seat) -> Locator:
    """A message that stands in the middle of what is shown."""
    box = await seat.messages.bounding_box()
    assert box is not None
    found = await seat.page.evaluate(
        """([x, y]) => document.elementsFromPoint(x, y).map((one) => one.closest("[data-message]"))
            .find((row) => row !== null)?.dataset.message ?? null""",
        [box["x"] + 80, box["y"] + box["height"] / 2],
    )
    assert found is not None
    return seat.messages.locator(f'[data-message="{found}"]')


async def _open(seat: Seat, office: Office, of: Customer | None = None) -> None:
    await seat.page.goto(f"{seat.url}/inbox/all/{(await office.conversation(of))['id']}")
    await expect(seat.thread.get_by_role("heading", level=1)).to_have_text((of or office.marina).name)


@pytest.mark.long_story
async def test_a_thread_opens_at_the_first_unread_message_and_later_at_the_newest(office: Office, ana: Seat) -> None:
    await office.receives(*_LINES[:40])
    await office.kept(_LINES[39])
    await _open(ana, office)
    await expect(ana.messages.get_by_text("Novas mensagens")).to_be_in_viewport()
    await expect(ana.message(_LINES[0])).to_be_in_viewport()
    await ana.thread.get_by_title("Ir para a mais recente").click()
    await expect(ana.message(_LINES[39])).to_be_in_viewport()
    await expect(ana.messages.get_by_text("Novas mensagens")).to_have_count(1)

    async def is_read() -> bool:
        return bool((await office.conversation())["unread_count"] == 0)

    await eventually(is_read, message="the conversation is read")
    await _open(ana, office)
    await expect(ana.message(_LINES[39])).to_be_in_viewport()
    await expect(ana.messages.get_by_text("Novas mensagens")).to_have_count(0)


@pytest.mark.shares_office
async def test_who_reads_old_messages_is_not_moved_by_anything(office: Office, ana: Seat) -> None:
    await office.receives(*_LINES)
    await office.kept(_LINES[-1])
    await _open(ana, office)
    await ana.thread.get_by_title("Ir para a mais recente").click()
    await expect(ana.message(_LINES[-1])).to_be_in_viewport()
    await _scroll_up(ana, 1800)
    await expect(ana.thread.get_by_title("Ir para a mais recente")).to_be_visible()
    row = await _in_sight(ana)
    place = await _distance(ana, row)

    async def stays() -> None:
        await expect(row).to_be_in_viewport()
        assert abs(await _distance(ana, row) - place) < 2

    await office.receives("Uma nova", "Outra nova", "E mais uma")
    await expect(ana.thread.get_by_text("3 novas")).to_be_visible()
    await stays()
    await office.answers("Resposta de outro lugar")
    await expect(ana.message("Resposta de outro lugar")).to_have_count(1)
    await stays()
    await office.receipt("Resposta de outro lugar", "read")
    await expect(ana.tick("Resposta de outro lugar", "Lida")).to_have_count(1)
    await stays()
    await ana.page.set_viewport_size({"width": 1440, "height": 700})
    await stays()
    await ana.page.set_viewport_size({"width": 1440, "height": 900})
    await stays()
    await ana.cut()
    await office.receives("Enquanto a rede faltava")
    await office.kept("Enquanto a rede faltava")
    await ana.mend()
    await expect(ana.message("Enquanto a rede faltava")).to_have_count(1)
    await stays()

    await ana.thread.get_by_title("Ir para a mais recente").click()
    await expect(ana.message("Enquanto a rede faltava")).to_be_in_viewport()
    await office.receives("E agora segue")
    await expect(ana.message("E agora segue")).to_be_in_viewport()


@pytest.mark.long_story
async def test_a_quote_leads_to_a_message_far_up_and_back(office: Office, ana: Seat) -> None:
    await office.receives(*_LINES)
    await office.kept(_LINES[-1])
    address = f"/conversations/{(await office.conversation())['id']}/messages"
    first = (await office.client.get(address, params={"after": 0, "limit": 1})).json()["items"][0]
    body = {"kind": "text", "text": "Sobre a primeira linha", "reply_to": first["id"]}
    answer = await office.client.post(address, json=body)
    assert answer.is_success, answer.text
    await office.client.post(address.replace("messages", "read"), json={})
    await _open(ana, office)
    await ana.message("Sobre a primeira linha").get_by_title("Ir para a mensagem citada").click()
    await expect(ana.messages.locator(f'[data-message="{first["id"]}"]')).to_be_focused()
    await expect(ana.messages.locator(f'[data-message="{first["id"]}"]')).to_be_in_viewport()
    await ana.thread.get_by_title("Ir para a mais recente").click()
    await expect(ana.message("Sobre a primeira linha")).to_be_in_viewport()
