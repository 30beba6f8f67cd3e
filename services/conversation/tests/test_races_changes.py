"""Changes of messages in several processes at once: none is lost, none is made twice."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from atd_conversation.commands import Draft
from atd_conversation.intake.batch import Batch
from atd_conversation.intake.loaded import Loaded
from atd_conversation.store.inbound import InboundLoader
from atd_conversation.store.indexes import ATTACHMENTS, CONVERSATIONS, EARLY_CHANGES, MESSAGES
from atd_schemas.contents import EMPTY
from atd_schemas.ids import provider_event_id
from atd_servicekit.inbox import INBOX
from atd_testing.inbound import (
    NOON,
    customer_message,
    deleted,
    edited,
    file_fetched,
    file_of,
    goes_by,
    phone_message,
    prefers,
    reacted,
    send_receipt,
)

T, A = "t1", "acc-a"
W1 = provider_event_id(A, "w1", "message")


class LateLoader(InboundLoader):
    """Between what it reads, once, something else happens: after the messages, or after all of it."""

    def __init__(self, parts: Any, meanwhile: Callable[[], Awaitable[Any]], *, between: bool) -> None:
        super().__init__(parts.db, parts.inbox, parts.channels)
        self._meanwhile: Callable[[], Awaitable[Any]] | None = meanwhile
        self._between = between

    async def _once(self) -> None:
        if self._meanwhile is not None:
            meanwhile, self._meanwhile = self._meanwhile, None
            await meanwhile()

    async def load(self, session: Any, batch: Batch, **more: Any) -> Loaded:
        loaded = await super().load(session, batch, **more)
        if not self._between:
            await self._once()
        return loaded

    async def _load_messages(self, *args: Any, **more: Any) -> None:
        await super()._load_messages(*args, **more)
        if self._between:
            await self._once()


async def stored(parts: Any, message_id: str = W1) -> Any:
    message = await parts.queries.message(T, message_id)
    assert message is not None
    return message


async def check(parts: Any) -> None:
    """Every conversation's events are told without a gap, in order."""
    events = await parts.outbox()
    for row in await parts.all(CONVERSATIONS):
        told = [e.sequence for e in events if e.subject == row["_id"] and not e.type.startswith("outbound.")]
        assert told == list(range(1, row["sequence"] + 1))


@pytest.mark.parametrize("between", [False, True])
@pytest.mark.parametrize("first", ["the message", "the change"])
async def test_a_message_and_its_change_find_each_other(parts: Any, first: str, between: bool) -> None:
    """Each reads before the other has written."""
    message, change = customer_message(T, A, "w1"), reacted(T, A, "w1", "👍")
    mine, other = (change, message) if first == "the message" else (message, change)
    await parts.take(mine, loader=LateLoader(parts, lambda: parts.take(other), between=between))
    assert [one.emoji for one in (await stored(parts)).reactions] == ["👍"]
    assert await parts.all(EARLY_CHANGES) == []
    await check(parts)


async def test_a_change_that_waited_is_made_after_a_process_died_before_it_was(parts: Any) -> None:
    """The message was saved and its record not committed: it comes again, and is handled already."""
    message = customer_message(T, A, "w1")
    await parts.take(reacted(T, A, "w1", "👍"))
    (row,) = await parts.all(EARLY_CHANGES)
    await parts.db[EARLY_CHANGES].delete_many({})
    await parts.take(message)
    await parts.db[EARLY_CHANGES].insert_one(row)
    await parts.take(message)
    assert [one.emoji for one in (await stored(parts)).reactions] == ["👍"]
    await check(parts)


@pytest.mark.parametrize("between", [False, True])
async def test_two_changes_of_a_message_at_once_are_both_made(parts: Any, between: bool) -> None:
    await parts.take(customer_message(T, A, "w1", attachments=(file_of(),)))
    mine, other = reacted(T, A, "w1", "👍"), file_fetched(T, A, W1, file_of().id, "ready")
    await parts.take(mine, loader=LateLoader(parts, lambda: parts.take(other), between=between))
    message = await stored(parts)
    assert ([one.emoji for one in message.reactions], message.attachments[0].state) == (["👍"], "ready")
    await check(parts)


@pytest.mark.parametrize("between", [False, True])
async def test_an_older_edit_does_not_write_over_a_newer_one(parts: Any, between: bool) -> None:
    await parts.take(customer_message(T, A, "w1"))
    older, newer = edited(T, A, "w1", "um", at=1), edited(T, A, "w1", "dois", at=2)
    await parts.take(older, loader=LateLoader(parts, lambda: parts.take(newer), between=between))
    assert (await stored(parts)).text == "dois"
    await check(parts)


@pytest.mark.parametrize("between", [False, True])
async def test_two_changes_that_wait_at_once_both_wait(parts: Any, between: bool) -> None:
    mine, other = reacted(T, A, "w1", "👍"), edited(T, A, "w1", "novo", at=1)
    await parts.take(mine, loader=LateLoader(parts, lambda: parts.take(other), between=between))
    await parts.take(customer_message(T, A, "w1"))
    message = await stored(parts)
    assert ([one.emoji for one in message.reactions], message.text) == (["👍"], "novo")
    await check(parts)


