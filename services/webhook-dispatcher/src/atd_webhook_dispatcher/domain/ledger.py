"""The ledger as people read it: what a delivery waits for, and what may be shown of its request. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from atd_webhook_dispatcher.domain.breaker import BreakerState
from atd_webhook_dispatcher.domain.delivery import Attempt, Delivery
from atd_webhook_dispatcher.domain.endpoint import Endpoint

WaitingFor = Literal["retry", "order", "rate", "breaker", "pause", "disabled", "turn"]
"""`retry`: the time of its next attempt. `order`: an earlier event of its conversation, or what waits is put in order
just now. `rate`: the endpoint's limit. `breaker`: the receiver did not answer, and is left alone for a while. `pause`,
`disabled`: the endpoint. `turn`: others are before it."""

_CONVERSATION_FAMILIES = frozenset({"conversation", "message", "rating"})


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """A delivery with what became of it. In lists `attempts` has the latest one only, and there is no body."""

    delivery: Delivery
    attempts: tuple[Attempt, ...] = ()
    finished_at: datetime | None = None
    reason: str | None = None

    @property
    def conversation_id(self) -> str | None:
        """The conversation of its event; None where it has none."""
        family = self.delivery.event_type.partition(".")[0]
        return self.delivery.thread if family in _CONVERSATION_FAMILIES else None


def waiting_for(
    delivery: Delivery, endpoint: Endpoint | None, breaker: BreakerState, head_id: str | None, now: datetime
) -> WaitingFor | None:
    """Why a delivery has not left yet; None when it has come to its end.

    `head_id`: the first delivery of its thread that is not finished, of an ordered endpoint.
    """
    if delivery.state != "waiting" or endpoint is None:
        return None
    if endpoint.state != "enabled":
        return "pause" if endpoint.state == "paused" else "disabled"
    if endpoint.in_disorder or (endpoint.ordered and head_id is not None and head_id != delivery.id):
        return "order"
    if delivery.due_at > now:
        return "retry" if delivery.tries or not endpoint.ordered else "order"
    if breaker in ("open", "half_open"):
        return "breaker"
    return "turn" if endpoint.rate_limit_per_second is None else "rate"


_SIGNATURE = frozenset({"webhook-signature", "webhook-timestamp"})
HIDDEN = frozenset({"authorization", *_SIGNATURE})
"""Headers whose value is secret, or made anew at every attempt."""

ShownHeader = tuple[str, str | None]
"""A header's name, and its value unless that is not shown."""


def shown_headers(endpoint: Endpoint, headers: Sequence[tuple[str, str]], *, signed: bool = False) -> list[ShownHeader]:
    """Headers of a request without what may be secret: of those that the company set itself, the names.

    `signed`: of a request that was just made: with its signature.
    """
    hidden = HIDDEN - _SIGNATURE if signed else HIDDEN
    own = {name.lower() for name in endpoint.headers}
    return [(name, None if name.lower() in hidden or name.lower() in own else value) for name, value in headers]
