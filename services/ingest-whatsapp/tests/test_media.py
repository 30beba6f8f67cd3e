"""Files, reactions and marks as read go out, and hold up nobody else."""

import hashlib
import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any
from unittest.mock import AsyncMock

import pytest
import pytest_asyncio
from pydantic import SecretStr
from structlog.testing import capture_logs

from atd_channelkit.answers import Refused
from atd_ingest_whatsapp.accounts import Account
from atd_ingest_whatsapp.media import MediaUploads
from atd_schemas.ids import uuid7
from atd_schemas.inbound import InboundReceipt
from atd_schemas.outbound import (
    OutboundAttachment,
    OutboundMessage,
    OutboundMessageData,
    OutboundReaction,
    OutboundReactionData,
    OutboundRead,
    OutboundReadData,
)
from atd_schemas.topics import OUTBOUND_WHATSAPP
from atd_servicekit.errors import InfrastructureFault
from atd_servicekit.files import FileStore, create_file_store, file_key
from atd_servicekit.kafka import Outgoing
from atd_testing.clock import FakeClock
from atd_testing.waiting import eventually
from atd_testing.whatsapp import Behaviour

Service = Any
"""A `Service` of conftest.py."""

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CUSTOMER, OTHER = "5511999990000", "5511988880000"
PDF = b"%PDF-1.7 segredo"
ACCOUNT = Account(
    id="a1",
    tenant_id="t1",
    name="Loja",
    status="active",
    phone_number_id="700",
    business_account_id="200",
    version=1,
    app_secret=b"s",
    access_token=SecretStr("t"),
    verify_token=SecretStr("v"),
)


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
        "occurred_at": NOW,
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


def sent_ids(service: Service, channel: dict[str, Any]) -> list[str]:
    number = channel["phone_number_id"]
    return [sent.body["document"]["id"] for sent in service.fake.graph.state.sent if sent.account == number]


@pytest.mark.proves("whatsapp", "file-uploaded-meta-once")
async def test_a_file_that_goes_to_many_is_uploaded_once(service: Service, files: FileStore) -> None:
    channel, other = await service.connect(), await service.connect()
    file = await keep(service, files, data=b"x" * 3_000_000)
    await ask(service, [document(service, channel, file) for _ in range(8)])
    found = await receipts(service, channel, 8)
    assert {one.data.status for one in found} == {"sent"}
    await ask(service, [document(service, channel, file)])
    await receipts(service, channel, 9)
    [upload] = uploads(service, channel)
    assert hashlib.sha256(upload.data).hexdigest() == file.sha256
    assert upload.mime_type == "application/pdf"
    assert sent_ids(service, channel) == [upload.id] * 9
    await ask(service, [document(service, other, file)])
    await receipts(service, other, 1)
    assert len(uploads(service, other)) == 1


@pytest.mark.proves("whatsapp", "file-uploaded-meta-once")
async def test_an_id_that_meta_has_forgotten_is_replaced(service: Service, files: FileStore) -> None:
    channel, file = await service.connect(), await keep(service, files)
    await ask(service, [document(service, channel, file)])
    await receipts(service, channel, 1)
    [first] = uploads(service, channel)
    assert service.fake.graph.state.media.remove(first.id)
    await ask(service, [document(service, channel, file)])
    found = await receipts(service, channel, 2)
    assert {one.data.status for one in found} == {"sent"}
    [second] = uploads(service, channel)
    assert sent_ids(service, channel) == [first.id, second.id]


async def test_what_meta_refuses_with_a_new_id_is_not_uploaded_again(service: Service, files: FileStore) -> None:
    channel, file = await service.connect(), await keep(service, files)
    service.fake.graph.state.behaviours = [Behaviour(kind="error", code=131009, details="no", times=None)]
    await ask(service, [document(service, channel, file)])
    [failed] = await receipts(service, channel, 1)
    assert failed.data.failure is not None
    assert (failed.data.failure.code, failed.data.failure.reason) == ("131009", "request")
    assert len(uploads(service, channel)) == 1


async def test_a_repeat_that_was_asked_for_uploads_anew_and_tells_its_number(
    service: Service, files: FileStore
) -> None:
    channel, file = await service.connect(), await keep(service, files)
    first = document(service, channel, file)
    again = document(service, channel, file, message_id=first.data.message_id, attempt=1)
    await ask(service, [first])
    await receipts(service, channel, 1)
    await ask(service, [again])
    _, repeated = await receipts(service, channel, 2)
    assert (repeated.data.message_id, repeated.data.attempt) == (first.data.message_id, 1)
    assert len(uploads(service, channel)) == 2
    last = service.fake.graph.state.sent[-1]
    assert last.callback_data == f"{first.data.message_id}.1"


