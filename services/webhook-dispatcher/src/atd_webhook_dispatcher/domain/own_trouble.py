"""Whether it is us: when most endpoints fail at once, our way out is broken, not theirs. Pure.

Looked at are the latest attempts of the endpoints that were tried within a minute. What counts is a failure before an
answer: no name, no connection, no trusted TLS. A receiver that answers 500 is its own trouble.
"""

from collections import OrderedDict
from dataclasses import dataclass

from atd_webhook_dispatcher.domain.delivery import AttemptOutcome

WINDOW_SECONDS = 60.0
LEAST_ENDPOINTS = 5
LEAST_HOSTS = 3
SHARE = 0.5

_OUR_WAY = frozenset[AttemptOutcome]({"unreachable", "tls", "timeout"})


@dataclass(slots=True)
class _Seen:
    at: float
    host: str
    failed: bool


class OwnTrouble:
    """Watches the attempts of this process. Moments are seconds of a clock that never goes back."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, _Seen] = OrderedDict()

    def note(self, endpoint_id: str, host: str, outcome: AttemptOutcome, now: float) -> None:
        """An attempt has come to its end."""
        self._seen[endpoint_id] = _Seen(now, host, outcome in _OUR_WAY)
        self._seen.move_to_end(endpoint_id)

    def is_ours(self, now: float) -> bool:
        """Whether most endpoints fail in a way that says that our own connection is broken."""
        while self._seen:
            endpoint_id, oldest = next(iter(self._seen.items()))
            if now - oldest.at <= WINDOW_SECONDS:
                break
            del self._seen[endpoint_id]
        failed = [one for one in self._seen.values() if one.failed]
        return (
            len(failed) >= LEAST_ENDPOINTS
            and len({one.host for one in failed}) >= LEAST_HOSTS
            and len(failed) > len(self._seen) * SHARE
        )
