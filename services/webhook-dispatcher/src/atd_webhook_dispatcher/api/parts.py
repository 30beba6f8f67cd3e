"""What the routes share: what they are built from, and who may call them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, TypeVar

from fastapi import Depends

from atd_schemas.topics import WEBHOOK_EVENTS
from atd_servicekit.errors import StaleVersion
from atd_servicekit.idempotency import Idempotency
from atd_servicekit.identity import Identity, Requires
from atd_servicekit.kafka import Outgoing
from atd_servicekit.outbox import next_order
from atd_servicekit.problems import not_found, unavailable
from atd_servicekit.requests import StorableBody
from atd_servicekit.runtime import Runtime
from atd_servicekit.url_policy import UrlPolicy
from atd_servicekit.versions import overtaken, overtakings
from atd_webhook_dispatcher.api.telling import enabled_event
from atd_webhook_dispatcher.domain.catalogue import Catalogue
from atd_webhook_dispatcher.domain.endpoint import Endpoint, enabled
from atd_webhook_dispatcher.endpoint_health import HealthReader
from atd_webhook_dispatcher.store.endpoints import EndpointCache, Endpoints
from atd_webhook_dispatcher.store.events import Events

if TYPE_CHECKING:
    from atd_servicekit.mongo import Session

T = TypeVar("T")

PERMISSION = "webhooks:manage"
Manager = Annotated[Identity, Depends(Requires(PERMISSION))]


@dataclass(frozen=True, slots=True)
class Parts:
    """What the composition root hands to the routes."""

    runtime: Runtime
    endpoints: Endpoints
    cache: EndpointCache
    events: Events
    catalogue: Catalogue
    urls: UrlPolicy
    idempotency: Idempotency
    health: HealthReader

    async def transaction(self, work: "Callable[[Session], Awaitable[T]]") -> T:
        """Run `work` in a transaction. Raises `Problem` 503 when somebody else was faster and no retry helped."""
        try:
            return await self.runtime.transaction(work)
        except StaleVersion as error:
            raise unavailable("Another request changed this at the same time; try again.") from error

    async def endpoint(self, tenant_id: str, endpoint_id: str, session: "Session | None" = None) -> Endpoint:
        """An endpoint of the caller's company. Raises `Problem` 404."""
        found = await self.endpoints.one(tenant_id, endpoint_id, session)
        if found is None:
            raise not_found("Webhook not found.")
        return found

    async def check_version(self, session: "Session", endpoint: Endpoint, expected: int | None) -> None:
        """Raise `Problem` 409 that says who changed what, where a caller expected another version than this one."""
        if expected is None or expected == endpoint.version:
            return
        changes = await self.endpoints.changes_since(endpoint, expected, session)
        raise overtaken(expected, endpoint.version, "webhook", overtakings("webhook.changed", changes))

    async def enable(self, session: "Session", identity: Identity, before: Endpoint) -> Endpoint:
        """Enable an endpoint as it was read in the session, on behalf of a person; as it is then.

        Raises `StaleVersion` when somebody has changed it meanwhile.
        """
        after = enabled(before, self.runtime.clock.now())
        return before if after is before else await self.save(session, identity, before, after)

    async def save(self, session: "Session", identity: Identity, before: Endpoint, after: Endpoint) -> Endpoint:
        """Keep what a person changed, and tell of it where that enables what was disabled; as it is then.

        Raises `StaleVersion` when somebody else has changed it meanwhile.
        """
        after = replace(after, version=before.version + 1, changed_at=self.runtime.clock.now())
        await self.endpoints.save(session, before, after, identity.actor())
        if before.state == "disabled" and after.state == "enabled":
            event = enabled_event(after, identity, after.state_since)
            order = next_order(after.state_since, next_order(before.state_since))
            await self.runtime.outbox.add(session, [Outgoing.of(WEBHOOK_EVENTS, event)], order=order)
        return after if after.reset_at == before.reset_at else replace(after, failing=None)


class Body(StorableBody):
    """What the bodies of this service's requests have in common."""
