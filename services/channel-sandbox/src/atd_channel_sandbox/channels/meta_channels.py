"""The three channels of Meta, as phones use them."""

import httpx
from fastapi import FastAPI

from atd_channel_sandbox.channels.channel import Json
from atd_channel_sandbox.channels.meta import MetaPhones, account_of, postback_of
from atd_channel_sandbox.model import ChannelKind, Company, Customer, PhoneMessage
from atd_testing.meta.customers import Story
from atd_testing.providers.webhooks import ReceiptState

OUTBOUND = "meta"


class PrivateChannel:
    """Messenger, or Instagram's messages."""

    outbound: str = OUTBOUND

    def __init__(self, phones: MetaPhones, kind: ChannelKind) -> None:
        self.kind: ChannelKind = kind
        self._phones = phones
        self._people = phones.fake.customers

    @property
    def fake(self) -> FastAPI:
        """The Graph API."""
        return self._phones.fake.app

    def is_connected(self, company_id: str) -> bool:
        """Whether its webhooks have an address."""
        return self._phones.is_connected(company_id)

    def new_message_id(self, company: Company, customer: Customer) -> str:  # noqa: ARG002 - see `Channel`
        """A `mid`."""
        return self._phones.fake.state.next_message_id()

    def write(self, message: PhoneMessage, company: Company, customer: Customer) -> None:
        """A text, a file, a quick reply; a tap on a card, or on what stands before the first message; a story."""
        person = self._phones.person(self.kind, company, customer)
        target = self._phones.state.messages.get(message.reply_to or "")
        tapped = postback_of(message, target)
        if tapped is not None:
            self._people.tap(company.id, person, tapped["title"], tapped["id"], mid=message.id)
            return
        file = self._phones.sent_file(message)
        reply, story = message.content.get("reply"), message.content.get("story")
        told = (
            None
            if story is None
            else Story(id=story["id"], file_id=self._phones.story_file(), mention=story["mention"])
        )
        self._people.write(
            company.id,
            person,
            message.text,
            files=[] if file is None else [file],
            reply_to=None if reply is not None else message.reply_to,
            quick_reply=None if reply is None else reply["id"],
            story=told,
            mid=message.id,
        )

    def tap(self, target: PhoneMessage, company: Company, customer: Customer, chosen: str) -> bool:  # noqa: ARG002 - see `Channel`
        """A tap is shown as a message."""
        return False

    def change(self, target: PhoneMessage, customer: Customer, change: Json) -> None:
        """A reaction, an edit, or a message that is unsent."""
        company = self._phones.state.directory.company(target.company)
        person = self._phones.person(self.kind, company, customer)
        match change["kind"]:
            case "reaction":
                self._people.react(target.company, person, target.id, change.get("emoji"))
            case "edit":
                self._people.edit(target.company, person, target.id, change["text"])
            case _:
                self._people.unsend(target.company, person, target.id)

    def report(self, message: PhoneMessage, receipt: ReceiptState) -> None:
        """Messenger tells of deliveries and readings, Instagram of readings; accounts of others have the fake's."""
        company = self._phones.state.directory.company(message.company)
        if not company.own:
            return
        person = self._phones.person(self.kind, company, self._phones.state.directory.customers[message.customer])
        if receipt == "delivered":
            self._people.delivered(company.id, person, message.id)
        elif receipt == "read":
            self._people.read(company.id, person, message.id)

    def set_blocked(self, company: Company, customer: Customer, *, blocked: bool) -> None:
        """Meta does not tell that."""

    async def connect(self, client: httpx.AsyncClient) -> None:
        """Connect the shop."""
        await self._phones.connect(client, self.kind)


class CommentsChannel:
    """The comments below a post of a page: the company of the phones is the post."""

    kind: ChannelKind = "facebook"
    outbound: str = OUTBOUND

    def __init__(self, phones: MetaPhones) -> None:
        self._phones = phones
        self._people = phones.fake.customers

    @property
    def fake(self) -> FastAPI:
        """The Graph API."""
        return self._phones.fake.app

    def is_connected(self, company_id: str) -> bool:
        """Whether its webhooks have an address."""
        return self._phones.is_connected(company_id)

    def new_message_id(self, company: Company, customer: Customer) -> str:  # noqa: ARG002 - see `Channel`
        """Post and comment."""
        return self._phones.fake.state.next_comment_id(company.id)

    def write(self, message: PhoneMessage, company: Company, customer: Customer) -> None:
        """Comment on the post, or answer a comment that is still there."""
        # Who comments is known to Messenger too, by another id: a private answer finds them there.
        page = self._phones.state.directory.companies.get(account_of(company.id))
        if page is not None:
            self._phones.person("messenger", page, customer)
        person = self._phones.person(self.kind, company, customer)
        above = message.reply_to if message.reply_to in self._phones.fake.state.comments else None
        file = self._phones.sent_file(message)
        self._people.comment(
            above or company.id,
            person,
            customer.name,
            message.text or "",
            file_id=None if file is None else file.file_id,
            comment_id=message.id,
        )

    def tap(self, target: PhoneMessage, company: Company, customer: Customer, chosen: str) -> bool:  # noqa: ARG002 - see `Channel`
        """Comments have no buttons."""
        return False

    def change(self, target: PhoneMessage, customer: Customer, change: Json) -> None:  # noqa: ARG002 - see `Channel`
        """Edit or remove a comment that the page has not removed."""
        if target.id not in self._phones.fake.state.comments:
            return
        if change["kind"] == "edit":
            self._people.edit_comment(target.id, change["text"])
        elif change["kind"] == "revoke":
            self._people.remove_comment(target.id)

    def report(self, message: PhoneMessage, receipt: ReceiptState) -> None:
        """Nobody tells who has read a comment."""

    def set_blocked(self, company: Company, customer: Customer, *, blocked: bool) -> None:
        """Meta does not tell that."""

    async def connect(self, client: httpx.AsyncClient) -> None:
        """Connect the shop's page."""
        await self._phones.connect(client, self.kind)
