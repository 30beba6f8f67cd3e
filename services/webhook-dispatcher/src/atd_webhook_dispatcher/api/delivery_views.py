"""Deliveries as the API shows them: without anything that is secret."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, Field

from atd_schemas.envelope import Timestamp
from atd_servicekit.url_parts import split_url
from atd_webhook_dispatcher.domain.delivery import Attempt, AttemptOutcome, DeliveryState
from atd_webhook_dispatcher.domain.endpoint import Endpoint
from atd_webhook_dispatcher.domain.ledger import LedgerEntry, ShownHeader, WaitingFor


class LastAttemptView(BaseModel):
    """The latest request. `status`: absent where no answer came; `error`: why not, in words; `ms`: milliseconds."""

    at: Timestamp
    outcome: AttemptOutcome
    status: int | None
    ms: int
    error: str | None


class HeaderView(BaseModel):
    """A header; `value` is null where it is not shown: it may be secret, or is made anew for each attempt."""

    name: str
    value: str | None


class AttemptView(LastAttemptView):
    """A request and its answer.

    `trouble`: what was wrong with an answer that counts all the same. `answer`: the beginning of its body.
    `retry_after`: the seconds that it asked for.
    """

    trouble: str | None
    answer: str | None
    answer_headers: list[HeaderView]
    retry_after: float | None


class DeliveryView(BaseModel):
    """An event on its way to a webhook.

    `due_at`: its next attempt, while it waits. `replay_id`: it is sent once more, by that replay, or by hand where it
    begins with `manual`. `reason`: why it came to its end without arriving: `used_up` (the attempts), `gone` (410),
    `unsendable` (no body could be made), `event_gone`, `deleted` (the webhook), `stopped` (the replay), `erased` (the
    customer), `test`.
    """

    id: str
    webhook_id: str
    event_id: str
    event_type: str
    conversation_id: str | None
    state: DeliveryState
    tries: int
    accepted_at: Timestamp
    due_at: Timestamp | None
    finished_at: Timestamp | None
    last: LastAttemptView | None
    replay_id: str | None
    waiting_for: WaitingFor | None
    reason: str | None


class RequestView(BaseModel):
    """What is sent. `body`: null when it is kept no longer."""

    url_host: str | None = Field(description="Of the URL the host alone; null when the webhook was deleted")
    headers: list[HeaderView]
    body: str | None


class DeliveryDetailView(DeliveryView):
    """A delivery with its attempts, the oldest first; the latest 20 are kept."""

    attempts: list[AttemptView]
    request: RequestView


def delivery_view(entry: LedgerEntry, waits_for: WaitingFor | None) -> DeliveryView:
    """A row of the list."""
    return DeliveryView(**_values(entry, waits_for))


def detail_view(entry: LedgerEntry, waits_for: WaitingFor | None, request: RequestView) -> DeliveryDetailView:
    """One delivery."""
    attempts = [attempt_view(one) for one in entry.attempts]
    return DeliveryDetailView(**_values(entry, waits_for), attempts=attempts, request=request)


def request_view(endpoint: Endpoint | None, headers: Sequence[ShownHeader], body: bytes | None) -> RequestView:
    """A request."""
    return RequestView(
        url_host=None if endpoint is None else split_url(endpoint.url).host,
        headers=[HeaderView(name=name, value=value) for name, value in headers],
        body=None if body is None else body.decode("utf-8", "replace"),
    )


def attempt_view(attempt: Attempt) -> AttemptView:
    """One attempt."""
    return AttemptView(
        at=attempt.at,
        outcome=attempt.outcome,
        status=attempt.status,
        ms=attempt.ms,
        error=attempt.error,
        trouble=attempt.trouble,
        answer=attempt.answer,
        answer_headers=[HeaderView(name=name, value=value) for name, value in attempt.answer_headers],
        retry_after=attempt.retry_after,
    )


def _values(entry: LedgerEntry, waits_for: WaitingFor | None) -> dict[str, Any]:
    row = entry.delivery
    last = entry.attempts[-1] if entry.attempts else None
    return {
        "id": row.id,
        "webhook_id": row.endpoint_id,
        "event_id": row.event_id,
        "event_type": row.event_type,
        "conversation_id": entry.conversation_id,
        "state": row.state,
        "tries": row.tries,
        "accepted_at": row.accepted_at,
        "due_at": row.due_at if row.state == "waiting" else None,
        "finished_at": entry.finished_at,
        "last": last
        and LastAttemptView(at=last.at, outcome=last.outcome, status=last.status, ms=last.ms, error=last.error),
        "replay_id": row.replay_id,
        "waiting_for": waits_for,
        "reason": entry.reason,
    }
