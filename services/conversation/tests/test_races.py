"""Interleavings of several processes on one database: what each leaves out, the others must not lose or double."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from pymongo.errors import OperationFailure

from atd_conversation.commands import Commands, Draft
from atd_conversation.domain.placing import REOPEN_WITHIN
from atd_conversation.domain.unit_of_work import UnitOfWork
from atd_conversation.handlers import InboundHandler
from atd_conversation.intake.batch import Batch
from atd_conversation.intake.loaded import Loaded
from atd_conversation.store.inbound import InboundLoader
from atd_conversation.store.indexes import CONVERSATIONS, EARLY_RECEIPTS, MESSAGES
from atd_conversation.store.unit import UnitStore
from atd_schemas.inbound import SendFailure
from atd_servicekit.errors import InfrastructureFault, StaleVersion
from atd_servicekit.inbox import INBOX
from atd_servicekit.outbox import Outbox
from atd_testing.clock import FakeClock
from atd_testing.inbound import NOON, customer_message, record_of, send_receipt

T, A = "t1", "acc-a"
Meanwhile = Callable[[], Awaitable[Any]]


class LateLoader(InboundLoader):
    """Loads, and before it hands over what it loaded, once, something else happens."""

    def __init__(self, parts: Any, meanwhile: Meanwhile, *, between: bool = False) -> None:
        """`between`: it happens when messages have been read and their conversations have not."""
        super().__init__(parts.db, parts.inbox, parts.channels)
        self._meanwhile: Meanwhile | None = meanwhile
        self._between = between

    async def _once(self) -> None:
        if self._meanwhile is not None:
            meanwhile, self._meanwhile = self._meanwhile, None
            await meanwhile()

    async def load(self, *args: Any, **more: Any) -> Loaded:
        loaded = await super().load(*args, **more)
        if not self._between:
            await self._once()
        return loaded

    async def _load_messages(self, *args: Any, **more: Any) -> None:
        await super()._load_messages(*args, **more)
        if self._between:
            await self._once()


@pytest.fixture
async def sent(parts: Any) -> tuple[str, str]:
    """Ids of a conversation, and of a message in it that is on its way to the provider."""
    await parts.take(customer_message(T, A, "w1", occurred_at=parts.clock.now()))
    (row,) = await parts.all(CONVERSATIONS)
    message = await parts.say(T, row["_id"], Draft(text="Olá"))
    return row["_id"], message.id


async def _check(parts: Any) -> None:
    """Every conversation's events are in the outbox without gap, in order, and agree with what is stored."""
    events = await parts.outbox()
    for row in await parts.all(CONVERSATIONS):
        told = [e.sequence for e in events if e.subject == row["_id"] and e.type != "outbound.message"]
        assert told == list(range(1, row["sequence"] + 1))
        stored = await parts.db[MESSAGES].count_documents({"conversation_id": row["_id"]})
        assert stored == len(
            [e for e in events if e.subject == row["_id"] and e.type in ("message.received", "message.sent")]
        )


async def test_the_same_batch_in_four_processes_at_once_is_taken_once(parts: Any) -> None:
    batch = [customer_message(T, A, f"w{n}", customer=f"55119999900{n % 5:02}") for n in range(50)]
    await asyncio.gather(*(parts.take(*batch) for _ in range(4)))
    assert len(await parts.all(MESSAGES)) == 50
    assert sorted(row["unread_count"] for row in await parts.all(CONVERSATIONS)) == [10] * 5
    await _check(parts)


async def test_batches_that_overlap_in_many_processes_lose_and_double_nothing(parts: Any) -> None:
    pool = [customer_message(T, A, f"w{n}", customer=f"55119999900{n % 3:02}") for n in range(30)]
    await asyncio.gather(*(parts.take(*pool[n : n + 10], *pool[n + 20 :]) for n in range(0, 20, 5)))
    await parts.take(*pool)
    assert len(await parts.all(MESSAGES)) == 30
    assert sum(row["unread_count"] for row in await parts.all(CONVERSATIONS)) == 30
    await _check(parts)


async def test_attendants_and_customers_at_once_lose_nothing(parts: Any, sent: tuple[str, str]) -> None:
    conversation_id, _ = sent
    incoming = [customer_message(T, A, f"in{n}", occurred_at=parts.clock.now()) for n in range(20)]
    await asyncio.gather(
        *(parts.take(*incoming[n : n + 4]) for n in range(0, 20, 4)),
        *(parts.say(T, conversation_id, Draft(text=f"Olá {n}", note=n % 2 == 0)) for n in range(10)),
    )
    assert len(await parts.all(MESSAGES)) == 2 + 20 + 10
    await _check(parts)


