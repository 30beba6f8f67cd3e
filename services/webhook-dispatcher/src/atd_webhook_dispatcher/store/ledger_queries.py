"""What people ask of the ledger: lists with filters, one delivery, and where something is.

Lists are in the order of the events' times, the newest first; what waits is in the order in which it is due. A filter
that has no index of its own (type, outcome, period of what waits) looks at `MOST_EXAMINED` rows at a time: a page may
then have fewer rows than were asked for, or none, and a cursor at which to go on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from atd_webhook_dispatcher.domain.delivery import AttemptOutcome, DeliveryState
from atd_webhook_dispatcher.domain.delivery_times import id_range
from atd_webhook_dispatcher.domain.ledger import LedgerEntry
from atd_webhook_dispatcher.store.deliveries import DELIVERIES, attempt_of, delivery_of

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document

MOST_EXAMINED = 10_000
"""Rows that one page looks at."""

MOST_RANGES = 500
"""Places in the ledger that a search looks at: the latest events of a conversation."""

_LANES = ["live", "replay"]
_SHOWN: "list[Document]" = [
    {"$set": {"attempts": {"$slice": [{"$ifNull": ["$attempts", []]}, -1]}}},
    {"$unset": "body"},
]

Position = tuple[datetime | None, int, str]
"""Where a page ended: the id of its last row, and before it, of those that wait, when it is due and its sequence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What is asked for. `endpoint_ids`: those of the company, or one of it. `since` to before `until`: of the event.

    `found`: only rows of an event, a thread or an id, see `Found`.
    """

    tenant_id: str
    endpoint_ids: Sequence[str]
    state: DeliveryState | None = None
    event_type: str | None = None
    outcome: AttemptOutcome | None = None
    since: datetime | None = None
    until: datetime | None = None
    found: "Found | None" = None


@dataclass(frozen=True, slots=True)
class Found:
    """Where the rows of a text may be: its own id, or that of an event or thread in these ranges of ids."""

    text: str
    ranges: Sequence[tuple[str, str]] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """Rows, and where the next page begins; None: there are no more."""

    entries: Sequence[LedgerEntry]
    next: Position | None


class LedgerQueries:
    """Reads the ledger for people."""

    def __init__(self, database: "Database") -> None:
        self._rows = database[DELIVERIES]

    async def one(self, tenant_id: str, delivery_id: str) -> LedgerEntry | None:
        """A delivery of the company, with all that is kept of it."""
        row = await self._rows.find_one({"_id": delivery_id, "tenant_id": tenant_id})
        return entry_of(row) if row else None

    async def page(self, filters: Filters, after: Position | None, limit: int) -> LedgerPage:
        """At most `limit` rows after a position."""
        way = _way(filters, after)
        stages: list[Document] = [
            {"$match": way.match},
            {"$sort": dict(way.sort)},
            {"$limit": MOST_EXAMINED},
            {"$match": way.rest},
            {"$limit": limit + 1},
            *_SHOWN,
        ]
        cursor = await self._rows.aggregate(stages, hint=way.hint)
        rows = await cursor.to_list(limit + 1)
        entries = [entry_of(row) for row in rows[:limit]]
        if len(rows) > limit:
            return LedgerPage(entries, way.position(rows[limit - 1]))
        return LedgerPage(entries, await self._examined_until(way))

    async def _examined_until(self, way: "_Way") -> Position | None:
        """The last row that was looked at, if there may be others behind it."""
        shown = {"_id": 1, "due_at": 1, "sequence": 1}
        cursor = self._rows.find(way.match, shown).sort(way.sort).hint(way.hint).skip(MOST_EXAMINED - 1).limit(2)
        last = await cursor.to_list(2)
        return way.position(last[0]) if len(last) == 2 else None  # noqa: PLR2004 - the last one, and one behind it


@dataclass(frozen=True, slots=True)
class _Way:
    """How a list is read: by an index in its order, and what is left to be looked at in each row."""

    match: "Document"
    rest: "Document"
    sort: list[tuple[str, int]]
    hint: str
    by_due: bool = False

    def position(self, row: Mapping[str, Any]) -> Position:
        return (row["due_at"], row["sequence"], row["_id"]) if self.by_due else (None, 0, row["_id"])


def _way(filters: Filters, after: Position | None) -> _Way:
    rest: Document = {"tenant_id": filters.tenant_id}
    if filters.event_type is not None:
        rest["type"] = filters.event_type
    if filters.outcome is not None:
        rest["$expr"] = {"$eq": [{"$last": "$attempts.outcome"}, filters.outcome]}
    of: Document = {"endpoint_id": {"$in": list(filters.endpoint_ids)}}
    if filters.found is not None:
        return _by_place(filters, filters.found, after, of, rest)
    if filters.state == "waiting":
        return _by_due(filters, after, of, rest)
    match = {**of, **_between(filters, after)}
    if filters.state in ("failed", "dropped"):
        return _Way({**match, "state": filters.state}, rest, [("_id", -1)], "ended")
    if filters.state is not None:
        rest["state"] = filters.state
    return _Way(match, rest, [("_id", -1)], "by_endpoint")


def _by_due(filters: Filters, after: Position | None, of: "Document", rest: "Document") -> _Way:
    """What waits, in the order in which it is due."""
    match: Document = {**of, "lane": {"$in": _LANES}, "state": "waiting"}
    if after is not None and after[0] is not None:
        moment, sequence, row_id = after
        match["due_at"] = {"$gte": moment}
        match["$or"] = [
            {"due_at": {"$gt": moment}},
            {"due_at": moment, "sequence": {"$gt": sequence}},
            {"due_at": moment, "sequence": sequence, "_id": {"$gt": row_id}},
        ]
    order = [("due_at", 1), ("sequence", 1), ("_id", 1)]
    return _Way(match, {**rest, **_between(filters, None)}, order, "due", by_due=True)


def _by_place(filters: Filters, found: Found, after: Position | None, of: "Document", rest: "Document") -> _Way:
    """The rows of a text, by the ranges of ids in which they can be."""
    places: list[Document] = [{"_id": {"$gte": low, "$lt": high}} for low, high in found.ranges]
    named: list[Document] = [{"_id": found.text}, {"event_id": found.text}, {"thread": found.text}]
    if filters.state is not None:
        rest["state"] = filters.state
    within = _between(filters, after)
    match: Document = {"$or": [{"_id": found.text}, *places], **({"$and": [within]} if within else {})}
    return _Way(match, {**of, **rest, "$or": named}, [("_id", -1)], "_id_")


def _between(filters: Filters, after: Position | None) -> "Document":
    """The ids of the period that come after a position, the newest first."""
    bounds: Document = {}
    if filters.since is not None:
        bounds["$gte"] = id_range(filters.since, filters.since)[0]
    if filters.until is not None:
        bounds["$lt"] = id_range(filters.until, filters.until)[1]
    if after is not None:
        bounds["$lt"] = min(after[2], bounds.get("$lt", after[2]))
    return {"_id": bounds} if bounds else {}


def entry_of(document: Mapping[str, Any]) -> LedgerEntry:
    """A row of the ledger with its attempts."""
    return LedgerEntry(
        delivery=delivery_of(document),
        attempts=tuple(attempt_of(one) for one in document.get("attempts", ())),
        finished_at=document.get("finished_at"),
        reason=document.get("reason"),
    )
