"""The metrics of this service beside those of the kits."""

from dataclasses import dataclass

from prometheus_client import Counter

from atd_servicekit.metrics import Metric

METRICS: tuple[Metric, ...] = (
    Metric(
        "telegram_clicks",
        "counter",
        "Clicks on buttons, by what became of their answer: answered, refused, timeout, failed or given_up",
        "clicks",
        ("outcome",),
    ),
    Metric(
        "telegram_polls",
        "counter",
        "Calls of getUpdates, by what came of them: updates, nothing, conflict, refused, unreachable or unsaved",
        "calls",
        ("outcome",),
    ),
)


@dataclass(frozen=True, slots=True)
class TelegramMetrics:
    """One field for each of `METRICS`."""

    telegram_clicks: Counter
    telegram_polls: Counter
