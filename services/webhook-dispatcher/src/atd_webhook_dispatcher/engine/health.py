"""What attempts say about an endpoint: its breaker, the clock that disables it, and whether it is our own trouble."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import structlog

from atd_servicekit.clock import Clock
from atd_webhook_dispatcher.domain.delivery import Attempt
from atd_webhook_dispatcher.domain.disabling import after_failure, shifted
from atd_webhook_dispatcher.domain.own_trouble import OwnTrouble
from atd_webhook_dispatcher.domain.retrying import GiveUp, RetryIn, Step, slows_down
from atd_webhook_dispatcher.engine.lines import Line
from atd_webhook_dispatcher.metrics import WebhookMetrics

Jitter = Callable[[], float]


class LineHealth:
    """Follows the attempts of all lines of this process."""

    def __init__(self, clock: Clock, metrics: WebhookMetrics, jitter: Jitter = random.random) -> None:
        self._clock = clock
        self._metrics = metrics
        self._jitter = jitter
        self._trouble = OwnTrouble()
        self._troubled_since: datetime | None = None

    @property
    def own_trouble(self) -> bool:
        """Whether most endpoints cannot be reached just now."""
        return self._troubled_since is not None

    def arrived(self, line: Line, attempt: Attempt) -> None:
        """An attempt was delivered."""
        self._note(line, attempt)
        line.breaker = line.breaker.succeeded(line.endpoint.concurrency)
        line.failing = None

    def failed(self, line: Line, attempt: Attempt, step: Step, *, first_try: bool) -> str | None:
        """An attempt failed; why the endpoint is to be disabled, if it is."""
        self._note(line, attempt)
        if isinstance(step, GiveUp) and step.gone:
            return "gone"
        if self.own_trouble or attempt.outcome == "unsendable":
            return None
        now = self._clock.monotonic()
        asked = step.endpoint_pause if isinstance(step, RetryIn) else None
        if asked is not None or slows_down(attempt):
            seconds = 0.0 if asked is None else asked.total_seconds()
            line.breaker = line.breaker.paused(now, seconds, self._jitter())
        else:
            line.breaker = line.breaker.failed(now, self._jitter(), timeout=attempt.outcome == "timeout")
        span = line.endpoint.disable_after
        line.failing = after_failure(line.failing, attempt.at, span, first_try=first_try)
        return "failing" if line.failing.over(span) else None

    def turned(self, lines: "list[Line]") -> None:
        """Look whether our trouble has begun or ended; while it lasts, nobody's clock runs."""
        ours, now = self._trouble.is_ours(self._clock.monotonic()), self._clock.now()
        if ours and self._troubled_since is None:
            self._troubled_since = now
            structlog.get_logger().error("webhooks.own_trouble")
        elif not ours and self._troubled_since is not None:
            lasted, self._troubled_since = now - self._troubled_since, None
            for line in lines:
                _stand_still(line, lasted)
            structlog.get_logger().info("webhooks.own_trouble_ended", seconds=round(lasted.total_seconds()))
        self._metrics.webhook_own_trouble.set(float(ours))

    def _note(self, line: Line, attempt: Attempt) -> None:
        host = urlsplit(line.endpoint.url).hostname or ""
        self._trouble.note(line.endpoint.id, host, attempt.outcome, self._clock.monotonic())
        if attempt.outcome != "delivered" and not self.own_trouble:
            self.turned([])


def _stand_still(line: Line, lasted: timedelta) -> None:
    if line.failing is not None:
        line.failing = replace(shifted(line.failing, lasted), last=line.failing.last)
