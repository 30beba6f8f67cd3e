"""What happens to messages after they were written, on both sides; and messages that take several calls."""

from typing import Any
from uuid import uuid4

from atd_schemas.ids import uuid7
from atd_schemas.inbound import InboundDelete, InboundEdit, InboundMessage, InboundReaction
from atd_testing.channels.case import InboundChange, Json
from atd_testing.channels.contract import Contract
from atd_testing.channels.sending_contract import failure_of
from atd_testing.channels.under_test import ChannelUnderTest

_WORD = 9
"""Letters of each word of a long text; with a space they make ten."""


def long_parts(limit: int) -> list[str]:
    """Three texts of which each fills a part of at most `limit` characters, when they are one text between spaces."""
    words = limit // (_WORD + 1)
    return [" ".join([f"parte{number:04d}", *["palavrosa"] * (words - 1)]) for number in (1, 2, 3)]


class ChangesContract(Contract):
    """Answers, edits, deletions and reactions; a message in parts."""

    async def test_an_answer_names_the_message_that_it_answers(self, channel: ChannelUnderTest) -> None:
        channel.need("inbound replies")
        account, target = await _written(channel)
        event = await _changed(channel, account, "reply", target)
        assert isinstance(event, InboundMessage)
        assert (event.data.text, event.data.reply_to_external_id) == ("resposta", target)

    async def test_an_edit_names_the_message_and_says_what_it_says_now(self, channel: ChannelUnderTest) -> None:
        channel.need("inbound edits")
        account, target = await _written(channel)
        event = await _changed(channel, account, "edit", target)
        assert isinstance(event, InboundEdit)
        assert (event.data.target_external_id, event.data.text) == (target, "novo texto")

    async def test_a_message_that_was_taken_back_is_told_by_its_id(self, channel: ChannelUnderTest) -> None:
        channel.need("inbound deletes")
        account, target = await _written(channel)
        event = await _changed(channel, account, "delete", target)
        assert isinstance(event, InboundDelete)
        assert event.data.target_external_id == target

    async def test_a_reaction_names_the_message_and_the_emoji(self, channel: ChannelUnderTest) -> None:
        channel.need("inbound reactions")
        account, target = await _written(channel)
        event = await _changed(channel, account, "reaction", target)
        assert isinstance(event, InboundReaction)
        assert (event.data.target_external_id, event.data.emoji) == (target, "👍")

    async def test_a_reply_goes_out_with_what_it_answers(self, channel: ChannelUnderTest) -> None:
        channel.need("replies")
        account, target = await _written(channel)
        await channel.ask(channel.message(account, "resposta", reply_to_external_id=target))
        await channel.receipts(account, 1)
        [sent] = channel.sent(account)
        assert channel.case.quoted_by(sent) == target

    async def test_a_message_of_ours_is_changed_at_the_provider(self, channel: ChannelUnderTest) -> None:
        channel.need("edits")
        account, conversation, message_id, external_id = await _sent(channel)
        edit = channel.deed(account, conversation, message_id, "edit", external_id, text="novo texto")
        await channel.ask(edit, edit, channel.message(account, "after it", conversation))
        await channel.receipts(account, 2)
        assert channel.case.deeds(channel.provider, account) == [("edit", external_id, "novo texto")]

    async def test_a_message_of_ours_is_taken_back_at_the_provider(self, channel: ChannelUnderTest) -> None:
        channel.need("deletes")
        account, conversation, message_id, external_id = await _sent(channel)
        delete = channel.deed(account, conversation, message_id, "delete", external_id)
        await channel.ask(delete, channel.message(account, "after it", conversation))
        await channel.receipts(account, 2)
        assert channel.case.deeds(channel.provider, account) == [("delete", external_id, None)]

    async def test_a_long_text_goes_out_in_parts_of_one_message(self, channel: ChannelUnderTest) -> None:
        asked, parts, account = await _long(channel)
        await channel.ask(asked, channel.message(account, "next", asked.data.conversation_id))
        first, last = await channel.receipts(account, 2)
        assert channel.sent_texts(account) == [*parts, "next"]
        ids = tuple(one.message_id for one in channel.sent(account)[:3])
        assert (first.data.message_id, first.data.status) == (asked.data.message_id, "sent")
        assert (first.data.external_id, first.data.external_ids, first.data.parts_sent) == (ids[0], ids, 3)
        assert last.data.status == "sent"

    async def test_trouble_between_two_parts_repeats_none_of_them(self, channel: ChannelUnderTest) -> None:
        asked, parts, account = await _long(channel)
        channel.refuse("passing", account, text_contains="parte0002")
        channel.refuse("passing", account, text_contains="parte0003")
        await channel.ask(asked)
        [receipt] = await channel.receipts(account, 1)
        assert receipt.data.status == "sent"
        assert channel.sent_texts(account) == parts

    async def test_a_part_that_fails_says_what_had_arrived_and_a_repeat_sends_the_rest(
        self, channel: ChannelUnderTest
    ) -> None:
        asked, parts, account = await _long(channel)
        refusal = channel.refuse("final", account, text_contains="parte0003")
        await channel.ask(asked)
        [failed] = await channel.receipts(account, 1)
        assert failure_of(failed) == (refusal.failure, refusal.code)
        ids = tuple(one.message_id for one in channel.sent(account))
        assert (failed.data.external_ids, failed.data.parts_sent) == (ids, 2)
        again = {"attempt": 1, "parts_sent": 2, "message_id": asked.data.message_id}
        await channel.ask(channel.message(account, asked.data.text, asked.data.conversation_id, **again))
        _, sent = await channel.receipts(account, 2)
        assert channel.sent_texts(account) == parts
        assert (sent.data.status, sent.data.parts_sent) == ("sent", 3)
        assert sent.data.external_ids == (channel.sent(account)[-1].message_id,)


async def _written(channel: ChannelUnderTest) -> tuple[Json, str]:
    """An account, and the provider's id of a message that its first customer wrote."""
    channel.need("webhooks")
    account = await channel.connect()
    assert (await channel.deliver(account, channel.text_webhook(account, "antes"))).status_code == 200
    [event] = await channel.events_of(account, 1)
    return account, event.data.external_id


async def _changed(channel: ChannelUnderTest, account: Json, change: InboundChange, target: str) -> Any:
    """The event of a change, which comes twice and is the same both times."""
    raw = channel.case.change_webhook(account, change, target, uuid4().hex)
    for _ in range(2):
        assert (await channel.deliver(account, raw)).status_code == 200
    _, event, again = await channel.events_of(account, 3)
    assert event.id == again.id
    return event


async def _sent(channel: ChannelUnderTest) -> tuple[Json, str, str, str]:
    """A message of ours that was sent: account, conversation, our id and the provider's."""
    account, conversation = await channel.connect(), uuid7()
    asked = channel.message(account, "antes", conversation)
    await channel.ask(asked)
    [receipt] = await channel.receipts(account, 1)
    assert receipt.data.external_id is not None
    return account, conversation, asked.data.message_id, receipt.data.external_id


async def _long(channel: ChannelUnderTest) -> tuple[Any, list[str], Json]:
    """A message in three parts that is still to be asked for, the texts of the parts, and the account."""
    channel.need("parts")
    assert channel.case.text_part is not None
    parts = long_parts(channel.case.text_part)
    account = await channel.connect()
    return channel.message(account, " ".join(parts)), parts, account
