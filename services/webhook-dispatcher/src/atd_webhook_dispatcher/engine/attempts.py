"""Makes one attempt and says what came of it, in the words of the ledger."""

from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Protocol

from atd_servicekit.clock import Clock
from atd_servicekit.customer_calls import CallFailed, CustomerAnswer, UnsendableRequest
from atd_webhook_dispatcher.domain.delivery import Attempt, AttemptOutcome, Delivery
from atd_webhook_dispatcher.domain.endpoint import Endpoint
from atd_webhook_dispatcher.oauth import NotAuthorized

KEPT_ANSWER = 4_096
"""Characters that are kept of the answer to an attempt that failed."""

KEPT_OF_SUCCESS = 256
"""The same of one that arrived."""

MOST_HEADERS = 20
LONGEST_HEADER = 200

_SUCCESS = range(200, 300)


class Sender(Protocol):
    """Sends one request: `requests.EndpointCalls`."""

    async def send(self, endpoint: Endpoint, delivery: Delivery, body: bytes) -> CustomerAnswer: ...


async def attempt(sender: Sender, clock: Clock, endpoint: Endpoint, delivery: Delivery, body: bytes) -> Attempt:
    """Send a delivery once. Raises nothing that the receiver or the network can cause."""
    at = clock.now()
    try:
        answer = await sender.send(endpoint, delivery, body)
    except CallFailed as failed:
        return Attempt(at=at, outcome=failed.kind, ms=_ms(failed.seconds), error=failed.detail)
    except NotAuthorized as refused:
        ms = _ms((clock.now() - at).total_seconds())
        return Attempt(at=at, outcome="not_authorized", ms=ms, error=str(refused))
    except UnsendableRequest as error:
        return Attempt(at=at, outcome="unsendable", ms=0, error=str(error))
    return of_answer(answer, at)


def of_answer(answer: CustomerAnswer, at: datetime) -> Attempt:
    """An attempt that was answered."""
    arrived = answer.status in _SUCCESS
    outcome: AttemptOutcome = "delivered" if arrived else "refused"
    return Attempt(
        at=at,
        outcome=outcome,
        ms=_ms(answer.seconds),
        status=answer.status,
        trouble=answer.trouble,
        answer=answer.text[: KEPT_OF_SUCCESS if arrived else KEPT_ANSWER] or None,
        answer_headers=() if arrived else _kept_headers(answer.headers),
        retry_after=None if arrived else retry_after(answer.header("retry-after"), at),
    )


def retry_after(value: str | None, now: datetime) -> float | None:
    """The seconds of a `Retry-After`, which is a number or a date (RFC 9110, 10.2.3); None for what is neither."""
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text[:12])
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


def _kept_headers(headers: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name[:LONGEST_HEADER], value[:LONGEST_HEADER]) for name, value in headers[:MOST_HEADERS])


def _ms(seconds: float) -> int:
    return max(0, round(seconds * 1000))
