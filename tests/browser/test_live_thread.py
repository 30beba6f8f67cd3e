"""What others do shows in the open conversation at once."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Sit
from tests.browser.office import MARINA, Office
from tests.browser.seat import Seat


@pytest.mark.long_story
async def test_what_customer_and_colleague_write_shows_without_a_reload(office: Office, ana: Seat) -> None:
    await office.receives("Bom dia, meu boleto não chegou")
    await ana.open(f"/inbox/queue/{(await office.conversation())['id']}")
    await expect(ana.thread.get_by_role("heading", level=1)).to_have_text(MARINA.name)
    await expect(ana.message("meu boleto não chegou")).to_be_visible()
    await ana.press("Assumir")
    await expect(ana.thread.get_by_role("button", name="Encerrar", exact=True)).to_be_visible()

    await office.answers("Já envio outro.", person=await office.hire("Bruno Lima"))
    await expect(ana.tick("Já envio outro.", "Enviada")).to_be_visible()
    await expect(ana.message("Já envio outro.")).to_have_accessible_name(re.compile("Bruno Lima"))
    await office.receipt("Já envio outro.", "delivered")
    await expect(ana.tick("Já envio outro.", "Entregue")).to_be_visible()
    await office.receipt("Já envio outro.", "read")
    await expect(ana.tick("Já envio outro.", "Lida")).to_be_visible()
    await office.receives("Chegou, obrigada")
    await expect(ana.message("Chegou, obrigada")).to_be_visible()


@pytest.mark.long_story
async def test_who_else_looks_at_a_conversation_is_said(office: Office, ana: Seat, sit: Sit) -> None:
    await office.receives("Tem alguém aí?")
    path = f"/inbox/queue/{(await office.conversation())['id']}"
    bruno = await sit(await office.hire("Bruno Lima"))
    await bruno.sign_in(path)
    await ana.open(path)
    await expect(ana.thread.get_by_text("Bruno Lima está vendo")).to_be_visible()
    await expect(bruno.thread.get_by_text("Ana Souza está vendo")).to_be_visible()
