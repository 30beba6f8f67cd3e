"""Webhooks are taken whole and durably, or refused with the reason."""

import base64
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest

from atd_schemas.inbound import InboundMessage, InboundReceipt, InboundUnparsed
from atd_testing.whatsapp import builders

Service = Any
"""A `Service` of conftest.py."""

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def text(channel: dict[str, Any], words: str = "Oi", token: str = "1") -> bytes:
    return builders.text_webhook(
        channel["phone_number_id"], words, NOW, sender="5511999990000", message_id=builders.wamid(token)
    )


@pytest.mark.proves("whatsapp", "webhook-several-numbers-several")
async def test_every_part_of_a_batch_is_taken_on_both_addresses(service: Service) -> None:
    channel = await service.connect()
    raw = builders.batch_webhook(channel["phone_number_id"], NOW)
    assert (await service.deliver(f"/{channel['id']}", raw)).status_code == 200
    assert (await service.deliver("", raw)).status_code == 200
    events = await service.of_account(channel["id"], 14)
    once = {event.id: event for event in events}.values()
    assert len(once) == 7
    assert sum(isinstance(event, InboundMessage) for event in once) == 5
    assert sorted(event.data.status for event in once if isinstance(event, InboundReceipt)) == ["delivered", "read"]


@pytest.mark.proves("whatsapp", "webhook-wrong-signature-unknown")
async def test_a_wrong_or_missing_signature_is_401(service: Service) -> None:
    channel = await service.connect()
    raw = text(channel)
    for address in (f"/{channel['id']}", ""):
        assert (await service.deliver(address, raw, "another-secret")).status_code == 401
        answer = await service.client.post(f"/webhooks/whatsapp{address}", content=raw)
        assert answer.status_code == 401
        assert answer.json()["code"] == "unauthenticated"
        assert answer.headers["content-type"] == "application/problem+json"
        signed_then_changed = builders.signed_headers(raw, service.app_secret)
        answer = await service.client.post(
            f"/webhooks/whatsapp{address}", content=raw + b" ", headers=signed_then_changed
        )
        assert answer.status_code == 401


