"""Customers' files come into the store, and what became of them is told."""

import hashlib
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio

from atd_schemas.ids import uuid7
from atd_schemas.inbound import InboundAttachment, InboundFile
from atd_schemas.outbound import OutboundFetch, OutboundFetchData
from atd_schemas.topics import OUTBOUND_WHATSAPP
from atd_servicekit.files import FileMissing, FileStore, create_file_store, file_key
from atd_servicekit.kafka import Outgoing
from atd_testing.waiting import eventually
from atd_testing.whatsapp import Behaviour, serving_fake_graph

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


@pytest.mark.proves("whatsapp", "every-file-pending-at-once")
async def test_a_file_is_in_the_store_when_it_is_told_as_ready(service: Service, files: FileStore) -> None:
    channel = await service.connect()
    file = held(service, channel)
    asked = command(service, channel, file)
    await ask(service, [asked, asked])
    [event] = await told(service, channel, 1)
    data = event.data
    assert (data.state, data.size, data.mime_type) == ("ready", len(PICTURE), "image/png")
    assert data.sha256 == hashlib.sha256(PICTURE).hexdigest()
    assert (data.attachment_id, data.message_id) == (asked.data.attachment.id, asked.data.message_id)
    assert (data.contact_external_id, data.attempt, event.causation_id) == ("5511999990000", 0, asked.id)
    assert await stored(service, files, asked) == PICTURE
    assert file.downloads == 1


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


@pytest.mark.proves("whatsapp", "every-file-token-goes-meta")
async def test_a_foreign_host_is_not_asked(service: Service, files: FileStore, monkeypatch: pytest.MonkeyPatch) -> None:
    channel = await service.connect()
    file = held(service, channel)
    async with serving_fake_graph() as foreign:
        address = f"{foreign.url}/_lookaside/{file.id}?token=x"
        monkeypatch.setattr(service.fake.graph.state, "address_of", lambda *_: address)
        await ask(service, [command(service, channel, file, url=address)])
        [event] = await told(service, channel, 1)
        assert foreign.graph.state.calls == 0
    assert event.data.failure is not None
    assert (event.data.failure.code, event.data.failure.reason) == ("foreign_host", "media")


@pytest.mark.proves("whatsapp", "every-file-another-sha-256")
async def test_other_bytes_than_the_announced_are_not_kept(service: Service, files: FileStore) -> None:
    channel = await service.connect()
    file = held(service, channel)
    asked = command(service, channel, file, sha256=hashlib.sha256(b"another").hexdigest())
    await ask(service, [asked])
    [event] = await told(service, channel, 1)
    assert event.data.failure is not None
    assert (event.data.failure.code, event.data.failure.reason) == ("hash_mismatch", "media")
    with pytest.raises(FileMissing):
        await stored(service, files, asked)


@pytest.mark.proves("whatsapp", "every-file-over-limit-kind")
async def test_a_file_over_the_limit_is_not_fetched(service: Service, files: FileStore) -> None:
    channel = await service.connect()
    file = held(service, channel, bytes(5 * 1024 * 1024 + 1))
    await ask(service, [command(service, channel, file, kind="sticker")])
    [event] = await told(service, channel, 1)
    assert event.data.failure is not None
    assert (event.data.failure.code, event.data.failure.reason) == ("too_large", "media")
    assert file.downloads == 0


@pytest.mark.proves("whatsapp", "every-file-trouble-that-passes")
@pytest.mark.parametrize(
    "behaviours",
    [
        [Behaviour(kind="server_error", on="address")],
        [Behaviour(kind="cut_before", on="address")],
        [Behaviour(kind="error", on="address", code=2)],
        [Behaviour(kind="cut_after", on="download"), Behaviour(kind="server_error", on="download")],
        [Behaviour(kind="garbage", on="download")],
    ],
)
async def test_trouble_that_passes_only_delays_a_file(
    service: Service, files: FileStore, behaviours: list[Behaviour]
) -> None:
    channel = await service.connect()
    service.fake.graph.state.behaviours = [one.model_copy() for one in behaviours]
    asked = command(service, channel, held(service, channel))
    await ask(service, [asked])
    [event] = await told(service, channel, 1)
    assert event.data.state == "ready"
    assert await stored(service, files, asked) == PICTURE


@pytest.mark.proves("whatsapp", "every-file-trouble-that-passes")
async def test_a_file_that_meta_has_forgotten_fails_and_a_repeat_is_another_fetch(
    service: Service, files: FileStore
) -> None:
    channel = await service.connect()
    file, state = held(service, channel), service.fake.graph.state
    state.behaviours = [Behaviour(kind="error", on="address", code=100, details="does not exist")]
    asked = command(service, channel, file)
    await ask(service, [asked])
    [failed] = await told(service, channel, 1)
    assert failed.data.failure is not None
    assert failed.data.failure.model_dump() == {"code": "100", "reason": "media", "detail": "does not exist"}
    again = asked.model_copy(update={"id": uuid7(), "data": asked.data.model_copy(update={"attempt": 1})})
    await ask(service, [again])
    _, ready = await told(service, channel, 2)
    assert (ready.data.state, ready.data.attempt, ready.causation_id) == ("ready", 1, again.id)


@pytest.mark.proves("whatsapp", "every-file-dead-token-waits")
async def test_a_dead_token_keeps_what_is_to_be_fetched_until_it_is_repaired(
    service: Service, files: FileStore
) -> None:
    channel = await service.connect(access_token="old")
    path = f"/api/v1/channels/{channel['id']}"
    service.fake.graph.state.revoked_tokens = {"old"}
    commands = [command(service, channel, held(service, channel, PICTURE + bytes([n]))) for n in range(3)]
    await ask(service, commands)

    async def marked() -> bool:
        shown = (await service.client.get(path, headers=service.headers())).json()
        return bool(shown["status"] == "needs_reconnection")

    await eventually(marked)
    change = {"credentials": {"access_token": "new"}}
    await service.client.patch(path, json=change, headers=service.headers())
    found = await told(service, channel, 3)
    assert {one.data.state for one in found} == {"ready"}
    assert {one.data.attachment_id for one in found} == {one.data.attachment.id for one in commands}
