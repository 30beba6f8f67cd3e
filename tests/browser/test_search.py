"""Searching all messages: letter by letter, narrowed, jumping to a message, and back."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.browser.office import MARINA, RUI, Office
from tests.browser.seat import Seat


@pytest.mark.long_story
async def test_words_lead_to_their_message_and_back_keeps_the_list(office: Office, ana: Seat) -> None:
    await office.receives("Bom dia", "A impressora parou de novo", "Quando vem o técnico?")
    await office.receives("Preciso de uma impressora nova", of=RUI)
    await office.answers("A impressora chega amanhã", of=RUI)
    tag = (await office.client.post("/tags", json={"name": "Assistência", "color": "#a16207"})).json()
    conversation = await office.conversation(MARINA)
    listed = await office.client.get(f"/conversations/{conversation['id']}/messages")
    broken = next(one for one in listed.json()["items"] if one["text"] == "A impressora parou de novo")
    assert (await office.client.put(f"/messages/{broken['id']}/tags/{tag['id']}")).is_success

    page = ana.page
    await page.get_by_role("searchbox").press_sequentially("impres", delay=30)
    results = page.get_by_role("region", name="Resultados da busca")
    await expect(results.locator("[data-result]")).to_have_count(3)
    await expect(results.locator("mark").first).to_have_text(re.compile("impressora", re.IGNORECASE))

    filters = page.get_by_role("group", name="Filtros da busca")
    await filters.get_by_role("button", name="De quem").click()
    await page.get_by_role("menuitemradio", name="De clientes").click()
    await expect(results.locator("[data-result]")).to_have_count(2)
    await filters.get_by_role("button", name="Filtrar por").click()
    await page.get_by_role("dialog").get_by_role("option", name="Assistência").click()
    await page.keyboard.press("Escape")
    await expect(results.locator("[data-result]")).to_have_count(1)
    await expect(page).to_have_url(re.compile(rf"(?=.*q=impres)(?=.*by=inbound)(?=.*tag={tag['id']})"))

    await results.locator("[data-result]").click()
    await expect(page).to_have_url(re.compile(rf"/{conversation['id']}\?.*#message={broken['id']}"))
    await expect(ana.message("A impressora parou de novo")).to_be_in_viewport()
    await page.go_back()
    await expect(results.locator("[data-result]")).to_have_count(1)
    await expect(page.get_by_role("searchbox")).to_have_value("impres")

    await filters.get_by_role("button", name="De clientes").click()
    await page.get_by_role("menuitemradio", name="Da empresa").click()
    await page.get_by_role("button", name="Tirar “Tag: Assistência” (1 mensagem)").click()
    await expect(results.locator("[data-result]")).to_have_count(1)
    await expect(results).to_contain_text("A impressora chega amanhã")
