"""One attempt to send, with a provider that remembers what it was asked."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from atd_channelkit.accounts.access import AccountAccess
from atd_channelkit.accounts.model import Account
from atd_channelkit.answers import Accepted, Answer, Refused
from atd_channelkit.sending.pace import RecipientPace, no_pace
from atd_channelkit.sending.policy import RetryPolicy
from atd_channelkit.sending.provider import ProviderClient, Send
from atd_channelkit.sending.rows import new_row
from atd_channelkit.sending.worker import SendWorker
from atd_schemas.outbound import OutboundAttachment, OutboundMessage, OutboundMessageData
from atd_servicekit import ledger
from atd_servicekit.errors import InfrastructureFault
from atd_servicekit.files import FileMissing, OpenFile
from atd_servicekit.kafka import Outgoing
from atd_servicekit.rates import Rate, WaitingRateLimiter
from atd_servicekit.tracing import Tracing
from atd_testing.clock import FakeClock

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(hours=24)
ACCEPTED = Accepted("external-1")
ACCOUNT = Account(id="account-1", tenant_id="tenant-1", kind="app", name="Loja", status="active", version=1)


class Accounts:
    async def get_or_read(self, account_id: str) -> Account | None:
        return ACCOUNT if account_id == ACCOUNT.id else None

    async def reload(self, _account_ids: Sequence[str]) -> None:
        pass


class Provider:
    def __init__(self, answer: Answer = ACCEPTED) -> None:
        self.asked: list[Send] = []
        self.answer = answer

    async def send(self, account: Account, send: Send) -> Answer:
        assert account is ACCOUNT
        self.asked.append(send)
        return self.answer


class Publisher:
    async def publish(self, _records: Sequence[Outgoing]) -> None:
        raise AssertionError("an attempt reports nothing")


class Store:
    async def open(self, key: str) -> OpenFile:
        if key.endswith("/kept"):
            return OpenFile(size=4, content_type="text/plain", chunks=_chunks())
        raise InfrastructureFault("away") if key.endswith("/away") else FileMissing(key)


async def _chunks() -> AsyncIterator[bytes]:
    yield b"data"


class SlowTurns(WaitingRateLimiter):
    """A turn takes more than a day."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(Rate.even(80), clock)
        self._fake = clock

    async def turn(self, _key: str) -> None:
        self._fake.advance(DAY + timedelta(seconds=1))


def worker(
    provider: ProviderClient[Account],
    *,
    holds: bool = True,
    slow: bool = False,
    marks: bool = True,
    proves: bool = True,
    now: datetime = NOW,
) -> SendWorker[Account]:
    async def mark_refused(_account: Account, _refused: Refused) -> bool:
        return marks

    clock = FakeClock(now)
    return SendWorker(
        service="ingest-toy",
        access=AccountAccess(Accounts(), mark_refused),
        client=provider,
        publisher=Publisher(),
        rate=SlowTurns(clock) if slow else WaitingRateLimiter(Rate.even(80), clock),
        holds=lambda _: holds,
        policy=RetryPolicy(uncertain_after=timedelta(seconds=60), proves=proves),
        send_for=DAY,
        clock=clock,
        tracing=Tracing.from_endpoint("ingest-toy", None),
        store=Store(),
        pace=RecipientPace(no_pace, clock),
    )


def row() -> ledger.Row:
    data = OutboundMessageData(
        account_id=ACCOUNT.id,
        channel="app",
        conversation_id="conversation-1",
        message_id="0195500e-0004-7000-8000-000000007bbc",
        recipient="ana",
        kind="text",
        text="Oi",
    )
    envelope: Any = {
        "id": "command-1",
        "tenant_id": ACCOUNT.tenant_id,
        "occurred_at": NOW,
        "recorded_at": NOW,
        "source": "conversation",
        "subject": "conversation-1",
    }
    new = new_row(OutboundMessage(**envelope, data=data), 42, None, DAY)
    return ledger.Row(
        id=new.id,
        tenant_id=new.tenant_id,
        group=new.group,
        lane=new.lane,
        shard=0,
        order=new.order,
        attempt=1,
        payload=dict(new.payload),
        about=dict(new.about),
        created_at=NOW,
        traceparent=None,
        state="sending",
        at=NOW,
    )


async def test_an_attempt_asks_the_provider_with_the_reference_of_its_row() -> None:
    provider = Provider()
    asked = row()
    assert isinstance(await worker(provider).attempt(asked), ledger.Delivered)
    assert [one.reference for one in provider.asked] == [asked.id]


async def test_a_process_that_does_not_send_for_the_account_any_more_makes_no_call() -> None:
    provider = Provider()
    outcome = await worker(provider, holds=False).attempt(row())
    assert isinstance(outcome, ledger.Retry)
    assert provider.asked == []


@pytest.mark.parametrize(("counts", "reason"), [({}, "transient:expired"), ({"uncertain": 1}, "unknown:no_proof")])
async def test_a_message_whose_time_ends_while_it_waits_for_its_turn_is_not_sent(
    counts: dict[str, int], reason: str
) -> None:
    provider = Provider()
    outcome = await worker(provider, slow=True).attempt(replace(row(), counts=counts))
    assert isinstance(outcome, ledger.Failed)
    assert (outcome.reason, provider.asked) == (reason, [])


