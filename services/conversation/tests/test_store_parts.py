"""Messages in several parts and receipts until a moment, in the real database."""

import asyncio
from typing import Any

from atd_conversation.commands.messages import Author
from atd_conversation.domain.drafts import Draft
from atd_conversation.store.erasing import Removal
from atd_schemas.envelope import Actor
from atd_testing.inbound import CUSTOMER, customer_message, deleted, phone_message, receipt_until, send_receipt

T, A = "t1", "a1"
PARTS = ("x1", "x2", "x3")


async def said(parts: Any, text: str = "Olá") -> Any:
    """A message of ours to the customer who wrote."""
    if not await parts.all("conversations"):
        await parts.take(customer_message(T, A, "w1", occurred_at=parts.clock.now()))
    (row,) = await parts.all("conversations")
    return await parts.say(T, row["_id"], Draft(text=text))


def told(parts: Any, status: Any, message_id: str | None = None, **more: Any) -> Any:
    return send_receipt(T, A, status, message_id=message_id, occurred_at=parts.clock.now(), **more)


async def sent_in_parts(parts: Any) -> Any:
    message = await said(parts)
    await parts.take(told(parts, "sent", message.id, external_id="x1", external_ids=PARTS, parts_sent=3))
    return message


async def test_a_message_is_found_by_the_id_of_each_of_its_parts(parts: Any) -> None:
    message = await sent_in_parts(parts)
    await parts.take(told(parts, "delivered", external_id="x2"))
    await parts.take(told(parts, "read", external_id="x3"))
    stored = await parts.queries.message(T, message.id)
    assert (stored.status, stored.external_ids) == ("read", PARTS)
    await parts.take(*(phone_message(T, A, name, occurred_at=parts.clock.now()) for name in PARTS))
    assert await parts.db.messages.count_documents({"tenant_id": T}) == 2


async def test_an_id_that_another_message_has_is_not_taken_from_it(parts: Any) -> None:
    await sent_in_parts(parts)
    other = await said(parts, "Mais")
    await parts.take(told(parts, "sent", other.id, external_id="x9", external_ids=("x9", "x2"), parts_sent=2))
    assert (await parts.queries.message(T, other.id)).external_ids == ("x9",)


async def test_an_echo_that_came_first_gives_its_id_to_the_message_that_was_sent(parts: Any) -> None:
    message = await said(parts)
    now = parts.clock.now()
    await parts.take(phone_message(T, A, "x1", occurred_at=now), told(parts, "delivered", message.id))
    await parts.take(told(parts, "sent", message.id), told(parts, "sent", message.id, external_id="x1"))
    await parts.take(customer_message(T, A, "w2", reply_to_external_id="x1", occurred_at=now))
    await parts.take(told(parts, "read", external_id="x1"), phone_message(T, A, "x1", occurred_at=now))
    rows = {row["_id"]: row for row in await parts.all("messages")}
    assert (rows[message.id]["sent_as"], rows[message.id]["status"]) == ("x1", "read")
    [echo] = [row for row in rows.values() if "same_as" in row]
    assert (echo["same_as"], echo["terms"], {"text", "external_id", "sent_as"} & echo.keys()) == (message.id, [], set())
    [answer] = [row for row in rows.values() if row.get("external_id") == "w2"]
    assert (answer["reply_to"], len(rows)) == (message.id, 4)


async def test_what_failed_after_a_part_goes_on_with_the_others(parts: Any) -> None:
    message = await said(parts)
    await parts.take(told(parts, "failed", message.id, external_id="x1", external_ids=("x1",), parts_sent=1))
    bia = Actor(type="attendant", id="bia", name="Bia")
    await parts.mongo.transaction(
        lambda session: parts.message_commands.retry(session, T, bia, message.id, request_id="r")
    )
    command = [one for one in await parts.outbox() if one.type == "outbound.message"][-1]
    assert (command.data.parts_sent, command.data.attempt) == (1, 1)
    await parts.take(told(parts, "sent", message.id, external_id="x2", attempt=1, parts_sent=1))
    assert (await parts.queries.message(T, message.id)).external_ids == ("x1", "x2")


async def test_an_erasure_forgets_every_id(parts: Any) -> None:
    await sent_in_parts(parts)
    await parts.take(told(parts, "read", external_id="x3"), deleted(T, A, "unknown"))
    (row,) = await parts.all("conversations")
    removal = Removal(parts.db)
    conversation = await removal.a_conversation(T, [row["contact"]["id"]])
    assert conversation is not None
    piece = await removal.piece(conversation)
    assert {f"{A}:{name}" for name in PARTS} <= set(piece.provider_keys)
    await parts.mongo.transaction(lambda session: removal.remove_messages(session, piece))
    assert await parts.db.early_receipts.count_documents({"_id": {"$in": [f"{A}:{name}" for name in PARTS]}}) == 0


