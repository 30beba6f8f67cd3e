"""From a customer's webhook to a reply that is read, as the attendant sees it."""

import asyncio
from datetime import UTC, datetime

import httpx
import pytest

from atd_testing.waiting import eventually
from atd_testing.whatsapp.builders import batch_webhook, status_webhook, text_webhook, wamid
from tests.conftest import Shop
from tests.harness.graph import Graph
from tests.harness.listener import Listener
from tests.harness.provider import Provider
from tests.harness.reading import Json, conversations, messages

NOW = datetime.now(UTC)
SENDERS = ("5511999990001", "5511999990002", "5511999990003")
NAMES = ("Ana Souza", "João Lima", "Zoë Ação")


async def threads(shop: Shop) -> dict[str, list[str]]:
    """By customer's name: the texts, the oldest first."""
    found = {}
    for conversation in await conversations(shop.client):
        thread = await messages(shop.client, conversation["id"])
        found[conversation["contact"]["name"]] = [message["text"] for message in thread]
    return found


EXPECTED = {
    "Ana Souza": ["Mensagem nº 1", "Mensagem nº 2"],
    "João Lima": ["Mensagem nº 3"],
    "Zoë Ação": ["Mensagem nº 4", "Mensagem nº 5"],
}


async def test_one_webhook_of_three_entries_becomes_the_right_conversations(
    shop: Shop, provider: Provider, listener: Listener
) -> None:
    assert await provider.post(batch_webhook(shop.account.phone_number_id, NOW, senders=SENDERS)) == httpx.codes.OK
    await eventually(lambda: len(listener.of_type("message.received")) == 5, message="five messages on the screen")
    assert await threads(shop) == EXPECTED
    for conversation in await conversations(shop.client):
        assert conversation["status"] == "queued"
        assert conversation["channel"] == {"kind": "whatsapp", "account_id": shop.account.id, "name": "Loja"}
        assert conversation["unread_count"] == len(EXPECTED[conversation["contact"]["name"]])
        assert conversation["last_message"]["preview"] == EXPECTED[conversation["contact"]["name"]][-1]
    assert sorted(c["number"] for c in await conversations(shop.client)) == [1, 2, 3]


@pytest.mark.proves("whatsapp", "every-kind-same-body-again")
async def test_the_same_webhook_again_and_in_parallel_changes_nothing(
    shop: Shop, provider: Provider, listener: Listener
) -> None:
    raw = batch_webhook(shop.account.phone_number_id, NOW, senders=SENDERS)
    assert await provider.post(raw) == httpx.codes.OK
    await eventually(lambda: len(listener.of_type("message.received")) == 5, message="five messages on the screen")
    before, heard = await conversations(shop.client), list(listener.events)
    for _ in range(10):
        assert await provider.post(raw) == httpx.codes.OK
    assert await asyncio.gather(*(provider.post(raw) for _ in range(4))) == [httpx.codes.OK] * 4
    # All of one customer's webhooks share a partition: when this one is through, those before it are, too.
    for sender, name in zip(SENDERS, NAMES, strict=True):
        await provider.write(sender, ["e agora?"], name=name)
    await eventually(lambda: len(listener.of_type("message.received")) == 8, message="the messages behind them")
    after = listener.events[len(heard) :]
    assert {event["data"]["message"]["text"] for event in after if "message" in event["data"]} == {"e agora?"}
    assert {c["id"] for c in await conversations(shop.client)} == {c["id"] for c in before}
    assert await threads(shop) == {name: [*texts, "e agora?"] for name, texts in EXPECTED.items()}


async def test_parallel_copies_of_a_first_webhook_are_one(shop: Shop, provider: Provider, listener: Listener) -> None:
    raw = batch_webhook(shop.account.phone_number_id, NOW, senders=SENDERS)
    assert await asyncio.gather(*(provider.post(raw) for _ in range(4))) == [httpx.codes.OK] * 4
    for sender, name in zip(SENDERS, NAMES, strict=True):
        await provider.write(sender, ["fim"], name=name)
    await eventually(
        lambda: [e["data"]["message"]["text"] for e in listener.of_type("message.received")].count("fim") == 3,
        message="the messages behind them",
    )
    assert await threads(shop) == {name: [*texts, "fim"] for name, texts in EXPECTED.items()}
    # A contact has a key of its own, and may come after what its customer wrote.
    await eventually(lambda: len(listener.of_type("contact.created")) == len(SENDERS), message="the customers")
    assert listener.types() == {"contact.created": 3, "conversation.opened": 3, "message.received": 8}


