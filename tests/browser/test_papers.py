"""A transcript from the menu, customers from a file and back, and a customer who is erased with a receipt."""

from __future__ import annotations

import pytest
from playwright.async_api import FilePayload, expect

from tests.browser.office import MARINA, Office
from tests.browser.seat import Seat

pytestmark = pytest.mark.long_story


async def test_a_transcript_is_downloaded_from_the_menu(office: Office, ana: Seat) -> None:
    await office.receives("Preciso da ação civil 😀")
    await ana.choose()
    await ana.press("Mais ações")
    await ana.page.get_by_role("menuitem", name="Transcrição").click()
    dialog = ana.page.get_by_role("dialog")
    await dialog.get_by_label("Texto", exact=True).check()
    async with ana.page.expect_download() as downloading:
        await dialog.get_by_role("button", name="Preparar").click()
    download = await downloading.value
    assert download.suggested_filename.startswith("transcricao-")
    text = (await download.path()).read_text(encoding="utf-8-sig")
    assert "Preciso da ação civil 😀" in text
    await expect(dialog.get_by_role("button", name="Baixar de novo")).to_be_visible()


async def test_customers_come_in_from_a_file_and_the_import_is_undone(office: Office, ana: Seat) -> None:
    await ana.go("/settings/imports")
    data = "Nome;Celular\r\nJosé Conceição;11 98888-7777\r\nErrado;123\r\n".encode("windows-1252")
    file = FilePayload(name="clientes.csv", mimeType="text/csv", buffer=data)
    await ana.page.locator("input[type=file]").set_input_files(file)
    card = ana.page.get_by_role("region", name="clientes.csv")
    await expect(card.get_by_text("Windows-1252")).to_be_visible()
    await card.get_by_role("button", name="Conferir").click()
    await expect(card.get_by_text("Telefone inválido")).to_be_visible(timeout=20_000)
    await card.get_by_role("button", name="Importar 1 linha").click()
    await card.get_by_role("button", name="Desfazer importação").click(timeout=20_000)
    await expect(card.get_by_text("removidas")).to_be_visible(timeout=20_000)
    assert (await office.client.get("/contacts", params={"q": "Conceição"})).json()["items"] == []


async def test_a_customer_is_erased_after_their_name_is_typed(office: Office, ana: Seat) -> None:
    await office.receives("Apaguem os meus dados")
    await ana.choose()
    await ana.page.get_by_role("button", name="Apagar tudo").click()
    dialog = ana.page.get_by_role("dialog", name="Apagar este cliente")
    await dialog.get_by_label("Motivo").fill("pedido do titular")
    erase = dialog.get_by_role("button", name="Apagar para sempre")
    await expect(erase).to_be_disabled()
    await dialog.get_by_label(f"Para confirmar, digite {MARINA.name}").fill(MARINA.name)
    await erase.click()
    receipt = ana.page.get_by_role("dialog", name="Recibo da exclusão")
    await expect(receipt.get_by_text("ingest-whatsapp: confirmou")).to_be_visible(timeout=30_000)
