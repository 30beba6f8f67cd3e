"""The metrics of the kit, with meaning and unit, and how a service or a library declares its own.

A package that has metrics of its own lists them in its module `metrics.py` as `METRICS`, beside a dataclass with one
field for each, and its composition root calls `runtime.metrics.declare(ItsMetrics, METRICS)`. The table of
`docs/operations.md` is made from all these lists.

A metric exists per process in the registry of its `Metrics` object; nothing is registered at import.
No label carries a tenant, a person or a text: labels are few and bounded.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric. `name` is the field of the object that has it; the exported name is `atd_<name>`."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    meaning: str
    unit: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()


_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

METRICS: tuple[Metric, ...] = (
    Metric("records_handled", "counter", "Kafka records whose effect is committed", "records", ("topic", "group")),
    Metric("records_failed", "counter", "Tries of a batch that ended in a fault", "tries", ("topic", "group")),
    Metric(
        "records_dead_lettered",
        "counter",
        "Kafka records put aside because they could not be handled",
        "records",
        ("topic", "group", "error"),
    ),
    Metric(
        "setup_faults",
        "counter",
        "Tries of a batch that a wrong set-up made impossible: rights, credentials, a missing topic, a full disk",
        "tries",
        ("topic", "group", "error"),
    ),
    Metric("batch_seconds", "histogram", "Time to handle one batch", "seconds", ("topic", "group"), _SECONDS),
    Metric(
        "batch_records",
        "histogram",
        "Records in one batch",
        "records",
        ("topic", "group"),
        (1, 5, 20, 50, 100, 200, 500),
    ),
    Metric(
        "consumer_lag",
        "gauge",
        "Records not yet handled, over all partitions assigned to this process",
        "records",
        ("topic", "group"),
    ),
    Metric(
        "consumer_errors",
        "counter",
        "Polls and commits that Kafka refused",
        "errors",
        ("topic", "group", "operation", "error"),
    ),
    Metric(
        "consumer_replacements",
        "counter",
        "Consumers that heard nothing any more and were replaced",
        "consumers",
        ("topic", "group"),
    ),
    Metric("publish_failures", "counter", "Publishes that Kafka did not acknowledge", "publishes", ("error",)),
    Metric(
        "producer_replacements",
        "counter",
        "Producers that could write no more and were replaced",
        "producers",
        ("reason",),
    ),
    Metric(
        "dependency_up",
        "gauge",
        "Whether the last check of what `/readyz` names went well: 1, or 0 at once, without grace",
        "yes or no",
        ("dependency",),
    ),
    Metric("outbox_rows", "gauge", "Outbox rows waiting for Kafka", "rows"),
    Metric("outbox_age_seconds", "gauge", "Age of the oldest outbox row of the owned shards", "seconds"),
    Metric("outbox_refused_rows", "gauge", "Outbox rows kept because Kafka refuses a record of their key", "rows"),
    Metric("outbox_published", "counter", "Records that the relay published", "records"),
    Metric("ledger_age_seconds", "gauge", "Age of the oldest send that is due", "seconds", ("ledger",)),
    Metric("ledger_rows", "gauge", "Rows of the ledger by state", "rows", ("ledger", "state")),
    Metric("ledger_attempts", "counter", "Attempts to send, by outcome", "attempts", ("ledger", "outcome")),
    Metric(
        "ledger_expired",
        "counter",
        "Rows that failed because their time was over while they waited",
        "rows",
        ("ledger",),
    ),
    Metric("jobs_handled", "counter", "Steps of jobs, by outcome", "steps", ("kind", "outcome")),
    Metric("jobs_late_seconds", "gauge", "How long the job that was claimed last had been due", "seconds"),
    Metric(
        "files_scanned",
        "counter",
        "Files that the virus scanner was shown: `clean`, `infected`, `too_large` for it, or it was `away`",
        "files",
        ("outcome",),
    ),
    Metric("files_deduplicated", "counter", "Files whose bytes the tenant had already, and which share them", "files"),
    Metric(
        "files_miscounted_bytes",
        "counter",
        "By how much the room of tenants' files was counted wrong, as the daily check found and corrected",
        "bytes",
    ),
    Metric("http_requests", "counter", "HTTP requests served", "requests", ("method", "route", "status")),
    Metric("http_seconds", "histogram", "Time to serve an HTTP request", "seconds", ("method", "route"), _SECONDS),
    Metric("client_requests", "counter", "HTTP requests made", "requests", ("client", "method", "status")),
    Metric(
        "client_seconds",
        "histogram",
        "Time of an HTTP request made",
        "seconds",
        ("client", "method"),
        _SECONDS,
    ),
    Metric("transaction_retries", "counter", "MongoDB transactions tried again", "tries"),
)


class Metrics:
    """The metrics of one process. The kit's are attributes named as in `METRICS`; others are declared."""

    records_handled: Counter
    records_failed: Counter
    records_dead_lettered: Counter
    setup_faults: Counter
    batch_seconds: Histogram
    batch_records: Histogram
    consumer_lag: Gauge
    consumer_errors: Counter
    consumer_replacements: Counter
    publish_failures: Counter
    producer_replacements: Counter
    dependency_up: Gauge
    outbox_rows: Gauge
    outbox_age_seconds: Gauge
    outbox_refused_rows: Gauge
    outbox_published: Counter
    ledger_age_seconds: Gauge
    ledger_rows: Gauge
    ledger_attempts: Counter
    ledger_expired: Counter
    jobs_handled: Counter
    jobs_late_seconds: Gauge
    files_scanned: Counter
    files_deduplicated: Counter
    files_miscounted_bytes: Counter
    http_requests: Counter
    http_seconds: Histogram
    client_requests: Counter
    client_seconds: Histogram
    transaction_retries: Counter

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        for metric in METRICS:
            setattr(self, metric.name, self._build(metric))

    def declare(self, into: Callable[..., T], metrics: Sequence[Metric]) -> T:
        """Register the metrics of a service or library, and hand them to `into` (a dataclass) by name.

        Raises `TypeError` when the fields are others than the metrics, `ValueError` for a name that is taken.
        """
        return into(**{metric.name: self._build(metric) for metric in metrics})

    def _build(self, metric: Metric) -> Counter | Gauge | Histogram:
        name, text = f"atd_{metric.name}", f"{metric.meaning} ({metric.unit})"
        if metric.kind == "counter":
            return Counter(name, text, metric.labels, registry=self.registry)
        if metric.kind == "gauge":
            return Gauge(name, text, metric.labels, registry=self.registry)
        return Histogram(name, text, metric.labels, registry=self.registry, buckets=metric.buckets)

    def render(self) -> bytes:
        """The Prometheus text format."""
        return generate_latest(self.registry)
