"""A supervisor looks over shoulders: nothing that she sees changes for the one whose conversation it is."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Sit
from tests.browser.office import MARINA, Office
from tests.browser.seat import PHONE, Seat

LAPTOP = {"width": 1280, "height": 720}


async def test_a_glance_leaves_a_conversation_unread_for_the_one_whose_it_is(
    office: Office, ana: Seat, sit: Sit
) -> None:
    bruno = await sit(await office.hire("Bruno Lima"))
    await office.receives("Bom dia")
    path = f"/inbox/all/{(await office.conversation())['id']}"
    await bruno.sign_in(path)
    await bruno.press("Assumir")
    await expect(bruno.thread.get_by_role("button", name="Encerrar", exact=True)).to_be_visible()
    await bruno.go("/inbox/mine")
    await bruno.is_live()
    await office.receives("Ainda aí?")
    await expect(bruno.row().get_by_role("img", name="1 não lida")).to_be_visible()

    await ana.open(path)
    await expect(ana.message("Ainda aí?")).to_be_visible()
    await office.receives("Alô?")
    await expect(ana.message("Alô?")).to_be_visible()
    await expect(bruno.row().get_by_role("img", name="2 não lidas")).to_be_visible()
    await bruno.choose()
    await expect(bruno.row().get_by_role("img", name="2 não lidas")).to_have_count(0)


@pytest.mark.long_story
async def test_what_was_closed_by_mistake_waits_as_before(office: Office, ana: Seat) -> None:
    await office.receives("Quanto custa?")
    await ana.choose()
    await expect(ana.row().get_by_role("img", name="Cliente acabou de escrever")).to_be_visible()
    before = (await office.conversation())["waiting_since"]
    await ana.thread.get_by_role("button", name="Mais ações").click()
    await ana.page.get_by_role("menuitem", name="Encerrar").click()
    await ana.page.get_by_role("button", name="Desfazer").click()
    await expect(ana.thread.get_by_role("button", name="Assumir", exact=True).first).to_be_visible()
    await expect(ana.row().get_by_role("img", name="Cliente acabou de escrever")).to_be_visible()
    assert (await office.conversation())["waiting_since"] == before is not None


@pytest.mark.long_story
async def test_on_a_small_laptop_the_composer_keeps_its_room_beside_the_customer(office: Office, sit: Sit) -> None:
    await office.receives("Bom dia")
    seat = await sit(office.ana, viewport=LAPTOP)
    await seat.sign_in("/inbox/queue")
    await seat.choose()
    await expect(seat.page.get_by_role("region", name="Esta conversa", exact=True)).to_be_visible()
    for button in ("Enviar", "Assumir"):
        inner = await seat.thread.get_by_role("button", name=button, exact=True).last.bounding_box()
        outer = await seat.thread.bounding_box()
        assert inner is not None
        assert outer is not None
        assert inner["x"] + inner["width"] <= outer["x"] + outer["width"]
        assert outer["width"] >= 420


@pytest.mark.long_story
@pytest.mark.parametrize("viewport", [PHONE, {"width": 720, "height": 450}], ids=["phone", "at 200 % zoom"])
async def test_the_customer_is_reached_where_one_pane_is_shown(
    office: Office, sit: Sit, viewport: dict[str, int]
) -> None:
    await office.receives("Bom dia")
    seat = await sit(office.ana, viewport=viewport)
    await seat.open(f"/inbox/all/{(await office.conversation())['id']}")
    await seat.enter_password()
    await seat.thread.get_by_role("button", name="Mais ações").click()
    await seat.page.get_by_role("menuitem", name="Dados do cliente").click()
    sheet = seat.page.get_by_role("dialog")
    await expect(sheet.get_by_role("heading", name=MARINA.name)).to_be_visible()
    await expect(sheet.get_by_role("region", name="Outras conversas")).to_be_visible()
