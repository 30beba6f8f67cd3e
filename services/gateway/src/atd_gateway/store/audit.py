"""The audit log: written before a request is carried out, and completed by its answer. Nobody changes it afterwards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pymongo import IndexModel
from pymongo.errors import ExecutionTimeout

from atd_gateway.domain.audit import AuditEntry
from atd_schemas.envelope import Actor
from atd_servicekit.places import Place, earlier
from atd_servicekit.problems import Problem

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document
    from atd_servicekit.mongo import Session as Transaction

AUDIT = "audit"
_QUERY_MS = 3_000
_PLACE = [("at", -1), ("_id", -1)]

AUDIT_INDEXES: Mapping[str, Sequence[IndexModel]] = {
    AUDIT: [
        IndexModel([("tenant_id", 1), *_PLACE], name="by_time"),
        IndexModel([("tenant_id", 1), ("actor.id", 1), *_PLACE], name="by_actor"),
        IndexModel([("tenant_id", 1), ("action", 1), *_PLACE], name="by_action"),
        IndexModel([("tenant_id", 1), ("actor.id", 1), ("action", 1), *_PLACE], name="by_actor_and_action"),
        IndexModel([("tenant_id", 1), ("subject_id", 1), *_PLACE], name="by_subject"),
        IndexModel([("expires_at", 1)], expireAfterSeconds=0),
    ],
}


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries; None and empty: whatever. `since` is the first moment, `until` the first after the last one."""

    actor_id: str | None = None
    actions: tuple[str, ...] = ()
    subject_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def hint(self) -> str:
        """The index that the filter walks."""
        if self.subject_id is not None:
            return "by_subject"
        if self.actor_id is not None:
            return "by_actor_and_action" if self.actions else "by_actor"
        return "by_action" if self.actions else "by_time"

    def query(self, tenant_id: str) -> "Document":
        found: Document = {"tenant_id": tenant_id}
        if self.actor_id is not None:
            found["actor.id"] = self.actor_id
        if self.actions:
            found["action"] = {"$in": list(self.actions)}
        if self.subject_id is not None:
            found["subject_id"] = self.subject_id
        bounds = {"$gte": self.since, "$lt": self.until}
        at = {name: value for name, value in bounds.items() if value is not None}
        return {**found, "at": at} if at else found


class AuditLog:
    """Entries of one tenant at a time, kept for `kept`."""

    def __init__(self, database: "Database", kept: timedelta) -> None:
        self._entries = database[AUDIT]
        self._kept = kept

    async def add(self, entry: AuditEntry, transaction: "Transaction | None" = None) -> None:
        """Write an entry down."""
        await self._entries.insert_one(self._document(entry), session=transaction)

    async def add_again(self, entry: AuditEntry) -> None:
        """Write an entry down, or that it happened once more: for what a stranger can repeat."""
        document = self._document(entry)
        del document["times"], document["_id"]
        change: Document = {"$setOnInsert": document, "$inc": {"times": 1}}
        await self._entries.update_one({"_id": entry.id}, change, upsert=True)

    async def complete(self, entry: AuditEntry) -> None:
        """How the request of an entry ended."""
        told = {name: getattr(entry, name) for name in ("outcome", "status", "subject_id")}
        await self._entries.update_one({"_id": entry.id}, {"$set": {**told, "details": dict(entry.details)}})

    async def page(
        self, tenant_id: str, wanted: AuditFilter, *, limit: int, after: Place | None = None
    ) -> list[AuditEntry]:
        """Up to `limit` entries, the latest first, after the place `after`. Raises `Problem` 422 `too_wide`."""
        query = wanted.query(tenant_id)
        if after is not None:
            query = earlier(query, "at", after)
        cursor = self._entries.find(query).sort(_PLACE).hint(wanted.hint()).limit(limit).max_time_ms(_QUERY_MS)
        try:
            return [_entry_of(row) for row in await cursor.to_list(limit)]
        except ExecutionTimeout:
            raise Problem(422, "too_wide", "The search takes too long; narrow the period.") from None

    def _document(self, entry: AuditEntry) -> dict[str, Any]:
        return {
            "_id": entry.id,
            **{name: getattr(entry, name) for name in _FIELDS},
            "actor": entry.actor.model_dump(),
            "details": dict(entry.details),
            "expires_at": entry.at + self._kept,
        }


_FIELDS = (
    *("tenant_id", "at", "action", "address", "device", "subject_type", "subject_id"),
    *("request_id", "outcome", "status", "times"),
)


def _entry_of(row: "Document") -> AuditEntry:
    return AuditEntry(
        id=row["_id"],
        actor=Actor(**row["actor"]),
        details=row["details"],
        **{name: row[name] for name in _FIELDS},
    )
