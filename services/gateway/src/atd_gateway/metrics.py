"""The metrics of the gateway, beside those of the kit."""

from dataclasses import dataclass

from prometheus_client import Counter, Gauge

from atd_servicekit.metrics import Metric

METRICS: tuple[Metric, ...] = (
    Metric("ws_connections", "gauge", "Open WebSocket connections", "connections"),
    Metric("ws_frames", "counter", "Frames sent to WebSocket clients", "frames"),
    Metric("ws_closed", "counter", "WebSocket connections closed, by close code", "connections", ("code",)),
    Metric(
        "ws_resumed",
        "counter",
        "WebSocket connections that caught up: no, memory, kafka, or resync_ and the reason when they had to reload",
        "connections",
        ("how",),
    ),
    Metric("ws_transient_dropped", "counter", "Transient frames (typing) dropped for slow clients", "frames"),
    Metric(
        "presence_dropped",
        "counter",
        "What clients said of viewing and typing and was dropped: kafka (away), full (too many), old (came too late)",
        "records",
        ("reason",),
    ),
    Metric(
        "devices_dropped",
        "counter",
        "Words about open browsers of attendants that Kafka did not take in time; they are told again",
        "records",
    ),
    Metric("mails", "counter", "Mails handed to the mail server, or refused by it for good", "mails", ("outcome",)),
    Metric("stream_skipped", "counter", "Records that could not be read and were skipped", "records", ("topic",)),
)


@dataclass(frozen=True, slots=True)
class GatewayMetrics:
    """The same, to be counted."""

    ws_connections: Gauge
    ws_frames: Counter
    ws_closed: Counter
    ws_resumed: Counter
    ws_transient_dropped: Counter
    presence_dropped: Counter
    devices_dropped: Counter
    mails: Counter
    stream_skipped: Counter
