"""Messages go out once, in order, and what becomes of them is told."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from atd_schemas.ids import uuid7
from atd_schemas.inbound import InboundReceipt
from atd_schemas.outbound import OutboundMessage, OutboundMessageData
from atd_schemas.topics import OUTBOUND_WHATSAPP
from atd_servicekit.kafka import Outgoing
from atd_testing.whatsapp import Behaviour, Callback

Service = Any
"""A `Service` of conftest.py."""

pytestmark = pytest.mark.asyncio(loop_scope="module")

CUSTOMER = "5511999990000"


def command(
    channel: dict[str, Any], text: str, conversation: str, *, recipient: str = CUSTOMER, kind: Any = "text"
) -> OutboundMessage:
    return OutboundMessage(
        id=uuid7(),
        tenant_id="of the service's test",
        occurred_at=datetime.now(UTC),
        recorded_at=datetime.now(UTC),
        source="conversation",
        subject=conversation,
        data=OutboundMessageData(
            account_id=channel["id"],
            channel="whatsapp",
            conversation_id=conversation,
            message_id=uuid7(),
            recipient=recipient,
            kind=kind,
            text=text,
        ),
    )


async def ask(service: Service, commands: Sequence[OutboundMessage]) -> None:
    ours = [one.model_copy(update={"tenant_id": service.tenant}) for one in commands]
    await service.runtime.producer.publish([Outgoing.of(OUTBOUND_WHATSAPP, one) for one in ours])


async def receipts(service: Service, channel: dict[str, Any], number: int) -> list[InboundReceipt]:
    found: list[InboundReceipt] = await service.tail.matching(
        number, lambda event: isinstance(event, InboundReceipt) and event.data.account_id == channel["id"]
    )
    return found


def sent_texts(service: Service, *channels: dict[str, Any]) -> list[str]:
    """What went out from these numbers."""
    numbers = {channel["phone_number_id"] for channel in channels}
    return [sent.text for sent in service.fake.graph.state.sent if sent.account in numbers]


@pytest.mark.proves("whatsapp", "refused-fails-with-class")
async def test_a_refused_message_fails_with_class_and_words_and_the_next_goes_on(service: Service) -> None:
    channel = await service.connect()
    service.fake.graph.state.behaviours = [Behaviour(kind="error", code=131047, details="24 hours have passed")]
    conversation = uuid7()
    await ask(service, [command(channel, "late", conversation), command(channel, "next", conversation)])
    failed, sent = await receipts(service, channel, 2)
    assert failed.data.status == "failed"
    assert failed.data.external_id is None
    assert failed.data.failure is not None
    assert failed.data.failure.model_dump() == {
        "code": "131047",
        "reason": "window",
        "detail": "24 hours have passed",
    }
    assert sent.data.status == "sent"
    assert sent_texts(service, channel) == ["next"]


async def test_an_account_that_is_marked_is_not_marked_again(service: Service) -> None:
    channel = await service.connect(access_token="gone")
    service.fake.graph.state.revoked_tokens = {"gone"}
    path = f"/api/v1/channels/{channel['id']}"
    versions = []
    for _ in range(2):
        answer = await service.client.post(f"{path}/templates/sync", headers=service.headers())
        assert answer.status_code == 502
        shown = (await service.client.get(path, headers=service.headers())).json()
        assert shown["status"] == "needs_reconnection"
        versions.append(shown["version"])
    assert versions[0] == versions[1]


async def test_the_whole_round_with_the_fakes_own_receipts(service: Service) -> None:
    """The fake delivers its receipts to the service itself, duplicated and out of order."""
    channel = await service.connect()
    webhooks, state = service.fake.graph.webhooks, service.fake.graph.state
    webhooks.sender.client = service.client
    state.webhooks = state.webhooks.model_copy(update={"duplicates": 1, "shuffle": True})
    setting = {
        "callback_url": f"http://test/webhooks/whatsapp/{channel['id']}",
        "app_secret": service.app_secret,
        "verify_token": channel["verify_token"],
        "phone_number_id": channel["phone_number_id"],
    }
    callback = Callback(**setting)
    assert await webhooks.handshake(callback)
    state.callbacks[channel["phone_number_id"]] = callback
    await ask(service, [command(channel, "Bom dia", uuid7())])
    found = await receipts(service, channel, 7)
    assert {receipt.data.status for receipt in found} == {"sent", "delivered", "read"}
    assert len({receipt.id for receipt in found}) == 4
