"""Messages go out once, in order, and their end is reported; one account's trouble delays no other."""

import json
from typing import Any

from structlog.testing import capture_logs

from atd_schemas.ids import uuid7
from atd_testing.channels.contract import Contract
from atd_testing.channels.under_test import PATH, SECRET, TEXT, TOKEN, ChannelUnderTest
from atd_testing.waiting import eventually


def failure_of(receipt: Any) -> tuple[str, str]:
    """Class and code of a failed receipt."""
    assert receipt.data.status == "failed"
    assert receipt.data.failure is not None
    return receipt.data.failure.reason, receipt.data.failure.code


class SendingContract(Contract):
    """From commands on Kafka to receipts."""

    async def test_a_message_goes_out_and_is_reported_as_sent(self, channel: ChannelUnderTest) -> None:
        account = await channel.connect()
        asked = channel.message(account, "Bom dia")
        await channel.ask(asked)
        [receipt] = await channel.receipts(account, 1)
        [sent] = channel.sent(account)
        assert (sent.text, sent.recipient.removeprefix("+")) == ("Bom dia", channel.case.customers[0].removeprefix("+"))
        assert channel.case.reference_of(sent) in (asked.data.message_id, None)
        assert (receipt.data.status, receipt.data.message_id) == ("sent", asked.data.message_id)
        assert (receipt.data.external_id, receipt.causation_id) == (sent.message_id, asked.id)
        assert (receipt.source, receipt.data.channel) == (channel.case.service.name, channel.case.kind)

    async def test_a_command_that_comes_twice_is_sent_once_and_order_holds(self, channel: ChannelUnderTest) -> None:
        account = await channel.connect()
        conversations = uuid7(), uuid7()
        commands = [channel.message(account, f"{n}", conversations[n % 2]) for n in range(20)]
        await channel.ask(*commands)
        await channel.ask(*commands)
        await channel.receipts(account, 20)
        numbers = [int(text or "") for text in channel.sent_texts(account)]
        assert len(numbers) == 20
        for parity in (0, 1):
            assert [n for n in numbers if n % 2 == parity] == list(range(parity, 20, 2))

    async def test_a_refused_message_fails_with_class_and_code_and_the_next_goes_on(
        self, channel: ChannelUnderTest
    ) -> None:
        account, conversation = await channel.connect(), uuid7()
        refusal = channel.refuse("final", account, details="the provider's own words")
        await channel.ask(
            channel.message(account, "refused", conversation), channel.message(account, "next", conversation)
        )
        failed, sent = await channel.receipts(account, 2)
        assert failure_of(failed) == (refusal.failure, refusal.code)
        assert failed.data.failure is not None
        assert failed.data.failure.detail == "the provider's own words"
        assert failed.data.external_id is None
        assert sent.data.status == "sent"
        assert channel.sent_texts(account) == ["next"]

    async def test_trouble_that_passes_is_tried_again(self, channel: ChannelUnderTest) -> None:
        account = await channel.connect()
        channel.refuse("passing", account)
        channel.refuse("passing", account)
        await channel.ask(channel.message(account, "patience"))
        [receipt] = await channel.receipts(account, 1)
        assert receipt.data.status == "sent"
        assert channel.sent_texts(account) == ["patience"]

    async def test_a_throttled_conversation_does_not_delay_others(self, channel: ChannelUnderTest) -> None:
        account = await channel.connect()
        channel.need("conversation throttle")
        first, other = channel.case.customers
        channel.refuse("conversation throttle", account, recipient=first, times=None)
        free = uuid7()
        await channel.ask(channel.message(account, "stuck"))
        await channel.ask(*(channel.message(account, f"{n}", free, recipient=other) for n in range(5)))
        await channel.receipts(account, 5)
        assert channel.sent_texts(account) == ["0", "1", "2", "3", "4"]

    async def test_a_throttled_account_waits_alone_and_others_keep_their_order(self, channel: ChannelUnderTest) -> None:
        throttled, free = await channel.connect(), await channel.connect()
        channel.refuse("account throttle", throttled, times=None)
        conversation = uuid7()
        await channel.ask(*(channel.message(throttled, "stuck") for _ in range(3)))
        await channel.ask(*(channel.message(free, f"{n}", conversation) for n in range(5)))
        await channel.receipts(free, 5)
        assert channel.sent_texts(throttled, free) == ["0", "1", "2", "3", "4"]

    async def test_refused_credentials_keep_the_unsent_until_the_account_is_reconnected(
        self, channel: ChannelUnderTest
    ) -> None:
        channel.need("patch token")
        account, healthy = await channel.connect("an-old-token-of-the-account"), await channel.connect()
        channel.provider.state.revoked_tokens = {"an-old-token-of-the-account"}
        await channel.ask(*(channel.message(account, f"{n}") for n in range(5)))
        assert (await channel.needs_reconnection(account))["status_reason"]["code"]
        await channel.ask(channel.message(healthy, "other account"))
        await channel.receipts(healthy, 1)
        assert channel.sent_texts(account, healthy) == ["other account"]
        repaired = await channel.change(account, channel.case.new_token(account, "a-new-token-of-the-account"))
        assert repaired["status"] == "active"
        receipts = await channel.receipts(account, 5)
        assert {receipt.data.status for receipt in receipts} == {"sent"}
        assert len(channel.sent_texts(account)) == 5

    async def test_a_good_check_resumes_what_waits(self, channel: ChannelUnderTest) -> None:
        channel.need("check")
        account = await channel.connect("a-flaky-token-of-the-account")
        channel.provider.state.revoked_tokens = {"a-flaky-token-of-the-account"}
        await channel.ask(channel.message(account, "wait for me"))
        await channel.needs_reconnection(account)
        channel.provider.state.revoked_tokens = set()
        assert (await channel.check(account))["status"] == "active"
        [receipt] = await channel.receipts(account, 1)
        assert receipt.data.status == "sent"

    async def test_what_is_unsent_for_a_disabled_or_deleted_account_fails_with_the_reason(
        self, channel: ChannelUnderTest
    ) -> None:
        disabled, deleted = await channel.connect(), await channel.connect("a-dead-token-of-the-account")
        await channel.change(disabled, {"status": "disabled"})
        channel.provider.state.revoked_tokens = {"a-dead-token-of-the-account"}
        await channel.ask(channel.message(disabled), channel.message(deleted))
        [first] = await channel.receipts(disabled, 1)
        assert failure_of(first) == ("account", "disabled")
        await channel.http.delete(f"{PATH}/{deleted['id']}", headers=channel.headers())
        [second] = await channel.receipts(deleted, 1)
        assert failure_of(second) == ("account", "deleted")
        assert channel.sent_texts(disabled, deleted) == []

    async def test_a_command_of_another_tenant_or_of_an_unsupported_kind_is_not_sent(
        self, channel: ChannelUnderTest
    ) -> None:
        foreign = await channel.of_tenant(f"{channel.tenant}-2").connect()
        own = await channel.connect()
        unsupported = channel.message(own, kind=channel.case.unsupported_kind)
        await channel.ask(channel.message(foreign, "not mine"), unsupported)
        [of_foreign] = await channel.receipts(foreign, 1)
        [of_own] = await channel.receipts(own, 1)
        assert failure_of(of_foreign) == ("account", "deleted")
        assert failure_of(of_own) == ("request", "kind_not_supported")
        assert channel.sent_texts(foreign, own) == []

    async def test_reactions_go_out_in_order_and_only_a_failed_one_is_reported(self, channel: ChannelUnderTest) -> None:
        channel.need("reactions")
        account, conversation = await channel.connect(), uuid7()
        reactions = [channel.reaction(account, emoji, conversation) for emoji in ("👍", "❤️", None)]
        await channel.ask(*reactions, channel.message(account, "after them", conversation))
        [sent] = await channel.receipts(account, 1)
        assert sent.data.about == "message"
        assert [one.kind for one in channel.sent(account)] == ["reaction"] * 3 + ["text"]
        refusal = channel.refuse("final", account)
        await channel.ask(channel.reaction(account, "😮", conversation))
        _, failed = await channel.receipts(account, 2)
        assert (failed.data.about, failure_of(failed)) == ("reaction", (refusal.failure, refusal.code))

    async def test_a_mark_as_read_goes_out_and_delays_no_message(self, channel: ChannelUnderTest) -> None:
        channel.need("marks as read")
        account, conversation = await channel.connect(), uuid7()
        channel.refuse("account throttle", on="read")
        answer = channel.message(account, "the answer", conversation)
        await channel.ask(channel.read(account, conversation, channel.case.target), answer)
        [sent] = await channel.receipts(account, 1)
        assert sent.data.message_id == answer.data.message_id
        assert await eventually(lambda: list(channel.case.read_marks(channel.provider))) == [channel.case.target]

    async def test_a_send_leaves_one_line_without_text_person_or_credentials(self, channel: ChannelUnderTest) -> None:
        account, conversation = await channel.connect(), uuid7()
        refusal = channel.refuse("final", account)
        asked = channel.message(account, TEXT, conversation)
        with capture_logs() as lines:
            await channel.ask(asked)
            await channel.receipts(account, 1)
        sends = [line for line in lines if line["event"] == "message.send"]
        [line] = [line for line in sends if line["account_id"] == account["id"]]
        assert line.pop("duration_ms") > 0
        assert line == {
            "event": "message.send",
            "log_level": "info",
            "channel": channel.case.kind,
            "what": "message",
            "tenant_id": channel.tenant,
            "account_id": account["id"],
            "conversation_id": conversation,
            "message_id": asked.data.message_id,
            "attempt": 1,
            "outcome": "failed",
            "answer": "refused",
            "failure": refusal.failure,
            "code": refusal.code,
            "reason": f"{refusal.failure}:{refusal.code}",
        }
        everything = json.dumps(lines, default=str)
        assert [one for one in (TEXT, TOKEN, SECRET, channel.case.customers[0]) if one in everything] == []
