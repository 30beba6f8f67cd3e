"""Two contacts become one in the database, while other processes are at work with either."""

import asyncio
from typing import Any

import pytest

from atd_conversation.commands import Draft
from atd_conversation.store.indexes import CONTACTS, CONVERSATIONS, IDENTITIES, MESSAGES
from atd_conversation.store.reads import Reads
from atd_servicekit.problems import Problem
from atd_testing.inbound import NOON, customer_message, goes_by, send_receipt

from .test_races import LateLoader

T, A, B = "t1", "acc-a", "acc-b"
PHONE = "5511987654321"


def both(external_id: str = "w3") -> Any:
    """The message that names both."""
    return customer_message(T, A, external_id, customer=PHONE, aliases=("BR.1",), occurred_at=NOON)


@pytest.fixture
async def two(parts: Any) -> Any:
    """Somebody known by the phone, and then by a user id alone."""
    for number, customer in enumerate((PHONE, "BR.1"), start=1):
        await parts.take(customer_message(T, A, f"w{number}", customer=customer, occurred_at=parts.clock.now()))
    return parts


async def check(parts: Any, *, messages: int, threads: int = 1) -> dict[str, Any]:
    """One contact has every id and every conversation, and one open thread on each account; that contact."""
    contacts = await parts.all(CONTACTS)
    (kept,) = [row for row in contacts if not row["merged"]]
    assert all(row["merged"]["into"] == kept["_id"] for row in contacts if row is not kept)
    conversations = await parts.all(CONVERSATIONS)
    assert {row["contact"]["id"] for row in conversations} == {kept["_id"]}
    assert len([row for row in conversations if "current_of" in row]) == threads
    assert all(row["status"] == "closed" for row in conversations if "current_of" not in row)
    assert sum(row["unread_count"] for row in conversations) == messages
    assert len([row for row in await parts.all(MESSAGES) if row["direction"] == "inbound"]) == messages
    for event in (events := await parts.outbox()):
        assert [one.sequence for one in events if one.subject == event.subject and one.sequence] == sorted(
            one.sequence for one in events if one.subject == event.subject and one.sequence
        )
    found: dict[str, Any] = kept
    return found


async def test_a_message_that_names_both_joins_them_for_good(two: Any) -> None:
    await two.take(both(), both("w4"))
    kept = await check(two, messages=4)
    assert {row["contact_id"] for row in await two.all(IDENTITIES)} == {kept["_id"]}
    contact = await two.queries.contacts.one(T, kept["_id"])
    (merged,) = [row["_id"] for row in await two.all(CONTACTS) if row["_id"] != kept["_id"]]
    former = await two.queries.contacts.one(T, merged)
    assert (contact.phone, former.view().merged_into) == (f"+{PHONE}", kept["_id"])
    assert former.merged.identities == (f"{T}|whatsapp|BR.1",)
    await two.take(customer_message(T, A, "w5", customer="BR.1"), customer_message(T, A, "w6", customer=PHONE))
    await check(two, messages=6)


async def test_a_rotated_user_id_joins_in_the_database_too(parts: Any) -> None:
    await parts.take(customer_message(T, A, "w1", customer="CO.OLD1"))
    await parts.take(customer_message(T, A, "w2", customer="CO.NEW2"))
    await parts.take(goes_by(T, A, ("CO.OLD1",), "CO.NEW2", reason="user_id_changed"))
    await check(parts, messages=2)


async def test_who_is_known_by_both_ids_costs_no_query_more(two: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    await two.take(both())
    asked: list[str] = []
    query = Reads.query

    async def counted(self: Any, collection: str, *args: Any, **more: Any) -> Any:
        asked.append(collection)
        return await query(self, collection, *args, **more)

    monkeypatch.setattr(Reads, "query", counted)
    await two.take(both("w4"))
    assert asked.count(IDENTITIES) == asked.count(CONVERSATIONS) == 1
    assert CONTACTS not in asked


@pytest.mark.parametrize("joining_first", [False, True])
async def test_a_conversation_that_is_opened_meanwhile_for_the_former_contact_is_not_lost(
    two: Any, joining_first: bool
) -> None:
    opening = customer_message(T, B, "w4", customer="BR.1")
    one, other = (opening, both()) if joining_first else (both(), opening)
    await two.take(one, loader=LateLoader(two, lambda: two.take(other)))
    await two.take(customer_message(T, B, "w5", customer=PHONE))
    await check(two, messages=5, threads=2)


async def test_an_id_that_is_learnt_meanwhile_of_the_former_contact_finds_the_one_that_goes_on(two: Any) -> None:
    (by_id,) = [row for row in await two.all(CONVERSATIONS) if row["recipient"] == "BR.1"]
    message = await two.say(T, by_id["_id"], Draft(text="Olá"))
    receipt = send_receipt(T, A, "sent", message_id=message.id, external_id="x1", aliases=("BR.5",))
    again = send_receipt(T, A, "delivered", message_id=message.id, external_id="x1", aliases=("BR.6",))
    await two.take(receipt)
    await two.take(both(), loader=LateLoader(two, lambda: two.take(again)))
    key = f"{T}|whatsapp|BR.6"
    merged = next(row["_id"] for row in await two.all(CONTACTS) if row["merged"])
    await two.db[IDENTITIES].update_one({"_id": key}, {"$set": {"contact_id": merged}})  # as if it had not conflicted
    await two.take(customer_message(T, A, "w4", customer="BR.6"), customer_message(T, B, "w5", customer="BR.6"))
    (kept,) = [row for row in await two.all(CONTACTS) if not row["merged"]]
    assert {row["contact_id"] for row in await two.all(IDENTITIES)} == {kept["_id"]}
    assert {row["contact"]["id"] for row in await two.all(CONVERSATIONS)} == {kept["_id"]}


async def test_two_processes_that_find_out_at_once_join_once(two: Any) -> None:
    await two.take(both(), loader=LateLoader(two, lambda: two.take(both("w4"))))
    await check(two, messages=4)
    told = [event for event in await two.outbox() if event.type == "contact.merged"]
    assert len(told) == 1


async def test_everything_at_once_ends_with_one_thread(two: Any) -> None:
    conversations = [row["_id"] for row in await two.all(CONVERSATIONS)]
    ids: list[dict[str, Any]] = [{"customer": PHONE}, {"customer": "BR.1"}, {"customer": PHONE, "aliases": ("BR.1",)}]
    batches = [[customer_message(T, A, f"m{n}-{i}", **ids[(n + i) % 3]) for i in range(3)] for n in range(6)]

    async def answer(conversation_id: str, number: int) -> None:
        try:
            await two.say(T, conversation_id, Draft(text=f"Olá {number}"))
        except Problem as refused:
            assert refused.code == "conversation_closed"  # noqa: PT017 - it may be taken as well

    await asyncio.gather(*(two.take(*batch) for batch in batches), *(answer(conversations[n % 2], n) for n in range(6)))
    rows = await two.all(CONVERSATIONS)
    assert len([row for row in rows if row["status"] != "closed"]) == 1
    assert len({row["contact"]["id"] for row in rows}) == 1
    assert len([row for row in await two.all(MESSAGES) if row["direction"] == "inbound"]) == 20
