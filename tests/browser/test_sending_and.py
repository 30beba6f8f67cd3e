"""What is done together with sending: closing, putting aside, and taking that back."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.browser.office import Office
from tests.browser.seat import Seat


@pytest.mark.long_story
async def test_sending_and_closing_or_snoozing_is_one_step_and_can_be_taken_back(office: Office, ana: Seat) -> None:
    await office.receives("Qual é o prazo?")
    await ana.choose()
    await ana.field.fill("São dez dias.")
    await ana.page.keyboard.press("Control+Shift+S")
    await expect(ana.page.get_by_role("menuitem", name="Amanhã de manhã")).to_be_visible()
    await ana.page.keyboard.press("Escape")
    await expect(ana.field).to_have_value("São dez dias.")
    await ana.page.keyboard.press("Control+Shift+S")
    await ana.page.get_by_role("menuitem", name="Até o cliente escrever").click()
    await office.went_out("São dez dias.")
    await expect(ana.page.get_by_text(re.compile("adiada até o cliente escrever")).first).to_be_visible()
    await expect(ana.field).to_have_value("")
    await office.becomes("snoozed")
    await ana.page.get_by_role("button", name="Desfazer").click()
    await office.becomes("queued", "open")

    await ana.field.fill("Mais alguma coisa?")
    await ana.press("Mais formas de enviar")
    await ana.page.get_by_role("menuitem", name="Enviar e adiar").click()
    await ana.page.get_by_role("menuitem", name="Amanhã de manhã").click()
    await office.went_out("Mais alguma coisa?")
    await office.becomes("snoozed")
    # The customer's word brings it back.
    await office.receives("Não, obrigada")
    await office.becomes("queued", "open")
    await expect(ana.message("Não, obrigada")).to_be_visible()

    await ana.field.fill("Até logo.")
    await ana.page.keyboard.press("Control+Shift+Enter")
    await office.went_out("Até logo.")
    await office.becomes("closed")
    closed = ana.page.get_by_text(re.compile("^Mensagem enviada e conversa .* encerrada$")).locator("..")
    await closed.get_by_role("button", name="Desfazer").click()
    await office.becomes("queued", "open")
    assert await office.texts() == [
        "Qual é o prazo?",
        "São dez dias.",
        "Mais alguma coisa?",
        "Não, obrigada",
        "Até logo.",
    ]
