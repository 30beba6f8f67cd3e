"""Telegram passes the contract of a channel service."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import orjson
from fastapi import FastAPI

from atd_ingest_telegram.app import create_app
from atd_ingest_telegram.settings import Settings
from atd_schemas.contents import MessageKind
from atd_schemas.services import INGEST_TELEGRAM, Service
from atd_schemas.views import ChannelKind
from atd_servicekit.tracing import Tracing
from atd_testing.channels import (
    ChannelContract,
    Feature,
    OwnServiceContract,
    Refusal,
    ServedProvider,
    Trouble,
    UploadedFile,
)
from atd_testing.channels.under_test import SECRET
from atd_testing.providers import SentMessage
from atd_testing.telegram import SECRET_HEADER, Behaviour, FakeState, serving_fake_bot_api
from atd_testing.telegram.files import BotFile

CUSTOMERS = ("5550001111", "5550002222")
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


class TelegramCase:
    """Telegram with the fake Bot API."""

    kind: ChannelKind = "telegram"
    service: Service = INGEST_TELEGRAM
    lacks: Mapping[Feature, str] = {
        "batches": "one webhook is one update",
        "receipts": "Telegram tells nothing of what became of a message",
        "marks as read": "only business chats can be marked as read",
        "uploads": "files go along with the send",
        "customers' files": "not fetched yet",
        "repeats": "nothing would ever prove that a message was not sent",
    }
    proves: Mapping[str, tuple[str, ...]] = {}
    customers: tuple[str, str] = CUSTOMERS
    smallest_limit: tuple[MessageKind, int] = ("image", 20 * 1024 * 1024)
    target: str = f"{CUSTOMERS[0]}:51"
    unsupported_kind: MessageKind = "order"

    def __init__(self) -> None:
        self._fakes: list[FakeState] = []

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

    def new_token(self, channel: Json, token: str) -> Json:
        return {"credentials": {"bot_token": f"{channel['bot_id']}:{token}"}}

    def text_webhook(self, channel: Json, texts: Sequence[str], batch: str) -> bytes:  # noqa: ARG002 - see `ChannelCase`
        [text] = texts
        number = int(batch[:8], 16)
        person = {"id": int(CUSTOMERS[0]), "is_bot": False, "first_name": "Ana", "last_name": "Souza"}
        chat = {"id": int(CUSTOMERS[0]), "type": "private", "first_name": "Ana", "last_name": "Souza"}
        message = {"message_id": number, "date": 1772366400, "from": person, "chat": chat, "text": text}
        return orjson.dumps({"update_id": number, "message": message})

    def unknown_webhook(self, channel: Json) -> bytes:  # noqa: ARG002 - see `ChannelCase`
        return b'{"update_id": 1, "hologram": {"depth": 3}}'

    def receipt_webhook(self, channel: Json, external_id: str, reference: str) -> bytes:
        raise NotImplementedError

    def proof(self, channel: Json, raw: bytes, secret: str) -> Mapping[str, str]:  # noqa: ARG002 - see `ChannelCase`
        """The secret that the service made and told Telegram, where the right one is asked for."""
        if secret != SECRET:
            return {SECRET_HEADER: secret}
        callbacks = (fake.callbacks.get(self.account_of(channel)) for fake in self._fakes)
        return {SECRET_HEADER: next(one.secret for one in callbacks if one is not None)}

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


class TestContract(ChannelContract):
    """See `atd_testing.channels`."""

    case = TelegramCase()


class TestOwnService(OwnServiceContract):
    """See `atd_testing.channels`."""

    case = TelegramCase()
