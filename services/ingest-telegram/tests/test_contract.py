"""Telegram passes the contract of a channel service."""

import json
import struct
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import orjson
import pytest
from fastapi import FastAPI
from structlog.testing import capture_logs

from atd_ingest_telegram.app import create_app
from atd_ingest_telegram.settings import Settings
from atd_schemas.contents import MessageKind
from atd_schemas.ids import provider_event_id, uuid7
from atd_schemas.inbound import InboundContactChange
from atd_schemas.outbound import ActionName
from atd_schemas.services import INGEST_TELEGRAM, Service
from atd_schemas.views import ChannelKind
from atd_servicekit.tracing import Tracing
from atd_testing.channels import (
    ChannelContract,
    Feature,
    InboundChange,
    OwnServiceContract,
    Refusal,
    ServedProvider,
    Trouble,
    UploadedFile,
)
from atd_testing.channels.contract import Contract
from atd_testing.channels.sending_contract import failure_of
from atd_testing.channels.under_test import SECRET, TOKEN, ChannelUnderTest
from atd_testing.providers import SentMessage
from atd_testing.telegram import SECRET_HEADER, Behaviour, Chat, FakeState, serving_fake_bot_api
from atd_testing.telegram import SentMessage as SentCall
from atd_testing.telegram.files import BotFile
from atd_testing.waiting import eventually