@pytest.mark.parametrize(
    ("marks", "now", "expected"),
    [
        (True, NOW, ledger.Suspended("token:190")),
        (True, NOW + DAY, ledger.Suspended("token:190")),
        (False, NOW + DAY, ledger.Failed("token:190", "why")),
    ],
)
async def test_refused_credentials_are_told_as_such_whenever_the_answer_comes(
    marks: bool, now: datetime, expected: ledger.Outcome
) -> None:
    provider = Provider(Refused("token", "190", "why"))
    assert await worker(provider, marks=marks, now=now).attempt(row()) == expected


async def test_an_account_that_changed_since_its_credentials_were_refused_is_tried_again() -> None:
    outcome = await worker(Provider(Refused("token", "190", "why")), marks=False).attempt(row())
    assert isinstance(outcome, ledger.Retry)
    assert (outcome.scope, outcome.reason) == ("lane", "token:190")


@pytest.mark.parametrize(("counts", "reason"), [({}, "account:deleted"), ({"uncertain": 1}, "unknown:no_proof")])
async def test_an_account_that_is_gone_is_no_proof_that_nothing_arrived(counts: dict[str, int], reason: str) -> None:
    outcome = await worker(Provider()).attempt(replace(row(), group="another", counts=counts))
    assert isinstance(outcome, ledger.Failed)
    assert outcome.reason == reason


async def test_what_may_have_been_sent_is_not_sent_again_where_the_provider_proves_nothing() -> None:
    provider = Provider()
    cut_off = replace(row(), counts={"uncertain": 1})
    assert isinstance(await worker(provider).attempt(cut_off), ledger.Delivered)
    outcome = await worker(provider, proves=False).attempt(cut_off)
    assert len(provider.asked) == 1
    assert isinstance(outcome, ledger.Failed)
    assert outcome.reason == "unknown:no_proof"


@pytest.mark.parametrize(
    ("attachment", "found"),
    [("kept", b"data"), ("gone", ("media", "file_missing")), ("away", ("transient", "file_store_away"))],
)
async def test_a_channel_reads_a_file_of_the_message_in_the_call(attachment: str, found: object) -> None:
    provider = Provider()
    await worker(provider).attempt(row())
    file = OutboundAttachment(id=attachment, name="a.txt", mime_type="text/plain", size=4, sha256="")
    opened = await provider.asked[0].open_file(file)
    if isinstance(opened, Refused):
        assert (opened.failure, opened.code) == found
    else:
        assert b"".join([chunk async for chunk in opened.chunks]) == found


async def test_a_recipient_has_a_pace_beside_the_account() -> None:
    clock = FakeClock(NOW)
    pace = RecipientPace(lambda recipient: Rate(1.0, 1) if recipient == "group" else None, clock)
    for recipient in ("ana", "ana", "group"):
        async with asyncio.timeout(0):  # nobody waits
            await pace.turn(ACCOUNT.id, recipient)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await pace.turn(ACCOUNT.id, "group")
    clock.advance(timedelta(seconds=1))
    async with asyncio.timeout(0):
        await pace.turn(ACCOUNT.id, "group")


class Parts:
    """A provider that takes a message in three calls."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, tuple[str, ...], str]] = []

    async def send(self, account: Account, send: Send) -> Answer:
        assert account is ACCOUNT
        self.asked.append((send.part, send.sent_ids, send.part_reference))
        if send.part >= 3:
            return Accepted()
        return Accepted(f"m{send.part}", complete=send.part == 2)


async def whole(asked: ledger.Row, provider: Parts) -> ledger.Outcome:
    outcome: ledger.Outcome = ledger.Advanced(dict(asked.progress))
    while isinstance(outcome, ledger.Advanced):
        outcome = await worker(provider).attempt(replace(asked, progress=outcome.progress))
    return outcome


async def test_a_message_in_parts_is_sent_call_by_call_with_a_reference_for_each() -> None:
    provider, asked = Parts(), row()
    assert await whole(asked, provider) == ledger.Delivered(
        {"external_id": "m0", "parts": 3, "external_ids": ["m0", "m1", "m2"]}
    )
    assert provider.asked == [
        (0, (), f"{asked.id}~0"),
        (1, ("m0",), f"{asked.id}~1"),
        (2, ("m0", "m1"), f"{asked.id}~2"),
    ]


async def test_a_part_that_is_proven_is_not_sent_again() -> None:
    provider = Parts()
    asked = replace(row(), progress={"parts": 1, "external_ids": ["m0"]}, proofs={"1": ["m1"]})
    assert await worker(provider).attempt(asked) == ledger.Advanced({"parts": 2, "external_ids": ["m0", "m1"]})
    assert provider.asked == []


async def test_a_message_whose_last_part_is_proven_is_done_without_a_call_that_sends() -> None:
    provider = Parts()
    asked = replace(row(), progress={"parts": 2, "external_ids": ["m0", "m1"]}, proofs={"2": ["m2"]})
    expected = {"external_id": "m0", "parts": 3, "external_ids": ["m0", "m1", "m2"]}
    assert await whole(asked, provider) == ledger.Delivered(expected)
    assert [part for part, _, _ in provider.asked] == [3]


async def test_a_repeat_by_hand_begins_with_the_part_that_failed() -> None:
    provider, asked = Parts(), row()
    asked.about = {**asked.about, "parts_sent": 2}
    outcome = await whole(asked, provider)
    assert isinstance(outcome, ledger.Delivered)
    assert (outcome.result, [part for part, _, _ in provider.asked]) == ({"external_id": "m2"}, [2])
