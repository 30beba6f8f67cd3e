"""Disables an endpoint to which nothing arrives any more, and tells about it in the same transaction."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import structlog

from atd_schemas.ids import uuid7
from atd_schemas.topics import WEBHOOK_EVENTS
from atd_schemas.webhooks import DisabledReason, WebhookChanged, WebhookData
from atd_servicekit.clock import Clock
from atd_servicekit.kafka import Outgoing
from atd_servicekit.outbox import Outbox, next_order
from atd_webhook_dispatcher.domain.endpoint import Endpoint
from atd_webhook_dispatcher.engine.lines import Line
from atd_webhook_dispatcher.store.endpoints import EndpointCache, Endpoints

if TYPE_CHECKING:
    from atd_servicekit.mongo import Session

SOURCE = "webhook-dispatcher"

Transaction = Callable[[Callable[["Session"], Awaitable[Any]]], Awaitable[Any]]


class Disabling:
    """Writes the state of an endpoint as the product."""

    def __init__(
        self, endpoints: Endpoints, cache: EndpointCache, transaction: Transaction, outbox: Outbox, clock: Clock
    ) -> None:
        self._endpoints = endpoints
        self._cache = cache
        self._transaction = transaction
        self._outbox = outbox
        self._clock = clock

    async def disable(self, endpoint: Endpoint, reason: str, line: Line) -> None:
        """Disable it, unless somebody has changed it meanwhile. Raises PyMongo's errors."""
        now = self._clock.now()

        async def work(session: "Session") -> bool:
            changed = await self._endpoints.update_state(session, endpoint, "disabled", reason, now)
            if changed is None:
                return False
            event = _event(changed, reason, line, now)
            await self._outbox.add(session, [Outgoing.of(WEBHOOK_EVENTS, event)], order=next_order(now))
            return True

        if await self._transaction(work):
            self._cache.forget(endpoint.tenant_id)
            structlog.get_logger().warning("webhook.disabled", endpoint_id=endpoint.id, reason=reason)


def _event(endpoint: Endpoint, reason: str, line: Line, now: Any) -> WebhookChanged:
    failing = line.failing
    why: DisabledReason = "gone" if reason == "gone" else "failing"
    return WebhookChanged(
        id=uuid7(),
        type="webhook.disabled",
        tenant_id=endpoint.tenant_id,
        occurred_at=now,
        recorded_at=now,
        source=SOURCE,
        subject=endpoint.id,
        data=WebhookData(
            endpoint_id=endpoint.id,
            description=endpoint.description,
            host=urlsplit(endpoint.url).hostname or "",
            reason=why,
            since=failing.since if failing else None,
            failed=failing.deliveries if failing else 0,
        ),
    )
