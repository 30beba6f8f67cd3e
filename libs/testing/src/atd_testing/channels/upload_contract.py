"""Attendants' files: sent with their message or uploaded once for each account, and reported with their message."""

import hashlib
import json

import pytest
from structlog.testing import capture_logs

from atd_schemas.ids import uuid7
from atd_schemas.outbound import OutboundAttachment
from atd_testing.channels.contract import Contract
from atd_testing.channels.sending_contract import failure_of
from atd_testing.channels.under_test import SECRET, TEXT, TOKEN, ChannelUnderTest
from atd_testing.providers import Behaviour


class UploadContract(Contract):
    """For channels that send files, along with the send or by the id of an upload."""

    async def test_a_file_goes_out_with_its_name_and_all_of_its_bytes(self, channel: ChannelUnderTest) -> None:
        channel.need("attendants' files")
        account, file = await channel.connect(), await channel.keep(b"x" * 3_000_000)
        await channel.ask(channel.document(account, file))
        [receipt] = await channel.receipts(account, 1)
        assert receipt.data.status == "sent"
        [sent] = channel.sent(account)
        assert hashlib.sha256(channel.case.sent_file(channel.provider, sent)).hexdigest() == file.sha256

    async def test_a_file_that_goes_to_many_is_uploaded_once(self, channel: ChannelUnderTest) -> None:
        channel.need("uploads")
        account, other = await channel.connect(), await channel.connect()
        file = await channel.keep(b"x" * 3_000_000)
        await channel.ask(*(channel.document(account, file) for _ in range(8)))
        assert {one.data.status for one in await channel.receipts(account, 8)} == {"sent"}
        await channel.ask(channel.document(account, file))
        await channel.receipts(account, 9)
        [upload] = channel.uploads(account)
        assert hashlib.sha256(upload.data).hexdigest() == file.sha256
        assert upload.mime_type == "application/pdf"
        assert [channel.case.uploaded_id(one) for one in channel.sent(account)] == [upload.id] * 9
        await channel.ask(channel.document(other, file))
        await channel.receipts(other, 1)
        assert len(channel.uploads(other)) == 1

    async def test_an_upload_that_the_provider_deleted_is_replaced(self, channel: ChannelUnderTest) -> None:
        channel.need("uploads")
        account, file = await channel.connect(), await channel.keep()
        await channel.ask(channel.document(account, file))
        await channel.receipts(account, 1)
        [first] = channel.uploads(account)
        channel.case.delete_upload(channel.provider, first.id)
        await channel.ask(channel.document(account, file))
        assert {one.data.status for one in await channel.receipts(account, 2)} == {"sent"}
        [second] = channel.uploads(account)
        assert [channel.case.uploaded_id(one) for one in channel.sent(account)] == [first.id, second.id]

    async def test_a_repeat_that_was_asked_for_uploads_again_and_reports_its_number(
        self, channel: ChannelUnderTest
    ) -> None:
        channel.need("uploads")
        account, file = await channel.connect(), await channel.keep()
        first = channel.document(account, file)
        again = channel.document(account, file, message_id=first.data.message_id, attempt=1)
        await channel.ask(first)
        await channel.receipts(account, 1)
        await channel.ask(again)
        _, repeated = await channel.receipts(account, 2)
        assert (repeated.data.message_id, repeated.data.attempt) == (first.data.message_id, 1)
        assert len(channel.uploads(account)) == 2
        assert channel.case.reference_of(channel.sent(account)[-1]) in (f"{first.data.message_id}.1", None)

    async def test_a_repeat_that_has_to_wait_does_not_upload_at_each_attempt(self, channel: ChannelUnderTest) -> None:
        channel.need("uploads")
        account, file = await channel.connect(), await channel.keep()
        channel.refuse("passing", account, times=2)
        await channel.ask(channel.document(account, file, attempt=1))
        [receipt] = await channel.receipts(account, 1)
        assert receipt.data.status == "sent"
        assert len(channel.uploads(account)) == 1

    async def test_a_file_that_is_not_in_the_store_fails_and_the_next_message_goes_on(
        self, channel: ChannelUnderTest
    ) -> None:
        channel.need("attendants' files")
        account, conversation = await channel.connect(), uuid7()
        missing = OutboundAttachment(id=uuid7(), name="x", mime_type="application/pdf", size=1, sha256=uuid7())
        kept = await channel.keep()
        await channel.ask(*(channel.document(account, one, conversation=conversation) for one in (missing, kept)))
        failed, sent = await channel.receipts(account, 2)
        assert failure_of(failed) == ("media", "file_missing")
        assert sent.data.status == "sent"

    @pytest.mark.parametrize("kind", ["server_error", "cut_before", "cut_after", "garbage"])
    async def test_an_upload_that_fails_for_now_is_tried_again(self, channel: ChannelUnderTest, kind: str) -> None:
        channel.need("uploads")
        account, file = await channel.connect(), await channel.keep()
        channel.provider.state.behaviours = [Behaviour.model_validate({"kind": kind, "on": "upload"})]
        await channel.ask(channel.document(account, file))
        [receipt] = await channel.receipts(account, 1)
        assert receipt.data.status == "sent"
        assert len(channel.sent(account)) == 1

    async def test_refused_credentials_keep_a_file_until_the_account_is_reconnected(
        self, channel: ChannelUnderTest
    ) -> None:
        channel.need("attendants' files")
        channel.need("patch token")
        account, file = await channel.connect("an-old-token-of-the-account"), await channel.keep()
        channel.provider.state.revoked_tokens = {"an-old-token-of-the-account"}
        await channel.ask(channel.document(account, file))
        await channel.needs_reconnection(account)
        await channel.change(account, channel.case.new_token(account, "a-new-token-of-the-account"))
        [receipt] = await channel.receipts(account, 1)
        assert receipt.data.status == "sent"
        assert len(channel.sent(account)) == 1

    async def test_a_throttled_conversation_delays_its_own_file_alone(self, channel: ChannelUnderTest) -> None:
        channel.need("attendants' files")
        account, file = await channel.connect(), await channel.keep()
        channel.need("conversation throttle")
        first, other = channel.case.customers
        channel.refuse("conversation throttle", account, recipient=first, times=None)
        others = [channel.document(account, file, recipient=other) for _ in range(4)]
        await channel.ask(channel.document(account, file), *others)
        receipts = await channel.receipts(account, 4)
        assert {one.data.message_id for one in receipts} == {one.data.message_id for one in others}

    async def test_a_file_leaves_no_trace_of_what_it_is_in_the_log(self, channel: ChannelUnderTest) -> None:
        channel.need("attendants' files")
        account, file = await channel.connect(), await channel.keep()
        if "uploads" in channel.case.lacks:
            channel.refuse("passing", account)
        else:
            channel.provider.state.behaviours = [Behaviour(kind="server_error", on="upload")]
        with capture_logs() as lines:
            await channel.ask(channel.document(account, file))
            await channel.receipts(account, 1)
        everything = json.dumps(lines, default=str)
        assert [one for one in (TEXT, TOKEN, SECRET, channel.case.customers[0]) if one in everything] == []
