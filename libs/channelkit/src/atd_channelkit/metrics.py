"""The metrics that every channel service has beside those of the kit."""

from dataclasses import dataclass

from prometheus_client import Counter

from atd_servicekit.metrics import Metric

METRICS: tuple[Metric, ...] = (
    Metric("webhook_answers", "counter", "Answers to providers' webhooks", "requests", ("channel", "status")),
)


@dataclass(frozen=True, slots=True)
class ChannelMetrics:
    """One field for each of `METRICS`."""

    webhook_answers: Counter
