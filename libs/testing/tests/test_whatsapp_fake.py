"""The fake Graph API refuses what Meta refuses, makes scripted faults, and delivers signed webhooks."""

import hashlib
import hmac
import json
from datetime import UTC, datetime

import httpx
import pytest

from atd_testing.whatsapp import Behaviour, ServedFake, WebhookSettings, builders
from atd_testing.whatsapp.graph_errors import GRAPH_ERRORS
from atd_testing.whatsapp.receiver import WebhookReceiver

NUMBER = "700800900100200"
SECRET = "example-app-secret"
GOOD = {"messaging_product": "whatsapp", "to": "+5511999990000", "type": "text", "text": {"body": "Olá!"}}


async def send(client: httpx.AsyncClient, **changed: object) -> httpx.Response:
    return await client.post(f"/v25.0/{NUMBER}/messages", json=GOOD | changed)


async def test_a_sent_text_is_accepted_and_recorded(fake: ServedFake, client: httpx.AsyncClient) -> None:
    answer = await send(client, biz_opaque_callback_data="ours", context={"message_id": "wamid.Q="})
    assert answer.status_code == 200
    assert answer.json()["contacts"][0]["wa_id"] == "5511999990000"
    [sent] = (await client.get("/_fake/sent", params={"recipient": "5511999990000"})).json()
    assert (sent["text"], sent["callback_data"], sent["reply_to"]) == ("Olá!", "ours", "wamid.Q=")
    assert sent["message_id"] == answer.json()["messages"][0]["id"]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"messaging_product": None}, 100),
        ({"to": None}, 131008),
        ({"to": "Ana"}, 131009),
        ({"to": None, "recipient": "no bsuid"}, 131009),
        ({"text": None}, 131008),
        ({"text": {"body": "x" * 4097}}, 100),
        ({"text": {"body": " "}}, 100),
        ({"type": "image"}, 131008),
        ({"type": "poll", "poll": {}}, 131051),
        ({"biz_opaque_callback_data": "x" * 513}, 100),
        ({"context": {}}, 131009),
    ],
)
async def test_what_meta_refuses_is_refused(client: httpx.AsyncClient, changed: dict[str, object], code: int) -> None:
    answer = await send(client, **changed)
    assert answer.status_code == GRAPH_ERRORS[code].status
    assert answer.json()["error"]["code"] == code


@pytest.mark.parametrize("authorization", ["", "Bearer", "Basic abc", "Bearer revoked"])
async def test_a_bad_token_answers_401_with_code_190(client: httpx.AsyncClient, authorization: str) -> None:
    await client.put("/_fake/tokens", json={"revoked": ["revoked"]})
    answer = await client.post(f"/v25.0/{NUMBER}/messages", json=GOOD, headers={"Authorization": authorization})
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, 190)


async def test_every_listed_error_comes_in_its_status_and_shape(fake: ServedFake, client: httpx.AsyncClient) -> None:
    for code, expected in GRAPH_ERRORS.items():
        fake.graph.state.behaviours.append(Behaviour(kind="error", code=code, details="why"))
        answer = await send(client)
        assert answer.status_code == expected.status
        assert answer.json()["error"]["code"] == code
        assert answer.json()["error"]["error_data"]["details"] == "why"
    assert not fake.graph.state.sent
    assert (await send(client)).status_code == 200


@pytest.mark.parametrize(("kind", "taken"), [("cut_before", 0), ("cut_after", 1)])
async def test_a_cut_connection_gives_no_answer(
    fake: ServedFake, client: httpx.AsyncClient, kind: str, taken: int
) -> None:
    await client.post("/_fake/behaviours", json={"kind": kind})
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        await send(client)
    assert len(fake.graph.state.sent) == taken


async def test_a_behaviour_applies_only_to_what_it_names(client: httpx.AsyncClient) -> None:
    await client.post("/_fake/behaviours", json={"kind": "garbage", "text_contains": "two", "times": 1})
    assert (await send(client)).headers["content-type"] == "application/json"
    assert (await send(client, text={"body": "two"})).headers["content-type"].startswith("text/html")
    assert (await send(client, text={"body": "two"})).headers["content-type"] == "application/json"


@pytest.mark.parametrize("name", ["phone_number_id", "account"])
async def test_a_behaviour_names_a_number_in_json(client: httpx.AsyncClient, name: str) -> None:
    for number, status in (("1", 200), (NUMBER, 400)):
        await client.post("/_fake/behaviours", json={"kind": "error", "code": 131056, name: number})
        assert (await client.get("/_fake/behaviours")).json()[-1]["phone_number_id"] == number
        assert (await send(client)).status_code == status
    await send(client)
    [sent] = (await client.get("/_fake/sent", params={"phone_number_id": NUMBER})).json()[-1:]
    assert sent["phone_number_id"] == NUMBER


