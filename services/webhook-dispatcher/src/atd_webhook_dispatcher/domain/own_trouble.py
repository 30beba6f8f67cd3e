"""Whether it is us: when most endpoints fail at once, our way out is broken, not theirs. Pure.

Looked at are the latest attempts of the endpoints that were tried within a minute. What counts is a failure before an
answer: no name, no connection, no trusted TLS. A receiver that answers 500 is its own trouble.
"""

from collections import Counter, OrderedDict
from dataclasses import dataclass

from atd_webhook_dispatcher.domain.delivery import AttemptOutcome

WINDOW_SECONDS = 60.0
LEAST_ENDPOINTS = 5
LEAST_HOSTS = 3
SHARE = 0.5

_OUR_WAY = frozenset[AttemptOutcome]({"unreachable", "tls", "timeout"})


@dataclass(frozen=True, slots=True)
class _Seen:
    at: float
    host: str
    failed: bool


class OwnTrouble:
    """Watches the attempts of this process, at the same cost for any number of endpoints.

    Moments are seconds of a clock that never goes back.
    """

    def __init__(self) -> None:
        self._seen: OrderedDict[str, _Seen] = OrderedDict()
        self._failed: Counter[str] = Counter()
        """Endpoints whose latest attempt failed so, by host."""
        self._failures = 0

    def note(self, endpoint_id: str, host: str, outcome: AttemptOutcome, now: float) -> None:
        """An attempt has come to its end."""
        self._drop(endpoint_id)
        seen = self._seen[endpoint_id] = _Seen(now, host, outcome in _OUR_WAY)
        if seen.failed:
            self._failed[host] += 1
            self._failures += 1

    def is_ours(self, now: float) -> bool:
        """Whether most endpoints fail in a way that says that our own connection is broken."""
        while self._seen:
            endpoint_id, oldest = next(iter(self._seen.items()))
            if now - oldest.at <= WINDOW_SECONDS:
                break
            self._drop(endpoint_id)
        return (
            self._failures >= LEAST_ENDPOINTS
            and len(self._failed) >= LEAST_HOSTS
            and self._failures > len(self._seen) * SHARE
        )

    def _drop(self, endpoint_id: str) -> None:
        seen = self._seen.pop(endpoint_id, None)
        if seen is None or not seen.failed:
            return
        self._failures -= 1
        self._failed[seen.host] -= 1
        if not self._failed[seen.host]:
            del self._failed[seen.host]
