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


HOSTS_TOLD = 50
"""Different hosts that one process names in a metric. Whoever signs webhooks of an account chooses what is in them."""

OTHER_HOSTS = "other"


class RefusedHosts:
    """Counts refused hosts of files; those beyond the first `HOSTS_TOLD` together, so that a metric stays bounded."""

    def __init__(self, metrics: ChannelMetrics) -> None:
        self._counter = metrics.media_hosts_refused
        self._told: set[str] = set()

    def count(self, channel: str, suffix: str) -> None:
        """One address on a host whose name ends so was refused."""
        if len(self._told) < HOSTS_TOLD:
            self._told.add(suffix)
        self._counter.labels(channel, suffix if suffix in self._told else OTHER_HOSTS).inc()
