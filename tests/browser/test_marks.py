"""Tags, labels and types in the attendants' hands, by key and by mouse, live on a second screen."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.office import RUI, Office
from tests.browser.seat import Seat


@pytest.mark.long_story
async def test_a_message_is_tagged_by_key_and_a_colleague_sees_it(office: Office, ana: Seat, sit: object) -> None:
    bia = await office.hire("Bia Lima")
    other: Seat = await sit(bia)  # type: ignore[operator]  # the fixture's protocol is the conftest's own
    await office.receives("Meu pedido atrasou", "E veio quebrado")
    await ana.choose()
    await other.sign_in("/inbox/queue")
    await other.choose()

    await ana.message("Meu pedido atrasou").focus()
    await ana.page.keyboard.press("t")
    dialog = ana.page.get_by_role("dialog")
    await dialog.get_by_role("combobox").fill("Atraso")
    await dialog.get_by_role("option", name="Criar a tag").click()
    await expect(dialog.get_by_role("option", name="Atraso")).to_be_visible()
    await ana.page.keyboard.press("Escape")
    await expect(ana.message("Meu pedido atrasou").get_by_text("Atraso", exact=True)).to_be_visible()
    await expect(other.message("Meu pedido atrasou").get_by_text("Atraso", exact=True)).to_be_visible()

    await ana.message("E veio quebrado").click(button="right")
    await ana.page.get_by_role("menuitem", name="Selecionar mensagens").click()
    await ana.message("Meu pedido atrasou").click()
    await ana.page.get_by_role("toolbar", name="Mensagens selecionadas").get_by_role("button", name="Tags").click()
    await dialog.get_by_role("option", name="Atraso").click()
    await expect(other.message("E veio quebrado").get_by_text("Atraso", exact=True)).to_be_visible()
    await ana.page.keyboard.press("Escape")

    await ana.go("/settings/tags")
    await ana.page.get_by_role("button", name="Renomear Atraso").click()
    await ana.page.get_by_role("textbox", name="Renomear Atraso").fill("Entrega atrasada")
    await ana.page.keyboard.press("Enter")
    await expect(other.message("E veio quebrado").get_by_text("Entrega atrasada", exact=True)).to_be_visible()
    await ana.page.get_by_role("button", name="Mais ações de Entrega atrasada").click()
    await ana.page.get_by_role("menuitem", name="Excluir…").click()
    await expect(ana.page.get_by_role("dialog")).to_contain_text("Em 2 mensagens")
    await ana.page.get_by_role("button", name="Excluir", exact=True).click()
    await expect(other.messages.get_by_text("Entrega atrasada", exact=True)).to_have_count(0)


@pytest.mark.long_story
async def test_a_conversation_that_needs_a_type_is_closed_by_keys_alone(office: Office, ana: Seat) -> None:
    ana.forgive("422 POST .*/close")
    await office.client.post("/types", json={"name": "Vendas"})
    await office.client.put("/settings/closing", json={"type_required": True})
    await office.receives("Quanto custa?")
    await office.receives("Alô", of=RUI)
    await ana.choose()
    await ana.page.keyboard.press("Escape")
    await ana.page.keyboard.press("e")
    dialog = ana.page.get_by_role("dialog")
    await expect(dialog).to_contain_text("De que tratou")
    await ana.page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    await expect(ana.thread.get_by_text("Encerrada")).to_have_count(0)
    await ana.page.keyboard.press("e")
    await ana.page.keyboard.type("ven")
    await ana.page.keyboard.press("Enter")
    await expect(ana.thread.get_by_role("button", name="Reabrir").first).to_be_visible()
    await expect(ana.thread.get_by_text("Vendas")).to_be_visible()


@pytest.mark.long_story
async def test_a_customer_is_labelled_and_found_by_it(office: Office, ana: Seat) -> None:
    await office.client.post("/labels", json={"name": "VIP", "color": "#a16207"})
    await office.receives("Olá")
    await office.receives("Alô", of=RUI)
    await ana.choose()
    # The key is the customer's pane's, which comes a moment after the thread.
    await expect(ana.page.get_by_role("button", name="Etiqueta", exact=True)).to_be_visible()
    await ana.page.keyboard.press("Escape")
    await ana.page.keyboard.press("Shift+L")
    await ana.page.get_by_role("dialog").get_by_role("option", name="VIP").click()
    await ana.page.keyboard.press("Escape")
    await expect(ana.row().get_by_text("VIP")).to_be_visible()
    await ana.page.get_by_role("button", name="Filtrar por tipo, etiqueta ou tag").click()
    await ana.page.get_by_role("dialog").get_by_role("option", name="VIP").click()
    await expect(ana.row(RUI)).to_have_count(0)
    await expect(ana.row()).to_be_visible()
