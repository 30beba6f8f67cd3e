"""What was sent to a company's own server: seen to fail, mended, sent again, and a period of it replayed."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import expect

from atd_testing.receivers import OK, Receiver, receiver
from atd_testing.waiting import eventually
from tests.browser.axe import faults
from tests.browser.conftest import Sit
from tests.browser.office import Office
from tests.browser.seat import PHONE, Seat

UNAVAILABLE = b"HTTP/1.1 503 Unavailable\r\nContent-Length: 4\r\n\r\nbusy"
_LATER = [600, 600]
"""Pauses before the next attempts, in seconds: none of them comes by itself while a story runs."""


async def _webhook(office: Office, server: Receiver, **more: Any) -> str:
    body = {"url": server.url("/in"), "description": "CRM", "event_types": ["message.received"], **more}
    answer = await office.client.post("/webhooks", json=body)
    assert answer.is_success, answer.text
    return str(answer.json()["id"])


async def _rows(office: Office, webhook_id: str, state: str) -> list[dict[str, Any]]:
    page = await office.client.get(f"/webhooks/{webhook_id}/deliveries", params={"state": state})
    found: list[dict[str, Any]] = page.json()["items"]
    return found


@pytest.mark.long_story
async def test_a_delivery_that_failed_is_seen_with_its_answer_and_sent_now(office: Office, ana: Seat) -> None:
    async with receiver(UNAVAILABLE, OK) as server:
        webhook = await _webhook(office, server, retry_seconds=_LATER)
        await office.receives("Bom dia, meu boleto não chegou")

        async def failed_once() -> bool:
            return any(row["tries"] == 1 for row in await _rows(office, webhook, "waiting"))

        await eventually(failed_once, message="a delivery that failed once")
        await ana.open(f"/settings/webhooks/{webhook}/deliveries")
        page = ana.page
        row = page.get_by_role("link", name=re.compile("message.received"))
        await expect(row).to_contain_text("Recusado (503)")
        await row.click()
        dialog = page.get_by_role("dialog")
        attempts = dialog.get_by_role("list", name="Tentativas")
        await expect(attempts).to_contain_text(re.compile(r"Tentativa 1: Recusado \(503\)"))
        await expect(attempts).to_contain_text(re.compile("nova tentativa em", re.IGNORECASE))
        await expect(dialog.get_by_role("region", name="Conteúdo enviado")).to_contain_text("meu boleto não chegou")
        await dialog.get_by_role("button", name="Enviar agora").click()
        await expect(attempts).to_contain_text(re.compile(r"Tentativa 2: Recebido \(200\)"))
        assert len({one.header("webhook-id") for one in server.received}) == 1
        await page.keyboard.press("Escape")
        await expect(row).to_contain_text("Entregue")


@pytest.mark.long_story
async def test_a_period_is_counted_before_it_is_replayed_and_seen_until_it_has_arrived(
    office: Office, ana: Seat
) -> None:
    async with receiver(OK) as server:
        webhook = await _webhook(office, server)
        await office.receives("Bom dia", "Meu boleto não chegou")
        await eventually(lambda: len(server.received) == 2, message="both messages")
        await ana.open(f"/settings/webhooks/{webhook}/deliveries")
        page = ana.page
        await page.get_by_role("link", name="Reenviar um período").click()
        await page.get_by_label("Período", exact=True).select_option("Última hora")
        await expect(page.get_by_role("status").filter(has_text="0 evento")).to_be_visible()
        await page.get_by_role("radio", name="Tudo").check()
        await page.get_by_role("button", name="Reenviar 2 eventos").click()
        done = page.get_by_role("article").filter(has_text="Concluído")
        await expect(done).to_contain_text(re.compile(r"Entregues\s*2"))
        ids = [one.header("webhook-id") for one in server.received]
        assert set(ids[2:]) == set(ids[:2])
        assert [one.header("atendimento-replay") is not None for one in server.received] == [False, False, True, True]


@pytest.mark.long_story
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_where_deliveries_are(office: Office, sit: Sit, scheme: str) -> None:
    async with receiver(UNAVAILABLE) as server:
        webhook = await _webhook(office, server, retry_seconds=_LATER)
        await office.receives("Bom dia")
        (row,) = await eventually(lambda: _rows(office, webhook, "waiting"), message="a delivery that waits")
        pages = (f"{webhook}/deliveries", f"deliveries/{row['id']}", f"{webhook}/replay")
        seat = await sit(office.ana, color_scheme=scheme, viewport=PHONE, reduced_motion="reduce")
        await seat.sign_in("/settings/webhooks")
        found: list[str] = []
        for path in pages:
            await seat.go(f"/settings/webhooks/{path}")
            await expect(seat.page.get_by_role("heading").first).to_be_visible()
            await expect(seat.page.locator("[aria-busy=true]")).to_have_count(0)
            found += await faults(seat)
    assert found == []