async def test_receipts_of_a_send_arrive_signed_and_in_order(
    fake: ServedFake, client: httpx.AsyncClient, receiver: WebhookReceiver
) -> None:
    await send(client, biz_opaque_callback_data="ours")
    await fake.graph.webhook_sender.wait_until_idle()
    statuses = [json.loads(body)["entry"][0]["changes"][0]["value"]["statuses"][0] for body in receiver.bodies]
    assert [status["status"] for status in statuses] == ["sent", "delivered", "read"]
    assert {status["biz_opaque_callback_data"] for status in statuses} == {"ours"}
    for body, signature in zip(receiver.bodies, receiver.signatures, strict=True):
        expected = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        assert signature == f"sha256={expected}"


async def test_a_customers_text_is_retried_until_200_and_escaped(
    fake: ServedFake, client: httpx.AsyncClient, receiver: WebhookReceiver
) -> None:
    receiver.answers = [503, 500]
    fake.graph.state.webhooks = WebhookSettings(retry_base_ms=1)
    answer = await client.post("/_fake/messages", json=[{"phone_number_id": NUMBER, "text": "Olá/"}])
    await fake.graph.webhook_sender.wait_until_idle()
    assert len(receiver.bodies) == 3
    assert len(set(receiver.bodies)) == 1
    assert rb"Ol\u00e1\/" in receiver.bodies[0]
    [delivery] = fake.graph.state.deliveries
    assert delivery.statuses == [503, 500, 200]
    assert answer.json()["message_ids"][0].encode() in receiver.bodies[0]


@pytest.mark.proves("whatsapp", "network-slow-twice-out")
async def test_updates_are_batched_duplicated_and_shuffled_by_settings(
    fake: ServedFake, client: httpx.AsyncClient, receiver: WebhookReceiver
) -> None:
    settings = {"batch_size": 10, "batch_wait_ms": 2000, "duplicates": 1, "shuffle": True}
    await client.put("/_fake/webhook-settings", json=settings)
    texts = [f"text {number}" for number in range(10)]
    await client.post("/_fake/messages", json=[{"phone_number_id": NUMBER, "text": text} for text in texts])
    await fake.graph.webhook_sender.wait_until_idle()
    assert len(receiver.bodies) == 2
    assert receiver.bodies[0] == receiver.bodies[1]
    entries = json.loads(receiver.bodies[0])["entry"]
    found = [entry["changes"][0]["value"]["messages"][0]["text"]["body"] for entry in entries]
    assert sorted(found) == sorted(texts)
    assert found != texts


async def test_a_raw_webhook_may_carry_a_wrong_signature(client: httpx.AsyncClient, receiver: WebhookReceiver) -> None:
    receiver.answers = [401]
    answer = await client.post(
        "/_fake/webhooks", json={"phone_number_id": NUMBER, "body": {"a": 1}, "signature": "sha256=00"}
    )
    assert answer.json()["statuses"] == [401]
    assert receiver.signatures == ["sha256=00"]


async def test_setting_a_callback_makes_the_handshake_first(client: httpx.AsyncClient) -> None:
    callback = {"callback_url": "http://callback.test/x", "app_secret": "s", "verify_token": "v"}
    assert (await client.put("/_fake/callbacks", json=callback)).status_code == 200


def test_the_signature_is_that_of_the_exact_bytes() -> None:
    body = (
        rb'{"object":"page","entry":[{"id":"300100200300400","time":1767225600000,"messaging":[{"sender":'
        rb'{"id":"7001112223334445"},"recipient":{"id":"300100200300400"},"timestamp":1767225599000,'
        rb'"message":{"mid":"m_ex1","text":"Ol\u00e1"}}]}]}'
    )
    assert len(body) == 231
    expected = "sha256=ed3e7a30aa9c5d5d4ddb096cab826225b9658b68ac7fbc3c61ecfe35eff780c8"
    assert builders.sign(body, SECRET) == expected


def test_the_batch_builder_makes_three_entries_five_messages_two_statuses() -> None:
    body = json.loads(builders.batch_webhook(NUMBER, datetime(2026, 3, 1, tzinfo=UTC)))
    values = [change["value"] for entry in body["entry"] for change in entry["changes"]]
    assert len(body["entry"]) == 3
    assert sum(len(value.get("messages", [])) for value in values) == 5
    assert sum(len(value.get("statuses", [])) for value in values) == 2
