"""The ten things an attendant does most, and what each costs in clicks and keys from an open conversation.

Budgets: "Budgets" of the product's page on how it looks, reads and feels. Text that is typed does not count.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
import pytest_asyncio
from playwright.async_api import FilePayload, expect

from atd_testing.waiting import eventually
from atd_testing.whatsapp import Behaviour, SentMessage
from tests.browser.hand import count_hand, spends
from tests.browser.office import RUI, Customer, Office
from tests.browser.seat import Seat

_RECIPIENT_NOT_ALLOWED = 131030
_CONTRACT = FilePayload(name="contrato.pdf", mimeType="application/pdf", buffer=b"%PDF-1.4\n1 0 obj\nendobj\n%%EOF\n")
_A_DAY_AND_MORE = timedelta(hours=25)


@pytest_asyncio.fixture(loop_scope="session")
async def ana(ana: Seat) -> Seat:
    """The administrator, signed in, and every click and key of hers is counted."""
    await count_hand(ana.context)
    return ana


async def _becomes(office: Office, status: str, of: Customer | None = None, *, assigned: bool = True) -> None:
    """Wait until the server has it so."""

    async def is_so() -> bool:
        now = await office.conversation(of)
        return now["status"] == status and ((now["assignee"] or {}).get("id") == office.ana.id) == assigned

    await eventually(is_so, message=f"the conversation is {status}")


async def _sent(office: Office, kind: str) -> SentMessage:
    """What went out of this kind, once it did."""

    async def found() -> list[SentMessage]:
        return [one for one in await office.went() if one.kind == kind]

    (message,) = await eventually(found, message=f"a message of kind {kind} at the provider")
    return message


@pytest.mark.shares_office
async def test_take_reply_favourite_and_close_are_one_click_each(office: Office, ana: Seat) -> None:
    await office.receives("Qual é o prazo?")
    async with spends(ana, clicks=1):
        await ana.choose()
    async with spends(ana, clicks=1):
        await ana.press("Assumir")
        await _becomes(office, "open")
    async with spends(ana, keys=1):
        await ana.field.press_sequentially("Dez dias.")
        await ana.page.keyboard.press("Enter")
        await office.went_out("Dez dias.")
    async with spends(ana, clicks=1):
        await ana.press("Favoritar")
        await expect(ana.thread.get_by_role("button", name="Tirar dos favoritos")).to_be_visible()
    async with spends(ana, clicks=1):
        await ana.press("Encerrar")
        await _becomes(office, "closed")


@pytest.mark.shares_office
async def test_take_reply_and_close_are_one_key_each_while_one_stands_in_the_field(office: Office, ana: Seat) -> None:
    await office.receives("Qual é o prazo?")
    await ana.choose()
    await expect(ana.field).to_be_focused()
    async with spends(ana, keys=1):
        await ana.page.keyboard.press("Control+Shift+A")
        await _becomes(office, "open")
    async with spends(ana, keys=1):
        await ana.page.keyboard.type("Dez dias.")
        await ana.page.keyboard.press("Enter")
        await office.went_out("Dez dias.")
    async with spends(ana, keys=1):
        await ana.page.keyboard.press("Control+Shift+E")
        await _becomes(office, "closed")
    assert await office.texts() == ["Qual é o prazo?", "Dez dias."]


@pytest.mark.long_story
async def test_quoting_is_one_click_and_the_key_that_sends(office: Office, ana: Seat) -> None:
    await office.receives("Qual é o prazo?", "E o preço?")
    await ana.choose()
    await ana.message("Qual é o prazo?").hover()
    async with spends(ana, clicks=1, keys=1):
        await ana.message("Qual é o prazo?").get_by_role("button", name="Responder citando").click()
        await expect(ana.field).to_be_focused()
        await ana.page.keyboard.type("Dez dias")
        await ana.page.keyboard.press("Enter")
        await office.went_out("Dez dias")
    assert (await _sent(office, "text")).reply_to is not None
    await expect(ana.message("Dez dias").get_by_title("Ir para a mensagem citada")).to_be_visible()


@pytest.mark.long_story
async def test_sending_a_file_is_one_click_and_the_key_that_sends(office: Office, ana: Seat) -> None:
    await office.receives("Pode mandar o contrato?")
    await ana.choose()
    async with spends(ana, clicks=1, keys=1):
        async with ana.page.expect_file_chooser() as choosing:
            await ana.press("Anexar arquivos")
        await (await choosing.value).set_files([_CONTRACT])
        await expect(ana.thread.get_by_role("button", name="Remover contrato.pdf")).to_be_visible()
        await expect(ana.field).to_be_focused()
        await ana.page.keyboard.press("Enter")
        sent = await _sent(office, "document")
    assert sent.body["document"]["filename"] == "contrato.pdf"
    await expect(ana.tick("contrato.pdf", "Enviada")).to_be_visible()


@pytest.mark.shares_office
async def test_a_template_outside_the_window_is_one_click_and_two_keys(office: Office, ana: Seat) -> None:
    await office.received_long_ago("Volto a falar amanhã", _A_DAY_AND_MORE)
    await ana.choose()
    await expect(ana.thread.get_by_text("A janela de 24 h fechou: envie um modelo")).to_be_visible()
    await expect(ana.field).to_have_count(0)
    async with spends(ana, clicks=1, keys=2):
        await ana.press("Escolher modelo")
        await expect(ana.page.get_by_label("Buscar por nome ou texto")).to_be_focused()
        await ana.page.keyboard.type("retomar")
        await expect(ana.page.get_by_role("list", name="Modelos").get_by_role("listitem")).to_have_count(2)
        await ana.page.keyboard.press("Enter")
        await expect(ana.page.get_by_role("button", name="Enviar modelo")).to_be_focused()
        await ana.page.keyboard.press("Enter")
        sent = await _sent(office, "template")
    assert sent.body["template"]["name"] == "retomar_conversa"
    await expect(ana.tick("Ainda podemos ajudar", "Enviada")).to_be_visible()
    await expect(ana.page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.long_story
async def test_a_customers_last_conversation_is_two_keys_away(office: Office, ana: Seat) -> None:
    await office.receives("Alô", of=RUI)
    conversation = await office.conversation(RUI)
    assert (await office.client.post(f"/conversations/{conversation['id']}/close")).is_success
    await office.receives("Qual é o prazo?")
    await ana.choose()
    async with spends(ana, keys=2):
        await ana.page.keyboard.press("Control+K")
        await ana.page.keyboard.type("Rui Prado")
        found = ana.page.get_by_role("group", name="Conversas").get_by_role("option", name="Rui Prado")
        await expect(found).to_have_attribute("aria-selected", "true")
        await ana.page.keyboard.press("Enter")
        await expect(ana.thread.get_by_role("heading", level=1)).to_have_text(RUI.name)
    await expect(ana.message("Alô")).to_be_visible()


@pytest.mark.shares_office
async def test_trying_a_failed_message_again_is_one_click(office: Office, ana: Seat) -> None:
    await office.graph.behave(Behaviour(kind="error", code=_RECIPIENT_NOT_ALLOWED, text_contains="Dez dias"))
    await office.receives("Qual é o prazo?")
    await ana.choose()
    await ana.say("Dez dias.")
    failed = ana.message("Dez dias.")
    await expect(failed.get_by_text("Este é um número de teste")).to_be_visible()
    assert await office.sent("Dez dias.") == []
    async with spends(ana, clicks=1):
        await failed.get_by_role("button", name="Tentar de novo").click()
        await office.went_out("Dez dias.")
    await expect(ana.tick("Dez dias.", "Enviada")).to_be_visible()
    await expect(failed).to_have_count(1)
    assert await office.texts() == ["Qual é o prazo?", "Dez dias."]


@pytest.mark.long_story
async def test_another_theme_is_two_clicks(ana: Seat) -> None:
    page = ana.page.locator("html")
    await expect(page).to_have_attribute("data-mantine-color-scheme", "light")
    async with spends(ana, clicks=2):
        await ana.page.get_by_role("button", name="Sua conta").click()
        await ana.page.get_by_role("menuitem", name="Escuro").click()
        await expect(page).to_have_attribute("data-mantine-color-scheme", "dark")
    await ana.page.reload()
    await expect(page).to_have_attribute("data-mantine-color-scheme", "dark")
