"""A toy provider on `FakeProvider`, and what every fake provider does: logs, faults, webhooks, control routes."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Hashable, Sequence
from typing import Any

import httpx
import pytest
from fastapi import Request, Response

from atd_testing.providers import Behaviour, Call, Callback, FakeProvider, WebhookReceiver, WebhookSettings, serving
from atd_testing.providers.behaviours import plain_refusal

SIGNATURE = "X-Toy-Signature"


def sign(secret: str, raw: bytes) -> str:
    return hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


class ToyFormat:
    """Updates in a JSON list, signed in a header."""

    def batch_key(self, callback: Callback) -> Hashable:
        return callback.callback_url, callback.secret

    def encode(self, callback: Callback, updates: Sequence[dict[str, Any]]) -> bytes:
        return json.dumps({"account": callback.account, "updates": list(updates)}).encode()

    def headers(self, callback: Callback, raw: bytes) -> dict[str, str]:
        return {SIGNATURE: sign(callback.secret, raw)}


def refuse(behaviour: Behaviour) -> Response:
    answer = plain_refusal(behaviour)
    if behaviour.code == 429:
        answer.headers["Retry-After"] = "7"
    return answer


def create_toy_provider(webhook_client: httpx.AsyncClient | None = None) -> FakeProvider:
    fake = FakeProvider(ToyFormat(), webhook_client=webhook_client, refuse=refuse)

    @fake.app.post("/{account}/messages")
    async def send(account: str, request: Request) -> Response:
        body = await request.json()
        call = Call("send", account, body["to"], body["text"])

        def take() -> dict[str, str]:
            message_id = f"toy-{fake.state.sends + 1}"
            fake.record(call, message_id, body)
            for state in fake.state.webhooks.receipts:
                fake.webhook_sender.enqueue(account, {"receipt": state, "of": message_id})
            return {"id": message_id}

        return await fake.answer(call, take)

    return fake


ACCOUNT, CUSTOMER = "acme", "+5511999990000"


@pytest.fixture
def receiver() -> WebhookReceiver:
    return WebhookReceiver()


@pytest.fixture
def toy(receiver: WebhookReceiver) -> FakeProvider:
    fake = create_toy_provider(receiver.client())
    fake.state.callbacks[ACCOUNT] = Callback(callback_url="http://callback.test", secret="s", account=ACCOUNT)
    fake.state.webhooks = WebhookSettings(receipts=("sent", "delivered"), retry_base_ms=1)
    return fake


@pytest.fixture
async def client(toy: FakeProvider) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(toy) as url, httpx.AsyncClient(base_url=url, trust_env=False) as made:
        yield made


async def send(client: httpx.AsyncClient, text: str = "Olá") -> httpx.Response:
    return await client.post(f"/{ACCOUNT}/messages", json={"to": CUSTOMER, "text": text})


async def test_a_send_is_logged_and_its_receipts_arrive_signed(
    toy: FakeProvider, client: httpx.AsyncClient, receiver: WebhookReceiver
) -> None:
    assert (await send(client)).json() == {"id": "toy-1"}
    [sent] = (await client.get("/_fake/sent", params={"account": ACCOUNT})).json()
    assert (sent["text"], sent["recipient"], sent["message_id"]) == ("Olá", CUSTOMER, "toy-1")
    assert [one.message_id for one in toy.state.sent_to(CUSTOMER.lstrip("+"))] == ["toy-1"]
    await toy.webhook_sender.wait_until_idle()
    assert [json.loads(body)["updates"][0]["receipt"] for body in receiver.bodies] == ["sent", "delivered"]
    for request in receiver.received:
        assert request.headers[SIGNATURE] == sign("s", request.content)


@pytest.mark.parametrize(
    ("behaviour", "status", "effects"),
    [
        ({"kind": "error", "code": 429}, 429, 0),
        ({"kind": "error", "code": 500}, 500, 0),
        ({"kind": "server_error"}, 502, 0),
        ({"kind": "server_error", "accept": True}, 502, 1),
        ({"kind": "garbage"}, 200, 1),
        ({"kind": "delay", "delay_ms": 1}, 200, 1),
        ({"kind": "error", "account": "other"}, 200, 1),
        ({"kind": "error", "recipient": "5511999990000", "text_contains": "Ol"}, 500, 0),
        ({"kind": "error", "on": "check"}, 200, 1),
    ],
)
async def test_a_fault_is_answered_once_to_the_calls_that_match(
    toy: FakeProvider, client: httpx.AsyncClient, behaviour: dict[str, Any], status: int, effects: int
) -> None:
    assert (await client.post("/_fake/behaviours", json=behaviour)).status_code == 201
    answer = await send(client)
    assert (answer.status_code, len(toy.state.sent)) == (status, effects)
    assert answer.headers.get("Retry-After") == ("7" if status == 429 else None)
    assert (await send(client)).status_code == 200


@pytest.mark.parametrize(("kind", "effects"), [("cut_before", 0), ("cut_after", 1)])
async def test_a_cut_connection_gives_no_answer(
    toy: FakeProvider, client: httpx.AsyncClient, kind: str, effects: int
) -> None:
    await client.post("/_fake/behaviours", json={"kind": kind})
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        await send(client)
    assert len(toy.state.sent) == effects


async def test_webhooks_are_retried_until_200_and_repeated_when_told(
    toy: FakeProvider, client: httpx.AsyncClient, receiver: WebhookReceiver
) -> None:
    receiver.answers = [503]
    settings = {"receipts": ["read"], "duplicates": 1, "retry_base_ms": 1}
    await client.put("/_fake/webhook-settings", json=settings)
    await send(client)
    await toy.webhook_sender.wait_until_idle()
    assert len(receiver.bodies) == 3
    assert [one["statuses"] for one in (await client.get("/_fake/deliveries")).json()] == [[503, 200], [200]]


async def test_a_delivery_with_headers_of_its_own_is_made_once(toy: FakeProvider, receiver: WebhookReceiver) -> None:
    receiver.answers = [401]
    callback = toy.state.callbacks[ACCOUNT]
    delivery = await toy.webhook_sender.deliver(callback, b"{}", {SIGNATURE: "wrong"})
    assert delivery.statuses == [401]
    assert receiver.received[0].headers[SIGNATURE] == "wrong"


async def test_a_reset_forgets_all_but_the_callbacks(toy: FakeProvider, client: httpx.AsyncClient) -> None:
    await client.put("/_fake/callbacks", json={"callback_url": "http://other.test", "account": "other"})
    await client.post("/_fake/behaviours", json={"kind": "error", "on": "check"})
    await client.post("/_fake/clock", json={"advance_seconds": 60})
    await send(client)
    await client.post("/_fake/reset")
    status = (await client.get("/_fake/status")).json()
    assert status == {"idle": True, "calls": 0, "sent": 0, "deliveries": 0}
    assert (await client.get("/_fake/behaviours")).json() == []
    assert set(toy.state.callbacks) == {ACCOUNT, "other"}
