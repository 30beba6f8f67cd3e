"""Telegram, on the fake Bot API: the companies are bots, and a person's chat has the number of their phone."""

import contextlib
import secrets
from collections.abc import Callable
from pathlib import Path

import httpx
import orjson
from fastapi import FastAPI
from pydantic import BaseModel, TypeAdapter, ValidationError

from atd_channel_sandbox import samples
from atd_channel_sandbox.channels import telegram_views as views
from atd_channel_sandbox.channels.channel import Json
from atd_channel_sandbox.gateway_session import call, channels_of_kind
from atd_channel_sandbox.model import ChannelKind, Company, Customer, PhoneMessage
from atd_channel_sandbox.portraits import portrait_of
from atd_channel_sandbox.state import SandboxState
from atd_channel_sandbox.storage import write_private
from atd_testing.providers import Delivery
from atd_testing.providers.webhooks import ReceiptState
from atd_testing.telegram import Chat, FakeBotApi, SentMessage, create_fake_bot_api

HTTP_OK = 200
OWN_BOTS = ("loja",)
"""Which of the sample companies have a bot."""


class BotCredentials(BaseModel):
    """A bot, as BotFather shows it."""

    key: str
    bot_id: int
    token: str


_FILE = TypeAdapter(list[BotCredentials])


