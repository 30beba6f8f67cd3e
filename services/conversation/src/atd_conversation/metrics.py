"""The metrics of this service."""

from dataclasses import dataclass

from prometheus_client import Counter

from atd_servicekit.metrics import Metric

METRICS: tuple[Metric, ...] = (
    Metric(
        "routing_decisions_taken",
        "counter",
        "Decisions of routing: applied, overtaken by a later change, without any change, or refused by the rules",
        "decisions",
        ("type", "outcome"),
    ),
)


@dataclass(frozen=True, slots=True)
class ConversationMetrics:
    """One object for each of `METRICS`."""

    routing_decisions_taken: Counter
