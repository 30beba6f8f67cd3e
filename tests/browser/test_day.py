"""The day of an attendant: somebody writes, is answered, and writes again."""

from __future__ import annotations

import re

from playwright.async_api import expect

from atd_testing.waiting import eventually
from tests.browser.conftest import Sit
from tests.browser.office import Office
from tests.browser.seat import Seat


async def test_a_conversation_from_the_first_message_to_its_second_life(office: Office, ana: Seat) -> None:
    await expect(ana.page.get_by_text("A fila está vazia")).to_be_visible()
    await office.receives("Bom dia, meu boleto não chegou")
    await expect(ana.row()).to_contain_text("Bom dia, meu boleto não chegou")

    await ana.choose()
    await ana.press("Assumir")
    await expect(ana.thread.get_by_role("button", name="Encerrar", exact=True)).to_be_visible()
    await ana.say("Bom dia, Marina. Já envio outro.")
    await expect(ana.tick("Já envio outro", "Enviada")).to_be_visible()
    await office.receipt("Bom dia, Marina. Já envio outro.", "delivered")
    await expect(ana.tick("Já envio outro", "Entregue")).to_be_visible()
    await office.receipt("Bom dia, Marina. Já envio outro.", "read")
    await expect(ana.tick("Já envio outro", "Lida")).to_be_visible()

    await ana.press("Encerrar")
    await expect(ana.thread.get_by_role("button", name="Reabrir", exact=True).first).to_be_visible()

    async def is_closed() -> bool:
        return bool((await office.conversation())["status"] == "closed")

    # The client shows it before the server has it.
    await eventually(is_closed, message="the conversation is closed")

    await office.receives("Chegou, obrigada")
    await expect(ana.message("Chegou, obrigada")).to_be_visible()
    await expect(ana.thread.get_by_role("button", name="Encerrar", exact=True)).to_be_visible()
    assert (await office.conversation())["status"] != "closed"


async def test_two_attendants_at_one_conversation_see_each_other(office: Office, ana: Seat, sit: Sit) -> None:
    bruno = await sit(await office.hire("Bruno Lima"))
    await bruno.sign_in("/inbox/queue")
    await office.receives("Tem alguém aí?")
    await ana.choose()
    await bruno.choose()
    await expect(ana.thread.get_by_text("Bruno Lima está vendo")).to_be_visible()
    await expect(bruno.thread.get_by_text("Ana Souza está vendo")).to_be_visible()

    await ana.field.press_sequentially("Tem sim")
    await expect(bruno.thread.get_by_text("Ana Souza está escrevendo")).to_be_visible()
    await ana.field.press("Enter")
    await expect(bruno.message("Tem sim")).to_have_accessible_name(re.compile("Ana Souza"))
    await office.went_out("Tem sim")
    await expect(ana.message("Tem sim")).to_have_count(1)
    await expect(bruno.message("Tem sim")).to_have_count(1)
