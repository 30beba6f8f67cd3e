"""The picture of a customer, from Meta's answer of who wrote to the file store; conversation serves it from there."""

from dataclasses import dataclass
from typing import Any

import pytest

from atd_schemas.ids import uuid7
from atd_schemas.inbound import InboundAttachment, InboundPicture
from atd_schemas.outbound import OutboundFetch, OutboundFetchData
from atd_servicekit.files import FileMissing
from atd_testing.channels import ChannelContract
from atd_testing.channels.file_contract import PHOTO, failure_of, file_events
from atd_testing.channels.under_test import ChannelUnderTest
from atd_testing.meta import FakeState
from atd_testing.meta.state import MetaFile, Person

CUSTOMER = "7001112223334445"
Json = dict[str, Any]


@dataclass(slots=True)
class Portrait:
    """A picture that the customer shows to one account, on the fake's CDN."""

    state: FakeState
    file: MetaFile
    account: str
    address: str = ""

    def show(self) -> None:
        """The profile tells of where it is now."""
        self.address = self.state.address(self.file)
        self.state.people[self.account, CUSTOMER] = Person(id=CUSTOMER, name="Ana", picture=self.address)

    def renew(self) -> None:
        """The address that was told is over, and the profile tells of another one."""
        self.state.new_address(self.file.id)
        self.show()


class CustomersPictures(ChannelContract):
    """Who writes in private has a picture, which Meta tells of with the name."""

    async def test_a_customers_picture_is_told_with_the_message_and_in_the_store_though_its_address_is_over(
        self, channel: ChannelUnderTest
    ) -> None:
        account, file = await self.shown(channel, PHOTO)
        picture = await self.told(channel, account)
        assert (picture.provider_id, picture.url) == (f"person:{CUSTOMER}", file.address)
        file.renew()
        asked = self.fetch(channel, account, picture)
        await channel.ask(asked, asked)
        [event] = await file_events(channel, account, 1)
        assert (event.data.state, event.data.contact_id) == ("ready", "contact-1")
        assert (event.data.width, event.data.height) == (3000, 4000)
        assert (await channel.stored(asked), file.file.downloads) == (PHOTO, 1)

    async def test_what_is_no_picture_is_not_kept_as_one(self, channel: ChannelUnderTest) -> None:
        account, _ = await self.shown(channel, b"<html>Sorry, something went wrong.</html>", "text/html")
        asked = self.fetch(channel, account, await self.told(channel, account))
        await channel.ask(asked)
        [event] = await file_events(channel, account, 1)
        assert failure_of(event) == ("media", "not_a_picture")
        with pytest.raises(FileMissing):
            await channel.stored(asked)

    async def shown(
        self, channel: ChannelUnderTest, data: bytes, mime_type: str = "image/jpeg"
    ) -> tuple[Json, Portrait]:
        """An account, and the picture of the customer who writes to it."""
        account, state = await channel.connect(), channel.provider.state
        assert isinstance(state, FakeState)
        portrait = Portrait(state, state.add_file(data, mime_type), channel.case.account_of(account))
        portrait.show()
        return account, portrait

    async def told(self, channel: ChannelUnderTest, account: Json) -> InboundPicture:
        """The picture that a message of the customer tells of."""
        answer = await channel.deliver(account, channel.text_webhook(account))
        assert answer.status_code == 200
        [event] = await channel.events_of(account, 1)
        assert event.data.contact.picture is not None
        picture: InboundPicture = event.data.contact.picture
        return picture

    def fetch(self, channel: ChannelUnderTest, account: Json, picture: InboundPicture) -> Any:
        """What conversation asks for then."""
        source = InboundAttachment(id=uuid7(), provider_id=picture.provider_id, name="picture", url=picture.url)
        asked = channel.message(account)
        data = OutboundFetchData(
            account_id=account["id"],
            channel=channel.case.kind,
            conversation_id=asked.data.conversation_id,
            message_id=asked.data.message_id,
            contact_external_id=CUSTOMER,
            kind="text",
            attachment=source,
            contact_id="contact-1",
        )
        return OutboundFetch.model_validate({**asked.model_dump(exclude={"type"}), "data": data})
