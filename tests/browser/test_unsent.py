"""What was written and not sent yet, listed: drafts, and messages that are to be said later."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Locator, expect

from tests.browser.office import MARINA, RUI, Customer, Office
from tests.browser.seat import Seat


async def _schedule(office: Office, text: str, later: timedelta, *, of: Customer = MARINA) -> None:
    """Ana has scheduled a message, in another browser."""
    conversation = await office.conversation(of)
    body = {"kind": "text", "text": text, "scheduled_for": (datetime.now(UTC) + later).isoformat()}
    answer = await office.client.post(f"/conversations/{conversation['id']}/messages", json=body)
    assert answer.is_success, answer.text


def _row(ana: Seat, text: str) -> Locator:
    return ana.page.get_by_role("main").get_by_role("listitem").filter(has_text=text)


@pytest.mark.long_story
async def test_scheduled_messages_are_changed_said_now_and_taken_out(office: Office, ana: Seat) -> None:
    await office.receives("Qual é o prazo?")
    await _schedule(office, "São dez dias.", timedelta(hours=2))
    await _schedule(office, "Até amanhã.", timedelta(hours=3))
    await ana.views.get_by_role("link", name="Agendadas").click()
    page = ana.page.get_by_role("region", name="Mensagens agendadas")
    await expect(page.get_by_role("listitem")).to_have_count(2)

    await _row(ana, "São dez dias.").get_by_role("button", name="Mudar o agendamento").click()
    await ana.page.get_by_role("textbox", name="Texto").fill("São onze dias.")
    await ana.page.get_by_role("button", name="Salvar").click()
    await _row(ana, "São onze dias.").get_by_role("button", name="Enviar agora").click()
    await office.went_out("São onze dias.")
    await expect(page.get_by_role("listitem")).to_have_count(1)

    await _row(ana, "Até amanhã.").get_by_role("button", name="Cancelar o agendamento").click()
    await expect(page.get_by_text("Nenhuma mensagem agendada")).to_be_visible()
    await ana.page.get_by_role("button", name="Desfazer").click()
    await expect(_row(ana, "Até amanhã.")).to_be_visible()
    await page.get_by_role("link", name=MARINA.name).click()
    await expect(ana.message("São onze dias.")).to_be_visible()
    await expect(ana.thread.get_by_role("region", name="Mensagens agendadas")).to_contain_text("Até amanhã.")


@pytest.mark.long_story
async def test_who_scheduled_a_message_hears_that_it_was_not_sent(office: Office, ana: Seat) -> None:
    await office.receives("Qual é o prazo?")
    conversation = await office.conversation()
    await ana.sees()
    await _schedule(office, "São dez dias.", timedelta(seconds=8))
    assert (await office.client.post(f"/conversations/{conversation['id']}/close")).is_success
    notice = ana.page.get_by_text(f"A mensagem agendada para {MARINA.name} não foi enviada").locator("..")
    await notice.get_by_role("button", name="Abrir").click()
    await expect(ana.thread.get_by_role("heading", level=1)).to_have_text(MARINA.name)
    await expect(ana.views.get_by_role("link", name="Agendadas")).to_contain_text("1")
    await ana.views.get_by_role("link", name="Agendadas").click()
    failed = ana.page.get_by_role("region", name="Não enviadas")
    await expect(failed).to_contain_text("Não foi enviada: ")
    await failed.get_by_role("button", name="Tirar da lista").click()
    await expect(ana.page.get_by_text("Nenhuma mensagem agendada")).to_be_visible()
    assert "São dez dias." not in await office.texts()


@pytest.mark.long_story
async def test_drafts_are_listed_and_lead_to_their_conversation(office: Office, ana: Seat) -> None:
    await office.receives("Qual é o prazo?")
    await office.receives("Alô", of=RUI)
    await ana.choose()
    await ana.field.press_sequentially("São dez dias")
    await ana.choose(RUI)
    await ana.writes("Nota")
    await ana.field.press_sequentially("Ligar amanhã")
    await ana.views.get_by_role("link", name="Rascunhos").click()
    page = ana.page.get_by_role("region", name="Rascunhos")
    await expect(page.get_by_role("listitem")).to_have_count(2)
    await expect(_row(ana, "Ligar amanhã")).to_contain_text("Nota interna")
    await _row(ana, "Ligar amanhã").get_by_role("button", name="Apagar rascunho").click()
    await expect(page.get_by_role("listitem")).to_have_count(1)
    await ana.page.get_by_role("button", name="Desfazer").click()
    await expect(page.get_by_role("listitem")).to_have_count(2)
    await page.get_by_role("link", name=MARINA.name).click()
    await expect(ana.field).to_have_value("São dez dias")
