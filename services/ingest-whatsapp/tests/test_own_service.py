"""Services started for one test, with settings of their own; none is shared, so every command comes to them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from atd_schemas.ids import uuid7
from atd_schemas.outbound import OutboundMessage, OutboundMessageData
from atd_schemas.topics import OUTBOUND_WHATSAPP
from atd_servicekit.kafka import Outgoing
from atd_servicekit.tracing import Tracing
from atd_testing.waiting import eventually
from atd_testing.whatsapp import Behaviour, builders

Service = Any
"""A `Service` of conftest.py."""

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


def command(channel: dict[str, Any]) -> OutboundMessage:
    return OutboundMessage(
        id=uuid7(),
        tenant_id="tenant-1",
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
            text="once more",
        ),
    )


async def ask(service: Service, asked: OutboundMessage, traceparent: str | None = None) -> None:
    await service.runtime.producer.publish([Outgoing.of(OUTBOUND_WHATSAPP, asked, traceparent)])


def trace_of(service: Service, event: Any) -> str:
    """The trace that the event's record on Kafka belongs to."""
    traceparent: bytes = service.tail.headers[event.id]["traceparent"]
    return traceparent.decode().split("-")[1]


@pytest.mark.proves("whatsapp", "answer-lost-proven-receipt-not")
async def test_an_unproven_send_is_repeated_after_its_deadline(start: Callable[..., Any]) -> None:
    service = await start(uncertain_after=timedelta(milliseconds=300))
    channel = await service.connect()
    service.fake.graph.state.behaviours = [Behaviour(kind="cut_before")]
    await ask(service, command(channel))
    [receipt] = await service.of_account(channel["id"], 1)
    assert receipt.data.status == "sent"
    assert [sent.text for sent in service.fake.graph.state.sent] == ["once more"]


async def test_the_trace_runs_from_the_webhook_into_kafka_and_from_kafka_into_the_call(
    start: Callable[..., Any],
) -> None:
    exporter = InMemorySpanExporter()
    service = await start(tracing=Tracing("ingest-whatsapp", SimpleSpanProcessor(exporter)))
    channel = await service.connect()
    raw = builders.text_webhook(
        channel["phone_number_id"], "Oi", NOW, sender="5511999990000", message_id=builders.wamid("1")
    )
    headers = {**builders.signed_headers(raw, service.app_secret), "traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
    await service.client.post(f"/webhooks/whatsapp/{channel['id']}", content=raw, headers=headers)
    [message] = await service.of_account(channel["id"], 1)
    assert trace_of(service, message) == TRACE
    other = TRACE[::-1]
    await ask(service, command(channel), f"00-{other}-00f067aa0ba902b7-01")
    _, receipt = await service.of_account(channel["id"], 2)

    def spans() -> set[str]:
        return {span.name for span in exporter.get_finished_spans() if f"{span.context.trace_id:032x}" == other}

    assert await eventually(lambda: {"send whatsapp", "handle outbound.message"} <= spans())
    assert trace_of(service, receipt) == other
