"""What is logged, counted and traced; and what never is."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from pymongo.errors import ServerSelectionTimeoutError
from structlog.testing import capture_logs

from atd_schemas.ids import uuid7
from atd_schemas.outbound import OutboundMessage, OutboundMessageData
from atd_schemas.topics import OUTBOUND_WHATSAPP
from atd_servicekit.kafka import Outgoing
from atd_testing.whatsapp import Behaviour, builders

Service = Any
"""A `Service` of conftest.py."""

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECRETS = ("EAAG-token", "example-app-secret", "5511999990000", "segredo do cliente")


def text(channel: dict[str, Any]) -> bytes:
    return builders.text_webhook(
        channel["phone_number_id"], "segredo do cliente", NOW, sender="5511999990000", message_id="wamid.1"
    )


def command(service: Service, channel: dict[str, Any]) -> OutboundMessage:
    return OutboundMessage(
        id=uuid7(),
        tenant_id=service.tenant,
        occurred_at=NOW,
        recorded_at=NOW,
        source="conversation",
        subject="conversation-1",
        data=OutboundMessageData(
            account_id=channel["id"],
            channel="whatsapp",
            conversation_id="conversation-1",
            message_id=uuid7(),
            recipient="5511999990000",
            kind="text",
            text="segredo do cliente",
        ),
    )


async def taken_webhooks(service: Service) -> float:
    """How many the service has counted."""
    counted = 'atd_webhook_answers_total{channel="whatsapp",status="200"} '
    lines = (await service.client.get("/metrics")).text.splitlines()
    return sum(float(line.removeprefix(counted)) for line in lines if line.startswith(counted))


async def test_a_taken_webhook_leaves_a_number_and_no_line(service: Service) -> None:
    channel = await service.connect()
    before = await taken_webhooks(service)
    with capture_logs() as lines:
        assert (await service.deliver(f"/{channel['id']}", text(channel))).status_code == 200
    assert [line for line in lines if line["log_level"] != "debug" and line["event"] != "batch.handled"] == []
    assert await taken_webhooks(service) == before + 1


async def test_a_refused_webhook_leaves_one_line_that_says_why(service: Service) -> None:
    channel = await service.connect()
    with capture_logs() as lines:
        await service.deliver(f"/{channel['id']}", text(channel), "wrong-secret")
    [line] = [line for line in lines if line["event"] == "webhook.refused"]
    assert line.pop("request_id")
    assert line == {
        "event": "webhook.refused",
        "log_level": "info",
        "channel": "whatsapp",
        "account_id": channel["id"],
        "method": "POST",
        "status": 401,
        "code": "unauthenticated",
        "reason": "Missing or invalid signature: it was not made with a secret of this account.",
        "exc_info": None,
    }


@pytest.mark.proves("whatsapp", "logs-neither-text-nor")
async def test_a_send_leaves_one_line_without_text_phone_or_token(service: Service) -> None:
    channel = await service.connect()
    service.fake.graph.state.behaviours = [Behaviour(kind="error", code=131047, details="24 hours")]
    asked = command(service, channel)
    with capture_logs() as lines:
        await service.runtime.producer.publish([Outgoing.of(OUTBOUND_WHATSAPP, asked)])
        await service.of_account(channel["id"], 1)
    [line] = [line for line in lines if line["event"] == "message.send"]
    assert line.pop("duration_ms") > 0
    assert line == {
        "event": "message.send",
        "log_level": "info",
        "channel": "whatsapp",
        "what": "message",
        "tenant_id": service.tenant,
        "account_id": channel["id"],
        "conversation_id": "conversation-1",
        "message_id": asked.data.message_id,
        "attempt": 1,
        "outcome": "failed",
        "answer": "refused",
        "failure": "window",
        "code": "131047",
        "reason": "window:131047",
    }
    everything = json.dumps(lines, default=str)
    assert [secret for secret in SECRETS if secret in everything] == []


async def test_a_receipt_that_cannot_be_noted_is_503_and_comes_again(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = await service.connect()
    raw = builders.status_webhook(
        channel["phone_number_id"], "wamid.1", "sent", NOW, recipient="5511999990000", callback_data=uuid7()
    )
    collection = type(service.runtime.mongo.db["sends_rows"])

    def away(*_: object, **__: object) -> None:
        raise ServerSelectionTimeoutError("no primary")

    with monkeypatch.context() as patched:
        patched.setattr(collection, "find", away)
        answer = await service.deliver(f"/{channel['id']}", raw)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert (await service.deliver(f"/{channel['id']}", raw)).status_code == 200
    events = await service.of_account(channel["id"], 2)
    assert len({event.id for event in events}) == 1
