"""Webhooks are taken whole and durably, and each part comes to the account that it is for."""

import base64
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from atd_schemas.inbound import InboundMessage, InboundUnparsed
from atd_testing.meta import webhooks

Service = Any
"""A `Service` of conftest.py."""

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ANA = {"id": "7001112223334445", "name": "Ana Souza"}


def text(page: str, mid: str = "m_1", words: str = "Oi") -> bytes:
    return webhooks.text_webhook("page", page, words, NOW, sender=ANA["id"], mid=mid)


async def test_a_text_is_taken_on_both_addresses_once(service: Service) -> None:
    channel = await service.connect("messenger")
    raw = text(channel["page_id"])
    for address in (f"/{channel['id']}", ""):
        assert (await service.deliver(address, raw)).status_code == 200
    events = await service.of_account(channel["id"], 2)
    assert len({event.id for event in events}) == 1
    assert events[0].data.text == "Oi"
    assert events[0].tenant_id == service.tenant


@pytest.mark.proves("messenger", "private-and-public")
async def test_what_is_said_in_private_and_in_public_comes_to_two_accounts_of_a_page(service: Service) -> None:
    messenger = await service.connect("messenger")
    page = messenger["page_id"]
    comments = await service.connect("facebook", page)
    value = webhooks.comment(f"{page}_55", "55_66", NOW, author=ANA, text="Qual o preço?")
    said = webhooks.item(ANA["id"], page, NOW, message=webhooks.message("m_2", "Oi"))
    entry = webhooks.entry(page, NOW, messaging=[said], changes=[webhooks.feed(value)])
    assert (await service.deliver("", webhooks.encode(webhooks.body("page", entry)))).status_code == 200
    [private] = await service.of_account(messenger["id"], 1)
    [public] = await service.of_account(comments["id"], 1)
    assert (private.data.text, private.data.thread) == ("Oi", None)
    assert (public.data.text, public.data.thread.id, public.data.thread.public) == ("Qual o preço?", f"{page}_55", True)
    assert public.data.thread.private_account.account_id == messenger["id"]


async def test_what_is_for_an_account_that_is_not_connected_is_passed_over(service: Service) -> None:
    channel = await service.connect("messenger")
    page = channel["page_id"]
    value = webhooks.comment(f"{page}_55", "55_66", NOW, author=ANA, text="Qual o preço?")
    assert (await service.deliver("", webhooks.comment_webhook(page, value, NOW))).status_code == 200
    assert (await service.deliver("", text(page))).status_code == 200
    [event] = await service.of_account(channel["id"], 1)
    assert isinstance(event, InboundMessage)


async def test_a_wrong_or_missing_signature_is_401_and_an_unknown_page_404(service: Service) -> None:
    channel = await service.connect("messenger")
    raw = text(channel["page_id"])
    for address in (f"/{channel['id']}", ""):
        assert (await service.deliver(address, raw, "another-secret")).status_code == 401
        assert (await service.client.post(f"/webhooks/meta{address}", content=raw)).status_code == 401
    assert (await service.deliver("", text("999999"))).status_code == 404
    assert (await service.deliver(f"/{uuid4()}", raw)).status_code == 404


@pytest.mark.proves("messenger", "handshake")
async def test_the_handshake_answers_the_bare_challenge(service: Service) -> None:
    channel = await service.connect("facebook")
    asked = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": channel["verify_token"]}
    for address in (f"/{channel['id']}", ""):
        answer = await service.client.get(f"/webhooks/meta{address}", params=asked)
        assert (answer.status_code, answer.text) == (200, "1158201444")
        assert answer.headers["content-type"].startswith("text/plain")
        for wrong in ({"hub.verify_token": "no"}, {"hub.mode": "other"}):
            answer = await service.client.get(f"/webhooks/meta{address}", params={**asked, **wrong})
            assert answer.status_code == 403


async def test_authentic_but_unknown_is_200_and_kept_whole_and_redriven(service: Service) -> None:
    channel = await service.connect("messenger")
    other_page = str(uuid4().int)[:15]
    entries = [
        webhooks.entry(
            page,
            NOW,
            messaging=[webhooks.item(ANA["id"], page, NOW, message=webhooks.message(f"m_{place}", "Oi"))],
        )
        for place, page in enumerate((channel["page_id"], other_page))
    ]
    raw = webhooks.encode(webhooks.body("page", *entries))
    assert (await service.deliver(f"/{channel['id']}", raw)).status_code == 200
    events = await service.of_account(channel["id"], 2)
    [kept] = [event for event in events if isinstance(event, InboundUnparsed)]
    assert base64.b64decode(kept.data.body) == raw
    assert kept.data.problems == (f"entry[1].id: '{other_page}' is of no account that the signature proves",)

    later = await service.connect("messenger", other_page)
    answer = await service.client.post(
        "/internal/unparsed/redrive",
        json=kept.model_dump(mode="json"),
        headers=service.headers("", ("operator",)),
    )
    assert answer.json() == {"published": 2, "problems": []}
    [connected_since] = await service.of_account(later["id"], 1)
    assert connected_since.data.text == "Oi"
