"""Attendants in MongoDB: state and load in one document, changed only over the version that was read."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from pymongo import IndexModel, InsertOne, UpdateOne

from atd_routing.domain.availability.attendant import Attendant, changed_fields, event_type
from atd_schemas.attendants import AttendantChanged, AttendantData
from atd_schemas.envelope import SYSTEM, Actor
from atd_schemas.ids import uuid5
from atd_schemas.topics import ATTENDANT_EVENTS
from atd_schemas.views import Named
from atd_servicekit.errors import StaleVersion
from atd_servicekit.inbox import stale_when_duplicate
from atd_servicekit.kafka import Outgoing
from atd_servicekit.mongo import Read, Write, write_all
from atd_servicekit.outbox import next_order

if TYPE_CHECKING:
    from pymongo.results import BulkWriteResult

    from atd_servicekit.mongo import Database, Document, Operation, Session
    from atd_servicekit.outbox import Outbox

ATTENDANTS = "attendants"
ATTENDANT_INDEXES: Mapping[str, Sequence[IndexModel]] = {ATTENDANTS: [IndexModel([("tenant_id", 1), ("_id", 1)])]}

MOST_ATTENDANTS = 5_000
"""Of one tenant. More are refused by the gateway long before (its setting `attendants_per_tenant`)."""

Deltas = Sequence[tuple[str | None, float]]
"""Changes of load: team (None: without one) and how much."""


@dataclass(frozen=True, slots=True)
class Saving:
    """What has to be written of changed attendants, and what goes out. Empty where nothing has changed.

    `before` has the place in the outbox at which each was read, by key, as `Outbox.write_of` wants it; `saved` are the
    attendants as they are written.
    """

    write: Write
    records: Sequence[Outgoing]
    before: Mapping[bytes, int]
    saved: Sequence[Attendant]

    def check(self, result: "BulkWriteResult") -> None:
        """Raises `StaleVersion` when one of them was changed meanwhile: the transaction is to be abandoned."""
        if result.matched_count + result.inserted_count != len(self.write.operations):
            raise StaleVersion


class Attendants:
    """Reads and saves attendants."""

    def __init__(self, database: "Database", outbox: "Outbox") -> None:
        self._db = database
        self._collection = database[ATTENDANTS]
        self._outbox = outbox

    async def of_tenants(
        self, tenant_ids: Collection[str], session: "Session | None" = None
    ) -> dict[str, dict[str, Attendant]]:
        """All attendants of some tenants, by tenant and id."""
        if not tenant_ids:
            return {}
        read = self.read_of(tenant_ids)
        rows = await self._collection.find(read.query, session=session).limit(read.limit).to_list(read.limit)
        return self.found_in(rows, tenant_ids)

    @staticmethod
    def read_of(tenant_ids: Collection[str]) -> Read:
        """The read that `found_in` makes attendants of: those of `of_tenants`."""
        return Read(ATTENDANTS, {"tenant_id": {"$in": list(tenant_ids)}}, MOST_ATTENDANTS * len(tenant_ids))

    @staticmethod
    def found_in(rows: "Iterable[Document]", tenant_ids: Collection[str]) -> dict[str, dict[str, Attendant]]:
        """The attendants of what was read, by tenant and id."""
        found: dict[str, dict[str, Attendant]] = {tenant_id: {} for tenant_id in tenant_ids}
        for row in rows:
            found[row["tenant_id"]][row["_id"]] = attendant_of(row)
        return found

    async def one(self, tenant_id: str, attendant_id: str) -> Attendant | None:
        """An attendant of the tenant."""
        row = await self._collection.find_one({"_id": attendant_id, "tenant_id": tenant_id})
        return attendant_of(row) if row else None

    async def of_ids(self, ids: Collection[str], session: "Session | None" = None) -> dict[str, Attendant]:
        """Attendants by id, whatever their tenant: for events, which name it themselves."""
        if not ids:
            return {}
        rows = self._collection.find({"_id": {"$in": list(ids)}}, session=session).limit(len(ids))
        return {row["_id"]: attendant_of(row) for row in await rows.to_list(len(ids) or 1)}

    def saving(
        self,
        changes: Iterable[tuple[Attendant | None, Attendant]],
        *,
        order: int,
        now: datetime,
        actor: Actor = SYSTEM,
        cause: str | None = None,
    ) -> Saving:
        """How attendants are saved, who were read as the first of each pair (None: new) and are as the second now.

        `order` is the transaction's `next_order(now, *(one.order for one in ...))`, over all that it changes. `cause`
        is the id of the event that led to it.
        """
        operations: list[Operation] = []
        records: list[Outgoing] = []
        orders: dict[bytes, int] = {}
        written: list[Attendant] = []
        for before, after in changes:
            if before == after:
                continue
            old = before or Attendant(id=after.id, tenant_id=after.tenant_id, since=after.since)
            changed = changed_fields(old, after)
            saved = replace(after, order=order, version=old.version + 1, sequence=old.sequence + bool(changed))
            operations.append(_operation(before, saved))
            written.append(saved)
            if changed:
                event = _event(saved, changed, now, actor, cause)
                records.append(Outgoing.of(ATTENDANT_EVENTS, event))
                orders[event.key()] = old.order
        return Saving(Write(ATTENDANTS, operations), records, orders, written)

    async def charge(self, session: "Session", deltas: Mapping[str, Deltas], *, now: datetime) -> dict[str, Attendant]:
        """Change the load of attendants in the transaction of `session`; as they are now, by id.

        Those who are not known yet are left out. For who saves nothing else of them: reads, writes, and publishes.
        """
        before = await self.of_ids(deltas.keys(), session)
        after = {key: one.charged(deltas[key]) for key, one in before.items()}
        await self.save(session, [(before[key], one) for key, one in after.items()], now=now)
        return after

    async def save(
        self,
        session: "Session",
        changes: Sequence[tuple[Attendant | None, Attendant]],
        *,
        now: datetime,
        actor: Actor = SYSTEM,
        cause: str | None = None,
    ) -> None:
        """Save and publish in the transaction of `session`. Raises `StaleVersion`."""
        order = next_order(now, *(before.order for before, _ in changes if before is not None))
        saving = self.saving(changes, order=order, now=now, actor=actor, cause=cause)
        if not saving.write.operations:
            return
        published = self._outbox.write_of(session, saving.records, order=order, before=saving.before)
        writes = [write for write in (saving.write, published) if write.operations]
        with stale_when_duplicate():
            results = await write_all(self._db, session, writes)
        saving.check(results[0])


def _operation(before: Attendant | None, after: Attendant) -> "Operation":
    document = _document(after)
    if before is None or before.version == 0:
        return InsertOne({"_id": after.id, **document})
    return UpdateOne({"_id": after.id, "version": before.version}, {"$set": document})


def _event(
    attendant: Attendant, changed: tuple[str, ...], now: datetime, actor: Actor, cause: str | None
) -> AttendantChanged:
    return AttendantChanged(
        id=uuid5("attendant-event", attendant.id, str(attendant.sequence)),
        type=event_type(changed, attendant),
        tenant_id=attendant.tenant_id,
        occurred_at=now,
        recorded_at=now,
        source="routing",
        subject=attendant.id,
        sequence=attendant.sequence,
        causation_id=cause,
        actor=actor,
        data=AttendantData(attendant=attendant.view(), changed=changed),
    )


def _document(attendant: Attendant) -> "Document":
    return {
        "tenant_id": attendant.tenant_id,
        "name": attendant.name,
        "active": attendant.active,
        "role": attendant.role,
        "state": attendant.state,
        "since": attendant.since,
        "chosen": attendant.chosen,
        "reason": None if attendant.reason is None else {"id": attendant.reason.id, "name": attendant.reason.name},
        "until": attendant.until,
        "teams": [{"id": team.id, "name": team.name} for team in attendant.teams],
        "limit": attendant.limit,
        "loads": dict(attendant.loads),
        "channel_limits": dict(attendant.channel_limits),
        "by_channel": dict(attendant.by_channel),
        "sequence": attendant.sequence,
        "order": attendant.order,
        "version": attendant.version,
    }


def attendant_of(row: "Document") -> Attendant:
    """The attendant of a document."""
    reason = row.get("reason")
    return Attendant(
        id=row["_id"],
        tenant_id=row["tenant_id"],
        since=row["since"],
        name=row.get("name"),
        active=row.get("active", True),
        role=row.get("role"),
        state=row["state"],
        chosen=row.get("chosen", False),
        reason=None if reason is None else Named(**reason),
        until=row.get("until"),
        teams=tuple(Named(**team) for team in row.get("teams", ())),
        limit=row.get("limit"),
        loads=row.get("loads", {}),
        channel_limits=row.get("channel_limits", {}),
        by_channel=row.get("by_channel", {}),
        sequence=row.get("sequence", 0),
        order=row.get("order", 0),
        version=row["version"],
    )
