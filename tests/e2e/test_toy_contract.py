"""The toy channel passes the contract of a channel service."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import orjson
import pytest
from fastapi import FastAPI

from atd_schemas.contents import MessageKind
from atd_schemas.topics import dead_letter_topic, outbound_topic
from atd_schemas.views import ChannelKind
from atd_servicekit.tracing import Tracing
from atd_testing.channels import (
    ChannelContract,
    CustomerFile,
    Feature,
    InboundChange,
    OwnServiceContract,
    Refusal,
    ServedProvider,
    Trouble,
    UploadedFile,
)
from atd_testing.providers import Behaviour, SentMessage, serving
from atd_testing.service import Servers
from atd_testing.topics import create_topics
from tests.harness.toy_channel import TOY, ToySettings, create_app, create_fake

Json = dict[str, Any]
REFUSALS: Mapping[Trouble, tuple[str, int]] = {
    "passing": ("transient", 503),
    "final": ("request", 400),
    "conversation throttle": ("throttle", 429),
    "account throttle": ("throttle", 420),
}


@pytest.fixture(scope="session")
def servers(servers: Servers) -> Servers:
    """With the topics of the toy, which no registry has."""
    asyncio.run(create_topics(servers.kafka_bootstrap, (outbound_topic(TOY), dead_letter_topic(TOY.name))))
    return servers


class ToyCase:
    """The toy channel with its fake."""

    kind: ChannelKind = "app"
    service = TOY
    lacks: Mapping[Feature, str] = {
        "reactions": "toys take texts only",
        "marks as read": "toys take texts only",
        "customers' files": "toys send texts only",
        "file addresses": "toys send texts only",
        "attendants' files": "toys take texts only",
        "uploads": "toys take texts only",
        "patch token": "the token of a toy stays",
        "inbound replies": "toys take texts only",
        "inbound edits": "toys take texts only",
        "inbound deletes": "toys take texts only",
        "inbound reactions": "toys take texts only",
        "replies": "toys take texts only",
        "edits": "toys take texts only",
        "deletes": "toys take texts only",
        "parts": "a text of a toy goes out whole",
    }
    proves: Mapping[str, tuple[str, ...]] = {}
    customers = ("ana", "rui")
    smallest_limit: tuple[MessageKind, int] = ("image", 0)
    target: str = "target-1"
    unsupported_kind: MessageKind = "image"
    text_part: int | None = None

    def thread_of(self, recipient: str) -> str | None:  # noqa: ARG002 - see `ChannelCase`
        return None

    def settings(self) -> type[ToySettings]:
        return ToySettings

    def create_app(self, settings: Any, *, tracing: Tracing | None = None) -> FastAPI:
        return create_app(settings, tracing=tracing)

    @asynccontextmanager
    async def serving_provider(self) -> AsyncIterator[ServedProvider]:
        fake = create_fake()
        async with serving(fake) as url:
            yield ServedProvider(url, fake.state, fake)

    def account_of(self, channel: Json) -> str:
        return str(channel["handle"])

    def new_channel(self, token: str, secret: str) -> Json:
        credentials = {"handle": uuid4().hex, "token": token, "secret": secret}
        return {"kind": "app", "name": "Toys", "credentials": credentials}

    def ready(self, channel: Json) -> bool:  # noqa: ARG002 - see `ChannelCase`
        return True

    def new_token(self, channel: Json, token: str) -> Json:
        raise NotImplementedError

    def text_webhook(self, channel: Json, texts: Sequence[str], batch: str) -> bytes:  # noqa: ARG002 - see `ChannelCase`
        messages = [{"id": f"{batch}-{place}", "from": "ana", "text": text} for place, text in enumerate(texts)]
        return orjson.dumps({"messages": messages})

    def unknown_webhook(self, channel: Json) -> bytes:  # noqa: ARG002 - see `ChannelCase`
        return b'{"parcels": []}'

    def receipt_webhook(self, channel: Json, external_id: str, reference: str) -> bytes:  # noqa: ARG002 - see `ChannelCase`
        receipt = {"id": external_id, "to": "ana", "status": "sent", "reference": reference}
        return orjson.dumps({"receipts": [receipt]})

    def proof(self, channel: Json, raw: bytes, secret: str) -> Mapping[str, str]:  # noqa: ARG002 - see `ChannelCase`
        return {"X-Toy-Secret": secret}

    def refusal(self, trouble: Trouble) -> Refusal:
        failure, code = REFUSALS[trouble]
        return Refusal(Behaviour(kind="error", code=code), failure, str(code))

    def reference_of(self, sent: SentMessage) -> str | None:
        return str(sent.body["reference"])

    def read_marks(self, provider: ServedProvider) -> Sequence[str]:
        raise NotImplementedError

    def customer_file(self, provider: ServedProvider, channel: Json, data: bytes) -> CustomerFile:
        raise NotImplementedError

    def sent_file(self, provider: ServedProvider, sent: SentMessage) -> bytes:
        raise NotImplementedError

    def uploads(self, provider: ServedProvider, channel: Json) -> Sequence[UploadedFile]:
        raise NotImplementedError

    def delete_upload(self, provider: ServedProvider, file_id: str) -> None:
        raise NotImplementedError

    def uploaded_id(self, sent: SentMessage) -> str:
        raise NotImplementedError

    def change_webhook(self, channel: Json, change: InboundChange, target: str, batch: str) -> bytes:
        raise NotImplementedError

    def quoted_by(self, sent: SentMessage) -> str | None:
        raise NotImplementedError

    def deeds(self, provider: ServedProvider, channel: Json) -> Sequence[tuple[str, str, str | None]]:
        raise NotImplementedError


class TestContract(ChannelContract):
    """See `atd_testing.channels`."""

    case = ToyCase()


class TestOwnService(OwnServiceContract):
    """See `atd_testing.channels`."""

    case = ToyCase()
