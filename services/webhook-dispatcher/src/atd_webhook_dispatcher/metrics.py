"""The metrics of the webhook dispatcher. No label names an endpoint, a company or a host."""

from dataclasses import dataclass

from prometheus_client import Counter, Gauge, Histogram

from atd_servicekit.metrics import Metric

METRICS: tuple[Metric, ...] = (
    Metric("webhook_events", "counter", "Events of companies with endpoints that were taken in", "events"),
    Metric("webhook_deliveries", "counter", "Deliveries that were accepted", "deliveries"),
    Metric("webhook_left_out", "counter", "Deliveries left out since their endpoint is paused", "deliveries"),
    Metric("webhook_attempts", "counter", "Attempts, by what came of them", "attempts", ("outcome",)),
    Metric("webhook_finished", "counter", "Deliveries that came to their end, by how", "deliveries", ("state",)),
    Metric(
        "webhook_wait_seconds",
        "histogram",
        "From the acceptance of a delivery to the end of the attempt that arrived",
        "seconds",
        (),
        (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 300, 3600, 86400),
    ),
    Metric(
        "webhook_oldest_due_seconds",
        "gauge",
        "How long the delivery has been due that waits longest for its turn; of those that this process sends",
        "seconds",
    ),
    Metric("webhook_rows_in_memory", "gauge", "Deliveries in the memory of this process", "deliveries"),
    Metric(
        "webhook_breakers", "gauge", "Endpoints of this process, by the state of their breaker", "endpoints", ("state",)
    ),
    Metric("webhook_disabled", "counter", "Endpoints that were disabled, by why", "endpoints", ("reason",)),
    Metric(
        "webhook_own_trouble", "gauge", "1 while most endpoints cannot be reached: our own way out is broken", "1 or 0"
    ),
)


@dataclass(frozen=True, slots=True)
class WebhookMetrics:
    """One field for each of `METRICS`."""

    webhook_events: Counter
    webhook_deliveries: Counter
    webhook_left_out: Counter
    webhook_attempts: Counter
    webhook_finished: Counter
    webhook_wait_seconds: Histogram
    webhook_oldest_due_seconds: Gauge
    webhook_rows_in_memory: Gauge
    webhook_breakers: Gauge
    webhook_disabled: Counter
    webhook_own_trouble: Gauge