@pytest.mark.proves("whatsapp", "receipts-sent-delivered-read")
async def test_a_reply_is_sent_delivered_and_read_and_the_screen_sees_each_step(
    shop: Shop, provider: Provider, listener: Listener, graph: Graph
) -> None:
    customer = "5511999990007"
    question = text_webhook(
        shop.account.phone_number_id, "Vocês abrem hoje?", datetime.now(UTC), sender=customer, message_id=wamid("q")
    )
    await provider.deliver(question)
    opened = await eventually(lambda: listener.of_type("conversation.opened"))
    conversation_id = opened[0]["data"]["conversation"]["id"]

    reply = await answer(shop, conversation_id, "Abrimos às 9.")
    assert (reply["status"], reply["direction"], reply["author"]["name"]) == ("pending", "outbound", "Ana Souza")

    (sent,) = await eventually(graph.sent, message="the reply at the provider")
    assert (sent.text, sent.recipient.lstrip("+"), sent.callback_data) == ("Abrimos às 9.", customer, reply["id"])
    await until_status(listener, reply["id"], "sent")
    for status in ("delivered", "read"):
        receipt = status_webhook(
            shop.account.phone_number_id,
            sent.message_id,
            status,
            datetime.now(UTC),
            recipient=customer,
            callback_data=sent.callback_data,
        )
        await provider.deliver(receipt)
        await until_status(listener, reply["id"], status)

    thread = await messages(shop.client, conversation_id)
    assert [(m["direction"], m["status"], m["text"]) for m in thread] == [
        ("inbound", None, "Vocês abrem hoje?"),
        ("outbound", "read", "Abrimos às 9."),
    ]
    assert thread[1]["external_id"] == sent.message_id
    seen = [event for event in listener.events if event["subject"] == conversation_id]
    assert [event["sequence"] for event in seen] == list(range(1, len(seen) + 1))
    assert [(event["type"], status_in(event)) for event in seen] == [
        ("conversation.opened", None),
        ("message.received", None),
        ("message.sent", "pending"),
        ("message.status_changed", "sent"),
        ("message.status_changed", "delivered"),
        ("message.status_changed", "read"),
    ]


async def test_a_late_receipt_never_takes_a_status_back(
    shop: Shop, provider: Provider, listener: Listener, graph: Graph
) -> None:
    customer = "5511999990008"
    await provider.write(customer, ["Oi"])
    opened = await eventually(lambda: listener.of_type("conversation.opened"))
    reply = await answer(shop, opened[0]["data"]["conversation"]["id"], "Olá!")
    (sent,) = await eventually(graph.sent)
    for status in ("read", "delivered", "sent"):
        await provider.deliver(
            status_webhook(shop.account.phone_number_id, sent.message_id, status, datetime.now(UTC), recipient=customer)
        )
    await provider.write(customer, ["obrigado"])  # behind the receipts, in the same partition
    await eventually(lambda: len(listener.of_type("message.received")) == 2)
    thread = await messages(shop.client, opened[0]["data"]["conversation"]["id"])
    assert [message["status"] for message in thread if message["id"] == reply["id"]] == ["read"]


async def answer(shop: Shop, conversation_id: str, text: str) -> Json:
    made = await shop.client.post(f"/conversations/{conversation_id}/messages", json={"text": text})
    assert made.status_code == httpx.codes.CREATED, made.text
    found: Json = made.json()
    return found


def status_in(event: Json) -> str | None:
    message = event["data"].get("message")
    return message["status"] if message else None


async def until_status(listener: Listener, message_id: str, status: str) -> None:
    await eventually(
        lambda: any(
            event["data"]["message"]["id"] == message_id and event["data"]["message"]["status"] == status
            for event in listener.of_type("message.status_changed")
        ),
        message=f"status {status} on the screen",
    )
