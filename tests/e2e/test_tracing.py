"""One trace from a webhook to the stored message, and one from a reply to the provider's answer."""

from atd_schemas.ids import uuid7
from atd_testing.waiting import eventually
from atd_testing.whatsapp.builders import SIGNATURE_HEADER, sign, text_webhook, wamid
from tests.conftest import Shop
from tests.e2e.test_story import NOW
from tests.harness.collector import Collector
from tests.harness.graph import Graph
from tests.harness.listener import Listener
from tests.harness.provider import Provider
from tests.harness.reading import conversations

CUSTOMER = "5511999990077"


def new_trace() -> tuple[str, str]:
    """A trace id, and the header that makes a request part of it."""
    trace_id = uuid7().replace("-", "")
    return trace_id, f"00-{trace_id}-00f067aa0ba902b7-01"


async def test_a_trace_runs_through_every_service_topic_and_outbox(
    shop: Shop, provider: Provider, listener: Listener, graph: Graph, collector: Collector
) -> None:
    trace_id, traceparent = new_trace()
    message_id = wamid(f"traced/{shop.account.id}")
    raw = text_webhook(shop.account.phone_number_id, "Oi", NOW, sender=CUSTOMER, message_id=message_id, name="Ana")
    headers = {SIGNATURE_HEADER: sign(raw, shop.account.app_secret), "traceparent": traceparent}
    assert await provider.post(raw, headers) == 200
    await eventually(lambda: listener.of_type("message.received"), message="the message on the screen")
    received = {("atd-gateway", "POST"), ("atd-ingest-whatsapp", "POST"), ("atd-conversation", "handle")}
    await eventually(lambda: steps(collector, trace_id) >= received, message="the webhook's trace")

    trace_id, traceparent = new_trace()
    (conversation,) = await conversations(shop.client)
    path = f"/conversations/{conversation['id']}/messages"
    answer = await shop.client.post(path, json={"text": "Olá"}, headers={"traceparent": traceparent})
    assert answer.status_code == 201
    await eventually(graph.sent, message="the reply at the provider")
    replied = {
        ("atd-gateway", "POST"),
        ("atd-conversation", "POST"),
        ("atd-ingest-whatsapp", "handle"),
        ("atd-ingest-whatsapp", "send"),
        ("atd-conversation", "handle"),  # of the receipt that the answer led to
    }
    await eventually(lambda: steps(collector, trace_id) >= replied, message="the reply's trace")
    spans = collector.trace(trace_id)
    known = {span.span_id for span in spans} | {"00f067aa0ba902b7"}
    assert [span for span in spans if span.parent_id not in known] == []


def steps(collector: Collector, trace_id: str) -> set[tuple[str, str]]:
    """Who did what in a trace, by the first word of the span's name."""
    return {(span.service, span.name.split()[0]) for span in collector.trace(trace_id)}
