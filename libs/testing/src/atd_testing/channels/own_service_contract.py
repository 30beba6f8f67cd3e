"""What needs services of a test's own: other settings, several processes, a crash.

No other service of the channel may run meanwhile: it would take part of the commands. So this is a class of its own.
Tests with the same settings stand together, for they get the same service (`KeptChannel`).
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from atd_channelkit.sending.policy import UNCERTAIN_ATTEMPTS
from atd_schemas.ids import uuid7
from atd_schemas.inbound import InboundFile
from atd_servicekit.tracing import Tracing
from atd_testing.channels.contract import Contract
from atd_testing.channels.fixtures import StartChannel
from atd_testing.channels.sending_contract import failure_of
from atd_testing.channels.under_test import PATH, SECRET, ChannelUnderTest
from atd_testing.providers import Behaviour
from atd_testing.waiting import eventually

SOON = timedelta(milliseconds=300)
HOURS = timedelta(hours=3)
"""A time that no test waits for."""

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


def trace_of(channel: ChannelUnderTest, event: Any) -> str:
    """The trace that the event's record on Kafka belongs to."""
    traceparent: bytes = channel.reader.headers[event.id]["traceparent"]
    return traceparent.decode().split("-")[1]


class OwnServiceContract(Contract):
    """Deadlines, timeouts, several processes, and a crash between sending and recording it."""

    @pytest.mark.parametrize(
        ("behaviour", "arrivals"),
        [
            (Behaviour(kind="cut_before"), 1),
            (Behaviour(kind="cut_after"), 2),
            (Behaviour(kind="server_error", accept=True), 2),
            (Behaviour(kind="garbage"), 2),
        ],
        ids=["cut before", "cut after", "502 although taken", "200 without an answer"],
    )
    async def test_an_unproven_send_is_repeated_after_its_deadline(
        self, start_channel: StartChannel, behaviour: Behaviour, arrivals: int
    ) -> None:
        self.need("repeats")
        channel = await start_channel(uncertain_after=SOON)
        account = await channel.connect()
        channel.misbehave(behaviour, account)
        await channel.ask(channel.message(account, "once more"))
        [receipt] = await channel.receipts(account, 1)
        assert receipt.data.status == "sent"
        arrived = 1 if "blind repeats" in channel.case.lacks else arrivals
        assert channel.sent_texts(account) == ["once more"] * arrived

    @pytest.mark.parametrize(
        ("behaviour", "arrivals"),
        [
            (Behaviour(kind="cut_before"), 0),
            (Behaviour(kind="cut_after"), 1),
            (Behaviour(kind="server_error", accept=True), 1),
            (Behaviour(kind="garbage"), 1),
        ],
        ids=["cut before", "cut after", "502 although taken", "200 without an answer"],
    )
    async def test_an_unproven_send_is_never_repeated_where_the_provider_proves_nothing(
        self, start_channel: StartChannel, behaviour: Behaviour, arrivals: int
    ) -> None:
        if "repeats" not in self.case.lacks:
            pytest.skip(f"{self.case.kind} repeats what nothing proves")
        channel = await start_channel(uncertain_after=SOON)
        account, conversation = await channel.connect(), uuid7()
        channel.misbehave(behaviour, account)
        await channel.ask(
            channel.message(account, "once", conversation), channel.message(account, "next", conversation)
        )
        unproven, sent = await channel.receipts(account, 2)
        assert failure_of(unproven) == ("unknown", "no_proof")
        assert sent.data.status == "sent"
        assert channel.sent_texts(account) == [*["once"] * arrivals, "next"]

    async def test_refusals_do_not_use_up_the_repeats_of_an_unproven_send(self, start_channel: StartChannel) -> None:
        self.need("repeats")
        channel = await start_channel(uncertain_after=SOON)
        account = await channel.connect()
        for _ in range(UNCERTAIN_ATTEMPTS - 1):
            channel.refuse("passing", account)
        channel.misbehave(Behaviour(kind="cut_before"), account)
        channel.misbehave(Behaviour(kind="cut_after"), account)
        await channel.ask(channel.message(account, "patience"))
        [receipt] = await channel.receipts(account, 1)
        assert receipt.data.status == "sent"
        arrived = 1 if "blind repeats" in channel.case.lacks else 2
        assert channel.sent_texts(account) == ["patience"] * arrived

    async def test_a_call_that_takes_too_long_is_uncertain_and_repeated(self, start_channel: StartChannel) -> None:
        self.need("repeats")
        channel = await start_channel(uncertain_after=SOON, timeout=timedelta(seconds=2))
        account = await channel.connect()
        channel.misbehave(Behaviour(kind="delay", delay_ms=3000), account)
        await channel.ask(channel.message(account, "slow"))
        [receipt] = await channel.receipts(account, 1)
        assert receipt.data.status == "sent"
        assert set(channel.sent_texts(account)) == {"slow"}

    async def test_an_unsent_message_expires(self, start_channel: StartChannel) -> None:
        channel = await start_channel(send_until=HOURS, fetch_until=HOURS, account_refresh=SOON)
        account = await channel.connect()
        refusal = channel.refuse("passing", account, times=None)
        asked = channel.message(account)
        await channel.ask(asked)
        row = await channel.refused_row("sends", account)
        assert row["open"]["until"] == _stored(asked.occurred_at + HOURS)
        await channel.end_time_of_open_rows()
        [receipt] = await channel.receipts(account, 1)
        assert failure_of(receipt) == (refusal.failure, refusal.code)
        assert channel.sent_texts(account) == []

    async def test_what_waits_for_an_account_fails_when_its_time_is_over(self, start_channel: StartChannel) -> None:
        """Refused credentials, a throttle: whatever holds the account up, nothing goes out late."""
        channel = await start_channel(send_until=HOURS, fetch_until=HOURS, account_refresh=SOON)
        suspended, throttled = await channel.connect("an-old-token-of-the-account"), await channel.connect()
        channel.provider.state.revoked_tokens = {"an-old-token-of-the-account"}
        throttle = channel.refuse("account throttle", throttled, times=None)
        commands = [channel.message(suspended, f"{n}", conversation) for conversation in "ab" for n in range(2)]
        too_much, later = channel.message(throttled, "too much"), channel.message(throttled, "later")
        closing = channel.message(throttled, "closing", reply_until=datetime.now(UTC) + HOURS / 2)
        await channel.ask(*commands, too_much)
        gates = channel.service.db["sends_gates"]
        for account in (suspended, throttled):
            await eventually(lambda: gates.find_one({"_id": account["id"]}))  # noqa: B023 - awaited in the same turn
        await channel.ask(later, closing)
        if "customers' files" not in channel.case.lacks:
            file = channel.case.customer_file(channel.provider, suspended, b"a picture")
            await channel.ask(channel.fetch(suspended, file))
            await channel.refused_row("fetches", suspended)
        await _kept(channel, *commands, too_much, later, closing)
        await channel.end_time_of_open_rows()
        receipts = await channel.receipts(suspended, 4)
        assert {failure_of(one)[0] for one in receipts} == {"token"}
        assert {one.data.message_id for one in receipts} == {one.data.message_id for one in commands}
        ends = {one.data.message_id: failure_of(one) for one in await channel.receipts(throttled, 3)}
        assert ends[too_much.data.message_id] == (throttle.failure, throttle.code)
        assert ends[closing.data.message_id] == ("window", "closed_while_waiting")
        # The throttle may have ended a moment ago: then nobody has refused this one yet.
        assert ends[later.data.message_id] in ((throttle.failure, throttle.code), ("transient", "expired"))
        if "customers' files" not in channel.case.lacks:
            [end] = await channel.reader.matching(1, lambda event: isinstance(event, InboundFile))
            assert (end.data.state, end.data.failure.reason) == ("failed", "token")
        if "patch token" not in channel.case.lacks:
            await channel.change(suspended, channel.case.new_token(suspended, "a-new-token-of-the-account"))
        assert channel.sent_texts(suspended, throttled) == []

    async def test_no_change_of_an_account_ends_its_throttle(self, start_channel: StartChannel) -> None:
        channel = await start_channel(send_until=HOURS, fetch_until=HOURS, account_refresh=SOON)
        account, other = await channel.connect(), await channel.connect()
        gates = channel.service.db["sends_gates"]
        channel.refuse("account throttle", account, times=None)
        await channel.ask(channel.message(account, "too much"))
        throttled = await eventually(lambda: gates.find_one({"_id": account["id"]}))
        await channel.change(account, {"name": "Another name"})
        await channel.change(account, {"status": "active"})
        if "patch token" not in channel.case.lacks:
            await channel.change(account, channel.case.new_token(account, "a-new-token-of-the-account"))
        if "check" not in channel.case.lacks:
            assert (await channel.check(account))["ok"] is True
        # What is suspended although its credentials work is found by the same look at changed accounts: it has been.
        await gates.insert_one({"_id": other["id"], "suspended": True, "suspended_reason": "token:190"})
        await channel.change(other, {"name": "Another name"})

        async def looked() -> bool:
            return await gates.find_one({"_id": other["id"]}) is None

        await eventually(looked)
        same = await gates.find_one({"_id": account["id"]}) == throttled
        assert same or throttled["until"] < datetime.now(UTC), "until its time it stays as it was"

    async def test_what_a_throttled_account_has_not_sent_fails_at_once_when_it_goes(
        self, start_channel: StartChannel
    ) -> None:
        channel = await start_channel()
        accounts = disabled, deleted = await channel.connect(), await channel.connect()
        gates = channel.service.db["sends_gates"]
        for account in accounts:
            channel.refuse("account throttle", account, times=None)
            await channel.ask(channel.message(account, "too much"))
            await eventually(lambda: gates.find_one({"_id": account["id"]}))  # noqa: B023 - awaited in the same turn
            behind = channel.message(account, "behind it")
            await channel.ask(behind)
            await _kept(channel, behind)
        await channel.change(disabled, {"status": "disabled"})
        await channel.http.delete(f"{PATH}/{deleted['id']}", headers=channel.headers())
        for account, code in ((disabled, "disabled"), (deleted, "deleted")):
            receipts = await channel.receipts(account, 2)
            assert [failure_of(one) for one in receipts] == [("account", code)] * 2
        assert channel.sent_texts(*accounts) == []

    async def test_a_change_reaches_the_other_processes(self, start_channel: StartChannel) -> None:
        self.need("webhooks")
        channel = await start_channel()
        other = await start_channel(mongodb_database_prefix=channel.service.settings.mongodb_database_prefix)
        account = await channel.connect()
        raw = channel.text_webhook(account)
        assert (await other.deliver(account, raw)).status_code == 200
        await channel.http.delete(f"{PATH}/{account['id']}", headers=channel.headers())

        async def gone_there_too() -> bool:
            return bool((await other.deliver(account, raw)).status_code == 404)

        await eventually(gone_there_too)

    async def test_the_trace_runs_from_the_webhook_into_kafka_and_from_kafka_into_the_call(
        self, start_channel: StartChannel
    ) -> None:
        exporter = InMemorySpanExporter()
        tracing = Tracing(self.case.service.name, SimpleSpanProcessor(exporter))
        self.need("webhooks")
        channel = await start_channel(tracing=tracing)
        account = await channel.connect()
        raw = channel.text_webhook(account)
        proof = {**self.case.proof(account, raw, SECRET), "traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
        await channel.http.post(channel.webhook_path(account), content=raw, headers=proof)
        [message] = await channel.events_of(account, 1)
        assert trace_of(channel, message) == TRACE
        other = TRACE[::-1]
        await channel.ask(channel.message(account), traceparent=f"00-{other}-00f067aa0ba902b7-01")
        _, receipt = await channel.events_of(account, 2)

        def spans() -> set[str]:
            return {span.name for span in exporter.get_finished_spans() if f"{span.context.trace_id:032x}" == other}

        assert await eventually(lambda: {f"send {self.case.kind}", "handle outbound.message"} <= spans())
        assert trace_of(channel, receipt) == other

    async def test_a_crash_between_sending_and_recording_repeats_nothing_that_a_receipt_proves(
        self, start_channel: StartChannel
    ) -> None:
        """The database as it was while a call was under way is what a process that was killed leaves behind."""
        self.need("receipts")
        channel = await start_channel()
        account = await channel.connect()
        channel.misbehave(Behaviour(kind="cut_after", delay_ms=500), account)
        asked = channel.message(account, "was it sent?")
        await channel.ask(asked)
        prefix = f"test_{uuid4().hex[:16]}_"
        left = prefix + channel.service.db.name.removeprefix(channel.service.settings.mongodb_database_prefix)
        await eventually(lambda: _copy_when_sending(channel, asked.data.message_id, left))
        [sent] = await eventually(lambda: channel.sent(account))
        after = await start_channel(channel.provider, mongodb_database_prefix=prefix)
        row = after.service.db["sends_rows"]

        async def uncertain() -> bool:
            return bool((await row.find_one({"_id": asked.data.message_id}))["state"] == "uncertain")

        await eventually(uncertain)
        await after.deliver_receipt(account, sent.message_id, asked.data.message_id)
        receipts = await after.receipts(account, 2)
        assert [one.data.external_id for one in receipts if one.causation_id == asked.id] == [sent.message_id]
        assert channel.sent_texts(account) == ["was it sent?"]


async def _kept(channel: ChannelUnderTest, *messages: Any) -> None:
    """Wait until the ledger has every one of these messages: each conversation has a partition of its own."""
    query = {"_id": {"$in": [one.data.message_id for one in messages]}}

    async def all_there() -> bool:
        return bool(await channel.service.db["sends_rows"].count_documents(query) == len(messages))

    await eventually(all_there, message="all messages are in the ledger")


def _stored(moment: datetime) -> datetime:
    """As MongoDB keeps it: to the millisecond."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


async def _copy_when_sending(channel: ChannelUnderTest, row_id: str, name: str) -> bool:
    """Copy the service's database once an attempt to send the row is under way."""
    db: Any = channel.service.db
    row = await db["sends_rows"].find_one({"_id": row_id})
    if row is None or row["state"] != "sending":
        return False
    copy = db.client[name]
    for collection in await db.list_collection_names():
        documents = await db[collection].find({}).to_list(None)
        if documents:
            await copy[collection].insert_many(documents)
    return True
