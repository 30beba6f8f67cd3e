"""Tests an endpoint: one real request at once, whatever its state is, kept in the ledger as `webhook.test`.

It counts neither for nor against the endpoint, and is never tried again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import orjson

from atd_schemas.envelope import rfc3339
from atd_schemas.ids import uuid7
from atd_servicekit.clock import Clock
from atd_servicekit.customer_calls import CustomerAnswer, CustomerRequest
from atd_webhook_dispatcher.domain.catalogue import TEST_TYPE, Catalogue
from atd_webhook_dispatcher.domain.delivery import Attempt, Delivery, delivery_id
from atd_webhook_dispatcher.domain.endpoint import Endpoint
from atd_webhook_dispatcher.domain.ledger import ShownHeader, shown_headers
from atd_webhook_dispatcher.domain.outcome import Outcome
from atd_webhook_dispatcher.domain.reading import facts_of
from atd_webhook_dispatcher.domain.shaping import shaped
from atd_webhook_dispatcher.engine.attempts import attempt
from atd_webhook_dispatcher.engine.engine import Retention
from atd_webhook_dispatcher.oauth import NotAuthorized
from atd_webhook_dispatcher.resending import manual_id
from atd_webhook_dispatcher.store.archive_queries import ArchiveQueries
from atd_webhook_dispatcher.store.deliveries import Deliveries

MOST_AT_ONCE = 20
"""Tests under way in a process; of one endpoint there is one at a time."""


class UnknownType(Exception):
    """There are no events of this type."""


class TooManyTests(Exception):
    """One of the endpoint is under way, or `MOST_AT_ONCE` of others."""


class RequestSender(Protocol):
    """Makes and sends requests: `requests.EndpointCalls`."""

    async def send(self, endpoint: Endpoint, delivery: Delivery, body: bytes) -> CustomerAnswer: ...

    def request(self, endpoint: Endpoint, delivery: Delivery, body: bytes) -> CustomerRequest: ...


@dataclass(frozen=True, slots=True)
class Tested:
    """What was sent, and what came of it."""

    row: Delivery
    attempt: Attempt
    headers: Sequence[ShownHeader]
    body: bytes


class EndpointTester:
    """Sends test events."""

    def __init__(
        self,
        sender: RequestSender,
        archive: ArchiveQueries,
        catalogue: Catalogue,
        deliveries: Deliveries,
        clock: Clock,
        retention: Retention,
    ) -> None:
        self._sender = sender
        self._archive = archive
        self._catalogue = catalogue
        self._deliveries = deliveries
        self._clock = clock
        self._retention = retention
        self._under_way: set[str] = set()

    async def test(self, endpoint: Endpoint, event_type: str | None, actor: dict[str, Any]) -> Tested:
        """Send a test, or an event like the latest one of a type. Raises `UnknownType`, `TooManyTests`, `CannotShape`.

        `actor`: who tests, as events tell it.
        """
        if event_type is not None and event_type not in self._catalogue.kinds:
            raise UnknownType
        if endpoint.id in self._under_way or len(self._under_way) >= MOST_AT_ONCE:
            raise TooManyTests
        self._under_way.add(endpoint.id)
        try:
            event = await self._event(endpoint.tenant_id, event_type or TEST_TYPE, actor)
            own = orjson.dumps(event)
            body = shaped(endpoint.shape, own) or own
            row = self._row(endpoint, event, own, body)
            headers = self._headers(endpoint, row, body)
            made = await attempt(self._sender, self._clock, endpoint, row, body)
            await self._keep(row, made)
        finally:
            self._under_way.discard(endpoint.id)
        return Tested(row, made, headers, body)

    async def _event(self, tenant_id: str, event_type: str, actor: dict[str, Any]) -> dict[str, Any]:
        """What is sent: an event that has an id of its own, so that nobody takes it for the one that happened."""
        latest = None if event_type == TEST_TYPE else await self._archive.latest_of_type(tenant_id, event_type)
        if latest is not None:
            event: dict[str, Any] = orjson.loads(latest.body)
        else:
            example = self._catalogue.kinds[event_type].example
            event = {**example, "tenant_id": tenant_id, "occurred_at": rfc3339(self._clock.now()), "actor": actor}
        return {**event, "id": uuid7()}

    def _row(self, endpoint: Endpoint, event: dict[str, Any], own: bytes, body: bytes) -> Delivery:
        now, replay_id = self._clock.now(), manual_id()
        return Delivery(
            id=delivery_id(event["id"], now, endpoint.id, replay_id),
            tenant_id=endpoint.tenant_id,
            endpoint_id=endpoint.id,
            event_id=event["id"],
            event_type=TEST_TYPE,
            thread=event["id"],
            sequence=0,
            replay_id=replay_id,
            accepted_at=now,
            due_at=now,
            body=body,
            contact_id=facts_of(event["type"], own).contact_id,
        )

    def _headers(self, endpoint: Endpoint, row: Delivery, body: bytes) -> Sequence[ShownHeader]:
        try:
            request = self._sender.request(endpoint, row, body)
        except NotAuthorized:
            return ()
        return shown_headers(endpoint, request.headers, signed=True)

    async def _keep(self, row: Delivery, made: Attempt) -> None:
        now, arrived = self._clock.now(), made.outcome == "delivered"
        outcome = Outcome(row, "failed", 1, made, now, expires_at=now + self._retention.failed, reason="test")
        if arrived:
            until = now + self._retention.delivered
            outcome = Outcome(row, "delivered", 1, made, now, expires_at=until)
        await self._deliveries.add_ended([outcome])