async def test_a_repeat_that_has_to_wait_does_not_upload_at_each_attempt(service: Service, files: FileStore) -> None:
    channel, file = await service.connect(), await keep(service, files)
    service.fake.graph.state.behaviours = [Behaviour(kind="error", code=131016, times=2)]
    await ask(service, [document(service, channel, file, attempt=1)])
    [receipt] = await receipts(service, channel, 1)
    assert receipt.data.status == "sent"
    assert len(uploads(service, channel)) == 1


async def test_a_file_whose_store_is_away_is_sent_later() -> None:
    known, away, uploader = AsyncMock(), AsyncMock(), AsyncMock()
    known.find.return_value = None
    away.open.side_effect = InfrastructureFault("away")
    file = OutboundAttachment(id="f1", name="a.pdf", mime_type="application/pdf", size=1, sha256="00")
    answer = await MediaUploads(known, away, uploader, FakeClock()).at_meta(ACCOUNT, [file])
    assert isinstance(answer, Refused)
    assert (answer.failure, answer.code) == ("transient", "file_store_away")
    uploader.upload.assert_not_awaited()


@pytest.mark.proves("whatsapp", "file-uploaded-meta-once")
async def test_a_file_that_is_not_in_the_store_fails_and_the_next_message_goes_on(
    service: Service, files: FileStore
) -> None:
    channel, conversation = await service.connect(), uuid7()
    missing = OutboundAttachment(id=uuid7(), name="x", mime_type="application/pdf", size=1, sha256=uuid7())
    kept = await keep(service, files)
    await ask(service, [document(service, channel, one, conversation=conversation) for one in (missing, kept)])
    failed, sent = await receipts(service, channel, 2)
    assert failed.data.failure is not None
    assert (failed.data.failure.code, failed.data.failure.reason) == ("file_missing", "media")
    assert sent.data.status == "sent"


@pytest.mark.proves("whatsapp", "file-refused-late-at")
@pytest.mark.parametrize(
    "behaviour",
    [
        Behaviour(kind="error", on="upload", code=131000),
        Behaviour(kind="server_error", on="upload"),
        Behaviour(kind="cut_before", on="upload"),
        Behaviour(kind="cut_after", on="upload"),
        Behaviour(kind="garbage", on="upload"),
    ],
)
async def test_an_upload_that_fails_for_now_is_tried_again(
    service: Service, files: FileStore, behaviour: Behaviour
) -> None:
    channel, file = await service.connect(), await keep(service, files)
    service.fake.graph.state.behaviours = [behaviour]
    await ask(service, [document(service, channel, file)])
    [receipt] = await receipts(service, channel, 1)
    assert receipt.data.status == "sent"
    assert len(sent_ids(service, channel)) == 1


@pytest.mark.proves("whatsapp", "file-refused-late-at")
async def test_a_file_that_meta_does_not_take_fails_with_its_class(service: Service, files: FileStore) -> None:
    channel, file = await service.connect(), await keep(service, files, mime_type="application/zip")
    await ask(service, [document(service, channel, file)])
    [failed] = await receipts(service, channel, 1)
    assert failed.data.failure is not None
    assert (failed.data.failure.code, failed.data.failure.reason) == ("131053", "media")


@pytest.mark.proves("whatsapp", "190-needs-reconnection-unsent")
async def test_a_dead_token_keeps_a_file_until_it_is_repaired(service: Service, files: FileStore) -> None:
    channel, file = await service.connect(access_token="old"), await keep(service, files)
    path = f"/api/v1/channels/{channel['id']}"
    service.fake.graph.state.revoked_tokens = {"old"}
    await ask(service, [document(service, channel, file)])

    async def marked() -> bool:
        shown = (await service.client.get(path, headers=service.headers())).json()
        return bool(shown["status"] == "needs_reconnection")

    await eventually(marked)
    change = {"credentials": {"access_token": "new"}}
    await service.client.patch(path, json=change, headers=service.headers())
    [receipt] = await receipts(service, channel, 1)
    assert receipt.data.status == "sent"
    assert len(uploads(service, channel)) == 1


