"""The metrics that every channel service has beside those of the kit."""

from dataclasses import dataclass

from prometheus_client import Counter

from atd_servicekit.metrics import Metric

METRICS: tuple[Metric, ...] = (
    Metric("webhook_answers", "counter", "Answers to providers' webhooks", "requests", ("channel", "status")),
    Metric(
        "media_hosts_refused",
        "counter",
        "Addresses of customers' files that were not asked, because their host is not known as the provider's",
        "addresses",
        ("channel", "host"),
    ),
)


@dataclass(frozen=True, slots=True)
class ChannelMetrics:
    """One field for each of `METRICS`. `host` is the end of the host's name (`example.net`)."""

    webhook_answers: Counter
    media_hosts_refused: Counter
