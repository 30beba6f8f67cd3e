"""Customers' files come into the store, and what became of them is told."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio

from atd_schemas.ids import uuid7
from atd_schemas.inbound import InboundAttachment, InboundFile
from atd_schemas.outbound import OutboundFetch, OutboundFetchData
from atd_schemas.topics import OUTBOUND_WHATSAPP
from atd_servicekit.files import FileStore, create_file_store, file_key
from atd_servicekit.kafka import Outgoing
from atd_testing.whatsapp import Behaviour

Service = Any
"""A `Service` of conftest.py."""

pytestmark = pytest.mark.asyncio(loop_scope="module")

PICTURE = b"\x89PNG\r\n" + bytes(range(256)) * 2000


@pytest_asyncio.fixture(loop_scope="module")
async def files(service: Service) -> AsyncIterator[FileStore]:
    """The store of the service's files."""
    store = create_file_store(service.settings)
    await store.start()
    yield store
    await store.stop()


def held(service: Service, channel: dict[str, Any], data: bytes = PICTURE) -> Any:
    """A file that a customer sent, at Meta."""
    state = service.fake.graph.state
    return state.media.add(data, "image/png", state.now(), phone_number_id=channel["phone_number_id"])


def command(
    service: Service, channel: dict[str, Any], file: Any, *, kind: Any = "image", attempt: int = 0, **attachment: Any
) -> OutboundFetch:
    now = datetime.now(UTC)
    announced = {"provider_id": file.id, "sha256": file.sha256_hex, "mime_type": "image/jpeg", **attachment}
    return OutboundFetch(
        id=uuid7(),
        tenant_id=service.tenant,
        occurred_at=now,
        recorded_at=now,
        source="conversation",
        subject="conversation-1",
        data=OutboundFetchData(
            account_id=channel["id"],
            channel="whatsapp",
            conversation_id="conversation-1",
            message_id=uuid7(),
            contact_external_id="5511999990000",
            kind=kind,
            attachment=InboundAttachment(**{"id": uuid7(), **announced}),
            attempt=attempt,
        ),
    )


async def ask(service: Service, commands: Sequence[OutboundFetch]) -> None:
    await service.runtime.producer.publish([Outgoing.of(OUTBOUND_WHATSAPP, one) for one in commands])


async def told(service: Service, channel: dict[str, Any], number: int) -> list[InboundFile]:
    found: list[InboundFile] = await service.tail.matching(
        number, lambda event: isinstance(event, InboundFile) and event.data.account_id == channel["id"]
    )
    return found


async def stored(service: Service, files: FileStore, asked: OutboundFetch) -> bytes:
    opened = await files.open(file_key(service.tenant, asked.data.attachment.id))
    return b"".join([chunk async for chunk in opened.chunks])


@pytest.mark.proves("whatsapp", "every-file-address-webhook-run")
async def test_the_address_in_the_webhook_spares_the_question(service: Service, files: FileStore) -> None:
    channel = await service.connect()
    file, state = held(service, channel), service.fake.graph.state
    state.behaviours = [Behaviour(kind="error", on="address", code=100, times=None)]
    asked = command(service, channel, file, url=state.address_of(file.id, service.fake.url))
    await ask(service, [asked])
    [event] = await told(service, channel, 1)
    assert event.data.state == "ready"


@pytest.mark.proves("whatsapp", "every-file-address-webhook-run")
async def test_an_address_that_has_run_out_is_asked_for_again(service: Service, files: FileStore) -> None:
    channel = await service.connect()
    file, state = held(service, channel), service.fake.graph.state
    state.graph = state.graph.model_copy(update={"url_seconds": 0})
    expired = state.address_of(file.id, service.fake.url)
    state.graph = state.graph.model_copy(update={"url_seconds": 300})
    asked = command(service, channel, file, url=expired)
    await ask(service, [asked])
    [event] = await told(service, channel, 1)
    assert event.data.state == "ready"
    assert await stored(service, files, asked) == PICTURE
