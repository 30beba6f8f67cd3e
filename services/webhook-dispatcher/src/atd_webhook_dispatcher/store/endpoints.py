"""Endpoints (`endpoints`) of companies, and how often those of each company have changed (`endpoint_revisions`).

Every change counts the company's revision on in the same transaction, so that two changes at once are one after the
other, limits hold, and whoever has the endpoints in memory sees that they are old. A deleted endpoint leaves a
tombstone without its secrets, by which the engine learns of it; whoever has dropped its deliveries removes that by
`forget`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pymongo import IndexModel

from atd_schemas.envelope import SYSTEM, Actor
from atd_servicekit.changes import Change, changes_of, pushed
from atd_servicekit.clock import Clock
from atd_servicekit.errors import StaleVersion
from atd_servicekit.tenant_cache import TenantCache
from atd_webhook_dispatcher.domain.changes import fields_between
from atd_webhook_dispatcher.domain.disabling import Failing
from atd_webhook_dispatcher.domain.endpoint import (
    MOST_ENDPOINTS,
    Auth,
    Endpoint,
    EndpointState,
    TenantEndpoints,
)
from atd_webhook_dispatcher.store.endpoint_documents import (
    endpoint_document,
    endpoint_of,
    failing_document,
)

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document, Session

ENDPOINTS = "endpoints"
REVISIONS = "endpoint_revisions"

MOST_AT_ONCE = 1_000
"""Endpoints in one read."""

SEEN_LATE = timedelta(seconds=30)
"""How much later than its `touched_at` a change may be seen: transactions take a while, and clocks differ."""

_ALIVE = {"alive": True}

ENDPOINT_INDEXES: Mapping[str, Sequence[IndexModel]] = {
    ENDPOINTS: [
        IndexModel([("tenant_id", 1), ("_id", 1)], name="by_tenant", partialFilterExpression=_ALIVE),
        IndexModel([("touched_at", 1), ("_id", 1)], name="touched"),
        IndexModel([("deleted_at", 1)], name="deleted", sparse=True),
    ],
    REVISIONS: [],
}


class TooMany(Exception):
    """The company has `MOST_ENDPOINTS` endpoints."""


class Endpoints:
    """Reads and changes endpoints. What needs a session runs inside its transaction."""

    def __init__(self, database: "Database") -> None:
        self._endpoints = database[ENDPOINTS]
        self._revisions = database[REVISIONS]
        self.changes = 0
        """How often this process has changed an endpoint, or is just doing so."""

    async def one(self, tenant_id: str, endpoint_id: str, session: "Session | None" = None) -> Endpoint | None:
        """An endpoint of the company that is not deleted."""
        row = await self._endpoints.find_one({"_id": endpoint_id, "tenant_id": tenant_id, **_ALIVE}, session=session)
        return endpoint_of(row) if row else None

    async def of_tenant(self, tenant_id: str, session: "Session | None" = None) -> list[Endpoint]:
        """The endpoints of a company, the oldest first."""
        query = {"tenant_id": tenant_id, **_ALIVE}
        cursor = self._endpoints.find(query, session=session).hint("by_tenant").limit(MOST_ENDPOINTS)
        return [endpoint_of(row) for row in await cursor.to_list(MOST_ENDPOINTS)]

    async def add(self, session: "Session", endpoint: Endpoint) -> None:
        """Keep a new endpoint. Raises `TooMany`."""
        await self._count_on(session, endpoint.tenant_id)
        query = {"tenant_id": endpoint.tenant_id, **_ALIVE}
        if await self._endpoints.count_documents(query, session=session, hint="by_tenant") >= MOST_ENDPOINTS:
            raise TooMany
        document = endpoint_document(endpoint) | {"_id": endpoint.id, "touched_at": endpoint.changed_at, **_ALIVE}
        await self._endpoints.insert_one(document, session=session)

    async def changes_since(self, endpoint: Endpoint, version: int, session: "Session | None" = None) -> list[Change]:
        """Who changed what after this version of an endpoint, as far as it is remembered; the oldest first."""
        query = {"_id": endpoint.id, "tenant_id": endpoint.tenant_id, **_ALIVE}
        row = await self._endpoints.find_one(query, {"changes": 1}, session=session)
        return [one for one in changes_of(row or {}) if one.version > version]

    async def save(self, session: "Session", before: Endpoint, after: Endpoint, actor: Actor = SYSTEM) -> None:
        """Keep an endpoint that `actor` has changed since it was read; a later `reset_at` forgets its failures.

        Raises `StaleVersion` when it was changed or deleted meanwhile.
        """
        await self._count_on(session, before.tenant_id)
        made = Change(after.version, after.changed_at, fields_between(before, after), actor)
        change: Document = {
            "$set": endpoint_document(after) | {"touched_at": after.changed_at},
            "$push": pushed(made),
        }
        if after.ordered and not before.ordered:
            change["$set"]["unmarked"] = True
        if after.reset_at != before.reset_at:
            change["$unset"] = {"failing": ""}
        query: Document = {"_id": before.id, "version": before.version, **_ALIVE}
        if (await self._endpoints.update_one(query, change, session=session)).matched_count != 1:
            raise StaleVersion

    async def update_state(
        self, session: "Session", endpoint: Endpoint, state: EndpointState, reason: str | None, now: datetime
    ) -> Endpoint | None:
        """Change the state of an endpoint as the product; as it is then.

        None when somebody has changed or deleted it since `endpoint` was read: what was decided may not hold any more.
        """
        after = replace(
            endpoint,
            state=state,
            disabled_reason=reason,
            state_since=now,
            changed_at=now,
            version=endpoint.version + 1,
        )
        try:
            await self.save(session, endpoint, after)
        except StaleVersion:
            return None
        return after

    async def save_failing(self, endpoint_id: str, failing: Failing | None) -> bool:
        """Keep since when nothing arrives at an endpoint; None: something has arrived.

        False: it is deleted, or its failures were reset after the first of these, so they do not count.
        """
        query: Document = {"_id": endpoint_id, **_ALIVE}
        change: Document = {"$unset": {"failing": ""}}
        if failing is not None:
            query["reset_at"] = {"$lte": failing.since}
            change = {"$set": {"failing": failing_document(failing)}}
        return (await self._endpoints.update_one(query, change)).matched_count == 1

    async def in_order(self, endpoint: Endpoint) -> bool:
        """What waited when it became ordered is kept in order; False when it was changed since it was read."""
        query: Document = {"_id": endpoint.id, "version": endpoint.version, **_ALIVE}
        return (await self._endpoints.update_one(query, {"$unset": {"unmarked": ""}})).matched_count == 1

    async def reseal(self, before: Endpoint, after: Endpoint) -> bool:
        """Keep the same secrets in another form, of an endpoint as it was read; whether it still was so.

        Its version stays, and so does the revision: nothing was changed.
        """
        query: Document = {"_id": before.id, "version": before.version, **_ALIVE}
        document = endpoint_document(after)
        change = {"$set": {name: document[name] for name in ("auth", "secrets")}}
        return (await self._endpoints.update_one(query, change)).matched_count == 1

    async def remove(self, session: "Session", endpoint: Endpoint, now: datetime) -> None:
        """Delete an endpoint with its secrets; a tombstone stays. Raises `StaleVersion`."""
        bare = replace(endpoint, auth=Auth(), secrets=(), headers={}, version=endpoint.version + 1, changed_at=now)
        await self._count_on(session, endpoint.tenant_id)
        query: Document = {"_id": endpoint.id, "version": endpoint.version, **_ALIVE}
        gone: Document = {
            "$set": endpoint_document(bare) | {"touched_at": now, "deleted_at": now},
            "$unset": {"alive": "", "changes": ""},
        }
        if (await self._endpoints.update_one(query, gone, session=session)).matched_count != 1:
            raise StaleVersion

    async def page(self, after: str | None = None, limit: int = MOST_AT_ONCE) -> list[Endpoint]:
        """Endpoints of all companies that are not deleted, by id; `after` is the last id of the page before."""
        query: Document = dict(_ALIVE)
        if after is not None:
            query["_id"] = {"$gt": after}
        limit = min(limit, MOST_AT_ONCE)
        cursor = self._endpoints.find(query).sort([("_id", 1)]).hint([("_id", 1)]).limit(limit)
        return [endpoint_of(row) for row in await cursor.to_list(limit)]

    async def changed_since(
        self, moment: datetime, limit: int = MOST_AT_ONCE, *, after: tuple[datetime, str] | None = None
    ) -> list[tuple[datetime, Endpoint]]:
        """Endpoints of all companies that were made, changed or deleted since `moment`, with when that was.

        Those of the `SEEN_LATE` before `moment` are among them once more. A page of at most `limit`, the oldest change
        first; `after`: moment and id of the last of the page before.
        """
        since = moment - SEEN_LATE
        query: Document = {"touched_at": {"$gte": since}}
        if after is not None:
            last, endpoint_id = after
            query = {"$or": [{"touched_at": {"$gt": last}}, {"touched_at": last, "_id": {"$gt": endpoint_id}}]}
            query["touched_at"] = {"$gte": last}
        limit = min(limit, MOST_AT_ONCE)
        cursor = self._endpoints.find(query).sort([("touched_at", 1), ("_id", 1)]).hint("touched").limit(limit)
        return [(row["touched_at"], endpoint_of(row)) for row in await cursor.to_list(limit)]

    async def deleted(self, limit: int = MOST_AT_ONCE) -> list[Endpoint]:
        """Tombstones, the oldest first: their deliveries are to be dropped, then they are to be forgotten."""
        limit = min(limit, MOST_AT_ONCE)
        query: Document = {"deleted_at": {"$exists": True}}
        cursor = self._endpoints.find(query).sort([("deleted_at", 1)]).hint("deleted").limit(limit)
        return [endpoint_of(row) for row in await cursor.to_list(limit)]

    async def forget(self, endpoint_id: str) -> None:
        """Remove a tombstone."""
        await self._endpoints.delete_one({"_id": endpoint_id, "deleted_at": {"$exists": True}})

    async def revision(self, tenant_id: str) -> int:
        """How often the company's endpoints have changed."""
        row = await self._revisions.find_one({"_id": tenant_id})
        return row["revision"] if row else 0

    async def read(self, tenant_id: str) -> TenantEndpoints:
        """All endpoints of a company. The revision is read first: what changes meanwhile is read again then."""
        revision = await self.revision(tenant_id)
        if not revision:
            return TenantEndpoints(tenant_id)
        return TenantEndpoints(tenant_id, revision, {one.id: one for one in await self.of_tenant(tenant_id)})

    async def _count_on(self, session: "Session", tenant_id: str) -> None:
        self.changes += 1
        await self._revisions.update_one({"_id": tenant_id}, {"$inc": {"revision": 1}}, upsert=True, session=session)


EndpointCache = TenantCache[TenantEndpoints]
"""Companies' endpoints in memory, at most a second old: see `TenantCache`."""


def endpoint_cache(endpoints: Endpoints, clock: Clock) -> EndpointCache:
    """The endpoints of companies, for paths that look at them at every event."""
    return TenantCache(endpoints.revision, endpoints.read, clock)
