"""Sends whose answer is lost: proven by a receipt and not repeated."""

from atd_schemas.ids import uuid7
from atd_testing.channels.contract import Contract
from atd_testing.channels.under_test import ChannelUnderTest
from atd_testing.providers import Behaviour
from atd_testing.waiting import eventually


class RecoveryContract(Contract):
    """Cut connections while the service runs on."""

    async def test_a_cut_send_is_proven_by_its_receipt_and_not_repeated(self, channel: ChannelUnderTest) -> None:
        channel.need("receipts")
        account, conversation = await channel.connect(), uuid7()
        channel.misbehave(Behaviour(kind="cut_after"), account)
        asked = channel.message(account, "did it arrive?", conversation)
        await channel.ask(asked, channel.message(account, "after it", conversation))
        [sent] = await eventually(lambda: channel.sent(account))
        await channel.deliver_receipt(account, sent.message_id, asked.data.message_id)
        receipts = await channel.receipts(account, 3)
        assert channel.sent_texts(account) == ["did it arrive?", "after it"]
        ours = [receipt for receipt in receipts if receipt.causation_id == asked.id]
        assert [receipt.data.external_id for receipt in ours] == [sent.message_id]

    async def test_a_receipt_of_another_account_proves_nothing(self, channel: ChannelUnderTest) -> None:
        channel.need("receipts")
        account, stranger = await channel.connect(), await channel.connect()
        channel.misbehave(Behaviour(kind="cut_after"), account)
        asked = channel.message(account, "did it arrive?")
        await channel.ask(asked)
        await eventually(lambda: channel.sent(account))
        for one in (stranger, account):
            await channel.deliver_receipt(one, f"external-{one['id']}", asked.data.message_id)
        receipts = await channel.receipts(account, 2)
        ours = [receipt for receipt in receipts if receipt.causation_id == asked.id]
        assert [receipt.data.external_id for receipt in ours] == [f"external-{account['id']}"]

    async def test_a_reaction_whose_answer_was_lost_is_sent_again_at_once(self, channel: ChannelUnderTest) -> None:
        channel.need("reactions")
        account, conversation = await channel.connect(), uuid7()
        channel.misbehave(Behaviour(kind="cut_after"), account)
        await channel.ask(channel.reaction(account, "👍", conversation))
        await channel.ask(channel.message(account, "after it", conversation))
        await channel.receipts(account, 1)
        assert [one.kind for one in channel.sent(account)] == ["reaction", "reaction", "text"]