class TelegramChannel:
    """Bots of the fake Bot API."""

    kind: ChannelKind = "telegram"
    outbound: str = "telegram"

    def __init__(self, state: SandboxState, directory: Path, webhook_client: httpx.AsyncClient | None = None) -> None:
        """`directory` is where the tokens are kept, in `bots.json`."""
        self._state = state
        self._file = directory / "bots.json"
        self._api: FakeBotApi = create_fake_bot_api(webhook_client=webhook_client, listener=self)
        self._api.updates.on_webhook = self._webhook_changed
        self._api.updates.on_delivered = self._delivered
        self._bots = self._read_bots()
        self._on_connected: Callable[[Company], None] | None = None

    def show_companies(self) -> None:
        """Put the bots among the companies."""
        for one in self._bots:
            self._show(one.bot_id)

    # For the phones

    @property
    def fake(self) -> FastAPI:
        """The Bot API."""
        return self._api.app

    def is_connected(self, company_id: str) -> bool:
        """Whether the bot has a webhook, or asks for its updates."""
        return company_id in self._api.state.callbacks or self._api.state.bot(int(company_id)).polls > 0

    def new_message_id(self, company: Company, customer: Customer) -> str:
        """Bot, chat and the next number."""
        return views.phone_id(int(company.id), _chat_id(customer), self._api.state.next_message_id())

    def write(self, message: PhoneMessage, company: Company, customer: Customer) -> None:
        """Tell the bot of a message."""
        told = views.told(message, customer, self._chat(company, customer), self._content(message, int(company.id)))
        known = None if message.reply_to is None else self._message(message.reply_to)
        if known is not None:
            told["reply_to_message"] = {name: one for name, one in known.items() if name != "reply_to_message"}
        self._api.state.keep(int(company.id), told)
        self._api.updates.tell(int(company.id), {"message": told})

    def tap(self, target: PhoneMessage, company: Company, customer: Customer, chosen: str) -> bool:
        """A tap is a callback query about the bot's message."""
        message = self._message(target.id)
        query: Json = {"id": str(secrets.randbelow(10**18)), "from": views.person(customer), "chat_instance": "-77"}
        query |= {"data": chosen} if message is None else {"data": chosen, "message": message}
        self._api.updates.tell(int(company.id), {"callback_query": query})
        return True

    def change(self, target: PhoneMessage, customer: Customer, change: Json) -> None:
        """Tell of a reaction or an edit; what people delete, bots are not told."""
        company = self._state.directory.company(target.company)
        bot, chat, number = views.parts_of(target.id)
        now = int(self._api.state.now().timestamp())
        if change["kind"] == "reaction":
            emoji = (change.get("emoji") or "").replace("\ufe0f", "")
            told: Json = {"chat": self._chat(company, customer), "message_id": number, "user": views.person(customer)}
            before = [{"type": "emoji", "emoji": target.my_reaction}] if target.my_reaction else []
            after = [{"type": "emoji", "emoji": emoji}] if emoji else []
            reaction = {**told, "date": now, "old_reaction": before, "new_reaction": after}
            self._api.updates.tell(bot, {"message_reaction": reaction})
        elif change["kind"] == "edit":
            known = self._api.state.messages.get((bot, chat, number))
            if known is None:
                known = views.told(target, customer, self._chat(company, customer), self._content(target, bot))
            edited = {**known, "edit_date": now, ("caption" if "caption" in known else "text"): change["text"]}
            self._api.state.keep(bot, edited)
            self._api.updates.tell(bot, {"edited_message": edited})

    def report(self, message: PhoneMessage, receipt: ReceiptState) -> None:
        """Telegram tells bots nothing of it."""

    def set_blocked(self, company: Company, customer: Customer, *, blocked: bool) -> None:
        """The bot is told, and may not write until it is taken back."""
        bot, chat_id = int(company.id), _chat_id(customer)
        chat = self._api.state.chat(bot, chat_id)
        standing = "blocked" if blocked else "open"
        self._api.state.chats[bot, chat_id] = chat.model_copy(update={"standing": standing})
        told = views.member_change(self._chat(company, customer), customer, self._api.state.bot(bot).told(), blocked)
        self._api.updates.tell(bot, {"my_chat_member": {**told, "date": int(self._api.state.now().timestamp())}})

    async def connect(self, client: httpx.AsyncClient) -> None:
        """Connect the bots; a fake that was started anew has forgotten their webhooks, which a repair registers."""
        channels = {one["bot_id"]: one for one in await channels_of_kind(client, "telegram")}
        for one in self._bots:
            if self.is_connected(str(one.bot_id)):
                continue
            channel = channels.get(str(one.bot_id))
            if channel is None:
                company = self._show(one.bot_id)
                credentials = {"bot_token": one.token}
                await call(
                    client, "POST", "/channels", {"kind": "telegram", "name": company.name, "credentials": credentials}
                )
            else:
                await call(client, "POST", f"/channels/{channel['id']}/repair")

    # For the fake

    def on_sent(self, sent: SentMessage, messages: list[Json]) -> None:
        """A bot sent, changed or deleted something, or reacted."""
        bot = int(sent.account)
        company, customer = self._show_known(bot), self._state.directory.recipient(sent.recipient)
        conversations = self._state.conversations
        target = f"{bot}:{sent.message_id}"
        match sent.method.lower():
            case "setmessagereaction":
                shown = sent.body.get("reaction") or [{}]
                conversations.change(target, company_reaction=shown[0].get("emoji"))
            case "editmessagetext" | "editmessagecaption":
                conversations.change(target, text=sent.text, edited=True)
            case "deletemessage":
                conversations.change(target, deleted=True, text=None, file=None, content={})
            case _:
                conversations.clear_typing((company.id, customer.key))
                for message in messages:
                    file = self._received_file(bot, message)
                    markup = sent.body.get("reply_markup")
                    view = views.received(bot, message, markup, customer, file)
                    conversations.add(view)
                    conversations.publish(view)

    def on_action(self, bot_id: int, chat_id: int) -> None:
        """A bot shows that it writes."""
        self._state.conversations.set_typing((str(bot_id), self._state.directory.recipient(str(chat_id)).key))

    def _webhook_changed(self, bot_id: int) -> None:
        company = self._show(bot_id)
        if company.connected and self._on_connected is not None:
            self._on_connected(company)

    def follow_connections(self, on_connected: Callable[[Company], None]) -> None:
        """Call this with a company whose webhook was set: what waited for it is sent."""
        self._on_connected = on_connected

    def _delivered(self, delivery: Delivery) -> None:
        """A webhook was answered 200 or given up: the message in it is `delivered` or `failed`."""
        accepted = bool(delivery.statuses) and delivery.statuses[-1] == HTTP_OK
        account = next((one for one, to in self._api.state.callbacks.items() if to.callback_url == delivery.url), None)
        message = orjson.loads(delivery.body).get("message") if account else None
        if message is None:
            return
        found = self._state.messages.get(
            views.phone_id(int(account or 0), message["chat"]["id"], message["message_id"])
        )
        if found is not None and found.mine and found.status in ("sent", "waiting"):
            self._state.conversations.change(found.id, status="delivered" if accepted else "failed")

    # Inside

    def _message(self, phone_id: str) -> Json | None:
        return self._api.state.messages.get(views.parts_of(phone_id))

    def _chat(self, company: Company, customer: Customer) -> Json:
        key = (int(company.id), _chat_id(customer))
        known = self._api.state.chats.get(key) or Chat(id=key[1])
        first, _, last = customer.name.partition(" ")
        named = {"first_name": first, "last_name": last or None, "profile_photo": self._portrait(known, key, customer)}
        self._api.state.chats[key] = known.model_copy(update=named)
        return self._api.state.chats[key].told()

    def _portrait(self, chat: Chat, key: tuple[int, int], customer: Customer) -> str | None:
        """The file of a customer's picture at the fake, put there when it is asked for first."""
        files, drawn = self._api.state.files, portrait_of(customer)
        if drawn is None or (chat.profile_photo is not None and files.get(key[0], chat.profile_photo) is not None):
            return chat.profile_photo
        return files.add(key[0], drawn, "image/jpeg", folder="profile_photos").file_id

    def _content(self, message: PhoneMessage, bot: int) -> Json:
        """What a message says, with its file at the fake."""
        if message.file is None or message.file.id is None:
            return views.bare_content(message)
        held = next((one for one in self._state.graph.media.all() if one.id == message.file.id), None)
        if held is None:
            return views.bare_content(message)
        file = self._api.state.files.add(bot, held.data, held.mime_type, folder=message.kind, name=held.filename)
        return views.file_content(message, file)

    def _received_file(self, bot: int, message: Json) -> Json | None:
        """The file of a bot's message, copied into the phones' store."""
        named = views.file_of(message)
        file = None if named is None else self._api.state.files.get(bot, named["file_id"])
        if file is None:
            return None
        media = self._state.graph.media
        held = media.add(file.data, file.mime_type, self._state.graph.now(), filename=file.name, origin="company")
        return {"id": held.id, "name": file.name, "mime_type": file.mime_type, "data": file.data}

    def _show_known(self, bot: int) -> Company:
        return self._state.directory.companies.get(str(bot)) or self._show(bot)

    def _show(self, bot: int) -> Company:
        """The company of a bot as it is now; bots of others are companies too."""
        own = next((one for one in self._bots if one.bot_id == bot), None)
        name, about = f"Bot {bot}", ""
        if own is not None:
            name, about = next((name, about) for key, name, about, _ in samples.COMPANIES if key == own.key)
        told = self._api.state.bot(bot)
        if own is not None:
            told.name, told.username = name, f"{own.key}_exemplo_bot"
        company = Company(
            id=str(bot),
            name=name,
            about=about,
            handle=f"@{told.username}",
            channel="telegram",
            own=own is not None,
            connected=str(bot) in self._api.state.callbacks,
        )
        self._state.directory.put_company(company)
        return company

    def _read_bots(self) -> list[BotCredentials]:
        found: dict[str, BotCredentials] = {}
        with contextlib.suppress(OSError, ValidationError):
            found = {one.key: one for one in _FILE.validate_json(self._file.read_bytes())}
        bots = [found.get(key) or _new_bot(key) for key in OWN_BOTS]
        self._file.parent.mkdir(parents=True, exist_ok=True)
        write_private(self._file, _FILE.dump_json(bots, indent=1))
        return bots


def _new_bot(key: str) -> BotCredentials:
    bot_id = 7 * 10**9 + secrets.randbelow(10**9)
    return BotCredentials(key=key, bot_id=bot_id, token=f"{bot_id}:AA{secrets.token_urlsafe(24)}")


def _chat_id(customer: Customer) -> int:
    """The number of the person's phone; people who hide it have one made of their id."""
    digits = "".join(letter for letter in customer.key if letter.isdigit())
    return int(digits[:15] or "1")
