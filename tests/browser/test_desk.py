"""The desk between two people: mentions, priority, putting aside, and who was faster."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Route, expect

from tests.browser.conftest import Sit
from tests.browser.office import RUI, Office
from tests.browser.seat import Seat


@pytest.mark.long_story
async def test_a_mention_stands_in_its_list_until_it_is_read(office: Office, ana: Seat, sit: Sit) -> None:
    bia = await sit(await office.hire("Bia Lima"))
    await office.receives("Meu pedido atrasou")
    await office.receives("Alô", of=RUI)
    await bia.sign_in("/inbox/mentions")
    await ana.page.reload()  # her colleagues are known for a minute
    await ana.is_live()
    await ana.choose()
    await ana.writes("Nota")
    await ana.field.press_sequentially("Pode olhar, @Bia")
    await expect(ana.page.get_by_role("option", name="Bia Lima")).to_be_visible()
    await ana.field.press("Enter")
    await ana.field.press_sequentially("?")
    await ana.field.press("Enter")
    await expect(bia.views.get_by_role("link", name=re.compile("^Menções"))).to_contain_text("1")
    await bia.choose()
    await expect(bia.message("Pode olhar, @Bia Lima ?")).to_be_visible()
    await expect(bia.views.get_by_role("link", name=re.compile("^Menções"))).not_to_contain_text("1")
    # The list keeps what one was mentioned in; the customer never hears of it.
    await expect(bia.row()).to_be_visible()
    await expect(bia.row(RUI)).to_have_count(0)
    assert await office.sent("Pode olhar, @Bia Lima ?") == []


@pytest.mark.long_story
async def test_priority_and_putting_aside_are_seen_by_a_colleague_and_end_with_the_customers_word(
    office: Office, ana: Seat, sit: Sit
) -> None:
    bia = await sit(await office.hire("Bia Lima"))
    await office.receives("Meu pedido atrasou")
    await bia.sign_in("/inbox/queue")
    await bia.sees()
    await ana.choose()
    await ana.page.keyboard.press("Escape")
    await ana.page.keyboard.press("p")
    await ana.page.get_by_role("menuitem", name="Urgente").click()
    await expect(bia.row().get_by_role("img", name="Urgente")).to_be_visible()
    await ana.press("Adiar")
    await ana.page.get_by_role("menuitem", name="Amanhã de manhã").click()
    await expect(bia.row()).to_have_count(0)
    await bia.view("Adiadas")
    await bia.sees()
    await office.receives("Ainda não chegou")
    await expect(bia.row()).to_have_count(0)
    await bia.view("Fila")
    await bia.sees()


@pytest.mark.long_story
async def test_who_is_slower_hears_who_was_faster(office: Office, ana: Seat) -> None:
    ana.forgive("409 POST .*/assign")
    bia = await office.hire("Bia Lima")
    await office.receives("Meu pedido atrasou")
    conversation = await office.conversation()
    await ana.choose()

    async def meanwhile(route: Route) -> None:
        async with office.as_person(bia) as faster:
            answer = await faster.post(f"/conversations/{conversation['id']}/assign", json={"attendant_id": bia.id})
        assert answer.is_success, answer.text
        await route.continue_()

    await ana.page.route("**/assign", meanwhile, times=1)
    await ana.press("Assumir")
    await expect(ana.page.get_by_text("Bia Lima assumiu antes de você.")).to_be_visible()
    await expect(ana.thread.get_by_role("button", name="Bia Lima")).to_be_visible()
    assert (await office.conversation())["assignee"]["id"] == bia.id