DEEP = b"[" * 1_000_000
HOSTILE = {
    "nested deep": b'{"entry":[{"id":"%(business)s","changes":' + DEEP + b"]}",
    "a huge array": b'{"entry":[{"id":"%(business)s","changes":[' + b"{}," * 500_000 + b"0]}]}",
    "no UTF-8": b'{"entry":[{"id":"%(business)s"}],"x":"' + b"\xff" * 1_000_000 + b'"}',
    "half a character": b'{"entry":[{"id":"%(business)s"}],"x":"\\ud800","y":[' + b"{}," * 500_000 + b"0]}",
    "keys that repeat": b'{"entry":[{"id":"%(business)s"}]' + b',"a":{}' * 300_000 + b"}",
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_nothing_is_decoded_before_the_signature_is_proven(
    service: Service, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A body of 3 MB can be such that decoding it takes most of a second, in which nobody else is served."""
    channel = await service.connect(business_account_id="919191919191")
    raw = HOSTILE[name].replace(b"%(business)s", b"919191919191")
    decoded: list[bytes] = []
    with monkeypatch.context() as patched:
        patched.setattr("atd_channelkit.webhooks.endpoint.decode", decoded.append)
        for address in ("", f"/{channel['id']}"):
            assert (await service.deliver(address, raw, "another-secret")).status_code == 401
            assert (await service.client.post(f"/webhooks/whatsapp{address}", content=raw)).status_code == 401
        unknown = raw.replace(b"919191919191", b"818181818181")
        assert (await service.deliver("", unknown)).status_code == 404
    assert decoded == []


async def test_a_proven_body_that_is_no_json_is_400_at_the_app_address_and_one_that_is_nested_too_deep_is_kept(
    service: Service,
) -> None:
    channel = await service.connect(business_account_id="929292929292")
    malformed = b'{"entry":[{"id":"929292929292"}'
    answer = await service.deliver("", malformed)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_json")
    deep = b'{"entry":[{"id":"929292929292"}],"x":' + b"[" * 5000 + b"]" * 5000 + b"}"
    assert (await service.deliver("", deep)).status_code == 200
    [event] = await service.of_account(channel["id"], 1)
    assert base64.b64decode(event.data.body) == deep
    assert event.data.problems == ("body: nested too deep",)


async def test_a_long_query_is_not_read_by_the_check_of_an_address(service: Service) -> None:
    channel = await service.connect()
    asked = {"hub.mode": "subscribe", "hub.challenge": "1", "hub.verify_token": channel["verify_token"]}
    answer = await service.client.get("/webhooks/whatsapp", params={**asked, "x": "y" * 5000})
    assert answer.status_code == 403


@pytest.mark.proves("whatsapp", "webhook-wrong-signature-unknown")
async def test_an_unknown_account_is_404(service: Service) -> None:
    channel = await service.connect()
    for address in (f"/{uuid4()}", "/not-an-id"):
        assert (await service.deliver(address, text(channel))).status_code == 404
    stranger = builders.text_webhook("999", "x", NOW, sender="1", message_id="m", business_account_id="1")
    assert (await service.deliver("", stranger)).status_code == 404


@pytest.mark.proves("whatsapp", "unknown-kind-shown-as-unsupported")
@pytest.mark.parametrize(
    "body",
    [
        {"object": "page", "entry": []},
        {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [{"field": "new", "value": {}}]}]},
        [],
        "text",
        None,
        7,
    ],
)
async def test_authentic_but_unknown_is_200_and_kept_whole(service: Service, body: Any) -> None:
    channel = await service.connect()
    raw = builders.encode(body)
    assert (await service.deliver(f"/{channel['id']}", raw)).status_code == 200
    [event] = await service.of_account(channel["id"], 1)
    assert isinstance(event, InboundUnparsed)
    assert base64.b64decode(event.data.body) == raw
    assert len(event.data.problems) == 1
    assert event.tenant_id == service.tenant


@pytest.mark.proves("whatsapp", "unknown-field-kept-whole-rest")
async def test_what_is_understood_beside_the_unknown_is_published_too(service: Service) -> None:
    channel = await service.connect()
    number = channel["phone_number_id"]
    poll = {"id": "wamid.P", "from": "5511999990000", "timestamp": "1767225600", "type": "poll", "poll": {}}
    said = builders.text_message("wamid.T", "Oi", NOW, sender="5511999990000")
    raw = builders.encode(builders.body(builders.entry("b", builders.change(number, messages=[poll, said]))))
    assert (await service.deliver(f"/{channel['id']}", raw)).status_code == 200
    events = await service.of_account(channel["id"], 3)
    assert {event.type for event in events} == {"inbound.message", "inbound.unparsed"}
    [kept] = [event for event in events if isinstance(event, InboundUnparsed)]
    assert kept.data.problems == ("entry[0].changes[0].value.messages[0]: type 'poll' is not known to this version",)


@pytest.mark.proves("whatsapp", "webhook-several-numbers-several")
async def test_a_part_of_another_account_needs_the_same_secret(service: Service) -> None:
    mine = await service.connect(service.tenant)
    sister = await service.connect(service.tenant)
    foreign = await service.connect(f"{service.tenant}-2", app_secret="another-secret")
    changes = [
        builders.change(
            channel["phone_number_id"],
            messages=[builders.text_message(f"wamid.{n}", "Oi", NOW, sender="5511999990000")],
        )
        for n, channel in enumerate((mine, sister, foreign))
    ]
    raw = builders.encode(builders.body(builders.entry("200300400500600", *changes)))
    for address in (f"/{mine['id']}", ""):
        assert (await service.deliver(address, raw)).status_code == 200
    await service.of_account(sister["id"], 2)
    kept = await service.of_account(mine["id"], 3)
    ours = {mine["id"], sister["id"], foreign["id"]}
    inbound = [
        event
        for event in await service.tail.read()
        if event.type.startswith("inbound.") and event.data.account_id in ours
    ]
    assert {event.tenant_id for event in inbound} == {service.tenant}
    [unparsed, *_] = [event for event in kept if isinstance(event, InboundUnparsed)]
    assert "is of no account that the signature proves" in unparsed.data.problems[0]


async def test_the_app_address_takes_what_names_only_a_business_account(service: Service) -> None:
    channel = await service.connect(business_account_id="818181818181")
    body = {
        "object": "whatsapp_business_account",
        "entry": [{"id": "818181818181", "changes": [{"field": "a_new_one", "value": {"event": "x"}}]}],
    }
    assert (await service.deliver("", builders.encode(body))).status_code == 200
    [event] = await service.of_account(channel["id"], 1)
    assert isinstance(event, InboundUnparsed)


async def test_the_handshake_answers_the_bare_challenge(service: Service) -> None:
    channel = await service.connect()
    asked = {
        "hub.mode": "subscribe",
        "hub.challenge": "1158201444",
        "hub.verify_token": channel["verify_token"],
    }
    for address in (f"/{channel['id']}", ""):
        answer = await service.client.get(f"/webhooks/whatsapp{address}", params=asked)
        assert (answer.status_code, answer.text) == (200, "1158201444")
        assert answer.headers["content-type"].startswith("text/plain")
        for wrong in ({"hub.verify_token": "no"}, {"hub.mode": "other"}, {"hub.verify_token": "é"}):
            answer = await service.client.get(f"/webhooks/whatsapp{address}", params={**asked, **wrong})
            assert answer.status_code == 403
    assert (await service.client.get(f"/webhooks/whatsapp/{uuid4()}", params=asked)).status_code == 404


@pytest.mark.proves("whatsapp", "app-secret-replaced-both-hold")
async def test_both_secrets_hold_while_they_rotate_until_the_old_one_is_forgotten(service: Service) -> None:
    channel = await service.connect()
    address, path = f"/{channel['id']}", f"/api/v1/channels/{channel['id']}"
    change = {"credentials": {"app_secret": "a-newer-secret"}}
    patched = await service.client.patch(path, json=change, headers=service.headers())
    assert patched.json()["previous_app_secrets_until"] is not None
    assert (await service.deliver(address, text(channel), "a-newer-secret")).status_code == 200
    assert (await service.deliver(address, text(channel))).status_code == 200
    await service.client.delete(f"{path}/previous-app-secrets", headers=service.headers())
    assert (await service.deliver(address, text(channel))).status_code == 401
    assert (await service.deliver(address, text(channel), "a-newer-secret")).status_code == 200


async def test_a_kept_body_redriven_gives_the_same_events(service: Service) -> None:
    channel = await service.connect()
    other_number = str(uuid4().int)[:15]
    changes = [
        builders.change(number, messages=[builders.text_message(f"wamid.{number}", "Oi", NOW, sender="5511999990000")])
        for number in (channel["phone_number_id"], other_number)
    ]
    raw = builders.encode(builders.body(builders.entry("b", *changes)))
    await service.deliver(f"/{channel['id']}", raw)
    events = await service.of_account(channel["id"], 2)
    [kept] = [event for event in events if isinstance(event, InboundUnparsed)]
    [message] = [event for event in events if isinstance(event, InboundMessage)]

    later = await service.connect(phone_number_id=other_number)
    answer = await redrive(service, kept)
    assert answer.json() == {"published": 2, "problems": []}
    [connected_since] = await service.of_account(later["id"], 1)
    assert connected_since.data.text == "Oi"
    again = await service.of_account(channel["id"], 3)
    assert [event.id for event in again if isinstance(event, InboundMessage)] == [message.id] * 2
    forbidden = await service.client.post(
        "/internal/unparsed/redrive", json=kept.model_dump(mode="json"), headers=service.headers()
    )
    assert forbidden.status_code == 403


async def redrive(service: Service, kept: InboundUnparsed) -> httpx.Response:
    client: httpx.AsyncClient = service.client
    return await client.post(
        "/internal/unparsed/redrive",
        json=kept.model_dump(mode="json"),
        headers=service.headers("", ("operator",)),
    )
