"""The archive of events (`events`): the body of each, once, for all endpoints of its company and for replays.

Every event of a company that has an endpoint is here, whether one asked for it or not, so that an endpoint that is made
or mended later can be told of it. Events leave by themselves at `expires_at`; a customer's leave when it is erased.

    {_id, tenant_id, type, occurred_at, recorded_at, thread, sequence, body, expires_at, contact_id, traceparent}
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pymongo import IndexModel

from atd_webhook_dispatcher.domain.events import Event
from atd_webhook_dispatcher.domain.reading import facts_of
from atd_webhook_dispatcher.store.deliveries import insert_new

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document

EVENTS = "events"

MOST_AT_ONCE = 1_000
"""Events in one read."""

EVENT_INDEXES: Mapping[str, Sequence[IndexModel]] = {
    EVENTS: [
        IndexModel([("tenant_id", 1), ("recorded_at", 1), ("_id", 1), ("type", 1)], name="by_time"),
        IndexModel([("thread", 1), ("sequence", 1)], name="by_thread"),
        IndexModel([("contact_id", 1)], name="by_contact", sparse=True),
        IndexModel([("expires_at", 1)], name="expired", expireAfterSeconds=0),
    ]
}


def event_document(event: Event, expires_at: datetime) -> "Document":
    """An event as it is kept."""
    document: Document = {
        "_id": event.id,
        "tenant_id": event.tenant_id,
        "type": event.type,
        "occurred_at": event.occurred_at,
        "recorded_at": event.recorded_at,
        "thread": event.thread,
        "sequence": event.sequence,
        "body": event.body,
        "expires_at": expires_at,
    }
    kept = {"contact_id": event.facts.contact_id, "traceparent": event.traceparent}
    return document | {name: value for name, value in kept.items() if value is not None}


def event_of(document: Mapping[str, Any]) -> Event:
    """An event as it was kept; its facts are read from its body."""
    body = bytes(document["body"])
    return Event(
        id=document["_id"],
        type=document["type"],
        tenant_id=document["tenant_id"],
        occurred_at=document["occurred_at"],
        recorded_at=document["recorded_at"],
        thread=document["thread"],
        sequence=document["sequence"],
        facts=facts_of(document["type"], body),
        body=body,
        traceparent=document.get("traceparent"),
    )


class Events:
    """Writes and reads the archive."""

    def __init__(self, database: "Database", kept_for: timedelta) -> None:
        self._events = database[EVENTS]
        self._kept_for = kept_for

    async def add(self, events: Sequence[Event], now: datetime) -> None:
        """Keep what is not there yet. Raises PyMongo's errors: adding the same events again is then safe."""
        until = now + self._kept_for
        for start in range(0, len(events), MOST_AT_ONCE):
            some = events[start : start + MOST_AT_ONCE]
            await insert_new(self._events, [event_document(event, until) for event in some])

    async def bodies(self, event_ids: Sequence[str]) -> dict[str, bytes]:
        """The bodies of these events, at most `MOST_AT_ONCE`; those that are gone are not among them."""
        query: Document = {"_id": {"$in": list(event_ids)}}
        rows = await self._events.find(query, {"body": 1}).limit(MOST_AT_ONCE).to_list(MOST_AT_ONCE)
        return {row["_id"]: bytes(row["body"]) for row in rows}

    async def latest(self, tenant_id: str, limit: int) -> list[Event]:
        """The newest events of a company, the newest first."""
        limit = min(limit, MOST_AT_ONCE)
        cursor = self._events.find({"tenant_id": tenant_id}).sort([("recorded_at", -1), ("_id", -1)]).limit(limit)
        return [event_of(row) for row in await cursor.to_list(limit)]

    async def between(
        self,
        tenant_id: str,
        since: datetime,
        until: datetime,
        *,
        after: tuple[datetime, str] | None = None,
        limit: int = MOST_AT_ONCE,
    ) -> list[Event]:
        """A page of a company's events, recorded from `since` to before `until`, the oldest first.

        `after`: the `recorded_at` and id of the last one of the page before.
        """
        query: Document = {"tenant_id": tenant_id, "recorded_at": {"$gte": since, "$lt": until}}
        if after is not None:
            moment, event_id = after
            query["recorded_at"]["$gte"] = max(since, moment)
            query["$or"] = [{"recorded_at": {"$gt": moment}}, {"recorded_at": moment, "_id": {"$gt": event_id}}]
        limit = min(limit, MOST_AT_ONCE)
        cursor = self._events.find(query).sort([("recorded_at", 1), ("_id", 1)]).limit(limit)
        return [event_of(row) for row in await cursor.to_list(limit)]