async def test_a_draft_that_is_sent_twice_at_once_is_one_message(parts: Any, sent: tuple[str, str]) -> None:
    draft = Draft(text="Olá", client_id="c1")
    said = await asyncio.gather(*(parts.say(T, sent[0], draft) for _ in range(5)))
    assert len({message.id for message in said}) == 1
    await _check(parts)
    commands = [e for e in await parts.outbox() if e.type == "outbound.message"]
    assert len(commands) == 2


@pytest.mark.parametrize("first", ["the receipt", "the send"])
async def test_a_receipt_and_the_news_what_it_is_about_find_each_other(
    parts: Any, sent: tuple[str, str], first: str
) -> None:
    """Each reads before the other has written."""
    early = send_receipt(T, A, "read", external_id="x1", recipient="551187654321")
    news = send_receipt(T, A, "sent", message_id=sent[1], external_id="x1", recipient="5511987654321")
    mine, other = (early, news) if first == "the send" else (news, early)
    await parts.take(mine, loader=LateLoader(parts, lambda: parts.take(other)))
    (message,) = [row for row in await parts.all(MESSAGES) if row["_id"] == sent[1]]
    assert (message["status"], message["external_id"]) == ("read", "x1")
    await _check(parts)


async def test_of_two_early_receipts_the_higher_waits(parts: Any, sent: tuple[str, str]) -> None:
    read, delivered = (send_receipt(T, A, status, external_id="x1") for status in ("read", "delivered"))
    await parts.take(delivered, loader=LateLoader(parts, lambda: parts.take(read)))
    (row,) = await parts.all(EARLY_RECEIPTS)
    assert row["status"] == "read"


@pytest.mark.parametrize("between", [False, True])
async def test_an_older_receipt_does_not_write_over_a_newer_one(
    parts: Any, sent: tuple[str, str], between: bool
) -> None:
    read, delivered = (send_receipt(T, A, s, message_id=sent[1], external_id="x1") for s in ("read", "delivered"))
    await parts.take(delivered, loader=LateLoader(parts, lambda: parts.take(read), between=between))
    (message,) = [row for row in await parts.all(MESSAGES) if row["_id"] == sent[1]]
    assert message["status"] == "read"
    await _check(parts)


async def test_a_failure_that_was_none_leaves_no_error_behind(parts: Any, sent: tuple[str, str]) -> None:
    failure = SendFailure(code="131026", reason="recipient_unreachable")
    await parts.take(send_receipt(T, A, "failed", message_id=sent[1], external_id="x1", failure=failure))
    await parts.take(send_receipt(T, A, "delivered", external_id="x1"))
    message = await parts.queries.message(T, sent[1])
    assert (message.status, message.error) == ("delivered", None)


async def test_a_message_goes_to_the_new_conversation_when_the_old_one_was_superseded_meanwhile(parts: Any) -> None:
    """Both spellings of the number are two Kafka keys, so two processes can have one customer at once."""
    await parts.take(customer_message(T, A, "w1", customer="5511987654321"))
    (old,) = await parts.all(CONVERSATIONS)
    await parts.change(T, old["_id"], lambda c, _: c.close(NOON))
    late = customer_message(T, A, "w2", customer="551187654321", occurred_at=NOON + 2 * REOPEN_WITHIN)
    prompt = customer_message(T, A, "w3", customer="5511987654321", occurred_at=NOON + REOPEN_WITHIN)
    await parts.take(prompt, loader=LateLoader(parts, lambda: parts.take(late)))
    rows = {row["number"]: row for row in await parts.all(CONVERSATIONS)}
    assert (rows[1]["status"], "current_of" in rows[1]) == ("closed", False)
    assert (rows[2]["unread_count"], "current_of" in rows[2]) == (2, True)
    await _check(parts)


@pytest.mark.parametrize("action", ["reopen", "note"])
async def test_an_attendant_and_a_superseding_message_do_not_both_win(parts: Any, action: str) -> None:
    await parts.take(customer_message(T, A, "w1"))
    (old,) = await parts.all(CONVERSATIONS)
    await parts.change(T, old["_id"], lambda c, _: c.close(NOON))

    async def act() -> None:
        if action == "reopen":
            await parts.change(T, old["_id"], lambda c, now: c.reopen(now))
        else:
            await parts.say(T, old["_id"], Draft(text="Nota", note=True))

    late = customer_message(T, A, "w2", occurred_at=NOON + 2 * REOPEN_WITHIN)
    await parts.take(late, loader=LateLoader(parts, act))
    rows = await parts.all(CONVERSATIONS)
    assert len(rows) == (1 if action == "reopen" else 2)
    assert sum("current_of" in row for row in rows) == 1
    assert len(await parts.all(MESSAGES)) == (2 if action == "reopen" else 3)
    await _check(parts)


