"""What is done with many conversations at once: each has its own outcome, and what failed is tried again."""

from __future__ import annotations

import pytest
from playwright.async_api import Locator, Route, expect

from tests.browser.office import MARINA, RUI, Customer, Office
from tests.browser.seat import Seat

LIA = Customer("Lia Costa", "5511988880003")


async def _select(ana: Seat, *customers: Customer) -> Locator:
    for one in customers:
        await ana.sees(one)
        await ana.row(one).hover()
        await ana.row(one).get_by_role("checkbox").check(force=True)
    return ana.page.get_by_role("toolbar", name="Ações para as conversas selecionadas")


@pytest.mark.long_story
async def test_many_are_closed_with_one_type_and_what_was_overtaken_is_tried_again(office: Office, ana: Seat) -> None:
    sales = (await office.client.post("/types", json={"name": "Vendas"})).json()
    await office.client.post("/types", json={"name": "Orçamento", "parent_id": sales["id"]})
    await office.client.put("/settings/closing", json={"type_required": True})
    for customer in (MARINA, RUI, LIA):
        await office.receives("Olá", of=customer)
    bar = await _select(ana, MARINA, RUI, LIA)

    async def meanwhile(route: Route) -> None:
        await office.receives("Espere, mais uma coisa", of=RUI)
        await office.kept("Espere, mais uma coisa", of=RUI)
        await route.continue_()

    await ana.page.route("**/api/v1/conversations/bulk", meanwhile, times=1)
    await bar.get_by_role("button", name="Encerrar").click()
    dialog = ana.page.get_by_role("dialog")
    await expect(dialog).to_contain_text("De que trataram estas 3 conversas sem tipo?")
    await dialog.get_by_role("option", name="Orçamento").click()
    await office.becomes("closed", of=MARINA)
    await office.becomes("closed", of=LIA)
    assert (await office.conversation(LIA))["type"]["name"] == "Orçamento"
    failed = ana.page.get_by_role("alert").filter(has_text="1 conversa não foi alterada")
    await expect(failed).to_contain_text("Rui Prado: foi alterada por outra pessoa")
    assert (await office.conversation(RUI))["status"] == "queued"

    await failed.get_by_role("button", name="Tentar de novo com esta").click()
    await dialog.get_by_role("option", name="Vendas").first.click()
    await office.becomes("closed", of=RUI)


@pytest.mark.long_story
async def test_many_are_labelled_typed_read_and_put_aside(office: Office, ana: Seat) -> None:
    await office.client.post("/labels", json={"name": "VIP", "color": "#a16207"})
    await office.client.post("/types", json={"name": "Vendas"})
    for customer in (MARINA, RUI):
        await office.receives("Olá", of=customer)
    bar = await _select(ana, MARINA, RUI)
    dialog = ana.page.get_by_role("dialog")

    await bar.get_by_role("button", name="Mais ações").click()
    await ana.page.get_by_role("menuitem", name="Etiquetas dos clientes").click()
    await expect(dialog).to_contain_text("Etiquetas de 2 clientes")
    await dialog.get_by_role("option", name="VIP").click()
    for customer in (MARINA, RUI):
        await expect(ana.row(customer)).to_contain_text("VIP")
    await ana.page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()

    bar = await _select(ana, MARINA, RUI)
    await bar.get_by_role("button", name="Mais ações").click()
    await ana.page.get_by_role("menuitem", name="Tipo da conversa").click()
    await dialog.get_by_role("option", name="Vendas").click()
    await expect(ana.page.get_by_text("2 conversas alteradas").first).to_be_visible()
    assert (await office.conversation(RUI))["type"]["name"] == "Vendas"

    bar = await _select(ana, MARINA, RUI)
    await bar.get_by_role("button", name="Adiar").click()
    await ana.page.get_by_role("menuitem", name="Até o cliente escrever").click()
    for customer in (MARINA, RUI):
        await office.becomes("snoozed", of=customer)
    await ana.view("Adiadas")
    await ana.sees()
    await office.receives("Voltei", of=RUI)
    await ana.view("Fila")
    await ana.sees(RUI)
    await expect(ana.row()).to_have_count(0)
