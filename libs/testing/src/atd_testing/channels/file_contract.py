"""Customers' files come into the file store, and their end is reported."""

import hashlib
from functools import partial
from typing import Any

import pytest

from atd_schemas.ids import uuid7
from atd_schemas.inbound import InboundFile
from atd_servicekit.files import FileMissing
from atd_testing.channels.contract import Contract
from atd_testing.channels.under_test import ChannelUnderTest
from atd_testing.providers import Behaviour
from atd_testing.waiting import eventually

PICTURE = b"\x89PNG\r\n" + bytes(range(256)) * 2000

PHOTO = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x00\x0b\xb8\x00\x00\x0f\xa0\x08\x02\x00\x00\x00"
    + bytes(range(256)) * 2000
)
"""The beginning of a PNG of 3,000 x 4,000 pixels, and bytes after it."""


async def file_events(channel: ChannelUnderTest, account: dict[str, Any], number: int) -> list[InboundFile]:
    """The ends of fetches of an account, once there are `number`."""
    return await channel.reader.matching(
        number, lambda event: isinstance(event, InboundFile) and event.data.account_id == account["id"]
    )


def failure_of(event: InboundFile) -> tuple[str, str]:
    """Class and code of a failed fetch."""
    assert event.data.state == "failed"
    assert event.data.failure is not None
    return event.data.failure.reason, event.data.failure.code


async def _is_told_of_host(channel: ChannelUnderTest) -> bool:
    """Whether the metrics say that a host was refused."""
    metrics = (await channel.http.get("/metrics")).text
    return f'atd_media_hosts_refused_total{{channel="{channel.case.kind}",host="no_name"}}' in metrics