CUSTOMERS = ("5550001111", "5550002222")
AT = 1772366400
_NAMES = {"first_name": "Ana", "last_name": "Souza"}
PERSON = {"id": int(CUSTOMERS[0]), "is_bot": False, **_NAMES}
CHAT = {"id": int(CUSTOMERS[0]), "type": "private", **_NAMES}
_REFUSALS: Mapping[Trouble, tuple[str, str, Behaviour]] = {
    "passing": ("transient", "500", Behaviour(kind="error", code=500)),
    "final": ("request", "400", Behaviour(kind="error", code=400)),
    "conversation throttle": ("throttle", "429", Behaviour(kind="error", code=429, retry_after=7)),
    "account throttle": ("throttle", "429", Behaviour(kind="error", code=429, retry_after=90)),
}
"""A wait that is longer than any of a chat can be is the bot's."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class TelegramFile:
    """A file of a customer at the fake Bot API."""

    file: BotFile

    @property
    def provider_id(self) -> str:
        return self.file.file_id

    @property
    def sha256(self) -> str:
        return self.file.sha256

    @property
    def downloads(self) -> int:
        return self.file.downloads

    def move(self, address: str) -> None:
        self.file.address = address


def state_of(provider: ServedProvider) -> FakeState:
    """The state of the fake Bot API."""
    assert isinstance(provider.state, FakeState)
    return provider.state


PROVES = {
    "test_a_part_that_fails_says_what_had_arrived_and_a_repeat_sends_the_rest": ("text-parts-one-message",),
    "test_a_file_goes_out_with_its_name_and_all_of_its_bytes": ("files-out-streamed-as-they-are",),
    "test_an_unproven_send_is_never_repeated_where_the_provider_proves_nothing": ("answer-lost-never-repeated",),
}
"""By test of the contract: the rows of `docs/channels/telegram.md` that it proves."""


class TelegramCase:
    """Telegram with the fake Bot API."""

    kind: ChannelKind = "telegram"
    service: Service = INGEST_TELEGRAM
    lacks: Mapping[Feature, str] = {
        "batches": "one webhook is one update",
        "inbound deletes": "only business chats tell of deleted messages",
        "receipts": "Telegram tells nothing of what became of a message",
        "marks as read": "only business chats can be marked as read",
        "file addresses": "Telegram names a path below its own address",
        "uploads": "files go along with the send",
        "repeats": "nothing would ever prove that a message was not sent",
    }
    proves: Mapping[str, tuple[str, ...]] = PROVES
    customers: tuple[str, str] = CUSTOMERS
    smallest_limit: tuple[MessageKind, int] = ("image", 20 * 1024 * 1024)
    target: str = f"{CUSTOMERS[0]}:51"
    unsupported_kind: MessageKind = "order"
    text_part: int | None = 4096

    def __init__(self) -> None:
        self._fakes: list[FakeState] = []
        self._secrets: dict[str, str] = {}
        """By bot; the webhooks of accounts that are gone have been removed."""

    def thread_of(self, recipient: str) -> str | None:  # noqa: ARG002 - see `ChannelCase`
        return None

    def settings(self) -> type[Settings]:
        return Settings

    def create_app(self, settings: Any, *, tracing: Tracing | None = None) -> FastAPI:
        """Chats have no pace here: the contract writes more than one message a second to one customer."""
        return create_app(settings.model_copy(update={"chat_per_second": 1000.0}), tracing=tracing)

    @asynccontextmanager
    async def serving_provider(self) -> AsyncIterator[ServedProvider]:
        async with serving_fake_bot_api() as served:
            self._fakes.append(served.api.state)
            yield ServedProvider(served.url, served.api.state, served.api)

    def account_of(self, channel: Json) -> str:
        return str(channel["bot_id"])

    def new_channel(self, token: str, secret: str) -> Json:  # noqa: ARG002 - the service makes the secret
        bot_id = str(uuid4().int)[:12]
        return {"kind": "telegram", "name": "Loja Centro", "credentials": {"bot_token": f"{bot_id}:{token}"}}

    def ready(self, channel: Json) -> bool:
        """Once the token was confirmed, the webhook is registered."""
        return not channel["proven"] or channel["looked_at"] is not None

    def new_token(self, channel: Json, token: str) -> Json:
        return {"credentials": {"bot_token": f"{channel['bot_id']}:{token}"}}

    def text_webhook(self, channel: Json, texts: Sequence[str], batch: str) -> bytes:  # noqa: ARG002 - see `ChannelCase`
        [text] = texts
        number = int(batch[:8], 16)
        message = {"message_id": number, "date": AT, "from": PERSON, "chat": CHAT, "text": text}
        return orjson.dumps({"update_id": number, "message": message})

    def unknown_webhook(self, channel: Json) -> bytes:  # noqa: ARG002 - see `ChannelCase`
        return b'{"update_id": 1, "hologram": {"depth": 3}}'

    def receipt_webhook(self, channel: Json, external_id: str, reference: str) -> bytes:
        raise NotImplementedError

    def proof(self, channel: Json, raw: bytes, secret: str) -> Mapping[str, str]:  # noqa: ARG002 - see `ChannelCase`
        """The secret that the service made and told Telegram, where the right one is asked for."""
        if secret != SECRET:
            return {SECRET_HEADER: secret}
        bot_id = self.account_of(channel)
        for fake in self._fakes:
            if (callback := fake.callbacks.get(bot_id)) is not None:
                self._secrets[bot_id] = callback.secret
        return {SECRET_HEADER: self._secrets[bot_id]}

    def refusal(self, trouble: Trouble) -> Refusal:
        failure, code, behaviour = _REFUSALS[trouble]
        return Refusal(behaviour, failure, code)

    def reference_of(self, sent: SentMessage) -> str | None:  # noqa: ARG002 - nothing travels with a send
        return None

    def read_marks(self, provider: ServedProvider) -> Sequence[str]:
        raise NotImplementedError

    def customer_file(self, provider: ServedProvider, channel: Json, data: bytes) -> TelegramFile:
        bot_id = int(self.account_of(channel))
        return TelegramFile(state_of(provider).files.add(bot_id, data, "image/jpeg", folder="photos"))

    def sent_file(self, provider: ServedProvider, sent: SentMessage) -> bytes:
        state = state_of(provider)
        chat, message = (int(one) for one in sent.message_id.split(":"))
        document = state.messages[int(sent.account), chat, message]["document"]
        file = state.files.get(int(sent.account), document["file_id"])
        assert file is not None
        return file.data

    def uploads(self, provider: ServedProvider, channel: Json) -> Sequence[UploadedFile]:
        raise NotImplementedError

    def delete_upload(self, provider: ServedProvider, file_id: str) -> None:
        raise NotImplementedError

    def uploaded_id(self, sent: SentMessage) -> str:
        raise NotImplementedError

    def change_webhook(self, channel: Json, change: InboundChange, target: str, batch: str) -> bytes:  # noqa: ARG002 - see `ChannelCase`
        number, target_id = int(batch[:8], 16), int(target.partition(":")[2])
        if change == "reaction":
            shown = [{"type": "emoji", "emoji": "👍"}]
            told = {"message_id": target_id, "date": AT, "old_reaction": [], "new_reaction": shown}
            return orjson.dumps({"update_id": number, "message_reaction": {"chat": CHAT, "user": PERSON, **told}})
        if change == "edit":
            edited = {"message_id": target_id, "date": AT, "edit_date": AT + 60, "from": PERSON, "chat": CHAT}
            return orjson.dumps({"update_id": number, "edited_message": {**edited, "text": "novo texto"}})
        original = {"message_id": target_id, "date": AT, "from": PERSON, "chat": CHAT, "text": "antes"}
        message = {"message_id": number, "date": AT, "from": PERSON, "chat": CHAT, "text": "resposta"}
        return orjson.dumps({"update_id": number, "message": {**message, "reply_to_message": original}})

    def quoted_by(self, sent: SentMessage) -> str | None:
        return sent.reply_to

    def deeds(self, provider: ServedProvider, channel: Json) -> Sequence[tuple[str, str, str | None]]:
        names = {"editMessageText": "edit", "deleteMessage": "delete"}
        return [
            (names[sent.method], sent.message_id, sent.text)
            for sent in state_of(provider).sent
            if sent.account == self.account_of(channel) and sent.method in names
        ]


class TestContract(ChannelContract):
    """See `atd_testing.channels`."""

    case = TelegramCase()


class TestOwnService(OwnServiceContract):
    """See `atd_testing.channels`."""

    case = TelegramCase()


BOT_CHAT = int(CUSTOMERS[0])
GROUP = -100_999_0001


class TestSends(Contract):
    """What Telegram refuses in one form is sent once in another; who and where it went is told."""

    case = TelegramCase()

    @pytest.mark.proves("telegram", "text-parts-one-message")
    async def test_a_text_of_4090_letters_and_10_emoji_is_two_messages_of_one(self, channel: ChannelUnderTest) -> None:
        account = await channel.connect()
        await channel.ask(channel.message(account, "a" * 4090 + "👍" * 10))
        [receipt] = await channel.receipts(account, 1)
        first, second = calls_of(channel, account)
        assert (receipt.data.status, receipt.data.external_id) == ("sent", first.message_id)
        assert receipt.data.external_ids == (first.message_id, second.message_id)
        assert (first.text or "") + (second.text or "") == "a" * 4090 + "👍" * 10

    @pytest.mark.proves("telegram", "album-out-own-kinds")
    async def test_an_album_is_one_call_with_the_ids_of_all_of_its_messages(self, channel: ChannelUnderTest) -> None:
        account = await channel.connect()
        photos = [await channel.keep(picture(40, 30), "image/png") for _ in range(3)]
        await channel.ask(channel.message(account, "férias", kind="image", attachments=tuple(photos)))
        [receipt] = await channel.receipts(account, 1)
        [sent] = calls_of(channel, account)
        assert (sent.method, len(sent.message_ids)) == ("sendMediaGroup", 3)
        assert receipt.data.external_ids == sent.message_ids

    @pytest.mark.parametrize("size", [(6400, 4800), (2100, 100)])
    async def test_a_picture_that_is_no_photo_for_telegram_is_one_call_with_a_document(
        self, channel: ChannelUnderTest, size: tuple[int, int]
    ) -> None:
        account, file = await channel.connect(), await channel.keep(picture(*size), "image/png")
        before = channel.provider.state.calls
        await channel.ask(channel.message(account, "olha", kind="image", attachments=(file,)))
        [receipt] = await channel.receipts(account, 1)
        assert receipt.data.status == "sent"
        assert [sent.method for sent in calls_of(channel, account)] == ["sendDocument"]
        assert channel.provider.state.calls == before + 1

    @pytest.mark.proves("telegram", "photo-refused-document-once")
    async def test_a_photo_whose_dimensions_are_refused_is_sent_once_as_document(
        self, channel: ChannelUnderTest
    ) -> None:
        account, file = await channel.connect(), await channel.keep(picture(40, 30), "image/png")
        words = "Bad Request: PHOTO_INVALID_DIMENSIONS"
        channel.provider.state.behaviours = [Behaviour(kind="error", code=400, details=words)]
        await channel.ask(channel.message(account, "olha", kind="image", attachments=(file,)))
        [receipt] = await channel.receipts(account, 1)
        assert receipt.data.status == "sent"
        assert [(sent.method, sent.text) for sent in calls_of(channel, account)] == [("sendDocument", "olha")]

    @pytest.mark.proves("telegram", "voice-forbidden-file-once")
    async def test_a_voice_that_the_customer_does_not_take_is_sent_once_as_a_file_and_the_customer_is_not_lost(
        self, channel: ChannelUnderTest
    ) -> None:
        account, file = await channel.connect(), await channel.keep(b"OggS", "audio/ogg")
        place(channel, account, BOT_CHAT, refuses_voice=True)
        voice = channel.message(account, None, kind="audio", content={"voice": True}, attachments=(file,))
        await channel.ask(voice)
        [receipt] = await channel.receipts(account, 1)
        assert receipt.data.status == "sent"
        assert [sent.method for sent in calls_of(channel, account)] == ["sendDocument"]

    @pytest.mark.proves("telegram", "group-moved-resent-address-told")
    async def test_a_group_that_moved_gets_the_message_once_and_its_new_address_is_told(
        self, channel: ChannelUnderTest
    ) -> None:
        account = await channel.connect()
        place(channel, account, -55, migrated_to=GROUP)
        await channel.ask(channel.message(account, "Oi", recipient="-55"))
        [receipt] = await channel.receipts(account, 1)
        [sent] = calls_of(channel, account)
        [moved] = await channel.reader.matching(1, lambda event: isinstance(event, InboundContactChange))
        assert (receipt.data.status, receipt.data.recipient) == ("sent", "-55")
        assert (moved.data.reason, moved.data.previous, moved.data.contact.external_id) == (
            "group_moved",
            ("-55",),
            str(GROUP),
        )
        assert moved.id == provider_event_id(account["id"], f"-55>{GROUP}", "contact_change"), "as Telegram's own news"
        assert (sent.recipient, receipt.data.external_id) == (str(GROUP), sent.message_id)

    @pytest.mark.parametrize("action", ["edit", "delete"])
    async def test_what_is_done_to_a_message_of_a_group_that_moved_never_hits_the_new_groups_message_of_that_number(
        self, channel: ChannelUnderTest, action: ActionName
    ) -> None:
        account, conversation = await channel.connect(), uuid7()
        place(channel, account, -55, migrated_to=GROUP)
        strangers = {"message_id": 51, "chat": {"id": GROUP, "type": "supergroup"}, "text": "de outra pessoa"}
        messages = state_of(channel.provider).messages
        key = int(channel.case.account_of(account)), GROUP, 51
        messages[key] = dict(strangers)
        await channel.ask(
            channel.deed(account, conversation, uuid7(), action, "-55:51", "novo" if action == "edit" else None)
        )
        [receipt] = await channel.receipts(account, 1)
        assert failure_of(receipt) == ("request", "not_editable")
        assert messages[key] == strangers

    @pytest.mark.proves("telegram", "topic-gone-once-without")
    async def test_a_topic_that_is_not_there_any_more_is_left_out_once(self, channel: ChannelUnderTest) -> None:
        account = await channel.connect()
        place(channel, account, GROUP, is_forum=True, threads=frozenset({7}))
        for thread in ("7", "8"):
            await channel.ask(channel.message(account, f"in {thread}", recipient=str(GROUP), thread_id=thread))
        receipts = await channel.receipts(account, 2)
        assert {receipt.data.status for receipt in receipts} == {"sent"}
        threads = {sent.text: sent.body.get("message_thread_id") for sent in calls_of(channel, account)}
        assert threads == {"in 7": 7, "in 8": None}

    @pytest.mark.proves("telegram", "business-answer-carries-connection")
    async def test_the_answer_in_a_business_chat_carries_the_connection(self, channel: ChannelUnderTest) -> None:
        account = await channel.connect()
        await channel.ask(channel.message(account, "Oi", thread_id="bc-1"))
        [receipt] = await channel.receipts(account, 1)
        [sent] = calls_of(channel, account)
        assert receipt.data.external_id == f"bc-1:{sent.message_id}"
        assert [sent.body["business_connection_id"] for sent in calls_of(channel, account)] == ["bc-1"]

    @pytest.mark.proves("telegram", "refused-code-text-of-own")
    async def test_a_customer_who_blocked_the_bot_is_a_failure_with_its_own_code(
        self, channel: ChannelUnderTest
    ) -> None:
        account = await channel.connect()
        place(channel, account, BOT_CHAT, standing="blocked")
        await channel.ask(channel.message(account, "Oi"))
        [receipt] = await channel.receipts(account, 1)
        assert failure_of(receipt) == ("recipient", "blocked")

    @pytest.mark.proves("telegram", "edit-delete-own-parts")
    async def test_own_messages_are_changed_and_deleted_and_twice_is_no_failure(
        self, channel: ChannelUnderTest
    ) -> None:
        account, conversation = await channel.connect(), uuid7()
        await channel.ask(channel.message(account, "errado", conversation))
        [receipt] = await channel.receipts(account, 1)
        message_id, target = receipt.data.message_id, receipt.data.external_id
        assert message_id is not None
        assert target is not None
        for text in ("certo", "certo", None, None):
            deed = channel.deed(account, conversation, message_id, "edit" if text else "delete", target, text)
            await channel.ask(deed)
        await channel.ask(channel.message(account, "depois", conversation))
        await eventually(lambda: channel.sent_texts(account)[-1] == "depois")
        assert [sent.method for sent in calls_of(channel, account)] == [
            "sendMessage",
            "editMessageText",
            "deleteMessage",
            "sendMessage",
        ]

    @pytest.mark.proves("telegram", "reaction-writing-out")
    async def test_that_an_answer_is_written_is_shown(self, channel: ChannelUnderTest) -> None:
        account, conversation = await channel.connect(), uuid7()
        await channel.ask(channel.read(account, conversation, channel.case.target))
        state = state_of(channel.provider)
        shown = (int(channel.case.account_of(account)), BOT_CHAT, "typing")
        assert await eventually(lambda: list(state.actions)) == [shown]

    async def test_no_token_stands_in_a_log_line_or_an_event_of_a_send(self, channel: ChannelUnderTest) -> None:
        account, file = await channel.connect(), await channel.keep(b"%PDF", "application/pdf")
        channel.refuse("passing", account)
        with capture_logs() as lines:
            await channel.ask(channel.message(account), channel.document(account, file))
            receipts = await channel.receipts(account, 2)
        everything = json.dumps(lines, default=str) + "".join(one.model_dump_json() for one in receipts)
        assert TOKEN not in everything


def calls_of(channel: ChannelUnderTest, account: Json) -> list[SentCall]:
    """What the account's bot did at the fake, in order."""
    return [sent for sent in channel.sent(account) if isinstance(sent, SentCall)]


def picture(width: int, height: int) -> bytes:
    """The beginning of a PNG of this size."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", len(header)) + b"IHDR" + header + b"\x00" * 64


def place(channel: ChannelUnderTest, account: Json, chat_id: int, **more: Any) -> None:
    """Say what a chat of the account's bot is like."""
    kind = "private" if chat_id > 0 else "supergroup" if chat_id == GROUP else "group"
    chat = Chat.model_validate({"id": chat_id, "type": kind, **more})
    state_of(channel.provider).chats[int(channel.case.account_of(account)), chat_id] = chat
