"""Messenger, Instagram and the comments of a page, on the one fake of Meta: what the three channels share."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import httpx

from atd_channel_sandbox import samples
from atd_channel_sandbox.channels import meta_views as views
from atd_channel_sandbox.channels.channel import Json
from atd_channel_sandbox.channels.meta_accounts import read_accounts
from atd_channel_sandbox.gateway_session import call, channels_of_kind
from atd_channel_sandbox.model import ChannelKind, Company, Customer, PhoneMessage, ShownPost
from atd_channel_sandbox.portraits import portrait_of
from atd_channel_sandbox.state import SandboxState
from atd_testing.meta import Page, Person, Post, create_fake_meta
from atd_testing.meta.customers import SentFile
from atd_testing.meta.state import Comment, SentMessage
from atd_testing.providers import Callback, Delivery

HTTP_OK = 200
KINDS: tuple[ChannelKind, ...] = ("messenger", "instagram", "facebook")
PICTURES = Path(__file__).parent.parent / "static" / "img"
_KEPT = timedelta(days=3650)
_OWN = "loja"
"""Which of the sample companies has them."""


class MetaPhones:
    """The fake, the shop's accounts on it, and what companies do there."""

    def __init__(
        self, state: SandboxState, directory: Path, fake_url: str, webhook_client: httpx.AsyncClient | None = None
    ) -> None:
        """`directory` is where the credentials are kept, in `pages.json`; `fake_url` is where the fake is reached."""
        self.state = state
        self.fake = create_fake_meta(webhook_client=webhook_client, listener=self)
        self.fake.state.base_url = fake_url
        self.fake.webhook_sender.on_delivered = self._delivered
        self.own = read_accounts(directory / "pages.json")
        self._connected: set[str] = set()
        self._on_connected: Callable[[Company], None] | None = None
        self._portraits: dict[str, str] = {}
        self._pictures = {one: self._picture(one) for one in ("post", "story")}

    def show_companies(self) -> None:
        """Put the accounts among the companies, and tell the fake of them and of the comments that there were."""
        name = self._own_name()[0]
        meta = self.fake.state
        meta.pages[self.own.page_id] = Page(id=self.own.page_id, name=name, username="loja.girassol")
        meta.pages[self.own.instagram_id] = Page(id=self.own.instagram_id, name=name, username="loja.girassol")
        meta.without_receipts |= {self.own.page_id, self.own.instagram_id}
        self._tell_post()
        for kind in KINDS:
            self.show(kind, self.own.company_id(kind))
        for message in self.state.messages:
            if self.state.directory.company(message.company).channel == "facebook" and not message.deleted:
                self._restore(message)

    def follow_connections(self, on_connected: Callable[[Company], None]) -> None:
        """Call this with a company that was connected: what waited for it is sent."""
        self._on_connected = on_connected

    # For the channels

    def is_connected(self, company_id: str) -> bool:
        """Whether the webhooks of a company have an address; the shop's do when its channel is there."""
        if company_id in map(self.own.company_id, KINDS):
            return company_id in self._connected
        return self.fake.state.callback_of(account_of(company_id)) is not None

    def person(self, kind: ChannelKind, company: Company, customer: Customer) -> str:
        """The id of a customer, whom the fake knows from now on."""
        person = views.person_id(kind, customer)
        shown = self._portrait(customer)
        known = Person(id=person, name=customer.name, username=views.user_name(customer), picture=shown)
        self.fake.state.people[account_of(company.id), person] = known
        return person

    def customer(self, kind: ChannelKind, account: str, person: str) -> Customer:
        """The customer whom a company knows by this id; a stranger becomes one more."""
        directory = self.state.directory
        known = next((one for one in directory.customers.values() if views.person_id(kind, one) == person), None)
        if known is not None:
            return known
        made = directory.recipient(f"{views.STRANGER}{person}")
        named = self.fake.state.people.get((account, person))  # whom nobody named has no profile there
        return made if named is None else directory.change_customer(made.key, name=named.name)

    def sent_file(self, message: PhoneMessage) -> SentFile | None:
        """The file of a customer's message, put on the fake's CDN."""
        if message.file is None or message.file.id is None:
            return None
        held = next((one for one in self.state.graph.media.all() if one.id == message.file.id), None)
        if held is None:
            return None
        file = self.fake.state.add_file(held.data, held.mime_type, lasts=_KEPT)
        return SentFile(kind=views.FILE_KINDS.get(message.kind, "file"), file_id=file.id)

    def story_file(self) -> str:
        """The picture of the shop's story at the CDN."""
        return self._pictures["story"]

    async def connect(self, client: httpx.AsyncClient, kind: ChannelKind) -> None:
        """Connect the shop's account; the subscription that a new fake has forgotten is made by a repair."""
        company_id = self.own.company_id(kind)
        if company_id in self._connected:
            return
        account = account_of(company_id)
        field = "instagram_id" if kind == "instagram" else "page_id"
        found = (one for one in await channels_of_kind(client, kind) if one.get(field) == account)
        channel = next(found, None)
        if channel is None:
            channel = await call(client, "POST", "/channels", self.own.new_channel(kind, self._own_name()[0]))
        else:
            await call(client, "POST", f"/channels/{channel['id']}/repair")
        self._tell_post()
        # One address and one secret for the whole app, as in Meta's dashboard: both channels of the page share it.
        address = channel["webhook_url"].rpartition("/")[0]
        callback = Callback(callback_url=address, secret=self.own.app_secret, account=account)
        self.fake.state.callbacks[account] = callback
        self._connected.add(company_id)
        company = self.show(kind, company_id)
        if self._on_connected is not None:
            self._on_connected(company)

    # For the fake

    def on_sent(self, sent: SentMessage) -> None:
        """A company wrote, reacted, or changed a comment."""
        conversations = self.state.conversations
        match sent.kind:
            case "comment":
                self._commented(sent)
            case "reaction" if sent.target is not None:
                conversations.change(sent.target, company_reaction="👍" if sent.text else None)
            case "reaction":
                conversations.change(sent.message_id, company_reaction=views.REACTIONS.get(sent.text or ""))
            case "edit":
                conversations.change(sent.message_id, text=sent.text, edited=True)
            case "delete":
                conversations.change(sent.message_id, deleted=True, text=None, file=None, content={})
            case "hide" | "show":
                conversations.change(sent.message_id, hidden=sent.kind == "hide")
            case _:
                self._wrote(sent)

    def on_action(self, account: str, person: str, action: str) -> None:
        """A company writes, or has seen what a customer wrote."""
        kind = kind_of(account)
        customer = self.customer(kind, account, person)
        pair = (self._known(kind, account).id, customer.key)
        if action == "typing_on":
            self.state.conversations.set_typing(pair)
        elif action == "mark_seen":
            for one in self.state.messages.of(pair):
                if one.mine and one.status in ("sent", "delivered"):
                    self.state.conversations.change(one.id, status="read")

    def _wrote(self, sent: SentMessage) -> None:
        """A message for Messenger or Instagram; one by a page's token may be of its Instagram account."""
        linked = self.fake.state.page(sent.account).instagram_id
        account = linked if linked and (linked, sent.recipient) in self.fake.state.people else sent.account
        kind = kind_of(account)
        company, customer = self._known(kind, account), self.customer(kind, account, sent.recipient)
        file = None
        if sent.file is not None:
            media, mime_type = self.state.graph.media, views.file_type(sent)
            held = media.add(sent.file, mime_type, self.state.graph.now(), filename=sent.file_name, origin="company")
            file = views.file_view(held.id, sent, mime_type)
        answered = self.fake.state.comments.get((sent.body.get("recipient") or {}).get("comment_id", ""))
        about = "" if answered is None else answered.message
        self.state.conversations.clear_typing((company.id, customer.key))
        shown = views.received(sent, company.id, customer, file, about)
        self.state.conversations.add(shown)
        self.state.conversations.publish(shown)
        if company.own and customer.online:
            self.fake.customers.delivered(account, sent.recipient, sent.message_id)

    def _commented(self, sent: SentMessage) -> None:
        """The page wrote a comment: it stands in the conversation of whom it answers, else of who wrote last."""
        comment = self.fake.state.comments[sent.message_id]
        company = self._known("facebook", comment.post_id)
        above = self.state.messages.get(sent.target or "")
        written = sorted((one for one in self.state.messages if one.company == company.id), key=lambda one: one.at)
        near = above or (written[-1] if written else None)
        customer = None if near is None else self.state.directory.customers.get(near.customer)
        if customer is None:
            return
        shown = views.received(sent, company.id, customer, None, "")
        shown.kind, shown.reply_to = "text", None if above is None else above.id
        if comment.attachment is not None and "media" in comment.attachment:
            shown.content = {"link": comment.attachment["media"]["image"]["src"]}
        self.state.conversations.add(shown)
        self.state.conversations.publish(shown)

    def _delivered(self, delivery: Delivery) -> None:
        """A webhook was answered 200 or given up: what people wrote in it is `delivered` or `failed`."""
        accepted = bool(delivery.statuses) and delivery.statuses[-1] == HTTP_OK
        for message_id in views.told_ids(delivery.body):
            found = self.state.messages.get(message_id)
            if found is not None and found.mine and found.status in ("sent", "waiting"):
                self.state.conversations.change(found.id, status="delivered" if accepted else "failed")

    # What both need

    def _known(self, kind: ChannelKind, company_id: str) -> Company:
        return self.state.directory.companies.get(company_id) or self.show(kind, company_id)

    def show(self, kind: ChannelKind, company_id: str) -> Company:
        """The company as it is now; accounts of others are companies too."""
        own = company_id in map(self.own.company_id, KINDS)
        page = self.fake.state.page(account_of(company_id))
        name, about = self._own_name() if own else (page.name, "")
        company = Company(
            id=company_id,
            name=name,
            about=about,
            handle=f"@{page.username}",
            channel=kind,
            own=own,
            connected=self.is_connected(company_id),
        )
        if kind == "facebook":
            shown = self.fake.state.post(company_id)
            company.post = ShownPost(text=shown.message, picture="/static/img/post.jpg" if own else None)
        self.state.directory.put_company(company)
        return company

    def _own_name(self) -> tuple[str, str]:
        return next((name, about) for key, name, about, _ in samples.COMPANIES if key == _OWN)

    def _portrait(self, customer: Customer) -> str | None:
        """Where a customer's picture can be had; it is put on the CDN when it is asked for first."""
        meta, drawn = self.fake.state, portrait_of(customer)
        if drawn is None:
            return None
        file = meta.files.get(self._portraits.get(customer.key, ""))
        if file is None:
            file = meta.add_file(drawn, "image/jpeg", lasts=_KEPT)
            self._portraits[customer.key] = file.id
        return meta.address(file)

    def _picture(self, name: str) -> str:
        return self.fake.state.add_file((PICTURES / f"{name}.jpg").read_bytes(), "image/jpeg", lasts=_KEPT).id

    def _tell_post(self) -> None:
        """The post as the fake knows it; the address of its picture follows where the fake is reached."""
        meta = self.fake.state
        picture = meta.address(meta.files[self._pictures["post"]])
        post_id = self.own.company_id("facebook")
        meta.posts[post_id] = Post(id=post_id, message=samples.POST, picture=picture)

    def _restore(self, message: PhoneMessage) -> None:
        """Let a fake that was started anew know a comment."""
        customer = self.state.directory.customers.get(message.customer)
        if customer is None:
            return
        page = account_of(message.company)
        author = {"id": views.person_id("facebook", customer), "name": customer.name}
        above = self.state.messages.get(message.reply_to or "")
        parent = None if above is None else above.reply_to or above.id
        made = Comment(
            id=message.id,
            post_id=message.company,
            parent=parent,
            author=author if message.mine else {"id": page, "name": self.fake.state.page(page).name},
            message=message.text or "",
            created=self.fake.state.now() - timedelta(milliseconds=max(0, _age(self.state, message))),
            hidden=message.hidden,
        )
        self.fake.state.keep_comment(made)


def account_of(company_id: str) -> str:
    """The page of a post, or the account itself."""
    return company_id.partition("_")[0]


def kind_of(account: str) -> ChannelKind:
    """What kind of account has this id, as far as messages go."""
    return "instagram" if account.startswith("1784") else "messenger"


def _age(state: SandboxState, message: PhoneMessage) -> int:
    return int(state.graph.now().timestamp() * 1000) - message.at


def postback_of(message: PhoneMessage, target: PhoneMessage | None) -> Json | None:
    """The button that a message is the tap of, unless it is a quick reply: `{"id", "title"}`."""
    if "postback" in message.content:
        return {"id": message.content["postback"], "title": message.text or ""}
    reply: Json | None = message.content.get("reply")
    is_card = target is not None and target.content.get("type") == "cards"
    return reply if is_card else None
