"""Endpoints of webhooks: made on a page of the settings by hand, and what arrives at a customer's own server."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect
from standardwebhooks import Webhook

from atd_testing.receivers import receiver
from atd_testing.waiting import eventually
from tests.browser.axe import faults
from tests.browser.conftest import Sit
from tests.browser.office import Office
from tests.browser.seat import PHONE, Seat

ANSWER = b'HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: 18\r\n\r\n{"queue":"orders"}'
SIGNED = ("webhook-id", "webhook-timestamp", "webhook-signature")


async def test_an_endpoint_is_made_and_tested_and_a_customers_message_arrives_signed_is_seen_and_sent_again(
    office: Office, ana: Seat
) -> None:
    async with receiver(ANSWER) as server:
        await ana.open("/settings/webhooks/new")
        page = ana.page
        await page.get_by_role("textbox", name="Endereço", exact=True).fill(server.url("/in"))
        await page.get_by_role("textbox", name="Descrição").fill("CRM")
        await page.get_by_role("searchbox", name="Procurar evento").fill("received")
        await page.get_by_role("checkbox", name="message.received").check()
        await expect(page.get_by_role("region", name="Corpo enviado")).to_contain_text("message.received")
        await page.get_by_role("textbox", name="Descrição").press("Enter")
        dialog = page.get_by_role("dialog", name="O segredo, só desta vez")
        secret = await dialog.locator("code").inner_text()
        await dialog.get_by_role("button", name="Já guardei").click()
        await expect(page.get_by_role("heading", level=1, name="CRM")).to_be_visible()
        await page.get_by_role("button", name="Enviar teste").click()
        await expect(page.get_by_text("Entregue: respondeu 202")).to_be_visible()
        await expect(page.get_by_text("orders")).to_be_visible()
        await office.receives("Vocês entregam hoje?")
        await eventually(lambda: len(server.received) == 2, message="the test and the message")
        arrived = server.received[1]
        headers = {name: arrived.header(name) or "" for name in SIGNED}
        assert Webhook(secret).verify(arrived.body, headers)["type"] == "message.received"
        await page.get_by_role("link", name="Entregas").click()
        row = page.get_by_role("link", name=re.compile("message.received")).filter(has_not_text="teste")
        await expect(row).to_contain_text("Entregue")
        await row.click()
        drawer = page.get_by_role("dialog")
        await expect(drawer.get_by_role("region", name="Conteúdo enviado")).to_contain_text("Vocês entregam hoje?")
        await drawer.get_by_role("button", name="Reenviar").click()
        await eventually(lambda: len(server.received) == 3, message="the message once more")
        again = server.received[2]
        assert (again.header("webhook-id"), again.body) == (arrived.header("webhook-id"), arrived.body)


async def _one(office: Office) -> str:
    body = {"url": "https://crm.example.com/in", "event_types": ["*"], "description": "CRM", "enabled": False}
    made = await office.client.post("/webhooks", json=body)
    assert made.is_success, made.text
    return str(made.json()["id"])


@pytest.mark.long_story
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_in_the_settings_of_webhooks(office: Office, sit: Sit, scheme: str) -> None:
    seat = await sit(office.ana, color_scheme=scheme, reduced_motion="reduce")
    await seat.sign_in("/settings/webhooks")
    found: list[str] = []
    await expect(seat.page.get_by_text("Nenhum webhook ainda")).to_be_visible()
    found += await faults(seat)
    for path in ("", f"/{await _one(office)}", "/new"):
        await seat.go(f"/settings/webhooks{path}")
        await expect(seat.page.get_by_role("heading", level=1)).to_be_visible()
        await expect(seat.page.locator("[aria-busy=true]")).to_have_count(0)
        found += await faults(seat)
    assert found == []


@pytest.mark.long_story
async def test_no_page_of_webhooks_is_wider_than_a_phone(office: Office, sit: Sit) -> None:
    seat = await sit(office.ana, viewport=PHONE)
    await seat.sign_in("/settings/webhooks")
    for path in ("", f"/{await _one(office)}", "/new"):
        await seat.go(f"/settings/webhooks{path}")
        await expect(seat.page.get_by_role("heading", level=1)).to_be_visible()
        await expect(seat.page.locator("[aria-busy=true]")).to_have_count(0)
        wider = await seat.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wider <= 0, path