async def test_everything_in_four_processes_at_once_is_taken_once(parts: Any) -> None:
    picture = customer_message(T, A, "w1", attachments=(file_of(),))
    batch = [
        picture,
        phone_message(T, A, "p1"),
        reacted(T, A, "w1", "👍"),
        edited(T, A, "w1", "novo", at=1),
        reacted(T, A, "p1", "👍"),
        goes_by(T, A, ("5511999990000",), "5511988880000", aliases=("BR.1",)),
        prefers(T, A, "stopped"),
        send_receipt(T, A, "read", external_id="p1", aliases=("BR.1",)),
    ]
    fetched = file_fetched(T, A, W1, file_of().id, "ready")
    await asyncio.gather(*(parts.take(*order) for order in (batch, batch, batch[::-1], batch[::-1])))
    await asyncio.gather(*(parts.take(fetched, *batch) for _ in range(2)))
    message = await stored(parts)
    assert (message.text, len(message.reactions), message.attachments[0].state) == ("novo", 1, "ready")
    ours = await stored(parts, provider_event_id(A, "p1", "message"))
    assert (ours.status, len(ours.reactions)) == ("read", 1)
    assert len(await parts.all("contacts")) == 1
    await check(parts)


async def test_what_comes_again_when_the_inbox_has_forgotten_it_changes_nothing(parts: Any) -> None:
    batch = [
        customer_message(T, A, "w1", attachments=(file_of(),)),
        reacted(T, A, "w1", "👍"),
        edited(T, A, "w1", "novo", at=1),
        file_fetched(T, A, W1, file_of().id, "ready"),
        phone_message(T, A, "p1"),
        goes_by(T, A, ("5511999990000",), "BR.1", reason="user_id_changed"),
        prefers(T, A, "stopped"),
    ]
    await parts.take(*batch)
    before = [await parts.all(name) for name in (MESSAGES, ATTACHMENTS, EARLY_CHANGES)]
    sequences = [row["sequence"] for row in await parts.all(CONVERSATIONS)]
    await parts.db[INBOX].delete_many({})
    await parts.take(*batch)
    assert [await parts.all(name) for name in (MESSAGES, ATTACHMENTS, EARLY_CHANGES)] == before
    assert [row["sequence"] for row in await parts.all(CONVERSATIONS)] == sequences


async def test_a_later_version_replaces_what_was_not_understood(parts: Any) -> None:
    understood = customer_message(T, A, "w1", kind="image", text=None, attachments=(file_of(),))
    unknown = customer_message(T, A, "w1", kind="unsupported", text=None, content={"type": "poll", "reason": None})
    placeholder = unknown.model_copy(update={"id": provider_event_id(A, "w1", "placeholder")})
    await parts.take(placeholder)
    await parts.take(understood, customer_message(T, A, "w2"))
    message = await stored(parts)
    assert (message.kind, message.content, message.attachments[0].state) == ("image", EMPTY, "pending")
    assert [row["_id"] for row in await parts.all(ATTACHMENTS)] == [file_of().id]
    (row,) = await parts.all(CONVERSATIONS)
    assert row["unread_count"] == 2
    await parts.take(placeholder, understood)
    await check(parts)


async def test_a_file_has_a_document_that_lives_and_goes_with_its_message(parts: Any) -> None:
    await parts.take(customer_message(T, A, "w1", attachments=(file_of(),)))
    (row,) = await parts.all(ATTACHMENTS)
    (conversation,) = await parts.all(CONVERSATIONS)
    assert {name: row[name] for name in ("tenant_id", "conversation_id", "message_id", "state", "uploaded_by")} == {
        "tenant_id": T,
        "conversation_id": conversation["_id"],
        "message_id": W1,
        "state": "pending",
        "uploaded_by": None,
    }
    await parts.take(file_fetched(T, A, W1, file_of().id, "ready"))
    (row,) = await parts.all(ATTACHMENTS)
    assert (row["state"], row["size"], row["sha256"]) == ("ready", 2048, "cd" * 32)
    await parts.take(deleted(T, A, "w1"))
    (row,) = await parts.all(ATTACHMENTS)
    assert (row["message_id"], row["state"], "unused_since" in row) == (None, "failed", True)


@pytest.mark.parametrize("by_business", [False, True], ids=["customer", "company"])
async def test_what_was_taken_back_before_it_came_is_neither_published_nor_fetched(
    parts: Any, *, by_business: bool
) -> None:
    arrives = phone_message if by_business else customer_message
    await parts.take(deleted(T, A, "w1", by_business=by_business))
    await parts.take(arrives(T, A, "w1", text="segredo", kind="image", attachments=(file_of(),)))
    assert not [event for event in await parts.outbox() if "segredo" in str(event)]
    assert await parts.all(ATTACHMENTS) == []
    (row,) = await parts.all(CONVERSATIONS)
    assert (row["last_message"]["preview"], row["last_message"]["deleted"]) == ("", True)
    assert await parts.all(EARLY_CHANGES) == []
    await check(parts)


async def test_an_attendants_answer_and_a_change_at_once_lose_nothing(parts: Any) -> None:
    await parts.take(customer_message(T, A, "w1", occurred_at=parts.clock.now()))
    (row,) = await parts.all(CONVERSATIONS)
    await asyncio.gather(
        *(parts.take(edited(T, A, "w1", f"{n}", at=n)) for n in range(5)),
        *(parts.say(T, row["_id"], Draft(text=f"Nota {n}", note=True)) for n in range(5)),
    )
    assert (await stored(parts)).text == "4"
    assert len(await parts.all(MESSAGES)) == 6
    await check(parts)


async def test_who_prefers_what_and_goes_by_which_ids_is_kept(parts: Any) -> None:
    await parts.take(customer_message(T, A, "w1"))
    await parts.take(prefers(T, A, "stopped"), goes_by(T, A, ("5511999990000",), "5511988880000"))
    (row,) = await parts.all("contacts")
    assert (row["marketing"], row["marketing_at"], row["phone"]) == ("stopped", NOON, "+5511988880000")
    (conversation,) = await parts.all(CONVERSATIONS)
    assert conversation["recipient"] == "5511988880000"