@pytest.mark.proves("whatsapp", "131056-delays-that-pair")
async def test_a_throttled_pair_holds_up_its_own_file_alone(service: Service, files: FileStore) -> None:
    channel, file = await service.connect(), await keep(service, files)
    service.fake.graph.state.behaviours = [Behaviour(kind="error", code=131056, recipient=CUSTOMER, times=None)]
    others = [document(service, channel, file, recipient=OTHER) for _ in range(4)]
    await ask(service, [document(service, channel, file), *others])
    found = await receipts(service, channel, 4)
    assert {one.data.message_id for one in found} == {one.data.message_id for one in others}


def reaction(
    service: Service, channel: dict[str, Any], emoji: str | None, conversation: str, message_id: str
) -> OutboundReaction:
    data = OutboundReactionData(
        **place(channel, conversation, CUSTOMER), message_id=message_id, target_external_id="wamid.T", emoji=emoji
    )
    return OutboundReaction(**envelope(service, conversation), data=data)


@pytest.mark.proves("whatsapp", "reaction-when-cannot-be")
async def test_reactions_go_out_in_order_and_only_a_failed_one_is_told(service: Service, files: FileStore) -> None:
    channel, conversation, message_id = await service.connect(), uuid7(), uuid7()
    file = await keep(service, files)
    commands = [reaction(service, channel, one, conversation, message_id) for one in ("👍", "❤️", None)]
    await ask(service, [*commands, document(service, channel, file, conversation=conversation)])
    [sent] = await receipts(service, channel, 1)
    assert sent.data.about == "message"
    bodies = [one.body for one in service.fake.graph.state.sent if one.kind == "reaction"]
    assert [one["reaction"]["emoji"] for one in bodies] == ["👍", "❤️", ""]
    service.fake.graph.state.behaviours = [Behaviour(kind="error", code=131009, details="too old")]
    await ask(service, [reaction(service, channel, "😮", conversation, message_id)])
    _, failed = await receipts(service, channel, 2)
    assert (failed.data.about, failed.data.status, failed.data.message_id) == ("reaction", "failed", message_id)
    assert failed.data.failure is not None
    assert failed.data.failure.detail == "too old"


async def test_a_reaction_whose_answer_was_lost_is_sent_again(service: Service, files: FileStore) -> None:
    channel, conversation = await service.connect(), uuid7()
    service.fake.graph.state.behaviours = [Behaviour(kind="cut_after")]
    file = await keep(service, files)
    await ask(service, [reaction(service, channel, "👍", conversation, uuid7())])
    await ask(service, [document(service, channel, file, conversation=conversation)])
    await receipts(service, channel, 1)
    assert [one.kind for one in service.fake.graph.state.sent] == ["reaction", "reaction", "document"]


def read(service: Service, channel: dict[str, Any], conversation: str, target: str) -> OutboundRead:
    data = OutboundReadData(**place(channel, conversation, CUSTOMER), external_id=target, typing=True)
    return OutboundRead(**envelope(service, conversation), data=data)


@pytest.mark.proves("whatsapp", "mark-as-holds-up-nothing")
async def test_a_mark_as_read_goes_out_and_holds_up_no_message(service: Service, files: FileStore) -> None:
    channel, conversation = await service.connect(), uuid7()
    service.fake.graph.state.behaviours = [Behaviour(kind="error", on="read", code=130429)]
    file = await keep(service, files)
    answer = document(service, channel, file, conversation=conversation)
    await ask(service, [read(service, channel, conversation, "wamid.A"), answer])
    [sent] = await receipts(service, channel, 1)
    assert sent.data.message_id == answer.data.message_id
    marks = await eventually(lambda: list(service.fake.graph.state.read_marks))
    assert [(one.message_id, one.typing, one.phone_number_id) for one in marks] == [
        ("wamid.A", True, channel["phone_number_id"])
    ]


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


@pytest.mark.proves("whatsapp", "logs-neither-text-nor")
async def test_a_file_leaves_no_trace_of_what_it_is_in_the_log(service: Service, files: FileStore) -> None:
    channel, file = await service.connect(access_token="EAAG-secret"), await keep(service, files)
    service.fake.graph.state.behaviours = [Behaviour(kind="error", on="upload", code=131000)]
    with capture_logs() as lines:
        await ask(service, [document(service, channel, file)])
        await receipts(service, channel, 1)
    everything = json.dumps(lines, default=str)
    assert [one for one in ("segredo", "EAAG-secret", CUSTOMER) if one in everything] == []