async def test_a_receipt_until_a_moment_reaches_what_was_sent_by_then(parts: Any) -> None:
    first, second = await said(parts, "um"), await said(parts, "dois")
    await parts.take(told(parts, "sent", first.id, external_id="y1"))
    moment = parts.clock.now()
    await parts.take(receipt_until(T, A, "read", until=moment, recipient=CUSTOMER, occurred_at=moment))
    await parts.take(told(parts, "sent", second.id, external_id="y2"))
    statuses = [(await parts.queries.message(T, one.id)).status for one in (first, second)]
    assert statuses == ["read", "sent"]


async def test_two_processes_that_hear_of_a_send_and_of_a_moment_at_once_lose_neither(parts: Any) -> None:
    message = await said(parts)
    sent = told(parts, "sent", message.id, external_id="y1")
    later = parts.clock.now()
    await asyncio.gather(
        parts.take(sent),
        parts.another(parts.clock).take(receipt_until(T, A, "read", until=later, occurred_at=later)),
    )
    assert (await parts.queries.message(T, message.id)).status == "read"


async def test_deeds_on_a_message_are_asked_of_the_channel_in_their_order_with_all_ids(parts: Any) -> None:
    message = await sent_in_parts(parts)
    place = {"channel.kind": "telegram", "thread": {"id": "7", "kind": "topic"}}
    await parts.db.conversations.update_one({}, {"$set": place})
    bia = Author(Actor(type="attendant", id="bia", name="Bia"), is_supervisor=False)
    one = await said(parts, "um só")
    await parts.take(told(parts, "sent", one.id, external_id="y1"))

    async def do(name: str, *arguments: Any) -> Any:
        command = getattr(parts.message_commands, name)
        return await parts.mongo.transaction(lambda session: command(session, T, bia, *arguments, request_id="r"))

    await do("edit", one.id, "outro texto")
    await do("edit", one.id, "outro texto")
    await do("take_back", one.id)
    await do("take_back", message.id)
    asked = [event for event in await parts.outbox() if event.type == "outbound.action"]
    assert [(event.data.action, event.data.target_external_ids) for event in asked] == [
        ("edit", ("y1",)),
        ("delete", ("y1",)),
        ("delete", PARTS),
    ]
    assert (asked[0].data.text, asked[0].data.thread_id, asked[0].data.recipient) == ("outro texto", "7", CUSTOMER)
    assert len({event.id for event in asked}) == 3
    assert len({event.key() for event in asked}) == 1


async def test_echoes_that_came_before_the_answer_to_their_send_become_its_message_and_others_stay(parts: Any) -> None:
    """The first was told with another address of the customer, so another conversation has it as its last one."""
    message, now, other = await said(parts), parts.clock.now(), "5511988880000"
    await parts.take(
        customer_message(T, A, "w2", customer=other, occurred_at=now),
        phone_message(T, A, "p1", customer=other, text="da loja", occurred_at=now),
        phone_message(T, A, "x1", customer=other, occurred_at=now),
        phone_message(T, A, "x2", occurred_at=now),
        phone_message("t2", "a2", "x1", text="de outra empresa", occurred_at=now),
    )
    await parts.take(told(parts, "sent", message.id, external_id="x1", external_ids=("x1", "x2"), parts_sent=2))
    rows = await parts.all("messages")
    gone = [row for row in rows if row.get("same_as") == message.id]
    assert [(row["terms"], {"text", "external_id"} & row.keys()) for row in gone] == [([], set())] * 2
    left = {
        (row["tenant_id"], row.get("external_id") or row["sent_as"]): row["text"] for row in rows if row not in gone
    }
    theirs = {(T, "w1"): "Oi", (T, "w2"): "Oi", (T, "p1"): "da loja", ("t2", "x1"): "de outra empresa"}
    assert left == {**theirs, (T, "x1"): "Olá"}
    shown = {(row["tenant_id"], row["last_message"]["preview"]) for row in await parts.all("conversations")}
    assert shown == {(T, "Olá"), (T, "da loja"), ("t2", "de outra empresa")}
    assert (await parts.queries.message(T, message.id)).external_ids == ("x1", "x2")
