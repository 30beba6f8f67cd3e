"""The metrics of routing."""

from dataclasses import dataclass

from prometheus_client import Counter, Gauge, Histogram

from atd_servicekit.metrics import Metric

METRICS: tuple[Metric, ...] = (
    Metric(
        "routing_decisions", "counter", "Decisions that conversation was asked for, by kind", "decisions", ("kind",)
    ),
    Metric(
        "routing_assignments",
        "counter",
        "Conversations given to somebody, by why they got it",
        "decisions",
        ("reason",),
    ),
    Metric(
        "routing_pending_expired",
        "counter",
        "Placements that were not heard back of, and are decided again",
        "decisions",
    ),
    Metric("routing_timers_fired", "counter", "Conversations whose timers rang", "conversations"),
    Metric("routing_timers_late_seconds", "gauge", "How long the earliest timer had been due when it rang", "seconds"),
    Metric("routing_stale_turns", "counter", "Turns decided again because others changed the same", "turns"),
    Metric(
        "routing_wait_seconds",
        "histogram",
        "Time that a conversation waited in a queue until it was given to somebody",
        "seconds",
        (),
        (1, 5, 15, 60, 300, 900, 3600, 14400),
    ),
)


@dataclass(frozen=True, slots=True)
class RoutingMetrics:
    """One field for each of `METRICS`."""

    routing_decisions: Counter
    routing_assignments: Counter
    routing_pending_expired: Counter
    routing_timers_fired: Counter
    routing_timers_late_seconds: Gauge
    routing_stale_turns: Counter
    routing_wait_seconds: Histogram
