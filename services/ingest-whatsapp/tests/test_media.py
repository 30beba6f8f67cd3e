"""Files, reactions and marks as read go out, and hold up nobody else."""

import hashlib
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from atd_schemas.ids import uuid7
from atd_schemas.inbound import InboundReceipt
from atd_schemas.outbound import (
    OutboundAttachment,
    OutboundMessage,
    OutboundMessageData,
    OutboundRead,
    OutboundReadData,
)
from atd_schemas.topics import OUTBOUND_WHATSAPP
from atd_servicekit.files import FileStore, create_file_store, file_key
from atd_servicekit.kafka import Outgoing
from atd_testing.waiting import eventually
from atd_testing.whatsapp import Behaviour

Service = Any
"""A `Service` of conftest.py."""

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CUSTOMER, OTHER = "5511999990000", "5511988880000"
PDF = b"%PDF-1.7 segredo"


@pytest_asyncio.fixture(loop_scope="module")
async def files(service: Service) -> AsyncIterator[FileStore]:
    """The store of the service's files."""
    store = create_file_store(service.settings)
    await store.start()
    yield store
    await store.stop()


async def chunks(data: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(data), 65536):
        yield data[start : start + 65536]


async def keep(
    service: Service, files: FileStore, data: bytes = PDF, mime_type: str = "application/pdf"
) -> OutboundAttachment:
    """A file that an attendant uploaded. Its bytes are this test's own, so no other test has brought them to Meta."""
    data += uuid7().encode()
    attachment_id = uuid7()
    await files.put(file_key(service.tenant, attachment_id), chunks(data), content_type=mime_type, limit=len(data))
    return OutboundAttachment(
        id=attachment_id,
        name="segredo do cliente.pdf",
        mime_type=mime_type,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
    )


def envelope(service: Service, conversation: str) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "tenant_id": service.tenant,
        "occurred_at": datetime.now(UTC),
        "recorded_at": NOW,
        "source": "conversation",
        "subject": conversation,
    }


def place(channel: dict[str, Any], conversation: str, recipient: str) -> dict[str, Any]:
    return {
        "account_id": channel["id"],
        "channel": "whatsapp",
        "conversation_id": conversation,
        "recipient": recipient,
    }


def document(
    service: Service,
    channel: dict[str, Any],
    file: OutboundAttachment,
    *,
    conversation: str | None = None,
    recipient: str = CUSTOMER,
    **changes: Any,
) -> OutboundMessage:
    conversation = conversation or uuid7()
    data = {"message_id": uuid7(), "kind": "document", "text": "segredo do cliente", "attachments": (file,), **changes}
    return OutboundMessage(
        **envelope(service, conversation), data=OutboundMessageData(**place(channel, conversation, recipient), **data)
    )


async def ask(service: Service, commands: Sequence[Any]) -> None:
    await service.runtime.producer.publish([Outgoing.of(OUTBOUND_WHATSAPP, one) for one in commands])


async def receipts(service: Service, channel: dict[str, Any], number: int) -> list[InboundReceipt]:
    found: list[InboundReceipt] = await service.tail.matching(
        number, lambda event: isinstance(event, InboundReceipt) and event.data.account_id == channel["id"]
    )
    return found


def uploads(service: Service, channel: dict[str, Any]) -> list[Any]:
    held = service.fake.graph.state.media.all()
    return [one for one in held if one.origin == "upload" and one.phone_number_id == channel["phone_number_id"]]


async def test_what_meta_refuses_with_a_new_id_is_not_uploaded_again(service: Service, files: FileStore) -> None:
    channel, file = await service.connect(), await keep(service, files)
    service.fake.graph.state.behaviours = [Behaviour(kind="error", code=131009, details="no", times=None)]
    await ask(service, [document(service, channel, file)])
    [failed] = await receipts(service, channel, 1)
    assert failed.data.failure is not None
    assert (failed.data.failure.code, failed.data.failure.reason) == ("131009", "request")
    assert len(uploads(service, channel)) == 1


@pytest.mark.proves("whatsapp", "file-refused-late-at")
async def test_a_file_that_meta_does_not_take_fails_with_its_class(service: Service, files: FileStore) -> None:
    channel, file = await service.connect(), await keep(service, files, mime_type="application/zip")
    await ask(service, [document(service, channel, file)])
    [failed] = await receipts(service, channel, 1)
    assert failed.data.failure is not None
    assert (failed.data.failure.code, failed.data.failure.reason) == ("131053", "media")


def read(service: Service, channel: dict[str, Any], conversation: str, target: str) -> OutboundRead:
    data = OutboundReadData(**place(channel, conversation, CUSTOMER), external_id=target, typing=True)
    return OutboundRead(**envelope(service, conversation), data=data)


@pytest.mark.proves("whatsapp", "mark-as-holds-up-nothing")
async def test_an_account_that_tells_nothing_marks_nothing_as_read(service: Service, files: FileStore) -> None:
    channel, other = await service.connect(), await service.connect()
    await service.client.patch(
        f"/api/v1/channels/{channel['id']}", json={"settings": {"read_receipts": False}}, headers=service.headers()
    )
    with capture_logs() as lines:
        await ask(service, [read(service, channel, uuid7(), "wamid.A"), read(service, other, uuid7(), "wamid.B")])
        await eventually(lambda: [line for line in lines if line["event"] == "message.send"][1:])
    assert list(service.fake.graph.state.read) == ["wamid.B"]