class FileContract(Contract):
    """From the command to fetch to the stored file: size, hash, hosts, trouble."""

    async def test_a_file_is_in_the_store_when_it_is_reported_as_ready(self, channel: ChannelUnderTest) -> None:
        channel.need("customers' files")
        account = await channel.connect()
        file = channel.case.customer_file(channel.provider, account, PICTURE)
        asked = channel.fetch(account, file)
        await channel.ask(asked, asked)
        [event] = await file_events(channel, account, 1)
        data = event.data
        assert (data.state, data.size) == ("ready", len(PICTURE))
        assert data.mime_type in ("image/png", "image/jpeg"), "what the provider says of it, else what the webhook did"
        assert data.sha256 == hashlib.sha256(PICTURE).hexdigest()
        assert (data.attachment_id, data.message_id) == (asked.data.attachment.id, asked.data.message_id)
        assert (data.contact_external_id, data.attempt, event.causation_id) == (channel.case.customers[0], 0, asked.id)
        assert await channel.stored(asked) == PICTURE
        assert file.downloads == 1

    async def test_the_size_of_a_picture_is_told(self, channel: ChannelUnderTest) -> None:
        """What shows it can keep its place: told with the file, and absent where it cannot be read."""
        channel.need("customers' files")
        account = await channel.connect()
        for number, data in enumerate((PHOTO, PICTURE), start=1):
            await channel.ask(channel.fetch(account, channel.case.customer_file(channel.provider, account, data)))
            await file_events(channel, account, number)
        photo, damaged = await file_events(channel, account, 2)
        assert (photo.data.width, photo.data.height) == (3000, 4000)
        assert (damaged.data.state, damaged.data.width, damaged.data.height) == ("ready", None, None)

    async def test_a_foreign_host_is_never_asked(self, channel: ChannelUnderTest) -> None:
        """Neither when a webhook names it nor when the provider does: the credentials would go there.

        Operators are told, and the file waits for a host that is the provider's.
        """
        channel.need("file addresses")
        account = await channel.connect()
        file = channel.case.customer_file(channel.provider, account, PICTURE)
        async with channel.case.serving_provider() as foreign:
            file.move(f"{foreign.url}/picture")
            await channel.ask(channel.fetch(account, file, url=f"{foreign.url}/picture"))
            assert await eventually(partial(_is_told_of_host, channel))
            assert foreign.state.calls == 0

    async def test_other_bytes_than_the_announced_are_not_kept(self, channel: ChannelUnderTest) -> None:
        channel.need("customers' files")
        account = await channel.connect()
        file = channel.case.customer_file(channel.provider, account, PICTURE)
        asked = channel.fetch(account, file, sha256=hashlib.sha256(b"another").hexdigest())
        await channel.ask(asked)
        [event] = await file_events(channel, account, 1)
        assert failure_of(event) == ("media", "hash_mismatch")
        with pytest.raises(FileMissing):
            await channel.stored(asked)

    async def test_a_file_over_the_limit_is_not_fetched(self, channel: ChannelUnderTest) -> None:
        channel.need("customers' files")
        account = await channel.connect()
        kind, limit = channel.case.smallest_limit
        file = channel.case.customer_file(channel.provider, account, bytes(limit + 1))
        asked = channel.fetch(account, file, kind=kind)
        await channel.ask(asked)
        [event] = await file_events(channel, account, 1)
        assert failure_of(event) == ("media", "too_large")
        with pytest.raises(FileMissing):
            await channel.stored(asked)

    @pytest.mark.parametrize(
        "behaviours",
        [
            [Behaviour(kind="server_error", on="address")],
            [Behaviour(kind="cut_before", on="address")],
            [Behaviour(kind="cut_after", on="download"), Behaviour(kind="server_error", on="download")],
            [Behaviour(kind="garbage", on="download")],
        ],
        ids=["502 for the address", "cut", "cut in the middle, then 502", "other bytes"],
    )
    async def test_trouble_that_passes_only_delays_a_file(
        self, channel: ChannelUnderTest, behaviours: list[Behaviour]
    ) -> None:
        channel.need("customers' files")
        account = await channel.connect()
        channel.provider.state.behaviours = [one.model_copy() for one in behaviours]
        asked = channel.fetch(account, channel.case.customer_file(channel.provider, account, PICTURE))
        await channel.ask(asked)
        [event] = await file_events(channel, account, 1)
        assert event.data.state == "ready"
        assert await channel.stored(asked) == PICTURE

    async def test_a_refused_file_fails_and_a_repeat_is_another_fetch(self, channel: ChannelUnderTest) -> None:
        channel.need("customers' files")
        account = await channel.connect()
        refusal = channel.refuse("final", on="address")
        asked = channel.fetch(account, channel.case.customer_file(channel.provider, account, PICTURE))
        await channel.ask(asked)
        [failed] = await file_events(channel, account, 1)
        assert failure_of(failed)[1] == refusal.code
        again = asked.model_copy(update={"id": uuid7(), "data": asked.data.model_copy(update={"attempt": 1})})
        await channel.ask(again)
        _, ready = await file_events(channel, account, 2)
        assert (ready.data.state, ready.data.attempt, ready.causation_id) == ("ready", 1, again.id)

    async def test_refused_credentials_keep_files_until_the_account_is_reconnected(
        self, channel: ChannelUnderTest
    ) -> None:
        channel.need("customers' files")
        channel.need("patch token")
        account = await channel.connect("an-old-token-of-the-account")
        channel.provider.state.revoked_tokens = {"an-old-token-of-the-account"}
        files = [channel.case.customer_file(channel.provider, account, PICTURE + bytes([n])) for n in range(3)]
        commands = [channel.fetch(account, file) for file in files]
        await channel.ask(*commands)
        await channel.needs_reconnection(account)
        await channel.change(account, channel.case.new_token(account, "a-new-token-of-the-account"))
        events = await file_events(channel, account, 3)
        assert {one.data.state for one in events} == {"ready"}
        assert {one.data.attachment_id for one in events} == {one.data.attachment.id for one in commands}
