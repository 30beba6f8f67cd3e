"""Messages that are told of by another id than they are stored under, on a real database."""

from typing import Any

import pytest

from atd_conversation.store.indexes import EARLY_CHANGES, EARLY_RECEIPTS, MESSAGES
from atd_testing.inbound import customer_message, deleted, phone_message, reacted, send_receipt
from atd_testing.whatsapp.message_ids import wamid

T, A = "t1", "acc-a"
PHONE, USER = "5511999990000", "BR.4Qz8mT2kLw9XbN71"
BOTH: dict[str, Any] = {"customer": PHONE, "aliases": (USER,)}
SPELLINGS = pytest.mark.parametrize(("stored", "told"), [(PHONE, USER), (USER, PHONE)])


async def message(parts: Any, external_id: str) -> Any:
    return await parts.db[MESSAGES].find_one({"external_id": external_id})


@SPELLINGS
async def test_by_what_is_stored_of_the_customer(parts: Any, stored: str, told: str) -> None:
    """The event has one of the customer's ids, and not the one that the message was stored under."""
    await parts.take(customer_message(T, A, wamid(stored), **BOTH))
    await parts.take(phone_message(T, A, wamid(stored, ours=True), **BOTH))
    await parts.take(deleted(T, A, wamid(told), customer=told))
    await parts.take(reacted(T, A, wamid(told, ours=True), "👍", customer=told))
    await parts.take(send_receipt(T, A, "read", external_id=wamid(told, ours=True), recipient=told))
    theirs, ours = await message(parts, wamid(stored)), await message(parts, wamid(stored, ours=True))
    assert "deleted_at" in theirs
    assert (len(ours["reactions"]), ours["status"]) == (1, "read")
    assert await parts.db[EARLY_CHANGES].count_documents({}) == 0


@SPELLINGS
async def test_what_comes_first_waits_and_what_comes_twice_is_stored_once(parts: Any, stored: str, told: str) -> None:
    await parts.take(deleted(T, A, wamid(told), customer=told))
    await parts.take(customer_message(T, A, "w2", **BOTH, reply_to_external_id=wamid(told)))
    assert (await message(parts, "w2")).get("reply_to") is None
    await parts.take(customer_message(T, A, wamid(stored), **BOTH))
    await parts.take(customer_message(T, A, wamid(told), **BOTH))
    rows = await parts.db[MESSAGES].find({"external_id": {"$ne": "w2"}}).to_list(None)
    assert [(row["external_id"], "deleted_at" in row) for row in rows] == [(wamid(stored), True)]
    answer = await message(parts, "w2")
    assert (answer["reply_to"], "quotes" in answer) == (rows[0]["_id"], False)
    assert await parts.db[EARLY_CHANGES].count_documents({}) == 0


async def test_messages_that_were_stored_by_user_id_before_are_found(parts: Any) -> None:
    """Earlier versions stored every message under the id that it came with."""
    await parts.take(customer_message(T, A, "w0", **BOTH))
    await parts.take(customer_message(T, A, wamid(USER), customer=USER))  # as before: no phone makes out its main id
    await parts.take(deleted(T, A, wamid(USER), customer=PHONE), deleted(T, A, wamid(PHONE), customer=PHONE))
    assert "deleted_at" in await message(parts, wamid(USER))
    assert await parts.db[EARLY_RECEIPTS].count_documents({}) == 0