async def test_a_contact_that_two_processes_meet_at_once_is_one(parts: Any) -> None:
    first, second = (customer_message(T, A, f"w{n}") for n in (1, 2))
    await parts.take(first, loader=LateLoader(parts, lambda: parts.take(second)))
    assert len(await parts.all("contacts")) == 1
    (row,) = await parts.all(CONVERSATIONS)
    assert row["unread_count"] == 2
    await _check(parts)


async def test_an_event_that_comes_again_when_the_inbox_has_forgotten_it_is_still_known(parts: Any) -> None:
    messages = [customer_message(T, A, f"w{n}") for n in range(3)]
    await parts.take(*messages)
    await parts.db[INBOX].delete_many({})
    await parts.take(*messages, customer_message(T, A, "new"))
    (row,) = await parts.all(CONVERSATIONS)
    assert row["unread_count"] == 4
    await _check(parts)


class BusyLoader(InboundLoader):
    """Somebody else changes the conversation each time that it was read together with another."""

    def __init__(self, parts: Any, alone_is_quiet: bool) -> None:
        super().__init__(parts.db, parts.inbox, parts.channels)
        self._alone_is_quiet = alone_is_quiet

    async def load(self, session: Any, batch: Batch, **more: Any) -> Loaded:
        loaded = await super().load(session, batch, **more)
        if len(batch.event_ids) > 1 or not self._alone_is_quiet:
            await self._db[CONVERSATIONS].update_many({}, {"$inc": {"order": 1}})
        return loaded


async def test_a_batch_that_others_keep_disturbing_is_given_back_to_be_tried_one_by_one(parts: Any) -> None:
    await parts.take(customer_message(T, A, "w1"))
    handler = parts.handler(BusyLoader(parts, alone_is_quiet=True))
    records = [record_of(customer_message(T, A, f"w{n}")) for n in (2, 3)]
    with pytest.raises(StaleVersion):
        await handler(records)
    for record in records:
        await handler([record])
    assert len(await parts.all(MESSAGES)) == 3


async def test_a_record_that_others_keep_disturbing_comes_again_and_is_no_dead_letter(parts: Any) -> None:
    await parts.take(customer_message(T, A, "w1"))
    with pytest.raises(InfrastructureFault):
        await parts.handler(BusyLoader(parts, alone_is_quiet=False))([record_of(customer_message(T, A, "w2"))])
    assert len(await parts.all(MESSAGES)) == 1


async def test_processes_whose_clocks_disagree_tell_one_order(parts: Any) -> None:
    now = parts.clock.now()
    processes = [parts, *(parts.another(FakeClock(now + skew)) for skew in (timedelta(hours=-1), timedelta(hours=1)))]
    await parts.take(customer_message(T, A, "w0", occurred_at=now))
    (row,) = await parts.all(CONVERSATIONS)
    for number in range(1, 13):
        process = processes[number % 3]
        await process.take(customer_message(T, A, f"w{number}", occurred_at=now))
        await process.say(T, row["_id"], Draft(text=f"Nota {number}", note=True))
    await _check(parts)


def _transient() -> OperationFailure:
    return OperationFailure("conflict", 112, {"errorLabels": ["TransientTransactionError"]})


class ConflictingStore(UnitStore):
    """The first transaction of each unit fails when everything has been written, as in a conflict at the commit."""

    failed = 0

    async def save(self, session: Any, unit: UnitOfWork, now: datetime) -> None:
        await super().save(session, unit, now)
        if not self.failed:
            self.failed += 1
            raise _transient()


async def test_a_unit_that_is_saved_again_after_a_conflict_is_saved_once(parts: Any) -> None:
    await parts.take(customer_message(T, A, "w1", occurred_at=parts.clock.now()))
    (row,) = await parts.all(CONVERSATIONS)
    for act in (
        lambda process: process.take(customer_message(T, A, "w2", name="Ana Maria")),
        lambda process: process.say(T, row["_id"], Draft(text="Olá")),
        lambda process: process.change(T, row["_id"], lambda c, now: c.close(now)),
    ):
        process = parts.another(parts.clock)
        process.store = ConflictingStore(parts.db, parts.inbox, Outbox(parts.db, parts.clock))
        process.commands = Commands(
            process.queries, process.store, process.directory, process.files, process.channels, process.clock
        )
        await act(process)
        assert process.store.failed == 1
    assert len(await parts.all(MESSAGES)) == 3
    await _check(parts)


async def test_a_commit_that_was_reported_lost_and_was_not_changes_nothing_more(parts: Any) -> None:
    async def twice(work: Any, **_: Any) -> None:
        await parts.mongo.transaction(work)
        await parts.mongo.transaction(work)

    handler = InboundHandler(InboundLoader(parts.db, parts.inbox, parts.channels), parts.store, twice, parts.clock)
    await handler([record_of(customer_message(T, A, f"w{n}")) for n in (1, 2)])
    assert len(await parts.all(MESSAGES)) == 2
    await _check(parts)
