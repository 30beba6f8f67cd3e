"""Privacy in the client: somebody who was erased goes everywhere at once, periods are set, the audit log tells."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Sit
from tests.browser.office import MARINA, RUI, Office
from tests.browser.seat import Seat

pytestmark = pytest.mark.long_story

GONE = "Este cliente foi apagado"


async def erase(page: Page, name: str) -> None:
    """Fill in the dialog that erases the customer who is shown."""
    await page.get_by_role("button", name="Apagar tudo").click()
    dialog = page.get_by_role("dialog", name="Apagar este cliente")
    await dialog.get_by_label("Motivo").fill("pedido do titular")
    await dialog.get_by_label(f"Para confirmar, digite {name}").fill(name)
    await dialog.get_by_role("button", name="Apagar para sempre").click()


async def test_an_erased_customer_leaves_every_screen_quietly(office: Office, ana: Seat, sit: Sit) -> None:
    """Nothing is asked for in vain: a failed request would fail the story."""
    bia = await sit(await office.hire("Bia Lima", role="supervisor"))
    await office.receives("Apaguem os meus dados")
    await office.receives("Quero um boleto", of=RUI)
    await bia.sign_in("/inbox/all")
    await bia.choose()
    await bia.field.fill("Olá Marina, ")
    await ana.choose()
    await erase(ana.page, MARINA.name)
    receipt = ana.page.get_by_role("dialog", name="Recibo da exclusão")
    await expect(receipt.get_by_text("ingest-whatsapp: confirmou")).to_be_visible(timeout=30_000)
    await expect(receipt.get_by_text("1 cadastro")).to_be_visible()
    await receipt.get_by_role("button", name="Fechar").click()
    for seat in (ana, bia):
        await expect(seat.thread.get_by_text(GONE)).to_be_visible()
        await expect(seat.row(MARINA)).to_have_count(0)
        await expect(seat.page.get_by_role("region", name="Cliente").get_by_text(GONE)).to_be_visible()
    await ana.page.get_by_role("button", name="Ver o recibo").click()
    await expect(ana.page.get_by_role("dialog", name="Recibo da exclusão")).to_be_visible()
    await bia.choose(RUI)


async def test_periods_are_saved_after_what_they_would_delete_is_said(office: Office, ana: Seat) -> None:
    await ana.go("/settings/privacy")
    await ana.page.get_by_role("switch", name="Apagar arquivos depois de um prazo").check()
    days = ana.page.get_by_role("textbox", name="Dias: Arquivos")
    await days.fill("5")
    await expect(ana.page.get_by_text("De 30 a 3.650 dias")).to_be_visible()
    save = ana.page.get_by_role("button", name="Salvar", exact=True)
    await expect(save).to_be_disabled()
    await days.fill("90")
    await expect(ana.page.get_by_text("Hoje nada seria apagado.")).to_be_visible()
    await save.click()
    await expect(ana.page.get_by_text("Prazos salvos")).to_be_visible()
    policy = (await office.client.get("/privacy/retention")).json()
    assert (policy["messages_days"], policy["files_days"], policy["contacts_days"]) == (None, 90, None)
    await ana.page.get_by_role("link", name="Abrir o registro de auditoria").click()
    entries = ana.page.get_by_role("list", name="Registros")
    await expect(entries.get_by_text("Mudou os prazos de guarda")).to_be_visible()
    await expect(entries.get_by_text("mensagens: sem prazo · arquivos: 90 dias · clientes: sem prazo")).to_be_visible()


async def test_the_audit_log_is_filtered_by_person_and_action(office: Office, ana: Seat) -> None:
    bia = await office.hire("Bia Lima")
    async with office.as_person(bia):
        pass
    await ana.go("/settings/audit")
    entries = ana.page.get_by_role("list", name="Registros")
    await expect(entries.get_by_text("Adicionou um atendente: Bia Lima")).to_be_visible()
    await ana.page.get_by_label("Quem").select_option(label="Bia Lima")
    await expect(entries.get_by_role("listitem")).to_have_count(1)
    await expect(entries.get_by_text("Entrou")).to_be_visible()
    await ana.page.get_by_label("O quê").select_option(label="Canais")
    await expect(ana.page.get_by_text("Nada encontrado")).to_be_visible()
    await ana.page.get_by_role("button", name="Limpar filtros").click()
    await expect(entries.get_by_text("Conectou um canal")).to_be_visible()
